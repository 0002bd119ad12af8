/* The rules that come with the program against the faults of the demo, whose truth is known: the
 * readings before each failure are made, looked at as an analysis does, and what the rules say
 * alone (no similar case, no learned model) is held against the schedule. */
#include <jansson.h>
#include <math.h>

#include "base/embed.h"
#include "base/test.h"
#include "demoplant/model.h"
#include "quant/cause_build.h"
#include "quant/cause_mix.h"
#include "quant/cause_rule.h"

static const oq_us day = INT64_C(1767225600) * OQ_SECOND; /* 2026-01-01 */
static const demo_clock clock_ = {.seed = 42,
                                  .epoch = INT64_C(1767225600) * OQ_SECOND + 300 * OQ_DAY};
enum { RULES_MAX = 200, DAYS = 270, STEP_MIN = 10, FAULTS_MAX = 16 /* of a kind */ };

static cause_rule *rules[RULES_MAX];
static size_t rule_count;

static int read_rules(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str file = oq_embedded_find(OQ_STR("examples/rca-rules.json"));
    json_t *root = json_loadb(file.ptr, file.len, 0, NULL), *one;
    size_t i;
    json_array_foreach(json_object_get(root, "rules"), i, one)
    {
        char *text = json_dumps(json_object_get(one, "rule"), 0);
        CHECK_OK(cause_rule_parse(arena, oq_cstr(text), &rules[rule_count++]));
        free(text);
    }
    json_decref(root);
    *state = arena;
    return 0;
}

static int close_rules(void **state)
{
    oq_arena_close(*state);
    return 0;
}

typedef struct place {
    const demo_site *site;
    size_t asset;
    oq_us anchor;
    case_series *series;
    size_t count;
} place;

static void add_series(oq_arena *arena, place *at, size_t asset)
{
    const demo_class *c = at->site->assets[asset].of;
    for (const demo_signal *g = c->signal; g->metric; g++) {
        samples *s = oq_new(arena, samples);
        *s = demo_readings(arena, at->site, asset, g, clock_, at->anchor - 28 * OQ_DAY, at->anchor,
                           STEP_MIN * OQ_MINUTE);
        at->series[at->count] = (case_series){.no = (int64_t)at->count + 1,
                                              .metric = oq_cstr(g->metric),
                                              .is_root_asset = asset == at->asset,
                                              .is_state = g->is_state,
                                              .samples = s,
                                              .limit_low = NAN,
                                              .limit_high = NAN};
        at->count++;
    }
}

/* The incident at `anchor` on this asset, and one beside it in its unit: a day of readings against
 * the four weeks before. */
static void build(oq_arena *arena, const demo_site *site, size_t asset, oq_us anchor,
                  cause_case *ret_case)
{
    enum { BESIDE = 1 };
    place at = {.site = site, .asset = asset, .anchor = anchor};
    size_t beside = 0;
    at.series = oq_new_n(arena, case_series, (BESIDE + 1) * (DEMO_SIGNALS_MAX + 1));
    add_series(arena, &at, asset);
    for (size_t i = 0; site->assets[i].code && beside < BESIDE; i++)
        if (i != asset && strcmp(site->assets[i].unit, site->assets[asset].unit) == 0) {
            add_series(arena, &at, i);
            beside++;
        }
    case_order order = {.asset_class = oq_cstr(site->assets[asset].of->code),
                        .anchor = anchor,
                        .until = anchor,
                        .look_from = anchor - OQ_DAY,
                        .base_from = anchor - 28 * OQ_DAY,
                        .series = at.series,
                        .series_count = at.count};
    cause_build(arena, &order, ret_case);
}

static void ask(oq_arena *arena, const cause_case *c, cause_mix *ret_mix)
{
    voice v[RULES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < rule_count; i++) {
        rule_hit hit;
        cause_rule_match(arena, rules[i], c, &hit);
        if (hit.hits)
            v[count++] =
                (voice){VOICE_RULE, cause_rule_cause(rules[i]), hit.weight, voice_trust(0, 0), i};
    }
    cause_mix_make(arena, v, count, 0.1, ret_mix);
}

typedef struct tally {
    const demo_fault_kind *kind;
    size_t faults, first, third, silent;
} tally;

static size_t place_of(const cause_mix *m, const char *cause)
{
    size_t at = 0;
    while (at < m->count && !oq_str_eq(m->at[at].cause, oq_cstr(cause)))
        at++;
    return at;
}

static void count_fault(oq_arena *arena, const demo_site *site, size_t asset, const demo_fault *f,
                        tally *t)
{
    cause_case c;
    cause_mix m;
    build(arena, site, asset, f->rests, &c);
    ask(arena, &c, &m);
    size_t at = place_of(&m, f->kind->mode);
    t->faults++;
    t->first += at == 0 && m.count > 1;
    t->third += at < 3;
    t->silent += m.count == 1;
    if (at != 0 && getenv("SHOW")) {
        print_message("%s:", f->kind->code);
        for (size_t i = 0; i < m.count; i++)
            print_message(" %.*s %.2f", OQ_FMT(m.at[i].cause), m.at[i].probability);
        for (size_t i = 0; i < c.items; i++)
            print_message(" | %.*s %.*s %.1f", OQ_FMT(c.item[i].metric), OQ_FMT(c.item[i].kind),
                          c.item[i].score);
        print_message("\n");
    }
}

/* Faults of days: all of the schedule that a machine failed of or that was mended late. */
static void test_demo_faults(void **state)
{
    tally t[32] = {0};
    size_t kinds = 0, all = 0, first = 0, third = 0;
    for (const demo_fault_kind *k = demo_fault_kinds; k->code; k++)
        if (k->mode)
            t[kinds++].kind = k;
    oq_arena *arena = oq_arena_open(1 << 20);
    for (const demo_site *site = demo_sites; site->code; site++)
        for (size_t a = 0; site->assets[a].code; a++) {
            demo_faults faults;
            demo_faults_of(site, a, clock_.seed, clock_.epoch, day, day + DAYS * OQ_DAY, &faults);
            for (size_t i = 0; i < faults.count; i++)
                for (size_t k = 0; k < kinds; k++)
                    if (faults.at[i].kind == t[k].kind && faults.at[i].fails != OQ_TIME_NONE &&
                        t[k].faults < FAULTS_MAX) {
                        count_fault(arena, site, a, &faults.at[i], &t[k]);
                        oq_arena_reset(arena);
                    }
        }
    for (size_t k = 0; k < kinds; k++) {
        print_message("%-20s %3zu faults: first %3zu, among three %3zu, nothing said %zu\n",
                      t[k].kind->code, t[k].faults, t[k].first, t[k].third, t[k].silent);
        all += t[k].faults;
        first += t[k].first;
        third += t[k].third;
    }
    print_message("top-1 %.3f, top-3 %.3f of %zu\n", (double)first / (double)all,
                  (double)third / (double)all, all);
    assert_true(all > 50);
    assert_true((double)first >= 0.8 * (double)all);
    assert_true((double)third >= 0.9 * (double)all);
    oq_arena_close(arena);
}

/* Instruments that drift or hang, each at most of its way. What drifts within its noise is not
 * seen; what is seen must not be taken for a machine's fault. */
static void test_instruments(void **state)
{
    tally t[2] = {{0}};
    oq_arena *arena = oq_arena_open(1 << 20);
    for (const demo_site *site = demo_sites; site->code; site++)
        for (size_t a = 0; site->assets[a].code; a++) {
            demo_faults faults;
            demo_faults_of(site, a, clock_.seed, clock_.epoch, day, day + DAYS * OQ_DAY, &faults);
            for (size_t i = 0; i < faults.count; i++) {
                demo_fault f = faults.at[i];
                if (f.kind->sort != DEMO_DRIFT && f.kind->sort != DEMO_STUCK)
                    continue;
                demo_fault_kind named = *f.kind;
                named.mode = named.code;
                f.kind = &named;
                f.rests = f.begins + (f.ends - f.begins) * 8 / 10;
                tally *k = &t[f.kind->sort == DEMO_DRIFT];
                k->kind = demo_fault_kinds;
                if (f.rests > day + 28 * OQ_DAY && k->faults < FAULTS_MAX)
                    count_fault(arena, site, a, &f, k);
                oq_arena_reset(arena);
            }
        }
    for (size_t k = 0; k < 2; k++)
        print_message("%s %3zu faults: first %3zu, among three %3zu, nothing said %zu\n",
                      k ? "sensor_drift" : "sensor_stuck", t[k].faults, t[k].first, t[k].third,
                      t[k].silent);
    assert_true(t[1].faults == FAULTS_MAX && t[1].first * 2 >= t[1].faults);
    assert_true(t[0].faults == FAULTS_MAX && t[0].first * 2 >= t[0].faults);
    oq_arena_close(arena);
}

/* A quiet machine: the rules say nothing of it. */
static void test_quiet(void **state)
{
    size_t asked = 0, spoke = 0;
    oq_arena *arena = oq_arena_open(1 << 20);
    for (const demo_site *site = demo_sites; site->code; site++)
        for (size_t a = 0; site->assets[a].code; a++)
            for (int d = 20; d < DAYS; d += 90) {
                demo_faults faults;
                oq_us at = day + d * OQ_DAY;
                demo_faults_of(site, a, clock_.seed, clock_.epoch, at - 10 * OQ_DAY, at, &faults);
                if (faults.count)
                    continue;
                cause_case c;
                cause_mix m;
                build(arena, site, a, at, &c);
                ask(arena, &c, &m);
                asked++;
                spoke += m.count > 1;
                if (m.count > 1 && getenv("SHOW")) {
                    print_message("quiet %s:", site->assets[a].of->code);
                    for (size_t i = 0; i < c.items; i++)
                        print_message(" | %.*s %.*s %.1f", OQ_FMT(c.item[i].metric),
                                      OQ_FMT(c.item[i].kind), c.item[i].score);
                    print_message("\n");
                }
                oq_arena_reset(arena);
            }
    print_message("of %zu quiet days the rules spoke on %zu\n", asked, spoke);
    assert_true(asked > 80);
    assert_true(spoke * 10 <= asked);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo_faults),
        cmocka_unit_test(test_instruments),
        cmocka_unit_test(test_quiet),
    };
    return cmocka_run_group_tests(tests, read_rules, close_rules);
}
