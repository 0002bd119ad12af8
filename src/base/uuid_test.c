#include "base/test.h"
#include "base/uuid_index.h"

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

static void test_index(void **state)
{
    enum { COUNT = 1000 };
    oq_uuid_at at[COUNT];
    for (size_t i = 0; i < COUNT; i++) /* every one twice, from the greatest down */
        at[i] = (oq_uuid_at){
            {{[0] = 9, [14] = (uint8_t)((COUNT - i) / 2 >> 8), [15] = (uint8_t)((COUNT - i) / 2)}},
            i};
    oq_uuid_index(at, COUNT);
    for (size_t i = 1; i < COUNT; i++)
        CHECK("rises", memcmp(&at[i - 1], &at[i], sizeof at[i].id) <= 0);
    for (size_t i = 1; i < COUNT / 2; i++) {
        oq_uuid id = {{[0] = 9, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i}};
        const oq_uuid_at *found = oq_uuid_find(at, COUNT, id);
        CHECK("found", found && found->place == COUNT - 2 * i - 1);
    }
    CHECK("too small", !oq_uuid_find(at, COUNT, OQ_UUID_ZERO));
    CHECK("too great", !oq_uuid_find(at, COUNT, (oq_uuid){{[0] = 10}}));
    CHECK("of nothing", !oq_uuid_find(NULL, 0, OQ_UUID_ZERO));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_bits),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_index),
    };
    return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
