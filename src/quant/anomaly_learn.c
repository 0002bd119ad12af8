#include "quant/anomaly_inner.h"

#include "quant/detect_inner.h"

#include "base/banned.h"

const oq_choice anomaly_lack_choices[] = {
    {ANOMALY_ENOUGH, "ENOUGH"},
    {ANOMALY_NO_SAMPLES, "NO_SAMPLES"},
    {ANOMALY_FEW_SAMPLES, "FEW_SAMPLES"},
    {ANOMALY_BAD_QUALITY, "BAD_QUALITY"},
    {ANOMALY_FUTURE, "FUTURE"},
    {ANOMALY_CONSTANT, "CONSTANT"},
    {ANOMALY_NO_UNIT, "NO_UNIT"},
    {ANOMALY_TOO_MANY, "TOO_MANY"},
    {0, NULL},
};

#define LIMIT_SHARE   0.01
#define SILENCE_SHARE 0.995 /* of silences are no longer than the usual ones */

typedef struct learning {
    oq_arena *arena, *temp;
    const anomaly_signal *signal;
    size_t signals;
    oq_us from, to, step;
    anomaly_model *m;
    anomaly_need *need;
    size_t needs;
} learning;

anomaly_about anomaly_tell(const anomaly_model *m)
{
    return m->about;
}

static void add_need(learning *l, anomaly_lack lack, size_t signal, double got, double wanted)
{
    l->need[l->needs++] = (anomaly_need){lack, signal, got, wanted};
}

/* --- one signal ----------------------------------------------------------------------------------*/

typedef struct first_look {
    size_t samples, good, later; /* in the base; of them good; after it */
    double low, high;            /* of good ones */
    oq_us *gap;                  /* between good samples, sorted */
    size_t gaps;
} first_look;

static int compare_us(const void *a, const void *b)
{
    oq_us x = *(const oq_us *)a, y = *(const oq_us *)b;
    return (x > y) - (x < y);
}

static first_look look_first(learning *l, const samples *s)
{
    size_t begin = samples_find(s, l->from), end = samples_find(s, l->to);
    first_look f = {
        .samples = end - begin, .later = s->count - end, .low = INFINITY, .high = -INFINITY};
    f.gap = oq_new_n(l->temp, oq_us, f.samples);
    oq_us last = OQ_TIME_NONE;
    for (size_t i = begin; i < end; i++) {
        if (!anomaly_is_good(s, i))
            continue;
        f.good++;
        f.low = fmin(f.low, s->value[i]);
        f.high = fmax(f.high, s->value[i]);
        if (last != OQ_TIME_NONE)
            f.gap[f.gaps++] = s->time[i] - last;
        last = s->time[i];
    }
    qsort(f.gap, f.gaps, sizeof *f.gap, compare_us);
    return f;
}

static double usual_silence_s(const first_look *f, oq_us step)
{
    size_t at = (size_t)(SILENCE_SHARE * (double)f->gaps);
    oq_us gap = f->gaps ? f->gap[at < f->gaps ? at : f->gaps - 1] : 0;
    return (double)(gap > step ? gap : step) / (double)OQ_SECOND;
}

/* Whether it can take part, by its samples; rows are counted later. */
static void admit(learning *l, size_t i, const first_look *f)
{
    const anomaly_signal *s = &l->signal[i];
    anomaly_norm *n = &l->m->norm[i];
    n->is_state = s->is_state;
    n->silence_s = usual_silence_s(f, l->step);
    if (f->later)
        add_need(l, ANOMALY_FUTURE, i, (double)f->later, 0);
    if (f->samples == 0)
        add_need(l, ANOMALY_NO_SAMPLES, i, 0, ANOMALY_ROWS_MIN);
    else if (f->good < ANOMALY_ROWS_MIN && f->samples >= ANOMALY_ROWS_MIN)
        add_need(l, ANOMALY_BAD_QUALITY, i, (double)f->good, ANOMALY_ROWS_MIN);
    else if (f->good < 2)
        add_need(l, ANOMALY_FEW_SAMPLES, i, (double)f->good, ANOMALY_ROWS_MIN);
    else if (i >= ANOMALY_SIGNALS_MAX)
        add_need(l, ANOMALY_TOO_MANY, i, (double)i + 1, ANOMALY_SIGNALS_MAX);
    else if (f->low == f->high) {
        n->is_constant = f->good >= ANOMALY_ROWS_MIN;
        n->constant = f->low;
        if (n->is_constant)
            add_need(l, ANOMALY_CONSTANT, i, (double)f->good, 0);
        else
            add_need(l, ANOMALY_FEW_SAMPLES, i, (double)f->good, ANOMALY_ROWS_MIN);
    } else
        n->takes_part = true;
    if (n->takes_part && !s->has_unit)
        add_need(l, ANOMALY_NO_UNIT, i, 0, 0);
}

/* The rhythm of the fastest signal, and no more rows than are worth having. */
static oq_us choose_step(learning *l)
{
    oq_us step = 0, least = (l->to - l->from + ANOMALY_ROWS_MAX - 1) / ANOMALY_ROWS_MAX;
    for (size_t i = 0; i < l->signals; i++) {
        oq_mark mark = oq_arena_mark(l->temp);
        first_look f = look_first(l, &l->signal[i].samples);
        oq_us usual = f.gaps ? f.gap[f.gaps / 2] : 0;
        if (usual > 0 && (step == 0 || usual < step))
            step = usual;
        oq_arena_rewind(l->temp, mark);
    }
    step = step > least ? step : least;
    return step > 0 ? step : 1;
}

/* Rows with a value, and the longest run of one; fewer rows than are needed: it does not take part
 * (samples that come in bursts fill few rows). */
static void count_rows(learning *l, size_t i)
{
    oq_mark mark = oq_arena_mark(l->temp);
    anomaly_norm *n = &l->m->norm[i];
    anomaly_grid g =
        anomaly_grid_make(l->temp, l->signal, &i, 1, l->m->norm, l->from, l->to, l->step);
    size_t rows = 0;
    double low = INFINITY, high = -INFINITY;
    for (size_t row = 0; row < g.rows; row++) {
        rows += !isnan(g.value[row]);
        low = fmin(low, g.value[row]);
        high = fmax(high, g.value[row]);
        n->run = fmax(n->run, (double)g.run[row]);
    }
    n->takes_part = rows >= ANOMALY_ROWS_MIN && low < high;
    if (!n->takes_part)
        add_need(l, ANOMALY_FEW_SAMPLES, i, (double)rows, ANOMALY_ROWS_MIN);
    oq_arena_rewind(l->temp, mark);
}

/* --- what normal operation looks like to models that did not see it --------------------------------*/

typedef struct fold {
    size_t from, end; /* rows */
} fold;

static fold fold_of(size_t rows, size_t k)
{
    return (fold){rows * k / ANOMALY_FOLDS, rows * (k + 1) / ANOMALY_FOLDS};
}

/* Members of all rows, each by parts that were learned without its fold. The charts begin within
 * what was seen, as far back as they reach. */
static double *members_unseen(learning *l, const anomaly_grid *g)
{
    anomaly_model *m = l->m;
    size_t members = anomaly_members(g->columns);
    double *x = oq_new_n(l->temp, double, g->rows *members);
    double *before = oq_new_n(l->temp, double, members);
    for (size_t k = 0; k < ANOMALY_FOLDS; k++) {
        oq_arena *own = oq_arena_open(1 << 20);
        size_t from = fold_of(g->rows, k).from, end = fold_of(g->rows, k).end;
        anomaly_parts p =
            anomaly_parts_learn(own, g, m->parts.is_state, from, end, m->utc_offset, &m->parts);
        anomaly_walk w = anomaly_walk_open(own, &p);
        size_t begin = from > ANOMALY_WINDOW ? from - ANOMALY_WINDOW : 0;
        for (size_t row = begin; row < end; row++) {
            bool is_deep = row + ANOMALY_WARM + ANOMALY_LAGS_MAX >= from;
            anomaly_walk_next(&w, anomaly_row_time(g, row), g->value + row * g->columns, is_deep,
                              row < from ? before : x + row * members, NULL);
        }
        oq_arena_close(own);
    }
    return x;
}

/* What a hundredth of each column of x (rows * columns) is beyond; +inf: nothing is there. */
static void limits_of(oq_arena *temp, const double *x, size_t rows, size_t columns,
                      double *ret_limit)
{
    oq_mark mark = oq_arena_mark(temp);
    double *sorted = oq_new_n(temp, double, rows);
    for (size_t k = 0; k < columns; k++) {
        size_t n = 0;
        for (size_t row = 0; row < rows; row++)
            if (!isnan(x[row * columns + k]))
                sorted[n++] = x[row * columns + k];
        detect_sort(sorted, n);
        size_t at = (size_t)((1 - LIMIT_SHARE) * (double)n);
        double limit = n >= ANOMALY_ROWS_MIN ? sorted[at < n ? at : n - 1] : INFINITY;
        ret_limit[k] = limit > 0 ? limit : INFINITY;
    }
    oq_arena_rewind(temp, mark);
}

/* First each member, then the groups of them, then all together. Limits bring the members of a
 * group to one scale; how rare is asked of groups. (A tail for each member instead makes any new
 * row rarer than all of the base, the more signals there are: of fifty tails one is always
 * surprised.) */
static void learn_limits(learning *l, const anomaly_grid *g)
{
    anomaly_model *m = l->m;
    size_t members = anomaly_members(g->columns), rows = g->rows;
    double *x = members_unseen(l, g), *total = oq_new_n(l->temp, double, rows);
    double *group = oq_new_n(l->temp, double, rows *GROUPS);
    m->limit = oq_new_n(l->arena, double, members);
    limits_of(l->temp, x, rows, members, m->limit);
    for (size_t row = 0; row < rows; row++)
        anomaly_groups(m, x + row * members, group + row * GROUPS);
    for (size_t k = 0; k < GROUPS; k++) {
        for (size_t row = 0; row < rows; row++)
            total[row] = group[row * GROUPS + k];
        tail_learn(l->temp, total, rows, ANOMALY_RUN, &m->group[k]);
    }
    for (size_t row = 0; row < rows; row++)
        total[row] = anomaly_total(m, group + row * GROUPS);
    tail_learn(l->temp, total, rows, ANOMALY_RUN, &m->total);
}

/* --- all of it -----------------------------------------------------------------------------------*/

static void learn_rows(learning *l)
{
    anomaly_model *m = l->m;
    size_t columns = m->about.taking_part;
    anomaly_grid g =
        anomaly_grid_make(l->temp, l->signal, m->place, columns, m->norm, l->from, l->to, l->step);
    bool *is_state = oq_new_n(l->arena, bool, columns);
    for (size_t k = 0; k < columns; k++)
        is_state[k] = m->norm[m->place[k]].is_state;
    m->parts = anomaly_parts_learn(l->arena, &g, is_state, g.rows, g.rows, m->utc_offset, NULL);
    for (size_t k = 0; k < columns; k++)
        if (!is_state[k] && !anomaly_knows_level(&m->parts, k))
            add_need(l, ANOMALY_SLOW, m->place[k], m->parts.independent[k],
                     ANOMALY_INDEPENDENT_MIN);
    learn_limits(l, &g);
    for (size_t row = 0; row < g.rows; row++) {
        size_t there = 0;
        for (size_t k = 0; k < columns; k++)
            there += !isnan(g.value[row * columns + k]);
        m->about.rows += there > 0;
    }
}

/* Charts, S, and the longest runs and silences that may be odd. */
static size_t rows_of_reach(const anomaly_model *m)
{
    double reach = ANOMALY_WINDOW, step_s = (double)m->about.step / (double)OQ_SECOND;
    for (size_t i = 0; i < m->about.signals; i++) {
        const anomaly_norm *n = &m->norm[i];
        if (n->takes_part && n->run <= ANOMALY_STUCK_MAX)
            reach = fmax(reach, ANOMALY_STUCK_TIMES * n->run + ANOMALY_STUCK_MIN);
        if (n->takes_part || n->is_constant)
            reach = fmax(reach, ANOMALY_SILENT_TIMES * n->silence_s / step_s + 1);
    }
    return (size_t)fmin(reach, ANOMALY_REACH_MAX - 1) + 1;
}

anomaly_model *anomaly_learn(oq_arena *arena, const anomaly_signal *signal, size_t signals,
                             oq_us from, oq_us to, const anomaly_rule *rule)
{
    anomaly_model *m = oq_new(arena, anomaly_model);
    *m = (anomaly_model){.utc_offset = rule->utc_offset,
                         .norm = oq_new_n(arena, anomaly_norm, signals),
                         .place = oq_new_n(arena, size_t, signals)};
    learning l = {.arena = arena,
                  .temp = oq_arena_open(1 << 20),
                  .signal = signal,
                  .signals = signals,
                  .from = from,
                  .to = to,
                  .m = m,
                  .need = oq_new_n(arena, anomaly_need, 4 * signals)};
    l.step = rule->step > 0 ? rule->step : choose_step(&l);
    m->about = (anomaly_about){.from = from,
                               .to = to,
                               .step = l.step,
                               .signals = signals,
                               .budget_per_day = rule->budget_per_day > 0 ? rule->budget_per_day
                                                                          : ANOMALY_BUDGET};
    for (size_t i = 0; i < signals; i++) {
        oq_mark mark = oq_arena_mark(l.temp);
        first_look f = look_first(&l, &signal[i].samples);
        admit(&l, i, &f);
        oq_arena_rewind(l.temp, mark);
        if (m->norm[i].takes_part)
            count_rows(&l, i);
        if (m->norm[i].takes_part)
            m->place[m->about.taking_part++] = i;
        m->about.is_usable |= m->norm[i].takes_part || m->norm[i].is_constant;
    }
    if (m->about.taking_part)
        learn_rows(&l);
    m->about.reach = (oq_us)rows_of_reach(m) * l.step;
    m->about.need = l.need;
    m->about.needs = l.needs;
    oq_arena_close(l.temp);
    return m;
}
