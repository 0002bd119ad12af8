-- What the first page asks beyond what other folders answer. Every list has a limit.

-- DASHBOARD_INCIDENTS (assigned_to uuid?, unconfirmed bool, newest i64, limit i64) -> incident_row
-- What goes on, the gravest first; of equals, where more is at risk. Of the newest ones alone, so
-- that a tenant that closes nothing does not wait for its first page. Unconfirmed: with a cause
-- that nobody has confirmed yet, also where it is resolved.
SELECT i.id, i.number, i.incident_type, i.status, i.severity, i.title, i.title_ar, i.root_asset_id,
       i.site_id, i.unit_id, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       i.start_time, i.end_time, i.anchor_time, i.version, i.rca_summary, i.root_cause_score,
       i.top_cause, i.top_probability, i.confirmed_cause, i.created_at, i.updated_at
  FROM (SELECT *
          FROM blackbox_incidents n
         WHERE n.tenant_id = :tenant AND n.merged_into IS NULL
           AND (n.status IN ('OPEN', 'INVESTIGATING') OR (:unconfirmed AND n.status = 'RESOLVED'))
           AND (NOT :unconfirmed OR (n.top_cause IS NOT NULL AND n.confirmed_cause IS NULL))
           AND (:assigned_to IS NULL OR EXISTS (
                SELECT 1 FROM work_orders w
                 WHERE w.tenant_id = :tenant AND w.incident_id = n.id
                   AND w.assigned_user_id = :assigned_to))
         ORDER BY n.start_time DESC, n.id DESC
         LIMIT :newest) i
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
  LEFT JOIN asset_ai_scores c ON c.tenant_id = :tenant AND c.asset_id = i.root_asset_id
                             AND c.is_latest
 WHERE i.tenant_id = :tenant
 ORDER BY array_position(ARRAY['CATASTROPHIC', 'CRITICAL', 'MAJOR', 'MINOR'], i.severity),
          c.production_risk_index DESC NULLS LAST, i.start_time DESC, i.id DESC
 LIMIT :limit;

-- DASHBOARD_ORDER (only_user uuid?, incident_id uuid?, asset_id uuid?) -> dashboard_order
-- Who goes: the order of the incident, else the most urgent one of the asset; with neither, the
-- next one that is planned.
SELECT w.id, w.number, w.title, w.title_ar, w.status, w.priority, w.due_at, w.planned_from,
       w.planned_h, w.assigned_user_id, u.full_name AS assigned_name, a.code AS asset_code,
       a.name AS asset_name, a.name_ar AS asset_name_ar
  FROM work_orders w
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = w.assigned_user_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = w.asset_id
 WHERE w.tenant_id = :tenant AND w.status IN ('pending_approval', 'open', 'in_progress')
   AND (:only_user IS NULL OR w.assigned_user_id = :only_user OR w.created_by_id = :only_user)
   AND (w.incident_id = :incident_id OR w.asset_id = :asset_id
        OR (:incident_id IS NULL AND :asset_id IS NULL))
 ORDER BY w.incident_id IS NOT DISTINCT FROM :incident_id AND :incident_id IS NOT NULL DESC,
          array_position(ARRAY['critical', 'high', 'medium', 'low'], w.priority),
          coalesce(w.planned_from, w.due_at), w.id
 LIMIT 1;

-- DASHBOARD_OWN_ORDERS (user_id uuid, limit i64) -> dashboard_order
-- One's own, as one goes to them: what has a day by its day, then what is due.
SELECT w.id, w.number, w.title, w.title_ar, w.status, w.priority, w.due_at, w.planned_from,
       w.planned_h, w.assigned_user_id, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar
  FROM work_orders w
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = w.asset_id
 WHERE w.tenant_id = :tenant AND w.assigned_user_id = :user_id
   AND w.status IN ('pending_approval', 'open', 'in_progress')
 ORDER BY coalesce(w.planned_from, w.due_at),
          array_position(ARRAY['critical', 'high', 'medium', 'low'], w.priority), w.id
 LIMIT :limit;

-- DASHBOARD_JOB (run_id uuid, asset_id uuid?) -> (position i64)
-- The plan's first job that nobody has left out and nobody has ended; of an asset where one is given.
SELECT r.position
  FROM optimization_recommendations r
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = r.asset_id
  LEFT JOIN work_orders w ON w.tenant_id = :tenant
                         AND w.id = coalesce(r.made_order_id, r.work_order_id)
 WHERE r.tenant_id = :tenant AND r.run_id = :run_id AND r.action = 'do'
   AND r.status <> 'rejected'
   AND (:asset_id IS NULL OR r.asset_id = :asset_id)
   AND a.status IS DISTINCT FROM 'retired'
   AND (w.id IS NULL OR w.status IN ('pending_approval', 'open', 'in_progress'))
 ORDER BY r.position
 LIMIT 1;

-- DASHBOARD_RISKS (asset_id uuid?, run_id uuid?, limit i64) -> dashboard_risk
-- Assets that the plan sends somebody to, in its order, then those of the highest risk; with what is
-- to be done against their likeliest mode. What is retired keeps its last score.
SELECT a.id AS asset_id, a.code, a.name, a.name_ar, c.scored_at, c.state, c.health_score,
       c.failure_probability, c.failure_low, c.failure_high, c.horizon_h, c.production_risk_index,
       c.anomaly_flag, x.place IS NOT NULL AS is_planned, coalesce(o.name, k.name) AS mode_name,
       coalesce(o.name_ar, k.name_ar) AS mode_name_ar, coalesce(o.action, k.action) AS action,
       coalesce(o.action_ar, k.action_ar) AS action_ar
  FROM (SELECT u.asset_id, min(u.place) AS place
          FROM ((SELECT r.asset_id, min(r.position) AS place
                   FROM optimization_recommendations r
                   JOIN assets w ON w.tenant_id = :tenant AND w.id = r.asset_id
                                AND w.status <> 'retired'
                  WHERE r.tenant_id = :tenant AND r.run_id = :run_id AND r.action = 'do'
                    AND r.status <> 'rejected'
                  GROUP BY r.asset_id
                  ORDER BY min(r.position)
                  LIMIT :limit)
                UNION ALL
                (SELECT n.asset_id, NULL::integer
                   FROM asset_ai_scores n
                   JOIN assets w ON w.tenant_id = :tenant AND w.id = n.asset_id
                                AND w.status <> 'retired'
                  WHERE n.tenant_id = :tenant AND n.is_latest
                    AND n.production_risk_index IS NOT NULL
                    AND (:asset_id IS NULL OR n.asset_id = :asset_id)
                  ORDER BY n.production_risk_index DESC, n.asset_id
                  LIMIT :limit)) u
         GROUP BY u.asset_id) x
  JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
  JOIN asset_ai_scores c ON c.tenant_id = :tenant AND c.asset_id = x.asset_id AND c.is_latest
  LEFT JOIN asset_failure_modes o ON o.tenant_id = :tenant AND o.asset_id = a.id
                                 AND o.code = c.top_mode
  LEFT JOIN asset_failure_modes k ON k.tenant_id = :tenant AND k.class_id = a.class_id
                                 AND k.code = c.top_mode
 WHERE a.tenant_id = :tenant
 ORDER BY x.place NULLS LAST, c.production_risk_index DESC NULLS LAST, a.code
 LIMIT :limit;

-- DASHBOARD_SITES (high f64, raised f64, limit i64) -> dashboard_site
-- The risk map: how many assets of each site lie in which band, and the highest of them.
SELECT s.id, s.name, s.name_ar, count(a.id) AS assets,
       count(*) FILTER (WHERE c.production_risk_index >= :high) AS high,
       count(*) FILTER (WHERE c.production_risk_index >= :raised
                          AND c.production_risk_index < :high) AS raised,
       count(*) FILTER (WHERE c.production_risk_index < :raised) AS low,
       max(c.production_risk_index) AS most
  FROM sites s
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.site_id = s.id
                    AND a.status IN ('in_service', 'standby')
  LEFT JOIN asset_ai_scores c ON c.tenant_id = :tenant AND c.asset_id = a.id AND c.is_latest
 WHERE s.tenant_id = :tenant
 GROUP BY s.id, s.code, s.name, s.name_ar
 ORDER BY max(c.production_risk_index) DESC NULLS LAST, s.code
 LIMIT :limit;

-- DASHBOARD_ALARMS (asset_id uuid?, limit i64) -> dashboard_alarm
-- What is active and neither shelved nor suppressed, the most pressing first, with what the operator
-- does about it; and in each row how many there are of it.
SELECT x.id, x.title, x.title_ar, x.priority, x.state, x.value, x.limit_value, x.unit, x.raised_at,
       x.asset_id, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       r.response, r.response_ar, count(*) OVER () AS active
  FROM alerts x
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
  LEFT JOIN alarm_rules r ON r.tenant_id = :tenant AND r.id = x.rule_id
 WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL
   AND (:asset_id IS NULL OR x.asset_id = :asset_id)
   AND x.shelved_until IS NULL AND x.suppressed_by IS NULL
 ORDER BY x.state IN ('acknowledged', 'returned'),
          array_position(ARRAY['critical', 'high', 'medium', 'low'], x.priority),
          x.raised_at DESC, x.id DESC
 LIMIT :limit;

-- DASHBOARD_LIMITS (asset_id uuid) -> (signals i64, rules i64, quiet i64)
-- What watches over an asset: its signals, and alarm rules of it or of its class; and how many of its
-- alarms are shelved or suppressed.
SELECT (SELECT count(*) FROM series n
         WHERE n.tenant_id = :tenant AND n.asset_id = :asset_id AND n.is_active) AS signals,
       (SELECT count(*) FROM alarm_rules r
         WHERE r.tenant_id = :tenant AND r.is_enabled
           AND (r.asset_id = :asset_id
                OR (r.class_id = a.class_id AND (r.site_id IS NULL OR r.site_id = a.site_id)
                    AND (r.criticality IS NULL OR r.criticality = a.criticality)))) AS rules,
       (SELECT count(*) FROM alerts x
         WHERE x.tenant_id = :tenant AND x.asset_id = :asset_id AND x.cleared_at IS NULL
           AND (x.shelved_until IS NOT NULL OR x.suppressed_by IS NOT NULL)) AS quiet
  FROM assets a
 WHERE a.tenant_id = :tenant AND a.id = :asset_id;

-- DASHBOARD_READY (now time, today date) -> dashboard_ready
-- What a decision rests on, counted.
SELECT (SELECT count(*) FROM sites x WHERE x.tenant_id = :tenant) AS sites,
       (SELECT count(*) FROM assets x
         WHERE x.tenant_id = :tenant AND x.status IN ('in_service', 'standby')) AS assets,
       (SELECT count(DISTINCT x.asset_id) FROM series x
         WHERE x.tenant_id = :tenant AND x.is_active AND x.asset_id IS NOT NULL) AS with_signals,
       (SELECT count(*) FROM series x WHERE x.tenant_id = :tenant AND x.is_active) AS signals,
       (SELECT count(*) FROM series_last x
         WHERE x.tenant_id = :tenant AND x.known_at >= :now - interval '1 hour') AS heard,
       greatest((SELECT max(x.known_at) FROM series_last x WHERE x.tenant_id = :tenant),
                (SELECT max(x.received_at)
                   FROM (SELECT b.received_at
                           FROM series_batches b
                          WHERE b.tenant_id = :tenant
                          ORDER BY b.seq DESC
                          LIMIT 1) x)) AS heard_at,
       c.scored, c.partial, c.unknown, c.chances, c.risky, c.scored_at,
       (SELECT count(*) FROM optimization_cost_models x
         WHERE x.tenant_id = :tenant AND x.failure_minor IS NOT NULL
           AND x.maintenance_minor IS NOT NULL AND x.downtime_per_hour_minor IS NOT NULL)
           AS cost_models,
       (SELECT count(*) FROM optimization_cost_models x
         WHERE x.tenant_id = :tenant AND x.approved_at IS NULL) AS cost_models_open,
       (SELECT count(*) FROM asset_failure_modes x WHERE x.tenant_id = :tenant) AS modes,
       (SELECT count(*) FROM asset_failure_modes x
         WHERE x.tenant_id = :tenant AND x.repair_h IS NOT NULL) AS modes_with_hours,
       (SELECT count(DISTINCT x.user_id) FROM user_shifts x
         WHERE x.tenant_id = :tenant AND NOT x.is_on_call AND x.from_day <= :today
           AND (x.to_day IS NULL OR x.to_day >= :today)) AS crew,
       (SELECT count(*) FROM alarm_rules x WHERE x.tenant_id = :tenant AND x.is_enabled) AS rules,
       (SELECT count(*) FROM optimization_runs x
         WHERE x.tenant_id = :tenant AND x.status IN ('done', 'infeasible')) AS plans
  FROM (SELECT count(*) AS scored,
               count(*) FILTER (WHERE x.state = 'PARTIAL') AS partial,
               count(*) FILTER (WHERE x.state = 'NOT_ENOUGH') AS unknown,
               count(*) FILTER (WHERE x.failure_probability IS NOT NULL) AS chances,
               count(*) FILTER (WHERE x.production_risk_index >= 50) AS risky,
               max(x.scored_at) AS scored_at
          FROM asset_ai_scores x
          JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
                       AND a.status IN ('in_service', 'standby')
         WHERE x.tenant_id = :tenant AND x.is_latest) c;

-- DASHBOARD_RUN (problem text) -> (id uuid, number i64, status text, error json, created_at time)
-- The newest run, however it ended.
SELECT id, number, status, error, created_at
  FROM optimization_runs
 WHERE tenant_id = :tenant AND problem = :problem
 ORDER BY created_at DESC, id DESC
 LIMIT 1;

-- DASHBOARD_INTEGRATIONS (limit i64)
--   -> (id uuid, name text, type text, is_active bool, mappings i64)
SELECT i.id, i.name, i.type, i.is_active,
       (SELECT count(*) FROM external_signal_mappings m
         WHERE m.tenant_id = :tenant AND m.integration_id = i.id AND m.is_active) AS mappings
  FROM tenant_integrations i
 WHERE i.tenant_id = :tenant
 ORDER BY i.is_active DESC, i.name
 LIMIT :limit;

-- PLATFORM DASHBOARD_TENANTS (platform_id uuid, since time, limit i64) -> dashboard_tenant
-- Who uses how much of it: assets, and plans that were made since.
SELECT t.id, t.code, t.name, t.status, t.is_demo, u.people, u.last_login_at,
       (SELECT count(*) FROM assets a WHERE a.tenant_id = t.id) AS assets, r.plans, r.planned_at
  FROM (SELECT *
          FROM tenants
         WHERE id <> :platform_id
         ORDER BY status, lower(name), id
         LIMIT :limit) t
 CROSS JOIN LATERAL (SELECT count(*) AS people, max(last_login_at) AS last_login_at
                       FROM users
                      WHERE tenant_id = t.id AND is_active) u
 CROSS JOIN LATERAL (SELECT count(*) AS plans, max(created_at) AS planned_at
                       FROM optimization_runs
                      WHERE tenant_id = t.id AND created_at >= :since) r
 ORDER BY t.status, lower(t.name), t.id;

-- DASHBOARD_CAUSE (asset_id uuid, code text) -> (name text, name_ar text)
-- What a cause is called: as a failure mode of the asset or of its class.
SELECT m.name, m.name_ar
  FROM assets a
  JOIN asset_failure_modes m ON m.tenant_id = :tenant AND m.code = :code
                            AND (m.asset_id = a.id OR m.class_id = a.class_id)
 WHERE a.tenant_id = :tenant AND a.id = :asset_id
 ORDER BY m.asset_id NULLS LAST
 LIMIT 1;

-- DASHBOARD_COUNTS (assigned_to uuid?) -> (alarms i64, critical i64, incidents i64, grave i64)
-- As the lists show them that the figures lead to.
SELECT a.alarms, a.critical, i.incidents, i.grave
  FROM (SELECT count(*) AS alarms, count(*) FILTER (WHERE x.priority = 'critical') AS critical
          FROM alerts x
         WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL AND x.shelved_until IS NULL
           AND x.suppressed_by IS NULL) a
 CROSS JOIN (SELECT count(*) AS incidents,
                    count(*) FILTER (WHERE n.severity IN ('CRITICAL', 'CATASTROPHIC')) AS grave
               FROM blackbox_incidents n
              WHERE n.tenant_id = :tenant AND n.merged_into IS NULL AND n.status = 'OPEN'
                AND (:assigned_to IS NULL OR EXISTS (
                     SELECT 1 FROM work_orders w
                      WHERE w.tenant_id = :tenant AND w.incident_id = n.id
                        AND w.assigned_user_id = :assigned_to))) i;

-- DASHBOARD_TOUR (user_id uuid) -> (is_seen bool)
SELECT tour_seen_at IS NOT NULL AS is_seen FROM users WHERE tenant_id = :tenant AND id = :user_id;

-- DASHBOARD_TOUR_END (user_id uuid, now time) -> nothing
UPDATE users
   SET tour_seen_at = :now
 WHERE tenant_id = :tenant AND id = :user_id AND tour_seen_at IS NULL;
