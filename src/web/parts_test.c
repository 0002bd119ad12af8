#include "web/parts.h"

#include "base/test.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static oq_str member(const web_value *object, const char *key)
{
    const web_value *value = NULL;
    CHECK(key, web_has(object, oq_cstr(key), &value));
    return web_as_text(value);
}

static void test_parts(void **state)
{
    web_value *view = web_object(arena), *list = web_list(arena);
    web_put_badge(view, "warn", OQ_STR("Late"));
    const web_value *badge = web_get(view, OQ_STR("badge"));
    CHECK_STR("kind", member(badge, "kind"), "warn");
    CHECK_STR("text", member(badge, "text"), "Late");

    web_add_kpi(list, "", OQ_STR("Pumps"), OQ_STR("7"), OQ_NONE);
    CHECK_STR("label", member(web_at(list, 0), "label"), "Pumps");
    CHECK_STR("value", member(web_at(list, 0), "value"), "7");
    CHECK_STR("a note of the page is hidden", member(web_at(list, 0), "note"), "");
    CHECK_STR("and a unit", member(web_at(list, 0), "unit"), "");

    web_put_pager(view, OQ_STR("7 pumps"), OQ_NONE, OQ_STR("/pumps?cursor=x"));
    const web_value *pager = web_get(view, OQ_STR("pager"));
    CHECK_STR("next", member(pager, "next_href"), "/pumps?cursor=x");
    CHECK_STR("no first", member(pager, "first_href"), "");

    web_add_tab(list, OQ_STR("All"), OQ_STR("/pumps"), true);
    CHECK("current", web_is_true(web_get(web_at(list, 1), OQ_STR("is_current"))));
    web_add_option(list, OQ_STR("a"), OQ_STR("A"), false);
    CHECK_STR("option", member(web_at(list, 2), "value"), "a");
    CHECK("not selected", !web_is_true(web_get(web_at(list, 2), OQ_STR("is_selected"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
