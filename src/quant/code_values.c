/* A column of doubles v[0..n):
 *
 *   head        one byte: bits 0-4 scale (0..15, or 31 BITS), bit 7 exceptions follow; others 0
 *   integers    a column of code_ints.c with anchor 0
 *   exceptions  when told: varint count of stretches, of each: varint how many others are before
 *               it, varint (length - 1) * 2 + whether its value is given, and the eight bytes of
 *               that value; without, it is NaN. Under it the integers mean nothing.
 *
 *   scale 0..15   v = integer / 10^scale, as one division of doubles
 *   BITS          the integer is the double's 64 bits; if negative, with the other 63 inverted: so
 *                 integers are ordered as the doubles are
 *
 * A value is written as a decimal only when the division gives it back bit for bit. */
#include "quant/code_values.h"

#include <math.h>

/* Of how many values one may be odd before another scale is looked for: its exception takes as many
 * bits as one digit more for all. */
enum { FEW = 32, ODD_SHARE = 24 };

enum { SCALE_MAX = 15, SCALE_BITS = 31, HAS_EXCEPTIONS = 1 << 7, HEAD_UNUSED = 3 << 5 };

static const double power_of_ten[SCALE_MAX + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
};

/* Four at a time: the compiler makes what the machine has of it. */
typedef double four __attribute__((vector_size(32)));
typedef uint64_t four_bits __attribute__((vector_size(32)));

/* Adding it to a double below 2^51 rounds that to the nearest integer, which then stands in the
 * lowest bits of the sum. */
static const double ROUNDING = 6755399441055744.0; /* 1.5 * 2^52 */
static const uint64_t ROUNDING_BITS = 0x4338000000000000;
static const double SCALED_MAX = 2251799813685248.0; /* 2^51 */

uint64_t value_bits(double value)
{
    uint64_t bits;
    value = isnan(value) ? (double)NAN : value + 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

double value_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return isnan(value) ? (double)NAN : value;
}

static int64_t ordered_of(double value)
{
    int64_t bits = (int64_t)value_bits(value);
    return bits ^ (int64_t)(sign_mask(bits) >> 1);
}

static double of_ordered(int64_t ordered)
{
    return value_of_bits((uint64_t)ordered ^ sign_mask(ordered) >> 1);
}

/* --- writing ------------------------------------------------------------------------------------*/

/* The value as an integer of the scale; false when it would not come back. */
static inline bool scale_value(double value, double power, double *ret_scaled)
{
    double rounded = (value * power + ROUNDING) - ROUNDING;
    *ret_scaled = rounded;
    return rounded / power == value && fabs(rounded) < SCALED_MAX;
}

static bool fits(double value, unsigned scale)
{
    double scaled;
    return scale_value(value, power_of_ten[scale], &scaled);
}

/* How many digits the value has behind the point; SCALE_BITS: too many. */
static unsigned digits_of(double value, unsigned guess)
{
    unsigned scale = guess;
    while (scale > 0 && fits(value, scale - 1))
        scale--;
    while (scale <= SCALE_MAX && !fits(value, scale))
        scale++;
    return scale <= SCALE_MAX ? scale : SCALE_BITS;
}

/* The scale at which some values of the column, taken evenly, need the fewest bits, when one that
 * does not fit costs 80. */
static unsigned choose_scale(const double *value, size_t count)
{
    size_t with[SCALE_BITS + 1] = {0}, taken = 0;
    size_t stride = count > 64 ? count / 64 : 1;
    for (size_t i = 0; i < count; i += stride) {
        if (isnan(value[i]))
            continue;
        with[digits_of(value[i], 2)]++;
        taken++;
    }
    unsigned best = SCALE_BITS;
    double least = 50 * (double)taken;
    size_t fit = 0;
    for (unsigned scale = 0; scale <= SCALE_MAX; scale++) {
        fit += with[scale];
        double bits = (double)scale * 3.32 * (double)taken + 80 * (double)(taken - fit);
        if (fit > 0 && bits < least) {
            least = bits;
            best = scale;
        }
    }
    return taken ? best : 0;
}

/* The integers of the values, when all fit. */
static bool scale_all(const double *value, size_t count, unsigned scale, int64_t *x)
{
    double power = power_of_ten[scale], scaled;
    four_bits good = {-1, -1, -1, -1};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        four v, rounded;
        memcpy(&v, value + i, sizeof v);
        rounded = v * power + ROUNDING;
        four_bits integers = (four_bits)rounded - ROUNDING_BITS;
        memcpy(x + i, &integers, sizeof integers);
        rounded -= ROUNDING;
        good &=
            (four_bits)((rounded / power == v) & (rounded < SCALED_MAX) & (rounded > -SCALED_MAX));
    }
    bool all = good[0] & good[1] & good[2] & good[3];
    for (; i < count; i++) {
        all &= scale_value(value[i], power, &scaled);
        x[i] = all ? (int64_t)scaled : 0;
    }
    return all;
}

/* The integers of the values; what does not fit (or is NaN) gets its neighbour's, and is marked.
 * Returns how many those are; `*ret_odd`: of them not NaN. */
static size_t scale_some(const double *value, size_t count, unsigned scale, int64_t *x,
                         bool *is_exception, size_t *ret_odd)
{
    size_t exceptions = 0, first = count, odd = 0;
    double scaled, power = scale == SCALE_BITS ? 1 : power_of_ten[scale];
    for (size_t i = 0; i < count; i++) {
        bool good = scale == SCALE_BITS ? !isnan(value[i]) : scale_value(value[i], power, &scaled);
        is_exception[i] = !good;
        if (good) {
            x[i] = scale == SCALE_BITS ? ordered_of(value[i]) : (int64_t)scaled;
            first = first < i ? first : i;
        } else {
            x[i] = i > 0 ? x[i - 1] : 0;
            exceptions++;
            odd += !isnan(value[i]);
        }
    }
    for (size_t i = 0; i < first && first < count; i++)
        x[i] = x[first];
    *ret_odd = odd;
    return exceptions;
}

static bool is_alike(double a, double b)
{
    return value_bits(a) == value_bits(b);
}

/* The first place behind the stretch of exceptions of one value that begins at `from`. */
static size_t stretch_end(const double *value, const bool *is_exception, size_t from, size_t count)
{
    size_t to = from + 1;
    while (to < count && is_exception[to] && is_alike(value[to], value[from]))
        to++;
    return to;
}

static uint8_t *put_exceptions(uint8_t *to, const double *value, const bool *is_exception,
                               size_t count)
{
    size_t stretches = 0, before = 0;
    for (size_t i = 0; i < count;)
        if (is_exception[i]) {
            i = stretch_end(value, is_exception, i, count);
            stretches++;
        } else {
            i++;
        }
    to = put_varint(to, stretches);
    for (size_t i = 0; i < count;) {
        if (!is_exception[i]) {
            i++;
            before++;
            continue;
        }
        size_t end = stretch_end(value, is_exception, i, count);
        to = put_varint(to, before);
        to = put_varint(to, (end - i - 1) * 2 + !isnan(value[i]));
        if (!isnan(value[i]))
            to = put_64(to, value_bits(value[i]));
        before = 0;
        i = end;
    }
    return to;
}

uint8_t *values_encode(uint8_t *to, const double *value, size_t count, unsigned *scale)
{
    int64_t x[INTS_MAX];
    bool is_exception[INTS_MAX];
    size_t exceptions = 0, odd = count;
    unsigned guess = *scale;
    /* Few values are not worth more digits than they have; of many, the ones before tell better. */
    if (count < FEW)
        guess = digits_of(value[0], guess <= SCALE_MAX ? guess : 0);
    if (guess > SCALE_MAX || !scale_all(value, count, guess, x)) {
        if (guess <= SCALE_MAX)
            exceptions = scale_some(value, count, guess, x, is_exception, &odd);
        if (odd > count / ODD_SHARE) {
            guess = choose_scale(value, count);
            exceptions = scale_some(value, count, guess, x, is_exception, &odd);
        }
    }
    *scale = guess;
    *to++ = (uint8_t)(guess | (exceptions ? HAS_EXCEPTIONS : 0));
    to = ints_encode(to, x, count, 0);
    return exceptions ? put_exceptions(to, value, is_exception, count) : to;
}

/* --- reading ------------------------------------------------------------------------------------*/

static bool take_exceptions(byte_reader *in, double *value, size_t count)
{
    uint64_t stretches = take_varint(in);
    size_t at = 0;
    for (; stretches > 0 && !in->is_broken; stretches--) {
        uint64_t before = take_varint(in), told = take_varint(in), length = told / 2 + 1;
        double other = told & 1 ? value_of_bits(take_64(in)) : (double)NAN;
        if (before > count - at || length > count - at - before)
            return false;
        at += (size_t)before;
        for (size_t end = at + (size_t)length; at < end; at++)
            value[at] = other;
    }
    return !in->is_broken;
}

/* For integers below 2^51, as the encoder makes them; others become anything, but the same wherever
 * they stand. */
static double unscale_one(int64_t x, double power)
{
    uint64_t bits = (uint64_t)x + ROUNDING_BITS;
    double rounded;
    memcpy(&rounded, &bits, sizeof rounded);
    return (rounded - ROUNDING) / power;
}

static void unscale(const int64_t *x, size_t count, double power, double *value)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        four_bits integers;
        memcpy(&integers, x + i, sizeof integers);
        four v = ((four)(integers + ROUNDING_BITS) - ROUNDING) / power;
        memcpy(value + i, &v, sizeof v);
    }
    for (; i < count; i++)
        value[i] = unscale_one(x[i], power);
}

bool values_decode(byte_reader *in, double *value, size_t count)
{
    int64_t x[INTS_MAX];
    unsigned head = take_byte(in), scale = head & 31;
    if ((head & HEAD_UNUSED) || (scale > SCALE_MAX && scale != SCALE_BITS) ||
        !ints_decode(in, x, count, 0))
        return false;
    if (scale == SCALE_BITS) {
        for (size_t i = 0; i < count; i++)
            value[i] = of_ordered(x[i]);
    } else {
        unscale(x, count, power_of_ten[scale], value);
    }
    return !(head & HAS_EXCEPTIONS) || take_exceptions(in, value, count);
}

bool values_decode_first(byte_reader *in, double *ret_value, size_t count)
{
    int64_t x;
    bool is_end;
    unsigned scale = take_byte(in); /* with exceptions it is none */
    if ((scale > SCALE_MAX && scale != SCALE_BITS) || !ints_decode_first(in, &x, count, 0, &is_end))
        return false;
    if (scale == SCALE_BITS)
        *ret_value = of_ordered(x);
    else
        *ret_value = unscale_one(x, power_of_ten[scale]);
    return true;
}
