/* A batch, all numbers little endian:
 *
 *   0  byte     1, the form's number
 *   1  byte     bits 0-3 bytes of a series number, bits 4-7 bytes of an offset in the directory
 *   2  u32      runs
 *   6  u32      samples
 *   10 i32      lowest series number
 *   14 i64      newest time
 *   22          directory: of each run, in rising order, its series number less the lowest, and
 *               the offset of its end in the body
 *   then        body: the runs
 *   then        eight zero bytes, so that whoever reads eight at once stays inside
 *
 * A run goes from the newest sample to the oldest, so that the newest is read without the others:
 *
 *   varint      samples * 4 + 1 when not all are good + 2 when the times are another run's
 *   times of    when told (only in runs of one block): a varint, how many bytes before this run
 *               there is a column of times that are this run's as well: signals of one source are
 *               sampled together
 *   blocks      of INTS_MAX samples (the last has what is left): times (but those of another run),
 *               a column of code_ints.c with the anchor newest time of the batch, of later blocks
 *               the last time written; values, code_values.c; quality, when told, code_runs.c */
#include "quant/batch.h"

#include "quant/code_runs.h"
#include "quant/code_values.h"

enum { FORM = 1, HEAD_BYTES = 22, HAS_QUALITY = 1, SHARES_TIMES = 2 };

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
    uint8_t *at =
        put_varint(head, count * 4 + (has_quality ? HAS_QUALITY : 0) + (shares ? SHARES_TIMES : 0));
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
    size_t len = HEAD_BYTES + w->runs * (no_bytes + end_bytes);
    uint8_t *at = (uint8_t *)oq_buf_room(out, len + w->body.len + CODE_PADDING);
    if (!at)
        return;
    *at++ = FORM;
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

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_INTERNAL, "batch.malformed", "reason=%s", reason);
}

static const uint8_t *byte_at(const batch *b, size_t at)
{
    return (const uint8_t *)b->bytes.ptr + at;
}

/* At most four. Behind all that is read so there are eight bytes. */
static uint64_t load_bytes(const uint8_t *from, size_t size)
{
    return load_64(from) & ((UINT64_C(1) << (8 * size)) - 1);
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
    if (in.is_broken || told / 4 == 0 || told / 4 > b->samples)
        return malformed("number of samples of a run");
    run.count = (size_t)(told / 4);
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

/* The column of a run's times. */
static bool find_times(const batch *b, const batch_run *run, byte_reader *in, bool shares,
                       byte_reader *ret_times)
{
    *ret_times = *in;
    if (!shares)
        return true;
    uint64_t back = take_varint(in);
    if (back == 0 || back > run->at - b->body || run->count > INTS_MAX)
        return false;
    *ret_times =
        (byte_reader){.at = byte_at(b, run->at - (size_t)back), .end = byte_at(b, run->at)};
    return true;
}

/* Decodes a block into all of `into`, backwards as it stands. */
static const char *decode_block(const batch *b, const batch_run *run, byte_reader *in,
                                unsigned told, samples *into, oq_us anchor, quality *carried)
{
    size_t count = into->count;
    byte_reader times;
    if (!find_times(b, run, in, told & SHARES_TIMES, &times) ||
        !ints_decode(&times, into->time, count, anchor))
        return "times";
    if (!(told & SHARES_TIMES))
        *in = times;
    bool is_falling = true;
    for (size_t i = 1; i < count; i++)
        is_falling &= into->time[i] < into->time[i - 1];
    if (!is_falling)
        return "times";
    if (!values_decode(in, into->value, count))
        return "values";
    if (!(told & HAS_QUALITY))
        memset(into->quality, 0, count * sizeof *into->quality);
    else if (!quality_decode(in, into->quality, count, carried))
        return "quality";
    return NULL;
}

static void turn_round(samples *s)
{
    for (size_t i = 0, k = s->count; i + 1 < k; i++) {
        k--;
        oq_us time = s->time[i];
        double value = s->value[i];
        quality status = s->quality[i];
        s->time[i] = s->time[k];
        s->value[i] = s->value[k];
        s->quality[i] = s->quality[k];
        s->time[k] = time;
        s->value[k] = value;
        s->quality[k] = status;
    }
}

static oq_us newest_of(const batch *b)
{
    return (oq_us)load_64(byte_at(b, 14));
}

/* Begins to read a run: what its head tells, but the number of samples. */
static oq_err *begin_run(const batch *b, const batch_run *run, byte_reader *ret_in,
                         unsigned *ret_told)
{
    *ret_in = reader_of(b, run);
    uint64_t told = take_varint(ret_in);
    if (ret_in->is_broken || run->count == 0 || told / 4 != run->count)
        return malformed("run");
    *ret_told = told & 3;
    return NULL;
}

oq_err *batch_decode_run(const batch *b, const batch_run *run, samples *into)
{
    byte_reader in;
    unsigned told;
    OQ_TRY(begin_run(b, run, &in, &told));
    oq_us anchor = newest_of(b);
    quality carried = QUALITY_GOOD;
    samples room = *into;
    room.count += run->count;
    for (size_t left = run->count; left > 0;) {
        size_t some = left < INTS_MAX ? left : INTS_MAX;
        samples block = samples_part(&room, into->count + left - some, some);
        const char *wrong = decode_block(b, run, &in, told, &block, anchor, &carried);
        if (!wrong && left < run->count && block.time[0] >= anchor)
            wrong = "times";
        if (wrong)
            return malformed(wrong);
        anchor = block.time[some - 1];
        turn_round(&block);
        left -= some;
    }
    if (in.is_broken || in.at != in.end)
        return malformed("bytes left over");
    into->count = room.count;
    return NULL;
}

/* From the beginnings of the columns; false when they do not tell. */
static bool peek_newest(const batch *b, const batch_run *run, byte_reader in, unsigned told,
                        oq_us *ret_time, double *ret_value)
{
    byte_reader times;
    bool is_end;
    size_t count = run->count < INTS_MAX ? run->count : INTS_MAX;
    bool shares = told & SHARES_TIMES;
    return !(told & HAS_QUALITY) && find_times(b, run, &in, shares, &times) &&
           ints_decode_first(&times, ret_time, count, newest_of(b), &is_end) &&
           (shares || is_end) && values_decode_first(shares ? &in : &times, ret_value, count);
}

oq_err *batch_run_last(const batch *b, const batch_run *run, oq_us *ret_time, double *ret_value,
                       quality *ret_quality)
{
    byte_reader in;
    unsigned told;
    OQ_TRY(begin_run(b, run, &in, &told));
    if (peek_newest(b, run, in, told, ret_time, ret_value)) {
        *ret_quality = QUALITY_GOOD;
        return NULL;
    }
    oq_us time[INTS_MAX];
    double value[INTS_MAX];
    quality status[INTS_MAX], carried = QUALITY_GOOD;
    samples block = {run->count < INTS_MAX ? run->count : INTS_MAX, time, value, status, NULL};
    const char *wrong = decode_block(b, run, &in, told, &block, newest_of(b), &carried);
    if (wrong)
        return malformed(wrong);
    *ret_time = time[0];
    *ret_value = value[0];
    *ret_quality = status[0];
    return NULL;
}
