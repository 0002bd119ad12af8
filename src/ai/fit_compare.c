/* Is a new model as good as the one in use? Both are asked, as they were fitted to what is before
 * their split, about the moments behind the new one's: neither has seen them. */
#include <math.h>

#include "ai/fit_failure.h"

#include "base/banned.h"

enum { NOT_THERE = UINT32_MAX };

typedef struct mapping {
    uint32_t metric[AI_METRICS_MAX], code[AI_CODES_MAX], label[AI_LABELS_MAX];
} mapping;

static uint32_t find_text(const oq_str *text, size_t count, oq_str wanted)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(text[i], wanted))
            return (uint32_t)i;
    return NOT_THERE;
}

static uint32_t find_label(const ai_labels *labels, const ai_label *wanted)
{
    for (size_t i = 0; i < labels->count; i++)
        if (oq_str_eq(labels->at[i].code, wanted->code) &&
            labels->at[i].is_component == wanted->is_component)
            return (uint32_t)i;
    return NOT_THERE;
}

static mapping mapping_of(const ai_sights *from, const ai_sights *to)
{
    mapping m;
    for (size_t i = 0; i < from->metrics; i++)
        m.metric[i] = find_text(to->metric, to->metrics, from->metric[i]);
    for (size_t i = 0; i < from->codes; i++)
        m.code[i] = find_text(to->code, to->codes, from->code[i]);
    for (size_t i = 0; i < from->labels.count; i++)
        m.label[i] = find_label(&to->labels, &from->labels.at[i]);
    return m;
}

/* Items as the other model numbers them; what it does not know is left out. */
static void turn_items(ai_items *io, const mapping *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < io->count; i++) {
        feature_item item = io->at[i];
        item.which = item.kind == FEATURE_SAMPLE  ? m->metric[item.which]
                     : item.kind == FEATURE_EVENT ? m->code[item.which]
                                                  : m->label[item.which];
        if (item.which != NOT_THERE)
            io->at[kept++] = item;
    }
    io->count = kept;
}

static oq_err *judge_other(ai_fit *f, const ai_failure_body *other, oq_us split_at,
                           failure_metrics *ret_metrics)
{
    mapping m = mapping_of(&f->sights, &other->sights);
    for (size_t i = 0; i < f->all.count; i++)
        turn_items(&f->items[i], &m);
    return failure_model_judge(other->judged, ai_failure_assets(f, &other->sights.labels),
                               f->all.count, split_at, f->at, ret_metrics);
}

oq_err *ai_failure_compare(ai_fit *f, const failure_result *made, ai_compared *ret_compared)
{
    ai_model *current;
    oq_str bytes;
    ai_failure_body *other;
    failure_metrics metrics[AI_LABELS_MAX];
    ai_compared c = {0};
    *ret_compared = c;
    OQ_TRY(ai_model_current(f->s, AI_FAILURE, f->class_id, OQ_UUID_ZERO, &current, &bytes));
    /* Of another horizon it says something else. */
    if (!current || current->horizon_h != (double)f->horizon / (double)OQ_HOUR)
        return NULL;
    oq_mark mark = oq_err_mark();
    if (ai_failure_read(f->arena, bytes, &other)) { /* nobody can use it any more */
        oq_err_rewind(mark);
        return NULL;
    }
    const ai_labels *labels = &f->sights.labels;
    OQ_TRY(judge_other(f, other, made->split_at, metrics));
    c.number = current->number;
    for (size_t i = 0; i < labels->count; i++) {
        uint32_t k = find_label(&other->sights.labels, &labels->at[i]);
        const failure_component *mine = &made->component[i];
        if (k == NOT_THERE || mine->state != FAILURE_READY || isnan(mine->later.brier) ||
            isnan(metrics[k].brier))
            continue;
        c.labels++;
        c.brier += mine->later.brier;
        c.brier_current += metrics[k].brier;
    }
    if (c.labels) {
        c.brier /= (double)c.labels;
        c.brier_current /= (double)c.labels;
        c.is_worse = c.brier > c.brier_current * (1 + 1e-9);
    }
    *ret_compared = c;
    return NULL;
}
