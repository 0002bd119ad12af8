#include "base/test.h"

#include <math.h>

#include "demoplant/model.h"

static const oq_us day = INT64_C(1767225600) * OQ_SECOND; /* 2026-01-01 */
static const demo_clock clock_ = {.seed = 42,
                                  .epoch = INT64_C(1767225600) * OQ_SECOND + 5 * OQ_DAY};

/* The readings of a day are the same, asked for at once, in pieces, and again. */
static void test_any_order(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    const demo_site *site = &demo_sites[0];
    for (size_t a = 0; site->assets[a].code; a++) {
        const demo_signal *g = &site->assets[a].of->signal[0];
        oq_us to = day + OQ_DAY, half = day + 11 * OQ_HOUR;
        samples whole = demo_readings(arena, site, a, g, clock_, day, to, OQ_MINUTE);
        samples late = demo_readings(arena, site, a, g, clock_, half, to, OQ_MINUTE);
        samples early = demo_readings(arena, site, a, g, clock_, day, half, OQ_MINUTE);
        assert_int_equal(whole.count, 1440);
        assert_int_equal(early.count + late.count, whole.count);
        for (size_t i = 0; i < whole.count; i++) {
            const samples *part = i < early.count ? &early : &late;
            size_t k = i < early.count ? i : i - early.count;
            assert_int_equal(whole.time[i], part->time[k]);
            assert_memory_equal(&whole.value[i], &part->value[k], sizeof(double));
            assert_int_equal(whole.quality[i], part->quality[k]);
        }
    }
    oq_arena_close(arena);
}

/* Every reading is within its instrument's range, and a good one is a number. */
static void test_ranges(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    for (const demo_site *site = demo_sites; site->code; site++)
        for (size_t a = 0; site->assets[a].code; a++)
            for (const demo_signal *g = site->assets[a].of->signal; g->metric; g++) {
                samples s =
                    demo_readings(arena, site, a, g, clock_, day, day + 60 * OQ_DAY, 7 * OQ_HOUR);
                size_t inside = 0;
                for (size_t i = 0; i < s.count; i++) {
                    if (!quality_is_good(s.quality[i])) {
                        assert_true(isnan(s.value[i]));
                        continue;
                    }
                    assert_true(s.value[i] >= g->low && s.value[i] <= g->high);
                    inside += s.value[i] > g->low && s.value[i] < g->high;
                }
                /* it does not sit at an end of the range: the level fits the instrument */
                CHECK(g->metric, g->is_state || inside > s.count * 6 / 10);
                oq_arena_reset(arena);
            }
    oq_arena_close(arena);
}

/* The schedule is the same for any stretch that is asked for. */
static void test_schedule(void **state)
{
    (void)state;
    static demo_faults whole, part;
    size_t seen = 0;
    const demo_site *site = &demo_sites[1];
    for (size_t a = 0; site->assets[a].code; a++) {
        demo_faults_of(site, a, 42, clock_.epoch, day, day + 90 * OQ_DAY, &whole);
        for (size_t i = 0; i < whole.count; i++) {
            const demo_fault *f = &whole.at[i];
            assert_true(f->begins < f->rests && f->rests <= f->ends);
            assert_true(f->fails == OQ_TIME_NONE || f->fails == f->rests);
            demo_faults_of(site, a, 42, clock_.epoch, f->begins, f->begins + OQ_SECOND, &part);
            bool found = false;
            for (size_t k = 0; k < part.count; k++)
                found |= memcmp(&part.at[k], f, sizeof *f) == 0;
            assert_true(found);
            seen += f->kind->sort == DEMO_PROCESS;
        }
    }
    assert_true(seen > 10);
}

/* Whoever starts the demo sees a machine that matters fail within minutes, in each plant, whatever
 * the day. */
static void test_soon(void **state)
{
    (void)state;
    static demo_faults faults;
    for (const demo_site *site = demo_sites; site->code; site++)
        for (oq_us epoch = day; epoch < day + 60 * OQ_DAY; epoch += 17 * OQ_HOUR) {
            size_t quick = 0;
            for (size_t a = 0; site->assets[a].code; a++) {
                demo_faults_of(site, a, 42, epoch, epoch, epoch + OQ_MINUTE, &faults);
                for (size_t i = 0; i < faults.count; i++) {
                    const demo_fault *f = &faults.at[i];
                    if (!f->is_quick)
                        continue;
                    quick++;
                    assert_int_equal(f->breaks, epoch);
                    assert_true(f->fails == f->rests && f->fails <= epoch + 3 * OQ_MINUTE);
                    assert_true(demo_fault_share(f, epoch - 1) < 0.3);
                    assert_true(demo_fault_share(f, f->fails - 1) > 0.99);
                    assert_string_equal(site->assets[a].of->code, "centrifugal_pump");
                }
            }
            assert_int_equal(quick, 1);
        }
}

/* What comes within minutes or hours is of a kind that can, and fails: nobody finds it in time. */
static void test_quick(void **state)
{
    (void)state;
    static demo_faults faults;
    size_t quick = 0;
    for (const demo_site *site = demo_sites; site->code; site++)
        for (size_t a = 0; site->assets[a].code; a++) {
            demo_faults_of(site, a, 42, clock_.epoch, clock_.epoch, clock_.epoch + 10 * OQ_DAY,
                           &faults);
            for (size_t i = 0; i < faults.count; i++) {
                const demo_fault *f = &faults.at[i];
                if (f->kind->sort != DEMO_PROCESS || f->rests - f->begins > 2 * OQ_HOUR)
                    continue;
                quick++;
                assert_true(f->kind->lead_h_min <= 48);
                CHECK(f->kind->code, f->fails == f->rests);
            }
        }
    assert_true(quick > 150);
}

/* A transformer that is taken out has no load from that moment on, and cools down slowly. */
static void test_out_of_service(void **state)
{
    (void)state;
    static demo_faults faults;
    oq_arena *arena = oq_arena_open(0);
    size_t checked = 0;
    for (const demo_site *site = demo_sites; site->code; site++)
        for (size_t a = 0; site->assets[a].code; a++) {
            if (strcmp(site->assets[a].of->code, "transformer") != 0)
                continue;
            demo_faults_of(site, a, 42, clock_.epoch, day, day + 90 * OQ_DAY, &faults);
            for (size_t i = 0; i < faults.count; i++) {
                const demo_fault *f = &faults.at[i];
                if (f->kind->sort != DEMO_PROCESS)
                    continue;
                const demo_signal *heat = &site->assets[a].of->signal[0],
                                  *load = &site->assets[a].of->signal[1];
                oq_us soon = f->rests + 30 * OQ_SECOND;
                samples was = demo_readings(arena, site, a, load, clock_, f->rests - OQ_MINUTE,
                                            f->rests - 59 * OQ_SECOND, OQ_SECOND);
                samples is = demo_readings(arena, site, a, load, clock_, soon, soon + 1, OQ_SECOND);
                samples hot =
                    demo_readings(arena, site, a, heat, clock_, soon, soon + 1, OQ_SECOND);
                assert_true(was.value[0] > 20 && is.value[0] < 1);
                assert_true(hot.value[0] > 45);
                checked++;
            }
        }
    assert_true(checked > 0);
    oq_arena_close(arena);
}

/* A worn bearing shakes: the fault shows in its signals, and is gone after the repair. */
static void test_effect(void **state)
{
    (void)state;
    static demo_faults faults;
    oq_arena *arena = oq_arena_open(0);
    const demo_site *site = &demo_sites[0];
    size_t checked = 0;
    for (size_t a = 0; site->assets[a].code; a++) {
        const demo_signal *g = &site->assets[a].of->signal[0];
        demo_faults_of(site, a, 42, clock_.epoch, day, day + 90 * OQ_DAY, &faults);
        for (size_t i = 0; i < faults.count; i++) {
            const demo_fault *f = &faults.at[i];
            if (strcmp(f->kind->code, "bearing_wear") != 0 || f->fails == OQ_TIME_NONE)
                continue;
            samples before = demo_readings(arena, site, a, g, clock_, f->begins - OQ_DAY,
                                           f->begins - OQ_DAY + OQ_SECOND, OQ_SECOND);
            samples last =
                demo_readings(arena, site, a, g, clock_, f->fails - OQ_SECOND, f->fails, OQ_SECOND);
            samples still =
                demo_readings(arena, site, a, g, clock_, f->ends - OQ_SECOND, f->ends, OQ_SECOND);
            assert_true(last.value[0] > before.value[0] + 4);
            assert_true(still.value[0] < 1);
            checked++;
        }
    }
    assert_true(checked > 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order), cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_schedule),  cmocka_unit_test(test_soon),
        cmocka_unit_test(test_quick),     cmocka_unit_test(test_out_of_service),
        cmocka_unit_test(test_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
