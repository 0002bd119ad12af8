-- Who did what, when, from where. Rows are added in the transaction of the deed itself and never
-- changed: the program's role may neither update nor delete them one by one; the retention job
-- goes through a policy of its own, which lets it delete only rows past the tenant's retention.

CREATE TABLE audit_logs (
    tenant_id         uuid NOT NULL REFERENCES tenants (id),
    id                uuid NOT NULL,
    at                timestamptz NOT NULL,
    actor_kind        text NOT NULL CONSTRAINT audit_logs_actor_kind_check
                      CHECK (actor_kind IN ('system', 'user', 'token', 'job')),
    actor_id          uuid,
    actor_tenant_id   uuid, -- where the actor is at home; differs when a platform owner acts here
    actor_label       text NOT NULL,
    action            text NOT NULL, -- "user.created", "auth.signed_in"
    outcome           text NOT NULL DEFAULT 'done' CONSTRAINT audit_logs_outcome_check
                      CHECK (outcome IN ('done', 'refused')),
    object_type       text,
    object_id         text,
    object_label      text,
    changes           jsonb, -- {"field": {"from": ..., "to": ...}}; never a secret
    request_id        text,
    address           text,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_logs_at_idx ON audit_logs (tenant_id, at, id);
CREATE INDEX audit_logs_object_idx ON audit_logs (tenant_id, object_type, object_id, at);
CREATE INDEX audit_logs_actor_idx ON audit_logs (tenant_id, actor_id, at);
ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_logs_read ON audit_logs FOR SELECT TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
CREATE POLICY audit_logs_add ON audit_logs FOR INSERT TO optria_app
    WITH CHECK (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
-- Nothing younger than a year can be deleted by the program, whatever a setting says.
CREATE POLICY audit_logs_trim ON audit_logs FOR DELETE TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid
           AND at < now() - interval '365 days');
GRANT SELECT, INSERT, DELETE ON audit_logs TO optria_app;
