#include "quant/decimal.h"

#include <math.h>

#include "base/test.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void test_what_is_a_number(void **state)
{
    static const struct {
        const char *text;
        int length; /* of the number; -1: none */
        double value;
        bool is_integer;
    } row[] = {
        {"7", 1, 7, true},
        {"-12", 3, -12, true},
        {"+3", 2, 3, true},
        {"12.5", 4, 12.5, false},
        {".5", 2, 0.5, false},
        {"7.", 2, 7, false},
        {"7.i", 2, 7, false},
        {"42i", 2, 42, true},
        {"1e3", 3, 1000, false},
        {"1E-2,", 4, 0.01, false},
        {"1e", 1, 1, true},
        {"1e+", 1, 1, true},
        {"2ex", 1, 2, true},
        {"-0", 2, -0.0, true},
        {"1.2.3", 3, 1.2, false},
        {"1e400", 5, INFINITY, false},
        {"-1e99999999999", 14, -INFINITY, false},
        {"1e-400", 6, 0, false},
        {"18446744073709551615", 20, 18446744073709551615.0, true},
        {"9007199254740993", 16, 9007199254740992.0, true}, /* the middle: to even */
        {"9007199254740995", 16, 9007199254740996.0, true},
        {"0.1000000000000000055511151231257827", 36, 0.1, false},
        {"5e-324", 6, 5e-324, false},
        {"", -1, 0, false},
        {"-", -1, 0, false},
        {".", -1, 0, false},
        {"e5", -1, 0, false},
        {"nan", -1, 0, false},
        {"inf", -1, 0, false},
        {"0x10", 1, 0, true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        decimal got = {0};
        const char *end = row[i].text + strlen(row[i].text);
        const char *behind = decimal_read(row[i].text, end, &got);
        CHECK(row[i].text, (behind ? behind - row[i].text : -1) == row[i].length);
        if (behind) {
            CHECK(row[i].text, bits_of(got.value) == bits_of(row[i].value));
            CHECK(row[i].text, got.is_integer == row[i].is_integer);
        }
    }
    char long_text[DECIMAL_TEXT_MAX + 10];
    memset(long_text, '7', sizeof long_text);
    decimal got;
    CHECK("too long", !decimal_read(long_text, long_text + sizeof long_text, &got));
    CHECK("long", decimal_read(long_text, long_text + 300, &got) && got.value > 1e299);
}

static uint64_t random_bits(void)
{
    static uint64_t x = 88172645463325252u; /* xorshift (G. Marsaglia, 2003) */
    x ^= x << 13;
    x ^= x >> 7;
    return x ^= x << 17;
}

static void check_like_strtod(const char *text)
{
    decimal got;
    const char *end = text + strlen(text);
    CHECK(text, decimal_read(text, end, &got) == end);
    CHECK(text, bits_of(got.value) == bits_of(strtod(text, NULL)));
}

static void test_the_nearest_double(void **state)
{
    char text[64];
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random_bits();
        double any;
        memcpy(&any, &bits, sizeof any);
        double reading = (double)(int64_t)(bits >> 30) / 1e6 - 3000;
        static const char *const formats[] = {"%.17g", "%.16g", "%.15g", "%.12g", "%.3f", "%.18e"};
        const char *format = formats[i % 6];
        double value = i % 3 || !isfinite(any) || (i % 6 == 4 && fabs(any) > 1e30) ? reading : any;
        snprintf(text, sizeof text, format, value);
        check_like_strtod(text);
    }
}

/* Texts in the middle of two doubles, and one digit beside it. */
static void test_the_middle(void **state)
{
    char text[64];
    for (int i = 0; i < 50000; i++) {
        uint64_t odd = (UINT64_C(1) << 53 | random_bits() >> 11) | 1;
        for (int off = -1; off <= 1; off++) {
            snprintf(text, sizeof text, "%llu", (unsigned long long)(odd + (uint64_t)off));
            check_like_strtod(text);
            snprintf(text, sizeof text, "%llue-%d", (unsigned long long)(odd + (uint64_t)off),
                     i % 27);
            check_like_strtod(text);
            snprintf(text, sizeof text, "%llu.5e%d", (unsigned long long)(odd / 2), i % 5 - 2);
            check_like_strtod(text);
        }
    }
}

static void test_integers(void **state)
{
    static const struct {
        const char *text;
        int length;
        int64_t value;
    } row[] = {
        {"1700000000000000000\n", 19, 1700000000000000000},
        {"-5 ", 2, -5},
        {"9223372036854775807", 19, INT64_MAX},
        {"9223372036854775808", -1, 0},
        {"00000000000000000001", -1, 0},
        {"x", -1, 0},
        {"-", -1, 0},
        {"", -1, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int64_t got = 0;
        const char *behind = decimal_read_i64(row[i].text, row[i].text + strlen(row[i].text), &got);
        CHECK(row[i].text, (behind ? behind - row[i].text : -1) == row[i].length);
        CHECK(row[i].text, got == row[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_a_number),
        cmocka_unit_test(test_the_nearest_double),
        cmocka_unit_test(test_the_middle),
        cmocka_unit_test(test_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
