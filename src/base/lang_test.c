#include <unicode/upluralrules.h>

#include "base/lang.h"
#include "base/test.h"

static oq_arena *arena;

static const char ar_json[] =
    "{\"hello\":\"مرحبًا {name}\",\"only.ar\":\"نعم\","
    "\"job.zero\":\"لا مهام\",\"job.one\":\"مهمة واحدة\",\"job.two\":\"مهمتان\","
    "\"job.few\":\"{n} مهام\",\"job.many\":\"{n} مهمة\",\"job.other\":\"{n} مهمة.\","
    "\"day.other\":\"{n} يوم\",\"error.t.taken\":\"الاسم {name} مستخدم\","
    "\"error.t.type\":\"المطلوب {wanted}\",\"error.t.need\":\"تحتاج {need}\","
    "\"type.integer\":\"عدد صحيح\",\"cap.user.manage\":\"إدارة المستخدمين\","
    "\"role.viewer\":\"مطّلع\",\"error.t.move\":\"من {from} إلى {to}\","
    "\"incident_status.OPEN\":\"مفتوحة\",\"work_order_status.done\":\"مُنجز\"}";
static const char en_json[] =
    "{\"hello\":\"Hello {name}\",\"job.one\":\"{n} job\",\"job.other\":\"{n} jobs\","
    "\"day.other\":\"{n} d\",\"error.t.taken\":\"The name {name} is taken\","
    "\"error.t.type\":\"Wanted: {wanted}\",\"error.t.need\":\"You need {need}\","
    "\"type.integer\":\"a whole number\",\"cap.user.manage\":\"Manage people\","
    "\"role.viewer\":\"Viewer\",\"error.t.move\":\"From {from} to {to}\","
    "\"incident_status.OPEN\":\"open\",\"work_order_status.done\":\"done\"}";

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return oq_lang_load(oq_cstr(ar_json), oq_cstr(en_json)) != NULL;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static void test_codes(void **state)
{
    oq_lang lang;
    CHECK("ar", oq_lang_parse(OQ_STR("ar"), &lang) && lang == OQ_LANG_AR);
    CHECK("en", oq_lang_parse(OQ_STR("en"), &lang) && lang == OQ_LANG_EN);
    CHECK("others", !oq_lang_parse(OQ_STR("EN"), &lang) && !oq_lang_parse(OQ_STR(""), &lang));
    CHECK_STR("ar", oq_lang_code(OQ_LANG_AR), "ar");
    CHECK_STR("en", oq_lang_code(OQ_LANG_EN), "en");
}

static void test_texts(void **state)
{
    CHECK_STR("found", oq_text(OQ_LANG_AR, OQ_STR("only.ar")), "نعم");
    CHECK_STR("missing shows its key", oq_text(OQ_LANG_EN, OQ_STR("only.ar")), "only.ar");
    CHECK("exists", oq_text_exists(OQ_LANG_AR, OQ_STR("only.ar")));
    CHECK("exists not", !oq_text_exists(OQ_LANG_EN, OQ_STR("only.ar")));
}

static void test_filling(void **state)
{
    static const oq_arg arg[] = {{"name", OQ_STR_INIT("{b}")},
                                 {"b", OQ_STR_INIT("B")},
                                 {"none", {NULL, 0}},
                                 {"a_1", OQ_STR_INIT("1")}};
    static const struct {
        const char *text, *filled;
    } row[] = {
        {"", ""},
        {"plain", "plain"},
        {"{b}", "B"},
        {"{b}{b} {b}", "BB B"},
        {"{name}", "{b}"}, /* what is filled in is not filled again */
        {"<{none}>", "<>"},
        {"{a_1}", "1"},
        {"{missing} {b}", "{missing} B"},
        {"{", "{"},
        {"{b", "{b"},
        {"{}", "{}"},
        {"{{b}}", "{B}"},
        {"{B}", "{B}"},
        {"{ b }", "{ b }"},
        {"} {b}", "} B"},
        {"مضخة {b}؟", "مضخة B؟"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) /* a missing key is its own text */
        CHECK_STR(row[i].text,
                  oq_text_fill(arena, OQ_LANG_EN, oq_cstr(row[i].text), arg, OQ_COUNT(arg)),
                  row[i].filled);
    CHECK_STR("of a key", oq_text_fill(arena, OQ_LANG_AR, OQ_STR("hello"), arg, 2), "مرحبًا {b}");
    CHECK_STR("no facts", oq_text_fill(arena, OQ_LANG_EN, OQ_STR("hello"), NULL, 0),
              "Hello {name}");
}

static void test_counts(void **state)
{
    static const struct {
        int64_t n;
        const char *ar, *en;
    } row[] = {
        {0, "لا مهام", "0 jobs"},
        {1, "مهمة واحدة", "1 job"},
        {2, "مهمتان", "2 jobs"},
        {3, "3 مهام", "3 jobs"},
        {10, "10 مهام", "10 jobs"},
        {11, "11 مهمة", "11 jobs"},
        {99, "99 مهمة", "99 jobs"},
        {100, "100 مهمة.", "100 jobs"},
        {102, "102 مهمة.", "102 jobs"},
        {103, "103 مهام", "103 jobs"},
        {1000, "1,000 مهمة.", "1,000 jobs"},
        {1234567, "1,234,567 مهمة", "1,234,567 jobs"},
        {-1, "مهمة واحدة", "-1 job"},
        {INT64_MIN, "-9,223,372,036,854,775,808 مهام", "-9,223,372,036,854,775,808 jobs"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_STR(row[i].ar, oq_text_count(arena, OQ_LANG_AR, OQ_STR("job"), row[i].n), row[i].ar);
        CHECK_STR(row[i].en, oq_text_count(arena, OQ_LANG_EN, OQ_STR("job"), row[i].n), row[i].en);
    }
    CHECK_STR("other stands in", oq_text_count(arena, OQ_LANG_AR, OQ_STR("day"), 3), "3 يوم");
    CHECK_STR("missing", oq_text_count(arena, OQ_LANG_EN, OQ_STR("x"), 3), "x");
}

/* Our rules against ICU's, which are made from CLDR itself. */
static void test_plural_forms_are_those_of_cldr(void **state)
{
    OQ_AUTO(oq_buf) json = oq_buf_make(1000);
    oq_buf_lit(&json, "{\"n.zero\":\"zero\",\"n.one\":\"one\",\"n.two\":\"two\",\"n.few\":\"few\","
                      "\"n.many\":\"many\",\"n.other\":\"other\"}");
    CHECK_OK(oq_lang_load(oq_buf_view(&json), oq_buf_view(&json)));
    for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
        UErrorCode status = U_ZERO_ERROR;
        UPluralRules *rules = uplrules_open(oq_lang_code((oq_lang)lang).ptr, &status);
        assert_true(U_SUCCESS(status));
        oq_mark mark = oq_arena_mark(arena);
        for (int64_t n = 0; n < 1300; n++) {
            UChar form[16];
            char wanted[16];
            int32_t len = uplrules_select(rules, (double)n, form, 16, &status);
            for (int32_t i = 0; i <= len; i++)
                wanted[i] = i < len ? (char)form[i] : 0;
            CHECK_STR("form", oq_text_count(arena, (oq_lang)lang, OQ_STR("n"), n), wanted);
            oq_arena_rewind(arena, mark);
        }
        uplrules_close(rules);
    }
    CHECK_OK(oq_lang_load(oq_cstr(ar_json), oq_cstr(en_json)));
}

static void test_sentences_of_errors(void **state)
{
    const struct {
        oq_err *err;
        const char *ar, *en;
    } row[] = {
        {oq_fail(OQ_CONFLICT, "t.taken", "name=%s", "P-1"), "الاسم P-1 مستخدم",
         "The name P-1 is taken"},
        {oq_fail(OQ_INVALID, "t.type", "wanted=%s", "integer"), "المطلوب عدد صحيح",
         "Wanted: a whole number"},
        {oq_fail(OQ_INVALID, "t.type", "wanted=%s", "gold"), "المطلوب gold", "Wanted: gold"},
        {oq_fail(OQ_FORBIDDEN, "t.need", "need=%s", "user.manage"), "تحتاج إدارة المستخدمين",
         "You need Manage people"},
        {oq_fail(OQ_FORBIDDEN, "t.need", "need=%s", "viewer"), "تحتاج مطّلع", "You need Viewer"},
        {oq_fail(OQ_CONFLICT, "t.move", "from=%s to=%s", "OPEN", "done"), "من مفتوحة إلى مُنجز",
         "From open to done"},
        {oq_fail(OQ_CONFLICT, "t.move", "from=%s to=%s", "kW", "m"), "من kW إلى m", "From kW to m"},
        {oq_fail(OQ_INTERNAL, "t.none"), "error.t.none", "error.t.none"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_STR(row[i].ar, oq_err_sentence(arena, OQ_LANG_AR, row[i].err), row[i].ar);
        CHECK_STR(row[i].en, oq_err_sentence(arena, OQ_LANG_EN, row[i].err), row[i].en);
    }
}

static void test_broken_files_change_nothing(void **state)
{
    static const struct {
        const char *json, *code;
    } row[] = {
        {"", "lang.malformed"},
        {"[]", "lang.malformed"},
        {"{\"a\":1}", "lang.not_text"},
        {"{\"a\":{\"b\":\"c\"}}", "lang.not_text"},
        {"{\"a\":\"1\",\"a\":\"2\"}", "lang.malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_CODE(row[i].json, oq_lang_load(oq_cstr(row[i].json), oq_cstr(en_json)), row[i].code);
        CHECK_CODE(row[i].json, oq_lang_load(oq_cstr(ar_json), oq_cstr(row[i].json)), row[i].code);
    }
    CHECK_STR("as before", oq_text(OQ_LANG_AR, OQ_STR("only.ar")), "نعم");
}

static void join_keys(void *self, oq_str key, oq_str text)
{
    oq_buf_f(self, "%.*s ", OQ_FMT(key));
    assert_true(text.len > 0);
}

static void test_each_key_in_order(void **state)
{
    OQ_AUTO(oq_buf) keys = oq_buf_make(1000);
    oq_lang_each(OQ_LANG_EN, join_keys, &keys);
    CHECK_STR(
        "keys", oq_buf_view(&keys),
        "cap.user.manage day.other error.t.move error.t.need error.t.taken error.t.type hello "
        "incident_status.OPEN job.one job.other role.viewer type.integer "
        "work_order_status.done ");
}

static void test_many_keys(void **state)
{
    OQ_AUTO(oq_buf) json = oq_buf_make(1 << 20);
    oq_buf_char(&json, '{');
    for (int i = 0; i < 5000; i++)
        oq_buf_f(&json, "%s\"key.%d\":\"%d\"", i ? "," : "", i, i);
    oq_buf_char(&json, '}');
    CHECK_OK(oq_lang_load(oq_buf_view(&json), oq_cstr(en_json)));
    char key[32], wanted[16];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key.%d", i);
        snprintf(wanted, sizeof wanted, "%d", i);
        CHECK_STR(key, oq_text(OQ_LANG_AR, oq_cstr(key)), wanted);
    }
    CHECK("no more", !oq_text_exists(OQ_LANG_AR, OQ_STR("key.5000")));
    CHECK_OK(oq_lang_load(oq_cstr(ar_json), oq_cstr(en_json)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_filling),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_plural_forms_are_those_of_cldr),
        cmocka_unit_test(test_sentences_of_errors),
        cmocka_unit_test(test_broken_files_change_nothing),
        cmocka_unit_test(test_each_key_in_order),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests_name("lang", tests, open_arena, close_arena);
}
