-- RCA_ANSWER (incident_id uuid, number i64?) -> rca_answer
-- An analysis by its number, or the latest.
SELECT r.incident_id, i.number AS incident_number, r.number, r.incident_version, r.made_by,
       r.made_at, r.took_us, r.result #>> '{causes,0,code}' AS top_cause,
       (r.result #>> '{causes,0,probability}')::double precision AS top_probability,
       r.result -> 'summary' AS rca_summary, r.result -> 'score' AS root_cause_score,
       r.result -> 'story' AS event_story, r.result -> 'actions' AS recommended_actions,
       r.result -> 'impact' AS impact_estimate,
       r.result -> 'financial' AS financial_impact_estimate,
       r.result -> 'carbon' AS carbon_impact_estimate, r.result
  FROM rca_runs r
  JOIN blackbox_incidents i ON i.tenant_id = :tenant AND i.id = r.incident_id
 WHERE r.tenant_id = :tenant AND r.incident_id = :incident_id
   AND (:number IS NULL OR r.number = :number)
 ORDER BY r.number DESC
 LIMIT 1;
