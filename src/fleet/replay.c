/* The record, hour by hour: what is known at each is written, and the program's jobs run. */
#include <math.h>

#include "ai/model.h"
#include "blackbox/event.h"
#include "fleet/inner.h"
#include "historian/write.h"
#include "plant/structure.h"
#include "workorder/work_order.h"

#include "fleet.sql.h"

#include "base/banned.h"

enum { MORNING_H = 9, FIT_MONTH = 8, BATCH_MAX = 65536 };
#define SYSTEM OQ_STR("AZURE_PDM")

/* --- one moment ---------------------------------------------------------------------------------*/

typedef struct moment {
    const fleet_run_state *r;
    oq_scope *s;
    oq_arena *arena;
    batch_row *row;
    event_order *event;
    work_order_past *order;
    size_t rows, events, orders;
} moment;

static oq_err *asset_of(moment *t, uint32_t machine, oq_uuid *ret_id)
{
    asset *found;
    oq_str code = fleet_asset_code(t->arena, machine);
    OQ_TRY(asset_find_by_code(t->s, code, &found));
    *ret_id = found ? found->id : OQ_UUID_ZERO;
    return NULL;
}

static oq_err *take_event(moment *t, const fleet_fact *x)
{
    bool is_error = x->kind == FACT_ERROR;
    event_order *e = &t->event[t->events++];
    *e = (event_order){.source_system = SYSTEM,
                       .source_type = is_error ? EVENT_ALERT : EVENT_ALARM,
                       .source_id = oq_strf(t->arena, "%s:%u:%.*s", is_error ? "error" : "failure",
                                            x->machine, OQ_FMT(x->what)),
                       .event_time = x->at,
                       .severity = is_error ? SEVERITY_WARNING : SEVERITY_CRITICAL,
                       .category = is_error ? CATEGORY_ALERT : CATEGORY_FAILURE};
    OQ_AUTO(oq_buf) payload = oq_buf_make(1024);
    oq_json j = oq_json_to(&payload);
    oq_json_object(&j);
    oq_json_put(&j, text, "kind", is_error ? x->what : OQ_STR("component_failure"));
    if (!is_error) /* the workshop's finding: a story tells it, no analysis hears it */
        oq_json_put(&j, text, "failure_mode", x->what);
    oq_json_put(&j, text, "summary_ar",
                is_error ? oq_strf(t->arena, "%.*s في الآلة %u", OQ_FMT(x->what), x->machine)
                         : oq_strf(t->arena, "تعطلت الآلة %u", x->machine));
    oq_json_object_end(&j);
    e->payload = oq_str_copy(t->arena, oq_buf_view(&payload));
    e->summary = is_error
                     ? oq_strf(t->arena, "%.*s on machine %u", OQ_FMT(x->what), x->machine)
                     : oq_strf(t->arena, "Machine %u failed", x->machine);
    return asset_of(t, x->machine, &e->asset_id);
}

static oq_err *take_order(moment *t, const fleet_fact *x)
{
    oq_str when = oq_str_sub(oq_time_text(t->arena, x->at), 0, 16);
    work_order_past *o = &t->order[t->orders++];
    *o = (work_order_past){
        .number = oq_strf(t->arena, "PDM-%u-%.*s-%.*s", x->machine, OQ_FMT(x->what), OQ_FMT(when)),
        .source = SYSTEM,
        .source_id = oq_strf(t->arena, "%u:%.*s:%.*s", x->machine, OQ_FMT(x->what), OQ_FMT(when)),
        .component_code = x->what,
        .title = oq_strf(t->arena, "Replace %.*s of machine %u", OQ_FMT(x->what), x->machine),
        .kind = x->is_failure ? WORK_CORRECTIVE : WORK_PREVENTIVE,
        .status = WORK_CLOSED,
        .priority = x->is_failure ? WORK_HIGH : WORK_MEDIUM,
        .started_at = x->at,
        .finished_at = x->at};
    return asset_of(t, x->machine, &o->asset_id);
}

static oq_err *take(moment *t, const fleet_fact *x)
{
    int32_t no = t->r->no[x->machine * 2 * AZURE_METRICS + x->metric];
    switch (x->kind) {
    case FACT_SAMPLE:
        if (no)
            t->row[t->rows++] = (batch_row){x->at, x->value, no, QUALITY_GOOD};
        return NULL;
    case FACT_REPLACEMENT:
        return take_order(t, x);
    default:
        return take_event(t, x);
    }
}

static oq_err *write_facts(moment *t, const fleet_fact *fact, size_t count)
{
    size_t added;
    for (size_t i = 0; i < count; i++)
        OQ_TRY(take(t, &fact[i]));
    if (t->rows)
        OQ_TRY(hist_write(t->s, t->row, t->rows, NULL));
    if (t->orders)
        OQ_TRY(work_order_add_past(t->s, t->order, t->orders, &added));
    return t->events ? event_add_many(t->s, t->event, t->events, &added) : NULL;
}

static oq_err *write_moment(const fleet_run_state *r, const fleet_fact *fact, size_t count)
{
    moment t = {.r = r, .arena = r->arena};
    oq_clock_set(fact->at);
    OQ_TRY(fleet_scope(r, OQ_WRITE, &t.s));
    t.row = oq_new_n(r->arena, batch_row, count);
    t.event = oq_new_n(r->arena, event_order, count);
    t.order = oq_new_n(r->arena, work_order_past, count);
    return fleet_end(t.s, write_facts(&t, fact, count));
}

/* --- mornings -----------------------------------------------------------------------------------*/

static oq_err *ask_fold(oq_scope *s)
{
    return job_add(s, &(job_order){.kind = "hist.fold", .is_unique = true}, NULL);
}

static oq_err *ask_fit(oq_scope *s)
{
    return ai_fit_ask_all(s);
}

static oq_err *ask_score(oq_scope *s)
{
    return job_add(s, &(job_order){.kind = "ai.score", .is_unique = true}, NULL);
}

/* The first fit is made when half a year and more is known, as the backtest's is. */
static oq_us first_fit(const fleet *f)
{
    int year, month, day;
    oq_civil_from_days((oq_date)(f->watched / OQ_DAY), &year, &month, &day);
    oq_us usual = oq_days_from_civil(year, FIT_MONTH, 1) * OQ_DAY;
    oq_us middle = f->watched + (f->ends - f->watched) / 2;
    return usual > f->watched + 30 * OQ_DAY && usual < f->ends - 30 * OQ_DAY ? usual : middle;
}

/* The first of every second month: a fit of a class takes seconds, and a year should take minutes. */
static bool is_fit_day(oq_us first, oq_us day)
{
    int year, month, of_month, first_year, first_month;
    oq_civil_from_days((oq_date)(first / OQ_DAY), &first_year, &first_month, &of_month);
    oq_civil_from_days((oq_date)(day / OQ_DAY), &year, &month, &of_month);
    int months = 12 * (year - first_year) + month - first_month;
    return day == first || (day > first && of_month == 1 && months % 2 == 0);
}

static oq_err *do_asked(const fleet_run_state *r, oq_err *(*ask)(oq_scope *))
{
    oq_scope *s;
    OQ_TRY(fleet_scope(r, OQ_WRITE, &s));
    OQ_TRY(fleet_end(s, ask(s)));
    return fleet_run_jobs(r);
}

static oq_err *do_morning(const fleet_run_state *r, oq_us day)
{
    const fleet *f = r->f;
    double share = fmax(0, (double)(day - f->watched) / (double)(f->ends - f->watched + 1));
    oq_us first = first_fit(f) / OQ_DAY * OQ_DAY;
    oq_clock_set(day + MORNING_H * OQ_HOUR);
    bool is_to_fit = is_fit_day(first, day);
    OQ_TRY(r->order->say(r->order->self, is_to_fit ? FLEET_FITTING : FLEET_REPLAY, day, share));
    OQ_TRY(do_asked(r, ask_fold));
    OQ_TRY(fleet_confirm(r));
    if (day < first)
        return NULL;
    return do_asked(r, is_to_fit ? ask_fit : ask_score); /* who was fitted is scored */
}

/* --- all of it ----------------------------------------------------------------------------------*/

static bool has_failure(const fleet_fact *fact, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fact[i].kind == FACT_FAILURE)
            return true;
    return false;
}

/* A day before the newest sample: what was on its way when the work broke off is done again. */
static oq_err *begin_at(const fleet_run_state *r, oq_us *ret_from)
{
    oq_scope *s;
    sql_fleet_standing_rows rows;
    OQ_TRY(fleet_scope(r, OQ_READ, &s));
    oq_err *err = sql_fleet_standing(s, &rows);
    if (!err)
        *ret_from = rows.at[0].newest == OQ_TIME_NONE
                        ? r->f->begins
                        : rows.at[0].newest / OQ_DAY * OQ_DAY - OQ_DAY;
    oq_scope_close(s);
    return err;
}

oq_err *fleet_replay(fleet_run_state *r)
{
    const fleet *f = r->f;
    oq_us from, day;
    OQ_TRY(begin_at(r, &from));
    size_t i = 0;
    while (i < f->facts && f->fact[i].at < from)
        i++;
    day = i < f->facts ? f->fact[i].at / OQ_DAY * OQ_DAY : f->ends;
    while (i < f->facts) {
        size_t n = i + 1;
        while (n < f->facts && f->fact[n].at == f->fact[i].at && n - i < BATCH_MAX)
            n++;
        for (; day + MORNING_H * OQ_HOUR <= f->fact[i].at; day += OQ_DAY)
            OQ_TRY(do_morning(r, day));
        OQ_TRY(write_moment(r, &f->fact[i], n - i));
        if (has_failure(&f->fact[i], n - i))
            OQ_TRY(fleet_run_jobs(r));
        oq_arena_reset(r->arena);
        i = n;
    }
    oq_clock_set(f->ends);
    OQ_TRY(do_asked(r, ask_score));
    oq_clock_set(f->ends + OQ_DAY); /* what is still on its way; nobody folds later */
    OQ_TRY(do_asked(r, ask_fold));
    oq_clock_set(f->ends);
    return NULL;
}
