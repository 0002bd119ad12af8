/* ai/tell.h: telling people and the black box what became of an asset. */
#ifndef AI_TELL_H
#define AI_TELL_H

#include "ai/store.h"

typedef struct ai_news {
    const ai_score *score;
    int what; /* ai_standing bits: what is new */
} ai_news;

/* An event of each (system OPTRIA_OPTIMIZATION, of a run), and a notification; beyond
 * AI_TOLD_MAX of a run one that says how many more there are. */
enum { AI_TOLD_MAX = 10 };
OQ_CHECKED oq_err *ai_tell(oq_scope *s, const ai_news *news, size_t count, oq_uuid run_id,
                           size_t *ret_told);

#endif
