/* Properties of any plan, over problems drawn by lot: small ones against every plan there is,
 * larger ones against the checker. */
#include <math.h>

#include "base/test.h"
#include "quant/maintenance_plan.h"

#include "base/banned.h"

/* --- problems drawn by lot ----------------------------------------------------------------------*/

static uint32_t drawn;

static int32_t draw(int32_t least, int32_t most)
{
    drawn = drawn * 1664525u + 1013904223u;
    return least + (int32_t)((uint64_t)(drawn >> 8) * (uint32_t)(most - least + 1) >> 24);
}

static bool one_in(int32_t n)
{
    return draw(1, n) == 1;
}

static void draw_costs(oq_arena *arena, maintenance_job *j, int32_t days)
{
    int64_t *failure = oq_new_n(arena, int64_t, (size_t)days + 1);
    int64_t *carbon = oq_new_n(arena, int64_t, (size_t)days + 1);
    int64_t *loss = oq_new_n(arena, int64_t, (size_t)days);
    for (int32_t d = 1; d <= days; d++) {
        failure[d] = failure[d - 1] + draw(0, 300);
        carbon[d] = carbon[d - 1] + draw(0, 20);
    }
    for (int32_t d = 0; d < days; d++)
        loss[d] = draw(0, 100);
    j->failure_cost = failure;
    j->carbon_cost = one_in(2) ? carbon : NULL;
    j->production_loss = one_in(2) ? loss : NULL;
    j->planned_cost = draw(0, 400);
}

static void draw_job(oq_arena *arena, const maintenance_problem *p, maintenance_job *j)
{
    int32_t days = p->days;
    j->asset = (uint32_t)draw(0, (int32_t)p->assets - 1);
    j->site = (uint32_t)draw(0, (int32_t)p->sites - 1);
    j->skills = one_in(2) ? 1u << draw(0, 1) : 0;
    j->minutes = 60 * draw(1, 6);
    j->days = one_in(4) ? 2 : draw(0, 1);
    j->is_shutdown = one_in(2);
    j->day_first = one_in(4) ? draw(0, days - 1) : 0;
    j->day_last = one_in(4) ? draw(0, days - 1) : days + 5;
    if (one_in(4)) {
        bool *window = oq_new_n(arena, bool, (size_t)days);
        for (int32_t d = 0; d < days; d++)
            window[d] = !one_in(3);
        j->window = window;
    }
    j->needs = one_in(2) ? (size_t)draw(0, 2) : 0;
    maintenance_need *need = oq_new_n(arena, maintenance_need, 2);
    for (size_t n = 0; n < 2; n++)
        need[n] = (maintenance_need){(uint32_t)draw(0, (int32_t)p->parts - 1), draw(1, 2)};
    j->need = need;
    draw_costs(arena, j, days);
    j->is_mandatory = one_in(8);
    j->is_day_pinned = one_in(12), j->is_crew_pinned = one_in(12);
    j->pin = (maintenance_slot){draw(0, days - 1), draw(0, (int32_t)p->crews - 1)};
    j->has_previous = one_in(3);
    j->previous = (maintenance_slot){draw(0, days - 1), draw(-1, (int32_t)p->crews - 1)};
    if (one_in(3))
        j->previous = (maintenance_slot){-1, -1};
    j->missing = one_in(15) ? MAINTENANCE_MISSING_REPAIR_COST : 0;
}

static void draw_supplies(oq_arena *arena, maintenance_problem *p)
{
    size_t days = (size_t)p->days;
    maintenance_crew *crew = oq_new_n(arena, maintenance_crew, p->crews);
    for (size_t c = 0; c < p->crews; c++) {
        int32_t *minutes = oq_new_n(arena, int32_t, days);
        bool *site = oq_new_n(arena, bool, p->sites);
        for (size_t d = 0; d < days; d++)
            minutes[d] = one_in(5) ? 0 : 60 * draw(4, 10);
        for (size_t i = 0; i < p->sites; i++)
            site[i] = !one_in(4);
        crew[c] =
            (maintenance_crew){(uint64_t)draw(1, 3), one_in(2) ? site : NULL, minutes, draw(0, 50)};
    }
    maintenance_part *part = oq_new_n(arena, maintenance_part, p->parts);
    for (size_t i = 0; i < p->parts; i++) {
        int64_t *arrival = oq_new_n(arena, int64_t, days);
        arrival[draw(0, p->days - 1)] = draw(0, 2);
        part[i] = (maintenance_part){draw(0, 3), one_in(2) ? arrival : NULL};
    }
    uint32_t *unit = oq_new_n(arena, uint32_t, p->assets);
    uint32_t *down = oq_new_n(arena, uint32_t, p->units);
    for (size_t a = 0; a < p->assets; a++)
        unit[a] = (uint32_t)draw(0, (int32_t)p->units - 1);
    for (size_t u = 0; u < p->units; u++)
        down[u] = (uint32_t)draw(0, 2);
    p->crew = crew, p->part = part, p->asset_unit = unit, p->unit_down_max = down;
}

static maintenance_problem *draw_problem(oq_arena *arena, uint32_t seed, size_t jobs, int32_t days,
                                         size_t crews)
{
    drawn = seed * 2654435761u; /* neighbours begin far apart */
    for (int i = 0; i < 8; i++)
        draw(0, 1);
    maintenance_problem *p = oq_new(arena, maintenance_problem);
    *p = (maintenance_problem){.days = days,
                               .jobs = jobs,
                               .crews = crews,
                               .sites = 2,
                               .assets = jobs / 2 + 1,
                               .units = 2,
                               .parts = jobs / 4 + 1,
                               .orders = one_in(2) ? jobs / 4 : 0,
                               .budgets = one_in(2),
                               .move_cost = draw(0, 100)};
    draw_supplies(arena, p);
    maintenance_job *job = oq_new_n(arena, maintenance_job, jobs);
    for (size_t j = 0; j < jobs; j++)
        draw_job(arena, p, &job[j]);
    p->job = job;
    maintenance_order *order = oq_new_n(arena, maintenance_order, p->orders);
    for (size_t i = 0; i < p->orders; i++) {
        uint32_t before = (uint32_t)draw(0, (int32_t)jobs - 2);
        order[i] = (maintenance_order){
            before, (uint32_t)draw((int32_t)before + 1, (int32_t)jobs - 1), draw(0, 1)};
    }
    maintenance_budget *budget = oq_new_n(arena, maintenance_budget, 1);
    budget[0] = (maintenance_budget){0, draw(0, days - 1), draw(0, 200 * (int32_t)jobs)};
    p->order = order, p->budget = budget;
    if (seed % 3 == 0) {
        maintenance_weights *w = oq_new(arena, maintenance_weights);
        *w = (maintenance_weights){draw(0, 40) / 10.0, draw(0, 20) / 10.0, draw(0, 20) / 10.0};
        p->weights = w;
    }
    assert_null(maintenance_problem_flaw(p));
    return p;
}

/* --- every plan there is ------------------------------------------------------------------------*/

/* The least cost of all plans that keep the limits and do what must be done; false: there is none.
 */
static bool try_all(const maintenance_problem *p, maintenance_slot *slot, size_t job,
                    int64_t *ret_least)
{
    if (job == p->jobs) {
        maintenance_finding found = maintenance_plan_check(p, slot);
        if (!found.is_kept || found.is_mandatory_undone || found.cost.total >= *ret_least)
            return found.is_kept && !found.is_mandatory_undone;
        *ret_least = found.cost.total;
        return true;
    }
    slot[job] = (maintenance_slot){-1, -1};
    bool is_any = try_all(p, slot, job + 1, ret_least);
    for (int32_t d = 0; d < p->days && !p->job[job].missing; d++)
        for (int32_t c = 0; c < (int32_t)p->crews; c++) {
            slot[job] = (maintenance_slot){d, c};
            is_any |= try_all(p, slot, job + 1, ret_least);
        }
    return is_any;
}

static void test_against_all(void **state)
{
    size_t optimal = 0, infeasible = 0;
    for (uint32_t seed = 1; seed <= 120; seed++) {
        oq_arena *arena = oq_arena_open(1 << 18);
        maintenance_problem *p = draw_problem(arena, seed, 4, 3, 2);
        maintenance_slot slot[4];
        int64_t least = INT64_MAX;
        bool can = try_all(p, slot, 0, &least);
        maintenance_effort effort = {.seed = seed, .moves = 3000};
        maintenance_plan plan;
        maintenance_plan_solve(arena, p, &effort, &plan);
        if (can) {
            assert_int_equal(plan.status, MAINTENANCE_OPTIMAL);
            assert_int_equal(plan.cost.total, least);
            assert_int_equal(plan.bound, least);
        } else {
            assert_int_equal(plan.status, MAINTENANCE_INFEASIBLE);
            assert_true(plan.conflicts > 0);
            for (size_t i = 0; i < plan.conflicts; i++)
                assert_true(plan.conflict[i].limits > 0);
        }
        optimal += can, infeasible += !can;
        oq_arena_close(arena);
    }
    assert_true(optimal > 30 && infeasible > 10); /* both happen */
    (void)state;
}

/* --- reasons, held against the checker ----------------------------------------------------------*/

typedef struct tried {
    bool fits;
    int64_t cost;
} tried;

static tried put_there(const maintenance_problem *p, maintenance_slot *slot, uint32_t job,
                       maintenance_slot there)
{
    maintenance_slot had = slot[job];
    slot[job] = there;
    maintenance_finding found = maintenance_plan_check(p, slot);
    slot[job] = had;
    return (tried){found.is_kept, found.cost.total};
}

/* No slot that is free is better; the next best is what it is said to be. */
static void check_slots(const maintenance_problem *p, const maintenance_plan *plan,
                        maintenance_slot *slot, uint32_t job, const maintenance_reason *r)
{
    int64_t next = INT64_MAX;
    for (int32_t d = 0; d < p->days; d++)
        for (int32_t c = 0; c < (int32_t)p->crews; c++) {
            tried t = put_there(p, slot, job, (maintenance_slot){d, c});
            bool is_own = slot[job].day == d && slot[job].crew == c;
            assert_true(!t.fits || t.cost >= plan->cost.total);
            if (t.fits && !is_own && t.cost < next)
                next = t.cost;
        }
    assert_int_equal(r->other.day < 0, next == INT64_MAX);
    if (next < INT64_MAX) {
        tried t = put_there(p, slot, job, r->other);
        assert_true(t.fits);
        assert_int_equal(t.cost, next);
        assert_int_equal(r->other_costs_more, next - plan->cost.total);
    }
}

static bool names(const maintenance_reason *r, maintenance_limit limit)
{
    for (size_t i = 0; i < r->limits; i++)
        if (r->limit[i].limit == limit)
            return true;
    return false;
}

/* The better slot is not free, and what the checker finds broken there is among what is named. */
static void check_blocked(const maintenance_problem *p, maintenance_slot *slot, uint32_t job,
                          const maintenance_reason *r)
{
    maintenance_slot had = slot[job];
    slot[job] = r->best;
    maintenance_finding found = maintenance_plan_check(p, slot);
    slot[job] = had;
    assert_false(found.is_kept);
    assert_true(names(r, found.at.limit));
    for (size_t i = 0; i < r->limits; i++)
        assert_true(r->limit[i].short_by > 0 || r->limit[i].limit == MAINTENANCE_LIMIT_ORDER);
}

static void check_turn(const maintenance_problem *p, uint32_t job, maintenance_slot slot,
                       double factor)
{
    maintenance_cost in = maintenance_job_cost(p, job, slot);
    maintenance_cost out = maintenance_job_cost(p, job, (maintenance_slot){-1, -1});
    maintenance_weights w = p->weights ? *p->weights : (maintenance_weights){1, 1, 1};
    double more = (factor - 1) * (w.failure * (double)(in.failure - out.failure) +
                                  w.carbon * (double)(in.carbon - out.carbon));
    assert_true(fabs((double)(in.total - out.total) + more) <
                1e-6 * fabs((double)out.total) + (p->weights ? 6 : 1e-6)); /* parts are rounded */
}

static void check_reason(const maintenance_problem *p, const maintenance_plan *plan,
                         maintenance_slot *slot, uint32_t job, const maintenance_reason *r)
{
    int64_t left = maintenance_job_cost(p, job, (maintenance_slot){-1, -1}).total;
    if (r->why == MAINTENANCE_LEFT_UNKNOWN) {
        assert_true(p->job[job].missing);
        return;
    }
    check_slots(p, plan, slot, job, r);
    assert_int_equal(slot[job].day >= 0,
                     r->why == MAINTENANCE_PLANNED || r->why == MAINTENANCE_PLANNED_PINNED);
    assert_int_equal(slot[job].day >= 0, r->rank > 0);
    if (slot[job].day >= 0) {
        assert_int_equal(r->saves, left - maintenance_job_cost(p, job, slot[job]).total);
        if (r->best.day >= 0) {
            assert_true(r->best_saves > r->saves);
            check_blocked(p, slot, job, r);
        }
        if (!isnan(r->turns_at))
            check_turn(p, job, slot[job], r->turns_at);
    } else if (r->why == MAINTENANCE_LEFT_BLOCKED) {
        check_blocked(p, slot, job, r);
        assert_true(p->job[job].is_mandatory || p->job[job].is_day_pinned ||
                    p->job[job].is_crew_pinned || r->best_saves > 0);
    } else if (r->why == MAINTENANCE_LEFT_NOT_WORTH) {
        assert_true(r->best_saves <= 0);
    } else {
        assert_int_equal(r->why, MAINTENANCE_LEFT_IMPOSSIBLE);
        assert_true(r->limits > 0);
    }
}

static void test_any_plan(void **state)
{
    size_t seen[6] = {0};
    for (uint32_t seed = 1; seed <= 40; seed++) {
        oq_arena *arena = oq_arena_open(1 << 18);
        maintenance_problem *p = draw_problem(arena, 1000 + seed, 30, 6, 3);
        maintenance_effort effort = {.seed = seed, .moves = 30000, .nodes = 2000};
        maintenance_plan plan;
        maintenance_plan_solve(arena, p, &effort, &plan);
        maintenance_slot *slot = oq_copy(arena, plan.slot, p->jobs * sizeof *slot);
        maintenance_finding found = maintenance_plan_check(p, slot);
        assert_true(found.is_kept);
        assert_memory_equal(&found.cost, &plan.cost, sizeof plan.cost);
        assert_int_equal(found.is_mandatory_undone, plan.conflicts > 0);
        assert_true(plan.bound <= plan.cost.total);
        if (!plan.conflicts)
            assert_true(plan.gap >= 0);
        maintenance_reason *reason;
        maintenance_plan_explain(arena, p, &plan, &reason);
        for (uint32_t j = 0; j < p->jobs; j++) {
            check_reason(p, &plan, slot, j, &reason[j]);
            seen[reason[j].why]++;
        }
        oq_arena_close(arena);
    }
    for (size_t i = 0; i < OQ_COUNT(seen); i++)
        CHECK(oq_choice_text(maintenance_why_choices, (int)i), seen[i] > 0);
    (void)state;
}

/* --- what counts how much ---------------------------------------------------------------------*/

/* Weights change what is chosen, not what it costs: budgets count money, and the parts are money. */
static void test_weights_are_not_money(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    int32_t minutes[] = {60};
    maintenance_crew crew = {.minutes = minutes, .cost_per_hour = 10};
    maintenance_weights w = {2, 3, 1};
    uint32_t unit = 0, down = 0;
    int64_t failure[] = {0, 700}, loss[] = {50};
    maintenance_job job = {.minutes = 60,
                           .planned_cost = 100,
                           .failure_cost = failure,
                           .production_loss = loss};
    maintenance_budget budget = {0, 0, 110};
    maintenance_problem p = {.days = 1,
                             .job = &job,
                             .jobs = 1,
                             .crew = &crew,
                             .crews = 1,
                             .sites = 1,
                             .asset_unit = &unit,
                             .assets = 1,
                             .unit_down_max = &down,
                             .units = 1,
                             .budget = &budget,
                             .budgets = 1,
                             .weights = &w};
    maintenance_plan plan;
    maintenance_plan_solve(arena, &p, &(maintenance_effort){.seed = 1}, &plan);
    assert_int_equal(plan.planned, 1); /* 300 and 30 would not keep a budget of 110 */
    assert_int_equal(plan.cost.planned, 100);
    assert_int_equal(maintenance_cost_money(&plan.cost), 160);
    assert_int_equal(plan.cost.total, 3 * 160);
    assert_int_equal(plan.idle.total, 2 * 700);
    w.failure = 0.5; /* 350 against 480 */
    maintenance_plan_solve(arena, &p, &(maintenance_effort){.seed = 1}, &plan);
    assert_int_equal(plan.planned, 0);
    assert_int_equal(maintenance_cost_money(&plan.cost), 700);
    assert_int_equal(maintenance_problem_options(&p), 1);
    oq_arena_close(arena);
    (void)state;
}

/* --- the same again -----------------------------------------------------------------------------*/

static void assert_same(const maintenance_problem *p, const maintenance_plan *a,
                        const maintenance_plan *b)
{
    assert_memory_equal(a->slot, b->slot, p->jobs * sizeof *a->slot);
    assert_int_equal(a->cost.total, b->cost.total);
    assert_int_equal(a->bound, b->bound);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->nodes, b->nodes);
}

static bool stop_at(void *context, double done)
{
    return done < *(const double *)context;
}

/* Cut anywhere, by whoever: what was done is told, and doing that again gives the same plan. */
static void test_again(void **state)
{
    for (uint32_t seed = 1; seed <= 12; seed++) {
        oq_arena *arena = oq_arena_open(1 << 18);
        maintenance_problem *p = draw_problem(arena, 2000 + seed, 40, 7, 3);
        double when = (double)seed / 12;
        maintenance_effort effort = {
            .seed = seed, .moves = 40000, .nodes = 50000, .go_on = stop_at, .context = &when};
        maintenance_plan cut, again, whole, twice;
        maintenance_plan_solve(arena, p, &effort, &cut);
        maintenance_plan_solve(arena, p, &cut.effort, &again);
        assert_same(p, &cut, &again);
        effort.go_on = NULL;
        maintenance_plan_solve(arena, p, &effort, &whole);
        maintenance_plan_solve(arena, p, &effort, &twice);
        assert_same(p, &whole, &twice);
        assert_true(whole.effort.moves_stop >= cut.effort.moves_stop);
        effort.deadline = 1; /* long past */
        maintenance_plan_solve(arena, p, &effort, &cut);
        assert_true(maintenance_plan_check(p, cut.slot).is_kept);
        maintenance_plan_solve(arena, p, &cut.effort, &again);
        assert_same(p, &cut, &again);
        oq_arena_close(arena);
    }
    (void)state;
}

/* --- what limits cost ---------------------------------------------------------------------------*/

static void test_any_limit(void **state)
{
    size_t dear = 0;
    for (uint32_t seed = 1; seed <= 8; seed++) {
        oq_arena *arena = oq_arena_open(1 << 18);
        maintenance_problem *p = draw_problem(arena, 3000 + seed, 25, 6, 3);
        maintenance_effort effort = {.seed = seed, .moves = 20000, .nodes = 2000};
        maintenance_plan plan;
        maintenance_plan_solve(arena, p, &effort, &plan);
        maintenance_limit_price price[MAINTENANCE_LIMIT_COUNT];
        maintenance_plan_limits(p, &plan, &effort, price);
        for (int k = 0; k < MAINTENANCE_LIMIT_COUNT; k++) {
            assert_int_equal(price[k].limit, k);
            assert_true(price[k].unplaced <= plan.conflicts);
            if (!plan.conflicts)
                assert_true(price[k].costs >= 0 && price[k].costs_most >= price[k].costs);
            dear += price[k].costs > 0;
        }
        oq_arena_close(arena);
    }
    assert_true(dear > 8);
    (void)state;
}

/* Jobs without limits of their own: then what they share is what breaks. Or nothing but orders and
 * money. */
static void set_free(maintenance_problem *p, bool has_things)
{
    maintenance_job *job = (maintenance_job *)p->job;
    for (size_t j = 0; j < p->jobs; j++) {
        job[j].skills = 0, job[j].window = NULL, job[j].minutes = 1, job[j].days = 1;
        job[j].day_first = 0, job[j].day_last = p->days, job[j].missing = 0;
        job[j].is_day_pinned = job[j].is_crew_pinned = false;
        job[j].needs = has_things && j % 2 ? job[j].needs : 0;
        job[j].is_shutdown &= has_things;
    }
    maintenance_crew *crew = (maintenance_crew *)p->crew;
    for (size_t c = 0; c < p->crews; c++) {
        crew[c].site = NULL;
        for (int32_t d = 0; d < p->days; d++)
            ((int32_t *)crew[c].minutes)[d] = 480;
    }
}

/* The checker finds what is broken, each kind of limit. */
static void test_checker(void **state)
{
    size_t broken[MAINTENANCE_LIMIT_COUNT] = {0};
    for (uint32_t seed = 1; seed <= 60; seed++) {
        oq_arena *arena = oq_arena_open(1 << 18);
        maintenance_problem *p = draw_problem(arena, 4000 + seed, 20, 5, 3);
        maintenance_slot slot[20];
        if (seed % 2)
            set_free(p, seed % 4 == 1);
        for (int i = 0; i < 30; i++) {
            for (uint32_t j = 0; j < 20; j++) {
                bool is_in = one_in(4) && !p->job[j].missing;
                slot[j] =
                    is_in ? (maintenance_slot){draw(0, 4), draw(0, 2)} : (maintenance_slot){-1, -1};
            }
            maintenance_finding found = maintenance_plan_check(p, slot);
            if (!found.is_kept)
                broken[found.at.limit]++;
        }
        oq_arena_close(arena);
    }
    for (int k = 0; k < MAINTENANCE_LIMIT_COUNT; k++)
        CHECK(oq_choice_text(maintenance_limit_choices, k), broken[k] > 0);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_all), cmocka_unit_test(test_any_plan),
        cmocka_unit_test(test_weights_are_not_money),
        cmocka_unit_test(test_again),       cmocka_unit_test(test_any_limit),
        cmocka_unit_test(test_checker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
