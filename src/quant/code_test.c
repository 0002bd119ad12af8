/* The columns that chunks and batches are made of. */
#include <math.h>

#include "base/test.h"
#include "quant/chunk_sample.h"
#include "quant/code_ints.h"
#include "quant/code_values.h"

enum { COUNT = INTS_MAX };

/* Integers of one shape, at any length; and the bits that one may take in a long column. */
typedef struct shape {
    const char *label;
    int64_t (*at)(size_t i, uint64_t *dice);
    double bits_most;
} shape;

static int64_t normal(uint64_t *dice, double deviation)
{
    return (int64_t)lrint(signal_noise(dice) * deviation);
}
static int64_t same(size_t i, uint64_t *dice)
{
    return -77;
}
static int64_t line(size_t i, uint64_t *dice)
{
    return 1000 + 999983 * (int64_t)i;
}
static int64_t white(size_t i, uint64_t *dice)
{
    return 5000 + normal(dice, 100);
}
static int64_t white_between(size_t i, uint64_t *dice)
{
    return normal(dice, 90 * 64); /* where plain Rice codes are worst */
}
static int64_t noisy_line(size_t i, uint64_t *dice)
{
    return 50 * (int64_t)i + normal(dice, 16);
}
static int64_t wave(size_t i, uint64_t *dice)
{
    return (int64_t)lrint(1e6 * sin((double)i / 7));
}
static int64_t rare_steps(size_t i, uint64_t *dice)
{
    return i > 1000 ? 3 : i > 300 ? 1 : 0;
}
static int64_t strides(size_t i, uint64_t *dice)
{
    return 13 + 244140625 * (int64_t)(signal_dice(dice) % 16);
}
static int64_t spikes(size_t i, uint64_t *dice)
{
    return i % 97 == 5 ? INT64_C(1) << 40 : normal(dice, 4);
}
static int64_t two_valleys(size_t i, uint64_t *dice)
{
    return i % 2 ? INT64_C(1) << 30 : normal(dice, 2);
}
static int64_t wide(size_t i, uint64_t *dice)
{
    return i % 2 ? INT64_MAX : INT64_MIN;
}
static int64_t just_narrow(size_t i, uint64_t *dice)
{
    return (int64_t)(signal_dice(dice) >> 6);
}
static int64_t any(size_t i, uint64_t *dice)
{
    return (int64_t)signal_dice(dice);
}

static const shape shapes[] = {
    {"all alike", same, 0.1},
    {"a line", line, 0.1},
    {"white noise", white, 8.9},
    {"white noise between powers of two", white_between, 14.74},
    {"a line with noise", noisy_line, 6.3},
    {"a wave: the last two distances", wave, 7.0},
    {"rare steps", rare_steps, 0.2},
    {"of a stride", strides, 5.2},
    {"spikes", spikes, 6.2},
    {"near and far in turn", two_valleys, 36},
    {"from end to end", wide, 64.1},
    {"58 bits", just_narrow, 64.1},
    {"64 bits", any, 64.1},
};

static void check_ints(const shape *s, size_t count)
{
    int64_t x[COUNT], back[COUNT], first;
    uint8_t bytes[INTS_ROOM(COUNT) + CODE_PADDING] = {0};
    uint64_t dice = count;
    bool is_end;
    for (size_t i = 0; i < count; i++)
        x[i] = s->at(i, &dice);
    size_t len = (size_t)(ints_encode(bytes, x, count, 12345) - bytes);
    byte_reader in = {.at = bytes, .end = bytes + len};
    CHECK(s->label, len <= INTS_ROOM(count));
    CHECK(s->label, ints_decode(&in, back, count, 12345) && in.at == in.end);
    CHECK(s->label, memcmp(x, back, count * sizeof *x) == 0);
    in = (byte_reader){.at = bytes, .end = bytes + len};
    if (ints_decode_first(&in, &first, count, 12345, &is_end))
        CHECK(s->label, first == x[0] && (!is_end || in.at == in.end));
    if (count == COUNT && (double)len * 8 / COUNT > s->bits_most)
        fail_msg("%s: %.2f bits", s->label, (double)len * 8 / COUNT);
    for (size_t cut = 0; cut < len; cut += 1 + len / 50) {
        in = (byte_reader){.at = bytes, .end = bytes + cut};
        CHECK("cut off", !ints_decode(&in, back, count, 12345));
    }
}

static void test_ints(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 4, 10, 47, 48, 49, 300, COUNT};
    for (size_t s = 0; s < OQ_COUNT(shapes); s++)
        for (size_t c = 0; c < OQ_COUNT(counts); c++)
            check_ints(&shapes[s], counts[c]);
}

static void check_values(const char *label, const double *value, size_t count, double bytes_most)
{
    double back[COUNT], first;
    uint8_t bytes[VALUES_ROOM(COUNT) + CODE_PADDING] = {0};
    unsigned scale = 0;
    size_t len = (size_t)(values_encode(bytes, value, count, &scale) - bytes);
    byte_reader in = {.at = bytes, .end = bytes + len};
    CHECK(label, len <= VALUES_ROOM(count));
    CHECK(label, values_decode(&in, back, count) && in.at == in.end);
    for (size_t i = 0; i < count; i++)
        CHECK(label, value_bits(back[i]) == value_bits(value[i]));
    CHECK(label, value_bits(back[0]) != value_bits(-0.0) || signbit(back[0]) == 0);
    in = (byte_reader){.at = bytes, .end = bytes + len};
    if (values_decode_first(&in, &first, count))
        CHECK(label, value_bits(first) == value_bits(value[0]));
    if ((double)len / (double)count > bytes_most)
        fail_msg("%s: %.2f bytes", label, (double)len / (double)count);
}

/* What is written with up to 15 digits comes back as it was, whatever the scale. */
static void test_decimals(void **state)
{
    (void)state;
    double value[COUNT];
    uint64_t dice = 1;
    for (unsigned digits = 0; digits <= 15; digits++) {
        for (size_t i = 0; i < COUNT; i++) {
            char text[40];
            double whole = 20 + signal_noise(&dice) * pow(10, digits > 12 ? 12 - (int)digits : 0);
            snprintf(text, sizeof text, "%.*f", (int)digits, whole);
            value[i] = strtod(text, NULL);
        }
        char label[40];
        snprintf(label, sizeof label, "%u digits", digits);
        check_values(label, value, COUNT, (2.2 + (digits > 12 ? 12 : digits) * 3.33) / 8 + 0.3);
    }
}

static void test_odd_values(void **state)
{
    (void)state;
    const double nan = (double)NAN, inf = (double)INFINITY;
    double value[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        value[i] = (double)(i % 7) / 10;
    check_values("plain", value, COUNT, 0.6);
    value[900] = 1.0 / 3;
    value[901] = nan;
    value[902] = -inf;
    value[903] = 5e-324;
    check_values("few exceptions", value, COUNT, 0.65);
    for (size_t i = 0; i < 500; i++)
        value[i] = nan;
    check_values("a stretch of NaN at the beginning", value, COUNT, 0.6);
    for (size_t i = 0; i < COUNT; i++)
        value[i] = nan;
    check_values("nothing but NaN", value, COUNT, 0.01);
    value[0] = -0.0;
    check_values("minus zero", value, 2, 20);
    static const double edge[] = {0x1p51, -0x1p51, 0x1p53, 0x1p53 + 2, 2251799813685247,
                                  1e15,   1e22,    1e300,  -1e-300,    0.1 + 0.2};
    for (size_t i = 0; i < OQ_COUNT(edge); i++)
        for (size_t k = 0; k < OQ_COUNT(edge); k++)
            check_values("at the edges", (double[]){edge[i], 0.1, edge[k]}, 3, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ints),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_odd_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
