-- Requests for a demo; rows of the platform's tenant.

-- LEAD_ADD (id uuid, full_name text, email text, organisation text, sector text, message text?,
--           lang text, now time) -> lead
INSERT INTO leads (tenant_id, id, full_name, email, organisation, sector, message, lang, created_at,
                   updated_at)
VALUES (:tenant, :id, :full_name, :email, :organisation, :sector, :message, :lang, :now, :now)
RETURNING id, full_name, email, organisation, sector, message, lang, status, created_at, updated_at,
          version;

-- LEAD_FIND (status text?, before_at time?, before_id uuid?, limit i64) -> lead
SELECT id, full_name, email, organisation, sector, message, lang, status, created_at, updated_at,
       version
  FROM leads
 WHERE tenant_id = :tenant
   AND (:status IS NULL OR status = :status)
   AND (:before_at IS NULL OR (created_at, id) < (:before_at, :before_id))
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;

-- LEAD_COUNT -> (fresh i64, contacted i64, closed i64)
SELECT count(*) FILTER (WHERE status = 'new') AS fresh,
       count(*) FILTER (WHERE status = 'contacted') AS contacted,
       count(*) FILTER (WHERE status = 'closed') AS closed
  FROM leads
 WHERE tenant_id = :tenant;

-- LEAD_GET (id uuid) -> lead
SELECT id, full_name, email, organisation, sector, message, lang, status, created_at, updated_at,
       version
  FROM leads
 WHERE tenant_id = :tenant AND id = :id;

-- LEAD_SET_STATUS (id uuid, status text, version i64, now time) -> lead
UPDATE leads
   SET status = :status, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version
RETURNING id, full_name, email, organisation, sector, message, lang, status, created_at, updated_at,
          version;
