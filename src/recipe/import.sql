-- Imports, so that one that was broken off goes on where it was.

-- IMPORT_LATEST (kind text, fingerprint text) -> import_record
SELECT id, name, status, byte_offset, line, samples, refused
  FROM imports
 WHERE tenant_id = :tenant AND fingerprint = :fingerprint AND kind = :kind
 ORDER BY started_at DESC, id DESC
 LIMIT 1;

-- IMPORT_BEGIN (id uuid, kind text, name text, fingerprint text, now time) -> nothing
INSERT INTO imports (tenant_id, id, kind, name, fingerprint, status, started_at, updated_at)
VALUES (:tenant, :id, :kind, :name, :fingerprint, 'running', :now, :now);

-- IMPORT_RESUME (id uuid, now time) -> nothing
UPDATE imports
   SET status = 'running', updated_at = :now
 WHERE tenant_id = :tenant AND id = :id;

-- IMPORT_ADVANCE (id uuid, from_offset i64, byte_offset i64, line i64, samples i64, refused i64,
--     status text, now time) -> nothing
-- In the transaction of what it counts. Nothing is touched when another one has moved it.
UPDATE imports
   SET byte_offset = :byte_offset, line = :line, samples = samples + :samples,
       refused = refused + :refused, status = :status, updated_at = :now
 WHERE tenant_id = :tenant AND id = :id AND status = 'running' AND byte_offset = :from_offset;

-- IMPORT_FAIL (id uuid, now time) -> nothing
UPDATE imports
   SET status = 'failed', updated_at = :now
 WHERE tenant_id = :tenant AND id = :id AND status = 'running';
