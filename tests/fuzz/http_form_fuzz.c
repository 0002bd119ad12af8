/* Query strings and forms. What is read must come out the same when it is written and read again.
 */
#include <stdlib.h>

#include "http/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(oq_buf *out, oq_arena *arena, oq_str text)
{
    oq_buf_str(out, oq_percent(arena, text, ""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    http_pairs pairs, again;
    if (!http_form_parse(arena, oq_strn((const char *)data, size), &pairs)) {
        OQ_AUTO(oq_buf) text = oq_buf_make(16 * 1024 * 1024);
        for (size_t i = 0; i < pairs.count; i++) {
            put(&text, arena, pairs.at[i].name);
            oq_buf_char(&text, '=');
            put(&text, arena, pairs.at[i].value);
            oq_buf_char(&text, '&');
            if (!oq_str_given(http_pairs_find(pairs, pairs.at[i].name)))
                abort();
        }
        if (http_form_parse(arena, oq_buf_view(&text), &again) || again.count != pairs.count)
            abort();
        for (size_t i = 0; i < pairs.count; i++)
            if (!oq_str_eq(pairs.at[i].name, again.at[i].name) ||
                !oq_str_eq(pairs.at[i].value, again.at[i].value))
                abort();
    }
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
