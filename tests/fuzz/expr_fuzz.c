/* Any text as an expression: it is refused with a code, or it can be given its own unit and be
 * evaluated, and every value that comes out is a number or bad. */
#include <math.h>

#include "quant/expr.h"

#include "base/banned.h"

/* The unit of a series stands behind a colon in its key. */
static oq_err *unit_of(void *self, oq_str key, oq_str *ret_unit)
{
    size_t colon = oq_str_find_char(key, ':');
    *ret_unit = colon == SIZE_MAX ? OQ_STR("1") : oq_str_sub(key, colon + 1, SIZE_MAX);
    return NULL;
}

enum { SAMPLES = 50 };

static expr_input input_make(oq_arena *arena, size_t k)
{
    samples s = samples_make(arena, SAMPLES, true, false);
    for (size_t i = 0; i < SAMPLES; i++) {
        s.time[i] = ((oq_us)i * (oq_us)(k + 1) * 7 - 100) * OQ_SECOND;
        s.value[i] = i % 11 == 3 ? NAN : (double)i - 20;
        s.quality[i] = i % 11 == 3 ? QUALITY_SENSOR_FAILURE : QUALITY_GOOD;
    }
    s.count = SAMPLES;
    return (expr_input){s, {k % 2 == 1, k % 3 == 2 ? 10 * OQ_SECOND : 0}};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(1 << 20);
    expr *e;
    if (!expr_parse(arena, oq_strn((const char *)data, size), unit_of, NULL, &e)) {
        expr_input input[EXPR_INPUTS_MAX];
        oq_str own = expr_unit(e);
        if (own.len && expr_set_unit(e, own))
            abort();
        for (size_t k = 0; k < expr_input_count(e); k++)
            input[k] = input_make(arena, k);
        samples got = expr_evaluate(e, arena, input, 0, 100 * OQ_SECOND);
        for (size_t i = 0; i < got.count; i++)
            if (!isfinite(got.value[i]) && !(isnan(got.value[i]) && quality_is_bad(got.quality[i])))
                abort();
    }
    oq_arena_close(arena);
    return 0;
}
