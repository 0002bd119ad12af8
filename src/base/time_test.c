#include "base/test.h"

static void test_parse_and_print(void **state)
{
    static const struct {
        const char *text, *back; /* NULL: not a time */
    } row[] = {
        {"2026-11-20T05:29:43Z", "2026-11-20T05:29:43Z"},
        {"2026-11-20t05:29:43z", "2026-11-20T05:29:43Z"},
        {"2026-11-20T08:29:43+03:00", "2026-11-20T05:29:43Z"},
        {"2026-11-20 08:29:43+03:00", "2026-11-20T05:29:43Z"},
        {"2026-11-20T05:29:43.5Z", "2026-11-20T05:29:43.5Z"},
        {"2026-11-20T05:29:43.123456789Z", "2026-11-20T05:29:43.123456Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"2023-02-29T00:00:00Z", NULL},
        {"2026-13-01T00:00:00Z", NULL},
        {"2026-00-01T00:00:00Z", NULL},
        {"2026-01-01T24:00:00Z", NULL},
        {"2026-01-01T00:00:00", NULL},
        {"2026-01-01T00:00:00.Z", NULL},
        {"2026-01-01T00:00:00+3:00", NULL},
        {"2026-01-01T00:00:00Z ", NULL},
        {"2026-01-01", NULL},
        {"", NULL},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_us at;
        CHECK(row[i].text, oq_time_parse(oq_cstr(row[i].text), &at) == (row[i].back != NULL));
        if (row[i].back)
            CHECK_STR(row[i].text, oq_time_text(arena, at), row[i].back);
    }
    oq_arena_close(arena);
}

static void test_calendar_turns_every_day_around(void **state)
{
    int year = 1, month = 1, day = 1;
    for (int64_t days = oq_days_from_civil(1, 1, 1); year < 2401; days++) {
        int y, m, d;
        oq_civil_from_days(days, &y, &m, &d);
        if (y != year || m != month || d != day || oq_days_from_civil(y, m, d) != days)
            fail_msg("day %lld is %d-%d-%d, wanted %d-%d-%d", (long long)days, y, m, d, year, month,
                     day);
        static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++day > length[month - 1] + (month == 2 && leap)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
}

static void test_clock_stands_and_runs(void **state)
{
    oq_clock_set(1000);
    oq_clock_advance(5);
    CHECK("stands", oq_clock_now() == 1005);
    oq_clock_set(OQ_TIME_NONE);
    oq_us first = oq_monotonic();
    CHECK("runs", oq_clock_now() > INT64_C(1700000000) * OQ_SECOND);
    CHECK("never back", oq_monotonic() >= first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_and_print),
        cmocka_unit_test(test_calendar_turns_every_day_around),
        cmocka_unit_test(test_clock_stands_and_runs),
    };
    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
