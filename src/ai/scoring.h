/* ai/scoring.h
 *
 * Scoring many assets: the models of their classes are read once, the assets in slices. */
#ifndef AI_SCORING_H
#define AI_SCORING_H

#include "ai/make.h"

typedef struct ai_known_class {
    ai_knowledge knows;
    struct ai_known_class *next;
} ai_known_class;

typedef struct ai_scoring {
    oq_arena *arena; /* of models: as long as the scoring */
    oq_us at, known_at; /* known_at OQ_TIME_NONE: now */
    double horizon_h;
    ai_knowledge nobody; /* what is known of a class without models, and of none */
    ai_known_class *classes;
} ai_scoring;

OQ_CHECKED oq_err *ai_scoring_open(oq_scope *s, oq_arena *arena, oq_us at, oq_us known_at,
                                   ai_scoring *ret);
/* Some assets with all that a score rests on, in the scope's arena. */
OQ_CHECKED oq_err *ai_scoring_gather(oq_scope *s, ai_scoring *g, const oq_uuid *id, size_t count,
                                     ai_asset_list *ret_assets);
/* The five questions, in their order. Pure but for the arena. */
OQ_CHECKED oq_err *ai_score_asset(oq_arena *arena, ai_asset *a, ai_score *ret_score);

/* What a signal lacks (anomaly_lack), as a code of "ai.missing.<code>". */
const char *ai_anomaly_lack_code(int lack);

/* A signal on a grid as a detector takes it: the means of the buckets. */
anomaly_signal ai_anomaly_signal(oq_arena *arena, const ai_signal *g, buckets grid);

#endif
