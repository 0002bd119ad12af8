-- What the assets of a class have in common.

-- CONSTRAINT asset_classes_code_key -> plant.code_taken (code)
-- CONSTRAINT asset_class_metrics_key -> plant.exists_already (metric)
-- CONSTRAINT asset_failure_modes_class_key -> plant.code_taken (code)
-- CONSTRAINT asset_failure_modes_asset_key -> plant.code_taken (code)
-- CONSTRAINT machine_specs_class_key -> plant.exists_already (title)
-- CONSTRAINT machine_specs_asset_key -> plant.exists_already (title)

-- ASSET_CLASS_GET (id uuid) -> asset_class
SELECT id, code, name, name_ar, iso14224_code, power_typical_kw, vibration_group,
       incident_before_min, incident_after_min, version, created_at, updated_at
  FROM asset_classes
 WHERE tenant_id = :tenant AND id = :id;

-- ASSET_CLASS_FIND (words texts?, after_key text?, limit i64) -> asset_class
SELECT id, code, name, name_ar, iso14224_code, power_typical_kw, vibration_group,
       incident_before_min, incident_after_min, version, created_at, updated_at
  FROM asset_classes
 WHERE tenant_id = :tenant
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- ASSET_CLASS_ADD (id uuid, code text, name text, name_ar text?, iso14224_code text?,
--   power_typical_kw f64?, vibration_group text?, incident_before_min i64?,
--   incident_after_min i64?, now time) -> nothing
INSERT INTO asset_classes
       (tenant_id, id, code, name, name_ar, iso14224_code, power_typical_kw, vibration_group,
        incident_before_min, incident_after_min, created_at, updated_at)
VALUES (:tenant, :id, :code, :name, :name_ar, :iso14224_code, :power_typical_kw, :vibration_group,
        :incident_before_min, :incident_after_min, :now, :now);

-- ASSET_CLASS_UPDATE (id uuid, code text, name text, name_ar text?, iso14224_code text?,
--   power_typical_kw f64?, vibration_group text?, incident_before_min i64?,
--   incident_after_min i64?, version i64, now time) -> nothing
UPDATE asset_classes
   SET code = :code, name = :name, name_ar = :name_ar, iso14224_code = :iso14224_code,
       power_typical_kw = :power_typical_kw, vibration_group = :vibration_group,
       incident_before_min = :incident_before_min, incident_after_min = :incident_after_min,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ASSET_CLASS_REMOVE (id uuid, version i64) -> nothing
DELETE FROM asset_classes
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ASSET_CLASS_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, NULL::uuid AS within_id, name, name_ar
  FROM asset_classes
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- ASSET_CLASS_USES (id uuid) -> record_use
SELECT 'class_metric' AS thing, count(*) AS times FROM asset_class_metrics
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'asset' AS thing, count(*) AS times FROM assets
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'failure_mode' AS thing, count(*) AS times FROM asset_failure_modes
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'machine_spec' AS thing, count(*) AS times FROM machine_specs
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'cost_model' AS thing, count(*) AS times FROM optimization_cost_models
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'threshold' AS thing, count(*) AS times FROM threshold_references
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'alarm_rule' AS thing, count(*) AS times FROM alarm_rules
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'rca_case' AS thing, count(*) AS times FROM rca_cases
 WHERE tenant_id = :tenant AND class_id = :id
UNION ALL
SELECT 'ai_model' AS thing, count(*) AS times FROM ai_models
 WHERE tenant_id = :tenant AND class_id = :id;

-- CLASS_METRIC_GET (id uuid) -> class_metric
SELECT id, class_id, metric, name, name_ar, unit, is_state, instrument_min, instrument_max,
       low_low, low, high, high_high, gap_max_s, position, version, created_at, updated_at
  FROM asset_class_metrics
 WHERE tenant_id = :tenant AND id = :id;

-- CLASS_METRIC_GET_BY_NAME (class_id uuid, metric text) -> class_metric
SELECT id, class_id, metric, name, name_ar, unit, is_state, instrument_min, instrument_max,
       low_low, low, high, high_high, gap_max_s, position, version, created_at, updated_at
  FROM asset_class_metrics
 WHERE tenant_id = :tenant AND class_id = :class_id AND metric = :metric;

-- CLASS_METRIC_OF (class_id uuid) -> class_metric
SELECT id, class_id, metric, name, name_ar, unit, is_state, instrument_min, instrument_max,
       low_low, low, high, high_high, gap_max_s, position, version, created_at, updated_at
  FROM asset_class_metrics
 WHERE tenant_id = :tenant AND class_id = :class_id
 ORDER BY position, metric;

-- CLASS_METRIC_FIND (class_id uuid?, words texts?, after_key i32?, after_id uuid?,
--   limit i64) -> class_metric
SELECT id, class_id, metric, name, name_ar, unit, is_state, instrument_min, instrument_max,
       low_low, low, high, high_high, gap_max_s, position, version, created_at, updated_at
  FROM asset_class_metrics
 WHERE tenant_id = :tenant
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', metric, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR (position, id) > (:after_key, :after_id))
 ORDER BY position, id
 LIMIT :limit;

-- CLASS_METRIC_ADD (id uuid, class_id uuid, metric text, name text, name_ar text?, unit text,
--   is_state bool, instrument_min f64?, instrument_max f64?, low_low f64?, low f64?, high f64?,
--   high_high f64?, gap_max_s f64?, position i32, now time) -> nothing
INSERT INTO asset_class_metrics
       (tenant_id, id, class_id, metric, name, name_ar, unit, is_state, instrument_min,
        instrument_max, low_low, low, high, high_high, gap_max_s, position, created_at, updated_at)
VALUES (:tenant, :id, :class_id, :metric, :name, :name_ar, :unit, :is_state, :instrument_min,
        :instrument_max, :low_low, :low, :high, :high_high, :gap_max_s, :position, :now, :now);

-- CLASS_METRIC_UPDATE (id uuid, class_id uuid, metric text, name text, name_ar text?, unit text,
--   is_state bool, instrument_min f64?, instrument_max f64?, low_low f64?, low f64?, high f64?,
--   high_high f64?, gap_max_s f64?, position i32, version i64, now time) -> nothing
UPDATE asset_class_metrics
   SET class_id = :class_id, metric = :metric, name = :name, name_ar = :name_ar, unit = :unit,
       is_state = :is_state, instrument_min = :instrument_min, instrument_max = :instrument_max,
       low_low = :low_low, low = :low, high = :high, high_high = :high_high,
       gap_max_s = :gap_max_s, position = :position, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- CLASS_METRIC_REMOVE (id uuid, version i64) -> nothing
DELETE FROM asset_class_metrics
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- FAILURE_MODE_GET (id uuid) -> failure_mode
SELECT id, class_id, asset_id, code, iso14224_code, mechanism, category, name, name_ar, effect,
       effect_ar, action, action_ar, severity, occurrence, detection, rpn, pf_interval_h,
       repair_h, skill_id, version, created_at, updated_at
  FROM asset_failure_modes
 WHERE tenant_id = :tenant AND id = :id;

-- FAILURE_MODE_FIND (class_id uuid?, asset_id uuid?, words texts?, after_key text?,
--   after_id uuid?, limit i64) -> failure_mode
SELECT id, class_id, asset_id, code, iso14224_code, mechanism, category, name, name_ar, effect,
       effect_ar, action, action_ar, severity, occurrence, detection, rpn, pf_interval_h,
       repair_h, skill_id, version, created_at, updated_at
  FROM asset_failure_modes
 WHERE tenant_id = :tenant
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:words IS NULL OR
        search_fold(concat_ws(' ', code, iso14224_code, name, name_ar))
        LIKE ALL (:words))
   AND (:after_key IS NULL OR (code, id) > (:after_key, :after_id))
 ORDER BY code, id
 LIMIT :limit;

-- FAILURE_MODE_ADD (id uuid, class_id uuid?, asset_id uuid?, code text, iso14224_code text?,
--   mechanism text?, category text, name text, name_ar text?, effect text?, effect_ar text?,
--   action text?, action_ar text?, severity i32, occurrence i32, detection i32,
--   pf_interval_h f64?, repair_h f64?, skill_id uuid?, now time) -> nothing
INSERT INTO asset_failure_modes
       (tenant_id, id, class_id, asset_id, code, iso14224_code, mechanism, category, name,
        name_ar, effect, effect_ar, action, action_ar, severity, occurrence, detection,
        pf_interval_h, repair_h, skill_id, created_at, updated_at)
VALUES (:tenant, :id, :class_id, :asset_id, :code, :iso14224_code, :mechanism, :category, :name,
        :name_ar, :effect, :effect_ar, :action, :action_ar, :severity, :occurrence, :detection,
        :pf_interval_h, :repair_h, :skill_id, :now, :now);

-- FAILURE_MODE_UPDATE (id uuid, class_id uuid?, asset_id uuid?, code text, iso14224_code text?,
--   mechanism text?, category text, name text, name_ar text?, effect text?, effect_ar text?,
--   action text?, action_ar text?, severity i32, occurrence i32, detection i32,
--   pf_interval_h f64?, repair_h f64?, skill_id uuid?, version i64, now time) -> nothing
UPDATE asset_failure_modes
   SET class_id = :class_id, asset_id = :asset_id, code = :code, iso14224_code = :iso14224_code,
       mechanism = :mechanism, category = :category, name = :name, name_ar = :name_ar,
       effect = :effect, effect_ar = :effect_ar, action = :action, action_ar = :action_ar,
       severity = :severity, occurrence = :occurrence, detection = :detection,
       pf_interval_h = :pf_interval_h, repair_h = :repair_h, skill_id = :skill_id,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- FAILURE_MODE_REMOVE (id uuid, version i64) -> nothing
DELETE FROM asset_failure_modes
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- FAILURE_MODE_USES (id uuid) -> record_use
SELECT 'work_order' AS thing, count(*) AS times FROM work_orders
 WHERE tenant_id = :tenant AND failure_mode_id = :id;

-- MACHINE_SPEC_GET (id uuid) -> machine_spec
SELECT id, class_id, asset_id, kind, position, title, title_ar, metric, value_min, value_max,
       unit, text, text_ar, reference, version, created_at, updated_at
  FROM machine_specs
 WHERE tenant_id = :tenant AND id = :id;

-- MACHINE_SPEC_FIND (class_id uuid?, asset_id uuid?, words texts?, after_key i32?,
--   after_id uuid?, limit i64) -> machine_spec
SELECT id, class_id, asset_id, kind, position, title, title_ar, metric, value_min, value_max,
       unit, text, text_ar, reference, version, created_at, updated_at
  FROM machine_specs
 WHERE tenant_id = :tenant
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:words IS NULL OR
        search_fold(concat_ws(' ', title, title_ar, metric, reference))
        LIKE ALL (:words))
   AND (:after_key IS NULL OR (position, id) > (:after_key, :after_id))
 ORDER BY position, id
 LIMIT :limit;

-- MACHINE_SPEC_ADD (id uuid, class_id uuid?, asset_id uuid?, kind text, position i32, title text,
--   title_ar text?, metric text?, value_min f64?, value_max f64?, unit text?, text text?,
--   text_ar text?, reference text?, now time) -> nothing
INSERT INTO machine_specs
       (tenant_id, id, class_id, asset_id, kind, position, title, title_ar, metric, value_min,
        value_max, unit, text, text_ar, reference, created_at, updated_at)
VALUES (:tenant, :id, :class_id, :asset_id, :kind, :position, :title, :title_ar, :metric,
        :value_min, :value_max, :unit, :text, :text_ar, :reference, :now, :now);

-- MACHINE_SPEC_UPDATE (id uuid, class_id uuid?, asset_id uuid?, kind text, position i32,
--   title text, title_ar text?, metric text?, value_min f64?, value_max f64?, unit text?,
--   text text?, text_ar text?, reference text?, version i64, now time) -> nothing
UPDATE machine_specs
   SET class_id = :class_id, asset_id = :asset_id, kind = :kind, position = :position,
       title = :title, title_ar = :title_ar, metric = :metric, value_min = :value_min,
       value_max = :value_max, unit = :unit, text = :text, text_ar = :text_ar,
       reference = :reference, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- MACHINE_SPEC_REMOVE (id uuid, version i64) -> nothing
DELETE FROM machine_specs
 WHERE tenant_id = :tenant AND id = :id AND version = :version;
