-- Lists and figures of alarms.

-- ALERT_LIST (active bool, state text?, priority text?, site_id uuid?, asset_id uuid?, rule_id uuid?,
--   acknowledged_by uuid?, from_time time?, to_time time?, q text?, before_at time?, before_id uuid?,
--   limit i64) -> alert_row
-- The newest first.
SELECT x.id, x.rule_id, x.asset_id, x.site_id, x.source, x.source_key, x.code, x.title, x.title_ar,
       x.priority, x.severity, x.state, x.shelved_until, x.shelved_reason, x.suppressed_by, x.value,
       x.limit_value, x.unit, x.occurrences, x.is_first_out, x.is_chattering, x.raised_at, x.seen_at,
       x.last_at, x.acknowledged_at, x.acknowledged_by, x.returned_at, x.cleared_at, x.trace_id,
       x.version, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       i.code AS site_code, u.full_name AS acknowledged_by_name
  FROM alerts x
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
  LEFT JOIN sites i ON i.tenant_id = :tenant AND i.id = x.site_id
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = x.acknowledged_by
 WHERE x.tenant_id = :tenant
   AND (NOT :active OR x.cleared_at IS NULL)
   AND (:state IS NULL OR x.state = :state)
   AND (:priority IS NULL OR x.priority = :priority)
   AND (:site_id IS NULL OR x.site_id = :site_id)
   AND (:asset_id IS NULL OR x.asset_id = :asset_id)
   AND (:rule_id IS NULL OR x.rule_id = :rule_id)
   AND (:acknowledged_by IS NULL OR x.acknowledged_by = :acknowledged_by)
   AND (:from_time IS NULL OR x.raised_at >= :from_time)
   AND (:to_time IS NULL OR x.raised_at < :to_time)
   AND (:q IS NULL OR strpos(search_fold(concat_ws(' ', x.code, x.title, x.title_ar, a.code, a.name,
                                                   a.name_ar)), search_fold(:q)) > 0)
   AND (:before_at IS NULL OR (x.raised_at, x.id) < (:before_at, :before_id))
 ORDER BY x.raised_at DESC, x.id DESC
 LIMIT :limit;

-- ALERT_ONE (id uuid) -> alert_row
SELECT x.id, x.rule_id, x.asset_id, x.site_id, x.source, x.source_key, x.code, x.title, x.title_ar,
       x.priority, x.severity, x.state, x.shelved_until, x.shelved_reason, x.suppressed_by, x.value,
       x.limit_value, x.unit, x.occurrences, x.is_first_out, x.is_chattering, x.raised_at, x.seen_at,
       x.last_at, x.acknowledged_at, x.acknowledged_by, x.returned_at, x.cleared_at, x.trace_id,
       x.version, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       i.code AS site_code, u.full_name AS acknowledged_by_name
  FROM alerts x
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
  LEFT JOIN sites i ON i.tenant_id = :tenant AND i.id = x.site_id
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = x.acknowledged_by
 WHERE x.tenant_id = :tenant AND x.id = :id;

-- ALERT_BOARD (priority text?, site_id uuid?, q text?, quiet bool, limit i64) -> alert_row
-- What is active, the most pressing first: unacknowledged before acknowledged, then by priority.
SELECT x.id, x.rule_id, x.asset_id, x.site_id, x.source, x.source_key, x.code, x.title, x.title_ar,
       x.priority, x.severity, x.state, x.shelved_until, x.shelved_reason, x.suppressed_by, x.value,
       x.limit_value, x.unit, x.occurrences, x.is_first_out, x.is_chattering, x.raised_at, x.seen_at,
       x.last_at, x.acknowledged_at, x.acknowledged_by, x.returned_at, x.cleared_at, x.trace_id,
       x.version, a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar,
       i.code AS site_code, u.full_name AS acknowledged_by_name
  FROM alerts x
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
  LEFT JOIN sites i ON i.tenant_id = :tenant AND i.id = x.site_id
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = x.acknowledged_by
 WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL
   AND (x.shelved_until IS NOT NULL OR x.suppressed_by IS NOT NULL) = :quiet
   AND (:priority IS NULL OR x.priority = :priority)
   AND (:site_id IS NULL OR x.site_id = :site_id)
   AND (:q IS NULL OR strpos(search_fold(concat_ws(' ', x.code, x.title, x.title_ar, a.code, a.name,
                                                   a.name_ar)), search_fold(:q)) > 0)
 ORDER BY x.state = 'acknowledged',
          array_position(ARRAY['critical', 'high', 'medium', 'low'], x.priority),
          x.raised_at DESC, x.id DESC
 LIMIT :limit;

-- ALERT_COUNTS -> alert_counts
SELECT count(*) FILTER (WHERE NOT quiet) AS active,
       count(*) FILTER (WHERE NOT quiet AND state IN ('unacknowledged', 'returned'))
       AS unacknowledged,
       count(*) FILTER (WHERE NOT quiet AND priority = 'critical') AS critical,
       count(*) FILTER (WHERE NOT quiet AND priority = 'critical' AND state = 'unacknowledged')
       AS critical_unacknowledged,
       count(*) FILTER (WHERE quiet) AS quiet
  FROM (SELECT x.tenant_id, x.state, x.priority,
               x.shelved_until IS NOT NULL OR x.suppressed_by IS NOT NULL AS quiet
          FROM alerts x
         WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL) AS a
 WHERE a.tenant_id = :tenant;

-- --- figures (ISA-18.2) --------------------------------------------------------------------------

-- ALARM_KPIS (from_time time, to_time time, site_id uuid?, now time) -> alarm_kpis
-- What was annunciated: occurrences that were not suppressed.
WITH n AS MATERIALIZED (
    SELECT t.at, a.id, a.priority, a.is_chattering
      FROM alert_steps t
      JOIN alerts a ON a.tenant_id = :tenant AND a.id = t.alert_id
     WHERE t.tenant_id = :tenant AND t.step IN ('raised', 'again')
       AND t.at >= :from_time AND t.at < :to_time
       AND (:site_id IS NULL OR a.site_id = :site_id)
), p AS MATERIALIZED (
    SELECT count(*) AS times
      FROM n
     GROUP BY date_bin('10 minutes', n.at, TIMESTAMPTZ '2000-01-01 00:00Z')
)
SELECT (SELECT count(*) FROM n) AS raised,
       (SELECT count(*) FROM n WHERE priority = 'critical') AS critical,
       (SELECT count(*) FROM n WHERE priority = 'high') AS high,
       (SELECT count(*) FROM n WHERE priority = 'medium') AS medium,
       (SELECT count(*) FROM n WHERE priority = 'low') AS low,
       (SELECT count(DISTINCT id) FROM n WHERE is_chattering) AS chattering,
       (SELECT count(*) FROM p WHERE times > 10) AS flood_periods,
       (SELECT coalesce(max(times), 0) FROM p) AS most_in_a_period,
       (SELECT count(*) FROM alerts x
         WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL
           AND (:site_id IS NULL OR x.site_id = :site_id)) AS standing,
       (SELECT count(*) FROM alerts x
         WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL
           AND x.last_at < :now - interval '1 day'
           AND (:site_id IS NULL OR x.site_id = :site_id)) AS stale,
       (SELECT count(*) FROM alerts x
         WHERE x.tenant_id = :tenant AND x.cleared_at IS NULL
           AND (x.shelved_until IS NOT NULL OR x.suppressed_by IS NOT NULL)
           AND (:site_id IS NULL OR x.site_id = :site_id)) AS quiet,
       (SELECT percentile_cont(0.5) WITHIN GROUP (
                   ORDER BY extract(epoch FROM x.acknowledged_at - x.last_at))
          FROM alerts x
         WHERE x.tenant_id = :tenant AND x.acknowledged_at >= :from_time
           AND x.acknowledged_at < :to_time
           AND (:site_id IS NULL OR x.site_id = :site_id)) AS acknowledge_s;

-- ALARM_WORST (from_time time, to_time time, site_id uuid?, limit i64) -> alarm_actor
-- Those that speak most: a rule on an asset.
SELECT a.code, max(a.title) AS title, max(a.title_ar) AS title_ar, a.rule_id, a.asset_id,
       max(s.code) AS asset_code, count(*) AS times,
       count(DISTINCT a.id) FILTER (WHERE a.is_chattering) AS chattering
  FROM alert_steps t
  JOIN alerts a ON a.tenant_id = :tenant AND a.id = t.alert_id
  LEFT JOIN assets s ON s.tenant_id = :tenant AND s.id = a.asset_id
 WHERE t.tenant_id = :tenant AND t.step IN ('raised', 'again')
   AND t.at >= :from_time AND t.at < :to_time
   AND (:site_id IS NULL OR a.site_id = :site_id)
 GROUP BY a.code, a.rule_id, a.asset_id
 ORDER BY count(*) DESC, a.code, a.asset_id
 LIMIT :limit;

-- ALARM_BY_HOUR (from_time time, to_time time, site_id uuid?) -> (hour time, times i64)
SELECT date_bin('1 hour', t.at, TIMESTAMPTZ '2000-01-01 00:00Z') AS hour, count(*) AS times
  FROM alert_steps t
  JOIN alerts a ON a.tenant_id = :tenant AND a.id = t.alert_id
 WHERE t.tenant_id = :tenant AND t.step IN ('raised', 'again')
   AND t.at >= :from_time AND t.at < :to_time
   AND (:site_id IS NULL OR a.site_id = :site_id)
 GROUP BY 1
 ORDER BY 1;
