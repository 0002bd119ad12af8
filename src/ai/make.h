/* ai/make.h
 *
 * Making scores: what is known of a class and of an asset besides what was gathered, and the parts
 * of a score as text. */
#ifndef AI_MAKE_H
#define AI_MAKE_H

#include "ai/body.h"
#include "ai/inner.h"
#include "quant/prognosis.h"

/* The models of a class, read once for all of its assets. */
typedef struct ai_knowledge {
    oq_uuid class_id;
    const ai_model *life_row, *failure_row; /* NULL: there is none in use */
    const ai_life_body *life;
    const ai_failure_body *failure;
    double horizon_h;
} ai_knowledge;

/* What is known of one asset: its anomaly model, and its signals as that wants them. */
typedef struct ai_own {
    const ai_model *row; /* NULL: there is none in use */
    const ai_anomaly_body *body;
    anomaly_signal *signal; /* body->signals */
    oq_us from, to;         /* of what is looked at */
} ai_own;

/* --- what is told of the likeliest failures, for those parts of a score that rest on it ----------*/

typedef struct ai_prospect {
    oq_str code; /* of the label */
    const weibull_fit *fit; /* NULL: no life */
    ai_age age;
    prognosis_chance life, condition, chance; /* within the horizon; NaN: not known */
    failure_score score;                      /* of the condition; its reasons */
    bool is_partial;                          /* its age is not known */
} ai_prospect;
typedef struct ai_prospects {
    ai_prospect at[2 * AI_LABELS_MAX];
    size_t count; /* the likeliest first */
    double horizon_h;
} ai_prospects;
/* Of an asset with `knows`; reasons only where a condition model speaks. */
OQ_CHECKED oq_err *ai_prospects_of(oq_arena *arena, const ai_asset *a, ai_prospects *ret);
/* P(something failed within so many hours), by all prospects; `mid` NaN: not known. Beyond the
 * horizon a condition that is worse than the life's stays so, one that is better counts for the
 * horizon alone. */
prognosis_chance ai_prospects_by(const ai_prospects *p, double hours);

/* --- the text of a detail ------------------------------------------------------------------------*/

/* The detail of a score that has nothing yet. */
void ai_detail_begin(ai_score *score);
/* Adds a member of JSON. */
void ai_detail_put(oq_arena *arena, ai_score *io_score, const char *name, oq_str json);
/* Adds a thing that is missing, whose facts are names and texts, ending with NULL; the score is
 * PARTIAL at best. */
void ai_detail_miss(oq_arena *arena, ai_score *io_score, const char *code, const oq_arg *fact,
                    size_t facts);

enum { AI_JSON_MAX = 128 * 1024 }; /* of a part */

#endif
