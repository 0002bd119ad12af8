#include "quant/aggregate.h"
#include "quant/signal_sample.h"

static samples every(oq_arena *arena, size_t count, oq_us start, oq_us distance)
{
    samples s = {.count = count,
                 .time = oq_new_n(arena, oq_us, count),
                 .value = oq_new_n(arena, double, count)};
    for (size_t i = 0; i < count; i++) {
        s.time[i] = start + (oq_us)i * distance;
        s.value[i] = (double)(i % 100) / 10;
    }
    return s;
}

static oq_str encode(oq_arena *arena, const samples *s, aggregate_rule rule)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 24);
    summary_encode(arena, s, rule, &out);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static summary decode(oq_arena *arena, oq_str bytes)
{
    summary y;
    CHECK_OK(summary_decode(arena, bytes, &y));
    return y;
}

static void test_width(void **state)
{
    static const struct {
        const char *label;
        size_t count;
        oq_us distance, width; /* 0: none */
    } row[] = {
        {"5 ms", 20000, 5 * OQ_MS, 10 * OQ_SECOND},
        {"10 ms", 20000, 10 * OQ_MS, OQ_MINUTE},
        {"0.5 s", 20000, OQ_SECOND / 2, 10 * OQ_MINUTE},
        {"1 s", 20000, OQ_SECOND, OQ_HOUR},
        {"10 s", 20000, 10 * OQ_SECOND, 6 * OQ_HOUR},
        {"1 min", 20000, OQ_MINUTE, OQ_DAY},
        {"5 min", 20000, 5 * OQ_MINUTE, 7 * OQ_DAY},
        {"1 h: a week has 168 samples", 20000, OQ_HOUR, 0},
        {"a few", 1023, OQ_MS, 0},
        {"just enough", 1024, OQ_MS, 10 * OQ_SECOND},
        {"nothing", 0, OQ_SECOND, 0},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        samples s = every(arena, row[i].count, 12345678, row[i].distance);
        oq_str bytes = encode(arena, &s, (aggregate_rule){0});
        CHECK(row[i].label, (bytes.len == 0) == (row[i].width == 0));
        CHECK(row[i].label, decode(arena, bytes).width == row[i].width);
    }
    samples far = every(arena, 2000, INT64_MAX - OQ_DAY, OQ_SECOND);
    CHECK("not at the end of time", encode(arena, &far, (aggregate_rule){0}).len == 0);
    oq_arena_close(arena);
}

/* Whatever the signal, the cells are clock-aligned, hold every sample once, and are small. */
static void test_any(void **state)
{
    uint64_t dice = 5;
    for (int round = 0; round < 100; round++) {
        oq_arena *arena = oq_arena_open(0);
        samples s = signal_any(arena, &dice, 1024 + dice_below(&dice, 12000),
                               (oq_us)dice_below(&dice, 1000000) - 500000);
        oq_us slower = (oq_us)(1 + dice_below(&dice, 100000));
        for (size_t i = 0; i < s.count; i++)
            s.time[i] *= slower;
        aggregate_rule rule = {.is_state = dice_below(&dice, 2),
                               .gap_max = (oq_us)dice_below(&dice, 3) * 1000 * slower};
        oq_str bytes = encode(arena, &s, rule);
        summary y = decode(arena, bytes);
        CHECK("the rule", y.rule.is_state == rule.is_state && y.rule.gap_max == rule.gap_max);
        CHECK("small", bytes.len <= 20 + 90 * y.count);
        size_t at = 0;
        for (size_t i = 0; i < y.count; i++) {
            const aggregate *c = &y.cell[i];
            CHECK("aligned", y.start[i] % y.width == 0 && (i == 0 || y.start[i] > y.start[i - 1]));
            CHECK("first", c->first_at == s.time[at] && c->first_at >= y.start[i] &&
                               c->first_quality == samples_quality(&s, at));
            at += (size_t)c->count;
            CHECK("last", at <= s.count && c->last_at == s.time[at - 1] &&
                              c->last_at < y.start[i] + y.width);
            CHECK("bits", memcmp(&c->last, &s.value[at - 1], sizeof c->last) == 0);
            CHECK("inner time alone", c->good_us <= c->last_at - c->first_at);
        }
        CHECK("every sample once", at == s.count);
        oq_arena_close(arena);
    }
}

static void test_fits(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    samples s = every(arena, 8000, 0, OQ_SECOND); /* cells of 1 h */
    aggregate_rule rule = {.gap_max = 5 * OQ_MINUTE};
    summary y = decode(arena, encode(arena, &s, rule)), none = decode(arena, OQ_STR(""));
    oq_us days[] = {-OQ_DAY, 0, OQ_DAY}, uneven[] = {0, OQ_HOUR, 36 * OQ_HOUR};
    oq_us half[] = {0, OQ_HOUR / 2, OQ_HOUR}, late[] = {1, OQ_HOUR + 1, 2 * OQ_HOUR + 1};
    CHECK("days", summary_fits(&y, (buckets){days, 2}, rule));
    CHECK("hours and longer", summary_fits(&y, (buckets){uneven, 2}, rule));
    CHECK("half hours", !summary_fits(&y, (buckets){half, 2}, rule));
    CHECK("not on the clock", !summary_fits(&y, (buckets){late, 2}, rule));
    CHECK("another gap rule", !summary_fits(&y, (buckets){days, 2}, (aggregate_rule){0}));
    CHECK("states", !summary_fits(&y, (buckets){days, 2},
                                  (aggregate_rule){.is_state = true, .gap_max = rule.gap_max}));
    CHECK("no cells", none.count == 0 && !summary_fits(&none, (buckets){days, 2}, rule));
    oq_arena_close(arena);
}

/* What is cut off, too long or changed at the head is refused; what is changed further behind is
 * refused or another summary, but never one whose cells do not lie in their time. */
static void test_malformed(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    samples s = every(arena, 5000, -OQ_HOUR + OQ_SECOND - 1, OQ_SECOND);
    oq_str bytes = encode(arena, &s, (aggregate_rule){.gap_max = OQ_MINUTE});
    summary y;
    for (size_t len = 1; len < bytes.len; len++) {
        char *cut = oq_copy(arena, bytes.ptr, len);
        CHECK_CODE("cut off", summary_decode(arena, oq_strn(cut, len), &y), "summary.malformed");
    }
    oq_str longer = oq_strf(arena, "%.*s!", 0, "");
    char *more = oq_alloc(arena, bytes.len + 1);
    memcpy(more, bytes.ptr, bytes.len);
    CHECK_CODE("longer", summary_decode(arena, oq_strn(more, bytes.len + 1), &y),
               "summary.malformed");
    CHECK_CODE("text", summary_decode(arena, longer, &y), "summary.malformed");
    for (size_t i = 0; i < bytes.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            char *changed = oq_copy(arena, bytes.ptr, bytes.len);
            changed[i] = (char)(changed[i] ^ 1 << bit);
            oq_err *err = summary_decode(arena, oq_strn(changed, bytes.len), &y);
            CHECK("form", i > 0 || err);
            for (size_t k = 0; !err && k < y.count; k++)
                CHECK("in its time",
                      y.cell[k].first_at >= y.start[k] && y.cell[k].last_at < y.start[k] + y.width);
            oq_err_reset();
        }
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
