/* Bodies of models as bytes. */
#include "ai/pack.h"

#include "base/banned.h"

static void put_number(oq_buf *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        oq_buf_char(out, (char)(value >> (8 * i)));
}

void ai_pack_u32(oq_buf *out, uint32_t value)
{
    put_number(out, value, 4);
}

void ai_pack_u64(oq_buf *out, uint64_t value)
{
    put_number(out, value, 8);
}

void ai_pack_f64(oq_buf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(out, bits, 8);
}

void ai_pack_bytes(oq_buf *out, oq_str bytes)
{
    ai_pack_u32(out, (uint32_t)bytes.len);
    oq_buf_put(out, bytes.ptr, bytes.len);
}

static oq_str take(ai_unpack *in, size_t len)
{
    if (in->is_broken || in->rest.len < len) {
        in->is_broken = true;
        return OQ_NONE;
    }
    oq_str part = {in->rest.ptr, len};
    in->rest.ptr += len;
    in->rest.len -= len;
    return part;
}

static uint64_t take_number(ai_unpack *in, size_t bytes)
{
    oq_str part = take(in, bytes);
    uint64_t value = 0;
    for (size_t i = 0; i < part.len; i++)
        value |= (uint64_t)(unsigned char)part.ptr[i] << (8 * i);
    return value;
}

uint32_t ai_unpack_u32(ai_unpack *in)
{
    return (uint32_t)take_number(in, 4);
}

size_t ai_unpack_count(ai_unpack *in, size_t max, size_t each)
{
    size_t count = ai_unpack_u32(in);
    if (count > max || count * each > in->rest.len)
        in->is_broken = true;
    return in->is_broken ? 0 : count;
}

uint64_t ai_unpack_u64(ai_unpack *in)
{
    return take_number(in, 8);
}

double ai_unpack_f64(ai_unpack *in)
{
    uint64_t bits = take_number(in, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

oq_str ai_unpack_bytes(ai_unpack *in)
{
    return take(in, ai_unpack_u32(in));
}

oq_err *ai_unpack_end(const ai_unpack *in)
{
    if (in->is_broken || in->rest.len)
        return oq_fail(OQ_INTERNAL, "ai.model_malformed");
    return NULL;
}
