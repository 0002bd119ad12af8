-- What answers are made of. One statement gives everything that is known of a set of series in a
-- span: their definitions, chunks, growing chunks and batches not folded yet. So all of it is one
-- snapshot. It comes in three forms: what stands now, the same of one series, and what was known at
-- an earlier moment. Most of the time of a short answer goes into starting the plan, and each part
-- and column of it counts, so the one that charts and machines ask for all day has no more of them
-- than it needs.

-- HIST_LOAD (nos i32s, ids uuids, first time, last time, before bool, after bool, exact bool,
--            cells i32s, chunks i64, have i64s, fresh_bytes i64) -> hist_row
-- The span is [first, last); `before` and `after` ask for the neighbours on either side too. Chunks
-- do not overlap, so the one that begins last before the span is the only one that may reach into
-- it. Where that begins is a subquery with nothing around it: coalesce() outside of it might leak,
-- as row security sees it, so that the index could not be entered there and a read of the last hour
-- went through all chunks before it. `chunks` is the most of them per series. A payload is left out
-- where the other columns will do: of a neighbour (unless `exact`), of a chunk whose summary's
-- second byte is among `cells` (its cells will do: summary_bytes_in), of a batch that the caller
-- has, and of batches behind the first `fresh_bytes` bytes of them.
WITH n AS MATERIALIZED (
    SELECT s.no, s.id, s.key, s.unit, s.is_state, s.gap_max_us
      FROM series s
     WHERE s.tenant_id = :tenant AND (s.no = ANY (:nos) OR s.id = ANY (:ids))
)
SELECT 1 AS kind, n.no AS series_no, NULL::bigint AS seq, NULL::timestamptz AS time_first,
       NULL::timestamptz AS time_last, NULL::timestamptz AS known_at, NULL::integer AS samples,
       NULL::integer AS good, NULL::float8 AS value_first, NULL::float8 AS value_last,
       NULL::bigint AS quality_last, NULL::xid AS wrote, NULL::tid AS place,
       NULL::bytea AS summary, NULL::bytea AS payload, n.id, n.key, n.unit, n.is_state, n.gap_max_us
  FROM n
UNION ALL
SELECT 2, n.no, NULL, c.time_first, c.time_last, c.known_last, c.samples, c.good,
       c.value_first, c.value_last, c.quality_last, c.wrote, c.place, c.summary, c.payload, NULL,
       NULL, NULL, NULL, NULL
  FROM n
 CROSS JOIN LATERAL (
       SELECT x.time_first, x.time_last, x.known_last, x.samples, x.good, x.value_first,
              x.value_last, x.quality_last, x.xmin AS wrote, x.ctid AS place,
              CASE WHEN get_byte(x.summary, 1) = ANY (:cells) AND x.time_last >= :first
                   THEN x.summary END AS summary,
              CASE WHEN :exact OR (x.time_last >= :first AND
                                   (get_byte(x.summary, 1) = ANY (:cells)) IS NOT TRUE)
                   THEN x.payload END AS payload
         FROM series_chunks x
        WHERE x.tenant_id = :tenant AND x.series_no = n.no
          AND x.time_first >= (SELECT coalesce(max(y.time_first), '-infinity')
                                 FROM series_chunks y
                                WHERE y.tenant_id = :tenant AND y.series_no = n.no
                                  AND y.time_first < :first)
          AND x.time_first < :last
          AND (:before OR x.time_last >= :first)
        ORDER BY x.time_first
        LIMIT :chunks) c
UNION ALL
SELECT 3, n.no, NULL, c.time_first, c.time_last, c.known_last, c.samples, c.good,
       c.value_first, c.value_last, c.quality_last, NULL, NULL, NULL, c.payload, NULL, NULL, NULL,
       NULL, NULL
  FROM n
 CROSS JOIN LATERAL (
       SELECT x.time_first, x.time_last, x.known_last, x.samples, x.good, x.value_first,
              x.value_last, x.quality_last,
              CASE WHEN :exact OR x.good < x.samples THEN x.payload END AS payload
         FROM series_chunks x
        WHERE :after AND x.tenant_id = :tenant AND x.series_no = n.no AND x.time_first >= :last
        ORDER BY x.time_first
        LIMIT 1) c
UNION ALL
SELECT 4, n.no, NULL, o.time_first, o.time_last, o.known_last, o.samples, o.good,
       o.value_first, o.value_last, o.quality_last, o.wrote, o.place, o.summary, o.payload, NULL,
       NULL, NULL, NULL, NULL
  FROM n
 CROSS JOIN LATERAL (
       SELECT x.time_first, x.time_last, x.known_last, x.samples, x.good, x.value_first,
              x.value_last, x.quality_last, x.xmin AS wrote, x.ctid AS place,
              CASE WHEN get_byte(x.summary, 1) = ANY (:cells) AND x.time_last >= :first
                        AND x.time_first < :last
                   THEN x.summary END AS summary,
              CASE WHEN :exact OR (x.time_last >= :first AND x.time_first >= :last AND
                                   x.good < x.samples)
                        OR (x.time_last >= :first AND x.time_first < :last AND
                            (get_byte(x.summary, 1) = ANY (:cells)) IS NOT TRUE)
                   THEN x.payload END AS payload
         FROM series_open x
        WHERE x.tenant_id = :tenant AND x.series_no = n.no
          AND (:before OR x.time_last >= :first) AND (:after OR x.time_first < :last)
        LIMIT 1) o
UNION ALL
SELECT 5, NULL, b.seq, b.time_min, b.time_max, b.received_at, b.samples, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL,
       CASE WHEN h.seq IS NULL AND
                 sum(CASE WHEN h.seq IS NULL THEN octet_length(b.payload) END)
                 OVER (ORDER BY b.seq) <= :fresh_bytes
            THEN b.payload END, NULL, NULL, NULL, NULL, NULL
  FROM series_batches b
  LEFT JOIN unnest(:have) AS h (seq) ON h.seq = b.seq
 WHERE b.tenant_id = :tenant
   AND b.series_min <= (SELECT max(n.no) FROM n) AND b.series_max >= (SELECT min(n.no) FROM n)
   AND (:before OR b.time_max >= :first) AND (:after OR b.time_min < :last);

-- HIST_LOAD_ONE (no i32, first time, last time, before bool, after bool, exact bool, cells i32s,
--                chunks i64, have i64s, fresh_bytes i64) -> hist_row
-- HIST_LOAD of one series by its number.
SELECT 1 AS kind, s.no AS series_no, NULL::bigint AS seq, NULL::timestamptz AS time_first,
       NULL::timestamptz AS time_last, NULL::timestamptz AS known_at, NULL::integer AS samples,
       NULL::integer AS good, NULL::float8 AS value_first, NULL::float8 AS value_last,
       NULL::bigint AS quality_last, NULL::xid AS wrote, NULL::tid AS place,
       NULL::bytea AS summary, NULL::bytea AS payload, s.id, s.key, s.unit, s.is_state, s.gap_max_us
  FROM series s
 WHERE s.tenant_id = :tenant AND s.no = :no
UNION ALL
(SELECT 2, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples,
        x.good, x.value_first, x.value_last, x.quality_last, x.xmin, x.ctid,
        CASE WHEN get_byte(x.summary, 1) = ANY (:cells) AND x.time_last >= :first
             THEN x.summary END,
        CASE WHEN :exact OR (x.time_last >= :first AND
                             (get_byte(x.summary, 1) = ANY (:cells)) IS NOT TRUE)
             THEN x.payload END, NULL, NULL, NULL, NULL, NULL
   FROM series_chunks x
  WHERE x.tenant_id = :tenant AND x.series_no = :no
    AND x.time_first >= (SELECT coalesce(max(y.time_first), '-infinity')
                           FROM series_chunks y
                          WHERE y.tenant_id = :tenant AND y.series_no = :no
                            AND y.time_first < :first)
    AND x.time_first < :last
    AND (:before OR x.time_last >= :first)
  ORDER BY x.time_first
  LIMIT :chunks)
UNION ALL
(SELECT 3, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples,
        x.good, x.value_first, x.value_last, x.quality_last, NULL, NULL, NULL,
        CASE WHEN :exact OR x.good < x.samples THEN x.payload END, NULL, NULL, NULL, NULL, NULL
   FROM series_chunks x
  WHERE :after AND x.tenant_id = :tenant AND x.series_no = :no AND x.time_first >= :last
  ORDER BY x.time_first
  LIMIT 1)
UNION ALL
SELECT 4, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples,
       x.good, x.value_first, x.value_last, x.quality_last, x.xmin, x.ctid,
       CASE WHEN get_byte(x.summary, 1) = ANY (:cells) AND x.time_last >= :first
                 AND x.time_first < :last
            THEN x.summary END,
       CASE WHEN :exact OR (x.time_last >= :first AND x.time_first >= :last AND
                            x.good < x.samples)
                 OR (x.time_last >= :first AND x.time_first < :last AND
                     (get_byte(x.summary, 1) = ANY (:cells)) IS NOT TRUE)
            THEN x.payload END, NULL, NULL, NULL, NULL, NULL
  FROM series_open x
 WHERE x.tenant_id = :tenant AND x.series_no = :no
   AND (:before OR x.time_last >= :first) AND (:after OR x.time_first < :last)
UNION ALL
SELECT 5, NULL, b.seq, b.time_min, b.time_max, b.received_at, b.samples, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL,
       CASE WHEN h.seq IS NULL AND
                 sum(CASE WHEN h.seq IS NULL THEN octet_length(b.payload) END)
                 OVER (ORDER BY b.seq) <= :fresh_bytes
            THEN b.payload END, NULL, NULL, NULL, NULL, NULL
  FROM series_batches b
  LEFT JOIN unnest(:have) AS h (seq) ON h.seq = b.seq
 WHERE b.tenant_id = :tenant AND b.series_min <= :no AND b.series_max >= :no
   AND (:before OR b.time_max >= :first) AND (:after OR b.time_min < :last);

-- HIST_SEEN (no i32, low time, chunks i64) -> hist_row
-- What tells whether the record of a series is still what was seen of it (seen.c): its definition,
-- the chunks from `low` on, the growing one and the batches, by what names their states, without
-- any bytes. All that a question about chunks seen before needs.
SELECT 1 AS kind, s.no AS series_no, NULL::bigint AS seq, NULL::timestamptz AS time_first,
       NULL::timestamptz AS time_last, NULL::timestamptz AS known_at, NULL::integer AS samples,
       NULL::integer AS good, NULL::float8 AS value_first, NULL::float8 AS value_last,
       NULL::bigint AS quality_last, NULL::xid AS wrote, NULL::tid AS place, s.id, s.key, s.unit,
       s.is_state, s.gap_max_us
  FROM series s
 WHERE s.tenant_id = :tenant AND s.no = :no
UNION ALL
(SELECT 2, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples, x.good,
        x.value_first, x.value_last, x.quality_last, x.xmin, x.ctid, NULL, NULL, NULL, NULL, NULL
   FROM series_chunks x
  WHERE x.tenant_id = :tenant AND x.series_no = :no AND x.time_first >= :low
  ORDER BY x.time_first
  LIMIT :chunks)
UNION ALL
SELECT 4, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples, x.good,
       x.value_first, x.value_last, x.quality_last, x.xmin, x.ctid, NULL, NULL, NULL, NULL, NULL
  FROM series_open x
 WHERE x.tenant_id = :tenant AND x.series_no = :no
UNION ALL
SELECT 5, NULL, b.seq, b.time_min, b.time_max, b.received_at, b.samples, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM series_batches b
 WHERE b.tenant_id = :tenant AND b.series_min <= :no AND b.series_max >= :no;

-- HIST_SEEN_SOME (nos i32s, firsts i32s, lasts i32s, no_min i32, no_max i32, low time, high time,
--                 chunks i64) -> hist_row
-- The same of several series, over the same stretch of time, looked up by one step each whatever
-- the planner thinks of tables that have just begun to grow: their chunks that begin from `low` to `high`; of `firsts`, which had none before, also those
-- before it, of `lasts` those behind it. As many rows of chunks as `chunks` may not be all of them.
SELECT 1 AS kind, s.no AS series_no, NULL::bigint AS seq, NULL::timestamptz AS time_first,
       NULL::timestamptz AS time_last, NULL::timestamptz AS known_at, NULL::integer AS samples,
       NULL::integer AS good, NULL::float8 AS value_first, NULL::float8 AS value_last,
       NULL::bigint AS quality_last, NULL::xid AS wrote, NULL::tid AS place, s.id, s.key, s.unit,
       s.is_state, s.gap_max_us
  FROM unnest(:nos) AS n (no)
 CROSS JOIN LATERAL (SELECT y.no, y.id, y.key, y.unit, y.is_state, y.gap_max_us
                       FROM series y
                      WHERE y.tenant_id = :tenant AND y.no = n.no
                      LIMIT 1) s
UNION ALL
(SELECT 2, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples, x.good,
       x.value_first, x.value_last, x.quality_last, x.wrote, x.place, NULL, NULL, NULL, NULL, NULL
  FROM unnest(:nos) AS n (no)
 CROSS JOIN LATERAL (SELECT y.series_no, y.time_first, y.time_last, y.known_last, y.samples, y.good,
                            y.value_first, y.value_last, y.quality_last, y.xmin AS wrote,
                            y.ctid AS place
                       FROM series_chunks y
                      WHERE y.tenant_id = :tenant AND y.series_no = n.no
                        AND y.time_first >= :low AND y.time_first <= :high
                      ORDER BY y.time_first
                      LIMIT :chunks) x
 LIMIT :chunks)
UNION ALL
(SELECT 2, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples, x.good,
       x.value_first, x.value_last, x.quality_last, x.wrote, x.place, NULL, NULL, NULL, NULL, NULL
  FROM unnest(:firsts) AS n (no)
 CROSS JOIN LATERAL (SELECT y.series_no, y.time_first, y.time_last, y.known_last, y.samples, y.good,
                            y.value_first, y.value_last, y.quality_last, y.xmin AS wrote,
                            y.ctid AS place
                       FROM series_chunks y
                      WHERE y.tenant_id = :tenant AND y.series_no = n.no
                        AND y.time_first < :low
                      ORDER BY y.time_first
                      LIMIT :chunks) x
 LIMIT :chunks)
UNION ALL
(SELECT 2, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples, x.good,
       x.value_first, x.value_last, x.quality_last, x.wrote, x.place, NULL, NULL, NULL, NULL, NULL
  FROM unnest(:lasts) AS n (no)
 CROSS JOIN LATERAL (SELECT y.series_no, y.time_first, y.time_last, y.known_last, y.samples, y.good,
                            y.value_first, y.value_last, y.quality_last, y.xmin AS wrote,
                            y.ctid AS place
                       FROM series_chunks y
                      WHERE y.tenant_id = :tenant AND y.series_no = n.no
                        AND y.time_first > :high
                      ORDER BY y.time_first
                      LIMIT :chunks) x
 LIMIT :chunks)
UNION ALL
SELECT 4, x.series_no, NULL, x.time_first, x.time_last, x.known_last, x.samples, x.good,
       x.value_first, x.value_last, x.quality_last, x.wrote, x.place, NULL, NULL, NULL, NULL, NULL
  FROM unnest(:nos) AS n (no)
 CROSS JOIN LATERAL (SELECT y.series_no, y.time_first, y.time_last, y.known_last, y.samples, y.good,
                            y.value_first, y.value_last, y.quality_last, y.xmin AS wrote,
                            y.ctid AS place
                       FROM series_open y
                      WHERE y.tenant_id = :tenant AND y.series_no = n.no
                      LIMIT 1) x
UNION ALL
SELECT 5, NULL, b.seq, b.time_min, b.time_max, b.received_at, b.samples, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM series_batches b
 WHERE b.tenant_id = :tenant AND b.series_min <= :no_max AND b.series_max >= :no_min;

-- HIST_LOAD_KNOWN (nos i32s, ids uuids, first time, last time, known time, chunks i64, have i64s,
--                  fresh_bytes i64) -> hist_row
-- What an answer as known at `known` is made of: all payloads, no neighbours, and of kind 6 what
-- was replaced since. What was replaced up to an hour before `known` is here too: the sample that
-- replaced it may count as known a little later (the classes of quant/chunk.h), and until then the
-- old one stands.
WITH n AS MATERIALIZED (
    SELECT s.no, s.id, s.key, s.unit, s.is_state, s.gap_max_us
      FROM series s
     WHERE s.tenant_id = :tenant AND (s.no = ANY (:nos) OR s.id = ANY (:ids))
)
SELECT 1 AS kind, n.no AS series_no, NULL::bigint AS seq, NULL::timestamptz AS time_first,
       NULL::timestamptz AS time_last, NULL::timestamptz AS known_at, NULL::integer AS samples,
       NULL::bytea AS payload, NULL::boolean AS is_deletion, n.id, n.key, n.unit, n.is_state,
       n.gap_max_us
  FROM n
UNION ALL
SELECT 2, n.no, NULL, c.time_first, c.time_last, c.known_last, c.samples, c.payload, NULL, NULL,
       NULL, NULL, NULL, NULL
  FROM n
 CROSS JOIN LATERAL (
       SELECT x.time_first, x.time_last, x.known_last, x.samples, x.payload
         FROM series_chunks x
        WHERE x.tenant_id = :tenant AND x.series_no = n.no
          AND x.time_first >= (SELECT coalesce(max(y.time_first), '-infinity')
                                 FROM series_chunks y
                                WHERE y.tenant_id = :tenant AND y.series_no = n.no
                                  AND y.time_first < :first)
          AND x.time_first < :last AND x.time_last >= :first
        ORDER BY x.time_first
        LIMIT :chunks) c
UNION ALL
SELECT 4, n.no, NULL, o.time_first, o.time_last, o.known_last, o.samples, o.payload, NULL, NULL,
       NULL, NULL, NULL, NULL
  FROM n
 CROSS JOIN LATERAL (
       SELECT x.time_first, x.time_last, x.known_last, x.samples, x.payload
         FROM series_open x
        WHERE x.tenant_id = :tenant AND x.series_no = n.no
          AND x.time_last >= :first AND x.time_first < :last
        LIMIT 1) o
UNION ALL
SELECT 5, NULL, b.seq, b.time_min, b.time_max, b.received_at, b.samples,
       CASE WHEN h.seq IS NULL AND
                 sum(CASE WHEN h.seq IS NULL THEN octet_length(b.payload) END)
                 OVER (ORDER BY b.seq) <= :fresh_bytes
            THEN b.payload END, NULL, NULL, NULL, NULL, NULL, NULL
  FROM series_batches b
  LEFT JOIN unnest(:have) AS h (seq) ON h.seq = b.seq
 WHERE b.tenant_id = :tenant
   AND b.series_min <= (SELECT max(n.no) FROM n) AND b.series_max >= (SELECT min(n.no) FROM n)
   AND b.time_max >= :first AND b.time_min < :last AND b.received_at <= :known
UNION ALL
SELECT 6, n.no, NULL, h.time_first, h.time_last, h.superseded_at, h.samples, h.payload,
       h.is_deletion, NULL, NULL, NULL, NULL, NULL
  FROM n
 CROSS JOIN LATERAL (
       SELECT x.time_first, x.time_last, x.superseded_at, x.samples, x.payload,
              x.reason = 'deletion' AS is_deletion
         FROM series_history x
        WHERE x.tenant_id = :tenant AND x.series_no = n.no
          AND x.superseded_at > :known - interval '1 hour'
          AND x.time_first < :last AND x.time_last >= :first
        ORDER BY x.superseded_at) h;

-- HIST_LAST (nos i32s, have i64s, fresh_bytes i64) -> hist_last_row
-- Newest samples of a few series, and the batches that may hold newer ones: the newest of them with
-- their bytes, as far as `fresh_bytes` reach.
SELECT n.no AS series_no, NULL::bigint AS seq, l.time, l.value, l.quality, l.known_at,
       NULL::bytea AS payload
  FROM unnest(:nos) AS n (no)
 CROSS JOIN LATERAL (SELECT x.time, x.value, x.quality, x.known_at
                       FROM series_last x
                      WHERE x.tenant_id = :tenant AND x.series_no = n.no
                      LIMIT 1) l
UNION ALL
SELECT NULL, b.seq, b.time_max, NULL, NULL, b.received_at,
       CASE WHEN h.seq IS NULL AND sum(CASE WHEN h.seq IS NULL THEN octet_length(b.payload) END)
                                   OVER (ORDER BY b.time_max DESC, b.seq DESC) <= :fresh_bytes
            THEN b.payload END
  FROM series_batches b
  LEFT JOIN unnest(:have) AS h (seq) ON h.seq = b.seq
 WHERE b.tenant_id = :tenant
   AND b.series_min <= (SELECT max(m.no) FROM unnest(:nos) AS m (no))
   AND b.series_max >= (SELECT min(m.no) FROM unnest(:nos) AS m (no));

-- HIST_LAST_BETWEEN (no_min i32, no_max i32, have i64s, fresh_bytes i64) -> hist_last_row
-- The same for series whose numbers lie close together.
SELECT l.series_no, NULL::bigint AS seq, l.time, l.value, l.quality, l.known_at,
       NULL::bytea AS payload
  FROM series_last l
 WHERE l.tenant_id = :tenant AND l.series_no BETWEEN :no_min AND :no_max
UNION ALL
SELECT NULL, b.seq, b.time_max, NULL, NULL, b.received_at,
       CASE WHEN h.seq IS NULL AND sum(CASE WHEN h.seq IS NULL THEN octet_length(b.payload) END)
                                   OVER (ORDER BY b.time_max DESC, b.seq DESC) <= :fresh_bytes
            THEN b.payload END
  FROM series_batches b
  LEFT JOIN unnest(:have) AS h (seq) ON h.seq = b.seq
 WHERE b.tenant_id = :tenant AND b.series_min <= :no_max AND b.series_max >= :no_min;

-- HIST_ZONES (ids uuids) -> (time_zone text)
-- The zones of the sites of these series; a site without one has the tenant's.
SELECT DISTINCT i.time_zone
  FROM series e
  JOIN assets a ON a.tenant_id = :tenant AND a.id = e.asset_id
  JOIN sites i ON i.tenant_id = :tenant AND i.id = a.site_id
 WHERE e.tenant_id = :tenant AND e.id = ANY (:ids)
 LIMIT 2;

-- HIST_NAMED (ids uuids) -> hist_name
SELECT no, id, key, unit
  FROM series
 WHERE tenant_id = :tenant AND id = ANY (:ids);

-- HIST_NAMES (asset_id uuid?, q text?, metric text?, kind text?, after_key text?, limit i64)
--     -> hist_name
-- As SERIES_FIND, without all that a list of values has no use for.
SELECT no, id, key, unit
  FROM series
 WHERE tenant_id = :tenant
   AND (:asset_id IS NULL OR asset_id = :asset_id)
   AND (:q IS NULL OR strpos(search, search_fold(:q)) > 0)
   AND (:metric IS NULL OR metric = :metric)
   AND (:kind IS NULL OR kind = :kind)
   AND (:after_key IS NULL OR key > :after_key)
 ORDER BY key
 LIMIT :limit;
