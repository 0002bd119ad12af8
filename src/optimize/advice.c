/* What a run recommends: rows for people, each with its reasons as codes and facts. All that is
 * planned, then orders that are left and what figures are missing for, then what is feared most. */
#include <math.h>
#include <stdlib.h>

#include "optimize/inner.h"

#include "optimize_store.sql.h"

#include "base/banned.h"

enum { REASONS_MAX = 16 * 1024, LIMITS_TOLD = 6 };

typedef struct advice_row {
    uint32_t job;
    int action;
    int64_t order; /* of the list: less comes first */
    int64_t waiting;
} advice_row;

static int compare_rows(const void *a, const void *b)
{
    const advice_row *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->waiting != y->waiting)
        return x->waiting > y->waiting ? -1 : 1;
    return (x->job > y->job) - (x->job < y->job);
}

/* Expected cost of leaving the job within the horizon. */
static int64_t waiting_of(const optimize_inputs *in, uint32_t task)
{
    maintenance_cost left = maintenance_job_cost(&in->problem, task, (maintenance_slot){-1, -1});
    return left.failure + left.carbon;
}

static size_t choose(oq_arena *arena, const optimize_inputs *in, const optimize_answer *a,
                     advice_row **ret_rows)
{
    size_t jobs = in->problem.jobs;
    advice_row *rows = oq_new_n(arena, advice_row, jobs);
    for (uint32_t i = 0; i < jobs; i++) {
        bool has_order = !oq_uuid_is_zero(in->job[i].order_id);
        bool is_planned = a->plan.slot[i].day >= 0;
        bool is_unknown = in->problem.job[i].missing != 0;
        rows[i] = (advice_row){
            .job = i,
            .action = is_planned   ? OPTIMIZE_DO
                      : is_unknown ? OPTIMIZE_PROVIDE
                                   : OPTIMIZE_DEFER,
            .order = is_planned   ? a->reason[i].rank
                     : has_order  ? (int64_t)jobs + 1
                     : is_unknown ? (int64_t)jobs + 3
                                  : (int64_t)jobs + 2,
            .waiting = is_unknown ? 0 : waiting_of(in, i),
        };
    }
    if (jobs)
        qsort(rows, jobs, sizeof *rows, compare_rows);
    *ret_rows = rows;
    size_t most = a->plan.planned + OPTIMIZE_ADVICE_MAX;
    return jobs < most ? jobs : most;
}

static double hours_of(const maintenance_job *task)
{
    return (double)task->minutes * (task->days ? task->days : 1) / 60;
}

/* --- reasons ------------------------------------------------------------------------------------*/

static void put_day(oq_json *j, const optimize_inputs *in, const char *name, maintenance_slot slot)
{
    char day[OQ_DATE_TEXT];
    if (slot.day < 0)
        return;
    oq_date_format(in->from_day + slot.day, day);
    oq_json_name(j, name);
    oq_json_text(j, oq_strn(day, sizeof day));
}

/* In money, with or without weights. */
static int64_t money_of(const optimize_inputs *in, uint32_t task, maintenance_slot slot)
{
    maintenance_cost cost = maintenance_job_cost(&in->problem, task, slot);
    return maintenance_cost_money(&cost);
}

static oq_str reasons_of(oq_arena *arena, const optimize_inputs *in, const optimize_answer *a,
                         uint32_t i)
{
    const maintenance_reason *r = &a->reason[i];
    const maintenance_job *task = &in->problem.job[i];
    OQ_AUTO(oq_buf) buf = oq_buf_make(REASONS_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_array(&j);
    oq_json_object(&j);
    oq_json_put(&j, text, "code", oq_cstr(oq_choice_text(maintenance_why_choices, (int)r->why)));
    if (task->missing)
        optimize_put_missing(&j, task->missing);
    else {
        bool is_planned = a->plan.slot[i].day >= 0;
        maintenance_slot at = is_planned ? a->plan.slot[i] : r->best;
        int64_t left = money_of(in, i, (maintenance_slot){-1, -1});
        int64_t saves = at.day >= 0 ? left - money_of(in, i, at) : 0;
        oq_json_put(&j, i64, "saves_minor", saves);
        oq_json_put(&j, f64, "saves_per_hour_minor", (double)saves / hours_of(task));
        oq_json_put(&j, f64, "probability", in->job[i].probability);
        oq_json_put(&j, bool, "is_mandatory", task->is_mandatory);
        oq_json_put(&j, bool, "is_risk_unknown", in->job[i].is_risk_unknown);
        oq_json_put(&j, bool, "is_hours_of_class", in->job[i].is_hours_of_class);
        oq_json_put(&j, bool, "is_late", in->job[i].is_late);
        put_day(&j, in, "best_day", r->best);
        if (r->best.day >= 0)
            oq_json_put(&j, i64, "best_saves_minor", left - money_of(in, i, r->best));
        put_day(&j, in, "other_day", r->other);
        if (r->other.day >= 0)
            oq_json_put(&j, i64, "other_costs_more_minor",
                        money_of(in, i, r->other) - money_of(in, i, a->plan.slot[i]));
        oq_json_put(&j, f64, "turns_at", r->turns_at);
        oq_json_name(&j, "limits");
        oq_json_array(&j);
        for (size_t k = 0; k < r->limits && k < LIMITS_TOLD; k++)
            optimize_put_limit(&j, in, &r->limit[k]);
        oq_json_array_end(&j);
    }
    oq_json_object_end(&j);
    oq_json_array_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

/* --- storing ------------------------------------------------------------------------------------*/

/* The lists of the statement, a row a call. */
static void put_row(oq_arena *arena, const optimize_inputs *in, const optimize_answer *a,
                    const advice_row *row, const double *score, size_t n, oq_us now,
                    sql_optimize_advice_add_args *to)
{
    const maintenance_job *task = &in->problem.job[row->job];
    const optimize_job_names *names = &in->job[row->job];
    maintenance_slot slot = a->plan.slot[row->job];
    maintenance_cost cost = maintenance_job_cost(&in->problem, row->job, slot);
    bool is_known = !task->missing;
    to->ids.at[n] = oq_uuid_new(now);
    ((int32_t *)(uintptr_t)to->positions.at)[n] = (int32_t)n + 1;
    to->asset_ids.at[n] = in->asset[task->asset].id;
    to->order_ids.at[n] = names->order_id;
    to->modes.at[n] = names->mode;
    to->actions.at[n] = oq_cstr(oq_choice_text(optimize_action_choices, row->action));
    to->scores.at[n] = score[task->asset];
    if (slot.day >= 0) {
        char day[OQ_DATE_TEXT];
        oq_date_format(in->from_day + slot.day, day);
        to->days.at[n] = oq_str_copy(arena, oq_strn(day, sizeof day));
        to->crews.at[n] = oq_uuid_text(arena, in->crew[slot.crew].user_id);
    }
    bool has_hours = !(task->missing & MAINTENANCE_MISSING_DURATION);
    to->hours.at[n] = has_hours ? hours_of(task) : (double)NAN;
    ((int32_t *)(uintptr_t)to->lengths.at)[n] = !has_hours ? 0 : task->days ? task->days : 1;
    to->avoided.at[n] =
        is_known && slot.day >= 0 ? row->waiting - cost.failure - cost.carbon : OQ_I64_NONE;
    to->planned.at[n] =
        is_known && slot.day >= 0 ? cost.planned + cost.labour + cost.production : OQ_I64_NONE;
    to->waiting.at[n] = is_known ? row->waiting : OQ_I64_NONE;
    to->carbon.at[n] = is_known ? cost.carbon : OQ_I64_NONE;
    to->reasons.at[n] = reasons_of(arena, in, a, row->job);
}

oq_err *optimize_store_advice(oq_scope *s, const optimize_run *run, const optimize_inputs *in,
                              const optimize_answer *a)
{
    oq_arena *arena = oq_scope_arena(s);
    advice_row *rows;
    size_t count = choose(arena, in, a, &rows);
    double *score = oq_new_n(arena, double, in->problem.assets);
    for (size_t i = 0; i < in->problem.assets; i++)
        score[a->rank[i].item] = a->rank[i].score;
    OQ_TRY(sql_optimize_advice_clear(s, (sql_optimize_advice_clear_args){run->id}, NULL));
    if (!count)
        return NULL;
#define LIST(type) {oq_new_n(arena, type, count), count}
    sql_optimize_advice_add_args args = {
        .ids = LIST(oq_uuid),
        .run_id = run->id,
        .positions = LIST(int32_t),
        .asset_ids = LIST(oq_uuid),
        .order_ids = LIST(oq_uuid),
        .modes = LIST(oq_str),
        .actions = LIST(oq_str),
        .scores = LIST(double),
        .days = LIST(oq_str),
        .lengths = LIST(int32_t),
        .crews = LIST(oq_str),
        .hours = LIST(double),
        .avoided = LIST(int64_t),
        .planned = LIST(int64_t),
        .waiting = LIST(int64_t),
        .carbon = LIST(int64_t),
        .currency = in->currency,
        .reasons = LIST(oq_str),
    };
#undef LIST
    for (size_t n = 0; n < count; n++)
        put_row(arena, in, a, &rows[n], score, n, oq_now(s), &args);
    return sql_optimize_advice_add(s, args, NULL);
}
