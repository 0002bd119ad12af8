-- What an incident's page and report read beside the incident.

-- DOSSIER_RUNS (incident_id uuid, limit i64) -> dossier_run
SELECT id, number, incident_version, made_by, made_at, took_us,
       result #> '{causes,0,label}' AS top,
       (result #>> '{causes,0,probability}')::double precision AS probability
  FROM rca_runs
 WHERE tenant_id = :tenant AND incident_id = :incident_id
 ORDER BY number DESC
 LIMIT :limit;

-- DOSSIER_RESULT (incident_id uuid, number i64) -> (result json)
SELECT result
  FROM rca_runs
 WHERE tenant_id = :tenant AND incident_id = :incident_id AND number = :number;

-- DOSSIER_NAMED_EVENTS (incident_id uuid, ids uuids) -> dossier_named_event
SELECT e.id, e.event_time, e.summary, e.payload ->> 'summary_ar' AS summary_ar
  FROM blackbox_incident_events ie
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = ie.event_id
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id AND ie.event_id = ANY (:ids)
 ORDER BY e.event_time, e.id
 LIMIT 500;

-- DOSSIER_NAMED_SERIES (nos i64s) -> dossier_named_series
SELECT id, no, key, name, name_ar
  FROM series
 WHERE tenant_id = :tenant AND no = ANY (:nos)
 ORDER BY key
 LIMIT 500;
