#include "base/facts.h"

#include "base/test.h"

static void test_there_and_back(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_arg facts[] = {{"name", OQ_STR("Pump \"7\"")}, {"max", OQ_STR("120")}}, back[OQ_FACTS_MAX];
    oq_str json = oq_facts_json(arena, facts, 2);
    CHECK_STR("json", json, "{\"name\":\"Pump \\\"7\\\"\",\"max\":\"120\"}");
    CHECK("count", oq_facts_read(arena, json, back) == 2);
    CHECK_STR("first", back[0].value, "Pump \"7\"");
    CHECK_STR("none", oq_facts_json(arena, NULL, 0), "{}");
    oq_arena_close(arena);
}

static void test_what_is_no_fact_is_left_out(void **state)
{
    static const struct {
        const char *json;
        size_t count;
    } row[] = {
        {"{\"a\":1,\"b\":2.5,\"c\":\"x\",\"d\":null,\"e\":[1],\"f\":true}", 3},
        {"[1,2]", 0},
        {"", 0},
        {"{", 0},
        {"null", 0},
        {"\"text\"", 0},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arg back[OQ_FACTS_MAX];
        CHECK(row[i].json, oq_facts_read(arena, oq_cstr(row[i].json), back) == row[i].count);
    }
    oq_buf many = oq_buf_make(10000);
    for (int i = 0; i < 40; i++)
        oq_buf_f(&many, "%s\"k%d\":\"v\"", i ? "," : "{", i);
    oq_buf_lit(&many, "}");
    oq_arg back[OQ_FACTS_MAX];
    CHECK("ceiling", oq_facts_read(arena, oq_buf_view(&many), back) == OQ_FACTS_MAX);
    oq_buf_drop(&many);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_what_is_no_fact_is_left_out),
    };
    return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
