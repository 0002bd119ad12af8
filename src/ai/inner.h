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

/* What a fit came to, to be stored: numbered, and in use when `m.is_current`. Fills id and number.
 */
OQ_CHECKED oq_err *ai_model_add(oq_scope *s, ai_model_stored *io_model);

#endif
