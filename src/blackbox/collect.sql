-- What events were last made of.

-- COLLECT_LOOKS (nos i32s) -> collect_look
SELECT series_no, state, looked_to
  FROM signal_looks
 WHERE tenant_id = :tenant AND series_no = ANY (:nos);

-- COLLECT_PUT (nos i32s, states texts, looked_tos times) -> nothing
INSERT INTO signal_looks (tenant_id, series_no, state, looked_to)
SELECT :tenant, l.series_no, l.state, l.looked_to
  FROM unnest(:nos, :states, :looked_tos) AS l (series_no, state, looked_to)
ON CONFLICT (tenant_id, series_no) DO UPDATE SET state = excluded.state,
                                                 looked_to = excluded.looked_to;

-- COLLECT_AUDIT (after_time time, after_id uuid, limit i64) -> collect_change
-- What people decide; not what happens to signals by itself. Page by page.
SELECT l.id, l.at, l.actor_label, l.action, l.object_type, l.object_id, l.object_label, l.changes,
       a.id AS asset_id
  FROM audit_logs l
  LEFT JOIN assets a ON a.tenant_id = :tenant AND l.object_type = 'asset'
                    AND a.id::text = l.object_id
 WHERE l.tenant_id = :tenant AND (l.at, l.id) > (:after_time, :after_id) AND l.outcome = 'done'
   AND l.object_type IN ('site', 'unit', 'asset', 'component', 'asset_class', 'class_metric',
       'failure_mode', 'machine_spec', 'threshold', 'cost_model', 'carbon_factor', 'source_clock',
       'integration', 'mapping', 'series', 'settings', 'alarm_rule', 'alarm_silence', 'rca_rule')
   AND (l.object_type <> 'series' OR l.action IN ('series.created', 'series.updated',
        'series.corrected'))
 ORDER BY l.at, l.id
 LIMIT :limit;
