/* What follows an analysis: a work order with the story and the evidence. The order assigns itself
 * and tells its assignee (workorder/); here is decided whether there is one, and what it says.
 *
 * One for an incident, however often it is analysed: what a later analysis sees otherwise is a note
 * on the order. Nobody is sent out because of what an import brought: only for what happened within
 * a day, in an incident that nobody has resolved. Where no asset is known the order is for the unit
 * or the site; where nothing says where, the incident's file says that there is none. */
#include "rca/chain.h"

#include <math.h>

#include "analyse.sql.h"
#include "tenant/settings.h"
#include "workorder/work.h"

#include "base/banned.h"

#define FRESH        OQ_DAY
#define NOTED_CHANGE 0.1 /* of the likeliest cause's probability */
enum { CHECKS_MAX = 24, LINES_MAX = 12 };

static bool wants_order(const rca_work *w, const tenant_settings *settings)
{
    const rca_cause_found *top = rca_top(w);
    bool is_open = w->it->status == INCIDENT_OPEN || w->it->status == INCIDENT_INVESTIGATING;
    if (!is_open || w->it->anchor_time < w->now - FRESH)
        return false;
    return w->it->severity >= INCIDENT_MAJOR ||
           (top && top->probability >= settings->auto_wo_probability);
}

static bool has_place(const rca_work *w)
{
    return w->root || !oq_uuid_is_zero(w->it->unit_id) || !oq_uuid_is_zero(w->it->site_id);
}

/* Once, however often it is analysed. */
static oq_err *say_missing(rca_work *w)
{
    static const char step[] = "work_order_missing";
    sql_rca_has_step_rows rows;
    OQ_TRY(sql_rca_has_step(w->s, (sql_rca_has_step_args){w->it->id, oq_cstr(step)}, &rows));
    return rows.at[0].is_there ? NULL : incident_step(w->s, w->it->id, step, OQ_NONE, OQ_NONE);
}

/* --- what it says -------------------------------------------------------------------------------*/

/* The asset; without one the unit, or the site. */
static oq_err *place_of(const rca_work *w, rca_two *ret_place)
{
    *ret_place = rca_asset_text(&w->say, w->root);
    if (w->root)
        return NULL;
    sql_rca_place_rows rows;
    OQ_TRY(sql_rca_place(w->s, (sql_rca_place_args){w->it->unit_id, w->it->site_id}, &rows));
    if (!rows.count)
        return NULL;
    oq_str code = rows.at[0].code, name = rows.at[0].name;
    *ret_place = oq_str_eq(code, name)
                     ? rca_code(&w->say, code)
                     : RCA_TEXT(&w->say, "rca.asset", {"code", rca_code(&w->say, code)},
                                {"name", rca_name(&w->say, name, rows.at[0].name_ar)});
    return NULL;
}

static rca_two title_of(const rca_work *w, rca_two of)
{
    const rca_cause_found *top = rca_top(w);
    if (!top)
        return RCA_TEXT(&w->say, "rca.order.title_unknown", {"asset", of},
                        {"incident", rca_incident_text(&w->say, w->it->number)});
    return RCA_TEXT(&w->say, "rca.order.title", {"cause", top->label}, {"asset", of});
}

static rca_two action_line(const rca_work *w, const rca_action *a)
{
    /* Some say it themselves: "within 12 hours". */
    bool says_so = oq_str_find(a->text.en, oq_strf(w->arena, " %.0f ", a->within_h)) != SIZE_MAX;
    if (isnan(a->within_h) || says_so)
        return RCA_TEXT(&w->say, "rca.order.action", {"action", a->text});
    return RCA_TEXT(&w->say, "rca.order.action_within", {"action", a->text},
                    {"hours", rca_count(&w->say, "rca.count.hours", llround(a->within_h))});
}

static rca_two description_of(const rca_work *w)
{
    rca_two line[LINES_MAX];
    size_t count = 0;
    line[count++] = w->story;
    if (w->actions)
        line[count++] = rca_text_plain(&w->say, "rca.order.actions");
    for (size_t i = 0; i < w->actions && count < LINES_MAX; i++)
        line[count++] = action_line(w, &w->action[i]);
    return rca_join(&w->say, "rca.line", line, count);
}

static size_t checks_of(const rca_work *w, work_order_check_order *check)
{
    size_t count = 0;
    for (size_t i = 0; i < w->actions; i++)
        if (!oq_str_eq(w->action[i].source, OQ_STR("machine_spec")))
            check[count++] = (work_order_check_order){w->action[i].text.en, w->action[i].text.ar};
    for (size_t i = 0; i < w->specs && count < CHECKS_MAX; i++)
        check[count++] = (work_order_check_order){w->spec[i].title, w->spec[i].title_ar};
    return count;
}

/* By the action that cannot wait longest; without one, by the priority. */
static oq_us due_of(const rca_work *w)
{
    double least = NAN;
    for (size_t i = 0; i < w->actions; i++)
        least = fmin(least, w->action[i].within_h); /* NaN gives way */
    return isnan(least) ? OQ_TIME_NONE : w->now + (oq_us)(least * (double)OQ_HOUR);
}

static void put_series(oq_json *j, const rca_work *w)
{
    oq_json_array(j);
    for (size_t i = 0; i < w->findings && i < RCA_FINDINGS_TOLD; i++) {
        const rca_signal *g = w->finding[i].signal;
        bool is_first = true;
        for (size_t k = 0; k < i; k++)
            is_first = is_first && w->finding[k].signal != g;
        if (!is_first)
            continue;
        oq_json_object(j);
        oq_json_put(j, uuid, "series_id", g->series.id);
        oq_json_put(j, text, "key", g->series.key);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static oq_str evidence_of(const rca_work *w, const rca_run *run)
{
    const rca_cause_found *top = rca_top(w);
    OQ_AUTO(oq_buf) buf = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "incident_id", w->it->id);
    oq_json_put(&j, i64, "incident_number", w->it->number);
    oq_json_put(&j, uuid, "run_id", run->id);
    oq_json_put(&j, i64, "run_number", run->number);
    oq_json_put(&j, text, "cause", top ? top->code : OQ_NONE);
    oq_json_put(&j, f64, "probability", top ? top->probability : (double)NAN);
    oq_json_put(&j, time, "from", w->it->window_from);
    oq_json_put(&j, time, "to", w->it->window_to);
    oq_json_key(&j, OQ_STR("series"));
    put_series(&j, w);
    oq_json_object_end(&j);
    return oq_str_copy(w->arena, oq_buf_view(&buf));
}

/* --- making it ----------------------------------------------------------------------------------*/

oq_err *rca_order(rca_work *w, const rca_run *run, oq_str source, work_order **ret_order,
                  bool *ret_made)
{
    const rca_cause_found *top = rca_top(w);
    const failure_mode *mode = top ? rca_mode_of(w, top->code) : NULL;
    rca_two place, text = description_of(w);
    OQ_TRY(place_of(w, &place));
    rca_two title = title_of(w, place);
    work_order_check_order check[CHECKS_MAX + 8];
    bool has_failed = w->it->incident_type == INCIDENT_FAILURE;
    work_order_order order = {
        .source = source,
        .asset_id = w->it->root_asset_id,
        .unit_id = w->it->unit_id,
        .site_id = w->it->site_id,
        .incident_id = w->it->id,
        .failure_mode_id = mode ? mode->id : OQ_UUID_ZERO,
        .title = oq_str_sub(title.en, 0, WORK_ORDER_TITLE_MAX),
        .title_ar = oq_str_sub(title.ar, 0, WORK_ORDER_TITLE_MAX),
        .description = text.en,
        .description_ar = text.ar,
        .kind = has_failed ? WORK_CORRECTIVE : WORK_PREDICTIVE,
        .priority = work_order_priority_of_severity(w->it->severity),
        .due_at = due_of(w),
        .planned_h = mode ? mode->repair_h : (double)NAN,
        .evidence = evidence_of(w, run),
        .check = check,
        .trace_id = w->it->trace_id,
    };
    order.checks = checks_of(w, check);
    return work_order_create(w->s, &order, ret_order, ret_made);
}

oq_err *rca_order_of(oq_scope *s, oq_uuid incident_id, work_order **ret_order, bool *ret_made)
{
    work_orders there;
    rca_work *w;
    rca_run *run;
    OQ_TRY(rca_analyse_work(s, incident_id, oq_scope_actor(s)->label, &w, &run));
    OQ_TRY(work_order_find_by_incident(s, incident_id, &there));
    for (size_t i = 0; i < there.count; i++)
        if (there.at[i].status != WORK_CLOSED && there.at[i].status != WORK_CANCELLED) {
            *ret_order = &there.at[i];
            *ret_made = false;
            return NULL;
        }
    *ret_made = true;
    return rca_order(w, run, OQ_STR("MANUAL"), ret_order, NULL);
}

/* What has changed since the order was written, where that matters to who works on it. */
static oq_err *note_change(rca_work *w, const work_order *order, oq_str cause_before,
                           double probability_before)
{
    const rca_cause_found *top = rca_top(w);
    bool is_over = order->status == WORK_CLOSED || order->status == WORK_CANCELLED;
    bool is_same = top && oq_str_eq(top->code, cause_before) &&
                   fabs(top->probability - probability_before) < NOTED_CHANGE;
    if (!top || is_over || is_same || isnan(probability_before))
        return NULL;
    rca_two text = RCA_TEXT(&w->say, "rca.order.note", {"cause", rca_within(&w->say, top->label)},
                            {"share", rca_percent(&w->say, top->probability)},
                            {"incident", rca_incident_text(&w->say, w->it->number)});
    work_order_note *note;
    /* A note is one text: both languages stand in it. */
    return work_order_add_note(
        w->s, order->id, oq_strf(w->arena, "%.*s\n%.*s", OQ_FMT(text.en), OQ_FMT(text.ar)), &note);
}

oq_err *rca_follow(rca_work *w, const rca_run *run, oq_str cause_before, double probability_before)
{
    tenant_settings *settings;
    work_order *order;
    bool made;
    OQ_TRY(tenant_settings_get(w->s, &settings));
    if (!wants_order(w, settings))
        return NULL;
    if (!has_place(w))
        return say_missing(w);
    OQ_TRY(rca_order(w, run, OQ_STR("BLACKBOX_AUTO"), &order, &made));
    return made ? NULL : note_change(w, order, cause_before, probability_before);
}
