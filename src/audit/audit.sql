-- The audit: rows are added and read, and after their time deleted.

-- AUDIT_ADD (id uuid, at time, actor_kind text, actor_id uuid?, actor_tenant_id uuid?,
--            actor_label text, action text, outcome text, object_type text?, object_id text?,
--            object_label text?, changes json?, request_id text?, address text?) -> nothing
INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_id, actor_tenant_id, actor_label,
                        action, outcome, object_type, object_id, object_label, changes,
                        request_id, address)
VALUES (:tenant, :id, :at, :actor_kind, :actor_id, :actor_tenant_id, :actor_label, :action,
        :outcome, :object_type, :object_id, :object_label, :changes, :request_id, :address);

-- AUDIT_FIND (from_at time, to_at time, before_at time, before_id uuid, action text?,
--             actor_id uuid?, actor_part text?, object_type text?, object_id text?,
--             outcome text?, limit i64) -> audit_row
-- The bounds of time are never NULL, so that they and the page's place are found by the index on
-- (tenant_id, at, id) whatever else is asked for.
SELECT id, at, actor_kind, actor_id, actor_tenant_id, actor_label, action, outcome, object_type,
       object_id, object_label, changes, request_id, address
  FROM audit_logs
 WHERE tenant_id = :tenant
   AND at >= :from_at AND at < :to_at
   AND (at, id) < (:before_at, :before_id)
   AND (:action IS NULL OR starts_with(action, :action))
   AND (:actor_id IS NULL OR actor_id = :actor_id)
   AND (:actor_part IS NULL OR strpos(lower(actor_label), lower(:actor_part)) > 0)
   AND (:object_type IS NULL OR object_type = :object_type)
   AND (:object_id IS NULL OR object_id = :object_id)
   AND (:outcome IS NULL OR outcome = :outcome)
 ORDER BY at DESC, id DESC
 LIMIT :limit;

-- AUDIT_TRIM (older_than time, limit i64) -> nothing
DELETE FROM audit_logs AS a
 USING (SELECT o.tenant_id, o.id
          FROM audit_logs o
         WHERE o.tenant_id = :tenant AND o.at < :older_than
         ORDER BY o.at
         LIMIT :limit) AS old
 WHERE a.tenant_id = :tenant AND old.tenant_id = a.tenant_id AND a.id = old.id;
