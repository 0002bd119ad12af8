#include "quant/chunk.h"

#include <math.h>

#include "base/test.h"
#include "quant/chunk_sample.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    value = isnan(value) ? (double)NAN : value + 0.0; /* -0 becomes 0, a NaN the NaN */
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The moment that is told for one at which a sample became known. */
static void check_known(const char *label, oq_us time, oq_us known, oq_us told)
{
    oq_us lag = known - time, late = told - known;
    CHECK(label, late >= 0);
    oq_us limit = lag <= 0                ? 2 * OQ_MINUTE
                  : lag <= OQ_MINUTE      ? 5 * OQ_MINUTE
                  : lag <= 5 * OQ_MINUTE  ? 15 * OQ_MINUTE
                  : lag <= 15 * OQ_MINUTE ? OQ_HOUR
                  : lag <= OQ_HOUR        ? OQ_HOUR
                                          : OQ_MINUTE;
    CHECK(label, late < limit);
}

static void check_round_trip(const char *label, const samples *in, size_t count, oq_str bytes)
{
    oq_arena *arena = oq_arena_open(0);
    samples out;
    chunk_head head;
    uint8_t *exact = malloc(bytes.len); /* its own size, so that a read past the end is seen */
    memcpy(exact, bytes.ptr, bytes.len);
    oq_str view = oq_strn((const char *)exact, bytes.len);
    CHECK_CODE(label, chunk_read_head(view, &head), NULL);
    CHECK(label, head.count == count);
    CHECK(label, head.first == in->time[0] && head.last == in->time[count - 1]);
    CHECK_CODE(label, chunk_decode(arena, view, true, &out), NULL);
    free(exact);
    CHECK(label, out.count == count);
    CHECK(label, head.has_quality == (out.quality != NULL));
    for (size_t i = 0; i < count; i++) {
        CHECK(label, out.time[i] == in->time[i]);
        CHECK(label, bits_of(in->value[i]) == bits_of(out.value[i]));
        CHECK(label, samples_quality(&out, i) == samples_quality(in, i));
        if (in->known)
            check_known(label, in->time[i], in->known[i], out.known[i]);
        else
            CHECK(label, out.known[i] == in->time[i]);
    }
    oq_arena_close(arena);
}

static void test_every_kind_comes_back(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 7, 100, 1023, 1024, 1025, 5000};
    for (int kind = 0; kind < SIGNAL_KINDS; kind++)
        for (size_t c = 0; c < OQ_COUNT(counts); c++)
            for (int columns = 0; columns < 4; columns++) {
                oq_arena *arena = oq_arena_open(0);
                OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
                samples in = signal_make(arena, (signal_kind)kind, counts[c], 1 + c);
                in.quality = columns & 1 ? in.quality : NULL;
                in.known = columns & 2 ? in.known : NULL;
                size_t got = chunk_encode(&in, SIZE_MAX, &out);
                CHECK(signal_name[kind], got == in.count && !out.overflow);
                check_round_trip(signal_name[kind], &in, got, oq_buf_view(&out));
                oq_arena_close(arena);
            }
}

/* Bytes of a sample, with its part of the head, when a chunk is as full as a page allows. */
static void test_sizes(void **state)
{
    (void)state;
    static const double most[SIGNAL_KINDS] = {
        [SIGNAL_DECIMALS_2] = 0.80, [SIGNAL_DECIMALS_3] = 1.25,  [SIGNAL_CONSTANT] = 0.02,
        [SIGNAL_STATE] = 0.05,      [SIGNAL_COUNTER] = 0.70,     [SIGNAL_STEP_COUNTER] = 0.03,
        [SIGNAL_FULL] = 7.0,        [SIGNAL_LONG_DECIMAL] = 6.2, [SIGNAL_SINGLE] = 2.5,
        [SIGNAL_MIXED] = 1.1,       [SIGNAL_ODD] = 8.2,          [SIGNAL_RANDOM_BITS] = 8.2,
        [SIGNAL_JITTER] = 1.8,      [SIGNAL_BURSTS] = 0.95,      [SIGNAL_SPARSE_NAN] = 0.70,
        [SIGNAL_IMPORTED] = 0.80,
    };
    for (int kind = 0; kind < SIGNAL_KINDS; kind++) {
        oq_arena *arena = oq_arena_open(0);
        OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
        samples in = signal_make(arena, (signal_kind)kind, CHUNK_SAMPLES_MAX, 3);
        if (kind == SIGNAL_FULL || kind == SIGNAL_ODD || kind == SIGNAL_RANDOM_BITS)
            in.quality = NULL;
        if (kind != SIGNAL_IMPORTED)
            in.known = NULL;
        size_t got = chunk_encode(&in, CHUNK_BYTES_MAX, &out);
        double each = (double)out.len / (double)got;
        CHECK(signal_name[kind], out.len <= CHUNK_BYTES_MAX);
        if (each > most[kind])
            fail_msg("%s: %zu samples in %zu bytes: %.3f", signal_name[kind], got, out.len, each);
        oq_arena_close(arena);
    }
}

/* The longest beginning that fits, at least one sample. */
static void test_stops_at_the_limit(void **state)
{
    (void)state;
    static const size_t limits[] = {0, 20, 30, 60, 200, 1000, 3000, 7600};
    for (int kind = 0; kind < SIGNAL_KINDS; kind++)
        for (size_t l = 0; l < OQ_COUNT(limits); l++) {
            oq_arena *arena = oq_arena_open(0);
            OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
            OQ_AUTO(oq_buf) more = oq_buf_make(1 << 20);
            samples in = signal_make(arena, (signal_kind)kind, 12000, 5);
            oq_buf_lit(&out, "before");
            size_t got = chunk_encode(&in, limits[l], &out);
            CHECK(signal_name[kind], got >= 1 && memcmp(out.ptr, "before", 6) == 0);
            CHECK(signal_name[kind], got == 1 || out.len - 6 <= limits[l]);
            check_round_trip(signal_name[kind], &in, got,
                             oq_str_sub(oq_buf_view(&out), 6, SIZE_MAX));
            if (got < in.count) {
                samples longer = samples_part(&in, 0, got + 1);
                chunk_encode(&longer, SIZE_MAX, &more);
                /* Another length may be predicted otherwise: sizes do not quite rise. */
                size_t free_most = CHUNK_SLACK + limits[l] / 128;
                CHECK(signal_name[kind],
                      got == CHUNK_SAMPLES_MAX || more.len + free_most > limits[l]);
            }
            oq_arena_close(arena);
        }
}

static void test_known(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        oq_us lag, told;
    } row[] = {
        {"at once", 0, 0},
        {"a moment", 1, OQ_MINUTE},
        {"a minute", OQ_MINUTE, OQ_MINUTE},
        {"more", OQ_MINUTE + 1, 5 * OQ_MINUTE},
        {"a quarter", 14 * OQ_MINUTE, 15 * OQ_MINUTE},
        {"an hour", OQ_HOUR, OQ_HOUR},
        {"the minute", OQ_HOUR + 1, 61 * OQ_MINUTE},
        {"years", 8 * 365 * OQ_DAY + 7, 8 * 365 * OQ_DAY + OQ_MINUTE},
        {"a clock ahead", -3 * OQ_SECOND, 0},
        {"far ahead", -OQ_HOUR, -OQ_HOUR},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
        OQ_AUTO(oq_buf) again = oq_buf_make(1 << 20);
        samples s = signal_make(arena, SIGNAL_CONSTANT, 1, 1), back;
        s.known[0] = s.time[0] + row[i].lag;
        chunk_encode(&s, SIZE_MAX, &out);
        CHECK_OK(chunk_decode(arena, oq_buf_view(&out), true, &back));
        CHECK(row[i].label, back.known[0] - s.time[0] == row[i].told);
        chunk_encode(&back, SIZE_MAX, &again);
        CHECK("what came back is written alike", oq_str_eq(oq_buf_view(&out), oq_buf_view(&again)));
        CHECK_OK(chunk_decode(arena, oq_buf_view(&out), false, &back));
        CHECK("not asked for", back.known == NULL);
        oq_arena_close(arena);
    }
}

/* A growing chunk is coded anew each time, with late samples before those that are there: what was
 * rounded up once stays as it is. */
static void test_known_does_not_drift(void **state)
{
    (void)state;
    static const oq_us lag[] = {50 * OQ_MINUTE, 14 * OQ_MINUTE, 4 * OQ_MINUTE, 50 * OQ_SECOND,
                                50 * OQ_SECOND};
    enum { COUNT = OQ_COUNT(lag) };
    oq_arena *arena = oq_arena_open(0);
    samples all = signal_make(arena, SIGNAL_CONSTANT, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++)
        all.known[i] = all.time[i] + lag[i];
    for (size_t from = COUNT - 2; from != SIZE_MAX; from--) {
        OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
        samples part = samples_part(&all, from, COUNT - from), back;
        chunk_encode(&part, SIZE_MAX, &out);
        CHECK_OK(chunk_decode(arena, oq_buf_view(&out), true, &back));
        memcpy(part.known, back.known, part.count * sizeof *part.known);
    }
    CHECK("still a minute", all.known[COUNT - 1] == all.time[COUNT - 1] + OQ_MINUTE);
    oq_arena_close(arena);
}

/* Whatever the bytes are, the answer is an error or samples in the order of time. */
static void test_any_bytes(void **state)
{
    (void)state;
    uint64_t dice = 7;
    for (int kind = 0; kind < SIGNAL_KINDS; kind++) {
        oq_arena *arena = oq_arena_open(0);
        OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
        samples in = signal_make(arena, (signal_kind)kind, 300, 11), back;
        chunk_encode(&in, SIZE_MAX, &out);
        oq_mark mark = oq_arena_mark(arena);
        for (size_t len = 0; len < out.len; len++) {
            char *cut = malloc(len ? len : 1);
            memcpy(cut, out.ptr, len);
            CHECK_CODE(signal_name[kind], chunk_decode(arena, oq_strn(cut, len), true, &back),
                       "chunk.malformed");
            free(cut);
            oq_arena_rewind(arena, mark);
        }
        for (size_t round = 0; round < 3000; round++) {
            char *changed = malloc(out.len);
            memcpy(changed, out.ptr, out.len);
            for (size_t n = signal_dice(&dice) % 3 + 1; n > 0; n--)
                changed[signal_dice(&dice) % out.len] ^= (char)(1 << signal_dice(&dice) % 8);
            oq_err *e = chunk_decode(arena, oq_strn(changed, out.len), true, &back);
            for (size_t i = 1; !e && i < back.count; i++)
                CHECK(signal_name[kind], back.time[i] > back.time[i - 1]);
            free(changed);
            oq_arena_rewind(arena, mark);
            oq_err_reset();
        }
        oq_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_comes_back), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_stops_at_the_limit),    cmocka_unit_test(test_known),
        cmocka_unit_test(test_known_does_not_drift),  cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
