/* What several pages of the optimizer show: runs, recommendations, reasons in words. */
#include <math.h>

#include "optimize/json_read.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include "optimize_page.sql.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, SITES_MAX = 500 };

oq_str optimize_name(const web_page *page, oq_str name, oq_str name_ar)
{
    return oq_lang_pick(page->locale.lang, name, name_ar);
}

oq_str optimize_money(const web_page *page, int64_t minor, oq_str currency)
{
    if (minor == OQ_I64_NONE || !currency.len)
        return OQ_STR(WEB_NOTHING);
    return web_format_money(page->arena, &page->locale, minor, currency);
}

static const char *kind_of_status(int status)
{
    switch (status) {
    case OPTIMIZE_DONE:
        return "ok";
    case OPTIMIZE_INFEASIBLE:
        return "warn";
    case OPTIMIZE_FAILED:
        return "bad";
    case OPTIMIZE_CANCELLED:
        return "off";
    default:
        return "info";
    }
}

/* A person, a token, or what the program was doing. */
static oq_str maker_of(const web_page *page, const optimize_run *run)
{
    oq_str key = oq_strf(page->arena, "job.kind.%.*s", OQ_FMT(run->made_by));
    bool is_job = oq_uuid_is_zero(run->made_by_id) && oq_text_exists(page->locale.lang, key);
    return is_job ? oq_text(page->locale.lang, key) : run->made_by;
}

void optimize_put_run(const web_page *page, web_value *to, const optimize_run *run)
{
    oq_arena *arena = page->arena;
    oq_str id = oq_uuid_text(arena, run->id);
    bool has_answer = run->status == OPTIMIZE_DONE || run->status == OPTIMIZE_INFEASIBLE;
    bool saves = run->baseline_minor != OQ_I64_NONE && run->objective_minor != OQ_I64_NONE;
    web_put_text(to, "id", id);
    web_put_text(to, "href", oq_strf(arena, "/optimization/runs/%.*s", OQ_FMT(id)));
    web_put_text(to, "number", optimize_number_text(arena, run->number));
    web_put_badge(to, kind_of_status(run->status),
                  web_choice_label(page->locale.lang, "optimize_status",
                                   oq_choice_text(optimize_status_choices, run->status)));
    web_put_text(to, "from_day", web_format_day(arena, &page->locale, run->from_day));
    web_put_text(
        to, "days",
        oq_text_count(arena, page->locale.lang, OQ_STR("optimization.days"), run->horizon_days));
    web_put_text(to, "made_by", maker_of(page, run));
    web_put_text(to, "created_at", web_format_time(arena, &page->locale, run->created_at));
    web_put_text(to, "objective", optimize_money(page, run->objective_minor, run->currency));
    web_put_text(to, "baseline", optimize_money(page, run->baseline_minor, run->currency));
    web_put_text(to, "bound", optimize_money(page, run->bound_minor, run->currency));
    web_put_text(
        to, "saving",
        saves ? optimize_money(page, run->baseline_minor - run->objective_minor, run->currency)
              : OQ_STR(WEB_NOTHING));
    web_put_text(to, "gap",
                 isnan(run->gap) ? OQ_STR(WEB_NOTHING)
                                 : web_format_percent(arena, &page->locale, run->gap, 2));
    web_put_bool(to, "has_answer", has_answer);
    web_put_bool(to, "is_waiting",
                 run->status == OPTIMIZE_QUEUED || run->status == OPTIMIZE_RUNNING);
    web_put_bool(to, "is_infeasible", run->status == OPTIMIZE_INFEASIBLE);
    web_put_bool(to, "is_approved", run->approved_at != OQ_TIME_NONE);
    web_put_text(to, "approved_at",
                 run->approved_at == OQ_TIME_NONE
                     ? OQ_NONE
                     : web_format_time(arena, &page->locale, run->approved_at));
    web_put_text(to, "approval_note", run->approval_note);
}

/* --- reasons ------------------------------------------------------------------------------------*/

static oq_str day_of(const web_page *page, oq_str text)
{
    oq_date date;
    return text.len && oq_date_parse(text, &date) ? web_format_day(page->arena, &page->locale, date)
                                                  : OQ_NONE;
}

static oq_str quoted(const web_page *page, oq_str text)
{
    return oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(text));
}

static const char *comma_of(const web_page *page)
{
    return page->locale.lang == OQ_LANG_AR ? "، " : ", ";
}

/* "Crew hours of Ali on 20 November". */
static oq_str limit_in_words(const web_page *page, json_reader *r, const json_node *n)
{
    oq_str kind = json_read_text(r, n, "limit"), day = day_of(page, json_read_text(r, n, "day"));
    oq_str who = json_read_text(r, n, "crew"), part = json_read_text(r, n, "part"),
           order = json_read_text(r, n, "order");
    oq_str key = oq_strf(page->arena, "optimization.limit.%.*s", OQ_FMT(kind));
    oq_str about = who.len ? who : part.len ? part : order;
    oq_str text = oq_text(page->locale.lang, key);
    if (about.len)
        text = oq_strf(page->arena, "%.*s (%.*s)", OQ_FMT(text), OQ_FMT(quoted(page, about)));
    if (day.len)
        text = oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(text), comma_of(page),
                       OQ_FMT(quoted(page, day)));
    return text;
}

static oq_str list_of(const web_page *page, const json_node *list, const char *prefix,
                      json_reader *r)
{
    oq_str text = OQ_STR("");
    const char *comma = comma_of(page);
    for (const json_node *n = json_read_first(list); n; n = n->next) {
        oq_str one = prefix ? oq_text(page->locale.lang,
                                      oq_strf(page->arena, "%s%.*s", prefix, OQ_FMT(n->text)))
                            : limit_in_words(page, r, n);
        text =
            text.len ? oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(text), comma, OQ_FMT(one)) : one;
    }
    return text;
}

static oq_str percent_of(const web_page *page, double share)
{
    return isnan(share) ? OQ_STR(WEB_NOTHING)
                        : web_format_percent(page->arena, &page->locale, share, 1);
}

static oq_str sentence_of(const web_page *page, const optimize_advice *a)
{
    json_reader r = {.arena = page->arena};
    const json_node *root;
    oq_mark mark = oq_err_mark();
    if (json_tree_parse(page->arena, a->reasons, DEPTH_MAX, &root) ||
        root->type != JSON_NODE_LIST || !root->child) {
        oq_err_rewind(mark);
        return OQ_NONE;
    }
    const json_node *n = root->child;
    oq_str code = json_read_text(&r, n, "code");
    int64_t saves = json_read_i64(&r, n, "saves_minor");
    bool is_due = saves < 0 && oq_str_eq(code, OQ_STR("planned"));
    oq_str key = oq_strf(page->arena, "optimization.why.%.*s%s", OQ_FMT(code), is_due ? "_due" : "");
    oq_arg arg[] = {
        {"more", optimize_money(page, -saves, a->currency)},
        {"saves", optimize_money(page, json_read_i64(&r, n, "saves_minor"), a->currency)},
        {"chance", percent_of(page, json_read_f64(&r, n, "probability"))},
        {"limits", list_of(page, json_read_list(&r, n, "limits"), NULL, &r)},
        {"missing", list_of(page, json_read_list(&r, n, "missing"), "optimization.missing.", &r)},
        {"best_day", day_of(page, json_read_text(&r, n, "best_day"))},
    };
    oq_str text = oq_text_fill(page->arena, page->locale.lang, key, arg, OQ_COUNT(arg));
    double turns = json_read_f64(&r, n, "turns_at");
    if (!isnan(turns)) {
        oq_arg more[] = {{"share", percent_of(page, turns)}};
        oq_str turn_key = a->action == OPTIMIZE_DO ? OQ_STR("optimization.turns_below")
                                                   : OQ_STR("optimization.turns_above");
        text = oq_strf(page->arena, "%.*s %.*s", OQ_FMT(text),
                       OQ_FMT(oq_text_fill(page->arena, page->locale.lang, turn_key, more, 1)));
    }
    if (json_read_bool(&r, n, "is_risk_unknown"))
        text = oq_strf(page->arena, "%.*s %.*s", OQ_FMT(text),
                       OQ_FMT(web_say(page, "optimization.risk_unknown")));
    if (json_read_bool(&r, n, "is_late"))
        text = oq_strf(page->arena, "%.*s %.*s", OQ_FMT(text),
                       OQ_FMT(web_say(page, "optimization.is_late")));
    if (json_read_bool(&r, n, "is_hours_of_class"))
        text = oq_strf(page->arena, "%.*s %.*s", OQ_FMT(text),
                       OQ_FMT(web_say(page, "optimization.hours_of_class")));
    return text;
}

oq_str optimize_short_reason(const web_page *page, const optimize_advice *a)
{
    json_reader r = {.arena = page->arena};
    const json_node *root;
    if (a->action == OPTIMIZE_DO)
        return web_format_day(page->arena, &page->locale, a->day);
    oq_mark mark = oq_err_mark();
    if (json_tree_parse(page->arena, a->reasons, DEPTH_MAX, &root) ||
        root->type != JSON_NODE_LIST || !root->child) {
        oq_err_rewind(mark);
        return OQ_STR(WEB_NOTHING);
    }
    oq_str code = json_read_text(&r, root->child, "code");
    oq_arg arg[] = {
        {"limits", list_of(page, json_read_list(&r, root->child, "limits"), NULL, &r)}};
    return code.len ? oq_text_fill(
                          page->arena, page->locale.lang,
                          oq_strf(page->arena, "optimization.short.%.*s", OQ_FMT(code)), arg, 1)
                    : OQ_STR(WEB_NOTHING);
}

void optimize_put_advice(const web_page *page, web_value *to, const optimize_advice *a)
{
    oq_arena *arena = page->arena;
    oq_uuid order = oq_uuid_is_zero(a->made_order_id) ? a->work_order_id : a->made_order_id;
    web_put_text(to, "id", oq_uuid_text(arena, a->id));
    web_put_text(to, "position", web_format_i64(arena, &page->locale, a->position));
    web_put_text(to, "asset_code", a->asset_code);
    web_put_text(to, "asset_name", optimize_name(page, a->asset_name, a->asset_name_ar));
    web_put_text(to, "asset_href",
                 oq_strf(arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(arena, a->asset_id))));
    web_put_text(to, "order_number", a->order_number);
    web_put_text(to, "order_title", optimize_name(page, a->order_title, a->order_title_ar));
    web_put_text(to, "order_href",
                 oq_uuid_is_zero(order)
                     ? OQ_NONE
                     : oq_strf(arena, "/work-orders/%.*s", OQ_FMT(oq_uuid_text(arena, order))));
    web_put_text(to, "mode",
                 a->mode_name.len ? optimize_name(page, a->mode_name, a->mode_name_ar)
                                  : a->failure_mode);
    web_put_text(to, "score",
                 isnan(a->priority_score)
                     ? OQ_STR(WEB_NOTHING)
                     : web_format_f64(arena, &page->locale, a->priority_score, 0));
    web_put_text(to, "day",
                 a->day == OQ_DATE_NONE ? OQ_STR(WEB_NOTHING)
                                        : web_format_day(arena, &page->locale, a->day));
    web_put_text(to, "person", a->crew_name.len ? a->crew_name : OQ_STR(WEB_NOTHING));
    web_put_text(to, "hours",
                 isnan(a->hours)
                     ? OQ_STR(WEB_NOTHING)
                     : web_format_quantity(arena, &page->locale, a->hours, 1, OQ_STR("h")));
    web_put_text(to, "avoided", optimize_money(page, a->avoided_minor, a->currency));
    web_put_text(to, "planned", optimize_money(page, a->planned_minor, a->currency));
    web_put_text(to, "waiting", optimize_money(page, a->waiting_minor, a->currency));
    web_put_text(to, "why", sentence_of(page, a));
    web_put_bool(to, "is_proposed", oq_str_eq(a->status, OQ_STR("proposed")));
    bool is_rejected = oq_str_eq(a->status, OQ_STR("rejected"));
    web_put_bool(to, "is_rejected", is_rejected);
    web_put(to, "badge", NULL);
    if (!oq_str_eq(a->status, OQ_STR("proposed")))
        web_put_badge(to, is_rejected ? "off" : "ok",
                      oq_text(page->locale.lang, oq_strf(arena, "optimization.advice.%.*s",
                                                         OQ_FMT(a->status))));
}

oq_err *optimize_put_sites(const web_page *page, oq_scope *s, oq_uuid chosen)
{
    sql_optimize_site_options_rows rows;
    OQ_TRY(sql_optimize_site_options(s, (sql_optimize_site_options_args){SITES_MAX}, &rows));
    web_value *list = web_put_list(page->view, "site_options");
    for (size_t i = 0; i < rows.count; i++)
        web_add_option(list, oq_uuid_text(page->arena, rows.at[i].id),
                       optimize_name(page, rows.at[i].name, rows.at[i].name_ar),
                       oq_uuid_eq(rows.at[i].id, chosen));
    return NULL;
}
