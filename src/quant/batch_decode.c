/* The bytes are described in batch_form.h. */
#include "quant/batch_form.h"

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
    batch b = {.bytes = bytes, .directory = BATCH_HEAD_BYTES};
    if (bytes.len < BATCH_HEAD_BYTES + CODE_PADDING)
        return malformed("too short");
    if (*byte_at(&b, 0) != BATCH_FORM || no_bytes_of(&b) > 4 || end_bytes_of(&b) > 4)
        return malformed("another form");
    b.runs = (size_t)load_bytes(byte_at(&b, 2), 4);
    b.samples = (size_t)load_bytes(byte_at(&b, 6), 4);
    if (b.runs == 0 || b.runs > b.samples || b.samples > BATCH_SAMPLES_MAX)
        return malformed("number of samples");
    b.body = BATCH_HEAD_BYTES + b.runs * (no_bytes_of(&b) + end_bytes_of(&b));
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
    if (!find_times(b, run, in, told & BATCH_SHARES_TIMES, &times) ||
        !ints_decode(&times, into->time, count, anchor))
        return "times";
    if (!(told & BATCH_SHARES_TIMES))
        *in = times;
    bool is_falling = true;
    for (size_t i = 1; i < count; i++)
        is_falling &= into->time[i] < into->time[i - 1];
    if (!is_falling)
        return "times";
    if (!values_decode(in, into->value, count))
        return "values";
    if (!(told & BATCH_HAS_QUALITY))
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
    bool shares = told & BATCH_SHARES_TIMES;
    return !(told & BATCH_HAS_QUALITY) && find_times(b, run, &in, shares, &times) &&
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
