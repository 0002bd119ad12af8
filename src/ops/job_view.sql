-- The queue, looked at.

-- JOB_VIEW_COUNTS (now time, day_start time) -> job_counts
SELECT count(*) FILTER (WHERE state = 'ready') AS ready,
       count(*) FILTER (WHERE state = 'ready' AND run_at < :now) AS late,
       count(*) FILTER (WHERE state = 'running') AS running,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'done' AND finished_at >= :day_start) AS done_today,
       min(run_at) FILTER (WHERE state = 'ready' AND run_at < :now) AS oldest_ready
  FROM jobs
 WHERE tenant_id = :tenant;

-- JOB_VIEW_FIND (state text?, kind text?, before_at time?, before_id uuid?, limit i64) -> job
SELECT id, kind, key, state, priority, tries, tries_max, progress, progress_note, run_at,
       created_at, started_at, finished_at, worker, error_code, error_facts, result, created_by
  FROM jobs
 WHERE tenant_id = :tenant
   AND (:state IS NULL OR state = :state)
   AND (:kind IS NULL OR kind = :kind)
   AND (:before_at IS NULL OR (created_at, id) < (:before_at, :before_id))
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;
