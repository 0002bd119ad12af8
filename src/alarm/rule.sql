-- Alarm rules.

-- CONSTRAINT alarm_rules_code_key -> plant.code_taken (code)

-- ALARM_RULE_GET (id uuid) -> alarm_rule
SELECT id, code, name, name_ar, class_id, asset_id, site_id, criticality, condition, priority,
       is_failure, event_kind, on_delay_s, off_delay_s, is_latched, response, response_ar,
       consequence, consequence_ar, respond_within_min, is_enabled, version, created_at, updated_at
  FROM alarm_rules
 WHERE tenant_id = :tenant AND id = :id;

-- ALARM_RULE_FIND (class_id uuid?, asset_id uuid?, site_id uuid?, criticality text?, words texts?,
--   after_key text?, limit i64) -> alarm_rule
SELECT id, code, name, name_ar, class_id, asset_id, site_id, criticality, condition, priority,
       is_failure, event_kind, on_delay_s, off_delay_s, is_latched, response, response_ar,
       consequence, consequence_ar, respond_within_min, is_enabled, version, created_at, updated_at
  FROM alarm_rules
 WHERE tenant_id = :tenant
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:criticality IS NULL OR criticality = :criticality)
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- ALARM_RULE_ADD (id uuid, code text, name text, name_ar text?, class_id uuid?, asset_id uuid?,
--   site_id uuid?, criticality text?, condition json, priority text, is_failure bool,
--   event_kind text?, on_delay_s f64, off_delay_s f64, is_latched bool, response text?,
--   response_ar text?, consequence text?, consequence_ar text?, respond_within_min i64?,
--   is_enabled bool, now time) -> nothing
INSERT INTO alarm_rules
       (tenant_id, id, code, name, name_ar, class_id, asset_id, site_id, criticality, condition,
        priority, is_failure, event_kind, on_delay_s, off_delay_s, is_latched, response,
        response_ar, consequence, consequence_ar, respond_within_min, is_enabled, created_at,
        updated_at)
VALUES (:tenant, :id, :code, :name, :name_ar, :class_id, :asset_id, :site_id, :criticality,
        :condition, :priority, :is_failure, :event_kind, :on_delay_s, :off_delay_s, :is_latched,
        :response, :response_ar, :consequence, :consequence_ar, :respond_within_min, :is_enabled,
        :now, :now);

-- ALARM_RULE_UPDATE (id uuid, code text, name text, name_ar text?, class_id uuid?, asset_id uuid?,
--   site_id uuid?, criticality text?, condition json, priority text, is_failure bool,
--   event_kind text?, on_delay_s f64, off_delay_s f64, is_latched bool, response text?,
--   response_ar text?, consequence text?, consequence_ar text?, respond_within_min i64?,
--   is_enabled bool, version i64, now time) -> nothing
UPDATE alarm_rules
   SET code = :code, name = :name, name_ar = :name_ar, class_id = :class_id,
       asset_id = :asset_id, site_id = :site_id, criticality = :criticality,
       condition = :condition, priority = :priority, is_failure = :is_failure,
       event_kind = :event_kind, on_delay_s = :on_delay_s, off_delay_s = :off_delay_s,
       is_latched = :is_latched, response = :response, response_ar = :response_ar,
       consequence = :consequence, consequence_ar = :consequence_ar,
       respond_within_min = :respond_within_min, is_enabled = :is_enabled, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ALARM_RULE_REMOVE (id uuid, version i64) -> nothing
DELETE FROM alarm_rules
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ALARM_CLASS_LIMITS -> class_limits
-- What limits each class has, by metric: where a threshold was approved for any of its assets, its.
SELECT c.id AS class_id, c.code AS class_code, c.name AS class_name, c.name_ar AS class_name_ar,
       m.metric, m.name AS metric_name, m.name_ar AS metric_name_ar, m.unit,
       coalesce(t.has_low_low, false) OR m.low_low IS NOT NULL AS has_low_low,
       coalesce(t.has_low, false) OR m.low IS NOT NULL AS has_low,
       coalesce(t.has_high, false) OR m.high IS NOT NULL AS has_high,
       coalesce(t.has_high_high, false) OR m.high_high IS NOT NULL AS has_high_high,
       coalesce(m.instrument_max - m.instrument_min, m.high_high, m.high) AS span,
       EXISTS (SELECT FROM asset_class_metrics r
                WHERE r.tenant_id = :tenant AND r.class_id = m.class_id AND r.metric = 'running')
       AS says_running
  FROM asset_class_metrics m
  JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = m.class_id
  LEFT JOIN (SELECT x.class_id, x.metric, bool_or(x.low_low IS NOT NULL) AS has_low_low,
                    bool_or(x.low IS NOT NULL) AS has_low, bool_or(x.high IS NOT NULL) AS has_high,
                    bool_or(x.high_high IS NOT NULL) AS has_high_high
               FROM threshold_references x
              WHERE x.tenant_id = :tenant AND x.approved_at IS NOT NULL
              GROUP BY x.class_id, x.metric) t
    ON t.class_id = m.class_id AND t.metric = m.metric
 WHERE m.tenant_id = :tenant
 ORDER BY c.code, m.position, m.metric;

-- ALARM_RULE_CODES -> (code text)
SELECT code FROM alarm_rules WHERE tenant_id = :tenant;
