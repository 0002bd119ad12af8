/* quant/feature_bytes.h: the bytes of a plan, and what models put beside it; for *_bytes.c. */
#ifndef QUANT_FEATURE_BYTES_H
#define QUANT_FEATURE_BYTES_H

#include "quant/code_bytes.h"
#include "quant/feature.h"

void bytes_add_varint(oq_buf *out, uint64_t value);
void bytes_add_signed(oq_buf *out, int64_t value);
void bytes_add_64(oq_buf *out, uint64_t value);
void bytes_add_doubles(oq_buf *out, const double *value, size_t count);
void feature_plan_write(const feature_plan *plan, oq_buf *out);

/* More than `max` is broken, and 0. */
size_t bytes_take_count(byte_reader *in, size_t max);
/* One that is not finite is broken. */
double *bytes_take_doubles(oq_arena *arena, byte_reader *in, size_t count);
/* False: no plan that feature_plan_check takes, or no norm that fits it. */
bool feature_plan_read(oq_arena *arena, byte_reader *in, feature_plan *ret_plan);

#endif
