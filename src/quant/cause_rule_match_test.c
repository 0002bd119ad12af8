#include "quant/cause_rule.h"
#include "quant/signal_sample.h"

/* A rule of these conditions, confidence 0.8. */
static cause_rule *rule_of(oq_arena *arena, const char *conditions)
{
    cause_rule *r;
    CHECK_OK(cause_rule_parse(
        arena,
        oq_strf(arena,
                "{\"name\":\"r\",\"applies_to_asset_type\":[\"pump\"],\"conditions\":[%s],"
                "\"result\":{\"root_cause_category\":\"PROCESS\",\"label\":\"c\","
                "\"confidence\":0.8}}",
                conditions),
        &r));
    return r;
}

enum { T = 10000 }; /* the anchor, in minutes */

/* "S pressure SPIKE -20; F pump_trip 0; M bearing -600": a letter of the category; of a signal its
 * metric and what it did; of others their kind; minutes from the anchor. */
static cause_case case_of(oq_arena *arena, const char *text)
{
    static const struct {
        char letter;
        const char *category;
    } row[] = {{'S', "SENSOR"},      {'A', "ALERT"},           {'F', "FAILURE"},
               {'M', "MAINTENANCE"}, {'O', "OPERATOR_ACTION"}, {'C', "CONFIG_CHANGE"}};
    cause_case c = {.asset_class = OQ_STR("pump"), .anchor = T * OQ_MINUTE};
    case_item *item = oq_new_n(arena, case_item, 64);
    oq_str rest = oq_cstr(text), part;
    while (oq_str_cut(&rest, ';', &part)) {
        part = oq_str_trim(part);
        case_item *i = &item[c.items++];
        *i = (case_item){.score = 5, .value = NAN, .is_root_asset = true};
        oq_str word[4];
        size_t words = 0;
        while (words < 4 && oq_str_cut(&part, ' ', &word[words]))
            words++;
        for (size_t k = 0; k < OQ_COUNT(row); k++)
            if (row[k].letter == word[0].ptr[0])
                i->category = oq_cstr(row[k].category);
        int64_t minutes = 0;
        assert_true(oq_parse_i64(word[words - 1], &minutes));
        i->at = (T + minutes) * OQ_MINUTE;
        i->kind = word[words - 2];
        i->summary = oq_strf(arena, "About the %.*s", OQ_FMT(i->kind));
        i->payload = oq_strf(arena, "{\"kind\":\"%.*s\",\"deep\":{\"er\":[4,{\"n\":7.5}]}}",
                             OQ_FMT(i->kind));
        if (words == 4) {
            i->metric = word[1];
            assert_true(oq_choice_value(finding_kind_choices, word[2], &i->finding));
            i->beyond_limit = oq_str_eq(i->metric, OQ_STR("temperature"));
        }
        CHECK("in order", c.items < 2 || i[-1].at <= i->at);
    }
    c.item = item;
    return c;
}

/* "hits 0.80: 0 2" or "misses: 1" */
static oq_str told(oq_arena *arena, const cause_rule *r, const cause_case *c)
{
    rule_hit hit;
    cause_rule_match(arena, r, c, &hit);
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 12);
    oq_buf_f(&out, hit.hits ? "hits %.2f:" : "misses:", hit.weight);
    for (size_t i = 0; i < (hit.hits ? hit.items : hit.misses); i++)
        oq_buf_f(&out, " %zu", hit.hits ? hit.item[i] : hit.missed[i]);
    assert_true(hit.applies);
    assert_true(hit.weight >= 0 && hit.weight <= 0.8);
    return oq_str_copy(arena, oq_buf_view(&out));
}

#define SEQUENCE                                                                                   \
    "{\"id\":\"p\",\"metric\":\"pressure\",\"change\":\"SPIKE\",\"within_minutes\":60},"           \
    "{\"id\":\"t\",\"metric\":\"temperature\",\"change\":\"RISE\",\"after\":\"p\","                \
    "\"within_minutes\":30},"                                                                      \
    "{\"category\":\"FAILURE\",\"payload\":{\"path\":\"kind\",\"equals\":\"Pump_Trip\"},"          \
    "\"after\":\"t\"}"

static void test_rules(void **state)
{
    static const struct {
        const char *label, *conditions, *items, *wanted;
    } row[] = {
        {"a sequence", SEQUENCE, "S pressure SPIKE -40; S temperature DRIFT_UP -20; F pump_trip 0",
         "hits 0.80: 0 1 2"},
        {"another order", SEQUENCE,
         "S temperature DRIFT_UP -40; S pressure SPIKE -20; F pump_trip 0", "misses: 1 2"},
        {"a first that comes too early, and one that does not", SEQUENCE,
         "S pressure SPIKE -55; S pressure SPIKE -22; S temperature STEP_UP -20; F pump_trip 0",
         "hits 0.80: 1 2 3"},
        {"the nearest first has nothing after it, the earlier one has", SEQUENCE,
         "S pressure SPIKE -50; S temperature STEP_UP -30; F pump_trip -20; S pressure SPIKE -10",
         "hits 0.80: 0 1 2"},
        {"out of the window", SEQUENCE,
         "S pressure SPIKE -61; S temperature STEP_UP -50; F pump_trip 0", "misses: 0 1 2"},
        {"too late after it", SEQUENCE,
         "S pressure SPIKE -60; S temperature STEP_UP -29; F pump_trip 0", "misses: 1 2"},
        {"no trip", SEQUENCE, "S pressure SPIKE -40; S temperature STEP_UP -29; F stop 0",
         "misses: 2"},
        {"after the anchor is not before it",
         "{\"metric\":\"flow\",\"change\":\"FALL\",\"within_minutes\":5}", "S flow DROP 1",
         "misses: 0"},
        {"anywhere, without a window", "{\"metric\":\"flow\",\"change\":\"FALL\"}", "S flow DROP 9",
         "hits 0.80: 0"},
        {"failure within 72 hours after maintenance",
         "{\"id\":\"m\",\"category\":\"MAINTENANCE\"},"
         "{\"category\":\"FAILURE\",\"after\":\"m\",\"within_minutes\":4320}",
         "M bearing -4000; F pump_trip 0", "hits 0.80: 0 1"},
        {"later than that",
         "{\"id\":\"m\",\"category\":\"MAINTENANCE\"},"
         "{\"category\":\"FAILURE\",\"after\":\"m\",\"within_minutes\":4320}",
         "M bearing -4321; F pump_trip 0", "misses: 1"},
        {"signal, alert, operator and maintenance together",
         "{\"metric\":\"flow\",\"change\":\"FALL\"},{\"category\":\"ALERT\",\"kind\":\"low_flow\"},"
         "{\"category\":\"OPERATOR_ACTION\",\"summary_contains\":\"VALVE\"},"
         "{\"category\":\"MAINTENANCE\",\"within_minutes\":1440}",
         "M filter -1000; O valve_closed -30; S flow STEP_DOWN -29; A low_flow -28",
         "hits 0.80: 0 1 2 3"},
        {"absent", "{\"category\":\"FAILURE\"},{\"category\":\"MAINTENANCE\",\"absent\":true}",
         "F pump_trip 0", "hits 0.80: 0"},
        {"not absent", "{\"category\":\"FAILURE\"},{\"category\":\"MAINTENANCE\",\"absent\":true}",
         "M x -9; F pump_trip 0", "misses: 1"},
        {"absent in its window alone",
         "{\"category\":\"FAILURE\"},{\"category\":\"MAINTENANCE\",\"absent\":true,"
         "\"within_minutes\":8}",
         "M x -9; F pump_trip 0", "hits 0.80: 1"},
        {"nothing after it: of two, the one that has nothing",
         "{\"id\":\"a\",\"category\":\"ALERT\"},"
         "{\"category\":\"OPERATOR_ACTION\",\"after\":\"a\",\"within_minutes\":10,\"absent\":true}",
         "A one -30; A two -5; O ack -1", "hits 0.80: 0"},
        {"all of the optional weight",
         "{\"category\":\"FAILURE\"},{\"category\":\"ALERT\",\"optional\":true}", "A x -1; F y 0",
         "hits 0.80: 0 1"},
        {"none of it", "{\"category\":\"FAILURE\"},{\"category\":\"ALERT\",\"optional\":true}",
         "F y 0", "hits 0.40: 0"},
        {"less of it",
         "{\"category\":\"FAILURE\"},{\"category\":\"ALERT\",\"optional\":true,\"weight\":0.6}",
         "F y 0", "hits 0.50: 0"},
        {"optional and absent: an alert speaks against it",
         "{\"category\":\"FAILURE\"},{\"category\":\"ALERT\",\"optional\":true,\"absent\":true}",
         "A x -1; F y 0", "hits 0.40: 1"},
        {"the optional one is chosen that more hangs on",
         "{\"category\":\"FAILURE\"},{\"id\":\"a\",\"category\":\"ALERT\",\"optional\":true},"
         "{\"category\":\"CONFIG_CHANGE\",\"optional\":true,\"after\":\"a\",\"within_minutes\":5}",
         "A x -30; C set -29; A y -2; F z 0", "hits 0.80: 0 1 3"},
        {"beyond its limit", "{\"category\":\"SENSOR\",\"beyond_limit\":true}",
         "S flow DROP -1; S temperature SPIKE 0", "hits 0.80: 1"},
        {"inside its limits", "{\"category\":\"SENSOR\",\"beyond_limit\":false}",
         "S flow DROP -1; S temperature SPIKE 0", "hits 0.80: 0"},
        {"of the asset itself", "{\"category\":\"ALERT\",\"root_asset\":false}", "A x 0",
         "misses: 0"},
        {"strong", "{\"category\":\"ALERT\",\"score_min\":5}", "A x 0", "hits 0.80: 0"},
        {"not strong enough", "{\"category\":\"ALERT\",\"score_min\":5.5}", "A x 0", "misses: 0"},
        {"a change is a finding's", "{\"category\":\"ALERT\",\"change\":\"ANY\"}", "A x 0",
         "misses: 0"},
        {"deep in the payload", "{\"payload\":{\"path\":\"deep.er.1.n\",\"above\":7}}", "A x 0",
         "hits 0.80: 0"},
        {"not so deep", "{\"payload\":{\"path\":\"deep.er.1.n\",\"below\":7.5}}", "A x 0",
         "misses: 0"},
        {"a number as text", "{\"payload\":{\"path\":\"deep.er.0\",\"equals\":4}}", "A x 0",
         "hits 0.80: 0"},
        {"an object equals nothing", "{\"payload\":{\"path\":\"deep\",\"equals\":\"x\"}}", "A x 0",
         "misses: 0"},
        {"one of a list", "{\"payload\":{\"path\":\"deep.er\",\"contains\":4}}", "A x 0",
         "hits 0.80: 0"},
        {"part of a text", "{\"payload\":{\"path\":\"kind\",\"contains\":\"TRIP\"}}",
         "A pump_trip 0", "hits 0.80: 0"},
        {"one of", "{\"payload\":{\"path\":\"kind\",\"one_of\":[\"a\",\"b\"]}}", "A b 0",
         "hits 0.80: 0"},
        {"there", "{\"payload\":{\"path\":\"deep.er\",\"exists\":true}}", "A b 0", "hits 0.80: 0"},
        {"not there", "{\"payload\":{\"path\":\"deep.est\"}}", "A b 0", "misses: 0"},
        {"an item is not after itself",
         "{\"id\":\"a\",\"category\":\"ALERT\"},{\"category\":\"ALERT\",\"after\":\"a\"}", "A x 0",
         "misses: 1"},
        {"two at one time are",
         "{\"id\":\"a\",\"category\":\"ALERT\"},{\"category\":\"ALERT\",\"after\":\"a\"}",
         "A x 0; A y 0", "hits 0.80: 0 1"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        cause_rule *r = rule_of(arena, row[i].conditions);
        cause_case c = case_of(arena, row[i].items);
        CHECK_STR(row[i].label, told(arena, r, &c), row[i].wanted);
    }
    oq_arena_close(arena);
}

static void test_class(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_rule *r = rule_of(arena, "{\"category\":\"ALERT\"}");
    cause_case c = case_of(arena, "A x 0");
    rule_hit hit;
    c.asset_class = OQ_STR("Pump");
    cause_rule_match(arena, r, &c, &hit);
    assert_true(hit.applies && hit.hits);
    c.asset_class = OQ_STR("fan");
    cause_rule_match(arena, r, &c, &hit);
    assert_true(!hit.applies && !hit.hits && hit.misses == 0 && hit.weight == 0);
    c.asset_class = OQ_NONE;
    cause_rule_match(arena, r, &c, &hit);
    assert_true(!hit.applies && !hit.hits);
    oq_arena_close(arena);
}

/* One of the chains that any three items make must be what a search over all of them finds. */
static void test_chains(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_rule *r = rule_of(arena, "{\"id\":\"a\",\"category\":\"ALERT\",\"within_minutes\":100},"
                                   "{\"id\":\"f\",\"category\":\"FAILURE\",\"after\":\"a\","
                                   "\"within_minutes\":15},"
                                   "{\"category\":\"OPERATOR_ACTION\",\"after\":\"f\","
                                   "\"within_minutes\":10}");
    size_t hits = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        oq_mark mark = oq_arena_mark(arena);
        uint64_t dice = seed;
        OQ_AUTO(oq_buf) text = oq_buf_make(1 << 12);
        int minute = -120;
        for (size_t i = 0; i < 9; i++)
            oq_buf_f(&text, "%s%c x %d", i ? ";" : "", "AFOM"[dice_below(&dice, 4)],
                     minute += (int)dice_below(&dice, 20));
        cause_case c = case_of(arena, oq_str_c(arena, oq_buf_view(&text)));
        bool wanted = false;
        for (size_t i = 0; i < 9; i++)
            for (size_t k = 0; k < 9; k++)
                for (size_t n = 0; n < 9; n++) {
                    const case_item *a = &c.item[i], *f = &c.item[k], *o = &c.item[n];
                    wanted |= a->category.ptr[0] == 'A' && f->category.ptr[0] == 'F' &&
                              o->category.ptr[0] == 'O' && a->at <= c.anchor &&
                              a->at >= c.anchor - 100 * OQ_MINUTE && f->at >= a->at &&
                              f->at - a->at <= 15 * OQ_MINUTE && o->at >= f->at &&
                              o->at - f->at <= 10 * OQ_MINUTE;
                }
        rule_hit hit;
        cause_rule_match(arena, r, &c, &hit);
        assert_int_equal(hit.hits, wanted);
        hits += hit.hits;
        oq_arena_rewind(arena, mark);
    }
    assert_in_range(hits, 100, 1000);
    oq_arena_close(arena);
}

/* A flood of items: it ends soon, and looks at those at the anchor. */
static void test_flood(void **state)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    enum { FLOOD = 20000 };
    case_item *item = oq_new_n(arena, case_item, FLOOD);
    for (size_t i = 0; i < FLOOD; i++)
        item[i] = (case_item){.at = (oq_us)i * OQ_SECOND, .category = OQ_STR("ALERT"), .score = 1};
    cause_case c = {
        .asset_class = OQ_STR("pump"), .anchor = 15000 * OQ_SECOND, .item = item, .items = FLOOD};
    OQ_AUTO(oq_buf) text = oq_buf_make(1 << 12);
    oq_buf_lit(&text, "{\"id\":\"c0\",\"category\":\"ALERT\"}");
    for (int i = 1; i < RULE_CONDITIONS_MAX; i++)
        oq_buf_f(&text, ",{\"id\":\"c%d\",\"category\":\"ALERT\",\"after\":\"c%d\"}", i, i - 1);
    cause_rule *r = rule_of(arena, oq_str_c(arena, oq_buf_view(&text)));
    rule_hit hit;
    cause_rule_match(arena, r, &c, &hit);
    assert_true(hit.hits);
    assert_in_range(hit.item[0], 14500, 15000);
    assert_int_equal(hit.items, RULE_CONDITIONS_MAX);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_class),
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
