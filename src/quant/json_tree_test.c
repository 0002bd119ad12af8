#include "quant/json_tree.h"

#include "base/test.h"

static void test_reads(void **state)
{
    oq_arena *arena = *state;
    const json_node *root;
    oq_str json = OQ_STR("{\"a\": [1, -2.5e2,\n  \"x\\u00e9\\n\"],\n \"b\": null, \"c\": true}");
    CHECK_OK(json_tree_parse(arena, json, 4, &root));
    const json_node *a = json_tree_member(root, "a"), *c = json_tree_member(root, "c");
    CHECK("list", a && a->type == JSON_NODE_LIST && a->count == 3);
    CHECK("number", a->child->next->number == -250.0);
    const json_node *text = a->child->next->next;
    CHECK_STR("text", text->text, "x\xc3\xa9\n");
    CHECK("place", text->line == 2 && text->column == 3);
    CHECK("truth", c && c->truth && c->line == 3 && c->column == 18);
    CHECK("none", !json_tree_member(root, "d") && json_tree_member(root, "b"));
    CHECK_STR("bytes", a->child->next->text, "-2.5e2");
}

static void test_refuses(void **state)
{
    static const struct {
        const char *json, *code;
        const char *line, *column;
    } row[] = {
        {"", "json.malformed", "1", "1"},
        {"{\"a\": 1,}", "json.malformed", "1", "9"},
        {"[1,\n 02]", "json.malformed", "2", "4"},
        {"[1 2]", "json.malformed", "1", "4"},
        {"{\"a\": 1, \"a\": 2}", "json.malformed", "1", "13"},
        {"\"\\ud800\"", "json.malformed", "1", "8"},
        {"\"a\nb\"", "json.malformed", "1", "3"},
        {"\"\xff\"", "json.malformed", "1", "4"},
        {"nul", "json.malformed", "1", "1"},
        {"[1]]", "json.malformed", "1", "4"},
        {"-", "json.malformed", "1", "2"},
        {"1.", "json.malformed", "1", "3"},
        {"[1e999]", "json.number_too_large", "1", "2"},
        {"[[[[[1]]]]]", "json.too_deep", NULL, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const json_node *root;
        oq_err *err = json_tree_parse(*state, oq_cstr(row[i].json), 4, &root);
        CHECK_CODE(row[i].json, err, row[i].code);
        if (row[i].line) {
            CHECK_STR(row[i].json, err->arg[0].value, row[i].line);
            CHECK_STR(row[i].json, err->arg[1].value, row[i].column);
        }
    }
}

static int open_arena(void **state)
{
    *state = oq_arena_open(1 << 16);
    return 0;
}
static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reads),
                                       cmocka_unit_test(test_refuses)};
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
