/* Causes with what they rest on, and what would change them; in words. */
#include "rca/inner.h"

#include <math.h>

#include "rca/roles.h"

#include "base/banned.h"

#define SHARE_TOLD 0.01
enum { EVIDENCE_TOLD = 6, CHANGES_TOLD = 4, INPUTS_TOLD = 3, FACTORS_TOLD = 6 };

/* --- evidence -----------------------------------------------------------------------------------*/

/* Events and signals among the items of the case. */
static void rest_on(rca_work *w, rca_evidence *e, const size_t *item, size_t items)
{
    int64_t *no = oq_new_n(w->arena, int64_t, items);
    e->events.at = oq_new_n(w->arena, oq_uuid, items);
    e->series_no = no;
    for (size_t i = 0; i < items; i++) {
        const case_item *it = &w->c.item[item[i]];
        if (it->series_no)
            no[e->series_nos++] = it->series_no;
        else if (!oq_uuid_is_zero(it->event_id))
            e->events.at[e->events.count++] = it->event_id;
    }
}

static void explain_rule(rca_work *w, rca_evidence *e)
{
    const rca_rule_heard *r = &w->rule[e->v->ref];
    int64_t judged = r->row.confirmed + r->row.refuted;
    rca_two name =
        rca_name(&w->say, cause_rule_name(r->rule, false), cause_rule_name(r->rule, true));
    e->ref = r->row.code;
    e->version = r->row.version;
    e->text = judged ? RCA_TEXT(&w->say, "rca.evidence.rule_judged", {"name", name},
                                {"right", rca_number(&w->say, r->row.confirmed)},
                                {"judged", rca_number(&w->say, judged)})
                     : RCA_TEXT(&w->say, "rca.evidence.rule", {"name", name});
    rest_on(w, e, r->hit.item, r->hit.items);
}

static void explain_similar(rca_work *w, rca_evidence *e)
{
    const rca_past *p = &w->past[e->v->ref];
    double alike = 0;
    for (size_t i = 0; i < w->voices.similars; i++)
        if (w->voices.similar[i].past == e->v->ref)
            alike = w->voices.similar[i].likeness.total;
    e->ref = oq_uuid_text(w->arena, p->incident_id);
    e->text = RCA_TEXT(
        &w->say, "rca.evidence.similar", {"incident", rca_incident_text(&w->say, p->number)},
        {"share", rca_percent(&w->say, alike)}, {"at", rca_time(&w->say, p->happened_at)},
        {"cause", rca_label_of(w, p->cause)});
}

/* "ALERT:error1<72h" is about items of this category and kind (and metric). */
static bool is_about(const rca_work *w, oq_str input, const case_item *it)
{
    oq_str plain = oq_strf(w->arena, "%.*s:%.*s", OQ_FMT(it->category), OQ_FMT(it->kind));
    oq_str with = oq_strf(w->arena, "%.*s:%.*s", OQ_FMT(plain), OQ_FMT(it->metric));
    oq_str name = it->metric.len ? with : plain;
    return it->kind.len && oq_str_starts(input, name) &&
           (input.len == name.len || input.ptr[name.len] == '<');
}

static void explain_model(rca_work *w, rca_evidence *e)
{
    const cause_guess *g = &w->voices.guess[e->v->ref];
    size_t told = 0, items = 0, *item = oq_new_n(w->arena, size_t, w->c.items);
    rca_two because[INPUTS_TOLD];
    for (size_t i = 0; i < g->inputs && told < INPUTS_TOLD && g->contribution[i] > 0; i++) {
        because[told++] = rca_code(&w->say, g->input[i]);
        for (size_t k = 0; k < w->c.items; k++)
            if (is_about(w, g->input[i], &w->c.item[k]))
                item[items++] = k;
    }
    const rca_fact fact[] = {
        {"cases", rca_count(&w->say, "rca.count.cases", (int64_t)w->learned.cases)},
        {"share", rca_percent(&w->say, g->probability)},
        {"because", rca_join(&w->say, "rca.comma", because, told)}};
    e->ref = OQ_STR("cause_model");
    e->text = rca_text(&w->say, told ? "rca.evidence.model" : "rca.evidence.model_alone", fact,
                       OQ_COUNT(fact));
    rest_on(w, e, item, items);
}

static void explain_prior(rca_work *w, rca_evidence *e)
{
    if (!w->modes) {
        e->ref = OQ_STR("past");
        e->text = rca_text_plain(&w->say, "rca.evidence.past");
        return;
    }
    e->ref = w->mode[e->v->ref].code;
    e->text = RCA_TEXT(&w->say, "rca.evidence.prior",
                       {"occurrence", rca_number(&w->say, w->mode[e->v->ref].occurrence)});
}

static void explain_evidence(rca_work *w, rca_cause_found *c, const cause_share *share)
{
    static void (*const explain[])(rca_work *, rca_evidence *) = {
        [VOICE_RULE] = explain_rule,
        [VOICE_SIMILAR] = explain_similar,
        [VOICE_MODEL] = explain_model,
        [VOICE_PRIOR] = explain_prior,
    };
    c->evidence = oq_new_n(w->arena, rca_evidence, EVIDENCE_TOLD);
    for (size_t i = 0; i < share->voices && i < EVIDENCE_TOLD; i++) {
        rca_evidence *e = &c->evidence[c->evidences++];
        *e = (rca_evidence){.v = &w->voice[share->voice[i]]};
        explain[e->v->kind](w, e);
    }
}

/* --- what would change it -----------------------------------------------------------------------*/

static void add_change(rca_cause_found *c, rca_two text)
{
    if (c->would_changes < CHANGES_TOLD)
        c->would_change[c->would_changes++] = text;
}

static rca_two condition_text(const rca_work *w, const rca_rule_heard *r, size_t missed)
{
    return rca_name(&w->say, cause_rule_condition_text(w->arena, r->rule, missed, false),
                    cause_rule_condition_text(w->arena, r->rule, missed, true));
}

static void change_without(rca_work *w, rca_cause_found *c)
{
    static const char *const key[] = {
        [VOICE_RULE] = "rca.change.without_rule",
        [VOICE_SIMILAR] = "rca.change.without_similar",
        [VOICE_MODEL] = "rca.change.without_model",
        [VOICE_PRIOR] = "rca.change.without_prior",
    };
    if (!c->evidences || c->probability - c->without_strongest < 0.005)
        return;
    const voice *v = c->evidence[0].v;
    rca_two name = {OQ_STR(""), OQ_STR("")};
    if (v->kind == VOICE_RULE)
        name = rca_name(&w->say, cause_rule_name(w->rule[v->ref].rule, false),
                        cause_rule_name(w->rule[v->ref].rule, true));
    else if (v->kind == VOICE_SIMILAR)
        name = rca_incident_text(&w->say, w->past[v->ref].number);
    add_change(c, RCA_TEXT(&w->say, key[v->kind], {"name", name},
                           {"share", rca_percent(&w->say, c->without_strongest)}));
}

/* What a rule for this cause wanted beside what it found; and a rule that wants one thing more. */
static void change_with(rca_work *w, rca_cause_found *c)
{
    for (size_t i = 0; i < w->rules; i++) {
        const rca_rule_heard *r = &w->rule[i];
        if (!oq_str_eq(cause_rule_cause(r->rule), c->code) || !r->hit.misses ||
            (!r->hit.hits && r->hit.misses > 1))
            continue;
        add_change(c, RCA_TEXT(&w->say, "rca.change.with",
                               {"condition", condition_text(w, r, r->hit.missed[0])}));
    }
}

static void explain_change(rca_work *w, rca_cause_found *c)
{
    c->would_change = oq_new_n(w->arena, rca_two, CHANGES_TOLD);
    change_without(w, c);
    change_with(w, c);
}

/* --- causes -------------------------------------------------------------------------------------*/

static oq_str category_of(const rca_work *w, oq_str cause)
{
    static const char *const text[] = {
        [FAILURE_MECHANICAL] = "MECHANICAL", [FAILURE_ELECTRICAL] = "ELECTRICAL",
        [FAILURE_PROCESS] = "PROCESS",       [FAILURE_HUMAN] = "HUMAN",
        [FAILURE_EXTERNAL] = "EXTERNAL",
    };
    const failure_mode *mode = rca_mode_of(w, cause);
    if (mode && mode->category)
        return oq_cstr(text[mode->category]);
    for (size_t i = 0; i < w->rules; i++)
        if (oq_str_eq(cause_rule_cause(w->rule[i].rule), cause))
            return cause_rule_category(w->rule[i].rule);
    return OQ_NONE;
}

/* The likeliest ones; what is left of the others goes to "other". */
static void name_causes(rca_work *w)
{
    w->cause = oq_new_n(w->arena, rca_cause_found, RCA_CAUSES_MAX + 1);
    double told = 0;
    for (size_t i = 0; i + 1 < w->mix.count && w->causes < RCA_CAUSES_MAX; i++) {
        const cause_share *share = &w->mix.at[i];
        if (share->probability < SHARE_TOLD)
            break;
        rca_cause_found *c = &w->cause[w->causes++];
        *c = (rca_cause_found){.code = share->cause,
                               .label = rca_label_of(w, share->cause),
                               .category = category_of(w, share->cause),
                               .probability = share->probability,
                               .without_strongest = share->top_without};
        told += share->probability;
        explain_evidence(w, c, share);
        explain_change(w, c);
    }
    const cause_share *other = &w->mix.at[w->mix.count - 1];
    rca_cause_found *c = &w->cause[w->causes++];
    *c = (rca_cause_found){.code = other->cause,
                           .label = rca_label_of(w, other->cause),
                           .probability = fmax(0, 1 - told)};
    explain_evidence(w, c, other);
}

/* --- the summary --------------------------------------------------------------------------------*/

static bool rests_on_series(const rca_cause_found *c, int64_t no)
{
    for (size_t i = 0; i < c->evidences; i++)
        for (size_t k = 0; k < c->evidence[i].series_nos; k++)
            if (c->evidence[i].series_no[k] == no)
                return true;
    return false;
}

static bool rests_on_event(const rca_cause_found *c, oq_uuid id)
{
    for (size_t i = 0; i < c->evidences; i++)
        for (size_t k = 0; k < c->evidence[i].events.count; k++)
            if (oq_uuid_eq(c->evidence[i].events.at[k], id))
                return true;
    return false;
}

static void add_factor(rca_work *w, rca_two text)
{
    if (w->factors < FACTORS_TOLD)
        w->factor[w->factors++] = text;
}

/* What the likeliest cause rests on; where it rests on nothing of this incident, what was oddest.
 */
static void list_factors(rca_work *w)
{
    const rca_cause_found *top = rca_top(w);
    w->factor = oq_new_n(w->arena, rca_two, FACTORS_TOLD);
    for (size_t i = 0; top && i < w->findings && i < RCA_FINDINGS_TOLD && w->factors < 3; i++)
        if (rests_on_series(top, w->finding[i].signal->series.no))
            add_factor(w, w->finding[i].text);
    for (size_t i = 0; !w->factors && i < w->findings && i < 2; i++)
        add_factor(w, w->finding[i].text);
    for (size_t i = 0; top && i + w->before < w->events && w->factors < 5; i++)
        if (rests_on_event(top, w->event[i].id))
            add_factor(w, RCA_TEXT(&w->say, "rca.factor.event",
                                   {"summary",
                                    rca_name(&w->say, w->event[i].summary, w->event[i].summary_ar)},
                                   {"at", rca_time(&w->say, w->event[i].event_time)}));
    if (w->maintenances)
        add_factor(w, RCA_TEXT(&w->say, "rca.factor.maintenance",
                               {"title", rca_name(&w->say, w->maintenance[0].title,
                                                  w->maintenance[0].title_ar)},
                               {"at", rca_time(&w->say, w->maintenance[0].at)}));
}

void rca_explain(rca_work *w)
{
    name_causes(w);
    list_factors(w);
    const rca_cause_found *top = rca_top(w);
    rca_two of = rca_asset_text(&w->say, w->root);
    w->hypothesis = top ? RCA_TEXT(&w->say, "rca.hypothesis", {"cause", top->label}, {"asset", of},
                                   {"share", rca_percent(&w->say, top->probability)})
                        : RCA_TEXT(&w->say, "rca.hypothesis.none", {"asset", of});
}

void rca_set_roles(rca_work *w)
{
    const rca_cause_found *top = rca_top(w);
    size_t count = w->events - w->before;
    role_event *e = oq_new_n(w->arena, role_event, count);
    for (size_t i = 0; i < count; i++)
        e[i] = (role_event){
            .at = w->event[i].event_time,
            .category = w->event[i].event_category,
            .severity = w->event[i].severity,
            .is_root_asset = w->root && oq_uuid_eq(w->event[i].asset_id, w->root->id),
            .is_evidence = top && rests_on_event(top, w->event[i].id),
        };
    roles_set(e, count, w->it->anchor_time);
    for (size_t i = 0; i < count; i++)
        w->event[i].role = e[i].role;
}
