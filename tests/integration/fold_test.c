/* Whatever comes in whichever order: after the fold the record holds the latest write of each
 * moment, and the history what it replaced. */
#include "integration/store_model.h"

#include <math.h>

#include "base/banned.h"

#define DAY_0 (INT64_C(1767225600) * OQ_SECOND) /* 2026-01-01 */
#define NOW   (DAY_0 + 40 * OQ_DAY)             /* when the first batch comes */

enum { SERIES = 6 };

static int reset(void **state)
{
    house_reset(state);
    store_reset(*state, SERIES, NULL);
    return 0;
}

/* --- dice --------------------------------------------------------------------------------------*/

static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % sides;
}

/* Readings of three decimals, noise that no code can shorten, states, and nothing at all. */
static double value_of(int32_t no)
{
    switch (no % 3) {
    case 0:
        return (double)dice(4);
    case 1:
        return (double)dice(100000) / 1000;
    default:
        return sqrt((double)dice(1000000)) * 1e-3;
    }
}

static batch_row row_of(int32_t no, oq_us time)
{
    batch_row row = {.time = time, .series_no = no, .value = value_of(no)};
    if (dice(50) == 0) {
        row.quality = dice(2) ? QUALITY_UNCERTAIN : QUALITY_NO_DATA;
        row.value = row.quality == QUALITY_NO_DATA ? (double)NAN : row.value;
    }
    return row;
}

/* --- random ------------------------------------------------------------------------------------*/

typedef struct arrival {
    oq_us newest; /* where the series goes on */
} arrival;

/* Some rows of one series: going on, late, again with other values, or years ago. */
static size_t arrive(batch_row *row, int32_t no, oq_us *newest)
{
    size_t count = 1 + dice(400);
    oq_us at = *newest, step = (oq_us)(1 + dice(20)) * OQ_SECOND;
    switch (dice(8)) {
    case 0: /* late, over what is there */
    case 1:
        at = DAY_0 + (oq_us)dice((uint64_t)(*newest - DAY_0) + 1) / OQ_SECOND * OQ_SECOND;
        break;
    case 2: /* years ago */
        at = DAY_0 - (oq_us)(1 + dice(3000)) * OQ_DAY;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < count; i++, at += step)
        row[i] = row_of(no, at);
    *newest = at > *newest ? at : *newest;
    if (dice(4) == 0) /* in no order */
        for (size_t i = count; i > 1; i--) {
            size_t k = dice(i);
            batch_row swap = row[k];
            row[k] = row[i - 1];
            row[i - 1] = swap;
        }
    return count;
}

/* Something else, or nothing, in a random stretch; batches of it may still wait. */
static void replace_some(house *h, model *m, oq_us newest, oq_us at)
{
    int32_t no = (int32_t)(1 + dice(SERIES));
    oq_us from = DAY_0 - (oq_us)dice(100) * OQ_DAY;
    if (dice(2))
        from = DAY_0 + (oq_us)dice((uint64_t)(newest - DAY_0) + 1) / OQ_SECOND * OQ_SECOND;
    oq_us to = from + (oq_us)(1 + dice(dice(2) ? 4000000 : 40000)) * OQ_SECOND;
    oq_mark mark = oq_arena_mark(h->arena);
    samples with = samples_make(h->arena, 300, true, false);
    for (oq_us time = from; dice(3) && with.count < 300 && time < to; time += 7 * OQ_SECOND) {
        batch_row row = row_of(no, time);
        with.time[with.count] = row.time;
        with.value[with.count] = row.value;
        with.quality[with.count++] = row.quality;
    }
    model_replace(m, no, from, to, &with, at);
    oq_clock_set(at);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_replace(s, no, from, to, &with, with.count ? "correction" : "deletion", NULL));
    house_commit(s);
    oq_arena_rewind(h->arena, mark);
}

static void random_days(house *h, uint64_t first_seed, size_t batches, bool changes)
{
    static batch_row row[SERIES * 400];
    oq_us newest[SERIES + 1];
    model m;
    model_make(SERIES, &m);
    seed = first_seed;
    for (int32_t no = 0; no <= SERIES; no++)
        newest[no] = DAY_0;
    for (size_t i = 0; i < batches; i++) {
        size_t count = 0;
        for (int32_t no = 1; no <= SERIES; no++)
            if (dice(3))
                count += arrive(row + count, no, &newest[no]);
        if (count)
            store_write(h, &m, row, count, NOW + (oq_us)i * OQ_MINUTE);
        if (changes && dice(3) == 0)
            replace_some(h, &m, newest[1], NOW + (oq_us)i * OQ_MINUTE);
        if (dice(5) == 0) {
            store_fold(h);
            store_check(h, &m, true);
        }
    }
    store_fold(h);
    store_check(h, &m, true);
    model_drop(&m);
}

static void test_any_order(void **state)
{
    for (uint64_t s = 1; s <= 4; s++) {
        reset(state);
        random_days(*state, s, 40, false);
    }
}

static void test_any_order_with_changes(void **state)
{
    for (uint64_t s = 11; s <= 14; s++) {
        reset(state);
        random_days(*state, s, 40, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_any_order, reset),
        cmocka_unit_test_setup(test_any_order_with_changes, reset),
    };
    return cmocka_run_group_tests_name("fold", tests, house_open, house_close);
}
