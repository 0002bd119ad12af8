#include "backtest/truth.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

#define AT(hours) ((oq_us)((hours) * (double)OQ_HOUR))

static const oq_uuid one = {{1}}, two = {{2}};

static true_fault fault(const char *asset, double begins, double rests, double ends)
{
    return (true_fault){.site = OQ_STR("S"),
                        .asset = oq_cstr(asset),
                        .kind = OQ_STR("bearing_wear"),
                        .cause = OQ_STR("bearing_fault"),
                        .begins = AT(begins),
                        .rests = AT(rests),
                        .ends = AT(ends)};
}

static told_incident told(oq_uuid id, const char *asset, double opened, const char *first,
                          const char *second)
{
    return (told_incident){.id = id,
                           .site = OQ_STR("S"),
                           .asset = oq_cstr(asset),
                           .opened = AT(opened),
                           .cause = {oq_cstr(first), oq_cstr(second)}};
}

/* One fault at P from hour 1, at rest from 3 to 5, and one incident, looked at from hour 0 to 12. */
static fault_answer ask(true_fault f, told_incident i, told_sign sign, bool *ret_is_false)
{
    fault_answer a;
    truth_input in = {.from = 0,
                      .to = AT(12),
                      .fault = &f,
                      .faults = 1,
                      .incident = &i,
                      .incidents = 1,
                      .sign = &sign,
                      .signs = sign.at ? 1 : 0};
    truth_compare(&in, &a, ret_is_false);
    return a;
}

static void test_in_time(void **state)
{
    static const struct {
        const char *label, *asset, *first, *second;
        double opened;
        bool detected, named, third, is_false;
    } row[] = {
        {"named", "P", "bearing_fault", NULL, 2, true, true, true, false},
        {"named second", "P", "seal_leak", "bearing_fault", 2, true, false, true, false},
        {"not named", "P", NULL, NULL, 2, true, false, false, false},
        {"before it began", "P", "bearing_fault", NULL, 0.9, false, false, false, true},
        {"as it comes back", "P", "bearing_fault", NULL, 5.9, true, true, true, false},
        {"too late", "P", "bearing_fault", NULL, 6.1, false, false, false, true},
        {"elsewhere", "Q", "bearing_fault", NULL, 2, false, false, false, true},
        {"behind the span", "Q", "bearing_fault", NULL, 12.5, false, false, false, false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        bool is_false;
        fault_answer a = ask(fault("P", 1, 3, 5),
                             told(one, row[i].asset, row[i].opened, row[i].first, row[i].second),
                             (told_sign){0}, &is_false);
        CHECK(row[i].label, a.is_asked);
        CHECK(row[i].label, a.is_detected == row[i].detected);
        CHECK(row[i].label, a.is_first == row[i].named && a.is_third == row[i].third);
        CHECK(row[i].label, is_false == row[i].is_false);
        CHECK(row[i].label, isnan(a.delay_min) != row[i].detected);
    }
}

/* What is not over by the end may yet be found; what was over before was never there to be seen. */
static void test_asked(void **state)
{
    told_incident i = told(one, "P", 2, "bearing_fault", NULL);
    assert_true(ask(fault("P", -5, 1, 2), i, (told_sign){0}, &(bool){0}).is_asked);
    assert_false(ask(fault("P", -5, -1, 2), i, (told_sign){0}, &(bool){0}).is_asked);
    assert_false(ask(fault("P", 5, 13, 14), i, (told_sign){0}, &(bool){0}).is_asked);
    /* What began before is late from the span's beginning on. */
    fault_answer a = ask(fault("P", -5, 4, 5), i, (told_sign){0}, &(bool){0});
    assert_float_equal(a.delay_min, 120, 1e-9);
}

/* A sign of it in another asset's incident: somebody was told, and of another machine. */
static void test_elsewhere(void **state)
{
    bool is_false;
    told_sign sign = {one, OQ_STR("S"), OQ_STR("P"), AT(2.5)};
    fault_answer a = ask(fault("P", 1, 3, 5), told(one, "Q", 2, "bearing_fault", NULL), sign,
                         &is_false);
    assert_true(a.is_detected && a.is_elsewhere && is_false);
    assert_false(a.is_first || a.is_third);
    assert_float_equal(a.delay_min, 90, 1e-9);
    sign.incident = two;
    a = ask(fault("P", 1, 3, 5), told(one, "Q", 2, "bearing_fault", NULL), sign, &is_false);
    assert_false(a.is_detected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_time),
        cmocka_unit_test(test_asked),
        cmocka_unit_test(test_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
