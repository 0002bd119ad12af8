/* ai/store.h
 *
 * Storing scores, and telling what is important of them: once, when a health falls below the
 * tenant's limit, a probability of failure rises to it, or an anomaly is flagged; and again only
 * after it had been over. A limit is over when it is left by a margin, so that a figure that trembles
 * about it tells once. */
#ifndef AI_STORE_H
#define AI_STORE_H

#include "ai/inner.h"
#include "tenant/settings.h"

typedef enum ai_standing {
    AI_STANDS_HEALTH = 1,
    AI_STANDS_FAILURE = 2,
    AI_STANDS_ANOMALY = 4
} ai_standing;

/* What holds after a score, given what held before. Pure. */
int ai_standing_after(const tenant_settings *settings, const ai_score *score, int before);

/* Stores scores of one moment, and tells of them in the same transaction. *ret_told: how many things
 * were told. */
OQ_CHECKED oq_err *ai_scores_store(oq_scope *s, const ai_score *score, size_t count, oq_uuid run_id,
                                   size_t *ret_told);

#endif
