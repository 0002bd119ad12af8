/* What the maintenance plan's solver reaches in five seconds, against HiGHS (npm highs,
 * WebAssembly) in sixty on the same model in the same run. Three kinds of plants:
 *
 *     proved   200 jobs that HiGHS proves: no more than 1 % above the optimum
 *     open     200 jobs at which it stands in sight of the optimum, and that it does not prove
 *     large    1,000 assets, 2,000 jobs, 30 days, 20 crews: it is far from its bound, or holds no
 * plan at all; then doing nothing is what ours is compared with
 *
 * Every plan is read by the checker, every plan has a bound, and solving again with what the plan
 * says of itself gives the same plan. */
#include <math.h>

#include "bench/bench.h"
#include "bench/optimize_model.h"
#include "support/program.h"

#include "base/banned.h"

enum { OWN_SECONDS = 5, PEER_SECONDS = 60, RATE_MOVES = 200000 };

typedef struct family {
    const char *name;
    model_size size;
    double gate;                /* of cost / peer's cost, where the peer holds a plan */
    bool is_judged_when_proved; /* the gate counts only for an optimum that was proved */
} family;

static const family families[] = {
    {"proved_orders",
     {.seed = 1,
      .assets = 100,
      .jobs = 200,
      .days = 14,
      .crews = 8,
      .units = 10,
      .skills = 5,
      .load = 0.8,
      .days_most = 4,
      .order_share = 1,
      .part_share = 0.3,
      .down_max = 1,
      .decline = 8,
      .planned = 1},
     1.01,
     true},
    {"proved_windows",
     {.seed = 1,
      .assets = 100,
      .jobs = 200,
      .days = 14,
      .crews = 8,
      .units = 10,
      .skills = 5,
      .load = 0.8,
      .days_most = 3,
      .order_share = 0.4,
      .window_share = 0.5,
      .part_share = 0.3,
      .down_max = 1,
      .decline = 5,
      .planned = 1},
     1.01,
     true},
    {"open_mixed",
     {.seed = 1,
      .assets = 100,
      .jobs = 200,
      .days = 14,
      .crews = 8,
      .units = 20,
      .skills = 3,
      .load = 0.7,
      .days_most = 3,
      .order_share = 0.5,
      .part_share = 0.2,
      .down_max = 2,
      .decline = 10,
      .planned = 0.2},
     1.01,
     true},
    {"open_mandatory",
     {.seed = 1,
      .assets = 100,
      .jobs = 200,
      .days = 14,
      .crews = 8,
      .units = 20,
      .skills = 5,
      .load = 0.6,
      .days_most = 3,
      .order_share = 0.2,
      .window_share = 0.2,
      .mandatory_share = 1,
      .down_max = 2,
      .decline = 4,
      .planned = 1},
     1.01,
     true},
    {"large",
     {.seed = 1,
      .assets = 1000,
      .jobs = 2000,
      .days = 30,
      .crews = 20,
      .units = 80,
      .skills = 3,
      .load = 0.8,
      .days_most = 3,
      .order_share = 0.1,
      .window_share = 0.2,
      .part_share = 0.2,
      .down_max = 2,
      .decline = 10,
      .planned = 0.2},
     0.65,
     false},
};

/* --- ours ---------------------------------------------------------------------------------------*/

/* As many moves as fit: the first solve measures how fast this machine is just now. */
static maintenance_effort effort_for(const maintenance_problem *p)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    maintenance_effort effort = {.seed = 1, .moves = RATE_MOVES, .bound_rounds = 1, .nodes = -1};
    maintenance_plan plan;
    maintenance_plan_solve(arena, p, &effort, &plan);
    double per_second = RATE_MOVES / ((double)plan.took / OQ_SECOND);
    oq_arena_close(arena);
    effort = (maintenance_effort){.seed = 1};
    effort.moves = (int64_t)(per_second * OWN_SECONDS * 0.9);
    effort.deadline = oq_monotonic() + OWN_SECONDS * OQ_SECOND;
    return effort;
}

static void check_plan(const maintenance_problem *p, const maintenance_plan *plan)
{
    maintenance_finding found = maintenance_plan_check(p, plan->slot);
    if (!found.is_kept || found.is_mandatory_undone || found.cost.total != plan->cost.total)
        program_give_up("the checker refuses a plan");
    if (plan->bound > plan->cost.total || plan->bound == INT64_MIN)
        program_give_up("a bound is above its plan");
}

static void solve_twice(oq_arena *arena, const maintenance_problem *p, maintenance_plan *ret_plan)
{
    maintenance_effort effort = effort_for(p);
    maintenance_plan again;
    maintenance_plan_solve(arena, p, &effort, ret_plan);
    maintenance_plan_solve(arena, p, &ret_plan->effort, &again);
    check_plan(p, ret_plan);
    bool is_same = again.cost.total == ret_plan->cost.total && again.bound == ret_plan->bound &&
                   !memcmp(again.slot, ret_plan->slot, p->jobs * sizeof *again.slot);
    if (!is_same)
        program_give_up("solving again gave another plan");
}

/* --- the peer -----------------------------------------------------------------------------------*/

typedef struct peer {
    double cost, bound; /* NaN: it holds none */
    bool is_proved;
} peer;

static double fact(oq_str text, const char *label)
{
    return oq_str_find(text, oq_cstr(label)) == SIZE_MAX ? NAN : bench_number_after(text, label);
}

static peer ask_peer(oq_arena *arena, const maintenance_problem *p, size_t *ret_binaries)
{
    int64_t constant;
    oq_str model = model_lp(arena, p, &constant, ret_binaries);
    oq_str folder = program_folder(arena);
    const char *path = oq_str_c(arena, oq_strf(arena, "%.*s/model.lp", OQ_FMT(folder)));
    FILE *file = fopen(path, "w");
    if (!file || fwrite(model.ptr, 1, model.len, file) != model.len || fclose(file) != 0)
        program_give_up("the model could not be written");
    oq_str command = oq_strf(arena, "node tests/bench/highs_peer.mjs %s %d", path, PEER_SECONDS);
    oq_str said = program_output(arena, oq_str_c(arena, command));
    program_folder_remove(folder);
    fprintf(stderr, "   highs: %.*s", OQ_FMT(said));
    return (peer){.cost = (double)constant + fact(said, "objective="),
                  .bound = (double)constant + fact(said, "bound="),
                  .is_proved = fact(said, "optimal=") == 1};
}

/* --- figures ------------------------------------------------------------------------------------*/

static void print(oq_arena *arena, const family *f, const char *what, double value,
                  const char *unit)
{
    oq_str name = oq_strf(arena, "optimize.%s_%s", f->name, what);
    bench_print(&(bench_figure){.name = oq_str_c(arena, name), .value = value, .unit = unit});
}

static void measure(const family *f)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    maintenance_problem *p = model_make(arena, &f->size);
    maintenance_plan plan;
    size_t binaries;
    solve_twice(arena, p, &plan);
    peer theirs = ask_peer(arena, p, &binaries);
    if (theirs.bound > (double)plan.cost.total * (1 + 1e-6))
        program_give_up("the peer's bound is above our plan: the models differ");
    if (theirs.cost < (double)plan.bound * (1 - 1e-6))
        program_give_up("the peer's plan is below our bound: the models differ");
    oq_str name = oq_strf(arena, "optimize.%s_cost", f->name);
    bool holds_plan = !isnan(theirs.cost);
    bool is_judged = theirs.is_proved || !f->is_judged_when_proved;
    bench_print(&(bench_figure){.name = oq_str_c(arena, name),
                                .value = (double)plan.cost.total,
                                .unit = "minor units",
                                .peer = theirs.is_proved ? "HiGHS, proved"
                                        : holds_plan     ? "HiGHS, 60 s"
                                                         : "nothing done (HiGHS: no plan, 60 s)",
                                .peer_value = holds_plan ? theirs.cost : (double)plan.idle.total,
                                .gate = is_judged ? f->gate : 0,
                                .goal = BENCH_AT_MOST});
    print(arena, f, "binaries", (double)binaries, "");
    print(arena, f, "gap", plan.gap * 100, "% of our bound");
    print(arena, f, "peer_gap", (theirs.cost - theirs.bound) / theirs.cost * 100, "% of its bound");
    print(arena, f, "took", (double)plan.took / OQ_SECOND, "s");
    print(arena, f, "moves", (double)plan.effort.moves_stop, "");
    oq_arena_close(arena);
}

int main(void)
{
    for (size_t i = 0; i < OQ_COUNT(families); i++)
        measure(&families[i]);
    return 0;
}
