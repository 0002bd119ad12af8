-- The list of assets: first in which order, then what stands in the rows.

-- ASSET_ORDER_CODE (site_id uuid?, unit_id uuid?, class_id uuid?, criticality text?, status text?,
--     words texts?, among uuids?, after_id uuid?, limit i64) -> (id uuid)
-- By code.
SELECT a.id
  FROM assets a
 WHERE a.tenant_id = :tenant
   AND (:site_id IS NULL OR a.site_id = :site_id)
   AND (:unit_id IS NULL OR a.unit_id IN (
        WITH RECURSIVE below (id) AS (
            SELECT id FROM plant_units WHERE tenant_id = :tenant AND id = :unit_id
            UNION
            SELECT u.id FROM plant_units u JOIN below b ON u.parent_id = b.id
             WHERE u.tenant_id = :tenant)
        SELECT id FROM below))
   AND (:class_id IS NULL OR a.class_id = :class_id)
   AND (:criticality IS NULL OR a.criticality = :criticality)
   AND (:status IS NULL OR a.status = :status)
   AND (:words IS NULL OR a.search LIKE ALL (:words))
   AND (:among IS NULL OR a.id = ANY (:among))
   AND (:after_id IS NULL OR a.code > (
        SELECT p.code FROM assets p WHERE p.tenant_id = :tenant AND p.id = :after_id))
 ORDER BY a.code
 LIMIT :limit;

-- ASSET_ORDER_UP (sort text, is_arabic bool, site_id uuid?, unit_id uuid?, class_id uuid?,
--     criticality text?, status text?, words texts?, among uuids?, after_id uuid?,
--     limit i64) -> (id uuid)
-- By name, criticality or production risk (the highest first, the unknown last), then by code.
WITH keyed AS (
    SELECT a.tenant_id, a.id, a.code,
           CASE WHEN :sort = 'criticality' THEN
                array_position(ARRAY['critical', 'high', 'medium', 'low'], a.criticality)
                WHEN :sort = 'risk' THEN
                -coalesce((SELECT x.production_risk_index FROM asset_ai_scores x
                            WHERE x.tenant_id = :tenant AND x.asset_id = a.id AND x.is_latest), -1)
                END AS rank,
           CASE WHEN :sort = 'name' THEN
                CASE WHEN :is_arabic THEN coalesce(a.name_ar, a.name) ELSE a.name END END AS label
      FROM assets a
     WHERE a.tenant_id = :tenant
       AND (:site_id IS NULL OR a.site_id = :site_id)
       AND (:unit_id IS NULL OR a.unit_id IN (
            WITH RECURSIVE below (id) AS (
                SELECT id FROM plant_units WHERE tenant_id = :tenant AND id = :unit_id
                UNION
                SELECT u.id FROM plant_units u JOIN below b ON u.parent_id = b.id
                 WHERE u.tenant_id = :tenant)
            SELECT id FROM below))
       AND (:class_id IS NULL OR a.class_id = :class_id)
       AND (:criticality IS NULL OR a.criticality = :criticality)
       AND (:status IS NULL OR a.status = :status)
       AND (:words IS NULL OR a.search LIKE ALL (:words))
       AND (:among IS NULL OR a.id = ANY (:among)))
SELECT k.id
  FROM keyed k
 WHERE k.tenant_id = :tenant
   AND (:after_id IS NULL OR (coalesce(k.rank, 0), coalesce(k.label, ''), k.code) > (
        SELECT coalesce(CASE WHEN :sort = 'criticality' THEN array_position(
                   ARRAY['critical', 'high', 'medium', 'low'], p.criticality)
                   WHEN :sort = 'risk' THEN
                   -coalesce((SELECT y.production_risk_index FROM asset_ai_scores y
                               WHERE y.tenant_id = :tenant AND y.asset_id = p.id
                                 AND y.is_latest), -1)
                   END, 0),
               coalesce(CASE WHEN :sort = 'name' THEN
                   CASE WHEN :is_arabic THEN coalesce(p.name_ar, p.name) ELSE p.name END END, ''),
               p.code
          FROM assets p WHERE p.tenant_id = :tenant AND p.id = :after_id))
 ORDER BY coalesce(k.rank, 0), coalesce(k.label, ''), k.code
 LIMIT :limit;

-- ASSET_ORDER_DOWN (sort text, is_arabic bool, site_id uuid?, unit_id uuid?, class_id uuid?,
--     criticality text?, status text?, words texts?, among uuids?, after_id uuid?,
--     limit i64) -> (id uuid)
-- The same the other way round.
WITH keyed AS (
    SELECT a.tenant_id, a.id, a.code,
           CASE WHEN :sort = 'criticality' THEN
                array_position(ARRAY['critical', 'high', 'medium', 'low'], a.criticality)
                WHEN :sort = 'risk' THEN
                -coalesce((SELECT x.production_risk_index FROM asset_ai_scores x
                            WHERE x.tenant_id = :tenant AND x.asset_id = a.id AND x.is_latest), -1)
                END AS rank,
           CASE WHEN :sort = 'name' THEN
                CASE WHEN :is_arabic THEN coalesce(a.name_ar, a.name) ELSE a.name END END AS label
      FROM assets a
     WHERE a.tenant_id = :tenant
       AND (:site_id IS NULL OR a.site_id = :site_id)
       AND (:unit_id IS NULL OR a.unit_id IN (
            WITH RECURSIVE below (id) AS (
                SELECT id FROM plant_units WHERE tenant_id = :tenant AND id = :unit_id
                UNION
                SELECT u.id FROM plant_units u JOIN below b ON u.parent_id = b.id
                 WHERE u.tenant_id = :tenant)
            SELECT id FROM below))
       AND (:class_id IS NULL OR a.class_id = :class_id)
       AND (:criticality IS NULL OR a.criticality = :criticality)
       AND (:status IS NULL OR a.status = :status)
       AND (:words IS NULL OR a.search LIKE ALL (:words))
       AND (:among IS NULL OR a.id = ANY (:among)))
SELECT k.id
  FROM keyed k
 WHERE k.tenant_id = :tenant
   AND (:after_id IS NULL OR (coalesce(k.rank, 0), coalesce(k.label, ''), k.code) < (
        SELECT coalesce(CASE WHEN :sort = 'criticality' THEN array_position(
                   ARRAY['critical', 'high', 'medium', 'low'], p.criticality)
                   WHEN :sort = 'risk' THEN
                   -coalesce((SELECT y.production_risk_index FROM asset_ai_scores y
                               WHERE y.tenant_id = :tenant AND y.asset_id = p.id
                                 AND y.is_latest), -1)
                   END, 0),
               coalesce(CASE WHEN :sort = 'name' THEN
                   CASE WHEN :is_arabic THEN coalesce(p.name_ar, p.name) ELSE p.name END END, ''),
               p.code
          FROM assets p WHERE p.tenant_id = :tenant AND p.id = :after_id))
 ORDER BY coalesce(k.rank, 0) DESC, coalesce(k.label, '') DESC, k.code DESC
 LIMIT :limit;

-- ASSET_ROWS (ids uuids) -> asset_row
SELECT a.id, a.code, a.name, a.name_ar, a.criticality, a.status, a.site_id,
       s.code AS site_code, s.name AS site_name, s.name_ar AS site_name_ar,
       u.name AS unit_name, u.name_ar AS unit_name_ar,
       c.name AS class_name, c.name_ar AS class_name_ar
  FROM unnest(:ids) WITH ORDINALITY AS w (id, place)
  JOIN assets a ON a.tenant_id = :tenant AND a.id = w.id
  JOIN sites s ON s.tenant_id = :tenant AND s.id = a.site_id
  LEFT JOIN plant_units u ON u.tenant_id = :tenant AND u.id = a.unit_id
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = a.class_id
 ORDER BY w.place;

-- ASSET_DOUBTFUL (now time) -> (asset_id uuid, stale i64, bad i64)
-- Assets with signals whose newest folded sample is bad, or older than it should be (what
-- historian/signal.h calls stale); what came in the last two minutes may not be folded yet.
SELECT s.asset_id, count(*) FILTER (WHERE l.quality < 2147483648) AS stale,
       count(*) FILTER (WHERE l.quality >= 2147483648) AS bad
  FROM series s
  JOIN series_last l ON l.tenant_id = :tenant AND l.series_no = s.no
 WHERE s.tenant_id = :tenant AND s.asset_id IS NOT NULL AND s.is_active
   AND (l.quality >= 2147483648
        OR (NOT s.is_state OR s.gap_max_us IS NOT NULL)
           AND l.time + greatest(coalesce(s.gap_max_us, 900000000), 120000000)
                        * interval '1 microsecond' < :now)
 GROUP BY s.asset_id;

-- ASSET_KPIS (site_id uuid?, unit_id uuid?, class_id uuid?, status text?, words texts?,
--     doubtful uuids) -> asset_kpis
SELECT count(*) AS assets,
       count(*) FILTER (WHERE a.criticality = 'critical') AS critical,
       count(*) FILTER (WHERE a.criticality = 'high') AS high,
       count(*) FILTER (WHERE a.criticality = 'medium') AS medium,
       count(*) FILTER (WHERE a.criticality = 'low') AS low,
       count(*) FILTER (WHERE a.id = ANY (:doubtful)) AS doubtful
  FROM assets a
 WHERE a.tenant_id = :tenant
   AND (:site_id IS NULL OR a.site_id = :site_id)
   AND (:unit_id IS NULL OR a.unit_id IN (
        WITH RECURSIVE below (id) AS (
            SELECT id FROM plant_units WHERE tenant_id = :tenant AND id = :unit_id
            UNION
            SELECT u.id FROM plant_units u JOIN below b ON u.parent_id = b.id
             WHERE u.tenant_id = :tenant)
        SELECT id FROM below))
   AND (:class_id IS NULL OR a.class_id = :class_id)
   AND (:status IS NULL OR a.status = :status)
   AND (:words IS NULL OR a.search LIKE ALL (:words));

-- What the list can be narrowed to.

-- ASSET_SITES () -> asset_option
SELECT id, code, name, name_ar
  FROM sites
 WHERE tenant_id = :tenant
 ORDER BY code
 LIMIT 500;

-- ASSET_UNITS (site_id uuid) -> asset_option
SELECT id, code, name, name_ar
  FROM plant_units
 WHERE tenant_id = :tenant AND site_id = :site_id
 ORDER BY code
 LIMIT 500;

-- ASSET_CLASSES () -> asset_option
SELECT id, code, name, name_ar
  FROM asset_classes
 WHERE tenant_id = :tenant
 ORDER BY code
 LIMIT 500;
