/* Units of work on a real PostgreSQL: what a tenant sees, what a reading scope may, what is kept.
 */
#include "support/db_fixture.h"

#include "db/constraint.h"

#include "integration/things.h"

static int64_t count_things(oq_scope *s)
{
    sql_thing_count_rows rows;
    CHECK_OK(sql_thing_count(s, &rows));
    return rows.at[0].count;
}

static sql_who_am_i_row who_am_i(oq_scope *s)
{
    sql_who_am_i_rows rows;
    CHECK_OK(sql_who_am_i(s, &rows));
    assert_int_equal(rows.count, 1);
    return rows.at[0];
}

static oq_err *add(oq_scope *s, const char *name, int64_t n)
{
    return sql_thing_add(
        s, (sql_thing_add_args){.id = oq_uuid_new(oq_clock_now()), .name = oq_cstr(name), .n = n},
        NULL);
}

/* --- tenants -----------------------------------------------------------------------------------*/

static void test_a_tenant_sees_its_own(void **state)
{
    db_fixture *f = *state;
    oq_scope *a = db_fixture_scope(f, TENANT_A, OQ_READ);
    oq_scope *b = db_fixture_scope(f, TENANT_B, OQ_READ);
    sql_thing_find_rows rows;
    CHECK_OK(sql_thing_find(a, (sql_thing_find_args){0}, &rows));
    assert_int_equal(rows.count, 2);
    CHECK_STR("first", rows.at[0].name, "a1");
    CHECK_STR("second", rows.at[1].name, "a2");
    assert_int_equal(rows.at[1].n, 2);
    CHECK_OK(sql_thing_find(b, (sql_thing_find_args){.name = OQ_STR("b1")}, &rows));
    assert_int_equal(rows.count, 1);
    CHECK_OK(sql_thing_find(b, (sql_thing_find_args){.name = OQ_STR("a1")}, &rows));
    assert_int_equal(rows.count, 0);
    oq_scope_close(a);
    oq_scope_close(b);
}

/* The second wall alone: statements that forget the tenant, as none of ours can. */
static const oq_field count_fields[] = {OQ_I64(sql_thing_count_row, count), OQ_FIELDS_END};
static const db_stmt count_without_tenant = {.name = "COUNT_WITHOUT_TENANT",
                                             .sql = "SELECT count(*) AS count FROM things",
                                             .fields = count_fields,
                                             .row_size = sizeof(sql_thing_count_row)};
static const db_stmt update_without_tenant = {
    .name = "UPDATE_WITHOUT_TENANT", .sql = "UPDATE things SET n = n + 1", .writes = true};
static const db_stmt steal_into_b = {
    .name = "STEAL_INTO_B",
    .writes = true,
    .sql = "UPDATE things SET tenant_id = '0b000000-0000-0000-0000-000000000000'"};

static void test_row_security_holds_alone(void **state)
{
    db_fixture *f = *state;
    oq_scope *a = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    void *rows;
    size_t count;
    CHECK_OK(db_run(a, &count_without_tenant, NULL, &rows, &count));
    assert_int_equal(((sql_thing_count_row *)rows)->count, 2);
    CHECK_OK(db_run(a, &update_without_tenant, NULL, NULL, &count));
    assert_int_equal(count, 2);
    CHECK_CODE("steal", db_run(a, &steal_into_b, NULL, NULL, NULL), "db.denied");
    oq_scope_close(a);
}

static void test_without_tenant_nothing(void **state)
{
    db_fixture *f = *state;
    const char *none = testdb_value(f->db, "BEGIN; SET LOCAL ROLE optria_app;"
                                           "SELECT count(*) FROM things");
    CHECK_STR("no setting", oq_cstr(none), "0");
    testdb_exec(f->db, "ROLLBACK");
    none = testdb_value(f->db, "BEGIN; SET LOCAL ROLE optria_app; SET LOCAL optria.tenant = '';"
                               "SELECT count(*) FROM things");
    CHECK_STR("empty setting", oq_cstr(none), "0");
    testdb_exec(f->db, "ROLLBACK");
    oq_scope *nobody = NULL;
    const oq_scope_options options = {.pool = f->pool, .arena = f->arena};
    CHECK_CODE("zero", oq_scope_open(&options, &nobody), "db.no_tenant");
    assert_null(nobody);
}

/* One connection for everybody: nothing is carried over, whatever came before. */
static void test_reused_connection_carries_nothing(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = 1;
    db_fixture_pool(f, options);
    int64_t backend = 0;
    for (int round = 0; round < 3; round++) {
        oq_scope *a = db_fixture_scope(f, TENANT_A, round == 1 ? OQ_WRITE : OQ_READ);
        assert_int_equal(count_things(a), 2);
        if (round == 2) /* a unit that fails */
            CHECK_CODE("divide", sql_divide(a, (sql_divide_args){.by = 0}, &(sql_divide_rows){0}),
                       "db.value_refused");
        oq_scope_close(a);

        oq_scope *b = db_fixture_scope(f, TENANT_B, OQ_READ);
        sql_who_am_i_row who = who_am_i(b);
        CHECK_STR("tenant", who.tenant, "0b000000-0000-0000-0000-000000000000");
        CHECK_STR("role", who.role, "optria_app");
        CHECK_STR("mode", who.is_reading, "on");
        assert_int_equal(count_things(b), 1);
        CHECK("one backend", backend == 0 || backend == who.backend);
        backend = who.backend;
        oq_scope_close(b);

        db_platform *p = db_fixture_platform(f, OQ_WRITE);
        sql_who_is_it_rows it;
        CHECK_OK(sql_who_is_it(p, &it));
        CHECK_STR("role", it.at[0].role, "optria_platform");
        CHECK_STR("tenant", it.at[0].tenant, "");
        CHECK_STR("mode", it.at[0].is_reading, "off");
        db_platform_close(p);
    }
    assert_int_equal(db_pool_stats_get(f->pool).opened_total, 1);
}

/* --- reading and writing -----------------------------------------------------------------------*/

static void test_reading_cannot_write(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    CHECK_CODE("stopped here", add(s, "x", 1), "db.read_only");
    CHECK_CODE("a lock",
               sql_thing_lock(s, (sql_thing_lock_args){OQ_STR("a1")}, &(sql_thing_lock_rows){0}),
               "db.read_only");
    /* The database knows it too, should a statement hide what it does. */
    CHECK_CODE("stopped there", sql_thing_secret_add(s, NULL), "db.read_only");
    assert_int_equal(count_things(s), 2); /* a reading scope goes on after an error */
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things"), 3);
}

static void test_reading_holds_no_connection(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = 1;
    options.wait_max_ms = 0;
    db_fixture_pool(f, options);
    oq_scope *one = db_fixture_scope(f, TENANT_A, OQ_READ);
    oq_scope *other = db_fixture_scope(f, TENANT_B, OQ_READ);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(count_things(one), 2);
        assert_int_equal(db_pool_stats_get(f->pool).busy, 0);
        assert_int_equal(count_things(other), 1);
    }
    oq_scope_close(one);
    oq_scope_close(other);
}

static void test_commit_keeps_and_close_forgets(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "kept", 7));
    size_t touched = 0;
    CHECK_OK(sql_thing_set(s, (sql_thing_set_args){OQ_STR("a1"), 9}, &touched));
    assert_int_equal(touched, 1);
    CHECK_OK(sql_thing_set(s, (sql_thing_set_args){OQ_STR("b1"), 9}, &touched));
    assert_int_equal(touched, 0);
    assert_int_equal(db_pool_stats_get(f->pool).busy, 1);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things WHERE name = 'kept'"), 0);
    CHECK_OK(oq_scope_commit(s));
    assert_int_equal(db_pool_stats_get(f->pool).busy, 0);
    CHECK_CODE("afterwards", add(s, "late", 1), "db.scope_ended");
    oq_scope_close(s);

    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "forgotten", 7));
    oq_scope_close(s);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things WHERE name = 'kept'"), 1);
    assert_int_equal(testdb_number(f->db, "SELECT n FROM things WHERE name = 'a1'"), 9);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things"), 4);
}

static void test_nothing_to_commit(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_scope_close(s);
    oq_scope_close(NULL);
    assert_int_equal(db_pool_stats_get(f->pool).opened_total, 0);
}

static void test_failed_scope_can_only_be_closed(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "half", 1));
    CHECK_CODE("taken", add(s, "a1", 1), "db.constraint");
    CHECK_CODE("next", add(s, "other", 1), "db.scope_failed");
    oq_err *err = oq_scope_commit(s);
    CHECK_CODE("commit", err, "db.scope_failed");
    CHECK_STR("why", err->arg[0].value, "db.constraint");
    oq_scope_close(s);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things"), 3);
    db_pool_stats stats = db_pool_stats_get(f->pool);
    assert_int_equal(stats.open, 1); /* rolled back and kept */
    assert_int_equal(stats.busy, 0);

    /* A mistake before anything was sent ends the unit as well. */
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_CODE("no name", sql_thing_set(s, (sql_thing_set_args){.n = 1}, NULL),
               "db.argument_missing");
    CHECK_CODE("commit", oq_scope_commit(s), "db.scope_failed");
    oq_scope_close(s);
}

static int calls;
static void note_call(void *arg)
{
    calls = calls * 10 + *(int *)arg;
}

static void test_after_commit(void **state)
{
    db_fixture *f = *state;
    int one = 1, two = 2, three = 3;
    calls = 0;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "x", 1));
    oq_scope_after_commit(s, note_call, &one);
    oq_mark mark = oq_arena_mark(f->arena);
    for (int i = 0; i < 5; i++)
        oq_scope_after_commit(s, note_call, &two);
    oq_arena_rewind(f->arena, mark);
    assert_int_equal(calls, 0);
    CHECK_OK(oq_scope_commit(s));
    assert_int_equal(calls, 122222);
    oq_scope_close(s);

    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    calls = 0;
    CHECK_OK(add(s, "y", 1));
    mark = oq_arena_mark(f->arena);
    oq_scope_after_commit_copy(s, note_call, oq_copy(f->arena, &three, sizeof three), sizeof three);
    oq_arena_rewind(f->arena, mark);
    CHECK_OK(oq_scope_commit(s));
    assert_int_equal(calls, 3);
    oq_scope_close(s);
    calls = 122222;

    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_scope_after_commit(s, note_call, &three);
    CHECK_CODE("taken", add(s, "a1", 1), "db.constraint");
    CHECK_CODE("commit", oq_scope_commit(s), "db.scope_failed");
    oq_scope_close(s);
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_scope_after_commit(s, note_call, &three);
    oq_scope_close(s);
    assert_int_equal(calls, 122222);
}

/* --- what a scope carries ----------------------------------------------------------------------*/

static void test_clock_stands_within_a_unit(void **state)
{
    db_fixture *f = *state;
    oq_clock_set(1000 * OQ_SECOND);
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    oq_clock_set(2000 * OQ_SECOND);
    oq_us now = oq_now(s);
    assert_int_equal(now, 2000 * OQ_SECOND);
    oq_clock_set(3000 * OQ_SECOND);
    assert_int_equal(oq_now(s), now);
    oq_clock_set(OQ_TIME_NONE);
    oq_scope_close(s);
}

/* A record of the past ends at its second 500. */
static void check_record(db_fixture *f, oq_access access, oq_us clock, oq_us now, oq_us moment)
{
    oq_scope *s;
    oq_clock_set(clock);
    CHECK_OK(oq_scope_open(&(oq_scope_options){.pool = f->pool,
                                               .tenant_id = TENANT_A,
                                               .access = access,
                                               .arena = f->arena,
                                               .stands_at = 500 * OQ_SECOND},
                           &s));
    assert_int_equal(oq_moment(s), moment);
    assert_int_equal(oq_now(s), now);
    oq_scope_close(s);
    oq_clock_set(OQ_TIME_NONE);
}

static void test_record_of_the_past(void **state)
{
    db_fixture *f = *state;
    const oq_us end = 500 * OQ_SECOND, today = 9000 * OQ_SECOND, then = 300 * OQ_SECOND;
    check_record(f, OQ_READ, today, end, end);
    check_record(f, OQ_WRITE, today, today, end); /* what is written says when it truly was */
    check_record(f, OQ_READ, then, then, then);   /* a replay on its way to the end */
    oq_clock_set(today);
    oq_scope *living = db_fixture_scope(f, TENANT_A, OQ_READ);
    assert_int_equal(oq_moment(living), today);
    oq_scope_close(living);
    oq_clock_set(OQ_TIME_NONE);
}

static void test_actor_and_rights(void **state)
{
    db_fixture *f = *state;
    const oq_scope_options options = {.pool = f->pool,
                                      .tenant_id = TENANT_A,
                                      .arena = f->arena,
                                      .request_id = OQ_STR("r-1"),
                                      .actor = {.kind = ACTOR_USER,
                                                .label = OQ_STR("x@y.z"),
                                                .role = ROLE_VIEWER,
                                                .caps = oq_caps_of_role(ROLE_VIEWER)}};
    oq_scope *s;
    CHECK_OK(oq_scope_open(&options, &s));
    CHECK_OK(oq_scope_require(s, CAP_DASHBOARD_VIEW));
    CHECK_CODE("manage", oq_scope_require(s, CAP_USER_MANAGE), "access.forbidden");
    CHECK_STR("label", oq_scope_actor(s)->label, "x@y.z");
    CHECK_STR("request", oq_scope_request_id(s), "r-1");
    assert_true(oq_uuid_eq(oq_scope_tenant(s), TENANT_A));
    assert_ptr_equal(oq_scope_arena(s), f->arena);
    CHECK_STR("kind", oq_cstr(oq_choice_text(actor_kind_choices, ACTOR_TOKEN)), "token");
    oq_scope_close(s);
}

/* --- the platform ------------------------------------------------------------------------------*/

static void test_platform_crosses_tenants(void **state)
{
    db_fixture *f = *state;
    db_platform *p = db_fixture_platform(f, OQ_READ);
    sql_thing_all_rows rows;
    CHECK_OK(sql_thing_all(p, &rows));
    assert_int_equal(rows.count, 3);
    sql_who_is_it_rows who;
    CHECK_OK(sql_who_is_it(p, &who));
    CHECK_STR("mode", who.at[0].is_reading, "on");
    assert_int_equal(db_pool_stats_get(f->pool).busy, 0);
    CHECK_OK(db_platform_commit(p));
    db_platform_close(p);

    /* It may see these rows; the policies let it write none. */
    p = db_fixture_platform(f, OQ_WRITE);
    oq_err *err = sql_thing_add_anywhere(
        p, (sql_thing_add_anywhere_args){TENANT_A, oq_uuid_new(oq_clock_now()), OQ_STR("x")}, NULL);
    CHECK_CODE("write", err, "db.denied");
    db_platform_close(p);
    db_platform_close(NULL);
}

static void test_enter_and_leave(void **state)
{
    db_fixture *f = *state;
    db_platform *p = db_fixture_platform(f, OQ_WRITE);
    sql_who_is_it_rows it;
    CHECK_OK(sql_who_is_it(p, &it));
    oq_scope *a = NULL, *b = NULL;
    CHECK_OK(db_platform_enter(p, TENANT_A, &a));
    sql_who_am_i_row who = who_am_i(a);
    CHECK_STR("role", who.role, "optria_app");
    CHECK_STR("tenant", who.tenant, "0a000000-0000-0000-0000-000000000000");
    assert_int_equal(who.backend, it.at[0].backend); /* the same transaction */
    CHECK_OK(add(a, "seed", 1));
    assert_int_equal(oq_now(a), db_platform_now(p));
    CHECK_CODE("outside", sql_who_is_it(p, &it), "db.scope_left");

    CHECK_OK(db_platform_enter(p, TENANT_B, &b));
    assert_int_equal(count_things(b), 1);
    assert_true(oq_uuid_eq(oq_scope_tenant(b), TENANT_B));
    CHECK_OK(add(b, "seed", 1));

    CHECK_OK(db_platform_leave(p));
    CHECK_OK(sql_who_is_it(p, &it));
    CHECK_STR("role", it.at[0].role, "optria_platform");
    CHECK_STR("tenant", it.at[0].tenant, "");
    sql_thing_all_rows rows;
    CHECK_OK(sql_thing_all(p, &rows));
    assert_int_equal(rows.count, 5);
    CHECK_OK(db_platform_commit(p));
    db_platform_close(p);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things WHERE name = 'seed'"), 2);

    /* Reading, each statement tells anew whom it is for. */
    p = db_fixture_platform(f, OQ_READ);
    CHECK_OK(db_platform_enter(p, TENANT_B, &b));
    assert_int_equal(count_things(b), 2);
    CHECK_CODE("write", add(b, "x", 1), "db.read_only");
    CHECK_OK(db_platform_leave(p));
    CHECK_CODE("left", sql_thing_count(b, &(sql_thing_count_rows){0}), "db.scope_left");
    CHECK_OK(sql_thing_all(p, &rows));
    assert_int_equal(rows.count, 5);
    CHECK_CODE("zero", db_platform_enter(p, OQ_UUID_ZERO, &b), "db.no_tenant");
    db_platform_close(p);
}

static void test_entered_first(void **state)
{
    db_fixture *f = *state;
    int one = 1;
    calls = 0;
    db_platform *p = db_fixture_platform(f, OQ_WRITE);
    oq_scope *a;
    CHECK_OK(db_platform_enter(p, TENANT_A, &a));
    CHECK_OK(add(a, "first", 1)); /* before the platform has asked anything */
    oq_scope_after_commit(a, note_call, &one);
    CHECK_OK(db_platform_commit(p));
    db_platform_close(p);
    assert_int_equal(calls, 1);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things WHERE name = 'first'"), 1);

    p = db_fixture_platform(f, OQ_WRITE);
    CHECK_OK(db_platform_enter(p, TENANT_A, &a));
    CHECK_CODE("taken", add(a, "first", 1), "db.constraint");
    CHECK_OK(db_platform_leave(p));
    CHECK_CODE("failed", sql_thing_all(p, &(sql_thing_all_rows){0}), "db.scope_failed");
    CHECK_CODE("failed", db_platform_commit(p), "db.scope_failed");
    db_platform_close(p);
}

/* --- broken rules ------------------------------------------------------------------------------*/

static void test_constraints(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_err *err = add(s, "a1", 1);
    CHECK_CODE("unique", err, "db.constraint");
    assert_int_equal(err->kind, OQ_CONFLICT);
    CHECK_STR("name", err->arg[0].value, "things_name_key");
    assert_non_null(strstr(err->detail, "23505 in THING_ADD by things_name_key"));
    assert_null(strstr(err->detail, "a1")); /* no values of rows */
    oq_scope_close(s);

    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    err = add(s, "x", 1000);
    CHECK_CODE("check", err, "db.constraint");
    assert_int_equal(err->kind, OQ_INVALID);
    oq_scope_close(s);

    /* Another tenant's row is no parent; the deferred check speaks at the commit. */
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_uuid of_b = {{[15] = 0xb}};
    CHECK_OK(sql_thing_parent(s, (sql_thing_parent_args){OQ_STR("a1"), of_b}, NULL));
    int one = 1;
    calls = 0;
    oq_scope_after_commit(s, note_call, &one);
    err = oq_scope_commit(s);
    assert_int_equal(calls, 0);
    CHECK_CODE("reference", err, "db.constraint");
    CHECK_STR("name", err->arg[0].value, "things_parent_fkey");
    oq_scope_close(s);
    assert_int_equal(
        testdb_number(f->db, "SELECT count(*) FROM things WHERE parent_id IS NOT NULL"), 0);
    assert_int_equal(db_pool_stats_get(f->pool).busy, 0);
}

/* A constraint that a domain has named gives the domain's own code. */
static void test_named_constraint(void **state)
{
    db_fixture *f = *state;
    if (!db_all_constraints[0].name)
        skip();
    testdb_exec(f->db, oq_strf(f->arena, "ALTER TABLE things ADD CONSTRAINT \"%s\" CHECK (n <> 77)",
                               db_all_constraints[0].name)
                           .ptr);
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_err *err = add(s, "x", 77);
    CHECK_CODE("named", err, db_all_constraints[0].code);
    assert_true(err->field == db_all_constraints[0].field);
    oq_scope_close(s);
}

static void test_session_settings(void **state)
{
    db_fixture *f = *state;
    static const struct {
        const char *name, *value;
    } row[] = {
        {"TimeZone", "UTC"},
        {"jit", "off"},
        {"search_path", "public,pg_temp"},
        {"statement_timeout", "5s"},
        {"lock_timeout", "2500ms"},
        {"application_name", "optria test"},
        {"client_encoding", "UTF8"},
        {"row_security", "on"},
        {"default_transaction_isolation", "read committed"},
        {"idle_in_transaction_session_timeout", "1min"},
    };
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sql_setting_rows rows;
        CHECK_OK(sql_setting(s, (sql_setting_args){oq_cstr(row[i].name)}, &rows));
        CHECK_STR(row[i].name, rows.at[0].value, row[i].value);
    }
    oq_scope_close(s);
}

#define TEST(name) cmocka_unit_test_setup(name, db_fixture_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_tenant_sees_its_own),
        TEST(test_row_security_holds_alone),
        TEST(test_without_tenant_nothing),
        TEST(test_reused_connection_carries_nothing),
        TEST(test_reading_cannot_write),
        TEST(test_reading_holds_no_connection),
        TEST(test_commit_keeps_and_close_forgets),
        TEST(test_nothing_to_commit),
        TEST(test_failed_scope_can_only_be_closed),
        TEST(test_after_commit),
        TEST(test_clock_stands_within_a_unit),
        TEST(test_record_of_the_past),
        TEST(test_actor_and_rights),
        TEST(test_platform_crosses_tenants),
        TEST(test_enter_and_leave),
        TEST(test_entered_first),
        TEST(test_constraints),
        TEST(test_named_constraint),
        TEST(test_session_settings),
    };
    return cmocka_run_group_tests(tests, db_fixture_open, db_fixture_close);
}
