-- Roles, tenants, and how sign-in finds the tenant of an e-mail address.
--
-- Two roles do the program's work and own nothing. optria_app sees one tenant at a time: every
-- policy below compares with the transaction's setting optria.tenant, and without it the
-- comparison is with NULL, so nothing is seen and nothing can be written. optria_platform is taken
-- for single transactions that cross tenants, and sees only the tables whose policies name it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'optria_app') THEN
        CREATE ROLE optria_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'optria_platform') THEN
        CREATE ROLE optria_platform NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
    EXECUTE format('GRANT optria_app, optria_platform TO %I', current_user);
EXCEPTION
    -- Roles belong to the whole server: another database's first start may be faster.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO optria_app, optria_platform;

-- Platform metadata. A tenant sees its own row.
CREATE TABLE tenants (
    id          uuid PRIMARY KEY,
    code        text NOT NULL CONSTRAINT tenants_code_key UNIQUE
                CONSTRAINT tenants_code_check CHECK (code ~ '^[A-Z][A-Z0-9_]{1,39}$'),
    name        text NOT NULL,
    industry    text NOT NULL CONSTRAINT tenants_industry_check
                CHECK (industry IN ('platform', 'oil_gas', 'power', 'water', 'manufacturing',
                                    'mining', 'other')),
    status      text NOT NULL DEFAULT 'active' CONSTRAINT tenants_status_check
                CHECK (status IN ('active', 'suspended')),
    time_zone   text NOT NULL DEFAULT 'Asia/Riyadh',
    currency    text NOT NULL DEFAULT 'SAR',
    is_demo     boolean NOT NULL DEFAULT false,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants_app ON tenants TO optria_app
    USING (id = nullif(current_setting('optria.tenant', true), '')::uuid);
CREATE POLICY tenants_platform ON tenants TO optria_platform USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON tenants TO optria_app;
GRANT SELECT, INSERT, UPDATE ON tenants TO optria_platform;

-- The owner of the platform is a tenant too, so that its users, jobs and audit are like any other's.
-- Migrations run as the owner of the tables, for whom forced policies hold as well.
CREATE POLICY tenants_owner ON tenants TO CURRENT_USER USING (true) WITH CHECK (true);
INSERT INTO tenants (id, code, name, industry)
VALUES ('00000000-0000-7000-8000-000000000001', 'PLATFORM', 'OPTRIA IQ', 'platform')
ON CONFLICT DO NOTHING;

-- Platform metadata: one row per sign-in name of the whole installation. Read by sign-in alone.
CREATE TABLE login_names (
    email_folded text PRIMARY KEY CONSTRAINT login_names_folded_check
                 CHECK (email_folded = lower(email_folded)),
    tenant_id    uuid NOT NULL REFERENCES tenants (id),
    user_id      uuid NOT NULL,
    CONSTRAINT login_names_user_key UNIQUE (tenant_id, user_id)
);
ALTER TABLE login_names ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_names FORCE ROW LEVEL SECURITY;
CREATE POLICY login_names_platform ON login_names TO optria_platform USING (true) WITH CHECK (true);
-- An administrator adds and renames people of the own tenant, and learns of no other's.
CREATE POLICY login_names_app ON login_names TO optria_app
    USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON login_names TO optria_app, optria_platform;

-- Platform metadata: failed sign-ins by account ("a:...") and by address ("p:..."), counted in
-- windows. Keys are hashes: the table tells nobody who tried.
CREATE TABLE login_throttle (
    key           text PRIMARY KEY,
    failures      bigint NOT NULL,
    window_start  timestamptz NOT NULL,
    blocked_until timestamptz
);
ALTER TABLE login_throttle ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_throttle FORCE ROW LEVEL SECURITY;
CREATE POLICY login_throttle_platform ON login_throttle TO optria_platform
    USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON login_throttle TO optria_platform;
CREATE INDEX login_throttle_window_idx ON login_throttle (window_start);
