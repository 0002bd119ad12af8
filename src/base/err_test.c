#include "base/test.h"

static oq_str fact(const oq_err *err, const char *name)
{
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, name) == 0)
            return err->arg[i].value;
    return OQ_NONE;
}

static void test_facts_keep_their_names(void **state)
{
    oq_str tag = OQ_STR("FT-101 flow");
    oq_err *err = oq_fail(OQ_CONFLICT, "test.all", "s=%s v=%.*s d=%d u=%u z=%zu l=%lld g=%g c=%c",
                          "a b=c %d", OQ_FMT(tag), -5, 7u, (size_t)8, -9LL, 0.25, 'x');
    CHECK_STR("text with blanks and signs", fact(err, "s"), "a b=c %d");
    CHECK_STR("view", fact(err, "v"), "FT-101 flow");
    CHECK_STR("int", fact(err, "d"), "-5");
    CHECK_STR("unsigned", fact(err, "u"), "7");
    CHECK_STR("size", fact(err, "z"), "8");
    CHECK_STR("long", fact(err, "l"), "-9");
    CHECK_STR("real", fact(err, "g"), "0.25");
    CHECK_STR("char", fact(err, "c"), "x");
    CHECK("count", err->arg_count == 8);
    CHECK("none", oq_fail(OQ_INTERNAL, "test.none")->arg_count == 0);
}

/* What clients send is named in sentences, in JSON and on pages, whatever its bytes. */
static void test_facts_are_text(void **state)
{
    static const struct {
        const char *label;
        oq_str given;
        const char *wanted;
    } row[] = {
        {"plain", OQ_STR_INIT("text/plain"), "text/plain"},
        {"Arabic", OQ_STR_INIT("مضخة"), "مضخة"},
        {"a byte alone", OQ_STR_INIT("a\xff/b"), "a\xef\xbf\xbd/b"},
        {"cut off", OQ_STR_INIT("a\xd9"), "a\xef\xbf\xbd"},
        {"nought", OQ_STR_INIT("a\0b"),
         "a\xef\xbf\xbd"
         "b"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = oq_fail(OQ_INVALID, "test.text", "got=%.*s", OQ_FMT(row[i].given));
        CHECK_STR(row[i].label, fact(err, "got"), row[i].wanted);
    }
}

static oq_err *lower(void)
{
    return oq_err_detail(oq_fail(OQ_UNAVAILABLE, "db.unreachable", "host=%s", "db1"), "errno %d",
                         111);
}

static oq_err *upper(void)
{
    OQ_TRY(lower());
    return NULL;
}

static void test_chain(void **state)
{
    oq_err *beneath = upper();
    CHECK_CODE("passed on", beneath, "db.unreachable");
    CHECK_STR("detail", oq_cstr(beneath->detail), "errno 111");
    oq_err *err = oq_wrap(beneath, OQ_INTERNAL, "job.failed", "kind=%s", "audit.trim");
    CHECK("itself", oq_err_is(err, "job.failed"));
    CHECK("its cause", oq_err_is(err, "db.unreachable"));
    CHECK("not another", !oq_err_is(err, "db.lost"));
    CHECK("the kind decides whether to try again", oq_err_retries(beneath) && !oq_err_retries(err));
}

static void test_fields_join(void **state)
{
    oq_err *all = NULL;
    all = oq_err_join(all, oq_fail_field("email", "field.required"));
    all = oq_err_join(all, oq_fail_field("name", "field.too_long", "max=%d", 120));
    all = oq_err_join(all, NULL);
    CHECK("first", strcmp(all->field, "email") == 0 && all->kind == OQ_INVALID);
    CHECK("second", strcmp(all->next->field, "name") == 0 && !all->next->next);
}

static void test_every_kind_has_a_word_and_a_status(void **state)
{
    for (oq_kind kind = OQ_INVALID; kind < OQ_KIND_COUNT; kind++) {
        CHECK("word", oq_kind_name(kind) && *oq_kind_name(kind));
        CHECK(oq_kind_name(kind), oq_kind_status(kind) >= 400 && oq_kind_status(kind) <= 504);
    }
}

static void test_making_never_fails_and_stays_bounded(void **state)
{
    for (int i = 0; i < 100000; i++)
        CHECK_CODE("in a loop", oq_fail(OQ_INTERNAL, "test.loop", "text=%s", "0123456789"),
                   "test.loop");
    oq_err_reset();
    CHECK("facts are back", oq_fail(OQ_INTERNAL, "test.loop", "n=%d", 1)->arg_count == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts_keep_their_names),
        cmocka_unit_test(test_facts_are_text),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_fields_join),
        cmocka_unit_test(test_every_kind_has_a_word_and_a_status),
        cmocka_unit_test(test_making_never_fails_and_stays_bounded),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
