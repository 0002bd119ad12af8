/* What becomes of a plan, on a real PostgreSQL: approved, refused, tried again, trimmed, compared; what
 * waiting costs; over HTTP and next door. */
#include "optimize_house.h"

#include "workorder/work.h"

#include "base/banned.h"

static http_route_list routes = {optimize_routes, optimize_page_routes, NULL};

static int open_plant(void **state)
{
    house_serve(*state, &routes);
    return optimize_furnish(state);
}

/* Work against the mode of WORK_ASSET, ten days after the one before; the fourth 10 days ago. */
static void done_work(house *h, int n)
{
    optimize_sql(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, title,"
        " kind, status, priority, failure_mode_id, started_at, finished_at, created_at, updated_at)"
        " SELECT " A ", gen_random_uuid(), 'P-%d', 'TEST', 'p%d', a.site_id, a.id, 'x', 'preventive',"
        " 'closed', 'medium', m.id, t.at, t.at, t.at, t.at FROM assets a, asset_failure_modes m,"
        " (SELECT timestamptz '2026-10-10 12:00+03' + %d * interval '10 days' AS at) t"
        " WHERE a.id = '%s' AND m.asset_id = a.id",
        n, n, n, optimize_id(h, WORK_ASSET));
}

/* --- approval -----------------------------------------------------------------------------------*/

static void test_a_plan_becomes_work(void **state)
{
    house *h = *state;
    oq_uuid id = optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = optimize_plan(h);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order *o;
    CHECK_OK(optimize_approve(s, r->id, OQ_STR("go")));
    assert_int_equal(work_count(h, "pg_locks WHERE locktype = 'advisory' AND granted AND classid ="
                                   " hashtext('optimize.approve')::oid"),
                     1); /* whoever approves another plan just now waits */
    CHECK_OK(work_order_get(s, id, &o));
    house_commit(s);
    CHECK("planned", o->planned_from != OQ_TIME_NONE);
    assert_int_equal(work_count(h, "work_orders WHERE source = 'OPTIMIZER' AND title ="
                                   " 'Misalignment: work on P-101 Pump before it fails'"
                                   " AND kind = 'predictive' AND planned_from IS NOT NULL"),
                     1);
    assert_int_equal(work_count(h, "work_orders"), 2);
    assert_int_equal(work_count(h, "optimization_recommendations WHERE status = 'approved'"
                                   " AND made_order_id IS NOT NULL"),
                     2);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("once", optimize_approve(s, r->id, OQ_NONE), "optimize.decided");
    oq_scope_close(s);
    s = house_scope(h, OPTIMIZER_A, OQ_WRITE);
    CHECK_CODE("not by everybody", optimize_approve(s, r->id, OQ_NONE), "access.forbidden");
    oq_scope_close(s);
    /* An approved plan is what the next one moves away from. */
    optimize_run *next = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, next);
    assert_int_equal(rows.count, 3);
}

static void test_what_went_on_is_left_alone(void **state)
{
    house *h = *state;
    oq_uuid id = optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = optimize_plan(h);
    optimize_sql(h, "UPDATE work_orders SET status = 'in_progress', started_at = now() WHERE id = '%s'",
        optimize_id(h, id));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders WHERE status = 'in_progress'"
                                   " AND planned_from IS NULL"),
                     1);
}

static void test_an_old_plan_is_refused(void **state)
{
    house *h = *state;
    optimize_run *first = optimize_plan(h), *second = optimize_plan(h), *third;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s,
                          &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                            .horizon_days = 14,
                                            .from_day = first->from_day + 20,
                                            .as_of = OQ_TIME_NONE,
                                            .parameters = optimize_plain(h)},
                          &third));
    CHECK_OK(optimize_do(s, third->id));
    house_commit(s);
    oq_clock_set(WORK_NOON + OQ_MINUTE);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, first->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 2);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("another was approved", optimize_approve(s, second->id, OQ_NONE),
               "optimize.plan_overtaken");
    oq_scope_close(s);
    optimize_sql(h, "UPDATE optimization_runs SET approved_at = NULL");
    oq_clock_set(WORK_NOON + 2 * OQ_DAY);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("its first day is past", optimize_approve(s, second->id, OQ_NONE),
               "optimize.plan_past");
    oq_scope_close(s);
    oq_clock_set(WORK_NOON + 4 * OQ_DAY);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("it looked long ago", optimize_approve(s, third->id, OQ_NONE), "optimize.plan_old");
    oq_scope_close(s);
    assert_int_equal(work_count(h, "work_orders"), 2);
}

static void test_work_that_is_there_is_not_made_twice(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    oq_uuid id = optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-12-30T12:00:00Z");
    optimize_sql(h,
        "UPDATE work_orders SET failure_mode_id = (SELECT id FROM asset_failure_modes"
        " WHERE asset_id = '%s') WHERE id = '%s'",
        optimize_id(h, PUMP_TWO), optimize_id(h, id));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 2); /* that one, and P-101's */
    assert_int_equal(work_count(h, "work_orders WHERE title = 'Seal weeps' AND planned_from IS NOT"
                                   " NULL"),
                     1);
}

static void test_work_of_several_days(void **state)
{
    house *h = *state;
    optimize_sql(h, "UPDATE asset_failure_modes SET repair_h = 20 WHERE code = 'misalignment'");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    const optimize_advice *a = optimize_row(&rows, "P-101");
    CHECK("planned", a->action == OPTIMIZE_DO);
    assert_int_equal(a->days, 4); /* of 6.4 h */
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders WHERE source = 'OPTIMIZER' AND planned_h > 19"
                                   " AND due_at = planned_from + interval '3 days 16:59'"),
                     1);
}

static void test_what_is_rejected_is_not_made(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    oq_uuid run_id;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_reject(s, optimize_row(&rows, "P-101")->id, &run_id));
    CHECK_CODE("once", optimize_reject(s, optimize_row(&rows, "P-101")->id, &run_id),
               "optimize.decided");
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 1);
    assert_int_equal(work_count(h, "optimization_recommendations WHERE status = 'rejected'"), 1);
}

/* What was stopped, or failed, can be told to try again. */
static void test_stopped_and_begun_again(void **state)
{
    house *h = *state;
    optimize_run *made, *seen_run;
    optimize_order o = {.problem = OPTIMIZE_MAINTENANCE,
                        .horizon_days = 14,
                        .from_day = OQ_DATE_NONE,
                        .as_of = OQ_TIME_NONE,
                        .parameters = optimize_plain(h)};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s, &o, &made));
    CHECK_OK(optimize_cancel(s, made->id));
    house_commit(s);
    optimize_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("stopped", seen_run->status == OPTIMIZE_CANCELLED && seen_run->error.len);
    CHECK_CODE("over", optimize_cancel(s, made->id), "optimize.over");
    CHECK_OK(job_retry(s, made->job_id));
    house_commit(s);
    optimize_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("done", seen_run->status == OPTIMIZE_DONE && !seen_run->error.len);
    optimize_sql(h,
        "INSERT INTO skills (tenant_id, id, code, name, created_at, updated_at) SELECT " A
        ", gen_random_uuid(), 's' || n, 'S', now(), now() FROM generate_series(1, 64) n");
    optimize_sql(h, "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
           " occurrence, detection, skill_id, created_at, updated_at) SELECT tenant_id,"
           " gen_random_uuid(), '%s', 'm' || code, 'mechanical', 'M', 5, 5, 5, id, now(), now()"
           " FROM skills WHERE code LIKE 's%%'",
        optimize_id(h, PUMP_THREE));
    CHECK_OK(optimize_ask(s, &o, &made));
    house_commit(s);
    optimize_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("failed", seen_run->status == OPTIMIZE_FAILED);
    CHECK("and says why",
          oq_str_find(seen_run->error, OQ_STR("optimize.too_many_skills")) != SIZE_MAX);
    optimize_sql(h, "DELETE FROM asset_failure_modes WHERE code LIKE 'ms%%'");
    CHECK_OK(job_retry(s, made->job_id));
    house_commit(s);
    optimize_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("done after all", seen_run->status == OPTIMIZE_DONE);
    oq_scope_close(s);
}

static void test_what_nobody_approved_goes(void **state)
{
    house *h = *state;
    optimize_run *kept = optimize_plan(h), *old = optimize_plan(h), *gone = optimize_plan(h);
    bool same;
    optimize_sql(h, "UPDATE optimization_runs SET created_at = '2026-07-01' WHERE id = '%s'",
        optimize_id(h, old->id));
    optimize_sql(h, "UPDATE optimization_runs SET created_at = '2025-07-01' WHERE id IN ('%s', '%s')",
        optimize_id(h, gone->id), optimize_id(h, kept->id));
    optimize_sql(h, "UPDATE optimization_runs SET approved_at = now(), approved_by = (SELECT id FROM users"
           " WHERE tenant_id = " A " LIMIT 1) WHERE id = '%s'",
        optimize_id(h, kept->id));
    optimize_job(h, "optimize.trim");
    assert_int_equal(work_count(h, "optimization_runs"), 2);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_repeat(s, kept->id, &same));
    CHECK_CODE("nothing to repeat", optimize_repeat(s, old->id, &same), "optimize.inputs_gone");
    oq_scope_close(s);
}

static void test_comparing(void **state)
{
    house *h = *state;
    optimize_run *a = optimize_plan(h);
    optimize_parameters poor = optimize_plain(h);
    poor.budget = 0;
    optimize_run *b = optimize_plan_with(h, poor, 14);
    optimize_difference d;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_compare(s, a->id, b->id, &d));
    CHECK("nothing is done without money", d.planned[1] == 0 && d.planned[0] == 2);
    CHECK("and it costs more",
          d.cost[1][OPTIMIZE_COST_PARTS - 1] > d.cost[0][OPTIMIZE_COST_PARTS - 1]);
    assert_int_equal(d.moves, 2);
    CHECK("comparable", d.has_one_currency);
    oq_scope_close(s);
}

/* --- waiting ------------------------------------------------------------------------------------*/

static void test_what_waiting_costs(void **state)
{
    house *h = *state;
    oq_str json;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 10, &json));
    oq_scope_close(s);
    /* Scored four hours ago: of what is whole now, 0.3 / 0.995 fail by day 10. A failure costs
     * 200,000.00 + 4 h x 5,000.00; the planned job, with its stop and 4 h of labour 30,400.00, is not
     * needed where it failed before: 0.301508 x (220,000 - 30,400). */
    CHECK("day 10", oq_str_find(json, OQ_STR("{\"day\":10,\"low_minor\":")) != SIZE_MAX);
    CHECK("57,165.83", oq_str_find(json, OQ_STR("\"mid_minor\":5716583,")) != SIZE_MAX);
    CHECK("driver", oq_str_find(json, OQ_STR("\"driver\":")) != SIZE_MAX);
    optimize_sql(h, "DELETE FROM optimization_cost_models");
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 10, &json));
    oq_scope_close(s);
    CHECK("no cost is made up", oq_str_find(json, OQ_STR("\"is_known\":false")) != SIZE_MAX);
    CHECK("but asked for", oq_str_find(json, OQ_STR("\"repair_cost\"")) != SIZE_MAX);
}

/* It stands anyway on the fifth day, and the work is done every few weeks: waiting pays for a while. */
static void test_waiting_for_a_shutdown(void **state)
{
    house *h = *state;
    oq_str json;
    optimize_score_again(h, WORK_ASSET, "misalignment", 0.2);
    optimize_sql(h, "UPDATE optimization_cost_models SET discount_percent = 8");
    optimize_add_window(h, "TA", "shutdown", "2026-11-24 00:00+03", "2026-11-25 00:00+03");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 25, &json));
    oq_scope_close(s);
    CHECK("cheapest then", oq_str_find(json, OQ_STR("\"cheapest_day\":5,")) != SIZE_MAX);
    CHECK("dearer behind", oq_str_find(json, OQ_STR("\"break_even_day\":6,")) != SIZE_MAX);
    CHECK("driven by", oq_str_find(json, OQ_STR("\"driver\":\"repair\"")) != SIZE_MAX);
    optimize_sql(h, "DELETE FROM maintenance_windows");
    /* Four of them in 40 days on one machine: nobody can tell yet how often. */
    for (int i = 0; i < 4; i++)
        done_work(h, i);
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 25, &json));
    oq_scope_close(s);
    CHECK("not yet", oq_str_find(json, OQ_STR("\"cheapest_day\":0,")) != SIZE_MAX);
    /* Twenty in 200 days: a day of waiting is worth 3,040.00 of 30,400.00, and costs some 1,300.00 at
     * 0.2 within 30 days. */
    for (int i = 4; i < 20; i++)
        done_work(h, 3 - i);
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 25, &json));
    oq_scope_close(s);
    CHECK("never", oq_str_find(json, OQ_STR("\"break_even_day\":null,")) != SIZE_MAX);
    CHECK("cheapest last", oq_str_find(json, OQ_STR("\"cheapest_day\":25,")) != SIZE_MAX);
}

static void test_what_waiting_lacks_is_named(void **state)
{
    house *h = *state;
    oq_str json;
    optimize_sql(h, "UPDATE asset_failure_modes SET repair_h = NULL");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 10, &json));
    oq_scope_close(s);
    CHECK("hours", oq_str_find(json, OQ_STR("\"duration\"")) != SIZE_MAX);
    CHECK("not the cost", oq_str_find(json, OQ_STR("\"planned_cost\"")) == SIZE_MAX);
}

/* --- over HTTP, and next door ---------------------------------------------------------------------*/

static void test_over_http(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    seen got = house_get(h, ADMIN_A, "/api/optimization/maintenance-priority");
    CHECK_SEEN("priorities", got, 200, "\"code\": \"P-101\"");
    const char *path = oq_strf(h->arena, "/api/optimization/runs/%s", optimize_id(h, r->id)).ptr;
    CHECK_SEEN("own", house_get(h, ADMIN_A, path), 200, "\"bound_minor\":");
    CHECK_REFUSED("next door", house_get(h, ADMIN_B, path), 404, "optimize.run_not_found");
    CHECK_REFUSED("a viewer", house_get(h, VIEWER_A, path), 403, "access.forbidden");
    got = house_get(h, ADMIN_B, "/api/optimization/maintenance-priority");
    CHECK_SEEN("nothing next door", got, 200, "\"run\":null");
    got = house_send(h, ADMIN_A, "POST", "/api/optimization/maintenance-priority",
                     "{\"horizon_days\":7,\"parameters\":{\"budget\":100000}}");
    CHECK_SEEN("asked", got, 202, "\"status\":\"queued\"");
    CHECK_REFUSED("too far",
                  house_send(h, ADMIN_A, "POST", "/api/optimization/maintenance-priority",
                             "{\"horizon_days\":400}"),
                  422, "field.too_large");
    const char *site_text = optimize_id(h, WORK_SITE);
    CHECK_REFUSED("a site next door",
                  house_send(h, ADMIN_B, "POST", "/api/optimization/maintenance-priority",
                             oq_strf(h->arena, "{\"site_id\":\"%s\"}", site_text).ptr),
                  422, "optimize.site_unknown");
    seen page = house_form(h, ADMIN_B, "/optimization/plan",
                           oq_strf(h->arena, "horizon_days=7&site_id=%s", site_text).ptr);
    CHECK("nor on its page", page.status == 422 && !seen_has(&page, "Riyadh"));
    page = house_form(h, ADMIN_B, "/optimization/scenarios",
                      oq_strf(h->arena, "name=x&site_id=%s", site_text).ptr);
    CHECK("nor on the other", page.status == 422 && !seen_has(&page, "Riyadh"));
    CHECK_REFUSED("and in a scenario",
                  house_send(h, ADMIN_B, "POST", "/api/optimization/scenarios",
                             oq_strf(h->arena,
                                     "{\"name\":\"x\",\"problem\":\"maintenance_priority\","
                                     "\"site_id\":\"%s\"}",
                                     site_text)
                                 .ptr),
                  422, "optimize.site_unknown");
    CHECK_REFUSED("not here yet",
                  house_send(h, ADMIN_A, "POST", "/api/optimization/scenarios",
                             "{\"name\":\"x\",\"problem\":\"workforce_dispatch\"}"),
                  422, "optimize.not_here_yet");
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, open_plant)
    const struct CMUnitTest tests[] = {
        TEST(test_a_plan_becomes_work),
        TEST(test_what_went_on_is_left_alone),
        TEST(test_an_old_plan_is_refused),
        TEST(test_work_that_is_there_is_not_made_twice),
        TEST(test_work_of_several_days),
        TEST(test_what_is_rejected_is_not_made),
        TEST(test_stopped_and_begun_again),
        TEST(test_what_nobody_approved_goes),
        TEST(test_comparing),
        TEST(test_what_waiting_costs),
        TEST(test_waiting_for_a_shutdown),
        TEST(test_what_waiting_lacks_is_named),
        TEST(test_over_http),
    };
    return cmocka_run_group_tests_name("optimize_decide", tests, house_open, house_close);
}
