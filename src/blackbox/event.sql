-- The flight recorder's events.

-- CONSTRAINT blackbox_events_tenant_id_asset_id_fkey -> event.asset_unknown
-- CONSTRAINT blackbox_events_tenant_id_site_id_fkey -> event.site_unknown
-- CONSTRAINT blackbox_events_tenant_id_unit_id_fkey -> event.unit_unknown
-- CONSTRAINT blackbox_events_tenant_id_component_id_fkey -> event.component_unknown

-- EVENT_ADD_MANY (ids uuids, source_systems texts, source_types texts, source_ids texts,
--                 event_times times, severities texts, categories texts, asset_ids uuids,
--                 site_ids uuids, unit_ids uuids, component_ids uuids, shift_ids uuids, trace_ids uuids,
--                 line_ids texts, batch_ids texts, lot_ids texts, tags texts, source_times times,
--                 flags i32s, summaries texts, payloads texts, now time) -> (flags i64)
-- Site and unit are the asset's. What is there already stays as it is. A zero id is none. Flags: 1 a
-- trigger, 2 to be noticed.
INSERT INTO blackbox_events (tenant_id, id, site_id, unit_id, asset_id, component_id, source_system,
                             source_type, source_id, event_time, ingest_time, source_time, severity,
                             event_category, summary, payload, shift_id, line_id, batch_id, lot_id,
                             tags, trace_id, is_trigger, is_noticed)
SELECT :tenant, o.id,
       CASE WHEN a.id IS NULL THEN nullif(o.site_id, '00000000-0000-0000-0000-000000000000')
            ELSE a.site_id END,
       CASE WHEN a.id IS NULL THEN nullif(o.unit_id, '00000000-0000-0000-0000-000000000000')
            ELSE a.unit_id END,
       nullif(o.asset_id, '00000000-0000-0000-0000-000000000000'),
       nullif(o.component_id, '00000000-0000-0000-0000-000000000000'),
       o.source_system, o.source_type, o.source_id, o.event_time, :now, o.source_time, o.severity,
       o.category, o.summary, o.payload::jsonb,
       nullif(o.shift_id, '00000000-0000-0000-0000-000000000000'), o.line_id, o.batch_id, o.lot_id,
       coalesce(string_to_array(o.tags, chr(31)), '{}'),
       nullif(o.trace_id, '00000000-0000-0000-0000-000000000000'),
       o.flags & 1 <> 0, o.flags & 2 = 0
  FROM unnest(:ids, :source_systems, :source_types, :source_ids, :event_times, :severities,
              :categories, :asset_ids, :site_ids, :unit_ids, :component_ids, :shift_ids, :trace_ids, :line_ids,
              :batch_ids, :lot_ids, :tags, :source_times, :flags, :summaries, :payloads)
       AS o (id, source_system, source_type, source_id, event_time, severity, category, asset_id,
             site_id, unit_id, component_id, shift_id, trace_id, line_id, batch_id, lot_id, tags, source_time,
             flags, summary, payload)
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = o.asset_id
 ORDER BY o.event_time, o.source_system, o.source_id
ON CONFLICT (tenant_id, source_system, source_id, event_time) DO NOTHING
RETURNING (is_trigger::integer + 2 * (NOT is_noticed)::integer)::bigint AS flags;

-- EVENT_WINDOWS (from_time time, to_time time, reach_from time, reach_to time, now time, limit i64)
--   -> (window_from time, window_to time, is_live bool)
-- Windows of incidents that hold some of these moments. No window reaches further from its trigger
-- than the bounds of the index allow for.
SELECT i.window_from, i.window_to, i.grace_until > :now AS is_live
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant
   AND i.anchor_time BETWEEN :reach_from AND :reach_to
   AND i.window_from <= :to_time AND i.window_to >= :from_time
   AND i.merged_into IS NULL
 ORDER BY i.anchor_time
 LIMIT :limit;
