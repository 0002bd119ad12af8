/* The result as JSON: rca.h says what it looks like. */
#include <math.h>

#include "rca/estimate.h"

#include "rca/story.h"

#include "base/banned.h"

/* --- the story's facts --------------------------------------------------------------------------*/

enum { BEFORE_TOLD = 3, TRENDS_TOLD = 3 };

static const rca_event *anchor_event(const rca_work *w)
{
    size_t count = w->events - w->before;
    for (size_t i = 0; i < count; i++)
        if (oq_uuid_eq(w->event[i].id, w->it->trigger_event_id))
            return &w->event[i];
    return NULL;
}

/* What came before the anchor and was at least a warning: the newest of it. */
static void tell_before(const rca_work *w, story_event *told, story_facts *f)
{
    size_t count = w->events - w->before, seen = 0;
    for (size_t i = 0; i < count; i++) {
        const rca_event *e = &w->event[i];
        if (e->event_time >= w->it->anchor_time || e->severity < SEVERITY_WARNING)
            continue;
        if (seen >= BEFORE_TOLD)
            memmove(told, told + 1, (BEFORE_TOLD - 1) * sizeof *told);
        told[seen < BEFORE_TOLD ? seen : BEFORE_TOLD - 1] =
            (story_event){e->event_time, rca_name(&w->say, e->summary, e->summary_ar)};
        seen++;
    }
    f->before = told;
    f->before_told = seen < BEFORE_TOLD ? seen : BEFORE_TOLD;
    f->before_count = (int64_t)seen;
    f->before_min = (double)(w->it->anchor_time - w->it->window_from) / (double)OQ_MINUTE;
}

void rca_tell(rca_work *w)
{
    story_event before[BEFORE_TOLD];
    rca_two trend[TRENDS_TOLD], past[SIMILAR_MAX];
    const rca_cause_found *top = rca_top(w);
    const rca_event *anchor = anchor_event(w);
    story_facts f = {
        .at = w->it->anchor_time,
        .asset = rca_asset_text(&w->say, w->root),
        .anomaly = anchor ? rca_name(&w->say, anchor->summary, anchor->summary_ar)
                          : rca_free(&w->say, w->it->title),
        .trend = trend,
        .past = past,
        .has_cause = top != NULL,
    };
    tell_before(w, before, &f);
    for (size_t i = 0; i < w->findings && f.trends < TRENDS_TOLD; i++)
        trend[f.trends++] = w->finding[i].text;
    if (top) {
        f.cause = top->label;
        f.probability = top->probability;
    }
    if (w->causes > 2 && w->cause[1].probability >= 0.1) {
        f.second = w->cause[1].label;
        f.second_probability = w->cause[1].probability;
    }
    for (size_t i = 0; i < w->voices.similars; i++)
        if (w->voices.similar[i].likeness.total >= 0.75)
            past[f.pasts++] = rca_incident_text(&w->say, w->past[w->voices.similar[i].past].number);
    if (w->actions)
        f.action = w->action[0].text;
    w->story = story_tell(&w->say, &f);
}

/* --- parts --------------------------------------------------------------------------------------*/

static void put_key_two(oq_json *j, const char *key, rca_two text)
{
    oq_json_name(j, key);
    rca_put_two(j, text);
}

static void put_evidence(oq_json *j, const rca_evidence *e)
{
    static const char *const kind[] = {[VOICE_RULE] = "rule",
                                       [VOICE_SIMILAR] = "similar",
                                       [VOICE_MODEL] = "model",
                                       [VOICE_PRIOR] = "prior"};
    oq_json_object(j);
    oq_json_put(j, text, "kind", oq_cstr(kind[e->v->kind]));
    oq_json_put(j, text, "ref", e->ref);
    oq_json_put(j, i64, "version", e->version);
    oq_json_put(j, f64, "weight", e->v->likelihood);
    oq_json_put(j, f64, "trust", e->v->trust);
    put_key_two(j, "text", e->text);
    oq_json_key(j, OQ_STR("event_ids"));
    oq_json_array(j);
    for (size_t i = 0; i < e->events.count; i++)
        oq_json_uuid(j, e->events.at[i]);
    oq_json_array_end(j);
    oq_json_key(j, OQ_STR("series_nos"));
    oq_json_array(j);
    for (size_t i = 0; i < e->series_nos; i++)
        oq_json_i64(j, e->series_no[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
}

static void put_causes(oq_json *j, const rca_work *w)
{
    oq_json_array(j);
    for (size_t i = 0; i < w->causes; i++) {
        const rca_cause_found *c = &w->cause[i];
        oq_json_object(j);
        oq_json_put(j, text, "code", c->code);
        put_key_two(j, "label", c->label);
        oq_json_put(j, text, "category", c->category);
        oq_json_put(j, f64, "probability", c->probability);
        oq_json_key(j, OQ_STR("evidence"));
        oq_json_array(j);
        for (size_t k = 0; k < c->evidences; k++)
            put_evidence(j, &c->evidence[k]);
        oq_json_array_end(j);
        oq_json_key(j, OQ_STR("would_change"));
        rca_put_twos(j, c->would_change, c->would_changes);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_findings(oq_json *j, const rca_work *w)
{
    oq_json_array(j);
    for (size_t i = 0; i < w->findings && i < RCA_FINDINGS_TOLD; i++) {
        const rca_finding *f = &w->finding[i];
        const series *e = &f->signal->series;
        oq_json_object(j);
        oq_json_put(j, uuid, "series_id", e->id);
        oq_json_put(j, i64, "series_no", e->no);
        oq_json_put(j, text, "key", e->key);
        oq_json_put(j, text, "metric", e->metric);
        oq_json_put(j, text, "unit", e->unit);
        oq_json_put(j, text, "kind", oq_cstr(oq_choice_text(finding_kind_choices, f->what.kind)));
        oq_json_put(j, time, "from", f->what.from);
        oq_json_put(j, time, "to", f->what.to);
        oq_json_put(j, f64, "before", f->what.before);
        oq_json_put(j, f64, "after", f->what.after);
        oq_json_put(j, f64, "score", f->what.score);
        oq_json_put(j, bool, "beyond_limit", f->beyond_limit);
        put_key_two(j, "text", f->text);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_similar(oq_json *j, const rca_work *w)
{
    oq_json_array(j);
    for (size_t i = 0; i < w->voices.similars; i++) {
        const similar_case *like = &w->voices.similar[i];
        const rca_past *p = &w->past[like->past];
        oq_json_object(j);
        oq_json_put(j, uuid, "incident_id", p->incident_id);
        oq_json_put(j, i64, "number", p->number);
        oq_json_put(j, text, "cause", p->cause);
        put_key_two(j, "label", rca_label_of(w, p->cause));
        oq_json_put(j, f64, "similarity", like->likeness.total);
        oq_json_put(j, f64, "types", like->likeness.types);
        oq_json_put(j, f64, "order", like->likeness.order);
        oq_json_put(j, f64, "shape", like->likeness.shape);
        oq_json_put(j, time, "happened_at", p->happened_at);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_roles(oq_json *j, const rca_work *w)
{
    oq_json_object(j);
    for (const oq_choice *c = event_role_choices; c->text; c++) {
        int64_t count = 0;
        for (size_t i = 0; i + w->before < w->events; i++)
            count += w->event[i].role == c->value;
        oq_json_name(j, c->text);
        oq_json_i64(j, count);
    }
    oq_json_object_end(j);
}

void rca_put_summary(oq_json *j, const rca_work *w)
{
    const rca_cause_found *top = rca_top(w);
    oq_json_object(j);
    oq_json_put(j, text, "root_cause_category", top ? top->category : OQ_NONE);
    put_key_two(j, "main_hypothesis", w->hypothesis);
    oq_json_key(j, OQ_STR("contributing_factors"));
    rca_put_twos(j, w->factor, w->factors);
    oq_json_put(j, f64, "confidence", top ? top->probability : 0);
    oq_json_object_end(j);
}

void rca_put_score(oq_json *j, const rca_work *w)
{
    oq_json_object(j);
    for (size_t i = 0; i < w->causes; i++) {
        oq_json_key(j, w->cause[i].code);
        oq_json_f64(j, w->cause[i].probability);
    }
    oq_json_object_end(j);
}

void rca_put_story(oq_json *j, const rca_work *w)
{
    rca_put_two(j, w->story);
}

void rca_put_actions(oq_json *j, const rca_work *w)
{
    oq_json_array(j);
    for (size_t i = 0; i < w->actions; i++) {
        oq_json_object(j);
        oq_json_put(j, text, "en", w->action[i].text.en);
        oq_json_put(j, text, "ar", w->action[i].text.ar);
        oq_json_put(j, f64, "within_h", w->action[i].within_h);
        oq_json_put(j, text, "source", w->action[i].source);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

/* --- the whole ----------------------------------------------------------------------------------*/

static void put_frame(oq_json *j, const rca_work *w)
{
    const rca_event *anchor = anchor_event(w);
    oq_json_key(j, OQ_STR("anchor"));
    oq_json_object(j);
    oq_json_put(j, uuid, "event_id", w->it->trigger_event_id);
    oq_json_put(j, time, "at", w->it->anchor_time);
    oq_json_put(j, text, "summary", anchor ? anchor->summary : w->it->title);
    oq_json_put(j, text, "summary_ar", anchor ? anchor->summary_ar : OQ_NONE);
    oq_json_object_end(j);
    oq_json_key(j, OQ_STR("window"));
    oq_json_object(j);
    oq_json_put(j, time, "from", w->it->window_from);
    oq_json_put(j, time, "to", w->it->window_to);
    oq_json_object_end(j);
    oq_json_put(j, time, "as_known_at", w->now);
}

static void put_inputs(oq_json *j, const rca_work *w)
{
    oq_json_object(j);
    oq_json_put(j, i64, "events", (int64_t)(w->events - w->before));
    oq_json_put(j, i64, "events_before", (int64_t)w->before);
    oq_json_put(j, i64, "series", (int64_t)w->signals);
    oq_json_put(j, i64, "maintenance", (int64_t)w->maintenances);
    oq_json_put(j, i64, "cases", (int64_t)w->pasts);
    oq_json_put(j, i64, "rules", (int64_t)w->rules);
    oq_json_put(j, i64, "model_cases", (int64_t)w->learned.cases);
    oq_json_put(j, time, "looked_from", w->look_from);
    oq_json_put(j, time, "base_from", w->base_from);
    oq_json_key(j, OQ_STR("missing"));
    rca_put_twos(j, w->missing, w->missings);
    oq_json_object_end(j);
}

static void put_result(oq_json *j, const rca_work *w)
{
    static const struct {
        const char *key;
        void (*put)(oq_json *, const rca_work *);
    } part[] = {
        {"causes", put_causes},       {"findings", put_findings},
        {"similar", put_similar},     {"roles", put_roles},
        {"summary", rca_put_summary}, {"score", rca_put_score},
        {"story", rca_put_story},     {"actions", rca_put_actions},
        {"impact", rca_put_impact},   {"financial", rca_put_financial},
        {"carbon", rca_put_carbon},   {"inputs", put_inputs},
    };
    oq_json_object(j);
    put_frame(j, w);
    for (size_t i = 0; i < OQ_COUNT(part); i++) {
        oq_json_name(j, part[i].key);
        part[i].put(j, w);
    }
    oq_json_object_end(j);
}

oq_str rca_part_json(const rca_work *w, void (*put)(oq_json *j, const rca_work *w))
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(RCA_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    put(&j, w);
    return oq_str_copy(w->arena, oq_buf_view(&buf));
}

oq_str rca_result_json(const rca_work *w)
{
    return rca_part_json(w, put_result);
}
