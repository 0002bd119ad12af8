-- What only the plant's pages ask.

-- PLANT_COUNTS -> (kind text, count i64, waiting i64)
-- How many records of each kind there are, and how many of them nobody answers for.
SELECT 'site' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM sites WHERE tenant_id = :tenant
UNION ALL
SELECT 'unit' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM plant_units WHERE tenant_id = :tenant
UNION ALL
SELECT 'asset_class' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM asset_classes WHERE tenant_id = :tenant
UNION ALL
SELECT 'class_metric' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM asset_class_metrics WHERE tenant_id = :tenant
UNION ALL
SELECT 'asset' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM assets WHERE tenant_id = :tenant
UNION ALL
SELECT 'component' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM asset_components WHERE tenant_id = :tenant
UNION ALL
SELECT 'failure_mode' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM asset_failure_modes WHERE tenant_id = :tenant
UNION ALL
SELECT 'machine_spec' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM machine_specs WHERE tenant_id = :tenant
UNION ALL
SELECT 'cost_model' AS kind, count(*) AS count, count(*) FILTER (WHERE approved_at IS NULL) AS waiting
  FROM optimization_cost_models WHERE tenant_id = :tenant
UNION ALL
SELECT 'threshold' AS kind, count(*) AS count, count(*) FILTER (WHERE approved_at IS NULL) AS waiting
  FROM threshold_references WHERE tenant_id = :tenant
UNION ALL
SELECT 'carbon_factor' AS kind, count(*) AS count, count(*) FILTER (WHERE confirmed_at IS NULL) AS waiting
  FROM carbon_factors WHERE tenant_id = :tenant
UNION ALL
SELECT 'shift' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM shifts WHERE tenant_id = :tenant
UNION ALL
SELECT 'user_shift' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM user_shifts WHERE tenant_id = :tenant
UNION ALL
SELECT 'absence' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM user_absences WHERE tenant_id = :tenant
UNION ALL
SELECT 'skill' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM skills WHERE tenant_id = :tenant
UNION ALL
SELECT 'user_skill' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM user_skills WHERE tenant_id = :tenant
UNION ALL
SELECT 'holiday' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM holidays WHERE tenant_id = :tenant
UNION ALL
SELECT 'maintenance_window' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM maintenance_windows WHERE tenant_id = :tenant
UNION ALL
SELECT 'spare_part' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM spare_parts WHERE tenant_id = :tenant
UNION ALL
SELECT 'source_clock' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM source_clocks WHERE tenant_id = :tenant
UNION ALL
SELECT 'integration' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM tenant_integrations WHERE tenant_id = :tenant
UNION ALL
SELECT 'mapping' AS kind, count(*) AS count, 0::bigint AS waiting
  FROM external_signal_mappings WHERE tenant_id = :tenant;

-- USER_OPTIONS (limit i64) -> record_label
-- People to choose from.
SELECT id, lower(email) AS code, NULL::uuid AS within_id, full_name AS name, NULL::text AS name_ar
  FROM users
 WHERE tenant_id = :tenant AND is_active
 ORDER BY full_name, id
 LIMIT :limit;
