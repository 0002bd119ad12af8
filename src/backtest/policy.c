#include "backtest/policy.h"

#include "base/banned.h"

enum { DRAWS = 2000, NEVER = INT32_MIN / 2 };

struct policy_run {
    const policy_past *past;
    int32_t day;
    int32_t *replaced; /* [machines * components]: on which day last */
    size_t done;       /* today */
    policy_count *count, *today;
};

static int32_t *replaced_at(const policy_run *run, uint32_t machine, uint32_t component)
{
    return &run->replaced[machine * run->past->components + component];
}

int32_t policy_since_replaced(const policy_run *run, uint32_t machine, uint32_t component)
{
    int32_t at = *replaced_at(run, machine, component);
    return at == NEVER ? INT32_MAX : run->day - at;
}

static bool is_protected(const policy_run *run, uint32_t machine, uint32_t component)
{
    return policy_since_replaced(run, machine, component) < run->past->prevents_days;
}

bool policy_may_replace(const policy_run *run, uint32_t machine, uint32_t component)
{
    return run->done < run->past->jobs_a_day && !is_protected(run, machine, component);
}

bool policy_replace(policy_run *run, uint32_t machine, uint32_t component)
{
    if (!policy_may_replace(run, machine, component))
        return false;
    *replaced_at(run, machine, component) = run->day;
    run->done++;
    run->count[machine].planned++;
    run->today->planned++;
    return true;
}

oq_err *policy_walk(oq_arena *arena, const policy_past *past, const policy *p, int32_t from,
                    int32_t to, policy_count **ret_count, policy_count **ret_day)
{
    size_t all = past->machines * past->components, next = 0;
    policy_run run = {.past = past,
                      .replaced = oq_new_n(arena, int32_t, all),
                      .count = oq_new_n(arena, policy_count, past->machines)};
    policy_count *day = oq_new_n(arena, policy_count, (size_t)(to - from));
    for (size_t i = 0; i < all; i++)
        run.replaced[i] = NEVER;
    while (next < past->failures && past->failure[next].day < from)
        next++;
    for (run.day = from; run.day < to; run.day++) {
        run.done = 0;
        run.today = &day[run.day - from];
        OQ_TRY(p->decide(p->self, &run, run.day));
        for (; next < past->failures && past->failure[next].day <= run.day; next++) {
            const policy_failure *f = &past->failure[next];
            bool happens = !is_protected(&run, f->machine, f->component);
            run.count[f->machine].failures += happens;
            run.today->failures += happens;
        }
    }
    *ret_count = run.count;
    if (ret_day)
        *ret_day = day;
    return NULL;
}

/* --- money --------------------------------------------------------------------------------------*/

double policy_cost(const policy_count *count, size_t machines, policy_price price)
{
    double cost = 0;
    for (size_t m = 0; m < machines; m++)
        cost +=
            (double)count[m].failures * price.failure + (double)count[m].planned * price.planned;
    return cost;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* splitmix64 (S. Vigna, public domain). */
static uint64_t draw(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

policy_saving policy_compare(oq_arena *arena, const policy_count *of, const policy_count *than,
                             size_t machines, policy_price price, uint64_t seed)
{
    double *saved = oq_new_n(arena, double, machines), *sum = oq_new_n(arena, double, DRAWS);
    policy_saving s = {0};
    for (size_t m = 0; m < machines; m++) {
        saved[m] = policy_cost(&than[m], 1, price) - policy_cost(&of[m], 1, price);
        s.value += saved[m];
    }
    for (size_t i = 0; i < DRAWS; i++)
        for (size_t m = 0; m < machines; m++)
            sum[i] += saved[draw(&seed) % machines];
    qsort(sum, DRAWS, sizeof *sum, compare_numbers);
    s.low = sum[DRAWS / 40];
    s.high = sum[DRAWS - 1 - DRAWS / 40];
    return s;
}
