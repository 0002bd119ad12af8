-- Samples as they come, for whoever watches.

-- WATCH_BEGIN -> (watcher uuid, looks i64)
SELECT watcher, looks
  FROM series_watches
 WHERE tenant_id = :tenant
   FOR UPDATE;

-- WATCH_START (watcher uuid) -> nothing
INSERT INTO series_watches (tenant_id, watcher)
VALUES (:tenant, :watcher)
ON CONFLICT (tenant_id) DO NOTHING;

-- WATCH_STOP -> nothing
DELETE FROM series_watches WHERE tenant_id = :tenant;

-- WATCH_NEW (bytes i64, limit i64) -> watch_batch
-- The oldest first, as many as `bytes` holds, one at least.
SELECT n.seq, n.received_at, n.payload
  FROM (SELECT b.seq, b.tenant_id, b.received_at, b.payload,
               sum(octet_length(b.payload)) OVER (ORDER BY b.seq) - octet_length(b.payload)
               AS bytes_before
          FROM (SELECT f.seq, f.tenant_id, f.received_at, f.payload
                  FROM series_batches f
                 WHERE f.tenant_id = :tenant AND NOT f.is_seen
                 UNION ALL
                SELECT u.seq, u.tenant_id, u.received_at, u.payload
                  FROM series_unseen u
                 WHERE u.tenant_id = :tenant) AS b
         WHERE b.tenant_id = :tenant) AS n
 WHERE n.tenant_id = :tenant AND n.bytes_before < :bytes
 ORDER BY n.seq
 LIMIT :limit;

-- WATCH_SEEN (seqs i64s) -> nothing
-- Those that the fold holds are in series_unseen as soon as it is done.
UPDATE series_batches
   SET is_seen = true
 WHERE tenant_id = :tenant
   AND seq IN (SELECT x.seq FROM series_batches x
                WHERE x.tenant_id = :tenant AND x.seq = ANY (:seqs)
                  FOR UPDATE SKIP LOCKED);

-- WATCH_FORGET (seqs i64s) -> nothing
DELETE FROM series_unseen WHERE tenant_id = :tenant AND seq = ANY (:seqs);

-- WATCH_LOOKED (watcher uuid) -> nothing
UPDATE series_watches
   SET watcher = :watcher, looks = looks + 1
 WHERE tenant_id = :tenant;

-- WATCH_KEEP (seqs i64s, oldest time) -> nothing
WITH gone AS (
    DELETE FROM series_unseen WHERE tenant_id = :tenant AND received_at < :oldest)
INSERT INTO series_unseen (tenant_id, seq, received_at, payload)
SELECT :tenant, b.seq, b.received_at, b.payload
  FROM series_batches b
 WHERE b.tenant_id = :tenant AND b.seq = ANY (:seqs) AND NOT b.is_seen
   AND EXISTS (SELECT FROM series_watches w WHERE w.tenant_id = :tenant);
