/* quant/decimal.h
 *
 * Decimal text into doubles, for texts of millions of numbers. The result is the double nearest to
 * what is written (ties to even), as strtod gives it, in a few nanoseconds for readings of up to 19
 * digits: the digits as an integer and the power of ten are both exact, so that one multiplication
 * or division rounds once (W. D. Clinger, How to Read Floating Point Numbers Accurately, 1990). */
#ifndef QUANT_DECIMAL_H
#define QUANT_DECIMAL_H

#include "base/base.h"

enum {
    DECIMAL_DIGITS_MAX = 19, /* that many always fit 64 bits */
    DECIMAL_TEXT_MAX = 400,  /* longer texts are no numbers to us */
};

typedef struct decimal {
    double value;    /* may be infinite: "1e400" */
    bool is_integer; /* without point and exponent */
} decimal;

/* For what the inline part does not know: more digits, large exponents. */
const char *decimal_read_slowly(const char *p, const char *end, decimal *ret);

extern const double decimal_power[23]; /* 10^0 ... 10^22, all exact */

static inline bool decimal_is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Takes a number off the front of [p, end): -12.5e3, .5, 7. and +1 are numbers; inf, nan and 0x10
 * are not. Returns the place behind it; NULL: there is none. */
static inline const char *decimal_read(const char *p, const char *end, decimal *ret)
{
    const char *start = p;
    bool is_negative = p < end && *p == '-';
    p += is_negative || (p < end && *p == '+');
    const char *first = p;
    uint64_t digits = 0;
    while (p < end && decimal_is_digit(*p))
        digits = digits * 10 + (uint64_t)(*p++ - '0');
    ptrdiff_t whole = p - first, decimals = 0;
    bool has_point = p < end && *p == '.';
    if (has_point) {
        const char *point = p++;
        while (p < end && decimal_is_digit(*p))
            digits = digits * 10 + (uint64_t)(*p++ - '0');
        decimals = p - point - 1;
    }
    if (whole + decimals == 0)
        return NULL;
    if (whole + decimals > DECIMAL_DIGITS_MAX || decimals > 22 || digits > UINT64_C(1) << 53 ||
        (p < end && (*p == 'e' || *p == 'E')))
        return decimal_read_slowly(start, end, ret);
    double value = (double)digits / decimal_power[decimals];
    *ret = (decimal){is_negative ? -value : value, !has_point};
    return p;
}

/* An integer of up to 19 digits, with a sign or without; NULL: there is none, or it has more. */
static inline const char *decimal_read_i64(const char *p, const char *end, int64_t *ret)
{
    bool is_negative = p < end && *p == '-';
    p += is_negative;
    const char *first = p;
    uint64_t digits = 0;
    while (p < end && decimal_is_digit(*p))
        digits = digits * 10 + (uint64_t)(*p++ - '0');
    if (p == first || p - first > DECIMAL_DIGITS_MAX || digits > INT64_MAX)
        return NULL;
    *ret = is_negative ? -(int64_t)digits : (int64_t)digits;
    return p;
}

#endif
