/* One alarm rule: a form for a simple condition, JSON for groups, and what it would have said. */
#include <math.h>

#include "alarm/pages.h"
#include "web/parts.h"

#include "board.sql.h"

#include "base/banned.h"

enum { KNOWN_ASSETS_MAX = 2000 };

typedef enum rule_mode { MODE_SIMPLE = 1, MODE_JSON } rule_mode;
static const oq_choice mode_choices[] = {{MODE_SIMPLE, "simple"}, {MODE_JSON, "json"}, {0, NULL}};

typedef struct rule_form {
    oq_str rule_code, name, name_ar;
    oq_str class, asset, site; /* codes */
    int criticality, mode;
    oq_str metric, limit; /* a number, or a name */
    int is;
    double by, within_s, after_s, deadband;
    oq_str condition; /* JSON */
    int priority;
    bool is_failure, is_latched, is_enabled;
    oq_str event_kind;
    double on_delay_s, off_delay_s;
    oq_str response, response_ar, consequence, consequence_ar;
    int64_t respond_within_min, version;
    bool preview;
} rule_form;

#define ANY_NUMBER .f64_min = -1e300, .f64_max = 1e300
const oq_field alarm_rule_form_fields[] = {
    OQ_TEXT(rule_form, rule_code, .required = true, .max = PLANT_CODE_MAX,
            .check = plant_check_name),
    OQ_TEXT(rule_form, name, .required = true, .max = PLANT_NAME_MAX),
    OQ_TEXT(rule_form, name_ar, .max = PLANT_NAME_MAX),
    OQ_TEXT(rule_form, class, .max = PLANT_CODE_MAX),
    OQ_TEXT(rule_form, asset, .max = PLANT_CODE_MAX),
    OQ_TEXT(rule_form, site, .max = PLANT_CODE_MAX),
    OQ_CHOICE(rule_form, criticality, criticality_choices),
    OQ_CHOICE(rule_form, mode, mode_choices, .preset = "simple"),
    OQ_TEXT(rule_form, metric, .max = ALARM_METRIC_MAX),
    OQ_CHOICE(rule_form, is, alarm_is_choices, .preset = "above"),
    OQ_TEXT(rule_form, limit, .max = 40),
    OQ_F64(rule_form, by, ANY_NUMBER),
    OQ_F64(rule_form, within_s, ANY_NUMBER),
    OQ_F64(rule_form, after_s, ANY_NUMBER),
    OQ_F64(rule_form, deadband, ANY_NUMBER),
    OQ_TEXT(rule_form, condition, .max = ALARM_CONDITION_BYTES_MAX),
    OQ_CHOICE(rule_form, priority, alarm_priority_choices, .preset = "medium"),
    OQ_BOOL(rule_form, is_failure),
    OQ_BOOL(rule_form, is_latched),
    OQ_BOOL(rule_form, is_enabled),
    OQ_TEXT(rule_form, event_kind, .max = 80),
    OQ_F64(rule_form, on_delay_s, .preset = "0", .f64_min = 0, .f64_max = 86400),
    OQ_F64(rule_form, off_delay_s, .preset = "0", .f64_min = 0, .f64_max = 86400),
    OQ_TEXT(rule_form, response, .max = PLANT_TEXT_MAX),
    OQ_TEXT(rule_form, response_ar, .max = PLANT_TEXT_MAX),
    OQ_TEXT(rule_form, consequence, .max = PLANT_TEXT_MAX),
    OQ_TEXT(rule_form, consequence_ar, .max = PLANT_TEXT_MAX),
    OQ_I64(rule_form, respond_within_min, .min = 1, .max = 10080),
    OQ_I64(rule_form, version, .min = 1),
    OQ_BOOL(rule_form, preview, .help = "tells what it would have said, and stores nothing"),
    OQ_FIELDS_END,
};

/* --- form and rule -----------------------------------------------------------------------------*/

static void put_number(oq_json *j, const char *name, double x)
{
    if (isnan(x))
        return;
    oq_json_name(j, name);
    oq_json_f64(j, x);
}

/* The simple condition as JSON: its mistakes are those of the JSON. */
static oq_str simple_json(oq_arena *arena, const rule_form *f)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024);
    oq_json j = oq_json_to(&out);
    double limit;
    oq_json_object(&j);
    oq_json_put(&j, text, "metric", f->metric.len ? f->metric : OQ_NONE);
    oq_json_put(&j, text, "is", oq_cstr(oq_choice_text(alarm_is_choices, f->is)));
    if (f->limit.len && oq_parse_f64(f->limit, &limit))
        oq_json_put(&j, f64, "limit", limit);
    else if (f->limit.len)
        oq_json_put(&j, text, "limit", f->limit);
    put_number(&j, "by", f->by);
    put_number(&j, "within_s", f->within_s);
    put_number(&j, "after_s", f->after_s);
    put_number(&j, "deadband", f->deadband);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static oq_str number_text(oq_arena *arena, double x)
{
    char text[OQ_F64_TEXT_MAX];
    if (!isfinite(x))
        return OQ_NONE;
    return oq_str_copy(arena, oq_strn(text, oq_f64_format(x, text)));
}

static double or_none(double x)
{
    return x > 0 ? x : (double)NAN;
}

static void put_condition(oq_arena *arena, rule_form *f, oq_str condition)
{
    alarm_condition *c;
    f->condition = condition;
    f->mode = MODE_JSON;
    if (alarm_condition_parse(arena, condition, &c) || c->leaves != 1 || c->nodes != 1)
        return;
    const alarm_leaf *leaf = &c->leaf[0];
    f->mode = MODE_SIMPLE;
    f->metric = leaf->metric;
    f->is = leaf->is;
    f->limit = leaf->limit_kind == ALARM_LIMIT_NUMBER ? number_text(arena, leaf->limit)
               : leaf->limit_kind ? oq_cstr(oq_choice_text(alarm_limit_choices, leaf->limit_kind))
                                  : OQ_NONE;
    f->by = or_none(leaf->by);
    f->within_s = or_none((double)leaf->within / (double)OQ_SECOND);
    f->after_s = or_none((double)leaf->after / (double)OQ_SECOND);
    f->deadband = or_none(leaf->deadband);
}

static oq_err *form_of(oq_scope *s, const alarm_rule *r, rule_form *ret_form)
{
    sql_alarm_place_codes_rows codes;
    oq_arena *arena = oq_scope_arena(s);
    OQ_TRY(sql_alarm_place_codes(s,
                                 (sql_alarm_place_codes_args){.class_id = r->class_id,
                                                              .asset_id = r->asset_id,
                                                              .site_id = r->site_id},
                                 &codes));
    oq_fields_preset(arena, alarm_rule_form_fields, ret_form);
    rule_form *f = ret_form;
    f->rule_code = r->code;
    f->name = r->name;
    f->name_ar = r->name_ar;
    f->class = codes.at[0].class;
    f->asset = codes.at[0].asset;
    f->site = codes.at[0].site;
    f->criticality = r->criticality;
    f->priority = r->priority;
    f->is_failure = r->is_failure;
    f->is_latched = r->is_latched;
    f->is_enabled = r->is_enabled;
    f->event_kind = r->event_kind;
    f->on_delay_s = r->on_delay_s;
    f->off_delay_s = r->off_delay_s;
    f->response = r->response;
    f->response_ar = r->response_ar;
    f->consequence = r->consequence;
    f->consequence_ar = r->consequence_ar;
    f->respond_within_min = r->respond_within_min;
    f->version = r->version;
    put_condition(arena, f, r->condition);
    return NULL;
}

/* A code that there is none of is said at its field. */
static oq_err *find_places(oq_scope *s, const rule_form *f, alarm_rule *r)
{
    sql_alarm_places_rows rows;
    oq_err *err = NULL;
    OQ_TRY(sql_alarm_places(s,
                            (sql_alarm_places_args){.class = f->class.len ? f->class : OQ_NONE,
                                                    .asset = f->asset.len ? f->asset : OQ_NONE,
                                                    .site = f->site.len ? f->site : OQ_NONE},
                            &rows));
    r->class_id = rows.at[0].class_id;
    r->asset_id = rows.at[0].asset_id;
    r->site_id = rows.at[0].site_id;
    if (f->class.len && oq_uuid_is_zero(r->class_id))
        err = oq_err_join(err, oq_fail_field("class", "alarm_rule.place_unknown"));
    if (f->asset.len && oq_uuid_is_zero(r->asset_id))
        err = oq_err_join(err, oq_fail_field("asset", "alarm_rule.place_unknown"));
    if (f->site.len && oq_uuid_is_zero(r->site_id))
        err = oq_err_join(err, oq_fail_field("site", "alarm_rule.place_unknown"));
    return err;
}

static oq_err *rule_of(oq_scope *s, const rule_form *f, const alarm_rule *before,
                       alarm_rule *ret_rule)
{
    alarm_rule r = before ? *before : (alarm_rule){0};
    if (!before)
        oq_fields_preset(oq_scope_arena(s), alarm_rule_fields, &r);
    r.code = f->rule_code;
    r.name = f->name;
    r.name_ar = f->name_ar;
    r.criticality = f->criticality;
    r.condition = f->mode == MODE_JSON ? f->condition : simple_json(oq_scope_arena(s), f);
    r.priority = f->priority;
    r.is_failure = f->is_failure;
    r.is_latched = f->is_latched;
    r.is_enabled = f->is_enabled;
    r.event_kind = f->event_kind;
    r.on_delay_s = f->on_delay_s;
    r.off_delay_s = f->off_delay_s;
    r.response = f->response;
    r.response_ar = f->response_ar;
    r.consequence = f->consequence;
    r.consequence_ar = f->consequence_ar;
    r.respond_within_min = f->respond_within_min;
    if (before)
        r.version = f->version;
    *ret_rule = r;
    oq_err *err = find_places(s, f, ret_rule);
    if (f->mode == MODE_JSON && !f->condition.len)
        err = oq_err_join(err, oq_fail_field("condition", "field.required"));
    return err;
}

/* --- the page ----------------------------------------------------------------------------------*/

/* What a simple condition misses, as any other field that has to be given. */
static oq_err *missing(const oq_err *e)
{
    for (size_t i = 0; i < e->arg_count; i++) {
        const oq_field *f = strcmp(e->arg[i].name, "name") == 0
                                ? oq_field_find(alarm_rule_form_fields, e->arg[i].value)
                                : NULL;
        if (f)
            return oq_fail_field(f->name, "field.required");
    }
    return NULL;
}

/* Mistakes of a condition stand at the field that they are about, or at the JSON. */
static oq_err *at_fields(oq_arena *arena, const oq_err *err, bool is_simple)
{
    oq_err *all = NULL;
    for (const oq_err *e = err; e; e = e->next) {
        bool is_missing = is_simple && strcmp(e->code, "alarm_condition.required") == 0;
        oq_err *one = is_missing ? missing(e) : NULL;
        if (one) {
            all = oq_err_join(all, one);
            continue;
        }
        one = oq_copy(arena, e, sizeof *e);
        one->next = NULL;
        if (one->field && strncmp(one->field, "condition", 9) == 0) {
            const char *rest = one->field[9] == '.' ? one->field + 10 : NULL;
            one->field = !is_simple ? "condition"
                         : rest && oq_field_find(alarm_rule_form_fields, oq_cstr(rest)) ? rest
                                                                                        : "metric";
        }
        if (one->field && strcmp(one->field, "code") == 0)
            one->field = "rule_code";
        if (one->field && strcmp(one->field, "asset_id") == 0)
            one->field = "asset";
        if (one->field && strcmp(one->field, "site_id") == 0)
            one->field = "site";
        all = oq_err_join(all, one);
    }
    return all;
}

static oq_err *put_known(web_page *page, oq_scope *s)
{
    sql_alarm_known_rows rows;
    OQ_TRY(sql_alarm_known(s, (sql_alarm_known_args){.limit = KNOWN_ASSETS_MAX}, &rows));
    static const struct {
        const char *kind, *list;
    } lists[] = {
        {"class", "classes"}, {"site", "sites"}, {"metric", "metrics"}, {"asset", "assets_list"}};
    for (size_t i = 0; i < OQ_COUNT(lists); i++) {
        web_value *list = web_put_list(page->view, lists[i].list);
        for (size_t k = 0; k < rows.count; k++)
            if (oq_str_eq(rows.at[k].kind, oq_cstr(lists[i].kind)))
                web_add_option(list, rows.at[k].value, rows.at[k].label, false);
    }
    return NULL;
}

static void put_preview(web_page *page, const preview *p)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    web_value *to = web_put_object(page->view, "preview");
    web_put_text(to, "raised",
                 oq_text_count(arena, l->lang, OQ_STR("alarms.preview_raised"), p->raised));
    web_put_text(to, "assets",
                 oq_text_count(arena, l->lang, OQ_STR("alarms.preview_assets"), p->assets));
    web_put_bool(to, "more", p->more > 0);
    web_value *rows = web_put_list(to, "rows");
    for (size_t i = 0; i < p->count; i++) {
        const preview_asset *a = &p->at[i];
        web_value *v = web_add_object(rows);
        web_put_text(v, "asset", a->asset_code);
        web_put_text(v, "raised", web_format_i64(arena, l, a->raised));
        web_put_text(v, "share", web_format_percent(arena, l, a->on_share, 2));
        web_put_text(v, "last",
                     a->last_at == OQ_TIME_NONE ? OQ_NONE : web_format_time(arena, l, a->last_at));
        web_put_text(v, "deadband",
                     isnan(a->deadband) ? OQ_NONE : web_format_f64(arena, l, a->deadband, 6));
        web_put_text(
            v, "delay",
            isnan(a->on_delay_s)
                ? OQ_NONE
                : web_format_duration(arena, l, (oq_us)(a->on_delay_s * (double)OQ_SECOND)));
    }
}

static oq_err *show(http_req *rq, oq_scope *s, oq_uuid id, const rule_form *form, const oq_err *err,
                    const preview *p)
{
    bool is_new = oq_uuid_is_zero(id);
    web_page page =
        web_page_begin(rq, "alarms/rule", is_new ? "alarms.new_rule" : "alarms.rule", "alarms");
    page.title = is_new ? OQ_NONE : alarm_text(page.locale.lang, form->name, form->name_ar);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "alarms.title"), "/alarms");
    web_page_crumb(&page, web_say(&page, "alarms.rules"), "/alarm-rules");
    web_page_crumb(&page, is_new ? web_say(&page, "alarms.new_rule") : form->rule_code, NULL);
    oq_err *shown = err ? at_fields(page.arena, err, form->mode != MODE_JSON) : NULL;
    web_page_form(&page, alarm_rule_form_fields, form, shown);
    oq_str text = oq_uuid_text(page.arena, id);
    web_put_bool(page.view, "is_new", is_new);
    web_put_text(page.view, "action",
                 is_new ? OQ_STR("/alarm-rules/new")
                        : oq_strf(page.arena, "/alarm-rules/%.*s", OQ_FMT(text)));
    web_put_bool(page.view, "is_json", form->mode == MODE_JSON);
    web_put(page.view, "preview", NULL);
    if (p)
        put_preview(&page, p);
    OQ_TRY(put_known(&page, s));
    return web_page_send(&page);
}

oq_err *alarm_rule_page_new(http_req *rq, oq_scope *s)
{
    rule_form form;
    oq_fields_preset(http_arena(rq), alarm_rule_form_fields, &form);
    form.is_enabled = true;
    return show(rq, s, OQ_UUID_ZERO, &form, NULL, NULL);
}

oq_err *alarm_rule_page_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    void *rule;
    rule_form form;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_get(s, &kind_alarm_rule, id, &rule));
    OQ_TRY(form_of(s, rule, &form));
    return show(rq, s, id, &form, NULL, NULL);
}

/* --- what people send --------------------------------------------------------------------------*/

static oq_err *look_back(oq_scope *s, const alarm_rule *r, preview *ret_preview)
{
    preview_order order = {.class_id = r->class_id,
                           .asset_id = r->asset_id,
                           .site_id = r->site_id,
                           .criticality = r->criticality,
                           .condition = r->condition,
                           .on_delay_s = r->on_delay_s,
                           .off_delay_s = r->off_delay_s,
                           .days = 7};
    return alarm_preview(s, &order, ret_preview);
}

static oq_err *answer(http_req *rq, oq_scope *s, oq_uuid id, const rule_form *form, oq_err *err,
                      const preview *p)
{
    if (!err && !p) {
        web_toast(rq, "ok", "alarms.rule_stored");
        http_redirect(rq, OQ_STR("/alarm-rules"));
        return NULL;
    }
    if (err && err->kind != OQ_INVALID && err->kind != OQ_CONFLICT && err->kind != OQ_MALFORMED)
        return err;
    oq_scope *again = s;
    if (err)
        OQ_TRY(http_scope_again(rq, &again));
    return show(rq, again, id, form, err, p);
}

oq_err *alarm_rule_page_add(http_req *rq, oq_scope *s)
{
    rule_form form;
    alarm_rule r;
    void *made;
    preview p;
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = rule_of(s, &form, NULL, &r);
    if (!err && form.preview)
        err = look_back(s, &r, &p);
    else if (!err)
        err = record_add(s, &kind_alarm_rule, &r, &made);
    return answer(rq, s, OQ_UUID_ZERO, &form, err, !err && form.preview ? &p : NULL);
}

oq_err *alarm_rule_page_change(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rule_form form;
    alarm_rule r;
    void *before, *after;
    preview p;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_get(s, &kind_alarm_rule, id, &before));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = rule_of(s, &form, before, &r);
    if (!err && form.preview)
        err = look_back(s, &r, &p);
    else if (!err)
        err = record_change(s, &kind_alarm_rule, id, &r, &after);
    return answer(rq, s, id, &form, err, !err && form.preview ? &p : NULL);
}

oq_err *alarm_rule_page_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_remove(s, &kind_alarm_rule, id, OQ_I64_NONE));
    web_toast(rq, "ok", "alarms.rule_removed");
    http_redirect(rq, OQ_STR("/alarm-rules"));
    return NULL;
}
