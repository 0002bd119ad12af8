#include "alarm/watched.h"

#include <math.h>

#include "quant/batch.h"

#include "base/banned.h"

/* --- samples -----------------------------------------------------------------------------------*/

static void *grown(void *old, size_t room, size_t size)
{
    void *list = realloc(old, room * size);
    if (!list)
        abort();
    return list;
}

static void make_room(tracked *t, size_t more)
{
    if (t->samples.count + more <= t->room)
        return;
    t->room = 2 * t->room > t->samples.count + more ? 2 * t->room : t->samples.count + more + 32;
    t->samples.time = grown(t->samples.time, t->room, sizeof *t->samples.time);
    t->samples.value = grown(t->samples.value, t->room, sizeof *t->samples.value);
    t->samples.quality = grown(t->samples.quality, t->room, sizeof *t->samples.quality);
}

static bool is_same(const samples *a, size_t i, double value, quality q)
{
    return a->quality[i] == q && (a->value[i] == value || (isnan(a->value[i]) && isnan(value)));
}

/* False: it was there already. */
static bool insert(tracked *t, oq_us time, double value, quality q)
{
    samples *s = &t->samples;
    size_t at = s->count;
    if (at && s->time[at - 1] >= time)
        at = samples_find(s, time);
    if (at < s->count && s->time[at] == time) {
        if (is_same(s, at, value, q))
            return false;
    } else {
        size_t behind = s->count - at;
        memmove(s->time + at + 1, s->time + at, behind * sizeof *s->time);
        memmove(s->value + at + 1, s->value + at, behind * sizeof *s->value);
        memmove(s->quality + at + 1, s->quality + at, behind * sizeof *s->quality);
        s->count++;
    }
    s->time[at] = time;
    s->value[at] = value;
    s->quality[at] = q;
    return true;
}

void watched_put(watched *w, tracked *t, const samples *s)
{
    bool any = false;
    make_room(t, s->count);
    for (size_t i = 0; i < s->count; i++) {
        if (!insert(t, s->time[i], s->value[i], samples_quality(s, i)))
            continue;
        any = true;
        t->fresh_from = s->time[i] < t->fresh_from ? s->time[i] : t->fresh_from;
    }
    for (uint32_t i = 0; any && i < t->pairs; i++)
        w->pair[w->reader[t->first + i]].is_touched = true;
}

static oq_err *feed_batch(oq_arena *arena, watched *w, oq_str payload)
{
    batch b;
    size_t at = 0;
    OQ_TRY(batch_open(payload, &b));
    for (size_t k = 0; k < b.runs && at < w->count; k++) {
        batch_run run;
        OQ_TRY(batch_run_at(&b, k, &run));
        while (at < w->count && w->series[at].no < run.series_no)
            at++;
        if (at == w->count || w->series[at].no != run.series_no)
            continue;
        oq_mark mark = oq_arena_mark(arena);
        samples s = samples_make(arena, run.count, true, false);
        OQ_TRY(batch_decode_run(&b, &run, &s));
        watched_put(w, &w->series[at], &s);
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

oq_err *watched_feed(oq_scope *s, watched *w, const watch_batches *batches)
{
    for (size_t i = 0; i < batches->count; i++)
        oq_ignore(feed_batch(oq_scope_arena(s), w, batches->at[i].payload),
                  "a batch that cannot be read has no samples; the fold sets it aside and says so");
    return NULL;
}

void watched_trim(watched *w)
{
    for (size_t i = 0; i < w->count; i++) {
        tracked *t = &w->series[i];
        samples *s = &t->samples;
        oq_us cut = INT64_MAX;
        t->fresh_from = INT64_MAX;
        if (s->count < 64)
            continue;
        for (uint32_t k = 0; k < t->pairs; k++) {
            const watched_pair *p = &w->pair[w->reader[t->first + k]];
            oq_us needed = p->is_ready ? p->m.base.at - p->c->reach : INT64_MIN;
            cut = needed < cut ? needed : cut;
        }
        size_t gone = cut > s->time[0] ? samples_find(s, cut) : 0;
        if (2 * gone < s->count)
            continue;
        s->count -= gone;
        memmove(s->time, s->time + gone, s->count * sizeof *s->time);
        memmove(s->value, s->value + gone, s->count * sizeof *s->value);
        memmove(s->quality, s->quality + gone, s->count * sizeof *s->quality);
    }
}

/* --- starting ----------------------------------------------------------------------------------*/

/* From where samples are needed. */
static oq_us wanted_from(oq_arena *arena, watched_pair *p, oq_us now)
{
    alarm_machine m;
    oq_us from = now - ALARM_RELOOK;
    oq_mark mark = oq_arena_mark(arena);
    if (p->stored.len && !alarm_machine_read(arena, p->stored, p->c, &m)) {
        p->m = m;
        p->is_ready = true;
        from = m.base.at;
    }
    oq_arena_rewind(arena, mark);
    return from - p->c->reach;
}

static void start(watched *w, watched_pair *p, oq_us now)
{
    oq_us at = now - ALARM_RELOOK;
    for (int k = 0; k < p->c->leaves; k++) {
        const samples *s = p->series[k] < 0 ? NULL : &w->series[p->series[k]].samples;
        if (s && s->count && s->time[0] <= at)
            at = s->time[0] - 1;
    }
    if (p->has_alert && p->alert_since > at)
        at = p->alert_since;
    alarm_machine_start(&p->m, p->c, at, p->has_alert, p->alert_since);
    p->is_ready = true;
}

typedef struct wants {
    uint32_t *pair;
    size_t pairs;
    int32_t *no;
    uint32_t *series;
    size_t count;
    oq_us from;
} wants;

static void want_series(watched *w, const watched_pair *p, wants *list, bool *is_wanted)
{
    for (int k = 0; k < p->c->leaves; k++) {
        int32_t at = p->series[k];
        if (at < 0 || is_wanted[at])
            continue;
        is_wanted[at] = true;
        list->series[list->count] = (uint32_t)at;
        list->no[list->count++] = w->series[at].no;
    }
}

static oq_err *load(oq_scope *s, watched *w, const wants *list)
{
    enum { SLICE = 500 };
    oq_arena *arena = oq_scope_arena(s);
    for (size_t i = 0; i < list->count; i += SLICE) {
        size_t part = list->count - i < SLICE ? list->count - i : SLICE;
        oq_mark mark = oq_arena_mark(arena);
        samples *found = oq_new_n(arena, samples, part);
        OQ_TRY(hist_watch_since(s, list->no + i, part, list->from, found));
        for (size_t k = 0; k < part; k++)
            watched_put(w, &w->series[list->series[i + k]], &found[k]);
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

/* Pairs that need a longer past are loaded on their own, so that one of them does not make all of
 * them read it. */
oq_err *watched_ready(oq_scope *s, watched *w)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s), usual = now - ALARM_RELOOK - 10 * OQ_MINUTE;
    wants all = {.pair = oq_new_n(arena, uint32_t, w->pairs),
                 .no = oq_new_n(arena, int32_t, w->count),
                 .series = oq_new_n(arena, uint32_t, w->count),
                 .from = now - ALARM_RELOOK};
    bool *is_wanted = oq_new_n(arena, bool, w->count);
    for (size_t i = 0; i < w->pairs; i++) {
        watched_pair *p = &w->pair[i];
        if (!p->is_touched || p->is_ready)
            continue;
        oq_us from = wanted_from(arena, p, now);
        all.pair[all.pairs++] = (uint32_t)i;
        if (from >= usual) {
            all.from = from < all.from ? from : all.from;
            want_series(w, p, &all, is_wanted);
            continue;
        }
        bool *own = oq_new_n(arena, bool, w->count);
        wants one = {.no = oq_new_n(arena, int32_t, ALARM_LEAVES_MAX),
                     .series = oq_new_n(arena, uint32_t, ALARM_LEAVES_MAX),
                     .from = from};
        want_series(w, p, &one, own);
        OQ_TRY(load(s, w, &one));
    }
    OQ_TRY(load(s, w, &all));
    for (size_t i = 0; i < all.pairs; i++)
        if (!w->pair[all.pair[i]].is_ready)
            start(w, &w->pair[all.pair[i]], now);
    return NULL;
}
