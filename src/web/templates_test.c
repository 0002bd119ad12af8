/* What holds for every template that is built into the program. */
#include "base/embed.h"
#include "base/test.h"
#include "web/inner.h"
#include "web/mustache_node.h"

static oq_arena *arena;

static int open_all(void **state)
{
    arena = oq_arena_open(0);
    oq_err *err = web_setup();
    if (err)
        fail_msg("%s: %s %s", err->code, err->arg_count > 0 ? err->arg[0].value.ptr : "",
                 err->arg_count > 1 ? err->arg[1].value.ptr : "");
    return 0;
}

static int close_all(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

/* All that is wrong, so that one run tells everything. */
static int problems;
__attribute__((format(printf, 2, 3))) static void problem(oq_str name, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_error("%.*s: %s\n", OQ_FMT(name), text);
    problems++;
}

/* Calls `each` for every template with its name; fails when it found a problem. */
static void for_each(void (*each)(oq_str name, oq_str source))
{
    size_t count = 0;
    problems = 0;
    for (size_t i = 0; i < oq_embedded_count; i++) {
        oq_str name = oq_cstr(oq_embedded_files[i].name);
        if (!oq_str_starts(name, OQ_STR("templates/")))
            continue;
        name = oq_str_sub(name, strlen("templates/"), SIZE_MAX);
        name = oq_str_sub(name, 0, name.len - strlen(".mustache"));
        each(oq_str_copy(arena, name), oq_strn(oq_embedded_files[i].ptr, oq_embedded_files[i].len));
        count++;
    }
    assert_true(count >= 3);
    assert_int_equal(problems, 0);
}

static void check_escapes(oq_str name, oq_str source)
{
    const mustache *t = mustache_find(web_templates(), name);
    if (!t || mustache_has_raw(t))
        problem(name, "puts a value without escaping it");
}

static void test_nothing_is_put_unescaped(void **state)
{
    for_each(check_escapes);
}

/* A comment that holds "}}" ends there, and its rest would be shown. */
static void check_delimiters(oq_str name, oq_str source)
{
    const mustache *t = mustache_find(web_templates(), name);
    for (uint32_t i = 0; i < t->count; i++)
        if (t->node[i].kind == NODE_TEXT &&
            (oq_str_find(t->node[i].text, OQ_STR("}}")) != SIZE_MAX ||
             oq_str_find(t->node[i].text, OQ_STR("{{")) != SIZE_MAX))
            problem(name, "a tag\'s end is shown: %.*s", OQ_FMT(t->node[i].text));
}

static void test_no_tag_is_shown(void **state)
{
    for_each(check_delimiters);
}

/* A page's policy allows no inline script or style; one that slips in would only not work. */
static void check_no_inline(oq_str name, oq_str source)
{
    static const char *const refused[] = {"<script>", "<style",     " style=\"",  " onclick=",
                                          " onload=", " onchange=", " onsubmit=", "javascript:"};
    for (size_t i = 0; i < OQ_COUNT(refused); i++)
        if (oq_str_find(source, oq_cstr(refused[i])) != SIZE_MAX)
            problem(name, "has %s", refused[i]);
}

static void test_nothing_is_inline(void **state)
{
    for_each(check_no_inline);
}

/* Calls `each` for every "{{...t.a.b" in a template. */
static void check_texts(oq_str name, oq_str source)
{
    oq_str rest = source;
    for (size_t at; (at = oq_str_find(rest, OQ_STR("{{"))) != SIZE_MAX;) {
        rest = oq_str_sub(rest, at + 2, SIZE_MAX);
        oq_str tag = oq_str_trim(oq_str_sub(rest, 0, oq_str_find(rest, OQ_STR("}}"))));
        while (tag.len && strchr("#^/&", tag.ptr[0]))
            tag = oq_str_trim(oq_str_sub(tag, 1, SIZE_MAX));
        if (!oq_str_starts(tag, OQ_STR("t.")))
            continue;
        oq_str key = oq_str_sub(tag, 2, SIZE_MAX);
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++)
            if (!oq_text_exists((oq_lang)lang, key))
                problem(name, "no text %.*s in %s", OQ_FMT(key), oq_lang_code((oq_lang)lang).ptr);
    }
}

static void test_every_sentence_exists(void **state)
{
    for_each(check_texts);
}

/* {{>x}} and {{<x}} that lead nowhere would be silently empty. */
static void check_partials(oq_str name, oq_str source)
{
    oq_str rest = source;
    for (size_t at; (at = oq_str_find(rest, OQ_STR("{{"))) != SIZE_MAX;) {
        rest = oq_str_sub(rest, at + 2, SIZE_MAX);
        if (rest.len == 0 || (rest.ptr[0] != '>' && rest.ptr[0] != '<'))
            continue;
        oq_str other = oq_str_sub(rest, 1, oq_str_find(rest, OQ_STR("}}")) - 1);
        other = oq_str_trim(other);
        if (other.ptr[0] != '*' && !mustache_find(web_templates(), other))
            problem(name, "no template %.*s", OQ_FMT(other));
    }
}

static void test_every_partial_exists(void **state)
{
    for_each(check_partials);
}

/* --- the error page, as it is sent -----------------------------------------------------------*/

static oq_str error_page(oq_lang lang, int status, const oq_err *err, const http_who *who,
                         const char *frame_name)
{
    web_page page = {
        .arena = arena,
        .locale = {.lang = lang},
        .view = web_object(arena),
        .template = "error",
        .title = OQ_STR("title"),
    };
    bool is_plain = strcmp(frame_name, "frame_plain") == 0;
    web_frame f = {.who = who, .target = OQ_STR("/x?y=<z>"), .is_plain = is_plain};
    web_error_put(page.view, arena, lang, status, err, who, OQ_STR("request-7"),
                  OQ_STR("/x?y=<z>"));
    CHECK_OK(web_frame_put(&page, &f));
    OQ_AUTO(oq_buf) out = oq_buf_make(WEB_PAGE_MAX);
    const mustache *frame = mustache_find(web_templates(), oq_cstr(frame_name));
    CHECK_OK(mustache_render(web_templates(), frame, page.view, &out));
    return oq_str_copy(arena, oq_buf_view(&out));
}

static bool has(oq_str page, oq_str text)
{
    OQ_AUTO(oq_buf) escaped = oq_buf_make(10000);
    html_escape(&escaped, text);
    return oq_str_find(page, oq_buf_view(&escaped)) != SIZE_MAX;
}

static bool is_once(oq_str page, oq_str text)
{
    size_t at = oq_str_find(page, text);
    return at != SIZE_MAX &&
           oq_str_find(oq_str_sub(page, at + text.len, SIZE_MAX), text) == SIZE_MAX;
}

static void test_error_pages(void **state)
{
    static const int statuses[] = {400, 401, 403, 404, 405, 409, 413, 422,
                                   423, 429, 500, 503, 504, 418, 502};
    static const char *const parts[] = {"title", "text", "next"};
    http_who nobody = {0};
    for (size_t i = 0; i < OQ_COUNT(statuses); i++)
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
            int status = statuses[i];
            const char *own = status == 418 ? "client" : status == 502 ? "server" : NULL;
            oq_str html = error_page((oq_lang)lang, status, NULL, &nobody, "frame_plain");
            for (size_t k = 0; k < OQ_COUNT(parts); k++) {
                oq_str key = own ? oq_strf(arena, "error_page.%s.%s", own, parts[k])
                                 : oq_strf(arena, "error_page.%d.%s", status, parts[k]);
                CHECK(key.ptr, oq_text_exists((oq_lang)lang, key));
                CHECK(key.ptr, has(html, oq_text((oq_lang)lang, key)));
            }
            CHECK("one main part", is_once(html, OQ_STR("<main")));
            CHECK("number", has(html, OQ_STR("request-7")));
            CHECK("nothing from outside as it came", oq_str_find(html, OQ_STR("<z>")) == SIZE_MAX);
            bool may_retry = status == 429 || status == 500 || status == 503 || status == 504;
            size_t link = oq_str_find(html, OQ_STR("href=\"/x?y=&lt;z&gt;\""));
            CHECK("a link to try again", (link != SIZE_MAX) == may_retry);
        }
}

static void test_error_page_details(void **state)
{
    http_who nobody = {0}, somebody = {.is_signed_in = true};
    oq_err *err = oq_fail(OQ_FORBIDDEN, "access.forbidden", "need=%s", "<audit>");
    oq_str html = error_page(OQ_LANG_EN, 403, err, &nobody, "frame_plain");
    CHECK("says what", has(html, oq_err_sentence(arena, OQ_LANG_EN, err)));
    CHECK("offers to sign in", has(html, OQ_STR("/login")));
    html = error_page(OQ_LANG_EN, 403, err, &somebody, "frame");
    CHECK("in the frame", has(html, OQ_STR("/app")));
    CHECK("one main part", is_once(html, OQ_STR("<main")));
    err = oq_fail(OQ_NOT_FOUND, "http.not_found");
    html = error_page(OQ_LANG_EN, 404, err, &somebody, "frame");
    CHECK("does not say it twice", !has(html, oq_err_sentence(arena, OQ_LANG_EN, err)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_put_unescaped),
        cmocka_unit_test(test_no_tag_is_shown),
        cmocka_unit_test(test_nothing_is_inline),
        cmocka_unit_test(test_every_sentence_exists),
        cmocka_unit_test(test_every_partial_exists),
        cmocka_unit_test(test_error_pages),
        cmocka_unit_test(test_error_page_details),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
