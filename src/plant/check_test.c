#include "plant/record_inner.h"

#include <math.h>

#include "base/test.h"

static void test_codes(void **state)
{
    static const struct {
        const char *text;
        bool code, name;
    } row[] = {
        {"P-101", true, false},
        {"vibration_rms", true, true},
        {"10LAC10.AP001", true, false},
        {"مضخة-7", true, false},
        {"_x", false, true},
        {"7x", true, false},
        {"-P", false, false},
        {"a b", false, false},
        {"a,b", false, false},
        {"a=b", false, false},
        {"a'b", false, false},
        {"a\"b", false, false},
        {"a\\b", false, false},
        {"U1/L2#3:4+(5)", true, false},
        {"a\tb", false, false},
        {"Kessel_ä", true, false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK(row[i].text, !plant_check_code(oq_cstr(row[i].text)) == row[i].code);
        CHECK(row[i].text, !plant_check_name(oq_cstr(row[i].text)) == row[i].name);
    }
    CHECK("SA", !plant_check_country(OQ_STR("SA")));
    CHECK("sa", plant_check_country(OQ_STR("sa")));
    CHECK("SAU", plant_check_country(OQ_STR("SAU")));
}

static void test_limits(void **state)
{
    static const struct {
        const char *label;
        double limit[4];
        const char *field; /* NULL: in order */
    } row[] = {
        {"all", {1, 2, 3, 4}, NULL},
        {"outer ones may be the same as the inner", {1, 1, 2, 2}, NULL},
        {"the middle may not", {1, 2, 2, 3}, "high"},
        {"none", {NAN, NAN, NAN, NAN}, NULL},
        {"one", {NAN, NAN, 7.1, NAN}, NULL},
        {"below zero", {-20, -10, NAN, 5}, NULL},
        {"low below low_low", {2, 1, 3, 4}, "low"},
        {"high_high below high", {NAN, NAN, 4, 3}, "high_high"},
        {"past a missing one", {5, NAN, 5, NAN}, "high"},
        {"low to high_high", {NAN, 5, NAN, 5}, "high_high"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const double *l = row[i].limit;
        oq_err *err = record_check_limits(l[0], l[1], l[2], l[3]);
        CHECK_CODE(row[i].label, err, row[i].field ? "plant.limits_disorder" : NULL);
        CHECK(row[i].label, !err || strcmp(err->field, row[i].field) == 0);
    }
}

static void test_ranges(void **state)
{
    CHECK_OK(record_check_range("to", NAN, 1));
    CHECK_OK(record_check_range("to", 0, 1));
    CHECK_CODE("equal", record_check_range("to", 1, 1), "plant.range_empty");
    CHECK_OK(record_check_days(10, OQ_DATE_NONE));
    CHECK_OK(record_check_days(10, 10));
    CHECK_CODE("backwards", record_check_days(10, 9), "plant.days_disorder");
    CHECK_OK(record_check_unit("unit", OQ_NONE));
    CHECK_OK(record_check_unit("unit", OQ_STR("mm/s")));
    oq_err *err = record_check_unit("unit", OQ_STR("furlong/fortnight"));
    CHECK_CODE("unknown", err, "unit.unknown");
    CHECK("field", strcmp(err->field, "unit") == 0);
}

/* --- folding ----------------------------------------------------------------------------------*/

static void test_fold(void **state)
{
    static const struct {
        const char *in, *out;
    } row[] = {
        {"أحمد", "احمد"},
        {"إدارة", "اداره"},
        {"آلة", "اله"},
        {"ٱلمحطة", "المحطه"},
        {"مبنى", "مبني"},
        {"مؤشر", "موشر"},
        {"شاطئ", "شاطي"},
        {"ماء", "ماء"},
        {"مُضَخَّةٌ", "مضخه"},
        {"مضـــخة", "مضخه"},
        {"٠١٢٣٤٥٦٧٨٩", "0123456789"},
        {"۰۱۲۳۴۵۶۷۸۹", "0123456789"},
        {"کیک", "كيك"},
        {"PuMp 7", "pump 7"},
        {"Ä", "Ä"},
        {"أ\u0655", "ا"},
        {"\u200fم", "م"},
        {"رحمٰن", "رحمن"},
        {"", ""},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].in, plant_fold(arena, oq_cstr(row[i].in)), row[i].out);
    CHECK("not given", !oq_str_given(plant_fold(arena, OQ_NONE)));
    oq_arena_close(arena);
}

static void test_patterns(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_strs p = plant_patterns(arena, OQ_STR("  Pump  ٣ 50%_\\ "));
    assert_int_equal(p.count, 3);
    CHECK_STR("word", p.at[0], "%pump%");
    CHECK_STR("digit", p.at[1], "%3%");
    CHECK_STR("escaped", p.at[2], "%50\\%\\_\\\\%");
    assert_int_equal(plant_patterns(arena, OQ_NONE).count, 0);
    assert_int_equal(plant_patterns(arena, OQ_STR("   ")).count, 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_ranges),   cmocka_unit_test(test_fold),
        cmocka_unit_test(test_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
