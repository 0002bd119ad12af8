#include <math.h>

#include "historian/store.h"

#include "base/banned.h"

/* What payload and summary may have together, so that a row stays inside its page (the table's
 * toast_tuple_target is 8160; the other columns take 147 at most, and alignment). */
enum { ROW_ROOM = 8000, SUMMARY_GUESS = 300, SUMMARY_MAX = 64 * 1024 };

/* --- what a row says about its samples ---------------------------------------------------------*/

static void add_good(store_chunk *c, double value)
{
    c->good++;
    c->value_sum += value;
    if (!(c->value_min <= value)) /* the first one too: NaN compares with nothing */
        c->value_min = value;
    if (!(c->value_max >= value))
        c->value_max = value;
}

/* Of samples as received. */
static store_chunk describe(int32_t no, const samples *s)
{
    size_t last = s->count - 1;
    store_chunk c = {.series_no = no,
                     .time_first = s->time[0],
                     .time_last = s->time[last],
                     .known_last = s->known[0],
                     .samples = (int64_t)s->count,
                     .value_min = (double)NAN,
                     .value_max = (double)NAN,
                     .value_first = s->value[0],
                     .value_last = s->value[last],
                     .quality_last = samples_quality(s, last)};
    for (size_t i = 0; i < s->count; i++) {
        if (s->known[i] > c.known_last)
            c.known_last = s->known[i];
        if (quality_is_good(samples_quality(s, i)))
            add_good(&c, s->value[i]);
    }
    if (c.good == 0)
        c.value_sum = (double)NAN;
    return c;
}

/* --- one chunk's worth ---------------------------------------------------------------------------*/

typedef struct part {
    size_t from, count;
    oq_str payload, summary;
} part;

typedef struct sealer {
    store_writer *writer;
    oq_arena *temp;
    const store_form *form;
    const samples *all;
    size_t summary_room; /* what the last summary took */
} sealer;

static size_t encode(const samples *s, size_t bytes_max, oq_buf *payload)
{
    oq_buf_clear(payload);
    return chunk_encode(s, bytes_max, payload);
}

static void summarize(const sealer *m, const samples *s, oq_buf *cells)
{
    oq_mark mark = oq_arena_mark(m->temp);
    oq_buf_clear(cells);
    summary_encode(m->temp, s, m->form->rules.sums, cells);
    oq_arena_rewind(m->temp, mark);
}

/* As many of `count` samples as fit a row with their summary. How long that will be is guessed from
 * the one before. */
static part take_part(sealer *m, size_t from, size_t count)
{
    OQ_AUTO(oq_buf) payload = oq_buf_make(CHUNK_SAMPLES_MAX * 64);
    OQ_AUTO(oq_buf) cells = oq_buf_make(SUMMARY_MAX);
    samples rest = samples_part(m->all, from, count);
    size_t fit = encode(&rest, ROW_ROOM - m->summary_room, &payload);
    samples some = samples_part(&rest, 0, fit);
    summarize(m, &some, &cells);
    if (payload.len + cells.len > ROW_ROOM && cells.len < ROW_ROOM / 2) {
        fit = encode(&rest, ROW_ROOM - cells.len, &payload);
        some = samples_part(&rest, 0, fit);
        summarize(m, &some, &cells);
    }
    m->summary_room = cells.len < ROW_ROOM / 2 ? cells.len : ROW_ROOM / 2;
    return (part){.from = from,
                  .count = fit,
                  .payload = oq_strn(oq_copy(m->temp, payload.ptr, payload.len), payload.len),
                  .summary = cells.len ? oq_strn(oq_copy(m->temp, cells.ptr, cells.len), cells.len)
                                       : OQ_NONE};
}

static store_chunk chunk_of(const sealer *m, const part *p)
{
    samples s = samples_part(m->all, p->from, p->count);
    store_chunk c = describe(m->form->no, &s);
    int64_t all = (int64_t)m->all->count, from = (int64_t)p->from;
    int64_t end = from + (int64_t)p->count;
    c.samples += m->form->extra * end / all - m->form->extra * from / all;
    c.good += m->form->extra_good * end / all - m->form->extra_good * from / all;
    c.summary = p->summary;
    c.payload = p->payload;
    return c;
}

/* Of what the archive rule keeps of a part. It reduces nearly always to one chunk; where it does
 * not (samples that are left lie less regularly than all), what a row says is said of the samples
 * that it stands for: up to the first one of the next row. */
static oq_err *put_thinned(sealer *m, const part *p)
{
    samples raw = samples_part(m->all, p->from, p->count);
    samples kept = archive_apply(m->temp, &raw, &m->form->rules.archive, NULL);
    sealer thin = *m;
    thin.all = &kept;
    for (size_t at = 0; at < kept.count;) {
        part q = take_part(&thin, at, kept.count - at);
        size_t end = at + q.count;
        size_t raw_from = samples_find(&raw, kept.time[at]);
        size_t raw_end = end < kept.count ? samples_find(&raw, kept.time[end]) : raw.count;
        part stands_for = {.from = p->from + raw_from, .count = raw_end - raw_from};
        store_chunk c = chunk_of(m, &stands_for);
        c.payload = q.payload;
        c.summary = q.count == kept.count ? p->summary : OQ_NONE;
        c.time_last = kept.time[end - 1];
        c.value_last = kept.value[end - 1];
        c.quality_last = samples_quality(&kept, end - 1);
        OQ_TRY(store_put_sealed(m->writer, &c));
        at = end;
    }
    return NULL;
}

static oq_err *put_part(sealer *m, const part *p)
{
    if (m->form->thins && !archive_rule_keeps_all(&m->form->rules.archive))
        return put_thinned(m, p);
    store_chunk c = chunk_of(m, p);
    return store_put_sealed(m->writer, &c);
}

/* --- all of them -----------------------------------------------------------------------------------*/

static sealer sealer_of(store_writer *w, oq_arena *temp, const store_form *form, const samples *s)
{
    return (sealer){
        .writer = w, .temp = temp, .form = form, .all = s, .summary_room = SUMMARY_GUESS};
}

oq_err *store_seal(store_writer *w, oq_arena *temp, const store_form *form, const samples *s)
{
    sealer m = sealer_of(w, temp, form, s);
    oq_mark mark = oq_arena_mark(temp);
    part waiting = {0};
    bool is_shared = false;
    for (size_t at = 0; at < s->count;) {
        part p = take_part(&m, at, s->count - at);
        if (!is_shared && at + p.count == s->count && p.count < waiting.count / 2) {
            waiting = take_part(&m, waiting.from, (waiting.count + p.count) / 2);
            at = waiting.from + waiting.count;
            is_shared = true;
            continue;
        }
        if (waiting.count)
            OQ_TRY(put_part(&m, &waiting));
        waiting = p;
        at += p.count;
    }
    if (waiting.count)
        OQ_TRY(put_part(&m, &waiting));
    oq_arena_rewind(temp, mark);
    return NULL;
}

oq_err *store_grow(store_writer *w, oq_arena *temp, const store_form *form, const samples *s)
{
    sealer m = sealer_of(w, temp, form, s);
    for (size_t at = 0; at < s->count;) {
        oq_mark mark = oq_arena_mark(temp);
        part p = take_part(&m, at, s->count - at);
        at += p.count;
        if (at < s->count) {
            OQ_TRY(put_part(&m, &p));
        } else {
            store_chunk c = chunk_of(&m, &p);
            OQ_TRY(store_put_open(w, &c));
        }
        oq_arena_rewind(temp, mark);
    }
    return NULL;
}
