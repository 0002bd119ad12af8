/* A rule out of its JSON. */
#include "quant/cause_rule_read.h"

#include "base/banned.h"

#define UP   (1u << FINDING_SPIKE | 1u << FINDING_STEP_UP | 1u << FINDING_DRIFT_UP)
#define DOWN (1u << FINDING_DROP | 1u << FINDING_STEP_DOWN | 1u << FINDING_DRIFT_DOWN)
#define ANY  (UP | DOWN | 1u << FINDING_STUCK | 1u << FINDING_OSCILLATION)

const rule_word rule_change_words[] = {
    {"SPIKE", 1u << FINDING_SPIKE},
    {"DROP", 1u << FINDING_DROP},
    {"DRIFT_UP", 1u << FINDING_DRIFT_UP},
    {"DRIFT_DOWN", 1u << FINDING_DRIFT_DOWN},
    {"STEP_UP", 1u << FINDING_STEP_UP},
    {"STEP_DOWN", 1u << FINDING_STEP_DOWN},
    {"STUCK", 1u << FINDING_STUCK},
    {"OSCILLATION", 1u << FINDING_OSCILLATION},
    {"RISE", UP},
    {"FALL", DOWN},
    {"STEP", 1u << FINDING_STEP_UP | 1u << FINDING_STEP_DOWN},
    {"DRIFT", 1u << FINDING_DRIFT_UP | 1u << FINDING_DRIFT_DOWN},
    {"ANY", ANY},
    {"INCREASE", UP},
    {"UP", UP},
    {"DECREASE", DOWN},
    {"DOWN", DOWN},
    {NULL, 0},
};

const char *const rule_categories[] = {"SENSOR",          "ALERT",         "FAILURE", "MAINTENANCE",
                                       "OPERATOR_ACTION", "CONFIG_CHANGE", "SYSTEM",  NULL};
const char *const rule_root_categories[] = {"MECHANICAL", "ELECTRICAL", "PROCESS",
                                            "HUMAN",      "EXTERNAL",   NULL};
const char *const rule_payload_tests[] = {
    [PAYLOAD_NONE] = "",         [PAYLOAD_EXISTS] = "exists",     [PAYLOAD_EQUALS] = "equals",
    [PAYLOAD_ONE_OF] = "one_of", [PAYLOAD_CONTAINS] = "contains", [PAYLOAD_ABOVE] = "above",
    [PAYLOAD_BELOW] = "below",
};
enum { PAYLOAD_TESTS = PAYLOAD_BELOW };
#define NUMBER_MAX 1e300

/* --- a condition's parts ------------------------------------------------------------------------*/

static rule_texts read_categories(rule_reader *r, const rule_at *at)
{
    rule_texts list = rule_text_list(r, at, RULE_TEXT_MAX);
    oq_str *known = oq_new_n(r->arena, oq_str, list.count);
    size_t count = 0;
    for (size_t i = 0; i < list.count; i++) {
        rule_at item = json_is_array(at->json) ? rule_item(at, i) : *at;
        known[count] = rule_choice(r, &item, rule_categories);
        count += oq_str_given(known[count]);
    }
    return (rule_texts){known, count};
}

static unsigned read_change(rule_reader *r, const rule_at *at)
{
    static const char *words[OQ_COUNT(rule_change_words)];
    for (size_t i = 0; i < OQ_COUNT(rule_change_words); i++)
        words[i] = rule_change_words[i].text;
    rule_texts list = rule_text_list(r, at, RULE_TEXT_MAX);
    unsigned change = 0;
    for (size_t i = 0; i < list.count; i++) {
        rule_at item = json_is_array(at->json) ? rule_item(at, i) : *at;
        oq_str word = rule_choice(r, &item, words);
        for (const rule_word *w = rule_change_words; w->text; w++)
            if (oq_str_eq(word, oq_cstr(w->text)))
                change |= w->change;
    }
    return change;
}

/* The test's value stands in the member of its name. */
static void read_test(rule_reader *r, const rule_at *at, int test, rule_condition *c)
{
    c->test = test;
    switch (test) {
    case PAYLOAD_EXISTS:
        if (rule_truth_of(r, at) == TRUTH_NO)
            RULE_WRONG(r, at, "rule.not_a_choice", " choices=%s", "true");
        break;
    case PAYLOAD_ABOVE:
    case PAYLOAD_BELOW:
        c->limit = rule_number(r, at, -NUMBER_MAX, NUMBER_MAX, NAN);
        break;
    case PAYLOAD_EQUALS:
    case PAYLOAD_CONTAINS: {
        oq_str *one = oq_new(r->arena, oq_str);
        *one = rule_scalar(r, at);
        c->value = (rule_texts){one, oq_str_given(*one)};
        break;
    }
    default:
        c->value = rule_text_list(r, at, RULE_TEXT_MAX);
        if (c->value.count == 0)
            RULE_WRONG(r, at, "rule.required", " name=%s", "one_of");
    }
}

static void check_path(rule_reader *r, const rule_at *at, oq_str path)
{
    enum { PARTS_MAX = 8 };
    size_t parts = 0;
    oq_str rest = path, part;
    while (oq_str_cut(&rest, '.', &part))
        parts += oq_str_empty(part) ? PARTS_MAX + 1 : 1;
    if (oq_str_given(path) && (parts > PARTS_MAX || oq_str_ends(path, OQ_STR("."))))
        RULE_WRONG(r, at, "rule.payload_path", "");
}

static void read_payload(rule_reader *r, const rule_at *at, rule_condition *c)
{
    static const char *const names[] = {"path",     "exists", "equals", "one_of",
                                        "contains", "above",  "below",  NULL};
    if (!rule_want_object(r, at, names))
        return;
    rule_at path = rule_member(at, "path");
    c->path = rule_text(r, &path, RULE_TEXT_MAX);
    check_path(r, &path, c->path);
    if (!path.json)
        RULE_WRONG(r, at, "rule.required", " name=%s", "path");
    size_t tests = 0;
    for (int test = PAYLOAD_EXISTS; test <= PAYLOAD_TESTS; test++) {
        rule_at value = rule_member(at, rule_payload_tests[test]);
        if (value.json && tests++ == 0)
            read_test(r, &value, test, c);
    }
    if (tests == 0)
        c->test = PAYLOAD_EXISTS;
    else if (tests > 1)
        RULE_WRONG(r, at, "rule.payload_test", "");
}

/* "payload.path" and "payload.equals" beside the other members, or "payload.a.b": value. */
static void read_flat_payload(rule_reader *r, const rule_at *at, rule_condition *c)
{
    static const oq_str prefix = OQ_STR_INIT("payload.");
    size_t tests = 0;
    const char *key;
    json_t *value;
    json_object_foreach (at->json, key, value) {
        rule_at member = {at, oq_cstr(key), 0, json_is_null(value) ? NULL : value};
        if (!oq_str_starts(member.key, prefix) || !member.json)
            continue;
        oq_str rest = oq_str_sub(member.key, prefix.len, SIZE_MAX);
        int test = PAYLOAD_TESTS;
        while (test > PAYLOAD_NONE && !oq_str_eq(rest, oq_cstr(rule_payload_tests[test])))
            test--;
        if (oq_str_eq(rest, OQ_STR("path"))) {
            c->path = rule_text(r, &member, RULE_TEXT_MAX);
            check_path(r, &member, c->path);
            continue;
        }
        if (c->test != PAYLOAD_NONE) {
            RULE_WRONG_NAME(r, &member, "rule.payload_test", "");
            continue;
        }
        if (test == PAYLOAD_NONE) {
            c->path = oq_str_copy(r->arena, rest);
            check_path(r, &member, c->path);
            test = json_is_array(member.json) ? PAYLOAD_ONE_OF : PAYLOAD_EQUALS;
        }
        tests++;
        read_test(r, &member, test, c);
    }
    if (oq_str_given(c->path) && c->test == PAYLOAD_NONE)
        c->test = PAYLOAD_EXISTS;
    else if (tests > 0 && !oq_str_given(c->path))
        RULE_WRONG(r, at, "rule.required", " name=%s", "payload.path");
}

/* --- conditions ---------------------------------------------------------------------------------*/

/* Names of members; those with "payload." in front are looked at by themselves. */
static bool want_condition(rule_reader *r, const rule_at *at)
{
    static const char *const names[] = {
        "id",       "category",         "metric",         "kind",
        "change",   "beyond_limit",     "root_asset",     "score_min",
        "payload",  "summary_contains", "within_minutes", "after",
        "optional", "absent",           "weight",         NULL};
    if (!json_is_object(at->json)) {
        RULE_WRONG(r, at, "rule.type", " wanted=%s", "object");
        return false;
    }
    const char *key;
    json_t *value;
    json_object_foreach (at->json, key, value) {
        rule_at member = {at, oq_cstr(key), 0, value};
        bool is_known = oq_str_starts(member.key, OQ_STR("payload."));
        for (size_t i = 0; names[i] && !is_known; i++)
            is_known = oq_str_eq(member.key, oq_cstr(names[i]));
        if (!is_known)
            RULE_WRONG_NAME(r, &member, "rule.unknown_field", " name=%.*s",
                            OQ_FMT(oq_str_sub(member.key, 0, 64)));
    }
    return true;
}

static oq_us read_within(rule_reader *r, const rule_at *at)
{
    /* The least is a second. */
    double minutes = rule_number(r, at, 1. / 60, RULE_WITHIN_MAX_MIN, NAN);
    return isnan(minutes) ? OQ_TIME_NONE : (oq_us)(minutes * (double)OQ_MINUTE);
}

static void read_condition(rule_reader *r, const rule_at *at, rule_condition *c)
{
    *c = (rule_condition){.after = RULE_NO_CONDITION, .within = OQ_TIME_NONE, .limit = NAN};
    size_t errors = r->errors;
    if (!want_condition(r, at))
        return;
    rule_at id = rule_member(at, "id"), category = rule_member(at, "category"),
            metric = rule_member(at, "metric"), kind = rule_member(at, "kind"),
            change = rule_member(at, "change"), beyond = rule_member(at, "beyond_limit"),
            root = rule_member(at, "root_asset"), score = rule_member(at, "score_min"),
            payload = rule_member(at, "payload"), summary = rule_member(at, "summary_contains"),
            within = rule_member(at, "within_minutes"), optional = rule_member(at, "optional"),
            absent = rule_member(at, "absent"), weight = rule_member(at, "weight");
    c->id = rule_text(r, &id, RULE_CODE_BYTES);
    c->category = read_categories(r, &category);
    c->metric = rule_text_list(r, &metric, RULE_TEXT_MAX);
    c->kind = rule_text_list(r, &kind, RULE_TEXT_MAX);
    c->change = read_change(r, &change);
    c->beyond_limit = rule_truth_of(r, &beyond);
    c->root_asset = rule_truth_of(r, &root);
    c->score_min = rule_number(r, &score, 0, 1e6, NAN);
    c->summary = rule_text_list(r, &summary, RULE_TEXT_MAX);
    c->within = read_within(r, &within);
    c->is_optional = rule_truth_of(r, &optional) == TRUTH_YES;
    c->is_absent = rule_truth_of(r, &absent) == TRUTH_YES;
    c->weight = rule_number(r, &weight, 0, 1, 1);
    read_payload(r, &payload, c);
    read_flat_payload(r, at, c);
    if (r->errors == errors &&
        c->category.count + c->metric.count + c->kind.count + c->summary.count +
                (c->test != PAYLOAD_NONE) ==
            0 &&
        !c->change)
        RULE_WRONG(r, at, "rule.condition_empty", "");
}

/* Ids, then what "after" names, then circles. */
static void link_conditions(rule_reader *r, const rule_at *list, cause_rule *rule)
{
    for (size_t i = 0; i < rule->conditions; i++) {
        rule_condition *c = &rule->condition[i];
        rule_at at = rule_item(list, i), id = rule_member(&at, "id"),
                after = rule_member(&at, "after");
        for (size_t k = 0; k < i && oq_str_given(c->id); k++)
            if (oq_str_eq(rule->condition[k].id, c->id))
                RULE_WRONG(r, &id, "rule.id_taken", " id=%.*s", OQ_FMT(c->id));
        oq_str name = rule_text(r, &after, RULE_CODE_BYTES);
        if (!oq_str_given(name))
            continue;
        for (size_t k = 0; k < rule->conditions; k++)
            if (oq_str_eq(rule->condition[k].id, name))
                c->after = k;
        if (c->after == RULE_NO_CONDITION)
            RULE_WRONG(r, &after, "rule.reference_unknown", " id=%.*s", OQ_FMT(name));
        else if (rule->condition[c->after].is_absent)
            RULE_WRONG(r, &after, "rule.after_absent", " id=%.*s", OQ_FMT(name));
    }
    for (size_t i = 0; i < rule->conditions; i++) {
        size_t steps = 0, at = rule->condition[i].after;
        while (at != RULE_NO_CONDITION && at != i && steps++ < rule->conditions)
            at = rule->condition[at].after;
        rule_at item = rule_item(list, i), after = rule_member(&item, "after");
        if (at == i)
            RULE_WRONG(r, &after, "rule.circle", "");
    }
}

static void read_conditions(rule_reader *r, const rule_at *at, cause_rule *rule)
{
    rule_at list = rule_member(at, "conditions");
    if (!json_is_array(list.json)) {
        if (list.json)
            RULE_WRONG(r, &list, "rule.type", " wanted=%s", "list");
        else
            RULE_WRONG(r, at, "rule.required", " name=%s", "conditions");
        return;
    }
    size_t count = json_array_size(list.json);
    if (count > RULE_CONDITIONS_MAX) {
        RULE_WRONG(r, &list, "rule.too_many", " max=%d", RULE_CONDITIONS_MAX);
        return;
    }
    bool wants = false;
    for (; rule->conditions < count; rule->conditions++) {
        rule_at item = rule_item(&list, rule->conditions);
        rule_condition *c = &rule->condition[rule->conditions];
        read_condition(r, &item, c);
        wants |= !c->is_optional && !c->is_absent;
    }
    if (!wants) /* it would hit always */
        RULE_WRONG(r, &list, "rule.nothing_wanted", "");
    link_conditions(r, &list, rule);
}

/* --- result and actions -------------------------------------------------------------------------*/

static void read_result(rule_reader *r, const rule_at *at, cause_rule *rule)
{
    static const char *const names[] = {"root_cause_category", "cause", "label", "confidence",
                                        NULL};
    rule_at result = rule_member(at, "result");
    if (!result.json)
        RULE_WRONG(r, at, "rule.required", " name=%s", "result");
    if (!rule_want_object(r, &result, names))
        return;
    rule_at category = rule_member(&result, "root_cause_category"),
            cause = rule_member(&result, "cause"), label = rule_member(&result, "label"),
            confidence = rule_member(&result, "confidence");
    rule->category = rule_choice(r, &category, rule_root_categories);
    rule->label = rule_two_languages(r, &label, RULE_TEXT_MAX);
    rule->confidence = rule_number(r, &confidence, 0.01, 1, NAN);
    oq_str given = rule_text(r, &cause, RULE_CODE_BYTES);
    rule->cause = rule_slug(r->arena, oq_str_given(given) ? given : rule->label.en);
    if (oq_str_given(given) && !oq_str_eq(given, rule->cause))
        RULE_WRONG(r, &cause, "rule.cause_code", "");
    else if (!oq_str_given(given) && rule->cause.len == 0)
        RULE_WRONG(r, &result, "rule.required", " name=%s", "cause");
    else if (oq_str_eq(rule->cause, OQ_STR("other")))
        RULE_WRONG(r, cause.json ? &cause : &result, "rule.cause_other", "");
    const rule_at *needed[] = {&category, &label, &confidence};
    for (size_t i = 0; i < OQ_COUNT(needed); i++)
        if (!needed[i]->json)
            RULE_WRONG(r, &result, "rule.required", " name=%.*s", OQ_FMT(needed[i]->key));
}

static void read_actions(rule_reader *r, const rule_at *at, cause_rule *rule)
{
    static const char *const names[] = {"en", "ar", "within_h", NULL};
    rule_at list = rule_member(at, "actions");
    if (!list.json)
        return;
    if (!json_is_array(list.json) || json_array_size(list.json) > RULE_ACTIONS_MAX) {
        if (json_is_array(list.json))
            RULE_WRONG(r, &list, "rule.too_many", " max=%d", RULE_ACTIONS_MAX);
        else
            RULE_WRONG(r, &list, "rule.type", " wanted=%s", "list");
        return;
    }
    for (size_t i = 0; i < json_array_size(list.json); i++) {
        rule_at item = rule_item(&list, i);
        rule_action action = {.within_h = NAN};
        if (json_is_string(item.json)) {
            action.en = action.ar = rule_text(r, &item, RULE_ACTION_TEXT_MAX);
        } else if (!item.json) {
            RULE_WRONG(r, &item, "rule.type", " wanted=%s", "object");
        } else if (rule_want_object(r, &item, names)) {
            rule_at en = rule_member(&item, "en"), ar = rule_member(&item, "ar"),
                    within = rule_member(&item, "within_h");
            action.en = rule_text(r, &en, RULE_ACTION_TEXT_MAX);
            action.ar = rule_text(r, &ar, RULE_ACTION_TEXT_MAX);
            action.within_h = rule_number(r, &within, 0, 24 * 366, NAN);
            if (!en.json && !ar.json)
                RULE_WRONG(r, &item, "rule.required", " name=%s", "en");
            action.en = oq_str_given(action.en) ? action.en : action.ar;
            action.ar = oq_str_given(action.ar) ? action.ar : action.en;
        }
        rule->action[rule->actions++] = action;
    }
}

/* --- the whole ----------------------------------------------------------------------------------*/

static void read_rule(rule_reader *r, json_t *root, cause_rule *rule)
{
    static const char *const names[] = {
        "name", "applies_to_asset_type", "conditions", "result", "actions", NULL};
    rule_at at = {.json = root};
    if (!rule_want_object(r, &at, names))
        return;
    rule_at name = rule_member(&at, "name"), classes = rule_member(&at, "applies_to_asset_type");
    if (!name.json)
        RULE_WRONG(r, &at, "rule.required", " name=%s", "name");
    rule->name = rule_two_languages(r, &name, RULE_TEXT_MAX);
    rule->classes = rule_text_list(r, &classes, RULE_TEXT_MAX);
    if (rule->classes.count == 1 && oq_str_eq(rule->classes.at[0], OQ_STR("*")))
        rule->classes.count = 0;
    read_conditions(r, &at, rule);
    read_result(r, &at, rule);
    read_actions(r, &at, rule);
}

oq_err *cause_rule_parse(oq_arena *arena, oq_str json, cause_rule **ret_rule)
{
    if (json.len > RULE_BYTES_MAX)
        return oq_fail(OQ_TOO_LARGE, "rule.too_large", "max=%d", RULE_BYTES_MAX);
    json_error_t wrong;
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!root && json_error_code(&wrong) == json_error_duplicate_key)
        return oq_fail(OQ_INVALID, "rule.duplicate", "line=%d column=%d", wrong.line, wrong.column);
    if (!root)
        return oq_err_detail(
            oq_fail(OQ_MALFORMED, "json.malformed", "line=%d column=%d", wrong.line, wrong.column),
            "%s", wrong.text);
    rule_reader r = {.arena = arena, .json = json};
    cause_rule *rule = oq_new(arena, cause_rule);
    rule_at at = {.json = root};
    if (json_is_object(root))
        read_rule(&r, root, rule);
    else
        RULE_WRONG(&r, &at, "rule.type", " wanted=%s", "object");
    json_decref(root);
    if (r.first)
        return r.first;
    *ret_rule = rule;
    return NULL;
}
