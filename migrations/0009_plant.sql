-- The plant: where it is, what stands in it, how it fails, what that costs, who is there.
-- Names are given in English (name) and, where somebody wrote it, in Arabic (name_ar).

-- Text as people search for it: ASCII letters in lower case, without Arabic marks, tatweel and marks
-- of direction, and with the letters that are written one for the other made one: alef forms, teh
-- marbuta and heh, alef maksura and yeh, hamza carriers, the Persian yeh and kaf; Arabic-Indic digits
-- become Western ones. The program folds the same way (plant/fold.c); the collation "C" makes lower()
-- the same on every server.
CREATE FUNCTION search_fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
        SELECT translate(
                   regexp_replace(lower($1 COLLATE "C"),
                       E'[\u0640\u064B-\u0655\u0670\u061C\u200C-\u200F\u2066-\u2069]', '', 'g'),
                   'أإآٱةىؤئیک٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'ااااهيوييك01234567890123456789')
    $$;
GRANT EXECUTE ON FUNCTION search_fold(text) TO optria_app, optria_platform;

-- ISA-95: site. ISO 14224 level 3.
CREATE TABLE sites (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    time_zone   text,                       -- null: the tenant's
    country     text,                       -- ISO 3166-1 alpha-2
    latitude    double precision,
    longitude   double precision,
    capacity    double precision,           -- basic production capacity, in capacity_unit
    capacity_unit text,
    impact_factor double precision,         -- production impact of losing the site, 0..1
    work_days   integer,                    -- bit 0: Sunday ... bit 6: Saturday; null: the tenant's
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT sites_code_key UNIQUE (tenant_id, code)
);

-- Areas, units and lines of a site, a tree of any depth.
CREATE TABLE plant_units (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    site_id     uuid NOT NULL,
    parent_id   uuid,                       -- null: directly below the site
    kind        text NOT NULL CONSTRAINT plant_units_kind_check CHECK (kind IN (
                    'area', 'process_cell', 'production_unit', 'production_line', 'storage_zone',
                    'unit', 'work_cell', 'storage_unit')),
    code        text NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT plant_units_code_key UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES plant_units (tenant_id, id)
);
CREATE INDEX plant_units_site_idx ON plant_units (tenant_id, site_id, parent_id);
CREATE INDEX plant_units_parent_idx ON plant_units (tenant_id, parent_id);

CREATE TABLE asset_classes (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,              -- "centrifugal_pump"
    name        text NOT NULL,
    name_ar     text,
    iso14224_code text,                     -- equipment class: "PU", "CO", "GT"
    power_typical_kw double precision,
    vibration_group text CONSTRAINT asset_classes_vibration_check CHECK (vibration_group IN (
                    'group1_rigid', 'group1_flexible', 'group2_rigid', 'group2_flexible')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT asset_classes_code_key UNIQUE (tenant_id, code)
);

-- What is measured on every asset of a class.
CREATE TABLE asset_class_metrics (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    class_id    uuid NOT NULL,
    metric      text NOT NULL,              -- "vibration_rms"
    name        text NOT NULL,
    name_ar     text,
    unit        text NOT NULL,              -- "mm/s"; "1" for a bare number
    is_state    boolean NOT NULL DEFAULT false, -- holds until the next sample, instead of a slope
    instrument_min double precision,
    instrument_max double precision,
    low_low     double precision,
    low         double precision,
    high        double precision,
    high_high   double precision,
    gap_max_s   double precision,
    position    integer NOT NULL DEFAULT 0,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT asset_class_metrics_key UNIQUE (tenant_id, class_id, metric),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id)
);

CREATE TABLE assets (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    site_id     uuid NOT NULL,
    unit_id     uuid,
    class_id    uuid,
    code        text NOT NULL,              -- "P-101": the tag plate, and the name in signals
    name        text NOT NULL,
    name_ar     text,
    criticality text NOT NULL DEFAULT 'medium' CONSTRAINT assets_criticality_check CHECK (
                    criticality IN ('critical', 'high', 'medium', 'low')),
    status      text NOT NULL DEFAULT 'in_service' CONSTRAINT assets_status_check CHECK (
                    status IN ('in_service', 'standby', 'out_of_service', 'retired')),
    impact_factor double precision,         -- share of the site's production lost with it, 0..1
    capacity    double precision,
    capacity_unit text,
    power_rated_kw double precision,
    manufacturer text,
    model       text,
    serial      text,
    installed_on date,
    cost_model_id uuid,                     -- null: by class, then the tenant's default
    search      text GENERATED ALWAYS AS (search_fold(
                    code || ' ' || name || ' ' || coalesce(name_ar, '') || ' '
                    || coalesce(manufacturer, '') || ' ' || coalesce(model, '') || ' '
                    || coalesce(serial, ''))) STORED,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT assets_code_key UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES plant_units (tenant_id, id),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id)
);
CREATE INDEX assets_site_idx ON assets (tenant_id, site_id, unit_id);
CREATE INDEX assets_class_idx ON assets (tenant_id, class_id);
CREATE INDEX assets_unit_idx ON assets (tenant_id, unit_id);

-- Subunits and maintainable items of an asset, a tree of any depth.
CREATE TABLE asset_components (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    asset_id    uuid NOT NULL,
    parent_id   uuid,
    code        text NOT NULL,              -- unique in its asset: "DE-BRG"
    name        text NOT NULL,
    name_ar     text,
    manufacturer text,
    model       text,
    installed_on date,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT asset_components_code_key UNIQUE (tenant_id, asset_id, code),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES asset_components (tenant_id, id)
);
CREATE INDEX asset_components_parent_idx ON asset_components (tenant_id, parent_id);

-- FMECA: how a class, or one asset, fails.
CREATE TABLE asset_failure_modes (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    class_id    uuid,                       -- of every asset of the class; or
    asset_id    uuid,                       -- of this asset alone
    code        text NOT NULL,              -- "bearing_fault"
    iso14224_code text,                     -- failure mode: "VIB", "ELP"
    mechanism   text,                       -- ISO 14224 mechanism: "2.4"
    category    text NOT NULL CONSTRAINT asset_failure_modes_category_check CHECK (category IN (
                    'mechanical', 'electrical', 'process', 'human', 'external')),
    name        text NOT NULL,
    name_ar     text,
    effect      text,
    effect_ar   text,
    action      text,
    action_ar   text,
    severity    integer NOT NULL CONSTRAINT asset_failure_modes_s_check CHECK (severity BETWEEN 1 AND 10),
    occurrence  integer NOT NULL CONSTRAINT asset_failure_modes_o_check CHECK (occurrence BETWEEN 1 AND 10),
    detection   integer NOT NULL CONSTRAINT asset_failure_modes_d_check CHECK (detection BETWEEN 1 AND 10),
    rpn         integer GENERATED ALWAYS AS (severity * occurrence * detection) STORED,
    pf_interval_h double precision,         -- from detectable to failed
    repair_h    double precision,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT asset_failure_modes_owner_check CHECK ((class_id IS NULL) <> (asset_id IS NULL)),
    CONSTRAINT asset_failure_modes_class_key UNIQUE (tenant_id, class_id, code),
    CONSTRAINT asset_failure_modes_asset_key UNIQUE (tenant_id, asset_id, code),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);

-- What the manufacturer says, and what is inspected (MachineSpecs).
CREATE TABLE machine_specs (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    class_id    uuid,
    asset_id    uuid,
    kind        text NOT NULL CONSTRAINT machine_specs_kind_check CHECK (kind IN (
                    'limit', 'behaviour', 'inspection')),
    position    integer NOT NULL DEFAULT 0,
    title       text NOT NULL,              -- "Bearing temperature", "Check the coupling guard"
    title_ar    text,
    metric      text,                       -- of a limit
    value_min   double precision,
    value_max   double precision,
    unit        text,
    text        text,                       -- expected behaviour, how to inspect
    text_ar     text,
    reference   text,                       -- "Manual, page 22"
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT machine_specs_owner_check CHECK ((class_id IS NULL) <> (asset_id IS NULL)),
    CONSTRAINT machine_specs_class_key UNIQUE (tenant_id, class_id, kind, title),
    CONSTRAINT machine_specs_asset_key UNIQUE (tenant_id, asset_id, kind, title),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);

-- What failing, mending, standing and running cost. Minor units of `currency`; null: not known.
CREATE TABLE optimization_cost_models (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    class_id    uuid,                       -- of assets of this class; null: of any
    is_default  boolean NOT NULL DEFAULT false,
    currency    text NOT NULL,
    failure_minor     bigint,               -- repair after a failure
    maintenance_minor bigint,               -- the same work, planned
    downtime_per_hour_minor bigint,         -- production lost
    energy_per_mwh_minor bigint,
    labour_per_hour_minor bigint,
    carbon_per_tonne_minor bigint,
    source      text,                       -- where the figures are from
    approved_by uuid,
    approved_at timestamptz,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT optimization_cost_models_code_key UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX optimization_cost_models_default_key
    ON optimization_cost_models (tenant_id) WHERE is_default;
ALTER TABLE assets ADD FOREIGN KEY (tenant_id, cost_model_id)
    REFERENCES optimization_cost_models (tenant_id, id);

-- Safe operating ranges and cost references, approved by the client (ThresholdDatabase).
CREATE TABLE threshold_references (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    class_id    uuid NOT NULL,
    criticality text CONSTRAINT threshold_references_criticality_check CHECK (
                    criticality IN ('critical', 'high', 'medium', 'low')), -- null: any
    metric      text NOT NULL,
    unit        text NOT NULL,
    low_low     double precision,
    low         double precision,
    high        double precision,
    high_high   double precision,
    cost_reference_minor bigint,            -- per hour outside the range
    currency    text,
    source      text,                       -- standard, manual, own experience
    approved_by uuid,
    approved_at timestamptz,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX threshold_references_key
    ON threshold_references (tenant_id, class_id, metric, coalesce(criticality, ''));

CREATE TABLE carbon_factors (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    energy_type text NOT NULL,              -- "electricity", "natural_gas"
    country     text,                       -- ISO 3166-1 alpha-2, for electricity
    value       double precision NOT NULL CONSTRAINT carbon_factors_value_check CHECK (value >= 0),
    value_low   double precision,           -- the range its sources give
    value_high  double precision,
    unit        text NOT NULL,              -- "g/kWh", "kg/GJ"
    year        integer NOT NULL,
    scope       integer NOT NULL CONSTRAINT carbon_factors_scope_check CHECK (scope IN (1, 2, 3)),
    source      text NOT NULL,
    valid_from  date NOT NULL,
    confirmed_by uuid,                      -- null: a preset that nobody of the tenant confirmed
    confirmed_at timestamptz,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, confirmed_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX carbon_factors_key
    ON carbon_factors (tenant_id, energy_type, coalesce(country, ''), valid_from);

-- Who is there, when, and what they can do.
CREATE TABLE shifts (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    site_id     uuid,                       -- null: every site
    code        text NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    days        integer NOT NULL CONSTRAINT shifts_days_check CHECK (days BETWEEN 1 AND 127),
    starts_min  integer NOT NULL CONSTRAINT shifts_start_check CHECK (starts_min BETWEEN 0 AND 1439),
    length_min  integer NOT NULL CONSTRAINT shifts_length_check CHECK (length_min BETWEEN 1 AND 1440),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT shifts_code_key UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id)
);

CREATE TABLE user_shifts (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    user_id     uuid NOT NULL,
    shift_id    uuid NOT NULL,
    from_day    date NOT NULL,
    to_day      date,                       -- null: until further notice
    is_on_call  boolean NOT NULL DEFAULT false,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT user_shifts_key UNIQUE (tenant_id, user_id, shift_id, from_day),
    CONSTRAINT user_shifts_days_check CHECK (to_day >= from_day),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, shift_id) REFERENCES shifts (tenant_id, id)
);

CREATE TABLE user_absences (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    user_id     uuid NOT NULL,
    from_day    date NOT NULL,
    to_day      date NOT NULL,
    reason      text NOT NULL CONSTRAINT user_absences_reason_check CHECK (reason IN (
                    'leave', 'sick', 'training', 'travel', 'other')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT user_absences_key UNIQUE (tenant_id, user_id, from_day),
    CONSTRAINT user_absences_days_check CHECK (to_day >= from_day),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE skills (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    code        text NOT NULL,              -- "alignment", "hv_switching"
    name        text NOT NULL,
    name_ar     text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT skills_code_key UNIQUE (tenant_id, code)
);

CREATE TABLE user_skills (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    user_id     uuid NOT NULL,
    skill_id    uuid NOT NULL,
    level       integer NOT NULL CONSTRAINT user_skills_level_check CHECK (level BETWEEN 1 AND 5),
    valid_until date,                       -- of a certificate
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT user_skills_key UNIQUE (tenant_id, user_id, skill_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, skill_id) REFERENCES skills (tenant_id, id)
);

CREATE TABLE holidays (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    site_id     uuid,                       -- null: every site
    from_day    date NOT NULL,
    to_day      date NOT NULL,
    name        text NOT NULL,
    name_ar     text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT holidays_days_check CHECK (to_day >= from_day),
    FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id)
);
CREATE UNIQUE INDEX holidays_key ON holidays
    (tenant_id, from_day, coalesce(site_id, '00000000-0000-0000-0000-000000000000'), name);

-- How far a source's clock is from the truth: added to the times it sends.
CREATE TABLE source_clocks (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    source      text NOT NULL,              -- "PI", "OPC_UA:boiler-2"
    offset_ms   bigint NOT NULL,
    valid_from  timestamptz NOT NULL,
    note        text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT source_clocks_key UNIQUE (tenant_id, source, valid_from)
);

-- Where signals come from, and what they mean here.
CREATE TABLE tenant_integrations (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    type        text NOT NULL CONSTRAINT tenant_integrations_type_check CHECK (type IN (
                    'pi', 'opcua', 'scada', 'sql', 'rest', 'webhook', 'sap', 'oracle_eam', 'demo')),
    name        text NOT NULL,
    config      jsonb NOT NULL DEFAULT '{}',-- never a secret
    is_active   boolean NOT NULL DEFAULT true,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_integrations_name_key UNIQUE (tenant_id, name)
);

CREATE TABLE external_signal_mappings (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    integration_id uuid NOT NULL,
    external_source_type text NOT NULL,     -- the integration's type when the row was made
    external_tag text NOT NULL,             -- "PI:P-101.VIB"
    asset_id    uuid NOT NULL,
    component_id uuid,
    internal_metric_name text NOT NULL,     -- "vibration_rms"
    scaling_factor double precision NOT NULL DEFAULT 1
                CONSTRAINT external_signal_mappings_scale_check CHECK (scaling_factor <> 0),
    offset_value double precision NOT NULL DEFAULT 0, -- value = external * scaling + offset
    unit        text NOT NULL,
    is_active   boolean NOT NULL DEFAULT true,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT external_signal_mappings_tag_key UNIQUE (tenant_id, integration_id, external_tag),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES tenant_integrations (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES asset_components (tenant_id, id)
);
CREATE INDEX external_signal_mappings_asset_idx
    ON external_signal_mappings (tenant_id, asset_id, internal_metric_name);

-- Files that were read: what came in, from where, and what was wrong with it.
CREATE TABLE imports (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    kind        text NOT NULL,              -- "plant", "series", "events", "work_orders"
    name        text NOT NULL,              -- of the file
    fingerprint text NOT NULL,              -- of file and mapping: the same again goes on
    status      text NOT NULL CONSTRAINT imports_status_check CHECK (status IN (
                    'running', 'done', 'failed')),
    byte_offset bigint NOT NULL DEFAULT 0,  -- of the unpacked text: what is stored before it
    line        bigint NOT NULL DEFAULT 0,
    samples     bigint NOT NULL DEFAULT 0,  -- or rows
    refused     bigint NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX imports_fingerprint_idx ON imports (tenant_id, fingerprint);

-- Every table above belongs to a tenant, and the database holds it to that.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['sites', 'plant_units', 'asset_classes', 'asset_class_metrics', 'assets',
        'asset_components', 'asset_failure_modes', 'machine_specs', 'optimization_cost_models',
        'threshold_references', 'carbon_factors', 'shifts', 'user_shifts', 'user_absences', 'skills',
        'user_skills', 'holidays', 'source_clocks', 'tenant_integrations',
        'external_signal_mappings', 'imports'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
