#include <float.h>
#include <jansson.h>
#include <math.h>

#include "base/test.h"

typedef json_t *json_ref;
static void json_ref_drop(json_ref *ref)
{
    json_decref(*ref);
}

static json_t *parse(const char *label, const oq_buf *buf)
{
    json_error_t wrong;
    json_t *root = json_loadb(oq_buf_view(buf).ptr, buf->len,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &wrong);
    if (!root)
        fail_msg("%s: not JSON: %s: %.*s", label, wrong.text, OQ_FMT(oq_buf_view(buf)));
    return root;
}

static void test_text_is_escaped(void **state)
{
    static const struct {
        oq_str text;
        const char *json;
    } row[] = {
        {OQ_STR_INIT(""), "\"\""},
        {OQ_STR_INIT("plain"), "\"plain\""},
        {OQ_STR_INIT("12345678"), "\"12345678\""},
        {OQ_STR_INIT("1234567\"90"), "\"1234567\\\"90\""},
        {OQ_STR_INIT("12345678\\"), "\"12345678\\\\\""},
        {OQ_STR_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {OQ_STR_INIT("a\0b\x1f\x7f"), "\"a\\u0000b\\u001f\x7f\""},
        {OQ_STR_INIT("مضخة 7"), "\"مضخة 7\""},
        {OQ_STR_INIT("€ 𝄞"), "\"€ 𝄞\""},
        {OQ_STR_INIT("\xef\xbf\xbd is itself"), "\"\xef\xbf\xbd is itself\""},
        {OQ_STR_INIT("bad \xff byte"), "\"bad \xef\xbf\xbd byte\""},
        {OQ_STR_INIT("cut \xd9"), "\"cut \xef\xbf\xbd\""},
        {OQ_STR_INIT("overlong \xc0\xaf"), "\"overlong \xef\xbf\xbd\xef\xbf\xbd\""},
        {OQ_STR_INIT("half \xed\xa0\x80"), "\"half \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {OQ_STR_INIT("</script>"), "\"</script>\""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) out = oq_buf_make(1000);
        oq_json j = oq_json_to(&out);
        oq_json_text(&j, row[i].text);
        CHECK_STR(row[i].json, oq_buf_view(&out), row[i].json);
        OQ_AUTO(json_ref) root = parse(row[i].json, &out);
        if (oq_utf8_valid(row[i].text))
            CHECK_STR(row[i].json, oq_strn(json_string_value(root), json_string_length(root)),
                      row[i].text.ptr);
    }
}

/* Whatever the bytes, at whatever place in a word of eight: what comes out is JSON, and the same
 * text where it was text. */
static void test_every_byte_at_every_place(void **state)
{
    size_t checked = 0;
    for (int byte = 0; byte < 256; byte++)
        for (size_t place = 0; place < 20; place++, checked++) {
            char text[21];
            memset(text, 'x', sizeof text);
            text[place] = (char)byte;
            OQ_AUTO(oq_buf) out = oq_buf_make(1000);
            oq_json j = oq_json_to(&out);
            oq_json_text(&j, oq_strn(text, sizeof text));
            OQ_AUTO(json_ref) root = parse("byte", &out);
            oq_str back = oq_strn(json_string_value(root), json_string_length(root));
            if (byte < 0x80)
                CHECK("same", oq_str_eq(back, oq_strn(text, sizeof text)));
            else
                CHECK("replaced", back.len == sizeof text + 2);
        }
    CHECK("all", checked == 256 * 20);
}

static void test_numbers_are_short_and_exact(void **state)
{
    static const struct {
        double value;
        const char *text;
    } row[] = {
        {0, "0"},
        {-0.0, "-0.0"},
        {1, "1"},
        {-273, "-273"},
        {7.1, "7.1"},
        {-0.5, "-0.5"},
        {0.1, "0.1"},
        {0.001, "0.001"},
        {1234.5678, "1234.5678"},
        {99.99999, "99.99999"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {100, "100"},
        {1e15, "1000000000000000"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {1e21, "1e21"},
        {1e22, "1e22"},
        {1e-5, "1e-5"},
        {1.5e-7, "1.5e-7"},
        {123456.789e-20, "1.23456789e-15"},
        {5e-324, "5e-324"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e308"},
        {-DBL_MAX, "-1.7976931348623157e308"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char text[OQ_F64_TEXT_MAX];
        size_t len = oq_f64_format(row[i].value, text);
        CHECK_STR(row[i].text, oq_strn(text, len), row[i].text);
    }
}

/* A small generator of bits (xorshift64*; Vigna, An experimental exploration of Marsaglia's
 * xorshift generators, 2016): the same numbers on every run. */
static uint64_t next_bits(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static size_t digits_of(oq_str text)
{
    size_t count = 0, zeros = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != 'e'; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            continue;
        zeros = text.ptr[i] == '0' ? zeros + 1 : 0;
        count += count > 0 || text.ptr[i] != '0';
    }
    return count - zeros;
}

static void check_number(double value)
{
    char text[OQ_F64_TEXT_MAX + 1], shorter[64];
    size_t len = oq_f64_format(value, text);
    text[len] = 0;
    if (strtod(text, NULL) != value)
        fail_msg("%s is not %.17g", text, value);
    OQ_AUTO(json_ref) root = json_loadb(text, len, JSON_DECODE_ANY, NULL);
    if (!root || json_number_value(root) != value)
        fail_msg("%s: jansson does not read %.17g", text, value);
    size_t digits = digits_of(oq_strn(text, len));
    if (digits > 1 && digits <= 17) {
        snprintf(shorter, sizeof shorter, "%.*e", (int)digits - 2, value);
        if (strtod(shorter, NULL) == value)
            fail_msg("%s: %s would do", text, shorter);
    }
}

static void test_any_number_comes_back(void **state)
{
    uint64_t seed = 20260131;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_bits(&seed);
        double any, measured = (double)(int64_t)(bits % 2000000000) / 1000 - 1000000;
        memcpy(&any, &bits, sizeof any);
        if (isfinite(any))
            check_number(any);
        check_number(measured);
        check_number((double)(bits % 1000003) / 7);
    }
}

static void test_document(void **state)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_uuid id;
    assert_true(oq_uuid_parse(OQ_STR("0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2"), &id));
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "name", OQ_STR("P-101"));
    oq_json_put(&j, text, "none", OQ_NONE);
    oq_json_put(&j, i64, "least", INT64_MIN);
    oq_json_put(&j, f64, "nan", (double)NAN);
    oq_json_put(&j, f64, "inf", (double)INFINITY);
    oq_json_put(&j, bool, "yes", true);
    oq_json_put(&j, bool, "no", false);
    oq_json_put(&j, uuid, "id", id);
    oq_json_put(&j, uuid, "no_id", OQ_UUID_ZERO);
    oq_json_put(&j, time, "at", INT64_C(1769846400) * OQ_SECOND + 250 * OQ_MS);
    oq_json_put(&j, time, "never", OQ_TIME_NONE);
    oq_json_put(&j, raw, "raw", OQ_STR("{\"a\":[1]}"));
    oq_json_put(&j, raw, "no_raw", OQ_NONE);
    oq_json_key(&j, OQ_STR("empty"));
    oq_json_array(&j);
    oq_json_array_end(&j);
    oq_json_key(&j, OQ_STR("list"));
    oq_json_array(&j);
    oq_json_i64(&j, 1);
    oq_json_object(&j);
    oq_json_object_end(&j);
    oq_json_array(&j);
    oq_json_null(&j);
    oq_json_null(&j);
    oq_json_array_end(&j);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    CHECK_STR("document", oq_buf_view(&out),
              "{\"name\":\"P-101\",\"none\":null,\"least\":-9223372036854775808,\"nan\":null,"
              "\"inf\":null,\"yes\":true,\"no\":false,"
              "\"id\":\"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2\",\"no_id\":null,"
              "\"at\":\"2026-01-31T08:00:00.25Z\",\"never\":null,\"raw\":{\"a\":[1]},"
              "\"no_raw\":null,\"empty\":[],\"list\":[1,{},[null,null]]}");
    OQ_AUTO(json_ref) root = parse("document", &out);
    CHECK("members", json_object_size(root) == 15);
}

static void test_depth_of_63(void **state)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    for (int i = 0; i < 63; i++) {
        if (i % 2) {
            oq_json_object(&j);
            oq_json_key(&j, OQ_STR("a"));
        } else {
            oq_json_array(&j);
        }
    }
    oq_json_null(&j);
    for (int i = 62; i >= 0; i--) {
        if (i % 2)
            oq_json_object_end(&j);
        else
            oq_json_array_end(&j);
    }
    OQ_AUTO(json_ref) root = parse("deep", &out);
    CHECK("deep", json_array_size(root) == 1 && j.depth == 0);
}

static void test_ceiling_is_kept_in_the_buffer(void **state)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(16);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (int i = 0; i < 100; i++)
        oq_json_text(&j, OQ_STR("0123456789"));
    oq_json_array_end(&j);
    CHECK("overflow", out.overflow && out.len <= 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_escaped),
        cmocka_unit_test(test_every_byte_at_every_place),
        cmocka_unit_test(test_numbers_are_short_and_exact),
        cmocka_unit_test(test_any_number_comes_back),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_depth_of_63),
        cmocka_unit_test(test_ceiling_is_kept_in_the_buffer),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
