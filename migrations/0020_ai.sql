-- What models say of assets: models with what they were fitted on, and scores that name their model.

-- One row a fit; nothing of it changes but drift. The newest READY one of a class (or of one asset)
-- and kind is the one in use, unless a person put an older one back.
CREATE TABLE ai_models (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    kind        text NOT NULL CONSTRAINT ai_models_kind_check CHECK (kind IN (
                    'life',                 -- Weibull of lifetimes, by failure mode or component
                    'failure',              -- fails within the horizon: boosted, calibrated
                    'rul',                  -- remaining useful life from condition
                    'anomaly')),            -- how one asset is when all is well
    class_id    uuid,                       -- of every asset of the class; or
    asset_id    uuid,                       -- of this asset alone
    number      integer NOT NULL,           -- 1, 2, ... of its class or asset and kind
    state       text NOT NULL CONSTRAINT ai_models_state_check CHECK (state IN (
                    'READY', 'NOT_ENOUGH', 'FAILED')),
    is_current  boolean NOT NULL DEFAULT false,
    used_from   timestamptz,                -- since when it was in use the last time; null: never
    used_to     timestamptz,                -- until when; null: it still is
    data_from   timestamptz,                -- what it was fitted on
    data_to     timestamptz,
    split_at    timestamptz,                -- fitted before, judged after
    assets      integer NOT NULL DEFAULT 0,
    rows        bigint NOT NULL DEFAULT 0,
    failures    integer NOT NULL DEFAULT 0,
    horizon_h   double precision,           -- of "fails within"
    metrics     jsonb NOT NULL DEFAULT '{}', -- see src/ai/model.h
    reliability jsonb NOT NULL DEFAULT '[]', -- bins: told, happened, count, with bounds
    features    jsonb NOT NULL DEFAULT '[]', -- names with importance, most important first
    missing     jsonb NOT NULL DEFAULT '[]', -- what it would need: [{"code", facts}]
    drift       jsonb,                      -- how far today's inputs are from those it learned from
    drift_at    timestamptz,
    body        bytea,                      -- what scores; see the parts of quant/ that read it
    made_by     text NOT NULL,              -- "job", or who asked for it
    made_at     timestamptz NOT NULL,
    took_us     bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT ai_models_owner_check CHECK ((class_id IS NULL) <> (asset_id IS NULL)),
    CONSTRAINT ai_models_class_key UNIQUE (tenant_id, kind, class_id, number),
    CONSTRAINT ai_models_asset_key UNIQUE (tenant_id, kind, asset_id, number),
    FOREIGN KEY (tenant_id, class_id) REFERENCES asset_classes (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
ALTER TABLE ai_models ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX ai_models_current_class_key ON ai_models (tenant_id, kind, class_id)
    WHERE is_current AND class_id IS NOT NULL;
CREATE UNIQUE INDEX ai_models_current_asset_key ON ai_models (tenant_id, kind, asset_id)
    WHERE is_current AND asset_id IS NOT NULL;
CREATE INDEX ai_models_made_idx ON ai_models (tenant_id, made_at, id);
CREATE INDEX ai_models_asset_idx ON ai_models (tenant_id, asset_id);
CREATE INDEX ai_models_class_idx ON ai_models (tenant_id, class_id);

-- One row an asset and moment it was looked at (AssetAIScore). NULL: not known, and `missing` says
-- why.
CREATE TABLE asset_ai_scores (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    asset_id    uuid NOT NULL,
    scored_at   timestamptz NOT NULL,       -- it rests on what was known by then
    is_latest   boolean NOT NULL DEFAULT true,
    state       text NOT NULL CONSTRAINT asset_ai_scores_state_check CHECK (state IN (
                    'ENOUGH', 'PARTIAL', 'NOT_ENOUGH')),
    health_score double precision CONSTRAINT asset_ai_scores_health_check CHECK (
                    health_score BETWEEN 0 AND 100),
    health_low  double precision,           -- what missing inputs leave open
    health_high double precision,
    failure_probability double precision CONSTRAINT asset_ai_scores_probability_check CHECK (
                    failure_probability BETWEEN 0 AND 1), -- within horizon_h
    failure_low double precision,
    failure_high double precision,
    horizon_h   double precision NOT NULL,
    rul_p10_h   double precision,
    rul_p50_h   double precision,
    rul_p90_h   double precision,
    anomaly_flag boolean NOT NULL DEFAULT false,
    anomaly_score double precision CONSTRAINT asset_ai_scores_anomaly_check CHECK (
                    anomaly_score BETWEEN 0 AND 1),
    production_risk_index double precision CONSTRAINT asset_ai_scores_risk_check CHECK (
                    production_risk_index BETWEEN 0 AND 100),
    top_mode    text,                       -- failure mode or component that is likeliest to fail
    curve       jsonb NOT NULL DEFAULT '[]', -- P(failed by day k): [[k, low, mid, high], ...]
    detail      jsonb NOT NULL,             -- contributors, missing, anomaly, rul: src/ai/score.h
    models      jsonb NOT NULL DEFAULT '[]', -- [{"id","kind","number"}]: what it was made with
    standing    integer NOT NULL DEFAULT 0, -- what was told of it and still holds: 1 health is low,
                                            -- 2 failure is likely, 4 an anomaly
    PRIMARY KEY (tenant_id, asset_id, scored_at),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
CREATE UNIQUE INDEX asset_ai_scores_latest_key ON asset_ai_scores (tenant_id, asset_id)
    WHERE is_latest;
CREATE INDEX asset_ai_scores_risk_idx ON asset_ai_scores (tenant_id, production_risk_index DESC)
    WHERE is_latest;
CREATE INDEX asset_ai_scores_time_idx ON asset_ai_scores (tenant_id, scored_at);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['ai_models', 'asset_ai_scores'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;

-- What readiness asks of all tenants: is anybody still being scored.
CREATE POLICY asset_ai_scores_platform ON asset_ai_scores FOR SELECT TO optria_platform USING (true);
GRANT SELECT (tenant_id, scored_at) ON asset_ai_scores TO optria_platform;
