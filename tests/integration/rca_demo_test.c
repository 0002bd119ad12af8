/* The truth of the demo's plants against the analysis: what was made to go wrong is what it names
 * first. The schedule of faults is asked, the readings around each are written as the demo writes
 * them, an alarm is raised when a limit is passed, and the rest is the product. */
#include "integration/rca_house.h"

#include <math.h>

#include "base/test.h"
#include "demoplant/demoplant.h"
#include "demoplant/model.h"
#include "historian/series.h"
#include "historian/write.h"
#include "plant/class.h"
#include "plant/plant.h"
#include "rca/rule.h"

#include "base/banned.h"

#define TENANT "'0a000000-0000-0000-0000-000000000000'"
#define EPOCH  BB_NOW
#define BEFORE (12 * OQ_DAY)
enum { PER_KIND = 2, DELAY_MIN = 10 /* of the alarm */ };

typedef struct told {
    const char *kind;
    int asked, right, among_two;
} told;

/* --- a demo tenant ------------------------------------------------------------------------------*/

static int64_t plant(house *h, const demo_site *where)
{
    demo_planted done;
    rule_report *report = oq_new(h->arena, rule_report);
    testdb_exec(h->db, oq_strf(h->arena,
                               "UPDATE tenants SET is_demo = true, code = '%s' WHERE id = " TENANT,
                               where->tenant)
                           .ptr);
    testdb_exec(h->db, "TRUNCATE sites, tenant_integrations, blackbox_incidents, blackbox_events,"
                       " demo_faults, series_batches, series CASCADE");
    oq_clock_set(EPOCH);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(demo_plant(s, oq_cstr(where->tenant), EPOCH, 90, &done));
    CHECK_OK(rule_presets_apply(s, report));
    house_commit(s);
    return testdb_number(h->db, "SELECT (config ->> 'seed')::bigint FROM tenant_integrations");
}

/* The first reading beyond a limit of the class that counts as an alarm; OQ_TIME_NONE: none. */
static oq_us first_beyond(const samples *r, const class_metric *m, oq_us from)
{
    size_t beyond = 0;
    for (size_t i = 0; i < r->count; i++) {
        bool is_beyond = r->value[i] > m->high || r->value[i] < m->low;
        beyond = is_beyond && r->time[i] >= from ? beyond + 1 : 0;
        if (beyond == DELAY_MIN)
            return r->time[i];
    }
    return OQ_TIME_NONE;
}

typedef struct scene {
    house *h;
    const demo_site *site;
    size_t asset;
    demo_clock clock;
    const demo_fault *fault;
    oq_us at; /* of the alarm */
    oq_str metric;
    oq_uuid asset_id;
} scene;

static void write_readings(scene *c, oq_scope *s, const asset *a)
{
    const demo_asset *it = &c->site->assets[c->asset];
    oq_us end = c->fault->rests;
    for (const demo_signal *g = it->of->signal; g->metric; g++) {
        series *e;
        class_metric *m;
        oq_str key = oq_strf(c->h->arena, "%s.%s", it->code, g->metric);
        CHECK_OK(series_find_by_key(s, key, &e));
        CHECK_OK(class_metric_find(s, a->class_id, oq_cstr(g->metric), &m));
        samples r = demo_readings(c->h->arena, c->site, c->asset, g, c->clock,
                                  c->fault->begins - BEFORE, end, OQ_MINUTE);
        batch_row *row = oq_new_n(c->h->arena, batch_row, r.count);
        for (size_t i = 0; i < r.count; i++)
            row[i] = (batch_row){r.time[i], r.value[i], (int32_t)e->no, samples_quality(&r, i)};
        CHECK_OK(hist_write(s, row, r.count, NULL));
        oq_us at = m && !c->fault->metric ? first_beyond(&r, m, c->fault->begins) : OQ_TIME_NONE;
        if (at != OQ_TIME_NONE && at < c->at) {
            c->at = at;
            c->metric = oq_cstr(g->metric);
        }
    }
}

static void raise_alarm(scene *c)
{
    event_order e = bb_alert("alarm", 0, P101, SEVERITY_MAJOR);
    e.source_id = oq_strf(c->h->arena, "%s %lld", c->site->assets[c->asset].code, (long long)c->at);
    e.event_time = c->at;
    e.asset_id = c->asset_id;
    e.summary = c->metric.len ? oq_strf(c->h->arena, "%.*s out of range", OQ_FMT(c->metric))
                : c->fault->kind->sort == DEMO_DROP_OUT ? OQ_STR("no data from an instrument")
                                                        : OQ_STR("looked at by hand");
    e.kind = OQ_STR("limit");
    e.payload = OQ_STR("{\"kind\":\"limit\"}");
    bb_add(c->h, &e, 1);
}

/* What the analysis names first and second. */
static void ask(scene *c, told *t)
{
    house *h = c->h;
    oq_clock_set(c->at + 2 * OQ_MINUTE);
    raise_alarm(c);
    bb_run(h);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    incidents found;
    CHECK_OK(incident_find_by_asset(s, c->asset_id, 1, &found));
    assert_int_equal(found.count, 1);
    oq_uuid id = found.at[0].id;
    oq_scope_close(s);
    rca_house_analyse(h, id);
    const char *truth = c->fault->kind->mode ? c->fault->kind->mode : c->fault->kind->code;
    bool is_first = oq_str_eq(oq_cstr(rca_house_of(h, id, "{causes,0,code}")), oq_cstr(truth));
    bool is_second = oq_str_eq(oq_cstr(rca_house_of(h, id, "{causes,1,code}")), oq_cstr(truth));
    t->asked++;
    t->right += is_first;
    t->among_two += is_first || is_second;
    if (!is_first)
        print_message(
            "%s %s %s: %s %s, then %s %s; %s\n", c->site->assets[c->asset].code,
            c->fault->kind->code, c->fault->metric ? c->fault->metric : "",
            rca_house_of(h, id, "{causes,0,code}"), rca_house_of(h, id, "{causes,0,probability}"),
            rca_house_of(h, id, "{causes,1,code}"), rca_house_of(h, id, "{causes,1,probability}"),
            is_first ? "" : rca_house_of(h, id, "{story,en}"));
}

static void play(scene *c, told *t)
{
    house *h = c->h;
    testdb_exec(h->db, "TRUNCATE blackbox_incidents, blackbox_events, series_batches, work_orders,"
                       " jobs, notifications CASCADE");
    bool is_instrument = c->fault->metric != NULL;
    c->at = is_instrument ? c->fault->begins + (c->fault->ends - c->fault->begins) * 9 / 10
                          : c->fault->rests - OQ_MINUTE;
    c->metric = OQ_NONE;
    oq_clock_set(c->fault->ends + OQ_DAY);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    asset *a;
    CHECK_OK(asset_find_by_code(s, oq_cstr(c->site->assets[c->asset].code), &a));
    c->asset_id = a->id;
    write_readings(c, s, a);
    house_commit(s);
    /* Written at once; known as they came. */
    testdb_exec(h->db, "UPDATE series_batches SET received_at = time_min");
    ask(c, t);
}

static told *of_kind(told *t, const demo_fault_kind *kind)
{
    size_t i = 0;
    for (; t[i].kind && strcmp(t[i].kind, kind->code) != 0; i++)
        ;
    t[i].kind = kind->code;
    return &t[i];
}

/* Those whose traces stand out of the plant's own swings of load and weather. */
static const char *const sure[] = {"bearing_wear", "cavitation",   "fouling",
                                   "oil_leak",     "sensor_stuck", "sensor_drop_out"};

static void test_truth(void **state)
{
    house *h = *state;
    told t[32] = {0};
    for (const demo_site *where = demo_sites; where->code; where++) {
        scene c = {.h = h, .site = where};
        c.clock = (demo_clock){(uint64_t)plant(h, where), EPOCH};
        demo_faults *faults = oq_new(h->arena, demo_faults);
        for (c.asset = 0; where->assets[c.asset].code; c.asset++) {
            demo_faults_of(where, c.asset, c.clock.seed, EPOCH, EPOCH - 200 * OQ_DAY,
                           EPOCH - 5 * OQ_DAY, faults);
            for (size_t i = 0; i < faults->count; i++) {
                told *k = of_kind(t, faults->at[i].kind);
                c.fault = &faults->at[i];
                oq_mark mark = oq_arena_mark(h->arena);
                if (k->asked < PER_KIND)
                    play(&c, k);
                oq_arena_rewind(h->arena, mark);
            }
        }
    }
    int asked = 0, right = 0;
    for (size_t i = 0; t[i].kind; i++) {
        print_message("%s: %d of %d, %d among two\n", t[i].kind, t[i].right, t[i].asked,
                      t[i].among_two);
        asked += t[i].asked;
        right += t[i].right;
        for (size_t k = 0; k < OQ_COUNT(sure); k++)
            if (strcmp(t[i].kind, sure[k]) == 0)
                CHECK(sure[k], t[i].right == t[i].asked);
    }
    CHECK("two of three in all", asked >= 14 && 3 * right >= 2 * asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_truth, rca_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
