-- The demo's plants.

-- DEMO_INTEGRATION -> (id uuid, code text, seed i64, epoch text, days i64)
-- The active demo integration of a demo tenant.
SELECT i.id, t.code, (i.config->>'seed')::int8 AS seed, i.config->>'begins_at' AS epoch,
       (i.config->>'history_days')::int8 AS days
  FROM tenant_integrations i
  JOIN tenants t ON t.id = i.tenant_id
 WHERE i.tenant_id = :tenant AND t.id = :tenant AND t.is_demo AND i.is_active
   AND i.type = 'demo' AND i.config->>'mode' = 'demo'
 ORDER BY i.created_at
 LIMIT 1;

-- DEMO_EPOCH_SET (integration_id uuid, epoch text) -> nothing
UPDATE tenant_integrations
   SET config = config || jsonb_build_object('begins_at', (:epoch)::text)
 WHERE tenant_id = :tenant AND id = :integration_id;

-- DEMO_TAGS (integration_id uuid)
--        -> (external_tag text, asset_id uuid, asset_code text, metric text, scaling_factor f64,
--            offset_value f64, series_no i32)
-- Only into series that are simulated.
SELECT m.external_tag, a.id AS asset_id, a.code AS asset_code, m.internal_metric_name AS metric,
       m.scaling_factor, m.offset_value, e.no AS series_no
  FROM external_signal_mappings m
  JOIN assets a ON a.tenant_id = m.tenant_id AND a.id = m.asset_id
  JOIN series e ON e.tenant_id = m.tenant_id AND e.key = a.code || '.' || m.internal_metric_name
 WHERE m.tenant_id = :tenant AND m.integration_id = :integration_id AND m.is_active
   AND e.kind = 'simulated' AND e.is_active
 ORDER BY e.no;

-- DEMO_FAULT_ADD (id uuid, asset_id uuid, kind text, metric text?, begins_at time, fails_at time?,
--                 ends_at time, severity f64) -> nothing
INSERT INTO demo_faults (tenant_id, id, asset_id, kind, metric, begins_at, fails_at, ends_at,
                         severity)
VALUES (:tenant, :id, :asset_id, :kind, :metric, :begins_at, :fails_at, :ends_at, :severity)
ON CONFLICT (tenant_id, asset_id, kind, begins_at) DO NOTHING;

-- DEMO_TRUTH (from time, to time)
--         -> (asset_id uuid, asset_code text, kind text, metric text, begins_at time, fails_at time,
--             ends_at time, severity f64)
SELECT f.asset_id, a.code AS asset_code, f.kind, f.metric, f.begins_at, f.fails_at, f.ends_at,
       f.severity
  FROM demo_faults f
  JOIN assets a ON a.tenant_id = :tenant AND a.id = f.asset_id
 WHERE f.tenant_id = :tenant AND f.begins_at < :to AND f.ends_at > :from
 ORDER BY f.begins_at, a.code, f.kind, f.metric;

-- DEMO_TENANT_CLASSES -> (id uuid, code text)
SELECT id, code FROM asset_classes WHERE tenant_id = :tenant;

-- DEMO_TRIPPING_CLASSES -> (id uuid, code text, name text, name_ar text, says_running bool)
-- Those whose machines say that they run, or what load they carry, and that have no rule for a trip
-- yet.
SELECT c.id, c.code, c.name, c.name_ar, bool_or(m.metric = 'running') AS says_running
  FROM asset_classes c
  JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = c.id AND m.metric IN ('running', 'load_percent')
 WHERE c.tenant_id = :tenant
   AND NOT EXISTS (SELECT FROM alarm_rules r
                    WHERE r.tenant_id = :tenant AND r.code = c.code || '_trip')
   AND EXISTS (SELECT FROM assets a WHERE a.tenant_id = :tenant AND a.class_id = c.id)
 GROUP BY c.id, c.code, c.name, c.name_ar
 ORDER BY c.code;

-- DEMO_HAS_RULES -> (has bool)
SELECT EXISTS (SELECT FROM alarm_rules WHERE tenant_id = :tenant) AS has;

-- DEMO_ORDER_ADD (id uuid, asset_id uuid, number text, source_id text, mode text, kind text,
--                 started time, finished time) -> nothing
-- The record of work that was done before anybody looked: what failed, or was found in time.
INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, unit_id, asset_id, title,
                         title_ar, kind, status, priority, failure_mode_id, downtime_h, started_at,
                         finished_at, closed_at, created_at, updated_at)
SELECT :tenant, :id, :number, 'DEMO', :source_id, a.site_id, a.unit_id, a.id,
       coalesce(f.name, :mode), f.name_ar, :kind, 'closed', 'medium', f.id,
       extract(epoch FROM :finished::timestamptz - :started::timestamptz) / 3600, :started, :finished,
       :finished, :started, :finished
  FROM assets a
  LEFT JOIN asset_failure_modes f
    ON f.tenant_id = :tenant AND f.class_id = a.class_id AND f.code = :mode
 WHERE a.tenant_id = :tenant AND a.id = :asset_id
ON CONFLICT (tenant_id, source, source_id) DO NOTHING;

-- DEMO_WANTS_PLAN -> (wants bool)
-- Nobody has asked for one, models are fitted, and scores say something.
SELECT NOT EXISTS (SELECT FROM optimization_runs WHERE tenant_id = :tenant)
   AND EXISTS (SELECT FROM ai_models WHERE tenant_id = :tenant)
   AND NOT EXISTS (SELECT FROM jobs
                    WHERE tenant_id = :tenant AND kind IN ('ai.fit', 'ai.score')
                      AND state IN ('ready', 'running'))
   AND EXISTS (SELECT FROM asset_ai_scores
                WHERE tenant_id = :tenant AND is_latest AND state <> 'NOT_ENOUGH') AS wants;

-- DEMO_WANTS_MODELS -> (wants bool)
-- Nothing was ever fitted, and nobody is about to.
SELECT NOT EXISTS (SELECT FROM ai_models WHERE tenant_id = :tenant)
   AND NOT EXISTS (SELECT FROM jobs
                    WHERE tenant_id = :tenant AND kind = 'ai.fit'
                      AND state IN ('ready', 'running')) AS wants;
