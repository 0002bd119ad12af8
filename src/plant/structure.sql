-- Where things stand: sites, units and lines, assets, components.

-- CONSTRAINT sites_code_key -> plant.code_taken (code)
-- CONSTRAINT plant_units_code_key -> plant.code_taken (code)
-- CONSTRAINT assets_code_key -> plant.code_taken (code)
-- CONSTRAINT asset_components_code_key -> plant.code_taken (code)

-- SITE_GET (id uuid) -> site
SELECT id, code, name, name_ar, time_zone, country, latitude, longitude, capacity, capacity_unit,
       impact_factor, work_days, version, created_at, updated_at
  FROM sites
 WHERE tenant_id = :tenant AND id = :id;

-- SITE_FIND (words texts?, after_key text?, limit i64) -> site
SELECT id, code, name, name_ar, time_zone, country, latitude, longitude, capacity, capacity_unit,
       impact_factor, work_days, version, created_at, updated_at
  FROM sites
 WHERE tenant_id = :tenant
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- SITE_ADD (id uuid, code text, name text, name_ar text?, time_zone text?, country text?,
--   latitude f64?, longitude f64?, capacity f64?, capacity_unit text?, impact_factor f64?,
--   work_days i32?, now time) -> nothing
INSERT INTO sites
       (tenant_id, id, code, name, name_ar, time_zone, country, latitude, longitude, capacity,
        capacity_unit, impact_factor, work_days, created_at, updated_at)
VALUES (:tenant, :id, :code, :name, :name_ar, :time_zone, :country, :latitude, :longitude,
        :capacity, :capacity_unit, :impact_factor, :work_days, :now, :now);

-- SITE_UPDATE (id uuid, code text, name text, name_ar text?, time_zone text?, country text?,
--   latitude f64?, longitude f64?, capacity f64?, capacity_unit text?, impact_factor f64?,
--   work_days i32?, version i64, now time) -> nothing
UPDATE sites
   SET code = :code, name = :name, name_ar = :name_ar, time_zone = :time_zone, country = :country,
       latitude = :latitude, longitude = :longitude, capacity = :capacity,
       capacity_unit = :capacity_unit, impact_factor = :impact_factor, work_days = :work_days,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SITE_REMOVE (id uuid, version i64) -> nothing
DELETE FROM sites
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SITE_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, NULL::uuid AS within_id, name, name_ar
  FROM sites
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- SITE_USES (id uuid) -> record_use
SELECT 'unit' AS thing, count(*) AS times FROM plant_units
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'asset' AS thing, count(*) AS times FROM assets
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'shift' AS thing, count(*) AS times FROM shifts
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'holiday' AS thing, count(*) AS times FROM holidays
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'work_order' AS thing, count(*) AS times FROM work_orders
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'event' AS thing, count(*) AS times FROM blackbox_events
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'incident' AS thing, count(*) AS times FROM blackbox_incidents
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'alarm_rule' AS thing, count(*) AS times FROM alarm_rules
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'alert' AS thing, count(*) AS times FROM alerts
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'alarm_silence' AS thing, count(*) AS times FROM alarm_silences
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'escalation' AS thing, count(*) AS times FROM escalations
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'maintenance_window' AS thing, count(*) AS times FROM maintenance_windows
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'spare_part' AS thing, count(*) AS times FROM spare_parts
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'optimization_scenario' AS thing, count(*) AS times FROM optimization_scenarios
 WHERE tenant_id = :tenant AND site_id = :id
UNION ALL
SELECT 'optimization_run' AS thing, count(*) AS times FROM optimization_runs
 WHERE tenant_id = :tenant AND site_id = :id;

-- PLANT_UNIT_GET (id uuid) -> plant_unit
SELECT id, site_id, parent_id, kind, code, name, name_ar, version, created_at, updated_at
  FROM plant_units
 WHERE tenant_id = :tenant AND id = :id;

-- PLANT_UNIT_FIND (site_id uuid?, words texts?, after_key text?, limit i64) -> plant_unit
SELECT id, site_id, parent_id, kind, code, name, name_ar, version, created_at, updated_at
  FROM plant_units
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- PLANT_UNIT_ADD (id uuid, site_id uuid, parent_id uuid?, kind text, code text, name text,
--   name_ar text?, now time) -> nothing
INSERT INTO plant_units
       (tenant_id, id, site_id, parent_id, kind, code, name, name_ar, created_at, updated_at)
VALUES (:tenant, :id, :site_id, :parent_id, :kind, :code, :name, :name_ar, :now, :now);

-- PLANT_UNIT_UPDATE (id uuid, site_id uuid, parent_id uuid?, kind text, code text, name text,
--   name_ar text?, version i64, now time) -> nothing
UPDATE plant_units
   SET site_id = :site_id, parent_id = :parent_id, kind = :kind, code = :code, name = :name,
       name_ar = :name_ar, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- PLANT_UNIT_REMOVE (id uuid, version i64) -> nothing
DELETE FROM plant_units
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- PLANT_UNIT_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, site_id AS within_id, name, name_ar
  FROM plant_units
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- PLANT_UNIT_USES (id uuid) -> record_use
SELECT 'unit' AS thing, count(*) AS times FROM plant_units
 WHERE tenant_id = :tenant AND parent_id = :id
UNION ALL
SELECT 'asset' AS thing, count(*) AS times FROM assets
 WHERE tenant_id = :tenant AND unit_id = :id
UNION ALL
SELECT 'event' AS thing, count(*) AS times FROM blackbox_events
 WHERE tenant_id = :tenant AND unit_id = :id
UNION ALL
SELECT 'incident' AS thing, count(*) AS times FROM blackbox_incidents
 WHERE tenant_id = :tenant AND unit_id = :id
UNION ALL
SELECT 'work_order' AS thing, count(*) AS times FROM work_orders
 WHERE tenant_id = :tenant AND unit_id = :id
UNION ALL
SELECT 'maintenance_window' AS thing, count(*) AS times FROM maintenance_windows
 WHERE tenant_id = :tenant AND unit_id = :id;

-- ASSET_GET (id uuid) -> asset
SELECT id, site_id, unit_id, class_id, code, name, name_ar, criticality, status, impact_factor,
       capacity, capacity_unit, power_rated_kw, manufacturer, model, serial, installed_on,
       cost_model_id, version, created_at, updated_at
  FROM assets
 WHERE tenant_id = :tenant AND id = :id;

-- ASSET_GET_BY_CODE (code text) -> asset
SELECT id, site_id, unit_id, class_id, code, name, name_ar, criticality, status, impact_factor,
       capacity, capacity_unit, power_rated_kw, manufacturer, model, serial, installed_on,
       cost_model_id, version, created_at, updated_at
  FROM assets
 WHERE tenant_id = :tenant AND code = :code;

-- ASSET_FIND (site_id uuid?, unit_id uuid?, class_id uuid?, criticality text?, status text?,
--   words texts?, after_key text?, limit i64) -> asset
SELECT id, site_id, unit_id, class_id, code, name, name_ar, criticality, status, impact_factor,
       capacity, capacity_unit, power_rated_kw, manufacturer, model, serial, installed_on,
       cost_model_id, version, created_at, updated_at
  FROM assets
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:unit_id IS NULL OR unit_id IN (
        WITH RECURSIVE below (id) AS (
            SELECT id FROM plant_units WHERE tenant_id = :tenant AND id = :unit_id
            UNION
            SELECT u.id FROM plant_units u JOIN below b ON u.parent_id = b.id
             WHERE u.tenant_id = :tenant)
        SELECT id FROM below))
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:criticality IS NULL OR criticality = :criticality)
   AND (:status IS NULL OR status = :status)
   AND (:words IS NULL OR search LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- ASSET_COUNT (site_id uuid?, unit_id uuid?, class_id uuid?, criticality text?, status text?,
--   words texts?) -> (count i64)
SELECT count(*) AS count
  FROM assets
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:unit_id IS NULL OR unit_id IN (
        WITH RECURSIVE below (id) AS (
            SELECT id FROM plant_units WHERE tenant_id = :tenant AND id = :unit_id
            UNION
            SELECT u.id FROM plant_units u JOIN below b ON u.parent_id = b.id
             WHERE u.tenant_id = :tenant)
        SELECT id FROM below))
   AND (:class_id IS NULL OR class_id = :class_id)
   AND (:criticality IS NULL OR criticality = :criticality)
   AND (:status IS NULL OR status = :status)
   AND (:words IS NULL OR search LIKE ALL (:words));

-- ASSET_ADD (id uuid, site_id uuid, unit_id uuid?, class_id uuid?, code text, name text,
--   name_ar text?, criticality text, status text, impact_factor f64?, capacity f64?,
--   capacity_unit text?, power_rated_kw f64?, manufacturer text?, model text?, serial text?,
--   installed_on date?, cost_model_id uuid?, now time) -> nothing
INSERT INTO assets
       (tenant_id, id, site_id, unit_id, class_id, code, name, name_ar, criticality, status,
        impact_factor, capacity, capacity_unit, power_rated_kw, manufacturer, model, serial,
        installed_on, cost_model_id, created_at, updated_at)
VALUES (:tenant, :id, :site_id, :unit_id, :class_id, :code, :name, :name_ar, :criticality,
        :status, :impact_factor, :capacity, :capacity_unit, :power_rated_kw, :manufacturer,
        :model, :serial, :installed_on, :cost_model_id, :now, :now);

-- ASSET_UPDATE (id uuid, site_id uuid, unit_id uuid?, class_id uuid?, code text, name text,
--   name_ar text?, criticality text, status text, impact_factor f64?, capacity f64?,
--   capacity_unit text?, power_rated_kw f64?, manufacturer text?, model text?, serial text?,
--   installed_on date?, cost_model_id uuid?, version i64, now time) -> nothing
UPDATE assets
   SET site_id = :site_id, unit_id = :unit_id, class_id = :class_id, code = :code, name = :name,
       name_ar = :name_ar, criticality = :criticality, status = :status,
       impact_factor = :impact_factor, capacity = :capacity, capacity_unit = :capacity_unit,
       power_rated_kw = :power_rated_kw, manufacturer = :manufacturer, model = :model,
       serial = :serial, installed_on = :installed_on, cost_model_id = :cost_model_id,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ASSET_REMOVE (id uuid, version i64) -> nothing
DELETE FROM assets
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ASSET_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, NULL::uuid AS within_id, name, name_ar
  FROM assets
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- ASSET_USES (id uuid) -> record_use
SELECT 'component' AS thing, count(*) AS times FROM asset_components
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'failure_mode' AS thing, count(*) AS times FROM asset_failure_modes
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'machine_spec' AS thing, count(*) AS times FROM machine_specs
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'mapping' AS thing, count(*) AS times FROM external_signal_mappings
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'series' AS thing, count(*) AS times FROM series
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'work_order' AS thing, count(*) AS times FROM work_orders
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'event' AS thing, count(*) AS times FROM blackbox_events
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'demo_fault' AS thing, count(*) AS times FROM demo_faults
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'incident' AS thing, count(*) AS times FROM blackbox_incidents
 WHERE tenant_id = :tenant AND root_asset_id = :id
UNION ALL
SELECT 'alarm_rule' AS thing, count(*) AS times FROM alarm_rules
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'alert' AS thing, count(*) AS times FROM alerts
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'alarm_state' AS thing, count(*) AS times FROM alarm_states
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'alarm_silence' AS thing, count(*) AS times FROM alarm_silences
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'maintenance_window' AS thing, count(*) AS times FROM maintenance_windows
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'ai_model' AS thing, count(*) AS times FROM ai_models
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'ai_score' AS thing, count(*) AS times FROM asset_ai_scores
 WHERE tenant_id = :tenant AND asset_id = :id
UNION ALL
SELECT 'optimization_recommendation' AS thing, count(*) AS times FROM optimization_recommendations
 WHERE tenant_id = :tenant AND asset_id = :id;

-- COMPONENT_GET (id uuid) -> component
SELECT id, asset_id, parent_id, code, name, name_ar, manufacturer, model, installed_on, version,
       created_at, updated_at
  FROM asset_components
 WHERE tenant_id = :tenant AND id = :id;

-- COMPONENT_FIND (asset_id uuid?, words texts?, after_key text?, after_id uuid?,
--   limit i64) -> component
SELECT id, asset_id, parent_id, code, name, name_ar, manufacturer, model, installed_on, version,
       created_at, updated_at
  FROM asset_components
 WHERE tenant_id = :tenant
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:words IS NULL OR
        search_fold(concat_ws(' ', code, name, name_ar, manufacturer, model))
        LIKE ALL (:words))
   AND (:after_key IS NULL OR (code, id) > (:after_key, :after_id))
 ORDER BY code, id
 LIMIT :limit;

-- COMPONENT_ADD (id uuid, asset_id uuid, parent_id uuid?, code text, name text, name_ar text?,
--   manufacturer text?, model text?, installed_on date?, now time) -> nothing
INSERT INTO asset_components
       (tenant_id, id, asset_id, parent_id, code, name, name_ar, manufacturer, model,
        installed_on, created_at, updated_at)
VALUES (:tenant, :id, :asset_id, :parent_id, :code, :name, :name_ar, :manufacturer, :model,
        :installed_on, :now, :now);

-- COMPONENT_UPDATE (id uuid, asset_id uuid, parent_id uuid?, code text, name text, name_ar text?,
--   manufacturer text?, model text?, installed_on date?, version i64, now time) -> nothing
UPDATE asset_components
   SET asset_id = :asset_id, parent_id = :parent_id, code = :code, name = :name,
       name_ar = :name_ar, manufacturer = :manufacturer, model = :model,
       installed_on = :installed_on, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- COMPONENT_REMOVE (id uuid, version i64) -> nothing
DELETE FROM asset_components
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- COMPONENT_LABELS (ids uuids, codes texts, withins uuids) -> record_label
SELECT id, code, asset_id AS within_id, name, name_ar
  FROM asset_components
 WHERE tenant_id = :tenant AND (id = ANY (:ids)
        OR (asset_id, code) IN (SELECT * FROM unnest(:withins, :codes)));

-- COMPONENT_USES (id uuid) -> record_use
SELECT 'component' AS thing, count(*) AS times FROM asset_components
 WHERE tenant_id = :tenant AND parent_id = :id
UNION ALL
SELECT 'mapping' AS thing, count(*) AS times FROM external_signal_mappings
 WHERE tenant_id = :tenant AND component_id = :id
UNION ALL
SELECT 'series' AS thing, count(*) AS times FROM series
 WHERE tenant_id = :tenant AND component_id = :id
UNION ALL
SELECT 'work_order' AS thing, count(*) AS times FROM work_orders
 WHERE tenant_id = :tenant AND component_id = :id
UNION ALL
SELECT 'event' AS thing, count(*) AS times FROM blackbox_events
 WHERE tenant_id = :tenant AND component_id = :id;
