-- What the program made of a demo's plant: its incidents, and what they say.

-- BACKTEST_INCIDENTS
--         -> (id uuid, asset_code text, title text, created_at time, top_cause text, second text,
--             third text)
-- As each was opened, with what its newest analysis names; those that became a part of another one
-- are not there.
SELECT i.id, a.code AS asset_code, i.title, i.created_at, i.top_cause,
       r.result #>> '{causes,1,code}' AS second, r.result #>> '{causes,2,code}' AS third
  FROM blackbox_incidents i
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
  LEFT JOIN rca_runs r ON r.tenant_id = :tenant AND r.id = i.rca_run_id
 WHERE i.tenant_id = :tenant AND i.merged_into IS NULL
 ORDER BY i.created_at, i.number;

-- BACKTEST_TRIGGERS -> (incident_id uuid, asset_code text, ingest_time time)
-- What opened or fed them, by asset.
SELECT ie.incident_id, a.code AS asset_code, e.ingest_time
  FROM blackbox_incident_events ie
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = ie.event_id
  JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
 WHERE ie.tenant_id = :tenant AND ie.is_trigger
 ORDER BY e.ingest_time, e.id;
