/* quant/code_bytes.h
 *
 * Bytes of the sample codec: little endian, small numbers in few bytes (LEB128: seven bits a byte,
 * lowest first, the highest bit says that more follow; signed ones zigzag). Only for the coders in
 * this folder. */
#ifndef QUANT_CODE_BYTES_H
#define QUANT_CODE_BYTES_H

#include "base/base.h"

/* --- writing: the caller has seen to the room --------------------------------------------------*/

enum { CODE_VARINT_MAX = 10 };

/* All bits of a negative number, none of another. */
static inline uint64_t sign_mask(int64_t value)
{
    return 0 - (uint64_t)(value < 0);
}

static inline uint64_t zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ sign_mask(value);
}

static inline int64_t unzigzag(uint64_t coded)
{
    return (int64_t)(coded >> 1) ^ -(int64_t)(coded & 1);
}

static inline uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static inline uint8_t *put_signed(uint8_t *to, int64_t value)
{
    return put_varint(to, zigzag(value));
}

static inline size_t varint_size(uint64_t value)
{
    return value < 0x80 ? 1 : (size_t)(70 - __builtin_clzll(value)) / 7;
}

/* All machines this runs on are little endian; the form is, whatever they are. */
static inline uint64_t load_64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline uint8_t *put_64(uint8_t *to, uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

/* The lowest `size` bytes of the value. */
static inline uint8_t *put_bytes(uint8_t *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> (8 * i));
    return to + size;
}

/* Bits, the lowest first: what is not yet eight bits waits in `pending`. Writes up to eight bytes
 * beyond what it is given. */
typedef struct bit_writer {
    uint8_t *at;
    uint64_t pending;
    unsigned count;
} bit_writer;

/* `width` at most 57; the bits of `value` above it are 0. */
static inline void put_bits(bit_writer *out, uint64_t value, unsigned width)
{
    out->pending |= value << out->count;
    out->count += width;
    put_64(out->at, out->pending);
    out->at += out->count / 8;
    out->pending = out->count >= 64 ? 0 : out->pending >> (out->count & 56);
    out->count &= 7;
}

/* The end, in whole bytes. */
static inline uint8_t *bits_end(const bit_writer *out)
{
    return out->at + (out->count > 0);
}

/* --- reading: past the end all is 0, and `is_broken` says so -----------------------------------*/

/* Behind `end` there are CODE_PADDING bytes that may be read (and mean nothing): a load of eight
 * bytes needs no care for the end. */
enum { CODE_PADDING = 8 };

typedef struct byte_reader {
    const uint8_t *at, *end;
    bool is_broken;
} byte_reader;

static inline size_t reader_left(const byte_reader *in)
{
    return (size_t)(in->end - in->at);
}

/* The next `size` bytes, or NULL. */
static inline const uint8_t *take_bytes(byte_reader *in, size_t size)
{
    if (size > reader_left(in)) {
        in->is_broken = true;
        return NULL;
    }
    const uint8_t *taken = in->at;
    in->at += size;
    return taken;
}

static inline uint8_t take_byte(byte_reader *in)
{
    const uint8_t *byte = take_bytes(in, 1);
    return byte ? *byte : 0;
}

static inline uint64_t take_64(byte_reader *in)
{
    const uint8_t *bytes = take_bytes(in, 8);
    return bytes ? load_64(bytes) : 0;
}

/* At most ten bytes; bits beyond the 64th make it broken. */
static inline uint64_t take_varint(byte_reader *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = take_byte(in);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            in->is_broken |= shift == 63 && byte > 1;
            return value;
        }
    }
    in->is_broken = true;
    return 0;
}

static inline int64_t take_signed(byte_reader *in)
{
    return unzigzag(take_varint(in));
}

#endif
