#include "recipe/moment.h"

#include "base/test.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static oq_str read_with(const char *pattern, const char *zone, const char *text)
{
    moment_format *f;
    oq_us at;
    CHECK_CODE(pattern ? pattern : text,
               moment_format_make(arena, oq_cstr(pattern), oq_cstr(zone), &f), NULL);
    bool first = moment_read(f, oq_cstr(text), &at);
    oq_us again;
    CHECK(text, moment_read(f, oq_cstr(text), &again) == first && (!first || at == again));
    return first ? oq_time_text(arena, at) : OQ_STR("no");
}

static void test_read(void **state)
{
    static const struct {
        const char *pattern, *zone, *text, *wanted;
    } row[] = {
        {NULL, NULL, "2015-01-01 06:00:00", "2015-01-01T06:00:00Z"},
        {NULL, "Asia/Riyadh", "2015-01-01 06:00:00", "2015-01-01T03:00:00Z"},
        {NULL, "+03:00", "2015-01-01 02:00", "2014-12-31T23:00:00Z"},
        {NULL, "Asia/Riyadh", "2015-01-01T06:00:00Z", "2015-01-01T06:00:00Z"},
        {NULL, NULL, "2015-01-01T06:00:00.123456789+03:00", "2015-01-01T03:00:00.123456Z"},
        {NULL, NULL, "2015-01-01T06:00:00,5 -0330", "2015-01-01T09:30:00.5Z"},
        {NULL, NULL, "2015/01/31", "2015-01-31T00:00:00Z"},
        {NULL, NULL, "  2015-01-01 06:00 ", "2015-01-01T06:00:00Z"},
        {NULL, NULL, "2015-01-01 24:00", "2015-01-02T00:00:00Z"},
        {NULL, NULL, "2016-02-29 00:00", "2016-02-29T00:00:00Z"},
        {NULL, NULL, "2015-02-29 00:00", "no"},
        {NULL, NULL, "2015-13-01", "no"},
        {NULL, NULL, "2015-01/01", "no"},
        {NULL, NULL, "2015-01-01 25:00", "no"},
        {NULL, NULL, "2015-01-01 24:01", "no"},
        {NULL, NULL, "2015-01-01 06:60", "no"},
        {NULL, NULL, "2015-01-01 06", "no"},
        {NULL, NULL, "2015-01-01x", "no"},
        {NULL, NULL, "2015-01-01 06:00:00 UTC", "no"},
        {NULL, NULL, "", "no"},
        {NULL, NULL, "yesterday", "no"},
        {NULL, NULL, "1420092000", "2015-01-01T06:00:00Z"},
        {NULL, NULL, "1420092000.25", "2015-01-01T06:00:00.25Z"},
        {NULL, NULL, "1420092000250", "2015-01-01T06:00:00.25Z"},
        {NULL, NULL, "1420092000250001", "2015-01-01T06:00:00.250001Z"},
        {NULL, NULL, "1420092000250001999", "2015-01-01T06:00:00.250001Z"},
        {NULL, NULL, "-3600", "1969-12-31T23:00:00Z"},
        {"epoch_ms", NULL, "1000", "1970-01-01T00:00:01Z"},
        {"epoch_ns", NULL, "-1", "1969-12-31T23:59:59.999999Z"},
        {"epoch_s", NULL, "2015-01-01", "no"},
        {"DD/MM/YY HH", NULL, "06/01/14 23", "2014-01-06T23:00:00Z"},
        {"DD/MM/YY HH", "Asia/Riyadh", "6/1/14 0", "2014-01-05T21:00:00Z"},
        {"DD/MM/YY HH", NULL, "06/13/14 00", "no"},
        {"DD/MM/YY HH", NULL, "06/01/14", "no"},
        {"DD/MM/YY HH", NULL, "06/01/14 00:00", "no"},
        {"DD.MM.YYYY HH:mm:ss", NULL, "31.12.1999 23:59:59", "1999-12-31T23:59:59Z"},
        {"DD.MM.YY", NULL, "31.12.69", "1969-12-31T00:00:00Z"},
        {"DD.MM.YY", NULL, "31.12.68", "2068-12-31T00:00:00Z"},
        {"YYYYMMDDTHHmmssZ", NULL, "20150101T060000Z", "2015-01-01T06:00:00Z"},
        {"DD-MMM-YYYY HH:mm:ss.SSS", NULL, "01-Jan-2015 06:00:00.250", "2015-01-01T06:00:00.25Z"},
        {"MMMM D, YYYY", NULL, "september 3, 2015", "2015-09-03T00:00:00Z"},
        {"M/D/YYYY h:mm A", NULL, "1/31/2015 12:05 AM", "2015-01-31T00:05:00Z"},
        {"M/D/YYYY h:mm A", NULL, "1/31/2015 12:05 pm", "2015-01-31T12:05:00Z"},
        {"M/D/YYYY h:mm A", NULL, "1/31/2015 13:05 PM", "no"},
        {"%d/%m/%y %H", NULL, "06/01/14 23", "2014-01-06T23:00:00Z"},
        {"%Y-%m-%dT%H:%M:%S.%f%z", NULL, "2015-01-01T06:00:00.5+0300", "2015-01-01T03:00:00.5Z"},
        {"%F %T", NULL, "2015-01-01 06:00:00", "2015-01-01T06:00:00Z"},
        {"%d %b %Y %I:%M %p", NULL, "1 Mar 2015 01:30 PM", "2015-03-01T13:30:00Z"},
        {"%Y%%%m%d", NULL, "2015%0101", "2015-01-01T00:00:00Z"},
        /* clocks that change */
        {NULL, "Europe/Berlin", "2026-03-29 01:59", "2026-03-29T00:59:00Z"},
        {NULL, "Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00Z"},
        {NULL, "Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z"},
        {NULL, "Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].text, read_with(row[i].pattern, row[i].zone, row[i].text), row[i].wanted);
}

/* What is remembered of one text must not stick to the next. */
static void test_one_after_the_other(void **state)
{
    moment_format *f;
    oq_us at = 0;
    CHECK_OK(moment_format_make(arena, OQ_NONE, OQ_STR("Europe/Berlin"), &f));
    assert_true(moment_read(f, OQ_STR("2026-07-01 12:00"), &at));
    CHECK_STR("summer", oq_time_text(arena, at), "2026-07-01T10:00:00Z");
    assert_false(moment_read(f, OQ_STR("2026-02-30 12:00"), &at));
    assert_false(moment_read(f, OQ_STR("2026-02-30 12:00"), &at));
    assert_true(moment_read(f, OQ_STR("2026-01-01 12:00"), &at));
    CHECK_STR("winter", oq_time_text(arena, at), "2026-01-01T11:00:00Z");
    assert_true(moment_read(f, OQ_STR("2026-07-01 00:10"), &at));
    CHECK_STR("summer again", oq_time_text(arena, at), "2026-06-30T22:10:00Z");
}

static void test_patterns_refused(void **state)
{
    static const struct {
        const char *pattern, *zone, *code, *position;
    } row[] = {
        {"DD/MM/YYY", NULL, "import.time_format", "7"},
        {"DD/MM", NULL, "import.time_format", "5"},
        {"%Q", NULL, "import.time_format", "1"},
        {"%d/%m/%", NULL, "import.time_format", "7"},
        {"Day MM YY", NULL, "import.time_format", "2"},
        {NULL, "Mars/Olympus", "import.time_zone", NULL},
        {NULL, "+15:00", "import.time_zone", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        moment_format *f;
        oq_err *err = moment_format_make(arena, oq_cstr(row[i].pattern), oq_cstr(row[i].zone), &f);
        CHECK_CODE(row[i].pattern ? row[i].pattern : row[i].zone, err, row[i].code);
        if (row[i].position)
            CHECK_STR(row[i].pattern, err->arg[1].value, row[i].position);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_one_after_the_other),
        cmocka_unit_test(test_patterns_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
