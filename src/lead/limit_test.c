#include "lead/limit.h"

#include "base/test.h"

static const oq_us start = INT64_C(1800000000) * OQ_SECOND;

static int set_up(void **state)
{
    lead_limit_reset();
    return 0;
}

/* Takes until it is refused; how many were taken. */
static int take_all(const char *address, oq_us now)
{
    int taken = 0;
    while (taken < 1000 && !lead_limit_take(oq_cstr(address), now))
        taken++;
    return taken;
}

static void test_one_address(void **state)
{
    assert_int_equal(take_all("203.0.113.7", start), LEAD_PER_ADDRESS);
    oq_err *err = lead_limit_take(OQ_STR("203.0.113.7"), start + 10 * OQ_MINUTE);
    CHECK_CODE("refused", err, "lead.too_many");
    CHECK_STR("the wait", err->arg[0].value, "3000");
    CHECK("limit", err->kind == OQ_LIMIT);
    CHECK_OK(lead_limit_take(OQ_STR("203.0.113.8"), start));
    CHECK_CODE("the last moment", lead_limit_take(OQ_STR("203.0.113.7"), start + OQ_HOUR - 1),
               "lead.too_many");
    assert_int_equal(take_all("203.0.113.7", start + OQ_HOUR), LEAD_PER_ADDRESS);
}

static void test_who_is_one(void **state)
{
    static const struct {
        const char *label, *first, *second;
        bool are_one;
    } row[] = {
        {"two of IPv4", "203.0.113.7", "203.0.113.8", false},
        {"one network of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
        {"two networks of IPv6", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
        {"IPv4 inside IPv6", "::ffff:203.0.113.7", "203.0.113.7", true},
        {"two of IPv4 inside IPv6", "::ffff:203.0.113.7", "::ffff:203.0.113.8", false},
        {"unknown", "", "", true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        lead_limit_reset();
        CHECK(row[i].label, take_all(row[i].first, start) == LEAD_PER_ADDRESS);
        CHECK(row[i].label,
              take_all(row[i].second, start) == (row[i].are_one ? 0 : LEAD_PER_ADDRESS));
    }
}

static void test_all_together(void **state)
{
    char address[32];
    int taken = 0;
    for (int i = 0; i < 5000; i++) {
        snprintf(address, sizeof address, "198.18.%d.%d", i / 250, i % 250);
        taken += !lead_limit_take(oq_cstr(address), start);
    }
    assert_int_equal(taken, LEAD_PER_HOUR);
    CHECK_OK(lead_limit_take(OQ_STR("198.18.0.1"), start + OQ_HOUR));
}

static void test_a_clock_that_is_set_back(void **state)
{
    assert_int_equal(take_all("203.0.113.7", start), LEAD_PER_ADDRESS);
    CHECK_OK(lead_limit_take(OQ_STR("203.0.113.7"), start - OQ_DAY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_address, set_up),
        cmocka_unit_test_setup(test_who_is_one, set_up),
        cmocka_unit_test_setup(test_all_together, set_up),
        cmocka_unit_test_setup(test_a_clock_that_is_set_back, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
