/* Pages of the optimizer, on a real PostgreSQL: what they show of a plan, and what they do. */
#include "optimize_house.h"

#include "base/banned.h"

static int open_pages(void **state)
{
    static http_route_list routes = {optimize_routes, optimize_page_routes, NULL};
    house_serve(*state, &routes);
    return optimize_furnish(state);
}

static const char *path_of(house *h, const char *format, oq_uuid id)
{
    return oq_strf(h->arena, format, optimize_id(h, id)).ptr;
}

static void test_before_there_is_a_plan(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "DELETE FROM asset_ai_scores");
    CHECK_SEEN("overview", house_get(h, ADMIN_A, "/optimization"), 200, "There is no plan yet");
    CHECK_SEEN("scenarios", house_get(h, ADMIN_A, "/optimization/scenarios"), 200,
               "There are no scenarios yet");
    CHECK("next door too", house_get(h, ADMIN_B, "/optimization").status == 200);
    CHECK("not for a viewer", house_get(h, VIEWER_A, "/optimization").status == 403);
}

static void test_the_overview(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    seen page = house_get(h, ADMIN_A, "/optimization");
    CHECK_SEEN("the plan", page, 200, "OPT-1");
    CHECK("what is planned", seen_has(&page, "P-101") && seen_has(&page, "Ali"));
    CHECK("why not", seen_has(&page, "No: costs more than it saves"));
    CHECK("ticks of money", seen_has(&page, "thousand SAR"));
    CHECK("where in the plan",
          seen_has(&page, oq_strf(h->arena, "/optimization/runs/%s#a-", optimize_id(h, r->id)).ptr));
    page = house_get(h, ADMIN_B, "/optimization");
    CHECK("nothing next door", !seen_has(&page, "P-101"));
}

static void test_a_run(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    const char *path = path_of(h, "/optimization/runs/%s", r->id);
    seen page = house_get(h, ADMIN_A, path);
    CHECK_SEEN("costs", page, 200, "Expected failures");
    CHECK("bars", seen_has(&page, "plan-bar") && seen_has(&page, "Ali"));
    CHECK("reasons", seen_has(&page, "It stays worth doing down to"));
    CHECK("approval", seen_has(&page, "Approve the plan"));
    CHECK("not next door", house_get(h, ADMIN_B, path).status == 404);
    seen arabic = house_get(h, ADMIN_A, oq_strf(h->arena, "%s?lang=ar", path).ptr);
    CHECK_SEEN("in Arabic", arabic, 200, "الأعطال المتوقعة");
}

/* What overlaps lies below each other; what takes three days is three days long. */
static void test_bars_do_not_hide_each_other(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    testdb_exec(h->db, "UPDATE optimization_recommendations SET day = '2026-11-22', days = 3,"
                       " action = 'do', crew = (SELECT id::text FROM users WHERE email ="
                       " 'ali@a.example')");
    seen page = house_get(h, ADMIN_A, path_of(h, "/optimization/runs/%s", r->id));
    CHECK("three lanes", seen_has(&page, "y=\"24\"") && seen_has(&page, "y=\"50\"") &&
                             seen_has(&page, "y=\"76\""));
    CHECK("three of fourteen days", seen_has(&page, "width=\"180.1\""));
}

static void test_asking_and_waiting(void **state)
{
    house *h = *state;
    seen page = house_form(h, ADMIN_A, "/optimization/plan", "horizon_days=7");
    CHECK("asked", page.status == 303);
    optimize_run *r = optimize_newest(h);
    const char *path = path_of(h, "/optimization/runs/%s", r->id);
    testdb_exec(h->db, "UPDATE jobs SET progress = 0.42 WHERE kind = 'optimize.run'");
    page = house_get(h, ADMIN_A, path);
    CHECK_SEEN("how far it is", page, 200, "<progress");
    CHECK("in percent", seen_has(&page, "value=\"42\""));
    page = house_form(h, ADMIN_A, oq_strf(h->arena, "%s/cancel", path).ptr, "");
    CHECK("stopped", page.status == 303);
    CHECK_SEEN("and said", house_get(h, ADMIN_A, path), 200, "Stopped");
    page = house_form(h, ADMIN_A, "/optimization/plan", "horizon_days=0");
    CHECK("a bad form comes back", page.status == 422 && seen_has(&page, "horizon_days"));
}

static void test_deciding(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    seen page =
        house_form(h, ADMIN_A,
                   path_of(h, "/optimization/recommendations/%s/reject", rows.at[0].id), "");
    CHECK("left out", page.status == 303);
    page = house_form(h, ADMIN_A, path_of(h, "/optimization/runs/%s/approve", r->id), "note=go");
    CHECK("approved", page.status == 303);
    page = house_get(h, ADMIN_A, path_of(h, "/optimization/runs/%s", r->id));
    CHECK("as it was decided", seen_has(&page, "Left out") && seen_has(&page, "go"));
    assert_int_equal(work_count(h, "work_orders WHERE source = 'OPTIMIZER'"), 1);
    oq_clock_set(WORK_NOON + 2 * OQ_DAY);
    optimize_run *old = optimize_plan(h);
    page = house_get(h, ADMIN_A, path_of(h, "/optimization/runs/%s", old->id));
    CHECK("asked for", seen_has(&page, "/approve\"") && !seen_has(&page, "no longer be approved"));
    oq_clock_set(WORK_NOON + 4 * OQ_DAY);
    page = house_get(h, ADMIN_A, path_of(h, "/optimization/runs/%s", old->id));
    CHECK("not any more", !seen_has(&page, "/approve\"") && seen_has(&page, "no longer be approved"));
    page = house_form(h, ADMIN_A, path_of(h, "/optimization/runs/%s/approve", old->id), "");
    CHECK_SEEN("too late", page, 409, "which is past");
}

static void test_scenarios(void **state)
{
    house *h = *state;
    seen page = house_form(h, ADMIN_A, "/optimization/scenarios",
                           "name=Careful&problem=maintenance_priority&risk_weight=5&hours_share=50");
    CHECK("added", page.status == 303);
    assert_int_equal(work_count(h, "optimization_scenarios WHERE parameters ->> 'risk_weight' = '5'"
                                   " AND parameters ->> 'hours_share' = '0.5'"),
                     1);
    page = house_form(h, ADMIN_A, "/optimization/scenarios", "name=x&problem=workforce_dispatch");
    CHECK_SEEN("another question", page, 422, "not offered yet");
    page = house_form(h, ADMIN_A, "/optimization/scenarios", "name=Careful");
    CHECK_SEEN("the name again", page, 409, "of this name already");
    page = house_get(h, ADMIN_A, "/optimization/scenarios");
    CHECK("shown", seen_has(&page, "Careful") && seen_has(&page, "risk_weight"));
    oq_uuid id = optimize_first_id(h, "/api/optimization/scenarios");
    page = house_form(h, ADMIN_A, path_of(h, "/optimization/scenarios/%s/run", id), "");
    CHECK("run", page.status == 303);
    optimize_jobs(h);
    optimize_run *careful = optimize_newest(h), *plain = optimize_plan(h);
    CHECK("done", careful->status == OPTIMIZE_DONE);
    page = house_get(h, ADMIN_A,
                     oq_strf(h->arena, "/optimization/compare?a=%s&b=%s",
                             optimize_id(h, careful->id), optimize_id(h, plain->id))
                         .ptr);
    CHECK_SEEN("beside each other", page, 200, "What differs");
    page = house_get(h, ADMIN_A, path_of(h, "/optimization/runs/%s", careful->id));
    CHECK("amounts are money", seen_has(&page, "All amounts are money"));
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, open_pages)
    const struct CMUnitTest tests[] = {
        TEST(test_before_there_is_a_plan),
        TEST(test_the_overview),
        TEST(test_a_run),
        TEST(test_bars_do_not_hide_each_other),
        TEST(test_asking_and_waiting),
        TEST(test_deciding),
        TEST(test_scenarios),
    };
    return cmocka_run_group_tests_name("optimize_page", tests, house_open, house_close);
}
