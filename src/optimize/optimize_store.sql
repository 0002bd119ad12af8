-- Scenarios, runs and what they recommend.

-- CONSTRAINT optimization_scenarios_name_key -> optimize.name_taken (name)

-- OPTIMIZE_SCENARIO_GET (id uuid) -> optimize_scenario
SELECT id, site_id, name, problem, horizon_days, parameters, note, created_by, version, created_at,
       updated_at
  FROM optimization_scenarios
 WHERE tenant_id = :tenant AND id = :id;

-- OPTIMIZE_SCENARIO_LIST (before_time time, before_id uuid, limit i64) -> optimize_scenario
SELECT id, site_id, name, problem, horizon_days, parameters, note, created_by, version, created_at,
       updated_at
  FROM optimization_scenarios
 WHERE tenant_id = :tenant AND (created_at, id) < (:before_time, :before_id)
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;

-- OPTIMIZE_SCENARIO_ADD (id uuid, site_id uuid?, name text, problem text, horizon_days i32,
--     parameters json, note text?, created_by text, created_by_id uuid?, now time) -> nothing
INSERT INTO optimization_scenarios
       (tenant_id, id, site_id, name, problem, horizon_days, parameters, note, created_by,
        created_by_id, created_at, updated_at)
VALUES (:tenant, :id, :site_id, :name, :problem, :horizon_days, :parameters, :note, :created_by,
        :created_by_id, :now, :now);

-- OPTIMIZE_SCENARIO_REMOVE (id uuid) -> nothing
-- Only one that was never run.
DELETE FROM optimization_scenarios c
 WHERE c.tenant_id = :tenant AND c.id = :id
   AND NOT EXISTS (SELECT FROM optimization_runs r
                    WHERE r.tenant_id = :tenant AND r.scenario_id = c.id);

-- OPTIMIZE_NUMBER -> (number i64)
INSERT INTO tenant_numbers AS n (tenant_id, kind, last_number)
VALUES (:tenant, 'optimization_run', 1)
ON CONFLICT (tenant_id, kind) DO UPDATE SET last_number = n.last_number + 1
RETURNING last_number AS number;

-- OPTIMIZE_RUN_ADD (id uuid, number i64, problem text, scenario_id uuid?, horizon_days i32,
--     from_day date, as_of time, site_id uuid?, parameters json, seed i64, made_by text,
--     made_by_id uuid?, trace_id uuid, now time) -> nothing
INSERT INTO optimization_runs
       (tenant_id, id, number, problem, scenario_id, horizon_days, from_day, as_of, site_id,
        parameters, seed, made_by, made_by_id, trace_id, created_at)
VALUES (:tenant, :id, :number, :problem, :scenario_id, :horizon_days, :from_day, :as_of, :site_id,
        :parameters, :seed, :made_by, :made_by_id, :trace_id, :now);

-- OPTIMIZE_RUN_GET (id uuid) -> optimize_run
SELECT id, scenario_id, site_id, job_id, number, problem, status, horizon_days, from_day, as_of,
       parameters, inputs_summary, result, error, seed, moves, objective_minor, bound_minor,
       baseline_minor, gap, currency, approved_by, approved_at, approval_note, made_by,
       made_by_id, trace_id, created_at, started_at, finished_at
  FROM optimization_runs
 WHERE tenant_id = :tenant AND id = :id;

-- OPTIMIZE_RUN_HOLD (id uuid) -> (status text, problem text)
-- Nobody else decides on it, or runs it, until the commit.
SELECT status, problem
  FROM optimization_runs
 WHERE tenant_id = :tenant AND id = :id
   FOR UPDATE;

-- OPTIMIZE_APPROVE_LOCK -> (is_locked bool)
-- One plan of the tenant is approved at a time, until the end of the transaction: the next one sees it.
SELECT pg_advisory_xact_lock(hashtext('optimize.approve'), hashtext((:tenant)::text)) IS NOT NULL
       AS is_locked;

-- OPTIMIZE_RUN_INPUTS (id uuid) -> (inputs json, is_whole bool)
-- Whole: as they were when the run was stored.
SELECT inputs, inputs_sha = sha256(convert_to(inputs::text, 'UTF8')) AS is_whole
  FROM optimization_runs
 WHERE tenant_id = :tenant AND id = :id;

-- OPTIMIZE_RUN_LIST (problem text?, status text?, scenario_id uuid?, site_id uuid?,
--     before_time time, before_id uuid, limit i64) -> optimize_run
-- Without what only one of them is asked for.
SELECT id, scenario_id, site_id, job_id, number, problem, status, horizon_days, from_day, as_of,
       parameters, inputs_summary, NULL::jsonb AS result, error, seed, moves, objective_minor,
       bound_minor, baseline_minor, gap, currency, approved_by, approved_at, approval_note, made_by,
       made_by_id, trace_id, created_at, started_at, finished_at
  FROM optimization_runs
 WHERE tenant_id = :tenant
   AND (:problem IS NULL OR problem = :problem)
   AND (:status IS NULL OR status = :status)
   AND (:scenario_id IS NULL OR scenario_id = :scenario_id)
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (created_at, id) < (:before_time, :before_id)
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;

-- OPTIMIZE_RUN_LATEST (problem text, site_id uuid?) -> (id uuid)
-- With an answer: also one that could not place everything. Of the present: what a plan would have
-- been on some day before is a question, and what-if is another, unless the program asked it.
SELECT id
  FROM optimization_runs
 WHERE tenant_id = :tenant AND problem = :problem AND status IN ('done', 'infeasible')
   AND site_id IS NOT DISTINCT FROM :site_id
   AND (scenario_id IS NULL OR made_by_id IS NULL)
   AND as_of >= least(created_at, (SELECT stands_at FROM tenants WHERE id = :tenant))
                - interval '1 hour'
 ORDER BY finished_at DESC, id DESC
 LIMIT 1;

-- OPTIMIZE_RUN_DAILY (from_day date, fresh time) -> (is_there bool, is_scoring bool)
-- Whether the program asked for the plan of that day, whatever became of it; and whether assets are
-- being scored for the first time just now, some of them still without a score.
SELECT EXISTS (SELECT FROM optimization_runs
                WHERE tenant_id = :tenant AND problem = 'maintenance_priority' AND from_day = :from_day
                  AND made_by_id IS NULL AND scenario_id IS NULL AND site_id IS NULL) AS is_there,
       EXISTS (SELECT FROM asset_ai_scores WHERE tenant_id = :tenant AND scored_at > :fresh)
       AND EXISTS (SELECT FROM assets a
                    WHERE a.tenant_id = :tenant AND a.status IN ('in_service', 'standby')
                      AND NOT EXISTS (SELECT FROM asset_ai_scores c
                                       WHERE c.tenant_id = :tenant AND c.asset_id = a.id))
           AS is_scoring;

-- OPTIMIZE_RUN_JOB (id uuid, job_id uuid) -> nothing
UPDATE optimization_runs SET job_id = :job_id WHERE tenant_id = :tenant AND id = :id;

-- OPTIMIZE_FIRST -> (at time)
-- Since when anything is known of the tenant's assets.
SELECT least((SELECT created_at FROM tenants WHERE id = :tenant),
             (SELECT min(scored_at) FROM asset_ai_scores WHERE tenant_id = :tenant),
             (SELECT min(created_at) FROM work_orders WHERE tenant_id = :tenant)) AS at;

-- OPTIMIZE_RUN_RESUME (id uuid, now time) -> nothing
-- By its job, which may have failed or been stopped before, and was told to try again.
UPDATE optimization_runs
   SET status = 'running', started_at = :now, finished_at = NULL, error = NULL
 WHERE tenant_id = :tenant AND id = :id AND status IN ('queued', 'running', 'failed', 'cancelled');

-- OPTIMIZE_RUN_OVERTAKEN (id uuid, as_of time, site_id uuid?) -> (number i64)
-- A plan for the same assets that was approved after this one looked.
SELECT number
  FROM optimization_runs
 WHERE tenant_id = :tenant AND id <> :id AND approved_at > :as_of
   AND (site_id IS NULL OR :site_id IS NULL OR site_id = :site_id)
 ORDER BY approved_at DESC
 LIMIT 1;

-- OPTIMIZE_ORDER_STANDING (asset_id uuid, mode_id uuid?, mode text?) -> (id uuid)
-- Work against the same mode of the asset that somebody has to do already.
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND asset_id = :asset_id
   AND status IN ('pending_approval', 'open', 'in_progress') AND kind NOT IN ('inspection', 'project')
   AND CASE WHEN :mode_id IS NULL
            THEN failure_mode_id IS NULL AND source = 'OPTIMIZER'
                 AND evidence ->> 'failure_mode' IS NOT DISTINCT FROM :mode
            ELSE failure_mode_id = :mode_id END
 ORDER BY created_at
 LIMIT 1;

-- OPTIMIZE_RUNS_TRIM (before_time time, limit i64) -> nothing
-- Runs that nobody approved, with what they recommended.
WITH gone AS (
    SELECT id
      FROM optimization_runs
     WHERE tenant_id = :tenant AND created_at < :before_time AND approved_at IS NULL
       AND status IN ('done', 'infeasible', 'failed', 'cancelled')
     ORDER BY created_at
     LIMIT :limit
), rows_gone AS (
    DELETE FROM optimization_recommendations
     WHERE tenant_id = :tenant AND run_id IN (SELECT id FROM gone)
)
DELETE FROM optimization_runs WHERE tenant_id = :tenant AND id IN (SELECT id FROM gone);

-- OPTIMIZE_INPUTS_TRIM (before_time time, limit i64) -> nothing
-- The largest part of a run that nobody approved: it cannot be repeated any more.
UPDATE optimization_runs
   SET inputs = NULL
 WHERE tenant_id = :tenant
   AND id IN (SELECT id
                FROM optimization_runs
               WHERE tenant_id = :tenant AND created_at < :before_time AND approved_at IS NULL
                 AND inputs IS NOT NULL
               ORDER BY created_at
               LIMIT :limit);

-- OPTIMIZE_RUN_BEGIN (id uuid, now time) -> nothing
UPDATE optimization_runs
   SET status = 'running', started_at = :now
 WHERE tenant_id = :tenant AND id = :id AND status IN ('queued', 'running');

-- OPTIMIZE_RUN_END (id uuid, status text, inputs json, inputs_summary json,
--     result json, moves i64, objective_minor i64?, bound_minor i64?, baseline_minor i64?, gap f64?,
--     currency text?, now time) -> nothing
UPDATE optimization_runs
   SET status = :status, inputs = :inputs,
       inputs_sha = sha256(convert_to(:inputs::jsonb::text, 'UTF8')), inputs_summary = :inputs_summary, result = :result, moves = :moves,
       objective_minor = :objective_minor, bound_minor = :bound_minor,
       baseline_minor = :baseline_minor, gap = :gap, currency = :currency, error = NULL,
       finished_at = :now
 WHERE tenant_id = :tenant AND id = :id AND status = 'running';

-- OPTIMIZE_RUN_BREAK (id uuid, status text, error json, now time) -> nothing
-- Its job ended without an answer.
UPDATE optimization_runs
   SET status = :status, error = :error, finished_at = :now
 WHERE tenant_id = :tenant AND id = :id AND status IN ('queued', 'running');

-- OPTIMIZE_RUN_APPROVE (id uuid, by_id uuid, note text?, now time) -> nothing
UPDATE optimization_runs
   SET approved_by = :by_id, approved_at = :now, approval_note = :note
 WHERE tenant_id = :tenant AND id = :id AND approved_at IS NULL;

-- OPTIMIZE_ADVICE_ADD (ids uuids, run_id uuid, positions i32s, asset_ids uuids, order_ids uuids,
--     modes texts, actions texts, scores f64s, days texts, lengths i32s, crews texts, hours f64s, avoided i64s,
--     planned i64s, waiting i64s, carbon i64s, currency text?, reasons texts) -> nothing
INSERT INTO optimization_recommendations
       (tenant_id, id, run_id, position, asset_id, work_order_id, failure_mode, action,
        priority_score, day, days, crew, hours, avoided_minor, planned_minor, waiting_minor, carbon_minor,
        currency, reasons)
SELECT :tenant, u.id, :run_id, u.position, u.asset_id,
       nullif(u.order_id, '00000000-0000-0000-0000-000000000000'), u.mode, u.action, u.score,
       u.day::date, nullif(u.length, 0), u.crew, u.hours, u.avoided, u.planned, u.waiting, u.carbon, :currency,
       u.reasons::jsonb
  FROM unnest(:ids, :positions, :asset_ids, :order_ids, :modes, :actions, :scores, :days, :lengths, :crews,
              :hours, :avoided, :planned, :waiting, :carbon, :reasons)
       AS u (id, position, asset_id, order_id, mode, action, score, day, length, crew, hours, avoided,
             planned, waiting, carbon, reasons);

-- OPTIMIZE_ADVICE_CLEAR (run_id uuid) -> nothing
-- Of a try that broke off.
DELETE FROM optimization_recommendations WHERE tenant_id = :tenant AND run_id = :run_id;

-- OPTIMIZE_ADVICE_LIST (run_id uuid, after i64, limit i64) -> optimize_advice
SELECT r.id, r.run_id, r.asset_id, r.work_order_id, r.made_order_id, r.position, r.failure_mode,
       r.action, r.priority_score, r.hours, r.day, r.days, r.crew, r.avoided_minor, r.planned_minor,
       r.waiting_minor, r.carbon_minor, r.currency, r.reasons, r.status, r.decided_at,
       a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar, a.site_id,
       s.name AS site_name, s.name_ar AS site_name_ar, o.number AS order_number, o.title AS order_title,
       o.title_ar AS order_title_ar, u.full_name AS crew_name,
       coalesce(m.name, c.name) AS mode_name, coalesce(m.name_ar, c.name_ar) AS mode_name_ar
  FROM optimization_recommendations r
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = r.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = a.site_id
  LEFT JOIN work_orders o ON o.tenant_id = :tenant AND o.id = coalesce(r.made_order_id, r.work_order_id)
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id::text = r.crew
  LEFT JOIN asset_failure_modes m ON m.tenant_id = :tenant AND m.asset_id = a.id
                                 AND m.code = r.failure_mode
  LEFT JOIN asset_failure_modes c ON c.tenant_id = :tenant AND c.class_id = a.class_id
                                 AND c.code = r.failure_mode
 WHERE r.tenant_id = :tenant AND r.run_id = :run_id AND r.position > :after
 ORDER BY r.position
 LIMIT :limit;

-- OPTIMIZE_ADVICE_DECIDE (id uuid, status text, by_id uuid?, made_order_id uuid?,
--     now time) -> nothing
UPDATE optimization_recommendations
   SET status = :status, decided_by = :by_id, decided_at = :now, made_order_id = :made_order_id
 WHERE tenant_id = :tenant AND id = :id AND status = 'proposed';

-- OPTIMIZE_ADVICE_RUN (id uuid) -> (run_id uuid, number i64)
SELECT r.run_id, o.number
  FROM optimization_recommendations r
  JOIN optimization_runs o ON o.tenant_id = :tenant AND o.id = r.run_id
 WHERE r.tenant_id = :tenant AND r.id = :id;

-- OPTIMIZE_MODE_ID (asset_id uuid, code text?) -> (id uuid)
-- The asset's own before its class's.
SELECT m.id
  FROM asset_failure_modes m
  JOIN assets a ON a.tenant_id = :tenant AND a.id = :asset_id
 WHERE m.tenant_id = :tenant AND m.code = :code
   AND (m.asset_id = a.id OR m.class_id = a.class_id)
 ORDER BY m.asset_id NULLS LAST
 LIMIT 1;
