-- Events as people look for them.

-- EVENT_LIST (from_time time, to_time time, before_time time, before_id uuid, site_id uuid?,
--     category text?, severity text?, source_system text?, words texts?, but_category text?,
--     but_system text?, shows_ids bool, limit i64) -> event
-- Newest first, by the index on (tenant_id, event_time, id); names are looked up for the page alone.
WITH page AS (
    SELECT e.tenant_id, e.id
      FROM blackbox_events e
     WHERE e.tenant_id = :tenant
       AND e.event_time >= :from_time AND e.event_time < :to_time
       AND (e.event_time, e.id) < (:before_time, :before_id)
       AND (:site_id IS NULL OR e.site_id = :site_id)
       AND (:category IS NULL OR e.event_category = :category)
       AND (:severity IS NULL OR e.severity = :severity)
       AND (:source_system IS NULL OR e.source_system = :source_system)
       AND (:but_category IS NULL OR e.event_category <> :but_category)
       AND (:but_system IS NULL OR e.source_system <> :but_system)
       AND (:words IS NULL OR search_fold(e.summary || ' '
            || CASE WHEN :shows_ids THEN e.source_id ELSE '' END || ' ' || coalesce((
            SELECT w.code FROM assets w WHERE w.tenant_id = :tenant AND w.id = e.asset_id), ''))
            LIKE ALL (:words))
     ORDER BY e.event_time DESC, e.id DESC
     LIMIT :limit)
SELECT e.id, e.event_time, e.ingest_time, e.source_time, e.source_system, e.source_id, e.source_type,
       e.severity, e.event_category, e.summary, e.payload,
       e.payload ->> 'summary_ar' AS summary_ar, e.asset_id, e.unit_id, e.site_id,
       e.component_id, e.shift_id, e.trace_id, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar, s.code AS site_code, s.name AS site_name,
       s.name_ar AS site_name_ar, e.line_id, e.batch_id, e.lot_id, e.tags, e.is_trigger
  FROM page p
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = p.id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = e.site_id
 WHERE p.tenant_id = :tenant
 ORDER BY e.event_time DESC, e.id DESC;

-- EVENT_LIST_ASSET (asset_id uuid, from_time time, to_time time, before_time time, before_id uuid,
--     category text?, severity text?, source_system text?, words texts?, but_category text?,
--     but_system text?, shows_ids bool, limit i64) -> event
-- Of one asset, by the index on (tenant_id, asset_id, event_time).
WITH page AS (
    SELECT e.tenant_id, e.id
      FROM blackbox_events e
     WHERE e.tenant_id = :tenant AND e.asset_id = :asset_id
       AND e.event_time >= :from_time AND e.event_time < :to_time
       AND e.event_time <= :before_time AND (e.event_time, e.id) < (:before_time, :before_id)
       AND (:category IS NULL OR e.event_category = :category)
       AND (:severity IS NULL OR e.severity = :severity)
       AND (:source_system IS NULL OR e.source_system = :source_system)
       AND (:but_category IS NULL OR e.event_category <> :but_category)
       AND (:but_system IS NULL OR e.source_system <> :but_system)
       AND (:words IS NULL OR search_fold(e.summary || ' '
            || CASE WHEN :shows_ids THEN e.source_id ELSE '' END || ' ' || coalesce((
            SELECT w.code FROM assets w WHERE w.tenant_id = :tenant AND w.id = e.asset_id), ''))
            LIKE ALL (:words))
     ORDER BY e.event_time DESC, e.id DESC
     LIMIT :limit)
SELECT e.id, e.event_time, e.ingest_time, e.source_time, e.source_system, e.source_id, e.source_type,
       e.severity, e.event_category, e.summary, e.payload,
       e.payload ->> 'summary_ar' AS summary_ar, e.asset_id, e.unit_id, e.site_id,
       e.component_id, e.shift_id, e.trace_id, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar, s.code AS site_code, s.name AS site_name,
       s.name_ar AS site_name_ar, e.line_id, e.batch_id, e.lot_id, e.tags, e.is_trigger
  FROM page p
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = p.id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = e.site_id
 WHERE p.tenant_id = :tenant
 ORDER BY e.event_time DESC, e.id DESC;

-- EVENT_GET (id uuid) -> event
SELECT e.id, e.event_time, e.ingest_time, e.source_time, e.source_system, e.source_id, e.source_type,
       e.severity, e.event_category, e.summary, e.payload,
       e.payload ->> 'summary_ar' AS summary_ar, e.asset_id, e.unit_id, e.site_id,
       e.component_id, e.shift_id, e.trace_id, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar, s.code AS site_code, s.name AS site_name,
       s.name_ar AS site_name_ar, e.line_id, e.batch_id, e.lot_id, e.tags, e.is_trigger
  FROM blackbox_events e
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = e.site_id
 WHERE e.tenant_id = :tenant AND e.id = :id;
