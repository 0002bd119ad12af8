-- What the page of an order says beside the order itself.

-- WORK_ORDER_AROUND (id uuid) -> work_order_around
SELECT a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar, s.name AS site_name,
       s.name_ar AS site_name_ar, s.time_zone, c.name AS component_name,
       c.name_ar AS component_name_ar, p.full_name AS assigned_name, p.is_active AS is_assignee_active,
       m.name AS mode_name, m.name_ar AS mode_name_ar, y.full_name AS created_name,
       v.full_name AS approved_name, i.number AS incident_number, i.title AS incident_title,
       i.title_ar AS incident_title_ar,
       e.acknowledged_at IS NULL AND e.id IS NOT NULL AS is_awaited, a.class_id
  FROM work_orders w
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = w.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = w.site_id
  LEFT JOIN asset_components c ON c.tenant_id = :tenant AND c.id = w.component_id
  LEFT JOIN users p ON p.tenant_id = :tenant AND p.id = w.assigned_user_id
  LEFT JOIN asset_failure_modes m ON m.tenant_id = :tenant AND m.id = w.failure_mode_id
  LEFT JOIN users y ON y.tenant_id = :tenant AND y.id = w.created_by_id
  LEFT JOIN users v ON v.tenant_id = :tenant AND v.id = w.approved_by
  LEFT JOIN blackbox_incidents i ON i.tenant_id = :tenant AND i.id = w.incident_id
  LEFT JOIN escalations e ON e.tenant_id = :tenant AND e.entity_type = 'work_order'
                         AND e.entity_id = w.id
 WHERE w.tenant_id = :tenant AND w.id = :id;

-- WORK_ORDER_JOINED (id uuid, joined_to_id uuid?) -> (id uuid, number text)
-- The one that it goes with, and those that go with it.
SELECT id, number
  FROM work_orders
 WHERE tenant_id = :tenant AND (joined_to_id = :id OR id = :joined_to_id)
 ORDER BY id = :joined_to_id DESC, created_at, id
 LIMIT 50;

-- WORK_ORDER_CAUSES (asset_id uuid, class_id uuid?) -> (code text, name text, name_ar text)
-- Failure modes of the asset and of its class, to choose the found cause from.
SELECT code, name, name_ar
  FROM asset_failure_modes
 WHERE tenant_id = :tenant AND (asset_id = :asset_id OR class_id = :class_id)
 ORDER BY asset_id IS NULL, code
 LIMIT 200;
