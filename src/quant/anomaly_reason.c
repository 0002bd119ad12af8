/* Why, and since when. */
#include "quant/anomaly_look.h"
#include "quant/pelt.h"

#include "base/banned.h"

#define SURPRISE_MIN 2.996 /* -ln 0.05: what one row in twenty does is no reason */
#define DRIFT_SLACK  0.5
enum { CANDIDATES_MAX = 5 * ANOMALY_SIGNALS_MAX + 16 };

typedef struct candidates {
    anomaly_reason at[CANDIDATES_MAX];
    size_t count;
} candidates;

static void fill_facts(const anomaly_looking *l, anomaly_reason *r)
{
    const anomaly_model *m = l->m;
    r->value = r->expected = r->low = r->high = r->lasted_s = r->usual_s = NAN;
    r->since = OQ_TIME_NONE;
    for (size_t k = 0; k < l->grid.columns; k++) {
        if (m->place[k] != r->signal)
            continue;
        bool is_jump = r->kind == ANOMALY_JUMP;
        int group = is_jump ? GROUP_JUMP : GROUP_LEVEL;
        double scale = is_jump ? m->parts.forecast[k].scale : l->best_norm[k].scale;
        double wide = anomaly_band_width(m, group, k) * scale;
        r->value = l->grid.value[l->best.row * l->grid.columns + k];
        r->expected = is_jump ? l->best_ahead[k] : l->best_norm[k].level;
        r->low = isfinite(wide) ? r->expected - wide : NAN;
        r->high = isfinite(wide) ? r->expected + wide : NAN;
    }
    for (size_t k = 0; k < l->constant.columns; k++)
        if (l->constant_place[k] == r->signal) {
            r->value = l->constant.value[l->best.row * l->constant.columns + k];
            r->expected = r->low = r->high = m->norm[r->signal].constant;
        }
}

static void add(const anomaly_looking *l, candidates *c, int kind, size_t signal, double weight)
{
    if (!(weight > 0) || c->count == OQ_COUNT(c->at))
        return;
    anomaly_reason *r = &c->at[c->count++];
    *r = (anomaly_reason){.kind = kind, .signal = signal, .share = weight};
    fill_facts(l, r);
}

/* A member of the best row: how surprising that is in its group. */
static double surprise_at(const anomaly_looking *l, size_t member)
{
    const anomaly_model *m = l->m;
    return anomaly_surprise(&m->group[anomaly_group_of(member, l->grid.columns)],
                            l->best_member[member] / m->limit[member]);
}

/* --- one kind after the other --------------------------------------------------------------------*/

static void add_own(const anomaly_looking *l, candidates *c)
{
    const anomaly_model *m = l->m;
    size_t columns = l->grid.columns;
    for (size_t i = 0; i < OWN_GROUPS * columns; i++) {
        double surprise = surprise_at(l, i);
        if (surprise > SURPRISE_MIN)
            add(l, c, anomaly_group_of(i, columns) + 1, m->place[i % columns], surprise);
    }
}

/* The surprise that something is broken, laid at the columns by what each alone could explain. */
static void add_relation(const anomaly_looking *l, candidates *c)
{
    const anomaly_model *m = l->m;
    size_t columns = l->grid.columns, plant = OWN_GROUPS * columns;
    double surprise = fmax(surprise_at(l, plant + MEMBER_Q), surprise_at(l, plant + MEMBER_S)),
           sum = 0;
    for (size_t k = 0; k < columns; k++)
        sum += l->best_relation[k];
    for (size_t k = 0; surprise > SURPRISE_MIN && k < columns; k++)
        add(l, c, ANOMALY_RELATION, m->place[k],
            surprise * l->best_relation[k] / fmax(sum, 1e-300));
}

/* SILENT, STUCK and CHANGED are as surprising as what has their rate, on a day's rows. */
static void add_rates(const anomaly_looking *l, candidates *c)
{
    const anomaly_model *m = l->m;
    double per_day = fmax((double)OQ_DAY / (double)m->about.step, 2);
    const anomaly_grid *grids[] = {&l->grid, &l->constant};
    const size_t *places[] = {m->place, l->constant_place};
    for (size_t g = 0; g < OQ_COUNT(grids); g++)
        for (size_t k = 0; k < grids[g]->columns; k++) {
            const anomaly_norm *n = &m->norm[places[g][k]];
            double lasted = anomaly_silence_s(l, grids[g], l->best.row, k);
            double times = lasted / (ANOMALY_SILENT_TIMES * n->silence_s);
            if (!(times >= 1))
                continue;
            add(l, c, ANOMALY_SILENT, places[g][k], log(per_day * times * times));
            anomaly_reason *r = &c->at[c->count - 1];
            oq_us last = grids[g]->last[l->best.row * grids[g]->columns + k];
            r->lasted_s = lasted;
            r->usual_s = n->silence_s;
            r->since = last == OQ_TIME_NONE ? grids[g]->from : last;
        }
    if (l->best.kind != ANOMALY_STUCK && l->best.kind != ANOMALY_CHANGED)
        return;
    add(l, c, l->best.kind, l->best.signal, log(per_day / fmin(l->best.rate, per_day / 2)));
    for (size_t k = 0; l->best.kind == ANOMALY_STUCK && k < l->grid.columns; k++)
        if (m->place[k] == l->best.signal) {
            anomaly_reason *r = &c->at[c->count - 1];
            double step_s = (double)l->grid.step / (double)OQ_SECOND;
            double run = (double)l->grid.run[l->best.row * l->grid.columns + k];
            r->lasted_s = run * step_s;
            r->usual_s = m->norm[r->signal].run * step_s;
            r->since = anomaly_row_time(&l->grid, l->best.row) - (oq_us)(run - 1) * l->grid.step;
        }
}

/* --- since when ----------------------------------------------------------------------------------*/

/* When the sum of small distances that is largest now began: N+ and N- of a CUSUM chart. */
static oq_us drift_began(const anomaly_looking *l, size_t column)
{
    const anomaly_grid *g = &l->grid;
    cusum c = cusum_make(l->temp, DRIFT_SLACK, g->rows);
    size_t began = l->best.row;
    for (size_t i = 0; i <= l->best.row; i++) {
        double value = g->value[i * g->columns + column];
        season_point at = season_at(&l->m->parts.season[column], anomaly_row_time(g, i));
        if (isnan(value))
            value = at.level;
        cusum_point p = cusum_next(&c, (value - at.level) / at.scale);
        size_t lasted = p.up > p.down ? p.up_for : p.down_for;
        began = i + 1 - (lasted ? lasted : 1);
    }
    return anomaly_row_time(g, began);
}

/* The last change of the column's mean before the best row, within what was looked at. */
static oq_us last_change(const anomaly_looking *l, size_t column)
{
    const anomaly_grid *g = &l->grid;
    size_t *row = oq_new_n(l->temp, size_t, g->rows), count = 0;
    double *z = oq_new_n(l->temp, double, g->rows);
    for (size_t i = 0; i <= l->best.row; i++) {
        double value = g->value[i * g->columns + column];
        if (isnan(value))
            continue;
        season_point at = season_at(&l->m->parts.season[column], anomaly_row_time(g, i));
        row[count] = i;
        z[count++] = (value - at.level) / at.scale;
    }
    pelt_rule rule = {.cost = PELT_MEAN, .deviation = fmax(pelt_noise(l->temp, z, count), 0.1)};
    pelt_cuts cuts;
    pelt_find(l->temp, z, count, &rule, &cuts);
    size_t from = cuts.count ? row[cuts.at[cuts.count - 1]] : l->best.row;
    return anomaly_row_time(g, from);
}

static void date(const anomaly_looking *l, anomaly_reason *r)
{
    if (r->since != OQ_TIME_NONE)
        return;
    r->since = anomaly_row_time(&l->grid, l->best.row);
    for (size_t k = 0; k < l->grid.columns; k++)
        if (l->m->place[k] == r->signal && r->kind == ANOMALY_LEVEL)
            r->since = last_change(l, k);
        else if (l->m->place[k] == r->signal && r->kind == ANOMALY_SHIFT)
            r->since = drift_began(l, k);
    for (size_t k = 0; r->kind == ANOMALY_CHANGED && k < l->constant.columns; k++)
        for (size_t row = l->best.row; l->constant_place[k] == r->signal && row > 0; row--) {
            if (l->constant.value[(row - 1) * l->constant.columns + k] == r->expected)
                break;
            r->since = anomaly_row_time(&l->constant, row - 1);
        }
}

/* --- all of it -----------------------------------------------------------------------------------*/

static int by_share(const void *a, const void *b)
{
    const anomaly_reason *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    if (x->signal != y->signal)
        return x->signal < y->signal ? -1 : 1;
    return x->kind - y->kind;
}

void anomaly_explain(anomaly_looking *l, anomaly_view *v)
{
    candidates *c = oq_new(l->temp, candidates);
    if (l->grid.columns) {
        add_own(l, c);
        add_relation(l, c);
    }
    add_rates(l, c);
    qsort(c->at, c->count, sizeof c->at[0], by_share);
    size_t count = c->count < ANOMALY_REASONS_MAX ? c->count : ANOMALY_REASONS_MAX;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += c->at[i].share;
    for (size_t i = 0; i < count; i++) {
        c->at[i].share /= sum;
        date(l, &c->at[i]);
    }
    v->reason = oq_copy(l->arena, c->at, count * sizeof c->at[0]);
    v->reasons = count;
    if (!v->is_flagged)
        return;
    v->since = v->at;
    for (size_t i = 0; i < count; i++)
        if (c->at[i].kind == v->kind && c->at[i].since < v->since)
            v->since = c->at[i].since;
}
