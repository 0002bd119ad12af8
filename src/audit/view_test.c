#include "audit/view.h"

#include "base/test.h"
#include "web/page.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return web_setup() ? 1 : 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static void test_words(void **state)
{
    CHECK_STR("known", audit_action_words(arena, OQ_LANG_EN, OQ_STR("tenant.created")),
              "Tenant made");
    CHECK_STR("known in Arabic", audit_action_words(arena, OQ_LANG_AR, OQ_STR("tenant.created")),
              "إنشاء جهة");
    CHECK_STR("unknown", audit_action_words(arena, OQ_LANG_EN, OQ_STR("pump.oiled")), "pump.oiled");
    CHECK_STR("object", audit_object_words(arena, OQ_LANG_EN, OQ_STR("tenant")), "Tenant");
    CHECK_STR("unknown object", audit_object_words(arena, OQ_LANG_EN, OQ_STR("pump")), "pump");
}

static void test_values(void **state)
{
    static const struct {
        const char *label, *changes, *field, *from, *to;
    } row[] = {
        {"text", "{\"nick\":{\"from\":\"a\",\"to\":\"b\"}}", "nick", "a", "b"},
        {"field in words", "{\"currency\":{\"from\":\"SAR\",\"to\":\"AED\"}}", "Currency", "SAR",
         "AED"},
        {"choice", "{\"status\":{\"from\":\"active\",\"to\":\"suspended\"}}", "Status", "Active",
         "Suspended"},
        {"nothing before", "{\"nick\":{\"from\":null,\"to\":\"b\"}}", "nick", "—", "b"},
        {"empty after", "{\"nick\":{\"from\":\"a\",\"to\":\"\"}}", "nick", "a", "—"},
        {"truths", "{\"nick\":{\"from\":false,\"to\":true}}", "nick", "no", "yes"},
        {"numbers", "{\"nick\":{\"from\":1000,\"to\":0.25}}", "nick", "1,000", "0.25"},
        {"list", "{\"nick\":{\"from\":[],\"to\":[\"a\",\"b\"]}}", "nick", "", "a, b"},
        {"rights", "{\"capabilities\":{\"from\":null,\"to\":[\"audit.read\",\"x.read\"]}}",
         "Rights", "—", "Read the audit, x.read"},
        {"time", "{\"nick\":{\"from\":null,\"to\":\"2026-01-31T08:00:09Z\"}}", "nick", "—",
         "31 Jan 2026, 11:00:09 UTC+03:00"},
        {"object", "{\"nick\":{\"from\":null,\"to\":{\"a\":1}}}", "nick", "—", "{\"a\":1}"},
    };
    web_locale locale = {.lang = OQ_LANG_EN, .time_zone = OQ_STR("Asia/Riyadh")};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        audit_change_list list = audit_changes_read(arena, &locale, oq_cstr(row[i].changes));
        CHECK(row[i].label, list.count == 1 && list.at[0].has_values);
        CHECK_STR(row[i].label, list.at[0].field, row[i].field);
        CHECK_STR(row[i].label, list.at[0].from, row[i].from);
        CHECK_STR(row[i].label, list.at[0].to, row[i].to);
    }
}

static void test_secret(void **state)
{
    web_locale locale = {.lang = OQ_LANG_AR};
    audit_change_list list = audit_changes_read(
        arena, &locale, OQ_STR("{\"password\":{\"changed\":true},\"x\":{\"from\":1,\"to\":2}}"));
    assert_int_equal(list.count, 2);
    CHECK("no values", !list.at[0].has_values && list.at[0].from.len == 0);
    CHECK("values", list.at[1].has_values);
}

static void test_what_is_no_change(void **state)
{
    static const char *const texts[] = {"", "null", "[1]", "\"x\"", "{", "{\"a\":"};
    web_locale locale = {.lang = OQ_LANG_EN};
    for (size_t i = 0; i < OQ_COUNT(texts); i++)
        CHECK(texts[i], audit_changes_read(arena, &locale, oq_cstr(texts[i])).count == 0);
    CHECK("none", audit_changes_read(arena, &locale, OQ_NONE).count == 0);
    audit_change_list odd = audit_changes_read(arena, &locale, OQ_STR("{\"a\":5}"));
    CHECK("odd, but harmless", odd.count == 1 && !odd.at[0].has_values);
}

typedef struct seen {
    size_t count;
    bool tenant_created, has_prefix;
} seen;

static void see(void *self, oq_str action)
{
    seen *s = self;
    s->count++;
    s->tenant_created |= oq_str_eq(action, OQ_STR("tenant.created"));
    s->has_prefix |= oq_str_starts(action, OQ_STR("audit.action."));
}

static void test_actions(void **state)
{
    seen s = {0};
    audit_each_action(see, &s);
    CHECK("several", s.count > 5 && s.tenant_created && !s.has_prefix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),   cmocka_unit_test(test_values),
        cmocka_unit_test(test_secret),  cmocka_unit_test(test_what_is_no_change),
        cmocka_unit_test(test_actions),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
