/* A batch, all numbers little endian:
 *
 *   0  byte     1, the form's number
 *   1  byte     bits 0-3 bytes of a series number, bits 4-7 bytes of an offset in the directory
 *   2  u32      runs
 *   6  u32      samples
 *   10 i32      lowest series number
 *   14 i64      lowest time
 *   22          directory: of each run, in rising order, its series number less the lowest, and
 *               the offset of its end in the body
 *   then        body: the runs
 *   then        eight zero bytes, so that whoever reads eight at once stays inside
 *
 * A run:
 *
 *   varint      samples * 2 + whether not all are good
 *   newest      of runs of more than ALONE_FROM samples: i64 time, 8 bytes value, u32 quality of
 *               the newest sample, so that it is read without the others
 *   blocks      of INTS_MAX samples (the last has what is left): times, a column of code_ints.c
 *               with the anchor lowest time, of later blocks the last time; values,
 *               code_values.c; quality, when told, code_runs.c */
#include "quant/batch.h"

#include "quant/code_runs.h"
#include "quant/code_values.h"

enum { FORM = 1, HEAD_BYTES = 22, ALONE_FROM = 64, NEWEST_BYTES = 20 };

#define RUN_HEAD_ROOM     (CODE_VARINT_MAX + NEWEST_BYTES)
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
    oq_us lowest_time;
    unsigned scale;
    samples run;      /* room for the longest */
    batch_run *entry; /* directory; `at` and `length` within the body */
    size_t runs, stay;
} writer;

static void gather(const batch_row *row, size_t count, samples *run)
{
    for (size_t i = 0; i < count; i++) {
        run->time[i] = row[i].time;
        run->value[i] = row[i].value;
        run->quality[i] = row[i].quality;
    }
    run->count = count;
}

static bool is_rising(const oq_us *time, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (time[i] <= time[i - 1])
            return false;
    return true;
}

static void encode_run(writer *w, const samples *run)
{
    size_t count = run->count, last = count - 1;
    bool has_quality = !quality_is_all(run->quality, count, QUALITY_GOOD);
    uint8_t head[RUN_HEAD_ROOM], *at = put_varint(head, count * 2 + has_quality);
    if (count > ALONE_FROM) {
        at = put_64(put_64(at, (uint64_t)run->time[last]), value_bits(run->value[last]));
        at = put_bytes(at, run->quality[last], 4);
    }
    oq_buf_put(&w->body, head, (size_t)(at - head));
    oq_us anchor = w->lowest_time;
    quality carried = QUALITY_GOOD;
    for (size_t from = 0, some; from < count; from += some) {
        some = count - from < INTS_MAX ? count - from : INTS_MAX;
        uint8_t *to = (uint8_t *)oq_buf_room(&w->body, BLOCK_ROOM(some)), *begin = to;
        to = ints_encode(to, run->time + from, some, anchor);
        to = values_encode(to, run->value + from, some, &w->scale);
        if (has_quality)
            to = quality_encode(to, run->quality + from, some, &carried);
        w->body.len += (size_t)(to - begin);
        anchor = run->time[from + some - 1];
    }
}

/* Writes the run of a series, of rows in the order in which they came. Puts those that stay behind
 * the rows of the runs before. */
static void put_run(writer *w, batch_row *all, size_t from, size_t count)
{
    samples run = w->run;
    gather(all + from, count, &run);
    oq_mark mark = oq_arena_mark(w->arena);
    int32_t series_no = all[from].series_no;
    if (!is_rising(run.time, count))
        samples_sort(&run, w->arena);
    batch_run *entry = &w->entry[w->runs++];
    *entry = (batch_run){.series_no = series_no, .count = run.count, .at = w->body.len};
    encode_run(w, &run);
    entry->length = w->body.len - entry->at;
    for (size_t i = 0; i < run.count; i++)
        all[w->stay++] = (batch_row){run.time[i], run.value[i], series_no, run.quality[i]};
    oq_arena_rewind(w->arena, mark);
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
    size_t len = HEAD_BYTES + w->runs * (no_bytes + end_bytes);
    uint8_t *at = (uint8_t *)oq_buf_room(out, len + w->body.len + CODE_PADDING);
    if (!at)
        return;
    *at++ = FORM;
    *at++ = (uint8_t)(no_bytes | end_bytes << 4);
    at = put_bytes(put_bytes(at, w->runs, 4), w->stay, 4);
    at = put_64(put_bytes(at, (uint32_t)lowest, 4), (uint64_t)w->lowest_time);
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
    oq_us lowest_time = row[0].time;
    bool is_sorted = true;
    for (size_t i = 1; i < count; i++) {
        is_sorted &= row[i].series_no >= row[i - 1].series_no;
        lowest = row[i].series_no < lowest ? row[i].series_no : lowest;
        highest = row[i].series_no > highest ? row[i].series_no : highest;
        lowest_time = row[i].time < lowest_time ? row[i].time : lowest_time;
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
                .lowest_time = lowest_time,
                .body = oq_buf_make(count * 64 + runs * 256 + BLOCK_ROOM(INTS_MAX)),
                .run = samples_make(arena, longest, true, false),
                .entry = oq_new_n(arena, batch_run, runs)};
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && row[to].series_no == row[from].series_no;)
            to++;
        put_run(&w, row, from, to - from);
    }
    put_batch(&w, out);
    oq_buf_drop(&w.body);
    return w.stay;
}

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_INTERNAL, "batch.malformed", "reason=%s", reason);
}

static const uint8_t *byte_at(const batch *b, size_t at)
{
    return (const uint8_t *)b->bytes.ptr + at;
}

static uint64_t load_bytes(const uint8_t *from, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

static size_t no_bytes_of(const batch *b)
{
    return *byte_at(b, 1) & 15;
}

static size_t end_bytes_of(const batch *b)
{
    return *byte_at(b, 1) >> 4;
}

static uint32_t number_at(const batch *b, size_t k)
{
    size_t no_bytes = no_bytes_of(b), end_bytes = end_bytes_of(b);
    return (uint32_t)load_bytes(byte_at(b, b->directory + k * (no_bytes + end_bytes)), no_bytes);
}

static uint64_t end_at(const batch *b, size_t k)
{
    size_t no_bytes = no_bytes_of(b), end_bytes = end_bytes_of(b);
    return load_bytes(byte_at(b, b->directory + k * (no_bytes + end_bytes) + no_bytes), end_bytes);
}

static int32_t lowest_of(const batch *b)
{
    return (int32_t)(uint32_t)load_bytes(byte_at(b, 10), 4);
}

oq_err *batch_open(oq_str bytes, batch *ret_batch)
{
    batch b = {.bytes = bytes, .directory = HEAD_BYTES};
    if (bytes.len < HEAD_BYTES + CODE_PADDING)
        return malformed("too short");
    if (*byte_at(&b, 0) != FORM || no_bytes_of(&b) > 4 || end_bytes_of(&b) > 4)
        return malformed("another form");
    b.runs = (size_t)load_bytes(byte_at(&b, 2), 4);
    b.samples = (size_t)load_bytes(byte_at(&b, 6), 4);
    if (b.runs == 0 || b.runs > b.samples || b.samples > BATCH_SAMPLES_MAX)
        return malformed("number of samples");
    b.body = HEAD_BYTES + b.runs * (no_bytes_of(&b) + end_bytes_of(&b));
    if (b.body + CODE_PADDING > bytes.len)
        return malformed("directory");
    if (end_at(&b, b.runs - 1) != bytes.len - CODE_PADDING - b.body)
        return malformed("length");
    *ret_batch = b;
    return NULL;
}

static byte_reader reader_of(const batch *b, const batch_run *run)
{
    return (byte_reader){.at = byte_at(b, run->at), .end = byte_at(b, run->at + run->length)};
}

oq_err *batch_run_at(const batch *b, size_t k, batch_run *ret_run)
{
    assert(k < b->runs);
    uint64_t from = k > 0 ? end_at(b, k - 1) : 0, to = end_at(b, k);
    if (from >= to || to > b->bytes.len - CODE_PADDING - b->body)
        return malformed("directory");
    batch_run run = {.series_no = (int32_t)((uint32_t)lowest_of(b) + number_at(b, k)),
                     .at = b->body + (size_t)from,
                     .length = (size_t)(to - from)};
    byte_reader in = reader_of(b, &run);
    uint64_t told = take_varint(&in);
    if (in.is_broken || told / 2 == 0 || told / 2 > b->samples)
        return malformed("number of samples of a run");
    run.count = (size_t)(told / 2);
    *ret_run = run;
    return NULL;
}

bool batch_find(const batch *b, int32_t series_no, batch_run *ret_run)
{
    int64_t wanted = (int64_t)series_no - lowest_of(b);
    size_t low = 0, high = b->runs;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (number_at(b, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == b->runs || number_at(b, low) != wanted)
        return false;
    if (batch_run_at(b, low, ret_run))
        *ret_run = (batch_run){.series_no = series_no}; /* reading it tells what is wrong */
    return true;
}

/* Decodes one block behind what `into` holds. */
static const char *decode_block(byte_reader *in, samples *into, size_t count, bool has_quality,
                                oq_us anchor, quality *carried)
{
    size_t at = into->count;
    oq_us *time = into->time + at;
    if (!ints_decode(in, time, count, anchor))
        return "times";
    bool is_rising_on = true;
    for (size_t i = 1; i < count; i++)
        is_rising_on &= time[i] > time[i - 1];
    if (!is_rising_on)
        return "times";
    if (!values_decode(in, into->value + at, count))
        return "values";
    if (!has_quality)
        memset(into->quality + at, 0, count * sizeof *into->quality);
    else if (!quality_decode(in, into->quality + at, count, carried))
        return "quality";
    into->count += count;
    return NULL;
}

oq_err *batch_decode_run(const batch *b, const batch_run *run, samples *into)
{
    byte_reader in = reader_of(b, run);
    uint64_t told = take_varint(&in);
    if (in.is_broken || run->count == 0 || told / 2 != run->count)
        return malformed("run");
    if (run->count > ALONE_FROM)
        take_bytes(&in, NEWEST_BYTES);
    oq_us anchor = (oq_us)load_64(byte_at(b, 14));
    quality carried = QUALITY_GOOD;
    samples work = *into;
    for (size_t left = run->count, some; left > 0; left -= some) {
        some = left < INTS_MAX ? left : INTS_MAX;
        const char *wrong = decode_block(&in, &work, some, told & 1, anchor, &carried);
        if (wrong)
            return malformed(wrong);
        if (left < run->count && work.time[work.count - some] <= anchor)
            return malformed("times");
        anchor = work.time[work.count - 1];
    }
    if (in.is_broken || in.at != in.end)
        return malformed("bytes left over");
    into->count = work.count;
    return NULL;
}

oq_err *batch_run_last(const batch *b, const batch_run *run, oq_us *ret_time, double *ret_value,
                       quality *ret_quality)
{
    if (run->count > ALONE_FROM) {
        byte_reader in = reader_of(b, run);
        take_varint(&in);
        const uint8_t *newest = take_bytes(&in, NEWEST_BYTES);
        if (!newest)
            return malformed("run");
        *ret_time = (oq_us)load_64(newest);
        *ret_value = value_of_bits(load_64(newest + 8));
        *ret_quality = (quality)load_bytes(newest + 16, 4);
        return NULL;
    }
    oq_us time[ALONE_FROM];
    double value[ALONE_FROM];
    quality status[ALONE_FROM];
    samples all = {.time = time, .value = value, .quality = status};
    OQ_TRY(batch_decode_run(b, run, &all));
    *ret_time = time[all.count - 1];
    *ret_value = value[all.count - 1];
    *ret_quality = status[all.count - 1];
    return NULL;
}
