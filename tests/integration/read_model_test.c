/* Random writes in any order, rewrites, deletions, corrections, and folds in between; after each
 * step random questions, whose answers a plain list of versions in memory gives as well. */
#include <math.h>

#include "historian/fold.h"
#include "historian/reading.h"
#include "historian/write.h"
#include "support/chunks.h"
#include "support/house.h"

#include "base/banned.h"

#define START (INT64_C(1780000000) * OQ_SECOND)

enum { SERIES = 2, STEPS = 60, RUNS = 5, VERSIONS_MAX = 200000 };
static const aggregate_rule rules[SERIES] = {
    {.is_state = false, .gap_max = 10 * OQ_MINUTE},
    {.is_state = true},
};

/* --- the model ---------------------------------------------------------------------------------*/

typedef struct version {
    oq_us time, known, superseded; /* INT64_MAX: it stands */
    double value;
    quality quality;
    struct version *before; /* of the same moment */
} version;

typedef struct model {
    version **now; /* the latest version of each moment, by time; it may be gone */
    size_t count;
    oq_us clock;
    uint64_t random;
    size_t checks;
} model;

static uint64_t random_of(model *m, uint64_t below)
{
    m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (m->random >> 33) % below;
}

static size_t place_of(const model *m, oq_us time)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->now[middle]->time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void model_write(model *m, oq_us time, double value, quality q)
{
    size_t at = place_of(m, time);
    version *old = at < m->count && m->now[at]->time == time ? m->now[at] : NULL;
    bool stands = old && old->superseded == INT64_MAX;
    if (stands && old->quality == q && (old->value == value || (isnan(value) && isnan(old->value))))
        return; /* it says what stood there */
    if (stands)
        old->superseded = m->clock;
    version *v = calloc(1, sizeof *v);
    *v = (version){time, m->clock, INT64_MAX, value, q, old};
    if (!old) {
        assert_true(m->count < VERSIONS_MAX);
        memmove(m->now + at + 1, m->now + at, (m->count - at) * sizeof *m->now);
        m->count++;
    }
    m->now[at] = v;
}

static void model_delete(model *m, oq_us from, oq_us to)
{
    for (size_t i = place_of(m, from); i < m->count && m->now[i]->time < to; i++)
        if (m->now[i]->superseded == INT64_MAX)
            m->now[i]->superseded = m->clock;
}

/* The latest moment at which a folded version may begin to count as known: quant/chunk.h. */
static oq_us known_at_last(const version *v)
{
    static const oq_us class[] = {0, OQ_MINUTE, 5 * OQ_MINUTE, 15 * OQ_MINUTE, OQ_HOUR};
    oq_us lag = v->known - v->time;
    size_t c = 0;
    while (c < OQ_COUNT(class) && lag > class[c])
        c++;
    oq_us minute = v->known - v->known % OQ_MINUTE + OQ_MINUTE;
    if (lag <= -OQ_MINUTE)
        return minute > v->time ? minute : v->time;
    if (c == OQ_COUNT(class))
        return minute;
    return v->time + (c + 1 < OQ_COUNT(class) ? class[c + 1] : class[c]);
}

/* Whether an answer about this moment may be `value` (found) or nothing at all. */
static bool may_be(const version *latest, oq_us known_at, bool found, double value, quality q)
{
    if (known_at == OQ_TIME_NONE)
        known_at = INT64_MAX - 1;
    const version *next = NULL; /* known by then, but perhaps not yet counted so */
    for (const version *v = latest; v; v = v->before) {
        if (v->known > known_at)
            continue;
        bool stands = v->superseded > known_at || (next && v->superseded == next->known);
        next = v;
        bool same = v->quality == q && (v->value == value || (isnan(value) && isnan(v->value)));
        if (found ? same : !stands)
            return true;
        if (known_at >= known_at_last(v))
            return false; /* and nothing older may show */
    }
    return !found;
}

/* --- the same to both --------------------------------------------------------------------------*/

static void write_both(house *h, model *m, int32_t no, const batch_row *row, size_t count)
{
    oq_mark mark = oq_arena_mark(h->arena);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    batch_row *copy = oq_copy(h->arena, row, count * sizeof *row);
    CHECK_OK(hist_write(s, copy, count, NULL));
    house_commit(s);
    oq_arena_rewind(h->arena, mark);
    for (size_t i = 0; i < count; i++) {
        bool is_last = true; /* of one batch the last row of a moment */
        for (size_t k = i + 1; k < count; k++)
            is_last = is_last && row[k].time != row[i].time;
        if (is_last)
            model_write(m, row[i].time, row[i].value, row[i].quality);
    }
}

static void write_some(house *h, model *m, int32_t no)
{
    batch_row row[300];
    size_t count = 1 + random_of(m, OQ_COUNT(row));
    static const oq_us back[] = {20 * OQ_MINUTE, OQ_HOUR, 7 * OQ_HOUR, 30 * OQ_HOUR};
    oq_us from = m->clock - (oq_us)random_of(m, (uint64_t)back[random_of(m, 4)]);
    from -= from % (5 * OQ_SECOND);
    for (size_t i = 0; i < count; i++) {
        row[i] = (batch_row){from + (oq_us)random_of(m, count) * 5 * OQ_SECOND,
                             (double)random_of(m, 2000) / 100 - 10, no, QUALITY_GOOD};
        if (random_of(m, 15) == 0)
            row[i].quality = random_of(m, 2) ? QUALITY_UNCERTAIN : QUALITY_BAD;
        if (quality_is_bad(row[i].quality))
            row[i].value = (double)NAN;
    }
    write_both(h, m, no, row, count);
}

static void fold(house *h)
{
    for (bool more = true; more;) {
        oq_mark mark = oq_arena_mark(h->arena);
        fold_done done;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(hist_fold(s, &done));
        house_commit(s);
        oq_arena_rewind(h->arena, mark);
        more = done.more;
    }
}

static void replace_some(house *h, model *m, int32_t no)
{
    oq_mark mark = oq_arena_mark(h->arena);
    oq_us from = m->clock - (oq_us)random_of(m, 8 * OQ_HOUR);
    oq_us to = from + 1 + (oq_us)random_of(m, 30 * OQ_MINUTE);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    samples none = {0};
    int64_t touched;
    CHECK_OK(hist_replace(s, no, from, to, &none, "deletion", &touched));
    house_commit(s);
    oq_arena_rewind(h->arena, mark);
    model_delete(m, from, to);
}

/* --- questions ---------------------------------------------------------------------------------*/

static hist_span some_span(model *m)
{
    hist_span span = {.known_at = OQ_TIME_NONE};
    span.from = m->clock - (oq_us)random_of(m, (random_of(m, 2) ? 4 : 40) * OQ_HOUR);
    span.to = span.from + (oq_us)random_of(m, 10 * OQ_HOUR);
    if (random_of(m, 2))
        span.known_at = m->clock - (oq_us)random_of(m, 20 * OQ_HOUR);
    return span;
}

static void check_points(model *m, const samples *s, const hist_span *span)
{
    size_t k = 0;
    for (size_t i = place_of(m, span->from); i < m->count && m->now[i]->time < span->to; i++) {
        const version *v = m->now[i];
        if (k < s->count && s->time[k] < v->time)
            fail_msg("a sample of nowhere at %lld", (long long)s->time[k]);
        bool found = k < s->count && s->time[k] == v->time;
        if (!may_be(v, span->known_at, found, found ? s->value[k] : 0,
                    found ? samples_quality(s, k) : 0))
            fail_msg("%lld as known at %lld: %s %g, latest %g known %lld superseded %lld",
                     (long long)v->time, (long long)span->known_at, found ? "found" : "missing",
                     found ? s->value[k] : 0, v->value, (long long)v->known,
                     (long long)v->superseded);
        k += found;
        m->checks++;
    }
    assert_int_equal(k, s->count);
}

static bool is_standing(const version *v)
{
    return v->superseded == INT64_MAX;
}

static void check_bounds(model *m, const hist_points *p, const hist_span *span)
{
    size_t at = place_of(m, span->from);
    while (at && !is_standing(m->now[at - 1]))
        at--;
    CHECK("before",
          p->has_before == (at > 0) && (!at || p->samples.time[0] == m->now[at - 1]->time));
    size_t behind = place_of(m, span->to);
    while (behind < m->count && !is_standing(m->now[behind]))
        behind++;
    CHECK("after", p->has_after == (behind < m->count) &&
                       (behind == m->count ||
                        p->samples.time[p->samples.count - 1] == m->now[behind]->time));
}

static void ask_points(house *h, model *m, int32_t no)
{
    hist_span span = some_span(m);
    bool is_now = span.known_at == OQ_TIME_NONE;
    hist_points p;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_read(s, no, span, HIST_POINTS_MAX, is_now, random_of(m, 2), &p));
    oq_scope_close(s);
    if (is_now)
        check_bounds(m, &p, &span);
    samples inside =
        samples_part(&p.samples, p.has_before, p.samples.count - p.has_before - p.has_after);
    check_points(m, &inside, &span);
}

typedef struct gathered {
    oq_arena *arena;
    samples all;
} gathered;

static oq_err *gather(void *self, const samples *slice)
{
    gathered *g = self;
    samples both[] = {g->all, *slice};
    g->all = samples_merge(g->arena, both, 2, NULL);
    return NULL;
}

static void ask_slices(house *h, model *m, int32_t no)
{
    hist_span span = some_span(m);
    gathered g = {.arena = oq_arena_open(0)};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_each(s, no, span, gather, &g));
    oq_scope_close(s);
    check_points(m, &g.all, &span);
    oq_arena_close(g.arena);
}

/* What stands now, as samples. */
static samples standing(house *h, const model *m)
{
    samples s = samples_make(h->arena, m->count, true, false);
    for (size_t i = 0; i < m->count; i++) {
        if (!is_standing(m->now[i]))
            continue;
        s.time[s.count] = m->now[i]->time;
        s.value[s.count] = m->now[i]->value;
        s.quality[s.count++] = m->now[i]->quality;
    }
    return s;
}

static bool is_near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * (1 + fabs(a) + fabs(b));
}

static void ask_buckets(house *h, model *m, int32_t no, const samples *all, hist_span span,
                        oq_us width, bool alone)
{
    buckets b;
    aggregate *each[SERIES], *got;
    series e[SERIES];
    for (int i = 0; i < SERIES; i++)
        e[i] = (series){.no = alone ? no : i + 1};
    CHECK_OK(buckets_even(h->arena, span.from, span.to + 1, width, 0, &b));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_aggregate(s, e, alone ? 1 : SERIES, b, OQ_TIME_NONE, each));
    oq_scope_close(s);
    got = each[alone ? 0 : no - 1];
    aggregator g = aggregator_make(h->arena, b, rules[no - 1]);
    aggregator_feed(&g, all);
    aggregator_end(&g, m->clock);
    for (size_t i = 0; i < b.count; i++) {
        const aggregate *a = &got[i], *w = &g.into[i];
        if (a->count != w->count || a->good != w->good || !is_near(a->min, w->min) ||
            !is_near(a->max, w->max) || !is_near(aggregate_mean(a), aggregate_mean(w)) ||
            a->good_us != w->good_us || !is_near(a->sum, w->sum) ||
            (w->count && (a->first != w->first || a->last_at != w->last_at) && !isnan(w->first)))
            fail_msg("bucket %zu of %zu: %lld samples, mean %g, %lld us; wanted %lld, %g, %lld", i,
                     b.count, (long long)a->count, aggregate_mean(a), (long long)a->good_us,
                     (long long)w->count, aggregate_mean(w), (long long)w->good_us);
        m->checks++;
    }
}

/* The second of two equal questions is answered from chunks that the first has seen, and so are
 * others of the same width; what changed the record since the last step must not be overlooked. */
static void ask_aggregates(house *h, model *m, int32_t no)
{
    static const oq_us width[] = {OQ_MINUTE, 10 * OQ_MINUTE, OQ_HOUR, 6 * OQ_HOUR, 7 * OQ_MINUTE};
    oq_us of = width[random_of(m, 5)];
    hist_span span = some_span(m);
    samples all = standing(h, m);
    ask_buckets(h, m, no, &all, span, of, true);
    ask_buckets(h, m, no, &all, span, of, true);
    ask_buckets(h, m, no, &all, some_span(m), of, true);
    ask_buckets(h, m, no, &all, span, of, false);
    ask_buckets(h, m, no, &all, span, of, false);
    ask_buckets(h, m, no, &all, some_span(m), of, false);
}

static void ask_moments(house *h, model *m, int32_t no)
{
    samples all = standing(h, m);
    series e = {.no = no};
    for (int i = 0; i < 5; i++) {
        oq_us at = m->clock - (oq_us)random_of(m, 30 * OQ_HOUR);
        if (i == 0 && all.count)
            at = all.time[random_of(m, all.count)];
        hist_last got;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(hist_at(s, &e, 1, at, OQ_TIME_NONE, &got));
        oq_scope_close(s);
        size_t behind = samples_find(&all, at + 1);
        CHECK("rests on", got.time == (behind ? all.time[behind - 1] : OQ_TIME_NONE));
        if (!behind)
            continue;
        oq_us most = rules[no - 1].gap_max, since = at - all.time[behind - 1];
        double left = all.value[behind - 1], wanted = left;
        bool is_line = !rules[no - 1].is_state && behind < all.count &&
                       quality_is_good(all.quality[behind - 1]) &&
                       quality_is_good(all.quality[behind]) &&
                       (!most || all.time[behind] - all.time[behind - 1] <= most);
        if (most && since > most)
            wanted = (double)NAN;
        else if (is_line)
            wanted = left + (all.value[behind] - left) * (double)since /
                                (double)(all.time[behind] - all.time[behind - 1]);
        if (!is_near(got.value, wanted))
            fail_msg("at %lld: %g, wanted %g", (long long)at, got.value, wanted);
        m->checks++;
    }
}

static void ask_last(house *h, model *m)
{
    int32_t no[SERIES] = {1, 2};
    hist_last got[SERIES];
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_last_values(s, no, SERIES, got));
    oq_scope_close(s);
    for (int i = 0; i < SERIES; i++) {
        size_t at = m[i].count;
        while (at && !is_standing(m[i].now[at - 1]))
            at--;
        if (!at)
            CHECK("none", got[i].time == OQ_TIME_NONE);
        else if (got[i].time != m[i].now[at - 1]->time ||
                 !is_near(got[i].value, m[i].now[at - 1]->value) ||
                 got[i].quality != m[i].now[at - 1]->quality)
            fail_msg("last of %d: %lld %g, wanted %lld %g", i + 1, (long long)got[i].time,
                     got[i].value, (long long)m[i].now[at - 1]->time, m[i].now[at - 1]->value);
        m[i].checks++;
    }
}

/* --- the walk ----------------------------------------------------------------------------------*/

static void step(house *h, model *m, int step)
{
    int i = (int)random_of(m, SERIES);
    int32_t no = i + 1;
    oq_us clock = m[0].clock + OQ_SECOND + (oq_us)random_of(m, 15 * OQ_MINUTE);
    for (int k = 0; k < SERIES; k++)
        m[k].clock = clock;
    oq_clock_set(clock);
    switch (random_of(m, 8)) {
    case 0:
    case 1:
        fold(h);
        break;
    case 2:
        if (step > 10)
            replace_some(h, &m[i], no);
        break;
    default:
        write_some(h, &m[i], no);
        break;
    }
    for (int k = 0; k < SERIES; k++) {
        oq_mark mark = oq_arena_mark(h->arena);
        for (int n = 0; n < 3; n++)
            ask_points(h, &m[k], k + 1);
        ask_slices(h, &m[k], k + 1);
        ask_aggregates(h, &m[k], k + 1);
        ask_moments(h, &m[k], k + 1);
        oq_arena_rewind(h->arena, mark);
    }
    ask_last(h, m);
}

static void model_drop(model *m)
{
    for (size_t i = 0; i < m->count; i++)
        for (version *v = m->now[i], *before; v; v = before) {
            before = v->before;
            free(v);
        }
    free(m->now);
}

static void walk(house *h, uint64_t seed)
{
    model m[SERIES] = {0};
    for (int i = 0; i < SERIES; i++) {
        char key[16];
        snprintf(key, sizeof key, "s%d", i + 1);
        chunks_series(h->db, HOUSE_A, i + 1, key, rules[i]);
        m[i].now = calloc(VERSIONS_MAX, sizeof *m[i].now);
        m[i].clock = START;
        m[i].random = seed * 77 + (uint64_t)i;
    }
    for (int n = 0; n < STEPS; n++)
        step(h, m, n);
    size_t checks = m[0].checks + m[1].checks;
    if (checks < 10000)
        fail_msg("only %zu were asked", checks);
    for (int i = 0; i < SERIES; i++)
        model_drop(&m[i]);
}

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history, series_dirty CASCADE");
    return house_reset(state);
}

static void test_walks(void **state)
{
    house *h = *state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        reset(state);
        walk(h, seed);
    }
    CHECK("many from what was seen", seen_answers() > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_walks)};
    return cmocka_run_group_tests(tests, house_open, house_close);
}
