/* /alarms/{id}, and what people do there and on the list. */
#include <math.h>

#include "alarm/pages.h"
#include "alarm/watched.h"
#include "historian/read.h"
#include "web/parts.h"

#include "board.sql.h"

#include "base/banned.h"

/* --- one alarm ---------------------------------------------------------------------------------*/

/* What the program itself notes is said in the reader's language. */
static oq_str note_of(const web_page *page, const alert_step *one)
{
    static const struct {
        const char *note, *key;
    } said[] = {{"flood", "choice.alarm_suppressed.flood"},
                {"maintenance", "choice.alarm_suppressed.maintenance"},
                {"out_of_service", "choice.alarm_suppressed.out_of_service"},
                {"not watched any more", "alarms.note_not_watched"},
                {"late samples say otherwise", "alarms.note_late_samples"}};
    for (size_t i = 0; i < OQ_COUNT(said) && oq_uuid_is_zero(one->made_by); i++)
        if (oq_str_eq(one->note, oq_cstr(said[i].note)))
            return web_say(page, said[i].key);
    return one->note;
}

static void put_steps(web_page *page, const alert_steps *steps)
{
    web_value *list = web_put_list(page->view, "steps");
    for (size_t i = 0; i < steps->count; i++) {
        const alert_step *one = &steps->at[i];
        web_value *v = web_add_object(list);
        web_put_text(
            v, "step",
            web_choice_label(page->locale.lang, "alert_step", oq_str_c(page->arena, one->step)));
        web_put_text(v, "at", web_format_time_exact(page->arena, &page->locale, one->at));
        web_put_text(v, "who", one->made_by_name);
        web_put_text(v, "note", note_of(page, one));
        web_put_bool(v, "is_bad",
                     oq_str_eq(one->step, OQ_STR("raised")) ||
                         oq_str_eq(one->step, OQ_STR("again")));
    }
}

static oq_err *put_rule(web_page *page, oq_scope *s, const alert *a)
{
    void *found;
    web_put(page->view, "rule", NULL);
    if (oq_uuid_is_zero(a->rule_id))
        return NULL;
    OQ_TRY(record_get(s, &kind_alarm_rule, a->rule_id, &found));
    const alarm_rule *r = found;
    oq_lang lang = page->locale.lang;
    web_value *v = web_put_object(page->view, "rule");
    web_put_text(v, "code", r->code);
    web_put_text(
        v, "href",
        oq_strf(page->arena, "/alarm-rules/%.*s", OQ_FMT(oq_uuid_text(page->arena, r->id))));
    web_put_text(v, "response", alarm_text(lang, r->response, r->response_ar));
    web_put_text(v, "consequence", alarm_text(lang, r->consequence, r->consequence_ar));
    web_put_text(
        v, "within",
        r->respond_within_min == OQ_I64_NONE
            ? OQ_NONE
            : web_format_duration(page->arena, &page->locale, r->respond_within_min * OQ_MINUTE));
    return NULL;
}

/* A metric by its name; by its code where nobody has named it. */
static oq_err *put_metric(const web_page *page, oq_scope *s, web_value *to, oq_uuid asset_id,
                          oq_str metric)
{
    sql_alarm_metric_rows rows;
    OQ_TRY(sql_alarm_metric(s, (sql_alarm_metric_args){asset_id, metric}, &rows));
    oq_str name =
        rows.count ? alarm_text(page->locale.lang, rows.at[0].name, rows.at[0].name_ar) : OQ_NONE;
    web_put_text(to, "metric", name.len ? name : metric);
    return NULL;
}

/* What might quiet an alarm that comes and goes, from the samples of the hour around it. */
static oq_err *put_proposal(web_page *page, oq_scope *s, const alert *a)
{
    void *rule;
    alarm_condition *c;
    watched_signals list;
    web_put(page->view, "proposal", NULL);
    if (!a->is_chattering || oq_uuid_is_zero(a->rule_id))
        return NULL;
    OQ_TRY(record_get(s, &kind_alarm_rule, a->rule_id, &rule));
    OQ_TRY(alarm_condition_parse(page->arena, ((alarm_rule *)rule)->condition, &c));
    OQ_TRY(watched_signals_of(s, a->asset_id, &list));
    for (int k = 0; k < c->leaves; k++) {
        const watched_signal *g = watched_signal_of(&list, c->leaf[k].metric);
        hist_points points;
        if (!g)
            continue;
        OQ_TRY(hist_read(s, (int32_t)g->no,
                         (hist_span){a->last_at - OQ_HOUR, a->last_at + OQ_MINUTE, OQ_TIME_NONE},
                         HIST_POINTS_MAX, false, false, &points));
        alarm_proposal p =
            alarm_propose(&c->leaf[k], alarm_limit_of(&c->leaf[k], &g->limits), &points.samples);
        if (isnan(p.deadband))
            continue;
        web_value *v = web_put_object(page->view, "proposal");
        OQ_TRY(put_metric(page, s, v, a->asset_id, c->leaf[k].metric));
        web_put_text(v, "deadband",
                     web_format_quantity(page->arena, &page->locale, p.deadband, 6,
                                         web_format_unit(page->arena, g->unit)));
        web_put_text(v, "delay",
                     web_format_duration(page->arena, &page->locale,
                                         (oq_us)(p.on_delay_s * (double)OQ_SECOND)));
        return NULL;
    }
    return NULL;
}

static oq_err *put_series(web_page *page, oq_scope *s, const alert *a)
{
    sql_alert_series_rows rows;
    OQ_TRY(sql_alert_series(s, (sql_alert_series_args){.id = a->id}, &rows));
    web_put_text(page->view, "series_href",
                 rows.count ? oq_strf(page->arena, "/series/%.*s?from=%.*s&to=%.*s",
                                      OQ_FMT(oq_uuid_text(page->arena, rows.at[0].series_id)),
                                      OQ_FMT(oq_time_text(page->arena, a->last_at - OQ_HOUR)),
                                      OQ_FMT(oq_time_text(page->arena, a->last_at + OQ_HOUR)))
                            : OQ_NONE);
    return NULL;
}

oq_err *alarm_show_one(http_req *rq, oq_scope *s, oq_uuid id, const oq_err *err)
{
    alert_row *row;
    alert_steps steps;
    OQ_TRY(alert_read(s, id, &row));
    OQ_TRY(alert_read_steps(s, id, &steps));
    web_page page = web_page_begin(rq, "alarms/one", "alarms.one", "alarms");
    page.title = alarm_text(page.locale.lang, row->a.title, row->a.title_ar);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "alarms.title"), "/alarms");
    web_page_crumb(&page, row->asset_code.len ? row->asset_code : row->a.code, NULL);
    web_page_form(&page, page_deed_fields, NULL, err);
    alarm_put_row(&page, web_put_object(page.view, "alarm"), row, oq_now(s));
    web_put_text(page.view, "first_raised",
                 web_format_time_exact(page.arena, &page.locale, row->a.raised_at));
    put_steps(&page, &steps);
    OQ_TRY(put_rule(&page, s, &row->a));
    OQ_TRY(put_proposal(&page, s, &row->a));
    OQ_TRY(put_series(&page, s, &row->a));
    web_put_text(page.view, "back",
                 oq_strf(page.arena, "/alarms/%.*s", OQ_FMT(oq_uuid_text(page.arena, id))));
    return web_page_send(&page);
}

oq_err *alarm_page_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return alarm_show_one(rq, s, id, NULL);
}

/* --- deeds -------------------------------------------------------------------------------------*/

/* To `back`; what went wrong is shown on the alarm's page, and nothing was done. */
static oq_err *go_back(http_req *rq, oq_uuid id, oq_str back, oq_err *err, const char *toast_key)
{
    oq_scope *again;
    if (!err) {
        web_toast(rq, "ok", toast_key);
        http_redirect(rq, oq_str_starts(back, OQ_STR("/alarms")) ? back : OQ_STR("/alarms"));
        return NULL;
    }
    if (err->kind != OQ_INVALID && err->kind != OQ_CONFLICT)
        return err;
    OQ_TRY(http_scope_again(rq, &again));
    return alarm_show_one(rq, again, id, err);
}

typedef struct deed_form {
    oq_str note, back;
} deed_form;
const oq_field page_deed_fields[] = {OQ_TEXT(deed_form, note, .max = ALERT_NOTE_MAX),
                                     OQ_TEXT(deed_form, back, .max = 1000), OQ_FIELDS_END};

typedef oq_err *deed(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert);

static oq_err *unshelve(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert)
{
    return alert_unshelve(s, id, ret_alert);
}

static oq_err *do_deed(http_req *rq, oq_scope *s, deed *call, const char *toast_key)
{
    oq_uuid id;
    deed_form form = {0};
    alert *a;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = call(s, id, form.note, &a);
    return go_back(rq, id, form.back, err, toast_key);
}

oq_err *alarm_page_acknowledge(http_req *rq, oq_scope *s)
{
    return do_deed(rq, s, alert_acknowledge, "alarms.acknowledged_toast");
}

oq_err *alarm_page_reset(http_req *rq, oq_scope *s)
{
    return do_deed(rq, s, alert_reset, "alarms.reset_toast");
}

oq_err *alarm_page_unshelve(http_req *rq, oq_scope *s)
{
    return do_deed(rq, s, unshelve, "alarms.unshelved_toast");
}

typedef struct shelve_form {
    int64_t minutes;
    oq_str reason, back;
} shelve_form;
const oq_field page_shelve_fields[] = {
    OQ_I64(shelve_form, minutes, .required = true, .min = 1, .max = 24 * 60),
    OQ_TEXT(shelve_form, reason, .required = true, .max = ALERT_NOTE_MAX),
    OQ_TEXT(shelve_form, back, .max = 1000), OQ_FIELDS_END};

oq_err *alarm_page_shelve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    shelve_form form = {0};
    alert *a;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = alert_shelve(s, id, oq_now(s) + form.minutes * OQ_MINUTE, form.reason, &a);
    return go_back(rq, id, form.back, err, "alarms.shelved_toast");
}

typedef struct many_form {
    oq_uuids ids;
    oq_str back;
} many_form;
const oq_field page_many_fields[] = {OQ_UUIDS(many_form, ids, .max = ALERT_MANY_MAX),
                                     OQ_TEXT(many_form, back, .max = 1000), OQ_FIELDS_END};

oq_err *alarm_page_acknowledge_many(http_req *rq, oq_scope *s)
{
    many_form form;
    OQ_TRY(http_body(rq, &form));
    for (size_t i = 0; i < form.ids.count; i++) {
        alert *a;
        oq_err *err = alert_acknowledge(s, form.ids.at[i], OQ_NONE, &a);
        if (err && !oq_err_is(err, "alert.is_over"))
            return err;
    }
    web_toast(rq, form.ids.count ? "ok" : "warn",
              form.ids.count ? "alarms.acknowledged_toast" : "alarms.none_chosen");
    http_redirect(rq, oq_str_starts(form.back, OQ_STR("/alarms")) ? form.back : OQ_STR("/alarms"));
    return NULL;
}

/* --- quiet windows -----------------------------------------------------------------------------*/

const oq_choice alarm_window_choices[] = {
    {SILENCE_MAINTENANCE, "maintenance"}, {SILENCE_OUT_OF_SERVICE, "out_of_service"}, {0, NULL}};
const oq_field page_silence_fields[] = {
    OQ_CHOICE(silence_form, kind, alarm_window_choices, .required = true),
    OQ_TEXT(silence_form, asset, .max = PLANT_CODE_MAX),
    OQ_TEXT(silence_form, rule, .max = PLANT_CODE_MAX),
    OQ_UUID(silence_form, site_id),
    OQ_TEXT(silence_form, until, .required = true, .max = 40),
    OQ_TEXT(silence_form, reason, .required = true, .max = ALERT_NOTE_MAX),
    OQ_FIELDS_END,
};

static oq_err *rule_by_code(oq_scope *s, oq_str code, oq_uuid *ret_id)
{
    record_list list;
    *ret_id = OQ_UUID_ZERO;
    if (!code.len)
        return NULL;
    OQ_TRY(record_find(s, &kind_alarm_rule, &(record_query){.q = code}, &list));
    for (size_t i = 0; i < list.count; i++) {
        const alarm_rule *r = record_at(&kind_alarm_rule, &list, i);
        if (oq_str_eq(r->code, code))
            *ret_id = r->id;
    }
    return oq_uuid_is_zero(*ret_id) ? oq_fail_field("rule", "alarm_rule.not_found") : NULL;
}

static oq_err *add_silence(http_req *rq, oq_scope *s, const silence_form *form)
{
    silence_order order = {.kind = form->kind,
                           .site_id = form->site_id,
                           .from_time = OQ_TIME_NONE,
                           .reason = form->reason};
    asset *of = NULL;
    silence *made;
    if (web_local_parse(form->until, http_who_of(rq)->time_zone, &order.to_time))
        return oq_fail_field("until", "format.local_malformed");
    if (form->asset.len)
        OQ_TRY(asset_find_by_code(s, form->asset, &of));
    if (form->asset.len && !of)
        return oq_fail_field("asset", "asset.not_found");
    if (of)
        order.asset_id = of->id;
    OQ_TRY(rule_by_code(s, form->rule, &order.rule_id));
    return alarm_silence_add(s, &order, &made);
}

oq_err *alarm_page_silence(http_req *rq, oq_scope *s)
{
    silence_form form = {0};
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = add_silence(rq, s, &form);
    if (err && err->kind != OQ_INVALID)
        return err;
    if (err) {
        oq_scope *again;
        OQ_TRY(http_scope_again(rq, &again));
        return alarm_show_window(rq, again, &form, err);
    }
    web_toast(rq, "ok", "alarms.silence_made");
    http_redirect(rq, OQ_STR("/alarms?view=quiet"));
    return NULL;
}

oq_err *alarm_page_silence_end(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    silence *ended;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(alarm_silence_end(s, id, &ended));
    web_toast(rq, "ok", "alarms.silence_ended");
    http_redirect(rq, OQ_STR("/alarms?view=quiet"));
    return NULL;
}
