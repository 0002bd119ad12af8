/* Templates out of anything: up to four of them, named "0" to "3", with a line "%%" between two.
 * Whatever compiles must render, twice the same, within its ceilings; and a text without tags must
 * come out as it is. */
#include "base/base.h"
#include "web/mustache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEMPLATES = 4, OUT_MAX = 16 * 1024 };

static const char view_json[] =
    "{\"a\":\"<&>\",\"b\":true,\"c\":null,\"d\":[1,2,3],\"e\":[{\"f\":\"x\\ny\"},{\"f\":{\"g\":[[]]"
    "}}],"
    "\"h\":{\"a\":\"`'\\\"\",\"i\":{\"j\":\"1\"}},\"k\":[],\"n\":\"0\"}";

static bool render(const mustache_set *set, const mustache *t, const web_value *view, oq_buf *out)
{
    oq_err *err = mustache_render(set, t, view, out);
    if (err && !oq_err_is(err, "template.too_deep") && !oq_err_is(err, "template.too_large"))
        abort();
    return err == NULL;
}

static void check(const mustache_set *set, oq_str source, const web_value *view)
{
    const mustache *t = mustache_find(set, OQ_STR("0"));
    if (!t)
        return;
    OQ_AUTO(oq_buf) once = oq_buf_make(OUT_MAX);
    OQ_AUTO(oq_buf) again = oq_buf_make(OUT_MAX);
    bool ok = render(set, t, view, &once);
    if (render(set, t, view, &again) != ok)
        abort();
    if (!oq_str_eq(oq_buf_view(&once), oq_buf_view(&again)))
        abort();
    if (ok && oq_str_find(source, OQ_STR("{{")) == SIZE_MAX &&
        !oq_str_eq(oq_buf_view(&once), source))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static oq_arena *arena;
    static web_value *view;
    if (!arena) {
        arena = oq_arena_open(0);
        if (web_from_json(arena, oq_cstr(view_json), &view))
            abort();
    }
    oq_mark mark = oq_arena_mark(arena);
    oq_str rest = oq_strn((const char *)data, size), first = rest;
    mustache_set *set = mustache_set_open();
    for (int i = 0; i < TEMPLATES; i++) {
        size_t cut = oq_str_find(rest, OQ_STR("\n%%\n"));
        oq_str source = oq_str_sub(rest, 0, cut);
        oq_ignore(mustache_add(set, oq_strf(arena, "%d", i), source), "most do not compile");
        if (i == 0)
            first = source;
        if (cut == SIZE_MAX)
            break;
        rest = oq_str_sub(rest, cut + 4, SIZE_MAX);
    }
    check(set, first, view);
    oq_arena_rewind(arena, mark);
    mustache_set_close(set);
    oq_err_reset();
    return 0;
}
