-- What travels with an order: notes, checklist, parts, history.

-- WORK_ORDER_NOTES (work_order_id uuid) -> work_order_note
SELECT n.id, n.text, n.made_by, u.full_name AS made_by_name, n.made_at
  FROM work_order_notes n
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = n.made_by_id
 WHERE n.tenant_id = :tenant AND n.work_order_id = :work_order_id
 ORDER BY n.made_at, n.id
 LIMIT 1000;

-- WORK_ORDER_NOTE_ADD (id uuid, work_order_id uuid, text text, made_by text, made_by_id uuid?,
--                      now time) -> nothing
INSERT INTO work_order_notes (tenant_id, id, work_order_id, text, made_by, made_by_id, made_at)
VALUES (:tenant, :id, :work_order_id, :text, :made_by, :made_by_id, :now);

-- WORK_ORDER_CHECKS (work_order_id uuid) -> work_order_check
SELECT c.id, c.position::bigint AS position, c.text, c.text_ar, c.result, c.note, c.done_by,
       u.full_name AS done_by_name, c.done_at, c.follow_up_id, f.number AS follow_up_number,
       c.version
  FROM work_order_checks c
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = c.done_by_id
  LEFT JOIN work_orders f ON f.tenant_id = :tenant AND f.id = c.follow_up_id
 WHERE c.tenant_id = :tenant AND c.work_order_id = :work_order_id
 ORDER BY c.position, c.id
 LIMIT 1000;

-- WORK_ORDER_CHECK_SET (id uuid, work_order_id uuid, version i64, result text, note text?,
--                       done_by text, done_by_id uuid?, follow_up_id uuid?, now time) -> (id uuid)
UPDATE work_order_checks
   SET result = :result, note = :note, done_by = :done_by, done_by_id = :done_by_id,
       done_at = :now, follow_up_id = coalesce(follow_up_id, :follow_up_id), version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND work_order_id = :work_order_id AND version = :version
RETURNING id;

-- WORK_ORDER_CHECK_ADD (id uuid, work_order_id uuid, text text, text_ar text?) -> nothing
INSERT INTO work_order_checks (tenant_id, id, work_order_id, position, text, text_ar)
SELECT :tenant, :id, :work_order_id,
       1 + coalesce((SELECT max(c.position) FROM work_order_checks c
                      WHERE c.tenant_id = :tenant AND c.work_order_id = :work_order_id), 0),
       :text, :text_ar;

-- WORK_ORDER_PARTS (work_order_id uuid) -> work_order_part
SELECT id, part_number, name, unit, quantity,
       CASE is_available WHEN true THEN 'there' WHEN false THEN 'missing' ELSE 'not_known' END
           AS availability,
       version
  FROM work_order_parts
 WHERE tenant_id = :tenant AND work_order_id = :work_order_id
 ORDER BY id
 LIMIT 1000;

-- WORK_ORDER_PART_ADD (id uuid, work_order_id uuid, part_number text?, name text, quantity f64,
--                      unit text, is_available bool?) -> nothing
INSERT INTO work_order_parts (tenant_id, id, work_order_id, part_number, name, quantity, unit,
                              is_available)
VALUES (:tenant, :id, :work_order_id, :part_number, :name, :quantity, :unit, :is_available);

-- WORK_ORDER_PART_SET (id uuid, work_order_id uuid, version i64, part_number text?, name text,
--                      quantity f64, unit text, is_available bool?) -> (id uuid)
UPDATE work_order_parts
   SET part_number = :part_number, name = :name, quantity = :quantity, unit = :unit,
       is_available = :is_available, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND work_order_id = :work_order_id AND version = :version
RETURNING id;

-- WORK_ORDER_PART_REMOVE (id uuid, work_order_id uuid, version i64?) -> nothing
DELETE FROM work_order_parts
 WHERE tenant_id = :tenant AND id = :id AND work_order_id = :work_order_id
   AND (:version IS NULL OR version = :version);

-- CONSTRAINT work_order_after_itself_check -> work_order.before_itself

-- WORK_ORDER_BEFORES (work_order_id uuid) -> work_order_before
SELECT o.id, o.number, o.title, o.title_ar, o.status
  FROM work_order_after a
  JOIN work_orders o ON o.tenant_id = :tenant AND o.id = a.after_id
 WHERE a.tenant_id = :tenant AND a.work_order_id = :work_order_id
 ORDER BY o.number;

-- WORK_ORDER_NUMBERED (numbers texts) -> (id uuid, number text)
SELECT id, number FROM work_orders WHERE tenant_id = :tenant AND number = ANY (:numbers);

-- WORK_ORDER_BEFORES_LOCK -> (is_locked bool)
-- The order of the tenant's work is changed by one at a time, until the end of the transaction: a
-- circle may be closed by orders that neither of two people names.
SELECT pg_advisory_xact_lock(hashtext('work_order.befores'), hashtext((:tenant)::text)) IS NOT NULL
       AS is_locked;

-- WORK_ORDERS_HOLD (ids uuids) -> (id uuid)
-- They stay as they are until the commit.
SELECT id FROM work_orders WHERE tenant_id = :tenant AND id = ANY (:ids) ORDER BY id FOR UPDATE;

-- WORK_ORDER_CIRCLE (id uuid, after_ids uuids) -> (number text)
-- The first of them that waits for the order already, by however many others.
WITH RECURSIVE chain AS (
    SELECT first.id AS first_id, first.id
      FROM unnest(:after_ids) AS first (id)
     UNION
    SELECT c.first_id, a.after_id
      FROM chain c
      JOIN work_order_after a ON a.tenant_id = :tenant AND a.work_order_id = c.id
)
SELECT o.number
  FROM chain c
  JOIN work_orders o ON o.tenant_id = :tenant AND o.id = c.first_id
 WHERE c.id = :id
 LIMIT 1;

-- WORK_ORDER_BEFORES_CLEAR (work_order_id uuid) -> nothing
DELETE FROM work_order_after WHERE tenant_id = :tenant AND work_order_id = :work_order_id;

-- WORK_ORDER_BEFORES_ADD (work_order_id uuid, after_ids uuids, made_by text, now time) -> nothing
INSERT INTO work_order_after (tenant_id, work_order_id, after_id, made_by, made_at)
SELECT :tenant, :work_order_id, id, :made_by, :now FROM unnest(:after_ids) AS t (id)
ON CONFLICT DO NOTHING;

-- WORK_ORDER_STEPS (work_order_id uuid) -> work_order_step
SELECT p.id, p.status, p.note, p.made_by, u.full_name AS made_by_name, p.made_at
  FROM work_order_steps p
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = p.made_by_id
 WHERE p.tenant_id = :tenant AND p.work_order_id = :work_order_id
 ORDER BY p.made_at, p.id
 LIMIT 1000;
