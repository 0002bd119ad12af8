/* A language file, and any text as a sentence with placeholders. */
#include "base/base.h"
#include "base/lang.h"

static void check_key(void *self, oq_str key, oq_str text)
{
    oq_arena *arena = self;
    if (!oq_text_exists(OQ_LANG_AR, key) || !oq_str_eq(oq_text(OQ_LANG_AR, key), text))
        abort();
    if (!oq_str_eq(oq_text_fill(arena, OQ_LANG_AR, key, NULL, 0), text))
        abort(); /* without facts nothing changes */
    oq_text_count(arena, OQ_LANG_AR, key, -3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const oq_arg arg[] = {{"n", OQ_STR_INIT("1")}, {"name", OQ_STR_INIT("{n}")}};
    oq_arena *arena = oq_arena_open(0);
    oq_str text = oq_strn((const char *)data, size);
    if (!oq_lang_load(text, OQ_STR("{}")))
        oq_lang_each(OQ_LANG_AR, check_key, arena);
    /* A key that is not there is its own sentence. */
    oq_str filled = oq_text_fill(arena, OQ_LANG_EN, text, arg, OQ_COUNT(arg));
    if (!oq_str_eq(oq_text_fill(arena, OQ_LANG_EN, text, NULL, 0), text) ||
        filled.len > size + size / 2)
        abort();
    oq_text_count(arena, OQ_LANG_EN, text, INT64_MIN);
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
