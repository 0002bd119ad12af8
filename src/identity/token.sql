-- API tokens of machines.

-- CONSTRAINT api_tokens_name_key -> token.name_taken (name)

-- TOKEN_ADD (id uuid, name text, secret_hash bytes, hint text, capabilities texts, created_by uuid, now time, expires_at time) -> nothing
INSERT INTO api_tokens (tenant_id, id, name, secret_hash, hint, capabilities, created_by,
                        created_at, expires_at)
VALUES (:tenant, :id, :name, :secret_hash, :hint, :capabilities, :created_by, :now, :expires_at);

-- TOKEN_GET (id uuid) -> api_token
SELECT a.id, a.name, a.hint, a.capabilities, a.created_at, a.expires_at, a.revoked_at,
       a.last_used_at, a.last_used_address, u.full_name AS created_by_name
  FROM api_tokens a
  JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.created_by
 WHERE a.tenant_id = :tenant AND a.id = :id;

-- TOKEN_FIND (before_at time?, before_id uuid?, limit i64) -> api_token
SELECT a.id, a.name, a.hint, a.capabilities, a.created_at, a.expires_at, a.revoked_at,
       a.last_used_at, a.last_used_address, u.full_name AS created_by_name
  FROM api_tokens a
  JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.created_by
 WHERE a.tenant_id = :tenant
   AND (:before_at IS NULL OR (a.created_at, a.id) < (:before_at, :before_id))
 ORDER BY a.created_at DESC, a.id DESC
 LIMIT :limit;

-- TOKEN_REVOKE (id uuid, now time) -> nothing
UPDATE api_tokens SET revoked_at = :now
 WHERE tenant_id = :tenant AND id = :id AND revoked_at IS NULL;

-- TOKEN_LOAD (id uuid) -> (name text, secret_hash bytes, capabilities texts, expires_at time, revoked_at time, last_used_at time, maker_id uuid, maker_role text, maker_is_active bool, tenant_code text, tenant_name text, time_zone text, currency text, tenant_status text, stands_at time)
SELECT a.name, a.secret_hash, a.capabilities, a.expires_at, a.revoked_at, a.last_used_at,
       u.id AS maker_id, u.role AS maker_role, u.is_active AS maker_is_active,
       t.code AS tenant_code, t.name AS tenant_name, t.time_zone, t.currency,
       t.status AS tenant_status, t.stands_at
  FROM api_tokens a
  JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.created_by
  JOIN tenants t ON t.id = a.tenant_id
 WHERE a.tenant_id = :tenant AND a.id = :id;

-- TOKEN_USED (id uuid, now time, address text?) -> nothing
UPDATE api_tokens SET last_used_at = :now, last_used_address = :address
 WHERE tenant_id = :tenant AND id = :id;

-- TOKEN_TOLD_OF (user_id uuid) -> (told i64)
-- The event streams of a person's machines end, for their rights may have.
SELECT count(pg_notify('optria_session', id::text)::text) AS told
  FROM api_tokens
 WHERE tenant_id = :tenant AND created_by = :user_id AND revoked_at IS NULL;
