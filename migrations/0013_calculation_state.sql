-- What became of corrections and of calculated series, where people look for it.

-- The facts of error_code, for the sentence in the reader's language.
ALTER TABLE series_corrections ADD COLUMN error_facts jsonb;

-- Calculated series whose expression fails while it is computed: a row from the first failure on,
-- until it is computed again.
CREATE TABLE series_calc_failures (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    series_no   integer NOT NULL,
    failing_since timestamptz NOT NULL,
    failed_at   timestamptz NOT NULL,       -- the last time
    error_code  text NOT NULL,
    error_facts jsonb,
    PRIMARY KEY (tenant_id, series_no)
);

ALTER TABLE series_calc_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE series_calc_failures FORCE ROW LEVEL SECURITY;
CREATE POLICY series_calc_failures_app ON series_calc_failures TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON series_calc_failures TO optria_app;
