#include "historian/store.h"

#include "historian/series.h"

#include "store.sql.h"

#include "base/banned.h"

const oq_field store_chunk_fields[] = {
    DB_I32(store_chunk, series_no),
    OQ_TIME(store_chunk, time_first),
    OQ_TIME(store_chunk, time_last),
    OQ_TIME(store_chunk, known_last),
    DB_I32(store_chunk, samples),
    DB_I32(store_chunk, good),
    OQ_F64(store_chunk, value_min),
    OQ_F64(store_chunk, value_max),
    OQ_F64(store_chunk, value_sum),
    OQ_F64(store_chunk, value_first),
    OQ_F64(store_chunk, value_last),
    OQ_I64(store_chunk, quality_last),
    OQ_BYTES(store_chunk, summary),
    OQ_BYTES(store_chunk, payload),
    OQ_FIELDS_END,
};

const oq_field store_start_fields[] = {
    DB_I32(store_start, series_no),          OQ_BOOL(store_start, is_state),
    OQ_I64(store_start, gap_max_us),         OQ_F64(store_start, exception_deviation),
    OQ_I64(store_start, exception_max_us),   OQ_F64(store_start, compression_deviation),
    OQ_I64(store_start, compression_max_us), OQ_TIME(store_start, time_first),
    OQ_BYTES(store_start, payload),          OQ_FIELDS_END,
};

store_rules store_rules_of(const store_start *start)
{
    series e = {.is_state = start->is_state,
                .gap_max_us = start->gap_max_us,
                .exception_deviation = start->exception_deviation,
                .exception_max_us = start->exception_max_us,
                .compression_deviation = start->compression_deviation,
                .compression_max_us = start->compression_max_us};
    return (store_rules){.sums = series_rule(&e), .archive = series_archive_rule(&e)};
}

/* A statement's bytes are copied twice on their way: more at a time would only take memory. */
enum { FLUSH_BYTES = 2 * 1024 * 1024, ROW_BYTES = 150, NARROW_BYTES = 60, ROWS_FIRST = 64 };

void store_writer_make(oq_scope *s, store_writer *ret_writer)
{
    *ret_writer = (store_writer){.scope = s, .arena = oq_arena_open(FLUSH_BYTES / 2)};
}

void store_writer_drop(store_writer *w)
{
    oq_arena_close(w->arena);
    w->arena = NULL;
}

/* --- gathering ---------------------------------------------------------------------------------*/

/* A column with more room. */
static void *grown(oq_arena *arena, const void *column, size_t count, size_t room, size_t size)
{
    void *more = oq_alloc_n(arena, room, size);
    if (count)
        memcpy(more, column, count * size);
    return more;
}
#define GROW(w, rows, column)                                                                      \
    (rows)->column = grown((w)->arena, (rows)->column, (rows)->count, room, sizeof *(rows)->column)

static size_t more_room(size_t room)
{
    return room ? room * 2 : ROWS_FIRST;
}

static oq_str kept(store_writer *w, oq_str bytes)
{
    w->bytes += bytes.len;
    return oq_str_given(bytes) ? oq_strn(oq_copy(w->arena, bytes.ptr, bytes.len), bytes.len)
                               : OQ_NONE;
}

static oq_err *flush_if_full(store_writer *w, size_t bytes)
{
    w->bytes += bytes;
    return w->bytes < FLUSH_BYTES ? NULL : store_flush(w);
}

static oq_err *put_chunk(store_writer *w, struct store_rows *rows, const store_chunk *chunk)
{
    if (rows->count == rows->room) {
        size_t room = more_room(rows->room);
        GROW(w, rows, at);
        rows->room = room;
    }
    store_chunk *at = &rows->at[rows->count++];
    *at = *chunk;
    at->summary = kept(w, chunk->summary);
    at->payload = kept(w, chunk->payload);
    return flush_if_full(w, ROW_BYTES);
}

oq_err *store_put_sealed(store_writer *w, const store_chunk *chunk)
{
    w->chunks++;
    return put_chunk(w, &w->sealed, chunk);
}

oq_err *store_put_open(store_writer *w, const store_chunk *chunk)
{
    return put_chunk(w, &w->open, chunk);
}

static oq_err *put_key(store_writer *w, struct store_keys *keys, int32_t no, oq_us time_first)
{
    if (keys->count == keys->room) {
        size_t room = more_room(keys->room);
        GROW(w, keys, no);
        GROW(w, keys, time_first);
        keys->room = room;
    }
    keys->no[keys->count] = no;
    keys->time_first[keys->count++] = time_first;
    return NULL; /* so small that what comes instead will flush */
}

oq_err *store_drop_sealed(store_writer *w, int32_t no, oq_us time_first)
{
    return put_key(w, &w->sealed_gone, no, time_first);
}

oq_err *store_drop_open(store_writer *w, int32_t no)
{
    return put_key(w, &w->open_gone, no, 0);
}

oq_err *store_put_newest(store_writer *w, int32_t no, const samples *s, size_t i)
{
    struct store_newest *n = &w->newest;
    if (n->count == n->room) {
        size_t room = more_room(n->room);
        GROW(w, n, no);
        GROW(w, n, time);
        GROW(w, n, known);
        GROW(w, n, value);
        GROW(w, n, quality);
        n->room = room;
    }
    n->no[n->count] = no;
    n->time[n->count] = s->time[i];
    n->known[n->count] = s->known[i];
    n->value[n->count] = s->value[i];
    n->quality[n->count++] = samples_quality(s, i);
    return flush_if_full(w, NARROW_BYTES);
}

/* --- history -----------------------------------------------------------------------------------*/

static oq_err *put_old(store_writer *w, int32_t no, const samples *s, oq_us superseded_at,
                       const char *reason, oq_str payload)
{
    struct store_old *o = &w->old;
    if (o->count == o->room) {
        size_t room = more_room(o->room);
        GROW(w, o, id);
        GROW(w, o, no);
        GROW(w, o, samples);
        GROW(w, o, superseded_at);
        GROW(w, o, time_first);
        GROW(w, o, time_last);
        GROW(w, o, reason);
        GROW(w, o, payload);
        o->room = room;
    }
    size_t i = o->count++;
    o->id[i] = oq_uuid_new(oq_now(w->scope));
    o->no[i] = no;
    o->samples[i] = (int32_t)s->count;
    o->superseded_at[i] = superseded_at;
    o->time_first[i] = s->time[0];
    o->time_last[i] = s->time[s->count - 1];
    o->reason[i] = oq_cstr(reason);
    o->payload[i] = kept(w, payload);
    return flush_if_full(w, ROW_BYTES);
}

typedef struct moment {
    oq_us superseded_at, time;
    size_t at;
} moment;

/* By the moment of being replaced, then by time, then as they came. */
static int by_moment(const void *a, const void *b)
{
    const moment *x = a, *y = b;
    if (x->superseded_at != y->superseded_at)
        return x->superseded_at < y->superseded_at ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static const moment *sort_moments(oq_arena *arena, const merge_lost *lost)
{
    size_t count = lost->samples.count;
    moment *m = oq_new_n(arena, moment, count);
    for (size_t i = 0; i < count; i++)
        m[i] = (moment){lost->superseded_at[i], lost->samples.time[i], i};
    qsort(m, count, sizeof *m, by_moment);
    return m;
}

/* Those from `from` on that were replaced at the same moment and whose times rise. */
static samples take_alike(oq_arena *temp, const merge_lost *lost, const moment *m, size_t from)
{
    size_t count = lost->samples.count, end = from + 1;
    while (end < count && m[end].superseded_at == m[from].superseded_at &&
           m[end].time > m[end - 1].time)
        end++;
    samples alike = samples_make(temp, end - from, true, true);
    for (size_t i = from; i < end; i++) {
        size_t at = m[i].at, to = alike.count++;
        alike.time[to] = lost->samples.time[at];
        alike.value[to] = lost->samples.value[at];
        alike.quality[to] = lost->samples.quality[at];
        alike.known[to] = lost->samples.known[at];
    }
    return alike;
}

oq_err *store_put_lost(store_writer *w, oq_arena *temp, int32_t no, merge_lost *lost,
                       const char *reason)
{
    if (lost->samples.count == 0)
        return NULL;
    oq_mark mark = oq_arena_mark(temp);
    OQ_AUTO(oq_buf) bytes = oq_buf_make(CHUNK_BYTES_MAX * 4);
    const moment *m = sort_moments(temp, lost);
    for (size_t from = 0; from < lost->samples.count;) {
        samples alike = take_alike(temp, lost, m, from);
        oq_buf_clear(&bytes);
        size_t count = chunk_encode(&alike, CHUNK_BYTES_MAX, &bytes);
        samples some = samples_part(&alike, 0, count);
        OQ_TRY(put_old(w, no, &some, m[from].superseded_at, reason, oq_buf_view(&bytes)));
        from += count;
    }
    oq_arena_rewind(temp, mark);
    lost->samples.count = 0;
    return NULL;
}

/* --- sending -----------------------------------------------------------------------------------*/

/* Rows as the columns that a statement takes. */
typedef struct chunk_columns {
    db_i32s series_no, samples, good;
    db_times time_first, time_last, known_last;
    db_f64s value_min, value_max, value_sum, value_first, value_last;
    db_i64s quality_last;
    oq_strs summary, payload;
} chunk_columns;

typedef struct chunk_arrays {
    int32_t *no, *samples, *good;
    oq_us *first, *last, *known;
    double *value[5];
    int64_t *quality;
    oq_str *summary, *payload;
} chunk_arrays;

static void fill_columns(const struct store_rows *rows, const chunk_arrays *a)
{
    for (size_t i = 0; i < rows->count; i++) {
        const store_chunk *r = &rows->at[i];
        a->no[i] = (int32_t)r->series_no;
        a->samples[i] = (int32_t)r->samples;
        a->good[i] = (int32_t)r->good;
        a->first[i] = r->time_first;
        a->last[i] = r->time_last;
        a->known[i] = r->known_last;
        a->value[0][i] = r->value_min;
        a->value[1][i] = r->value_max;
        a->value[2][i] = r->value_sum;
        a->value[3][i] = r->value_first;
        a->value[4][i] = r->value_last;
        a->quality[i] = r->quality_last;
        a->summary[i] = r->summary;
        a->payload[i] = r->payload;
    }
}

static chunk_columns columns_of(oq_arena *arena, const struct store_rows *rows)
{
    size_t n = rows->count;
    chunk_arrays a = {.no = oq_new_n(arena, int32_t, n),
                      .samples = oq_new_n(arena, int32_t, n),
                      .good = oq_new_n(arena, int32_t, n),
                      .first = oq_new_n(arena, oq_us, n),
                      .last = oq_new_n(arena, oq_us, n),
                      .known = oq_new_n(arena, oq_us, n),
                      .quality = oq_new_n(arena, int64_t, n),
                      .summary = oq_new_n(arena, oq_str, n),
                      .payload = oq_new_n(arena, oq_str, n)};
    for (size_t k = 0; k < OQ_COUNT(a.value); k++)
        a.value[k] = oq_new_n(arena, double, n);
    fill_columns(rows, &a);
    return (chunk_columns){.series_no = {a.no, n},
                           .samples = {a.samples, n},
                           .good = {a.good, n},
                           .time_first = {a.first, n},
                           .time_last = {a.last, n},
                           .known_last = {a.known, n},
                           .value_min = {a.value[0], n},
                           .value_max = {a.value[1], n},
                           .value_sum = {a.value[2], n},
                           .value_first = {a.value[3], n},
                           .value_last = {a.value[4], n},
                           .quality_last = {a.quality, n},
                           .summary = {a.summary, n},
                           .payload = {a.payload, n}};
}

#define CHUNK_ARGS(c)                                                                              \
    {                                                                                              \
        .series_no = (c).series_no, .time_first = (c).time_first, .time_last = (c).time_last,      \
        .known_last = (c).known_last, .samples = (c).samples, .good = (c).good,                    \
        .value_min = (c).value_min, .value_max = (c).value_max, .value_sum = (c).value_sum,        \
        .value_first = (c).value_first, .value_last = (c).value_last,                              \
        .quality_last = (c).quality_last, .summary = (c).summary, .payload = (c).payload           \
    }

static oq_err *send_chunks(store_writer *w)
{
    if (w->sealed.count) {
        chunk_columns c = columns_of(w->arena, &w->sealed);
        OQ_TRY(sql_store_sealed_add(w->scope, (sql_store_sealed_add_args)CHUNK_ARGS(c), NULL));
    }
    if (w->open.count) {
        chunk_columns c = columns_of(w->arena, &w->open);
        OQ_TRY(sql_store_open_put(w->scope, (sql_store_open_put_args)CHUNK_ARGS(c), NULL));
    }
    return NULL;
}

static oq_err *send_gone(store_writer *w)
{
    const struct store_keys *sealed = &w->sealed_gone, *open = &w->open_gone;
    for (size_t from = 0, end; from < sealed->count; from = end) { /* those of a series together */
        for (end = from + 1; end < sealed->count && sealed->no[end] == sealed->no[from];)
            end++;
        OQ_TRY(sql_store_sealed_drop(
            w->scope,
            (sql_store_sealed_drop_args){.series_no = sealed->no[from],
                                         .time_first = {sealed->time_first + from, end - from}},
            NULL));
    }
    if (open->count)
        OQ_TRY(sql_store_open_drop(
            w->scope, (sql_store_open_drop_args){.series_no = {open->no, open->count}}, NULL));
    return NULL;
}

static oq_err *send_newest(store_writer *w)
{
    const struct store_newest *n = &w->newest;
    if (n->count == 0)
        return NULL;
    return sql_store_last_put(w->scope,
                              (sql_store_last_put_args){.series_no = {n->no, n->count},
                                                        .time = {n->time, n->count},
                                                        .value = {n->value, n->count},
                                                        .quality = {n->quality, n->count},
                                                        .known_at = {n->known, n->count}},
                              NULL);
}

static oq_err *send_old(store_writer *w)
{
    const struct store_old *o = &w->old;
    if (o->count == 0)
        return NULL;
    return sql_store_history_add(
        w->scope,
        (sql_store_history_add_args){.id = {o->id, o->count},
                                     .series_no = {o->no, o->count},
                                     .superseded_at = {o->superseded_at, o->count},
                                     .time_first = {o->time_first, o->count},
                                     .time_last = {o->time_last, o->count},
                                     .samples = {o->samples, o->count},
                                     .reason = {o->reason, o->count},
                                     .payload = {o->payload, o->count}},
        NULL);
}

oq_err *store_flush(store_writer *w)
{
    oq_arena *arena = oq_scope_arena(w->scope);
    oq_mark mark = oq_arena_mark(arena);
    OQ_TRY(send_gone(w));
    OQ_TRY(send_chunks(w));
    OQ_TRY(send_newest(w));
    OQ_TRY(send_old(w));
    oq_arena_rewind(arena, mark);
    oq_arena_reset(w->arena);
    *w = (store_writer){.scope = w->scope, .arena = w->arena, .chunks = w->chunks};
    return NULL;
}
