-- Signals and their samples.
--
-- A sample is time, value, quality (OPC UA status code), and when it became known. Batches that
-- arrive are stored as they are, one row each (series_batches); a job folds them into chunks of one
-- series each: full ones (series_chunks), which are not rewritten for newer samples, and the one
-- that is still growing (series_open). What a later write, a correction or a deletion replaced goes
-- to series_history, so that the past can be seen as it was known. The forms of the payloads are
-- described in src/quant/batch.h and src/quant/chunk.h.
--
-- The tables of samples refer to no other: a reference is checked row by row and locks the row it
-- points to, thousands of times a second. Row security holds them to the tenant like all others.

CREATE TABLE series_counters (
    tenant_id   uuid PRIMARY KEY REFERENCES tenants (id),
    last_no     integer NOT NULL
);

CREATE TABLE series (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    no          integer NOT NULL,           -- small, per tenant: what the payloads say
    id          uuid NOT NULL,              -- what the API says
    key         text NOT NULL,              -- how senders call it: "P-101.vibration_rms", with tags
                                            -- "P-101,sensor=DE.vibration_rms"
    asset_id    uuid,
    asset_code  text,                       -- as senders name it; asset_id follows as soon as an
                                            -- asset of this code is there (job series.link)
    component_id uuid,
    metric      text NOT NULL,
    name        text,
    name_ar     text,
    unit        text NOT NULL DEFAULT '1',
    kind        text NOT NULL CONSTRAINT series_kind_check CHECK (kind IN (
                    'measured', 'calculated', 'simulated')),
    is_state    boolean NOT NULL DEFAULT false, -- a value holds until the next one
    state_texts jsonb,                      -- {"0": {"en": "off", "ar": "متوقف"}}
    instrument_min double precision,        -- outside: UncertainEngineeringUnitsExceeded
    instrument_max double precision,
    gap_max_us  bigint,                     -- a longer silence is a gap; null: no limit
    exception_deviation double precision,   -- archive rule, in the unit; null: every sample
    exception_max_us bigint,
    compression_deviation double precision, -- swinging door: the largest error; null: lossless
    compression_max_us bigint,
    retention_days integer,                 -- null: the tenant's
    expression  text,                       -- of a calculated series
    source      text NOT NULL,              -- "line", "prometheus", "json", "csv", "demo", "person"
    is_active   boolean NOT NULL DEFAULT true, -- inactive: new samples are refused
    search      text GENERATED ALWAYS AS (search_fold(
                    key || ' ' || coalesce(name, '') || ' ' || coalesce(name_ar, ''))) STORED,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, no),
    CONSTRAINT series_id_key UNIQUE (tenant_id, id),
    CONSTRAINT series_key_key UNIQUE (tenant_id, key),
    CONSTRAINT series_asset_fkey FOREIGN KEY (tenant_id, asset_id)
        REFERENCES assets (tenant_id, id),
    CONSTRAINT series_component_fkey FOREIGN KEY (tenant_id, component_id)
        REFERENCES asset_components (tenant_id, id)
);
CREATE INDEX series_asset_idx ON series (tenant_id, asset_id, metric);
CREATE INDEX series_unlinked_idx ON series (tenant_id, asset_code) WHERE asset_id IS NULL;

CREATE TABLE series_batches (
    tenant_id   uuid NOT NULL,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL,
    time_min    timestamptz NOT NULL,
    time_max    timestamptz NOT NULL,
    series_min  integer NOT NULL,
    series_max  integer NOT NULL,
    samples     integer NOT NULL,
    is_noticed  boolean NOT NULL DEFAULT false, -- by what computes series: in series_dirty, or not
                                            -- read by any
    payload     bytea NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
ALTER TABLE series_batches ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Chunks of one series do not overlap in time.
CREATE TABLE series_chunks (
    tenant_id   uuid NOT NULL,
    series_no   integer NOT NULL,
    time_first  timestamptz NOT NULL,
    time_last   timestamptz NOT NULL,
    known_last  timestamptz NOT NULL,       -- when the latest-known sample in it became known
    samples     integer NOT NULL,           -- as received; an archive rule may keep fewer
    good        integer NOT NULL,
    value_min   double precision,           -- of good samples; null: none
    value_max   double precision,
    value_sum   double precision,
    value_first double precision,           -- of any quality
    value_last  double precision,
    quality_last bigint NOT NULL,
    summary     bytea,                      -- aggregates of clock-aligned cells (quant/summary.h)
    payload     bytea NOT NULL,
    PRIMARY KEY (tenant_id, series_no, time_first)
) WITH (toast_tuple_target = 8160);
ALTER TABLE series_chunks ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE series_chunks ALTER COLUMN summary SET STORAGE EXTERNAL;

-- Growing chunks are of any length: out of line in pieces of 2 KB they leave no half-empty pages.
CREATE TABLE series_open (
    tenant_id   uuid NOT NULL,
    series_no   integer NOT NULL,
    time_first  timestamptz NOT NULL,
    time_last   timestamptz NOT NULL,
    known_last  timestamptz NOT NULL,
    samples     integer NOT NULL,
    good        integer NOT NULL,
    value_min   double precision,
    value_max   double precision,
    value_sum   double precision,
    value_first double precision,
    value_last  double precision,
    quality_last bigint NOT NULL,
    summary     bytea,
    payload     bytea NOT NULL,
    PRIMARY KEY (tenant_id, series_no)
) WITH (autovacuum_vacuum_scale_factor = 0.1);
ALTER TABLE series_open ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE series_open ALTER COLUMN summary SET STORAGE EXTERNAL;

-- The newest folded sample of each series, narrow, so that a thousand of them are one short read.
CREATE TABLE series_last (
    tenant_id   uuid NOT NULL,
    series_no   integer NOT NULL,
    time        timestamptz NOT NULL,
    value       double precision,
    quality     bigint NOT NULL,
    known_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, series_no)
) WITH (fillfactor = 50);

CREATE TABLE series_history (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    series_no   integer NOT NULL,
    superseded_at timestamptz NOT NULL,
    time_first  timestamptz NOT NULL,
    time_last   timestamptz NOT NULL,
    samples     integer NOT NULL,
    reason      text NOT NULL CONSTRAINT series_history_reason_check CHECK (reason IN (
                    'rewrite', 'correction', 'deletion')),
    payload     bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX series_history_time_idx ON series_history (tenant_id, series_no, time_first);

-- Batches and chunks that could not be decoded any more, taken out of the record as they were, so
-- that they stop nothing; a person has to look.
CREATE TABLE series_broken (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    what        text NOT NULL CONSTRAINT series_broken_what_check CHECK (what IN (
                    'batch', 'chunk', 'open')),
    seq         bigint,                     -- of a batch
    series_no   integer,                    -- of a chunk
    time_first  timestamptz NOT NULL,
    time_last   timestamptz NOT NULL,
    known_last  timestamptz NOT NULL,       -- of a batch: received_at
    samples     integer NOT NULL,
    reason      text NOT NULL,
    payload     bytea NOT NULL,
    set_aside_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- What a person changed in the record, and why.
CREATE TABLE series_corrections (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    series_no   integer NOT NULL,
    kind        text NOT NULL CONSTRAINT series_corrections_kind_check CHECK (kind IN (
                    'delete', 'set', 'add', 'multiply', 'interpolate', 'mark')),
    time_from   timestamptz NOT NULL,
    time_to     timestamptz NOT NULL,
    value       double precision,
    quality     bigint,
    reason      text NOT NULL,
    status      text NOT NULL CONSTRAINT series_corrections_status_check CHECK (status IN (
                    'waiting', 'done', 'failed')),
    samples     bigint,                     -- touched
    done_to     timestamptz,                -- a long one is done in slices: everything before this
    error_code  text,                       -- of one that failed
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL,
    done_at     timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX series_corrections_series_idx ON series_corrections (tenant_id, series_no, created_at);

-- Which series a calculated one reads, and where it has to be computed anew.
CREATE TABLE series_inputs (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    series_no   integer NOT NULL,
    input_no    integer NOT NULL,
    newest      timestamptz,                -- of the input when it was last computed with
    PRIMARY KEY (tenant_id, series_no, input_no),
    FOREIGN KEY (tenant_id, series_no) REFERENCES series (tenant_id, no),
    FOREIGN KEY (tenant_id, input_no) REFERENCES series (tenant_id, no)
);
CREATE INDEX series_inputs_input_idx ON series_inputs (tenant_id, input_no);

CREATE TABLE series_dirty (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          bigint GENERATED ALWAYS AS IDENTITY,
    series_no   integer NOT NULL,           -- the calculated one
    input_no    integer,                    -- whose samples changed in the span; null: the span is
                                            -- that of the results
    time_from   timestamptz NOT NULL,
    time_to     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX series_dirty_series_idx ON series_dirty (tenant_id, series_no);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['series_counters', 'series', 'series_batches', 'series_chunks',
        'series_open', 'series_last', 'series_history', 'series_broken', 'series_corrections',
        'series_inputs', 'series_dirty'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;

-- What readiness asks of all tenants: is something broken, is a batch left lying.
CREATE POLICY series_broken_platform ON series_broken FOR SELECT TO optria_platform USING (true);
GRANT SELECT (tenant_id, id) ON series_broken TO optria_platform;
CREATE POLICY series_batches_platform ON series_batches FOR SELECT TO optria_platform USING (true);
GRANT SELECT (tenant_id, seq, received_at) ON series_batches TO optria_platform;
