-- The flight recorder's events.

-- CONSTRAINT blackbox_events_tenant_id_asset_id_fkey -> event.asset_unknown

-- EVENT_ADD_MANY (ids uuids, source_systems texts, source_types texts, source_ids texts,
--                 event_times times, severities texts, categories texts, asset_ids uuids,
--                 summaries texts, payloads texts, now time) -> (id uuid)
-- Site and unit are the asset's. What is there already stays as it is. A zero asset is none.
INSERT INTO blackbox_events (tenant_id, id, site_id, unit_id, asset_id, source_system, source_type,
                             source_id, event_time, ingest_time, severity, event_category, summary,
                             payload)
SELECT :tenant, o.id, a.site_id, a.unit_id, nullif(o.asset_id, '00000000-0000-0000-0000-000000000000'),
       o.source_system, o.source_type, o.source_id, o.event_time, :now, o.severity, o.category,
       o.summary, o.payload::jsonb
  FROM unnest(:ids, :source_systems, :source_types, :source_ids, :event_times, :severities,
              :categories, :asset_ids, :summaries, :payloads)
       AS o (id, source_system, source_type, source_id, event_time, severity, category, asset_id,
             summary, payload)
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = o.asset_id
 ORDER BY o.event_time, o.source_system, o.source_id
ON CONFLICT (tenant_id, source_system, source_id, event_time) DO NOTHING
RETURNING id;
