/* Any bytes as a chunk: an error, or samples whose times rise and which are the same when they are
 * written and read again. And any bytes as samples: they come back. */
#include <math.h>

#include "base/base.h"
#include "quant/chunk.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    value = isnan(value) ? (double)NAN : value + 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void check_alike(const samples *a, const samples *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a->time[i] != b->time[i] || bits_of(a->value[i]) != bits_of(b->value[i]) ||
            samples_quality(a, i) != samples_quality(b, i))
            abort();
}

/* Far enough from the ends of what 64 bits hold. */
static bool is_sane(oq_us at)
{
    return at > INT64_MIN / 4 && at < INT64_MAX / 4;
}

static void check_round_trip(oq_arena *arena, const samples *s, size_t bytes_max)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    samples back;
    size_t count = chunk_encode(s, bytes_max, &out);
    if (count == 0 || count > s->count || (count > 1 && out.len > bytes_max) || out.overflow)
        abort();
    if (chunk_decode(arena, oq_buf_view(&out), true, &back) || back.count != count)
        abort();
    check_alike(s, &back, count);
    for (size_t i = 0; s->known && i < count; i++) {
        if (is_sane(s->time[i]) && is_sane(s->known[i]) && back.known[i] < s->known[i])
            abort();
    }
}

/* Each sample takes the bytes that its first one asks for. */
static samples take_samples(oq_arena *arena, const uint8_t *at, size_t size)
{
    samples s = samples_make(arena, size, true, true);
    const uint8_t *end = at + size;
    oq_us time = 0;
    double value = 0;
    while (end - at >= 12) {
        uint64_t word;
        uint32_t more;
        memcpy(&word, at + 1, sizeof word);
        memcpy(&more, at + 8, sizeof more);
        unsigned how = *at;
        time += how & 1 ? 1 : (oq_us)(more >> (how >> 5 & 7) * 4) + 1;
        if (how & 2)
            memcpy(&value, &word, sizeof value);
        else if (how & 4)
            value = (double)(int16_t)more / 100;
        s.time[s.count] = time;
        s.value[s.count] = value;
        s.quality[s.count] = how & 8 ? more : QUALITY_GOOD;
        s.known[s.count] = how & 16 ? time + (oq_us)word % OQ_DAY : time;
        s.count++;
        at += how & 6 ? 12 : 1;
    }
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    oq_arena *arena = oq_arena_open(0);
    samples s = {0};
    if (data[0] & 1)
        s = take_samples(arena, data + 3, size - 3);
    else if (chunk_decode(arena, oq_strn((const char *)data + 1, size - 1), true, &s))
        s.count = 0;
    for (size_t i = 1; i < s.count; i++)
        if (s.time[i] <= s.time[i - 1])
            abort();
    if (s.count > 0)
        check_round_trip(arena, &s, data[0] & 2 ? SIZE_MAX : (size_t)data[1] * 16);
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
