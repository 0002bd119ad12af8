#include "quant/decimal.h"

#include <float.h>
#include <math.h>

#include "base/banned.h"

const double decimal_power[23] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The parts of a number, and the place behind it. */
typedef struct parts {
    const char *behind;
    bool is_negative, is_integer;
    uint64_t digits; /* right for up to DECIMAL_DIGITS_MAX of them */
    ptrdiff_t count;
    int64_t exponent; /* of ten, for the digits as an integer */
} parts;

static const char *take_exponent(const char *p, const char *end, int64_t *exponent)
{
    enum { CAP = 100000 }; /* far beyond what a double holds */
    const char *at = p + 1;
    bool is_negative = at < end && *at == '-';
    at += is_negative || (at < end && *at == '+');
    if (at == end || !decimal_is_digit(*at))
        return p; /* "1e" is the number 1 and a letter */
    int64_t value = 0;
    for (; at < end && decimal_is_digit(*at); at++)
        value = value < CAP ? value * 10 + (*at - '0') : CAP;
    *exponent += is_negative ? -value : value;
    return at;
}

static void take_parts(const char *p, const char *end, parts *ret)
{
    *ret = (parts){.is_negative = *p == '-', .is_integer = true};
    p += *p == '-' || *p == '+';
    for (bool behind_point = false; p < end; p++) {
        if (*p == '.' && !behind_point) {
            behind_point = true;
            ret->is_integer = false;
        } else if (decimal_is_digit(*p)) {
            ret->digits = ret->digits * 10 + (uint64_t)(*p - '0');
            ret->count++;
            ret->exponent -= behind_point;
        } else {
            break;
        }
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *behind = take_exponent(p, end, &ret->exponent);
        ret->is_integer &= behind == p;
        p = behind;
    }
    ret->behind = p;
}

#if LDBL_MANT_DIG == 64 && LDBL_MAX_EXP == 16384
/* 64 bits of precision hold any 19 digits and 10^27. The quotient is rounded to 64 bits, then to
 * 53: the same as rounding once, unless the first left exactly the middle between two doubles. */
static bool try_extended(const parts *n, double *ret)
{
    static const long double power[28] = {1.0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                          1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                          1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                          1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    enum { BELOW_DOUBLE = 0x7ff, MIDDLE = 0x400 };
    if (n->exponent < -27 || n->exponent > 27)
        return false;
    long double wide = (long double)n->digits;
    wide = n->exponent < 0 ? wide / power[-n->exponent] : wide * power[n->exponent];
    uint64_t mantissa;
    memcpy(&mantissa, &wide, sizeof mantissa);
    if ((mantissa & BELOW_DOUBLE) == MIDDLE)
        return false;
    *ret = (double)wide;
    return true;
}
#else
static bool try_extended(const parts *n, double *ret)
{
    return false;
}
#endif

static bool try_exact(const parts *n, double *ret)
{
    if (n->count > DECIMAL_DIGITS_MAX)
        return false;
    if (n->digits > UINT64_C(1) << 53 || n->exponent < -22 || n->exponent > 22)
        return try_extended(n, ret);
    double value = (double)n->digits;
    *ret =
        n->exponent < 0 ? value / decimal_power[-n->exponent] : value * decimal_power[n->exponent];
    return true;
}

const char *decimal_read_slowly(const char *p, const char *end, decimal *ret)
{
    parts n;
    double value;
    take_parts(p, end, &n);
    if (!try_exact(&n, &value)) {
        char text[DECIMAL_TEXT_MAX + 1];
        size_t len = (size_t)(n.behind - p);
        if (len > DECIMAL_TEXT_MAX)
            return NULL;
        memcpy(text, p, len);
        text[len] = '\0';
        *ret = (decimal){strtod(text, NULL), n.is_integer};
        return n.behind;
    }
    *ret = (decimal){n.is_negative ? -value : value, n.is_integer};
    return n.behind;
}
