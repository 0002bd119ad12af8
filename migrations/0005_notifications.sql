-- What people are told, and what open pages are told.

CREATE TABLE notifications (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    user_id     uuid NOT NULL,
    type        text NOT NULL,              -- "job.failed": names the sentence in both languages
    facts       jsonb NOT NULL DEFAULT '{}',-- fills the sentence
    title       text,                       -- free text where a person wrote it; else null
    body        text,
    entity_type text,
    entity_id   text,
    is_read     boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    read_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX notifications_user_idx ON notifications (tenant_id, user_id, created_at, id);
CREATE INDEX notifications_unread_idx ON notifications (tenant_id, user_id) WHERE NOT is_read;
ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications FORCE ROW LEVEL SECURITY;
CREATE POLICY notifications_app ON notifications TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON notifications TO optria_app;

-- Server-sent events of the last hour, so that a page that was cut off can catch up.
CREATE TABLE live_events (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    id         uuid NOT NULL,
    user_id    uuid,              -- null: everybody of the tenant
    event      text NOT NULL,
    data       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX live_events_created_idx ON live_events (tenant_id, created_at);
ALTER TABLE live_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE live_events FORCE ROW LEVEL SECURITY;
CREATE POLICY live_events_app ON live_events TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON live_events TO optria_app;
