/* What happened to an asset, in the order of time. */
#include "ai/course.h"

#include <math.h>

#include "base/banned.h"

/* --- what a model looks at -----------------------------------------------------------------------*/

typedef struct tally {
    oq_str name;
    size_t count;
} tally;

enum { NAMES_SEEN_MAX = 1000, CODE_TIMES_MIN = 10 };

static size_t count_name(tally *t, size_t n, oq_str name)
{
    for (size_t i = 0; i < n; i++)
        if (oq_str_eq(t[i].name, name)) {
            t[i].count++;
            return n;
        }
    if (n < NAMES_SEEN_MAX && name.len && name.len < FEATURE_NAME_MAX)
        t[n++] = (tally){name, 1};
    return n;
}

static int by_frequency(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return oq_str_cmp(x->name, y->name);
}

/* The most frequent ones, `least` times or more. */
static size_t keep(oq_arena *arena, tally *t, size_t n, size_t least, size_t max, oq_str *ret_name)
{
    size_t kept = 0;
    qsort(t, n, sizeof *t, by_frequency);
    while (kept < n && kept < max && t[kept].count >= least) {
        ret_name[kept] = oq_str_copy(arena, t[kept].name);
        kept++;
    }
    return kept;
}

static bool is_second(const ai_asset *a, size_t signal)
{
    for (size_t i = 0; i < signal; i++)
        if (oq_str_eq(a->signal[i].metric, a->signal[signal].metric))
            return true;
    return false;
}

void ai_sights_find(oq_arena *arena, const ai_asset *of, size_t of_count, ai_sights *ret_sights)
{
    oq_arena *temp = oq_arena_open(0);
    tally *metric = oq_new_n(temp, tally, NAMES_SEEN_MAX),
          *code = oq_new_n(temp, tally, NAMES_SEEN_MAX);
    size_t metrics = 0, codes = 0;
    ai_sights sights = {0};
    for (size_t i = 0; i < of_count; i++) {
        for (size_t k = 0; k < of[i].signals; k++)
            if (!is_second(&of[i], k))
                metrics = count_name(metric, metrics, of[i].signal[k].metric);
        for (size_t k = 0; k < of[i].events; k++)
            codes = count_name(code, codes, of[i].event[k].code);
    }
    sights.metrics =
        keep(arena, metric, metrics, (of_count + 1) / 2, AI_METRICS_MAX, sights.metric);
    sights.codes = keep(arena, code, codes, CODE_TIMES_MIN, AI_CODES_MAX, sights.code);
    ai_labels_find(temp, of, of_count, &sights.labels);
    for (size_t i = 0; i < sights.labels.count; i++) {
        ai_label *l = &sights.labels.at[i];
        l->code = oq_str_copy(arena, l->code);
        for (size_t k = 0; k < l->parts; k++)
            l->part[k] = oq_str_copy(arena, l->part[k]);
    }
    oq_arena_close(temp);
    *ret_sights = sights;
}

feature_plan ai_sights_plan(oq_arena *arena, const ai_sights *sights)
{
    feature_plan plan = feature_plan_usual();
    oq_str *component = oq_new_n(arena, oq_str, sights->labels.count);
    for (size_t i = 0; i < sights->labels.count; i++)
        component[i] = sights->labels.at[i].code;
    plan.signal = oq_copy(arena, sights->metric, sights->metrics * sizeof *sights->metric);
    plan.signals = sights->metrics;
    plan.code = oq_copy(arena, sights->code, sights->codes * sizeof *sights->code);
    plan.codes = sights->codes;
    plan.component = component;
    plan.components = sights->labels.count;
    return plan;
}

const ai_signal *ai_signal_of(const ai_asset *a, oq_str metric)
{
    for (size_t i = 0; i < a->signals; i++)
        if (oq_str_eq(a->signal[i].metric, metric))
            return &a->signal[i];
    return NULL;
}

/* --- items ---------------------------------------------------------------------------------------*/

static void put(oq_arena *arena, ai_items *io, feature_item item)
{
    if (io->count == io->room) {
        size_t room = io->room ? io->room * 2 : 1024;
        feature_item *more = oq_new_n(arena, feature_item, room);
        if (io->count)
            memcpy(more, io->at, io->count * sizeof *more);
        io->at = more;
        io->room = room;
    }
    io->at[io->count++] = item;
}

void ai_items_samples(oq_arena *arena, const ai_sights *sights, const ai_asset *a, ai_items *io)
{
    const ai_signal *of[AI_METRICS_MAX];
    for (size_t m = 0; m < sights->metrics; m++)
        of[m] = ai_signal_of(a, sights->metric[m]);
    for (size_t k = 0; k < a->grid.count; k++)
        for (size_t m = 0; m < sights->metrics; m++) {
            const aggregate *b = of[m] && of[m]->bucket ? &of[m]->bucket[k] : NULL;
            double mean = b && b->good ? aggregate_mean(b) : NAN;
            if (b && b->good && isnan(mean))
                mean = b->sum / (double)b->good; /* a lone sample has no length */
            if (isfinite(mean))
                put(arena, io,
                    (feature_item){.at = a->grid.edge[k + 1],
                                   .value = mean,
                                   .which = (uint32_t)m,
                                   .kind = FEATURE_SAMPLE});
        }
}

static int by_moment(const void *a, const void *b)
{
    const feature_item *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->which < y->which ? -1 : x->which > y->which;
}

static void put_events(oq_arena *arena, const ai_sights *sights, const ai_asset *a, ai_items *io)
{
    for (size_t i = 0; i < a->events; i++)
        for (size_t c = 0; c < sights->codes; c++)
            if (oq_str_eq(a->event[i].code, sights->code[c]))
                put(arena, io,
                    (feature_item){
                        .at = a->event[i].at, .which = (uint32_t)c, .kind = FEATURE_EVENT});
}

static void put_renewals(oq_arena *arena, const ai_sights *sights, const ai_asset *a, ai_items *io)
{
    const ai_labels *labels = &sights->labels;
    for (size_t i = 0; i < a->orders; i++)
        for (size_t l = 0; l < labels->count; l++)
            if (a->order[i].done_at <= a->at && ai_label_renewed(&labels->at[l], &a->order[i]))
                put(arena, io,
                    (feature_item){.at = a->order[i].done_at,
                                   .which = (uint32_t)l,
                                   .kind = FEATURE_RENEWAL});
    for (size_t i = 0; i < a->failures; i++) {
        const ai_failure *f = &a->failure[i];
        size_t l = ai_label_of(labels, f);
        if (l != SIZE_MAX && f->restored_at != OQ_TIME_NONE && f->restored_at <= a->at)
            put(arena, io,
                (feature_item){.at = f->restored_at, .which = (uint32_t)l, .kind = FEATURE_RENEWAL});
    }
}

void ai_items_records(oq_arena *arena, const ai_sights *sights, const ai_asset *a, ai_items *io)
{
    put_events(arena, sights, a, io);
    put_renewals(arena, sights, a, io);
    if (io->count)
        qsort(io->at, io->count, sizeof *io->at, by_moment);
}
