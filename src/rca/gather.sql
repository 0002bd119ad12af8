-- What is known around an incident, as an analysis needs it. Nothing that came after :now.

-- RCA_EVENTS (incident_id uuid, anchor time, now time, limit i64) -> rca_event
-- Nearest to the anchor first.
SELECT e.id, e.asset_id, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       e.source_system, e.severity, e.event_category, e.event_time, e.summary, e.payload,
       coalesce(e.payload ->> 'summary_ar', e.payload ->> 'title_ar') AS summary_ar,
       coalesce(e.payload ->> 'kind', e.payload ->> 'code') AS kind,
       e.payload ->> 'metric' AS metric,
       CASE WHEN jsonb_typeof(e.payload -> 'value') = 'number'
            THEN (e.payload ->> 'value')::double precision END AS value,
       CASE WHEN jsonb_typeof(e.payload -> 'limit') = 'number'
            THEN (e.payload ->> 'limit')::double precision END AS limit_value,
       ie.is_trigger
  FROM blackbox_incident_events ie
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = ie.event_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id AND NOT ie.is_late
   AND e.ingest_time <= :now
 ORDER BY abs(extract(epoch FROM e.event_time) - extract(epoch FROM :anchor)), e.id
 LIMIT :limit;

-- RCA_EVENTS_COUNT (incident_id uuid) -> (events i64)
SELECT count(*) AS events
  FROM blackbox_incident_events
 WHERE tenant_id = :tenant AND incident_id = :incident_id AND NOT is_late;

-- RCA_EVENTS_BEFORE (asset_id uuid, from time, to time, now time, limit i64) -> rca_event
-- What happened to the asset before the window; its maintenance is told by RCA_MAINTENANCE.
SELECT e.id, e.asset_id, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       e.source_system, e.severity, e.event_category, e.event_time, e.summary, e.payload,
       coalesce(e.payload ->> 'summary_ar', e.payload ->> 'title_ar') AS summary_ar,
       coalesce(e.payload ->> 'kind', e.payload ->> 'code') AS kind,
       e.payload ->> 'metric' AS metric,
       CASE WHEN jsonb_typeof(e.payload -> 'value') = 'number'
            THEN (e.payload ->> 'value')::double precision END AS value,
       CASE WHEN jsonb_typeof(e.payload -> 'limit') = 'number'
            THEN (e.payload ->> 'limit')::double precision END AS limit_value,
       false AS is_trigger
  FROM blackbox_events e
  JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
 WHERE e.tenant_id = :tenant AND e.asset_id = :asset_id
   AND e.event_time >= :from AND e.event_time < :to AND e.ingest_time <= :now
 ORDER BY e.event_time DESC, e.id DESC
 LIMIT :limit;

-- RCA_MAINTENANCE (asset_id uuid, from time, to time, now time, limit i64) -> rca_maintenance
-- Orders that were known then; when it was entered that one is done is not kept.
SELECT o.id, o.number, o.title, o.title_ar, coalesce(c.code, o.kind) AS kind,
       coalesce(o.finished_at, o.closed_at, o.started_at) AS at
  FROM work_orders o
  LEFT JOIN asset_components c ON c.tenant_id = :tenant AND c.id = o.component_id
 WHERE o.tenant_id = :tenant AND o.asset_id = :asset_id AND o.status IN ('done', 'closed')
   AND o.created_at <= :now
   AND coalesce(o.finished_at, o.closed_at, o.started_at) >= :from
   AND coalesce(o.finished_at, o.closed_at, o.started_at) < :to
 ORDER BY coalesce(o.finished_at, o.closed_at, o.started_at) DESC, o.id
 LIMIT :limit;

-- RCA_NEIGHBOURS (unit_id uuid, but_id uuid, limit i64) -> (id uuid)
-- Of the same unit, the first by code.
SELECT id
  FROM assets
 WHERE tenant_id = :tenant AND unit_id = :unit_id AND id <> :but_id AND status <> 'retired'
 ORDER BY code
 LIMIT :limit;

-- RCA_LIMITS (class_id uuid, criticality text) -> rca_limit
-- Of each metric the approved range of the asset's criticality, else of any, else of the class's
-- metric. The cost is that of the threshold, approved or not; is_approved says which.
WITH t AS (
  SELECT metric, unit, low_low, low, high, high_high, cost_reference_minor, currency, source,
         approved_at IS NOT NULL AS is_approved,
         CASE WHEN criticality IS NULL THEN 1 ELSE 0 END AS rank
    FROM threshold_references
   WHERE tenant_id = :tenant AND class_id = :class_id
     AND (criticality IS NULL OR criticality = :criticality)),
m AS (
  SELECT metric, name, name_ar, unit, low_low, low, high, high_high
    FROM asset_class_metrics
   WHERE tenant_id = :tenant AND class_id = :class_id),
l AS (
  SELECT DISTINCT ON (metric) metric, unit, low_low, low, high, high_high, source
    FROM (SELECT metric, unit, low_low, low, high, high_high, source, rank
            FROM t
           WHERE is_approved
          UNION ALL
          SELECT metric, unit, low_low, low, high, high_high, NULL, 2
            FROM m) both_of
   ORDER BY metric, rank),
c AS (
  SELECT DISTINCT ON (metric) metric, unit, cost_reference_minor, currency, source, is_approved
    FROM t
   ORDER BY metric, rank)
SELECT coalesce(l.metric, c.metric) AS metric, m.name, m.name_ar,
       CASE WHEN l.metric IS NULL THEN c.unit ELSE l.unit END AS unit, l.low_low, l.low, l.high,
       l.high_high, c.cost_reference_minor, c.currency, coalesce(l.source, c.source) AS source,
       coalesce(c.is_approved, true) AS is_approved
  FROM l
  FULL JOIN c ON c.metric = l.metric
  LEFT JOIN m ON m.metric = coalesce(l.metric, c.metric)
 ORDER BY 1;

-- RCA_MODES (asset_id uuid, class_id uuid?) -> failure_mode
-- The asset's own stand before its class's.
SELECT DISTINCT ON (code) id, class_id, asset_id, code, iso14224_code, mechanism, category, name,
       name_ar, effect, effect_ar, action, action_ar, severity, occurrence, detection, rpn,
       pf_interval_h, repair_h, version, created_at, updated_at
  FROM asset_failure_modes
 WHERE tenant_id = :tenant AND (asset_id = :asset_id OR class_id = :class_id)
 ORDER BY code, asset_id NULLS LAST;

-- RCA_SPECS (asset_id uuid, class_id uuid?, limit i64) -> machine_spec
SELECT id, class_id, asset_id, kind, position, title, title_ar, metric, value_min, value_max, unit,
       text, text_ar, reference, version, created_at, updated_at
  FROM machine_specs
 WHERE tenant_id = :tenant AND (asset_id = :asset_id OR class_id = :class_id)
   AND kind = 'inspection'
 ORDER BY position, title
 LIMIT :limit;

-- RCA_PAST (class_id uuid?, asset_id uuid?, incident_id uuid, anchor time, now time, limit i64)
--     -> rca_past
-- Incidents of the class before this one whose cause was known by now; of an asset without a class
-- its own. Newest first.
SELECT c.incident_id, i.number, c.happened_at, i.confirmed_cause AS cause, c.features
  FROM rca_cases c
  JOIN blackbox_incidents i ON i.tenant_id = :tenant AND i.id = c.incident_id
 WHERE c.tenant_id = :tenant AND c.happened_at < :anchor AND c.incident_id <> :incident_id
   AND (c.class_id = :class_id
        OR :class_id IS NULL AND c.class_id IS NULL AND i.root_asset_id = :asset_id)
   AND i.confirmed_cause IS NOT NULL AND i.confirmed_at <= :now AND i.merged_into IS NULL
 ORDER BY c.happened_at DESC, c.incident_id
 LIMIT :limit;
