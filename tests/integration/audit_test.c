/* The audit on a real PostgreSQL: what is written, who may change it, what is found, and the page,
 * list and file of it over HTTP. */
#include "audit/audit.h"

#include "db/stmt.h"
#include "support/house.h"
#include "web/page.h"

static http_route_list routes = {audit_routes, web_routes, NULL};

static const oq_us start = INT64_C(1780000000) * OQ_SECOND; /* 2026-05-28 */

static int reset_and_serve(void **state)
{
    house_reset(state);
    house_serve(*state, &routes);
    return 0;
}

/* --- writing ----------------------------------------------------------------------------------*/

static void add(house *h, house_person person, oq_us at, const char *action, const char *object)
{
    oq_clock_set(at);
    oq_scope *s = house_scope(h, person, OQ_WRITE);
    CHECK_OK(audit_record(s, &(audit_entry){
                                 .action = action,
                                 .object_type = "pump",
                                 .object_id = house_id(person),
                                 .object_label = oq_cstr(object),
                                 .changes = OQ_STR("{\"name\":{\"from\":\"a\",\"to\":\"b\"}}"),
                             }));
    house_commit(s);
}

static audit_rows find(house *h, house_person person, const audit_filter *filter)
{
    audit_rows rows;
    oq_scope *s = house_scope(h, person, OQ_READ);
    CHECK_OK(audit_find(s, filter, OQ_TIME_NONE, OQ_UUID_ZERO, 100, &rows));
    oq_scope_close(s);
    return rows;
}

static const audit_filter everything = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};

static void test_a_row_says_who_and_what(void **state)
{
    house *h = *state;
    add(h, ADMIN_A, start, "pump.renamed", "P-301A");
    audit_rows rows = find(h, ADMIN_A, &everything);
    assert_int_equal(rows.count, 1);
    const audit_row *row = &rows.at[0];
    CHECK("at", row->at == start);
    CHECK("actor", row->actor_kind == ACTOR_USER && oq_uuid_eq(row->actor_id, house_id(ADMIN_A)));
    CHECK("home", oq_uuid_eq(row->actor_tenant_id, HOUSE_A));
    CHECK_STR("label", row->actor_label, "admin_a");
    CHECK_STR("action", row->action, "pump.renamed");
    CHECK("outcome", row->outcome == AUDIT_DONE);
    CHECK_STR("object", row->object_label, "P-301A");
    CHECK_STR("object id", row->object_id, "00000000-0000-0000-0000-0000000000a1");
    CHECK_STR("changes", row->changes, "{\"name\": {\"to\": \"b\", \"from\": \"a\"}}");
    CHECK_STR("request", row->request_id, "house");
    CHECK_STR("address", row->address, "198.51.100.7");
}

static void test_it_goes_with_its_deed(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(audit_record(s, &(audit_entry){.action = "pump.sold", .is_refused = true}));
    oq_scope_close(s); /* rolled back */
    assert_int_equal(find(h, ADMIN_A, &everything).count, 0);
}

static void test_nobody_changes_a_row(void **state)
{
    static const db_stmt update = {
        .name = "AUDIT_FORGE",
        .sql = "UPDATE audit_logs SET action = 'nothing.happened'",
        .writes = true,
    };
    static const db_stmt forge_for_b = {
        .name = "AUDIT_FORGE_FOR_B",
        .sql = "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label, action) VALUES"
               " ('0b000000-0000-0000-0000-000000000000', gen_random_uuid(), now(), 'user', 'x',"
               " 'x.y')",
        .writes = true,
    };
    house *h = *state;
    add(h, ADMIN_A, start, "pump.renamed", "P-301A");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("update", db_run(s, &update, NULL, NULL, NULL), "db.denied");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("another tenant's", db_run(s, &forge_for_b, NULL, NULL, NULL), "db.denied");
    oq_scope_close(s);
}

/* --- retention --------------------------------------------------------------------------------*/

static void test_what_is_young_stays(void **state)
{
    house *h = *state;
    testdb_exec(h->db,
                "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label, action)"
                " SELECT t, gen_random_uuid(), now() - d * interval '1 day', 'system', 'x', 'x.y'"
                " FROM unnest(ARRAY['0a000000-0000-0000-0000-000000000000',"
                "                   '0b000000-0000-0000-0000-000000000000']::uuid[]) AS t,"
                "      unnest(ARRAY[1, 364, 366, 500]) AS d");
    size_t count;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(audit_trim(s, oq_now(s) - 400 * OQ_DAY, &count));
    assert_int_equal(count, 1);
    /* Whatever is asked for: the database keeps a year. */
    CHECK_OK(audit_trim(s, oq_now(s) + OQ_DAY, &count));
    assert_int_equal(count, 1);
    CHECK_OK(audit_trim(s, oq_now(s) + OQ_DAY, &count));
    assert_int_equal(count, 0);
    house_commit(s);
    audit_rows rows =
        find(h, ADMIN_A,
             &(audit_filter){
                 .from = OQ_TIME_NONE, .to = OQ_TIME_NONE, .action = OQ_STR("audit.trimmed")});
    assert_int_equal(rows.count, 2);
    CHECK("says how many", oq_str_find(rows.at[0].changes, OQ_STR("\"rows\"")) != SIZE_MAX);
    assert_int_equal(find(h, ADMIN_A, &everything).count, 4);
    assert_int_equal(find(h, ADMIN_B, &everything).count, 4);
}

/* --- finding ----------------------------------------------------------------------------------*/

static void test_filters(void **state)
{
    house *h = *state;
    add(h, ADMIN_A, start, "pump.renamed", "one");
    add(h, VIEWER_A, start + OQ_HOUR, "pump.sold", "two");
    add(h, ADMIN_A, start + 2 * OQ_HOUR, "pumping.begun", "three");
    add(h, ADMIN_B, start, "pump.renamed", "of another tenant");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(audit_record(s, &(audit_entry){.action = "door.forced", .is_refused = true}));
    house_commit(s);
    const oq_us none = OQ_TIME_NONE;
    const struct {
        const char *label;
        audit_filter filter;
        size_t count;
    } row[] = {
        {"nothing asked", {none, none}, 4},
        {"from", {start + OQ_HOUR, none}, 2},
        {"until before", {none, start + OQ_HOUR}, 2},
        {"an empty span", {start + OQ_HOUR, start + OQ_HOUR}, 0},
        {"one action", {none, none, .action = OQ_STR("pump.renamed")}, 1},
        {"all of a kind", {none, none, .action = OQ_STR("pump.")}, 2},
        {"no pattern", {none, none, .action = OQ_STR("pump%")}, 0},
        {"part of the actor", {none, none, .actor = OQ_STR("VIEWER")}, 1},
        {"no pattern either", {none, none, .actor = OQ_STR("_")}, 4},
        {"actor by id", {none, none, .actor = oq_uuid_text(h->arena, house_id(VIEWER_A))}, 1},
        {"object type", {none, none, .object_type = OQ_STR("pump")}, 3},
        {"object",
         {none, none, .object_type = OQ_STR("pump"),
          .object_id = OQ_STR("00000000-0000-0000-0000-0000000000a2")},
         1},
        {"refused", {none, none, .outcome = AUDIT_REFUSED}, 1},
        {"done", {none, none, .outcome = AUDIT_DONE}, 3},
        {"empty texts ask nothing", {none, none, .action = OQ_STR(""), .actor = OQ_STR("")}, 4},
        {"all at once",
         {start, start + OQ_HOUR, .action = OQ_STR("pump."), .actor = OQ_STR("admin"),
          .object_type = OQ_STR("pump"), .outcome = AUDIT_DONE},
         1},
        {"far outside of time", {INT64_MIN + 1, INT64_MAX}, 4},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, find(h, ADMIN_A, &row[i].filter).count == row[i].count);
}

static void test_pages_of_one_moment(void **state)
{
    house *h = *state;
    for (int i = 0; i < 7; i++)
        add(h, ADMIN_A, start, "pump.renamed", "x");
    oq_us before_at = OQ_TIME_NONE;
    oq_uuid before_id = OQ_UUID_ZERO, seen_ids[7];
    size_t total = 0;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    for (audit_rows rows = {.count = 1}; rows.count;) {
        CHECK_OK(audit_find(s, &everything, before_at, before_id, 3, &rows));
        for (size_t i = 0; i < rows.count; i++) {
            for (size_t k = 0; k < total; k++)
                CHECK("once", !oq_uuid_eq(seen_ids[k], rows.at[i].id));
            seen_ids[total++] = rows.at[i].id;
            before_at = rows.at[i].at;
            before_id = rows.at[i].id;
        }
    }
    oq_scope_close(s);
    assert_int_equal(total, 7);
}

/* --- over HTTP --------------------------------------------------------------------------------*/

static void test_api(void **state)
{
    house *h = *state;
    for (int i = 0; i < 5; i++)
        add(h, ADMIN_A, start + i * OQ_SECOND, "pump.renamed", "P-301A");
    add(h, ADMIN_B, start, "pump.renamed", "secret of B");
    oq_clock_set(OQ_TIME_NONE);
    seen got = house_get(h, ADMIN_A, "/api/audit?limit=2&action=pump.");
    assert_int_equal(got.status, 200);
    CHECK("newest first", seen_has(&got, "\"at\":\"2026-05-28T20:26:44Z\""));
    CHECK("changes are an object", seen_has(&got, "\"changes\":{\"name\":"));
    CHECK("nothing of B", !seen_has(&got, "secret of B"));
    oq_str next = house_between(h, &got, "\"next\":\"", "\"");
    got = house_get(h, ADMIN_A,
                    oq_strf(h->arena, "/api/audit?limit=200&cursor=%.*s", OQ_FMT(next)).ptr);
    assert_int_equal(got.status, 200);
    CHECK("the rest", seen_has(&got, "\"at\":\"2026-05-28T20:26:40Z\""));
    CHECK("and no more", seen_has(&got, "\"next\":null"));
    static const struct {
        const char *path, *code;
        int status;
    } bad[] = {
        {"/api/audit?limit=201", "field.too_large", 422},
        {"/api/audit?limit=0", "field.too_small", 422},
        {"/api/audit?cursor=x", "list.cursor_malformed", 0},
        {"/api/audit?from=yesterday", "field.type", 422},
        {"/api/audit?outcome=maybe", "field.not_a_choice", 422},
        {"/api/audit?colour=red", "field.unknown", 422},
    };
    for (size_t i = 0; i < OQ_COUNT(bad); i++) {
        got = house_get(h, ADMIN_A, bad[i].path);
        CHECK(bad[i].path, seen_has(&got, bad[i].code));
        CHECK(bad[i].path, got.status >= 400 && got.status < 500);
        CHECK(bad[i].path, !bad[i].status || got.status == bad[i].status);
    }
}

static void test_rights(void **state)
{
    house *h = *state;
    static const char *const paths[] = {"/api/audit", "/audit", "/audit.csv"};
    for (size_t i = 0; i < OQ_COUNT(paths); i++) {
        assert_int_equal(house_get(h, VIEWER_A, paths[i]).status, 403);
        assert_int_equal(house_get(h, ADMIN_A, paths[i]).status, 200);
    }
    assert_int_equal(house_get(h, NOBODY, "/api/audit").status, 401);
    assert_int_equal(house_get(h, NOBODY, "/audit").status, 303);
}

static void test_page(void **state)
{
    house *h = *state;
    add(h, ADMIN_A, start, "tenant.changed", "<P-301A>");
    add(h, VIEWER_A, start, "never.heard", "x");
    oq_clock_set(OQ_TIME_NONE);
    seen got = house_get(h, ADMIN_A, "/audit");
    assert_int_equal(got.status, 200);
    CHECK("in words", seen_has(&got, "Tenant changed"));
    CHECK("else the code", seen_has(&got, "never.heard"));
    CHECK("exact time of the zone", seen_has(&got, "28 May 2026, 23:26:40 UTC+03:00"));
    CHECK("escaped", seen_has(&got, "&lt;P-301A&gt;") && !seen_has(&got, "<P-301A>"));
    CHECK("what it was, what it is", seen_has(&got, ">a</span>") && seen_has(&got, ">b</span>"));
    CHECK("actions to choose from", seen_has(&got, "<option value=\"tenant.\""));
    CHECK("export", seen_has(&got, "href=\"/audit.csv\""));

    got = house_get(h, ADMIN_A, "/audit?actor=viewer&from=2026-05-28T23:26&to=2026-05-28T23:27");
    CHECK("filtered", seen_has(&got, "never.heard") && !seen_has(&got, "&lt;P-301A&gt;"));
    CHECK("what was asked stays", seen_has(&got, "value=\"2026-05-28T23:26\""));
    CHECK("the file is of the same rows", seen_has(&got, "/audit.csv?from=2026-05-28T23%3A26"));
    got = house_get(h, ADMIN_A, "/audit?from=2026-05-28T23:27");
    CHECK("nothing there", seen_has(&got, "No row matches"));

    got = house_get(h, ADMIN_A, "/audit?from=nonsense&actor=viewer");
    assert_int_equal(got.status, 422);
    CHECK("typed text stays",
          seen_has(&got, "value=\"nonsense\"") && seen_has(&got, "value=\"viewer\""));
    CHECK("said in words", seen_has(&got, "aria-invalid=\"true\""));

    got = house_get(h, ADMIN_A, "/audit?lang=ar");
    CHECK("Arabic", seen_has(&got, "dir=\"rtl\"") && seen_has(&got, "تغيير بيانات جهة"));
}

static void test_page_goes_on(void **state)
{
    house *h = *state;
    for (int i = 0; i < 51; i++)
        add(h, ADMIN_A, start + i * OQ_SECOND, "pump.renamed", "x");
    oq_clock_set(OQ_TIME_NONE);
    seen got = house_get(h, ADMIN_A, "/audit?action=pump.renamed");
    CHECK("its oldest is not there", !seen_has(&got, "2026-05-28T20:26:40Z"));
    oq_str next = house_between(h, &got, "<a class=\"button button-small\" href=\"", "\"");
    CHECK("the filter goes along", oq_str_find(next, OQ_STR("action=pump.renamed")) != SIZE_MAX);
    oq_str path = OQ_STR("");
    for (oq_str rest = next, part; oq_str_cut(&rest, ';', &part);) /* &amp; */
        path =
            oq_strf(h->arena, "%.*s%.*s", OQ_FMT(path),
                    (int)(oq_str_ends(part, OQ_STR("&amp")) ? part.len - 3 : part.len), part.ptr);
    got = house_get(h, ADMIN_A, path.ptr);
    assert_int_equal(got.status, 200);
    CHECK("here it is", seen_has(&got, "2026-05-28T20:26:40Z"));
    CHECK("a way back", seen_has(&got, "href=\"/audit?action=pump.renamed\""));
}

static void test_file(void **state)
{
    house *h = *state;
    add(h, ADMIN_A, start, "pump.renamed", "=HYPERLINK(\"http://x\")");
    add(h, ADMIN_A, start, "pump.renamed", "مضخة، \"7\"");
    add(h, ADMIN_B, start, "pump.renamed", "secret of B");
    oq_clock_set(OQ_TIME_NONE);
    seen got = house_get(h, ADMIN_A, "/audit.csv?action=pump.");
    assert_int_equal(got.status, 200);
    CHECK_STR("type", seen_header(&got, "Content-Type"), "text/csv; charset=utf-8");
    CHECK("a file",
          oq_str_find(seen_header(&got, "Content-Disposition"), OQ_STR("audit-20")) != SIZE_MAX);
    CHECK("byte order mark", oq_str_starts(got.body, OQ_STR("\xef\xbb\xbfTime (UTC),")));
    CHECK("no formula", seen_has(&got, "\"'=HYPERLINK(\"\"http://x\"\")\""));
    CHECK("Arabic", seen_has(&got, "\"مضخة، \"\"7\"\"\""));
    CHECK("changes in one cell", seen_has(&got, "Name: a → b"));
    CHECK("nothing of B", !seen_has(&got, "secret of B"));
    audit_rows rows =
        find(h, ADMIN_A,
             &(audit_filter){
                 .from = OQ_TIME_NONE, .to = OQ_TIME_NONE, .action = OQ_STR("audit.exported")});
    assert_int_equal(rows.count, 1);
    CHECK("how many, and which",
          oq_str_find(rows.at[0].changes, OQ_STR("{\"to\": 2, \"from\": null}")) != SIZE_MAX &&
              oq_str_find(rows.at[0].changes, OQ_STR("/audit.csv?action=pump.")) != SIZE_MAX);
    got = house_get(h, ADMIN_A, "/audit.csv?from=nonsense");
    assert_int_equal(got.status, 422);
}

static void test_file_has_an_end(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label, action)"
                       " SELECT '0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                       " now() - n * interval '1 second', 'system', 'x', 'x.y'"
                       " FROM generate_series(1, 100001) AS n");
    seen got = house_get(h, ADMIN_A, "/audit.csv?action=x.y");
    assert_int_equal(got.status, 200);
    size_t lines = 0;
    for (oq_str rest = got.body, line; oq_str_cut(&rest, '\n', &line);)
        lines++;
    assert_int_equal(lines, 1 + AUDIT_EXPORT_MAX + 1);
    CHECK("and says so", seen_has(&got, "The file stops after 100000 rows"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_row_says_who_and_what, house_reset),
        cmocka_unit_test_setup(test_it_goes_with_its_deed, house_reset),
        cmocka_unit_test_setup(test_nobody_changes_a_row, house_reset),
        cmocka_unit_test_setup(test_what_is_young_stays, house_reset),
        cmocka_unit_test_setup(test_filters, house_reset),
        cmocka_unit_test_setup(test_pages_of_one_moment, house_reset),
        cmocka_unit_test_setup(test_api, reset_and_serve),
        cmocka_unit_test_setup(test_rights, reset_and_serve),
        cmocka_unit_test_setup(test_page, reset_and_serve),
        cmocka_unit_test_setup(test_page_goes_on, reset_and_serve),
        cmocka_unit_test_setup(test_file, reset_and_serve),
        cmocka_unit_test_setup(test_file_has_an_end, reset_and_serve),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
