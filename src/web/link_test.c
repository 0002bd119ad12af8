#include "web/link.h"

#include "base/test.h"

typedef struct filter {
    oq_str q;
    int64_t limit;
    bool unread;
    oq_us from;
    oq_uuid owner;
    oq_strs tags;
    oq_str secret;
} filter;

static const oq_field filter_fields[] = {
    OQ_TEXT(filter, q),        OQ_I64(filter, limit, .preset = "50"),
    OQ_BOOL(filter, unread),   OQ_TIME(filter, from),
    OQ_UUID(filter, owner),    OQ_TEXTS(filter, tags),
    OQ_SECRET(filter, secret), OQ_FIELDS_END};

static void test_link(void **state)
{
    oq_str tags[] = {OQ_STR("a"), OQ_STR("b c")};
    const struct {
        const char *label;
        filter filter;
        const char *link;
    } row[] = {
        {"nothing", {.limit = 50, .from = OQ_TIME_NONE}, "/x"},
        {"text",
         {.q = OQ_STR("a&b=c d/é+"), .limit = 50, .from = OQ_TIME_NONE},
         "/x?q=a%26b%3Dc%20d%2F%C3%A9%2B"},
        {"several",
         {.q = OQ_STR("a"), .limit = 20, .unread = true, .from = 0},
         "/x?q=a&limit=20&unread=true&from=1970-01-01T00%3A00%3A00Z"},
        {"list", {.limit = 50, .from = OQ_TIME_NONE, .tags = {tags, 2}}, "/x?tags=a%2Cb%20c"},
        {"a secret stays", {.limit = 50, .from = OQ_TIME_NONE, .secret = OQ_STR("pw")}, "/x"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        CHECK_STR(row[i].label, web_link(arena, "/x", filter_fields, &row[i].filter), row[i].link);
        oq_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_link)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
