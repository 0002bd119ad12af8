#include "lead/lead.h"

#include "base/secret.h"
#include "base/test.h"

static const oq_us made = INT64_C(1800000000) * OQ_SECOND;

static int set_up(void **state)
{
    *state = oq_arena_open(0);
    return oq_secret_setup(OQ_STR("0123456789abcdef0123456789abcdef")) ? 1 : 0;
}

static int tear_down(void **state)
{
    oq_arena_close(*state);
    return 0;
}

static void test_age(void **state)
{
    static const struct {
        const char *label;
        oq_us age;
        const char *code;
    } row[] = {
        {"at once", 0, "lead.form_too_fast"},
        {"two seconds", 2 * OQ_SECOND, "lead.form_too_fast"},
        {"three seconds", 3 * OQ_SECOND, NULL},
        {"a day", OQ_DAY, NULL},
        {"a day and a second", OQ_DAY + OQ_SECOND, "lead.form_expired"},
        {"from the future", -OQ_MINUTE, "lead.form_too_fast"},
    };
    oq_str token = lead_form_token(*state, made);
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(row[i].label, lead_form_check(token, made + row[i].age), row[i].code);
}

static void test_not_ours(void **state)
{
    oq_str good = lead_form_token(*state, made);
    char *padded = oq_alloc(*state, good.len + 1); /* ends with a zero byte */
    memcpy(padded, good.ptr, good.len);
    char *altered = oq_str_c(*state, good);
    altered[3] = altered[3] == '1' ? '2' : '1';
    const struct {
        const char *label;
        oq_str token;
    } row[] = {
        {"none", OQ_NONE},
        {"empty", OQ_STR("")},
        {"no signature", OQ_STR("1800000000")},
        {"no number", OQ_STR("x.y")},
        {"another time", oq_cstr(altered)},
        {"cut", oq_str_sub(good, 0, good.len - 1)},
        {"longer by a zero byte", oq_strn(padded, good.len + 1)},
        {"longer", oq_strf(*state, "%.*sA", OQ_FMT(good))},
        {"same number, otherwise written", oq_strf(*state, "+%.*s", OQ_FMT(good))},
        {"leading zero", oq_strf(*state, "0%.*s", OQ_FMT(good))},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(row[i].label, lead_form_check(row[i].token, made + OQ_MINUTE),
                   "lead.form_expired");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_age, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_ours, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
