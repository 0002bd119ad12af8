-- From batches to chunks.

-- FOLD_WAITING -> (oldest time, samples i64, bytes i64, batches i64)
SELECT min(received_at) AS oldest, coalesce(sum(samples), 0)::bigint AS samples,
       coalesce(sum(octet_length(payload)), 0)::bigint AS bytes, count(*) AS batches
  FROM series_batches
 WHERE tenant_id = :tenant;

-- FOLD_WAITS_FOR (series_no i32) -> (waits bool)
-- Whether a batch may hold samples of the series.
SELECT EXISTS (SELECT FROM series_batches
                WHERE tenant_id = :tenant
                  AND :series_no BETWEEN series_min AND series_max) AS waits;

-- FOLD_LIST (limit i64) -> (seq i64, samples i64, bytes i64)
SELECT seq, samples, octet_length(payload) AS bytes
  FROM series_batches
 WHERE tenant_id = :tenant
 ORDER BY seq
 LIMIT :limit;

-- FOLD_TAKE (seqs i64s) -> (seq i64, received_at time, payload bytes)
-- Those that were listed, and none that has come in between them since.
SELECT seq, received_at, payload
  FROM series_batches
 WHERE tenant_id = :tenant AND seq = ANY (:seqs)
 ORDER BY seq;

-- FOLD_TAKEN (seqs i64s) -> nothing
DELETE FROM series_batches WHERE tenant_id = :tenant AND seq = ANY (:seqs);

-- FOLD_SERIES -> (no_max i64)
SELECT coalesce(max(no), 0)::bigint AS no_max FROM series WHERE tenant_id = :tenant;
