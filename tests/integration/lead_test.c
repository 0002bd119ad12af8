/* The landing page and its form over HTTP, and the requests that come of it, on a real PostgreSQL.
 */
#include "audit/audit.h"
#include "db/fault.h"
#include "lead/lead.h"
#include "lead/limit.h"
#include "notify/notify.h"
#include "support/house.h"
#include "web/page.h"

static http_route_list routes = {lead_routes, web_routes, NULL};

static const oq_us start = INT64_C(1780000000) * OQ_SECOND;

static int reset_and_serve(void **state)
{
    house *h = *state;
    house_reset(state);
    house_serve(h, &routes);
    lead_limit_reset();
    lead_setup(h->pool, OQ_STR("hello@optria.example"));
    oq_clock_set(start);
    return 0;
}

/* --- the page ---------------------------------------------------------------------------------*/

static void test_landing(void **state)
{
    house *h = *state;
    seen got = house_ask(h, NOBODY, "GET", "/", "Accept-Language: xx\r\n", NULL);
    got = house_get(h, NOBODY, "/?lang=ar");
    assert_int_equal(got.status, 200);
    CHECK("Arabic", seen_has(&got, "dir=\"rtl\""));
    got = house_get(h, NOBODY, "/?lang=en&utm_source=news");
    assert_int_equal(got.status, 200);
    CHECK("English", seen_has(&got, "dir=\"ltr\""));
    CHECK("the form", seen_has(&got, "action=\"/request-demo#demo\""));
    CHECK("its token", house_between(h, &got, "name=\"form_token\" value=\"", "\"").len > 40);
    CHECK("sectors in words", seen_has(&got, "<option value=\"water\">Water and desalination"));
    CHECK("whom to write to", seen_has(&got, "mailto:hello@optria.example"));
    CHECK("nothing is asked twice", !seen_has(&got, "value=\"\" selected"));
    got = house_get(h, NOBODY, "/?sent=true&lang=en");
    CHECK("thanks", seen_has(&got, "Thank you.") && !seen_has(&got, "name=\"form_token\""));
    CHECK("to sign in", seen_has(&got, "href=\"/login\"") && !seen_has(&got, "href=\"/app\""));
    got = house_get(h, ADMIN_A, "/");
    CHECK("who is signed in goes on", got.status == 200 && seen_has(&got, "href=\"/app\""));
}

/* --- the form ---------------------------------------------------------------------------------*/

static oq_str fresh_token(house *h)
{
    return lead_form_token(h->arena, oq_clock_now());
}

#define GOOD "full_name=Sara+Ali&email=sara@power.example&organisation=Nakheel&sector=power"

/* A form as a person sends it, ten seconds after the page came. */
static seen post(house *h, const char *fields)
{
    oq_str token = fresh_token(h);
    oq_clock_advance(10 * OQ_SECOND);
    oq_str all = oq_strf(h->arena, "%s&website=&form_token=%.*s", fields, OQ_FMT(token));
    return house_form(h, NOBODY, "/request-demo", oq_str_c(h->arena, all));
}

static int64_t count(house *h)
{
    return testdb_number(h->db, "SELECT count(*) FROM leads");
}

static void test_a_request_arrives(void **state)
{
    house *h = *state;
    seen got = post(h, GOOD "&message=A%20pump%0D%0Athat%20trips");
    assert_int_equal(got.status, 303);
    CHECK_STR("thanks", seen_header(&got, "Location"), "/?sent=true#demo");
    CHECK_STR("stored",
              oq_cstr(testdb_value(h->db, "SELECT concat_ws('|', t.code, full_name, l.email,"
                                          " organisation, sector, message, lang, l.status)"
                                          " FROM leads l JOIN tenants t ON t.id = l.tenant_id")),
              "PLATFORM|Sara Ali|sara@power.example|Nakheel|power|A pump\nthat trips|en|new");
    CHECK_STR("the owner is told",
              oq_cstr(testdb_value(h->db, "SELECT type || ' ' || (user_id = "
                                          "'00000000-0000-0000-0000-0000000000e0')"
                                          " FROM notifications")),
              "lead.received true");
    CHECK_STR("audited, with the address",
              oq_cstr(testdb_value(h->db, "SELECT concat_ws(' ', action, actor_kind, object_label,"
                                          " address) FROM audit_logs")),
              "lead.received system Nakheel 127.0.0.1");
}

static void test_what_is_wrong_is_shown(void **state)
{
    static const struct {
        const char *label, *fields, *wrong;
    } row[] = {
        {"no name", "full_name=&email=a%40b.example&organisation=X&sector=power", "full-name"},
        {"no address", "full_name=A&email=here&organisation=X&sector=power", "email"},
        {"no sector", "full_name=A&email=a%40b.example&organisation=X&sector=", "sector"},
        {"a sector of its own", "full_name=A&email=a%40b.example&organisation=X&sector=space",
         "sector"},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen got = post(h, row[i].fields);
        CHECK(row[i].label, got.status == 422);
        oq_str id = oq_strf(h->arena, "id=\"form-%s-error\"", row[i].wrong);
        CHECK(row[i].label, seen_has(&got, id.ptr));
        CHECK("typed text stays", seen_has(&got, "value=\"X\""));
    }
    oq_str long_message = oq_strf(h->arena, "%s&message=%02100d", GOOD, 0);
    seen got = post(h, long_message.ptr);
    CHECK("too long", got.status == 422 && seen_has(&got, "id=\"form-message-error\""));
    got = post(h, GOOD "&message=%3Cscript%3E");
    CHECK("stored as it is", got.status == 303 && count(h) == 1);
}

static void test_machines(void **state)
{
    house *h = *state;
    oq_str token = fresh_token(h);
    oq_clock_advance(10 * OQ_SECOND);
    oq_str trapped = oq_strf(h->arena, GOOD "&website=http%%3A//x&form_token=%.*s", OQ_FMT(token));
    seen got = house_form(h, NOBODY, "/request-demo", trapped.ptr);
    CHECK_STR("thanked", seen_header(&got, "Location"), "/?sent=true#demo");
    CHECK("and dropped", count(h) == 0);

    got = house_form(h, NOBODY, "/request-demo", GOOD "&website=");
    CHECK("without a token", got.status == 422 && seen_has(&got, "value=\"Sara Ali\""));
    oq_str now = fresh_token(h);
    oq_str fast = oq_strf(h->arena, GOOD "&website=&form_token=%.*s", OQ_FMT(now));
    got = house_form(h, NOBODY, "/request-demo", fast.ptr);
    CHECK("at once", got.status == 422 && seen_has(&got, "unusually fast"));
    CHECK("its token is good still",
          oq_str_eq(house_between(h, &got, "name=\"form_token\" value=\"", "\""), now));
    oq_clock_advance(OQ_DAY + OQ_MINUTE);
    got = house_form(h, NOBODY, "/request-demo", fast.ptr);
    CHECK("a day later", got.status == 422 && seen_has(&got, "open for too long"));
    CHECK("with a new token",
          !oq_str_eq(house_between(h, &got, "name=\"form_token\" value=\"", "\""), now));
    CHECK("nothing stored", count(h) == 0);
}

static void test_too_many(void **state)
{
    house *h = *state;
    for (int i = 0; i < LEAD_PER_ADDRESS; i++)
        assert_int_equal(post(h, GOOD).status, 303);
    seen got = post(h, GOOD);
    assert_int_equal(got.status, 429);
    CHECK("typed text stays", seen_has(&got, "value=\"Sara Ali\""));
    CHECK("why", seen_has(&got, "Too many requests"));
    CHECK_STR("when again", seen_header(&got, "Retry-After"), "3500");
    assert_int_equal(count(h), LEAD_PER_ADDRESS);
    oq_clock_advance(OQ_HOUR);
    assert_int_equal(post(h, GOOD).status, 303);
}

/* In the middle of the unit of work: a connection that is gone before is replaced unseen. */
static void test_the_database_is_away(void **state)
{
    house *h = *state;
    CHECK("armed", db_fault_arm("db.send", 2));
    seen got = post(h, GOOD);
    assert_int_equal(got.status, 503);
    CHECK("typed text stays", seen_has(&got, "value=\"Sara Ali\""));
    assert_int_equal(count(h), 0);
    assert_int_equal(post(h, GOOD).status, 303);
}

static void test_odd_bodies(void **state)
{
    static const struct {
        const char *type, *body;
        int least, most;
    } row[] = {
        {"application/json", "{\"full_name\":\"A\"}", 422, 422},
        {"application/json", "{", 400, 400},
        {"text/plain", "x", 400, 415},
        {"application/x-www-form-urlencoded", "", 400, 422},
        {"application/x-www-form-urlencoded", "full_name=%ff", 400, 422},
        {"application/x-www-form-urlencoded", GOOD "&more=1", 422, 422},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str type = oq_strf(h->arena, "Content-Type: %s\r\n", row[i].type);
        seen got = house_ask(h, NOBODY, "POST", "/request-demo", type.ptr, row[i].body);
        if (got.status < row[i].least || got.status > row[i].most)
            fail_msg("%s: %d", row[i].body, got.status);
    }
    assert_int_equal(count(h), 0);
}

/* --- for platform owners ----------------------------------------------------------------------*/

static void add(house *h, int n)
{
    for (int i = 0; i < n; i++)
        testdb_exec(
            h->db, oq_strf(h->arena,
                           "INSERT INTO leads (tenant_id, id, full_name, email, organisation,"
                           " sector, message, lang, status, created_at, updated_at) VALUES"
                           " ('00000000-0000-7000-8000-000000000001',"
                           "  '00000000-0000-7000-8000-0000000001%02x', 'Person %d', 'p@x.example',"
                           "  '=Org', 'water', '<b>', '%s', '%s', to_timestamp(1780000000 + %d),"
                           "  now())",
                           i, i, i % 2 ? "ar" : "en", i % 3 ? "new" : "contacted", i)
                       .ptr);
}

#define FIRST "00000000-0000-7000-8000-000000000100"

static void test_api(void **state)
{
    house *h = *state;
    add(h, 5);
    seen got = house_get(h, OWNER, "/api/leads?limit=3&status=new");
    CHECK("newest first", seen_has(&got, "Person 4") && !seen_has(&got, "Person 3"));
    CHECK("one page", seen_has(&got, "\"next\":null"));
    got = house_get(h, OWNER, "/api/leads?limit=3");
    oq_str next = house_between(h, &got, "\"next\":\"", "\"");
    got = house_get(h, OWNER, oq_strf(h->arena, "/api/leads?cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the rest", seen_has(&got, "Person 0") && !seen_has(&got, "Person 2"));

    got =
        house_send(h, OWNER, "PATCH", "/api/leads/" FIRST, "{\"status\":\"closed\",\"version\":1}");
    CHECK("closed", got.status == 200 && seen_has(&got, "\"status\":\"closed\""));
    CHECK_REFUSED(
        "stale",
        house_send(h, OWNER, "PATCH", "/api/leads/" FIRST, "{\"status\":\"new\",\"version\":1}"),
        409, "lead.version_stale");
    CHECK_REFUSED("none",
                  house_send(h, OWNER, "PATCH", "/api/leads/0f000000-0000-0000-0000-000000000000",
                             "{\"status\":\"new\",\"version\":1}"),
                  404, "lead.not_found");
    CHECK_REFUSED("a tenant's administrator", house_get(h, ADMIN_A, "/api/leads"), 403,
                  "access.forbidden");
    CHECK_STR("audited",
              oq_cstr(testdb_value(h->db, "SELECT changes #>> '{status,to}' FROM audit_logs"
                                          " WHERE action = 'lead.changed'")),
              "closed");
}

static void test_page(void **state)
{
    house *h = *state;
    seen got = house_get(h, OWNER, "/leads");
    CHECK("nothing there", seen_has(&got, "No requests here"));
    add(h, 51);
    got = house_get(h, OWNER, "/leads");
    CHECK("a row", seen_has(&got, "Person 50") && seen_has(&got, "Water and desalination"));
    CHECK("escaped", seen_has(&got, "&lt;b&gt;") && !seen_has(&got, "<b>"));
    CHECK("a second page", seen_has(&got, "rel=\"next\"") && !seen_has(&got, "Person 0<"));
    got = house_get(h, OWNER, "/leads?status=contacted&lang=ar");
    CHECK("filtered", seen_has(&got, "Person 48") && !seen_has(&got, "Person 50"));
    CHECK("Arabic", seen_has(&got, "طلبات العرض"));

    got = house_form(h, OWNER, "/leads/" FIRST,
                     "status=closed&version=1&back=%2Fleads%3Fstatus%3Dcontacted");
    CHECK_STR("back to the list", seen_header(&got, "Location"), "/leads?status=contacted");
    got = house_form(h, OWNER, "/leads/" FIRST, "status=new&version=1&back=%2F%2Fevil.example");
    CHECK("stale", got.status == 409 && seen_has(&got, "Somebody else changed this request"));
    got = house_form(h, OWNER, "/leads/" FIRST, "status=new&version=2&back=%2F%2Fevil.example");
    CHECK_STR("never elsewhere", seen_header(&got, "Location"), "/");
    assert_int_equal(house_get(h, ADMIN_A, "/leads").status, 403);
}

static void test_file(void **state)
{
    house *h = *state;
    add(h, 3);
    seen got = house_get(h, OWNER, "/leads.csv?status=new");
    assert_int_equal(got.status, 200);
    CHECK("columns", oq_str_starts(got.body, OQ_STR("\xef\xbb\xbfTime,Name,E-mail,")));
    CHECK("rows", seen_has(&got, "Person 2,p@x.example,'=Org,Water and desalination,<b>,en,New"));
    CHECK("of that status", !seen_has(&got, "Person 0"));
    CHECK_STR(
        "audited",
        oq_cstr(testdb_value(h->db, "SELECT concat_ws(' ', action, t.code, changes ->> 'rows')"
                                    " FROM audit_logs a JOIN tenants t ON t.id = a.tenant_id")),
        "lead.exported PLATFORM {\"to\": 2, \"from\": null}");
    assert_int_equal(house_get(h, ADMIN_A, "/leads.csv").status, 403);
    assert_int_equal(house_get(h, OWNER, "/leads.csv?status=x").status, 422);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_landing, reset_and_serve),
        cmocka_unit_test_setup(test_a_request_arrives, reset_and_serve),
        cmocka_unit_test_setup(test_what_is_wrong_is_shown, reset_and_serve),
        cmocka_unit_test_setup(test_machines, reset_and_serve),
        cmocka_unit_test_setup(test_too_many, reset_and_serve),
        cmocka_unit_test_setup(test_the_database_is_away, reset_and_serve),
        cmocka_unit_test_setup(test_odd_bodies, reset_and_serve),
        cmocka_unit_test_setup(test_api, reset_and_serve),
        cmocka_unit_test_setup(test_page, reset_and_serve),
        cmocka_unit_test_setup(test_file, reset_and_serve),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
