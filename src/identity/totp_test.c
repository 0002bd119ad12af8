#include "identity/totp.h"

#include "base/test.h"

/* RFC 6238 appendix B, the SHA-1 rows, of which six of the eight digits are ours. */
static void test_worked_examples(void **state)
{
    static const struct {
        int64_t at_s;
        const char *code;
    } row[] = {
        {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
        {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
    };
    oq_arena *arena = oq_arena_open(0);
    oq_str secret = OQ_STR("12345678901234567890");
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_us now = row[i].at_s * OQ_SECOND;
        int64_t step;
        CHECK_STR(row[i].code, totp_code(arena, secret, now), row[i].code);
        CHECK(row[i].code, totp_check(secret, oq_cstr(row[i].code), now, &step));
        CHECK("its step", step == row[i].at_s / 30);
        CHECK("one step late",
              totp_check(secret, oq_cstr(row[i].code), now + 30 * OQ_SECOND, &step));
        CHECK("still its own step", step == row[i].at_s / 30);
        CHECK("two steps late",
              !totp_check(secret, oq_cstr(row[i].code), now + 61 * OQ_SECOND, &step));
    }
    oq_arena_close(arena);
}

static void test_typing(void **state)
{
    static const struct {
        const char *typed;
        bool ok;
    } row[] = {
        {"287 082", true}, {" 287082 ", true}, {"28708", false},  {"2870822", false},
        {"28708a", false}, {"", false},        {"-87082", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int64_t step;
        CHECK(row[i].typed, totp_check(OQ_STR("12345678901234567890"), oq_cstr(row[i].typed),
                                       59 * OQ_SECOND, &step) == row[i].ok);
    }
}

static void test_enrolment(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    CHECK_STR("as people type it", totp_secret_text(arena, OQ_STR("12345678901234567890")),
              "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    oq_str uri = totp_uri(arena, OQ_STR("12345678901234567890"), OQ_STR("a+b@example.com"));
    CHECK_STR(
        "uri", uri,
        "otpauth://totp/OPTRIA%20IQ:a%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=OPTRIA%20IQ&algorithm=SHA1&digits=6&period=30");
    int size;
    oq_str path = totp_qr_path(arena, uri, &size);
    CHECK("quiet zone and finder pattern",
          size > 29 && oq_str_starts(path, OQ_STR("M4 4h7v1h-7z")));
    oq_str one = totp_new_secret(arena), other = totp_new_secret(arena);
    CHECK("random", one.len == TOTP_SECRET_BYTES && !oq_str_eq(one, other));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked_examples),
        cmocka_unit_test(test_typing),
        cmocka_unit_test(test_enrolment),
    };
    return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
