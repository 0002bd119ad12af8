-- Alarms over signals (ISA-18.2 / IEC 62682): rules, and what they raise.

CREATE TABLE alarm_rules (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,              -- "pump_vibration_high"
    name        text NOT NULL,
    name_ar     text,
    class_id    uuid,                       -- every asset of the class; or
    asset_id    uuid,                       -- this one
    site_id     uuid,                       -- of a class: only there; null: everywhere
    criticality text CONSTRAINT alarm_rules_criticality_check CHECK (
                    criticality IN ('critical', 'high', 'medium', 'low')), -- of a class; null: any
    condition   jsonb NOT NULL,             -- see src/quant/alarm.h
    priority    text NOT NULL CONSTRAINT alarm_rules_priority_check CHECK (
                    priority IN ('critical', 'high', 'medium', 'low')),
    is_failure  boolean NOT NULL DEFAULT false, -- what it says is a failure (a trip), not a warning
    event_kind  text,                       -- "pump_trip": into the event's payload
    on_delay_s  double precision NOT NULL DEFAULT 0 CONSTRAINT alarm_rules_on_check
                    CHECK (on_delay_s BETWEEN 0 AND 86400),
    off_delay_s double precision NOT NULL DEFAULT 0 CONSTRAINT alarm_rules_off_check
                    CHECK (off_delay_s BETWEEN 0 AND 86400),
    is_latched  boolean NOT NULL DEFAULT false, -- stays until somebody resets it
    response    text,                       -- what the operator does
    response_ar text,
    consequence text,                       -- what happens if nobody does
    consequence_ar text,
    respond_within_min integer,
    is_enabled  boolean NOT NULL DEFAULT true,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT alarm_rules_code_key UNIQUE (tenant_id, code),
    CONSTRAINT alarm_rules_owner_check CHECK ((class_id IS NULL) <> (asset_id IS NULL)),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id)
);

-- One row an occurrence. An alarm that comes back while it is active counts up in its row.
CREATE TABLE alerts (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    rule_id     uuid,                       -- null: raised by something else (AI)
    source      text NOT NULL,              -- "RULE", "AI"; more may come
    source_key  text NOT NULL,              -- rule and asset, or what AI calls it
    asset_id    uuid,
    site_id     uuid,
    series_no   integer,                    -- the signal that says it; null: several
    code        text NOT NULL,              -- of the rule at that time
    title       text NOT NULL,
    title_ar    text,
    priority    text NOT NULL CONSTRAINT alerts_priority_check CHECK (
                    priority IN ('critical', 'high', 'medium', 'low')),
    severity    text NOT NULL CONSTRAINT alerts_severity_check CHECK (severity IN (
                    'INFO', 'WARNING', 'MINOR', 'MAJOR', 'CRITICAL')),
    state       text NOT NULL CONSTRAINT alerts_state_check CHECK (state IN (
                    'unacknowledged', 'acknowledged', 'returned', 'latched', 'normal')),
    -- Beside the state: it is not announced.
    shelved_until timestamptz,
    shelved_by  uuid,
    shelved_reason text,
    suppressed_by text,                     -- what suppresses it: "flood", a rule's code, a window
    value       double precision,           -- when it was raised
    limit_value double precision,
    unit        text,
    facts       jsonb NOT NULL DEFAULT '{}',
    occurrences integer NOT NULL DEFAULT 1,
    is_first_out boolean NOT NULL DEFAULT false, -- the first of a group that came together
    is_chattering boolean NOT NULL DEFAULT false,
    raised_at   timestamptz NOT NULL,       -- event time: when the condition came true
    seen_at     timestamptz NOT NULL,       -- when the program knew
    last_at     timestamptz NOT NULL,       -- of the latest occurrence
    acknowledged_at timestamptz,
    acknowledged_by uuid,
    returned_at timestamptz,
    cleared_at  timestamptz,                -- back to normal: the row is history
    trace_id    uuid NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES alarm_rules (tenant_id, id)
        ON DELETE SET NULL (rule_id),       -- what it raised stays on record
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, acknowledged_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, shelved_by) REFERENCES users (tenant_id, id)
);
-- Whatever two workers see at the same moment: one active alarm of a rule and its source.
CREATE UNIQUE INDEX alerts_active_key ON alerts (tenant_id, source, source_key)
    WHERE cleared_at IS NULL;
CREATE INDEX alerts_raised_idx ON alerts (tenant_id, raised_at, id);
-- What shows on the list of active alarms, and what the engine looks after.
CREATE INDEX alerts_open_idx ON alerts (tenant_id, priority, raised_at, id) WHERE cleared_at IS NULL;
CREATE INDEX alerts_rule_idx ON alerts (tenant_id, rule_id, raised_at, id);
CREATE INDEX alerts_asset_idx ON alerts (tenant_id, asset_id, raised_at, id);

-- Where each condition stands between two looks: what a delay has to remember.
CREATE TABLE alarm_states (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    rule_id     uuid NOT NULL,
    asset_id    uuid NOT NULL,
    state       jsonb NOT NULL,             -- see src/quant/alarm.h
    looked_to   timestamptz NOT NULL,       -- samples up to here were seen
    due_at      timestamptz,                -- time alone changes something then; null: never
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, rule_id, asset_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES alarm_rules (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id) ON DELETE CASCADE
);

-- Rules, or assets, that are quiet for a stated time and reason; never without an end.
CREATE TABLE alarm_silences (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    kind        text NOT NULL CONSTRAINT alarm_silences_kind_check CHECK (kind IN (
                    'shelved', 'out_of_service', 'maintenance')),
    rule_id     uuid,                       -- null: every rule
    asset_id    uuid,                       -- null: every asset
    site_id     uuid,
    from_time   timestamptz NOT NULL,
    to_time     timestamptz NOT NULL,
    reason      text NOT NULL,
    made_by     uuid,
    ended_at    timestamptz,                -- by a person, before to_time
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT alarm_silences_time_check CHECK (to_time > from_time),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES alarm_rules (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX alarm_silences_time_idx ON alarm_silences (tenant_id, to_time);

-- What happened to each alarm, for its history and for the figures of alarm management.
CREATE TABLE alert_steps (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    alert_id    uuid NOT NULL,
    step        text NOT NULL CONSTRAINT alert_steps_step_check CHECK (step IN (
                    'raised', 'again', 'acknowledged', 'returned', 'cleared', 'reset', 'shelved',
                    'unshelved', 'suppressed', 'unsuppressed')),
    at          timestamptz NOT NULL,
    made_by     uuid,
    note        text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES alerts (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX alert_steps_alert_idx ON alert_steps (tenant_id, alert_id, at, id);
CREATE INDEX alert_steps_at_idx ON alert_steps (tenant_id, at);

-- Who watches samples as they come (historian/watch.h), and how often it has looked: whoever finds
-- another number than its own knows that somebody else looked in between. No row: nobody watches.
CREATE TABLE series_watches (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    watcher     uuid NOT NULL,
    looks       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id)
) WITH (fillfactor = 50);

-- Batches that were folded before the watcher had seen them.
CREATE TABLE series_unseen (
    tenant_id   uuid NOT NULL,
    seq         bigint NOT NULL,
    received_at timestamptz NOT NULL,
    payload     bytea NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
ALTER TABLE series_unseen ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE series_batches ADD COLUMN is_seen boolean NOT NULL DEFAULT true; -- by the watcher, or
                                                                             -- there is none

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['alarm_rules', 'alerts', 'alarm_states', 'alarm_silences', 'alert_steps',
        'series_watches', 'series_unseen'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
