-- What policies of maintenance would have cost over a recorded past: one row for each time that
-- somebody let them decide over it.
CREATE TABLE maintenance_backtests (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    dataset     text NOT NULL,              -- "azure-pdm"
    first_day   date NOT NULL,              -- of those decided on
    last_day    date NOT NULL,
    result      jsonb NOT NULL,             -- costs assumed, and each policy: src/backtest/stored.h
    currency    text NOT NULL,              -- of all money in it
    made_by     text NOT NULL,              -- a person's e-mail, "command line"
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT maintenance_backtests_days_check CHECK (last_day >= first_day)
);
CREATE INDEX maintenance_backtests_created_idx ON maintenance_backtests (tenant_id, created_at, id);

ALTER TABLE maintenance_backtests ENABLE ROW LEVEL SECURITY;
ALTER TABLE maintenance_backtests FORCE ROW LEVEL SECURITY;
CREATE POLICY maintenance_backtests_app ON maintenance_backtests TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON maintenance_backtests TO optria_app;
