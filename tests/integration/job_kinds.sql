-- What the kinds of the queue's tests leave behind (tests/integration/job_kinds.c).

-- MARK_START (job_id uuid, worker text) -> nothing
-- A try has begun.
INSERT INTO job_starts (tenant_id, job_id, worker) VALUES (:tenant, :job_id, :worker);

-- MARK_EFFECT (job_id uuid, worker text) -> nothing
-- The job's one effect. A try that was killed behind this runs again, and finds it there.
INSERT INTO job_effects (tenant_id, job_id, worker) VALUES (:tenant, :job_id, :worker)
ON CONFLICT DO NOTHING;

-- LANE_ENTER (lane text, job_id uuid) -> nothing
-- Only one may be in a lane; a second one breaks the key.
INSERT INTO job_lanes (tenant_id, lane, job_id) VALUES (:tenant, :lane, :job_id);

-- LANE_LEAVE (lane text, job_id uuid) -> nothing
DELETE FROM job_lanes WHERE tenant_id = :tenant AND lane = :lane AND job_id = :job_id;
