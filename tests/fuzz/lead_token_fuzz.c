/* Any text as the token of the public form: only what lead_form_token made is taken. */
#include "base/secret.h"
#include "lead/lead.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_set_up;
    static const oq_us made = INT64_C(1800000000) * OQ_SECOND;
    if (!is_set_up && oq_secret_setup(OQ_STR("a key for nothing but this fuzz target")))
        abort();
    is_set_up = true;
    oq_arena *arena = oq_arena_open(0);
    oq_str token = oq_strn((const char *)data, size), good = lead_form_token(arena, made);
    oq_err *err = lead_form_check(token, made + OQ_MINUTE);
    if (!err != oq_str_eq(token, good))
        abort();
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
