/* quant/code_values.h
 *
 * A column of doubles: decimal numbers of few digits as integers of a decimal scale, others bit for
 * bit. The bytes are described in code_values.c. */
#ifndef QUANT_CODE_VALUES_H
#define QUANT_CODE_VALUES_H

#include "quant/code_ints.h"

/* What the encoder may write at most for `count` values: all of them integers and exceptions. */
#define VALUES_ROOM(count) (INTS_ROOM(count) + (count)*13 + 16)

/* Writes 1 to INTS_MAX values. `*scale` is a guess of the scale, of the values before; it becomes
 * the one that was taken (0 is a fair first guess). */
uint8_t *values_encode(uint8_t *to, const double *value, size_t count, unsigned *scale);

/* Reads as many; false when the bytes are not such a column. -0 comes back as 0, every NaN as the
 * same. */
bool values_decode(byte_reader *in, double *value, size_t count);

/* Only the first of `count`, when the column's beginning tells it. False: decode all. */
bool values_decode_first(byte_reader *in, double *ret_value, size_t count);

/* The 64 bits of a value as this form has them: -0 as 0, every NaN as the same; and back. */
uint64_t value_bits(double value);
double value_of_bits(uint64_t bits);

#endif
