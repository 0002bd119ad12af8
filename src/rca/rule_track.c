/* Which rules count, what they said, and whether they were right. */
#include "rca/rule.h"
#include "rca_rule.sql.h"

#include "base/banned.h"

const oq_field rule_trial_fields[] = {
    OQ_UUID(rule_trial, incident_id),
    OQ_I64(rule_trial, number),
    OQ_TEXT(rule_trial, title),
    OQ_TEXT(rule_trial, title_ar),
    OQ_TIME(rule_trial, happened_at),
    OQ_TEXT(rule_trial, known_cause, .help = "as a person confirmed it; null: unknown"),
    OQ_TEXT(rule_trial, cause_name, .help = "of known_cause"),
    OQ_TEXT(rule_trial, cause_name_ar),
    OQ_BOOL(rule_trial, hits),
    OQ_BOOL(rule_trial, hit_before),
    OQ_F64(rule_trial, weight),
    OQ_TEXT(rule_trial, verdict, .help = "confirmed, refuted, or null"),
    OQ_FIELDS_END,
};

oq_err *rule_active(oq_scope *s, oq_us known_at, active_rules *ret_rules)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_rca_rule_active_rows rows;
    OQ_TRY(sql_rca_rule_active(
        s, (sql_rca_rule_active_args){.known_at = known_at, .limit = RULES_MAX}, &rows));
    active_rule *at = oq_new_n(arena, active_rule, rows.count);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        cause_rule *rule;
        oq_mark mark = oq_err_mark();
        oq_err *err = cause_rule_parse(arena, rows.at[i].body, &rule);
        if (err) {
            oq_log_err(OQ_LOG_WARN, "rca.rule_unreadable", err,
                       OQ_LOG_FIELDS_(OQ_F_STR("code", rows.at[i].code)));
            oq_err_rewind(mark);
            continue;
        }
        at[count++] = (active_rule){rows.at[i].id,        rows.at[i].code,    rows.at[i].version,
                                    rows.at[i].confirmed, rows.at[i].refuted, rule};
    }
    *ret_rules = (active_rules){at, count};
    return NULL;
}

oq_err *rule_store_hits(oq_scope *s, oq_uuid incident_id, const rule_spoke *spoke, size_t count)
{
    oq_arena *arena = oq_scope_arena(s);
    OQ_TRY(
        sql_rca_hits_take_back(s, (sql_rca_hits_take_back_args){.incident_id = incident_id}, NULL));
    if (count == 0)
        return NULL;
    sql_rca_hits_add_args args = {.incident_id = incident_id,
                                  .rule_ids = {oq_new_n(arena, oq_uuid, count), count},
                                  .versions = {oq_new_n(arena, int64_t, count), count},
                                  .causes = {oq_new_n(arena, oq_str, count), count},
                                  .weights = {oq_new_n(arena, double, count), count},
                                  .now = oq_now(s)};
    for (size_t i = 0; i < count; i++) {
        args.rule_ids.at[i] = spoke[i].rule_id;
        args.versions.at[i] = spoke[i].version;
        args.causes.at[i] = spoke[i].cause;
        args.weights.at[i] = spoke[i].weight;
    }
    return sql_rca_hits_add(s, args, NULL);
}

oq_err *rule_judge(oq_scope *s, oq_uuid incident_id, oq_str cause)
{
    return sql_rca_hits_judge(s,
                              (sql_rca_hits_judge_args){.incident_id = incident_id,
                                                        .cause = cause.len ? cause : OQ_NONE,
                                                        .now = oq_now(s)},
                              NULL);
}

/* --- over the past ------------------------------------------------------------------------------*/

/* One past incident; counts it, and says whether it is worth a row. */
static bool try_case(oq_arena *arena, const cause_rule *rule, const sql_rca_past_cases_row *row,
                     rule_trials *trials, rule_trial *ret_trial)
{
    cause_case c;
    rule_hit hit;
    if (cause_case_read(arena, row->features, &c))
        return false; /* of an earlier version of the program */
    cause_rule_match(arena, rule, &c, &hit);
    if (!hit.applies)
        return false;
    bool is_known = row->cause.len > 0;
    bool is_right = is_known && oq_str_eq(row->cause, cause_rule_cause(rule));
    *ret_trial = (rule_trial){.incident_id = row->incident_id,
                              .number = row->number,
                              .title = row->title,
                              .title_ar = row->title_ar,
                              .happened_at = row->happened_at,
                              .known_cause = row->cause,
                              .cause_name = row->cause_name,
                              .cause_name_ar = row->cause_name_ar,
                              .hits = hit.hits,
                              .hit_before = row->hit_before,
                              .weight = hit.weight};
    trials->looked_at++;
    trials->hits += hit.hits;
    trials->hit_before += row->hit_before;
    trials->missed += is_right && !hit.hits;
    if (hit.hits && is_known) {
        ret_trial->verdict = is_right ? OQ_STR("confirmed") : OQ_STR("refuted");
        trials->confirmed += is_right;
        trials->refuted += !is_right;
    }
    return hit.hits || row->hit_before || is_right;
}

oq_err *rule_dry_run(oq_scope *s, oq_uuid id, oq_str body, rule_trials *ret_trials)
{
    oq_arena *arena = oq_scope_arena(s);
    cause_rule *rule;
    sql_rca_past_cases_rows rows;
    OQ_TRY(cause_rule_parse(arena, body, &rule));
    OQ_TRY(sql_rca_past_cases(
        s, (sql_rca_past_cases_args){.rule_id = id, .limit = RULE_DRY_RUN_MAX}, &rows));
    rule_trials trials = {.at = oq_new_n(arena, rule_trial, rows.count)};
    for (size_t i = 0; i < rows.count; i++) {
        oq_mark mark = oq_arena_mark(arena), errors = oq_err_mark();
        trials.count += try_case(arena, rule, &rows.at[i], &trials, &trials.at[trials.count]);
        oq_arena_rewind(arena, mark);
        oq_err_rewind(errors);
    }
    *ret_trials = trials;
    return NULL;
}
