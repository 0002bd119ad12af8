-- Analyses as they are stored.

-- CONSTRAINT rca_runs_number_key -> rca.overtaken

-- RCA_HOLD (id uuid) -> (version i64, status text, top_cause text, top_probability f64)
-- Until the commit nobody else changes the incident.
SELECT version, status, top_cause, top_probability
  FROM blackbox_incidents
 WHERE tenant_id = :tenant AND id = :id
   FOR UPDATE;

-- RCA_RUN_ADD (id uuid, incident_id uuid, incident_version i64, result json, made_by text, now time,
--     took_us i64) -> (number i64)
INSERT INTO rca_runs (tenant_id, id, incident_id, incident_version, number, result, made_by, made_at,
                      took_us)
SELECT :tenant, :id, :incident_id, :incident_version,
       1 + coalesce((SELECT max(r.number) FROM rca_runs r
                      WHERE r.tenant_id = :tenant AND r.incident_id = :incident_id), 0),
       :result, :made_by, :now, :took_us
RETURNING number;

-- RCA_RUN_LATEST (incident_id uuid, number i64?) -> rca_run
SELECT id, incident_id, incident_version, number, result, made_by, made_at, took_us
  FROM rca_runs
 WHERE tenant_id = :tenant AND incident_id = :incident_id
   AND (:number IS NULL OR number = :number)
 ORDER BY number DESC
 LIMIT 1;

-- RCA_CASE_PUT (incident_id uuid, class_id uuid?, happened_at time, cause text?, features json,
--     now time) -> nothing
INSERT INTO rca_cases (tenant_id, incident_id, class_id, happened_at, cause, features, updated_at)
VALUES (:tenant, :incident_id, :class_id, :happened_at, :cause, :features, :now)
ON CONFLICT (tenant_id, incident_id) DO UPDATE
   SET class_id = excluded.class_id, happened_at = excluded.happened_at, cause = excluded.cause,
       features = excluded.features, updated_at = excluded.updated_at;

-- RCA_PLACE (unit_id uuid?, site_id uuid?) -> (code text, name text, name_ar text)
-- Of the unit; without one, of the site.
SELECT p.code, p.name, p.name_ar
  FROM (SELECT u.tenant_id, u.code, u.name, u.name_ar, 1 AS rank
          FROM plant_units u
         WHERE u.tenant_id = :tenant AND u.id = :unit_id
         UNION ALL
        SELECT s.tenant_id, s.code, s.name, s.name_ar, 2 AS rank
          FROM sites s
         WHERE s.tenant_id = :tenant AND s.id = :site_id) p
 WHERE p.tenant_id = :tenant
 ORDER BY p.rank
 LIMIT 1;

-- RCA_HAS_STEP (incident_id uuid, step text) -> (is_there bool)
SELECT EXISTS (SELECT FROM blackbox_incident_steps t
                WHERE t.tenant_id = :tenant AND t.incident_id = :incident_id
                  AND t.step = :step) AS is_there;
