#include "base/json_place.h"
#include "base/test.h"

static void test_places(void **state)
{
    static const char json[] = "{\n"
                               "  \"a\": 1,\n"
                               "  \"b\": [ {\"x\": \"}],\\\"\"}, {\"y\" : [[1],\n"
                               "    true]} ],\n"
                               "  \"حرارة\": 7, \"c\":null}";
    static const struct {
        const char *label;
        oq_json_step step[4];
        size_t steps;
        bool of_key;
        int line, column;
    } row[] = {
        {"root", {{{NULL, 0}, 0}}, 0, false, 1, 1},
        {"value", {{OQ_STR_INIT("a"), 0}}, 1, false, 2, 8},
        {"key", {{OQ_STR_INIT("a"), 0}}, 1, true, 2, 3},
        {"item", {{OQ_STR_INIT("b"), 0}, {{NULL, 0}, 1}}, 2, false, 3, 26},
        {"deep",
         {{OQ_STR_INIT("b"), 0}, {{NULL, 0}, 1}, {OQ_STR_INIT("y"), 0}, {{NULL, 0}, 1}},
         4,
         false,
         4,
         5},
        {"after letters of two bytes", {{OQ_STR_INIT("c"), 0}}, 1, false, 5, 19},
        {"not there: its parent", {{OQ_STR_INIT("b"), 0}, {{NULL, 0}, 5}}, 2, false, 3, 8},
        {"not a list", {{OQ_STR_INIT("a"), 0}, {{NULL, 0}, 0}}, 2, true, 2, 8},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int line, column;
        oq_json_place(oq_cstr(json), row[i].step, row[i].steps, row[i].of_key, &line, &column);
        CHECK(row[i].label, line == row[i].line && column == row[i].column);
    }
    CHECK_STR("part", oq_json_part(oq_cstr(json), row[4].step, 3), "[[1],\n    true]");
    assert_false(oq_str_given(oq_json_part(oq_cstr(json), row[6].step, 2)));
    /* Cut off anywhere, it ends. */
    oq_json_step step[] = {{OQ_STR_INIT("b"), 0}, {{NULL, 0}, 1}, {OQ_STR_INIT("y"), 0}};
    for (size_t len = 0; len <= strlen(json); len++) {
        int line, column;
        char *part = malloc(len + 1);
        memcpy(part, json, len);
        oq_json_place(oq_strn(part, len), step, 3, true, &line, &column);
        assert_in_range(line, 1, 5);
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
