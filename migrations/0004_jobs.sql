-- Background work. See job/job.h for the states and the fairness rule.

CREATE TABLE jobs (
    tenant_id     uuid NOT NULL REFERENCES tenants (id),
    id            uuid NOT NULL,
    kind          text NOT NULL,
    key           text,             -- what it works on; null: nothing in particular
    payload       jsonb NOT NULL DEFAULT '{}',
    state         text NOT NULL DEFAULT 'ready' CONSTRAINT jobs_state_check
                  CHECK (state IN ('ready', 'running', 'done', 'failed', 'cancelled')),
    priority      bigint NOT NULL DEFAULT 0,
    run_at        timestamptz NOT NULL,
    tries         bigint NOT NULL DEFAULT 0,
    tries_max     bigint NOT NULL,
    cancel_asked  boolean NOT NULL DEFAULT false,
    progress      double precision,
    progress_note text,
    worker        text,
    lease_until   timestamptz,      -- of a running job; silent beyond it: its worker has died
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    finished_at   timestamptz,
    error_code    text,
    error_facts   jsonb,
    result        jsonb,
    created_by    text NOT NULL,
    request_id    text,             -- one thread in the log from the request to the job
    is_unique     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX jobs_ready_idx ON jobs (tenant_id, priority DESC, run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_running_idx ON jobs (tenant_id, kind, key) WHERE state = 'running';
CREATE INDEX jobs_created_idx ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_finished_idx ON jobs (tenant_id, finished_at)
    WHERE state IN ('done', 'failed', 'cancelled');
-- A second waiting job of the same kind and key is the first one.
CREATE UNIQUE INDEX jobs_unique_key ON jobs (tenant_id, kind, coalesce(key, ''))
    WHERE state = 'ready' AND is_unique;
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs_app ON jobs TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO optria_app;

-- Whose turn it is: one row per tenant with work. `next_at` is never later than the earliest
-- ready job's run_at (null: no ready job); the tenant that was served longest ago goes first.
CREATE TABLE job_turns (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    next_at   timestamptz,
    served_at timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (tenant_id)
);
CREATE INDEX job_turns_next_idx ON job_turns (served_at) WHERE next_at IS NOT NULL;
ALTER TABLE job_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_turns FORCE ROW LEVEL SECURITY;
CREATE POLICY job_turns_app ON job_turns TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
CREATE POLICY job_turns_platform ON job_turns TO optria_platform USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON job_turns TO optria_app, optria_platform;

-- When each repeating kind runs next in each tenant.
CREATE TABLE job_schedules (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    kind      text NOT NULL,
    next_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);
ALTER TABLE job_schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_schedules FORCE ROW LEVEL SECURITY;
CREATE POLICY job_schedules_app ON job_schedules TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
CREATE POLICY job_schedules_platform ON job_schedules TO optria_platform
    USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON job_schedules TO optria_app, optria_platform;
