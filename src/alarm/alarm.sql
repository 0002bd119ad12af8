-- Alerts: one row an occurrence of an alarm, and what happens to it.

-- ALERT_GET (id uuid) -> alert
SELECT id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
       severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
       occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
       acknowledged_by, returned_at, cleared_at, trace_id, version
  FROM alerts
 WHERE tenant_id = :tenant AND id = :id;

-- ALERT_LOCK (id uuid) -> alert
SELECT id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
       severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
       occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
       acknowledged_by, returned_at, cleared_at, trace_id, version
  FROM alerts
 WHERE tenant_id = :tenant AND id = :id
   FOR UPDATE;

-- ALERTS_GET (ids uuids) -> alert
SELECT id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
       severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
       occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
       acknowledged_by, returned_at, cleared_at, trace_id, version
  FROM alerts
 WHERE tenant_id = :tenant AND id = ANY (:ids)
 ORDER BY id;

-- ALERTS_LOCK_ACTIVE (source text, source_keys texts) -> alert
-- In one order, so that nobody waits in a circle.
SELECT id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
       severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
       occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
       acknowledged_by, returned_at, cleared_at, trace_id, version
  FROM alerts
 WHERE tenant_id = :tenant AND source = :source AND source_key = ANY (:source_keys)
   AND cleared_at IS NULL
 ORDER BY source_key
   FOR UPDATE;

-- ALERT_OF_ASSET (asset_id uuid, limit i64) -> alert
SELECT id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
       severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
       occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
       acknowledged_by, returned_at, cleared_at, trace_id, version
  FROM alerts
 WHERE tenant_id = :tenant AND asset_id = :asset_id
 ORDER BY cleared_at IS NULL DESC, raised_at DESC, id DESC
 LIMIT :limit;

-- --- transitions --------------------------------------------------------------------------------

-- ALERTS_RAISE (source text, ids uuids, rule_ids uuids, source_keys texts, asset_ids uuids,
--   site_ids uuids, series_nos i64s, codes texts, titles texts, titles_ar texts, priorities texts,
--   severities texts, shelved_until times, shelved_by uuids, shelved_reasons texts,
--   suppressed_by texts, values f64s, limit_values f64s, units texts, raised_at times,
--   trace_ids uuids, now time) -> alert
-- One active row each, whoever comes first: the other one counts it up. The rows come in the order
-- of the keys, which is also that of the locks.
INSERT INTO alerts
       (tenant_id, id, rule_id, source, source_key, asset_id, site_id, series_no, code, title,
        title_ar, priority, severity, state, shelved_until, shelved_by, shelved_reason,
        suppressed_by, value, limit_value, unit, raised_at, seen_at, last_at, trace_id, updated_at)
SELECT :tenant, o.id, nullif(o.rule_id, '00000000-0000-0000-0000-000000000000'), :source,
       o.source_key, nullif(o.asset_id, '00000000-0000-0000-0000-000000000000'),
       nullif(o.site_id, '00000000-0000-0000-0000-000000000000'), o.series_no, o.code, o.title,
       o.title_ar, o.priority, o.severity, 'unacknowledged', o.shelved_until,
       nullif(o.shelved_by, '00000000-0000-0000-0000-000000000000'), o.shelved_reason,
       o.suppressed_by, o.value, o.limit_value, o.unit, o.raised_at, :now, o.raised_at, o.trace_id,
       :now
  FROM unnest(:ids, :rule_ids, :source_keys, :asset_ids, :site_ids, :series_nos, :codes, :titles,
              :titles_ar, :priorities, :severities, :shelved_until, :shelved_by, :shelved_reasons,
              :suppressed_by, :values, :limit_values, :units, :raised_at, :trace_ids)
       AS o (id, rule_id, source_key, asset_id, site_id, series_no, code, title, title_ar, priority,
             severity, shelved_until, shelved_by, shelved_reason, suppressed_by, value, limit_value,
             unit, raised_at, trace_id)
 ORDER BY o.source_key
ON CONFLICT (tenant_id, source, source_key) WHERE cleared_at IS NULL
DO UPDATE SET occurrences = alerts.occurrences + 1, state = 'unacknowledged',
       last_at = excluded.last_at, value = excluded.value, limit_value = excluded.limit_value,
       acknowledged_at = NULL, acknowledged_by = NULL, returned_at = NULL,
       suppressed_by = excluded.suppressed_by, updated_at = excluded.updated_at,
       version = alerts.version + 1
RETURNING id, rule_id, asset_id, site_id, source, source_key, code, title, title_ar, priority,
          severity, state, shelved_until, shelved_reason, suppressed_by, value, limit_value, unit,
          occurrences, is_first_out, is_chattering, raised_at, seen_at, last_at, acknowledged_at,
          acknowledged_by, returned_at, cleared_at, trace_id, version;

-- ALERTS_STAND (ids uuids, states texts, acknowledged_at times, acknowledged_by uuids,
--   returned_at times, cleared_at times, now time) -> nothing
UPDATE alerts AS a
   SET state = o.state, acknowledged_at = o.acknowledged_at,
       acknowledged_by = nullif(o.acknowledged_by, '00000000-0000-0000-0000-000000000000'),
       returned_at = o.returned_at, cleared_at = o.cleared_at, updated_at = :now,
       version = a.version + 1
  FROM unnest(:ids, :states, :acknowledged_at, :acknowledged_by, :returned_at, :cleared_at)
       AS o (id, state, acknowledged_at, acknowledged_by, returned_at, cleared_at)
 WHERE a.tenant_id = :tenant AND a.id = o.id AND a.id = ANY (:ids);

-- ALERT_MOVE (id uuid, last_at time, now time) -> nothing
-- Late samples say that its latest occurrence began at another moment.
UPDATE alerts
   SET raised_at = CASE WHEN occurrences = 1 THEN :last_at ELSE raised_at END,
       last_at = :last_at, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id;

-- ALERT_SHELVE (id uuid, until time?, by uuid?, reason text?, now time) -> nothing
UPDATE alerts
   SET shelved_until = :until, shelved_by = :by, shelved_reason = :reason, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id;

-- ALERT_SUPPRESS (ids uuids, by text?, now time) -> nothing
UPDATE alerts
   SET suppressed_by = :by, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = ANY (:ids);

-- ALERTS_CHATTER (ids uuids, now time) -> nothing
UPDATE alerts
   SET is_chattering = true, updated_at = :now
 WHERE tenant_id = :tenant AND id = ANY (:ids);

-- ALERT_STEPS_ADD (ids uuids, alert_ids uuids, steps texts, at_times times, made_by uuids,
--   notes texts) -> nothing
INSERT INTO alert_steps (tenant_id, id, alert_id, step, at, made_by, note)
SELECT :tenant, o.id, o.alert_id, o.step, o.at,
       nullif(o.made_by, '00000000-0000-0000-0000-000000000000'), o.note
  FROM unnest(:ids, :alert_ids, :steps, :at_times, :made_by, :notes)
       AS o (id, alert_id, step, at, made_by, note);

-- ALERT_STEPS (alert_id uuid, limit i64) -> alert_step
SELECT t.id, t.step, t.at, t.made_by, u.full_name AS made_by_name, t.note
  FROM alert_steps t
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = t.made_by
 WHERE t.tenant_id = :tenant AND t.alert_id = :alert_id
 ORDER BY t.at DESC, t.id DESC
 LIMIT :limit;

-- ALERT_STEPS_TRIM (older_than time, limit i64) -> nothing
DELETE FROM alert_steps AS t
 USING (SELECT o.tenant_id, o.id
          FROM alert_steps o
         WHERE o.tenant_id = :tenant AND o.at < :older_than
         LIMIT :limit) AS old
 WHERE t.tenant_id = :tenant AND old.tenant_id = t.tenant_id AND t.id = old.id;

-- ALERTS_TRIM (older_than time, limit i64) -> nothing
-- Those that are over, and have no step left; an alarm that stands stays, however old.
DELETE FROM alerts AS a
 USING (SELECT o.tenant_id, o.id
          FROM alerts o
         WHERE o.tenant_id = :tenant AND o.raised_at < :older_than AND o.cleared_at < :older_than
           AND NOT EXISTS (SELECT FROM alert_steps t
                            WHERE t.tenant_id = :tenant AND t.alert_id = o.id)
         LIMIT :limit) AS old
 WHERE a.tenant_id = :tenant AND old.tenant_id = a.tenant_id AND a.id = old.id;

-- SILENCES_TRIM (older_than time, limit i64) -> nothing
DELETE FROM alarm_silences AS l
 USING (SELECT o.tenant_id, o.id
          FROM alarm_silences o
         WHERE o.tenant_id = :tenant AND o.to_time < :older_than
         LIMIT :limit) AS old
 WHERE l.tenant_id = :tenant AND old.tenant_id = l.tenant_id AND l.id = old.id;

-- --- what comes together ------------------------------------------------------------------------

-- ALERT_FIRST_OUT (asset_ids uuids, from_time time, to_time time, seen_from time, seen_to time,
--     together_s i64) -> nothing
-- Of the alarms of a unit (or, without one, of an asset) that came one within seconds of the other,
-- the first; none where it stands alone. Of the units of these assets, within from_time and to_time;
-- what lies around is looked at, and stays.
-- Sets are handed on as arrays: rows that this transaction wrote are none to the planner, which would
-- go through thousands of them for each of thousands.
WITH came AS MATERIALIZED (
    SELECT a.tenant_id, a.id, a.raised_at, a.is_first_out, coalesce(s.unit_id, s.id) AS place_id
      FROM alerts a
      JOIN assets s ON s.tenant_id = :tenant AND s.id = a.asset_id
     WHERE a.tenant_id = :tenant AND a.raised_at BETWEEN :seen_from AND :seen_to),
beside AS (
    SELECT c.tenant_id, c.id, c.raised_at, c.is_first_out,
           c.raised_at - lag(c.raised_at) OVER unit AS behind,
           lead(c.raised_at) OVER unit - c.raised_at AS ahead
      FROM came c
     WHERE c.tenant_id = :tenant
       AND c.place_id = ANY (ARRAY(
           SELECT DISTINCT coalesce(o.unit_id, o.id)
             FROM unnest(:asset_ids) AS t (id)
             JOIN assets o ON o.tenant_id = :tenant AND o.id = t.id))
    WINDOW unit AS (PARTITION BY c.place_id ORDER BY c.raised_at, c.id))
UPDATE alerts AS x
   SET is_first_out = NOT x.is_first_out
 WHERE x.tenant_id = :tenant
   AND x.id = ANY (ARRAY(
       SELECT b.id
         FROM beside b
        WHERE b.tenant_id = :tenant AND b.raised_at BETWEEN :from_time AND :to_time
          AND b.is_first_out <> (
              coalesce(b.behind > make_interval(secs => :together_s), true)
              AND coalesce(b.ahead <= make_interval(secs => :together_s), false))));

-- ALERT_NEWS_OF (ids uuids)
--   -> (id uuid, asset_code text, event_kind text, metric text, is_failure bool)
SELECT x.id, a.code AS asset_code, r.event_kind, s.metric,
       coalesce(r.is_failure, false) AS is_failure
  FROM alerts x
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = x.asset_id
  LEFT JOIN alarm_rules r ON r.tenant_id = :tenant AND r.id = x.rule_id
  LEFT JOIN series s ON s.tenant_id = :tenant AND s.no = x.series_no
 WHERE x.tenant_id = :tenant AND x.id = ANY (:ids)
 ORDER BY x.id;

-- ALERT_RAISED_SINCE (site_id uuid?, since time) -> (times i64)
-- Sets are handed on whole, as in ALERT_FIRST_OUT; IN beneath OR is looked up in a table.
WITH lately AS MATERIALIZED (
    SELECT t.tenant_id, t.alert_id
      FROM alert_steps t
     WHERE t.tenant_id = :tenant AND t.at >= :since AND t.step IN ('raised', 'again'))
SELECT count(*) AS times
  FROM lately l
 WHERE l.tenant_id = :tenant
   AND (:site_id IS NULL OR l.alert_id IN (
        SELECT a.id
          FROM alerts a
         WHERE a.tenant_id = :tenant AND a.site_id = :site_id
           AND a.id = ANY (ARRAY(SELECT DISTINCT d.alert_id FROM lately d
                                  WHERE d.tenant_id = :tenant))));

-- ALERT_TURNS (alert_ids uuids, since times) -> (alert_id uuid, times i64)
-- How often each came since its moment.
SELECT t.alert_id, count(*) AS times
  FROM unnest(:alert_ids, :since) AS o (id, since)
  JOIN alert_steps t ON t.tenant_id = :tenant AND t.alert_id = o.id AND t.at >= o.since
 WHERE t.alert_id = ANY (:alert_ids) AND t.step IN ('raised', 'again')
 GROUP BY t.alert_id;

-- ALERT_FLOODED -> (id uuid, site_id uuid)
SELECT id, site_id
  FROM alerts
 WHERE tenant_id = :tenant AND cleared_at IS NULL AND suppressed_by = 'flood'
 ORDER BY site_id;

-- ALERT_SHELVES_OVER (now time) -> (id uuid)
SELECT id
  FROM alerts
 WHERE tenant_id = :tenant AND cleared_at IS NULL AND shelved_until <= :now;

-- ALERT_SILENCED -> silenced_alert
-- Active ones that a window keeps quiet, or that lie in one now.
SELECT a.id, a.suppressed_by, a.rule_id, a.asset_id, a.site_id
  FROM alerts a
 WHERE a.tenant_id = :tenant AND a.cleared_at IS NULL
   AND a.suppressed_by IN ('maintenance', 'out_of_service');

-- --- silences -----------------------------------------------------------------------------------

-- SILENCES_NOW (now time) -> silence
SELECT id, kind, rule_id, asset_id, site_id, from_time, to_time, reason, made_by, ended_at,
       created_at
  FROM alarm_silences
 WHERE tenant_id = :tenant AND from_time <= :now AND to_time > :now AND ended_at IS NULL
 ORDER BY to_time, id;

-- SILENCE_GET (id uuid) -> silence
SELECT id, kind, rule_id, asset_id, site_id, from_time, to_time, reason, made_by, ended_at,
       created_at
  FROM alarm_silences
 WHERE tenant_id = :tenant AND id = :id;

-- SILENCE_FIND (now time, active bool, before_at time?, before_id uuid?, limit i64) -> silence
SELECT id, kind, rule_id, asset_id, site_id, from_time, to_time, reason, made_by, ended_at,
       created_at
  FROM alarm_silences
 WHERE tenant_id = :tenant
   AND (NOT :active OR (to_time > :now AND ended_at IS NULL))
   AND (:before_at IS NULL OR (to_time, id) < (:before_at, :before_id))
 ORDER BY to_time DESC, id DESC
 LIMIT :limit;

-- SILENCE_ADD (id uuid, kind text, rule_id uuid?, asset_id uuid?, site_id uuid?, from_time time,
--   to_time time, reason text, made_by uuid?, now time) -> nothing
INSERT INTO alarm_silences (tenant_id, id, kind, rule_id, asset_id, site_id, from_time, to_time,
                            reason, made_by, created_at)
VALUES (:tenant, :id, :kind, :rule_id, :asset_id, :site_id, :from_time, :to_time, :reason,
        :made_by, :now);

-- SILENCE_END (id uuid, now time) -> nothing
UPDATE alarm_silences
   SET ended_at = :now
 WHERE tenant_id = :tenant AND id = :id AND ended_at IS NULL;

-- SILENCES_OF_ALARM_END (rule_id uuid, asset_id uuid, now time) -> nothing
UPDATE alarm_silences
   SET ended_at = :now
 WHERE tenant_id = :tenant AND kind = 'shelved' AND rule_id = :rule_id AND asset_id = :asset_id
   AND ended_at IS NULL AND to_time > :now;
