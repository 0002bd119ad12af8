-- What events from outside name.

-- EVENT_NAMES (assets texts, sites texts, units texts, shifts texts) -> event_name
-- What codes and ids stand for.
SELECT 'asset' AS kind, a.id, a.code, a.site_id
  FROM assets a
 WHERE a.tenant_id = :tenant AND a.code = ANY (:assets)
UNION ALL
SELECT 'asset', a.id, a.id::text, a.site_id
  FROM assets a
 WHERE a.tenant_id = :tenant AND a.id IN (
       SELECT x::uuid FROM unnest(:assets) AS x WHERE x ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
UNION ALL
SELECT 'site', s.id, s.code, s.id
  FROM sites s
 WHERE s.tenant_id = :tenant AND s.code = ANY (:sites)
UNION ALL
SELECT 'site', s.id, s.id::text, s.id
  FROM sites s
 WHERE s.tenant_id = :tenant AND s.id IN (
       SELECT x::uuid FROM unnest(:sites) AS x WHERE x ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
UNION ALL
SELECT 'unit', u.id, u.code, u.site_id
  FROM plant_units u
 WHERE u.tenant_id = :tenant AND u.code = ANY (:units)
UNION ALL
SELECT 'unit', u.id, u.id::text, u.site_id
  FROM plant_units u
 WHERE u.tenant_id = :tenant AND u.id IN (
       SELECT x::uuid FROM unnest(:units) AS x WHERE x ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
UNION ALL
SELECT 'shift', h.id, h.code, h.site_id
  FROM shifts h
 WHERE h.tenant_id = :tenant AND h.code = ANY (:shifts);

-- EVENT_KNOWN (source_systems texts, source_ids texts) -> (place i64)
-- Which of them, counted from 1, are there already, whatever their time.
SELECT w.place
  FROM unnest(:source_systems, :source_ids) WITH ORDINALITY AS w (source_system, source_id, place)
 WHERE EXISTS (SELECT FROM blackbox_events e
                WHERE e.tenant_id = :tenant AND e.source_system = w.source_system
                  AND e.source_id = w.source_id);

-- EVENT_BY_SOURCE (source_system text, source_id text) -> (id uuid)
SELECT id
  FROM blackbox_events
 WHERE tenant_id = :tenant AND source_system = :source_system AND source_id = :source_id
 LIMIT 1;
