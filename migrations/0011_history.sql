-- What happened and what was done about it: the record that root causes and models learn from.

CREATE TABLE work_orders (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    number      text NOT NULL,              -- "WO-1042", or the number in the system it came from
    source      text NOT NULL,              -- "MANUAL", "IMPORT", "BLACKBOX_AUTO", "SAP"
    source_id   text,                       -- there
    site_id     uuid,
    asset_id    uuid,
    component_id uuid,
    title       text NOT NULL,
    description text,
    kind        text NOT NULL DEFAULT 'corrective' CONSTRAINT work_orders_kind_check CHECK (kind IN (
                    'corrective', 'preventive', 'predictive', 'inspection', 'project')),
    status      text NOT NULL DEFAULT 'open' CONSTRAINT work_orders_status_check CHECK (status IN (
                    'pending_approval', 'open', 'in_progress', 'done', 'closed', 'cancelled')),
    priority    text NOT NULL DEFAULT 'medium' CONSTRAINT work_orders_priority_check CHECK (
                    priority IN ('critical', 'high', 'medium', 'low')),
    failure_mode_id uuid,
    assigned_user_id uuid,
    due_at      timestamptz,
    started_at  timestamptz,
    finished_at timestamptz,
    labour_h    double precision,
    cost_minor  bigint,
    currency    text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT work_orders_number_key UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES asset_components (tenant_id, id),
    FOREIGN KEY (tenant_id, failure_mode_id) REFERENCES asset_failure_modes (tenant_id, id),
    FOREIGN KEY (tenant_id, assigned_user_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX work_orders_source_key ON work_orders (tenant_id, source, source_id);
CREATE INDEX work_orders_asset_idx ON work_orders (tenant_id, asset_id, created_at, id);

CREATE TABLE blackbox_events (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    site_id     uuid,
    unit_id     uuid,
    asset_id    uuid,
    component_id uuid,
    source_system text NOT NULL,            -- "PI", "OPC_UA", "SQL", "OPTRIA_ALERT", "IMPORT", ...
    source_type text NOT NULL CONSTRAINT blackbox_events_type_check CHECK (source_type IN (
                    'TAG_READING', 'ALERT', 'ALARM', 'WORK_ORDER', 'OPERATOR_ACTION', 'SYSTEM_LOG',
                    'OPTIMIZATION_RUN', 'OPTIMIZATION_RECOMMENDATION')),
    source_id   text NOT NULL,              -- there
    event_time  timestamptz NOT NULL,
    ingest_time timestamptz NOT NULL,
    severity    text NOT NULL CONSTRAINT blackbox_events_severity_check CHECK (severity IN (
                    'INFO', 'WARNING', 'MINOR', 'MAJOR', 'CRITICAL')),
    event_category text NOT NULL CONSTRAINT blackbox_events_category_check CHECK (event_category IN (
                    'SENSOR', 'ALERT', 'FAILURE', 'MAINTENANCE', 'OPERATOR_ACTION',
                    'CONFIG_CHANGE', 'SYSTEM')),
    summary     text NOT NULL,
    payload     jsonb NOT NULL DEFAULT '{}',
    line_id     text,
    shift_id    uuid,
    batch_id    text,
    lot_id      text,
    tags        text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id),
    -- The same event told twice is one event.
    CONSTRAINT blackbox_events_source_key UNIQUE (tenant_id, source_system, source_id, event_time),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES plant_units (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES asset_components (tenant_id, id)
);
CREATE INDEX blackbox_events_asset_idx ON blackbox_events (tenant_id, asset_id, event_time);
CREATE INDEX blackbox_events_category_idx
    ON blackbox_events (tenant_id, event_category, severity, event_time);
CREATE INDEX blackbox_events_time_idx ON blackbox_events (tenant_id, event_time, id);

-- What the demo plant did to itself, so that the program's answers can be held against the truth.
CREATE TABLE demo_faults (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    asset_id    uuid NOT NULL,
    kind        text NOT NULL,              -- "bearing_wear", "sensor_stuck"
    metric      text,                       -- of a sensor fault
    begins_at   timestamptz NOT NULL,       -- first trace in the signals
    fails_at    timestamptz,                -- null: it is mended before
    ends_at     timestamptz NOT NULL,
    severity    double precision NOT NULL,  -- 0..1
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT demo_faults_key UNIQUE (tenant_id, asset_id, kind, begins_at),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['work_orders', 'blackbox_events', 'demo_faults'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
