/* quant/code_ints.h
 *
 * A column of integers in few bytes: what the columns of a block (times, values) are made of.
 * The bytes are described in code_ints.c. */
#ifndef QUANT_CODE_INTS_H
#define QUANT_CODE_INTS_H

#include "quant/code_rest.h"

enum { INTS_MAX = REST_MAX };

/* What the encoder may write at most for `count` integers. */
#define INTS_ROOM(count) ((count)*8 + 64)

/* Writes 1 to INTS_MAX integers of any size. The first is written as its distance from `anchor`,
 * which the reader knows as well. */
uint8_t *ints_encode(uint8_t *to, const int64_t *x, size_t count, int64_t anchor);

/* Reads as many. False when the bytes are not such a column: then `x` holds anything. */
bool ints_decode(byte_reader *in, int64_t *x, size_t count, int64_t anchor);

/* Only the first integer, when the column's beginning tells it; `in` is then behind what was read,
 * and `*ret_is_end` says whether that is the column's end. False: decode all. */
bool ints_decode_first(byte_reader *in, int64_t *ret_x, size_t count, int64_t anchor,
                       bool *ret_is_end);

#endif
