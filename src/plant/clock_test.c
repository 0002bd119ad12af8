#include "plant/clock.h"

#include "base/test.h"

#include "base/banned.h"

#define T0 (INT64_C(1767225600) * OQ_SECOND)

static source_clock row(oq_us valid_from, int64_t offset_ms)
{
    return (source_clock){.source = OQ_STR("PI"), .valid_from = valid_from, .offset_ms = offset_ms};
}

static void test_correction(void **state)
{
    /* 90 s fast from T0 on; set right an hour later; then 2 s slow. */
    source_clock at[] = {row(T0, -90000), row(T0 + OQ_HOUR, 0), row(T0 + 2 * OQ_HOUR, 2000)};
    const source_clocks clocks = {at, OQ_COUNT(at)}, none = {0};
    static const struct {
        const char *label;
        oq_us told, happened; /* behind T0 */
    } rows[] = {
        {"before any row", -1, -1},
        {"the first moment", 0, -90 * OQ_SECOND},
        {"fast", 30 * OQ_MINUTE, 30 * OQ_MINUTE - 90 * OQ_SECOND},
        {"the last moment of it", OQ_HOUR - 1, OQ_HOUR - 1 - 90 * OQ_SECOND},
        {"set back: the later row", OQ_HOUR + OQ_SECOND, OQ_HOUR + OQ_SECOND},
        {"right", 90 * OQ_MINUTE, 90 * OQ_MINUTE},
        {"slow, its first moment", 2 * OQ_HOUR, 2 * OQ_HOUR + 2 * OQ_SECOND},
        {"slow", 3 * OQ_HOUR, 3 * OQ_HOUR + 2 * OQ_SECOND},
    };
    for (size_t i = 0; i < OQ_COUNT(rows); i++) {
        source_time t = source_clock_correct(&clocks, T0 + rows[i].told);
        CHECK(rows[i].label, t.event_time == T0 + rows[i].happened);
        CHECK(rows[i].label, t.source_time == T0 + rows[i].told);
        CHECK(rows[i].label, t.event_time - t.offset == t.source_time);
        t = source_clock_correct(&none, T0 + rows[i].told);
        CHECK("no clock", t.event_time == T0 + rows[i].told && t.offset == 0);
    }
}

static void test_ends_of_time(void **state)
{
    source_clock fast = row(T0, 31622400000), slow = row(INT64_MIN + 1, -31622400000);
    const source_clocks clocks = {&fast, 1}, back = {&slow, 1};
    source_time t = source_clock_correct(&clocks, OQ_TIME_NONE);
    CHECK("not told", t.event_time == OQ_TIME_NONE && t.offset == 0);
    t = source_clock_correct(&clocks, INT64_MAX - 1);
    CHECK("too far", t.event_time == INT64_MAX - 1 && t.offset == 0);
    t = source_clock_correct(&back, INT64_MIN + 1);
    CHECK("too early", t.event_time == INT64_MIN + 1 && t.offset == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correction),
        cmocka_unit_test(test_ends_of_time),
    };
    return cmocka_run_group_tests_name("source_clock", tests, NULL, NULL);
}
