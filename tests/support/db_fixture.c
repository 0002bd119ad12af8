#include "support/db_fixture.h"

static const char tables[] =
    "CREATE TABLE things ("
    " tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, n bigint NOT NULL,"
    " parent_id uuid,"
    " PRIMARY KEY (tenant_id, id),"
    " CONSTRAINT things_name_key UNIQUE (tenant_id, name),"
    " CONSTRAINT things_n_check CHECK (n < 1000),"
    " CONSTRAINT things_parent_fkey FOREIGN KEY (tenant_id, parent_id)"
    "  REFERENCES things (tenant_id, id) DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE stars (tenant_id uuid NOT NULL PRIMARY KEY, a bigint);"
    "ALTER TABLE things ENABLE ROW LEVEL SECURITY;"
    "ALTER TABLE things FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY things_app ON things TO optria_app"
    " USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);"
    "CREATE POLICY things_platform ON things FOR SELECT TO optria_platform USING (true);"
    "GRANT SELECT, INSERT, UPDATE ON things TO optria_app;"
    "GRANT SELECT, UPDATE ON stars TO optria_app;"
    "GRANT SELECT, INSERT ON things TO optria_platform;"
    "CREATE FUNCTION things_secret_add() RETURNS void LANGUAGE sql AS "
    " $$ INSERT INTO things (tenant_id, id, name, n) VALUES"
    " (current_setting('optria.tenant')::uuid, gen_random_uuid(), 'secret', 0) $$;";

static const char rows[] =
    "TRUNCATE things, stars;"
    "INSERT INTO things (tenant_id, id, name, n) VALUES"
    " ('0a000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000a', 'a1', 1),"
    " ('0a000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000001a', 'a2', 2),"
    " ('0b000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000b', 'b1', 1);"
    "INSERT INTO stars VALUES ('0a000000-0000-0000-0000-000000000000', 1);";

int db_fixture_open(void **state)
{
    db_fixture *f = calloc(1, sizeof *f);
    f->arena = oq_arena_open(0);
    f->db = testdb_open();
    testdb_exec(f->db, tables);
    *state = f;
    return 0;
}

int db_fixture_close(void **state)
{
    db_fixture *f = *state;
    db_pool_close(f->pool);
    testdb_close(f->db);
    oq_arena_close(f->arena);
    free(f);
    return 0;
}

int db_fixture_reset(void **state)
{
    db_fixture *f = *state;
    oq_err_reset();
    testdb_exec(f->db, rows);
    db_fixture_pool(f, testdb_pool_options(f->db));
    return 0;
}

void db_fixture_pool(db_fixture *f, db_pool_options options)
{
    db_pool_close(f->pool);
    f->pool = NULL;
    CHECK_OK(db_pool_open(&options, &f->pool));
}

oq_scope *db_fixture_scope(db_fixture *f, oq_uuid tenant_id, oq_access access)
{
    const oq_scope_options options = {.pool = f->pool,
                                      .tenant_id = tenant_id,
                                      .access = access,
                                      .actor = {.label = OQ_STR("test")},
                                      .request_id = OQ_STR("test"),
                                      .arena = f->arena};
    oq_scope *s = NULL;
    CHECK_OK(oq_scope_open(&options, &s));
    return s;
}

db_platform *db_fixture_platform(db_fixture *f, oq_access access)
{
    const db_platform_options options = {.pool = f->pool,
                                         .access = access,
                                         .actor = {.label = OQ_STR("test")},
                                         .request_id = OQ_STR("test"),
                                         .arena = f->arena};
    db_platform *p = NULL;
    CHECK_OK(db_platform_open(&options, &p));
    return p;
}
