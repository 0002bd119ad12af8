#include "bench/optimize_model.h"

#include <math.h>

#include "base/banned.h"

/* --- chance -------------------------------------------------------------------------------------*/

static double even(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static int32_t whole(uint64_t *seed, int32_t least, int32_t most)
{
    return least + (int32_t)(even(seed) * (most - least + 1));
}

/* --- the plant ----------------------------------------------------------------------------------*/

static maintenance_crew *crews_make(oq_arena *arena, const model_size *size, uint64_t *seed,
                                    double *ret_minutes)
{
    maintenance_crew *crew = oq_new_n(arena, maintenance_crew, (size_t)size->crews);
    *ret_minutes = 0;
    for (int32_t c = 0; c < size->crews; c++) {
        int32_t *minutes = oq_new_n(arena, int32_t, (size_t)size->days);
        int32_t people = whole(seed, 1, 2);
        for (int32_t d = 0; d < size->days; d++) {
            bool is_rest = d % 7 == 5 || (d % 7 == 6 && c % 2);
            minutes[d] = is_rest ? 0 : people * 480;
            *ret_minutes += minutes[d];
        }
        uint64_t skills = 1u << c % size->skills | 1u << whole(seed, 0, size->skills - 1);
        crew[c] = (maintenance_crew){
            .skills = skills, .minutes = minutes, .cost_per_hour = 100 * whole(seed, 90, 160)};
    }
    return crew;
}

/* Weibull, from an age that is anywhere in its life: P(fails within d days | whole today). */
static void costs_make(oq_arena *arena, const model_size *size, uint64_t *seed, maintenance_job *j)
{
    size_t days = (size_t)size->days;
    int64_t *failure = oq_new_n(arena, int64_t, days + 1);
    int64_t *carbon = oq_new_n(arena, int64_t, days + 1);
    int64_t *loss = oq_new_n(arena, int64_t, days);
    double shape = 1.5 + 2.5 * even(seed);
    double life = (0.5 + 2.5 * even(seed)) * size->days / size->decline;
    double age = life * (0.3 + 0.9 * even(seed));
    double cost = 2e6 * exp(1.1 * (even(seed) + even(seed) + even(seed) - 1.5) * 2);
    double hour = 1e4 * (0.2 + even(seed)) * size->planned;
    for (size_t d = 0; d <= days; d++) {
        double p = 1 - exp(pow(age / life, shape) - pow((age + (double)d) / life, shape));
        failure[d] = llround(p * cost);
        carbon[d] = llround(p * cost * 0.02);
    }
    for (size_t d = 0; d < days; d++)
        loss[d] = llround(hour * j->minutes * (j->days ? j->days : 1) / 60.0 *
                          (d % 7 >= 5 ? 0.4 : 1) * (j->is_shutdown ? 1 : 0.1));
    j->failure_cost = failure, j->carbon_cost = carbon, j->production_loss = loss;
    j->planned_cost = llround(100 * whole(seed, 500, 8000) * size->planned);
}

static void limits_make(oq_arena *arena, const model_size *size, uint64_t *seed,
                        const maintenance_problem *p, maintenance_job *j)
{
    j->day_first = even(seed) < 0.2 ? whole(seed, 0, size->days / 3) : 0;
    j->day_last = even(seed) < 0.2 ? whole(seed, size->days / 2, size->days - 1) : size->days - 1;
    if (even(seed) < size->window_share) {
        bool *window = oq_new_n(arena, bool, (size_t)size->days);
        int32_t from = whole(seed, 0, 3), every = whole(seed, 3, 5);
        for (int32_t d = 0; d < size->days; d++)
            window[d] = (d + from) % every < j->days + 1;
        j->window = window;
    }
    if (even(seed) < size->part_share) {
        maintenance_need *need = oq_new(arena, maintenance_need);
        *need =
            (maintenance_need){(uint32_t)whole(seed, 0, (int32_t)p->parts - 1), whole(seed, 1, 2)};
        j->need = need, j->needs = 1;
    }
}

static void jobs_make(oq_arena *arena, const model_size *size, uint64_t *seed, double minutes,
                      maintenance_problem *p)
{
    maintenance_job *job = oq_new_n(arena, maintenance_job, p->jobs);
    double each = minutes * size->load / (double)p->jobs;
    for (size_t i = 0; i < p->jobs; i++) {
        maintenance_job *j = &job[i];
        j->asset = (uint32_t)(i < p->assets ? i : (size_t)whole(seed, 0, size->assets - 1));
        j->days = even(seed) < 0.3 ? whole(seed, 1, size->days_most) : 1;
        double wanted = each * (0.4 + 1.2 * even(seed)) / j->days;
        j->minutes = (int32_t)fmax(30, fmin(480, round(wanted / 15) * 15));
        j->skills = 1u << whole(seed, 0, size->skills - 1);
        j->is_shutdown = even(seed) < 0.7;
        limits_make(arena, size, seed, p, j);
        costs_make(arena, size, seed, j);
        j->is_mandatory = even(seed) < size->mandatory_share;
    }
    p->job = job;
}

static void parts_make(oq_arena *arena, const model_size *size, uint64_t *seed,
                       maintenance_problem *p)
{
    maintenance_part *part = oq_new_n(arena, maintenance_part, p->parts);
    for (size_t i = 0; i < p->parts; i++) {
        int64_t *arrival = oq_new_n(arena, int64_t, (size_t)size->days);
        arrival[whole(seed, 1, size->days - 1)] = whole(seed, 0, 3);
        part[i] = (maintenance_part){whole(seed, 0, 3), arrival};
    }
    p->part = part;
}

static void orders_make(oq_arena *arena, const model_size *size, uint64_t *seed,
                        maintenance_problem *p)
{
    size_t most = (size_t)((double)p->jobs * size->order_share);
    maintenance_order *order = oq_new_n(arena, maintenance_order, most);
    for (size_t i = 0; i < most; i++) {
        uint32_t a = (uint32_t)whole(seed, 0, size->jobs - 2);
        uint32_t b = (uint32_t)whole(seed, (int32_t)a + 1, size->jobs - 1);
        order[i] = (maintenance_order){a, b, whole(seed, 0, 1)};
    }
    p->order = order;
    p->orders = most;
}

maintenance_problem *model_make(oq_arena *arena, const model_size *size)
{
    uint64_t seed = size->seed;
    double minutes;
    maintenance_problem *p = oq_new(arena, maintenance_problem);
    *p = (maintenance_problem){.days = size->days,
                               .jobs = (size_t)size->jobs,
                               .crews = (size_t)size->crews,
                               .sites = 1,
                               .assets = (size_t)size->assets,
                               .units = (size_t)size->units,
                               .parts = (size_t)size->jobs / 10 + 1};
    p->crew = crews_make(arena, size, &seed, &minutes);
    uint32_t *unit = oq_new_n(arena, uint32_t, p->assets);
    uint32_t *down = oq_new_n(arena, uint32_t, p->units);
    for (size_t a = 0; a < p->assets; a++)
        unit[a] = (uint32_t)whole(&seed, 0, size->units - 1);
    for (size_t u = 0; u < p->units; u++)
        down[u] = size->down_max;
    p->asset_unit = unit, p->unit_down_max = down;
    jobs_make(arena, size, &seed, minutes, p);
    parts_make(arena, size, &seed, p);
    orders_make(arena, size, &seed, p);
    return p;
}

/* --- as text ------------------------------------------------------------------------------------*/

typedef struct column {
    uint32_t job;
    int32_t day, crew;
    int64_t cost;
} column;

static bool can_do(const maintenance_problem *p, const maintenance_job *j, int32_t day,
                   int32_t crew)
{
    int32_t last = day + (j->days > 1 ? j->days : 1) - 1;
    if (day < j->day_first || last > j->day_last || last >= p->days ||
        (j->skills & ~p->crew[crew].skills))
        return false;
    for (int32_t d = day; d <= last; d++)
        if ((j->window && !j->window[d]) || p->crew[crew].minutes[d] < j->minutes)
            return false;
    return true;
}

static column *columns_make(oq_arena *arena, const maintenance_problem *p, size_t *ret_count)
{
    size_t n = 0;
    column *c = oq_new_n(arena, column, p->jobs * (size_t)p->days * p->crews);
    for (uint32_t j = 0; j < p->jobs; j++) {
        int64_t out = maintenance_job_cost(p, j, (maintenance_slot){-1, -1}).total;
        for (int32_t d = 0; d < p->days; d++)
            for (int32_t w = 0; w < (int32_t)p->crews; w++)
                if (can_do(p, &p->job[j], d, w))
                    c[n++] = (column){
                        j, d, w, maintenance_job_cost(p, j, (maintenance_slot){d, w}).total - out};
    }
    *ret_count = n;
    return c;
}

typedef struct text {
    oq_buf out;
    const maintenance_problem *p;
    column *column;
    size_t columns;
    size_t *of_job; /* [jobs + 1]: where a job's columns begin */
} text;

/* A row begins with its name, at its first column. */
static void put_name(text *t, bool *is_any, char kind, size_t a, int32_t b)
{
    if (!*is_any)
        oq_buf_f(&t->out, " %c%zu_%d:", kind, a, b);
    *is_any = true;
}

static bool works_on(const text *t, const column *c, int32_t day)
{
    int32_t days = t->p->job[c->job].days;
    return c->day <= day && day < c->day + (days > 1 ? days : 1);
}

static void put_jobs(text *t)
{
    for (size_t i = 0; i < t->columns;) {
        oq_buf_f(&t->out, " j%u:", t->column[i].job);
        uint32_t job = t->column[i].job;
        for (; i < t->columns && t->column[i].job == job; i++)
            oq_buf_f(&t->out, " + x%zu\n", i);
        oq_buf_f(&t->out, " %s 1\n", t->p->job[job].is_mandatory ? "=" : "<=");
    }
}

static void put_crews(text *t)
{
    for (int32_t w = 0; w < (int32_t)t->p->crews; w++)
        for (int32_t d = 0; d < t->p->days; d++) {
            bool is_any = false;
            for (size_t i = 0; i < t->columns; i++)
                if (t->column[i].crew == w && works_on(t, &t->column[i], d)) {
                    put_name(t, &is_any, 'c', (size_t)w, d);
                    oq_buf_f(&t->out, " + %d x%zu\n", t->p->job[t->column[i].job].minutes, i);
                }
            if (is_any)
                oq_buf_f(&t->out, " <= %d\n", t->p->crew[w].minutes[d]);
        }
}

/* y >= the job is under way, for each job by itself, which is the tighter form. */
static void put_downs(text *t, bool *is_down)
{
    const maintenance_problem *p = t->p;
    for (uint32_t j = 0; j < p->jobs; j++) {
        uint32_t asset = p->job[j].asset;
        bool is_counted = p->job[j].is_shutdown && p->unit_down_max[p->asset_unit[asset]];
        for (int32_t d = 0; is_counted && d < p->days; d++) {
            bool is_any = false;
            for (size_t i = t->of_job[j]; i < t->of_job[j + 1]; i++)
                if (works_on(t, &t->column[i], d)) {
                    put_name(t, &is_any, 'd', j, d);
                    oq_buf_f(&t->out, " + x%zu\n", i);
                }
            if (!is_any)
                continue;
            oq_buf_f(&t->out, " - y%u_%d <= 0\n", asset, d);
            is_down[asset * (size_t)p->days + (size_t)d] = true;
        }
    }
}

static void put_units(text *t)
{
    const maintenance_problem *p = t->p;
    oq_arena *arena = oq_arena_open(0);
    bool *is_down = oq_new_n(arena, bool, p->assets *(size_t)p->days);
    put_downs(t, is_down);
    for (size_t u = 0; u < p->units; u++)
        for (int32_t d = 0; d < p->days; d++) {
            bool is_any = false;
            for (size_t a = 0; a < p->assets; a++)
                if (p->asset_unit[a] == u && is_down[a * (size_t)p->days + (size_t)d]) {
                    put_name(t, &is_any, 'u', u, d);
                    oq_buf_f(&t->out, " + y%zu_%d\n", a, d);
                }
            if (is_any)
                oq_buf_f(&t->out, " <= %u\n", p->unit_down_max[u]);
        }
    oq_arena_close(arena);
}

static void put_part(text *t, size_t part, int32_t day, int64_t has)
{
    const maintenance_problem *p = t->p;
    bool is_any = false;
    for (uint32_t j = 0; j < p->jobs; j++) {
        if (!p->job[j].needs || p->job[j].need[0].part != part)
            continue;
        for (size_t i = t->of_job[j]; i < t->of_job[j + 1]; i++)
            if (t->column[i].day <= day) {
                put_name(t, &is_any, 'p', part, day);
                oq_buf_f(&t->out, " + %lld x%zu\n", (long long)p->job[j].need[0].quantity, i);
            }
    }
    if (is_any)
        oq_buf_f(&t->out, " <= %lld\n", (long long)has);
}

static void put_parts(text *t)
{
    for (size_t k = 0; k < t->p->parts; k++) {
        int64_t has = t->p->part[k].stock;
        for (int32_t d = 0; d < t->p->days; d++) {
            has += t->p->part[k].arrival[d];
            put_part(t, k, d, has);
        }
    }
}

/* By day t no more of `after` has begun than of `before` is done. */
static void put_orders(text *t)
{
    const maintenance_problem *p = t->p;
    for (size_t k = 0; k < p->orders; k++)
        for (int32_t d = 0; d < p->days; d++) {
            const maintenance_order *o = &p->order[k];
            int32_t days = p->job[o->before].days > 1 ? p->job[o->before].days : 1;
            bool is_any = false;
            for (size_t i = t->of_job[o->after]; i < t->of_job[o->after + 1]; i++)
                if (t->column[i].day <= d) {
                    put_name(t, &is_any, 'o', k, d);
                    oq_buf_f(&t->out, " + x%zu\n", i);
                }
            for (size_t i = t->of_job[o->before]; i < t->of_job[o->before + 1]; i++)
                if (t->column[i].day + days - 1 + o->gap_days <= d) {
                    put_name(t, &is_any, 'o', k, d);
                    oq_buf_f(&t->out, " - x%zu\n", i);
                }
            if (is_any)
                oq_buf_f(&t->out, " <= 0\n");
        }
}

oq_str model_lp(oq_arena *arena, const maintenance_problem *p, int64_t *ret_constant,
                size_t *ret_binaries)
{
    text t = {.p = p};
    t.column = columns_make(arena, p, &t.columns);
    t.of_job = oq_new_n(arena, size_t, p->jobs + 1);
    for (size_t i = 0; i < t.columns; i++)
        t.of_job[t.column[i].job + 1] = i + 1;
    for (size_t j = 1; j <= p->jobs; j++)
        t.of_job[j] = t.of_job[j] > t.of_job[j - 1] ? t.of_job[j] : t.of_job[j - 1];
    t.out = oq_buf_make((size_t)1 << 31);
    *ret_constant = 0;
    for (uint32_t j = 0; j < p->jobs; j++)
        *ret_constant += maintenance_job_cost(p, j, (maintenance_slot){-1, -1}).total;
    oq_buf_f(&t.out, "Minimize\n cost:");
    for (size_t i = 0; i < t.columns; i++)
        oq_buf_f(&t.out, " %+lld x%zu\n", (long long)t.column[i].cost, i);
    oq_buf_f(&t.out, "Subject To\n");
    put_jobs(&t);
    put_crews(&t);
    put_units(&t);
    put_parts(&t);
    put_orders(&t);
    oq_buf_f(&t.out, "Binary\n");
    for (size_t i = 0; i < t.columns; i++)
        oq_buf_f(&t.out, " x%zu\n", i);
    oq_buf_f(&t.out, "End\n");
    *ret_binaries = t.columns;
    oq_str view = oq_str_copy(arena, oq_buf_view(&t.out));
    oq_buf_drop(&t.out);
    return view;
}
