/* Any bytes as a batch: every run is an error, or samples whose times rise, whose newest is told
 * alike by batch_run_last. And any bytes as rows: what was written last of each series and time
 * comes back. */
#include <math.h>

#include "base/base.h"
#include "quant/batch.h"

enum { ROWS_MAX = 4000, RUN_MAX = 20000 }; /* longer runs only take time */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    value = isnan(value) ? (double)NAN : value + 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void read_all(oq_arena *arena, oq_str bytes)
{
    batch b;
    batch_run run;
    if (batch_open(bytes, &b))
        return;
    for (size_t k = 0; k < b.runs && k < 1000; k++) {
        oq_us time;
        double value;
        quality status;
        oq_mark mark = oq_arena_mark(arena);
        if (batch_run_at(&b, k, &run) || run.count > RUN_MAX)
            continue;
        samples s = samples_make(arena, run.count, true, false);
        oq_err *wrong = batch_decode_run(&b, &run, &s);
        oq_err *wrong_last = batch_run_last(&b, &run, &time, &value, &status);
        for (size_t i = 1; !wrong && i < s.count; i++)
            if (s.time[i] <= s.time[i - 1])
                abort();
        if (!wrong &&
            (wrong_last || time != s.time[s.count - 1] ||
             bits_of(value) != bits_of(s.value[s.count - 1]) || status != s.quality[s.count - 1]))
            abort();
        oq_arena_rewind(arena, mark);
        oq_err_reset();
    }
}

static size_t take_rows(batch_row *row, const uint8_t *at, size_t size)
{
    size_t count = 0;
    for (const uint8_t *end = at + size; end - at >= 10 && count < ROWS_MAX; count++) {
        uint64_t word;
        memcpy(&word, at + 1, sizeof word);
        unsigned how = *at;
        row[count] = (batch_row){.time = (oq_us)(word & 0xff) * (how & 1 ? 1 : OQ_SECOND),
                                 .value = (double)(int16_t)(word >> 8) / 100,
                                 .series_no = (int32_t)(how & 2 ? word >> 24 : word >> 24 & 7)};
        if (how & 4)
            memcpy(&row[count].value, &word, sizeof word);
        row[count].quality = how & 8 ? (quality)word : QUALITY_GOOD;
        at += how & 16 ? 10 : 1 + (how >> 5);
    }
    return count;
}

static void check_rows(oq_arena *arena, batch_row *row, size_t count)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
    batch_row *given = oq_copy(arena, row, count * sizeof *row);
    size_t stay = batch_encode(arena, row, count, &out);
    batch b;
    batch_run run;
    if (stay == 0 || stay > count || batch_open(oq_buf_view(&out), &b) || b.samples != stay)
        abort();
    samples s = samples_make(arena, stay, true, false);
    for (size_t k = 0; k < b.runs; k++)
        if (batch_run_at(&b, k, &run) || batch_decode_run(&b, &run, &s))
            abort();
    for (size_t i = 0; i < stay; i++)
        if (row[i].time != s.time[i] || bits_of(row[i].value) != bits_of(s.value[i]) ||
            row[i].quality != s.quality[i])
            abort();
    /* Of each series and time the last given row is there. */
    for (size_t i = 0; i < count && i < 50; i++) {
        const batch_row *last = &given[i];
        for (size_t k = i + 1; k < count; k++)
            if (given[k].series_no == last->series_no && given[k].time == last->time)
                last = &given[k];
        if (!batch_find(&b, last->series_no, &run))
            abort();
        s.count = 0;
        oq_ignore(batch_decode_run(&b, &run, &s), "it was read before");
        size_t at = samples_find(&s, last->time);
        if (at == s.count || s.time[at] != last->time ||
            bits_of(s.value[at]) != bits_of(last->value) || s.quality[at] != last->quality)
            abort();
    }
    read_all(arena, oq_buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    oq_arena *arena = oq_arena_open(0);
    if (data[0] & 1) {
        batch_row *row = oq_new_n(arena, batch_row, ROWS_MAX);
        size_t count = take_rows(row, data + 1, size - 1);
        if (count > 0)
            check_rows(arena, row, count);
    } else {
        read_all(arena, oq_strn((const char *)data + 1, size - 1));
    }
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
