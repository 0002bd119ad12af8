-- The incident engine: from events that nobody has looked at to incidents.

-- ENGINE_HOLD () -> (last_number i64)
-- One engine at a time in a tenant, whoever runs it; its number is the last that was given.
INSERT INTO tenant_numbers (tenant_id, kind, last_number)
VALUES (:tenant, 'incident', 0)
ON CONFLICT (tenant_id, kind) DO UPDATE SET last_number = tenant_numbers.last_number
RETURNING last_number;

-- ENGINE_NUMBER () -> (last_number i64)
UPDATE tenant_numbers
   SET last_number = last_number + 1
 WHERE tenant_id = :tenant AND kind = 'incident'
RETURNING last_number;

-- ENGINE_FRESH (limit i64) -> engine_fresh
SELECT e.id, e.event_time, e.is_trigger, e.asset_id, e.unit_id, e.site_id
  FROM blackbox_events e
 WHERE e.tenant_id = :tenant AND NOT e.is_noticed
 ORDER BY e.ingest_time, e.id
 LIMIT :limit;

-- ENGINE_NOTICED (ids uuids) -> nothing
UPDATE blackbox_events
   SET is_noticed = true
 WHERE tenant_id = :tenant AND id = ANY (:ids) AND NOT is_noticed;

-- ENGINE_MARK_TRIGGER (id uuid) -> nothing
UPDATE blackbox_events
   SET is_trigger = true, is_noticed = false
 WHERE tenant_id = :tenant AND id = :id AND NOT is_trigger;

-- ENGINE_UNITS () -> (id uuid, parent_id uuid)
SELECT id, parent_id FROM plant_units WHERE tenant_id = :tenant;

-- ENGINE_LONGEST_AFTER () -> (after_min i64)
SELECT max(incident_after_min) AS after_min FROM asset_classes WHERE tenant_id = :tenant;

-- ENGINE_TRIGGERS_BEFORE (from_time time, before_time time, before_id uuid, now time, limit i64)
--   -> engine_trigger
-- Triggers that may still be grouped: of no incident, or of one whose grace period is not over.
SELECT e.id, e.event_time, e.source_system, e.source_id, e.severity, e.event_category,
       e.payload ->> 'kind' AS kind, e.payload ->> 'summary_ar' AS summary_ar, e.asset_id,
       e.unit_id, e.site_id, e.summary, e.trace_id,
       a.criticality, c.incident_before_min AS before_min, c.incident_after_min AS after_min
  FROM blackbox_events e
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE e.tenant_id = :tenant AND e.is_trigger
   AND e.event_time >= :from_time AND (e.event_time, e.id) < (:before_time, :before_id)
   AND NOT EXISTS (
       SELECT 1 FROM blackbox_incident_events ie
         JOIN blackbox_incidents i ON i.tenant_id = :tenant AND i.id = ie.incident_id
        WHERE ie.tenant_id = :tenant AND ie.event_id = e.id AND (ie.is_trigger OR ie.is_late)
          AND i.grace_until <= :now AND i.merged_into IS NULL)
 ORDER BY e.event_time DESC, e.id DESC
 LIMIT :limit;

-- ENGINE_TRIGGERS_AFTER (to_time time, after_time time, after_id uuid, now time, limit i64)
--   -> engine_trigger
-- The same the other way.
SELECT e.id, e.event_time, e.source_system, e.source_id, e.severity, e.event_category,
       e.payload ->> 'kind' AS kind, e.payload ->> 'summary_ar' AS summary_ar, e.asset_id,
       e.unit_id, e.site_id, e.summary, e.trace_id,
       a.criticality, c.incident_before_min AS before_min, c.incident_after_min AS after_min
  FROM blackbox_events e
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE e.tenant_id = :tenant AND e.is_trigger
   AND e.event_time <= :to_time AND (e.event_time, e.id) > (:after_time, :after_id)
   AND NOT EXISTS (
       SELECT 1 FROM blackbox_incident_events ie
         JOIN blackbox_incidents i ON i.tenant_id = :tenant AND i.id = ie.incident_id
        WHERE ie.tenant_id = :tenant AND ie.event_id = e.id AND (ie.is_trigger OR ie.is_late)
          AND i.grace_until <= :now AND i.merged_into IS NULL)
 ORDER BY e.event_time, e.id
 LIMIT :limit;

-- ENGINE_FROZEN (from_time time, to_time time, reach_from time, reach_to time, now time)
--   -> engine_frozen
-- Incidents past their grace period whose window holds some of these moments.
SELECT i.id, i.number, i.root_asset_id AS asset_id, i.unit_id, i.site_id, i.window_from, i.window_to
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant AND i.anchor_time BETWEEN :reach_from AND :reach_to
   AND i.window_from <= :to_time AND i.window_to >= :from_time
   AND i.grace_until <= :now AND i.merged_into IS NULL
 ORDER BY i.anchor_time, i.id;

-- ENGINE_LIVE_OF (trigger_ids uuids, now time) -> engine_stored
-- Incidents that may still change and were opened by one of these.
SELECT i.id, i.number, i.trigger_event_id, i.status, i.incident_type, i.severity, i.title,
       i.title_ar,
       i.root_asset_id AS asset_id, i.unit_id, i.site_id, i.anchor_time, i.window_from, i.window_to,
       i.start_time, i.version, i.trace_id, i.merged_into, i.created_at
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant AND i.trigger_event_id = ANY (:trigger_ids) AND i.grace_until > :now
 ORDER BY i.number;

-- ENGINE_LIVE (now time, after_number i64, limit i64) -> engine_stored
SELECT i.id, i.number, i.trigger_event_id, i.status, i.incident_type, i.severity, i.title,
       i.title_ar,
       i.root_asset_id AS asset_id, i.unit_id, i.site_id, i.anchor_time, i.window_from, i.window_to,
       i.start_time, i.version, i.trace_id, i.merged_into, i.created_at
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant AND i.grace_until > :now AND i.number > :after_number
   AND i.merged_into IS NULL
 ORDER BY i.number
 LIMIT :limit;

-- ENGINE_COVERING (asset_id uuid, at time, reach_from time, reach_to time) -> (id uuid)
-- The incident that an asset is in at a moment: its own before others' that it has a part in.
SELECT i.id
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant AND i.anchor_time BETWEEN :reach_from AND :reach_to
   AND i.window_from <= :at AND i.window_to >= :at AND i.merged_into IS NULL
   AND (i.root_asset_id = :asset_id OR EXISTS (
        SELECT 1 FROM blackbox_incident_events ie
          JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = ie.event_id
         WHERE ie.tenant_id = :tenant AND ie.incident_id = i.id AND ie.is_trigger
           AND e.asset_id = :asset_id))
 ORDER BY (i.root_asset_id = :asset_id) DESC, i.anchor_time DESC, i.id
 LIMIT 1;

-- ENGINE_PLACE (asset_id uuid) -> engine_place
SELECT a.id AS asset_id, a.unit_id, a.site_id, c.incident_before_min AS before_min,
       c.incident_after_min AS after_min
  FROM assets a
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 WHERE a.tenant_id = :tenant AND a.id = :asset_id;

-- ENGINE_GATHER (asset_id uuid, unit_ids uuids, site_id uuid, is_bare bool, at time,
--     from_time time, to_time time, limit i64) -> engine_member
-- The events of a window around an asset, a unit with those above and below it, and the site itself.
-- Where there are too many, the gravest and then the nearest to the trigger. `is_bare`: an incident
-- of a site, or of nothing, has no more than that. What is told about incidents is none of theirs.
WITH near AS (
    SELECT e.tenant_id, e.id FROM blackbox_events e
     WHERE e.tenant_id = :tenant AND e.asset_id = :asset_id
       AND e.event_time BETWEEN :from_time AND :to_time
    UNION
    SELECT e.tenant_id, e.id FROM blackbox_events e
     WHERE e.tenant_id = :tenant AND e.unit_id = ANY (:unit_ids)
       AND e.event_time BETWEEN :from_time AND :to_time
    UNION
    SELECT e.tenant_id, e.id FROM blackbox_events e
     WHERE e.tenant_id = :tenant AND e.site_id = :site_id
       AND e.asset_id IS NULL AND e.unit_id IS NULL
       AND e.event_time BETWEEN :from_time AND :to_time
    UNION
    SELECT e.tenant_id, e.id FROM blackbox_events e
     WHERE e.tenant_id = :tenant AND :is_bare AND e.site_id IS NULL
       AND e.asset_id IS NULL AND e.unit_id IS NULL
       AND e.event_time BETWEEN :from_time AND :to_time),
chosen AS (
    SELECT e.tenant_id, e.id, e.event_time, e.source_system, e.source_id, e.severity,
           e.event_category, e.asset_id, e.unit_id, e.site_id
      FROM near n
      JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = n.id
     WHERE n.tenant_id = :tenant
       AND e.source_system NOT IN ('OPTRIA_INCIDENT', 'OPTRIA_RCA')
     ORDER BY e.is_trigger DESC,
              array_position(ARRAY['CRITICAL', 'MAJOR', 'MINOR', 'WARNING', 'INFO'], e.severity),
              abs(extract(epoch FROM e.event_time - :at)), e.source_system, e.source_id,
              e.event_time
     LIMIT :limit)
SELECT c.id, c.event_time, c.severity, c.event_category, c.asset_id, c.unit_id, c.site_id
  FROM chosen c
 WHERE c.tenant_id = :tenant
 ORDER BY c.event_time, c.source_system, c.source_id;

-- ENGINE_OPEN (id uuid, number i64, incident_type text, severity text, title text, title_ar text?,
--     asset_id uuid?,
--     site_id uuid?, unit_id uuid?, impact_scope json, start_time time, anchor_time time,
--     window_from time, window_to time, grace_until time, trigger_event_id uuid, trace_id uuid,
--     now time) -> nothing
INSERT INTO blackbox_incidents (tenant_id, id, number, incident_type, severity, title, title_ar,
                                root_asset_id, site_id, unit_id, impact_scope, start_time, anchor_time, window_from,
                                window_to, grace_until, trigger_event_id, trace_id, created_at,
                                updated_at)
VALUES (:tenant, :id, :number, :incident_type, :severity, :title, :title_ar, :asset_id, :site_id, :unit_id,
        :impact_scope, :start_time, :anchor_time, :window_from, :window_to, :grace_until,
        :trigger_event_id, :trace_id, :now, :now);

-- ENGINE_CHANGE (id uuid, incident_type text, severity text, title text, title_ar text?,
--     asset_id uuid?,
--     site_id uuid?, unit_id uuid?, impact_scope json, start_time time, anchor_time time,
--     window_from time, window_to time, grace_until time, trigger_event_id uuid, status text,
--     now time) -> (version i64)
UPDATE blackbox_incidents
   SET incident_type = :incident_type, severity = :severity, title = :title, title_ar = :title_ar,
       root_asset_id = :asset_id, site_id = :site_id, unit_id = :unit_id,
       impact_scope = :impact_scope, start_time = :start_time, anchor_time = :anchor_time,
       window_from = :window_from, window_to = :window_to, grace_until = :grace_until,
       trigger_event_id = :trigger_event_id, status = :status, merged_into = NULL,
       resolved_at = CASE WHEN :status = 'OPEN' THEN NULL ELSE resolved_at END,
       closed_at = CASE WHEN :status = 'OPEN' THEN NULL ELSE closed_at END,
       version = version + 1, updated_at = :now
 WHERE tenant_id = :tenant AND id = :id
RETURNING version;

-- ENGINE_MERGE (id uuid, into uuid, now time) -> nothing
UPDATE blackbox_incidents
   SET merged_into = :into, status = 'CLOSED', closed_at = :now, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id;

-- ENGINE_MEMBERS_COUNT (incident_id uuid) -> (members i64)
SELECT count(*) AS members
  FROM blackbox_incident_events
 WHERE tenant_id = :tenant AND incident_id = :incident_id AND NOT is_late;

-- ENGINE_MEMBERS_ADD (incident_id uuid, ids uuids, event_ids uuids, orders i32s, triggers i32s)
--   -> (event_id uuid)
INSERT INTO blackbox_incident_events (tenant_id, id, incident_id, event_id, order_index, is_trigger)
SELECT :tenant, m.id, :incident_id, m.event_id, m.order_index, m.is_trigger <> 0
  FROM unnest(:ids, :event_ids, :orders, :triggers) AS m (id, event_id, order_index, is_trigger)
ON CONFLICT (tenant_id, incident_id, event_id) DO NOTHING
RETURNING event_id;

-- ENGINE_MEMBERS_ORDER (incident_id uuid, event_ids uuids, orders i32s, triggers i32s,
--     sets_triggers bool) -> nothing
UPDATE blackbox_incident_events ie
   SET order_index = m.order_index,
       is_trigger = CASE WHEN :sets_triggers THEN m.is_trigger <> 0 ELSE ie.is_trigger END
  FROM unnest(:event_ids, :orders, :triggers) AS m (event_id, order_index, is_trigger)
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id AND ie.event_id = m.event_id
   AND (ie.order_index <> m.order_index
        OR :sets_triggers AND ie.is_trigger <> (m.is_trigger <> 0));

-- ENGINE_MEMBERS_DROP (incident_id uuid, event_ids uuids) -> nothing
-- NOT IN is looked up in a table of the list; an anti join of ten thousand by ten thousand is not.
DELETE FROM blackbox_incident_events ie
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id AND NOT ie.is_late
   AND ie.event_id NOT IN (SELECT m.event_id FROM unnest(:event_ids) AS m (event_id));

-- ENGINE_LATE_ADD (incident_ids uuids, event_ids uuids, ids uuids) -> (incident_id uuid, event_id uuid)
INSERT INTO blackbox_incident_events (tenant_id, id, incident_id, event_id, order_index, is_late)
SELECT :tenant, m.id, m.incident_id, m.event_id, 0, true
  FROM unnest(:ids, :incident_ids, :event_ids) AS m (id, incident_id, event_id)
ON CONFLICT (tenant_id, incident_id, event_id) DO NOTHING
RETURNING incident_id, event_id;
