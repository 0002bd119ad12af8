/* The running aggregates against the definition, written out plainly, and however a signal is cut
 * into pieces or summaries. */
#include "quant/aggregate.h"
#include "quant/signal_sample.h"

enum { ROUNDS = 1500 };

static bool is_good(const samples *s, size_t i)
{
    return quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]);
}

/* --- the definition -----------------------------------------------------------------------------*/

static void plain_stretch(const samples *s, size_t i, aggregate_rule rule, oq_us from, oq_us to,
                          long double *area, int64_t *good_us)
{
    oq_us a = s->time[i], b = s->time[i + 1];
    if (!is_good(s, i))
        return;
    bool is_gap = rule.gap_max && b - a > rule.gap_max;
    bool slopes = !rule.is_state && !is_gap && is_good(s, i + 1);
    oq_us end = is_gap ? a + rule.gap_max : b;
    oq_us low = a > from ? a : from, high = end < to ? end : to;
    if (low >= high)
        return;
    long double at_low = s->value[i], at_high = s->value[i];
    if (slopes) {
        long double rise = (long double)s->value[i + 1] - s->value[i];
        at_low += rise * (low - a) / (b - a);
        at_high += rise * (high - a) / (b - a);
    }
    *area += (at_low + at_high) / 2 * (high - low);
    *good_us += high - low;
}

static void plain_points(const samples *s, oq_us from, oq_us to, aggregate *out)
{
    long double sum = 0, m2 = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->time[i] < from || s->time[i] >= to)
            continue;
        if (out->count++ == 0) {
            out->first_at = s->time[i];
            out->first = s->value[i];
            out->first_quality = samples_quality(s, i);
        }
        out->last_at = s->time[i];
        out->last = s->value[i];
        out->last_quality = samples_quality(s, i);
        if (!is_good(s, i))
            continue;
        out->good++;
        sum += s->value[i];
        out->min = fmin(out->min, s->value[i]);
        out->max = fmax(out->max, s->value[i]);
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->time[i] >= from && s->time[i] < to && is_good(s, i))
            m2 += powl(s->value[i] - sum / out->good, 2);
    out->sum = (double)sum;
    out->m2 = (double)m2;
}

static aggregate plain(const samples *s, aggregate_rule rule, oq_us from, oq_us to)
{
    aggregate out = AGGREGATE_NONE;
    long double area = 0;
    plain_points(s, from, to, &out);
    for (size_t i = 0; i + 1 < s->count; i++)
        plain_stretch(s, i, rule, from, to, &area, &out.good_us);
    out.area = (double)area;
    return out;
}

static void check_same(const char *label, const aggregate *got, const aggregate *want, double size)
{
    CHECK(label, got->count == want->count && got->good == want->good);
    CHECK(label, is_near(got->min, want->min, 0) && is_near(got->max, want->max, 0));
    CHECK(label, is_near(got->sum, want->sum, size * (double)(want->good + 1)));
    CHECK(label, fabs(got->m2 - want->m2) <= 1e-9 * (want->m2 + 1e-9 * size * size));
    CHECK(label, got->good_us == want->good_us);
    CHECK(label, is_near(got->area, want->area, size * (double)(want->good_us + 1)));
    CHECK(label, got->first_at == want->first_at && got->last_at == want->last_at);
    CHECK(label, is_near(got->first, want->first, 0) && is_near(got->last, want->last, 0));
    CHECK(label, got->first_quality == want->first_quality);
    CHECK(label, got->last_quality == want->last_quality);
}

static double size_of(const samples *s)
{
    double size = 1;
    for (size_t i = 0; i < s->count; i++)
        size = isnan(s->value[i]) ? size : fmax(size, fabs(s->value[i]));
    return size;
}

/* --- any signal, any edges ----------------------------------------------------------------------*/

/* Edges around the signal, some of them exactly on samples. */
static buckets any_edges(oq_arena *arena, uint64_t *dice, const samples *s)
{
    size_t most = 1 + dice_below(dice, 30), count = 0;
    oq_us *edge = oq_new_n(arena, oq_us, most + 2);
    oq_us span = s->count ? s->time[s->count - 1] - s->time[0] + 10 : 10;
    oq_us at = (s->count ? s->time[0] : 0) - 5 + (oq_us)dice_below(dice, (size_t)span / 3 + 8);
    for (size_t i = 0; i <= most; i++) {
        if (i > 0)
            at += 1 + (oq_us)dice_below(dice, (size_t)(span / (oq_us)most) + 1);
        size_t near = 0;
        while (near < s->count && s->time[near] < at)
            near++;
        if (near < s->count && dice_below(dice, 2))
            at = s->time[near];
        if (count == 0 || at > edge[count - 1])
            edge[count++] = at;
    }
    if (count == 1)
        edge[count++] = at + 1;
    return (buckets){edge, count - 1};
}

static samples part(const samples *s, size_t from, size_t count)
{
    return (samples){count, s->time + from, s->value + from, s->quality ? s->quality + from : NULL,
                     NULL};
}

static void feed_in_pieces(aggregator *g, uint64_t *dice, const samples *s, size_t piece_max)
{
    for (size_t i = 0; i < s->count;) {
        size_t count = 1 + dice_below(dice, piece_max);
        count = count < s->count - i ? count : s->count - i;
        samples piece = part(s, i, count);
        aggregator_feed(g, &piece);
        i += count;
    }
}

static aggregate_rule any_rule(uint64_t *dice)
{
    return (aggregate_rule){.is_state = dice_below(dice, 2),
                            .gap_max =
                                dice_below(dice, 2) ? (oq_us)(1 + dice_below(dice, 5000)) : 0};
}

static void test_any(void **state)
{
    uint64_t dice = 1;
    for (int round = 0; round < ROUNDS; round++) {
        oq_arena *arena = oq_arena_open(0);
        samples s = signal_any(arena, &dice, dice_below(&dice, round % 10 ? 100 : 3000),
                               (oq_us)dice_below(&dice, 1000000) - 500000);
        aggregate_rule rule = any_rule(&dice);
        buckets b = any_edges(arena, &dice, &s);
        aggregator whole = aggregator_make(arena, b, rule), cut = aggregator_make(arena, b, rule);
        aggregator_feed(&whole, &s);
        feed_in_pieces(&cut, &dice, &s, 1 + dice_below(&dice, 50));
        for (size_t i = 0; i < b.count; i++) {
            aggregate want = plain(&s, rule, b.edge[i], b.edge[i + 1]);
            check_same("whole", &whole.into[i], &want, size_of(&s));
            check_same("in pieces", &cut.into[i], &want, size_of(&s));
        }
        oq_arena_close(arena);
    }
}

/* --- through summaries --------------------------------------------------------------------------*/

/* Chunks of a signal, some fed as their cells and some as samples, into buckets that the cells
 * tile. Chunks end anywhere, so cells of two chunks meet inside a cell's time. */
static void check_cells(oq_arena *arena, uint64_t *dice, const samples *s, aggregate_rule rule,
                        oq_us width, size_t *cells)
{
    buckets b;
    CHECK_OK(buckets_even(arena, s->time[s->count / 10], s->time[s->count - 1], width, 0, &b));
    aggregator g = aggregator_make(arena, b, rule);
    for (size_t i = 0; i < s->count;) {
        size_t count = 1024 + dice_below(dice, 4000);
        count = count < s->count - i ? count : s->count - i;
        samples chunk = part(s, i, count);
        OQ_AUTO(oq_buf) bytes = oq_buf_make(1 << 20);
        summary_encode(arena, &chunk, rule, &bytes);
        summary y;
        CHECK_OK(summary_decode(arena, oq_buf_view(&bytes), &y));
        bool fits = summary_fits(&y, b, rule) && dice_below(dice, 4);
        for (size_t k = 0; fits && k < y.count; k++)
            aggregator_feed_cell(&g, &y.cell[k]);
        if (!fits)
            aggregator_feed(&g, &chunk);
        *cells += fits ? y.count : 0;
        i += count;
    }
    for (size_t i = 0; i < b.count; i++) {
        aggregate want = plain(s, rule, b.edge[i], b.edge[i + 1]);
        check_same("through cells", &g.into[i], &want, size_of(s));
    }
}

static void test_cells(void **state)
{
    uint64_t dice = 2;
    size_t cells = 0;
    for (int round = 0; round < 40; round++) {
        oq_arena *arena = oq_arena_open(0);
        samples s = signal_any(arena, &dice, 12000, -OQ_MINUTE);
        oq_us slower = (oq_us)(1 + dice_below(&dice, 30)); /* else all would be 10 s cells */
        for (size_t i = 0; i < s.count; i++)
            s.time[i] *= slower;
        aggregate_rule rule = any_rule(&dice);
        rule.gap_max *= slower;
        check_cells(arena, &dice, &s, rule, (round % 2 ? 10 : 60) * OQ_SECOND, &cells);
        oq_arena_close(arena);
    }
    CHECK("many cells were used", cells > 100);
}

/* --- the ends -----------------------------------------------------------------------------------*/

static void test_end(void **state)
{
    static const struct {
        const char *label;
        oq_us now, gap_max;
        quality quality;
        int64_t good_us;
        double area;
    } row[] = {
        {"held until now", 1500, 0, QUALITY_GOOD, 500, 500 * 7.0},
        {"held within the gap rule", 1500, 200, QUALITY_GOOD, 200, 200 * 7.0},
        {"not held", OQ_TIME_NONE, 0, QUALITY_GOOD, 0, 0},
        {"now is past", 900, 0, QUALITY_GOOD, 0, 0},
        {"what is bad is not held", 1500, 0, QUALITY_BAD, 0, 0},
        {"not beyond the last edge", 9000, 0, QUALITY_GOOD, 2000, 2000 * 7.0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        oq_us time[] = {1000}, edge[] = {0, 2000, 3000};
        double value[] = {7};
        quality q[] = {row[i].quality};
        samples s = {1, time, value, q, NULL};
        aggregator g =
            aggregator_make(arena, (buckets){edge, 2}, (aggregate_rule){.gap_max = row[i].gap_max});
        aggregator_feed(&g, &s);
        aggregator_end(&g, row[i].now);
        CHECK(row[i].label, g.into[0].good_us + g.into[1].good_us == row[i].good_us);
        CHECK(row[i].label, g.into[0].area + g.into[1].area == row[i].area);
        CHECK(row[i].label, g.into[0].count == 1 && g.into[1].count == 0);
        oq_arena_close(arena);
    }
}

static void test_nothing(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_us edge[] = {0, 10};
    samples none = {0};
    aggregate empty = AGGREGATE_NONE;
    aggregator g = aggregator_make(arena, (buckets){edge, 1}, (aggregate_rule){0});
    aggregator_feed(&g, &none);
    aggregator_feed_cell(&g, &empty);
    aggregator_end(&g, 100);
    check_same("no samples", &g.into[0], &AGGREGATE_NONE, 1);
    oq_us time[] = {1};
    double value[] = {1};
    samples one = {1, time, value, NULL, NULL};
    aggregator no_buckets = aggregator_make(arena, (buckets){edge, 0}, (aggregate_rule){0});
    aggregator_feed(&no_buckets, &one);
    aggregator_end(&no_buckets, 100);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
