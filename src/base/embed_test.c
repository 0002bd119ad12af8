#include "base/embed.h"
#include "base/test.h"

static void test_find(void **state)
{
    static const struct {
        const char *name, *holds;
    } row[] = {
        {"migrations/0001_platform.sql", "CREATE TABLE tenants"},
        {"lang/ar.json", "{"},
        {"lang/en.json", "\"error.field.required\""},
        {"assets/manifest.json", "{"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str found = oq_embedded_find(oq_cstr(row[i].name));
        CHECK(row[i].name, found.ptr && found.ptr[found.len] == '\0');
        CHECK(row[i].name, strlen(found.ptr) == found.len);
        CHECK(row[i].name, oq_str_find(found, oq_cstr(row[i].holds)) != SIZE_MAX);
    }
}

static void test_miss(void **state)
{
    static const char *const name[] = {"",  "lang", "lang/ar.json ", "migrations/", "\xff",
                                       "a", "z"};
    for (size_t i = 0; i < OQ_COUNT(name); i++)
        CHECK(name[i], !oq_str_given(oq_embedded_find(oq_cstr(name[i]))));
}

/* The search halves the table, so an order that differs from its own would lose files. */
static void test_every_file_is_found(void **state)
{
    assert_true(oq_embedded_count > 3);
    assert_null(oq_embedded_files[oq_embedded_count].name);
    for (size_t i = 0; i < oq_embedded_count; i++) {
        oq_str found = oq_embedded_find(oq_cstr(oq_embedded_files[i].name));
        CHECK(oq_embedded_files[i].name, found.ptr == oq_embedded_files[i].ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_miss),
        cmocka_unit_test(test_every_file_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
