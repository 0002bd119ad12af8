/* quant/model_bytes.h
 *
 * Stored models: numbers behind one another, little endian; counts as varints, what was computed as
 * floats (seven digits) or doubles. Reading takes any bytes: past the end all is 0, and what is not
 * finite or beyond its limit makes the reader broken (quant/code_bytes.h), which is asked once, at
 * the end. */
#ifndef QUANT_MODEL_BYTES_H
#define QUANT_MODEL_BYTES_H

#include <math.h>

#include "quant/code_bytes.h"

static inline void model_put_count(oq_buf *to, uint64_t count)
{
    uint8_t bytes[CODE_VARINT_MAX];
    oq_buf_put(to, bytes, (size_t)(put_varint(bytes, count) - bytes));
}

static inline void model_put_i64(oq_buf *to, int64_t value)
{
    uint8_t bytes[CODE_VARINT_MAX];
    oq_buf_put(to, bytes, (size_t)(put_signed(bytes, value) - bytes));
}

static inline void model_put_f64(oq_buf *to, double value)
{
    uint8_t bytes[8];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_64(bytes, bits);
    oq_buf_put(to, bytes, sizeof bytes);
}

static inline void model_put_f32(oq_buf *to, float value)
{
    uint8_t bytes[4];
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_bytes(bytes, bits, sizeof bytes);
    oq_buf_put(to, bytes, sizeof bytes);
}

/* At most `max`, or broken and 0. */
static inline size_t model_take_count(byte_reader *in, size_t max)
{
    uint64_t count = take_varint(in);
    in->is_broken |= count > max;
    return in->is_broken ? 0 : (size_t)count;
}

/* A number of things of at least `size` bytes each: no more than the bytes left can hold. */
static inline size_t model_take_things(byte_reader *in, size_t max, size_t size)
{
    size_t count = model_take_count(in, max);
    in->is_broken |= count > reader_left(in) / size;
    return in->is_broken ? 0 : count;
}

static inline double model_take_f64(byte_reader *in)
{
    uint64_t bits = take_64(in);
    double value;
    memcpy(&value, &bits, sizeof value);
    in->is_broken |= !isfinite(value);
    return in->is_broken ? 0 : value;
}

static inline float model_take_f32(byte_reader *in)
{
    const uint8_t *at = take_bytes(in, 4);
    uint32_t bits =
        at ? (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24
           : 0;
    float value;
    memcpy(&value, &bits, sizeof value);
    in->is_broken |= !isfinite(value);
    return in->is_broken ? 0 : value;
}

/* Finite, and more than 0. */
static inline double model_take_size(byte_reader *in)
{
    double value = model_take_f64(in);
    in->is_broken |= !(value > 0);
    return in->is_broken ? 1 : value;
}

#endif
