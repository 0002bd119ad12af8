-- What could not be decoded any more.

-- BROKEN_BATCH (id uuid, seq i64, reason text, now time) -> nothing
WITH gone AS (
    DELETE FROM series_batches
     WHERE tenant_id = :tenant AND seq = :seq
    RETURNING seq, time_min, time_max, received_at, samples, payload)
INSERT INTO series_broken (tenant_id, id, what, seq, time_first, time_last, known_last, samples,
                           reason, payload, set_aside_at)
SELECT :tenant, :id, 'batch', seq, time_min, time_max, received_at, samples, :reason, payload, :now
  FROM gone;

-- BROKEN_CHUNK (id uuid, series_no i32, time_first time, reason text, now time) -> nothing
WITH gone AS (
    DELETE FROM series_chunks
     WHERE tenant_id = :tenant AND series_no = :series_no AND time_first = :time_first
    RETURNING series_no, time_first, time_last, known_last, samples, payload)
INSERT INTO series_broken (tenant_id, id, what, series_no, time_first, time_last, known_last,
                           samples, reason, payload, set_aside_at)
SELECT :tenant, :id, 'chunk', series_no, time_first, time_last, known_last, samples, :reason,
       payload, :now
  FROM gone;

-- BROKEN_OPEN (id uuid, series_no i32, reason text, now time) -> nothing
WITH gone AS (
    DELETE FROM series_open
     WHERE tenant_id = :tenant AND series_no = :series_no
    RETURNING series_no, time_first, time_last, known_last, samples, payload)
INSERT INTO series_broken (tenant_id, id, what, series_no, time_first, time_last, known_last,
                           samples, reason, payload, set_aside_at)
SELECT :tenant, :id, 'open', series_no, time_first, time_last, known_last, samples, :reason,
       payload, :now
  FROM gone;

-- PLATFORM BROKEN_WAITING -> (batches i64)
-- What waits to be folded, of all tenants.
SELECT count(*) AS batches
  FROM tenants n
  JOIN series_batches b ON b.tenant_id = n.id
 WHERE n.status = 'active';

-- PLATFORM BROKEN_COUNT -> (broken i64, oldest time)
-- What was set aside, and the oldest batch of all tenants that waits to be folded.
SELECT (SELECT count(*) FROM series_broken) AS broken,
       (SELECT min(b.received_at)
          FROM tenants n
         CROSS JOIN LATERAL (SELECT x.received_at
                               FROM series_batches x
                              WHERE x.tenant_id = n.id
                              ORDER BY x.seq
                              LIMIT 1) b
         WHERE n.status = 'active') AS oldest;
