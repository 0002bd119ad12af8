/* The five questions, each answered in a sentence with a number, how sure it is, and where that can
 * be looked up. A question that the reader may see nothing of is not put. */
#include <math.h>

#include "dashboard/inner.h"

#include "alarm/alarm.h"
#include "plant/structure.h"
#include "quant/json_tree.h"
#include "web/parts.h"
#include "workorder/work_order.h"

#include "dashboard.sql.h"

#include "base/banned.h"

enum { WAITING_DAYS = 7, DEPTH_MAX = 8 };

/* What is said to a question. */
typedef struct answer {
    const char *question; /* key of the question */
    oq_str text, sure;    /* sure: not given where there is nothing to doubt */
    oq_str href, link;
    const char *kind; /* "", "warn", "bad": how pressing */
    const char *note; /* key of a quiet line; NULL: none */
} answer;

static void put(const web_page *page, web_value *list, const answer *a)
{
    web_value *to = web_add_object(list);
    web_put_text(to, "question", web_say(page, a->question));
    web_put_text(to, "text", a->text);
    web_put_text(to, "sure", a->sure);
    web_put_text(to, "href", a->link.len ? a->href : OQ_NONE);
    web_put_text(to, "link", a->link);
    web_put_cstr(to, "kind", a->kind ? a->kind : "");
    web_put_text(to, "note", a->note ? web_say(page, a->note) : OQ_NONE);
}

static oq_str asset_of(const web_page *page, const first *f)
{
    return dashboard_asset(page, f->code, f->name, f->name_ar);
}

static oq_str incident_number(const web_page *page, const incident_row *it)
{
    return oq_strf(page->arena, "INC-%lld", (long long)it->number);
}

static oq_str plan_number(const web_page *page, const optimize_run *run)
{
    return oq_strf(page->arena, "OPT-%lld", (long long)run->number);
}

static void link_incident(const web_page *page, const incident_row *it, answer *a)
{
    a->href = dashboard_path(page, "/blackbox/incidents", it->id);
    a->link = DASHBOARD_SAY(page, "dashboard.open_incident", {"number", incident_number(page, it)});
}

static void link_plan(const web_page *page, const optimize_run *run, answer *a)
{
    a->href = dashboard_path(page, "/optimization/runs", run->id);
    a->link = DASHBOARD_SAY(page, "dashboard.open_plan", {"number", plan_number(page, run)});
}

static void link_asset(const web_page *page, const first *f, const char *place, answer *a)
{
    if (oq_uuid_is_zero(f->asset_id))
        return;
    a->href =
        oq_strf(page->arena, "%.*s%s", OQ_FMT(dashboard_path(page, "/assets", f->asset_id)), place);
    a->link =
        DASHBOARD_SAY(page, "dashboard.open_asset", {"code", dashboard_quoted(page, f->code)});
}

static oq_str days_of(const web_page *page, double hours)
{
    return oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.days"),
                         llround(hours / 24));
}

/* --- 1: what needs attention first --------------------------------------------------------------*/

static oq_str chance_of(const web_page *page, const first *f)
{
    const dashboard_risk *r = f->risk;
    if (!r || isnan(r->failure_probability))
        return web_say(page, "dashboard.first.no_chance");
    const char *key = isnan(r->failure_low) || isnan(r->failure_high)
                          ? "dashboard.first.chance_bare"
                          : "dashboard.first.chance";
    return DASHBOARD_SAY(page, key, {"chance", dashboard_percent(page, r->failure_probability)},
                         {"low", dashboard_percent(page, r->failure_low)},
                         {"high", dashboard_percent(page, r->failure_high)},
                         {"days", days_of(page, r->horizon_h)});
}

static oq_str work_of(const web_page *page, const optimize_advice *a)
{
    oq_str title = dashboard_title(page, a->order_title, a->order_title_ar);
    oq_str mode = dashboard_name(page, a->mode_name, a->mode_name_ar);
    return dashboard_quoted(page, title.len ? title : mode.len ? mode : a->failure_mode);
}

static void answer_first_incident(const web_page *page, const first *f, oq_us now, answer *a)
{
    const incident_row *it = f->incident;
    a->text = DASHBOARD_SAY(
        page, "dashboard.first.incident",
        {"title", dashboard_quoted(page, dashboard_title(page, it->title, it->title_ar))},
        {"severity", web_choice_label(page->locale.lang, "incident_severity",
                                      oq_choice_text(incident_severity_choices, it->severity))},
        {"since", web_format_ago(page->arena, &page->locale, it->start_time, now)});
    a->kind = it->severity >= INCIDENT_CRITICAL ? "bad" : "warn";
    link_incident(page, it, a);
}

/* "P-101: Vibration high". */
static oq_str alarm_of(const web_page *page, const dashboard_alarm *al)
{
    oq_str title = dashboard_name(page, al->title, al->title_ar);
    return al->asset_code.len
               ? oq_strf(page->arena, "%.*s: %.*s", OQ_FMT(dashboard_quoted(page, al->asset_code)),
                         OQ_FMT(dashboard_quoted(page, title)))
               : dashboard_quoted(page, title);
}

static void answer_first_alarm(const web_page *page, const first *f, oq_us now, answer *a)
{
    const dashboard_alarm *al = f->alarm;
    a->text = DASHBOARD_SAY(
        page, "dashboard.first.alarm", {"title", alarm_of(page, al)},
        {"priority", web_choice_label(page->locale.lang, "alarm_priority",
                                      oq_choice_text(alarm_priority_choices, al->priority))},
        {"since", web_format_ago(page->arena, &page->locale, al->raised_at, now)});
    a->kind = al->priority == ALARM_CRITICAL ? "bad" : "warn";
    a->href = dashboard_path(page, "/alarms", al->id);
    a->link = web_say(page, "dashboard.open_alarm");
}

static void answer_first_plan(const web_page *page, const first *f, answer *a)
{
    const optimize_advice *task = f->advice;
    bool has_money = task->avoided_minor != OQ_I64_NONE && task->currency.len;
    a->text = DASHBOARD_SAY(
        page, has_money ? "dashboard.first.plan" : "dashboard.first.plan_bare",
        {"asset", asset_of(page, f)}, {"work", work_of(page, task)},
        {"avoided", dashboard_money(page, (double)task->avoided_minor, task->currency)});
    a->kind = "warn";
    link_plan(page, f->run, a);
}

static void answer_first(web_page *page, web_value *list, const first *f, oq_us now)
{
    answer a = {.question = "dashboard.q.first"};
    const web_locale *l = &page->locale;
    if (f->by == FIRST_INCIDENT) {
        answer_first_incident(page, f, now, &a);
    } else if (f->by == FIRST_PLAN) {
        answer_first_plan(page, f, &a);
    } else if (f->by == FIRST_RISK) {
        a.text = DASHBOARD_SAY(
            page, "dashboard.first.risk", {"asset", asset_of(page, f)},
            {"risk", web_format_f64(page->arena, l, f->risk->production_risk_index, 0)});
        a.kind = "warn";
        link_asset(page, f, "", &a);
    } else if (f->by == FIRST_ALARM) {
        answer_first_alarm(page, f, now, &a);
    } else {
        a.text = web_say(page, "dashboard.first.nothing");
        a.href = OQ_STR("/assets");
        a.link = web_say(page, "dashboard.open_assets");
    }
    bool is_calm = f->by == FIRST_NOTHING;
    bool has_asset = !oq_uuid_is_zero(f->asset_id);
    if (is_calm)
        a.sure = DASHBOARD_SAY(page, "dashboard.first.scored",
                               {"scored", web_format_i64(page->arena, l, f->ready.chances)},
                               {"assets", web_format_i64(page->arena, l, f->ready.assets)});
    else if (has_asset && dashboard_may(page, CAP_ASSET_READ))
        a.sure = chance_of(page, f);
    put(page, list, &a);
}

/* --- 2: why it failed ---------------------------------------------------------------------------*/

static oq_err *confirmed_name(const web_page *page, oq_scope *s, const incident_row *it,
                              oq_str *ret_name)
{
    sql_dashboard_cause_rows rows;
    OQ_TRY(sql_dashboard_cause(
        s, (sql_dashboard_cause_args){it->root_asset_id, it->confirmed_cause}, &rows));
    oq_str code = oq_str_copy(page->arena, it->confirmed_cause);
    for (size_t i = 0; i < code.len; i++)
        if (code.ptr[i] == '_')
            ((char *)code.ptr)[i] = ' ';
    *ret_name = dashboard_quoted(
        page, rows.count ? dashboard_name(page, rows.at[0].name, rows.at[0].name_ar) : code);
    return NULL;
}

oq_str dashboard_hypothesis(const web_page *page, oq_str summary, double *ret_confidence)
{
    web_value *told = NULL;
    oq_mark mark = oq_err_mark();
    bool is_arabic = page->locale.lang == OQ_LANG_AR;
    *ret_confidence = NAN;
    if (!summary.len || web_from_json(page->arena, summary, &told)) {
        oq_err_rewind(mark);
        return OQ_NONE;
    }
    oq_parse_f64(web_as_text(web_get(told, OQ_STR("confidence"))), ret_confidence);
    const web_value *texts = web_get(told, OQ_STR("main_hypothesis"));
    oq_str own = web_as_text(web_get(texts, is_arabic ? OQ_STR("ar") : OQ_STR("en")));
    return own.len ? own : web_as_text(web_get(texts, is_arabic ? OQ_STR("en") : OQ_STR("ar")));
}

/* What the analysis took for the cause, unless that is only "something else". */
static bool is_named(const incident_row *it)
{
    return it->top_cause.len && !oq_str_eq(it->top_cause, OQ_STR("other")) &&
           it->top_probability > 0;
}

static oq_err *say_why(const web_page *page, oq_scope *s, const incident_row *it, answer *a)
{
    double confidence;
    oq_str hypothesis = dashboard_hypothesis(page, it->rca_summary, &confidence);
    if (it->confirmed_cause.len) {
        oq_str name;
        OQ_TRY(confirmed_name(page, s, it, &name));
        a->text = DASHBOARD_SAY(page, "dashboard.why.confirmed", {"cause", name});
        if (!isnan(it->top_probability))
            a->sure = DASHBOARD_SAY(page, "dashboard.why.confirmed_sure",
                                    {"share", dashboard_percent(page, it->top_probability)});
    } else if (hypothesis.len && is_named(it)) {
        a->text = DASHBOARD_SAY(page, "dashboard.why.likely", {"cause", hypothesis});
        a->sure = isnan(confidence)
                      ? web_say(page, "dashboard.why.unconfirmed")
                      : DASHBOARD_SAY(page, "dashboard.why.likely_sure",
                                      {"share", dashboard_percent(page, confidence)},
                                      {"rest", dashboard_percent(page, 1 - confidence)});
    } else {
        a->text =
            DASHBOARD_SAY(page, "dashboard.why.unexplained", {"number", incident_number(page, it)});
        a->sure = it->top_cause.len && !isnan(it->top_probability)
                      ? DASHBOARD_SAY(page, "dashboard.why.other_sure",
                                      {"share", dashboard_percent(page, it->top_probability)})
                      : web_say(page, "dashboard.why.unexplained_sure");
    }
    link_incident(page, it, a);
    return NULL;
}

static oq_err *answer_why(web_page *page, oq_scope *s, web_value *list, const first *f)
{
    answer a = {.question = "dashboard.q.why"};
    if (!dashboard_may(page, CAP_INCIDENT_READ))
        return NULL;
    if (f->incident) {
        OQ_TRY(say_why(page, s, f->incident, &a));
        if (f->by == FIRST_NOTHING)
            a.text = DASHBOARD_SAY(
                page, "dashboard.why.last", {"said", a.text},
                {"at", web_format_date(page->arena, &page->locale, f->incident->start_time)});
    } else if (oq_uuid_is_zero(f->asset_id)) {
        a.text = web_say(page, "dashboard.why.nothing");
        a.href = OQ_STR("/blackbox");
        a.link = web_say(page, "dashboard.open_incidents");
    } else {
        incident_view view;
        OQ_TRY(incident_view_of(s, &view));
        a.text = DASHBOARD_SAY(
            page, view.assigned_only ? "dashboard.why.not_yours" : "dashboard.why.none",
            {"asset", asset_of(page, f)});
        oq_str mode =
            f->risk ? dashboard_name(page, f->risk->mode_name, f->risk->mode_name_ar) : OQ_NONE;
        if (mode.len)
            a.sure =
                DASHBOARD_SAY(page, "dashboard.why.next", {"mode", dashboard_quoted(page, mode)});
        link_asset(page, f, "", &a);
    }
    put(page, list, &a);
    return NULL;
}

/* --- 3: what waiting costs ----------------------------------------------------------------------*/

static double minor_of(const json_node *day, const char *name)
{
    const json_node *n = day ? json_tree_member(day, name) : NULL;
    return n && n->type == JSON_NODE_NUMBER ? n->number : (double)NAN;
}

static oq_str missing_of(const web_page *page, const json_node *root)
{
    const json_node *list = json_tree_member(root, "missing");
    oq_str text = OQ_NONE;
    const char *comma = page->locale.lang == OQ_LANG_AR ? "، " : ", ";
    for (const json_node *n = list && list->type == JSON_NODE_LIST ? list->child : NULL; n;
         n = n->next) {
        oq_str one = oq_text(page->locale.lang,
                             oq_strf(page->arena, "optimization.missing.%.*s", OQ_FMT(n->text)));
        text =
            text.len ? oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(text), comma, OQ_FMT(one)) : one;
    }
    return text;
}

static void say_waiting(const web_page *page, const json_node *root, answer *a)
{
    const json_node *days = json_tree_member(root, "days"), *last = NULL;
    const json_node *driver = json_tree_member(root, "driver");
    const json_node *currency = json_tree_member(root, "currency");
    const json_node *cheapest = json_tree_member(root, "cheapest_day");
    for (const json_node *n = days ? days->child : NULL; n; n = n->next)
        last = n;
    double mid = minor_of(last, "mid_minor"), low = minor_of(last, "low_minor"),
           high = minor_of(last, "high_minor");
    if (!last || isnan(mid)) {
        oq_str missing = missing_of(page, root);
        a->text = web_say(page, "dashboard.wait.unknown");
        if (missing.len)
            a->sure = DASHBOARD_SAY(page, "dashboard.wait.missing", {"missing", missing});
        return;
    }
    bool is_dearer = mid > 0; /* else the band, too, says how much cheaper it is */
    const char *key = is_dearer ? "dashboard.wait.costs" : "dashboard.wait.saves";
    oq_str money = currency && currency->type == JSON_NODE_TEXT ? currency->text : OQ_NONE;
    oq_arg arg[] = {
        {"cost", dashboard_money(page, fabs(mid), money)},
        {"low", dashboard_money(page, is_dearer ? low : -high, money)},
        {"high", dashboard_money(page, is_dearer ? high : -low, money)},
        {"days",
         oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.days"), WAITING_DAYS)},
        {"driver", driver && driver->type == JSON_NODE_TEXT
                       ? oq_text(page->locale.lang, oq_strf(page->arena, "optimization.driver.%.*s",
                                                            OQ_FMT(driver->text)))
                       : OQ_STR(WEB_NOTHING)},
        {"day", cheapest && cheapest->type == JSON_NODE_NUMBER
                    ? web_format_i64(page->arena, &page->locale, (int64_t)cheapest->number)
                    : OQ_STR(WEB_NOTHING)},
    };
    a->text = dashboard_say(page, key, arg, OQ_COUNT(arg));
    a->kind = is_dearer ? "warn" : "";
    if (!isnan(low) && !isnan(high))
        a->sure =
            dashboard_say(page,
                          driver && driver->type == JSON_NODE_TEXT ? "dashboard.wait.band"
                                                                   : "dashboard.wait.band_bare",
                          arg, OQ_COUNT(arg));
}

/* Nothing presses: what the newest plan says of doing nothing at all. */
static void say_doing_nothing(const web_page *page, const first *f, answer *a)
{
    const optimize_run *run = f->run;
    if (!run || run->baseline_minor == OQ_I64_NONE || !run->currency.len) {
        a->text = web_say(page, "dashboard.wait.no_plan");
        a->href = OQ_STR("/optimization");
        a->link = web_say(page, "dashboard.open_optimization");
        return;
    }
    a->text =
        DASHBOARD_SAY(page, "dashboard.wait.whole",
                      {"idle", dashboard_money(page, (double)run->baseline_minor, run->currency)},
                      {"plan", dashboard_money(page, (double)run->objective_minor, run->currency)},
                      {"days", oq_text_count(page->arena, page->locale.lang,
                                             OQ_STR("dashboard.days"), run->horizon_days)});
    if (run->bound_minor != OQ_I64_NONE)
        a->sure = DASHBOARD_SAY(
            page, "dashboard.wait.bound",
            {"bound", dashboard_money(page, (double)run->bound_minor, run->currency)});
    link_plan(page, run, a);
}

static oq_err *answer_waiting(web_page *page, oq_scope *s, web_value *list, const first *f)
{
    answer a = {.question = "dashboard.q.wait"};
    const json_node *root;
    oq_str json;
    if (!dashboard_may(page, CAP_OPTIMIZATION_READ))
        return NULL;
    if (oq_uuid_is_zero(f->asset_id)) {
        say_doing_nothing(page, f, &a);
    } else {
        OQ_TRY(optimize_deferral(s, f->asset_id, OQ_UUID_ZERO, WAITING_DAYS, &json));
        OQ_TRY(json_tree_parse(page->arena, json, DEPTH_MAX, &root));
        say_waiting(page, root, &a);
        link_asset(page, f, "#deferral", &a);
    }
    put(page, list, &a);
    return NULL;
}

/* --- 4: how to run until then -------------------------------------------------------------------*/

static oq_str measured(const web_page *page, double value, oq_str unit)
{
    return isnan(value) ? OQ_STR(WEB_NOTHING)
                        : web_format_quantity(page->arena, &page->locale, value, 2,
                                              web_format_unit(page->arena, unit));
}

static void say_alarm(const web_page *page, const first *f, answer *a)
{
    const dashboard_alarm *al = f->alarm;
    oq_str response = dashboard_name(page, al->response, al->response_ar);
    oq_str title = alarm_of(page, al);
    const char *key = response.len                                 ? "dashboard.run.response"
                      : isnan(al->value) || isnan(al->limit_value) ? "dashboard.run.alarm_bare"
                                                                   : "dashboard.run.alarm";
    a->text = DASHBOARD_SAY(page, key, {"response", dashboard_quoted(page, response)},
                            {"title", title},
                            {"value", measured(page, al->value, al->unit)},
                            {"limit", measured(page, al->limit_value, al->unit)});
    if (f->alarms)
        a->sure = oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.run.active"),
                                f->alarms);
    a->kind = al->priority == ALARM_CRITICAL ? "bad" : "warn";
    a->href = dashboard_path(page, "/alarms", al->id);
    a->link = web_say(page, "dashboard.open_alarm");
}

static oq_err *answer_running(web_page *page, oq_scope *s, web_value *list, const first *f)
{
    answer a = {.question = "dashboard.q.run", .note = "dashboard.run.not_here"};
    const web_locale *l = &page->locale;
    sql_dashboard_limits_rows rows = {0};
    if (!dashboard_may(page, CAP_ALARM_READ))
        return NULL;
    bool has_asset = !oq_uuid_is_zero(f->asset_id);
    if (has_asset && !f->alarm)
        OQ_TRY(sql_dashboard_limits(s, (sql_dashboard_limits_args){f->asset_id}, &rows));
    int64_t rules = rows.count ? rows.at[0].rules : f->ready.rules;
    int64_t signals = rows.count ? rows.at[0].signals : f->ready.signals;
    if (f->alarm) {
        say_alarm(page, f, &a);
    } else {
        a.text = DASHBOARD_SAY(page,
                               rows.count && rows.at[0].quiet ? "dashboard.run.set_aside"
                               : !rules                       ? "dashboard.run.unwatched"
                               : has_asset                    ? "dashboard.run.quiet"
                                                              : "dashboard.run.all_quiet",
                               {"rules", web_format_i64(page->arena, l, rules)},
                               {"signals", web_format_i64(page->arena, l, signals)});
        a.href = OQ_STR("/alarm-rules");
        a.link = web_say(page, "dashboard.open_rules");
    }
    put(page, list, &a);
    return NULL;
}

/* --- 5: who goes when ---------------------------------------------------------------------------*/

static oq_str day_of(const web_page *page, oq_us at)
{
    return at == OQ_TIME_NONE ? OQ_STR(WEB_NOTHING)
                              : web_format_time(page->arena, &page->locale, at);
}

static void say_order(const web_page *page, const dashboard_order *o, answer *a)
{
    bool has_person = o->assigned_name.len > 0, has_day = o->planned_from != OQ_TIME_NONE;
    const char *key = !has_person                          ? "dashboard.who.nobody"
                      : o->status == WORK_PENDING_APPROVAL ? "dashboard.who.approval"
                      : o->status == WORK_IN_PROGRESS      ? "dashboard.who.working"
                      : has_day                            ? "dashboard.who.planned"
                      : o->due_at != OQ_TIME_NONE          ? "dashboard.who.due"
                                                           : "dashboard.who.assigned";
    oq_str title = dashboard_title(page, o->title, o->title_ar);
    oq_arg arg[] = {
        {"person", dashboard_quoted(page, o->assigned_name)},
        {"order", dashboard_quoted(page, title)},
        {"day", day_of(page, o->planned_from)},
        {"due", day_of(page, o->due_at)},
        {"hours", isnan(o->planned_h) ? OQ_STR(WEB_NOTHING)
                                      : web_format_quantity(page->arena, &page->locale,
                                                            o->planned_h, 1, OQ_STR("h"))},
    };
    a->text = dashboard_say(page, key, arg, OQ_COUNT(arg));
    a->kind = has_person ? "" : "warn";
    const char *sure = has_day && !isnan(o->planned_h)        ? "dashboard.who.hours"
                       : has_day && o->due_at != OQ_TIME_NONE ? "dashboard.who.due_at"
                       : has_day                              ? NULL
                       : o->due_at != OQ_TIME_NONE            ? "dashboard.who.no_day"
                                                              : "dashboard.who.no_date";
    if (sure)
        a->sure = dashboard_say(page, sure, arg, OQ_COUNT(arg));
    a->href = dashboard_path(page, "/work-orders", o->id);
    a->link =
        DASHBOARD_SAY(page, "dashboard.open_order", {"number", dashboard_quoted(page, o->number)});
}

static bool say_advice(const web_page *page, const first *f, answer *a)
{
    const optimize_advice *task = f->advice;
    if (!task || !task->crew_name.len || task->day == OQ_DATE_NONE)
        return false;
    bool is_approved = f->run->approved_at != OQ_TIME_NONE;
    oq_arg arg[] = {
        {"person", dashboard_quoted(page, task->crew_name)},
        {"day", web_format_day(page->arena, &page->locale, task->day)},
        {"work", work_of(page, task)},
        {"plan", plan_number(page, f->run)},
        {"hours", isnan(task->hours) ? OQ_STR(WEB_NOTHING)
                                     : web_format_quantity(page->arena, &page->locale, task->hours,
                                                           1, OQ_STR("h"))},
    };
    a->text = dashboard_say(page, "dashboard.who.proposed", arg, OQ_COUNT(arg));
    a->sure =
        dashboard_say(page, is_approved ? "dashboard.who.hours" : "dashboard.who.not_approved", arg,
                      OQ_COUNT(arg));
    link_plan(page, f->run, a);
    return true;
}

static oq_err *answer_who(web_page *page, oq_scope *s, web_value *list, const first *f)
{
    answer a = {.question = "dashboard.q.who"};
    sql_dashboard_order_rows rows = {0};
    if (!dashboard_may(page, CAP_WORK_ORDER_READ))
        return NULL;
    bool is_calm = f->by == FIRST_NOTHING, has_asset = !oq_uuid_is_zero(f->asset_id);
    bool has_incident = f->incident && (f->by == FIRST_INCIDENT || has_asset);
    if (is_calm || has_incident || has_asset) /* of nothing else is there an order */
        OQ_TRY(sql_dashboard_order(s,
                                   (sql_dashboard_order_args){
                                       .only_user = work_order_only_user(s),
                                       .incident_id = has_incident ? f->incident->id : OQ_UUID_ZERO,
                                       .asset_id = f->asset_id,
                                   },
                                   &rows));
    bool is_owned = !oq_uuid_is_zero(work_order_only_user(s));
    if (rows.count) {
        say_order(page, rows.at, &a);
    } else if (!say_advice(page, f, &a)) {
        a.text = web_say(page, is_owned  ? "dashboard.who.not_you"
                               : is_calm ? "dashboard.who.nothing"
                                         : "dashboard.who.none");
        a.href = OQ_STR("/work-orders");
        a.link = web_say(page, "dashboard.open_orders");
    }
    put(page, list, &a);
    return NULL;
}

oq_err *dashboard_put_answers(web_page *page, oq_scope *s, const first *f)
{
    web_value *list = web_put_list(page->view, "answers");
    answer_first(page, list, f, oq_now(s));
    OQ_TRY(answer_why(page, s, list, f));
    OQ_TRY(answer_waiting(page, s, list, f));
    OQ_TRY(answer_running(page, s, list, f));
    return answer_who(page, s, list, f);
}
