/* Numbers and moments as text: against the C library's. */
#include "historian/points_json.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void check_number(double value, const char *wanted)
{
    number_writer w = {0};
    char text[NUMBER_TEXT_MAX + 1];
    for (int remembered = 0; remembered <= 9; remembered++) {
        w.decimals = remembered;
        text[number_put(&w, text, value)] = 0;
        CHECK_STR(wanted, oq_cstr(text), wanted);
    }
}

static void test_numbers(void **state)
{
    static const struct {
        double value;
        const char *wanted;
    } row[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {-0.001, "-0.001"},
        {0.0000001, "0.0000001"},
        {0.12345678, "0.12345678"},
        {100, "100"},
        {1200.5, "1200.5"},
        {-12.345, "-12.345"},
        {99999999, "99999999"},
        {100000000, "100000000"},
        {9999999.9, "9999999.9"},
        {12345678.9, "12345678.9"},
        {123456.789, "123456.789"},
        {10.01, "10.01"},
        {1234567890123, "1234567890123"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        check_number(row[i].value, row[i].wanted);
}

/* Any number of digits and decimals, whatever the number before it was. */
static void test_random_numbers(void **state)
{
    uint64_t seed = 88172645463325252u;
    number_writer w = {0};
    for (int i = 0; i < 200000; i++) {
        char text[NUMBER_TEXT_MAX + 1], wanted[64];
        int decimals = (int)(next(&seed) % 10);
        double limit = pow(10, (double)(1 + next(&seed) % 11));
        double value = (double)((int64_t)(next(&seed) % (uint64_t)limit) - (int64_t)(limit / 3)) /
                       pow(10, decimals);
        size_t len = number_put(&w, text, value);
        assert_true(len < sizeof text);
        text[len] = 0;
        snprintf(wanted, sizeof wanted, "%.*f", decimals, value);
        if (decimals) {
            size_t end = strlen(wanted);
            while (wanted[end - 1] == '0')
                end--;
            wanted[wanted[end - 1] == '.' ? end - 1 : end] = 0;
        }
        CHECK_STR("number", oq_cstr(text), strcmp(wanted, "-0") == 0 ? "0" : wanted);
        assert_true(strtod(text, NULL) == value);
    }
}

static void test_moments(void **state)
{
    static const struct {
        oq_us at;
        const char *wanted;
    } row[] = {
        {0, "0"},
        {1, "0.001"},
        {-1500, "-1.5"},
        {INT64_C(1700000000000) * 1000, "1700000000000"},
        {INT64_C(1700000000000) * 1000 + 250, "1700000000000.25"},
        {INT64_C(1700000000000) * 1000 + 999, "1700000000000.999"},
        {INT64_C(99999999) * 1000, "99999999"},
        {INT64_C(100000000) * 1000, "100000000"},
        {INT64_C(1700099999999) * 1000, "1700099999999"},
        {INT64_C(1700100000000) * 1000, "1700100000000"},
        {INT64_C(1700000000001) * 1000, "1700000000001"},
        {-INT64_C(62135596800000) * 1000, "-62135596800000"},
        {INT64_C(253402300799999) * 1000, "253402300799999"},
    };
    moment_ms_writer w = {0};
    char text[MOMENT_TEXT_MAX + 1];
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        text[moment_ms_put(&w, text, row[i].at)] = 0;
        CHECK_STR("moment", oq_cstr(text), row[i].wanted);
    }
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        char wanted[64];
        int64_t ms = (int64_t)(next(&seed) % UINT64_C(4000000000000));
        text[moment_ms_put(&w, text, ms * 1000)] = 0;
        snprintf(wanted, sizeof wanted, "%lld", (long long)ms);
        CHECK_STR("moment", oq_cstr(text), wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_random_numbers),
        cmocka_unit_test(test_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
