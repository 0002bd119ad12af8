/* What operators look at: jobs as pages and JSON, health, metrics, the description of the API. */
#include <jansson.h>

#include "dashboard/dashboard.h"
#include "ops/api_docs.h"
#include "ops/health.h"
#include "ops/job_page.h"
#include "ops/job_view.h"
#include "ops/metrics.h"
#include "support/house.h"
#include "web/page.h"

static http_route_list routes = {job_routes,      job_page_routes, health_routes, dashboard_routes,
                                 api_docs_routes, web_routes,      NULL};

static int reset_and_serve(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE jobs, job_turns, processes CASCADE");
    house_reset(state);
    house_serve(h, &routes);
    api_docs_describe(&routes);
    return 0;
}

/* --- jobs ------------------------------------------------------------------------------------*/

/* Job `n` of a tenant; ids and moments rise with n. */
static void add_job(house *h, house_person of, int n, const char *kind, const char *state)
{
    oq_str tenant = oq_uuid_text(h->arena, house_tenant(of));
    testdb_exec(
        h->db,
        oq_strf(h->arena,
                "INSERT INTO jobs (tenant_id, id, kind, state, run_at, tries, tries_max,"
                " created_at, finished_at, error_code, error_facts, created_by)"
                " VALUES ('%.*s', '00000000-0000-7000-8000-0000000000%02x', '%s', '%s',"
                " now() - interval '1 hour', 1, 5, now() + interval '%d s', now(),"
                " CASE '%s' WHEN 'failed' THEN 'job.limit' END, '{\"limit_s\":7}', 'a test')",
                OQ_FMT(tenant), n, kind, state, n, state)
            .ptr);
}

#define JOB(n) "00000000-0000-7000-8000-0000000000" n

static void test_jobs_as_json(void **state)
{
    house *h = *state;
    add_job(h, ADMIN_A, 1, "audit.trim", "ready");
    add_job(h, ADMIN_A, 2, "job.trim", "failed");
    add_job(h, ADMIN_A, 3, "job.trim", "done");
    add_job(h, ADMIN_B, 4, "job.trim", "failed");
    seen got = house_get(h, OPTIMIZER_A, "/api/jobs?limit=2");
    CHECK("newest first",
          got.status == 200 && seen_has(&got, JOB("03")) && seen_has(&got, JOB("02")));
    CHECK("not the rest, not another tenant's",
          !seen_has(&got, JOB("01")) && !seen_has(&got, JOB("04")));
    oq_str next = house_between(h, &got, "\"next\":\"", "\"");
    got = house_get(h, OPTIMIZER_A, oq_strf(h->arena, "/api/jobs?cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the rest", seen_has(&got, JOB("01")) && !seen_has(&got, JOB("02")));
    CHECK("no more", seen_has(&got, "\"next\":null"));
    got = house_get(h, OPTIMIZER_A, "/api/jobs?state=failed&kind=job.trim");
    CHECK("filtered", seen_has(&got, JOB("02")) && !seen_has(&got, JOB("03")));
    got = house_get(h, OPTIMIZER_A, "/api/jobs/counts");
    CHECK("counted", seen_has(&got, "\"ready\":1") && seen_has(&got, "\"failed\":1"));
    CHECK_REFUSED("unknown state", house_get(h, ADMIN_A, "/api/jobs?state=lost"), 422,
                  "field.not_a_choice");
    CHECK_REFUSED("not for viewers", house_get(h, VIEWER_A, "/api/jobs"), 403, "access.forbidden");
}

static void test_jobs_are_changed(void **state)
{
    house *h = *state;
    add_job(h, ADMIN_A, 1, "audit.trim", "ready");
    add_job(h, ADMIN_A, 2, "job.trim", "failed");
    seen got = house_send(h, ADMIN_A, "POST", "/api/jobs/" JOB("01") "/cancel", NULL);
    CHECK("cancelled", got.status == 200 && seen_has(&got, "\"state\":\"cancelled\""));
    got = house_send(h, ADMIN_A, "POST", "/api/jobs/" JOB("02") "/retry", NULL);
    CHECK("waits again", got.status == 200 && seen_has(&got, "\"state\":\"ready\""));
    CHECK_STR("audited",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(action || ' ' || object_label, ','"
                                          " ORDER BY action) FROM audit_logs")),
              "job.cancelled audit.trim,job.retried job.trim");
    CHECK_REFUSED("twice", house_send(h, ADMIN_A, "POST", "/api/jobs/" JOB("01") "/cancel", NULL),
                  409, "job.finished");
    CHECK_REFUSED("another tenant's",
                  house_send(h, ADMIN_B, "POST", "/api/jobs/" JOB("01") "/retry", NULL), 404,
                  "job.not_found");
    CHECK_REFUSED("who only reads",
                  house_send(h, OPTIMIZER_A, "POST", "/api/jobs/" JOB("02") "/cancel", NULL), 403,
                  "access.forbidden");
}

static void test_jobs_page(void **state)
{
    house *h = *state;
    add_job(h, ADMIN_A, 1, "job.trim", "failed");
    seen got = house_get(h, ADMIN_A, "/jobs");
    CHECK("kind in words", got.status == 200 && seen_has(&got, "Clear out old finished jobs"));
    CHECK("the error in words", seen_has(&got, "limit of 7 seconds"));
    CHECK("run again", seen_has(&got, "action=\"/jobs/" JOB("01") "/retry\""));
    got = house_get(h, OPTIMIZER_A, "/jobs");
    CHECK("nothing to press", got.status == 200 && !seen_has(&got, "/retry\""));
    got = house_get(h, ADMIN_A, "/jobs/" JOB("01"));
    CHECK("one", got.status == 200 && seen_has(&got, "a test"));
    got = house_form(h, ADMIN_A, "/jobs/" JOB("01") "/retry", "");
    CHECK("done and back", got.status == 303);
    CHECK_STR("to the job", seen_header(&got, "Location"), "/jobs/" JOB("01"));
}

static void test_a_wrong_filter_is_named(void **state)
{
    static const struct {
        const char *label, *path, *says;
        int status;
    } row[] = {
        {"no such state", "/jobs?state=lost", "id=\"form-state-error\"", 422},
        {"no such filter", "/jobs?colour=red", "colour", 422},
        {"no cursor", "/jobs?cursor=zzz", "page cursor is not valid", 400},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen got = house_get(h, ADMIN_A, row[i].path);
        CHECK(row[i].label, got.status == row[i].status);
        CHECK(row[i].label, seen_has(&got, row[i].says));
    }
}

/* The next page shows the same view, whatever was typed into the filter. */
static void test_pages_keep_the_filter(void **state)
{
    house *h = *state;
    for (int i = 1; i <= 3; i++)
        add_job(h, ADMIN_A, i, "a&b=c", "done");
    seen got = house_get(h, ADMIN_A, "/jobs?kind=a%26b%3Dc&limit=2");
    oq_str next = house_between(h, &got, "href=\"/jobs?", "\"");
    CHECK("escaped", oq_str_find(next, OQ_STR("kind=a%26b%3Dc")) != SIZE_MAX);
    CHECK("no state is made up", oq_str_find(next, OQ_STR("state=")) == SIZE_MAX);
}

static void test_processes(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "INSERT INTO processes VALUES"
                       " ('plant-7:11', 'work', '0.1.0', now(), now()),"
                       " ('plant-8:12', 'serve', '0.1.0', now(), now() - interval '1 hour')");
    seen got = house_get(h, OWNER, "/jobs");
    CHECK("who works", seen_has(&got, "plant-7:11") && seen_has(&got, "Runs background jobs"));
    CHECK("not who died", !seen_has(&got, "plant-8:12"));
    got = house_get(h, ADMIN_A, "/jobs");
    CHECK("nobody else's matter", !seen_has(&got, "plant-7:11"));
}

/* --- health and figures ----------------------------------------------------------------------*/

static oq_err *fails(void *self, oq_arena *arena)
{
    return *(bool *)self ? oq_fail(OQ_UNAVAILABLE, "health.no_worker") : NULL;
}

static void test_health(void **state)
{
    static bool vital_fails, other_fails;
    static const struct {
        const char *label, *wanted;
        bool vital, other;
        int status;
    } row[] = {
        {"all is well", "{\"status\":\"ok\"", false, false, 200},
        {"a part that is not vital", "{\"status\":\"degraded\"", false, true, 200},
        {"a vital part", "{\"status\":\"down\"", true, false, 503},
        {"both", "{\"status\":\"down\"", true, true, 503},
    };
    house *h = *state;
    health_add_database(h->pool);
    health_add_schema(h->pool);
    health_add(&(health_part){"heart", true, fails, &vital_fails});
    health_add(&(health_part){"hair", false, fails, &other_fails});
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        vital_fails = row[i].vital;
        other_fails = row[i].other;
        seen got = house_get(h, NOBODY, "/health/ready");
        CHECK(row[i].label, got.status == row[i].status && seen_has(&got, row[i].wanted));
        CHECK("each by name", seen_has(&got, "{\"name\":\"database\",\"status\":\"ok\"") &&
                                  seen_has(&got, "{\"name\":\"schema\",\"status\":\"ok\"") &&
                                  seen_has(&got, "{\"name\":\"heart\""));
        CHECK("the reason",
              seen_has(&got, "\"reason\":\"health.no_worker\"") == (row[i].vital || row[i].other));
        CHECK("alive all the same", house_get(h, NOBODY, "/health/live").status == 200);
    }
    vital_fails = other_fails = false;
}

static void test_health_of_the_queue(void **state)
{
    house *h = *state;
    CHECK_CODE("nobody works", health_check_queue(h->pool, h->arena), "health.no_worker");
    testdb_exec(h->db, "INSERT INTO processes VALUES ('a:1', 'serve', '0', now(), now()),"
                       " ('b:2', 'work', '0', now(), now() - interval '1 minute')");
    CHECK_CODE("the worker died", health_check_queue(h->pool, h->arena), "health.no_worker");
    testdb_exec(h->db, "UPDATE processes SET beat_at = now()");
    CHECK_OK(health_check_queue(h->pool, h->arena));
}

static void test_health_of_the_schema(void **state)
{
    static const struct {
        const char *sql, *code;
    } row[] = {
        {"UPDATE schema_migrations SET number = number + 100"
         " WHERE number = (SELECT max(number) FROM schema_migrations)",
         "health.schema_newer"},
        {"DELETE FROM schema_migrations WHERE number > 100", "health.schema_old"},
    };
    house *h = *state;
    testdb_exec(h->db, "CREATE TABLE aside AS SELECT * FROM schema_migrations");
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testdb_exec(h->db, row[i].sql);
        CHECK_CODE(row[i].code, health_check_schema(h->pool, h->arena), row[i].code);
    }
    testdb_exec(h->db, "TRUNCATE schema_migrations;"
                       "INSERT INTO schema_migrations SELECT * FROM aside; DROP TABLE aside");
    CHECK_OK(health_check_schema(h->pool, h->arena));
}

/* The figure that a line of the text form belongs to: "x_bucket{le=..} 3" is of the histogram x. */
static oq_str figure_of(oq_str line)
{
    static const char *const parts[] = {"_bucket", "_sum", "_count"};
    oq_str name = oq_str_sub(line, 0, strcspn(line.ptr, " {"));
    for (size_t i = 0; i < OQ_COUNT(parts); i++)
        if (oq_str_ends(name, oq_cstr(parts[i])))
            return oq_str_sub(name, 0, name.len - strlen(parts[i]));
    return name;
}

/* Each line is a comment, or a name, labels and a number; its figure's type stands before it. */
static void test_metrics(void **state)
{
    house *h = *state;
    metrics_watch(h->server, h->pool);
    seen got = house_get(h, OWNER, "/metrics");
    CHECK("answered", got.status == 200);
    CHECK("its type",
          oq_str_starts(seen_header(&got, "Content-Type"), OQ_STR("text/plain; version=0.0.4")));
    oq_str line, rest = got.body;
    int figures = 0;
    while (oq_str_cut(&rest, '\n', &line)) {
        if (!line.len || line.ptr[0] == '#')
            continue;
        const char *text = oq_str_c(h->arena, line), *number = strrchr(text, ' ');
        char *end;
        oq_str type = oq_strf(h->arena, "# TYPE %.*s ", OQ_FMT(figure_of(oq_cstr(text))));
        CHECK(text, oq_str_find(got.body, type) < (size_t)(line.ptr - got.body.ptr));
        CHECK(text, number && (strtod(number, &end), *end == 0));
        figures++;
    }
    CHECK("figures", figures > 20);
    CHECK("what waits to be folded",
          oq_str_find(got.body, OQ_STR("\noptria_history_waiting_bytes ")) != SIZE_MAX &&
              oq_str_find(got.body, OQ_STR("\noptria_history_refused_total ")) != SIZE_MAX);
    metrics_watch(NULL, NULL);
    CHECK_REFUSED("not for tenants", house_get(h, ADMIN_A, "/metrics"), 403, "access.forbidden");
}

/* --- the description of the API --------------------------------------------------------------*/

/* Every reference inside the document leads somewhere. */
static void check_refs(json_t *root, json_t *node)
{
    const char *key;
    size_t i;
    json_t *value;
    json_object_foreach (node, key, value) {
        if (strcmp(key, "$ref") == 0) {
            json_t *at = root;
            oq_str part, rest = oq_str_sub(oq_cstr(json_string_value(value)), 2, SIZE_MAX);
            while (at && oq_str_cut(&rest, '/', &part))
                at = json_object_getn(at, part.ptr, part.len);
            CHECK(json_string_value(value), at != NULL);
        }
        check_refs(root, value);
    }
    json_array_foreach(node, i, value) check_refs(root, value);
}

static void test_openapi(void **state)
{
    static const char *const methods[] = {"", "get", "post", "put", "patch", "delete"};
    house *h = *state;
    seen got = house_get(h, NOBODY, "/api/openapi.json");
    CHECK("answered", got.status == 200);
    json_t *root = json_loadb(got.body.ptr, got.body.len, JSON_REJECT_DUPLICATES, NULL);
    CHECK("JSON, no name twice", root != NULL);
    CHECK_STR("its version", oq_cstr(json_string_value(json_object_get(root, "openapi"))), "3.1.0");
    check_refs(root, root);
    json_t *paths = json_object_get(root, "paths");
    for (size_t t = 0; routes[t]; t++)
        for (const http_route *r = routes[t]; r->method; r++)
            if (oq_str_starts(oq_cstr(r->path), OQ_STR("/api/"))) {
                json_t *operation =
                    json_object_get(json_object_get(paths, r->path), methods[r->method]);
                CHECK(r->path, operation != NULL);
                CHECK(r->path, json_string_length(json_object_get(operation, "summary")) > 0);
            }
    json_decref(root);
}

static void test_api_page(void **state)
{
    house *h = *state;
    seen got = house_get(h, VIEWER_A, "/api/docs");
    CHECK("answered", got.status == 200);
    for (const http_route *r = job_routes; r->method; r++)
        CHECK(r->path, seen_has(&got, r->path) && seen_has(&got, r->summary));
    CHECK("not for nobody", house_get(h, NOBODY, "/api/docs").status == 303);
}

/* --- the first page --------------------------------------------------------------------------*/

static void test_home(void **state)
{
    house *h = *state;
    add_job(h, ADMIN_A, 1, "job.trim", "failed");
    testdb_exec(h->db, "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label, action)"
                       " SELECT id, id, now(), 'system', 'the night shift', 'user.created'"
                       " FROM tenants WHERE code = 'B_DEMO'");
    seen got = house_get(h, ADMIN_A, "/app?lang=en");
    CHECK("an administrator's", got.status == 200 && seen_has(&got, "href=\"/jobs?state=failed\""));
    CHECK("what happened", seen_has(&got, "href=\"/users") && seen_has(&got, "href=\"/audit\""));
    CHECK("here alone", !seen_has(&got, "the night shift"));
    got = house_get(h, VIEWER_A, "/app?lang=en");
    CHECK("a viewer's", got.status == 200 && !seen_has(&got, "href=\"/jobs") &&
                            !seen_has(&got, "href=\"/users") && !seen_has(&got, "href=\"/audit"));
    got = house_get(h, VIEWER_A, "/app?lang=ar");
    CHECK("in Arabic", got.status == 200 && seen_has(&got, "dir=\"rtl\""));
    got = house_get(h, NOBODY, "/app");
    CHECK("nobody's", got.status == 303);
    CHECK_STR("and back", seen_header(&got, "Location"), "/login?next=/app");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_jobs_as_json, reset_and_serve),
        cmocka_unit_test_setup(test_jobs_are_changed, reset_and_serve),
        cmocka_unit_test_setup(test_jobs_page, reset_and_serve),
        cmocka_unit_test_setup(test_a_wrong_filter_is_named, reset_and_serve),
        cmocka_unit_test_setup(test_pages_keep_the_filter, reset_and_serve),
        cmocka_unit_test_setup(test_processes, reset_and_serve),
        cmocka_unit_test_setup(test_health, reset_and_serve),
        cmocka_unit_test_setup(test_health_of_the_queue, reset_and_serve),
        cmocka_unit_test_setup(test_health_of_the_schema, reset_and_serve),
        cmocka_unit_test_setup(test_metrics, reset_and_serve),
        cmocka_unit_test_setup(test_openapi, reset_and_serve),
        cmocka_unit_test_setup(test_api_page, reset_and_serve),
        cmocka_unit_test_setup(test_home, reset_and_serve),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
