-- Work orders: reading, making, changing.

-- CONSTRAINT work_orders_tenant_id_component_id_fkey -> work_order.component_unknown (component_id)
-- CONSTRAINT work_orders_tenant_id_failure_mode_id_fkey -> work_order.mode_unknown (failure_mode_id)
-- CONSTRAINT work_orders_tenant_id_incident_id_fkey -> work_order.incident_unknown (incident_id)
-- CONSTRAINT work_orders_tenant_id_assigned_user_id_fkey -> work_order.assignee_unknown (assigned_user_id)

-- WORK_ORDERS_GET (ids uuids, only_user uuid?) -> work_order
-- In the order of the ids. Of one person, where only_user is given: assigned to them or made by them.
SELECT w.id, w.number, w.source, w.source_id, w.site_id, w.unit_id, w.asset_id, w.component_id,
       w.incident_id, w.failure_mode_id, w.title, w.title_ar, w.description, w.description_ar,
       w.kind, w.status, w.priority, w.assigned_user_id, w.assigned_why, w.assigned_at, w.due_at,
       w.planned_from, w.started_at, w.finished_at, w.approved_at, w.closed_at, w.planned_h,
       w.labour_h, w.downtime_h, w.downtime_reason, w.found_cause, w.cost_minor, w.currency,
       w.evidence, w.created_by, w.created_by_id, w.approved_by, w.trace_id, w.joined_to_id, w.version, w.created_at,
       w.updated_at
  FROM unnest(:ids) WITH ORDINALITY AS o (id, place)
  JOIN work_orders w ON w.tenant_id = :tenant AND w.id = o.id
 WHERE :only_user IS NULL OR w.assigned_user_id = :only_user OR w.created_by_id = :only_user
 ORDER BY o.place;

-- WORK_ORDERS_OF_INCIDENT (incident_id uuid) -> (id uuid)
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND incident_id = :incident_id
 ORDER BY created_at DESC, id DESC
 LIMIT 200;

-- WORK_ORDERS_OF_ASSET (asset_id uuid, only_user uuid?, limit i64) -> (id uuid)
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND asset_id = :asset_id
   AND (:only_user IS NULL OR assigned_user_id = :only_user OR created_by_id = :only_user)
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;

-- WORK_ORDER_OF_SOURCE (source text, source_id text) -> (id uuid)
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND source = :source AND source_id = :source_id;

-- WORK_ORDER_AUTO (incident_id uuid) -> (id uuid)
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND incident_id = :incident_id AND source = 'BLACKBOX_AUTO'
   AND joined_to_id IS NULL;

-- WORK_ORDER_HOLD (id uuid) -> (id uuid)
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND id = :id
   FOR UPDATE;

-- WORK_ORDER_TOUCHED (id uuid) -> (is_touched bool)
-- Whether a person has left a mark that does not raise its version: a note, an answer, a file, a part,
-- "I have it".
SELECT EXISTS (SELECT FROM work_order_notes n
                WHERE n.tenant_id = :tenant AND n.work_order_id = :id
                  AND n.made_by_id IS NOT NULL)
    OR EXISTS (SELECT FROM work_order_checks c
                WHERE c.tenant_id = :tenant AND c.work_order_id = :id AND c.done_at IS NOT NULL)
    OR EXISTS (SELECT FROM work_order_files f
                WHERE f.tenant_id = :tenant AND f.work_order_id = :id)
    OR EXISTS (SELECT FROM work_order_parts p
                WHERE p.tenant_id = :tenant AND p.work_order_id = :id)
    OR EXISTS (SELECT FROM escalations e
                WHERE e.tenant_id = :tenant AND e.entity_type = 'work_order' AND e.entity_id = :id
                  AND e.acknowledged_at IS NOT NULL) AS is_touched;

-- WORK_ORDER_JOIN (id uuid, incident_id uuid, joined_to_id uuid?, status text, now time)
--     -> (version i64)
UPDATE work_orders
   SET incident_id = :incident_id, joined_to_id = :joined_to_id, status = :status,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id
RETURNING version;

-- WORK_ORDERS_PART (incident_id uuid, now time) -> nothing
-- What went on beside the order of another incident is its incident's own again, unless that has got
-- another one meanwhile.
UPDATE work_orders w
   SET joined_to_id = NULL, updated_at = :now, version = version + 1
 WHERE w.tenant_id = :tenant AND w.incident_id = :incident_id AND w.joined_to_id IS NOT NULL
   AND w.source = 'BLACKBOX_AUTO' AND w.status <> 'cancelled'
   AND NOT EXISTS (SELECT FROM work_orders o
                    WHERE o.tenant_id = :tenant AND o.incident_id = :incident_id
                      AND o.source = 'BLACKBOX_AUTO' AND o.joined_to_id IS NULL);

-- WORK_ORDER_PERSON (id uuid) -> (id uuid, name text, role text, is_active bool)
SELECT id, full_name AS name, role, is_active
  FROM users
 WHERE tenant_id = :tenant AND id = :id;

-- WORK_ORDER_SKILL (failure_mode_id uuid) -> (skill_id uuid)
SELECT skill_id
  FROM asset_failure_modes
 WHERE tenant_id = :tenant AND id = :failure_mode_id;

-- WORK_ORDER_COMPONENT (id uuid, asset_id uuid) -> (id uuid)
SELECT id
  FROM asset_components
 WHERE tenant_id = :tenant AND id = :id AND asset_id = :asset_id;

-- WORK_ORDER_INSPECTIONS (asset_id uuid, class_id uuid?, limit i64) -> (title text, title_ar text)
-- Of the asset itself before those of its class.
SELECT title, title_ar
  FROM machine_specs
 WHERE tenant_id = :tenant AND kind = 'inspection'
   AND (asset_id = :asset_id OR class_id = :class_id)
 ORDER BY asset_id IS NULL, position, title
 LIMIT :limit;

-- WORK_ORDER_NUMBER -> (number i64)
-- The next one; who makes orders at the same time waits for the commit.
INSERT INTO tenant_numbers AS n (tenant_id, kind, last_number)
VALUES (:tenant, 'work_order', 1001)
ON CONFLICT (tenant_id, kind) DO UPDATE SET last_number = n.last_number + 1
RETURNING last_number AS number;

-- WORK_ORDER_NUMBER_FREE (from_number i64, to_number i64) -> (number i64)
-- The first one that no imported order has; none where all are taken.
SELECT c.number
  FROM generate_series(:from_number, :to_number) AS c (number)
 WHERE NOT EXISTS (SELECT FROM work_orders w
                    WHERE w.tenant_id = :tenant AND w.number = 'WO-' || c.number::text)
 ORDER BY c.number
 LIMIT 1;

-- WORK_ORDER_NUMBER_SKIP (number i64) -> nothing
UPDATE tenant_numbers
   SET last_number = :number
 WHERE tenant_id = :tenant AND kind = 'work_order';

-- WORK_ORDER_ADD (id uuid, number text, source text, source_id text?, site_id uuid?, unit_id uuid?,
--     asset_id uuid?, component_id uuid?, incident_id uuid?, failure_mode_id uuid?, title text,
--     title_ar text?, description text?, description_ar text?, kind text, status text,
--     priority text, assigned_user_id uuid?, assigned_why json?, assigned_at time?, due_at time,
--     planned_h f64?, evidence json?, created_by text, created_by_id uuid?, trace_id uuid, now time)
--     -> (id uuid)
-- Nothing comes back where the chain, or the same item of a checklist, has made its order already.
INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, unit_id, asset_id,
                         component_id, incident_id, failure_mode_id, title, title_ar, description,
                         description_ar, kind, status, priority, assigned_user_id, assigned_why,
                         assigned_at, due_at, planned_h, evidence, created_by, created_by_id,
                         trace_id, created_at, updated_at)
VALUES (:tenant, :id, :number, :source, :source_id, :site_id, :unit_id, :asset_id, :component_id,
        :incident_id, :failure_mode_id, :title, :title_ar, :description, :description_ar, :kind,
        :status, :priority, :assigned_user_id, :assigned_why, :assigned_at, :due_at, :planned_h,
        :evidence, :created_by, :created_by_id, :trace_id, :now, :now)
ON CONFLICT DO NOTHING
RETURNING id;

-- WORK_ORDER_STORE (id uuid, version i64, title text, title_ar text?, description text?,
--     description_ar text?, kind text, status text, priority text, component_id uuid?,
--     failure_mode_id uuid?, assigned_user_id uuid?, assigned_why json?, assigned_at time?,
--     due_at time?, planned_from time?, planned_h f64?, started_at time?, finished_at time?,
--     approved_by uuid?, approved_at time?, closed_at time?, labour_h f64?, downtime_h f64?,
--     downtime_reason text?, found_cause text?, cost_minor i64?, currency text?, now time)
--     -> (version i64)
-- If nobody changed it since `version` was read. Another due date is told again when it passes.
UPDATE work_orders
   SET title = :title, title_ar = :title_ar, description = :description,
       description_ar = :description_ar, kind = :kind, status = :status, priority = :priority,
       component_id = :component_id, failure_mode_id = :failure_mode_id,
       assigned_user_id = :assigned_user_id, assigned_why = :assigned_why,
       assigned_at = :assigned_at,
       overdue_told_at = CASE WHEN due_at IS NOT DISTINCT FROM :due_at THEN overdue_told_at END,
       due_at = :due_at, planned_from = :planned_from, planned_h = :planned_h,
       started_at = :started_at, finished_at = :finished_at, approved_by = :approved_by,
       approved_at = :approved_at, closed_at = :closed_at, labour_h = :labour_h,
       downtime_h = :downtime_h, downtime_reason = :downtime_reason, found_cause = :found_cause,
       cost_minor = :cost_minor, currency = :currency, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version
RETURNING version;

-- WORK_ORDER_STEP_ADD (id uuid, work_order_id uuid, status text, note text?, made_by text,
--                      made_by_id uuid?, now time) -> nothing
INSERT INTO work_order_steps (tenant_id, id, work_order_id, status, note, made_by, made_by_id,
                              made_at)
VALUES (:tenant, :id, :work_order_id, :status, :note, :made_by, :made_by_id, :now);

-- WORK_ORDER_CHECKS_ADD (ids uuids, work_order_id uuid, positions i32s, texts texts, texts_ar texts)
--                       -> nothing
INSERT INTO work_order_checks (tenant_id, id, work_order_id, position, text, text_ar)
SELECT :tenant, c.id, :work_order_id, c.position, c.text, c.text_ar
  FROM unnest(:ids, :positions, :texts, :texts_ar) AS c (id, position, text, text_ar);

-- WORK_ORDER_PARTS_ADD (ids uuids, work_order_id uuid, part_numbers texts, names texts,
--                       quantities f64s, units texts) -> nothing
INSERT INTO work_order_parts (tenant_id, id, work_order_id, part_number, name, quantity, unit)
SELECT :tenant, p.id, :work_order_id, p.part_number, p.name, p.quantity, p.unit
  FROM unnest(:ids, :part_numbers, :names, :quantities, :units)
       AS p (id, part_number, name, quantity, unit);
