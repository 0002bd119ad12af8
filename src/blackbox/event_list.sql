-- Events as people look for them.

-- EVENT_PAGE (way text, asset_id uuid?, site_id uuid?, category text?, severity text?,
--     source_system text?, from_time time, to_time time, before_time time, before_id uuid,
--     words texts?, but_category text?, but_system text?, shows_ids bool, limit i64) -> (id uuid)
-- Newest first. One of the branches is gone through, each by an index of its own in the order of
-- time: `way` names the one; the others are not begun. Their own orders make it a merge; without
-- them all that a branch has would be sorted. What most events have (INFO, SENSOR) has no index: it is
-- found by time. That a system is there at all is asked first: where all that are known are one, the
-- planner goes by time, and through everything for one that is not.
SELECT e.id
  FROM ((SELECT t.* FROM blackbox_events t
          WHERE t.tenant_id = :tenant AND :way = 'time'
          ORDER BY t.event_time DESC, t.id DESC)
         UNION ALL
        (SELECT t.* FROM blackbox_events t
          WHERE t.tenant_id = :tenant AND :way = 'asset' AND t.asset_id = :asset_id
          ORDER BY t.event_time DESC, t.id DESC)
         UNION ALL
        (SELECT t.* FROM blackbox_events t
          WHERE t.tenant_id = :tenant AND :way = 'severity' AND t.severity = :severity
            AND t.severity <> 'INFO'
          ORDER BY t.event_time DESC, t.id DESC)
         UNION ALL
        (SELECT t.* FROM blackbox_events t
          WHERE t.tenant_id = :tenant AND :way = 'category'
            AND t.event_category = :category AND t.event_category <> 'SENSOR'
          ORDER BY t.event_time DESC, t.id DESC)
         UNION ALL
        (SELECT t.* FROM blackbox_events t
          WHERE t.tenant_id = :tenant AND :way = 'system' AND t.source_system = :source_system
            AND :source_system = (
                SELECT n.source_system FROM blackbox_events n
                 WHERE n.tenant_id = :tenant AND n.source_system >= :source_system
                 ORDER BY n.source_system LIMIT 1)
          ORDER BY t.event_time DESC, t.id DESC)) e
 WHERE e.tenant_id = :tenant
   AND e.event_time >= :from_time AND e.event_time < :to_time
   AND (e.event_time, e.id) < (:before_time, :before_id)
   AND (:asset_id IS NULL OR e.asset_id = :asset_id)
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
 LIMIT :limit;

-- EVENT_ROWS (ids uuids) -> event
-- With the names of what they concern, newest first.
SELECT e.id, e.event_time, e.ingest_time, e.source_time, e.source_system, e.source_id, e.source_type,
       e.severity, e.event_category, e.summary, e.payload,
       e.payload ->> 'summary_ar' AS summary_ar, e.asset_id, e.unit_id, e.site_id,
       e.component_id, e.shift_id, e.trace_id, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar, s.code AS site_code, s.name AS site_name,
       s.name_ar AS site_name_ar, e.line_id, e.batch_id, e.lot_id, e.tags, e.is_trigger
  FROM blackbox_events e
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = e.site_id
 WHERE e.tenant_id = :tenant AND e.id = ANY (:ids)
 ORDER BY e.event_time DESC, e.id DESC;
