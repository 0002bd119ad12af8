#include "base/secret.h"
#include "base/test.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return oq_secret_setup(OQ_STR("0123456789abcdef0123456789abcdef")) != NULL;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static void test_opens_only_where_it_belongs(void **state)
{
    oq_str sealed = oq_seal(arena, OQ_STR("JBSWY3DPEHPK3PXP"), OQ_STR("totp:a:1")), plain;
    CHECK_OK(oq_unseal(arena, sealed, OQ_STR("totp:a:1"), &plain));
    CHECK_STR("comes back", plain, "JBSWY3DPEHPK3PXP");
    CHECK("is not readable", oq_str_find(sealed, OQ_STR("JBSWY")) == SIZE_MAX);
    CHECK_CODE("another row", oq_unseal(arena, sealed, OQ_STR("totp:a:2"), &plain),
               "secret.not_openable");
    for (size_t i = 0; i < sealed.len; i++) {
        char *altered = oq_str_c(arena, sealed);
        altered[i] ^= 1;
        CHECK_CODE("one bit altered",
                   oq_unseal(arena, oq_strn(altered, sealed.len), OQ_STR("totp:a:1"), &plain),
                   "secret.not_openable");
        CHECK_CODE("cut off",
                   oq_unseal(arena, oq_str_sub(sealed, 0, i), OQ_STR("totp:a:1"), &plain),
                   "secret.not_openable");
    }
    oq_str again = oq_seal(arena, OQ_STR("JBSWY3DPEHPK3PXP"), OQ_STR("totp:a:1"));
    CHECK("never the same bytes twice", !oq_str_eq(sealed, again));
    CHECK_OK(oq_unseal(arena, oq_seal(arena, OQ_STR(""), OQ_STR("")), OQ_STR(""), &plain));
    CHECK_STR("nothing stays nothing", plain, "");
}

static void test_signatures_know_their_purpose(void **state)
{
    uint8_t a[OQ_DIGEST], b[OQ_DIGEST], c[OQ_DIGEST];
    oq_sign(OQ_STR("form"), OQ_STR("x"), a);
    oq_sign(OQ_STR("setup"), OQ_STR("x"), b);
    oq_sign(OQ_STR("for"), OQ_STR("mx"), c);
    CHECK("purpose", memcmp(a, b, sizeof a) != 0);
    CHECK("border between purpose and text", memcmp(a, c, sizeof a) != 0);
    oq_sign(OQ_STR("form"), OQ_STR("x"), b);
    CHECK("the same again", memcmp(a, b, sizeof a) == 0);
}

static void test_short_keys_are_refused(void **state)
{
    CHECK_CODE("short", oq_secret_setup(OQ_STR("short")), "secret.key_too_short");
    CHECK("same", oq_same_secret(OQ_STR("abc"), OQ_STR("abc")));
    CHECK("not same", !oq_same_secret(OQ_STR("abc"), OQ_STR("abd")));
    CHECK("length", !oq_same_secret(OQ_STR("abc"), OQ_STR("abcd")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_only_where_it_belongs),
        cmocka_unit_test(test_signatures_know_their_purpose),
        cmocka_unit_test(test_short_keys_are_refused),
    };
    return cmocka_run_group_tests_name("secret", tests, set_up, tear_down);
}
