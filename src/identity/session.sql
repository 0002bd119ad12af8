-- Sessions of people.

-- SESSION_ADD (id uuid, user_id uuid, acting_tenant_id uuid, csrf_token text, now time, expires_at time, address text?, user_agent text?) -> nothing
INSERT INTO user_sessions (tenant_id, id, user_id, acting_tenant_id, csrf_token, serial,
                           created_at, seen_at, expires_at, address, user_agent)
VALUES (:tenant, :id, :user_id, :acting_tenant_id, :csrf_token, 1, :now, :now, :expires_at,
        :address, :user_agent);

-- SESSION_LOAD (id uuid) -> session_state
-- All a request needs to know of who asks, in one look.
SELECT s.id, s.user_id, s.acting_tenant_id, s.csrf_token, s.serial, s.confirmed_at, s.seen_at,
       s.expires_at, s.revoked_at, u.email, u.full_name, u.role, u.is_active, u.lang,
       u.time_zone, u.arabic_digits, u.hijri, u.must_change_password,
       u.totp_enabled_at IS NOT NULL AS has_totp,
       t.code AS tenant_code, t.name AS tenant_name, t.time_zone AS tenant_time_zone,
       t.currency, t.stands_at, t.status AS tenant_status,
       coalesce((c.settings ->> 'require_totp')::boolean, false) AS require_totp,
       coalesce((c.settings ->> 'session_idle_minutes')::bigint, 120) AS idle_minutes
  FROM user_sessions s
  JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
  JOIN tenants t ON t.id = s.tenant_id
  LEFT JOIN tenant_settings c ON c.tenant_id = s.tenant_id
 WHERE s.tenant_id = :tenant AND s.id = :id;

-- SESSION_TENANT -> (code text, name text, time_zone text, currency text, status text,
--     stands_at time)
-- The tenant that a platform owner looks into.
SELECT code, name, time_zone, currency, status, stands_at FROM tenants WHERE id = :tenant;

-- SESSION_ROTATE (id uuid, serial i64) -> nothing
UPDATE user_sessions SET serial = serial + 1, confirmed_at = NULL
 WHERE tenant_id = :tenant AND id = :id AND serial = :serial AND revoked_at IS NULL;

-- SESSION_CONFIRM (id uuid, serial i64, now time) -> nothing
UPDATE user_sessions SET confirmed_at = :now
 WHERE tenant_id = :tenant AND id = :id AND serial = :serial AND confirmed_at IS NULL;

-- SESSION_SEEN (id uuid, now time) -> nothing
UPDATE user_sessions SET seen_at = :now
 WHERE tenant_id = :tenant AND id = :id AND seen_at < :now AND revoked_at IS NULL;

-- SESSION_SWITCH (id uuid, acting_tenant_id uuid) -> (user_id uuid)
UPDATE user_sessions SET acting_tenant_id = :acting_tenant_id
 WHERE tenant_id = :tenant AND id = :id AND revoked_at IS NULL
RETURNING user_id;

-- SESSION_END (id uuid, why text, now time) -> (user_id uuid)
UPDATE user_sessions SET revoked_at = :now, revoked_why = :why
 WHERE tenant_id = :tenant AND id = :id AND revoked_at IS NULL
RETURNING user_id;

-- SESSION_END_OWN (id uuid, user_id uuid, now time) -> nothing
UPDATE user_sessions SET revoked_at = :now, revoked_why = 'ended_by_person'
 WHERE tenant_id = :tenant AND id = :id AND user_id = :user_id AND revoked_at IS NULL;

-- SESSION_END_ALL (user_id uuid, except_id uuid?, why text, now time) -> nothing
UPDATE user_sessions SET revoked_at = :now, revoked_why = :why
 WHERE tenant_id = :tenant AND user_id = :user_id AND revoked_at IS NULL
   AND (:except_id IS NULL OR id <> :except_id);

-- SESSION_LIST (user_id uuid, now time) -> session_row
SELECT id, created_at, seen_at, expires_at, address, user_agent
  FROM user_sessions
 WHERE tenant_id = :tenant AND user_id = :user_id AND revoked_at IS NULL AND expires_at > :now
 ORDER BY seen_at DESC
 LIMIT 50;

-- SESSION_PREVIOUS (user_id uuid, except_id uuid) -> session_row
-- The latest of the person but this one, open or ended.
SELECT id, created_at, seen_at, expires_at, address, user_agent
  FROM user_sessions
 WHERE tenant_id = :tenant AND user_id = :user_id AND id <> :except_id
 ORDER BY created_at DESC
 LIMIT 1;

-- SESSION_TRIM (older_than time, limit i64) -> nothing
DELETE FROM user_sessions AS a
 USING (SELECT o.tenant_id, o.id
          FROM user_sessions o
         WHERE o.tenant_id = :tenant AND o.expires_at < :older_than
         ORDER BY o.expires_at
         LIMIT :limit) AS old
 WHERE a.tenant_id = :tenant AND old.tenant_id = a.tenant_id AND a.id = old.id;

-- SESSION_TOLD (payload text) -> (told text)
-- Other processes drop what they remember of it.
SELECT pg_notify('optria_session', :payload)::text AS told;
