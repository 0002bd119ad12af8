/* Any text as a unit: it is refused with a code, or it is a sound factor of a dimension, is the
 * same as itself, and what the program writes for it means the same. */
#include <math.h>

#include "quant/unit.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_str text = oq_strn((const char *)data, size);
    unit u, again;
    if (unit_parse(text, &u))
        return 0;
    if (!isfinite(u.factor) || u.factor <= 0 || !isfinite(u.offset) || !unit_same(&u, &u))
        abort();
    oq_arena *arena = oq_arena_open(0);
    oq_str written = unit_text(arena, &u);
    if (written.len) {
        if (unit_parse(written, &again))
            abort();
        again.offset = u.offset = 0;
        if (!unit_same(&u, &again))
            abort();
    }
    oq_arena_close(arena);
    return 0;
}
