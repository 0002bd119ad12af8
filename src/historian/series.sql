-- Signals.

-- CONSTRAINT series_key_key -> series.key_taken (key)
-- CONSTRAINT series_asset_fkey -> asset.not_found (asset_id)
-- CONSTRAINT series_component_fkey -> series.component_unknown (component_id)

-- SERIES_GET (id uuid) -> series
SELECT id, no, key, asset_id, component_id, metric, name, name_ar, unit, kind, is_state,
       state_texts, instrument_min, instrument_max, gap_max_us, exception_deviation,
       exception_max_us, compression_deviation, compression_max_us, retention_days, expression,
       source, is_active, version, created_at, updated_at
  FROM series
 WHERE tenant_id = :tenant AND id = :id;

-- SERIES_BY_KEY (key text) -> series
SELECT id, no, key, asset_id, component_id, metric, name, name_ar, unit, kind, is_state,
       state_texts, instrument_min, instrument_max, gap_max_us, exception_deviation,
       exception_max_us, compression_deviation, compression_max_us, retention_days, expression,
       source, is_active, version, created_at, updated_at
  FROM series
 WHERE tenant_id = :tenant AND key = :key;

-- SERIES_MANY (ids uuids) -> series
SELECT id, no, key, asset_id, component_id, metric, name, name_ar, unit, kind, is_state,
       state_texts, instrument_min, instrument_max, gap_max_us, exception_deviation,
       exception_max_us, compression_deviation, compression_max_us, retention_days, expression,
       source, is_active, version, created_at, updated_at
  FROM series
 WHERE tenant_id = :tenant AND id = ANY (:ids);

-- SERIES_FIND (asset_id uuid?, q text?, metric text?, unit text?, kind text?, after_key text?,
--     limit i64) -> series
SELECT id, no, key, asset_id, component_id, metric, name, name_ar, unit, kind, is_state,
       state_texts, instrument_min, instrument_max, gap_max_us, exception_deviation,
       exception_max_us, compression_deviation, compression_max_us, retention_days, expression,
       source, is_active, version, created_at, updated_at
  FROM series
 WHERE tenant_id = :tenant
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:q IS NULL OR strpos(search, search_fold(:q)) > 0)
   AND (:metric IS NULL OR metric = :metric)
   AND (:unit IS NULL OR unit = :unit)
   AND (:kind IS NULL OR kind = :kind)
   AND (:after_key IS NULL OR key > :after_key)
 ORDER BY key
 LIMIT :limit;

-- SERIES_ASSET (asset_id uuid, metric text) -> series_of_asset
-- The asset's code, and what its class says of the metric.
SELECT a.code AS asset_code, m.name, m.name_ar, m.unit, coalesce(m.is_state, false) AS is_state,
       m.instrument_min, m.instrument_max, (m.gap_max_s * 1000000)::int8 AS gap_max_us
  FROM assets a
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = :metric
 WHERE a.tenant_id = :tenant AND a.id = :asset_id;

-- SERIES_COUNTER (add i64) -> (last_no i64)
-- Takes numbers, and with them the right to make series: until the end of this transaction others
-- wait here. Zero takes none.
INSERT INTO series_counters (tenant_id, last_no)
VALUES (:tenant, :add)
ON CONFLICT (tenant_id) DO UPDATE SET last_no = series_counters.last_no + excluded.last_no
RETURNING last_no;

-- SERIES_ADD (no i64, id uuid, key text, asset_id uuid?, asset_code text?, component_id uuid?,
--     metric text, name text?, name_ar text?, unit text, kind text, is_state bool,
--     state_texts json?, instrument_min f64?, instrument_max f64?, gap_max_us i64?,
--     exception_deviation f64?, exception_max_us i64?, compression_deviation f64?,
--     compression_max_us i64?, retention_days i64?, expression text?, source text, is_active bool,
--     now time) -> series
INSERT INTO series (tenant_id, no, id, key, asset_id, asset_code, component_id, metric, name,
                    name_ar, unit, kind, is_state, state_texts, instrument_min, instrument_max,
                    gap_max_us, exception_deviation, exception_max_us, compression_deviation,
                    compression_max_us, retention_days, expression, source, is_active, created_at,
                    updated_at)
VALUES (:tenant, :no, :id, :key, :asset_id, :asset_code, :component_id, :metric, :name, :name_ar,
        :unit, :kind, :is_state, :state_texts, :instrument_min, :instrument_max, :gap_max_us,
        :exception_deviation, :exception_max_us, :compression_deviation, :compression_max_us,
        :retention_days, :expression, :source, :is_active, :now, :now)
RETURNING id, no, key, asset_id, component_id, metric, name, name_ar, unit, kind, is_state,
          state_texts, instrument_min, instrument_max, gap_max_us, exception_deviation,
          exception_max_us, compression_deviation, compression_max_us, retention_days, expression,
          source, is_active, version, created_at, updated_at;

-- SERIES_CHANGE (id uuid, version i64, asset_id uuid?, component_id uuid?, name text?,
--     name_ar text?, unit text, is_state bool, state_texts json?, instrument_min f64?,
--     instrument_max f64?, gap_max_us i64?, exception_deviation f64?, exception_max_us i64?,
--     compression_deviation f64?, compression_max_us i64?, retention_days i64?, expression text?,
--     is_active bool, now time) -> series
UPDATE series
   SET asset_id = :asset_id, component_id = :component_id, name = :name, name_ar = :name_ar,
       unit = :unit, is_state = :is_state, state_texts = :state_texts,
       instrument_min = :instrument_min, instrument_max = :instrument_max,
       gap_max_us = :gap_max_us, exception_deviation = :exception_deviation,
       exception_max_us = :exception_max_us, compression_deviation = :compression_deviation,
       compression_max_us = :compression_max_us, retention_days = :retention_days,
       expression = :expression, is_active = :is_active, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version
RETURNING id, no, key, asset_id, component_id, metric, name, name_ar, unit, kind, is_state,
          state_texts, instrument_min, instrument_max, gap_max_us, exception_deviation,
          exception_max_us, compression_deviation, compression_max_us, retention_days, expression,
          source, is_active, version, created_at, updated_at;

-- SERIES_TOLD -> (told text)
-- Every process drops what it remembers of the tenant's series, once this is committed.
SELECT pg_notify('optria_series', (:tenant)::text)::text AS told;

-- --- as senders name them -----------------------------------------------------------------------

-- SERIES_LOOK (keys texts) -> series_found
-- `place` is that of the key in the list, from 1.
SELECT w.place, s.no, s.kind = 'calculated' AS is_calculated, s.is_active, s.instrument_min,
       s.instrument_max, s.unit
  FROM unnest(:keys) WITH ORDINALITY AS w (key, place)
  JOIN series s ON s.tenant_id = :tenant AND s.key = w.key;

-- SERIES_LOOK_BEFORE (keys texts, asset_codes texts, metrics texts) -> series_found
-- The same by keys as they were spelt before points were marked: such a key alone does not say which
-- series it is.
SELECT w.place, s.no, s.kind = 'calculated' AS is_calculated, s.is_active, s.instrument_min,
       s.instrument_max, s.unit
  FROM unnest(:keys, :asset_codes, :metrics) WITH ORDINALITY AS w (key, asset_code, metric, place)
  JOIN series s ON s.tenant_id = :tenant AND s.key = w.key AND s.metric = w.metric
   AND coalesce(s.asset_code, '') = w.asset_code;

-- SERIES_MAKE (keys texts, asset_codes texts, metrics texts, units texts, ids uuids, last_no i64,
--     room i64, source text, now time) -> nothing
-- Those that are not there; an empty unit is not given. Only behind SERIES_COUNTER.
INSERT INTO series (tenant_id, no, id, key, asset_id, asset_code, metric, name, name_ar, unit, kind,
                    is_state, instrument_min, instrument_max, gap_max_us, source, created_at,
                    updated_at)
SELECT :tenant, :last_no + row_number() OVER (ORDER BY w.key), w.id, w.key, a.id,
       nullif(w.asset_code, ''), w.metric, m.name, m.name_ar,
       coalesce(nullif(w.unit, ''), m.unit, '1'), 'measured', coalesce(m.is_state, false),
       m.instrument_min, m.instrument_max, (m.gap_max_s * 1000000)::int8, :source, :now, :now
  FROM (SELECT DISTINCT ON (n.key) n.key, n.asset_code, n.metric, n.unit, n.id
          FROM unnest(:keys, :asset_codes, :metrics, :units, :ids)
               AS n (key, asset_code, metric, unit, id)
         WHERE NOT EXISTS (SELECT FROM series x WHERE x.tenant_id = :tenant AND x.key = n.key)
         ORDER BY n.key
         LIMIT :room) AS w
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.code = w.asset_code
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = w.metric;

-- SERIES_LINK (now time) -> nothing
-- What nobody has decided of the series yet is taken from the class as well.
UPDATE series AS s
   SET asset_id = f.asset_id,
       unit = CASE WHEN s.version = 1 AND s.unit = '1' THEN coalesce(f.unit, s.unit) ELSE s.unit END,
       is_state = s.is_state OR (s.version = 1 AND coalesce(f.is_state, false)),
       name = CASE WHEN s.version = 1 THEN coalesce(s.name, f.name) ELSE s.name END,
       name_ar = CASE WHEN s.version = 1 THEN coalesce(s.name_ar, f.name_ar) ELSE s.name_ar END,
       instrument_min = CASE WHEN s.version = 1 THEN coalesce(s.instrument_min, f.instrument_min)
                             ELSE s.instrument_min END,
       instrument_max = CASE WHEN s.version = 1 THEN coalesce(s.instrument_max, f.instrument_max)
                             ELSE s.instrument_max END,
       gap_max_us = CASE WHEN s.version = 1 THEN coalesce(s.gap_max_us, f.gap_max_us)
                         ELSE s.gap_max_us END,
       version = s.version + 1, updated_at = :now
  FROM (SELECT u.tenant_id, u.no, a.id AS asset_id, m.unit, m.is_state, m.name, m.name_ar,
               m.instrument_min, m.instrument_max, (m.gap_max_s * 1000000)::int8 AS gap_max_us
          FROM series u
          JOIN assets a ON a.tenant_id = :tenant AND a.code = u.asset_code
          LEFT JOIN asset_class_metrics m
            ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = u.metric
         WHERE u.tenant_id = :tenant AND u.asset_id IS NULL AND u.asset_code IS NOT NULL) AS f
 WHERE s.tenant_id = :tenant AND f.tenant_id = s.tenant_id AND s.no = f.no;
