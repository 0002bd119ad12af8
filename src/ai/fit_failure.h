/* ai/fit_failure.h: what the files that fit "fails within" share. */
#ifndef AI_FIT_FAILURE_H
#define AI_FIT_FAILURE_H

#include "ai/body.h"
#include "ai/fit.h"

/* How much of its signals a score looks at; before that only their mean counts. */
#define AI_SCORE_BACK (8 * OQ_DAY)

/* When the asset was made, as far as anybody said. */
oq_us ai_made_at(const ai_asset *a);

/* The assets with their items, and their failures by label. */
failure_asset *ai_failure_assets(const ai_fit *f, const ai_labels *labels);

/* The model in use, asked about the same later moments as the new one. */
typedef struct ai_compared {
    size_t labels; /* that both can tell of; 0: there was nothing to compare with */
    int64_t number; /* of the model in use */
    double brier, brier_current;
    bool is_worse;
} ai_compared;
/* Changes f->items: they cannot be used afterwards. */
OQ_CHECKED oq_err *ai_failure_compare(ai_fit *f, const failure_result *made,
                                      ai_compared *ret_compared);

#endif
