-- What things cost, in money and in carbon, and within which range a value is safe.

-- CONSTRAINT optimization_cost_models_code_key -> plant.code_taken (code)
-- CONSTRAINT optimization_cost_models_default_key -> plant.default_taken (is_default)
-- CONSTRAINT threshold_references_key -> plant.exists_already (metric)
-- CONSTRAINT carbon_factors_key -> plant.exists_already (energy_type)

-- COST_MODEL_GET (id uuid) -> cost_model
SELECT id, code, name, name_ar, class_id, is_default, currency, failure_minor, maintenance_minor,
       downtime_per_hour_minor, secondary_minor, failure_delay_h, planned_stop_per_hour_minor,
       discount_percent, energy_per_mwh_minor, labour_per_hour_minor, carbon_per_tonne_minor, source,
       approved_by, approved_at, version, created_at, updated_at
  FROM optimization_cost_models
 WHERE tenant_id = :tenant AND id = :id;

-- COST_MODEL_OF (id uuid?, class_id uuid?) -> cost_model
-- The asset's own, else the first of its class, else the default one.
SELECT id, code, name, name_ar, class_id, is_default, currency, failure_minor, maintenance_minor,
       downtime_per_hour_minor, secondary_minor, failure_delay_h, planned_stop_per_hour_minor,
       discount_percent, energy_per_mwh_minor, labour_per_hour_minor, carbon_per_tonne_minor, source,
       approved_by, approved_at, version, created_at, updated_at
  FROM optimization_cost_models
 WHERE tenant_id = :tenant AND (id = :id OR class_id = :class_id OR is_default)
 ORDER BY (id = :id) IS TRUE DESC, (class_id = :class_id) IS TRUE DESC, code
 LIMIT 1;

-- COST_MODEL_DEFAULT (but_id uuid) -> (id uuid)
SELECT id FROM optimization_cost_models
 WHERE tenant_id = :tenant AND is_default AND id <> :but_id;

-- COST_MODEL_FIND (class_id uuid?, words texts?, after_key text?, limit i64) -> cost_model
SELECT id, code, name, name_ar, class_id, is_default, currency, failure_minor, maintenance_minor,
       downtime_per_hour_minor, secondary_minor, failure_delay_h, planned_stop_per_hour_minor,
       discount_percent, energy_per_mwh_minor, labour_per_hour_minor, carbon_per_tonne_minor, source,
       approved_by, approved_at, version, created_at, updated_at
  FROM optimization_cost_models
 WHERE tenant_id = :tenant
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- COST_MODEL_ADD (id uuid, code text, name text, name_ar text?, class_id uuid?, is_default bool,
--   currency text, failure_minor i64?, maintenance_minor i64?, downtime_per_hour_minor i64?,
--   secondary_minor i64?, failure_delay_h f64?, planned_stop_per_hour_minor i64?,
--   discount_percent f64?, energy_per_mwh_minor i64?, labour_per_hour_minor i64?,
--   carbon_per_tonne_minor i64?, source text?, now time) -> nothing
INSERT INTO optimization_cost_models
       (tenant_id, id, code, name, name_ar, class_id, is_default, currency, failure_minor,
        maintenance_minor, downtime_per_hour_minor, secondary_minor, failure_delay_h,
        planned_stop_per_hour_minor, discount_percent, energy_per_mwh_minor, labour_per_hour_minor,
        carbon_per_tonne_minor, source, created_at, updated_at)
VALUES (:tenant, :id, :code, :name, :name_ar, :class_id, :is_default, :currency, :failure_minor,
        :maintenance_minor, :downtime_per_hour_minor, :secondary_minor, :failure_delay_h,
        :planned_stop_per_hour_minor, :discount_percent, :energy_per_mwh_minor,
        :labour_per_hour_minor, :carbon_per_tonne_minor, :source, :now, :now);

-- COST_MODEL_UPDATE (id uuid, code text, name text, name_ar text?, class_id uuid?,
--   is_default bool, currency text, failure_minor i64?, maintenance_minor i64?,
--   downtime_per_hour_minor i64?, secondary_minor i64?, failure_delay_h f64?,
--   planned_stop_per_hour_minor i64?, discount_percent f64?, energy_per_mwh_minor i64?,
--   labour_per_hour_minor i64?, carbon_per_tonne_minor i64?, source text?, approved_by uuid?, approved_at time?, version i64,
--   now time) -> nothing
UPDATE optimization_cost_models
   SET code = :code, name = :name, name_ar = :name_ar, class_id = :class_id,
       is_default = :is_default, currency = :currency, failure_minor = :failure_minor,
       maintenance_minor = :maintenance_minor, downtime_per_hour_minor = :downtime_per_hour_minor,
       secondary_minor = :secondary_minor, failure_delay_h = :failure_delay_h,
       planned_stop_per_hour_minor = :planned_stop_per_hour_minor,
       discount_percent = :discount_percent, energy_per_mwh_minor = :energy_per_mwh_minor,
       labour_per_hour_minor = :labour_per_hour_minor,
       carbon_per_tonne_minor = :carbon_per_tonne_minor, source = :source,
       approved_by = :approved_by, approved_at = :approved_at, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- COST_MODEL_REMOVE (id uuid, version i64) -> nothing
DELETE FROM optimization_cost_models
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- COST_MODEL_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, NULL::uuid AS within_id, name, name_ar
  FROM optimization_cost_models
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- COST_MODEL_USES (id uuid) -> record_use
SELECT 'asset' AS thing, count(*) AS times FROM assets
 WHERE tenant_id = :tenant AND cost_model_id = :id;

-- THRESHOLD_GET (id uuid) -> threshold
SELECT id, class_id, criticality, metric, unit, low_low, low, high, high_high,
       cost_reference_minor, currency, source, approved_by, approved_at, version, created_at,
       updated_at
  FROM threshold_references
 WHERE tenant_id = :tenant AND id = :id;

-- THRESHOLD_FIND (class_id uuid?, criticality text?, words texts?, after_key text?,
--   after_id uuid?, limit i64) -> threshold
SELECT id, class_id, criticality, metric, unit, low_low, low, high, high_high,
       cost_reference_minor, currency, source, approved_by, approved_at, version, created_at,
       updated_at
  FROM threshold_references
 WHERE tenant_id = :tenant
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:criticality IS NULL OR criticality = :criticality)
   AND (:words IS NULL OR search_fold(concat_ws(' ', metric, source)) LIKE ALL (:words))
   AND (:after_key IS NULL OR (metric, id) > (:after_key, :after_id))
 ORDER BY metric, id
 LIMIT :limit;

-- THRESHOLD_ADD (id uuid, class_id uuid, criticality text?, metric text, unit text, low_low f64?,
--   low f64?, high f64?, high_high f64?, cost_reference_minor i64?, currency text?, source text?,
--   now time) -> nothing
INSERT INTO threshold_references
       (tenant_id, id, class_id, criticality, metric, unit, low_low, low, high, high_high,
        cost_reference_minor, currency, source, created_at, updated_at)
VALUES (:tenant, :id, :class_id, :criticality, :metric, :unit, :low_low, :low, :high, :high_high,
        :cost_reference_minor, :currency, :source, :now, :now);

-- THRESHOLD_UPDATE (id uuid, class_id uuid, criticality text?, metric text, unit text,
--   low_low f64?, low f64?, high f64?, high_high f64?, cost_reference_minor i64?, currency text?,
--   source text?, approved_by uuid?, approved_at time?, version i64, now time) -> nothing
UPDATE threshold_references
   SET class_id = :class_id, criticality = :criticality, metric = :metric, unit = :unit,
       low_low = :low_low, low = :low, high = :high, high_high = :high_high,
       cost_reference_minor = :cost_reference_minor, currency = :currency, source = :source,
       approved_by = :approved_by, approved_at = :approved_at, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- THRESHOLD_REMOVE (id uuid, version i64) -> nothing
DELETE FROM threshold_references
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- CARBON_FACTOR_GET (id uuid) -> carbon_factor
SELECT id, energy_type, country, value, value_low, value_high, unit, year, scope, source,
       valid_from, confirmed_by, confirmed_at, version, created_at, updated_at
  FROM carbon_factors
 WHERE tenant_id = :tenant AND id = :id;

-- CARBON_FACTOR_FIND (words texts?, after_key text?, after_id uuid?, limit i64) -> carbon_factor
SELECT id, energy_type, country, value, value_low, value_high, unit, year, scope, source,
       valid_from, confirmed_by, confirmed_at, version, created_at, updated_at
  FROM carbon_factors
 WHERE tenant_id = :tenant
   AND (:words IS NULL OR
        search_fold(concat_ws(' ', energy_type, country, source))
        LIKE ALL (:words))
   AND (:after_key IS NULL OR (energy_type, id) > (:after_key, :after_id))
 ORDER BY energy_type, id
 LIMIT :limit;

-- CARBON_FACTOR_ADD (id uuid, energy_type text, country text?, value f64, value_low f64?,
--   value_high f64?, unit text, year i32, scope i32, source text, valid_from date,
--   now time) -> nothing
INSERT INTO carbon_factors
       (tenant_id, id, energy_type, country, value, value_low, value_high, unit, year, scope,
        source, valid_from, created_at, updated_at)
VALUES (:tenant, :id, :energy_type, :country, :value, :value_low, :value_high, :unit, :year,
        :scope, :source, :valid_from, :now, :now);

-- CARBON_FACTOR_UPDATE (id uuid, energy_type text, country text?, value f64, value_low f64?,
--   value_high f64?, unit text, year i32, scope i32, source text, valid_from date,
--   confirmed_by uuid?, confirmed_at time?, version i64, now time) -> nothing
UPDATE carbon_factors
   SET energy_type = :energy_type, country = :country, value = :value, value_low = :value_low,
       value_high = :value_high, unit = :unit, year = :year, scope = :scope, source = :source,
       valid_from = :valid_from, confirmed_by = :confirmed_by, confirmed_at = :confirmed_at,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- CARBON_FACTOR_REMOVE (id uuid, version i64) -> nothing
DELETE FROM carbon_factors
 WHERE tenant_id = :tenant AND id = :id AND version = :version;
