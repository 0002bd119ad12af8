#include "base/test.h"

static void test_order_and_bits(void **state)
{
    oq_uuid before = OQ_UUID_ZERO;
    oq_us now = INT64_C(1790000000) * OQ_SECOND;
    for (int i = 0; i < 200000; i++) {
        oq_uuid id = oq_uuid_new(now + i / 1000 * OQ_MS);
        CHECK("rises", memcmp(&before, &id, sizeof id) < 0);
        CHECK("version 7", id.byte[6] >> 4 == 7);
        CHECK("variant", id.byte[8] >> 6 == 2);
        before = id;
    }
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | before.byte[i];
    CHECK("holds its time", ms >= UINT64_C(1790000000199) && ms < UINT64_C(1790000001000));
}

static void test_text(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } row[] = {
        {"0190163d-8694-739b-aea5-966c26f8ad91", true},
        {"0190163D-8694-739B-AEA5-966C26F8AD91", true},
        {"0190163d8694739baea5966c26f8ad91", false},
        {"0190163d-8694-739b-aea5-966c26f8ad9", false},
        {"0190163d-8694-739b-aea5-966c26f8ad91 ", false},
        {"0190163g-8694-739b-aea5-966c26f8ad91", false},
        {"0190163d-8694-739b-aea59-66c26f8ad91", false},
        {"", false},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_uuid id;
        CHECK(row[i].text, oq_uuid_parse(oq_cstr(row[i].text), &id) == row[i].ok);
        if (row[i].ok)
            CHECK_STR(row[i].text, oq_uuid_text(arena, id), row[0].text);
    }
    CHECK("zero", oq_uuid_is_zero(OQ_UUID_ZERO));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_bits),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
