-- The queue.
--
-- Every transaction that makes a job ready or lets one end takes the tenant's row of job_turns
-- first, and so does whoever claims: the claims of one tenant come one after the other, no two
-- transactions wait for each other, and a job that becomes ready is never overlooked by a claim
-- that did not see it yet.

-- CONSTRAINT jobs_unique_key -> job.waits_already

-- JOB_TURN_READY (at time) -> nothing
-- Something may be claimed from `at` on.
INSERT INTO job_turns (tenant_id, next_at)
VALUES (:tenant, :at)
ON CONFLICT (tenant_id) DO UPDATE SET next_at = least(job_turns.next_at, excluded.next_at);

-- JOB_TURN_FREED (now time) -> (is_due bool)
-- A try ends: what waited behind it in its lane may be claimed.
UPDATE job_turns
   SET next_at = CASE WHEN EXISTS (SELECT FROM jobs
                                    WHERE jobs.tenant_id = :tenant AND state = 'ready'
                                      AND run_at <= :now)
                      THEN least(next_at, :now) ELSE next_at END
 WHERE tenant_id = :tenant
RETURNING next_at <= :now AS is_due;

-- JOB_TOLD -> (told text)
SELECT pg_notify('optria_job', (:tenant)::text)::text AS told;

-- JOB_ADD (id uuid, kind text, key text?, payload json, priority i64, run_at time, tries_max i64,
--     now time, created_by text, request_id text?, is_unique bool) -> (id uuid)
INSERT INTO jobs (tenant_id, id, kind, key, payload, priority, run_at, tries_max, created_at,
                  created_by, request_id, is_unique)
VALUES (:tenant, :id, :kind, :key, :payload, :priority, :run_at, :tries_max, :now, :created_by,
        :request_id, :is_unique)
ON CONFLICT (tenant_id, kind, (coalesce(key, ''))) WHERE state = 'ready' AND is_unique
DO UPDATE SET run_at = least(jobs.run_at, excluded.run_at),
              priority = greatest(jobs.priority, excluded.priority)
RETURNING id;

-- JOB_GET (id uuid) -> job
SELECT id, kind, key, state, priority, tries, tries_max, progress, progress_note, run_at,
       created_at, started_at, finished_at, worker, error_code, error_facts, result, created_by
  FROM jobs
 WHERE tenant_id = :tenant AND id = :id;

-- JOB_CANCEL (id uuid, now time) -> job_ended
UPDATE jobs
   SET state = CASE state WHEN 'ready' THEN 'cancelled' ELSE state END,
       finished_at = CASE state WHEN 'ready' THEN :now ELSE finished_at END,
       cancel_asked = state = 'running'
 WHERE tenant_id = :tenant AND id = :id AND state IN ('ready', 'running')
RETURNING id, state, kind, key, payload, error_code, error_facts;

-- JOB_RETRY (id uuid, now time) -> nothing
UPDATE jobs
   SET state = 'ready', tries = 0, run_at = :now, cancel_asked = false, progress = NULL,
       progress_note = NULL, started_at = NULL, finished_at = NULL, worker = NULL,
       error_code = NULL, error_facts = NULL, result = NULL
 WHERE tenant_id = :tenant AND id = :id AND state IN ('failed', 'cancelled');

-- --- claiming ---------------------------------------------------------------------------------

-- PLATFORM JOB_TURN_NEXT (now time) -> (tenant_id uuid, stands_at time)
-- The tenant that was served longest ago, among those with something to claim. A tenant whose row
-- somebody else holds is passed over.
SELECT t.tenant_id, n.stands_at
  FROM job_turns t JOIN tenants n ON n.id = t.tenant_id AND n.status = 'active'
 WHERE t.next_at <= :now
 ORDER BY t.served_at, t.tenant_id
 LIMIT 1
   FOR UPDATE OF t SKIP LOCKED;

-- PLATFORM JOB_TURN_WHEN -> (next_at time)
-- When there is something to claim at the earliest.
SELECT min(t.next_at) AS next_at
  FROM job_turns t JOIN tenants n ON n.id = t.tenant_id AND n.status = 'active'
 WHERE t.next_at IS NOT NULL;

-- JOB_EXPIRED (now time) -> (id uuid, worker text, tries i64, tries_max i64)
-- Tries whose worker has died.
SELECT id, worker, tries, tries_max
  FROM jobs
 WHERE tenant_id = :tenant AND state = 'running' AND lease_until <= :now
 ORDER BY id
 LIMIT 100
   FOR UPDATE SKIP LOCKED;

-- JOB_CLAIM (kinds texts, tries_max i64s, per_tenant texts, per_key texts, worker text, now time,
--     lease_until time) -> (id uuid, kind text, key text, payload json, tries i64, tries_max i64,
--     request_id text)
UPDATE jobs
   SET state = 'running', tries = tries + 1, worker = :worker, started_at = :now,
       lease_until = :lease_until, progress = NULL, progress_note = NULL,
       tries_max = (:tries_max)[array_position(:kinds, kind)]
 WHERE tenant_id = :tenant
   AND id = (SELECT j.id
               FROM jobs j
              WHERE j.tenant_id = :tenant AND j.state = 'ready' AND j.run_at <= :now
                AND j.kind = ANY (:kinds)
                AND NOT EXISTS (SELECT FROM jobs r
                                 WHERE r.tenant_id = :tenant AND r.state = 'running'
                                   AND r.kind = j.kind
                                   AND (r.kind = ANY (:per_tenant)
                                        OR (r.kind = ANY (:per_key)
                                            AND r.key IS NOT DISTINCT FROM j.key)))
              ORDER BY j.priority DESC, j.run_at, j.id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id, kind, key, payload, tries, tries_max, request_id;

-- JOB_TURN_SERVED (now time) -> nothing
-- A job was claimed: the others go first now.
UPDATE job_turns SET served_at = :now, next_at = :now WHERE tenant_id = :tenant;

-- JOB_TURN_EMPTY (now time, kinds texts, unknown_at time, soon time) -> nothing
-- Nothing can be claimed now: not before the next job is due, a lease ends, or (JOB_TURN_FREED) a
-- lane is free. A kind that this worker does not know belongs to a newer one, which looks again.
-- A lease that ended and could not be settled (its row is being prolonged) is looked at soon, not
-- at once: whoever claims goes on until no turn is left.
UPDATE job_turns
   SET next_at = least(
       (SELECT min(run_at) FROM jobs
         WHERE jobs.tenant_id = :tenant AND state = 'ready' AND run_at > :now),
       (SELECT greatest(min(lease_until), :soon) FROM jobs
         WHERE jobs.tenant_id = :tenant AND state = 'running'
        HAVING count(*) > 0),
       CASE WHEN EXISTS (SELECT FROM jobs
                          WHERE jobs.tenant_id = :tenant AND state = 'ready' AND run_at <= :now
                            AND NOT kind = ANY (:kinds))
            THEN :unknown_at END)
 WHERE tenant_id = :tenant;

-- --- running ----------------------------------------------------------------------------------
-- A try is (id, worker, tries): whoever was taken for dead finds no such row any more.

-- JOB_RENEW (id uuid, worker text, tries i64, lease_until time) -> (cancel_asked bool)
UPDATE jobs
   SET lease_until = :lease_until
 WHERE tenant_id = :tenant AND id = :id AND state = 'running' AND worker = :worker
   AND tries = :tries
RETURNING cancel_asked;

-- JOB_PROGRESS (id uuid, worker text, tries i64, lease_until time, progress f64?, note text?)
--     -> (cancel_asked bool)
UPDATE jobs
   SET lease_until = :lease_until, progress = :progress, progress_note = :note
 WHERE tenant_id = :tenant AND id = :id AND state = 'running' AND worker = :worker
   AND tries = :tries
RETURNING cancel_asked;

-- JOB_FORGET (id uuid, worker text, tries i64) -> nothing
-- A routine's good end.
DELETE FROM jobs
 WHERE tenant_id = :tenant AND id = :id AND state = 'running' AND worker = :worker
   AND tries = :tries;

-- JOB_END (id uuid, worker text, tries i64, state text, now time, error_code text?,
--     error_facts json?, result json?) -> job_ended
UPDATE jobs
   SET state = :state, finished_at = :now, lease_until = NULL, cancel_asked = false,
       progress = CASE WHEN :state = 'done' THEN 1 ELSE progress END,
       error_code = :error_code, error_facts = :error_facts, result = :result
 WHERE tenant_id = :tenant AND id = :id AND state = 'running' AND worker = :worker
   AND tries = :tries
RETURNING id, state, kind, key, payload, error_code, error_facts;

-- JOB_BACK (id uuid, worker text, tries i64, run_at time, uncounted i64, now time,
--     error_code text?, error_facts json?) -> job_ended
-- Waits again, unless somebody wants it to stop, or another of its kind and key waits already.
UPDATE jobs
   SET (state, finished_at) = (
           SELECT after.state, CASE after.state WHEN 'ready' THEN NULL ELSE :now END
             FROM (SELECT CASE
                          WHEN jobs.cancel_asked THEN 'cancelled'
                          WHEN jobs.is_unique AND EXISTS (
                                   SELECT FROM jobs w
                                    WHERE w.tenant_id = :tenant AND w.state = 'ready'
                                      AND w.is_unique AND w.kind = jobs.kind
                                      AND coalesce(w.key, '') = coalesce(jobs.key, ''))
                          THEN 'cancelled'
                          ELSE 'ready' END AS state) after),
       run_at = :run_at, tries = tries - :uncounted, lease_until = NULL, cancel_asked = false,
       error_code = coalesce(:error_code, error_code),
       error_facts = coalesce(:error_facts, error_facts)
 WHERE tenant_id = :tenant AND id = :id AND state = 'running' AND worker = :worker
   AND tries = :tries
RETURNING id, state, kind, key, payload, error_code, error_facts;

-- --- the schedule -----------------------------------------------------------------------------

-- PLATFORM JOB_SCHEDULE_FILL (kinds texts, every_s i64s, platform_only bool, now time) -> nothing
-- A row for each active tenant and kind; the first run within one period, at a moment that depends
-- on tenant and kind. A record of the past has no rows: nothing new comes to it, and what is old in
-- it stays.
INSERT INTO job_schedules (tenant_id, kind, next_at)
SELECT n.id, k.kind,
       :now + (hashtext(n.id::text || k.kind)::bigint & 2147483647) % k.every_s
              * interval '1 second'
  FROM tenants n CROSS JOIN unnest(:kinds, :every_s) AS k (kind, every_s)
 WHERE n.status = 'active' AND n.stands_at IS NULL
   AND (NOT :platform_only OR n.industry = 'platform')
ON CONFLICT DO NOTHING;

-- JOB_HOLD (kind text, until time) -> nothing
INSERT INTO job_schedules (tenant_id, kind, next_at)
VALUES (:tenant, :kind, :until)
ON CONFLICT (tenant_id, kind) DO UPDATE
   SET next_at = greatest(job_schedules.next_at, excluded.next_at);

-- PLATFORM JOB_SCHEDULE_DUE (kinds texts, every_s i64s, platform_only bool, now time)
--     -> (tenant_id uuid, kind text, next_at time)
-- Also what lies further away than a period, which has become shorter. Ordered by tenant, so that
-- two workers take the tenants' turns in the same order.
SELECT s.tenant_id, s.kind, s.next_at
  FROM job_schedules s
  JOIN tenants n ON n.id = s.tenant_id AND n.status = 'active' AND n.stands_at IS NULL
  JOIN unnest(:kinds, :every_s) AS k (kind, every_s) ON k.kind = s.kind
 WHERE (s.next_at <= :now OR s.next_at > :now + k.every_s * interval '1 second')
   AND (NOT :platform_only OR n.industry = 'platform')
 ORDER BY s.tenant_id, s.kind
 LIMIT 100
   FOR UPDATE OF s SKIP LOCKED;

-- PLATFORM JOB_SCHEDULE_NEXT (tenant_id uuid, kind text, next_at time) -> nothing
UPDATE job_schedules SET next_at = :next_at WHERE tenant_id = :tenant_id AND kind = :kind;

-- --- job.trim ---------------------------------------------------------------------------------

-- JOB_DAYS (preset i64) -> (days i64)
-- How long finished jobs are kept: a setting of the tenant (tenant/settings.h), read where it is
-- stored, since tenant/ stands above job/.
SELECT coalesce((SELECT (settings ->> 'job_days')::int8
                   FROM tenant_settings
                  WHERE tenant_id = :tenant), :preset) AS days;

-- JOB_TRIM (before time, limit i64) -> nothing
DELETE FROM jobs
 WHERE tenant_id = :tenant
   AND id IN (SELECT id
                FROM jobs
               WHERE tenant_id = :tenant AND state IN ('done', 'failed', 'cancelled')
                 AND finished_at < :before
               ORDER BY finished_at
               LIMIT :limit
                 FOR UPDATE SKIP LOCKED);
