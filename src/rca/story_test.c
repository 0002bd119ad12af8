/* The story in both languages, with the real sentences. */
#include "rca/story.h"

#include "base/embed.h"
#include "base/test.h"

static oq_arena *arena;
static rca_say say;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    say = rca_say_in(arena, OQ_STR("Asia/Riyadh"));
    oq_str ar = oq_embedded_find(OQ_STR("lang/ar.json")),
           en = oq_embedded_find(OQ_STR("lang/en.json"));
    return oq_lang_load(ar, en) ? 1 : 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

#define AT (INT64_C(1769846400) * OQ_SECOND) /* 2026-01-31T08:00:00Z */

static story_facts facts(void)
{
    return (story_facts){.at = AT,
                         .asset = rca_code(&say, OQ_STR("P-101")),
                         .anomaly = rca_free(&say, OQ_STR("Vibration high"))};
}

static void check(const char *label, rca_two got, const char *en, const char *ar)
{
    CHECK_STR(label, got.en, en);
    CHECK_STR(label, got.ar, ar);
}

/* Counted nouns as each language counts them. */
static void test_counts(void **state)
{
    static const struct {
        int64_t n;
        const char *en, *ar, *past;
    } row[] = {
        {1, "one event", "حدث واحد", "حادثة سابقة واحدة"},
        {2, "2 events", "حدثان", "حادثتين سابقتين"},
        {3, "3 events", "3 أحداث", "3 حوادث سابقة"},
        {10, "10 events", "10 أحداث", "10 حوادث سابقة"},
        {11, "11 events", "11 حدثًا", "11 حادثة سابقة"},
        {99, "99 events", "99 حدثًا", "99 حادثة سابقة"},
        {100, "100 events", "100 حدث", "100 حادثة سابقة"},
        {103, "103 events", "103 أحداث", "103 حوادث سابقة"},
        {1000, "1,000 events", "1,000 حدث", "1,000 حادثة سابقة"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        check(row[i].en, rca_count(&say, "rca.count.events", row[i].n), row[i].en, row[i].ar);
        CHECK_STR(row[i].en, rca_count(&say, "rca.count.incidents", row[i].n).ar, row[i].past);
    }
}

static void test_values(void **state)
{
    check("quantity", rca_quantity(&say, 7.1, 1, OQ_STR("mm/s")), "7.1" WEB_NBSP "mm/s",
          WEB_LRI "7.1" WEB_NBSP "mm/s" WEB_PDI);
    check("temperature", rca_quantity(&say, 80, 1, OQ_STR("degC")), "80" WEB_NBSP "°C",
          WEB_LRI "80" WEB_NBSP "°C" WEB_PDI);
    check("percent", rca_percent(&say, 0.656), "66%", WEB_LRI "66%" WEB_PDI);
    check("code", rca_code(&say, OQ_STR("P-101")), "P-101", WEB_LRI "P-101" WEB_PDI);
    check("Arabic text in English", rca_free(&say, OQ_STR("اهتزاز")), WEB_FSI "اهتزاز" WEB_PDI,
          "اهتزاز");
    CHECK_STR("within a sentence", rca_within(&say, rca_free(&say, OQ_STR("Bearing fault"))).en,
              "bearing fault");
    CHECK_STR("an acronym stays", rca_within(&say, rca_free(&say, OQ_STR("VFD trip"))).en,
              "VFD trip");
}

/* Little is known: little is said. */
static void test_little(void **state)
{
    story_facts f = facts();
    check("little", story_tell(&say, &f),
          "On 31 Jan 2026, 11:00, P-101 reported: “Vibration high”. Nothing that is known so far "
          "explains it.",
          "في 31 يناير 2026، 11:00 ورد ما يلي من " WEB_LRI "P-101" WEB_PDI ": «" WEB_FSI
          "Vibration high" WEB_PDI "». لا تفسير له فيما هو معروف حتى الآن.");
}

static void test_all(void **state)
{
    const story_event before[] = {{AT - 5 * OQ_MINUTE, rca_free(&say, OQ_STR("Oil low"))}};
    const rca_two trend[] = {rca_free(&say, OQ_STR("T: rise")), rca_free(&say, OQ_STR("V: spike"))};
    const rca_two past[] = {rca_code(&say, OQ_STR("INC-3")), rca_code(&say, OQ_STR("INC-7"))};
    story_facts f = facts();
    f.before = before;
    f.before_told = 1;
    f.before_count = 2;
    f.before_min = 30;
    f.trend = trend;
    f.trends = 2;
    f.has_cause = true;
    f.cause = rca_name(&say, OQ_STR("Bearing fault"), OQ_STR("عطل المحمل"));
    f.probability = 0.65;
    f.second = rca_name(&say, OQ_STR("Cavitation"), OQ_STR("التكهف"));
    f.second_probability = 0.25;
    f.past = past;
    f.pasts = 2;
    f.action = rca_name(&say, OQ_STR("Replace the bearing"), OQ_STR("استبدال المحمل"));
    check(
        "all", story_tell(&say, &f),
        "On 31 Jan 2026, 11:00, P-101 reported: “Vibration high”. Seen in the 30 minutes before: "
        "2 events (latest: “Oil low” (31 Jan 2026, 10:55)). What the signals did: T: rise; V: "
        "spike. Likeliest cause: bearing fault (65%); next: cavitation (25%). It resembles 2 past "
        "incidents: INC-3, INC-7. To do first: Replace the bearing.",
        "في 31 يناير 2026، 11:00 ورد ما يلي من " WEB_LRI "P-101" WEB_PDI ": «" WEB_FSI
        "Vibration high" WEB_PDI "». ما سبقه خلال 30 دقيقة: حدثان (الأحدث: «" WEB_FSI
        "Oil low" WEB_PDI "» (31 يناير 2026، 10:55)). سلوك الإشارات: " WEB_FSI "T: rise" WEB_PDI
        "؛ " WEB_FSI "V: spike" WEB_PDI ". السبب الأرجح: عطل المحمل (" WEB_LRI "65%" WEB_PDI
        ")، يليه: التكهف (" WEB_LRI "25%" WEB_PDI "). يشبه ذلك حادثتين سابقتين: " WEB_LRI
        "INC-3" WEB_PDI "، " WEB_LRI "INC-7" WEB_PDI ". أول ما يلزم: استبدال المحمل.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_little),
        cmocka_unit_test(test_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
