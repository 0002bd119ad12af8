/* Signals: defined, changed, found, made for senders, linked to assets that come later. */
#include "historian/series.h"

#include <math.h>
#include <pthread.h>

#include "support/house.h"
#include "tenant/settings.h"

#include "base/banned.h"

#define SITE    "'0a000000-0000-0000-0000-000000000051'"
#define CLASS   "'0a000000-0000-0000-0000-000000000061'"
#define ASSET   "'0a000000-0000-0000-0000-000000000071'"
#define TENANT  "'0a000000-0000-0000-0000-000000000000'"
#define ID(n)   ((oq_uuid){{0xa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (n)}})
#define ASSET_1 ID(0x71)

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, assets, asset_classes, sites CASCADE");
    house_reset(state);
    testdb_exec(
        h->db,
        "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
        " VALUES (" TENANT ", " SITE ", 'RT', 'Ras Tanura', now(), now());"
        "INSERT INTO asset_classes (tenant_id, id, code, name, created_at, updated_at)"
        " VALUES (" TENANT ", " CLASS ", 'pump', 'Pump', now(), now());"
        "INSERT INTO asset_class_metrics (tenant_id, id, class_id, metric, name, name_ar, unit,"
        " instrument_min, instrument_max, gap_max_s, is_state, created_at, updated_at)"
        " VALUES (" TENANT ", gen_random_uuid(), " CLASS ", 'vibration_rms', 'Vibration',"
        " 'الاهتزاز', 'mm/s', 0, 50, 90, false, now(), now());"
        "INSERT INTO assets (tenant_id, id, site_id, class_id, code, name, created_at, updated_at)"
        " VALUES (" TENANT ", " ASSET ", " SITE ", " CLASS ", 'P-101', 'Pump', now(), now())");
    return 0;
}

static series_order order_of(house *h, const char *json)
{
    series_order o;
    CHECK_OK(oq_fields_read_json(h->arena, series_order_fields, oq_cstr(json), &o));
    return o;
}

static series *create(house *h, const char *json)
{
    series_order o = order_of(h, json);
    series *made = NULL;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_create(s, &o, &made));
    house_commit(s);
    return made;
}

#define PUMP "\"asset_id\":\"0a000000-0000-0000-0000-000000000071\",\"metric\":\"vibration_rms\""

static void test_created(void **state)
{
    house *h = *state;
    series *made = create(h, "{" PUMP "}");
    CHECK_STR("key", made->key, "P-101.vibration_rms");
    CHECK_STR("unit of the class", made->unit, "mm/s");
    CHECK_STR("name of the class", made->name_ar, "الاهتزاز");
    CHECK("limits of the class", made->instrument_min == 0 && made->instrument_max == 50);
    CHECK("gap of the class", made->gap_max_us == 90 * OQ_SECOND);
    CHECK("number", made->no == 1 && made->version == 1 && made->is_active);
    CHECK_STR("source", made->source, "person");
    series *second =
        create(h, "{" PUMP ",\"key\":\"P-101,sensor=DE.vibration_rms\",\"unit\":\"in/s\","
                  "\"instrument_max\":9,\"name\":\"Drive end\",\"is_active\":false}");
    CHECK_STR("own unit", second->unit, "in/s");
    CHECK("own limit beside the class's",
          second->instrument_min == 0 && second->instrument_max == 9);
    CHECK("own name alone", oq_str_eq(second->name, OQ_STR("Drive end")) && !second->name_ar.ptr);
    CHECK("next number", second->no == 2 && !second->is_active);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action ="
                                          " 'series.created' AND object_type = 'series'"),
                     2);
}

static void test_refused(void **state)
{
    house *h = *state;
    create(h, "{" PUMP "}");
    static const struct {
        const char *label, *json, *code;
    } row[] = {
        {"taken", "{" PUMP "}", "series.key_taken"},
        {"no metric", "{\"key\":\"a.b\"}", "field.required"},
        {"no key", "{\"metric\":\"b\"}", "field.required"},
        {"unit", "{\"key\":\"a.b\",\"metric\":\"b\",\"unit\":\"furlong\"}", "unit.unknown"},
        {"asset", "{\"metric\":\"b\",\"asset_id\":\"0a000000-0000-0000-0000-000000000099\"}",
         "asset.not_found"},
        {"component",
         "{\"key\":\"a.b\",\"metric\":\"b\",\"component_id\":"
         "\"0a000000-0000-0000-0000-000000000099\"}",
         "series.component_unknown"},
        {"limits", "{\"key\":\"a.b\",\"metric\":\"b\",\"instrument_min\":5,\"instrument_max\":5}",
         "series.limits_crossed"},
        {"new line", "{\"key\":\"a\\nb\",\"metric\":\"b\"}", "series.key_invalid"},
        {"calculated without", "{\"key\":\"a.b\",\"metric\":\"b\",\"kind\":\"calculated\"}",
         "series.expression_missing"},
        {"measured with", "{\"key\":\"a.b\",\"metric\":\"b\",\"expression\":\"1 + 1\"}",
         "series.expression_unexpected"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        series_order o = order_of(h, row[i].json);
        series *made = NULL;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_CODE(row[i].label, series_create(s, &o, &made), row[i].code);
        CHECK(row[i].label, !made);
        oq_scope_close(s);
    }
}

static void test_updated(void **state)
{
    house *h = *state;
    series *made = create(h, "{" PUMP "}"), *after = NULL;
    series_order o = order_of(h, "{\"name\":\"Casing\",\"instrument_max\":40,\"gap_max_us\":1000,"
                                 "\"key\":\"P-101.vibration_rms\",\"version\":1}");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_update(s, made->id, &o, &after));
    house_commit(s);
    CHECK("as ordered", after->version == 2 && after->instrument_max == 40 &&
                            isnan(after->instrument_min) && after->gap_max_us == 1000);
    CHECK_STR("the unit stays", after->unit, "mm/s");
    CHECK("no asset is an order too", oq_uuid_is_zero(after->asset_id));
    static const struct {
        const char *label, *json, *code;
    } row[] = {
        {"somebody was first", "{\"version\":1}", "series.version_stale"},
        {"key", "{\"key\":\"P-101.other\",\"version\":2}", "series.key_fixed"},
        {"metric", "{\"metric\":\"other\",\"version\":2}", "series.key_fixed"},
        {"kind", "{\"kind\":\"simulated\",\"version\":2}", "series.kind_fixed"},
        {"asset", "{\"asset_id\":\"0a000000-0000-0000-0000-000000000099\",\"version\":2}",
         "asset.not_found"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        o = order_of(h, row[i].json);
        s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_CODE(row[i].label, series_update(s, made->id, &o, &after), row[i].code);
        oq_scope_close(s);
    }
    s = house_scope(h, ADMIN_B, OQ_WRITE);
    CHECK_CODE("of another tenant", series_update(s, made->id, &o, &after), "series.not_found");
    oq_scope_close(s);
}

static void test_found(void **state)
{
    house *h = *state;
    create(h, "{" PUMP "}");
    create(h, "{\"key\":\"B.flow\",\"metric\":\"flow\",\"name_ar\":\"تدفّق أحمد\"}");
    series *c = create(h, "{\"key\":\"A.flow\",\"metric\":\"flow\",\"kind\":\"simulated\"}");
    static const struct {
        const char *label;
        series_filter filter;
        const char *keys;
    } row[] = {
        {"all", {.kind = 0}, "A.flow B.flow P-101.vibration_rms "},
        {"asset", {.asset_id = ASSET_1}, "P-101.vibration_rms "},
        {"metric", {.metric = OQ_STR_INIT("flow")}, "A.flow B.flow "},
        {"kind", {.kind = SERIES_SIMULATED}, "A.flow "},
        {"behind", {.after_key = OQ_STR_INIT("A.flow")}, "B.flow P-101.vibration_rms "},
        {"folded", {.q = OQ_STR_INIT("احمد")}, "B.flow "},
        {"part", {.q = OQ_STR_INIT("VIBRA")}, "P-101.vibration_rms "},
    };
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        series_list list;
        oq_str keys = OQ_STR("");
        CHECK_OK(series_find(s, &row[i].filter, 10, &list));
        for (size_t k = 0; k < list.count; k++)
            keys = oq_strf(h->arena, "%.*s%.*s ", OQ_FMT(keys), OQ_FMT(list.at[k].key));
        CHECK_STR(row[i].label, keys, row[i].keys);
    }
    series *got;
    series_list many;
    CHECK_OK(series_get(s, c->id, &got));
    CHECK_STR("by id", got->key, "A.flow");
    CHECK_OK(series_find_by_key(s, OQ_STR("B.flow"), &got));
    CHECK("by key", got && got->no == 2);
    CHECK_OK(series_find_by_key(s, OQ_STR("none"), &got));
    CHECK("no such key", !got);
    CHECK_OK(series_get_many(s, (oq_uuid[]){c->id, ID(9)}, 2, &many));
    assert_int_equal(many.count, 1);
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_READ);
    CHECK_CODE("another tenant", series_get(s, c->id, &got), "series.not_found");
    CHECK_OK(series_get_many(s, &c->id, 1, &many));
    assert_int_equal(many.count, 0);
    oq_scope_close(s);
}

/* --- as senders name them -----------------------------------------------------------------------*/

#define NAME(code, m)                                                                              \
    {                                                                                              \
        OQ_STR_INIT(code "." m), OQ_STR_INIT(code), OQ_STR_INIT(m),                                \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static void test_resolved(void **state)
{
    house *h = *state;
    const series_name name[] = {NAME("X-1", "t"), NAME("P-101", "vibration_rms"), NAME("X-1", "p"),
                                NAME("X-1", "t")};
    int32_t no[4];
    size_t created = 9;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_resolve(s, name, 4, false, OQ_STR("line"), no, &created));
    CHECK("none is made", !no[0] && !no[1] && !no[2] && !no[3] && created == 0);
    CHECK_OK(series_resolve(s, name, 4, true, OQ_STR("line"), no, &created));
    CHECK("in the order of their keys", created == 3 && no[1] == 1 && no[2] == 2 && no[0] == 3);
    CHECK("the same name twice", no[3] == no[0]);
    CHECK_OK(series_resolve(s, name, 4, true, OQ_STR("line"), no, &created));
    CHECK("found again", created == 0 && no[1] == 1);
    house_commit(s);
    series *e;
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(series_find_by_key(s, OQ_STR("P-101.vibration_rms"), &e));
    CHECK("of its asset", oq_uuid_eq(e->asset_id, ASSET_1) && e->instrument_max == 50);
    CHECK_STR("unit of the class", e->unit, "mm/s");
    CHECK_STR("source", e->source, "line");
    CHECK_OK(series_find_by_key(s, OQ_STR("X-1.t"), &e));
    CHECK_STR("a bare number", e->unit, "1");
    oq_scope_close(s);
    assert_int_equal(
        testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action = 'series.found_new'"
                             " AND object_label = 'X-1.t (+2)'"),
        1);
    assert_int_equal(testdb_number(h->db, "SELECT last_no FROM series_counters"), 3);
}

static void test_resolved_units(void **state)
{
    house *h = *state;
    series_name name[] = {NAME("P-101", "vibration_rms"), NAME("X-1", "t")};
    int32_t no[2];
    size_t created;
    name[0].unit = OQ_STR("in/s");
    name[1].unit = OQ_STR("parsec^");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("unknown", series_resolve(s, name, 2, true, OQ_STR("json"), no, &created),
               "unit.unknown");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_resolve(s, name, 1, true, OQ_STR("json"), no, &created));
    house_commit(s);
    CHECK_STR("the sender's", oq_cstr(testdb_value(h->db, "SELECT unit FROM series")), "in/s");
    name[0].key = OQ_STR("bad\tkey");
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("key", series_resolve(s, name, 1, true, OQ_STR("json"), no, &created),
               "series.key_invalid");
    oq_scope_close(s);
}

static void set_series_max(house *h, int64_t max)
{
    tenant_settings *settings, *stored;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(tenant_settings_get(s, &settings));
    settings->series_max = max;
    CHECK_OK(tenant_settings_put(s, settings, &stored));
    house_commit(s);
}

static void test_room(void **state)
{
    house *h = *state;
    const series_name name[] = {NAME("X", "c"), NAME("X", "a"), NAME("X", "b")};
    int32_t no[3];
    size_t created;
    set_series_max(h, 2);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_resolve(s, name, 3, true, OQ_STR("line"), no, &created));
    CHECK("as many as there is room for", created == 2 && no[0] == 0 && no[1] == 1 && no[2] == 2);
    CHECK_OK(series_resolve(s, name, 3, true, OQ_STR("line"), no, &created));
    CHECK("full", created == 0 && no[0] == 0 && no[1] == 1);
    house_commit(s);
    series_order o = order_of(h, "{\"key\":\"X.d\",\"metric\":\"d\"}");
    series *made;
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("for people too", series_create(s, &o, &made), "series.too_many");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_WRITE);
    CHECK_OK(series_resolve(s, name, 3, true, OQ_STR("line"), no, &created));
    CHECK("the limit is the tenant's", created == 3 && no[1] == 1);
    house_commit(s);
}

/* --- two senders at once ------------------------------------------------------------------------*/

enum { SENDERS = 4, SHARED = 3000 };

typedef struct sender {
    house *h;
    oq_arena *arena;
    bool backwards;
    int32_t no[SHARED];
    size_t created;
    const char *code;
} sender;

static oq_err *send_names(sender *me)
{
    oq_scope *s;
    series_name *name = oq_new_n(me->arena, series_name, SHARED);
    for (size_t i = 0; i < SHARED; i++) {
        size_t k = me->backwards ? SHARED - 1 - i : i;
        name[k] = (series_name){.key = oq_strf(me->arena, "T-%05zu.x", i),
                                .asset_code = oq_strf(me->arena, "T-%05zu", i),
                                .metric = OQ_STR("x")};
    }
    OQ_TRY(oq_scope_open(&(oq_scope_options){.pool = me->h->pool,
                                             .tenant_id = house_tenant(ADMIN_A),
                                             .access = OQ_WRITE,
                                             .actor = {.kind = ACTOR_SYSTEM,
                                                       .home_tenant = house_tenant(ADMIN_A),
                                                       .label = OQ_STR("sender")},
                                             .arena = me->arena},
                         &s));
    oq_err *err = series_resolve(s, name, SHARED, true, OQ_STR("line"), me->no, &me->created);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static void *run_sender(void *arg)
{
    sender *me = arg;
    const oq_err *err = send_names(me);
    me->code = err ? oq_str_c(me->arena, oq_cstr(err->code)) : NULL;
    return NULL;
}

static void test_senders_at_once(void **state)
{
    house *h = *state;
    static sender all[SENDERS];
    pthread_t thread[SENDERS];
    size_t created = 0;
    for (size_t i = 0; i < SENDERS; i++) {
        all[i] = (sender){.h = h, .arena = oq_arena_open(0), .backwards = i % 2};
        assert_int_equal(pthread_create(&thread[i], NULL, run_sender, &all[i]), 0);
    }
    for (size_t i = 0; i < SENDERS; i++)
        pthread_join(thread[i], NULL);
    for (size_t i = 0; i < SENDERS; i++) {
        CHECK(all[i].code ? all[i].code : "sent", !all[i].code);
        created += all[i].created;
        for (size_t k = 0; k < SHARED; k++)
            assert_int_equal(all[i].no[all[i].backwards ? SHARED - 1 - k : k], all[0].no[k]);
    }
    assert_int_equal(created, SHARED);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series"), SHARED);
    assert_int_equal(testdb_number(h->db, "SELECT last_no FROM series_counters"), SHARED);
    for (size_t i = 0; i < SENDERS; i++)
        oq_arena_close(all[i].arena);
}

/* --- assets that come later ---------------------------------------------------------------------*/

static oq_uuid forgotten;

static void forget(oq_uuid tenant_id)
{
    forgotten = tenant_id;
}

static void test_linked(void **state)
{
    house *h = *state;
    const series_name name[] = {NAME("P-202", "vibration_rms"), NAME("P-303", "vibration_rms")};
    int32_t no[2];
    size_t created, linked;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_resolve(s, name, 2, true, OQ_STR("line"), no, &created));
    CHECK_OK(series_link(s, &linked));
    assert_int_equal(linked, 0);
    house_commit(s);
    testdb_exec(h->db, "INSERT INTO assets (tenant_id, id, site_id, class_id, code, name,"
                       " created_at, updated_at) VALUES (" TENANT ", gen_random_uuid(), " SITE
                       ", " CLASS ", 'P-202', 'Pump', now(), now())");
    forgotten = OQ_UUID_ZERO;
    series_use_forget(forget);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_link(s, &linked));
    CHECK("not before the commit", oq_uuid_is_zero(forgotten));
    house_commit(s);
    series_use_forget(NULL);
    assert_int_equal(linked, 1);
    CHECK("others are told", oq_uuid_eq(forgotten, house_tenant(ADMIN_A)));
    series *e;
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(series_find_by_key(s, name[0].key, &e));
    CHECK("linked", !oq_uuid_is_zero(e->asset_id) && e->instrument_max == 50);
    CHECK_STR("unit", e->unit, "mm/s");
    CHECK_OK(series_find_by_key(s, name[1].key, &e));
    CHECK("its asset is not there", oq_uuid_is_zero(e->asset_id));
    oq_scope_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_created, reset),
        cmocka_unit_test_setup(test_refused, reset),
        cmocka_unit_test_setup(test_updated, reset),
        cmocka_unit_test_setup(test_found, reset),
        cmocka_unit_test_setup(test_resolved, reset),
        cmocka_unit_test_setup(test_resolved_units, reset),
        cmocka_unit_test_setup(test_room, reset),
        cmocka_unit_test_setup(test_senders_at_once, reset),
        cmocka_unit_test_setup(test_linked, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
