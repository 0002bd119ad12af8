#include "historian/store.h"

#include "historian/broken.h"

#include "store.sql.h"

#include "base/banned.h"

enum {
    OWN_MIN = 256,       /* so many samples between two chunks are worth a chunk of their own */
    ROOMY_BYTES = 6000,  /* a chunk below has room for what comes behind it */
    PAGE_CHUNKS_MAX = 32 /* read at a time, where one chunk after the other is touched */
};

typedef struct editing {
    oq_scope *scope;
    oq_arena *temp;
    store_writer *writer;
    store_edit *edit;
    merge_lost lost; /* in `temp`, of the region at hand */
} editing;

/* Moments that belong to one chunk: [lo, hi). All regions of a series cover all of time. */
typedef struct region {
    oq_us lo, hi;
} region;

/* --- what becomes of the samples of a region ---------------------------------------------------*/

static samples joined(oq_arena *arena, const samples *before, const samples *middle,
                      const samples *after)
{
    const samples *list[] = {before, middle, after};
    samples all = samples_make(arena, before->count + middle->count + after->count, true, true);
    for (size_t k = 0; k < OQ_COUNT(list); k++)
        for (size_t i = 0; i < list[k]->count; i++) {
            size_t at = all.count++;
            all.time[at] = list[k]->time[i];
            all.value[at] = list[k]->value[i];
            all.quality[at] = samples_quality(list[k], i);
            all.known[at] = list[k]->known[i];
        }
    return all;
}

static samples writes_in(const store_edit *e, region r)
{
    size_t from = samples_find(&e->writes, r.lo), to = samples_find(&e->writes, r.hi);
    return samples_part(&e->writes, from, to - from);
}

/* Whether the edit has something to do there. */
static bool touches(const store_edit *e, region r)
{
    if (e->make)
        return e->from < r.hi && e->to > r.lo;
    size_t i = samples_find(&e->writes, r.lo);
    return i < e->writes.count && e->writes.time[i] < r.hi;
}

static oq_err *replace_in(editing *g, const samples *base, region r, samples *ret_result,
                          size_t *ret_changed)
{
    store_edit *e = g->edit;
    oq_us from = e->from > r.lo ? e->from : r.lo, to = e->to < r.hi ? e->to : r.hi;
    size_t i = samples_find(base, from), k = samples_find(base, to);
    samples before = samples_part(base, 0, i), there = samples_part(base, i, k - i);
    samples after = samples_part(base, k, base->count - k), instead;
    OQ_TRY(e->make(e->self, g->temp, &there, from, to, &instead));
    samples middle = merge_instead(g->temp, &there, &instead, e->at, &g->lost, ret_changed);
    *ret_result = joined(g->temp, &before, &middle, &after);
    return NULL;
}

static oq_err *edit_region(editing *g, const samples *base, region r, samples *ret_result,
                           size_t *ret_changed)
{
    store_edit *e = g->edit;
    if (e->make) {
        OQ_TRY(replace_in(g, base, r, ret_result, ret_changed));
    } else {
        samples writes = writes_in(e, r);
        *ret_result = merge_over(g->temp, base, &writes, e->chain, &g->lost, ret_changed);
    }
    e->changed += (int64_t)*ret_changed;
    e->replaced += (int64_t)g->lost.samples.count;
    if (e->reason)
        OQ_TRY(store_put_lost(g->writer, g->temp, e->no, &g->lost, e->reason));
    g->lost = (merge_lost){0};
    return NULL;
}

/* --- sealed chunks -----------------------------------------------------------------------------*/

static int64_t count_good(const samples *s)
{
    int64_t good = 0;
    for (size_t i = 0; i < s->count; i++)
        good += quality_is_good(samples_quality(s, i));
    return good;
}

/* A chunk that an archive rule thinned stands for more samples than it holds. How many of them are
 * left after an edit cannot be known: as large a share as of those that it holds. */
static store_form form_after(const store_edit *e, const store_chunk *chunk, const samples *base,
                             const samples *result)
{
    store_form form = {.no = e->no, .rules = e->rules};
    int64_t held = (int64_t)base->count, left = (int64_t)result->count;
    form.extra = chunk->samples - held;
    form.extra_good = chunk->good - count_good(base);
    if (left < held) {
        form.extra = form.extra * left / held;
        form.extra_good = form.extra_good * left / held;
    }
    return form;
}

static oq_err *edit_chunk(editing *g, const store_chunk *chunk, region r)
{
    oq_mark mark = oq_arena_mark(g->temp);
    samples base, result;
    size_t changed;
    OQ_TRY(broken_wrap_chunk(chunk_decode(g->temp, chunk->payload, true, &base), g->edit->no,
                             chunk->time_first));
    OQ_TRY(edit_region(g, &base, r, &result, &changed));
    if (changed) {
        OQ_TRY(store_drop_sealed(g->writer, g->edit->no, chunk->time_first));
        store_form form = form_after(g->edit, chunk, &base, &result);
        if (result.count)
            OQ_TRY(store_seal(g->writer, g->temp, &form, &result));
    }
    oq_arena_rewind(g->temp, mark);
    return NULL;
}

/* Samples where there were none, as chunks of their own. */
static oq_err *seal_alone(editing *g, region r)
{
    store_form form = {.no = g->edit->no, .rules = g->edit->rules, .thins = true};
    samples writes = writes_in(g->edit, r);
    g->edit->changed += (int64_t)writes.count;
    return store_seal(g->writer, g->temp, &form, &writes);
}

/* What was written before the first chunk or between two is put into the chunk it follows; where it
 * is much, and that chunk is full, it becomes chunks of its own, so that a long stretch that comes
 * late does not rewrite its neighbours. */
static oq_err *edit_around(editing *g, const store_chunk *chunk, region r)
{
    if (!g->edit->make) {
        region before = {r.lo, chunk->time_first}, after = {chunk->time_last + 1, r.hi};
        if (writes_in(g->edit, before).count >= OWN_MIN) {
            OQ_TRY(seal_alone(g, before));
            r.lo = chunk->time_first;
        }
        if (chunk->payload.len >= ROOMY_BYTES && writes_in(g->edit, after).count >= OWN_MIN) {
            OQ_TRY(seal_alone(g, after));
            r.hi = after.lo;
        }
    }
    return touches(g->edit, r) ? edit_chunk(g, chunk, r) : NULL;
}

/* The first moment at or after `at` with something to do; INT64_MAX: there is none. */
static oq_us next_moment(const store_edit *e, oq_us at)
{
    if (e->make) {
        oq_us next = e->from > at ? e->from : at;
        return next < e->to ? next : INT64_MAX;
    }
    size_t i = samples_find(&e->writes, at);
    return i < e->writes.count ? e->writes.time[i] : INT64_MAX;
}

/* Chunks from the one of the moment *at on, as long as one after the other is touched; moves *at to
 * the next moment with something to do, and counts down *left (chunks). *page is how many to read,
 * and becomes how many to read next time: more where they lie side by side. */
static oq_err *edit_page(editing *g, size_t *page, size_t *left, oq_us *at)
{
    store_edit *e = g->edit;
    sql_store_sealed_from_rows rows;
    OQ_TRY(sql_store_sealed_from(
        g->scope,
        (sql_store_sealed_from_args){.series_no = e->no, .from = *at, .limit = (int64_t)*page + 1},
        &rows));
    size_t i = 0;
    for (; i < rows.count && i<*page && * left> 0; i++) {
        const store_chunk *chunk = &rows.at[i];
        /* Nothing begins at or before *at: this is the first chunk of all. */
        region r = {chunk->time_first > *at && i == 0 ? INT64_MIN : chunk->time_first,
                    i + 1 < rows.count ? rows.at[i + 1].time_first : e->sealed_last + 1};
        if (*at >= r.hi)
            break;
        OQ_TRY(edit_around(g, chunk, r));
        *at = next_moment(e, r.hi);
        --*left;
    }
    *page = i < *page ? 1 : *page < PAGE_CHUNKS_MAX ? *page * 2 : *page;
    return NULL;
}

static oq_err *edit_sealed(editing *g, size_t *left)
{
    store_edit *e = g->edit;
    oq_arena *arena = oq_scope_arena(g->scope);
    size_t page = 1;
    for (oq_us at = next_moment(e, INT64_MIN); at <= e->sealed_last && *left > 0;) {
        oq_mark mark = oq_arena_mark(arena);
        oq_us before = at;
        OQ_TRY(edit_page(g, &page, left, &at));
        oq_arena_rewind(arena, mark);
        e->resume = at;
        if (at == before) /* cannot be: sealed_last says that there is a chunk */
            return oq_fail(OQ_INTERNAL, "store.inconsistent", "series=%d", e->no);
    }
    return NULL;
}

/* --- the growing chunk -------------------------------------------------------------------------*/

static oq_err *edit_open(editing *g)
{
    store_edit *e = g->edit;
    region r = {e->sealed_last == OQ_TIME_NONE ? INT64_MIN : e->sealed_last + 1, INT64_MAX};
    samples base = {0}, result;
    size_t changed;
    if (!touches(e, r))
        return NULL;
    if (e->open)
        OQ_TRY(broken_wrap_chunk(chunk_decode(g->temp, e->open->payload, true, &base), e->no,
                                 OQ_TIME_NONE));
    OQ_TRY(edit_region(g, &base, r, &result, &changed));
    if (changed == 0)
        return NULL;
    if (result.count == 0)
        return store_drop_open(g->writer, e->no);
    store_form form = {.no = e->no, .rules = e->rules, .thins = true};
    return store_grow(g->writer, g->temp, &form, &result);
}

oq_err *store_apply(oq_scope *s, oq_arena *temp, store_writer *w, store_edit *edit)
{
    editing g = {.scope = s, .temp = temp, .writer = w, .edit = edit};
    oq_mark mark = oq_arena_mark(temp);
    size_t left = edit->chunks_max ? edit->chunks_max : SIZE_MAX;
    edit->resume = edit->from;
    if (edit->sealed_last != OQ_TIME_NONE)
        OQ_TRY(edit_sealed(&g, &left));
    if (left > 0) {
        OQ_TRY(edit_open(&g));
        edit->resume = edit->to;
    }
    if (edit->make && edit->resume > edit->to) /* the last chunk of the slice was the last of all */
        edit->resume = edit->to;
    if (edit->chain && edit->reason)
        OQ_TRY(store_put_lost(w, temp, edit->no, edit->chain, edit->reason));
    oq_arena_rewind(temp, mark);
    return NULL;
}
