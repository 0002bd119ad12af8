/* Any bytes as a stored model of each kind: read or refused, and what was read can be written again
 * and scored with. */
#include "ai/body.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static oq_arena *arena;
    if (!arena)
        arena = oq_arena_open(1 << 20);
    oq_arena_reset(arena);
    oq_err_reset();
    oq_str bytes = {(const char *)data, size};
    ai_life_body *life;
    ai_failure_body *failure;
    ai_anomaly_body *anomaly;
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_BODY_BYTES_MAX);
    if (!ai_life_read(arena, bytes, &life)) {
        ai_life_write(life, &out);
        for (size_t i = 0; i < life->labels.count; i++)
            if (life->fit[i].state)
                weibull_bound_failure_within(&life->fit[i], 100, 24);
    }
    if (!ai_failure_read(arena, bytes, &failure)) {
        ai_failure_write(failure, &out);
        ai_past_of(failure, OQ_UUID_ZERO);
    }
    if (!ai_anomaly_read(arena, bytes, &anomaly))
        ai_anomaly_write(arena, anomaly, &out);
    return 0;
}
