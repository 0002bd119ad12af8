#include "fleet/fleet.h"

#include <math.h>
#include <stdlib.h>

#include "backtest/files.h"
#include "backtest/stored.h"
#include "core/capability.h"
#include "fleet/inner.h"
#include "optimize/optimize.h"

#include "fleet.sql.h"

#include "base/banned.h"

enum { PLAN_DAYS = 14, NEWS_DAYS = 7 };

/* --- the files ----------------------------------------------------------------------------------*/

static int compare_facts(const void *a, const void *b)
{
    const fleet_fact *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    by = by ? by : (x->machine > y->machine) - (x->machine < y->machine);
    by = by ? by : (int)x->kind - (int)y->kind;
    by = by ? by : (int)x->metric - (int)y->metric;
    return by ? by : oq_str_cmp(x->what, y->what);
}

static size_t count_facts(const azure_data *d)
{
    size_t n = d->incidents * 2 * AZURE_COMPONENTS;
    for (size_t m = 1; m <= d->machines; m++) {
        n += d->machine[m].events;
        for (size_t k = 0; k < 2 * AZURE_METRICS; k++)
            n += d->machine[m].signal[k].count;
    }
    return n;
}

static void take_machine(fleet *f, uint32_t m)
{
    const azure_machine *of = &f->data.machine[m];
    for (uint8_t k = 0; k < 2 * AZURE_METRICS; k++)
        for (size_t i = 0; i < of->signal[k].count; i++)
            f->fact[f->facts++] = (fleet_fact){.at = of->signal[k].time[i],
                                               .value = of->signal[k].value[i],
                                               .machine = m,
                                               .kind = FACT_SAMPLE,
                                               .metric = k};
    for (size_t i = 0; i < of->events; i++) {
        bool is_error = oq_str_eq(of->event[i].category, OQ_STR("ALERT"));
        f->fact[f->facts++] = (fleet_fact){.at = of->event[i].at,
                                           .what = of->event[i].kind,
                                           .machine = m,
                                           .kind = is_error ? FACT_ERROR : FACT_REPLACEMENT};
    }
}

/* A failure is mended at once. Where the list of replacements does not have it (ten of azure-pdm),
 * it is one all the same. */
static void take_failure(fleet *f, const azure_incident *in, size_t sorted)
{
    for (size_t k = 0; k < AZURE_COMPONENTS; k++) {
        if (!in->is_failed[k])
            continue;
        fleet_fact x = {.at = in->at,
                        .what = azure_component[k],
                        .machine = (uint32_t)in->machine,
                        .kind = FACT_REPLACEMENT};
        fleet_fact *there = bsearch(&x, f->fact, sorted, sizeof x, compare_facts);
        if (there)
            there->is_failure = true;
        x.is_failure = true;
        if (!there)
            f->fact[f->facts++] = x;
        x.kind = FACT_FAILURE;
        f->fact[f->facts++] = x;
    }
}

static oq_err *check(const fleet *f)
{
    if (!f->data.machines)
        return oq_fail(OQ_INVALID, "fleet.no_machines", "file=%s",
                       file_path(f->arena, "%s/PdM_machines.csv", f->folder));
    if (f->watched == OQ_TIME_NONE)
        return oq_fail(OQ_INVALID, "fleet.no_telemetry", "file=%s",
                       file_path(f->arena, "%s/PdM_telemetry_daily.csv.gz", f->folder));
    if (f->ends - f->begins > FLEET_DAYS_MAX * OQ_DAY)
        return oq_fail(OQ_INVALID, "fleet.too_long", "file=%s days=%d", f->folder, FLEET_DAYS_MAX);
    return NULL;
}

oq_err *fleet_open(oq_arena *arena, const char *folder, fleet **ret_fleet)
{
    fleet *f = oq_new(arena, fleet);
    *f = (fleet){.arena = arena, .folder = folder};
    OQ_TRY(azure_read(arena, folder, &f->data));
    f->fact = oq_new_n(arena, fleet_fact, count_facts(&f->data) + 1);
    for (uint32_t m = 1; m <= f->data.machines; m++)
        if (f->data.machine[m].model.len)
            take_machine(f, m);
    qsort(f->fact, f->facts, sizeof *f->fact, compare_facts);
    size_t sorted = f->facts;
    for (size_t i = 0; i < f->data.incidents; i++)
        if (f->data.machine[f->data.incident[i].machine].model.len)
            take_failure(f, &f->data.incident[i], sorted);
    qsort(f->fact, f->facts, sizeof *f->fact, compare_facts);
    f->watched = OQ_TIME_NONE;
    for (size_t i = f->facts; i-- > 0;)
        if (f->fact[i].kind == FACT_SAMPLE)
            f->watched = f->fact[i].at;
    if (f->facts)
        f->begins = f->fact[0].at, f->ends = f->fact[f->facts - 1].at;
    OQ_TRY(check(f));
    *ret_fleet = f;
    return NULL;
}

oq_us fleet_begins(const fleet *f)
{
    return f->begins;
}

oq_us fleet_ends(const fleet *f)
{
    return f->ends;
}

size_t fleet_machines(const fleet *f)
{
    return f->data.machines;
}

/* --- units of work ------------------------------------------------------------------------------*/

oq_err *fleet_scope(const fleet_run_state *r, oq_access access, oq_scope **ret_scope)
{
    return oq_scope_open(&(oq_scope_options){.pool = r->order->pool,
                                             .tenant_id = r->order->tenant_id,
                                             .access = access,
                                             .actor = {.kind = ACTOR_SYSTEM,
                                                       .home_tenant = r->order->tenant_id,
                                                       .label = OQ_STR("maintenance record"),
                                                       .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                             .request_id = OQ_STR("fleet"),
                                             .arena = r->arena,
                                             .stands_at = r->f->ends},
                         ret_scope);
}

oq_err *fleet_end(oq_scope *s, oq_err *err)
{
    err = err ? err : oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

oq_err *fleet_run_jobs(const fleet_run_state *r)
{
    jobs_done done;
    OQ_TRY(job_run_asked(r->order->pool, r->order->kinds, &done));
    return done.failed ? oq_fail(OQ_INTERNAL, "fleet.job_failed", "jobs=%zu", done.failed) : NULL;
}

/* --- at the end ---------------------------------------------------------------------------------*/

static oq_err *ask_plan(oq_scope *s)
{
    optimize_run *run;
    optimize_order order = {.problem = OPTIMIZE_MAINTENANCE,
                            .horizon_days = PLAN_DAYS,
                            .from_day = OQ_DATE_NONE,
                            .as_of = OQ_TIME_NONE};
    sql_fleet_recommends_rows rows;
    OQ_TRY(sql_fleet_recommends(s, &rows));
    if (rows.at[0].runs)
        return NULL;
    oq_fields_preset(oq_scope_arena(s), optimize_parameters_fields, &order.parameters);
    return optimize_ask(s, &order, &run);
}

static oq_err *make_plan(const fleet_run_state *r)
{
    oq_scope *s;
    OQ_TRY(r->order->say(r->order->self, FLEET_PLAN, r->f->ends, 1));
    OQ_TRY(fleet_scope(r, OQ_WRITE, &s));
    oq_err *err = sql_fleet_notices_read(
        s, (sql_fleet_notices_read_args){r->f->ends - NEWS_DAYS * OQ_DAY}, NULL);
    OQ_TRY(fleet_end(s, err ? err : ask_plan(s)));
    return fleet_run_jobs(r);
}

/* A record that is too short for a backtest has none. */
static oq_err *make_backtest(const fleet_run_state *r)
{
    backtest_walk *walk;
    oq_scope *s;
    oq_mark mark = oq_err_mark();
    OQ_TRY(r->order->say(r->order->self, FLEET_BACKTEST, r->f->ends, 1));
    oq_err *err = backtest_maintenance_walk(r->arena, r->f->folder, &r->costs, OQ_TIME_NONE,
                                            OQ_TIME_NONE, &walk);
    if (err && oq_err_is(err, "backtest.days_invalid")) {
        oq_err_rewind(mark);
        return NULL;
    }
    OQ_TRY(err);
    OQ_TRY(fleet_scope(r, OQ_WRITE, &s));
    return fleet_end(s, backtest_store(s, OQ_STR("azure-pdm"), walk));
}

static oq_err *run_all(fleet_run_state *r)
{
    oq_clock_set(r->f->begins);
    OQ_TRY(r->order->say(r->order->self, FLEET_RECORDS, r->f->begins, 0));
    OQ_TRY(fleet_put_records(r));
    OQ_TRY(fleet_replay(r));
    OQ_TRY(make_plan(r));
    oq_clock_set(OQ_TIME_NONE);
    return make_backtest(r);
}

oq_err *fleet_is_done(oq_scope *s, bool *ret_is)
{
    sql_fleet_standing_rows rows;
    OQ_TRY(sql_fleet_standing(s, &rows));
    *ret_is = rows.at[0].backtests > 0;
    return NULL;
}

oq_err *fleet_run(const fleet *f, const fleet_order *order)
{
    fleet_run_state r = {.f = f, .order = order, .arena = oq_arena_open(1 << 20)};
    oq_err *err =
        oq_fields_read_json(r.arena, backtest_cost_fields, OQ_STR("{}"), &r.costs);
    if (!err)
        err = run_all(&r);
    oq_clock_set(OQ_TIME_NONE);
    oq_arena_close(r.arena);
    return err;
}
