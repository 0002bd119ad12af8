/* States as people type them, and back. */
#include "base/test.h"

#include "historian/series_form.h"

#include "base/banned.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static void test_states(void **state)
{
    static const struct {
        const char *label, *lines, *json, *code;
    } row[] = {
        {"both languages", "0 = stopped = متوقف\n2=running=تعمل",
         "{\"0\":{\"en\":\"stopped\",\"ar\":\"متوقف\"},\"2\":{\"en\":\"running\",\"ar\":\"تعمل\"}}",
         NULL},
        {"one language, empty lines", "\n  1 = on  \n\n", "{\"1\":{\"en\":\"on\"}}", NULL},
        {"half a state", "0.5 = half", "{\"0.5\":{\"en\":\"half\"}}", NULL},
        {"below zero", "-1 = reverse", "{\"-1\":{\"en\":\"reverse\"}}", NULL},
        {"quotes", "0 = a \"b\"", "{\"0\":{\"en\":\"a \\\"b\\\"\"}}", NULL},
        {"nothing", "", "", NULL},
        {"no text", "0", NULL, "series.state_malformed"},
        {"an empty text", "0 = ", NULL, "series.state_malformed"},
        {"no number", "off = 0", NULL, "series.state_malformed"},
        {"no finite number", "inf = far", NULL, "series.state_malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str json = OQ_NONE;
        oq_err *err = series_states_json(arena, oq_cstr(row[i].lines), &json);
        if (row[i].code) {
            CHECK_CODE(row[i].label, err, row[i].code);
            CHECK("about the field", err->field && strcmp(err->field, "states") == 0);
            continue;
        }
        CHECK_OK(err);
        CHECK_STR(row[i].label, json, row[i].json);
        oq_str again = OQ_NONE;
        CHECK_OK(series_states_json(arena, series_states_lines(arena, json), &again));
        CHECK_STR("there and back", again, row[i].json);
    }
}

static void test_no_more_than_some(void **state)
{
    oq_str lines = OQ_STR(""), json;
    for (int i = 0; i <= SERIES_STATES_MAX; i++)
        lines = oq_strf(arena, "%.*s%d = s\n", OQ_FMT(lines), i);
    CHECK_CODE("too many", series_states_json(arena, lines, &json), "field.too_many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_no_more_than_some),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
