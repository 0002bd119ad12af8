-- What the list of incidents shows beside the incidents.

-- DOSSIER_SITES () -> (id uuid, name text, name_ar text)
SELECT id, name, name_ar
  FROM sites
 WHERE tenant_id = :tenant
 ORDER BY code
 LIMIT 500;

-- DOSSIER_EVENTS_SINCE (since time) -> (events i64)
SELECT count(*) AS events
  FROM blackbox_events
 WHERE tenant_id = :tenant AND event_time >= :since;

-- DOSSIER_LABELS (ids uuids) -> (incident_id uuid, label json)
-- What the likeliest cause of each is called.
SELECT i.id AS incident_id, r.result #> '{causes,0,label}' AS label
  FROM blackbox_incidents i
  JOIN rca_runs r ON r.tenant_id = :tenant AND r.id = i.rca_run_id
 WHERE i.tenant_id = :tenant AND i.id = ANY (:ids);

-- DOSSIER_ASSET (id uuid) -> (code text, name text, name_ar text)
SELECT code, name, name_ar FROM assets WHERE tenant_id = :tenant AND id = :id;
