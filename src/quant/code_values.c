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

enum { SCALE_MAX = 15, SCALE_BITS = 31, HAS_EXCEPTIONS = 1 << 7, HEAD_UNUSED = 3 << 5 };

static const double power_of_ten[SCALE_MAX + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
};

/* Adding and subtracting it rounds a double below 2^51 to the nearest integer. */
static const double ROUNDING = 6755399441055744.0;   /* 1.5 * 2^52 */
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
    return bits ^ ((bits >> 63) & INT64_MAX);
}

static double of_ordered(int64_t ordered)
{
    return value_of_bits((uint64_t)(ordered ^ ((ordered >> 63) & INT64_MAX)));
}

/* --- writing ------------------------------------------------------------------------------------*/

/* The value as an integer of the scale; false when it would not come back. */
static inline bool scale_value(double value, double power, double *ret_scaled)
{
    double rounded = (value * power + ROUNDING) - ROUNDING;
    *ret_scaled = rounded;
    return rounded / power == value && fabs(rounded) < SCALED_MAX;
}

/* How many digits the value has behind the point, from `least` on; SCALE_BITS: too many. */
static unsigned digits_of(double value, unsigned least)
{
    double scaled;
    for (unsigned scale = least; scale <= SCALE_MAX; scale++)
        if (scale_value(value, power_of_ten[scale], &scaled))
            return scale;
    return SCALE_BITS;
}

static size_t count_misfits(const double *value, size_t count, unsigned scale)
{
    size_t misfits = 0;
    double scaled, power = power_of_ten[scale];
    for (size_t i = 0; i < count; i++)
        misfits += !scale_value(value[i], power, &scaled);
    return misfits;
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
        with[digits_of(value[i], 0)]++;
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

/* The integers of the values; what does not fit (or is NaN) gets its neighbour's, and is marked.
 * Returns how many those are. */
static size_t to_integers(const double *value, size_t count, unsigned scale, int64_t *x,
                          bool *is_exception)
{
    size_t exceptions = 0, first = count;
    double scaled, power = scale == SCALE_BITS ? 1 : power_of_ten[scale];
    for (size_t i = 0; i < count; i++) {
        bool fits = scale == SCALE_BITS ? !isnan(value[i]) : scale_value(value[i], power, &scaled);
        is_exception[i] = !fits;
        if (fits) {
            x[i] = scale == SCALE_BITS ? ordered_of(value[i]) : (int64_t)scaled;
            first = first < i ? first : i;
        } else {
            x[i] = i > 0 ? x[i - 1] : 0;
            exceptions++;
        }
    }
    for (size_t i = 0; i < first && first < count; i++)
        x[i] = x[first];
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
    if (*scale > SCALE_MAX || count_misfits(value, count, *scale) > 0)
        *scale = choose_scale(value, count);
    size_t exceptions = to_integers(value, count, *scale, x, is_exception);
    *to++ = (uint8_t)(*scale | (exceptions ? HAS_EXCEPTIONS : 0));
    to = ints_encode(to, x, count, 0);
    if (exceptions)
        to = put_exceptions(to, value, is_exception, count);
    return to;
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
        double power = power_of_ten[scale];
        for (size_t i = 0; i < count; i++)
            value[i] = (double)x[i] / power;
    }
    return !(head & HAS_EXCEPTIONS) || take_exceptions(in, value, count);
}
