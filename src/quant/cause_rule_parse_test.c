#include "base/embed.h"
#include "base/lang.h"
#include "base/test.h"
#include "quant/cause_rule.h"

/* The manual's example (cause_rule.h). */
static const char manual[] =
    "{ \"name\": {\"en\": \"Bearing wear\", \"ar\": \"تآكل المحمل\"},\n"
    "  \"applies_to_asset_type\": [\"centrifugal_pump\", \"motor\"],\n"
    "  \"conditions\": [\n"
    "    { \"id\": \"vib\", \"category\": \"SENSOR\", \"metric\": \"vibration_rms\",\n"
    "      \"change\": [\"STEP_UP\", \"DRIFT_UP\", \"SPIKE\"], \"beyond_limit\": true,\n"
    "      \"within_minutes\": 180 },\n"
    "    { \"id\": \"temp\", \"category\": \"SENSOR\", \"metric\": \"bearing_temp_de\",\n"
    "      \"change\": [\"DRIFT_UP\"], \"after\": \"vib\", \"within_minutes\": 120,\n"
    "      \"optional\": true, \"weight\": 0.5 },\n"
    "    { \"category\": \"MAINTENANCE\", \"summary_contains\": \"bearing\",\n"
    "      \"within_minutes\": 43200, \"absent\": true },\n"
    "    { \"category\": \"FAILURE\", \"payload\": {\"path\": \"kind\", \"equals\": \"pump_trip\"} "
    "} ],\n"
    "  \"result\": { \"root_cause_category\": \"MECHANICAL\", \"cause\": \"bearing_fault\",\n"
    "    \"label\": {\"en\": \"Bearing fault\", \"ar\": \"عطل في المحمل\"}, \"confidence\": 0.8 "
    "},\n"
    "  \"actions\": [ {\"en\": \"Look at it\", \"ar\": \"افحصه\", \"within_h\": 12} ] }";

static oq_str to_json(oq_arena *arena, const cause_rule *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    cause_rule_write(&j, r);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_manual(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_rule *r, *again;
    CHECK_OK(cause_rule_parse(arena, oq_cstr(manual), &r));
    CHECK_STR("cause", cause_rule_cause(r), "bearing_fault");
    CHECK_STR("label", cause_rule_label(r, true), "عطل في المحمل");
    CHECK_STR("name", cause_rule_name(r, false), "Bearing wear");
    CHECK_STR("category", cause_rule_category(r), "MECHANICAL");
    assert_true(cause_rule_confidence(r) == 0.8);
    assert_int_equal(cause_rule_conditions(r), 4);
    size_t count;
    CHECK_STR("class", cause_rule_classes(r, &count)[1], "motor");
    assert_int_equal(count, 2);
    const rule_action *action = cause_rule_actions(r, &count);
    assert_int_equal(count, 1);
    CHECK_STR("action", action->ar, "افحصه");
    assert_true(action->within_h == 12);
    oq_str written = to_json(arena, r);
    CHECK_OK(cause_rule_parse(arena, written, &again));
    CHECK_STR("written and read again", to_json(arena, again), written.ptr);
    oq_arena_close(arena);
}

/* What M167 writes down is read as the same rule as its long form. */
static void test_short_forms(void **state)
{
    static const char brief[] =
        "{\"name\":\"Cavitation\",\"applies_to_asset_type\":\"pump\",\"conditions\":["
        "{\"category\":\"sensor\",\"payload.path\":\"metric\",\"payload.equals\":\"flow\","
        " \"change\":\"decrease\",\"within_minutes\":30},"
        "{\"category\":\"ALERT\",\"payload.kind\":\"high_temp\"},"
        "{\"category\":\"FAILURE\",\"payload.path\":\"trip\",\"summary_contains\":\"trip\"},"
        "{\"category\":\"ALERT\",\"payload.code\":[\"a\",7],\"optional\":true}],"
        "\"result\":{\"root_cause_category\":\"mechanical\",\"label\":\"Pump Cavitation\","
        "\"confidence\":0.25},\"actions\":[\"Open the suction valve\"]}";
    static const char full[] =
        "{\"name\":{\"en\":\"Cavitation\",\"ar\":\"Cavitation\"},"
        "\"applies_to_asset_type\":[\"pump\"],\"conditions\":["
        "{\"category\":[\"SENSOR\"],\"change\":[\"DROP\",\"DRIFT_DOWN\",\"STEP_DOWN\"],"
        "\"payload\":{\"path\":\"metric\",\"equals\":\"flow\"},\"within_minutes\":30},"
        "{\"category\":[\"ALERT\"],\"payload\":{\"path\":\"kind\",\"equals\":\"high_temp\"}},"
        "{\"category\":[\"FAILURE\"],\"payload\":{\"path\":\"trip\",\"exists\":true},"
        "\"summary_contains\":[\"trip\"]},"
        "{\"category\":[\"ALERT\"],\"payload\":{\"path\":\"code\",\"one_of\":[\"a\",\"b\"]},"
        "\"optional\":true}],"
        "\"result\":{\"root_cause_category\":\"MECHANICAL\",\"cause\":\"pump_cavitation\","
        "\"label\":{\"en\":\"Pump Cavitation\",\"ar\":\"Pump Cavitation\"},\"confidence\":0.25},"
        "\"actions\":[{\"en\":\"Open the suction valve\",\"ar\":\"Open the suction valve\"}]}";
    oq_arena *arena = oq_arena_open(0);
    cause_rule *r;
    CHECK_CODE("a number in a list of texts", cause_rule_parse(arena, oq_cstr(brief), &r),
               "rule.type");
    const char *number = strstr(brief, "7]");
    CHECK_OK(cause_rule_parse(
        arena, oq_strf(arena, "%.*s\"b\"%s", (int)(number - brief), brief, number + 1), &r));
    CHECK_STR("the same", to_json(arena, r), full);
    oq_arena_close(arena);
}

/* A rule that is good, with one place of it put in another way. */
static oq_str changed(oq_arena *arena, const char *what, const char *by)
{
    const char *at = strstr(manual, what);
    assert_non_null(at);
    return oq_strf(arena, "%.*s%s%s", (int)(at - manual), manual, by, at + strlen(what));
}

static void test_errors(void **state)
{
    static const struct {
        const char *label, *what, *by, *code, *path;
        int line, column;
    } row[] = {
        {"unknown at the root", "\"actions\"", "\"action\"", "rule.unknown_field", "action", 15, 3},
        {"unknown in a condition", "\"summary_contains\"", "\"sumary\"", "rule.unknown_field",
         "conditions[2].sumary", 10, 34},
        {"unknown in the result", "\"confidence\": 0.8", "\"confidence\": 0.8, \"x\": 1",
         "rule.unknown_field", "result.x", 14, 81},
        {"wrong type", "\"beyond_limit\": true", "\"beyond_limit\": 1", "rule.type",
         "conditions[0].beyond_limit", 5, 67},
        {"a window longer than a year", "180", "600000", "rule.range",
         "conditions[0].within_minutes", 6, 25},
        {"a window of nothing", "180", "0", "rule.range", "conditions[0].within_minutes", 6, 25},
        {"a window back in time", "180", "-5", "rule.range", "conditions[0].within_minutes", 6, 25},
        {"weight", "0.5", "1.5", "rule.range", "conditions[1].weight", 9, 35},
        {"confidence", "0.8", "80", "rule.range", "result.confidence", 14, 76},
        {"a circle of one", "\"after\": \"vib\"", "\"after\": \"temp\"", "rule.circle",
         "conditions[1].after", 8, 40},
        {"a circle of two", "\"within_minutes\": 180", "\"after\": \"temp\"", "rule.circle",
         "conditions[0].after", 6, 16},
        {"after nothing", "\"after\": \"vib\"", "\"after\": \"vibration\"",
         "rule.reference_unknown", "conditions[1].after", 8, 40},
        {"an id twice", "\"id\": \"temp\"", "\"id\": \"vib\"", "rule.id_taken", "conditions[1].id",
         7, 13},
        {"category", "\"MAINTENANCE\"", "\"MAINTENENCE\"", "rule.not_a_choice",
         "conditions[2].category", 10, 19},
        {"change", "\"STEP_UP\"", "\"JUMP\"", "rule.not_a_choice", "conditions[0].change[0]", 5,
         18},
        {"root category", "\"MECHANICAL\"", "\"MAGIC\"", "rule.not_a_choice",
         "result.root_cause_category", 13, 38},
        {"no category", "\"root_cause_category\": \"MECHANICAL\",", "", "rule.required", "result",
         13, 13},
        {"no path", "\"path\": \"kind\", ", "", "rule.required", "conditions[3].payload", 12, 41},
        {"two tests", "\"equals\"", "\"above\": 1, \"equals\"", "rule.payload_test",
         "conditions[3].payload", 12, 41},
        {"a path of nothing", "\"kind\"", "\"a..b\"", "rule.payload_path",
         "conditions[3].payload.path", 12, 50},
        {"a code", "\"bearing_fault\"", "\"Bearing fault\"", "rule.cause_code", "result.cause", 13,
         61},
        {"other", "\"bearing_fault\"", "\"other\"", "rule.cause_other", "result.cause", 13, 61},
        {"an empty text", "\"pump_trip\"", "\" \"", "rule.text_length",
         "conditions[3].payload.equals", 12, 68},
        {"text in one language is a list", "\"Bearing fault\"", "[]", "rule.type",
         "result.label.en", 14, 21},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        cause_rule *r = NULL;
        oq_err *err = cause_rule_parse(arena, changed(arena, row[i].what, row[i].by), &r);
        CHECK_CODE(row[i].label, err, row[i].code);
        CHECK(row[i].label, r == NULL);
        CHECK_STR(row[i].label, oq_cstr(err->field), row[i].path);
        CHECK_STR(row[i].label, err->arg[0].value, row[i].path);
        char place[64];
        snprintf(place, sizeof place, "%d:%d", row[i].line, row[i].column);
        CHECK_STR(row[i].label,
                  oq_strf(arena, "%.*s:%.*s", OQ_FMT(err->arg[1].value), OQ_FMT(err->arg[2].value)),
                  place);
        oq_err_reset();
    }
    oq_arena_close(arena);
}

static void test_other_errors(void **state)
{
    static const struct {
        const char *label, *json, *code;
    } row[] = {
        {"nothing", "", "json.malformed"},
        {"cut off", "{\"name\": \"x\"", "json.malformed"},
        {"a list", "[]", "rule.type"},
        {"an empty object", "{}", "rule.required"},
        {"twice", "{\"name\":\"a\",\"name\":\"b\"}", "rule.duplicate"},
        {"no conditions",
         "{\"name\":\"a\",\"conditions\":[],\"result\":{\"root_cause_category\":\"HUMAN\","
         "\"label\":\"L\",\"confidence\":1}}",
         "rule.nothing_wanted"},
        {"only what must be absent",
         "{\"name\":\"a\",\"conditions\":[{\"category\":\"ALERT\",\"absent\":true}],"
         "\"result\":{\"root_cause_category\":\"HUMAN\",\"label\":\"L\",\"confidence\":1}}",
         "rule.nothing_wanted"},
        {"a condition that asks for nothing",
         "{\"name\":\"a\",\"conditions\":[{\"within_minutes\":5}],"
         "\"result\":{\"root_cause_category\":\"HUMAN\",\"label\":\"L\",\"confidence\":1}}",
         "rule.condition_empty"},
        {"after what must be absent",
         "{\"name\":\"a\",\"conditions\":[{\"id\":\"x\",\"category\":\"ALERT\",\"absent\":true},"
         "{\"category\":\"ALERT\",\"after\":\"x\"}],"
         "\"result\":{\"root_cause_category\":\"HUMAN\",\"label\":\"L\",\"confidence\":1}}",
         "rule.after_absent"},
        {"a label without letters of a code",
         "{\"name\":\"a\",\"conditions\":[{\"category\":\"ALERT\"}],"
         "\"result\":{\"root_cause_category\":\"HUMAN\",\"label\":\"عطل\",\"confidence\":1}}",
         "rule.required"},
        {"both forms of a payload",
         "{\"name\":\"a\",\"conditions\":[{\"payload\":{\"path\":\"a\"},\"payload.b\":1}],"
         "\"result\":{\"root_cause_category\":\"HUMAN\",\"label\":\"L\",\"confidence\":1}}",
         "rule.payload_test"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        cause_rule *r;
        CHECK_CODE(row[i].label, cause_rule_parse(arena, oq_cstr(row[i].json), &r), row[i].code);
    }
    cause_rule *long_label;
    CHECK_OK(cause_rule_parse(
        arena,
        OQ_STR(
            "{\"name\":\"a\",\"conditions\":[{\"category\":\"ALERT\"}],\"result\":"
            "{\"root_cause_category\":\"HUMAN\",\"confidence\":1,\"label\":\"A label of which the "
            "cause is made and that goes on for more bytes than a code may have\"}}"),
        &long_label));
    CHECK_STR("clipped", cause_rule_cause(long_label),
              "a_label_of_which_the_cause_is_made_and_that_goes_on_for_more_byt");
    char *large = oq_alloc(arena, RULE_BYTES_MAX + 1);
    memset(large, ' ', RULE_BYTES_MAX + 1);
    cause_rule *r;
    CHECK_CODE("large", cause_rule_parse(arena, oq_strn(large, RULE_BYTES_MAX + 1), &r),
               "rule.too_large");
    memset(large, '[', RULE_BYTES_MAX);
    CHECK_CODE("deep", cause_rule_parse(arena, oq_strn(large, RULE_BYTES_MAX), &r),
               "json.malformed");
    oq_err *err = cause_rule_parse(arena, OQ_STR("{\n \"name\": tru }"), &r);
    CHECK_STR("line", err->arg[0].value, "2");
    /* All that is wrong at once. */
    size_t errors = 0;
    for (err = cause_rule_parse(arena, OQ_STR("{\"x\":1,\"y\":2,\"conditions\":7}"), &r); err;
         err = (oq_err *)err->next)
        errors++;
    assert_int_equal(errors, 5); /* x, y, conditions, name, result */
    OQ_AUTO(oq_buf) many = oq_buf_make(1 << 16);
    oq_buf_lit(&many, "{\"conditions\":[");
    for (int i = 0; i <= RULE_CONDITIONS_MAX; i++)
        oq_buf_f(&many, "%s{}", i ? "," : "");
    oq_buf_lit(&many, "]}");
    bool too_many = false;
    for (err = cause_rule_parse(arena, oq_buf_view(&many), &r); err; err = (oq_err *)err->next)
        too_many |= strcmp(err->code, "rule.too_many") == 0;
    assert_true(too_many);
    oq_arena_close(arena);
}

static void test_in_words(void **state)
{
    CHECK_OK(oq_lang_load(oq_embedded_find(OQ_STR("lang/ar.json")),
                          oq_embedded_find(OQ_STR("lang/en.json"))));
    oq_arena *arena = oq_arena_open(0);
    cause_rule *r;
    CHECK_OK(cause_rule_parse(arena, oq_cstr(manual), &r));
    static const struct {
        size_t condition;
        bool in_arabic;
        const char *wanted;
    } row[] = {
        {0, false,
         "vibration: spike, slow rise or step up, beyond its limit, in the 3 hours before"},
        {1, false,
         "bearing temperature, drive end: slow rise, not later than 2 hours after: vibration: "
         "spike, slow rise or step up"},
        {2, false,
         "none of this: maintenance, with \u2068bearing\u2069 in its summary, in the 30 days "
         "before"},
        {3, false, "failure, \u2068kind\u2069 is \u2068pump_trip\u2069"},
        {0, true,
         "الاهتزاز: قفزة عابرة، ارتفاع تدريجي أو ارتفاع مفاجئ ثابت، خارج الحد، خلال 3 ساعات قبل "
         "الحادثة"},
        {2, true, "لا شيء من هذا: صيانة، وفي ملخصه \u2068bearing\u2069، خلال 30 يومًا قبل الحادثة"},
        {3, true, "عطل، \u2068kind\u2069 يساوي \u2068pump_trip\u2069"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR("words", cause_rule_condition_text(arena, r, row[i].condition, row[i].in_arabic),
                  row[i].wanted);
    CHECK_STR("role", cause_rule_condition_role(arena, r, 1, false),
              "optional, weight \u20680.5\u2069");
    CHECK_STR("role", cause_rule_condition_role(arena, r, 0, true), "لازم");
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manual),   cmocka_unit_test(test_short_forms),
        cmocka_unit_test(test_errors),   cmocka_unit_test(test_other_errors),
        cmocka_unit_test(test_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
