/* The shortest decimal text of a double. Most measured values have a few decimals, and those are
 * found by one division; the others, such as what a sensor gave as a float, by f64_digits.c. */
#include "base/f64_digits.h"
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

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

/* As printf("%g") would lay it out: with a point where the number is of an everyday size, else with
 * an exponent. */
static size_t put_shortest(char *out, f64_decimal d)
{
    char digit[24];
    size_t len = 0;
    int count = 0;
    while (d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    for (uint64_t rest = d.digits; rest; rest /= 10)
        digit[count++] = (char)('0' + rest % 10); /* the last one first */
    int size = d.exponent + count - 1, most = count < 15 ? 15 : count;
    if (size < -4 || size >= most) {
        out[len++] = digit[count - 1];
        for (int i = count - 2; i >= 0; i--) {
            if (i == count - 2)
                out[len++] = '.';
            out[len++] = digit[i];
        }
        return len + (size_t)snprintf(out + len, 8, "e%d", size);
    }
    if (size < 0) {
        memcpy(out, "0.0000", 6);
        len = (size_t)(1 - size);
    }
    for (int i = count - 1, at = size; i >= 0; i--, at--) {
        if (at == -1 && size >= 0)
            out[len++] = '.';
        out[len++] = digit[i];
    }
    for (int at = size - count; at >= 0; at--)
        out[len++] = '0';
    return len;
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
    size_t sign = value < 0;
    out[0] = '-';
    return sign + put_shortest(out + sign, f64_shortest(fabs(value)));
}
