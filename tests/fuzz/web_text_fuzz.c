/* Texts that a browser sends and a page shows again: local times, the address of the page, the
 * cookies of toast and theme, names. */
#include "web/inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

/* What is read as a local time comes back as the same one, unless clocks skip it. */
static void check_local_time(oq_arena *arena, oq_str text)
{
    static const char *const zones[] = {"", "Asia/Riyadh", "Europe/Berlin"};
    for (size_t i = 0; i < OQ_COUNT(zones); i++) {
        oq_us at, again;
        if (web_local_parse(text, oq_cstr(zones[i]), &at))
            return;
        oq_str shown = web_local_text(arena, at, oq_cstr(zones[i]));
        must(shown.len >= strlen("2026-01-31T08:00"));
        must(web_local_parse(shown, oq_cstr(zones[i]), &again) == NULL);
        must(again == at);
    }
}

/* The link leads to a path of ours and asks for one language, once. */
static void check_lang_href(oq_arena *arena, oq_str target)
{
    oq_str href = web_lang_href(arena, target, OQ_LANG_EN);
    must(oq_str_starts(href, OQ_STR("/")) && !oq_str_starts(href, OQ_STR("//")));
    must(!oq_str_starts(href, OQ_STR("/\\")) && oq_str_ends(href, OQ_STR("lang=en")));
    oq_str rest = href, part;
    size_t langs = 0;
    oq_str_cut(&rest, '?', &part);
    while (oq_str_cut(&rest, '&', &part))
        langs += oq_str_starts(part, OQ_STR("lang=")) || oq_str_eq(part, OQ_STR("lang"));
    must(langs == 1);
}

static void check_cookies(oq_arena *arena, oq_str text)
{
    oq_str kind, sentence;
    must(!web_toast_read(text, OQ_LANG_EN, &kind, &sentence)); /* no language file, no sentence */
    const char *theme = web_theme(text);
    must(strcmp(theme, "auto") == 0 || oq_str_eq(text, oq_cstr(theme)));
    web_initials(arena, text);
}

static void check_escaping(oq_str text)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    html_escape(&out, text);
    must(out.len >= text.len && !out.overflow);
    for (size_t i = 0; i < out.len; i++)
        must(out.ptr[i] != '<' && out.ptr[i] != '>' && out.ptr[i] != '"' && out.ptr[i] != '\'' &&
             out.ptr[i] != '`');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_str text = oq_strn((const char *)data, size);
    oq_arena *arena = oq_arena_open(0);
    check_local_time(arena, text);
    check_lang_href(arena, text);
    check_cookies(arena, text);
    check_escaping(text);
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
