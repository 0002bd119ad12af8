#include "quant/maintenance_plan.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

/* --- problems -----------------------------------------------------------------------------------*/

/* Costs of waiting that grow by `per_day`, and `left` when it is never done. */
static void costs(oq_arena *arena, maintenance_job *job, int32_t days, int64_t per_day,
                  int64_t left)
{
    int64_t *failure = oq_new_n(arena, int64_t, (size_t)days + 1);
    for (int32_t d = 0; d < days; d++)
        failure[d] = d * per_day;
    failure[days] = left;
    job->failure_cost = failure;
}

typedef struct plant {
    maintenance_problem p;
    maintenance_job job[8];
    maintenance_crew crew[2];
    int32_t minutes[2][3];
    uint32_t asset_unit[8], unit_down_max[1];
    maintenance_part part[1];
    int64_t arrival[3];
    maintenance_order order[1];
    maintenance_budget budget[1];
} plant;

/* `jobs` jobs of 240 minutes, each on its own asset, 100 a day of waiting and 1000 when left; one
 * crew of 480 minutes over three days, planned cost 50. No other limits. */
static plant *plant_of(oq_arena *arena, size_t jobs)
{
    plant *f = oq_new(arena, plant);
    for (size_t j = 0; j < 8; j++) {
        f->job[j] = (maintenance_job){
            .asset = (uint32_t)j, .minutes = 240, .day_last = 2, .planned_cost = 50};
        costs(arena, &f->job[j], 3, 100, 1000);
    }
    for (int d = 0; d < 3; d++)
        f->minutes[0][d] = f->minutes[1][d] = 480;
    f->crew[0].minutes = f->minutes[0];
    f->crew[1].minutes = f->minutes[1];
    f->part[0].arrival = f->arrival;
    f->p = (maintenance_problem){.days = 3,
                                 .job = f->job,
                                 .jobs = jobs,
                                 .crew = f->crew,
                                 .crews = 1,
                                 .sites = 1,
                                 .asset_unit = f->asset_unit,
                                 .assets = 8,
                                 .unit_down_max = f->unit_down_max,
                                 .units = 1,
                                 .part = f->part,
                                 .parts = 1,
                                 .order = f->order,
                                 .budget = f->budget};
    return f;
}

static maintenance_plan solve(oq_arena *arena, const maintenance_problem *p)
{
    maintenance_effort effort = {.seed = 1, .moves = 20000};
    maintenance_plan plan;
    assert_null(maintenance_problem_flaw(p));
    maintenance_plan_solve(arena, p, &effort, &plan);
    maintenance_finding found = maintenance_plan_check(p, plan.slot);
    assert_true(found.is_kept);
    assert_memory_equal(&found.cost, &plan.cost, sizeof plan.cost);
    assert_true(plan.bound <= plan.cost.total);
    assert_int_equal(found.is_mandatory_undone,
                     plan.status == MAINTENANCE_INFEASIBLE || plan.status == MAINTENANCE_UNPLACED);
    return plan;
}

static bool has_limit(const maintenance_limit_at *limit, size_t count, maintenance_limit wanted)
{
    for (size_t i = 0; i < count; i++)
        if (limit[i].limit == wanted)
            return true;
    return false;
}

static maintenance_limit_at limit_of(const maintenance_limit_at *limit, size_t count,
                                     maintenance_limit wanted)
{
    for (size_t i = 0; i < count; i++)
        if (limit[i].limit == wanted)
            return limit[i];
    fail_msg("the limit %s is not named", oq_choice_text(maintenance_limit_choices, (int)wanted));
    return (maintenance_limit_at){0};
}

/* --- by hand ------------------------------------------------------------------------------------*/

/* Two jobs a day fit. Three jobs: two today (0 + 50 each), one tomorrow (100 + 50). */
static void test_by_hand(void **state)
{
    plant *f = plant_of(*state, 3);
    f->crew[0].cost_per_hour = 7; /* 4 h: 28 each */
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_OPTIMAL);
    assert_int_equal(plan.cost.failure, 100);
    assert_int_equal(plan.cost.planned, 150);
    assert_int_equal(plan.cost.labour, 84);
    assert_int_equal(plan.cost.total, 334);
    assert_int_equal(plan.idle.total, 3000);
    assert_int_equal(plan.bound, 334);
    assert_true(plan.gap == 0);
    assert_int_equal(plan.planned, 3);
}

/* Every part of the objective decides once. */
static void test_objective(void **state)
{
    static const int64_t loss[] = {500, 0, 500}, carbon[] = {0, 30, 400, 400};
    plant *f = plant_of(*state, 1);
    f->job[0].production_loss = loss;
    assert_int_equal(solve(*state, &f->p).slot[0].day, 1); /* a quiet day */
    f->job[0].carbon_cost = carbon;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.cost.carbon, 30);
    f->job[0].planned_cost = 1300;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[0].day, -1); /* 1300 for 1270 that it avoids */
    assert_int_equal(plan.cost.total, 1400);
    f->job[0].planned_cost = 1269;
    assert_int_equal(solve(*state, &f->p).slot[0].day, 1);
}

/* --- limits, one by one -------------------------------------------------------------------------*/

static void test_skills_and_sites(void **state)
{
    static const bool elsewhere[] = {false, true};
    plant *f = plant_of(*state, 1);
    f->p.crews = 2, f->p.sites = 2;
    f->job[0].skills = 5;
    f->crew[0].skills = 4, f->crew[1].skills = 7;
    assert_int_equal(solve(*state, &f->p).slot[0].crew, 1);
    f->crew[1].site = elsewhere;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[0].day, -1);
    maintenance_reason *reason;
    maintenance_plan_explain(*state, &f->p, &plan, &reason);
    assert_int_equal(reason[0].why, MAINTENANCE_LEFT_IMPOSSIBLE);
    assert_true(has_limit(reason[0].limit, reason[0].limits, MAINTENANCE_LIMIT_SKILL));
}

static void test_dates_and_windows(void **state)
{
    static const bool window[] = {true, false, true}, never[] = {false, false, false};
    plant *f = plant_of(*state, 1);
    f->job[0].day_first = 1;
    f->job[0].window = window;
    assert_int_equal(solve(*state, &f->p).slot[0].day, 2);
    f->job[0].day_last = 1;
    assert_int_equal(solve(*state, &f->p).slot[0].day, -1);
    f->job[0].day_first = 0, f->job[0].day_last = 2, f->job[0].days = 2;
    assert_int_equal(solve(*state, &f->p).slot[0].day, -1); /* no two days in a row */
    f->job[0].window = never;
    maintenance_plan plan = solve(*state, &f->p);
    maintenance_reason *reason;
    maintenance_plan_explain(*state, &f->p, &plan, &reason);
    assert_true(has_limit(reason[0].limit, reason[0].limits, MAINTENANCE_LIMIT_WINDOW));
}

/* A job of two days takes its crew on both. */
static void test_long_job(void **state)
{
    plant *f = plant_of(*state, 2);
    f->job[0].days = 2, f->job[0].minutes = 480;
    costs(*state, &f->job[0], 3, 1000, 9000);
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[0].day, 0);
    assert_int_equal(plan.slot[1].day, 2);
    f->job[0].days = 4;
    assert_int_equal(solve(*state, &f->p).slot[0].day, -1);
}

static void test_parts(void **state)
{
    static const maintenance_need one = {0, 1};
    plant *f = plant_of(*state, 2);
    f->job[0].need = f->job[1].need = &one;
    f->job[0].needs = f->job[1].needs = 1;
    f->part[0].stock = 1;
    f->arrival[2] = 1;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[0].day + plan.slot[1].day, 2); /* one today, one when it comes */
    f->arrival[2] = 0;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.planned, 1);
    maintenance_reason *reason;
    maintenance_plan_explain(*state, &f->p, &plan, &reason);
    size_t out = plan.slot[0].day < 0 ? 0 : 1;
    assert_int_equal(reason[out].why, MAINTENANCE_LEFT_BLOCKED);
    assert_int_equal(
        limit_of(reason[out].limit, reason[out].limits, MAINTENANCE_LIMIT_PARTS).short_by, 1);
    assert_int_equal(reason[out].best_saves, 950);
}

static void test_unit_down(void **state)
{
    plant *f = plant_of(*state, 3);
    f->minutes[0][0] = 4800;
    f->unit_down_max[0] = 1;
    for (int j = 0; j < 3; j++)
        f->job[j].is_shutdown = true;
    assert_int_equal(solve(*state, &f->p).cost.failure, 300); /* one a day */
    f->job[1].asset = 0; /* two jobs of one asset: it is down once */
    assert_int_equal(solve(*state, &f->p).cost.failure, 100);
    f->job[0].asset = 1, f->job[0].is_shutdown = false;
    assert_int_equal(solve(*state, &f->p).cost.failure, 100);
}

static void test_order(void **state)
{
    plant *f = plant_of(*state, 2);
    f->p.orders = 1;
    f->order[0] = (maintenance_order){1, 0, 1};
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[1].day, 0);
    assert_int_equal(plan.slot[0].day, 1);
    f->order[0].gap_days = 0;
    assert_int_equal(solve(*state, &f->p).cost.failure, 0);
    f->job[1].planned_cost = 1500; /* not worth it alone, but for the other's sake */
    costs(*state, &f->job[0], 3, 100, 4000);
    plan = solve(*state, &f->p);
    assert_int_equal(plan.planned, 2);
    costs(*state, &f->job[0], 3, 100, 500);
    assert_int_equal(solve(*state, &f->p).planned, 0);
}

static void test_budget(void **state)
{
    plant *f = plant_of(*state, 3);
    f->p.budgets = 1;
    f->budget[0] = (maintenance_budget){0, 1, 99}; /* one job of 50 in the first two days */
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.cost.failure, 400);
    maintenance_limit_price price[MAINTENANCE_LIMIT_COUNT];
    maintenance_effort effort = {.seed = 1};
    maintenance_plan_limits(&f->p, &plan, &effort, price);
    assert_true(price[MAINTENANCE_LIMIT_BUDGET].is_used);
    assert_int_equal(price[MAINTENANCE_LIMIT_BUDGET].costs, 300);
    assert_true(price[MAINTENANCE_LIMIT_BUDGET].costs_most >= 300);
    assert_false(price[MAINTENANCE_LIMIT_PARTS].is_used);
    assert_int_equal(price[MAINTENANCE_LIMIT_CREW_HOURS].costs, 0);
}

/* --- pins and plans that people know ------------------------------------------------------------*/

static void test_pins(void **state)
{
    plant *f = plant_of(*state, 3);
    f->p.crews = 2;
    f->job[0].is_day_pinned = true, f->job[0].pin.day = 2;
    f->job[1].is_crew_pinned = true, f->job[1].pin.crew = 1;
    f->job[2].planned_cost = 5000; /* a person wants it, worth it or not */
    f->job[2].is_day_pinned = f->job[2].is_crew_pinned = true;
    f->job[2].pin = (maintenance_slot){1, 0};
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_OPTIMAL);
    assert_int_equal(plan.slot[0].day, 2);
    assert_int_equal(plan.slot[1].crew, 1);
    assert_int_equal(plan.slot[1].day, 0);
    assert_true(plan.slot[2].day == 1 && plan.slot[2].crew == 0);
    maintenance_reason *reason;
    maintenance_plan_explain(*state, &f->p, &plan, &reason);
    assert_int_equal(reason[2].why, MAINTENANCE_PLANNED_PINNED);
    maintenance_limit_price price[MAINTENANCE_LIMIT_COUNT];
    maintenance_effort effort = {.seed = 1};
    maintenance_plan_limits(&f->p, &plan, &effort, price);
    assert_int_equal(price[MAINTENANCE_LIMIT_PIN].costs, 200 + 4100);
}

/* The plan that people know is kept unless a move pays for itself. */
static void test_moves(void **state)
{
    plant *f = plant_of(*state, 2);
    f->p.crews = 2;
    for (int j = 0; j < 2; j++) {
        f->job[j].has_previous = true;
        f->job[j].previous = (maintenance_slot){1, j};
    }
    f->p.move_cost = 101;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.cost.move, 0);
    assert_int_equal(plan.cost.failure, 200);
    f->p.move_cost = 99;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.cost.move, 198);
    assert_int_equal(plan.cost.failure, 0);
    f->p.move_cost = 101;
    f->job[0].previous = (maintenance_slot){1, -1}; /* only the day is known */
    f->job[1].is_crew_pinned = true, f->job[1].pin.crew = 0;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[0].day, 1);
    assert_int_equal(plan.cost.move, 101); /* of the other one, which has another crew now */
    f->job[1].is_crew_pinned = false;
    f->job[0].previous.crew = 0;
    f->job[1].previous = (maintenance_slot){-1, -1}; /* it was left out */
    f->p.move_cost = 2000;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.slot[1].day, -1);
    assert_int_equal(plan.slot[0].day, 1);
}

/* --- what cannot be -----------------------------------------------------------------------------*/

static void test_infeasible_alone(void **state)
{
    plant *f = plant_of(*state, 2);
    f->job[0].is_mandatory = true, f->job[0].minutes = 481;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_INFEASIBLE);
    assert_int_equal(plan.conflicts, 1);
    assert_int_equal(plan.conflict[0].job, 0);
    const maintenance_conflict *c = &plan.conflict[0];
    assert_int_equal(c->limits, 1);
    assert_int_equal(limit_of(c->limit, c->limits, MAINTENANCE_LIMIT_CREW_HOURS).short_by, 1);
    assert_int_equal(plan.slot[1].day, 0); /* what can be done is planned */
}

/* Seven of six that fit, all of them wanted. */
static void test_infeasible_together(void **state)
{
    plant *f = plant_of(*state, 7);
    for (int j = 0; j < 7; j++)
        f->job[j].is_mandatory = true;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_INFEASIBLE);
    assert_int_equal(plan.conflicts, 1);
    const maintenance_conflict *c = &plan.conflict[0];
    assert_int_equal(limit_of(c->limit, c->limits, MAINTENANCE_LIMIT_CREW_HOURS).short_by, 240);
    maintenance_limit_price price[MAINTENANCE_LIMIT_COUNT];
    maintenance_effort effort = {.seed = 1};
    maintenance_plan_limits(&f->p, &plan, &effort, price);
    assert_int_equal(price[MAINTENANCE_LIMIT_CREW_HOURS].unplaced, 0);
    f->p.jobs = 6;
    assert_int_equal(solve(*state, &f->p).status, MAINTENANCE_OPTIMAL);
}

/* A pin and a date that exclude each other; pins that take the same hours. */
static void test_infeasible_pins(void **state)
{
    plant *f = plant_of(*state, 1);
    f->job[0].is_day_pinned = true, f->job[0].pin.day = 0, f->job[0].day_first = 1;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_INFEASIBLE);
    const maintenance_conflict *c = &plan.conflict[0];
    assert_true(has_limit(c->limit, c->limits, MAINTENANCE_LIMIT_PIN) ||
                has_limit(c->limit, c->limits, MAINTENANCE_LIMIT_DATES));
    f = plant_of(*state, 3);
    for (int j = 0; j < 3; j++)
        f->job[j].is_day_pinned = true;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_INFEASIBLE);
    c = &plan.conflict[0];
    assert_true(has_limit(c->limit, c->limits, MAINTENANCE_LIMIT_CREW_HOURS));
}

static void test_unknown(void **state)
{
    plant *f = plant_of(*state, 2);
    f->job[0].missing = MAINTENANCE_MISSING_REPAIR_COST;
    f->job[0].minutes = 0;
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_OPTIMAL);
    assert_int_equal(plan.unknown, 1);
    assert_int_equal(plan.left_out, 0);
    assert_int_equal(plan.idle.total, 1000); /* no number for the other */
    maintenance_reason *reason;
    maintenance_plan_explain(*state, &f->p, &plan, &reason);
    assert_int_equal(reason[0].why, MAINTENANCE_LEFT_UNKNOWN);
}

static void test_nothing(void **state)
{
    plant *f = plant_of(*state, 0);
    maintenance_plan plan = solve(*state, &f->p);
    assert_int_equal(plan.status, MAINTENANCE_OPTIMAL);
    assert_int_equal(plan.cost.total, 0);
    f = plant_of(*state, 3);
    f->p.crews = 0;
    plan = solve(*state, &f->p);
    assert_int_equal(plan.planned, 0);
    assert_int_equal(plan.cost.total, 3000);
}

static void test_flaws(void **state)
{
    plant *f = plant_of(*state, 3);
    f->p.orders = 1;
    f->order[0] = (maintenance_order){0, 0, 0};
    assert_string_equal(maintenance_problem_flaw(&f->p), "orders in a circle");
    f->order[0] = (maintenance_order){0, 7, 0};
    assert_string_equal(maintenance_problem_flaw(&f->p), "order");
    f->p.orders = 0;
    f->job[1].minutes = 0;
    assert_non_null(maintenance_problem_flaw(&f->p));
    f->job[1].minutes = 1, f->job[1].asset = 99;
    assert_string_equal(maintenance_problem_flaw(&f->p), "job.asset");
    f->job[1].asset = 0, f->p.days = 0;
    assert_string_equal(maintenance_problem_flaw(&f->p), "days");
}

static int setup(void **state)
{
    *state = oq_arena_open(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_objective),
        cmocka_unit_test(test_skills_and_sites),
        cmocka_unit_test(test_dates_and_windows),
        cmocka_unit_test(test_long_job),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_unit_down),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_infeasible_alone),
        cmocka_unit_test(test_infeasible_together),
        cmocka_unit_test(test_infeasible_pins),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_flaws),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
