-- What a replay is held against.

-- REPLAY_STORED (from_time time, to_time time) -> engine_stored
SELECT i.id, i.number, i.trigger_event_id, i.status, i.incident_type, i.severity, i.title,
       i.title_ar, i.root_asset_id AS asset_id, i.unit_id, i.site_id, i.anchor_time, i.window_from,
       i.window_to, i.start_time, i.version, i.trace_id, i.merged_into, i.created_at
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant AND i.anchor_time >= :from_time AND i.anchor_time < :to_time
   AND i.merged_into IS NULL
 ORDER BY i.anchor_time, i.id;

-- REPLAY_TRIGGERS (after_time time, after_id uuid, to_time time, limit i64) -> engine_trigger
SELECT e.id, e.event_time, e.source_system, e.source_id, e.severity, e.event_category,
       e.payload ->> 'kind' AS kind, e.payload ->> 'summary_ar' AS summary_ar, e.asset_id,
       e.unit_id, e.site_id, e.summary, e.trace_id, a.criticality,
       c.incident_before_min AS before_min, c.incident_after_min AS after_min
  FROM blackbox_events e
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE e.tenant_id = :tenant AND e.is_trigger
   AND (e.event_time, e.id) > (:after_time, :after_id) AND e.event_time < :to_time
 ORDER BY e.event_time, e.id
 LIMIT :limit;
