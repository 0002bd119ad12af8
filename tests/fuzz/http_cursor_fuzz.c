/* Cursors of lists: one that is taken is one that we could have made. */
#include <stdlib.h>

#include "http/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    oq_us at;
    oq_uuid id;
    oq_str text = oq_strn((const char *)data, size);
    if (!http_cursor_read(text, &at, &id) && size &&
        !oq_str_eq(http_cursor_make(arena, at, id), text))
        abort();
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
