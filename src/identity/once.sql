-- What is shown once, and reset links.

-- ONCE_ADD (id uuid, purpose text, owner_id uuid, sealed bytes, now time, expires_at time) -> nothing
INSERT INTO one_time_secrets (tenant_id, id, purpose, owner_id, sealed, created_at, expires_at)
VALUES (:tenant, :id, :purpose, :owner_id, :sealed, :now, :expires_at);

-- ONCE_PEEK (id uuid, owner_id uuid) -> (purpose text, expires_at time, opened_at time)
SELECT purpose, expires_at, opened_at
  FROM one_time_secrets
 WHERE tenant_id = :tenant AND id = :id AND owner_id = :owner_id;

-- ONCE_OPEN (id uuid, owner_id uuid, now time) -> (purpose text, sealed bytes)
-- The row is locked before it is read, so that of two who open at once one gets nothing.
WITH one AS (
    SELECT o.tenant_id, o.id, o.purpose, o.sealed
      FROM one_time_secrets o
     WHERE o.tenant_id = :tenant AND o.id = :id AND o.owner_id = :owner_id
       AND o.opened_at IS NULL AND o.expires_at > :now
       FOR UPDATE
)
UPDATE one_time_secrets AS s SET opened_at = :now, sealed = NULL
  FROM one
 WHERE s.tenant_id = :tenant AND one.tenant_id = s.tenant_id AND s.id = one.id
RETURNING one.purpose, one.sealed;

-- ONCE_TRIM (older_than time, limit i64) -> nothing
DELETE FROM one_time_secrets AS a
 USING (SELECT o.tenant_id, o.id
          FROM one_time_secrets o
         WHERE o.tenant_id = :tenant AND o.expires_at < :older_than
         ORDER BY o.expires_at
         LIMIT :limit) AS old
 WHERE a.tenant_id = :tenant AND old.tenant_id = a.tenant_id AND a.id = old.id;

-- RESET_ADD (id uuid, user_id uuid, secret_hash bytes, created_by uuid?, now time, expires_at time) -> nothing
INSERT INTO password_resets (tenant_id, id, user_id, secret_hash, created_by, created_at, expires_at)
VALUES (:tenant, :id, :user_id, :secret_hash, :created_by, :now, :expires_at);

-- RESET_LOAD (id uuid) -> (user_id uuid, secret_hash bytes, expires_at time, used_at time)
SELECT user_id, secret_hash, expires_at, used_at
  FROM password_resets
 WHERE tenant_id = :tenant AND id = :id;

-- RESET_USE (id uuid, now time) -> nothing
UPDATE password_resets SET used_at = :now
 WHERE tenant_id = :tenant AND id = :id AND used_at IS NULL AND expires_at > :now;

-- RESET_VOID (user_id uuid, now time) -> nothing
-- A new link makes the older ones worthless.
UPDATE password_resets SET used_at = :now
 WHERE tenant_id = :tenant AND user_id = :user_id AND used_at IS NULL;

-- RESET_TRIM (older_than time, limit i64) -> nothing
DELETE FROM password_resets AS a
 USING (SELECT o.tenant_id, o.id
          FROM password_resets o
         WHERE o.tenant_id = :tenant AND o.expires_at < :older_than
         ORDER BY o.expires_at
         LIMIT :limit) AS old
 WHERE a.tenant_id = :tenant AND old.tenant_id = a.tenant_id AND a.id = old.id;
