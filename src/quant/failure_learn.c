/* Learning: chances of the past to be asked about what followed them, then all of it. */
#include <math.h>
#include <stdlib.h>

#include "quant/failure_inner.h"

#include "base/banned.h"

enum { FOLDS = 3, TRUE_MIN = 3, HEALTHY_EACH = 40, HEALTHY_MIN = 4000, CURVE_FAILURES_MIN = 300 };

const oq_choice failure_state_choices[] = {
    {FAILURE_READY, "READY"}, {FAILURE_NOT_ENOUGH, "NOT_ENOUGH"}, {0}};
const oq_choice failure_lack_choices[] = {{FAILURE_LACKS_NOTHING, "nothing"},
                                          {FAILURE_LACKS_ROWS, "rows"},
                                          {FAILURE_LACKS_FAILURES, "failures"},
                                          {FAILURE_LACKS_HEALTHY, "healthy"},
                                          {FAILURE_LACKS_VARIATION, "variation"},
                                          {FAILURE_LACKS_FAILURES_LATER, "failures_later"},
                                          {0}};

/* What the learning of all components shares. */
typedef struct learning {
    oq_arena *arena, *temp;
    failure_options o;
    const failure_asset *asset;
    size_t assets;
    oq_us from, until;
    failure_rows rows;
    size_t train_end, later; /* rows [0, train_end) train, from `later` on they are judged */
    bool is_varied;
} learning;

/* --- one fit -----------------------------------------------------------------------------------------------*/

static float *labels(oq_arena *temp, const failure_rows *r, size_t component, size_t first,
                     size_t end)
{
    float *y = oq_new_n(temp, float, end - first);
    for (size_t i = first; i < end; i++)
        y[i - first] = failure_row_fails(r, i, component);
    return y;
}

static boost_table table_of(oq_arena *temp, const failure_rows *r, size_t component, size_t first,
                            size_t end)
{
    return (boost_table){.rows = end - first,
                         .columns = r->columns,
                         .x = r->x + first * r->columns,
                         .y = labels(temp, r, component, first, end)};
}

static size_t count_true(const failure_rows *r, size_t component, size_t first, size_t end)
{
    size_t count = 0;
    for (size_t i = first; i < end; i++)
        count += failure_row_fails(r, i, component);
    return count;
}

/* What does not fail is thinned out where there is far more of it than of what does: every n-th
 * such row stays and counts n times. Rows [first, end). */
static boost_table thin_table(oq_arena *temp, const failure_rows *r, size_t component, size_t first,
                              size_t end)
{
    size_t positives = count_true(r, component, first, end), kept = 0;
    size_t most = positives * HEALTHY_EACH > HEALTHY_MIN ? positives * HEALTHY_EACH : HEALTHY_MIN;
    size_t every = (end - first - positives) / most + 1;
    if (every == 1)
        return table_of(temp, r, component, first, end);
    size_t room = positives + (end - first) / every + 1;
    float *x = oq_new_n(temp, float, room * r->columns), *y = oq_new_n(temp, float, room);
    float *gain = oq_new_n(temp, float, room);
    for (size_t i = first, healthy = 0; i < end; i++) {
        bool fails = failure_row_fails(r, i, component);
        if (!fails && healthy++ % every)
            continue;
        memcpy(x + kept * r->columns, r->x + i * r->columns, r->columns * sizeof *x);
        gain[kept] = fails ? 1 : (float)every;
        y[kept++] = fails;
    }
    return (boost_table){.rows = kept, .columns = r->columns, .x = x, .y = y, .gain = gain};
}

static boost_options options_of(const learning *l, size_t rounds)
{
    return (boost_options){
        .task = BOOST_BINARY, .rounds_max = rounds, .seed = l->o.seed, .threads = l->o.threads};
}

/* --- the past asked about what followed it -----------------------------------------------------------------*/

typedef struct tryout {
    double *score; /* log odds of the rows that were asked about */
    bool *is_true;
    size_t count, folds;
    double rounds; /* summed over folds */
} tryout;

/* Trees of what lies before fold k, asked about fold k. */
static oq_err *try_fold(learning *l, size_t component, size_t k, tryout *t)
{
    const failure_rows *r = &l->rows;
    oq_us span = l->o.split_at - l->from;
    oq_us begin = l->from + span / 2 + span / 2 * (oq_us)k / FOLDS;
    oq_us end = l->from + span / 2 + span / 2 * ((oq_us)k + 1) / FOLDS;
    size_t train_end = failure_rows_at(r, begin - l->o.horizon + 1);
    size_t first = failure_rows_at(r, begin), last = failure_rows_at(r, end - l->o.horizon + 1);
    last = last < l->train_end ? last : l->train_end;
    size_t known = count_true(r, component, 0, train_end);
    if (last <= first || known < TRUE_MIN || known == train_end ||
        count_true(r, component, first, last) == 0)
        return NULL;
    boost_table train = thin_table(l->temp, r, component, 0, train_end);
    boost_table later = table_of(l->temp, r, component, first, last);
    boost_options o = options_of(l, 0);
    boost_model *m;
    OQ_TRY(boost_fit(l->temp, &o, &train, &later, &m));
    for (size_t i = first; i < last; i++) {
        float p;
        boost_predict(m, r->x + i * r->columns, &p);
        t->score[t->count] = failure_log_odds((double)p);
        t->is_true[t->count++] = failure_row_fails(r, i, component);
    }
    t->rounds += (double)boost_describe(m).rounds;
    t->folds++;
    return NULL;
}

static oq_err *try_out(learning *l, size_t component, tryout *ret_tryout)
{
    tryout t = {oq_new_n(l->temp, double, l->train_end), oq_new_n(l->temp, bool, l->train_end)};
    for (size_t k = 0; k < FOLDS; k++)
        OQ_TRY(try_fold(l, component, k, &t));
    *ret_tryout = t;
    return NULL;
}

/* --- a component -------------------------------------------------------------------------------------------*/

static failure_component lacking(failure_component c, failure_lack lack, size_t have, size_t need)
{
    c.state = FAILURE_NOT_ENOUGH;
    c.lack = lack;
    c.have = have;
    c.need = need;
    return c;
}

static failure_component look_at_data(const learning *l, size_t component)
{
    const failure_options *o = &l->o;
    failure_component c = {.state = FAILURE_READY, .threshold = NAN, .rows = l->train_end};
    c.positives = count_true(&l->rows, component, 0, l->train_end);
    c.failures = failure_count(l->asset, l->assets, component, l->from, o->split_at);
    if (c.rows < o->rows_min)
        return lacking(c, FAILURE_LACKS_ROWS, c.rows, o->rows_min);
    if (c.failures < o->failures_min || c.positives < TRUE_MIN)
        return lacking(c, FAILURE_LACKS_FAILURES, c.failures, o->failures_min);
    if (c.rows - c.positives < TRUE_MIN)
        return lacking(c, FAILURE_LACKS_HEALTHY, c.rows - c.positives, TRUE_MIN);
    if (!l->is_varied)
        return lacking(c, FAILURE_LACKS_VARIATION, 0, 1);
    return c;
}

static oq_err *judge_later(learning *l, size_t component, const failure_part *part,
                           failure_component *c)
{
    const failure_rows *r = &l->rows;
    size_t count = r->count - l->later;
    size_t failures = failure_count(l->asset, l->assets, component, l->o.split_at, l->until);
    if (failures < l->o.failures_later_min) {
        c->lack = FAILURE_LACKS_FAILURES_LATER;
        c->have = failures;
        c->need = l->o.failures_later_min;
        return NULL;
    }
    double *p = oq_new_n(l->temp, double, count);
    for (size_t i = 0; i < count; i++)
        p[i] = failure_part_says(part, r->x + (l->later + i) * r->columns);
    return failure_judge(l->temp, r, l->assets, component, l->later, r->count, p, part->threshold,
                         &c->later);
}

/* From what the past said of what followed it: how probabilities are corrected, and the threshold.
 * Rows of one failure resemble each other, so they are fewer than they look: two numbers, unless
 * there are failures enough for a curve. */
static oq_err *correct(learning *l, const tryout *t, size_t failures, failure_part *part)
{
    int kind = failures >= CURVE_FAILURES_MIN ? CALIBRATION_AUTO : CALIBRATION_PLATT;
    OQ_TRY(calibrate_learn(l->arena, t->score, t->is_true, t->count, kind, &part->calibration));
    double *p = oq_new_n(l->temp, double, t->count);
    for (size_t i = 0; i < t->count; i++)
        p[i] = calibrate(&part->calibration, t->score[i]);
    double alike = fmax((double)l->o.horizon / (double)l->o.every, 1);
    part->threshold = failure_threshold(l->temp, p, t->is_true, t->count, alike);
    return NULL;
}

static oq_err *learn_component(learning *l, size_t component, failure_part *part,
                               failure_part *judged, failure_component *ret_component)
{
    const failure_rows *r = &l->rows;
    failure_component c = look_at_data(l, component);
    tryout t;
    *part = *judged = (failure_part){.state = FAILURE_NOT_ENOUGH, .threshold = NAN};
    *ret_component = c;
    if (c.state != FAILURE_READY)
        return NULL;
    OQ_TRY(try_out(l, component, &t));
    if (t.folds == 0) { /* failures lie so that the past cannot be asked about any of them */
        *ret_component = lacking(c, FAILURE_LACKS_FAILURES, c.failures, 2 * l->o.failures_min);
        return NULL;
    }
    c.rounds = (size_t)lround(t.rounds / (double)t.folds);
    boost_options o = options_of(l, c.rounds);
    boost_table train = thin_table(l->temp, r, component, 0, l->train_end);
    OQ_TRY(boost_fit(l->arena, &o, &train, NULL, &part->trees));
    part->state = FAILURE_READY;
    OQ_TRY(correct(l, &t, c.failures, part));
    c.threshold = part->threshold;
    OQ_TRY(judge_later(l, component, part, &c));
    *judged = *part;
    if (l->o.is_refitted) {
        boost_table all = thin_table(l->temp, r, component, 0, r->count);
        OQ_TRY(boost_fit(l->arena, &o, &all, NULL, &part->trees));
    }
    c.importance = boost_describe(part->trees).importance;
    *ret_component = c;
    return NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------*/

static failure_options with_presets(failure_options o, oq_us from, oq_us until)
{
    o.horizon = o.horizon > 0 ? o.horizon : OQ_DAY;
    o.every = o.every > 0 ? o.every : OQ_DAY;
    o.split_at = o.split_at ? o.split_at : from + (until - from) / 4 * 3;
    o.rows_min = o.rows_min ? o.rows_min : 200;
    o.failures_min = o.failures_min ? o.failures_min : 8;
    o.failures_later_min = o.failures_later_min ? o.failures_later_min : 3;
    o.plan.norm = NULL;
    return o;
}

static bool are_varied(const failure_rows *r, size_t count)
{
    for (size_t k = 0; k < r->columns; k++)
        for (size_t i = 1; i < count; i++) {
            float a = r->x[k], b = r->x[i * r->columns + k];
            if (isnan((double)a) != isnan((double)b) || (a == a && a != b))
                return true;
        }
    return false;
}

static void find_span(const failure_asset *asset, size_t assets, oq_us *ret_from, oq_us *ret_until)
{
    *ret_from = assets ? asset[0].from : 0;
    *ret_until = assets ? asset[0].until : 0;
    for (size_t i = 1; i < assets; i++) {
        *ret_from = asset[i].from < *ret_from ? asset[i].from : *ret_from;
        *ret_until = asset[i].until > *ret_until ? asset[i].until : *ret_until;
    }
}

static const feature_norm *learn_norm(const learning *l, const feature_plan *plan)
{
    feature_asset *a = oq_new_n(l->temp, feature_asset, l->assets);
    for (size_t i = 0; i < l->assets; i++)
        a[i] = l->asset[i].asset;
    return feature_norm_learn(l->arena, plan, a, l->assets, l->o.split_at);
}

static oq_err *learn_all(learning *l, failure_result *ret_result)
{
    failure_model *m = oq_new(l->arena, failure_model);
    *m = (failure_model){.plan = feature_plan_copy(l->arena, &l->o.plan),
                         .horizon = l->o.horizon,
                         .every = l->o.every};
    m->plan.norm = learn_norm(l, &m->plan);
    m->columns = feature_columns(&m->plan);
    m->name = feature_names(l->arena, &m->plan);
    m->part = oq_new_n(l->arena, failure_part, m->plan.components);
    failure_model *judged = oq_copy(l->arena, m, sizeof *m);
    judged->part = oq_new_n(l->arena, failure_part, m->plan.components);
    OQ_TRY(failure_rows_make(l->temp, &m->plan, l->o.horizon, l->o.every, l->asset, l->assets,
                             l->from, l->until, &l->rows));
    l->train_end = failure_rows_at(&l->rows, l->o.split_at - l->o.horizon + 1);
    l->later = failure_rows_at(&l->rows, l->o.split_at);
    l->is_varied = are_varied(&l->rows, l->train_end);
    failure_component *c = oq_new_n(l->arena, failure_component, m->plan.components);
    for (size_t k = 0; k < m->plan.components; k++) {
        oq_mark mark = oq_arena_mark(l->temp);
        OQ_TRY(learn_component(l, k, &m->part[k], &judged->part[k], &c[k]));
        oq_arena_rewind(l->temp, mark);
    }
    *ret_result = (failure_result){.model = m,
                                   .judged = judged,
                                   .component = c,
                                   .split_at = l->o.split_at,
                                   .trained_from = l->from,
                                   .trained_until = l->o.is_refitted ? l->until : l->o.split_at,
                                   .judged_until = l->until,
                                   .name = m->name,
                                   .columns = m->columns};
    return NULL;
}

oq_err *failure_model_learn(oq_arena *arena, const failure_options *options,
                            const failure_asset *asset, size_t assets, failure_result *ret_result)
{
    learning l = {.arena = arena, .asset = asset, .assets = assets};
    OQ_TRY(feature_plan_check(&options->plan));
    find_span(asset, assets, &l.from, &l.until);
    l.o = with_presets(*options, l.from, l.until);
    l.temp = oq_arena_open(1 << 20);
    oq_err *err = learn_all(&l, ret_result);
    oq_arena_close(l.temp);
    return err;
}
