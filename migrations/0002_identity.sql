-- People, their sessions, machines' tokens, one-time secrets, and each tenant's settings.

CREATE TABLE users (
    tenant_id            uuid NOT NULL REFERENCES tenants (id),
    id                   uuid NOT NULL,
    email                text NOT NULL,
    username             text,
    full_name            text NOT NULL,
    role                 text NOT NULL CONSTRAINT users_role_check
                         CHECK (role IN ('platform_owner', 'tenant_admin', 'optimization_engineer',
                                         'reliability_engineer', 'engineer', 'viewer')),
    -- The platform's people live in the platform's tenant, and nobody else does.
    CONSTRAINT users_platform_role_check
        CHECK ((role = 'platform_owner')
               = (tenant_id = '00000000-0000-7000-8000-000000000001'::uuid)),
    password_hash        text,
    must_change_password boolean NOT NULL DEFAULT false,
    is_active            boolean NOT NULL DEFAULT true,
    totp_secret          bytea,       -- sealed with the master key
    totp_enabled_at      timestamptz, -- null: set up has begun at most
    totp_last_step       bigint NOT NULL DEFAULT 0, -- a code counts once
    lang                 text CONSTRAINT users_lang_check CHECK (lang IN ('ar', 'en')),
    time_zone            text,
    arabic_digits        boolean NOT NULL DEFAULT false,
    hijri                boolean NOT NULL DEFAULT false,
    last_login_at        timestamptz,
    version              bigint NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_username_key UNIQUE (tenant_id, username)
);
CREATE UNIQUE INDEX users_email_key ON users (tenant_id, lower(email));
CREATE INDEX users_created_idx ON users (tenant_id, created_at, id);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY users_app ON users TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
-- Counts for the platform's overview; of a person it sees nothing.
CREATE POLICY users_platform ON users FOR SELECT TO optria_platform USING (true);
GRANT SELECT, INSERT, UPDATE ON users TO optria_app;
GRANT SELECT (tenant_id, id, is_active, role, last_login_at) ON users TO optria_platform;

CREATE TABLE user_sessions (
    tenant_id        uuid NOT NULL REFERENCES tenants (id),
    id               uuid NOT NULL,
    user_id          uuid NOT NULL,
    acting_tenant_id uuid NOT NULL REFERENCES tenants (id), -- differs for a platform owner
                                                            -- who looks into a tenant
    csrf_token       text NOT NULL,
    serial           bigint NOT NULL DEFAULT 1, -- rises at each rotation of the cookie
    confirmed_at     timestamptz, -- when the newest cookie first came back; null: not yet
    created_at       timestamptz NOT NULL,
    seen_at          timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    revoked_at       timestamptz,
    revoked_why      text,
    address          text,
    user_agent       text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX user_sessions_user_idx ON user_sessions (tenant_id, user_id, created_at);
CREATE INDEX user_sessions_expires_idx ON user_sessions (tenant_id, expires_at);
ALTER TABLE user_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY user_sessions_app ON user_sessions TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON user_sessions TO optria_app;

CREATE TABLE api_tokens (
    tenant_id         uuid NOT NULL REFERENCES tenants (id),
    id                uuid NOT NULL,
    name              text NOT NULL,
    secret_hash       bytea NOT NULL, -- of 256 random bits: a fast hash is enough
    hint              text NOT NULL,  -- the last four characters, to tell tokens apart
    capabilities      text[] NOT NULL,
    created_by        uuid NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    expires_at        timestamptz NOT NULL,
    revoked_at        timestamptz,
    last_used_at      timestamptz,
    last_used_address text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_tokens_name_key UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX api_tokens_created_idx ON api_tokens (tenant_id, created_at, id);
ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY api_tokens_app ON api_tokens TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON api_tokens TO optria_app;

-- What is shown once: first passwords, reset links. The text is sealed with the master key and
-- is gone with the first look.
CREATE TABLE one_time_secrets (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    id         uuid NOT NULL,
    purpose    text NOT NULL,
    owner_id   uuid NOT NULL, -- the only user who may look
    sealed     bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    opened_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
ALTER TABLE one_time_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY one_time_secrets_app ON one_time_secrets TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON one_time_secrets TO optria_app;

CREATE TABLE password_resets (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    user_id     uuid NOT NULL,
    secret_hash bytea NOT NULL,
    created_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX password_resets_user_idx ON password_resets (tenant_id, user_id);
ALTER TABLE password_resets ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_resets FORCE ROW LEVEL SECURITY;
CREATE POLICY password_resets_app ON password_resets TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON password_resets TO optria_app;

-- One row per tenant; what is absent in `settings` has its preset (tenant/settings.h).
CREATE TABLE tenant_settings (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    settings   jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id)
);
ALTER TABLE tenant_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_settings_app ON tenant_settings TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON tenant_settings TO optria_app;
