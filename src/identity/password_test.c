#include "identity/password.h"

#include "base/secret.h"
#include "base/test.h"

static void test_rules(void **state)
{
    static const struct {
        const char *password, *code;
    } row[] = {
        {"correct horse battery", NULL},
        {"مضخة-الماء-رقم-سبعة", NULL},
        {"short", "password.too_short"},
        {"elevenchars", "password.too_short"},
        {"aaaaaaaaaaaaaaaa", "password.monotone"},
        {"abababababababab", "password.monotone"},
        {"Password2026", "password.common"},
        {"password-and-a-long-tail-of-words", NULL},
        {"layla.hassan-2026", "password.like_name"},
        {"x9-ALHARBI-turbine", "password.like_name"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(row[i].password,
                   password_check("password", oq_cstr(row[i].password), 12,
                                  OQ_STR("layla.hassan@example.com"), OQ_STR("Layla Alharbi")),
                   row[i].code);
    CHECK_CODE("a tenant cannot go below the least",
               password_check("password", OQ_STR("x7#kP2mq"), 4, OQ_STR("a@b.c"), OQ_STR("A")),
               "password.too_short");
}

static void test_hashing(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str hash = password_hash(arena, OQ_STR("correct horse battery"));
    CHECK("argon2id", oq_str_starts(hash, OQ_STR("$argon2id$v=19$m=19456,t=2,")));
    CHECK("right", password_is(hash, OQ_STR("correct horse battery")));
    CHECK("wrong", !password_is(hash, OQ_STR("correct horse batterz")));
    CHECK("empty", !password_is(hash, OQ_STR("")));
    CHECK("nobody", !password_is(OQ_NONE, OQ_STR("nobody")));
    CHECK("salted", !oq_str_eq(hash, password_hash(arena, OQ_STR("correct horse battery"))));
    CHECK("fresh", !password_needs_rehash(arena, hash));
    CHECK(
        "weaker settings",
        password_needs_rehash(arena, OQ_STR("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                            "l3rDyZxGkDVzdKXMaXDGC3fu3yCjkbOkyNDNVzMAHiE")));
    oq_arena_close(arena);
}

static void test_generated_ones_pass_the_rules(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (int i = 0; i < 1000; i++) {
        oq_str one = password_generate(arena);
        CHECK("length", one.len == 23);
        CHECK_OK(password_check("password", one, 16, OQ_STR("a@b.c"), OQ_STR("A B")));
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_hashing),
        cmocka_unit_test(test_generated_ones_pass_the_rules),
    };
    return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
