/* What a rule says of itself, and the rule as JSON again. */
#include "quant/cause_rule_inner.h"

#include "base/banned.h"

oq_str cause_rule_cause(const cause_rule *r)
{
    return r->cause;
}

oq_str cause_rule_label(const cause_rule *r, bool in_arabic)
{
    return in_arabic ? r->label.ar : r->label.en;
}

oq_str cause_rule_name(const cause_rule *r, bool in_arabic)
{
    return in_arabic ? r->name.ar : r->name.en;
}

oq_str cause_rule_category(const cause_rule *r)
{
    return r->category;
}

double cause_rule_confidence(const cause_rule *r)
{
    return r->confidence;
}

const rule_action *cause_rule_actions(const cause_rule *r, size_t *ret_count)
{
    *ret_count = r->actions;
    return r->action;
}

const oq_str *cause_rule_classes(const cause_rule *r, size_t *ret_count)
{
    *ret_count = r->classes.count;
    return r->classes.at;
}

size_t cause_rule_conditions(const cause_rule *r)
{
    return r->conditions;
}

/* --- writing ------------------------------------------------------------------------------------*/

static void put_words(oq_json *j, const char *name, rule_words words)
{
    oq_json_name(j, name);
    oq_json_object(j);
    oq_json_put(j, text, "en", words.en);
    oq_json_put(j, text, "ar", words.ar);
    oq_json_object_end(j);
}

static void put_texts(oq_json *j, const char *name, rule_texts list)
{
    if (list.count == 0)
        return;
    oq_json_name(j, name);
    oq_json_array(j);
    for (size_t i = 0; i < list.count; i++)
        oq_json_text(j, list.at[i]);
    oq_json_array_end(j);
}

static void put_truth(oq_json *j, const char *name, int truth)
{
    if (truth == TRUTH_ANY)
        return;
    oq_json_name(j, name);
    oq_json_bool(j, truth == TRUTH_YES);
}

static void put_change(oq_json *j, unsigned change)
{
    if (!change)
        return;
    oq_json_key(j, OQ_STR("change"));
    oq_json_array(j);
    for (const oq_choice *kind = finding_kind_choices; kind->text; kind++)
        if (change >> kind->value & 1)
            oq_json_text(j, oq_cstr(kind->text));
    oq_json_array_end(j);
}

static void put_payload(oq_json *j, const rule_condition *c)
{
    if (c->test == PAYLOAD_NONE)
        return;
    oq_json_key(j, OQ_STR("payload"));
    oq_json_object(j);
    oq_json_put(j, text, "path", c->path);
    if (c->test == PAYLOAD_ONE_OF) {
        put_texts(j, rule_payload_tests[c->test], c->value);
    } else {
        oq_json_name(j, rule_payload_tests[c->test]);
        if (c->test == PAYLOAD_EXISTS)
            oq_json_bool(j, true);
        else if (c->test == PAYLOAD_ABOVE || c->test == PAYLOAD_BELOW)
            oq_json_f64(j, c->limit);
        else
            oq_json_text(j, c->value.at[0]);
    }
    oq_json_object_end(j);
}

static void put_condition(oq_json *j, const cause_rule *r, const rule_condition *c)
{
    oq_json_object(j);
    if (oq_str_given(c->id))
        oq_json_put(j, text, "id", c->id);
    put_texts(j, "category", c->category);
    put_texts(j, "metric", c->metric);
    put_texts(j, "kind", c->kind);
    put_change(j, c->change);
    put_truth(j, "beyond_limit", c->beyond_limit);
    put_truth(j, "root_asset", c->root_asset);
    if (!isnan(c->score_min))
        oq_json_put(j, f64, "score_min", c->score_min);
    put_payload(j, c);
    put_texts(j, "summary_contains", c->summary);
    if (c->after != RULE_NO_CONDITION)
        oq_json_put(j, text, "after", r->condition[c->after].id);
    if (c->within != OQ_TIME_NONE)
        oq_json_put(j, f64, "within_minutes", (double)c->within / (double)OQ_MINUTE);
    if (c->is_optional)
        oq_json_put(j, bool, "optional", true);
    if (c->is_absent)
        oq_json_put(j, bool, "absent", true);
    if (c->weight != 1)
        oq_json_put(j, f64, "weight", c->weight);
    oq_json_object_end(j);
}

static void put_actions(oq_json *j, const cause_rule *r)
{
    if (r->actions == 0)
        return;
    oq_json_key(j, OQ_STR("actions"));
    oq_json_array(j);
    for (size_t i = 0; i < r->actions; i++) {
        oq_json_object(j);
        oq_json_put(j, text, "en", r->action[i].en);
        oq_json_put(j, text, "ar", r->action[i].ar);
        if (!isnan(r->action[i].within_h))
            oq_json_put(j, f64, "within_h", r->action[i].within_h);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

void cause_rule_write(oq_json *j, const cause_rule *r)
{
    oq_json_object(j);
    put_words(j, "name", r->name);
    put_texts(j, "applies_to_asset_type", r->classes);
    oq_json_key(j, OQ_STR("conditions"));
    oq_json_array(j);
    for (size_t i = 0; i < r->conditions; i++)
        put_condition(j, r, &r->condition[i]);
    oq_json_array_end(j);
    oq_json_key(j, OQ_STR("result"));
    oq_json_object(j);
    oq_json_put(j, text, "root_cause_category", r->category);
    oq_json_put(j, text, "cause", r->cause);
    put_words(j, "label", r->label);
    oq_json_put(j, f64, "confidence", r->confidence);
    oq_json_object_end(j);
    put_actions(j, r);
    oq_json_object_end(j);
}
