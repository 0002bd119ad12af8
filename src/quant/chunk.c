/* A chunk, all numbers little endian:
 *
 *   0  byte   1, the form's number
 *   1  byte   bit 0: not all are good; the others 0
 *   2  u16    samples - 1
 *   4  i64    first time
 *   12 i64    last time
 *   20        blocks of INTS_MAX samples (the last has what is left)
 *
 * A block:
 *
 *   byte      what is given: bit 0 times, bit 1 quality, bit 2 known; the others 0
 *   times     a column of code_ints.c, its anchor the last time of the block before (of the first
 *             block: the first time). Not given: they go on with the last distance of the block
 *             before (the first block: one sample at the first time)
 *   values    code_values.c
 *   quality   code_runs.c; not given: all as the last of the block before (the first block: good)
 *   known     code_runs.c; not given: all by the last run of the block before (the first block:
 *             at their time) */
#include "quant/chunk.h"

#include "quant/code_runs.h"
#include "quant/code_values.h"

enum { FORM = 1, HEAD_BYTES = 20, HAS_QUALITY = 1 };
enum { GIVES_TIMES = 1, GIVES_QUALITY = 2, GIVES_KNOWN = 4, GIVES_ALL = 7 };

#define BLOCK_ROOM (1 + INTS_ROOM(INTS_MAX) + VALUES_ROOM(INTS_MAX) + 2 * RUNS_ROOM(INTS_MAX))

/* What one block hands to the next. */
typedef struct state {
    oq_us last, distance;
    quality quality;
    lateness late;
    unsigned scale;
} state;

static oq_us add(oq_us a, oq_us b)
{
    return (oq_us)((uint64_t)a + (uint64_t)b);
}

/* --- writing ------------------------------------------------------------------------------------*/

static bool is_steady(const oq_us *time, size_t count, const state *s)
{
    oq_us next = s->last;
    for (size_t i = 0; i < count; i++) {
        next = add(next, s->distance);
        if (time[i] != next)
            return false;
    }
    return true;
}

static void carry_times(const oq_us *time, size_t count, state *s)
{
    s->distance = count > 1 ? (oq_us)((uint64_t)time[count - 1] - (uint64_t)time[count - 2])
                            : (oq_us)((uint64_t)time[0] - (uint64_t)s->last);
    s->last = time[count - 1];
}

/* Writes one block into `to`, which has BLOCK_ROOM; gives its length. */
static size_t encode_block(uint8_t *to, const samples *in, state *s)
{
    uint8_t *gives = to, *at = to + 1;
    size_t count = in->count;
    *gives = 0;
    if (!is_steady(in->time, count, s)) {
        *gives |= GIVES_TIMES;
        at = ints_encode(at, in->time, count, s->last);
    }
    carry_times(in->time, count, s);
    at = values_encode(at, in->value, count, &s->scale);
    if (!quality_is_all(in->quality, count, s->quality)) {
        *gives |= GIVES_QUALITY;
        at = quality_encode(at, in->quality, count, &s->quality);
    }
    if (lateness_holds(s->late, in->time, in->known, count) < count) {
        *gives |= GIVES_KNOWN;
        at = known_encode(at, in->time, in->known, count, &s->late);
    }
    return (size_t)(at - to);
}

/* What is asked of a block, and what came of it. */
typedef struct fitting {
    size_t room, least; /* bytes; samples that must be in, whether they fit or not */
    double per_sample;  /* bytes that a sample needed so far; 0: not known */
    size_t len;
} fitting;

/* Writes the longest beginning of the block that fits, but for CHUNK_SLACK; gives how many samples
 * that are. Their number is guessed from what others needed: mostly two or three are tried. */
static size_t encode_part(uint8_t *to, const samples *block, fitting *f, state *s)
{
    const state before = *s;
    const size_t slack = f->room / 64 < CHUNK_SLACK ? f->room / 64 : CHUNK_SLACK;
    size_t fits = 0, too_many = block->count + 1, guess = block->count;
    if (f->per_sample * (double)guess > (double)f->room)
        guess = (size_t)((double)f->room / f->per_sample) + 1;
    while (fits + 1 < too_many) {
        samples part = samples_part(block, 0, guess);
        *s = before;
        f->len = encode_block(to, &part, s);
        if (f->len <= f->room || guess <= f->least) {
            fits = guess;
            if (fits + 1 == too_many || f->len + slack >= f->room)
                return fits;
            guess += (f->room - f->len) * guess / f->len;
        } else {
            too_many = guess;
            guess -= (f->len - f->room) * guess / f->len + guess / 512 + 1;
        }
        guess = guess <= fits || guess > too_many ? fits + 1 : guess;
        guess = guess < too_many ? guess : too_many - 1;
    }
    *s = before;
    f->len = 0;
    if (fits > 0) {
        samples part = samples_part(block, 0, fits);
        f->len = encode_block(to, &part, s);
    }
    return fits;
}

size_t chunk_encode(const samples *in, size_t bytes_max, oq_buf *out)
{
    assert(in->count > 0);
    uint8_t block[BLOCK_ROOM], head[HEAD_BYTES] = {FORM};
    size_t most = in->count < CHUNK_SAMPLES_MAX ? in->count : CHUNK_SAMPLES_MAX, done = 0;
    size_t begin = out->len, len = HEAD_BYTES;
    state s = {.last = in->time[0]};
    oq_buf_put(out, head, sizeof head);
    while (done < most) {
        size_t want = most - done < INTS_MAX ? most - done : INTS_MAX;
        samples part = samples_part(in, done, want);
        fitting f = {.room = len < bytes_max ? bytes_max - len : 0,
                     .least = done == 0,
                     .per_sample = done > 0 ? (double)(len - HEAD_BYTES) / (double)done : 0};
        size_t got = encode_part(block, &part, &f, &s);
        oq_buf_put(out, block, f.len);
        done += got;
        len += f.len;
        if (got < want)
            break;
    }
    head[1] = quality_is_all(in->quality, done, QUALITY_GOOD) ? 0 : HAS_QUALITY;
    put_bytes(head + 2, done - 1, 2);
    put_64(head + 4, (uint64_t)in->time[0]);
    put_64(head + 12, (uint64_t)in->time[done - 1]);
    if (!out->overflow)
        memcpy(out->ptr + begin, head, sizeof head);
    return done;
}

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_INTERNAL, "chunk.malformed", "reason=%s", reason);
}

oq_err *chunk_read_head(oq_str bytes, chunk_head *ret_head)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    if (bytes.len < HEAD_BYTES)
        return malformed("too short");
    if (at[0] != FORM || at[1] > HAS_QUALITY)
        return malformed("another form");
    chunk_head head = {
        .count = (size_t)at[2] + ((size_t)at[3] << 8) + 1,
        .first = (oq_us)load_64(at + 4),
        .last = (oq_us)load_64(at + 12),
        .has_quality = at[1] & HAS_QUALITY,
    };
    if (head.count > CHUNK_SAMPLES_MAX)
        return malformed("too many samples");
    *ret_head = head;
    return NULL;
}

/* One after the other at the distance of the block before; of the first block, where there is none,
 * one sample. */
static bool go_on(oq_us *time, size_t count, bool is_first, state *s)
{
    oq_us at = s->last, all;
    if (is_first) {
        time[0] = at;
        return count == 1;
    }
    if (s->distance <= 0 || __builtin_mul_overflow(s->distance, (oq_us)count, &all) ||
        __builtin_add_overflow(at, all, &s->last))
        return false;
    for (size_t i = 0; i < count; i++)
        time[i] = at += s->distance;
    return true;
}

static bool decode_times(byte_reader *in, oq_us *time, size_t count, bool is_first, state *s)
{
    if (!ints_decode(in, time, count, s->last))
        return false;
    if (is_first ? time[0] != s->last : time[0] <= s->last)
        return false;
    bool is_rising = true;
    for (size_t i = 1; i < count; i++)
        is_rising &= time[i] > time[i - 1];
    carry_times(time, count, s);
    return is_rising;
}

/* Decodes a block behind what `out` holds. Gives what was wrong with it, or NULL. */
static const char *decode_block(byte_reader *in, samples *out, size_t count, state *s)
{
    size_t at = out->count;
    unsigned gives = take_byte(in);
    if (gives > GIVES_ALL)
        return "another form of block";
    bool is_first = at == 0;
    if (gives & GIVES_TIMES ? !decode_times(in, out->time + at, count, is_first, s)
                            : !go_on(out->time + at, count, is_first, s))
        return "times";
    if (!values_decode(in, out->value + at, count))
        return "values";
    if (!out->quality) {
        if (gives & GIVES_QUALITY)
            return "quality that the head does not tell of";
    } else if (!(gives & GIVES_QUALITY)) {
        for (size_t i = at; i < at + count; i++)
            out->quality[i] = s->quality;
    } else if (!quality_decode(in, out->quality + at, count, &s->quality)) {
        return "quality";
    }
    oq_us *known = out->known ? out->known + at : NULL;
    if (gives & GIVES_KNOWN) {
        if (!known_decode(in, out->time + at, known, count, &s->late))
            return "known";
    } else if (known) {
        lateness_fill(s->late, out->time + at, known, count);
    }
    out->count += count;
    return in->is_broken ? "too short" : NULL;
}

/* Not zeroed: the blocks fill all of it. */
static samples columns_for(oq_arena *arena, const chunk_head *head, bool with_known)
{
    samples s = {.time = oq_alloc_raw_n(arena, head->count, sizeof *s.time),
                 .value = oq_alloc_raw_n(arena, head->count, sizeof *s.value)};
    if (head->has_quality)
        s.quality = oq_alloc_raw_n(arena, head->count, sizeof *s.quality);
    if (with_known)
        s.known = oq_alloc_raw_n(arena, head->count, sizeof *s.known);
    return s;
}

oq_err *chunk_decode(oq_arena *arena, oq_str bytes, bool with_known, samples *ret_samples)
{
    chunk_head head;
    OQ_TRY(chunk_read_head(bytes, &head));
    uint8_t *padded = oq_alloc_raw_n(arena, bytes.len + CODE_PADDING, 1);
    memcpy(padded, bytes.ptr, bytes.len);
    memset(padded + bytes.len, 0, CODE_PADDING);
    byte_reader in = {.at = padded + HEAD_BYTES, .end = padded + bytes.len};
    state s = {.last = head.first};
    samples out = columns_for(arena, &head, with_known);
    while (out.count < head.count) {
        size_t left = head.count - out.count;
        const char *wrong = decode_block(&in, &out, left < INTS_MAX ? left : INTS_MAX, &s);
        if (wrong)
            return malformed(wrong);
    }
    if (in.at != in.end)
        return malformed("bytes left over");
    if (s.last != head.last)
        return malformed("another last time");
    *ret_samples = out;
    return NULL;
}
