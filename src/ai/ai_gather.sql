-- What is known of some assets at a moment. Nothing that became known after :known.

-- AI_ASSETS (ids uuids) -> ai_asset
SELECT a.id, a.site_id, a.unit_id, a.class_id, a.code, a.name, a.name_ar, c.code AS class_code,
       a.criticality, a.status, a.impact_factor, i.impact_factor AS site_impact_factor,
       a.installed_on, a.created_at,
       m.id IS NOT NULL AS has_cost_model, m.approved_at IS NOT NULL AS is_cost_approved
  FROM assets a
  JOIN sites i ON i.tenant_id = :tenant AND i.id = a.site_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
  LEFT JOIN LATERAL (
       SELECT x.id, x.approved_at
         FROM optimization_cost_models x
        WHERE x.tenant_id = :tenant
          AND (x.id = a.cost_model_id OR x.class_id = a.class_id OR x.is_default)
        ORDER BY (x.id = a.cost_model_id) IS TRUE DESC, (x.class_id = a.class_id) IS TRUE DESC,
              x.code
        LIMIT 1) m ON true
 WHERE a.tenant_id = :tenant AND a.id = ANY (:ids)
 ORDER BY a.id;

-- AI_LIMITS (class_ids uuids, known time)
--     -> (class_id uuid, criticality text, metric text, unit text, low_low f64, low f64, high f64,
--         high_high f64, source text)
-- Of each metric the range of the class, and behind it the approved ones: of any criticality, then
-- of one. A range that stands later counts before one that stands earlier.
SELECT class_id, criticality, metric, unit, low_low, low, high, high_high, source
  FROM (SELECT m.class_id, NULL AS criticality, m.metric, m.unit, m.low_low, m.low, m.high,
               m.high_high, NULL AS source, 0 AS rank
          FROM asset_class_metrics m
         WHERE m.tenant_id = :tenant AND m.class_id = ANY (:class_ids)
        UNION ALL
        SELECT t.class_id, t.criticality, t.metric, t.unit, t.low_low, t.low, t.high, t.high_high,
               coalesce(t.source, ''), CASE WHEN t.criticality IS NULL THEN 1 ELSE 2 END
          FROM threshold_references t
         WHERE t.tenant_id = :tenant AND t.class_id = ANY (:class_ids) AND t.approved_at <= :known)
       both_of
 ORDER BY class_id, metric, rank;

-- AI_MODES (ids uuids, class_ids uuids) -> ai_mode
SELECT class_id, asset_id, code, name, name_ar, severity, occurrence, detection, rpn, pf_interval_h,
       repair_h
  FROM asset_failure_modes
 WHERE tenant_id = :tenant AND (asset_id = ANY (:ids) OR class_id = ANY (:class_ids))
 ORDER BY code, asset_id NULLS LAST;

-- AI_ORDERS (ids uuids, known time, limit i64) -> ai_order
-- What became of an order, and what it found, was known when it was done.
SELECT x.asset_id, x.id, x.number, x.kind, x.priority, x.created_at, x.done_at, x.due_at, x.component,
       CASE WHEN x.done_at IS NOT NULL OR x.source <> 'BLACKBOX_AUTO' THEN x.mode END AS mode,
       x.is_cancelled
  FROM unnest(:ids) AS a (id)
 CROSS JOIN LATERAL (
       SELECT o.asset_id, o.id, o.number, o.kind, o.priority, o.created_at, o.due_at,
              o.source,
              CASE WHEN o.status IN ('done', 'closed')
                    AND coalesce(o.finished_at, o.closed_at) <= :known
                   THEN coalesce(o.finished_at, o.closed_at) END AS done_at,
              c.code AS component, f.code AS mode,
              o.status = 'cancelled' AND o.updated_at <= :known AS is_cancelled
         FROM work_orders o
         LEFT JOIN asset_components c ON c.tenant_id = :tenant AND c.id = o.component_id
         LEFT JOIN asset_failure_modes f ON f.tenant_id = :tenant AND f.id = o.failure_mode_id
        WHERE o.tenant_id = :tenant AND o.asset_id = a.id AND o.created_at <= :known
        ORDER BY o.created_at DESC, o.id DESC
        LIMIT :limit) x
 ORDER BY x.asset_id, x.created_at, x.id;

-- AI_CONFIRMED (ids uuids, known time) -> (asset_id uuid, at time, cause text, end_time time)
-- Incidents of which a person said that something failed, and what.
SELECT root_asset_id AS asset_id, start_time AS at, confirmed_cause AS cause, end_time
  FROM blackbox_incidents
 WHERE tenant_id = :tenant AND root_asset_id = ANY (:ids) AND merged_into IS NULL
   AND incident_type = 'FAILURE' AND confirmed_cause IS NOT NULL AND confirmed_at <= :known
 ORDER BY root_asset_id, start_time;

-- AI_EVENTS (ids uuids, from time, known time, limit i64) -> ai_event
-- What others said; not what this module itself told. Failures of any age.
SELECT x.asset_id, x.at, x.code, x.mode, x.component, x.severity, x.category, x.system
  FROM unnest(:ids) AS a (id)
 CROSS JOIN LATERAL (
       SELECT e.asset_id, e.event_time AS at, e.severity, e.event_category AS category,
              coalesce(e.payload ->> 'kind', e.payload ->> 'code') AS code,
              e.payload ->> 'failure_mode' AS mode, c.code AS component,
              e.source_system AS system
         FROM blackbox_events e
         LEFT JOIN asset_components c ON c.tenant_id = :tenant AND c.id = e.component_id
        WHERE e.tenant_id = :tenant AND e.asset_id = a.id AND e.event_time <= :known
          AND e.ingest_time <= :known
          AND (e.event_time >= :from OR e.event_category = 'FAILURE')
          AND e.source_type NOT IN ('OPTIMIZATION_RUN', 'OPTIMIZATION_RECOMMENDATION')
        ORDER BY e.event_time DESC
        LIMIT :limit) x
 ORDER BY x.asset_id, x.at;

-- AI_ALERTS (ids uuids, known time, from time) -> ai_alert
-- Those that stood, or had stood since :from, other than this module's own.
SELECT asset_id, code, title, title_ar, priority, raised_at,
       CASE WHEN cleared_at <= :known THEN cleared_at END AS cleared_at
  FROM alerts
 WHERE tenant_id = :tenant AND asset_id = ANY (:ids) AND source <> 'AI' AND seen_at <= :known
   AND (cleared_at IS NULL OR cleared_at > :from)
 ORDER BY asset_id, raised_at, id;
