-- The work that follows: orders of one's own with all that travels with them, and who is asked.

ALTER TABLE work_orders ADD COLUMN incident_id uuid;
ALTER TABLE work_orders ADD COLUMN unit_id uuid;
ALTER TABLE work_orders ADD COLUMN description_ar text;
ALTER TABLE work_orders ADD COLUMN title_ar text;
ALTER TABLE work_orders ADD COLUMN assigned_why jsonb;     -- why this person: {"code": "on_call", ...}
ALTER TABLE work_orders ADD COLUMN assigned_at timestamptz;
ALTER TABLE work_orders ADD COLUMN created_by text;
ALTER TABLE work_orders ADD COLUMN created_by_id uuid;     -- a person of the tenant; null: the program
ALTER TABLE work_orders ADD COLUMN overdue_told_at timestamptz; -- that it is too late, to whom it concerns
ALTER TABLE work_orders ADD COLUMN approved_by uuid;
ALTER TABLE work_orders ADD COLUMN approved_at timestamptz;
ALTER TABLE work_orders ADD COLUMN closed_at timestamptz;
ALTER TABLE work_orders ADD COLUMN planned_from timestamptz;
ALTER TABLE work_orders ADD COLUMN planned_h double precision;
ALTER TABLE work_orders ADD COLUMN downtime_h double precision; -- stated on closing
ALTER TABLE work_orders ADD COLUMN downtime_reason text;        -- ISO 14224 failure mode
ALTER TABLE work_orders ADD COLUMN found_cause text;            -- what the work found
ALTER TABLE work_orders ADD COLUMN evidence jsonb;              -- incident, analysis, series and span
ALTER TABLE work_orders ADD COLUMN trace_id uuid;
ALTER TABLE work_orders ADD FOREIGN KEY (tenant_id, incident_id)
    REFERENCES blackbox_incidents (tenant_id, id);
ALTER TABLE work_orders ADD FOREIGN KEY (tenant_id, unit_id) REFERENCES plant_units (tenant_id, id);
ALTER TABLE work_orders ADD FOREIGN KEY (tenant_id, approved_by) REFERENCES users (tenant_id, id);
ALTER TABLE work_orders ADD FOREIGN KEY (tenant_id, created_by_id)
    REFERENCES users (tenant_id, id);
CREATE INDEX work_orders_status_idx ON work_orders (tenant_id, status, due_at, id);
CREATE INDEX work_orders_created_idx ON work_orders (tenant_id, created_at, id);
CREATE INDEX work_orders_assigned_idx ON work_orders (tenant_id, assigned_user_id, status);
CREATE INDEX work_orders_incident_idx ON work_orders (tenant_id, incident_id);
CREATE INDEX work_orders_overdue_idx ON work_orders (tenant_id, due_at, id)
    WHERE overdue_told_at IS NULL AND status IN ('pending_approval', 'open', 'in_progress');
-- The chain makes one order for an incident, however often it runs.
CREATE UNIQUE INDEX work_orders_auto_key ON work_orders (tenant_id, incident_id)
    WHERE source = 'BLACKBOX_AUTO';

CREATE TABLE work_order_checks (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    work_order_id uuid NOT NULL,
    position    integer NOT NULL,
    text        text NOT NULL,
    text_ar     text,
    result      text CONSTRAINT work_order_checks_result_check CHECK (result IN (
                    'ok', 'failed', 'not_applicable')), -- null: not looked at yet
    note        text,
    done_by     text,                       -- a person's e-mail, a token's name
    done_by_id  uuid,                       -- a person of the tenant
    done_at     timestamptz,
    follow_up_id uuid,                      -- the order that a failed item made
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id),
    FOREIGN KEY (tenant_id, done_by_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, follow_up_id) REFERENCES work_orders (tenant_id, id)
);
CREATE INDEX work_order_checks_order_idx
    ON work_order_checks (tenant_id, work_order_id, position);

CREATE TABLE work_order_notes (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    work_order_id uuid NOT NULL,
    text        text NOT NULL,
    made_by     text NOT NULL,              -- a person's e-mail, a token's name
    made_by_id  uuid,                       -- a person of the tenant
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX work_order_notes_order_idx
    ON work_order_notes (tenant_id, work_order_id, made_at, id);

CREATE TABLE work_order_parts (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    work_order_id uuid NOT NULL,
    part_number text,
    name        text NOT NULL,
    quantity    double precision NOT NULL CONSTRAINT work_order_parts_quantity_check
                    CHECK (quantity > 0),
    unit        text NOT NULL,
    is_available boolean,                   -- null: not known
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id)
);
CREATE INDEX work_order_parts_order_idx ON work_order_parts (tenant_id, work_order_id);

CREATE TABLE work_order_files (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    work_order_id uuid NOT NULL,
    name        text NOT NULL,
    media_type  text NOT NULL,
    bytes       bigint NOT NULL,
    sha256      bytea NOT NULL,
    content     bytea NOT NULL,
    made_by     text NOT NULL,              -- a person's e-mail, a token's name
    made_by_id  uuid,                       -- a person of the tenant
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by_id) REFERENCES users (tenant_id, id)
);
ALTER TABLE work_order_files ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX work_order_files_order_idx ON work_order_files (tenant_id, work_order_id, made_at);

CREATE TABLE work_order_steps (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    work_order_id uuid NOT NULL,
    status      text NOT NULL,              -- it came to
    note        text,
    made_by     text NOT NULL,              -- a person's e-mail, a token's, a job's name
    made_by_id  uuid,                       -- a person of the tenant
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_order_id) REFERENCES work_orders (tenant_id, id)
);
ALTER TABLE work_order_steps ADD FOREIGN KEY (tenant_id, made_by_id)
    REFERENCES users (tenant_id, id);
CREATE INDEX work_order_steps_order_idx
    ON work_order_steps (tenant_id, work_order_id, made_at, id);

-- What failing modes ask for: the skill that mends them.
ALTER TABLE asset_failure_modes ADD COLUMN skill_id uuid;
ALTER TABLE asset_failure_modes ADD FOREIGN KEY (tenant_id, skill_id)
    REFERENCES skills (tenant_id, id);

-- Who is told next, until somebody says "I have it".
CREATE TABLE escalations (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    entity_type text NOT NULL,              -- "work_order", "incident", "alert"
    entity_id   uuid NOT NULL,
    site_id     uuid,
    assignee_id uuid,
    notice      jsonb NOT NULL,             -- type and facts of what is told
    level       integer NOT NULL DEFAULT 0, -- 0 assignee, 1 on call, 2 tenant_admin,
                                            -- above: told again
    next_at     timestamptz,                -- null: nobody is left to tell
    acknowledged_by uuid,
    acknowledged_at timestamptz,
    trace_id    uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT escalations_entity_key UNIQUE (tenant_id, entity_type, entity_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, acknowledged_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX escalations_due_idx ON escalations (tenant_id, next_at)
    WHERE acknowledged_at IS NULL;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['work_order_checks', 'work_order_notes', 'work_order_parts',
        'work_order_files', 'work_order_steps', 'escalations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
