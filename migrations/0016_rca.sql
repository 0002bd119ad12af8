-- Why it happened: rules, analyses, and how the rules fare.

CREATE TABLE rca_rules (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,              -- "bearing_fault_vibration"
    body        jsonb NOT NULL,             -- the rule itself: see src/quant/cause_rule.h
    is_enabled  boolean NOT NULL DEFAULT true,
    source      text NOT NULL CONSTRAINT rca_rules_source_check CHECK (source IN (
                    'preset', 'tenant', 'learned')),
    approved_by uuid,                       -- of a learned one: it counts only then
    approved_at timestamptz,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT rca_rules_code_key UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES users (tenant_id, id)
);

-- Each version as it was, so that an analysis can be read with the rule it rested on.
CREATE TABLE rca_rule_versions (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    rule_id     uuid NOT NULL,
    version     bigint NOT NULL,
    body        jsonb NOT NULL,
    is_enabled  boolean NOT NULL,
    made_by     text NOT NULL,
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, rule_id, version),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES rca_rules (tenant_id, id)
);

-- One row an analysis; nothing of it changes.
CREATE TABLE rca_runs (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    incident_id uuid NOT NULL,
    incident_version bigint NOT NULL,
    number      integer NOT NULL,           -- 1, 2, ... of its incident
    result      jsonb NOT NULL,             -- see src/rca/rca.h
    made_by     text NOT NULL,              -- "engine", or who asked for it
    made_at     timestamptz NOT NULL,
    took_us     bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT rca_runs_number_key UNIQUE (tenant_id, incident_id, number),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES blackbox_incidents (tenant_id, id)
);
ALTER TABLE blackbox_incidents ADD FOREIGN KEY (tenant_id, rca_run_id)
    REFERENCES rca_runs (tenant_id, id);

-- What an incident looked like, for finding others like it and for learning from it: made with the
-- newest analysis.
CREATE TABLE rca_cases (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    incident_id uuid NOT NULL,
    class_id    uuid,
    happened_at timestamptz NOT NULL,
    cause       text,                       -- confirmed; null: not known
    features    jsonb NOT NULL,             -- see src/quant/cause_case.h
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, incident_id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES blackbox_incidents (tenant_id, id),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id)
);
CREATE INDEX rca_cases_class_idx ON rca_cases (tenant_id, class_id, happened_at);

-- Which rules spoke in which incident, and whether they were right: their track record.
CREATE TABLE rca_rule_hits (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    rule_id     uuid NOT NULL,
    incident_id uuid NOT NULL,
    rule_version bigint NOT NULL,
    cause       text NOT NULL,
    weight      double precision NOT NULL,
    verdict     text CONSTRAINT rca_rule_hits_verdict_check CHECK (verdict IN (
                    'confirmed', 'refuted')), -- null: nobody has said yet
    judged_at   timestamptz,
    hit_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, rule_id, incident_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES rca_rules (tenant_id, id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES blackbox_incidents (tenant_id, id)
);
CREATE INDEX rca_rule_hits_incident_idx ON rca_rule_hits (tenant_id, incident_id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['rca_rules', 'rca_rule_versions', 'rca_runs', 'rca_cases', 'rca_rule_hits'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
