/* base/f64_digits.h: the shortest decimal that reads back as the same double; private to f64.c. */
#ifndef BASE_F64_DIGITS_H
#define BASE_F64_DIGITS_H

#include <stdint.h>

/* `value` (finite, above zero) lies nearest to digits * 10^exponent among the decimals of the
 * fewest digits that read back as it; the digits may end in zeros. */
typedef struct f64_decimal {
    uint64_t digits; /* at most 17 */
    int exponent;
} f64_decimal;
f64_decimal f64_shortest(double value);

#endif
