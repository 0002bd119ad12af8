-- What to do first: problems, runs that can be repeated, and what each recommends.

-- When work may or may not be done: a shutdown, a peak season, a permit. Of a site, a unit or an
-- asset.
CREATE TABLE maintenance_windows (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    site_id     uuid NOT NULL,
    unit_id     uuid,                       -- null: the whole site
    asset_id    uuid,                       -- null: the whole unit or site
    kind        text NOT NULL CONSTRAINT maintenance_windows_kind_check CHECK (kind IN (
                    'allowed',              -- work that stops it is done in such windows alone
                    'blocked',              -- no work that stops it
                    'shutdown')),           -- it stands anyway: work costs no production
    from_time   timestamptz NOT NULL,
    to_time     timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT maintenance_windows_code_key UNIQUE (tenant_id, code),
    CONSTRAINT maintenance_windows_times_check CHECK (to_time > from_time),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES plant_units (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
CREATE INDEX maintenance_windows_time_idx ON maintenance_windows (tenant_id, to_time);
CREATE INDEX maintenance_windows_site_idx ON maintenance_windows (tenant_id, site_id);
CREATE INDEX maintenance_windows_unit_idx ON maintenance_windows (tenant_id, unit_id);
CREATE INDEX maintenance_windows_asset_idx ON maintenance_windows (tenant_id, asset_id);

-- What lies in the store, and what is on its way.
CREATE TABLE spare_parts (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    part_number text NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    site_id     uuid,                       -- null: of every site
    unit        text NOT NULL,              -- "pcs", "l"
    in_stock    double precision NOT NULL CONSTRAINT spare_parts_stock_check CHECK (in_stock >= 0),
    stock_min   double precision CONSTRAINT spare_parts_min_check CHECK (stock_min >= 0),
    arriving    double precision CONSTRAINT spare_parts_arriving_check CHECK (arriving >= 0),
    arrives_on  date,
    lead_days   integer CONSTRAINT spare_parts_lead_check CHECK (lead_days BETWEEN 0 AND 3650),
    price_minor bigint CONSTRAINT spare_parts_price_check CHECK (price_minor >= 0),
    currency    text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT spare_parts_number_key UNIQUE (tenant_id, part_number),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id)
);
CREATE INDEX spare_parts_site_idx ON spare_parts (tenant_id, site_id);

-- One order waits for another.
CREATE TABLE work_order_after (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    work_order_id uuid NOT NULL,
    after_id    uuid NOT NULL,              -- must be done before
    made_by     text NOT NULL,              -- a person's e-mail, a token's name
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, work_order_id, after_id),
    CONSTRAINT work_order_after_itself_check CHECK (work_order_id <> after_id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id),
    FOREIGN KEY (tenant_id, after_id) REFERENCES work_orders (tenant_id, id)
);
CREATE INDEX work_order_after_idx ON work_order_after (tenant_id, after_id);

-- A question with its parameters: run again whenever one likes, compared with another.
CREATE TABLE optimization_scenarios (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    name        text NOT NULL,
    problem     text NOT NULL CONSTRAINT optimization_scenarios_problem_check CHECK (problem IN (
                    'maintenance_priority', 'deferral_cost', 'production_risk',
                    'workforce_dispatch')),
    horizon_days integer NOT NULL CONSTRAINT optimization_scenarios_horizon_check CHECK (
                    horizon_days BETWEEN 1 AND 365),
    site_id     uuid,                       -- null: every site
    parameters  jsonb NOT NULL DEFAULT '{}', -- objectives, constraints: src/optimize/scenario.h
    note        text,
    created_by  text NOT NULL,              -- a person's e-mail, a token's name
    created_by_id uuid,                     -- a person of the tenant
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT optimization_scenarios_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX optimization_scenarios_site_idx ON optimization_scenarios (tenant_id, site_id);

CREATE TABLE optimization_runs (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    number      bigint NOT NULL,            -- "OPT-12": for people; rises in a tenant
    problem     text NOT NULL CONSTRAINT optimization_runs_problem_check CHECK (problem IN (
                    'maintenance_priority', 'deferral_cost', 'production_risk',
                    'workforce_dispatch')),
    scenario_id uuid,                       -- null: asked for without one
    status      text NOT NULL DEFAULT 'queued' CONSTRAINT optimization_runs_status_check CHECK (
                    status IN ('queued', 'running', 'done', 'infeasible', 'failed', 'cancelled')),
    horizon_days integer NOT NULL,
    from_day    date NOT NULL,              -- first day of the plan, in the tenant's zone
    as_of       timestamptz NOT NULL,       -- it looks at nothing that became known later
    site_id     uuid,
    parameters  jsonb NOT NULL,             -- as the scenario had them then
    inputs      jsonb,                      -- the whole problem: a run can be repeated from it
    inputs_summary jsonb,                   -- {"assets","jobs","crews","missing": [...]}
    inputs_sha  bytea,
    seed        bigint NOT NULL,
    moves       bigint,                     -- how far the search went; repeating goes as far
    result      jsonb,                      -- the plan, the objective's parts, reasons, limits
    objective_minor bigint,
    bound_minor bigint,                     -- no plan can be better than this
    gap         double precision,
    baseline_minor bigint,                  -- expected cost of doing nothing within the horizon
    currency    text,
    error       jsonb,                      -- {"code", facts}, of one that failed
    job_id      uuid,
    approved_by uuid,
    approved_at timestamptz,
    approval_note text,
    made_by     text NOT NULL,
    made_by_id  uuid,                       -- a person of the tenant
    trace_id    uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT optimization_runs_number_key UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, scenario_id) REFERENCES optimization_scenarios (tenant_id, id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX optimization_runs_created_idx ON optimization_runs (tenant_id, created_at, id);
CREATE INDEX optimization_runs_problem_idx
    ON optimization_runs (tenant_id, problem, status, finished_at);
CREATE INDEX optimization_runs_scenario_idx
    ON optimization_runs (tenant_id, scenario_id, created_at);
CREATE INDEX optimization_runs_site_idx ON optimization_runs (tenant_id, site_id);

-- What a run recommends, for an asset or an order, most urgent first.
CREATE TABLE optimization_recommendations (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    run_id      uuid NOT NULL,
    position    integer NOT NULL,           -- 1 first
    asset_id    uuid,
    work_order_id uuid,                     -- it was there before; null: none yet
    failure_mode text,                      -- what the work is against
    action      text NOT NULL CONSTRAINT optimization_recommendations_action_check CHECK (
                    action IN ('do', 'defer', 'provide')), -- provide: figures are missing
    priority_score double precision,        -- 0..100
    day         date,                       -- of 'do'
    crew        text,                       -- code of who does it
    hours       double precision,
    avoided_minor bigint,                   -- expected failure cost that doing it avoids
    planned_minor bigint,                   -- work, and production lost meanwhile
    waiting_minor bigint,                   -- of 'defer': expected cost within the horizon
    carbon_minor bigint,
    currency    text,
    reasons     jsonb NOT NULL DEFAULT '[]', -- [{"code", facts}], strongest first
    status      text NOT NULL DEFAULT 'proposed'
                    CONSTRAINT optimization_recommendations_status_check CHECK (
                    status IN ('proposed', 'approved', 'rejected')),
    decided_by  uuid,
    decided_at  timestamptz,
    made_order_id uuid,                     -- the order that its approval made, or planned
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT optimization_recommendations_key UNIQUE (tenant_id, run_id, position),
    FOREIGN KEY (tenant_id, run_id) REFERENCES optimization_runs (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id),
    FOREIGN KEY (tenant_id, decided_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, made_order_id) REFERENCES work_orders (tenant_id, id)
);
CREATE INDEX optimization_recommendations_asset_idx
    ON optimization_recommendations (tenant_id, asset_id);
CREATE INDEX optimization_recommendations_order_idx
    ON optimization_recommendations (tenant_id, work_order_id);
CREATE INDEX optimization_recommendations_made_idx
    ON optimization_recommendations (tenant_id, made_order_id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['maintenance_windows', 'spare_parts', 'work_order_after',
                             'optimization_scenarios', 'optimization_runs',
                             'optimization_recommendations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
