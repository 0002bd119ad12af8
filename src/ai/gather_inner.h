/* ai/gather_inner.h: what the files that gather share. */
#ifndef AI_GATHER_INNER_H
#define AI_GATHER_INNER_H

#include "ai/gather.h"

typedef struct ai_limit {
    oq_str unit, source;
    double low_low, low, high, high_high;
} ai_limit;
/* Puts a range on a signal, in its own unit; over what stood there. */
void ai_signal_limit(ai_signal *g, const ai_limit *l);
/* The assets' signals, without samples. */
OQ_CHECKED oq_err *ai_gather_signals(oq_scope *s, ai_asset_list *all);
/* Failures of an asset, of its orders, its events and the incidents that were confirmed: one for
 * all that speak of the same. */
void ai_find_failures(oq_arena *arena, ai_asset *a, const ai_failure *confirmed, size_t count);

#endif
