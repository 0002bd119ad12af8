#include "base/test.h"
#include "web/inner.h"

static oq_arena *arena;
static web_value *view;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    view = web_object(arena);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static int load_texts(void **state)
{
    oq_err *err =
        oq_lang_load(OQ_STR("{\"error.field.type\":\"ليس {wanted}\",\"error.x.rude\":\"لا\","
                            "\"error.x.all\":\"الكل {n}\"}"),
                     OQ_STR("{\"error.field.type\":\"not {wanted}\",\"error.x.rude\":\"no\","
                            "\"error.x.all\":\"all {n}\",\"field.title\":\"Title\","
                            "\"field.title.help\":\"Short\",\"choice.state.open\":\"Open!\","
                            "\"state.closed\":\"Closed!\",\"choice.late\":\"Late!\","
                            "\"choice.closed\":\"not this one\"}"));
    return err != NULL;
}

typedef struct limits {
    double min, max;
} limits;
static const oq_field limits_fields[] = {
    OQ_F64(limits, min), OQ_F64(limits, max, .required = true, .f64_min = 0.5, .f64_max = 2),
    OQ_FIELDS_END};

static const oq_choice state_choices[] = {
    {1, "open"}, {2, "closed"}, {3, "late"}, {4, "unnamed"}, {0, NULL}};

typedef struct order {
    oq_str title, password;
    int64_t count;
    bool is_urgent;
    oq_us due_at;
    oq_date day;
    int state;
    oq_strs tags;
    oq_uuids users;
    oq_str extra;
    limits spec;
} order;
static const oq_field order_fields[] = {
    OQ_TEXT(order, title, .required = true, .max = 20),
    OQ_SECRET(order, password),
    OQ_I64(order, count, .min = 1),
    OQ_BOOL(order, is_urgent),
    OQ_TIME(order, due_at),
    OQ_DATE(order, day),
    OQ_CHOICE(order, state, state_choices),
    OQ_TEXTS(order, tags),
    OQ_UUIDS(order, users),
    OQ_JSON(order, extra),
    OQ_OBJECT(order, spec, limits, limits_fields),
    OQ_FIELDS_END,
};

/* The text at a dotted path of the view. */
static oq_str at(const char *path)
{
    const web_value *value = view;
    oq_str rest = oq_cstr(path), part;
    while (oq_str_cut(&rest, '.', &part))
        value = web_get(value, part);
    return web_as_text(value);
}

static void put(const order *record, const oq_err *err, web_typed typed)
{
    web_form_put(view, arena, OQ_LANG_EN, order_fields, record, err, typed);
}

static void test_values(void **state)
{
    oq_str tags[] = {OQ_STR("a"), OQ_STR("b")};
    oq_uuid users[] = {{{1}}};
    order r = {.title = OQ_STR("Pump 7"),
               .password = OQ_STR("secret"),
               .count = 5,
               .is_urgent = true,
               .due_at = 0,
               .day = 0,
               .state = 2,
               .tags = {tags, 2},
               .users = {users, 1},
               .extra = OQ_STR("{}"),
               .spec = {.min = 0.25, .max = 1}};
    static const struct {
        const char *path, *text;
    } row[] = {
        {"form.title.name", "title"},
        {"form.title.id", "form-title"},
        {"form.title.value", "Pump 7"},
        {"form.title.label", "Title"},
        {"form.title.help", "Short"},
        {"form.title.type", "text"},
        {"form.title.is_required", "true"},
        {"form.title.error", ""},
        {"form.title.min", "0"},
        {"form.title.max", "20"},
        {"form.password.value", ""},
        {"form.password.type", "secret"},
        {"form.count.value", "5"},
        {"form.count.type", "number"},
        {"form.count.min", "1"},
        {"form.count.max", ""},
        {"form.count.label", ""},
        {"form.count.is_required", "false"},
        {"form.is_urgent.type", "bool"},
        {"form.is_urgent.id", "form-is-urgent"},
        {"form.is_urgent.is_checked", "true"},
        {"form.title.is_checked", "false"},
        {"form.due_at.value", "1970-01-01T00:00:00Z"},
        {"form.due_at.type", "time"},
        {"form.day.value", "1970-01-01"},
        {"form.day.type", "date"},
        {"form.state.value", "closed"},
        {"form.state.type", "choice"},
        {"form.tags.value", "a,b"},
        {"form.tags.type", "list"},
        {"form.users.type", "list"},
        {"form.extra.type", "json"},
        {"form.spec.min.name", "spec.min"},
        {"form.spec.min.id", "form-spec-min"},
        {"form.spec.min.value", "0.25"},
        {"form.spec.max.value", "1"},
        {"form.spec.max.min", "0.5"},
        {"form.spec.max.max", "2"},
        {"form_error", ""},
        {"has_errors", "false"},
    };
    put(&r, NULL, (web_typed){0});
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].path, at(row[i].path), row[i].text);

    const web_value *form = web_get(view, OQ_STR("form"));
    const web_value *items = web_get(web_get(form, OQ_STR("tags")), OQ_STR("items"));
    assert_int_equal(web_count(items), 2);
    CHECK_STR("item", web_as_text(web_at(items, 1)), "b");
    items = web_get(web_get(form, OQ_STR("users")), OQ_STR("items"));
    CHECK_STR("item", web_as_text(web_at(items, 0)), "01000000-0000-0000-0000-000000000000");
}

static void test_choices(void **state)
{
    static const struct {
        const char *value, *label;
    } row[] = {{"open", "Open!"}, {"closed", "Closed!"}, {"late", "Late!"}, {"unnamed", "unnamed"}};
    put(&(order){.state = 2}, NULL, (web_typed){0});
    const web_value *choices =
        web_get(web_get(web_get(view, OQ_STR("form")), OQ_STR("state")), OQ_STR("choices"));
    assert_int_equal(web_count(choices), OQ_COUNT(row));
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const web_value *choice = web_at(choices, i);
        CHECK_STR(row[i].value, web_as_text(web_get(choice, OQ_STR("value"))), row[i].value);
        CHECK_STR(row[i].value, web_as_text(web_get(choice, OQ_STR("label"))), row[i].label);
        CHECK(row[i].value, web_is_true(web_get(choice, OQ_STR("is_selected"))) == (i == 1));
    }
    char long_name[300];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    CHECK_STR("long", web_choice_label(OQ_LANG_EN, long_name, "v"), "v");
}

/* A template that asks inside a field's section must not find what stands further out. */
static void test_all_members_are_there(void **state)
{
    static const char *const members[] = {"name",        "id",         "value", "error", "label",
                                          "help",        "type",       "min",   "max",   "choices",
                                          "is_required", "is_checked", "items"};
    put(NULL, NULL, (web_typed){0});
    const web_value *form = web_get(view, OQ_STR("form")), *found;
    for (const oq_field *f = order_fields; f->type != OQ_TYPE_OBJECT; f++)
        for (size_t i = 0; i < OQ_COUNT(members); i++)
            CHECK(members[i],
                  web_has(web_get(form, oq_cstr(f->name)), oq_cstr(members[i]), &found));
    CHECK_STR("no record", at("form.title.value"), "");
    CHECK_STR("no record", at("form.spec.max.value"), "");
    CHECK_STR("no record", at("form.is_urgent.is_checked"), "false");
}

static void test_errors(void **state)
{
    oq_pair pair[] = {
        {OQ_STR("title"), OQ_STR("typed title")},
        {OQ_STR("count"), OQ_STR("many")},
        {OQ_STR("password"), OQ_STR("typed secret")},
        {OQ_STR("spec.max"), OQ_STR("<9>")},
        {OQ_STR("day"), OQ_STR("\xff")},
    };
    order r = {.title = OQ_STR("read title"),
               .count = OQ_I64_NONE,
               .day = OQ_DATE_NONE,
               .spec = {.min = 1, .max = 9}};
    oq_err *err = oq_fail_field("count", "field.type", "wanted=%s", "a number");
    err = oq_err_join(err, oq_fail_field("password", "x.rude"));
    err = oq_err_join(err, oq_fail_field("spec.max", "x.all", "n=%d", 9));
    err = oq_err_join(err, oq_fail_field("tags[2]", "x.rude"));
    err = oq_err_join(err, oq_fail_field("day", "x.rude"));
    static const struct {
        const char *path, *text;
    } row[] = {
        {"form.count.error", "not a number"},
        {"form.count.value", "many"},
        {"form.title.error", ""},
        {"form.title.value", "read title"},
        {"form.password.error", "no"},
        {"form.password.value", ""},
        {"form.spec.max.error", "all 9"},
        {"form.spec.max.value", "<9>"},
        {"form.spec.min.error", ""},
        {"form.tags.error", "no"},
        {"form.day.value", ""},
        {"form_error", ""},
        {"has_errors", "true"},
    };
    put(&r, err, (web_typed){pair, OQ_COUNT(pair)});
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].path, at(row[i].path), row[i].text);
}

static void test_form_errors(void **state)
{
    put(&(order){0}, oq_fail(OQ_CONFLICT, "x.rude"), (web_typed){0});
    CHECK_STR("about no field", at("form_error"), "no");

    oq_err *err = oq_fail_field("title", "x.rude");
    err = oq_err_join(err, oq_fail_field("titles", "x.all", "n=%d", 1));
    err = oq_err_join(err, oq_fail_field("spec", "x.all", "n=%d", 2));
    err = oq_err_join(err, oq_fail_field("spec.other", "x.all", "n=%d", 3));
    put(&(order){0}, err, (web_typed){0});
    CHECK_STR("fields that the table has not", at("form_error"), "all 1 all 3");

    put(&(order){0}, NULL, (web_typed){0});
    CHECK_STR("and gone again", at("form_error"), "");
    CHECK_STR("and gone again", at("has_errors"), "false");

    web_form_put(view, arena, OQ_LANG_AR, order_fields, NULL, oq_fail(OQ_CONFLICT, "x.rude"),
                 (web_typed){0});
    CHECK_STR("in Arabic", at("form_error"), "لا");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_values), TEST(test_choices),     TEST(test_all_members_are_there),
        TEST(test_errors), TEST(test_form_errors),
    };
    return cmocka_run_group_tests(tests, load_texts, NULL);
}
