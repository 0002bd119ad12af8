-- A fleet's record that becomes a tenant.

-- FLEET_STANDING -> (newest time, backtests i64, models i64)
-- How far an earlier run came.
SELECT (SELECT max(l.time) FROM series_last l WHERE l.tenant_id = :tenant) AS newest,
       (SELECT count(*) FROM maintenance_backtests b WHERE b.tenant_id = :tenant) AS backtests,
       (SELECT count(*) FROM ai_models m WHERE m.tenant_id = :tenant) AS models;

-- FLEET_UNCONFIRMED (limit i64) -> (id uuid, asset_code text, anchor_time time, status text)
-- Incidents of machines that were analysed and of whose cause nobody has said anything.
SELECT i.id, a.code AS asset_code, i.anchor_time, i.status
  FROM blackbox_incidents i
  JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
 WHERE i.tenant_id = :tenant AND i.confirmed_cause IS NULL AND i.merged_into IS NULL
   AND i.rca_run_id IS NOT NULL AND i.status <> 'CLOSED'
 ORDER BY i.anchor_time, i.id
 LIMIT :limit;

-- FLEET_NOTICES_READ (before time) -> nothing
-- What was told a while before the record ends is no news to whoever opens it today.
UPDATE notifications SET is_read = true, read_at = created_at
 WHERE tenant_id = :tenant AND NOT is_read AND created_at < :before;

-- FLEET_RECOMMENDS -> (runs i64)
SELECT count(*) AS runs FROM optimization_runs WHERE tenant_id = :tenant;
