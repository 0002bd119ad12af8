#include "quant/anomaly_look.h"

#include "base/banned.h"

const oq_choice anomaly_kind_choices[] = {
    {ANOMALY_LEVEL, "LEVEL"},     {ANOMALY_JUMP, "JUMP"},
    {ANOMALY_SHIFT, "SHIFT"},     {ANOMALY_RELATION, "RELATION"},
    {ANOMALY_SILENT, "SILENT"},   {ANOMALY_STUCK, "STUCK"},
    {ANOMALY_CHANGED, "CHANGED"}, {0, NULL},
};

#define BAND_CHANCE_MAX 0.05

double anomaly_score(const anomaly_model *m, double rate)
{
    return m->about.budget_per_day / (m->about.budget_per_day + rate);
}

/* The distance of a signal that alone takes the score to 0.5. */
double anomaly_band_width(const anomaly_model *m, int group, size_t column)
{
    double per_day = (double)OQ_DAY / (double)m->about.step;
    double chance = m->about.budget_per_day / per_day / m->total.begins;
    double surprise = tail_value(&m->total, fmin(chance, BAND_CHANCE_MAX));
    double far = tail_value(&m->group[group], exp(-surprise));
    return far * m->limit[(size_t)group * m->parts.columns + column];
}

/* --- evidence that is no distance ------------------------------------------------------------------
 * What went three times beyond the longest of a base of so many days has happened less than once in
 * them (Laplace's rule of succession: 1 / (days + 1)), and the further the rarer: falling with the
 * square. Each of the signals has the same chance to be the one. */

static double base_days(const anomaly_model *m)
{
    return (double)(m->about.to - m->about.from) / (double)OQ_DAY;
}

static double rate_beyond(const anomaly_model *m, size_t signals, double got, double limit)
{
    if (!(got >= limit))
        return INFINITY;
    return (double)signals / (base_days(m) + 1) * (limit / got) * (limit / got);
}

double anomaly_silence_s(const anomaly_looking *l, const anomaly_grid *g, size_t row, size_t column)
{
    oq_us end = anomaly_row_time(g, row) + g->step, last = g->last[row * g->columns + column];
    end = end < l->rule->to ? end : l->rule->to;
    return (double)(end - (last == OQ_TIME_NONE ? g->from : last)) / (double)OQ_SECOND;
}

static void keep_rarer(anomaly_row *r, double rate, int kind, size_t signal)
{
    if (rate < r->rate) {
        r->rate = rate;
        r->kind = kind;
        r->signal = signal;
    }
}

static void look_at_silence(const anomaly_looking *l, const anomaly_grid *g, const size_t *place,
                            size_t row, anomaly_row *r)
{
    const anomaly_model *m = l->m;
    size_t all = l->grid.columns + l->constant.columns;
    for (size_t k = 0; k < g->columns; k++) {
        double limit = ANOMALY_SILENT_TIMES * m->norm[place[k]].silence_s;
        double rate = rate_beyond(m, all, anomaly_silence_s(l, g, row, k), limit);
        keep_rarer(r, rate, ANOMALY_SILENT, place[k]);
    }
}

static void look_at_runs(const anomaly_looking *l, size_t row, anomaly_row *r)
{
    const anomaly_model *m = l->m;
    for (size_t k = 0; k < l->grid.columns; k++) {
        const anomaly_norm *n = &m->norm[m->place[k]];
        double run = (double)l->grid.run[row * l->grid.columns + k];
        double limit = fmax(ANOMALY_STUCK_TIMES * n->run, ANOMALY_STUCK_MIN);
        if (!n->is_state && n->run <= ANOMALY_STUCK_MAX)
            keep_rarer(r, rate_beyond(m, l->grid.columns, run, limit), ANOMALY_STUCK, m->place[k]);
    }
    for (size_t k = 0; k < l->constant.columns; k++) {
        double value = l->constant.value[row * l->constant.columns + k];
        double was = m->norm[l->constant_place[k]].constant;
        if (fabs(value - was) > 1e-9 * fabs(was))
            keep_rarer(r, (double)l->constant.columns / (base_days(m) + 1), ANOMALY_CHANGED,
                       l->constant_place[k]);
    }
}

/* --- rows ----------------------------------------------------------------------------------------*/

static anomaly_row worth(const anomaly_looking *l, size_t row)
{
    const anomaly_model *m = l->m;
    double group[GROUPS], per_day = (double)OQ_DAY / (double)m->about.step, most = -1;
    anomaly_row r = {.row = row, .rate = INFINITY, .chance = 1};
    if (l->grid.columns) {
        anomaly_groups(m, l->member, group);
        double total = anomaly_total(m, group);
        r.chance = tail_chance(&m->total, total);
        r.rate = tail_episodes(&m->total, total) * per_day;
        for (int k = 0; k < GROUPS; k++) {
            double far = anomaly_surprise(&m->group[k], group[k]);
            if (far > most) {
                most = far;
                r.kind = k + 1;
            }
        }
    }
    look_at_silence(l, &l->grid, m->place, row, &r);
    look_at_silence(l, &l->constant, l->constant_place, row, &r);
    look_at_runs(l, row, &r);
    r.score = anomaly_score(m, r.rate);
    return r;
}

static void keep_best(anomaly_looking *l, const anomaly_walk *w, anomaly_row r)
{
    size_t columns = l->grid.columns;
    l->best = r;
    if (columns == 0)
        return;
    memcpy(l->best_member, l->member, anomaly_members(columns) * sizeof *l->member);
    memcpy(l->best_norm, l->norm, columns * sizeof *l->norm);
    memcpy(l->best_ahead, w->ahead, columns * sizeof *w->ahead);
    memset(l->best_relation, 0, columns * sizeof *l->best_relation);
    double *plant = l->member + OWN_GROUPS * columns;
    if (w->watch && !isnan(plant[MEMBER_Q])) {
        const double *limit = l->m->limit + OWN_GROUPS * columns;
        bool is_s = plant[MEMBER_S] / limit[MEMBER_S] > plant[MEMBER_Q] / limit[MEMBER_Q];
        mspc_watch_reconstruct(w->watch, is_s ? MSPC_H : MSPC_Q, l->best_relation);
    }
}

/* --- the course ----------------------------------------------------------------------------------*/

static void open_course(anomaly_looking *l, anomaly_view *v)
{
    size_t signals = l->m->about.signals;
    v->rows = l->rule->has_course ? l->grid.rows - l->first : 0;
    v->time = oq_new_n(l->arena, oq_us, v->rows);
    v->course_score = oq_new_n(l->arena, double, v->rows);
    v->course_chance = oq_new_n(l->arena, double, v->rows);
    v->band = oq_new_n(l->arena, anomaly_band, signals);
    for (size_t i = 0; i < signals && v->rows; i++) {
        double *all = oq_new_n(l->arena, double, 4 * v->rows);
        for (size_t k = 0; k < 4 * v->rows; k++)
            all[k] = NAN;
        v->band[i] = (anomaly_band){all, all + v->rows, all + 2 * v->rows, all + 3 * v->rows};
    }
}

static void add_to_course(anomaly_looking *l, const anomaly_row *r, anomaly_view *v)
{
    const anomaly_model *m = l->m;
    size_t at = r->row - l->first, columns = l->grid.columns;
    v->time[at] = anomaly_row_time(&l->grid, r->row);
    v->course_score[at] = r->score;
    v->course_chance[at] = r->chance;
    for (size_t k = 0; k < columns; k++) {
        anomaly_band *b = &v->band[m->place[k]];
        double wide = anomaly_band_width(m, GROUP_LEVEL, k);
        wide = isfinite(wide) ? wide : NAN;
        b->value[at] = l->grid.value[r->row * columns + k];
        b->expected[at] = l->norm[k].level;
        b->low[at] = l->norm[k].level - wide * l->norm[k].scale;
        b->high[at] = l->norm[k].level + wide * l->norm[k].scale;
    }
    for (size_t k = 0; k < l->constant.columns; k++) {
        anomaly_band *b = &v->band[l->constant_place[k]];
        b->value[at] = l->constant.value[r->row * l->constant.columns + k];
        b->expected[at] = b->low[at] = b->high[at] = m->norm[l->constant_place[k]].constant;
    }
}

/* --- all of it -----------------------------------------------------------------------------------*/

static void open_grids(anomaly_looking *l)
{
    const anomaly_model *m = l->m;
    size_t constants = 0;
    l->constant_place = oq_new_n(l->temp, size_t, m->about.signals);
    for (size_t i = 0; i < m->about.signals; i++)
        if (m->norm[i].is_constant)
            l->constant_place[constants++] = i;
    oq_us from = l->rule->from - m->about.reach;
    l->grid = anomaly_grid_make(l->temp, l->signal, m->place, m->about.taking_part, m->norm, from,
                                l->rule->to, m->about.step);
    l->constant = anomaly_grid_make(l->temp, l->signal, l->constant_place, constants, m->norm, from,
                                    l->rule->to, m->about.step);
    l->first = (size_t)((l->rule->from - l->grid.from) / l->grid.step);
    l->member = oq_new_n(l->temp, double, anomaly_members(l->grid.columns));
    l->best_member = oq_new_n(l->temp, double, anomaly_members(l->grid.columns));
    l->norm = oq_new_n(l->temp, season_point, l->grid.columns);
    l->best_norm = oq_new_n(l->temp, season_point, l->grid.columns);
    l->best_ahead = oq_new_n(l->temp, double, l->grid.columns);
    l->best_relation = oq_new_n(l->temp, double, l->grid.columns);
}

static void walk(anomaly_looking *l, anomaly_view *v)
{
    anomaly_walk w = anomaly_walk_open(l->temp, &l->m->parts);
    size_t scored = l->first ? l->first - 1 : 0; /* the row before too: is it new? */
    double before = 0;
    for (size_t row = 0; row < l->grid.rows; row++) {
        bool is_deep = row + ANOMALY_WARM + ANOMALY_LAGS_MAX >= scored;
        if (l->grid.columns)
            anomaly_walk_next(&w, anomaly_row_time(&l->grid, row),
                              l->grid.value + row * l->grid.columns, is_deep, l->member, l->norm);
        if (row < scored)
            continue;
        anomaly_row r = worth(l, row);
        if (row < l->first) {
            before = r.score;
            continue;
        }
        v->score_now = r.score;
        if (!v->is_ready || r.score > l->best.score)
            keep_best(l, &w, r);
        v->is_ready = true;
        if (v->rows)
            add_to_course(l, &r, v);
    }
    v->is_new = v->score_now >= 0.5 && before < 0.5;
}

static void count_signals(const anomaly_looking *l, anomaly_view *v)
{
    if (l->grid.rows == 0)
        return;
    for (size_t k = 0; k < l->grid.columns; k++) {
        bool is_there = !isnan(l->grid.value[(l->grid.rows - 1) * l->grid.columns + k]);
        v->good += is_there;
        v->silent += !is_there;
    }
}

oq_err *anomaly_look(oq_arena *arena, const anomaly_model *m, const anomaly_signal *signal,
                     size_t signals, const anomaly_look_rule *rule, anomaly_view *ret_view)
{
    if (signals != m->about.signals)
        return oq_fail(OQ_INVALID, "anomaly.signals_other", "got=%zu wanted=%zu", signals,
                       m->about.signals);
    anomaly_view v = {.score = NAN,
                      .rate_per_day = NAN,
                      .chance = NAN,
                      .score_now = NAN,
                      .at = OQ_TIME_NONE,
                      .since = OQ_TIME_NONE};
    if (m->about.is_usable && rule->to > rule->from) {
        anomaly_looking l = {
            .arena = arena, .temp = oq_arena_open(1 << 18), .m = m, .signal = signal, .rule = rule};
        open_grids(&l);
        open_course(&l, &v);
        walk(&l, &v);
        count_signals(&l, &v);
        if (v.is_ready) {
            v.score = l.best.score;
            v.rate_per_day = l.best.rate;
            v.chance = l.best.chance;
            v.is_flagged = v.score >= 0.5;
            v.kind = l.best.kind;
            v.at = anomaly_row_time(&l.grid, l.best.row);
            anomaly_explain(&l, &v);
        }
        oq_arena_close(l.temp);
    }
    *ret_view = v;
    return NULL;
}
