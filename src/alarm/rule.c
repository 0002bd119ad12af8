#include "alarm/rule.h"

#include <math.h>

#include "plant/record_inner.h"

typedef struct class_limits {
    oq_uuid class_id;
    oq_str class_code, class_name, class_name_ar, metric, metric_name, metric_name_ar, unit;
    bool has_low_low, has_low, has_high, has_high_high, says_running;
    double span;
} class_limits;
static const oq_field class_limits_fields[] = {
    OQ_UUID(class_limits, class_id),
    OQ_TEXT(class_limits, class_code),
    OQ_TEXT(class_limits, class_name),
    OQ_TEXT(class_limits, class_name_ar),
    OQ_TEXT(class_limits, metric),
    OQ_TEXT(class_limits, metric_name),
    OQ_TEXT(class_limits, metric_name_ar),
    OQ_TEXT(class_limits, unit),
    OQ_BOOL(class_limits, has_low_low),
    OQ_BOOL(class_limits, has_low),
    OQ_BOOL(class_limits, has_high),
    OQ_BOOL(class_limits, has_high_high),
    OQ_F64(class_limits, span),
    OQ_BOOL(class_limits, says_running),
    OQ_FIELDS_END,
};

#include "rule.sql.h"

#include "base/banned.h"

const oq_choice alarm_priority_choices[] = {
    {ALARM_CRITICAL, "critical"},
    {ALARM_HIGH, "high"},
    {ALARM_MEDIUM, "medium"},
    {ALARM_LOW, "low"},
    {0, NULL},
};

#define SECONDS .f64_min = 0, .f64_max = 86400
#define RULE_ROWS(NEED, PRESET)                                                                    \
    OQ_TEXT(alarm_rule, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name),             \
        OQ_TEXT(alarm_rule, name, NEED, .max = PLANT_NAME_MAX),                                    \
        OQ_TEXT(alarm_rule, name_ar, .max = PLANT_NAME_MAX),                                       \
        OQ_UUID(alarm_rule, class_id, .help = "every asset of the class; or asset_id"),            \
        OQ_UUID(alarm_rule, asset_id, .help = "this asset alone"),                                 \
        OQ_UUID(alarm_rule, site_id, .help = "of a class: only there"),                            \
        OQ_CHOICE(alarm_rule, criticality, criticality_choices, .help = "of a class: only such"),  \
        OQ_JSON(alarm_rule, condition, NEED, .max = ALARM_CONDITION_BYTES_MAX,                     \
                .help = "{\"metric\": \"flow\", \"is\": \"below\", \"limit\": 12.5}, "             \
                        "or {\"all\": [...]}, {\"any\": [...]}"),                                  \
        OQ_CHOICE(alarm_rule, priority, alarm_priority_choices, NEED),                             \
        OQ_BOOL(alarm_rule, is_failure, .help = "what it says is a failure, not a warning"),       \
        OQ_TEXT(alarm_rule, event_kind, .max = 80, .check = plant_check_name,                      \
                .help = "pump_trip: what rules of cause call it"),                                 \
        OQ_F64(alarm_rule, on_delay_s, PRESET("0"), SECONDS),                                      \
        OQ_F64(alarm_rule, off_delay_s, PRESET("0"), SECONDS),                                     \
        OQ_BOOL(alarm_rule, is_latched, .help = "stays until somebody resets it"),                 \
        OQ_TEXT(alarm_rule, response, .max = PLANT_TEXT_MAX, .help = "what the operator does"),    \
        OQ_TEXT(alarm_rule, response_ar, .max = PLANT_TEXT_MAX),                                   \
        OQ_TEXT(alarm_rule, consequence, .max = PLANT_TEXT_MAX,                                    \
                .help = "what happens if nobody does"),                                            \
        OQ_TEXT(alarm_rule, consequence_ar, .max = PLANT_TEXT_MAX),                                \
        OQ_I64(alarm_rule, respond_within_min, .min = 1, .max = 10080),                            \
        OQ_BOOL(alarm_rule, is_enabled, PRESET("true"))
RECORD_FIELDS(alarm_rule, RULE_ROWS);

/* --- checks -------------------------------------------------------------------------------------*/

static oq_err *check_rule(oq_scope *s, const void *before, void *record)
{
    const alarm_rule *r = record;
    alarm_condition *c;
    oq_err *err = alarm_condition_parse(oq_scope_arena(s), r->condition, &c);
    if (err && !err->field)
        err = record_blame(err, "condition");
    bool has_class = !oq_uuid_is_zero(r->class_id), has_asset = !oq_uuid_is_zero(r->asset_id);
    if (has_class == has_asset)
        err = oq_err_join(err, oq_fail_field("asset_id", "alarm_rule.owner"));
    if (has_asset && (!oq_uuid_is_zero(r->site_id) || r->criticality))
        err = oq_err_join(err, oq_fail_field("site_id", "alarm_rule.narrowing"));
    return err;
}

const record_kind kind_alarm_rule = {
    .name = "alarm_rule",
    .path = "alarm-rules",
    .group = "alarms",
    .size = sizeof(alarm_rule),
    .fields = alarm_rule_fields,
    .order = alarm_rule_order_fields,
    .refs = RECORD_REFS({"class_id", "class", "asset_class"}, {"asset_id", "asset", "asset"},
                        {"site_id", "site", "site"}),
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "class_id", "asset_id", "priority", "is_enabled"),
    .get = &sql_alarm_rule_get_stmt,
    .find = &sql_alarm_rule_find_stmt,
    .add = &sql_alarm_rule_add_stmt,
    .update = &sql_alarm_rule_update_stmt,
    .remove = &sql_alarm_rule_remove_stmt,
    .not_found = "alarm_rule.not_found",
    .check = check_rule,
    .read = CAP_ALARM_READ,
    .manage = CAP_ALARM_MANAGE,
};

/* --- rules from limits --------------------------------------------------------------------------*/

static const struct limit_rule {
    alarm_limit limit;
    const char *word; /* of the code */
    int priority;
    bool is_below;
    const char *name, *name_ar;
} limit_rules[] = {
    {ALARM_LIMIT_HIGH_HIGH, "high_high", ALARM_HIGH, false, "very high", "ارتفاع شديد في"},
    {ALARM_LIMIT_HIGH, "high", ALARM_MEDIUM, false, "high", "ارتفاع"},
    {ALARM_LIMIT_LOW, "low", ALARM_MEDIUM, true, "low", "انخفاض"},
    {ALARM_LIMIT_LOW_LOW, "low_low", ALARM_HIGH, true, "very low", "انخفاض شديد في"},
};

static bool has_limit(const class_limits *row, alarm_limit limit)
{
    switch (limit) {
    case ALARM_LIMIT_HIGH_HIGH:
        return row->has_high_high;
    case ALARM_LIMIT_HIGH:
        return row->has_high;
    case ALARM_LIMIT_LOW:
        return row->has_low;
    default:
        return row->has_low_low;
    }
}

/* Half a percent of the instrument's span, two figures: less than any limit is meant to the digit.
 */
static double deadband_of(double span)
{
    double x = fabs(span) * 0.005;
    if (!(x > 0) || !isfinite(x))
        return 0;
    double unit = pow(10, floor(log10(x)) - 1);
    return round(x / unit) * unit;
}

/* What is too low on a machine that stands still is no alarm. */
static oq_str condition_of(oq_arena *arena, const class_limits *row, const struct limit_rule *l)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    alarm_condition c = {.leaves = 1, .nodes = 1, .node = {{.leaf = 0, .end = 1}}};
    c.leaf[0] = (alarm_leaf){.metric = row->metric,
                             .is = l->is_below ? ALARM_BELOW : ALARM_ABOVE,
                             .limit_kind = (int)l->limit,
                             .limit = (double)NAN,
                             .deadband = deadband_of(row->span)};
    if (l->is_below && row->says_running) {
        c.leaf[1] = (alarm_leaf){.metric = OQ_STR("running"),
                                 .is = ALARM_ABOVE,
                                 .limit_kind = ALARM_LIMIT_NUMBER,
                                 .limit = 0.5};
        c.leaves = 2;
        c.nodes = 3;
        c.node[0] = (alarm_node){.leaf = -1, .end = 3};
        c.node[1] = (alarm_node){.leaf = 0, .end = 2};
        c.node[2] = (alarm_node){.leaf = 1, .end = 3};
    }
    oq_json j = oq_json_to(&out);
    alarm_condition_write(&j, &c);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static alarm_rule rule_of(oq_arena *arena, const class_limits *row, const struct limit_rule *l)
{
    oq_str name_ar = row->metric_name_ar.len ? row->metric_name_ar : row->metric_name,
           class_ar = row->class_name_ar.len ? row->class_name_ar : row->class_name;
    alarm_rule r;
    oq_fields_preset(arena, alarm_rule_fields, &r);
    r.code = oq_strf(arena, "%.*s_%.*s_%s", OQ_FMT(row->class_code), OQ_FMT(row->metric), l->word);
    r.name = oq_strf(arena, "%.*s %s (%.*s)", OQ_FMT(row->metric_name), l->name,
                     OQ_FMT(row->class_name));
    r.name_ar = oq_strf(arena, "%s %.*s (%.*s)", l->name_ar, OQ_FMT(name_ar), OQ_FMT(class_ar));
    r.class_id = row->class_id;
    r.condition = condition_of(arena, row, l);
    r.priority = l->priority;
    /* The outer limits speak at once: somebody has to know within seconds. */
    r.on_delay_s = l->priority == ALARM_HIGH ? 0 : 10;
    r.off_delay_s = 30;
    r.is_enabled = true;
    return r;
}

/* --- and of what they look at -------------------------------------------------------------------*/

static bool is_watched(const class_limits *row)
{
    return row->has_high_high || row->has_high || row->has_low || row->has_low_low;
}

/* An instrument that drops out: its limits are blind from then on. Where an outer limit protects
 * the machine, that is as urgent as the limit. A signal that only ceases to come has no rule of its
 * own here: it is its source that is lost then, and each of a thousand signals would say so. */
static alarm_rule lost_rule_of(oq_arena *arena, const class_limits *row)
{
    oq_str name_ar = row->metric_name_ar.len ? row->metric_name_ar : row->metric_name,
           class_ar = row->class_name_ar.len ? row->class_name_ar : row->class_name;
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    alarm_condition c = {.leaves = 1, .nodes = 1, .node = {{.leaf = 0, .end = 1}}};
    alarm_rule r;
    c.leaf[0] = (alarm_leaf){.metric = row->metric, .is = ALARM_BAD, .limit = (double)NAN};
    alarm_condition_write(&j, &c);
    oq_fields_preset(arena, alarm_rule_fields, &r);
    r.code = oq_strf(arena, "%.*s_%.*s_lost", OQ_FMT(row->class_code), OQ_FMT(row->metric));
    r.name = oq_strf(arena, "%.*s: bad quality (%.*s)", OQ_FMT(row->metric_name),
                     OQ_FMT(row->class_name));
    r.name_ar = oq_strf(arena, "%.*s: جودة سيئة (%.*s)", OQ_FMT(name_ar), OQ_FMT(class_ar));
    r.class_id = row->class_id;
    r.condition = oq_str_copy(arena, oq_buf_view(&out));
    r.priority = row->has_high_high || row->has_low_low ? ALARM_HIGH : ALARM_MEDIUM;
    r.on_delay_s = 60;
    r.off_delay_s = 60;
    r.response = OQ_STR("Watch the machine by other signals; check instrument, cable and gateway.");
    r.response_ar = OQ_STR("راقب الآلة بقياسات أخرى، وافحص جهاز القياس والكابل وبوابة الاتصال.");
    r.consequence = OQ_STR("The limits of this signal see nothing until it is back.");
    r.consequence_ar = OQ_STR("لا ترى حدود هذه الإشارة شيئًا حتى تعود.");
    r.is_enabled = true;
    return r;
}

static bool has_code(const sql_alarm_rule_codes_rows *codes, oq_str code)
{
    for (size_t i = 0; i < codes->count; i++)
        if (oq_str_eq(codes->at[i].code, code))
            return true;
    return false;
}

static oq_err *make_rule(oq_scope *s, const sql_alarm_rule_codes_rows *codes, bool dry_run,
                         alarm_rule *r, rules_made *made)
{
    void *stored = r;
    if (r->code.len > PLANT_CODE_MAX || has_code(codes, r->code)) {
        made->kept++;
        return NULL;
    }
    if (!dry_run)
        OQ_TRY(record_add(s, &kind_alarm_rule, r, &stored));
    made->at[made->count++] = *(alarm_rule *)stored;
    return NULL;
}

oq_err *alarm_rules_from_limits(oq_scope *s, bool dry_run, rules_made *ret_made)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_alarm_class_limits_rows rows;
    sql_alarm_rule_codes_rows codes;
    OQ_TRY(oq_scope_require(s, CAP_ALARM_MANAGE));
    OQ_TRY(sql_alarm_class_limits(s, &rows));
    OQ_TRY(sql_alarm_rule_codes(s, &codes));
    size_t most = rows.count * (OQ_COUNT(limit_rules) + 1);
    rules_made made = {.at = oq_new_n(arena, alarm_rule, most)};
    for (size_t i = 0; i < rows.count; i++) {
        alarm_rule r;
        for (size_t k = 0; k < OQ_COUNT(limit_rules); k++)
            if (has_limit(&rows.at[i], limit_rules[k].limit)) {
                r = rule_of(arena, &rows.at[i], &limit_rules[k]);
                OQ_TRY(make_rule(s, &codes, dry_run, &r, &made));
            }
        if (is_watched(&rows.at[i])) {
            r = lost_rule_of(arena, &rows.at[i]);
            OQ_TRY(make_rule(s, &codes, dry_run, &r, &made));
        }
    }
    *ret_made = made;
    return NULL;
}
