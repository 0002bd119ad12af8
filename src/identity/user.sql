-- The people of a tenant.

-- CONSTRAINT users_email_key -> user.email_taken (email)
-- CONSTRAINT login_names_pkey -> user.email_taken (email)
-- CONSTRAINT users_username_key -> user.username_taken (username)
-- CONSTRAINT users_platform_role_check -> user.role_not_here (role)

-- USER_GET (id uuid) -> user
SELECT id, email, username, full_name, role, is_active, must_change_password,
       password_hash IS NOT NULL AS has_password, totp_enabled_at IS NOT NULL AS has_totp,
       lang, time_zone, arabic_digits, hijri, last_login_at, created_at, updated_at, version
  FROM users
 WHERE tenant_id = :tenant AND id = :id;

-- USER_FIND (q text?, role text?, is_active bool?, before_at time?, before_id uuid?, limit i64) -> user
-- `q` is a pattern for ILIKE, escaped by the caller.
SELECT id, email, username, full_name, role, is_active, must_change_password,
       password_hash IS NOT NULL AS has_password, totp_enabled_at IS NOT NULL AS has_totp,
       lang, time_zone, arabic_digits, hijri, last_login_at, created_at, updated_at, version
  FROM users
 WHERE tenant_id = :tenant
   AND (:q IS NULL OR email ILIKE :q OR full_name ILIKE :q OR username ILIKE :q)
   AND (:role IS NULL OR role = :role)
   AND (:is_active IS NULL OR is_active = :is_active)
   AND (:before_at IS NULL OR (created_at, id) < (:before_at, :before_id))
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;

-- USER_COUNT -> (active i64, inactive i64, with_totp i64)
SELECT count(*) FILTER (WHERE is_active) AS active,
       count(*) FILTER (WHERE NOT is_active) AS inactive,
       count(*) FILTER (WHERE is_active AND totp_enabled_at IS NOT NULL) AS with_totp
  FROM users
 WHERE tenant_id = :tenant;

-- USER_ADD (id uuid, email text, username text?, full_name text, role text, now time) -> nothing
INSERT INTO users (tenant_id, id, email, username, full_name, role, created_at, updated_at)
VALUES (:tenant, :id, :email, :username, :full_name, :role, :now, :now);

-- LOGIN_NAME_ADD (email_folded text, user_id uuid) -> nothing
INSERT INTO login_names (email_folded, tenant_id, user_id)
VALUES (:email_folded, :tenant, :user_id);

-- USER_UPDATE (id uuid, username text?, full_name text, role text, is_active bool, version i64, now time) -> nothing
UPDATE users
   SET username = :username, full_name = :full_name, role = :role, is_active = :is_active,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- USER_UPDATE_PROFILE (id uuid, full_name text, lang text?, time_zone text?, arabic_digits bool, hijri bool, version i64, now time) -> nothing
UPDATE users
   SET full_name = :full_name, lang = :lang, time_zone = :time_zone,
       arabic_digits = :arabic_digits, hijri = :hijri, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- USER_OTHER_ADMIN_COUNT (id uuid) -> (others i64)
-- Locks all administrators, so that two of them cannot leave at the same moment; and in one order,
-- so that two who try wait for one another instead of each for the other.
SELECT count(*) FILTER (WHERE id <> :id) AS others
  FROM (SELECT id FROM users
         WHERE tenant_id = :tenant AND role IN ('tenant_admin', 'platform_owner') AND is_active
         ORDER BY id
           FOR UPDATE) AS locked;

-- USER_SECRETS (id uuid) -> (password_hash text, totp_secret bytes, totp_enabled_at time, totp_last_step i64, email text, full_name text, is_active bool, role text)
SELECT password_hash, totp_secret, totp_enabled_at, totp_last_step, email, full_name, is_active, role
  FROM users
 WHERE tenant_id = :tenant AND id = :id;

-- USER_SET_PASSWORD (id uuid, password_hash text, must_change bool, now time) -> nothing
UPDATE users
   SET password_hash = :password_hash, must_change_password = :must_change, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id;

-- USER_REHASH (id uuid, old_hash text, new_hash text) -> nothing
UPDATE users SET password_hash = :new_hash
 WHERE tenant_id = :tenant AND id = :id AND password_hash = :old_hash;

-- USER_TOTP_BEGIN (id uuid, totp_secret bytes) -> nothing
-- Touches no row when it is on: what is on goes off with the password alone.
UPDATE users SET totp_secret = :totp_secret, totp_last_step = 0
 WHERE tenant_id = :tenant AND id = :id AND totp_enabled_at IS NULL;

-- USER_TOTP_ENABLE (id uuid, totp_secret bytes, step i64, now time) -> nothing
-- The very secret that the code was of.
UPDATE users
   SET totp_enabled_at = :now, totp_last_step = :step, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND totp_secret = :totp_secret
   AND totp_enabled_at IS NULL;

-- USER_TOTP_USE (id uuid, step i64) -> nothing
-- A code counts once: touches no row when the same or a later step was used.
UPDATE users SET totp_last_step = :step
 WHERE tenant_id = :tenant AND id = :id AND totp_last_step < :step;

-- USER_TOTP_DISABLE (id uuid, now time) -> nothing
UPDATE users
   SET totp_secret = NULL, totp_enabled_at = NULL, totp_last_step = 0, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id;

-- USER_SIGNED_IN (id uuid, password_hash text, totp_enabled_at time?, now time) -> nothing
-- Touches no row when the person may no longer, or not like this.
UPDATE users SET last_login_at = :now
 WHERE tenant_id = :tenant AND id = :id AND is_active AND password_hash = :password_hash
   AND totp_enabled_at IS NOT DISTINCT FROM :totp_enabled_at;

-- PLATFORM OWNER_COUNT -> (owners i64)
SELECT count(*) AS owners FROM users WHERE role = 'platform_owner' AND is_active;
