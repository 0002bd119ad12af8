-- What happened around an incident.

-- TIMELINE_EVENTS (incident_id uuid, from_time time, to_time time, category text?, asset_id uuid?,
--     limit i64) -> incident_event
SELECT e.id, e.asset_id, e.unit_id, e.site_id, e.source_system, e.source_id, e.source_type,
       e.severity, e.event_category, e.event_time, e.ingest_time, e.summary,
       e.payload ->> 'summary_ar' AS summary_ar, ie.role,
       ie.order_index, ie.is_late
  FROM blackbox_incident_events ie
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = ie.event_id
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id
   AND e.event_time >= :from_time AND e.event_time < :to_time
   AND (:category IS NULL OR e.event_category = :category)
   AND (:asset_id IS NULL OR e.asset_id = :asset_id)
 ORDER BY e.event_time, ie.order_index, e.id
 LIMIT :limit;

-- TIMELINE_ASSETS (ids uuids) -> (id uuid, code text, name text, name_ar text)
SELECT id, code, name, name_ar FROM assets WHERE tenant_id = :tenant AND id = ANY (:ids);

-- TIMELINE_FINDINGS (incident_id uuid) -> (series_id uuid)
-- Of the newest analysis, in its order.
SELECT (f.value ->> 'series_id')::uuid AS series_id
  FROM rca_runs r
 CROSS JOIN LATERAL jsonb_array_elements(r.result -> 'findings') WITH ORDINALITY f (value, place)
 WHERE r.tenant_id = :tenant AND r.incident_id = :incident_id
   AND r.number = (SELECT max(n.number) FROM rca_runs n
                    WHERE n.tenant_id = :tenant AND n.incident_id = :incident_id)
   AND f.value ->> 'series_id' IS NOT NULL
 ORDER BY f.place
 LIMIT 100;
