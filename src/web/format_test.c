/* Expected texts are written out in full, with the invisible characters as escapes:
 * 200E LRM, 200F RLM, 2066 LRI, 2069 PDI, 00A0 no-break space, 061C ALM. */
#include <math.h>
#include <pthread.h>

#include "base/embed.h"
#include "base/test.h"
#include "web/format.h"

#define LRM  "\u200e"
#define RLM  "\u200f"
#define LRI  "\u2066"
#define PDI  "\u2069"
#define NBSP "\u00a0"
#define ALM  "\u061c"

static oq_arena *arena;

static const web_locale en = {.lang = OQ_LANG_EN, .time_zone = OQ_STR_INIT("Asia/Riyadh")};
static const web_locale ar = {.lang = OQ_LANG_AR, .time_zone = OQ_STR_INIT("Asia/Riyadh")};
static const web_locale ar_digits = {
    .lang = OQ_LANG_AR, .time_zone = OQ_STR_INIT("Asia/Riyadh"), .arabic_digits = true};

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static int load_languages(void **state)
{
    oq_err *err = oq_lang_load(oq_embedded_find(OQ_STR("lang/ar.json")),
                               oq_embedded_find(OQ_STR("lang/en.json")));
    return err != NULL;
}

static oq_us time_of(const char *text)
{
    oq_us at = OQ_TIME_NONE;
    CHECK(text, oq_time_parse(oq_cstr(text), &at));
    return at;
}

static void test_integers(void **state)
{
    static const struct {
        int64_t n;
        const char *en, *ar, *ar_digits;
    } row[] = {
        {0, "0", "0", "٠"},
        {7, "7", "7", "٧"},
        {1234, "1,234", "1,234", "١٬٢٣٤"},
        {-1234567, "-1,234,567", LRM "-1,234,567", ALM "-١٬٢٣٤٬٥٦٧"},
        {INT64_MAX, "9,223,372,036,854,775,807", "9,223,372,036,854,775,807",
         "٩٬٢٢٣٬٣٧٢٬٠٣٦٬٨٥٤٬٧٧٥٬٨٠٧"},
        {-INT64_MAX, "-9,223,372,036,854,775,807", LRM "-9,223,372,036,854,775,807",
         ALM "-٩٬٢٢٣٬٣٧٢٬٠٣٦٬٨٥٤٬٧٧٥٬٨٠٧"},
        {OQ_I64_NONE, "—", "—", "—"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_STR(row[i].en, web_format_i64(arena, &en, row[i].n), row[i].en);
        CHECK_STR(row[i].en, web_format_i64(arena, &ar, row[i].n), row[i].ar);
        CHECK_STR(row[i].en, web_format_i64(arena, &ar_digits, row[i].n), row[i].ar_digits);
    }
}

static void test_reals(void **state)
{
    static const struct {
        double x;
        int decimals;
        const char *en, *ar, *ar_digits;
    } row[] = {
        {7.1, 2, "7.1", "7.1", "٧٫١"},
        {7.125, 2, "7.13", "7.13", "٧٫١٣"},
        {-7.125, 2, "-7.13", LRM "-7.13", ALM "-٧٫١٣"},
        {2.5, 0, "3", "3", "٣"},
        {3.5, 0, "4", "4", "٤"},
        {0.1 + 0.2, 9, "0.3", "0.3", "٠٫٣"},
        {1234567.891, 1, "1,234,567.9", "1,234,567.9", "١٬٢٣٤٬٥٦٧٫٩"},
        {-0.0, 2, "0", "0", "٠"},
        {-0.004, 2, "0", "0", "٠"},
        {1.0 / 3, 99, "0.333333333", "0.333333333", "٠٫٣٣٣٣٣٣٣٣٣"},
        {12.9, -1, "13", "13", "١٣"},
        {999999999999999.0, 2, "999,999,999,999,999", "999,999,999,999,999", "٩٩٩٬٩٩٩٬٩٩٩٬٩٩٩٬٩٩٩"},
        {1.2345e15, 2, "1.23E15", "1.23E15", "١٫٢٣اس١٥"},
        {-1e300, 2, "-1E300", LRM "-1E300", ALM "-١اس٣٠٠"},
        {NAN, 2, "—", "—", "—"},
        {INFINITY, 2, "∞", "∞", "∞"},
        {-INFINITY, 2, "-∞", LRM "-∞", ALM "-∞"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double x = row[i].x;
        int d = row[i].decimals;
        CHECK_STR(row[i].en, web_format_f64(arena, &en, x, d), row[i].en);
        CHECK_STR(row[i].en, web_format_f64(arena, &ar, x, d), row[i].ar);
        CHECK_STR(row[i].en, web_format_f64(arena, &ar_digits, x, d), row[i].ar_digits);
    }
}

static void test_percent(void **state)
{
    static const struct {
        double share;
        int decimals;
        const char *en, *ar, *ar_digits;
    } row[] = {
        {0.4567, 1, "45.7%", "45.7٪", "٤٥٫٧٪" ALM},
        {1, 0, "100%", "100٪", "١٠٠٪" ALM},
        {-0.05, 0, "-5%", LRM "-5٪", ALM "-٥٪" ALM},
        {0, 2, "0%", "0٪", "٠٪" ALM},
        {NAN, 2, "—", "—", "—"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double x = row[i].share;
        int d = row[i].decimals;
        CHECK_STR(row[i].en, web_format_percent(arena, &en, x, d), row[i].en);
        CHECK_STR(row[i].en, web_format_percent(arena, &ar, x, d), row[i].ar);
        CHECK_STR(row[i].en, web_format_percent(arena, &ar_digits, x, d), row[i].ar_digits);
    }
}

static void test_quantities(void **state)
{
    static const struct {
        double x;
        const char *unit, *en, *ar;
    } row[] = {
        {7.1, "mm/s", "7.1" NBSP "mm/s", LRI "7.1" NBSP "mm/s" PDI},
        {-40, "°C", "-40" NBSP "°C", LRI LRM "-40" NBSP "°C" PDI},
        {1200, "", "1,200", LRI "1,200" PDI},
        {NAN, "bar", "—", "—"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str unit = oq_cstr(row[i].unit);
        CHECK_STR(row[i].en, web_format_quantity(arena, &en, row[i].x, 2, unit), row[i].en);
        CHECK_STR(row[i].en, web_format_quantity(arena, &ar, row[i].x, 2, unit), row[i].ar);
    }
    CHECK_STR("digits", web_format_quantity(arena, &ar_digits, 7.1, 2, OQ_STR("mm/s")),
              LRI "٧٫١" NBSP "mm/s" PDI);
}

static void test_units(void **state)
{
    static const struct {
        const char *unit, *text;
    } row[] = {
        {"degC", "°C"}, {"m3/h", "m³/h"}, {"m/s2", "m/s²"}, {"1", ""},      {"mm/s", "mm/s"},
        {"%", "%"},     {"kW", "kW"},     {"", ""},         {"H2O", "H2O"}, {"inH2O", "inH2O"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].unit, web_format_unit(arena, oq_cstr(row[i].unit)), row[i].text);
}

static void test_bytes(void **state)
{
    static const struct {
        int64_t bytes;
        const char *en;
    } row[] = {
        {0, "0" NBSP "B"},           {999, "999" NBSP "B"},
        {1000, "1" NBSP "kB"},       {12500000, "12.5" NBSP "MB"},
        {999949, "999.9" NBSP "kB"}, {999950, "1" NBSP "MB"},
        {-1500, "-1.5" NBSP "kB"},   {INT64_MAX, "9.2" NBSP "EB"},
        {OQ_I64_NONE, "—"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].en, web_format_bytes(arena, &en, row[i].bytes), row[i].en);
    CHECK_STR("ar", web_format_bytes(arena, &ar, 1500), LRI "1.5" NBSP "kB" PDI);
}

static void test_money(void **state)
{
    static const struct {
        int64_t minor;
        const char *currency, *en, *ar, *ar_digits;
    } row[] = {
        {123456, "SAR", "SAR" NBSP "1,234.56", RLM "1,234.56" NBSP "ر.س." RLM,
         RLM "١٬٢٣٤٫٥٦" NBSP "ر.س." RLM},
        {-123456, "SAR", "-SAR" NBSP "1,234.56", RLM LRM "-1,234.56" NBSP "ر.س." RLM,
         ALM "-" RLM "١٬٢٣٤٫٥٦" NBSP "ر.س." RLM},
        {0, "SAR", "SAR" NBSP "0.00", RLM "0.00" NBSP "ر.س." RLM, RLM "٠٫٠٠" NBSP "ر.س." RLM},
        {5, "SAR", "SAR" NBSP "0.05", RLM "0.05" NBSP "ر.س." RLM, RLM "٠٫٠٥" NBSP "ر.س." RLM},
        {1234567, "KWD", "KWD" NBSP "1,234.567", RLM "1,234.567" NBSP "د.ك." RLM,
         RLM "١٬٢٣٤٫٥٦٧" NBSP "د.ك." RLM},
        {1234567, "BHD", "BHD" NBSP "1,234.567", RLM "1,234.567" NBSP "د.ب." RLM,
         RLM "١٬٢٣٤٫٥٦٧" NBSP "د.ب." RLM},
        {-7, "KWD", "-KWD" NBSP "0.007", RLM LRM "-0.007" NBSP "د.ك." RLM,
         ALM "-" RLM "٠٫٠٠٧" NBSP "د.ك." RLM},
        {1234, "JPY", "JP¥1,234", RLM "1,234" NBSP "JP¥", RLM "١٬٢٣٤" NBSP "JP¥"},
        {123450, "USD", "US$1,234.50", RLM "1,234.50" NBSP "US$", RLM "١٬٢٣٤٫٥٠" NBSP "US$"},
        {123450, "EUR", "€1,234.50", RLM "1,234.50" NBSP "€", RLM "١٬٢٣٤٫٥٠" NBSP "€"},
        {INT64_MAX, "SAR", "SAR" NBSP "92,233,720,368,547,758.07",
         RLM "92,233,720,368,547,758.07" NBSP "ر.س." RLM,
         RLM "٩٢٬٢٣٣٬٧٢٠٬٣٦٨٬٥٤٧٬٧٥٨٫٠٧" NBSP "ر.س." RLM},
        {-INT64_MAX, "JPY", "-JP¥9,223,372,036,854,775,807",
         RLM LRM "-9,223,372,036,854,775,807" NBSP "JP¥",
         ALM "-" RLM "٩٬٢٢٣٬٣٧٢٬٠٣٦٬٨٥٤٬٧٧٥٬٨٠٧" NBSP "JP¥"},
        {123456, "ZZZ", "ZZZ" NBSP "1,234.56", RLM "1,234.56" NBSP "ZZZ",
         RLM "١٬٢٣٤٫٥٦" NBSP "ZZZ"},
        {-5, "<b>", "-0.05" NBSP "<b>", LRI "-0.05" NBSP "<b>" PDI, LRI "-0.05" NBSP "<b>" PDI},
        {100, "", "1.00", LRI "1.00" PDI, LRI "1.00" PDI},
        {OQ_I64_NONE, "SAR", "—", "—", "—"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str c = oq_cstr(row[i].currency);
        int64_t n = row[i].minor;
        CHECK_STR(row[i].en, web_format_money(arena, &en, n, c), row[i].en);
        CHECK_STR(row[i].en, web_format_money(arena, &ar, n, c), row[i].ar);
        CHECK_STR(row[i].en, web_format_money(arena, &ar_digits, n, c), row[i].ar_digits);
    }
}

/* ICU shows these without decimals; a sum in minor units must not grow by that. */
static void test_money_has_the_standard_s_decimals(void **state)
{
    static const struct {
        const char *currency;
        int decimals;
        const char *en;
    } row[] = {
        {"LBP", 2, "LBP" NBSP "12.34"},  {"IQD", 3, "IQD" NBSP "1.234"},
        {"OMR", 3, "OMR" NBSP "1.234"},  {"AED", 2, "AED" NBSP "12.34"},
        {"CLF", 4, "CLF" NBSP "0.1234"}, {"KRW", 0, "₩1,234"},
        {"QAR", 2, "QAR" NBSP "12.34"},  {"EGP", 2, "EGP" NBSP "12.34"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        assert_int_equal(web_currency_decimals(oq_cstr(row[i].currency)), row[i].decimals);
        CHECK_STR(row[i].currency, web_format_money(arena, &en, 1234, oq_cstr(row[i].currency)),
                  row[i].en);
    }
    assert_int_equal(web_currency_decimals(OQ_STR("WD ")), 2);
    assert_int_equal(web_currency_decimals(OQ_STR("BHD IQD")), 2);
}

static void test_dates(void **state)
{
    static const struct {
        const char *at, *zone, *date[2], *time[2], *exact[2];
    } row[] = {
        {"2026-11-20T11:05:09Z",
         "Asia/Riyadh",
         {"20 November 2026", "20 نوفمبر 2026"},
         {"20 Nov 2026, 14:05", "20 نوفمبر 2026، 14:05"},
         {"20 Nov 2026, 14:05:09 UTC+03:00", "20 نوفمبر 2026، 14:05:09 " LRI "UTC+03:00" PDI}},
        {"2026-11-20T21:00:00Z",
         "Asia/Riyadh", /* the next day begins */
         {"21 November 2026", "21 نوفمبر 2026"},
         {"21 Nov 2026, 00:00", "21 نوفمبر 2026، 00:00"},
         {"21 Nov 2026, 00:00:00 UTC+03:00", "21 نوفمبر 2026، 00:00:00 " LRI "UTC+03:00" PDI}},
        {"2026-11-20T20:59:59.999999Z",
         "Asia/Riyadh", /* not rounded up */
         {"20 November 2026", "20 نوفمبر 2026"},
         {"20 Nov 2026, 23:59", "20 نوفمبر 2026، 23:59"},
         {"20 Nov 2026, 23:59:59 UTC+03:00", "20 نوفمبر 2026، 23:59:59 " LRI "UTC+03:00" PDI}},
        {"1969-12-31T23:59:59.9999Z",
         "", /* before the epoch neither */
         {"31 December 1969", "31 ديسمبر 1969"},
         {"31 Dec 1969, 23:59", "31 ديسمبر 1969، 23:59"},
         {"31 Dec 1969, 23:59:59 UTC+00:00", "31 ديسمبر 1969، 23:59:59 " LRI "UTC+00:00" PDI}},
        {"2026-03-29T00:59:59Z",
         "Europe/Berlin", /* the last second of winter */
         {"29 March 2026", "29 مارس 2026"},
         {"29 Mar 2026, 01:59", "29 مارس 2026، 01:59"},
         {"29 Mar 2026, 01:59:59 UTC+01:00", "29 مارس 2026، 01:59:59 " LRI "UTC+01:00" PDI}},
        {"2026-03-29T01:00:00Z",
         "Europe/Berlin",
         {"29 March 2026", "29 مارس 2026"},
         {"29 Mar 2026, 03:00", "29 مارس 2026، 03:00"},
         {"29 Mar 2026, 03:00:00 UTC+02:00", "29 مارس 2026، 03:00:00 " LRI "UTC+02:00" PDI}},
        {"2026-10-25T00:30:00Z",
         "Europe/Berlin", /* 02:30 for the first time */
         {"25 October 2026", "25 أكتوبر 2026"},
         {"25 Oct 2026, 02:30", "25 أكتوبر 2026، 02:30"},
         {"25 Oct 2026, 02:30:00 UTC+02:00", "25 أكتوبر 2026، 02:30:00 " LRI "UTC+02:00" PDI}},
        {"2026-10-25T01:30:00Z",
         "Europe/Berlin", /* and again */
         {"25 October 2026", "25 أكتوبر 2026"},
         {"25 Oct 2026, 02:30", "25 أكتوبر 2026، 02:30"},
         {"25 Oct 2026, 02:30:00 UTC+01:00", "25 أكتوبر 2026، 02:30:00 " LRI "UTC+01:00" PDI}},
        {"2026-01-01T12:00:00Z",
         "America/St_Johns",
         {"1 January 2026", "1 يناير 2026"},
         {"1 Jan 2026, 08:30", "1 يناير 2026، 08:30"},
         {"1 Jan 2026, 08:30:00 UTC-03:30", "1 يناير 2026، 08:30:00 " LRI "UTC-03:30" PDI}},
        {"2026-01-01T12:00:00Z",
         "Mars/Olympus",
         {"1 January 2026", "1 يناير 2026"},
         {"1 Jan 2026, 12:00", "1 يناير 2026، 12:00"},
         {"1 Jan 2026, 12:00:00 UTC+00:00", "1 يناير 2026، 12:00:00 " LRI "UTC+00:00" PDI}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        for (int is_ar = 0; is_ar < 2; is_ar++) {
            web_locale l = is_ar ? ar : en;
            l.time_zone = oq_cstr(row[i].zone);
            oq_us at = time_of(row[i].at);
            CHECK_STR(row[i].at, web_format_date(arena, &l, at), row[i].date[is_ar]);
            CHECK_STR(row[i].at, web_format_time(arena, &l, at), row[i].time[is_ar]);
            CHECK_STR(row[i].at, web_format_time_exact(arena, &l, at), row[i].exact[is_ar]);
        }
    CHECK_STR("digits", web_format_time(arena, &ar_digits, time_of("2026-11-20T11:05:00Z")),
              "٢٠ نوفمبر ٢٠٢٦، ١٤:٠٥");
    CHECK_STR("odd seconds", web_format_time_exact(arena, &en, time_of("1900-01-01T00:00:00Z")),
              "1 Jan 1900, 03:06:52 UTC+03:06:52");
    CHECK_STR(
        "a long zone",
        web_format_time(arena,
                        &(web_locale){.lang = OQ_LANG_EN,
                                      .time_zone = OQ_STR("A/zone/whose/name/has/more/than/"
                                                          "sixty-four/letters/in/it/is/none")},
                        0),
        "1 Jan 1970, 00:00");
}

static void test_dates_not_given(void **state)
{
    CHECK_STR("date", web_format_date(arena, &ar, OQ_TIME_NONE), "—");
    CHECK_STR("day", web_format_day(arena, &ar, OQ_DATE_NONE), "—");
    CHECK_STR("time", web_format_time(arena, &en, OQ_TIME_NONE), "—");
    CHECK_STR("exact", web_format_time_exact(arena, &en, OQ_TIME_NONE), "—");
    CHECK_STR("hijri", web_format_hijri(arena, &en, OQ_TIME_NONE), "—");
    CHECK_STR("ago", web_format_ago(arena, &en, OQ_TIME_NONE, 0), "—");
    CHECK_STR("duration", web_format_duration(arena, &en, OQ_TIME_NONE), "—");
    CHECK_STR("input", web_local_text(arena, OQ_TIME_NONE, OQ_STR("Asia/Riyadh")), "");
}

static void test_day(void **state)
{
    oq_date day = (oq_date)oq_days_from_civil(2026, 11, 20);
    web_locale far_west = en, hijri = ar;
    far_west.time_zone = OQ_STR("Pacific/Pago_Pago");
    hijri.hijri = true;
    CHECK_STR("no zone moves a date", web_format_day(arena, &far_west, day), "20 November 2026");
    CHECK_STR("hijri", web_format_day(arena, &hijri, day),
              "20 نوفمبر 2026 (10 جمادى الآخرة 1448 هـ)");
}

/* Days of the published Umm al-Qura calendar: beginnings of years and of Ramadan, the days of
 * Eid, and the last day of a year. Moments are noon in Riyadh. */
static void test_umm_al_qura(void **state)
{
    static const struct {
        const char *day, *en, *ar;
    } row[] = {
        {"2024-07-07", "1 Muharram 1446 AH", "1 محرم 1446 هـ"},
        {"2024-07-06", "30 Dhuʻl-Hijjah 1445 AH", "30 ذو الحجة 1445 هـ"},
        {"2025-06-26", "1 Muharram 1447 AH", "1 محرم 1447 هـ"},
        {"2025-03-01", "1 Ramadan 1446 AH", "1 رمضان 1446 هـ"},
        {"2025-03-30", "1 Shawwal 1446 AH", "1 شوال 1446 هـ"},
        {"2024-06-16", "10 Dhuʻl-Hijjah 1445 AH", "10 ذو الحجة 1445 هـ"},
        {"2026-11-20", "10 Jumada II 1448 AH", "10 جمادى الآخرة 1448 هـ"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_us at = time_of(oq_strf(arena, "%sT09:00:00Z", row[i].day).ptr);
        CHECK_STR(row[i].day, web_format_hijri(arena, &en, at), row[i].en);
        CHECK_STR(row[i].day, web_format_hijri(arena, &ar, at), row[i].ar);
    }
    web_locale both = en;
    both.hijri = true;
    CHECK_STR("both", web_format_date(arena, &both, time_of("2026-11-20T09:00:00Z")),
              "20 November 2026 (10 Jumada II 1448 AH)");
    web_locale digits = ar_digits;
    digits.hijri = true;
    CHECK_STR("both, digits", web_format_date(arena, &digits, time_of("2026-11-20T09:00:00Z")),
              "٢٠ نوفمبر ٢٠٢٦ (١٠ جمادى الآخرة ١٤٤٨ هـ)");
}

static void test_ago(void **state)
{
    static const struct {
        oq_us away;
        const char *en, *ar;
    } row[] = {
        {0, "now", "الآن"},
        {-44 * OQ_SECOND, "now", "الآن"},
        {-45 * OQ_SECOND, "1 minute ago", "قبل دقيقة واحدة"},
        {-119 * OQ_SECOND, "1 minute ago", "قبل دقيقة واحدة"},
        {-2 * OQ_MINUTE, "2 minutes ago", "قبل دقيقتين"},
        {-3 * OQ_MINUTE, "3 minutes ago", "قبل 3 دقائق"},
        {-11 * OQ_MINUTE, "11 minutes ago", "قبل 11 دقيقة"},
        {-59 * OQ_MINUTE, "59 minutes ago", "قبل 59 دقيقة"},
        {-OQ_HOUR, "1 hour ago", "قبل ساعة واحدة"},
        {-23 * OQ_HOUR, "23 hours ago", "قبل 23 ساعة"},
        {-OQ_DAY, "1 day ago", "قبل يوم واحد"},
        {2 * OQ_DAY, "in 2 days", "خلال يومين"},
        {10 * OQ_DAY, "in 10 days", "خلال 10 أيام"},
        {29 * OQ_DAY, "in 29 days", "خلال 29 يومًا"},
        {-30 * OQ_DAY, "1 month ago", "قبل شهر واحد"},
        {-364 * OQ_DAY, "12 months ago", "قبل 12 شهرًا"},
        {-365 * OQ_DAY, "1 year ago", "قبل سنة واحدة"},
        {-731 * OQ_DAY, "2 years ago", "قبل سنتين"},
        {3 * 366 * OQ_DAY, "in 3 years", "خلال 3 سنوات"},
    };
    oq_us now = time_of("2026-11-20T09:00:00Z");
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_STR(row[i].en, web_format_ago(arena, &en, now + row[i].away, now), row[i].en);
        CHECK_STR(row[i].en, web_format_ago(arena, &ar, now + row[i].away, now), row[i].ar);
    }
    CHECK_STR("digits", web_format_ago(arena, &ar_digits, now - 3 * OQ_MINUTE, now), "قبل ٣ دقائق");
    CHECK_STR("too far", web_format_ago(arena, &en, INT64_MAX, -1), "—");
    CHECK("very far", web_format_ago(arena, &en, INT64_MIN + 1, 0).len > 3);
    CHECK("very far", web_format_ago(arena, &en, INT64_MAX, 0).len > 3);
}

static void test_durations(void **state)
{
    static const struct {
        oq_us length;
        const char *en, *ar;
    } row[] = {
        {0, "0" NBSP "ms", "0" NBSP "م.ث"},
        {449, "0.4" NBSP "ms", "0.4" NBSP "م.ث"},
        {9990, "9.9" NBSP "ms", "9.9" NBSP "م.ث"},
        {120 * OQ_MS + 900, "120" NBSP "ms", "120" NBSP "م.ث"},
        {999999, "999" NBSP "ms", "999" NBSP "م.ث"},
        {12 * OQ_SECOND, "12" NBSP "s", "12" NBSP "ث"},
        {185 * OQ_SECOND, "3" NBSP "min 05" NBSP "s", "3" NBSP "د 05" NBSP "ث"},
        {125 * OQ_MINUTE, "2" NBSP "h 05" NBSP "min", "2" NBSP "س 05" NBSP "د"},
        {OQ_DAY - 1, "23" NBSP "h 59" NBSP "min", "23" NBSP "س 59" NBSP "د"},
        {76 * OQ_HOUR, "3" NBSP "d 4" NBSP "h", "3" NBSP "ي 4" NBSP "س"},
        {-76 * OQ_HOUR, "-3" NBSP "d 4" NBSP "h", LRM "-3" NBSP "ي 4" NBSP "س"},
        {INT64_MAX, "106,751,991" NBSP "d 4" NBSP "h", "106,751,991" NBSP "ي 4" NBSP "س"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_STR(row[i].en, web_format_duration(arena, &en, row[i].length), row[i].en);
        CHECK_STR(row[i].en, web_format_duration(arena, &ar, row[i].length), row[i].ar);
    }
    CHECK_STR("digits", web_format_duration(arena, &ar_digits, 185 * OQ_SECOND),
              "٣" NBSP "د ٠٥" NBSP "ث");
}

static void test_local_parse(void **state)
{
    static const struct {
        const char *local, *zone, *utc; /* NULL: refused */
    } row[] = {
        {"2026-01-31T08:00", "Asia/Riyadh", "2026-01-31T05:00:00Z"},
        {"2026-01-31 08:00", "Asia/Riyadh", "2026-01-31T05:00:00Z"},
        {"2026-01-31T08:00:59", "Asia/Riyadh", "2026-01-31T05:00:59Z"},
        {"2026-01-01T02:59", "Asia/Riyadh", "2025-12-31T23:59:00Z"},
        {"2024-02-29T00:00", "", "2024-02-29T00:00:00Z"},
        {"1960-01-01T00:00", "Etc/UTC", "1960-01-01T00:00:00Z"},
        {"2026-01-31T08:00", "Nowhere/Land", "2026-01-31T08:00:00Z"},
        {"2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59:00Z"},
        {"2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z"}, /* skipped: 03:30 */
        {"2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00Z"},
        {"2026-10-25T01:59", "Europe/Berlin", "2026-10-24T23:59:00Z"},
        {"2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"}, /* twice: the earlier */
        {"2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00Z"},
        {"9999-12-31T23:59:59", "", "9999-12-31T23:59:59Z"},
        {"", "", NULL},
        {"2026-01-31", "", NULL},
        {"2026-01-31T08", "", NULL},
        {"2026-01-31T08:00:", "", NULL},
        {"2026-01-31T08:00:00Z", "", NULL},
        {"2026-01-31T08:00:60", "", NULL},
        {"2026-01-31T24:00", "", NULL},
        {"2026-01-31T08:60", "", NULL},
        {"2026-02-29T08:00", "", NULL},
        {"2026-04-31T08:00", "", NULL},
        {"2026-13-01T08:00", "", NULL},
        {"2026-00-01T08:00", "", NULL},
        {"2026-01-00T08:00", "", NULL},
        {"0000-01-01T08:00", "", NULL},
        {"20260131T0800", "", NULL},
        {" 2026-01-31T08:00", "", NULL},
        {"٢٠٢٦-٠١-٣١T٠٨:٠٠", "", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_us at = 42;
        oq_err *err = web_local_parse(oq_cstr(row[i].local), oq_cstr(row[i].zone), &at);
        CHECK_CODE(row[i].local, err, row[i].utc ? NULL : "format.local_malformed");
        CHECK(row[i].local, at == (row[i].utc ? time_of(row[i].utc) : 42));
    }
}

/* Every moment comes back from its local text, but for the second of the two hours that a clock
 * shows twice: that one comes back as the first. */
static void test_local_round_trip(void **state)
{
    static const char *const zones[] = {"Asia/Riyadh",         "Europe/Berlin",  "America/St_Johns",
                                        "Australia/Lord_Howe", "Asia/Kathmandu", "Etc/UTC"};
    uint64_t dice = 88172645463325252u;
    for (int i = 0; i < 6000; i++) {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        /* Seconds from 1950 to 2100, so that the epoch and future rules are inside. */
        oq_us at = ((oq_us)(dice % UINT64_C(4733510400)) - INT64_C(631152000)) * OQ_SECOND;
        oq_str zone = oq_cstr(zones[i % (int)OQ_COUNT(zones)]);
        oq_mark mark = oq_arena_mark(arena);
        oq_str text = web_local_text(arena, at, zone);
        oq_us back;
        CHECK_OK(web_local_parse(text, zone, &back));
        if (back != at) {
            CHECK(text.ptr, back < at && at - back <= OQ_HOUR);
            CHECK_STR("the same on the wall", web_local_text(arena, back, zone), text.ptr);
        }
        oq_arena_rewind(arena, mark);
    }
}

static void test_offsets(void **state)
{
    assert_int_equal(web_utc_offset_s(0, OQ_STR("Asia/Riyadh")), 10800);
    assert_int_equal(web_utc_offset_s(time_of("2026-07-01T00:00:00Z"), OQ_STR("Europe/Berlin")),
                     7200);
    assert_int_equal(web_utc_offset_s(0, OQ_NONE), 0);
}

/* More zones than a thread keeps: the cache lets go of the oldest and makes it again. */
static void test_cache_is_bounded(void **state)
{
    web_locale l = en;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < WEB_FORMAT_CACHE_MAX + 10; i++) {
            l.time_zone = oq_strf(arena, "Etc/GMT%+d", i % 27 - 14);
            oq_str text = web_format_time(arena, &l, 0);
            int hour = ((-(i % 27 - 14)) % 24 + 24) % 24; /* its sign is the other way round */
            bool exists = i % 27 - 14 <= 12;
            if (exists)
                CHECK_STR(l.time_zone.ptr, oq_str_sub(text, text.len - 5, 5),
                          oq_strf(arena, "%02d:00", hour).ptr);
        }
    for (int d = 0; d <= 9; d++)
        for (int p = 0; p < 3; p++)
            CHECK("still right", web_format_f64(arena,
                                                p == 0   ? &en
                                                : p == 1 ? &ar
                                                         : &ar_digits,
                                                0.5, d)
                                         .len > 0);
    CHECK_STR("and again", web_format_time(arena, &en, 0), "1 Jan 1970, 03:00");
}

static void *format_in_thread(void *arg)
{
    oq_arena *own = oq_arena_open(0);
    intptr_t wrong = 0;
    for (int i = 0; i < 200; i++) {
        oq_str text = web_format_time(own, &ar, (oq_us)i * OQ_DAY);
        oq_str number = web_format_i64(own, &en, i * 1000);
        wrong += text.len == 0 || number.len == 0;
        wrong += !oq_str_eq(web_format_money(own, &en, 123456, OQ_STR("SAR")),
                            OQ_STR("SAR" NBSP "1,234.56"));
    }
    oq_arena_close(own);
    return (void *)wrong;
}

/* Each thread has its own formatters, and the leak check sees that it gives them back. */
static void test_threads(void **state)
{
    pthread_t thread[4];
    for (size_t i = 0; i < OQ_COUNT(thread); i++)
        assert_int_equal(pthread_create(&thread[i], NULL, format_in_thread, NULL), 0);
    for (size_t i = 0; i < OQ_COUNT(thread); i++) {
        void *wrong;
        assert_int_equal(pthread_join(thread[i], &wrong), 0);
        assert_int_equal((intptr_t)wrong, 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_integers),    TEST(test_reals),
        TEST(test_percent),     TEST(test_quantities),
        TEST(test_units),       TEST(test_bytes),
        TEST(test_money),       TEST(test_money_has_the_standard_s_decimals),
        TEST(test_dates),       TEST(test_dates_not_given),
        TEST(test_day),         TEST(test_umm_al_qura),
        TEST(test_ago),         TEST(test_durations),
        TEST(test_local_parse), TEST(test_local_round_trip),
        TEST(test_offsets),     TEST(test_cache_is_bounded),
        TEST(test_threads),
    };
    return cmocka_run_group_tests(tests, load_languages, NULL);
}
