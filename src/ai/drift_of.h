/* ai/drift_of.h
 *
 * Is what the model in use of a class sees still what it learned from? The last week of each of its
 * signals is held against what was kept of them when it was fitted. */
#ifndef AI_DRIFT_OF_H
#define AI_DRIFT_OF_H

#include "ai/body.h"
#include "ai/fit.h"

/* What is kept of the signals' values for later: a drift_base of each metric. */
void ai_drift_keep(const ai_fit *f, drift_base *ret_base);

/* Of the failure model in use; nothing where there is none. */
OQ_CHECKED oq_err *ai_drift_look(ai_fit *f, ai_drift *ret_drift);
OQ_CHECKED oq_err *ai_drift_store(oq_scope *s, const ai_drift *d);

#endif
