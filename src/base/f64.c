/* The shortest decimal text of a double. Most measured values have a few decimals, and those are
 * found by arithmetic alone; the rest tries 15, 16 and 17 digits, of which 17 always suffice
 * (D. Goldberg, What Every Computer Scientist Should Know About Floating-Point Arithmetic, 1991,
 * theorem 15). */
#include "base/json.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

enum { DECIMALS_MAX = 6 };
#define EXACT_MAX 9007199254740992.0 /* 2^53: up to here each integer is a double */

/* "12345" with three decimals becomes "12.345". */
static size_t put_decimals(char *out, int64_t scaled, int decimals)
{
    size_t len = 0;
    uint64_t size = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    char digit[24];
    int count = 0;
    do
        digit[count++] = (char)('0' + size % 10);
    while ((size /= 10) || count <= decimals);
    if (scaled < 0)
        out[len++] = '-';
    while (count > 0) {
        out[len++] = digit[--count];
        if (decimals && count == decimals)
            out[len++] = '.';
    }
    return len;
}

/* Both the integer and the power of ten are exact and IEEE division rounds correctly, so the
 * quotient is the very double that the text means. */
static size_t try_few_decimals(double value, char *out)
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (int decimals = 1; decimals <= DECIMALS_MAX; decimals++) {
        double scaled = nearbyint(value * power[decimals]);
        if (fabs(scaled) >= EXACT_MAX)
            return 0;
        if (scaled / power[decimals] == value)
            return put_decimals(out, (int64_t)scaled, decimals);
    }
    return 0;
}

/* "1e-07" -> "1e-7", "1e+22" -> "1e22". */
static size_t shorten_exponent(char *text, size_t len)
{
    char *e = memchr(text, 'e', len);
    if (!e)
        return len;
    char *from = e + 1, *to = e + 1, *end = text + len;
    if (*from == '-')
        *to++ = *from;
    from++;
    while (*from == '0' && from + 1 < end)
        from++;
    while (from < end)
        *to++ = *from++;
    return (size_t)(to - text);
}

size_t oq_f64_format(double value, char out[OQ_F64_TEXT_MAX])
{
    assert(isfinite(value));
    if (value == 0 && signbit(value)) {
        memcpy(out, "-0.0", 4);
        return 4;
    }
    if (fabs(value) < EXACT_MAX && value == (double)(int64_t)value)
        return put_decimals(out, (int64_t)value, 0);
    if (fabs(value) >= 1e-4) {
        size_t len = try_few_decimals(value, out);
        if (len)
            return len;
    }
    /* Below DBL_MIN fewer than 15 digits carry information, and the shortest may have one. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15;; digits++) {
        int len = snprintf(out, OQ_F64_TEXT_MAX, "%.*g", digits, value);
        assert(len > 0 && len < OQ_F64_TEXT_MAX);
        if (digits == 17 || strtod(out, NULL) == value)
            return shorten_exponent(out, (size_t)len);
    }
}
