-- The record of series: chunks, what was replaced in them, newest samples.

-- STORE_LOCK -> (is_locked bool)
-- Whoever changes the tenant's record does so alone, until the end of its transaction.
SELECT pg_advisory_xact_lock(hashtext('historian.store'), hashtext((:tenant)::text)) IS NOT NULL
       AS is_locked;

-- STORE_LOAD (series_no i32s) -> store_start
-- How each series is kept, and its growing chunk (payload not given: there is none). One look-up a
-- series, whatever the planner thinks of tables that have just begun to grow.
SELECT n.no AS series_no, s.is_state, s.gap_max_us, s.exception_deviation, s.exception_max_us,
       s.compression_deviation, s.compression_max_us, o.time_first, o.payload
  FROM unnest(:series_no) AS n (no)
  LEFT JOIN LATERAL (SELECT x.is_state, x.gap_max_us, x.exception_deviation, x.exception_max_us,
                            x.compression_deviation, x.compression_max_us
                       FROM series x
                      WHERE x.tenant_id = :tenant AND x.no = n.no
                      LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT x.time_first, x.payload
                       FROM series_open x
                      WHERE x.tenant_id = :tenant AND x.series_no = n.no
                      LIMIT 1) o ON true;

-- STORE_SEALED_LAST (series_no i32s) -> (series_no i32, time_last time)
-- Where the sealed chunks of each series end; no row: there is none.
SELECT n.no AS series_no, c.time_last
  FROM unnest(:series_no) AS n (no)
 CROSS JOIN LATERAL (SELECT x.time_last
                       FROM series_chunks x
                      WHERE x.tenant_id = :tenant AND x.series_no = n.no
                      ORDER BY x.time_first DESC
                      LIMIT 1) c;

-- STORE_SEALED_FROM (series_no i32, from time, limit i64) -> store_chunk
-- Sealed chunks from the one on that `from` belongs to: the last that begins at or before it, else
-- the first of all.
SELECT series_no, time_first, time_last, known_last, samples, good, value_min, value_max,
       value_sum, value_first, value_last, quality_last, summary, payload
  FROM series_chunks
 WHERE tenant_id = :tenant AND series_no = :series_no
   AND time_first >= coalesce((SELECT max(c.time_first)
                                 FROM series_chunks c
                                WHERE c.tenant_id = :tenant AND c.series_no = :series_no
                                  AND c.time_first <= :from), '-infinity')
 ORDER BY time_first
 LIMIT :limit;

-- STORE_SEALED_ADD (series_no i32s, time_first times, time_last times, known_last times,
--     samples i32s, good i32s, value_min f64s, value_max f64s, value_sum f64s, value_first f64s,
--     value_last f64s, quality_last i64s, summary blobs, payload blobs) -> nothing
INSERT INTO series_chunks (tenant_id, series_no, time_first, time_last, known_last, samples, good,
                           value_min, value_max, value_sum, value_first, value_last, quality_last,
                           summary, payload)
SELECT :tenant, u.series_no, u.time_first, u.time_last, u.known_last, u.samples, u.good,
       u.value_min, u.value_max, u.value_sum, u.value_first, u.value_last, u.quality_last,
       u.summary, u.payload
  FROM unnest(:series_no, :time_first, :time_last, :known_last, :samples, :good, :value_min,
              :value_max, :value_sum, :value_first, :value_last, :quality_last, :summary,
              :payload)
       AS u (series_no, time_first, time_last, known_last, samples, good, value_min, value_max,
             value_sum, value_first, value_last, quality_last, summary, payload);

-- STORE_SEALED_DROP (series_no i32, time_first times) -> nothing
DELETE FROM series_chunks
 WHERE tenant_id = :tenant AND series_no = :series_no AND time_first = ANY (:time_first);

-- STORE_OPEN_PUT (series_no i32s, time_first times, time_last times, known_last times,
--     samples i32s, good i32s, value_min f64s, value_max f64s, value_sum f64s, value_first f64s,
--     value_last f64s, quality_last i64s, summary blobs, payload blobs) -> nothing
INSERT INTO series_open (tenant_id, series_no, time_first, time_last, known_last, samples, good,
                         value_min, value_max, value_sum, value_first, value_last, quality_last,
                         summary, payload)
SELECT :tenant, u.series_no, u.time_first, u.time_last, u.known_last, u.samples, u.good,
       u.value_min, u.value_max, u.value_sum, u.value_first, u.value_last, u.quality_last,
       u.summary, u.payload
  FROM unnest(:series_no, :time_first, :time_last, :known_last, :samples, :good, :value_min,
              :value_max, :value_sum, :value_first, :value_last, :quality_last, :summary,
              :payload)
       AS u (series_no, time_first, time_last, known_last, samples, good, value_min, value_max,
             value_sum, value_first, value_last, quality_last, summary, payload)
ON CONFLICT (tenant_id, series_no) DO UPDATE
   SET time_first = excluded.time_first, time_last = excluded.time_last,
       known_last = excluded.known_last, samples = excluded.samples, good = excluded.good,
       value_min = excluded.value_min, value_max = excluded.value_max,
       value_sum = excluded.value_sum, value_first = excluded.value_first,
       value_last = excluded.value_last, quality_last = excluded.quality_last,
       summary = excluded.summary, payload = excluded.payload;

-- STORE_OPEN_DROP (series_no i32s) -> nothing
DELETE FROM series_open WHERE tenant_id = :tenant AND series_no = ANY (:series_no);

-- STORE_LAST_PUT (series_no i32s, time times, value f64s, quality i64s, known_at times) -> nothing
INSERT INTO series_last (tenant_id, series_no, time, value, quality, known_at)
SELECT :tenant, u.series_no, u.time, u.value, u.quality, u.known_at
  FROM unnest(:series_no, :time, :value, :quality, :known_at)
       AS u (series_no, time, value, quality, known_at)
ON CONFLICT (tenant_id, series_no) DO UPDATE
   SET time = excluded.time, value = excluded.value, quality = excluded.quality,
       known_at = excluded.known_at
 WHERE series_last.time < excluded.time
    OR (series_last.time = excluded.time
        AND (series_last.value, series_last.quality)
            IS DISTINCT FROM (excluded.value, excluded.quality));

-- STORE_LAST_DROP (series_no i32) -> nothing
DELETE FROM series_last WHERE tenant_id = :tenant AND series_no = :series_no;

-- STORE_NEWEST (series_no i32) -> (time_first time, payload bytes)
-- The chunk that holds the newest sample; time_first is not given of the growing one. No row: there
-- is no sample.
(SELECT NULL::timestamptz AS time_first, o.payload
   FROM series_open o
  WHERE o.tenant_id = :tenant AND o.series_no = :series_no)
 UNION ALL
(SELECT c.time_first, c.payload
   FROM series_chunks c
  WHERE c.tenant_id = :tenant AND c.series_no = :series_no
  ORDER BY c.time_first DESC
  LIMIT 1)
 ORDER BY time_first NULLS FIRST
 LIMIT 1;

-- STORE_HISTORY_ADD (id uuids, series_no i32s, superseded_at times, time_first times,
--     time_last times, samples i32s, reason texts, payload blobs) -> nothing
INSERT INTO series_history (tenant_id, id, series_no, superseded_at, time_first, time_last,
                            samples, reason, payload)
SELECT :tenant, u.id, u.series_no, u.superseded_at, u.time_first, u.time_last, u.samples,
       u.reason, u.payload
  FROM unnest(:id, :series_no, :superseded_at, :time_first, :time_last, :samples, :reason,
              :payload)
       AS u (id, series_no, superseded_at, time_first, time_last, samples, reason, payload);
