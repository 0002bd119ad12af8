/* /optimization: what needs attention first, what waiting costs, and a new plan. */
#include <math.h>

#include "optimize/json_read.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include "optimize_page.sql.h"
#include "optimize_store.sql.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, RUNS_SHOWN = 12, TOP_SHOWN = 10, RISK_DAYS = 30 };

typedef struct plan_form {
    int64_t horizon_days;
    oq_uuid site_id;
    double budget, hours_share;
    int64_t down_at_once;
    oq_date as_of_day;
} plan_form;
const oq_field optimize_plan_form_fields[] = {
    OQ_I64(plan_form, horizon_days, .preset = "14", .min = 1, .max = OPTIMIZE_HORIZON_MAX),
    OQ_UUID(plan_form, site_id),
    OQ_F64(plan_form, budget, .f64_min = 0, .f64_max = 1e12),
    OQ_F64(plan_form, hours_share, .f64_min = 5, .f64_max = 100, .preset = "80"),
    OQ_I64(plan_form, down_at_once, .min = 1, .max = 1000, .preset = "1"),
    OQ_DATE(plan_form, as_of_day),
    OQ_FIELDS_END,
};

/* --- figures ------------------------------------------------------------------------------------*/

/* Without decimals: a figure among figures. */
static oq_str whole_money(const web_page *page, int64_t minor, oq_str currency)
{
    if (minor == OQ_I64_NONE || !currency.len)
        return OQ_STR(WEB_NOTHING);
    return web_format_quantity(page->arena, &page->locale,
                               (double)minor / pow(10, web_currency_decimals(currency)), 0,
                               currency);
}

static void put_kpis(const web_page *page, const sql_optimize_standing_row *f,
                     const optimize_run *run, size_t planned)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    web_value *list = web_put_list(page->view, "kpis");
    oq_arg of[] = {{"scored", web_format_i64(arena, l, f->scored)}};
    web_add_kpi(list, "", web_say(page, "optimization.kpi_assets"),
                web_format_i64(arena, l, f->assets),
                oq_text_fill(arena, l->lang, OQ_STR("optimization.kpi_assets_note"), of, 1));
    oq_arg high[] = {{"count", web_format_i64(arena, l, f->risky)}};
    web_add_kpi(list, f->risky ? "warn" : "", web_say(page, "optimization.kpi_risk"),
                isnan(f->risk) ? OQ_STR(WEB_NOTHING) : web_format_f64(arena, l, f->risk, 0),
                oq_text_fill(arena, l->lang, OQ_STR("optimization.kpi_risk_note"), high, 1));
    web_add_kpi(list, "", web_say(page, "optimization.kpi_actions"),
                run ? web_format_i64(arena, l, (int64_t)planned) : OQ_STR(WEB_NOTHING),
                run ? web_format_day(arena, l, run->from_day) : OQ_NONE);
    web_add_kpi(list, "", web_say(page, "optimization.kpi_waiting"),
                run ? whole_money(page, run->baseline_minor, run->currency) : OQ_STR(WEB_NOTHING),
                web_say(page, "optimization.kpi_waiting_note"));
}

/* --- charts: SVG of 600 by 200 ------------------------------------------------------------------*/

static oq_err *put_risk(const web_page *page, oq_scope *s)
{
    sql_optimize_risk_days_rows rows;
    OQ_TRY(sql_optimize_risk_days(s, (sql_optimize_risk_days_args){oq_now(s) - RISK_DAYS * OQ_DAY},
                                  &rows));
    OQ_AUTO(oq_buf) mean = oq_buf_make(16 * 1024);
    OQ_AUTO(oq_buf) most = oq_buf_make(16 * 1024);
    double first = rows.count ? (double)rows.at[0].day : 0;
    double span = rows.count ? (double)rows.at[rows.count - 1].day - first : 0;
    for (size_t i = 0; i < rows.count; i++) {
        double x = span > 0 ? ((double)rows.at[i].day - first) / span * 600 : 300;
        oq_buf_f(&mean, "%s%.1f,%.1f", i ? " " : "", x, 195 - rows.at[i].mean * 1.9);
        oq_buf_f(&most, "%s%.1f,%.1f", i ? " " : "", x, 195 - rows.at[i].most * 1.9);
    }
    web_value *to = web_put_object(page->view, "risk");
    web_put_bool(to, "has_points", rows.count > 1);
    web_put_text(to, "mean", oq_str_copy(page->arena, oq_buf_view(&mean)));
    web_put_text(to, "most", oq_str_copy(page->arena, oq_buf_view(&most)));
    if (rows.count) {
        web_put_text(to, "from", web_format_day(page->arena, &page->locale, rows.at[0].day));
        web_put_text(to, "to",
                     web_format_day(page->arena, &page->locale, rows.at[rows.count - 1].day));
    }
    return NULL;
}

/* --- the newest plan ----------------------------------------------------------------------------*/

/* Where the plan has the asset: its first row, which is what is planned of it, if anything is. */
static void put_place(const web_page *page, const optimize_advices *rows, oq_uuid asset_id,
                      web_value *v)
{
    size_t i = 0;
    while (i < rows->count && !oq_uuid_eq(rows->at[i].asset_id, asset_id))
        i++;
    const optimize_advice *a = i < rows->count ? &rows->at[i] : NULL;
    web_put_text(v, "place", a ? optimize_short_reason(page, a) : OQ_STR(WEB_NOTHING));
    web_put_text(v, "place_href",
                 a ? oq_strf(page->arena, "/optimization/runs/%.*s#a-%.*s",
                             OQ_FMT(oq_uuid_text(page->arena, a->run_id)),
                             OQ_FMT(oq_uuid_text(page->arena, a->id)))
                   : OQ_NONE);
}

static void put_ranked(const web_page *page, json_reader *r, const json_node *n,
                       const optimize_advices *advices, web_value *v, oq_str currency)
{
    oq_arena *arena = page->arena;
    double score = json_read_f64(r, n, "score"),
           chance = json_read_f64(r, n, "failure_probability");
    double avoided = json_read_f64(r, n, "avoided_minor"), health = json_read_f64(r, n, "health");
    web_put_text(v, "rank", web_format_i64(arena, &page->locale, json_read_i64(r, n, "rank")));
    web_put_text(v, "code", json_read_text(r, n, "code"));
    web_put_text(
        v, "name",
        optimize_name(page, json_read_text(r, n, "name"), json_read_text(r, n, "name_ar")));
    web_put_text(v, "href",
                 oq_strf(arena, "/assets/%.*s", OQ_FMT(json_read_text(r, n, "asset_id"))));
    put_place(page, advices, json_read_uuid(r, n, "asset_id"), v);
    web_put_text(v, "score",
                 isnan(score) ? OQ_STR(WEB_NOTHING)
                              : web_format_f64(arena, &page->locale, score, 0));
    web_put_text(v, "health",
                 isnan(health) ? OQ_STR(WEB_NOTHING)
                               : web_format_f64(arena, &page->locale, health, 0));
    web_put_text(v, "chance",
                 isnan(chance) ? OQ_STR(WEB_NOTHING)
                               : web_format_percent(arena, &page->locale, chance, 1));
    web_put_text(v, "avoided",
                 optimize_money(page, isnan(avoided) ? OQ_I64_NONE : llround(avoided), currency));
}

static oq_err *put_plan(const web_page *page, oq_scope *s, const optimize_run *run,
                        size_t *ret_planned)
{
    json_reader r = {.arena = page->arena};
    const json_node *root;
    optimize_advices advices;
    *ret_planned = 0;
    web_value *to = web_put_object(page->view, "plan");
    web_put_bool(page->view, "has_plan", run != NULL);
    if (!run)
        return NULL;
    optimize_put_run(page, to, run);
    OQ_TRY(json_tree_parse(page->arena, run->result, DEPTH_MAX, &root));
    OQ_TRY(optimize_advices_of(s, run->id, &advices));
    *ret_planned = (size_t)json_read_i64(&r, root, "planned");
    const json_node *ranked = json_read_list(&r, root, "assets");
    web_value *top = web_put_list(page->view, "assets_ranked");
    size_t shown = 0;
    for (const json_node *n = json_read_first(ranked); n && shown < TOP_SHOWN; n = n->next, shown++)
        put_ranked(page, &r, n, &advices, web_add_object(top), run->currency);
    web_put_bool(page->view, "has_ranked", shown > 0);
    optimize_put_trade_chart(page, ranked, run->currency);
    web_value *actions = web_put_list(page->view, "actions");
    for (size_t i = 0; i < advices.count && i < TOP_SHOWN; i++)
        if (advices.at[i].action == OPTIMIZE_DO)
            optimize_put_advice(page, web_add_object(actions), &advices.at[i]);
    web_put_bool(page->view, "has_actions", *ret_planned > 0);
    return NULL;
}

/* --- the page -----------------------------------------------------------------------------------*/

static oq_err *show(http_req *rq, oq_scope *s, const plan_form *form, const oq_err *wrong)
{
    sql_optimize_standing_rows standing;
    optimize_run *run;
    sql_optimize_run_list_rows runs;
    size_t planned;
    OQ_TRY(sql_optimize_standing(s, &standing));
    OQ_TRY(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &run));
    OQ_TRY(sql_optimize_run_list(
        s, (sql_optimize_run_list_args){.before_time = OQ_TIME_LAST, .limit = RUNS_SHOWN}, &runs));
    web_page page =
        web_page_begin(rq, "optimization/overview", "optimization.title", "optimization");
    page.status = wrong ? oq_kind_status(wrong->kind) : 0;
    web_page_crumb(&page, web_say(&page, "optimization.title"), NULL);
    web_page_form(&page, optimize_plan_form_fields, form, wrong);
    OQ_TRY(put_plan(&page, s, run, &planned));
    put_kpis(&page, standing.at, run, planned);
    OQ_TRY(put_risk(&page, s));
    optimize_put_cost_chart(&page, runs.at, runs.count);
    OQ_TRY(optimize_put_sites(&page, s, form->site_id));
    web_value *list = web_put_list(page.view, "runs");
    for (size_t i = 0; i < runs.count; i++)
        optimize_put_run(&page, web_add_object(list), &runs.at[i]);
    web_put_bool(page.view, "has_runs", runs.count > 0);
    return web_page_send(&page);
}

oq_err *optimize_page_overview(http_req *rq, oq_scope *s)
{
    plan_form form;
    oq_fields_preset(http_arena(rq), optimize_plan_form_fields, &form);
    return show(rq, s, &form, NULL);
}

/* All that was known when a day ended, as the reader's clock has it; of today: until now. */
static oq_err *end_of_day(http_req *rq, oq_scope *s, oq_date day, oq_us *ret_at)
{
    char date[OQ_DATE_TEXT];
    oq_date_format(day, date);
    OQ_TRY(web_local_parse(oq_strf(http_arena(rq), "%.*sT23:59:59", OQ_DATE_TEXT, date),
                           http_who_of(rq)->time_zone, ret_at));
    if (*ret_at > oq_moment(s) && *ret_at < oq_moment(s) + OQ_DAY)
        *ret_at = oq_moment(s);
    return NULL;
}

oq_err *optimize_page_plan(http_req *rq, oq_scope *s)
{
    plan_form form;
    site *at;
    oq_err *wrong = http_body(rq, &form);
    if (wrong && wrong->kind != OQ_INVALID)
        return wrong;
    if (wrong)
        return show(rq, s, &form, wrong);
    OQ_TRY(site_find(s, form.site_id, &at));
    if (!oq_uuid_is_zero(form.site_id) && !at)
        return show(rq, s, &form, oq_fail_field("site_id", "optimize.site_unknown"));
    optimize_run *run;
    optimize_order order = {.problem = OPTIMIZE_MAINTENANCE,
                            .site_id = form.site_id,
                            .horizon_days = form.horizon_days,
                            .from_day = OQ_DATE_NONE,
                            .as_of = OQ_TIME_NONE};
    oq_fields_preset(http_arena(rq), optimize_parameters_fields, &order.parameters);
    if (form.as_of_day != OQ_DATE_NONE)
        OQ_TRY(end_of_day(rq, s, form.as_of_day, &order.as_of));
    order.parameters.budget = form.budget;
    order.parameters.hours_share = form.hours_share / 100;
    order.parameters.down_at_once = form.down_at_once;
    wrong = optimize_ask(s, &order, &run);
    if (wrong)
        return wrong->kind == OQ_INVALID ? show(rq, s, &form, wrong) : wrong;
    http_redirect(rq, oq_strf(http_arena(rq), "/optimization/runs/%.*s",
                              OQ_FMT(oq_uuid_text(http_arena(rq), run->id))));
    return NULL;
}
