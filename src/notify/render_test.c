#include "notify/inner.h"

#include "base/test.h"

static oq_arena *arena;
static const web_locale en = {.lang = OQ_LANG_EN, .time_zone = OQ_STR_INIT("Asia/Riyadh")};
static const web_locale ar = {.lang = OQ_LANG_AR, .time_zone = OQ_STR_INIT("Asia/Riyadh")};

/* Sentences of its own, so that the test does not hang on a real one. */
static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return oq_lang_load(OQ_STR("{\"notify.pump.broke.title\":\"عطل: {severity}\","
                               "\"incident_severity.MAJOR\":\"جسيمة\","
                               "\"notify.pump.tripped.title\":\"توقفت {pump}\","
                               "\"notify.pump.tripped.body\":\"الساعة {tripped_at}\"}"),
                        OQ_STR("{\"notify.pump.broke.title\":\"Broken: {severity}\","
                               "\"incident_severity.MAJOR\":\"major\","
                               "\"notify.pump.tripped.title\":\"{pump} tripped\","
                               "\"notify.pump.tripped.body\":\"At {tripped_at}\"}"))
               ? 1
               : 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static void test_sentences(void **state)
{
    notification n = {
        .type = OQ_STR("pump.tripped"),
        .facts = OQ_STR("{\"pump\":\"P-301A\",\"tripped_at\":\"2026-01-31T08:00:00Z\"}"),
    };
    notify_view v = notify_render(arena, &en, &n);
    CHECK_STR("title", v.title, "P-301A tripped");
    CHECK_STR("local time", v.body, "At 31 Jan 2026, 11:00");
    v = notify_render(arena, &ar, &n);
    CHECK_STR("Arabic", v.title, "توقفت " WEB_FSI "P-301A" WEB_PDI);
    n.facts = OQ_STR("{\"pump\":\"المضخة 7\"}");
    v = notify_render(arena, &en, &n);
    CHECK_STR("an Arabic name", v.title, WEB_FSI "المضخة 7" WEB_PDI " tripped");
    v = notify_render(arena, &ar, &n);
    CHECK_STR("among its own", v.title, "توقفت المضخة 7");
}

/* Words of the program are said in the reader's language. */
static void test_words(void **state)
{
    notification n = {.type = OQ_STR("pump.broke"), .facts = OQ_STR("{\"severity\":\"MAJOR\"}")};
    CHECK_STR("English", notify_render(arena, &en, &n).title, "Broken: major");
    CHECK_STR("Arabic", notify_render(arena, &ar, &n).title, "عطل: جسيمة");
    n.facts = OQ_STR("{\"severity\":\"odd\"}");
    CHECK_STR("no word", notify_render(arena, &en, &n).title, "Broken: odd");
}

static void test_without_sentence(void **state)
{
    notification n = {.type = OQ_STR("never.heard"), .facts = OQ_STR("{}")};
    notify_view v = notify_render(arena, &en, &n);
    CHECK_STR("the type shows", v.title, "never.heard");
    CHECK_STR("no body", v.body, "");
    n.title = OQ_STR("Written by hand");
    n.body = OQ_STR("So is this");
    v = notify_render(arena, &en, &n);
    CHECK_STR("own title", v.title, "Written by hand");
    CHECK_STR("own body", v.body, "So is this");
}

static void test_broken_facts(void **state)
{
    static const char *const facts[] = {"", "[]", "{", "null", "{\"pump\":[1]}"};
    for (size_t i = 0; i < OQ_COUNT(facts); i++) {
        notification n = {.type = OQ_STR("pump.tripped"), .facts = oq_cstr(facts[i])};
        notify_view v = notify_render(arena, &en, &n);
        CHECK_STR(facts[i], v.title, "{pump} tripped");
    }
}

static void test_links(void **state)
{
    static const struct {
        const char *type, *id, *href;
    } row[] = {
        {"job", "7f", "/jobs/7f"},
        {"lead", "7f", "/leads#lead-7f"},
        {"tenant", "7f", "/tenants/7f"},
        {"settings", "", "/settings"},
        {"incident", "7f", "/blackbox/incidents/7f"},
        {"alert", "7f", "/alarms/7f"},
        {"work_order", "7f", "/work-orders/7f"},
        {"pump", "7f", NULL},
        {NULL, NULL, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        notification n = {
            .type = OQ_STR("pump.tripped"),
            .entity_type = oq_cstr(row[i].type),
            .entity_id = oq_cstr(row[i].id),
        };
        notify_view v = notify_render(arena, &en, &n);
        const char *label = row[i].type ? row[i].type : "none";
        CHECK(label, oq_str_given(v.href) == (row[i].href != NULL));
        if (row[i].href)
            CHECK_STR(label, v.href, row[i].href);
    }
}

static void test_time_of_an_id(void **state)
{
    const oq_us at = INT64_C(1800000000123) * OQ_MS;
    CHECK("to the millisecond", live_time_of(oq_uuid_new(at)) == at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),     cmocka_unit_test(test_without_sentence),
        cmocka_unit_test(test_broken_facts),  cmocka_unit_test(test_links),
        cmocka_unit_test(test_time_of_an_id), cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
