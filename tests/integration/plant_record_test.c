/* The engine under the plant's records, over every kind, on a real PostgreSQL. */
#include "audit/audit.h"
#include "plant/class.h"
#include "plant/clock.h"
#include "plant/cost.h"
#include "plant/record_inner.h"
#include "support/house.h"
#include "support/plant_samples.h"

#define EACH_KIND(kind)                                                                            \
    for (const record_kind *const *at_ = record_kinds, *kind; (kind = *at_); at_++)

static oq_uuid id_of(const record_kind *kind, const void *record)
{
    return record_id(kind, record);
}

/* --- every kind -------------------------------------------------------------------------------*/

/* A row that can work: what it names exists. */
static void test_kinds_are_whole(void **state)
{
    EACH_KIND(kind)
    {
        CHECK(kind->name, record_kind_find(oq_cstr(kind->path)) == kind);
        CHECK(kind->name, record_kind_find(oq_cstr(kind->name)) == kind);
        for (const char *const *n = kind->key; *n; n++)
            CHECK(*n, oq_field_find(kind->order, oq_cstr(*n)));
        for (const char *const *n = kind->columns; *n; n++)
            CHECK(*n, oq_field_find(kind->fields, oq_cstr(*n)));
        for (const record_ref *r = kind->refs; r && r->field; r++) {
            const record_kind *other = record_kind_find(oq_cstr(r->kind));
            CHECK(r->kind, other && other->labels);
            CHECK(r->field, oq_field_find(kind->order, oq_cstr(r->field))->type == OQ_TYPE_UUID);
            CHECK(r->column, !oq_field_find(kind->order, oq_cstr(r->column)));
        }
        for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++)
            CHECK(f->name, oq_field_find(kind->fields, oq_cstr(f->name))->offset == f->offset);
        CHECK(kind->name, oq_field_find(kind->fields, oq_cstr(kind->label)));
        CHECK(kind->name, oq_field_find(kind->fields, oq_cstr(kind->sort)));
        CHECK(kind->name, kind->read && kind->manage);
    }
}

/* What is given comes back, of every kind; the audit has it. */
static void test_round_trip(void **state)
{
    house *h = *state;
    EACH_KIND(kind)
    {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        oq_str json = plant_sample_json(s, kind, "Alpha");
        void *order = plant_sample_read(s, kind, json), *made, *read;
        CHECK_CODE(kind->name, record_add(s, kind, order, &made), NULL);
        CHECK_CODE(kind->name, record_get(s, kind, id_of(kind, made), &read), NULL);
        for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++)
            if (audit_field_differs(h->arena, f, order, read))
                fail_msg("%s.%s differs", kind->name, f->name);
        CHECK(kind->name, record_version(kind, read) == 1);
        house_commit(s);
        CHECK_CODE(kind->name,
                   testdb_number(h->db, oq_strf(h->arena,
                                                "SELECT count(*) FROM audit_logs WHERE action = "
                                                "'plant.added' AND object_type = '%s'",
                                                kind->name)
                                            .ptr) == 1
                       ? NULL
                       : oq_fail(OQ_INTERNAL, "no.audit"),
                   NULL);
        /* Every field of the sample is given, so that no column is forgotten. */
        for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++) {
            bool may_miss = strcmp(f->name, "parent_id") == 0 || strncmp(f->name, "low", 3) == 0 ||
                            strcmp(f->name, "class_id") == 0 || strcmp(f->name, "asset_id") == 0;
            CHECK(f->name, may_miss || record_is_given(f, read));
        }
        oq_arena_reset(h->arena);
    }
}

static void change_label(house *h, const record_kind *kind, void *record)
{
    /* A text that every kind could have changed: the first one that may be empty, or its label. */
    for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++) {
        void *at = (char *)record + f->offset;
        if (record_has_name(kind->fixed, f->name))
            continue;
        if (f->type == OQ_TYPE_TEXT && !f->required && !f->check && strcmp(f->name, "unit") != 0 &&
            !strstr(f->name, "unit"))
            *(oq_str *)at = OQ_STR("changed");
        else if (f->type == OQ_TYPE_BOOL)
            *(bool *)at = !*(bool *)at;
        else if (f->type == OQ_TYPE_DATE && strcmp(f->name, "from_day") != 0)
            *(oq_date *)at += 1;
        else
            continue;
        return;
    }
    fail_msg("%s: nothing to change", kind->name);
}

static void test_change(void **state)
{
    house *h = *state;
    EACH_KIND(kind)
    {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        oq_uuid id = plant_sample(s, kind, "Beta");
        void *read, *changed, *again;
        CHECK_OK(record_get(s, kind, id, &read));
        CHECK_CODE(kind->name, record_change(s, kind, id, read, &again), NULL);
        CHECK(kind->name, record_version(kind, again) == 1); /* nothing differs */
        changed = oq_copy(h->arena, read, kind->size);
        change_label(h, kind, changed);
        CHECK_CODE(kind->name, record_change(s, kind, id, changed, &again), NULL);
        CHECK(kind->name, record_version(kind, again) == 2);
        for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++)
            if (audit_field_differs(h->arena, f, changed, again))
                fail_msg("%s.%s was not stored", kind->name, f->name);
        CHECK_CODE(kind->name, record_change(s, kind, id, changed, &again), "plant.version_stale");
        CHECK_CODE(kind->name, record_remove(s, kind, id, 1), "plant.version_stale");
        house_commit(s);
        CHECK(kind->name,
              strstr(testdb_value(h->db, "SELECT changes::text FROM audit_logs WHERE action ="
                                         " 'plant.changed' ORDER BY at DESC, id DESC LIMIT 1"),
                     "\"to\""));
        oq_arena_reset(h->arena);
    }
}

static void test_remove(void **state)
{
    house *h = *state;
    size_t count = 0;
    EACH_KIND(kind)
    {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        plant_sample(s, kind, "Gamma");
        house_commit(s);
        count++;
    }
    /* Backwards, so that what refers goes first. */
    for (size_t i = count; i--;) {
        const record_kind *kind = record_kinds[i];
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        oq_uuid id = plant_sample(s, kind, "Gamma");
        void *read;
        CHECK_CODE(kind->name, record_remove(s, kind, id, OQ_I64_NONE), NULL);
        CHECK_CODE(kind->name, record_get(s, kind, id, &read),
                   kind->not_found ? kind->not_found : "plant.not_found");
        CHECK_CODE(kind->name, record_remove(s, kind, id, OQ_I64_NONE),
                   kind->not_found ? kind->not_found : "plant.not_found");
        house_commit(s);
    }
}

/* What is still referred to stays, and the answer names what refers. */
static void test_in_use(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    EACH_KIND(kind)
    plant_sample(s, kind, "Delta");
    EACH_KIND(kind)
    {
        if (!kind->uses || kind == &kind_failure_mode)
            continue;
        oq_err *err = record_remove(s, kind, plant_sample(s, kind, "Delta"), OQ_I64_NONE);
        CHECK_CODE(kind->name, err, "plant.in_use");
        CHECK(kind->name, err->arg_count == 2 && strcmp(err->arg[0].name, "by") == 0);
        oq_str things = oq_strf(h->arena, "things.%.*s", OQ_FMT(err->arg[0].value));
        CHECK(things.ptr, oq_text_exists(OQ_LANG_AR, things));
    }
    oq_scope_close(s);
}

/* A list page by page is the whole list, in its order. */
static void test_paging(void **state)
{
    house *h = *state;
    static const char *const marks[] = {"Ea", "Eb", "Ec", "Ed", "Ee"};
    EACH_KIND(kind)
    {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        for (size_t i = 0; i < OQ_COUNT(marks); i++)
            plant_sample(s, kind, marks[i]);
        record_list all, page;
        record_query query = {.limit = 2};
        CHECK_OK(record_find(s, kind, &(record_query){0}, &all));
        CHECK(kind->name, all.count == OQ_COUNT(marks) && !all.next.ptr);
        size_t nth = 0;
        do {
            CHECK_CODE(kind->name, record_find(s, kind, &query, &page), NULL);
            for (size_t i = 0; i < page.count; i++, nth++)
                CHECK(kind->name, oq_uuid_eq(id_of(kind, record_at(kind, &page, i)),
                                             id_of(kind, record_at(kind, &all, nth))));
            query.cursor = page.next;
        } while (page.next.len);
        CHECK(kind->name, nth == all.count);
        query.cursor = OQ_STR("nonsense!");
        CHECK_CODE(kind->name, record_find(s, kind, &query, &page), "list.cursor_malformed");
        oq_scope_close(s);
        oq_arena_reset(h->arena);
    }
}

/* --- walls ------------------------------------------------------------------------------------*/

/* Another tenant's record is not there, and cannot be referred to. */
static void test_other_tenant(void **state)
{
    house *h = *state;
    oq_scope *b = house_scope(h, ADMIN_B, OQ_WRITE);
    EACH_KIND(kind)
    plant_sample(b, kind, "Zeta");
    house_commit(b);
    EACH_KIND(kind)
    {
        b = house_scope(h, ADMIN_B, OQ_READ);
        oq_uuid theirs = plant_sample(b, kind, "Zeta");
        oq_str json = plant_sample_json(b, kind, "Zeta");
        oq_scope_close(b);
        oq_scope *a = house_scope(h, ADMIN_A, OQ_WRITE);
        record_list list;
        void *read;
        CHECK_CODE(kind->name, record_get(a, kind, theirs, &read),
                   kind->not_found ? kind->not_found : "plant.not_found");
        CHECK_OK(record_find(a, kind, &(record_query){0}, &list));
        CHECK(kind->name, list.count == 0);
        if (kind->refs) {
            void *order = plant_sample_read(a, kind, json);
            oq_err *err = record_add(a, kind, order, &read);
            CHECK_CODE(kind->name, err, "plant.reference_unknown");
        }
        oq_scope_close(a);
        oq_arena_reset(h->arena);
    }
}

/* The database itself refuses a row that points into another tenant, or into nothing. */
static void test_references_hold(void **state)
{
    house *h = *state;
    const char *without = testdb_value(
        h->db,
        "SELECT coalesce(string_agg(format('%s.%s', c.relname, a.attname), ' '), '')"
        "  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        "   AND c.relname = ANY (ARRAY['sites', 'plant_units', 'asset_classes',"
        "    'asset_class_metrics', 'assets', 'asset_components', 'asset_failure_modes',"
        "    'machine_specs', 'optimization_cost_models', 'threshold_references', 'carbon_factors',"
        "    'shifts', 'user_shifts', 'user_absences', 'user_skills', 'holidays',"
        "    'maintenance_windows', 'spare_parts', 'optimization_scenarios', 'ai_models',"
        "    'external_signal_mappings', 'work_orders'])"
        "   AND (a.attname LIKE '%\\_id' OR a.attname LIKE '%\\_by')"
        "   AND a.atttypid = 'uuid'::regtype"
        "   AND a.attname NOT IN ('tenant_id', 'source_id', 'trace_id')"
        "   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid"
        "    AND k.contype = 'f' AND a.attnum = ANY (k.conkey) AND cardinality(k.conkey) = 2)");
    CHECK_STR("ids without a reference", oq_cstr(without), "");
}

/* Whatever refers to a kind's table is counted before one of it is removed. */
static void test_uses_are_complete(void **state)
{
    house *h = *state;
    EACH_KIND(kind)
    {
        const char *table = testdb_value(
            h->db,
            oq_strf(h->arena, "SELECT substring($sql$%s$sql$ from 'FROM (\\w+)')", kind->get->sql)
                .ptr);
        oq_str referrers = oq_cstr(testdb_value(
            h->db, oq_strf(h->arena,
                           "SELECT coalesce(string_agg(conrelid::regclass::text, ','), '') FROM"
                           " pg_constraint WHERE contype = 'f' AND confrelid = '%s'::regclass",
                           table)
                       .ptr));
        oq_str name;
        while (oq_str_cut(&referrers, ',', &name)) {
            const char *label = oq_strf(h->arena, "%s <- %.*s", table, OQ_FMT(name)).ptr;
            CHECK(label, kind->uses &&
                             oq_str_find(oq_cstr(kind->uses->sql),
                                         oq_strf(h->arena, "FROM %.*s", OQ_FMT(name))) != SIZE_MAX);
        }
    }
}

/* --- clocks -----------------------------------------------------------------------------------*/

static void add_clock(oq_scope *s, const char *json)
{
    source_clock order;
    void *made;
    CHECK_OK(
        oq_fields_read_json(oq_scope_arena(s), kind_source_clock.order, oq_cstr(json), &order));
    CHECK_OK(record_add(s, &kind_source_clock, &order, &made));
}

static void test_a_sources_clock(void **state)
{
    house *h = *state;
    source_clocks clocks;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    add_clock(s, "{\"source\":\"PI\",\"offset_ms\":0,\"valid_from\":\"2026-02-01T00:00:00Z\"}");
    add_clock(s, "{\"source\":\"PI\",\"offset_ms\":-90000,"
                 "\"valid_from\":\"2026-01-01T00:00:00Z\"}");
    add_clock(s, "{\"source\":\"PI:2\",\"offset_ms\":5,\"valid_from\":\"2026-01-01T00:00:00Z\"}");
    house_commit(s);
    s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(source_clocks_of(s, OQ_STR("PI"), &clocks));
    oq_us told;
    CHECK("time", oq_time_parse(OQ_STR("2026-01-10T10:01:30Z"), &told));
    source_time t = source_clock_correct(&clocks, told);
    CHECK("oldest first, of this source", clocks.count == 2 && clocks.at[0].offset_ms == -90000);
    CHECK_STR("90 s fast", oq_time_text(h->arena, t.event_time), "2026-01-10T10:00:00Z");
    CHECK("as it was told", t.source_time == told);
    CHECK_OK(source_clocks_of(s, OQ_STR("pi"), &clocks));
    CHECK("another name", clocks.count == 0);
    CHECK_OK(source_clocks_of(s, OQ_NONE, &clocks));
    CHECK("no source", clocks.count == 0);
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_READ);
    CHECK_OK(source_clocks_of(s, OQ_STR("PI"), &clocks));
    CHECK("another tenant", clocks.count == 0);
    oq_scope_close(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, house_reset)
    const struct CMUnitTest tests[] = {
        TEST(test_kinds_are_whole), TEST(test_round_trip),
        TEST(test_change),          TEST(test_remove),
        TEST(test_in_use),          TEST(test_paging),
        TEST(test_a_sources_clock), TEST(test_other_tenant),
        TEST(test_references_hold), TEST(test_uses_are_complete),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
