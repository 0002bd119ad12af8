-- What has had its time.

-- RETAIN_SERIES (after i64, tenant_days i64, limit i64) -> (no i64, days i64)
-- Series in the order of their numbers; days 0: kept for ever.
SELECT no, coalesce(retention_days, :tenant_days) AS days
  FROM series
 WHERE tenant_id = :tenant AND no > :after
 ORDER BY no
 LIMIT :limit;

-- RETAIN_CHUNKS (nos i32s, cutoffs times, limit i64) -> (chunks i64, samples i64)
-- Deletes chunks that are older as a whole. The record is locked, so a row stays where it is.
WITH gone AS (
    DELETE FROM series_chunks
     WHERE tenant_id = :tenant
       AND ctid = ANY (ARRAY(
           SELECT c.place
             FROM unnest(:nos, :cutoffs) AS u (no, cutoff)
            CROSS JOIN LATERAL (SELECT x.ctid AS place
                                  FROM series_chunks x
                                 WHERE x.tenant_id = :tenant AND x.series_no = u.no
                                   AND x.time_first < u.cutoff AND x.time_last < u.cutoff
                                 LIMIT :limit) c
            LIMIT :limit))
    RETURNING samples)
SELECT count(*) AS chunks, coalesce(sum(samples), 0)::bigint AS samples FROM gone;

-- RETAIN_HISTORY (nos i32s, cutoffs times, limit i64) -> (rows i64, samples i64)
WITH gone AS (
    DELETE FROM series_history
     WHERE tenant_id = :tenant
       AND ctid = ANY (ARRAY(
           SELECT c.place
             FROM unnest(:nos, :cutoffs) AS u (no, cutoff)
            CROSS JOIN LATERAL (SELECT x.ctid AS place
                                  FROM series_history x
                                 WHERE x.tenant_id = :tenant AND x.series_no = u.no
                                   AND x.time_first < u.cutoff AND x.time_last < u.cutoff
                                 LIMIT :limit) c
            LIMIT :limit))
    RETURNING samples)
SELECT count(*) AS rows, coalesce(sum(samples), 0)::bigint AS samples FROM gone;

-- RETAIN_BORDER (nos i32s, cutoffs times, limit i64) -> (no i64, cutoff time)
-- Series with older samples in a chunk that also holds younger ones, or that still grows.
SELECT u.no, u.cutoff
  FROM unnest(:nos, :cutoffs) AS u (no, cutoff)
 WHERE EXISTS (SELECT FROM series_chunks c
                WHERE c.tenant_id = :tenant AND c.series_no = u.no AND c.time_first < u.cutoff)
    OR EXISTS (SELECT FROM series_open o
                WHERE o.tenant_id = :tenant AND o.series_no = u.no AND o.time_first < u.cutoff)
 ORDER BY u.no
 LIMIT :limit;

-- RETAIN_BORDER_HISTORY (nos i32s, cutoffs times, limit i64)
--     -> (id uuid, cutoff time, payload bytes)
SELECT h.id, u.cutoff, h.payload
  FROM unnest(:nos, :cutoffs) AS u (no, cutoff)
 CROSS JOIN LATERAL (SELECT x.id, x.payload
                       FROM series_history x
                      WHERE x.tenant_id = :tenant AND x.series_no = u.no
                        AND x.time_first < u.cutoff AND x.time_last >= u.cutoff
                      LIMIT :limit) h
 LIMIT :limit;

-- RETAIN_SKIP_HISTORY (id uuid, time_first time) -> nothing
UPDATE series_history SET time_first = :time_first WHERE tenant_id = :tenant AND id = :id;

-- RETAIN_CUT_HISTORY (id uuid, time_first time, samples i64, payload bytes) -> nothing
UPDATE series_history
   SET time_first = :time_first, samples = :samples, payload = :payload
 WHERE tenant_id = :tenant AND id = :id;

-- RETAIN_LAST (nos i32s, cutoffs times) -> nothing
-- Newest samples of series of which nothing is left.
DELETE FROM series_last
 WHERE tenant_id = :tenant
   AND ctid = ANY (ARRAY(
       SELECT c.place
         FROM unnest(:nos, :cutoffs) AS u (no, cutoff)
        CROSS JOIN LATERAL (SELECT x.ctid AS place
                              FROM series_last x
                             WHERE x.tenant_id = :tenant AND x.series_no = u.no
                               AND x.time < u.cutoff
                             LIMIT 1) c));

-- RETAIN_BROKEN (nos i32s, cutoffs times) -> nothing
-- Chunks that were set aside.
DELETE FROM series_broken b
 WHERE b.tenant_id = :tenant
   AND EXISTS (SELECT FROM unnest(:nos, :cutoffs) AS u (no, cutoff)
                WHERE u.no = b.series_no AND b.time_last < u.cutoff);

-- RETAIN_BROKEN_BATCHES (oldest time) -> nothing
DELETE FROM series_broken WHERE tenant_id = :tenant AND what = 'batch' AND time_last < :oldest;
