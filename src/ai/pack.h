/* ai/pack.h
 *
 * Bodies of models as bytes, little-endian: what a reader takes past the end, or beyond a bound, is
 * zero and makes it broken, so that one question at the end is enough. Any bytes may be read. */
#ifndef AI_PACK_H
#define AI_PACK_H

#include "base/base.h"

void ai_pack_u32(oq_buf *out, uint32_t value);
void ai_pack_u64(oq_buf *out, uint64_t value);
void ai_pack_f64(oq_buf *out, double value);
void ai_pack_bytes(oq_buf *out, oq_str bytes); /* with their length */

typedef struct ai_unpack {
    oq_str rest;
    bool is_broken;
} ai_unpack;
uint32_t ai_unpack_u32(ai_unpack *in);
/* At most `max`; and no more than could follow if each had `each` bytes at least. */
size_t ai_unpack_count(ai_unpack *in, size_t max, size_t each);
uint64_t ai_unpack_u64(ai_unpack *in);
double ai_unpack_f64(ai_unpack *in);
oq_str ai_unpack_bytes(ai_unpack *in); /* a view */
/* Read to the end, and nothing was wrong. Fails: ai.model_malformed. */
OQ_CHECKED oq_err *ai_unpack_end(const ai_unpack *in);

#endif
