-- Incidents, their events and the chain of their steps.

-- CONSTRAINT blackbox_incidents_trigger_key -> incident.opened_already

-- INCIDENT_GET (id uuid) -> incident
SELECT id, number, incident_type, status, severity, title, title_ar, root_asset_id, site_id,
       unit_id, impact_scope, start_time, end_time, anchor_time, window_from, window_to, grace_until,
       trigger_event_id, version, trace_id, merged_into, rca_run_id, rca_summary, root_cause_score,
       event_story, recommended_actions, impact_estimate, financial_impact_estimate,
       carbon_impact_estimate, top_cause, top_probability, confirmed_cause, confirmed_note,
       confirmed_by, confirmed_at, resolved_at, closed_at, created_at, updated_at
  FROM blackbox_incidents
 WHERE tenant_id = :tenant AND id = :id;

-- INCIDENT_FIND_BY_ASSET (asset_id uuid, limit i64) -> incident
SELECT id, number, incident_type, status, severity, title, title_ar, root_asset_id, site_id,
       unit_id, impact_scope, start_time, end_time, anchor_time, window_from, window_to, grace_until,
       trigger_event_id, version, trace_id, merged_into, rca_run_id, rca_summary, root_cause_score,
       event_story, recommended_actions, impact_estimate, financial_impact_estimate,
       carbon_impact_estimate, top_cause, top_probability, confirmed_cause, confirmed_note,
       confirmed_by, confirmed_at, resolved_at, closed_at, created_at, updated_at
  FROM blackbox_incidents
 WHERE tenant_id = :tenant AND root_asset_id = :asset_id AND merged_into IS NULL
 ORDER BY start_time DESC, id DESC
 LIMIT :limit;

-- INCIDENT_LOCK (id uuid) -> (id uuid, status text, top_cause text, title text, number i64)
SELECT id, status, top_cause, title, number
  FROM blackbox_incidents
 WHERE tenant_id = :tenant AND id = :id
   FOR UPDATE;

-- INCIDENT_EVENTS_OF (incident_id uuid, limit i64) -> incident_event
SELECT e.id, e.asset_id, e.unit_id, e.site_id, a.code AS asset_code, e.source_system, e.source_id,
       e.source_type, e.severity, e.event_category, e.event_time, e.ingest_time, e.summary,
       e.payload ->> 'summary_ar' AS summary_ar, e.payload, ie.role, ie.order_index, ie.is_late
  FROM blackbox_incident_events ie
  JOIN blackbox_events e ON e.tenant_id = :tenant AND e.id = ie.event_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id
 ORDER BY e.event_time, ie.order_index, e.id
 LIMIT :limit;

-- INCIDENT_STORE_ANALYSIS (id uuid, version i64, rca_run_id uuid?, rca_summary json?,
--     root_cause_score json?, event_story json?, recommended_actions json?, impact_estimate json?,
--     financial_impact_estimate json?, carbon_impact_estimate json?, top_cause text?,
--     top_probability f64?, end_time time?, impact_scope json?, now time) -> nothing
UPDATE blackbox_incidents
   SET rca_run_id = :rca_run_id, rca_summary = :rca_summary, root_cause_score = :root_cause_score,
       event_story = :event_story, recommended_actions = :recommended_actions,
       impact_estimate = :impact_estimate, financial_impact_estimate = :financial_impact_estimate,
       carbon_impact_estimate = :carbon_impact_estimate, top_cause = :top_cause,
       top_probability = :top_probability, end_time = coalesce(:end_time, end_time),
       impact_scope = coalesce(:impact_scope, impact_scope), updated_at = :now
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- INCIDENT_STORE_ROLES (incident_id uuid, event_ids uuids, roles texts) -> nothing
UPDATE blackbox_incident_events ie
   SET role = r.role
  FROM unnest(:event_ids, :roles) AS r (event_id, role)
 WHERE ie.tenant_id = :tenant AND ie.incident_id = :incident_id AND ie.event_id = r.event_id
   AND ie.role <> r.role;

-- INCIDENT_SET_STATUS (id uuid, status text, now time) -> nothing
UPDATE blackbox_incidents
   SET status = :status, updated_at = :now,
       resolved_at = CASE WHEN :status = 'RESOLVED' THEN :now
                          WHEN :status = 'CLOSED' THEN resolved_at END,
       closed_at = CASE WHEN :status = 'CLOSED' THEN :now END
 WHERE tenant_id = :tenant AND id = :id;

-- INCIDENT_STORE_CAUSE (id uuid, cause text, note text?, by uuid?, now time) -> nothing
UPDATE blackbox_incidents
   SET confirmed_cause = :cause, confirmed_note = :note, confirmed_by = :by, confirmed_at = :now,
       updated_at = :now
 WHERE tenant_id = :tenant AND id = :id;

-- INCIDENT_STEP_BEFORE (incident_id uuid, facts json) -> (seal bytes, facts json, made_at time)
-- The seal that the next step stands on, and its facts as they will be read back. The incident's row
-- is held by a statement before this one: who waited for it sees in here what the other one added.
SELECT (SELECT t.seal FROM blackbox_incident_steps t
         WHERE t.tenant_id = :tenant AND t.incident_id = i.id
         ORDER BY t.made_at DESC, t.id DESC LIMIT 1) AS seal,
       :facts AS facts,
       (SELECT max(t.made_at) FROM blackbox_incident_steps t
         WHERE t.tenant_id = :tenant AND t.incident_id = i.id) AS made_at
  FROM blackbox_incidents i
 WHERE i.tenant_id = :tenant AND i.id = :incident_id;

-- INCIDENT_STEP_ADD (id uuid, incident_id uuid, step text, note text?, facts json, made_by text,
--     made_at time, seal_before bytes?, seal bytes) -> nothing
INSERT INTO blackbox_incident_steps (tenant_id, id, incident_id, step, note, facts, made_by, made_at,
                                     seal_before, seal)
VALUES (:tenant, :id, :incident_id, :step, :note, :facts, :made_by, :made_at, :seal_before, :seal);

-- INCIDENT_STEPS (incident_id uuid) -> incident_step_row
SELECT id, incident_id, step, note, facts, made_by, made_at, seal_before, seal
  FROM blackbox_incident_steps
 WHERE tenant_id = :tenant AND incident_id = :incident_id
 ORDER BY made_at, id;
