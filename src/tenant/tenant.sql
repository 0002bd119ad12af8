-- Tenants. The platform's owner sees all of them, a tenant its own row.

-- CONSTRAINT tenants_code_key -> tenant.code_taken (code)

-- PLATFORM TENANT_ADD (id uuid, code text, name text, industry text, time_zone text,
--                      currency text, is_demo bool, now time) -> tenant
INSERT INTO tenants (id, code, name, industry, time_zone, currency, is_demo, created_at, updated_at)
VALUES (:id, :code, :name, :industry, :time_zone, :currency, :is_demo, :now, :now)
RETURNING id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
          updated_at;

-- PLATFORM TENANT_GET (id uuid) -> tenant
SELECT id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
       updated_at
  FROM tenants
 WHERE id = :id;

-- PLATFORM TENANT_LOCK (id uuid) -> tenant
SELECT id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
       updated_at
  FROM tenants
 WHERE id = :id
   FOR UPDATE;

-- PLATFORM TENANT_BY_CODE (code text) -> tenant
SELECT id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
       updated_at
  FROM tenants
 WHERE code = :code;

-- PLATFORM TENANT_UPDATE (id uuid, name text, industry text, status text, time_zone text,
--                         currency text, now time) -> tenant
UPDATE tenants
   SET name = :name, industry = :industry, status = :status, time_zone = :time_zone,
       currency = :currency, updated_at = :now, version = version + 1
 WHERE id = :id
RETURNING id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
          updated_at;

-- PLATFORM TENANT_FIND (q text?, status text?, after uuid?, limit i64) -> tenant_overview
-- By name; the id decides between two of one name. People are counted for the page alone.
SELECT t.id, t.code, t.name, t.industry, t.status, t.time_zone, t.currency, t.is_demo, t.version,
       t.created_at, t.updated_at, u.users_active, u.last_login_at
  FROM (SELECT *
          FROM tenants
         WHERE (:q IS NULL OR strpos(lower(name), lower(:q)) > 0
                           OR strpos(lower(code), lower(:q)) > 0)
           AND (:status IS NULL OR status = :status)
           AND (:after IS NULL
                OR (lower(name), id) > (SELECT lower(a.name), a.id FROM tenants a WHERE a.id = :after))
         ORDER BY lower(name), id
         LIMIT :limit) AS t
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE is_active) AS users_active,
                            max(last_login_at) AS last_login_at
                       FROM users
                      WHERE tenant_id = t.id) AS u
 ORDER BY lower(t.name), t.id;

-- PLATFORM TENANT_OVERVIEW (id uuid) -> tenant_overview
SELECT t.id, t.code, t.name, t.industry, t.status, t.time_zone, t.currency, t.is_demo, t.version,
       t.created_at, t.updated_at, u.users_active, u.last_login_at
  FROM tenants t
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE is_active) AS users_active,
                            max(last_login_at) AS last_login_at
                       FROM users
                      WHERE tenant_id = t.id) AS u
 WHERE t.id = :id;

-- PLATFORM TENANT_COUNT (platform_id uuid, since time)
--                       -> (active i64, suspended i64, users_active i64, users_recent i64)
SELECT count(*) FILTER (WHERE t.status = 'active') AS active,
       count(*) FILTER (WHERE t.status = 'suspended') AS suspended,
       coalesce(sum(u.users_active) FILTER (WHERE t.status = 'active'), 0)::int8 AS users_active,
       coalesce(sum(u.users_recent) FILTER (WHERE t.status = 'active'), 0)::int8 AS users_recent
  FROM tenants t
  LEFT JOIN (SELECT tenant_id, count(*) AS users_active,
                    count(*) FILTER (WHERE last_login_at >= :since) AS users_recent
               FROM users
              WHERE is_active
              GROUP BY tenant_id) AS u ON u.tenant_id = t.id
 WHERE t.id <> :platform_id;

-- TENANT_SELF -> tenant
SELECT id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
       updated_at
  FROM tenants
 WHERE id = :tenant;

-- TENANT_UPDATE_SELF (name text, time_zone text, currency text, version i64, now time) -> tenant
UPDATE tenants
   SET name = :name, time_zone = :time_zone, currency = :currency, updated_at = :now,
       version = version + 1
 WHERE id = :tenant AND version = :version
RETURNING id, code, name, industry, status, time_zone, currency, is_demo, version, created_at,
          updated_at;

-- TENANT_TOLD -> (told text)
-- Every process drops what it remembers of the tenant, once this transaction is committed.
SELECT pg_notify('optria_session', (:tenant)::text)::text AS told;

-- PLATFORM TENANT_STAND (id uuid, at time?) -> (code text)
UPDATE tenants SET stands_at = :at WHERE id = :id RETURNING code;
