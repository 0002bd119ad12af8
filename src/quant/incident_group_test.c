#include "quant/incident_group.h"

#include "base/test.h"

#include "base/banned.h"

/* Minutes from an arbitrary beginning. */
static oq_us at(int minute)
{
    return 1000 * OQ_DAY + minute * OQ_MINUTE;
}

static oq_uuid id(uint8_t n)
{
    return (oq_uuid){{n}};
}

/* Units: 1 is above 2 and 3; 4 stands alone. Assets 11, 12 are in 2, 13 in 3, 14 in 4, 15 in none.
 */
static group_units plant(oq_arena *arena)
{
    static const oq_uuid unit[] = {{{4}}, {{2}}, {{3}}, {{1}}};
    static const oq_uuid parent[] = {{{0}}, {{1}}, {{1}}, {{0}}};
    group_units units;
    group_units_make(arena, unit, parent, OQ_COUNT(unit), &units);
    return units;
}

static group_place place_of(uint8_t asset)
{
    static const uint8_t unit[] = {[11] = 2, [12] = 2, [13] = 3, [14] = 4, [15] = 0};
    return (group_place){id(asset), id(unit[asset]), id(99)};
}

static group_trigger trigger(int minute, uint8_t asset, int severity, bool is_failure)
{
    static uint8_t next;
    static char name[256][4];
    uint8_t n = ++next;
    snprintf(name[n], sizeof name[n], "%u", n);
    return (group_trigger){.event_id = {{7, n}},
                           .time = at(minute),
                           .system = OQ_STR("PI"),
                           .source_id = oq_cstr(name[n]),
                           .place = place_of(asset),
                           .severity = severity,
                           .is_failure = is_failure,
                           .criticality = 3,
                           .before = 30 * OQ_MINUTE,
                           .after = 30 * OQ_MINUTE};
}

/* --- places -------------------------------------------------------------------------------------*/

static void test_relations(void **state)
{
    oq_arena *arena = *state;
    group_units units = plant(arena);
    static const group_place site = {.site_id = {{99}}}, other_site = {.site_id = {{98}}}, none;
    const struct {
        const char *label;
        group_place a, b;
        group_relation wanted;
    } row[] = {
        {"itself", place_of(11), place_of(11), GROUP_SAME_ASSET},
        {"beside it", place_of(11), place_of(12), GROUP_SAME_UNIT},
        {"a sister unit", place_of(11), place_of(13), GROUP_UNRELATED},
        {"the unit above", place_of(11), {.unit_id = {{1}}, .site_id = {{99}}}, GROUP_NEAR},
        {"another unit", place_of(11), place_of(14), GROUP_UNRELATED},
        {"of no unit", place_of(15), place_of(11), GROUP_UNRELATED},
        {"of no unit, itself", place_of(15), place_of(15), GROUP_SAME_ASSET},
        {"the site alone, and an asset", site, place_of(11), GROUP_UNRELATED},
        {"the site alone, twice", site, site, GROUP_SAME_UNIT},
        {"two sites", site, other_site, GROUP_UNRELATED},
        {"of nothing", none, none, GROUP_SAME_UNIT},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK(row[i].label, group_relation_of(&units, &row[i].a, &row[i].b) == row[i].wanted);
        CHECK(row[i].label, group_relation_of(&units, &row[i].b, &row[i].a) == row[i].wanted);
    }
    assert_int_equal(group_units_near(arena, &units, id(2)).count, 2);
    assert_int_equal(group_units_near(arena, &units, id(1)).count, 3);
    assert_int_equal(group_units_near(arena, &units, id(4)).count, 1);
    assert_int_equal(group_units_near(arena, &units, OQ_UUID_ZERO).count, 0);
}

/* Who made a circle of units by hand still gets an answer. */
static void test_circle(void **state)
{
    static const oq_uuid unit[] = {{{1}}, {{2}}}, parent[] = {{{2}}, {{1}}};
    group_units units;
    group_units_make(*state, unit, parent, 2, &units);
    group_place a = {.unit_id = {{1}}}, b = {.unit_id = {{2}}}, c = {.unit_id = {{3}}};
    assert_int_equal(group_relation_of(&units, &a, &b), GROUP_NEAR);
    assert_int_equal(group_relation_of(&units, &a, &c), GROUP_UNRELATED);
}

static void test_takes(void **state)
{
    group_units units = plant(*state);
    group_place root = place_of(11), beside = place_of(12), other = place_of(14);
    group_place site = {.site_id = {{99}}}, other_site = {.site_id = {{98}}}, none = {0};
    oq_us from = at(0), to = at(60);
    assert_true(group_takes(&units, &root, from, to, &beside, at(30)));
    assert_true(group_takes(&units, &root, from, to, &beside, from));
    assert_true(group_takes(&units, &root, from, to, &beside, to));
    assert_false(group_takes(&units, &root, from, to, &beside, to + 1));
    assert_false(group_takes(&units, &root, from, to, &other, at(30)));
    assert_true(group_takes(&units, &root, from, to, &site, at(30)));
    assert_false(group_takes(&units, &root, from, to, &other_site, at(30)));
    assert_false(group_takes(&units, &root, from, to, &none, at(30)));
    assert_true(group_takes(&units, &none, from, to, &none, at(30)));
}

/* --- triggers -----------------------------------------------------------------------------------*/

static void test_what_triggers(void **state)
{
    static const struct {
        const char *label;
        bool is_alarm;
        int severity;
        bool is_failure;
        const char *kind;
        bool wanted;
    } row[] = {
        {"a critical alarm", true, 5, false, NULL, true},
        {"a major alarm", true, 4, false, NULL, true},
        {"a minor alarm", true, 3, false, NULL, false},
        {"a critical reading", false, 5, false, NULL, false},
        {"a failure of any weight", false, 1, true, NULL, true},
        {"a trip", false, 2, false, "pump_trip", true},
        {"a shutdown", false, 1, false, "unit_shutdown", true},
        {"a failure by kind", false, 1, false, "failure", true},
        {"a round trip", false, 1, false, "roundtrip", false},
        {"a trip's return", false, 1, false, "trip_reset", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, group_is_trigger(row[i].is_alarm, row[i].severity, row[i].is_failure,
                                             oq_cstr(row[i].kind)) == row[i].wanted);
}

static groups grouped(oq_arena *arena, group_trigger *t, size_t count)
{
    group_units units = plant(arena);
    groups g;
    group_triggers(arena, &units, t, count, NULL, 0, &g);
    return g;
}

static void test_attach_or_new(void **state)
{
    static const struct {
        const char *label;
        int minute;
        uint8_t asset;
        size_t wanted;
    } row[] = {
        {"at once, the same asset", 0, 11, 1}, {"within the window, beside it", 30, 12, 1},
        {"behind the window", 31, 11, 2},      {"within the window, elsewhere", 10, 14, 2},
        {"a sister unit", 10, 13, 2},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        group_trigger t[] = {trigger(0, 11, 4, false),
                             trigger(row[i].minute, row[i].asset, 4, false)};
        groups g = grouped(*state, t, 2);
        CHECK(row[i].label, g.count == row[i].wanted);
        CHECK(row[i].label, g.at[0].at == at(0) && g.at[0].from == at(-30));
    }
}

/* Trouble at the same asset that goes on moves the end along; a neighbour's does not. */
static void test_window_moves_along(void **state)
{
    group_trigger t[] = {trigger(0, 11, 4, false), trigger(25, 11, 4, false),
                         trigger(50, 11, 4, false), trigger(70, 12, 4, false),
                         trigger(81, 11, 4, false)};
    groups g = grouped(*state, t, 5);
    assert_int_equal(g.count, 2);
    assert_int_equal(g.at[0].triggers, 4);
    assert_true(g.at[0].to == at(80));
    assert_true(g.at[1].at == at(81));
}

static void test_span_ends(void **state)
{
    enum { EVERY = 20, COUNT = 100 }; /* for more than a day */
    group_trigger t[COUNT];
    for (int i = 0; i < COUNT; i++)
        t[i] = trigger(i * EVERY, 11, 4, false);
    groups g = grouped(*state, t, COUNT);
    assert_int_equal(g.count, 2);
    assert_true(g.at[0].to == at(24 * 60));
    assert_true(g.at[1].at == at(24 * 60 + 20));
}

static void test_frozen(void **state)
{
    group_units units = plant(*state);
    group_frozen frozen[] = {{place_of(11), at(-30), at(30)}};
    group_trigger t[] = {trigger(-20, 12, 5, true), trigger(10, 14, 4, false),
                         trigger(31, 11, 4, false)};
    groups g;
    group_triggers(*state, &units, t, 3, frozen, 1, &g);
    assert_int_equal(g.lates, 1);
    assert_int_equal(g.late[0].trigger, 0);
    assert_int_equal(g.count, 2);
}

static void test_judgement(void **state)
{
    group_trigger one = trigger(0, 11, 4, false), failure = trigger(0, 11, 5, true);
    groups g = grouped(*state, &one, 1);
    assert_int_equal(g.at[0].type, GROUP_ANOMALY);
    assert_int_equal(g.at[0].severity, GROUP_SEVERITY_MAJOR);
    one.severity = 5;
    assert_int_equal(grouped(*state, &one, 1).at[0].type, GROUP_NEAR_MISS);
    one.criticality = 4;
    assert_int_equal(grouped(*state, &one, 1).at[0].severity, GROUP_SEVERITY_MAJOR);
    g = grouped(*state, &failure, 1);
    assert_int_equal(g.at[0].type, GROUP_FAILURE);
    assert_int_equal(g.at[0].severity, GROUP_SEVERITY_CRITICAL);
    failure.criticality = 1;
    assert_int_equal(grouped(*state, &failure, 1).at[0].severity, GROUP_SEVERITY_CATASTROPHIC);
    failure.severity = 2;
    assert_int_equal(grouped(*state, &failure, 1).at[0].severity, GROUP_SEVERITY_MAJOR);
    /* Two units: a step more. */
    group_trigger two[] = {trigger(0, 11, 4, false), trigger(1, 12, 4, false)};
    two[1].place.unit_id = id(1);
    two[1].place.asset_id = id(20);
    assert_int_equal(grouped(*state, two, 2).at[0].severity, GROUP_SEVERITY_CRITICAL);
}

/* --- a function of the set ----------------------------------------------------------------------*/

static uint64_t seed = 1;
static uint32_t roll(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void shuffle(group_trigger *t, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = roll((uint32_t)i);
        group_trigger kept = t[i - 1];
        t[i - 1] = t[k];
        t[k] = kept;
    }
}

static bool is_same(const groups *a, const groups *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        const group *p = &a->at[i], *q = &b->at[i];
        same = p->at == q->at && p->from == q->from && p->to == q->to && p->type == q->type &&
               p->severity == q->severity && p->triggers == q->triggers &&
               !memcmp(p->trigger, q->trigger, p->triggers * sizeof *p->trigger);
    }
    return same;
}

static void test_any_order(void **state)
{
    enum { SETS = 200, COUNT = 40 };
    for (int set = 0; set < SETS; set++) {
        group_trigger t[COUNT], mixed[COUNT];
        for (int i = 0; i < COUNT; i++)
            t[i] = trigger((int)roll(600), (uint8_t)(11 + roll(5)), (int)(1 + roll(5)), roll(2));
        memcpy(mixed, t, sizeof t);
        shuffle(mixed, COUNT);
        groups a = grouped(*state, t, COUNT), b = grouped(*state, mixed, COUNT);
        assert_true(is_same(&a, &b));
    }
}

/* Cut where nothing was for longer than any window reaches, the pieces give what the whole gives.
 */
static void test_pieces(void **state)
{
    enum { SETS = 200, COUNT = 40 };
    for (int set = 0; set < SETS; set++) {
        group_trigger t[COUNT];
        for (int i = 0; i < COUNT; i++)
            t[i] = trigger((int)roll(2000), (uint8_t)(11 + roll(5)), 4, false);
        groups whole = grouped(*state, t, COUNT);
        size_t made = 0;
        for (size_t from = 0, i = 1; i <= COUNT; i++) {
            if (i < COUNT && t[i].time - t[i - 1].time <= 30 * OQ_MINUTE)
                continue;
            groups piece = grouped(*state, &t[from], i - from);
            for (size_t k = 0; k < piece.count; k++, made++)
                assert_true(piece.at[k].at == whole.at[made].at &&
                            piece.at[k].to == whole.at[made].to &&
                            piece.at[k].triggers == whole.at[made].triggers);
            from = i;
        }
        assert_int_equal(made, whole.count);
    }
}

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relations),     cmocka_unit_test(test_circle),
        cmocka_unit_test(test_takes),         cmocka_unit_test(test_what_triggers),
        cmocka_unit_test(test_attach_or_new), cmocka_unit_test(test_window_moves_along),
        cmocka_unit_test(test_span_ends),     cmocka_unit_test(test_frozen),
        cmocka_unit_test(test_judgement),     cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
