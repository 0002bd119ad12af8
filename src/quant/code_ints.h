/* quant/code_ints.h
 *
 * A column of integers in few bytes: what the columns of a block (times, values) are made of.
 * The bytes are described in code_ints.c. */
#ifndef QUANT_CODE_INTS_H
#define QUANT_CODE_INTS_H

#include "quant/code_bytes.h"

enum { INTS_MAX = 1024 };

/* What the encoder may write at most for `count` integers. */
#define INTS_ROOM(count) ((count)*8 + 64)

/* Writes 1 to INTS_MAX integers of any size. The first is written as its distance from `anchor`,
 * which the reader knows as well. */
uint8_t *ints_encode(uint8_t *to, const int64_t *x, size_t count, int64_t anchor);

/* Reads as many. False when the bytes are not such a column: then `x` holds anything. */
bool ints_decode(byte_reader *in, int64_t *x, size_t count, int64_t anchor);

#endif
