/* ai/course.h
 *
 * What happened to an asset as items in the order of time, which features are made from
 * (quant/feature.h), and which of it the model of a class looks at. Pure.
 *
 * A signal's item is its mean over an hour, known when the hour is over. Signals are metrics of the
 * class, so that what one asset learned counts for the others: of an asset that has a metric twice
 * the first counts. */
#ifndef AI_COURSE_H
#define AI_COURSE_H

#include "ai/lives.h"
#include "quant/feature.h"

enum { AI_METRICS_MAX = 24, AI_CODES_MAX = 16 };

/* What a model looks at. Texts are in the arena that it was made in. */
typedef struct ai_sights {
    oq_str metric[AI_METRICS_MAX];
    size_t metrics;
    oq_str code[AI_CODES_MAX]; /* of events */
    size_t codes;
    ai_labels labels;
} ai_sights;

/* Metrics that at least half of the assets have, and the commonest codes of events (ten times at
 * least); the labels of their failures. */
void ai_sights_find(oq_arena *arena, const ai_asset *of, size_t of_count, ai_sights *ret_sights);

/* The plan of features for them; its lists are in the arena. */
feature_plan ai_sights_plan(oq_arena *arena, const ai_sights *sights);

/* Items of one asset's grid and records, in the order of time. */
typedef struct ai_items {
    feature_item *at;
    size_t count, room;
} ai_items;
/* The samples of the grid, behind those that are there. */
void ai_items_samples(oq_arena *arena, const ai_sights *sights, const ai_asset *a, ai_items *io);
/* Events and renewals up to a.at, put between them. */
void ai_items_records(oq_arena *arena, const ai_sights *sights, const ai_asset *a, ai_items *io);

/* The signal of an asset that has the metric; NULL: none. */
const ai_signal *ai_signal_of(const ai_asset *a, oq_str metric);

#endif
