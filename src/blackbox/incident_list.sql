-- Incidents as lists and answers show them.

-- INCIDENT_LIST (from_time time, to_time time, before_time time, before_id uuid, severity text?,
--     status text?, incident_type text?, asset_id uuid?, site_id uuid?, words texts?,
--     assigned_to uuid?, limit i64) -> incident_row
-- Newest first. The bounds of time are never NULL, so that they and the page's place are found by
-- the index on (tenant_id, start_time, id) whatever else is asked for.
SELECT i.id, i.number, i.incident_type, i.status, i.severity, i.title, i.title_ar, i.root_asset_id,
       i.site_id, i.unit_id, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       s.code AS site_code, s.name AS site_name, s.name_ar AS site_name_ar, i.start_time, i.end_time,
       i.anchor_time, i.version, i.rca_summary, i.root_cause_score, i.event_story,
       i.recommended_actions, i.impact_estimate, i.financial_impact_estimate,
       i.carbon_impact_estimate, i.top_cause, i.top_probability, i.confirmed_cause, i.created_at,
       i.updated_at
  FROM blackbox_incidents i
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = i.site_id
 WHERE i.tenant_id = :tenant
   AND i.start_time >= :from_time AND i.start_time < :to_time
   AND (i.start_time, i.id) < (:before_time, :before_id)
   AND i.merged_into IS NULL
   AND (:severity IS NULL OR i.severity = :severity)
   AND (:status IS NULL OR i.status = :status)
   AND (:incident_type IS NULL OR i.incident_type = :incident_type)
   AND (:asset_id IS NULL OR i.root_asset_id = :asset_id)
   AND (:site_id IS NULL OR i.site_id = :site_id)
   AND (:words IS NULL OR search_fold('inc-' || i.number || ' ' || i.title || ' ' || coalesce(i.title_ar, '') || ' '
        || coalesce(a.code || ' ' || a.name || ' ' || coalesce(a.name_ar, ''), '') || ' '
        || coalesce(i.top_cause, '')) LIKE ALL (:words))
   AND (:assigned_to IS NULL OR EXISTS (
        SELECT 1 FROM work_orders w
         WHERE w.tenant_id = :tenant AND w.incident_id = i.id AND w.assigned_user_id = :assigned_to))
 ORDER BY i.start_time DESC, i.id DESC
 LIMIT :limit;

-- INCIDENT_KPIS (from_time time, to_time time, severity text?, incident_type text?, asset_id uuid?,
--     site_id uuid?, words texts?, assigned_to uuid?, now time) -> incident_kpis
SELECT count(*) AS incidents,
       count(*) FILTER (WHERE i.status = 'OPEN') AS open,
       count(*) FILTER (WHERE i.status = 'INVESTIGATING') AS investigating,
       count(*) FILTER (WHERE i.status = 'RESOLVED') AS resolved,
       count(*) FILTER (WHERE i.status = 'CLOSED') AS closed,
       count(*) FILTER (WHERE i.status IN ('OPEN', 'INVESTIGATING')
                          AND i.severity IN ('CRITICAL', 'CATASTROPHIC')) AS critical_open,
       count(*) FILTER (WHERE i.severity = 'MINOR') AS minor,
       count(*) FILTER (WHERE i.severity = 'MAJOR') AS major,
       count(*) FILTER (WHERE i.severity = 'CRITICAL') AS critical,
       count(*) FILTER (WHERE i.severity = 'CATASTROPHIC') AS catastrophic,
       count(*) FILTER (WHERE i.incident_type = 'FAILURE') AS failures,
       count(*) FILTER (WHERE i.start_time >= :now - interval '24 hours') AS last_day,
       count(*) FILTER (WHERE i.confirmed_cause IS NOT NULL) AS confirmed,
       (extract(epoch FROM avg(i.resolved_at - i.start_time)) / 3600)::double precision
           AS resolve_mean_h
  FROM blackbox_incidents i
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
 WHERE i.tenant_id = :tenant
   AND i.start_time >= :from_time AND i.start_time < :to_time
   AND i.merged_into IS NULL
   AND (:severity IS NULL OR i.severity = :severity)
   AND (:incident_type IS NULL OR i.incident_type = :incident_type)
   AND (:asset_id IS NULL OR i.root_asset_id = :asset_id)
   AND (:site_id IS NULL OR i.site_id = :site_id)
   AND (:words IS NULL OR search_fold('inc-' || i.number || ' ' || i.title || ' ' || coalesce(i.title_ar, '') || ' '
        || coalesce(a.code || ' ' || a.name || ' ' || coalesce(a.name_ar, ''), '') || ' '
        || coalesce(i.top_cause, '')) LIKE ALL (:words))
   AND (:assigned_to IS NULL OR EXISTS (
        SELECT 1 FROM work_orders w
         WHERE w.tenant_id = :tenant AND w.incident_id = i.id AND w.assigned_user_id = :assigned_to));

-- INCIDENT_NAMES (incident_id uuid) -> incident_names
SELECT a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       u.code AS unit_code, u.name AS unit_name, u.name_ar AS unit_name_ar,
       s.code AS site_code, s.name AS site_name, s.name_ar AS site_name_ar,
       c.code AS class_code, c.name AS class_name, c.name_ar AS class_name_ar,
       p.full_name AS confirmed_by_name, m.events, m.late_events
  FROM blackbox_incidents i
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
  LEFT JOIN plant_units u ON u.tenant_id = :tenant AND u.id = i.unit_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = i.site_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
  LEFT JOIN users p ON p.tenant_id = :tenant AND p.id = i.confirmed_by
 CROSS JOIN (SELECT count(*) AS events, count(*) FILTER (WHERE ie.is_late) AS late_events
               FROM blackbox_incident_events ie
              WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id) m
 WHERE i.tenant_id = :tenant AND i.id = :incident_id;

-- INCIDENT_KEY_EVENTS (incident_id uuid, nearest i64, limit i64) -> incident_event
-- What made it, then what an analysis calls a cause or symptom, then the gravest; in their time. The
-- gravest of those nearest to its trigger: ten thousand events are not read to show fifty. Each kind
-- is read from the trigger on, forwards and backwards.
WITH anchor AS MATERIALIZED (
    SELECT i.tenant_id, coalesce(t.order_index, 0) AS place
      FROM blackbox_incidents i
      LEFT JOIN blackbox_incident_events t
        ON t.tenant_id = :tenant AND t.incident_id = i.id AND t.event_id = i.trigger_event_id
     WHERE i.tenant_id = :tenant AND i.id = :incident_id),
near AS (
    SELECT x.event_id, x.order_index, x.is_late, k.is_trigger, r.role, r.place,
           abs(x.order_index - o.place) AS distance
      FROM anchor o
     CROSS JOIN (VALUES (true), (false)) AS k (is_trigger)
     CROSS JOIN (VALUES ('CAUSE', 1), ('SYMPTOM', 2), ('UNKNOWN', 3), ('CONTEXT', 4), ('NOISE', 5))
           AS r (role, place)
     CROSS JOIN LATERAL (
           (SELECT ie.event_id, ie.order_index, ie.is_late
              FROM blackbox_incident_events ie
             WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id
               AND ie.is_trigger = k.is_trigger AND ie.role = r.role
               AND ie.order_index >= o.place
             ORDER BY ie.order_index, ie.event_id
             LIMIT :nearest)
            UNION ALL
           (SELECT ie.event_id, ie.order_index, ie.is_late
              FROM blackbox_incident_events ie
             WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id
               AND ie.is_trigger = k.is_trigger AND ie.role = r.role
               AND ie.order_index < o.place
             ORDER BY ie.order_index DESC, ie.event_id DESC
             LIMIT :nearest)) x
     WHERE o.tenant_id = :tenant
     ORDER BY k.is_trigger DESC, r.place, distance, x.event_id
     LIMIT :nearest)
SELECT c.*, a.code AS asset_code
  FROM (SELECT e.id, e.asset_id, e.unit_id, e.site_id, e.source_system, e.source_id, e.source_type,
               e.severity, e.event_category, e.event_time, e.ingest_time, e.summary,
               e.payload ->> 'summary_ar' AS summary_ar, e.payload, n.role, n.order_index, n.is_late
          FROM near n
          JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = n.event_id
         ORDER BY n.is_trigger DESC, n.place,
                  array_position(ARRAY['CRITICAL', 'MAJOR', 'MINOR', 'WARNING', 'INFO'],
                                 e.severity),
                  n.distance, e.id
         LIMIT :limit) c
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = c.asset_id
 ORDER BY c.event_time, c.order_index, c.id;
