-- Where signals come from, and what they mean here.

-- CONSTRAINT source_clocks_key -> plant.exists_already (valid_from)
-- CONSTRAINT tenant_integrations_name_key -> plant.name_taken (name)
-- CONSTRAINT external_signal_mappings_tag_key -> plant.exists_already (external_tag)

-- SOURCE_CLOCK_GET (id uuid) -> source_clock
SELECT id, source, offset_ms, valid_from, note, version, created_at, updated_at
  FROM source_clocks
 WHERE tenant_id = :tenant AND id = :id;

-- SOURCE_CLOCK_FIND (words texts?, after_key text?, after_id uuid?, limit i64) -> source_clock
SELECT id, source, offset_ms, valid_from, note, version, created_at, updated_at
  FROM source_clocks
 WHERE tenant_id = :tenant
   AND (:words IS NULL OR search_fold(concat_ws(' ', source, note)) LIKE ALL (:words))
   AND (:after_key IS NULL OR (source, id) > (:after_key, :after_id))
 ORDER BY source, id
 LIMIT :limit;

-- SOURCE_CLOCKS_OF (source text) -> source_clock
-- All that was ever said of a source's clock, oldest first.
SELECT id, source, offset_ms, valid_from, note, version, created_at, updated_at
  FROM source_clocks
 WHERE tenant_id = :tenant AND source = :source
 ORDER BY valid_from;

-- SOURCE_CLOCK_ADD (id uuid, source text, offset_ms i64, valid_from time, note text?,
--   now time) -> nothing
INSERT INTO source_clocks
       (tenant_id, id, source, offset_ms, valid_from, note, created_at, updated_at)
VALUES (:tenant, :id, :source, :offset_ms, :valid_from, :note, :now, :now);

-- SOURCE_CLOCK_UPDATE (id uuid, source text, offset_ms i64, valid_from time, note text?,
--   version i64, now time) -> nothing
UPDATE source_clocks
   SET source = :source, offset_ms = :offset_ms, valid_from = :valid_from, note = :note,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SOURCE_CLOCK_REMOVE (id uuid, version i64) -> nothing
DELETE FROM source_clocks
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- INTEGRATION_GET (id uuid) -> integration
SELECT id, type, name, config, is_active, version, created_at, updated_at
  FROM tenant_integrations
 WHERE tenant_id = :tenant AND id = :id;

-- INTEGRATION_FIND (words texts?, after_key text?, limit i64) -> integration
SELECT id, type, name, config, is_active, version, created_at, updated_at
  FROM tenant_integrations
 WHERE tenant_id = :tenant
   AND (:words IS NULL OR search_fold(name) LIKE ALL (:words))
   AND (:after_key IS NULL OR name > :after_key)
 ORDER BY name
 LIMIT :limit;

-- INTEGRATION_ADD (id uuid, type text, name text, config json, is_active bool,
--   now time) -> nothing
INSERT INTO tenant_integrations
       (tenant_id, id, type, name, config, is_active, created_at, updated_at)
VALUES (:tenant, :id, :type, :name, :config, :is_active, :now, :now);

-- INTEGRATION_UPDATE (id uuid, type text, name text, config json, is_active bool, version i64,
--   now time) -> nothing
UPDATE tenant_integrations
   SET type = :type, name = :name, config = :config, is_active = :is_active, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- INTEGRATION_REMOVE (id uuid, version i64) -> nothing
DELETE FROM tenant_integrations
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- INTEGRATION_LABELS (ids uuids, codes texts) -> record_label
SELECT id, name AS code, NULL::uuid AS within_id, name, NULL::text AS name_ar
  FROM tenant_integrations
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR name = ANY (:codes));

-- INTEGRATION_USES (id uuid) -> record_use
SELECT 'mapping' AS thing, count(*) AS times FROM external_signal_mappings
 WHERE tenant_id = :tenant AND integration_id = :id;

-- MAPPING_GET (id uuid) -> mapping
SELECT id, integration_id, external_source_type, external_tag, asset_id, component_id,
       internal_metric_name, scaling_factor, offset_value, unit, is_active, version, created_at,
       updated_at
  FROM external_signal_mappings
 WHERE tenant_id = :tenant AND id = :id;

-- MAPPING_FIND (integration_id uuid?, asset_id uuid?, words texts?, after_key text?,
--   after_id uuid?, limit i64) -> mapping
SELECT id, integration_id, external_source_type, external_tag, asset_id, component_id,
       internal_metric_name, scaling_factor, offset_value, unit, is_active, version, created_at,
       updated_at
  FROM external_signal_mappings
 WHERE tenant_id = :tenant
   AND (:integration_id IS NULL OR integration_id = :integration_id)
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:words IS NULL OR
        search_fold(concat_ws(' ', external_tag, internal_metric_name))
        LIKE ALL (:words))
   AND (:after_key IS NULL OR (external_tag, id) > (:after_key, :after_id))
 ORDER BY external_tag, id
 LIMIT :limit;

-- MAPPING_ADD (id uuid, integration_id uuid, external_source_type text, external_tag text,
--   asset_id uuid, component_id uuid?, internal_metric_name text, scaling_factor f64,
--   offset_value f64, unit text, is_active bool, now time) -> nothing
INSERT INTO external_signal_mappings
       (tenant_id, id, integration_id, external_source_type, external_tag, asset_id, component_id,
        internal_metric_name, scaling_factor, offset_value, unit, is_active, created_at,
        updated_at)
VALUES (:tenant, :id, :integration_id, :external_source_type, :external_tag, :asset_id,
        :component_id, :internal_metric_name, :scaling_factor, :offset_value, :unit, :is_active,
        :now, :now);

-- MAPPING_UPDATE (id uuid, integration_id uuid, external_source_type text, external_tag text,
--   asset_id uuid, component_id uuid?, internal_metric_name text, scaling_factor f64,
--   offset_value f64, unit text, is_active bool, version i64, now time) -> nothing
UPDATE external_signal_mappings
   SET integration_id = :integration_id, external_source_type = :external_source_type,
       external_tag = :external_tag, asset_id = :asset_id, component_id = :component_id,
       internal_metric_name = :internal_metric_name, scaling_factor = :scaling_factor,
       offset_value = :offset_value, unit = :unit, is_active = :is_active, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- MAPPING_REMOVE (id uuid, version i64) -> nothing
DELETE FROM external_signal_mappings
 WHERE tenant_id = :tenant AND id = :id AND version = :version;
