#include "base/test.h"

typedef struct check_row {
    const char *text;
    bool good;
} check_row;

static void run(const char *(*check)(oq_str), const char *code, const check_row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *got = check(oq_cstr(row[i].text));
        if (row[i].good)
            CHECK(row[i].text, got == NULL);
        else
            CHECK(row[i].text, got && strcmp(got, code) == 0);
    }
}

static void test_email(void **state)
{
    static const check_row row[] = {
        {"owner@optria.local", true},
        {"a.b+c@sub.example-1.com", true},
        {"o'neil@a.b", true},
        {"", false},
        {"nobody", false},
        {"@a.b", false},
        {"a@", false},
        {"a@b", false},
        {"a@b.", false},
        {"a@.b", false},
        {"a@b..c", false},
        {"a@-b.c", false},
        {"a@b-.c", false},
        {"a@b.c@d.e", false},
        {".a@b.c", false},
        {"a.@b.c", false},
        {"a..b@b.c", false},
        {"a b@b.c", false},
        {"\"a b\"@b.c", false},
        {"a@[127.0.0.1]", false},
        {"مدير@b.c", false},
        {"a\n@b.c", false},
        {"0123456789012345678901234567890123456789012345678901234567890123@b.c", true},
        {"01234567890123456789012345678901234567890123456789012345678901234@b.c", false},
        {"a@0123456789012345678901234567890123456789012345678901234567890123.c", false},
    };
    run(oq_check_email, "field.email_malformed", row, OQ_COUNT(row));
}

static void test_code(void **state)
{
    static const check_row row[] = {
        {"A", true},   {"ARAMCO_DEMO", true}, {"P2_", true},  {"", false},    {"_A", false},
        {"2A", false}, {"a", false},          {"A-B", false}, {"A B", false}, {"أ", false},
    };
    run(oq_check_code, "field.code_malformed", row, OQ_COUNT(row));
}

static void test_currency(void **state)
{
    static const check_row row[] = {
        {"SAR", true},   {"USD", true},  {"", false},    {"SA", false},
        {"SARS", false}, {"sar", false}, {"S4R", false},
    };
    run(oq_check_currency, "field.currency_malformed", row, OQ_COUNT(row));
}

static void test_timezone(void **state)
{
    static const check_row row[] = {
        {"Asia/Riyadh", true},
        {"UTC", true},
        {"Europe/Berlin", true},
        {"America/Argentina/Buenos_Aires", true},
        {"Etc/GMT-3", true},
        {"", false},
        {"Asia/Nowhere", false},
        {"GMT+3", false}, /* a custom zone, not one of the list */
        {"Etc/Unknown", false},
        {"../../etc/passwd", false},
        {"/etc/localtime", false},
        {"Asia/Riyadh\n", false},
        {"Asia/", false},
        {"آسيا/الرياض", false},
        {"A2345678901234567890123456789012345678901234567890123456789012345", false},
    };
    run(oq_check_timezone, "field.timezone_unknown", row, OQ_COUNT(row));
}

static void test_dates(void **state)
{
    static const struct {
        const char *text;
        int64_t days; /* INT64_MIN: not a date */
    } row[] = {
        {"1970-01-01", 0},         {"2000-02-29", 11016},     {"0001-01-01", -719162},
        {"9999-12-31", 2932896},   {"1900-02-29", INT64_MIN}, {"2026-13-01", INT64_MIN},
        {"0000-01-01", INT64_MIN}, {"2026-1-01", INT64_MIN},  {"2026-01-01 ", INT64_MIN},
        {"", INT64_MIN},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_date date = 7;
        bool good = oq_date_parse(oq_cstr(row[i].text), &date);
        CHECK(row[i].text, good == (row[i].days != INT64_MIN));
        CHECK(row[i].text, date == (good ? row[i].days : 7));
        char back[OQ_DATE_TEXT];
        oq_date_format(date, back);
        if (good)
            CHECK_STR(row[i].text, oq_strn(back, sizeof back), row[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_email),    cmocka_unit_test(test_code),
        cmocka_unit_test(test_currency), cmocka_unit_test(test_timezone),
        cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests_name("field_check", tests, NULL, NULL);
}
