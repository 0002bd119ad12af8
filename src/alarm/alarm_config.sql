-- What rules look at, and where each of them stood.

-- ALARM_RULES_ENABLED -> alarm_rule
SELECT id, code, name, name_ar, class_id, asset_id, site_id, criticality, condition, priority,
       is_failure, event_kind, on_delay_s, off_delay_s, is_latched, response, response_ar,
       consequence, consequence_ar, respond_within_min, is_enabled, version, created_at, updated_at
  FROM alarm_rules
 WHERE tenant_id = :tenant AND is_enabled
 ORDER BY id;

-- ALARM_PAIRS -> alarm_pair_row
SELECT r.id AS rule_id, a.id AS asset_id, a.site_id, a.code AS asset_code
  FROM alarm_rules r
  JOIN assets a ON a.tenant_id = :tenant
   AND (a.id = r.asset_id
        OR (a.class_id = r.class_id AND (r.site_id IS NULL OR a.site_id = r.site_id)
            AND (r.criticality IS NULL OR a.criticality = r.criticality)))
 WHERE r.tenant_id = :tenant AND r.is_enabled AND a.status IN ('in_service', 'standby')
 ORDER BY r.id, a.id;

-- ALARM_SIGNALS (asset_id uuid?) -> alarm_signal_row
-- One series per asset and metric: the asset's own before its components'. Limits: of the approved
-- threshold, else of the class's metric; where neither says high or low, of the machine's papers.
SELECT DISTINCT ON (s.asset_id, s.metric)
       s.no, s.asset_id, s.metric, s.unit,
       m.unit AS metric_unit, m.low_low AS metric_low_low, m.low AS metric_low,
       m.high AS metric_high, m.high_high AS metric_high_high,
       t.id AS threshold_id, t.unit AS threshold_unit, t.low_low AS threshold_low_low,
       t.low AS threshold_low, t.high AS threshold_high, t.high_high AS threshold_high_high,
       p.unit AS spec_unit, p.value_min AS spec_low, p.value_max AS spec_high
  FROM series s
  JOIN assets a ON a.tenant_id = :tenant AND a.id = s.asset_id
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = s.metric
  LEFT JOIN threshold_references t
    ON t.tenant_id = :tenant AND t.id = (
       SELECT x.id
         FROM threshold_references x
        WHERE x.tenant_id = :tenant AND x.class_id = a.class_id AND x.metric = s.metric
          AND x.approved_at IS NOT NULL
          AND (x.criticality = a.criticality OR x.criticality IS NULL)
        ORDER BY x.criticality NULLS LAST
        LIMIT 1)
  LEFT JOIN machine_specs p
    ON p.tenant_id = :tenant AND p.id = (
       SELECT y.id
         FROM machine_specs y
        WHERE y.tenant_id = :tenant AND y.kind = 'limit' AND y.metric = s.metric
          AND (y.asset_id = a.id OR y.class_id = a.class_id)
        ORDER BY y.asset_id NULLS LAST, y.position, y.id
        LIMIT 1)
 WHERE s.tenant_id = :tenant AND s.is_active AND s.metric IS NOT NULL
   AND (:asset_id IS NULL OR s.asset_id = :asset_id)
 ORDER BY s.asset_id, s.metric, s.component_id NULLS FIRST, s.no;

-- ALARM_STATES -> alarm_state_row
SELECT rule_id, asset_id, state, due_at, updated_at
  FROM alarm_states
 WHERE tenant_id = :tenant;
