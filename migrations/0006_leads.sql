-- "Request a demo" on the landing page. Rows belong to the platform's tenant.

CREATE TABLE leads (
    tenant_id    uuid NOT NULL REFERENCES tenants (id),
    id           uuid NOT NULL,
    full_name    text NOT NULL,
    email        text NOT NULL,
    organisation text NOT NULL,
    sector       text NOT NULL,
    message      text,
    lang         text NOT NULL,
    status       text NOT NULL DEFAULT 'new' CONSTRAINT leads_status_check
                 CHECK (status IN ('new', 'contacted', 'closed')),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX leads_created_idx ON leads (tenant_id, created_at, id);
ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads FORCE ROW LEVEL SECURITY;
CREATE POLICY leads_app ON leads TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON leads TO optria_app;
