/* One analysis: gathered and computed without holding anything, then stored in one go, if the
 * incident is still what it was; else it is made again. */
#include "rca/chain.h"

#include <math.h>

#include "analyse.sql.h"
#include "audit/audit.h"
#include "job/last.h"

#include "base/banned.h"

enum { TRIES = 3 };

const oq_field rca_run_fields[] = {
    OQ_UUID(rca_run, id),
    OQ_UUID(rca_run, incident_id),
    OQ_I64(rca_run, incident_version),
    OQ_I64(rca_run, number, .help = "1, 2, ... of its incident"),
    OQ_JSON(rca_run, result),
    OQ_TEXT(rca_run, made_by, .help = "engine, or who asked for it"),
    OQ_TIME(rca_run, made_at),
    OQ_I64(rca_run, took_us),
    OQ_FIELDS_END,
};

/* --- computing ----------------------------------------------------------------------------------*/

static oq_err *compute(rca_work *w, oq_uuid incident_id)
{
    OQ_TRY(rca_gather(w, incident_id));
    OQ_TRY(rca_gather_signals(w));
    OQ_TRY(rca_gather_rules(w));
    OQ_TRY(rca_gather_past(w));
    rca_find(w);
    rca_build_case(w);
    rca_weigh(w);
    rca_explain(w);
    rca_set_roles(w);
    OQ_TRY(rca_advise(w));
    OQ_TRY(rca_estimate(w));
    rca_tell(w);
    return NULL;
}

/* --- storing ------------------------------------------------------------------------------------*/

static oq_err *store_case(rca_work *w)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(RCA_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    cause_case_write(&j, &w->c);
    return sql_rca_case_put(w->s,
                            (sql_rca_case_put_args){
                                .incident_id = w->it->id,
                                .class_id = w->root ? w->root->class_id : OQ_UUID_ZERO,
                                .happened_at = w->it->anchor_time,
                                .cause = w->it->confirmed_cause,
                                .features = oq_buf_view(&buf),
                                .now = w->now,
                            },
                            NULL);
}

static oq_err *store_hits(rca_work *w)
{
    rule_spoke *spoke = oq_new_n(w->arena, rule_spoke, w->rules);
    size_t count = 0;
    for (size_t i = 0; i < w->rules; i++) {
        const rca_rule_heard *r = &w->rule[i];
        if (r->hit.hits)
            spoke[count++] = (rule_spoke){.rule_id = r->row.id,
                                          .version = r->row.version,
                                          .cause = cause_rule_cause(r->rule),
                                          .weight = r->hit.weight};
    }
    return rule_store_hits(w->s, w->it->id, spoke, count);
}

static oq_err *store_run(rca_work *w, oq_str made_by, oq_us began, rca_run **ret_run)
{
    rca_run *run = oq_new(w->arena, rca_run);
    *run = (rca_run){
        .id = oq_uuid_new(w->now),
        .incident_id = w->it->id,
        .incident_version = w->it->version,
        .result = rca_result_json(w),
        .made_by = made_by,
        .made_at = w->now,
        .took_us = oq_monotonic() - began,
    };
    sql_rca_run_add_rows rows;
    OQ_TRY(sql_rca_run_add(w->s,
                           (sql_rca_run_add_args){run->id, run->incident_id, run->incident_version,
                                                  run->result, made_by, w->now, run->took_us},
                           &rows));
    run->number = rows.at[0].number;
    *ret_run = run;
    return NULL;
}

static oq_err *store_incident(rca_work *w, const rca_run *run)
{
    const rca_cause_found *top = rca_top(w);
    size_t count = w->events - w->before;
    incident_role *role = oq_new_n(w->arena, incident_role, count);
    incident said = *w->it;
    said.rca_run_id = run->id;
    said.rca_summary = rca_part_json(w, rca_put_summary);
    said.root_cause_score = rca_part_json(w, rca_put_score);
    said.event_story = rca_part_json(w, rca_put_story);
    said.recommended_actions = rca_part_json(w, rca_put_actions);
    said.impact_estimate = rca_part_json(w, rca_put_impact);
    said.financial_impact_estimate = rca_part_json(w, rca_put_financial);
    said.carbon_impact_estimate = rca_part_json(w, rca_put_carbon);
    said.top_cause = top ? top->code : OQ_STR("other");
    said.top_probability = top ? top->probability : w->cause[w->causes - 1].probability;
    said.end_time = OQ_TIME_NONE;
    said.impact_scope = OQ_NONE;
    for (size_t i = 0; i < count; i++)
        role[i] = (incident_role){w->event[i].id, w->event[i].role};
    bool stored;
    OQ_TRY(incident_store_analysis(w->s, &said, role, count, &stored));
    return stored ? NULL : oq_fail(OQ_CONFLICT, "rca.overtaken");
}

static oq_err *leave_step(rca_work *w, const rca_run *run)
{
    const rca_cause_found *top = rca_top(w);
    OQ_AUTO(oq_buf) buf = oq_buf_make(4096);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "run_id", run->id);
    oq_json_put(&j, i64, "number", run->number);
    oq_json_put(&j, i64, "incident_version", run->incident_version);
    oq_json_put(&j, text, "top_cause", top ? top->code : OQ_NONE);
    oq_json_put(&j, f64, "probability", top ? top->probability : (double)NAN);
    oq_json_object_end(&j);
    OQ_TRY(incident_step(w->s, w->it->id, "analysed", OQ_NONE, oq_buf_view(&buf)));
    OQ_TRY(audit_record(w->s,
                        &(audit_entry){
                            .action = "incident.analysed",
                            .object_type = "incident",
                            .object_id = w->it->id,
                            .object_label = oq_strf(w->arena, "INC-%lld", (long long)w->it->number),
                        }));
    oq_log_info(
        "rca.analysed", OQ_F_UUID("trace", w->it->trace_id), OQ_F_UUID("incident", w->it->id),
        OQ_F_INT("run", run->number), OQ_F_STR("cause", top ? top->code : OQ_NONE),
        OQ_F_REAL("probability", top ? top->probability : 0), OQ_F_INT("took_us", run->took_us));
    return NULL;
}

/* Signals go on until the window's end: then it is looked at once more. */
static oq_err *look_later(rca_work *w)
{
    if (w->now >= w->it->window_to)
        return NULL;
    oq_str key = oq_uuid_text(w->arena, w->it->id);
    return job_add_last(
        w->s, &(job_order){.kind = "rca.run",
                           .key = key,
                           .is_unique = true,
                           .payload = oq_strf(w->arena, "{\"incident_id\":\"%.*s\"}", OQ_FMT(key)),
                           .run_at = w->it->window_to + OQ_SECOND});
}

static oq_err *store(rca_work *w, oq_str made_by, oq_us began, rca_run **ret_run)
{
    OQ_TRY(store_run(w, made_by, began, ret_run));
    OQ_TRY(store_incident(w, *ret_run));
    OQ_TRY(store_case(w));
    OQ_TRY(store_hits(w));
    return leave_step(w, *ret_run);
}

oq_err *rca_analyse_work(oq_scope *s, oq_uuid incident_id, oq_str made_by, rca_work **ret_work,
                         rca_run **ret_run)
{
    oq_us began = oq_monotonic();
    for (int i = 0; i < TRIES; i++) {
        rca_work *w = oq_new(oq_scope_arena(s), rca_work);
        *w = (rca_work){.s = s, .arena = oq_scope_arena(s)};
        sql_rca_hold_rows held;
        OQ_TRY(compute(w, incident_id));
        if (!oq_uuid_is_zero(w->it->merged_into))
            return oq_fail(OQ_CONFLICT, "rca.merged");
        OQ_TRY(sql_rca_hold(s, (sql_rca_hold_args){incident_id}, &held));
        if (!held.count || held.at[0].version != w->it->version)
            continue;
        OQ_TRY(store(w, made_by, began, ret_run));
        OQ_TRY(rca_follow(w, *ret_run, held.at[0].top_cause, held.at[0].top_probability));
        *ret_work = w;
        return look_later(w);
    }
    return oq_fail(OQ_CONFLICT, "rca.overtaken");
}

oq_err *rca_analyse(oq_scope *s, oq_uuid incident_id, oq_str made_by, rca_run **ret_run)
{
    rca_work *w;
    return rca_analyse_work(s, incident_id, made_by, &w, ret_run);
}

oq_err *rca_version(oq_scope *s, oq_uuid incident_id, int64_t number, rca_run **ret_run)
{
    sql_rca_run_latest_rows rows;
    OQ_TRY(sql_rca_run_latest(s, (sql_rca_run_latest_args){incident_id, number}, &rows));
    *ret_run = rows.count ? rows.at : NULL;
    return NULL;
}

oq_err *rca_latest(oq_scope *s, oq_uuid incident_id, rca_run **ret_run)
{
    return rca_version(s, incident_id, OQ_I64_NONE, ret_run);
}
