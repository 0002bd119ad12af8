/* The stored changes of any row, also of other versions of the program, as people read them. */
#include "audit/view.h"
#include "web/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_set_up;
    if (!is_set_up && web_setup())
        abort();
    is_set_up = true;
    oq_arena *arena = oq_arena_open(0);
    web_locale locale = {.lang = size % 2 ? OQ_LANG_AR : OQ_LANG_EN,
                         .time_zone = OQ_STR("Asia/Riyadh")};
    audit_change_list list = audit_changes_read(arena, &locale, oq_strn((const char *)data, size));
    for (size_t i = 0; i < list.count; i++)
        if (!oq_utf8_valid(list.at[i].field) || !oq_utf8_valid(list.at[i].from) ||
            !oq_utf8_valid(list.at[i].to))
            abort();
    oq_arena_close(arena);
    return 0;
}
