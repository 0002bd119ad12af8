/* quant/code_rest.h
 *
 * What a prediction leaves: integers near 0, in few bits. The bytes are described in code_rest.c.
 */
#ifndef QUANT_CODE_REST_H
#define QUANT_CODE_REST_H

#include "quant/code_bytes.h"

enum { REST_MAX = 2048 };

typedef enum rest_coding { REST_FLAT = 0, REST_RICE = 1, REST_EVENTS = 2 } rest_coding;

typedef struct rest_plan {
    rest_coding coding;
    unsigned k;
    bool is_long; /* a Rice code has two more bits that are always there */
    size_t bytes; /* exact */
} rest_plan;

/* The coding with the fewest bytes, nearly. `r` within 61 bits. Then the coder writes plan.bytes,
 * and up to eight bytes of nothing behind. */
rest_plan rest_choose(const int64_t *r, size_t count);
uint8_t *rest_put(uint8_t *to, const rest_plan *plan, const int64_t *r, size_t count);
bool rest_take(byte_reader *in, rest_coding coding, int64_t *r, size_t count);

/* The next place to look at, for estimates: all of up to 256, of more sixteen of each 64.
 * Stretches, since single ones at even distances would meet what has a rhythm in one phase of it.
 */
static inline size_t rest_next(size_t at, size_t count)
{
    return count > 256 && at % 16 == 15 ? at + 49 : at + 1;
}

/* A cheap estimate of what remainders need, in bits: fed with some of them, then asked.
 * It goes by their logarithms, so that a few large ones do not hide the many. */
typedef struct rest_estimate {
    uint64_t logs; /* of all u + 1, in 1024ths */
    size_t count, zeros;
} rest_estimate;

static inline void rest_feed(rest_estimate *e, int64_t r)
{
    double u = (double)(zigzag(r) + 1);
    uint64_t bits;
    memcpy(&bits, &u, sizeof bits);
    /* Exponent and the first ten bits behind it: the logarithm, straight between powers of two. */
    e->logs += (bits >> 42) - (UINT64_C(1023) << 10);
    e->count++;
    e->zeros += r == 0;
}

/* For `count` of them in all. */
size_t rest_bits(const rest_estimate *e, size_t count);

#endif
