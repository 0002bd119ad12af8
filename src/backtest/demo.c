#include "backtest/demo.h"

#include <math.h>
#include <stdlib.h>

#include "backtest/score.h"
#include "backtest/truth.h"
#include "core/capability.h"
#include "demoplant/demoplant.h"

#include "demo.sql.h"

#include "base/banned.h"

enum { KINDS_MAX = 32 };

/* --- running ------------------------------------------------------------------------------------*/

static oq_err *run_to(const demo_test *t, oq_us now, size_t *jobs)
{
    jobs_done done;
    oq_clock_set(now);
    OQ_TRY(job_run_due(t->pool, t->kinds, &done));
    *jobs += done.count;
    return done.failed ? oq_fail(OQ_INTERNAL, "backtest.job_failed", "jobs=%zu", done.failed)
                       : NULL;
}

static oq_err *run_hours(const demo_test *t)
{
    size_t jobs = 0;
    oq_us end = t->from + t->hours * OQ_HOUR;
    for (oq_us now = t->from; now <= end; now += t->step_s * OQ_SECOND) {
        OQ_TRY(run_to(t, now, &jobs));
        t->say(t->self, (double)(now - t->from) / (double)(end - t->from), jobs);
    }
    return NULL;
}

/* --- what came of it ----------------------------------------------------------------------------*/

typedef struct gathered {
    oq_arena *arena;
    const demo_test *test;
    truth_input in;
    true_fault *fault;
    told_incident *incident;
    told_sign *sign;
    size_t faults, incidents, signs;
} gathered;

static void *more(oq_arena *arena, const void *old, size_t count, size_t add, size_t size)
{
    char *bigger = oq_alloc(arena, (count + add + 1) * size);
    if (count)
        memcpy(bigger, old, count * size);
    return bigger;
}

static void add_faults(gathered *g, oq_str site, const demo_truth *truth)
{
    g->fault = more(g->arena, g->fault, g->faults, truth->count, sizeof *g->fault);
    for (size_t i = 0; i < truth->count; i++) {
        const demo_true_fault *f = &truth->at[i];
        g->fault[g->faults++] = (true_fault){
            .site = site,
            .asset = oq_str_copy(g->arena, f->asset_code),
            .kind = oq_str_copy(g->arena, f->kind),
            .cause = oq_str_copy(g->arena, f->cause),
            .metric = oq_str_copy(g->arena, f->metric),
            .begins = f->begins,
            .rests = f->rests,
            .ends = f->ends,
        };
    }
}

static void add_incidents(gathered *g, oq_str site, const sql_backtest_incidents_rows *rows)
{
    g->incident = more(g->arena, g->incident, g->incidents, rows->count, sizeof *g->incident);
    for (size_t i = 0; i < rows->count; i++) {
        const sql_backtest_incidents_row *r = &rows->at[i];
        bool is_named = oq_str_given(r->top_cause) && !oq_str_eq(r->top_cause, OQ_STR("other"));
        g->incident[g->incidents++] = (told_incident){
            .id = r->id,
            .site = site,
            .asset = oq_str_copy(g->arena, r->asset_code),
            .opened = r->created_at,
            .cause = {is_named ? oq_str_copy(g->arena, r->top_cause) : OQ_NONE,
                      oq_str_copy(g->arena, r->second), oq_str_copy(g->arena, r->third)},
            .title = oq_str_copy(g->arena, r->title),
        };
    }
}

static void add_signs(gathered *g, oq_str site, const sql_backtest_triggers_rows *rows)
{
    g->sign = more(g->arena, g->sign, g->signs, rows->count, sizeof *g->sign);
    for (size_t i = 0; i < rows->count; i++)
        g->sign[g->signs++] = (told_sign){.incident = rows->at[i].incident_id,
                                          .site = site,
                                          .asset = oq_str_copy(g->arena, rows->at[i].asset_code),
                                          .at = rows->at[i].ingest_time};
}

static oq_err *read_tenant(gathered *g, oq_scope *s, oq_str site)
{
    demo_truth truth;
    sql_backtest_incidents_rows incidents;
    sql_backtest_triggers_rows signs;
    OQ_TRY(demo_truth_of(s, g->in.from, g->in.to, &truth));
    OQ_TRY(sql_backtest_incidents(s, &incidents));
    OQ_TRY(sql_backtest_triggers(s, &signs));
    add_faults(g, site, &truth);
    add_incidents(g, site, &incidents);
    add_signs(g, site, &signs);
    return NULL;
}

static oq_err *read_tenants(gathered *g)
{
    for (size_t i = 0; i < g->test->tenants; i++) {
        oq_scope *s;
        oq_arena *temp = oq_arena_open(1 << 20);
        oq_actor actor = {.kind = ACTOR_SYSTEM,
                          .home_tenant = g->test->tenant[i],
                          .label = OQ_STR("backtest"),
                          .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)};
        oq_err *err = oq_scope_open(&(oq_scope_options){.pool = g->test->pool,
                                                        .tenant_id = g->test->tenant[i],
                                                        .access = OQ_READ,
                                                        .actor = actor,
                                                        .arena = temp},
                                    &s);
        if (!err) {
            err = read_tenant(g, s, oq_cstr(g->test->code[i]));
            oq_scope_close(s);
        }
        oq_arena_close(temp);
        OQ_TRY(err);
    }
    return NULL;
}

/* --- what is told -------------------------------------------------------------------------------*/

typedef struct tally {
    oq_str kind;
    size_t asked, detected, elsewhere, first, third;
} tally;

typedef struct outcome {
    const gathered *g;
    const fault_answer *answer;
    const bool *is_false;
    tally all, kind[KINDS_MAX];
    size_t kinds, falses;
    double *delay;
} outcome;

static void count_answer(tally *t, const fault_answer *a)
{
    t->asked++;
    t->detected += a->is_detected;
    t->elsewhere += a->is_elsewhere;
    t->first += a->is_first;
    t->third += a->is_third;
}

static tally *tally_of(outcome *o, oq_str kind)
{
    size_t i = 0;
    while (i < o->kinds && !oq_str_eq(o->kind[i].kind, kind))
        i++;
    if (i == o->kinds && o->kinds < KINDS_MAX)
        o->kind[o->kinds++].kind = kind;
    return &o->kind[i < KINDS_MAX ? i : KINDS_MAX - 1];
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static outcome count_all(gathered *g, const fault_answer *answer, const bool *is_false)
{
    outcome o = {.g = g, .answer = answer, .is_false = is_false};
    o.delay = oq_new_n(g->arena, double, g->faults + 1);
    for (size_t i = 0; i < g->faults; i++)
        if (answer[i].is_asked) {
            if (answer[i].is_detected)
                o.delay[o.all.detected] = answer[i].delay_min;
            count_answer(&o.all, &answer[i]);
            count_answer(tally_of(&o, g->fault[i].kind), &answer[i]);
        }
    for (size_t i = 0; i < g->incidents; i++)
        o.falses += is_false[i];
    qsort(o.delay, o.all.detected, sizeof *o.delay, compare_numbers);
    return o;
}

static double quantile(const outcome *o, double p)
{
    return o->all.detected ? o->delay[(size_t)(p * (double)(o->all.detected - 1) + 0.5)]
                           : (double)NAN;
}

static void add_share(report *r, const char *name, size_t right, size_t of, double wanted)
{
    report_figure f = {.name = name, .unit = "share", .wanted = wanted, .has_interval = true};
    f.value = of ? (double)right / (double)of : (double)NAN;
    score_interval_share(right, of, &f.low, &f.high);
    report_figure_add(r, f);
}

static void add_number(report *r, const char *name, double value, const char *unit)
{
    report_figure_add(
        r, (report_figure){.name = name, .value = value, .unit = unit, .wanted = NAN});
}

static void tell_figures(const outcome *o, report *r)
{
    const demo_test *t = o->g->test;
    double days = (double)t->tenants * (double)t->hours / 24;
    report_figure falses = {.name = "demo.false_per_plant_day",
                            .value = (double)o->falses / days,
                            .unit = "1/d",
                            .wanted = 1,
                            .is_at_most = true,
                            .has_interval = true};
    score_interval_rate(o->falses, days, &falses.low, &falses.high);
    add_share(r, "demo.detection", o->all.detected, o->all.asked, 0.9);
    add_share(r, "demo.top1", o->all.first, o->all.detected, 0.9);
    add_share(r, "demo.top3", o->all.third, o->all.detected, NAN);
    report_figure_add(r, falses);
    add_number(r, "demo.delay_median", quantile(o, 0.5), "min");
    add_number(r, "demo.delay_p90", quantile(o, 0.9), "min");
    add_number(r, "demo.faults", (double)o->all.asked, "");
    add_number(r, "demo.faults_in_others", (double)o->all.elsewhere, "");
    add_number(r, "demo.incidents", (double)o->g->incidents, "");
    add_number(r, "demo.incidents_false", (double)o->falses, "");
    add_number(r, "demo.hours", (double)t->hours, "h");
}

static void head(report *r, report_table *t, const char *const *word)
{
    for (size_t i = 0; i < t->columns; i++)
        report_cell(r, t, oq_cstr(word[i]));
}

static void tell_kinds(const outcome *o, report *r)
{
    static const char *const word[] = {"fault", "asked", "detected", "first", "among three"};
    report_table *t = report_table_add(r, "kinds", OQ_COUNT(word));
    head(r, t, word);
    for (size_t i = 0; i < o->kinds; i++) {
        const tally *k = &o->kind[i];
        report_cell(r, t, k->kind);
        report_number(r, t, (double)k->asked, 0);
        report_number(r, t, (double)k->detected, 0);
        report_number(r, t, (double)k->first, 0);
        report_number(r, t, (double)k->third, 0);
    }
}

static oq_str or_dash(oq_str text)
{
    return oq_str_empty(text) ? OQ_STR("-") : text;
}

static oq_str moment(const outcome *o, oq_us at)
{
    return oq_time_text(o->g->arena, at / OQ_MINUTE * OQ_MINUTE);
}

static void tell_faults(const outcome *o, report *r)
{
    static const char *const word[] = {"site",  "asset", "fault",  "metric",
                                       "until", "delay", "answer", "second"};
    report_table *t = report_table_add(r, "faults", OQ_COUNT(word));
    head(r, t, word);
    for (size_t i = 0; i < o->g->faults; i++) {
        const true_fault *f = &o->g->fault[i];
        const fault_answer *a = &o->answer[i];
        if (!a->is_asked)
            continue;
        const told_incident *it = a->is_detected ? &o->g->incident[a->incident] : NULL;
        report_cell(r, t, f->site);
        report_cell(r, t, f->asset);
        report_cell(r, t, f->kind);
        report_cell(r, t, or_dash(f->metric));
        report_cell(r, t, moment(o, f->rests));
        report_number(r, t, a->delay_min, 1);
        report_cell(r, t, !it ? OQ_STR("-") : a->is_elsewhere ? it->asset : or_dash(it->cause[0]));
        report_cell(r, t, it && !a->is_elsewhere ? or_dash(it->cause[1]) : OQ_STR("-"));
    }
}

static void tell_false(const outcome *o, report *r)
{
    static const char *const word[] = {"site", "asset", "opened", "title", "answer"};
    report_table *t = report_table_add(r, "false", OQ_COUNT(word));
    head(r, t, word);
    for (size_t i = 0; i < o->g->incidents; i++) {
        const told_incident *it = &o->g->incident[i];
        if (!o->is_false[i])
            continue;
        report_cell(r, t, it->site);
        report_cell(r, t, or_dash(it->asset));
        report_cell(r, t, moment(o, it->opened));
        report_cell(r, t, it->title);
        report_cell(r, t, or_dash(it->cause[0]));
    }
}

oq_err *backtest_demo(oq_arena *arena, const demo_test *test, report **ret_report)
{
    gathered g = {.arena = arena,
                  .test = test,
                  .in = {.from = test->from, .to = test->from + test->hours * OQ_HOUR}};
    OQ_TRY(run_hours(test));
    OQ_TRY(read_tenants(&g));
    g.in.fault = g.fault;
    g.in.faults = g.faults;
    g.in.incident = g.incident;
    g.in.incidents = g.incidents;
    g.in.sign = g.sign;
    g.in.signs = g.signs;
    fault_answer *answer = oq_new_n(arena, fault_answer, g.faults + 1);
    bool *is_false = oq_new_n(arena, bool, g.incidents + 1);
    truth_compare(&g.in, answer, is_false);
    outcome o = count_all(&g, answer, is_false);
    *ret_report = report_make(arena);
    tell_figures(&o, *ret_report);
    tell_kinds(&o, *ret_report);
    tell_faults(&o, *ret_report);
    tell_false(&o, *ret_report);
    return NULL;
}
