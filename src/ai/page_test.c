#include "ai/page_inner.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static oq_arena *arena;

static web_page page_of(void)
{
    return (web_page){.arena = arena,
                      .locale = {.lang = OQ_LANG_EN, .time_zone = OQ_STR("UTC")},
                      .view = web_object(arena)};
}

static const json_node *json(const char *text)
{
    const json_node *root;
    CHECK_OK(ai_page_json(arena, oq_cstr(text), &root));
    return root;
}

static oq_str text_at(const web_value *object, const char *name)
{
    return web_as_text(web_get(object, oq_cstr(name)));
}

/* --- the curve -------------------------------------------------------------------------------------*/

static void test_curve(void **state)
{
    web_page page = page_of();
    ai_page_put_curve(&page, page.view,
                      json("[[0,0,0,0],[1,0.01,0.02,0.03],[7,0.05,0.1,0.2],[30,0.2,0.4,0.6],"
                           "[90,0.5,0.95,0.99],[365,0.9,1,1]]"));
    const web_value *curve = web_get(page.view, OQ_STR("curve"));
    CHECK_STR("from now", oq_str_sub(text_at(curve, "line"), 0, 10), "M38.0 156.");
    assert_true(text_at(curve, "band").len > 0);
    assert_int_equal(web_count(web_get(curve, OQ_STR("days"))), 4);
    /* Where nearly all have failed there is nothing left to see. */
    const web_value *columns = web_get(curve, OQ_STR("columns"));
    CHECK_STR("as far as day 90", text_at(web_at(columns, 3), "label"), "90");
    CHECK_STR("the last one ends there", text_at(web_at(columns, 3), "anchor"), "end");
}

static void test_no_curve(void **state)
{
    static const char *const row[] = {
        "[]",
        "{}",
        "null",
        "3",
        "\"x\"",
        "[[1]]",
        "[[0,0,0,0]]",
        "[[0,null,null,null],[1,0,null,1]]",
        "[{\"day\":1},{\"day\":2}]",
        "[[\"a\",\"b\"],[1,2]]",
        "[[[0]],[[1]]]",
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        web_page page = page_of();
        ai_page_put_curve(&page, page.view, json(row[i]));
        CHECK(row[i], web_get(page.view, OQ_STR("curve")) == NULL);
    }
    web_page page = page_of();
    ai_page_put_curve(&page, page.view, NULL);
    ai_page_put_curve(&page, page.view,
                      json("[[0,null,0.1,null],[0,null,0.2,null]]")); /* one day */
    ai_page_put_curve(&page, page.view, json("[[0,0,1e300,0],[1e300,0,-5,9],[-3,1,1,1]]"));
}

/* --- told against happened -------------------------------------------------------------------------*/

static void test_reliability(void **state)
{
    web_page page = page_of();
    const json_node *bins = json(
        "[{\"mode\":\"a\",\"told\":0.1,\"happened\":0.12,\"count\":50,\"low\":0.05,\"high\":0.2},"
        "{\"mode\":\"b\",\"told\":0.4,\"happened\":0.3,\"count\":9,\"low\":0.1,\"high\":0.6},"
        "{\"mode\":\"a\",\"told\":0.3,\"happened\":null,\"count\":5},"
        "{\"mode\":\"a\",\"told\":0.15,\"happened\":0.1,\"count\":0}, 7, null]");
    ai_page_put_reliability(&page, page.view, bins, OQ_STR("a"));
    const web_value *plot = web_get(page.view, OQ_STR("plot"));
    assert_int_equal(web_count(web_get(plot, OQ_STR("bins"))), 1);
    CHECK_STR("told", text_at(web_at(web_get(plot, OQ_STR("bins")), 0), "told"), "10%");
    /* On a scale of 20 %, 10 % is in the middle. */
    CHECK_STR("x", text_at(web_at(web_get(plot, OQ_STR("bins")), 0), "x"), "145.0");
    ai_page_put_reliability(&page, page.view, bins, OQ_STR("c"));
    assert_false(web_is_true(web_get(page.view, OQ_STR("has_plot"))));
}

static void test_band(void **state)
{
    web_page page = page_of();
    ai_page_put_band(&page, page.view, 5, 1, 3, OQ_STR("label"));
    const web_value *band = web_get(page.view, OQ_STR("band"));
    assert_true(web_is_true(web_get(band, OQ_STR("is_outside"))));
    ai_page_put_band(&page, page.view, 2, 1, 3, OQ_STR("label"));
    band = web_get(page.view, OQ_STR("band"));
    assert_false(web_is_true(web_get(band, OQ_STR("is_outside"))));
    ai_page_put_band(&page, page.view, NAN, 1, 3, OQ_STR("label"));
    assert_true(web_get(page.view, OQ_STR("band")) == NULL);
    ai_page_put_band(&page, page.view, 2, 2, 2, OQ_STR("label")); /* nothing but one value */
    CHECK_STR("in the middle", text_at(web_get(page.view, OQ_STR("band")), "at"), "0.0");
}

/* --- words -----------------------------------------------------------------------------------------*/

static void test_words(void **state)
{
    web_page page = page_of();
    ai_page_name one = {OQ_STR("seal"), OQ_STR("Seal leak"), OQ_STR("تسرب")};
    ai_page_names names = {&one, 1};
    CHECK_STR("by name", ai_page_name_of(&page, &names, OQ_STR("seal")), "Seal leak");
    CHECK_STR("unknown", ai_page_name_of(&page, &names, OQ_STR("wear")), "wear");
    CHECK_STR("no hours", ai_page_hours(&page, NAN), WEB_NOTHING);
    CHECK_STR("endless", ai_page_hours(&page, INFINITY), WEB_NOTHING);
    CHECK_STR("a share", ai_page_share(&page, 0.0312), "3.1%");
    web_value *list = web_list(arena);
    ai_page_put_missing(&page, list,
                        json("[{\"code\":\"never_heard\"},{\"code\":\"no_limits\"},5]"), &names);
    assert_int_equal(web_count(list), 3);
    CHECK_STR("an unknown code shows itself", web_as_text(web_at(list, 0)), "never_heard");
    ai_page_put_missing(&page, list, json("{\"code\":1}"), &names);
    ai_page_put_missing(&page, list, NULL, &names);
}

/* Whatever is stored: members of other types, or none, are not known; nothing falls over. */
static void test_any_detail(void **state)
{
    static const char *const value[] = {
        "null",
        "true",
        "-1",
        "1e300",
        "0.5",
        "\"x\"",
        "\"2026-11-20T10:00:00Z\"",
        "[]",
        "{}",
        "[{}]",
        "{\"facts\":{\"unit\":\"mm/s\",\"kind\":\"LEVEL\",\"since\":3}}",
        "[[1,2],null,\"y\"]"};
    static const char *const name[] = {
        "failure",     "rul",         "anomaly", "risk",        "signals", "silent",
        "facts",       "mode",        "why",     "probability", "by",      "kind",
        "consequence", "criticality", "value",   "low",         "high"};
    uint64_t dice = 3;
    for (size_t round = 0; round < 20000; round++) {
        oq_mark mark = oq_arena_mark(arena);
        oq_str inner = OQ_STR("{"), outer = OQ_STR("{");
        for (size_t i = 0; i < 5; i++)
            inner = oq_strf(arena, "%.*s%s\"%s\":%s", OQ_FMT(inner), i ? "," : "",
                            name[(4 + 3 * i + dice_below(&dice, 3)) % OQ_COUNT(name)],
                            value[dice_below(&dice, OQ_COUNT(value))]);
        for (size_t i = 0; i < 4; i++) {
            size_t shape = dice_below(&dice, 4);
            outer = oq_strf(arena, "%.*s%s\"%s\":%s%.*s%s", OQ_FMT(outer), i ? "," : "", name[i],
                            shape == 0 ? "[" : "", (int)(shape == 3 ? 0 : inner.len), inner.ptr,
                            shape == 3   ? value[dice_below(&dice, OQ_COUNT(value))]
                            : shape == 0 ? "}]"
                                         : "}");
        }
        const json_node *detail;
        oq_mark errors = oq_err_mark();
        oq_err *err = ai_page_json(arena, oq_strf(arena, "%.*s}", OQ_FMT(outer)), &detail);
        oq_err_rewind(errors);
        if (!err) {
            web_page page = page_of();
            ai_page_names nobody = {0};
            ai_score score = {.rul_p10_h = 5,
                              .rul_p50_h = NAN,
                              .rul_p90_h = NAN,
                              .anomaly_flag = round % 2,
                              .anomaly_score = 0.5};
            ai_page_put_outlook(&page, page.view, &score, detail, &nobody);
            ai_page_put_anomaly(&page, page.view, &score, detail);
        }
        oq_arena_rewind(arena, mark);
    }
}

static int open_arena(void **state)
{
    arena = oq_arena_open(1 << 16);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curve),       cmocka_unit_test(test_no_curve),
        cmocka_unit_test(test_reliability), cmocka_unit_test(test_band),
        cmocka_unit_test(test_words),       cmocka_unit_test(test_any_detail),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
