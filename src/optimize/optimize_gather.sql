-- What a plan rests on: assets, orders, people's skills, parts, windows, costs.

-- OPTIMIZE_ASSETS (site_id uuid?) -> optimize_asset
SELECT a.id, a.site_id, a.unit_id, a.class_id, a.cost_model_id, a.code, a.name, a.name_ar,
       a.criticality, coalesce(a.impact_factor, s.impact_factor) AS impact_factor,
       coalesce(a.power_rated_kw, c.power_typical_kw) AS power_kw, s.country
  FROM assets a
  JOIN sites s ON s.tenant_id = :tenant AND s.id = a.site_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE a.tenant_id = :tenant AND a.status IN ('in_service', 'standby')
   AND (:site_id IS NULL OR a.site_id = :site_id)
 ORDER BY a.code;

-- OPTIMIZE_ASSET (id uuid) -> optimize_asset
SELECT a.id, a.site_id, a.unit_id, a.class_id, a.cost_model_id, a.code, a.name, a.name_ar,
       a.criticality, coalesce(a.impact_factor, s.impact_factor) AS impact_factor,
       coalesce(a.power_rated_kw, c.power_typical_kw) AS power_kw, s.country
  FROM assets a
  JOIN sites s ON s.tenant_id = :tenant AND s.id = a.site_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE a.tenant_id = :tenant AND a.id = :id;

-- OPTIMIZE_ORDERS (site_id uuid?, as_of time, limit i64) -> optimize_order_row
-- Work that was waiting then, the most urgent first.
SELECT o.id, o.asset_id, o.failure_mode_id, o.assigned_user_id, o.number, o.title, o.title_ar,
       o.kind, o.priority, o.status, o.planned_h, o.labour_h, o.due_at, o.planned_from
  FROM work_orders o
  JOIN assets a ON a.tenant_id = :tenant AND a.id = o.asset_id
 WHERE o.tenant_id = :tenant AND o.created_at <= :as_of AND o.kind <> 'project'
   AND (o.status IN ('pending_approval', 'open')
        OR (o.status IN ('in_progress', 'done', 'closed') AND o.started_at > :as_of))
   AND (:site_id IS NULL OR a.site_id = :site_id)
 ORDER BY o.due_at NULLS LAST,
          array_position(ARRAY['critical', 'high', 'medium', 'low'], o.priority), o.created_at, o.id
 LIMIT :limit;

-- OPTIMIZE_ORDERS_COUNT (site_id uuid?, as_of time) -> (orders i64)
SELECT count(*) AS orders
  FROM work_orders o
  JOIN assets a ON a.tenant_id = :tenant AND a.id = o.asset_id
 WHERE o.tenant_id = :tenant AND o.created_at <= :as_of AND o.kind <> 'project'
   AND (o.status IN ('pending_approval', 'open')
        OR (o.status IN ('in_progress', 'done', 'closed') AND o.started_at > :as_of))
   AND (:site_id IS NULL OR a.site_id = :site_id);

-- OPTIMIZE_BEGUN (as_of time) -> optimize_order_row
-- Work that was being done then, wherever: it takes the hours of who does it. What was written down
-- at its end was not known then.
SELECT o.id, o.asset_id, o.failure_mode_id, o.assigned_user_id, o.number, o.title, o.title_ar,
       o.kind, o.priority, o.status, o.planned_h,
       CASE WHEN o.status = 'in_progress' THEN o.labour_h END AS labour_h, o.due_at, o.planned_from
  FROM work_orders o
 WHERE o.tenant_id = :tenant AND o.started_at <= :as_of AND o.kind <> 'project'
   AND (o.status = 'in_progress' OR (o.status IN ('done', 'closed') AND o.finished_at > :as_of))
 ORDER BY o.started_at, o.id;

-- OPTIMIZE_NEEDS (orders uuids) -> optimize_need_row
SELECT work_order_id, part_number, quantity, is_available::text AS is_available
  FROM work_order_parts
 WHERE tenant_id = :tenant AND work_order_id = ANY (:orders)
 ORDER BY work_order_id, id;

-- OPTIMIZE_STOCK (numbers texts) -> optimize_stock_row
SELECT part_number, name, in_stock, arriving, arrives_on
  FROM spare_parts
 WHERE tenant_id = :tenant AND part_number = ANY (:numbers)
 ORDER BY part_number;

-- OPTIMIZE_AFTER (orders uuids, as_of time) -> (work_order_id uuid, after_id uuid)
SELECT work_order_id, after_id
  FROM work_order_after
 WHERE tenant_id = :tenant AND work_order_id = ANY (:orders) AND after_id = ANY (:orders)
   AND made_at <= :as_of
 ORDER BY work_order_id, after_id;

-- OPTIMIZE_WINDOWS (from_time time, to_time time, as_of time) -> optimize_window_row
SELECT site_id, unit_id, asset_id, kind, from_time, to_time
  FROM maintenance_windows
 WHERE tenant_id = :tenant AND to_time > :from_time AND from_time < :to_time
   AND created_at <= :as_of
 ORDER BY code;

-- OPTIMIZE_LIMITED (as_of time) -> (site_id uuid, unit_id uuid, asset_id uuid)
-- Where work is done in windows alone, whether or not one is near.
SELECT DISTINCT site_id, unit_id, asset_id
  FROM maintenance_windows
 WHERE tenant_id = :tenant AND kind = 'allowed' AND created_at <= :as_of;

-- OPTIMIZE_UNITS -> (id uuid, parent_id uuid)
SELECT id, parent_id FROM plant_units WHERE tenant_id = :tenant ORDER BY id;

-- OPTIMIZE_SKILLS -> (id uuid, code text)
-- Those that some work asks for.
SELECT k.id, k.code
  FROM skills k
 WHERE k.tenant_id = :tenant
   AND EXISTS (SELECT FROM asset_failure_modes m
                WHERE m.tenant_id = :tenant AND m.skill_id = k.id)
 ORDER BY k.code;

-- OPTIMIZE_USER_SKILLS (on_day date, level_min i64) -> (user_id uuid, skill_id uuid)
SELECT user_id, skill_id
  FROM user_skills
 WHERE tenant_id = :tenant AND level >= :level_min
   AND (valid_until IS NULL OR valid_until >= :on_day)
 ORDER BY user_id, skill_id;

-- OPTIMIZE_COST_MODELS -> cost_model
SELECT id, code, name, name_ar, class_id, is_default, currency, failure_minor, maintenance_minor,
       downtime_per_hour_minor, secondary_minor, failure_delay_h, planned_stop_per_hour_minor,
       discount_percent, energy_per_mwh_minor, labour_per_hour_minor, carbon_per_tonne_minor, source,
       approved_by, approved_at, version, created_at, updated_at
  FROM optimization_cost_models
 WHERE tenant_id = :tenant
 ORDER BY code;

-- OPTIMIZE_MODES (asset_id uuid?) -> optimize_mode_row
-- All, or those of an asset and its class.
SELECT id, class_id, asset_id, skill_id, code, name, name_ar, repair_h
  FROM asset_failure_modes
 WHERE tenant_id = :tenant
   AND (:asset_id IS NULL OR asset_id = :asset_id
        OR class_id = (SELECT class_id FROM assets WHERE tenant_id = :tenant AND id = :asset_id))
 ORDER BY code, id;

-- OPTIMIZE_DOWNTIMES (as_of time, asset_id uuid?) -> (class_id uuid, failure_mode_id uuid, downtime_h f64, times i64)
-- How long machines of a class stood after a failure, by what was mended (none named: by anything):
-- the median. Planned stops say nothing of it.
SELECT a.class_id, o.failure_mode_id,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY o.downtime_h) AS downtime_h, count(*) AS times
  FROM work_orders o
  JOIN assets a ON a.tenant_id = :tenant AND a.id = o.asset_id
 WHERE o.tenant_id = :tenant AND o.kind = 'corrective' AND o.downtime_h > 0
   AND o.finished_at <= :as_of
   AND (:asset_id IS NULL
        OR a.class_id IS NOT DISTINCT FROM
           (SELECT class_id FROM assets WHERE tenant_id = :tenant AND id = :asset_id))
 GROUP BY a.class_id, o.failure_mode_id
 ORDER BY a.class_id, o.failure_mode_id;

-- OPTIMIZE_RENEWALS (asset_id uuid, mode_id uuid?, as_of time) -> (times i64, assets i64, days f64)
-- How often work of the kind was done on machines of the asset's class, in the three years before, or
-- since the first one of them.
SELECT count(o.id) AS times, count(DISTINCT a.id) AS assets,
       coalesce(extract(epoch FROM :as_of::timestamptz - min(o.finished_at)) / 86400,
                0)::double precision AS days
  FROM assets x
  JOIN assets a ON a.tenant_id = :tenant AND (a.id = x.id OR a.class_id = x.class_id)
               AND a.status IN ('in_service', 'standby')
  LEFT JOIN work_orders o ON o.tenant_id = :tenant AND o.asset_id = a.id
                         AND o.failure_mode_id = :mode_id
                         AND o.kind IN ('corrective', 'preventive', 'predictive')
                         AND o.finished_at <= :as_of
                         AND o.finished_at > :as_of::timestamptz - interval '3 years'
 WHERE x.tenant_id = :tenant AND x.id = :asset_id;

-- OPTIMIZE_FACTORS (on_day date) -> (country text, value f64, unit text)
-- Of electricity, the newest that is valid; of a country, and of any.
SELECT DISTINCT ON (country) country, value, unit
  FROM carbon_factors
 WHERE tenant_id = :tenant AND energy_type = 'electricity' AND valid_from <= :on_day
 ORDER BY country, valid_from DESC;
