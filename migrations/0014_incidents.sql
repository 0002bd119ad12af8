-- The black box: what events become, once they are looked at together.
--
-- One story crosses these tables. It keeps one trace_id from the first event to the last message, so
-- that it can be followed through the log.

-- An event knows what it belongs to; what came later than its grace period is marked.
ALTER TABLE blackbox_events ADD COLUMN trace_id uuid;
ALTER TABLE blackbox_events ADD COLUMN source_time timestamptz; -- as the source said it, before its
                                                                -- clock was corrected; null: the same
ALTER TABLE blackbox_events ADD COLUMN is_trigger boolean NOT NULL DEFAULT false; -- opens an incident
-- What the incident engine still has to look at: triggers, and what came late for an incident whose
-- grace period is over. All else belongs to incidents by its time and place alone.
ALTER TABLE blackbox_events ADD COLUMN is_noticed boolean NOT NULL DEFAULT true;
CREATE INDEX blackbox_events_fresh_idx ON blackbox_events (tenant_id, ingest_time, id)
    WHERE NOT is_noticed;
CREATE INDEX blackbox_events_trigger_idx ON blackbox_events (tenant_id, event_time, id)
    WHERE is_trigger;
-- What belongs to a unit, and to a site alone, around a moment.
CREATE INDEX blackbox_events_unit_idx ON blackbox_events (tenant_id, unit_id, event_time)
    WHERE unit_id IS NOT NULL;
CREATE INDEX blackbox_events_site_idx ON blackbox_events (tenant_id, site_id, event_time)
    WHERE asset_id IS NULL AND unit_id IS NULL;

-- What events were last made of: each signal's state, and how far the audit was read.
CREATE TABLE signal_looks (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    series_no   integer NOT NULL,           -- 0: of the audit
    state       text,                       -- "normal", "high", ...; of a state signal its value
    looked_to   timestamptz NOT NULL,       -- samples up to here were seen
    PRIMARY KEY (tenant_id, series_no)
);

-- A class may look further, or less far, around what happened than its tenant does.
ALTER TABLE asset_classes ADD COLUMN incident_before_min integer
    CONSTRAINT asset_classes_before_check CHECK (incident_before_min BETWEEN 1 AND 10080);
ALTER TABLE asset_classes ADD COLUMN incident_after_min integer
    CONSTRAINT asset_classes_after_check CHECK (incident_after_min BETWEEN 1 AND 10080);

CREATE TABLE blackbox_incidents (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    number      bigint NOT NULL,            -- "INC-17": for people; rises in a tenant
    incident_type text NOT NULL CONSTRAINT blackbox_incidents_type_check CHECK (incident_type IN (
                    'FAILURE', 'NEAR_MISS', 'ANOMALOUS_BEHAVIOR')),
    status      text NOT NULL DEFAULT 'OPEN' CONSTRAINT blackbox_incidents_status_check CHECK (
                    status IN ('OPEN', 'INVESTIGATING', 'RESOLVED', 'CLOSED')),
    severity    text NOT NULL CONSTRAINT blackbox_incidents_severity_check CHECK (severity IN (
                    'MINOR', 'MAJOR', 'CRITICAL', 'CATASTROPHIC')),
    title       text NOT NULL,              -- from the trigger's summary
    title_ar    text,                       -- from its payload's "summary_ar"
    root_asset_id uuid,
    site_id     uuid,
    unit_id     uuid,
    impact_scope jsonb NOT NULL DEFAULT '{}', -- {"assets": [...], "units": [...], "sites": [...]}
    start_time  timestamptz NOT NULL,       -- of the first event that is not mere context
    end_time    timestamptz,                -- null: goes on
    anchor_time timestamptz NOT NULL,       -- T: of the trigger
    window_from timestamptz NOT NULL,
    window_to   timestamptz NOT NULL,
    grace_until timestamptz NOT NULL,       -- until then late events change it
    trigger_event_id uuid NOT NULL,
    version     bigint NOT NULL DEFAULT 1,  -- rises whenever its events or their window change
    trace_id    uuid NOT NULL,
    merged_into uuid,                       -- late events showed that it is a part of that one
    -- What the newest analysis says (rca_runs holds each of them).
    rca_run_id  uuid,
    rca_summary jsonb,                      -- {"root_cause_category","main_hypothesis",
                                            --  "contributing_factors","confidence"}
    root_cause_score jsonb,                 -- {"bearing_fault": 0.65, "other": 0.1}
    event_story jsonb,                      -- {"en": "...", "ar": "..."}
    recommended_actions jsonb,              -- [{"en","ar","within_h","source"}]
    impact_estimate jsonb,                  -- {"downtime_h", "cost_minor", "currency",
                                            --  "lost_production", ...} with ranges
    financial_impact_estimate jsonb,
    carbon_impact_estimate jsonb,
    top_cause   text,                       -- code of the likeliest cause
    top_probability double precision,
    -- What a person says.
    confirmed_cause text,                   -- code of a failure mode or of a cause
    confirmed_note text,
    confirmed_by uuid,
    confirmed_at timestamptz,
    resolved_at timestamptz,
    closed_at   timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT blackbox_incidents_number_key UNIQUE (tenant_id, number),
    -- A trigger makes one incident, whoever comes first.
    CONSTRAINT blackbox_incidents_trigger_key UNIQUE (tenant_id, trigger_event_id),
    FOREIGN KEY (tenant_id, root_asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES plant_units (tenant_id, id),
    FOREIGN KEY (tenant_id, trigger_event_id) REFERENCES blackbox_events (tenant_id, id),
    FOREIGN KEY (tenant_id, confirmed_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into) REFERENCES blackbox_incidents (tenant_id, id)
);
CREATE INDEX blackbox_incidents_anchor_idx ON blackbox_incidents (tenant_id, anchor_time);
CREATE INDEX blackbox_incidents_start_idx ON blackbox_incidents (tenant_id, start_time, id);
CREATE INDEX blackbox_incidents_asset_idx
    ON blackbox_incidents (tenant_id, root_asset_id, start_time, id);
CREATE INDEX blackbox_incidents_open_idx
    ON blackbox_incidents (tenant_id, status, start_time, id);
-- Those that late events may still change.
CREATE INDEX blackbox_incidents_grace_idx ON blackbox_incidents (tenant_id, grace_until);
-- What history knows by its cause.
CREATE INDEX blackbox_incidents_cause_idx
    ON blackbox_incidents (tenant_id, confirmed_cause, start_time) WHERE confirmed_cause IS NOT NULL;

CREATE TABLE blackbox_incident_events (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    incident_id uuid NOT NULL,
    event_id    uuid NOT NULL,
    role        text NOT NULL DEFAULT 'UNKNOWN' CONSTRAINT blackbox_incident_events_role_check CHECK (
                    role IN ('CAUSE', 'SYMPTOM', 'CONTEXT', 'NOISE', 'UNKNOWN')),
    order_index integer NOT NULL,           -- in time, from 0
    is_trigger  boolean NOT NULL DEFAULT false, -- one of those that make the incident
    is_late     boolean NOT NULL DEFAULT false, -- came after the grace period, and changed nothing
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT blackbox_incident_events_key UNIQUE (tenant_id, incident_id, event_id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES blackbox_incidents (tenant_id, id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES blackbox_events (tenant_id, id)
);
CREATE INDEX blackbox_incident_events_event_idx ON blackbox_incident_events (tenant_id, event_id);

-- Numbers for people, one row a kind: "incident", "work_order".
CREATE TABLE tenant_numbers (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    kind        text NOT NULL,
    last_number bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);

-- What people did with an incident: taken up, resolved, closed, opened again, cause confirmed; and
-- what the engine did: reopened by late events.
CREATE TABLE blackbox_incident_steps (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    incident_id uuid NOT NULL,
    step        text NOT NULL,              -- "opened", "updated", "investigating", "resolved", ...
    note        text,
    facts       jsonb NOT NULL DEFAULT '{}',
    made_by     text NOT NULL,
    made_at     timestamptz NOT NULL,
    -- An incident's file is a chain: each link seals what stands before it.
    seal_before bytea,
    seal        bytea NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES blackbox_incidents (tenant_id, id)
);
CREATE INDEX blackbox_incident_steps_incident_idx
    ON blackbox_incident_steps (tenant_id, incident_id, made_at, id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['blackbox_incidents', 'blackbox_incident_events', 'tenant_numbers',
        'blackbox_incident_steps', 'signal_looks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
