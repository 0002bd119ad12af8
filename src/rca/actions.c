/* What to do: what the rules for the likeliest cause say, what its failure mode asks for, what
 * helped before; and where none of them speaks, the inspections of the machine's manual. */
#include "rca/inner.h"

#include <math.h>

#include "actions.sql.h"

#include "base/banned.h"

enum { ACTIONS_TOLD = 8, HELPED_TOLD = 2, INSPECTIONS_TOLD = 6 };
#define GENERIC_WITHIN_H 24

static void add(rca_work *w, rca_two text, double within_h, oq_str source)
{
    for (size_t i = 0; i < w->actions; i++)
        if (oq_str_eq(w->action[i].text.en, text.en))
            return;
    if (w->actions < ACTIONS_TOLD)
        w->action[w->actions++] = (rca_action){text, within_h, source};
}

static void add_rules(rca_work *w, const rca_cause_found *top)
{
    for (size_t i = 0; i < top->evidences; i++) {
        const voice *v = top->evidence[i].v;
        size_t count;
        if (v->kind != VOICE_RULE)
            continue;
        const rca_rule_heard *r = &w->rule[v->ref];
        const rule_action *a = cause_rule_actions(r->rule, &count);
        for (size_t k = 0; k < count; k++)
            add(w, rca_name(&w->say, a[k].en, a[k].ar), a[k].within_h,
                oq_strf(w->arena, "rule:%.*s", OQ_FMT(r->row.code)));
    }
}

/* Half of the time from what can be seen to the failure is left for the work: that is why
 * inspections are half of it apart. After the failure there is nothing to wait for. */
static void add_mode(rca_work *w, const rca_cause_found *top)
{
    const failure_mode *mode = rca_mode_of(w, top->code);
    if (!mode || !mode->action.len)
        return;
    double within_h =
        w->it->incident_type == INCIDENT_FAILURE ? (double)NAN : mode->pf_interval_h / 2;
    add(w, rca_name(&w->say, mode->action, mode->action_ar), within_h,
        oq_strf(w->arena, "failure_mode:%.*s", OQ_FMT(mode->code)));
}

static oq_err *add_helped(rca_work *w, const rca_cause_found *top)
{
    sql_rca_helped_rows rows;
    OQ_TRY(sql_rca_helped(w->s,
                          (sql_rca_helped_args){w->of_class ? w->of_class->id : OQ_UUID_ZERO,
                                                w->it->root_asset_id, top->code, w->it->id,
                                                w->it->anchor_time, w->now, HELPED_TOLD},
                          &rows));
    for (size_t i = 0; i < rows.count; i++)
        add(w,
            RCA_TEXT(&w->say, "rca.action.helped",
                     {"incident", rca_incident_text(&w->say, rows.at[i].incident_number)},
                     {"title", rca_name(&w->say, rows.at[i].title, rows.at[i].title_ar)}),
            NAN, OQ_STR("past"));
    return NULL;
}

static void add_inspections(rca_work *w)
{
    rca_two title[INSPECTIONS_TOLD];
    size_t count = 0;
    for (size_t i = 0; i < w->specs && count < INSPECTIONS_TOLD; i++)
        title[count++] = rca_name(&w->say, w->spec[i].title, w->spec[i].title_ar);
    rca_two of = rca_asset_text(&w->say, w->root);
    if (count)
        add(w,
            RCA_TEXT(&w->say, "rca.action.inspect", {"asset", of},
                     {"list", rca_join(&w->say, "rca.semicolon", title, count)}),
            GENERIC_WITHIN_H, OQ_STR("machine_spec"));
    else
        add(w, RCA_TEXT(&w->say, "rca.action.look", {"asset", of}), GENERIC_WITHIN_H,
            OQ_STR("preset"));
}

oq_err *rca_advise(rca_work *w)
{
    const rca_cause_found *top = rca_top(w);
    w->action = oq_new_n(w->arena, rca_action, ACTIONS_TOLD);
    if (top) {
        add_rules(w, top);
        add_mode(w, top);
        if (w->root)
            OQ_TRY(add_helped(w, top));
    }
    if (!w->actions)
        add_inspections(w);
    return NULL;
}
