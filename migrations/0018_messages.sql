-- Messages that leave the program: by mail and by webhook. Rows of an outbox, written in the
-- transaction that they tell about and sent by a job afterwards.

ALTER TABLE notifications ADD COLUMN urgency text NOT NULL DEFAULT 'normal'
    CONSTRAINT notifications_urgency_check CHECK (urgency IN ('low', 'normal', 'high', 'urgent'));
ALTER TABLE notifications ADD COLUMN topic text NOT NULL DEFAULT 'system'
    CONSTRAINT notifications_topic_check CHECK (topic IN (
        'system', 'alarm', 'incident', 'work_order', 'job'));
ALTER TABLE notifications ADD COLUMN once_key text;        -- told once: see notify_order.once_key
ALTER TABLE notifications ADD COLUMN trace_id uuid;
CREATE UNIQUE INDEX notifications_once_key ON notifications (tenant_id, user_id, once_key);

-- What a person wants to hear of, and how. No row: everything in the app, by mail what the tenant's
-- minimum says. The minimum (tenant_settings) holds whatever stands here.
CREATE TABLE notification_choices (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    user_id     uuid NOT NULL,
    topic       text NOT NULL CONSTRAINT notification_choices_topic_check CHECK (topic IN (
                    'system', 'alarm', 'incident', 'work_order', 'job')),
    in_app      boolean NOT NULL DEFAULT true,
    by_mail     boolean NOT NULL DEFAULT false,
    urgency_min text NOT NULL DEFAULT 'low' CONSTRAINT notification_choices_urgency_check
                    CHECK (urgency_min IN ('low', 'normal', 'high', 'urgent')), -- of both ways
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id, topic),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- When a person's mail waits; what is urgent does not.
CREATE TABLE notification_quiet (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    user_id     uuid NOT NULL,
    starts_min  integer NOT NULL CONSTRAINT notification_quiet_start_check
                    CHECK (starts_min BETWEEN 0 AND 1439), -- of the day, in the person's zone
    length_min  integer NOT NULL CONSTRAINT notification_quiet_length_check
                    CHECK (length_min BETWEEN 0 AND 1440),
    days        integer NOT NULL DEFAULT 127, -- bit 0: Sunday
    hourly_max  integer NOT NULL DEFAULT 20, -- mails an hour; more come as one digest
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE webhooks (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    name        text NOT NULL,
    url         text NOT NULL,
    secret      bytea NOT NULL,             -- sealed; signs what is sent
    topics      text[] NOT NULL DEFAULT '{}', -- none: all
    is_active   boolean NOT NULL DEFAULT true,
    failures    integer NOT NULL DEFAULT 0, -- one behind the other
    failing_since timestamptz,              -- the first of them
    last_ok_at  timestamptz,
    last_error_code  text,
    last_error_facts jsonb,
    stopped_at  timestamptz,                -- switched off by the program, after days of failures
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT webhooks_name_key UNIQUE (tenant_id, name)
);

CREATE TABLE outbox (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,              -- also the message's id at the receiver: a second
                                            -- delivery after a crash can be told apart
    channel     text NOT NULL CONSTRAINT outbox_channel_check CHECK (channel IN ('mail', 'webhook')),
    user_id     uuid,                       -- of a mail
    webhook_id  uuid,
    notification_id uuid,
    topic       text NOT NULL,
    urgency     text NOT NULL,
    content     jsonb NOT NULL,
    status      text NOT NULL DEFAULT 'waiting' CONSTRAINT outbox_status_check CHECK (status IN (
                    'waiting', 'sent', 'failed', 'dropped')),
    tries       integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,       -- while it is being sent: when it is taken for lost
    first_try_at timestamptz,               -- from here on the time until it is given up
    was_held    boolean NOT NULL DEFAULT false, -- by quiet hours, or by the limit of an hour
    digest_id   uuid,                       -- goes out in one mail with others, under this id
    sent_at     timestamptz,
    error_code  text,
    error_facts jsonb,
    once_key    text,
    trace_id    uuid,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT outbox_once_key UNIQUE (tenant_id, channel, once_key),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks (tenant_id, id),
    FOREIGN KEY (tenant_id, notification_id) REFERENCES notifications (tenant_id, id)
        ON DELETE SET NULL (notification_id)
);
CREATE INDEX outbox_notification_idx ON outbox (tenant_id, notification_id);
CREATE INDEX outbox_webhook_idx ON outbox (tenant_id, webhook_id, created_at, id);
CREATE INDEX outbox_user_idx ON outbox (tenant_id, user_id, sent_at) WHERE status = 'sent';
CREATE INDEX outbox_due_idx ON outbox (tenant_id, next_at, id) WHERE status = 'waiting';
CREATE INDEX outbox_created_idx ON outbox (tenant_id, created_at, id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['notification_choices', 'notification_quiet', 'webhooks', 'outbox'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO optria_app USING (tenant_id = '
                       'nullif(current_setting(''optria.tenant'', true), '''')::uuid)', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO optria_app', t);
    END LOOP;
END
$$;
