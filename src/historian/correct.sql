-- What people change in the record.

-- CORRECTION_ADD (id uuid, series_no i64, kind text, time_from time, time_to time, value f64?,
--     quality i64?, reason text, created_by text, now time) -> nothing
INSERT INTO series_corrections (tenant_id, id, series_no, kind, time_from, time_to, value, quality,
                                reason, status, created_by, created_at)
VALUES (:tenant, :id, :series_no, :kind, :time_from, :time_to, :value, :quality, :reason,
        'waiting', :created_by, :now);

-- CORRECTION_FIND (series_id uuid, limit i64) -> correction
-- Newest first.
SELECT c.id, s.id AS series_id, c.kind, c.time_from, c.time_to, c.value, c.quality, c.reason,
       c.status, c.samples, c.done_to, c.error_code, c.error_facts, c.created_by, c.created_at,
       c.done_at
  FROM series s
  JOIN series_corrections c ON c.tenant_id = s.tenant_id AND c.series_no = s.no
 WHERE s.tenant_id = :tenant AND s.id = :series_id
 ORDER BY c.created_at DESC, c.id DESC
 LIMIT :limit;

-- CORRECTION_GET (id uuid) -> correction
SELECT c.id, s.id AS series_id, c.kind, c.time_from, c.time_to, c.value, c.quality, c.reason,
       c.status, c.samples, c.done_to, c.error_code, c.error_facts, c.created_by, c.created_at,
       c.done_at
  FROM series_corrections c
  JOIN series s ON s.tenant_id = c.tenant_id AND s.no = c.series_no
 WHERE c.tenant_id = :tenant AND c.id = :id;

-- CORRECTION_TAKE (id uuid) -> correction_work
-- For the slice that comes next.
SELECT c.id, c.series_no, c.kind, c.time_from, c.time_to, c.value, c.quality, c.status,
       c.done_to, c.samples
  FROM series_corrections c
 WHERE c.tenant_id = :tenant AND c.id = :id
   FOR UPDATE;

-- CORRECTION_STEP (id uuid, done_to time, samples i64) -> nothing
UPDATE series_corrections
   SET done_to = :done_to, samples = coalesce(samples, 0) + :samples
 WHERE tenant_id = :tenant AND id = :id;

-- CORRECTION_END (id uuid, status text, error_code text?, error_facts json?, now time) -> nothing
UPDATE series_corrections
   SET status = :status, error_code = :error_code, error_facts = :error_facts, done_at = :now,
       samples = coalesce(samples, 0)
 WHERE tenant_id = :tenant AND id = :id AND status = 'waiting';

-- CORRECTION_AGAIN (id uuid) -> nothing
-- Its job was given another set of tries.
UPDATE series_corrections
   SET status = 'waiting', error_code = NULL, error_facts = NULL, done_at = NULL
 WHERE tenant_id = :tenant AND id = :id AND status = 'failed';

-- CORRECTION_GOOD_BEFORE (series_no i64, before time) -> (time_first time, payload bytes)
-- The chunk with good samples that begins last before a moment.
(SELECT c.time_first, c.payload
   FROM series_chunks c
  WHERE c.tenant_id = :tenant AND c.series_no = :series_no AND c.time_first < :before AND c.good > 0
  ORDER BY c.time_first DESC
  LIMIT 1)
 UNION ALL
(SELECT o.time_first, o.payload
   FROM series_open o
  WHERE o.tenant_id = :tenant AND o.series_no = :series_no AND o.time_first < :before AND o.good > 0)
 ORDER BY time_first DESC
 LIMIT 1;

-- CORRECTION_GOOD_AFTER (series_no i64, from time) -> (time_last time, payload bytes)
-- The chunk with good samples that ends first at or after a moment.
(SELECT c.time_last, c.payload
   FROM series_chunks c
  WHERE c.tenant_id = :tenant AND c.series_no = :series_no AND c.good > 0
    AND c.time_first >= coalesce((SELECT max(x.time_first)
                                    FROM series_chunks x
                                   WHERE x.tenant_id = :tenant AND x.series_no = :series_no
                                     AND x.time_first <= :from), '-infinity')
    AND c.time_last >= :from
  ORDER BY c.time_first
  LIMIT 1)
 UNION ALL
(SELECT o.time_last, o.payload
   FROM series_open o
  WHERE o.tenant_id = :tenant AND o.series_no = :series_no AND o.time_last >= :from AND o.good > 0)
 ORDER BY time_last
 LIMIT 1;
