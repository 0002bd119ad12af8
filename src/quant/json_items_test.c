#include "quant/json_items.h"

#include "base/test.h"

/* A reader that writes down what it is told: begin "(", members by number and value, end ")". */
typedef struct listener {
    oq_buf told;
    bool fails;
} listener;

enum { NAME = 2, PARTS, MEMBERS };
static const char *const names[MEMBERS] = {NULL, "items", "name", "parts"};

static void say(listener *l, const char *text)
{
    oq_buf_str(&l->told, oq_cstr(text));
}

static void begin(void *self)
{
    say(self, "(");
}

static oq_err *end(void *self)
{
    listener *l = self;
    say(l, ")");
    return l->fails ? oq_fail(OQ_INVALID, "test.enough") : NULL;
}

static void spoil(void *self, json_item_flaw flaw, int member, oq_str name)
{
    say(self, flaw == JSON_ITEM_NOT_OBJECT     ? "!object "
              : flaw == JSON_ITEM_MEMBER_TWICE ? "!twice "
                                               : "!unknown ");
}

static void scalar(void *self, int member, json_scalar what, oq_str text, bool is_listed)
{
    listener *l = self;
    oq_buf_i64(&l->told, member);
    oq_buf_char(&l->told, is_listed ? '+' : '=');
    oq_buf_str(&l->told, what == JSON_IS_NULL ? OQ_STR("null") : text);
    oq_buf_char(&l->told, ' ');
}

static bool lists(void *self, int member)
{
    return member == PARTS;
}

static void passes(void *self, int member, bool is_object, const char *at)
{
    say(self, *at == (is_object ? '{' : '[') ? "<" : "?");
}

static void inner(void *self, json_scalar what, oq_str text, bool is_direct)
{
    say(self, what == JSON_IS_KEY ? "k" : is_direct ? "d" : "i");
}

static void passed(void *self, const char *at)
{
    say(self, at[-1] == '}' || at[-1] == ']' ? ">" : "?");
}

static const json_items_form form = {.member = names,
                                     .members = MEMBERS,
                                     .depth_max = 5,
                                     .shape_code = "test.shape",
                                     .begin = begin,
                                     .end = end,
                                     .spoil = spoil,
                                     .scalar = scalar,
                                     .lists = lists,
                                     .passes = passes,
                                     .inner = inner,
                                     .passed = passed};

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *label, *json, *told, *code;
    } row[] = {
        {"one", "{\"name\":\"a\"}", "(2=a )", NULL},
        {"a list", "[{\"name\":1},{}]", "(2=1 )()", NULL},
        {"in an object", "{\"items\":[{\"name\":null}]}", "((2=null )(", NULL},
        {"none", "[]", "", NULL},
        {"values", "{\"parts\":[1,true,\"x\"]}", "(3+1 3+1 3+x )", NULL},
        {"passed over", "{\"name\":{\"a\":[1],\"b\":2}}", "(<kikd>)", NULL},
        {"unknown", "{\"other\":[{}],\"name\":2}", "(!unknown >2=2 )", NULL},
        {"twice", "{\"name\":1,\"name\":2}", "(2=1 !twice 2=2 )", NULL},
        {"no object", "[1,[2,[3]],{\"name\":4}]", "(!object )(!object )di>(2=4 )", NULL},
        {"two lists", "{\"items\":[],\"items\":[]}", NULL, "test.shape"},
        {"something beside it", "{\"items\":[],\"name\":1}", NULL, "test.shape"},
        {"something unknown beside it", "{\"items\":[],\"x\":1}", NULL, "test.shape"},
        {"something before it", "{\"name\":1,\"items\":[]}", NULL, "test.shape"},
        {"a list that is none", "{\"items\":{}}", NULL, "test.shape"},
        {"a number", "4", NULL, "test.shape"},
        {"a list in an item", "[{\"items\":[]}]", "(!unknown >)", NULL},
        {"too deep", "{\"name\":[[[[[1]]]]]}", NULL, "json.too_deep"},
        {"more behind", "{} {}", NULL, "json.malformed"},
        {"not closed", "[{\"name\":1}", NULL, "json.malformed"},
        {"empty", "", NULL, "json.malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        listener l = {.told = oq_buf_make(1000)};
        oq_err *err = json_items_read(&form, &l, oq_cstr(row[i].json), 1);
        if (row[i].code)
            CHECK_CODE(row[i].label, err, row[i].code);
        else
            CHECK_OK(err);
        if (row[i].told)
            CHECK_STR(row[i].label, oq_buf_view(&l.told), row[i].told);
        oq_buf_drop(&l.told);
    }
}

/* Its own error ends the reading; a mistake is told by line and column. */
static void test_errors(void **state)
{
    (void)state;
    listener l = {.told = oq_buf_make(1000), .fails = true};
    CHECK_CODE("its own", json_items_read(&form, &l, OQ_STR("[{},{}]"), 1), "test.enough");
    CHECK_STR("no more", oq_buf_view(&l.told), "()");
    oq_err *err = json_items_read(&form, &l, OQ_STR("[{\"name\":\n  x}]"), 7);
    CHECK_CODE("where", err, "json.malformed");
    oq_str line = OQ_NONE;
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, "line") == 0)
            line = err->arg[i].value;
    CHECK_STR("line", line, "8");
    oq_buf_drop(&l.told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
