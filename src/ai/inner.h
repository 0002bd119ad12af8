/* ai/inner.h: what the files of this folder share. */
#ifndef AI_INNER_H
#define AI_INNER_H

#include "ai/model.h"
#include "ai/score.h"

/* A model with what scores. */
typedef struct ai_model_stored {
    ai_model m; /* first: its table reads the same row */
    oq_str body;
} ai_model_stored;
extern const oq_field ai_model_stored_fields[];
typedef struct ai_models_stored {
    ai_model_stored *at;
    size_t count;
} ai_models_stored;

/* The model that was in use at a moment (OQ_TIME_NONE: now); NULL: none. */
OQ_CHECKED oq_err *ai_model_at(oq_scope *s, int kind, oq_uuid class_id, oq_uuid asset_id, oq_us at,
                               ai_model **ret_model, oq_str *ret_body);
/* Those of kind anomaly of these assets, by asset id; the first of an asset counts. */
OQ_CHECKED oq_err *ai_models_own(oq_scope *s, oq_uuids asset_ids, oq_us at,
                                 ai_models_stored *ret_models);

/* What a fit came to, to be stored: numbered, and in use when `m.is_current`. Fills id and number.
 */
OQ_CHECKED oq_err *ai_model_add(oq_scope *s, ai_model_stored *io_model);

#endif
