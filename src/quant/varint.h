/* quant/varint.h: whole numbers in as few bytes as they need, seven bits each, lowest first
 * (LEB128); signed ones with the sign in the lowest bit. */
#ifndef QUANT_VARINT_H
#define QUANT_VARINT_H

#include "base/base.h"

static inline void varint_put(oq_buf *out, uint64_t value)
{
    char bytes[10];
    size_t count = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (char)(value | 0x80);
    bytes[count++] = (char)value;
    oq_buf_put(out, bytes, count);
}

static inline uint64_t varint_from_signed(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t varint_to_signed(uint64_t value)
{
    return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

/* Takes one off the front; false when there is none, or more than 64 bits. */
static inline bool varint_take(oq_str *rest, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < rest->len && i < 10; i++) {
        uint8_t byte = (uint8_t)rest->ptr[i];
        if (i == 9 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *rest = oq_strn(rest->ptr + i + 1, rest->len - i - 1);
            *ret_value = value;
            return true;
        }
    }
    return false;
}

#endif
