-- One asset, with what belongs to it. Work orders and events only as far as an asset's page shows them.

-- ASSET_HEAD (id uuid) -> asset_head
SELECT a.id, a.code, a.name, a.name_ar, a.criticality, a.status, a.impact_factor, a.capacity,
       a.capacity_unit, a.power_rated_kw, a.manufacturer, a.model, a.serial, a.installed_on,
       a.site_id, s.code AS site_code, s.name AS site_name, s.name_ar AS site_name_ar,
       s.time_zone AS site_time_zone, a.unit_id, a.class_id, c.code AS class_code,
       c.name AS class_name, c.name_ar AS class_name_ar, c.iso14224_code AS class_iso14224,
       a.cost_model_id, a.version
  FROM assets a
  JOIN sites s ON s.tenant_id = :tenant AND s.id = a.site_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE a.tenant_id = :tenant AND a.id = :id;

-- ASSET_UNIT_PATH (unit_id uuid) -> asset_option
-- The unit and those above it, the uppermost first.
WITH RECURSIVE above (id, parent_id, code, name, name_ar, depth) AS (
    SELECT u.id, u.parent_id, u.code, u.name, u.name_ar, 0
      FROM plant_units u
     WHERE u.tenant_id = :tenant AND u.id = :unit_id
    UNION ALL
    SELECT u.id, u.parent_id, u.code, u.name, u.name_ar, b.depth + 1
      FROM plant_units u JOIN above b ON u.id = b.parent_id
     WHERE u.tenant_id = :tenant AND b.depth < 50)
SELECT id, code, name, name_ar
  FROM above
 ORDER BY depth DESC;

-- ASSET_MODES (asset_id uuid, class_id uuid?) -> failure_mode
-- Of the asset and of its class, the riskiest first.
SELECT id, class_id, asset_id, code, iso14224_code, mechanism, category, name, name_ar, effect,
       effect_ar, action, action_ar, severity, occurrence, detection, rpn, pf_interval_h, repair_h,
       version, created_at, updated_at
  FROM asset_failure_modes
 WHERE tenant_id = :tenant AND (asset_id = :asset_id OR class_id = :class_id)
 ORDER BY rpn DESC, code
 LIMIT 500;

-- ASSET_SPECS (asset_id uuid, class_id uuid?) -> machine_spec
SELECT id, class_id, asset_id, kind, position, title, title_ar, metric, value_min, value_max, unit,
       text, text_ar, reference, version, created_at, updated_at
  FROM machine_specs
 WHERE tenant_id = :tenant AND (asset_id = :asset_id OR class_id = :class_id)
 ORDER BY kind, position, title
 LIMIT 500;

-- ASSET_THRESHOLDS (class_id uuid, criticality text) -> asset_threshold
-- For this criticality before any; the one that counts of each metric is the first approved one.
SELECT t.id, t.metric, t.unit, t.criticality, t.low_low, t.low, t.high, t.high_high,
       t.cost_reference_minor, t.currency, t.source, t.approved_at,
       u.full_name AS approved_by, m.name AS metric_name, m.name_ar AS metric_name_ar
  FROM threshold_references t
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = t.approved_by
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = t.class_id AND m.metric = t.metric
 WHERE t.tenant_id = :tenant AND t.class_id = :class_id
   AND (t.criticality = :criticality OR t.criticality IS NULL)
 ORDER BY coalesce(m.position, 1000000), t.metric, t.criticality NULLS LAST
 LIMIT 500;

-- ASSET_MAPPINGS (asset_id uuid) -> asset_mapping
SELECT m.external_tag, i.name AS integration, m.internal_metric_name AS metric, m.scaling_factor,
       m.offset_value, m.unit, m.is_active
  FROM external_signal_mappings m
  JOIN tenant_integrations i ON i.tenant_id = :tenant AND i.id = m.integration_id
 WHERE m.tenant_id = :tenant AND m.asset_id = :asset_id
 ORDER BY m.internal_metric_name, m.external_tag
 LIMIT 500;

-- ASSET_COST_APPROVER (id uuid) -> (approved_by text)
SELECT u.full_name AS approved_by
  FROM optimization_cost_models c
  JOIN users u ON u.tenant_id = :tenant AND u.id = c.approved_by
 WHERE c.tenant_id = :tenant AND c.id = :id;

-- ASSET_WORK_ORDERS (asset_id uuid, only_user uuid?, limit i64) -> asset_work_order
-- What is open first, then the newest; of one person where only_user is given.
SELECT w.id, w.number, w.title, w.kind, w.status, w.priority, w.source, w.due_at, w.started_at,
       w.finished_at, w.created_at, u.full_name AS assigned_to
  FROM work_orders w
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = w.assigned_user_id
 WHERE w.tenant_id = :tenant AND w.asset_id = :asset_id
   AND (:only_user IS NULL OR w.assigned_user_id = :only_user OR w.created_by_id = :only_user)
 ORDER BY w.status IN ('done', 'closed', 'cancelled'), w.created_at DESC, w.id DESC
 LIMIT :limit;

-- ASSET_EVENTS (asset_id uuid, limit i64) -> asset_event
SELECT id, event_time, source_system, source_type, severity, event_category, summary
  FROM blackbox_events
 WHERE tenant_id = :tenant AND asset_id = :asset_id
 ORDER BY event_time DESC, id DESC
 LIMIT :limit;
