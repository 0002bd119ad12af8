-- The look: what changed in rules and plant, and where each rule stands.

-- ALARM_STAMP -> (rules i64, stamp text)
-- Differs when a rule changed.
SELECT count(*) FILTER (WHERE is_enabled) AS rules,
       concat_ws('/', count(*), sum(version), max(updated_at)) AS stamp
  FROM alarm_rules
 WHERE tenant_id = :tenant;

-- ALARM_PLANT_STAMP -> (stamp text)
-- Differs when something changed that says which signals a rule has, and which limits.
SELECT concat_ws(' ',
       (SELECT concat_ws('/', count(*), sum(version), max(updated_at)) FROM series
         WHERE tenant_id = :tenant),
       (SELECT concat_ws('/', count(*), sum(version), max(updated_at)) FROM assets
         WHERE tenant_id = :tenant),
       (SELECT concat_ws('/', count(*), sum(version), max(updated_at)) FROM asset_class_metrics
         WHERE tenant_id = :tenant),
       (SELECT concat_ws('/', count(*), sum(version), max(updated_at)) FROM threshold_references
         WHERE tenant_id = :tenant),
       (SELECT concat_ws('/', count(*), sum(version), max(updated_at)) FROM machine_specs
         WHERE tenant_id = :tenant)) AS stamp;

-- ALARM_STATES_PUT (rule_ids uuids, asset_ids uuids, states texts, looked_to times, due_at times,
--   now time) -> nothing
INSERT INTO alarm_states (tenant_id, rule_id, asset_id, state, looked_to, due_at, updated_at)
SELECT :tenant, n.rule_id, n.asset_id, n.state::jsonb, n.looked_to, n.due_at, :now
  FROM unnest(:rule_ids, :asset_ids, :states, :looked_to, :due_at)
       AS n (rule_id, asset_id, state, looked_to, due_at)
  JOIN alarm_rules r ON r.tenant_id = :tenant AND r.id = n.rule_id
  JOIN assets a ON a.tenant_id = :tenant AND a.id = n.asset_id
ON CONFLICT (tenant_id, rule_id, asset_id) DO UPDATE
   SET state = excluded.state, looked_to = excluded.looked_to, due_at = excluded.due_at,
       updated_at = excluded.updated_at;

-- ALARM_STATES_DROP (rule_id uuid) -> nothing
DELETE FROM alarm_states WHERE tenant_id = :tenant AND rule_id = :rule_id;

-- ALARM_ACTIVE -> alert
-- What rules raised and is not over.
SELECT id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
       severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
       occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
       acknowledged_by, returned_at, cleared_at, trace_id, version
  FROM alerts
 WHERE tenant_id = :tenant AND cleared_at IS NULL AND source = 'RULE';
