-- When work may be done, and with which parts.

-- CONSTRAINT maintenance_windows_code_key -> plant.code_taken (code)
-- CONSTRAINT spare_parts_number_key -> plant.code_taken (part_number)

-- MAINTENANCE_WINDOW_GET (id uuid) -> maintenance_window
SELECT id, code, name, name_ar, site_id, unit_id, asset_id, kind, from_time, to_time, version,
       created_at, updated_at
  FROM maintenance_windows
 WHERE tenant_id = :tenant AND id = :id;

-- MAINTENANCE_WINDOW_FIND (site_id uuid?, words texts?, after_key text?,
--   limit i64) -> maintenance_window
SELECT id, code, name, name_ar, site_id, unit_id, asset_id, kind, from_time, to_time, version,
       created_at, updated_at
  FROM maintenance_windows
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- MAINTENANCE_WINDOW_ADD (id uuid, code text, name text, name_ar text?, site_id uuid,
--   unit_id uuid?, asset_id uuid?, kind text, from_time time, to_time time, now time) -> nothing
INSERT INTO maintenance_windows
       (tenant_id, id, code, name, name_ar, site_id, unit_id, asset_id, kind, from_time, to_time,
        created_at, updated_at)
VALUES (:tenant, :id, :code, :name, :name_ar, :site_id, :unit_id, :asset_id, :kind, :from_time,
        :to_time, :now, :now);

-- MAINTENANCE_WINDOW_UPDATE (id uuid, code text, name text, name_ar text?, site_id uuid,
--   unit_id uuid?, asset_id uuid?, kind text, from_time time, to_time time, version i64,
--   now time) -> nothing
UPDATE maintenance_windows
   SET code = :code, name = :name, name_ar = :name_ar, site_id = :site_id, unit_id = :unit_id,
       asset_id = :asset_id, kind = :kind, from_time = :from_time, to_time = :to_time,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- MAINTENANCE_WINDOW_REMOVE (id uuid, version i64) -> nothing
DELETE FROM maintenance_windows
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SPARE_PART_GET (id uuid) -> spare_part
SELECT id, part_number, name, name_ar, site_id, unit, in_stock, stock_min, arriving, arrives_on,
       lead_days, price_minor, currency, version, created_at, updated_at
  FROM spare_parts
 WHERE tenant_id = :tenant AND id = :id;

-- SPARE_PART_FIND (site_id uuid?, words texts?, after_key text?, limit i64) -> spare_part
SELECT id, part_number, name, name_ar, site_id, unit, in_stock, stock_min, arriving, arrives_on,
       lead_days, price_minor, currency, version, created_at, updated_at
  FROM spare_parts
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', part_number, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR part_number > :after_key)
 ORDER BY part_number
 LIMIT :limit;

-- SPARE_PART_ADD (id uuid, part_number text, name text, name_ar text?, site_id uuid?, unit text,
--   in_stock f64, stock_min f64?, arriving f64?, arrives_on date?, lead_days i32?,
--   price_minor i64?, currency text?, now time) -> nothing
INSERT INTO spare_parts
       (tenant_id, id, part_number, name, name_ar, site_id, unit, in_stock, stock_min, arriving,
        arrives_on, lead_days, price_minor, currency, created_at, updated_at)
VALUES (:tenant, :id, :part_number, :name, :name_ar, :site_id, :unit, :in_stock, :stock_min,
        :arriving, :arrives_on, :lead_days, :price_minor, :currency, :now, :now);

-- SPARE_PART_UPDATE (id uuid, part_number text, name text, name_ar text?, site_id uuid?,
--   unit text, in_stock f64, stock_min f64?, arriving f64?, arrives_on date?, lead_days i32?,
--   price_minor i64?, currency text?, version i64, now time) -> nothing
UPDATE spare_parts
   SET part_number = :part_number, name = :name, name_ar = :name_ar, site_id = :site_id,
       unit = :unit, in_stock = :in_stock, stock_min = :stock_min, arriving = :arriving,
       arrives_on = :arrives_on, lead_days = :lead_days, price_minor = :price_minor,
       currency = :currency, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SPARE_PART_REMOVE (id uuid, version i64) -> nothing
DELETE FROM spare_parts
 WHERE tenant_id = :tenant AND id = :id AND version = :version;
