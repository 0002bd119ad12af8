#include "base/test.h"
#include "main/near.h"

static void test_distance(void **state)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } row[] = {
        {"", "", 0},       {"", "abc", 3},           {"abc", "abc", 0}, {"abc", "abd", 1},
        {"abc", "acb", 1}, {"migrate", "migrat", 1}, {"ca", "abc", 3},  {"kitten", "sitting", 3},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK(row[i].a, near_distance(oq_cstr(row[i].a), oq_cstr(row[i].b)) == row[i].distance);
        CHECK(row[i].b, near_distance(oq_cstr(row[i].b), oq_cstr(row[i].a)) == row[i].distance);
    }
    char longer[65];
    memset(longer, 'x', sizeof(longer));
    CHECK("too long", near_distance(oq_strn(longer, 64), OQ_STR("x")) == SIZE_MAX);
}

static void test_nearest(void **state)
{
    static const struct {
        const char *wanted, *near;
    } row[] = {
        {"migrat", "migrate"},  {"confg", "config"}, {"serv", "serve"}, {"xyzzy", ""}, {"", ""},
        {"mgirate", "migrate"}, {"m", ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        near_search n = near_to(oq_cstr(row[i].wanted));
        near_show(&n, OQ_STR("migrate"));
        near_show(&n, OQ_STR("config"));
        near_show(&n, OQ_STR("serve"));
        CHECK_STR(row[i].wanted, n.best.ptr ? n.best : OQ_STR(""), row[i].near);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
