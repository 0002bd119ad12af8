-- Files of series that were read, and how far.

-- RECIPE_IMPORT_FIND (fingerprint text) -> recipe_import
-- The latest of the same file and the same step.
SELECT id, status, line, samples, refused
  FROM imports
 WHERE tenant_id = :tenant AND fingerprint = :fingerprint AND kind = 'series'
 ORDER BY updated_at DESC
 LIMIT 1;

-- RECIPE_IMPORT_ADD (id uuid, name text, fingerprint text, now time) -> nothing
INSERT INTO imports (tenant_id, id, kind, name, fingerprint, status, started_at, updated_at)
VALUES (:tenant, :id, 'series', :name, :fingerprint, 'running', :now, :now);

-- RECIPE_IMPORT_NOTE (id uuid, status text, line i64, samples i64, refused i64, now time) -> nothing
UPDATE imports
   SET status = :status, line = :line, samples = :samples, refused = :refused, updated_at = :now
 WHERE tenant_id = :tenant AND id = :id;
