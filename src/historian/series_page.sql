-- Pages of signals.

-- SERIES_SPACE (no i64, since time) -> series_space
-- What is stored of a series, and what came since a moment. Fresh batches are not counted: they hold
-- many series each.
SELECT coalesce(sum(p.samples), 0)::int8 AS samples, count(*) AS chunks,
       coalesce(sum(p.bytes), 0)::int8 AS bytes, min(p.time_first) AS time_first,
       max(p.time_last) AS time_last,
       coalesce(sum(p.samples) FILTER (WHERE p.time_first >= :since), 0)::int8 AS samples_since,
       coalesce(sum(p.bytes) FILTER (WHERE p.time_first >= :since), 0)::int8 AS bytes_since,
       min(p.time_first) FILTER (WHERE p.time_first >= :since) AS first_since
  FROM (SELECT c.tenant_id, c.samples, c.time_first, c.time_last,
               octet_length(c.payload) + coalesce(octet_length(c.summary), 0) AS bytes
          FROM series_chunks c
         WHERE c.tenant_id = :tenant AND c.series_no = :no
        UNION ALL
        SELECT o.tenant_id, o.samples, o.time_first, o.time_last,
               octet_length(o.payload) + coalesce(octet_length(o.summary), 0) AS bytes
          FROM series_open o
         WHERE o.tenant_id = :tenant AND o.series_no = :no) AS p
 WHERE p.tenant_id = :tenant;

-- SERIES_INPUTS (no i64) -> series_relative
-- What a calculated series reads.
SELECT s.id, s.key, s.metric, s.name, s.name_ar
  FROM series_inputs i
  JOIN series s ON s.tenant_id = :tenant AND s.no = i.input_no
 WHERE i.tenant_id = :tenant AND i.series_no = :no
 ORDER BY s.key
 LIMIT 100;

-- SERIES_READERS (no i64) -> series_relative
-- Calculated series that read it.
SELECT s.id, s.key, s.metric, s.name, s.name_ar
  FROM series_inputs i
  JOIN series s ON s.tenant_id = :tenant AND s.no = i.series_no
 WHERE i.tenant_id = :tenant AND i.input_no = :no
 ORDER BY s.key
 LIMIT 100;
