#include "quant/cause_build.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

enum { FEATURES_PER_SERIES = 6, LAST_MAX_H = 7 * 24 };

typedef struct building {
    oq_arena *arena;
    const case_order *order;
    oq_us before; /* features look at what is earlier than this */
    case_item *item;
    size_t items;
    oq_str *feature;
    double *value;
    size_t features;
} building;

/* --- order ------------------------------------------------------------------------------------*/

static int by_number(double a, double b)
{
    if (isnan(a) || isnan(b))
        return (int)isnan(a) - (int)isnan(b);
    return (a > b) - (a < b);
}

/* Time first, then whatever tells two items apart, so that the order given does not matter. */
static int compare_items(const void *a, const void *b)
{
    const case_item *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    by = by ? by : oq_str_cmp(x->category, y->category);
    by = by ? by : oq_str_cmp(x->kind, y->kind);
    by = by ? by : oq_str_cmp(x->metric, y->metric);
    by = by ? by : (x->series_no > y->series_no) - (x->series_no < y->series_no);
    by = by ? by : memcmp(&x->event_id, &y->event_id, sizeof x->event_id);
    by = by ? by : by_number(x->score, y->score);
    by = by ? by : by_number(x->value, y->value);
    return by ? by : oq_str_cmp(x->summary, y->summary);
}

static int compare_series(const void *a, const void *b)
{
    const case_series *x = *(const case_series *const *)a, *y = *(const case_series *const *)b;
    int by = oq_str_cmp(x->metric, y->metric);
    return by ? by : (x->no > y->no) - (x->no < y->no);
}

/* --- signals -----------------------------------------------------------------------------------*/

static void add_feature(building *b, oq_str name, double value)
{
    b->feature[b->features] = name;
    b->value[b->features++] = isfinite(value) ? value : NAN;
}

static bool is_beyond(const case_series *s, double value)
{
    return value < s->limit_low || value > s->limit_high; /* NaN limits: never */
}

/* Of good samples in [from, before). */
typedef struct stretch {
    size_t good, beyond;
    double mean, sd, last;
} stretch;

static stretch look_back(const building *b, const case_series *s, int hours)
{
    stretch r = {.mean = NAN, .sd = NAN, .last = NAN};
    oq_us from = b->before - hours * OQ_HOUR;
    size_t begin = samples_find(s->samples, from), end = samples_find(s->samples, b->before);
    double mean = 0, m2 = 0;
    for (size_t i = begin; i < end; i++) {
        double x = s->samples->value[i];
        if (!quality_is_good(samples_quality(s->samples, i)) || !isfinite(x))
            continue;
        double off = x - mean; /* Welford 1962 */
        r.good++;
        mean += off / (double)r.good;
        m2 += off * (x - mean);
        r.beyond += is_beyond(s, x);
        r.last = x;
    }
    if (r.good > 0)
        r.mean = mean;
    if (r.good > 1)
        r.sd = sqrt(m2 / (double)(r.good - 1));
    return r;
}

static oq_str feature_name(const building *b, oq_str metric, const char *what)
{
    return oq_strf(b->arena, "%.*s.%s", OQ_FMT(metric), what);
}

static void add_series_features(building *b, const case_series *s, double level, double scale)
{
    stretch day = look_back(b, s, 24), hours = look_back(b, s, 3);
    add_feature(b, feature_name(b, s->metric, "mean_3h"), hours.mean);
    add_feature(b, feature_name(b, s->metric, "mean_24h"), day.mean);
    add_feature(b, feature_name(b, s->metric, "sd_24h"), day.sd);
    add_feature(b, feature_name(b, s->metric, "last"), look_back(b, s, LAST_MAX_H).last);
    add_feature(b, feature_name(b, s->metric, "shift_24h"),
                scale > 0 ? (day.mean - level) / scale : NAN);
    if (isfinite(s->limit_low) || isfinite(s->limit_high))
        add_feature(b, feature_name(b, s->metric, "beyond_24h"),
                    day.good ? (double)day.beyond / (double)day.good : NAN);
}

static void add_finding(building *b, const signal_finding *f)
{
    const case_series *s = &b->order->series[f->series];
    b->item[b->items++] = (case_item){
        .at = f->what.from,
        .category = OQ_STR("SENSOR"),
        .kind = oq_cstr(oq_choice_text(finding_kind_choices, f->what.kind)),
        .metric = s->metric,
        .finding = f->what.kind,
        .score = f->what.score,
        .value = f->what.after,
        .beyond_limit = f->beyond_limit,
        .is_root_asset = s->is_root_asset,
        .series_no = s->no,
    };
}

static const signal_findings *find(building *b)
{
    const case_order *o = b->order;
    signal_findings *found = oq_new(b->arena, signal_findings);
    signal_rule rule = {.base_from = o->base_from,
                        .look_from = o->look_from,
                        .until = o->until,
                        .score_min = o->score_min,
                        .base_min = o->base_min};
    cause_signals_find(b->arena, o->series, o->series_count, &rule, found);
    return found;
}

/* Everything about the signals: what they did, and the features. */
static void add_series(building *b)
{
    const case_order *o = b->order;
    const signal_findings *found = o->found ? o->found : find(b);
    const case_series **sorted = oq_new_n(b->arena, const case_series *, o->series_count);
    for (size_t i = 0; i < o->series_count; i++)
        sorted[i] = &o->series[i];
    qsort(sorted, o->series_count, sizeof(const case_series *), compare_series);
    b->item = oq_new_n(b->arena, case_item, o->events + found->count);
    for (size_t i = 0; i < found->count; i++)
        add_finding(b, &found->at[i]);
    for (size_t i = 0; i < o->series_count; i++) {
        size_t which = (size_t)(sorted[i] - o->series);
        if (sorted[i]->is_root_asset && !sorted[i]->is_state)
            add_series_features(b, sorted[i], found->base_level[which], found->base_scale[which]);
    }
}

/* --- events ------------------------------------------------------------------------------------*/

static bool is_maintenance(const case_item *e)
{
    return oq_str_eq(e->category, OQ_STR("MAINTENANCE"));
}

/* The repair is no evidence of its cause. */
static bool is_evidence(const building *b, const case_item *e)
{
    return e->at < b->order->until && !(is_maintenance(e) && e->at >= b->order->anchor);
}

static void add_maintenance_hours(building *b, oq_str name, oq_str kind)
{
    oq_us newest = OQ_TIME_NONE;
    for (size_t i = 0; i < b->items; i++) {
        const case_item *e = &b->item[i];
        if (is_maintenance(e) && e->is_root_asset && e->at < b->before &&
            (!oq_str_given(kind) || oq_str_eq(e->kind, kind)) && e->at > newest)
            newest = e->at;
    }
    add_feature(b, name,
                newest == OQ_TIME_NONE ? NAN
                                       : (double)(b->order->anchor - newest) / (double)OQ_HOUR);
}

/* Items are sorted by now, so that kinds come in the order of their first event. */
static void add_maintenance_features(building *b)
{
    add_maintenance_hours(b, OQ_STR("hours_since_maintenance"), OQ_NONE);
    size_t first = b->features;
    for (size_t i = 0; i < b->items; i++) {
        const case_item *e = &b->item[i];
        if (!is_maintenance(e) || !e->is_root_asset || oq_str_empty(e->kind))
            continue;
        oq_str name = oq_strf(b->arena, "hours_since_maintenance.%.*s", OQ_FMT(e->kind));
        bool is_there = false;
        for (size_t k = first; k < b->features && !is_there; k++)
            is_there = oq_str_eq(b->feature[k], name);
        if (!is_there)
            add_maintenance_hours(b, name, e->kind);
    }
}

void cause_build(oq_arena *arena, const case_order *order, cause_case *ret_case)
{
    building b = {.arena = arena, .order = order};
    b.before = order->anchor < order->until ? order->anchor : order->until;
    size_t room = order->series_count * FEATURES_PER_SERIES + order->events + 1;
    b.feature = oq_new_n(arena, oq_str, room);
    b.value = oq_new_n(arena, double, room);
    add_series(&b);
    for (size_t i = 0; i < order->events; i++)
        if (is_evidence(&b, &order->event[i]))
            b.item[b.items++] = order->event[i];
    qsort(b.item, b.items, sizeof *b.item, compare_items);
    add_maintenance_features(&b);
    *ret_case = (cause_case){.id = order->id,
                             .asset_class = order->asset_class,
                             .anchor = order->anchor,
                             .item = b.item,
                             .items = b.items,
                             .cause = order->cause,
                             .feature = b.feature,
                             .value = b.value,
                             .features = b.features};
}
