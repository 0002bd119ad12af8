/* Words in Arabic and English find assets; the program and the database fold alike. */
#include "plant/record_inner.h"
#include "plant/structure.h"
#include "support/house.h"
#include "support/plant_samples.h"

static const char *const corpus[] = {
    "أحمد",
    "إبراهيم",
    "آلة",
    "ٱلمحطة",
    "محطة الطاقة",
    "مبنى",
    "مؤشر",
    "شاطئ",
    "ماء",
    "مُضَخَّةٌ",
    "مضـــخة",
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "کیک فارسی",
    "PUMP P-101/A",
    "Äther Ölpumpe Ş İ ı",
    "رحمٰن",
    "\u200fيمين\u200e",
    "\u2066x\u2069",
    "أ\u0655ب\u0653",
    "100%_\\'\"",
    "ﻣﻀﺨﺔ",
    "ِكَسرة",
    "عربي English مختلط ١٢",
    "\u061cx",
    "ΑΒΓ Кот",
    "صفحة\nسطر\tعمود",
    "لا إله",
};

static void test_both_fold_alike(void **state)
{
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(corpus); i++) {
        oq_str folded = plant_fold(h->arena, oq_cstr(corpus[i]));
        const char *theirs =
            testdb_value(h->db, oq_strf(h->arena, "SELECT search_fold($x$%s$x$)", corpus[i]).ptr);
        CHECK_STR(corpus[i], folded, theirs);
    }
    /* And each letter that text may hold alone. */
    for (uint32_t code = 0x20; code < 0x3000; code++) {
        if ((code >= 0x7f && code < 0xa0) || code == '\\')
            continue;
        OQ_AUTO(oq_buf) text = oq_buf_make(8);
        if (code < 0x80)
            oq_buf_char(&text, (char)code);
        else if (code < 0x800)
            oq_buf_f(&text, "%c%c", 0xc0 | code >> 6, 0x80 | (code & 0x3f));
        else
            oq_buf_f(&text, "%c%c%c", 0xe0 | code >> 12, 0x80 | (code >> 6 & 0x3f),
                     0x80 | (code & 0x3f));
        oq_str folded = plant_fold(h->arena, oq_buf_view(&text));
        char label[16];
        snprintf(label, sizeof label, "U+%04X", code);
        if (code % 16 == 0 || (code >= 0x600 && code < 0x700) ||
            (code >= 0x2000 && code < 0x2070) || code < 0x80)
            CHECK_STR(label, folded,
                      testdb_value(h->db, oq_strf(h->arena, "SELECT search_fold($x$%.*s$x$)",
                                                  OQ_FMT(oq_buf_view(&text)))
                                              .ptr));
    }
}

static void put_asset(oq_scope *s, oq_uuid site_id, oq_uuid unit_id, const char *code,
                      const char *name, const char *name_ar, int how_critical)
{
    void *made;
    asset order;
    oq_fields_preset(oq_scope_arena(s), asset_fields, &order);
    order.site_id = site_id;
    order.unit_id = unit_id;
    order.code = oq_cstr(code);
    order.name = oq_cstr(name);
    order.name_ar = oq_cstr(name_ar);
    order.criticality = how_critical;
    order.manufacturer = OQ_STR("Flowserve");
    CHECK_CODE(code, record_add(s, &kind_asset, &order, &made), NULL);
}

static void test_find_assets(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_uuid site_id = plant_sample(s, &kind_site, "Eta"),
            unit_id = plant_sample(s, &kind_plant_unit, "Eta");
    plant_unit below = {.site_id = site_id,
                        .parent_id = unit_id,
                        .kind = UNIT_PRODUCTION_LINE,
                        .code = OQ_STR("LINE-1"),
                        .name = OQ_STR("Line 1")};
    void *made;
    CHECK_OK(record_add(s, &kind_plant_unit, &below, &made));
    oq_uuid line_id = record_id(&kind_plant_unit, made);
    put_asset(s, site_id, OQ_UUID_ZERO, "P-101", "Feed water pump", "مضخة مياه التغذية",
              CRITICALITY_HIGH);
    put_asset(s, site_id, unit_id, "P-102", "Feed water pump", "مضخة ماء التغذية ٢",
              CRITICALITY_LOW);
    put_asset(s, site_id, line_id, "K-201", "Air compressor 100%", "ضاغط الهواء أ",
              CRITICALITY_HIGH);
    static const struct {
        const char *label, *q, *codes;
    } row[] = {
        {"all", "", "K-201 P-101 P-102 "},
        {"part of the code", "p-10", "P-101 P-102 "},
        {"heh for teh marbuta", "مضخه", "P-101 P-102 "},
        {"marks and tatweel", "مُضــخة التغذيه", "P-101 P-102 "},
        {"alef with hamza", "ضاغط ا", "K-201 "},
        {"Arabic digit", "مضخة ٢", "P-102 "},
        {"Western digit finds it too", "مضخة 2", "P-102 "},
        {"words of both languages", "pump مياه", "P-101 "},
        {"any order", "water feed 102", "P-102 "},
        {"upper case", "COMPRESSOR", "K-201 "},
        {"maker", "flowserve k-", "K-201 "},
        {"a sign of LIKE", "100%", "K-201 "},
        {"one word misses", "pump compressor", ""},
        {"underscore is no joker", "P_101", ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        assets found;
        int64_t count;
        asset_filter filter = {.q = oq_cstr(row[i].q)};
        CHECK_OK(asset_find(s, &filter, 10, &found));
        CHECK_OK(asset_count(s, &filter, &count));
        oq_str codes = OQ_STR("");
        for (size_t k = 0; k < found.count; k++)
            codes = oq_strf(h->arena, "%.*s%.*s ", OQ_FMT(codes), OQ_FMT(found.at[k].code));
        CHECK_STR(row[i].label, codes, row[i].codes);
        CHECK(row[i].label, count == (int64_t)found.count);
    }
    assets found;
    CHECK_OK(asset_find(s, &(asset_filter){.unit_id = unit_id}, 10, &found));
    CHECK("a unit with all below it", found.count == 2);
    CHECK_OK(asset_find(s, &(asset_filter){.unit_id = line_id}, 10, &found));
    CHECK("the line alone", found.count == 1);
    CHECK_OK(asset_find(s, &(asset_filter){.criticality = CRITICALITY_HIGH}, 10, &found));
    CHECK("critical", found.count == 2);
    CHECK_OK(asset_find(s, &(asset_filter){.status = ASSET_RETIRED}, 10, &found));
    CHECK("retired", found.count == 0);
    CHECK_OK(asset_find(s, &(asset_filter){.after_code = OQ_STR("K-201")}, 1, &found));
    CHECK("behind a code", found.count == 1 && oq_str_eq(found.at[0].code, OQ_STR("P-101")));
    asset *one;
    CHECK_OK(asset_find_by_code(s, OQ_STR("K-201"), &one));
    CHECK("by code", one && oq_uuid_eq(one->unit_id, line_id));
    CHECK_OK(asset_find_by_code(s, OQ_STR("k-201"), &one));
    CHECK("codes have their case", !one);
    oq_scope_close(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, house_reset)
    const struct CMUnitTest tests[] = {TEST(test_both_fold_alike), TEST(test_find_assets)};
    return cmocka_run_group_tests(tests, house_open, house_close);
}
