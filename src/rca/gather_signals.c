/* What the instruments of the root asset, and of assets beside it, say around the incident.
 *
 * Looked at is the last day before the anchor; at a rhythm of seconds the last six hours, so that
 * the base holds the same rhythm too. The base is a month before that. Where it has more samples
 * than a bound, blocks of each two hours are kept: whole stretches, so that how long a value stays
 * the same, and how much it jumps from one sample to the next, are what they were.
 *
 * Samples are read as they were known at the analysis' own moment: one that was corrected later, or
 * came later, is not what it would have seen. A lag is kept in classes that round up
 * (quant/chunk.h), so what came just now with the last hour's import counts as known later; by as
 * much is looked ahead, else an analysis would see nothing of such an hour for an hour. */
#include "rca/inner.h"

#include <math.h>

#include "gather.sql.h"
#include "historian/read.h"
#include "quant/unit.h"

#include "base/banned.h"

#define DAY_LOOKED  OQ_DAY
#define LAG_ROUNDED (45 * OQ_MINUTE) /* from a quarter of an hour up to an hour */
#define FAST_LOOKED (6 * OQ_HOUR)
#define BASE        (31 * OQ_DAY)
#define BLOCKS      (2 * OQ_HOUR)
enum { FAST_A_DAY = 2880 /* samples: one in thirty seconds */ };

/* --- which --------------------------------------------------------------------------------------*/

static bool is_among(const oq_uuid *id, size_t count, oq_uuid wanted)
{
    for (size_t i = 0; i < count; i++)
        if (oq_uuid_eq(id[i], wanted))
            return true;
    return false;
}

/* Assets beside the root one: those that have events in the incident, then neighbours. */
static oq_err *choose_assets(rca_work *w, oq_uuid *ret_id, size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i + w->before < w->events && count < RCA_RELATED_ASSETS_MAX; i++) {
        oq_uuid id = w->event[i].asset_id;
        if (!oq_uuid_is_zero(id) && !oq_uuid_eq(id, w->root->id) && !is_among(ret_id, count, id))
            ret_id[count++] = id;
    }
    sql_rca_neighbours_rows near = {0};
    if (!count && !oq_uuid_is_zero(w->root->unit_id))
        OQ_TRY(sql_rca_neighbours(
            w->s,
            (sql_rca_neighbours_args){w->root->unit_id, w->root->id, RCA_RELATED_ASSETS_MAX / 2},
            &near));
    for (size_t i = 0; i < near.count; i++)
        ret_id[count++] = near.at[i].id;
    *ret_count = count;
    return NULL;
}

static rca_two signal_name(const rca_work *w, const series *e)
{
    if (e->name.len)
        return rca_name(&w->say, e->name, e->name_ar);
    for (size_t i = 0; i < w->limits; i++)
        if (oq_str_eq(w->limit[i].metric, e->metric) && w->limit[i].name.len)
            return rca_name(&w->say, w->limit[i].name, w->limit[i].name_ar);
    return rca_code(&w->say, e->metric.len ? e->metric : e->key);
}

static oq_err *add_signals(rca_work *w, const asset *a, size_t max)
{
    series_list found;
    series_filter filter = {.asset_id = a->id};
    OQ_TRY(series_find(w->s, &filter, max + 1, &found));
    bool is_root = a == w->root;
    for (size_t i = 0; i < found.count && i < max; i++)
        if (found.at[i].is_active)
            w->signal[w->signals++] = (rca_signal){.series = found.at[i],
                                                   .is_root = is_root,
                                                   .of = a,
                                                   .name = signal_name(w, &found.at[i]),
                                                   .limit_low = NAN,
                                                   .limit_high = NAN};
    if (found.count > max)
        rca_miss(w, RCA_TEXT(&w->say, "rca.missing.signals", {"asset", rca_code(&w->say, a->code)},
                             {"taken", rca_number(&w->say, (int64_t)max)}));
    return NULL;
}

/* --- limits -------------------------------------------------------------------------------------*/

static double first_given(double a, double b, double scale, double offset)
{
    return (isnan(a) ? b : a) * scale + offset;
}

/* In the signal's own unit; of another class than the root's there are none. */
static void set_limits(const rca_work *w, rca_signal *g)
{
    for (size_t i = 0; i < w->limits; i++) {
        const rca_limit *l = &w->limit[i];
        double scale = 1, offset = 0;
        if (!oq_str_eq(l->metric, g->series.metric) ||
            !oq_uuid_eq(g->of->class_id, w->root->class_id))
            continue;
        oq_mark mark = oq_err_mark();
        if (unit_conversion(l->unit, g->series.unit, &scale, &offset)) {
            oq_err_rewind(mark);
            continue;
        }
        g->limit_low = first_given(l->low, l->low_low, scale, offset);
        g->limit_high = first_given(l->high, l->high_high, scale, offset);
    }
}

/* --- samples ------------------------------------------------------------------------------------*/

typedef struct collecting {
    oq_arena *arena;
    samples *into;
    size_t room, most; /* of the base */
    oq_us fine_from;   /* all of what is not older */
    oq_us kept;        /* of each two hours before: so much from their beginning */
} collecting;

static bool is_kept(const collecting *c, oq_us at)
{
    return at >= c->fine_from || ((at % BLOCKS) + BLOCKS) % BLOCKS < c->kept;
}

static void grow(collecting *c)
{
    samples more = samples_make(c->arena, c->room * 2, false, false);
    memcpy(more.time, c->into->time, c->into->count * sizeof *more.time);
    memcpy(more.value, c->into->value, c->into->count * sizeof *more.value);
    more.count = c->into->count;
    *c->into = more;
    c->room *= 2;
}

/* Half of each block goes, and the rest is still whole stretches. */
static void thin(collecting *c)
{
    size_t kept = 0;
    c->kept /= 2;
    for (size_t i = 0; i < c->into->count; i++)
        if (is_kept(c, c->into->time[i])) {
            c->into->time[kept] = c->into->time[i];
            c->into->value[kept++] = c->into->value[i];
        }
    c->into->count = kept;
}

/* Good samples alone. */
static oq_err *collect(void *self, const samples *slice)
{
    collecting *c = self;
    for (size_t i = 0; i < slice->count; i++) {
        if (!quality_is_good(samples_quality(slice, i)) || !isfinite(slice->value[i]) ||
            !is_kept(c, slice->time[i]))
            continue;
        if (c->into->count == c->most && slice->time[i] < c->fine_from && c->kept > OQ_MINUTE)
            thin(c);
        if (c->into->count == c->room)
            grow(c);
        c->into->time[c->into->count] = slice->time[i];
        c->into->value[c->into->count++] = slice->value[i];
    }
    return NULL;
}

static oq_err *read_signal(rca_work *w, rca_signal *g)
{
    oq_arena *temp = oq_arena_open(1 << 20); /* what is grown out of is given back */
    samples gathered = samples_make(temp, 4096, false, false);
    collecting c = {.arena = temp,
                    .into = &gathered,
                    .room = 4096,
                    .most = g->is_root ? RCA_ROOT_SAMPLES_MAX : RCA_RELATED_SAMPLES_MAX,
                    .fine_from = w->look_from < w->it->anchor_time - DAY_LOOKED || !g->is_root
                                     ? w->look_from
                                     : w->it->anchor_time - DAY_LOOKED,
                    .kept = BLOCKS};
    oq_err *err = hist_each(w->s, (int32_t)g->series.no,
                            (hist_span){w->base_from, w->until, w->now + LAG_ROUNDED}, collect, &c);
    g->samples = samples_copy(w->arena, &gathered);
    oq_arena_close(temp);
    return err;
}

/* How much came in the last day, as it was known. */
static oq_err *count_samples(rca_work *w, aggregate **ret_of)
{
    oq_us edge[] = {w->it->anchor_time - DAY_LOOKED, w->until};
    series *all = oq_new_n(w->arena, series, w->signals);
    for (size_t i = 0; i < w->signals; i++)
        all[i] = w->signal[i].series;
    return hist_aggregate(w->s, all, w->signals, (buckets){edge, 1}, w->now + LAG_ROUNDED, ret_of);
}

static bool is_fast(const rca_work *w, aggregate *const *of)
{
    size_t roots = 0, fast = 0;
    for (size_t i = 0; i < w->signals; i++)
        if (w->signal[i].is_root && of[i][0].count > 0) {
            roots++;
            fast += of[i][0].count > FAST_A_DAY;
        }
    return 2 * fast > roots;
}

static void tell_gaps(rca_work *w, const rca_signal *g, const aggregate *day)
{
    if (!g->is_root)
        return;
    if (!day->count)
        rca_miss(w, RCA_TEXT(&w->say, "rca.missing.silent", {"signal", g->name}));
    else if (day->good * 2 < day->count)
        rca_miss(w, RCA_TEXT(&w->say, "rca.missing.bad", {"signal", g->name},
                             {"share", rca_percent(&w->say, (double)(day->count - day->good) /
                                                                (double)day->count)}));
}

oq_err *rca_gather_signals(rca_work *w)
{
    w->look_from = w->it->anchor_time - DAY_LOOKED;
    w->base_from = w->it->anchor_time - BASE;
    if (!w->root)
        return NULL;
    oq_uuid id[RCA_RELATED_ASSETS_MAX];
    size_t count;
    OQ_TRY(choose_assets(w, id, &count));
    w->signal =
        oq_new_n(w->arena, rca_signal, RCA_ROOT_SIGNALS_MAX + count * RCA_RELATED_SIGNALS_MAX);
    OQ_TRY(add_signals(w, w->root, RCA_ROOT_SIGNALS_MAX));
    for (size_t i = 0; i < count; i++) {
        asset *a;
        OQ_TRY(asset_get(w->s, id[i], &a));
        OQ_TRY(add_signals(w, a, RCA_RELATED_SIGNALS_MAX));
    }
    if (!w->signals) {
        rca_miss(w, rca_text_plain(&w->say, "rca.missing.no_signals"));
        return NULL;
    }
    aggregate **of = oq_new_n(w->arena, aggregate *, w->signals);
    OQ_TRY(count_samples(w, of));
    if (is_fast(w, of))
        w->look_from = w->it->anchor_time - FAST_LOOKED;
    if (w->it->window_from < w->look_from)
        w->look_from = w->it->window_from;
    for (size_t i = 0; i < w->signals; i++) {
        rca_signal *g = &w->signal[i];
        set_limits(w, g);
        OQ_TRY(read_signal(w, g));
        tell_gaps(w, g, &of[i][0]);
    }
    return NULL;
}
