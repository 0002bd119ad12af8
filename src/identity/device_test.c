#include "identity/device.h"

#include "base/secret.h"
#include "base/test.h"

static const oq_us now = INT64_C(1769846400) * OQ_SECOND;
static const oq_uuid sara = {{1}}, omar = {{2}};

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    CHECK_OK(oq_secret_setup(OQ_STR("a master key for tests, and for nothing else")));
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

static void test_a_known_browser(void **state)
{
    oq_str cookie = device_make(*state, sara, now), other = device_make(*state, sara, now);
    oq_uuid id, other_id;
    CHECK("known", device_is_of(cookie, sara, now, &id));
    CHECK("to the last day", device_is_of(cookie, sara, now + DEVICE_DAYS * OQ_DAY, &id));
    CHECK("no longer", !device_is_of(cookie, sara, now + DEVICE_DAYS * OQ_DAY + 1, &id));
    CHECK("somebody else's", !device_is_of(cookie, omar, now, &id));
    CHECK("each by itself", device_is_of(other, sara, now, &other_id) && !oq_uuid_eq(id, other_id));
}

static void test_forged(void **state)
{
    oq_str cookie = device_make(*state, sara, now);
    oq_uuid id;
    for (size_t i = 0; i < cookie.len; i++) {
        char *altered = oq_str_c(*state, cookie);
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        if (device_is_of(oq_cstr(altered), sara, now, &id))
            fail_msg("letter %zu may be another", i);
    }
    CHECK("cut", !device_is_of(oq_str_sub(cookie, 0, cookie.len - 1), sara, now, &id));
    CHECK("longer", !device_is_of(oq_strf(*state, "%.*sA", OQ_FMT(cookie)), sara, now, &id));
    CHECK("nothing", !device_is_of(OQ_NONE, sara, now, &id));
    CHECK_OK(oq_secret_setup(OQ_STR("another master key for tests, and nothing else")));
    CHECK("another key", !device_is_of(cookie, sara, now, &id));
    CHECK_OK(oq_secret_setup(OQ_STR("a master key for tests, and for nothing else")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_known_browser),
        cmocka_unit_test(test_forged),
    };
    return cmocka_run_group_tests_name("device", tests, open_arena, close_arena);
}
