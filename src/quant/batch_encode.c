/* The bytes are described in batch_form.h. */
#include "quant/batch_form.h"

#define RUN_HEAD_ROOM     (2 * CODE_VARINT_MAX)
#define BLOCK_ROOM(count) (INTS_ROOM(count) + VALUES_ROOM(count) + RUNS_ROOM(count))

/* --- sorting ------------------------------------------------------------------------------------*/

enum { DIGIT_BITS = 11 };

/* Moves rows to `out` in the order of some bits of their series number; rows alike there keep their
 * order. `place` has room for each value of these bits, and one. */
static void sort_by_bits(const batch_row *row, batch_row *out, size_t count, int32_t lowest,
                         unsigned shift, unsigned bits, uint32_t *place)
{
    uint32_t mask = (UINT32_C(1) << bits) - 1;
    memset(place, 0, ((size_t)mask + 2) * sizeof *place);
    for (size_t i = 0; i < count; i++)
        place[(((uint32_t)row[i].series_no - (uint32_t)lowest) >> shift & mask) + 1]++;
    for (size_t k = 1; k <= mask; k++)
        place[k] += place[k - 1];
    for (size_t i = 0; i < count; i++)
        out[place[((uint32_t)row[i].series_no - (uint32_t)lowest) >> shift & mask]++] = row[i];
}

/* Sorts rows by series; rows of one series keep their order. */
static void sort_by_series(oq_arena *arena, batch_row *row, size_t count, int32_t lowest,
                           uint32_t range)
{
    oq_mark mark = oq_arena_mark(arena);
    batch_row *other = oq_new_n(arena, batch_row, count), *from = row, *to = other;
    unsigned all = range ? 32 - (unsigned)__builtin_clz(range) : 0;
    /* One pass when there are not many more numbers than rows, else one for each digit. */
    unsigned bits = all <= DIGIT_BITS || range / 4 < count ? all : DIGIT_BITS;
    uint32_t *place = oq_new_n(arena, uint32_t, (UINT64_C(1) << bits) + 1);
    for (unsigned shift = 0; shift < all; shift += bits) {
        sort_by_bits(from, to, count, lowest, shift, bits, place);
        batch_row *swap = from;
        from = to;
        to = swap;
    }
    if (from != row)
        memcpy(row, from, count * sizeof *row);
    oq_arena_rewind(arena, mark);
}

/* --- writing ------------------------------------------------------------------------------------*/

typedef struct writer {
    oq_arena *arena;
    oq_buf body;
    oq_us newest;
    unsigned scale;
    samples run;      /* room for the longest */
    batch_run *entry; /* directory; `at` and `length` within the body */
    size_t runs, stay;
    oq_us *times; /* those last written, their number and place; of runs of one block */
    size_t times_count, times_at;
} writer;

static bool is_rising(const batch_row *row, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (row[i].time <= row[i - 1].time)
            return false;
    return true;
}

static void gather(const batch_row *row, size_t count, samples *run)
{
    for (size_t i = 0; i < count; i++) {
        run->time[i] = row[i].time;
        run->value[i] = row[i].value;
        run->quality[i] = row[i].quality;
    }
    run->count = count;
}

/* Brings rows of one series in the order of time; of equal times the last stays. Gives how many
 * stay. */
static size_t settle(writer *w, batch_row *row, size_t count)
{
    oq_mark mark = oq_arena_mark(w->arena);
    samples run = w->run;
    gather(row, count, &run);
    samples_sort(&run, w->arena);
    for (size_t i = 0; i < run.count; i++)
        row[i] = (batch_row){run.time[i], run.value[i], row->series_no, run.quality[i]};
    oq_arena_rewind(w->arena, mark);
    return run.count;
}

static void gather_backwards(const batch_row *row, size_t count, samples *run)
{
    for (size_t i = 0; i < count; i++) {
        const batch_row *from = &row[count - 1 - i];
        run->time[i] = from->time;
        run->value[i] = from->value;
        run->quality[i] = from->quality;
    }
    run->count = count;
}

/* Gives where the times stand. */
static size_t encode_blocks(writer *w, const samples *run, bool has_times, bool has_quality)
{
    oq_us anchor = w->newest;
    quality carried = QUALITY_GOOD;
    size_t times_at = w->body.len;
    for (size_t from = 0, some; from < run->count; from += some) {
        some = run->count - from < INTS_MAX ? run->count - from : INTS_MAX;
        uint8_t *to = (uint8_t *)oq_buf_room(&w->body, BLOCK_ROOM(some)), *begin = to;
        if (has_times)
            to = ints_encode(to, run->time + from, some, anchor);
        to = values_encode(to, run->value + from, some, &w->scale);
        if (has_quality)
            to = quality_encode(to, run->quality + from, some, &carried);
        w->body.len += (size_t)(to - begin);
        anchor = run->time[from + some - 1];
    }
    return times_at;
}

static void encode_run(writer *w, const samples *run)
{
    size_t count = run->count, begin = w->body.len;
    bool has_quality = !quality_is_all(run->quality, count, QUALITY_GOOD);
    bool shares = count > 1 && count == w->times_count &&
                  memcmp(run->time, w->times, count * sizeof *run->time) == 0;
    uint8_t head[RUN_HEAD_ROOM];
    uint8_t *at = put_varint(head, count * 4 + (has_quality ? BATCH_HAS_QUALITY : 0) +
                                       (shares ? BATCH_SHARES_TIMES : 0));
    if (shares)
        at = put_varint(at, begin - w->times_at);
    oq_buf_put(&w->body, head, (size_t)(at - head));
    size_t times_at = encode_blocks(w, run, !shares, has_quality);
    if (!shares && count <= INTS_MAX) {
        memcpy(w->times, run->time, count * sizeof *run->time);
        w->times_count = count;
        w->times_at = times_at;
    }
}

/* Writes the run of a series, of rows in the order in which they came. Puts those that stay behind
 * the rows of the runs before. */
static void put_run(writer *w, batch_row *all, size_t from, size_t count)
{
    if (!is_rising(all + from, count))
        count = settle(w, all + from, count);
    gather_backwards(all + from, count, &w->run);
    batch_run *entry = &w->entry[w->runs++];
    *entry = (batch_run){.series_no = all[from].series_no, .count = count, .at = w->body.len};
    encode_run(w, &w->run);
    entry->length = w->body.len - entry->at;
    if (w->stay < from)
        memmove(all + w->stay, all + from, count * sizeof *all);
    w->stay += count;
}

static unsigned bytes_for(uint64_t value)
{
    return value ? (71 - (unsigned)__builtin_clzll(value)) / 8 : 0;
}

static void put_batch(const writer *w, oq_buf *out)
{
    int32_t lowest = w->entry[0].series_no;
    unsigned no_bytes = bytes_for((uint32_t)w->entry[w->runs - 1].series_no - (uint32_t)lowest);
    unsigned end_bytes = bytes_for(w->body.len);
    size_t len = BATCH_HEAD_BYTES + w->runs * (no_bytes + end_bytes);
    uint8_t *at = (uint8_t *)oq_buf_room(out, len + w->body.len + CODE_PADDING);
    if (!at)
        return;
    *at++ = BATCH_FORM;
    *at++ = (uint8_t)(no_bytes | end_bytes << 4);
    at = put_bytes(put_bytes(at, w->runs, 4), w->stay, 4);
    at = put_64(put_bytes(at, (uint32_t)lowest, 4), (uint64_t)w->newest);
    for (size_t k = 0; k < w->runs; k++) {
        const batch_run *e = &w->entry[k];
        at = put_bytes(at, (uint32_t)e->series_no - (uint32_t)lowest, no_bytes);
        at = put_bytes(at, e->at + e->length, end_bytes);
    }
    memcpy(at, w->body.ptr, w->body.len);
    memset(at + w->body.len, 0, CODE_PADDING);
    out->len += len + w->body.len + CODE_PADDING;
}

size_t batch_encode(oq_arena *arena, batch_row *row, size_t count, oq_buf *out)
{
    assert(count > 0 && count <= BATCH_SAMPLES_MAX);
    int32_t lowest = row[0].series_no, highest = lowest;
    oq_us newest = row[0].time;
    bool is_sorted = true;
    for (size_t i = 1; i < count; i++) {
        is_sorted &= row[i].series_no >= row[i - 1].series_no;
        lowest = row[i].series_no < lowest ? row[i].series_no : lowest;
        highest = row[i].series_no > highest ? row[i].series_no : highest;
        newest = row[i].time > newest ? row[i].time : newest;
    }
    if (!is_sorted)
        sort_by_series(arena, row, count, lowest, (uint32_t)highest - (uint32_t)lowest);
    size_t longest = 0, runs = 0;
    for (size_t from = 0, to; from < count; from = to, runs++) {
        for (to = from + 1; to < count && row[to].series_no == row[from].series_no;)
            to++;
        longest = to - from > longest ? to - from : longest;
    }
    writer w = {.arena = arena,
                .newest = newest,
                .body = oq_buf_make(count * 64 + runs * 256 + BLOCK_ROOM(INTS_MAX)),
                .run = samples_make(arena, longest, true, false),
                .entry = oq_new_n(arena, batch_run, runs),
                .times = oq_new_n(arena, oq_us, INTS_MAX)};
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && row[to].series_no == row[from].series_no;)
            to++;
        put_run(&w, row, from, to - from);
    }
    put_batch(&w, out);
    oq_buf_drop(&w.body);
    return w.stay;
}
