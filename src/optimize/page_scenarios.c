/* /optimization/scenarios: questions to be run again and compared; /optimization/compare: two plans
 * beside each other. */
#include <math.h>

#include "optimize/compare.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include "optimize_store.sql.h"

#include "base/banned.h"

enum { SHOWN = 50 };

typedef struct scenario_form {
    oq_str name, note;
    int problem;
    int64_t horizon_days;
    oq_uuid site_id;
    double budget, hours_share, carbon_price, risk_weight, cost_weight, carbon_weight;
    int64_t down_at_once;
} scenario_form;
const oq_field optimize_scenario_form_fields[] = {
    OQ_TEXT(scenario_form, name, .required = true, .not_blank = true, .max = 120),
    OQ_CHOICE(scenario_form, problem, optimize_problem_choices, .preset = "maintenance_priority"),
    OQ_I64(scenario_form, horizon_days, .preset = "14", .min = 1, .max = OPTIMIZE_HORIZON_MAX),
    OQ_UUID(scenario_form, site_id),
    OQ_F64(scenario_form, budget, .f64_min = 0, .f64_max = 1e12),
    OQ_F64(scenario_form, hours_share, .f64_min = 5, .f64_max = 100, .preset = "80"),
    OQ_F64(scenario_form, carbon_price, .f64_min = 0, .f64_max = 1e6),
    OQ_F64(scenario_form, risk_weight, .f64_min = 0, .f64_max = 100, .preset = "1"),
    OQ_F64(scenario_form, cost_weight, .f64_min = 0, .f64_max = 100, .preset = "1"),
    OQ_F64(scenario_form, carbon_weight, .f64_min = 0, .f64_max = 100, .preset = "1"),
    OQ_I64(scenario_form, down_at_once, .min = 1, .max = 1000, .preset = "1"),
    OQ_TEXT(scenario_form, note, .max = 2000),
    OQ_FIELDS_END,
};

static oq_err *put_list(const web_page *page, oq_scope *s)
{
    sql_optimize_scenario_list_rows rows;
    OQ_TRY(sql_optimize_scenario_list(
        s, (sql_optimize_scenario_list_args){OQ_TIME_LAST, OQ_UUID_ZERO, SHOWN}, &rows));
    web_value *list = web_put_list(page->view, "rows");
    for (size_t i = 0; i < rows.count; i++) {
        const optimize_scenario *c = &rows.at[i];
        sql_optimize_run_list_rows runs;
        web_value *v = web_add_object(list);
        oq_str id = oq_uuid_text(page->arena, c->id);
        OQ_TRY(sql_optimize_run_list(s,
                                     (sql_optimize_run_list_args){.scenario_id = c->id,
                                                                  .before_time = OQ_TIME_LAST,
                                                                  .limit = 1},
                                     &runs));
        web_put_text(v, "name", c->name);
        web_put_text(v, "note", c->note);
        web_put_text(v, "run_href",
                     oq_strf(page->arena, "/optimization/scenarios/%.*s/run", OQ_FMT(id)));
        web_put_text(v, "problem",
                     web_choice_label(page->locale.lang, "optimize_problem",
                                      oq_choice_text(optimize_problem_choices, c->problem)));
        web_put_text(v, "days",
                     oq_text_count(page->arena, page->locale.lang, OQ_STR("optimization.days"),
                                   c->horizon_days));
        web_put_bool(v, "has_run", runs.count > 0);
        web_value *last = web_put_object(v, "last");
        if (runs.count)
            optimize_put_run(page, last, &runs.at[0]);
    }
    web_put_bool(page->view, "has_rows", rows.count > 0);
    return NULL;
}

/* Runs with an answer, to choose two of. */
static oq_err *put_choices(const web_page *page, oq_scope *s, oq_uuid a, oq_uuid b)
{
    sql_optimize_run_list_rows runs;
    OQ_TRY(sql_optimize_run_list(
        s, (sql_optimize_run_list_args){.before_time = OQ_TIME_LAST, .limit = SHOWN}, &runs));
    web_value *first = web_put_list(page->view, "first_options");
    web_value *second = web_put_list(page->view, "second_options");
    size_t count = 0;
    for (size_t i = 0; i < runs.count; i++) {
        const optimize_run *r = &runs.at[i];
        if (r->objective_minor == OQ_I64_NONE)
            continue;
        oq_str id = oq_uuid_text(page->arena, r->id);
        oq_str label = oq_strf(page->arena, "%.*s · %.*s",
                               OQ_FMT(optimize_number_text(page->arena, r->number)),
                               OQ_FMT(web_format_time(page->arena, &page->locale, r->created_at)));
        web_add_option(first, id, label, oq_uuid_eq(r->id, a));
        web_add_option(second, id, label, oq_uuid_eq(r->id, b));
        count++;
    }
    web_put_bool(page->view, "can_compare", count > 1);
    return NULL;
}

/* All kinds of question; those that are not offered yet cannot be chosen. */
static void put_problems(const web_page *page, int chosen)
{
    web_value *list = web_put_list(page->view, "problem_options");
    for (const oq_choice *c = optimize_problem_choices; c->text; c++) {
        web_value *v = web_add_object(list);
        web_put_text(v, "value", oq_cstr(c->text));
        web_put_text(v, "label",
                     web_choice_label(page->locale.lang, "optimize_problem", c->text));
        web_put_bool(v, "is_selected", c->value == chosen);
        web_put_bool(v, "is_later", c->value != OPTIMIZE_MAINTENANCE);
    }
}

static oq_err *show(http_req *rq, oq_scope *s, const scenario_form *form, const oq_err *wrong)
{
    web_page page =
        web_page_begin(rq, "optimization/scenarios", "optimization.scenarios", "optimization");
    page.status = wrong ? oq_kind_status(wrong->kind) : 0;
    web_page_crumb(&page, web_say(&page, "optimization.title"), "/optimization");
    web_page_crumb(&page, web_say(&page, "optimization.scenarios"), NULL);
    web_page_form(&page, optimize_scenario_form_fields, form, wrong);
    OQ_TRY(optimize_put_sites(&page, s, form->site_id));
    put_problems(&page, form->problem);
    OQ_TRY(put_list(&page, s));
    OQ_TRY(put_choices(&page, s, OQ_UUID_ZERO, OQ_UUID_ZERO));
    return web_page_send(&page);
}

oq_err *optimize_page_scenarios(http_req *rq, oq_scope *s)
{
    scenario_form form;
    oq_fields_preset(http_arena(rq), optimize_scenario_form_fields, &form);
    return show(rq, s, &form, NULL);
}

static oq_err *add(http_req *rq, oq_scope *s, const scenario_form *form)
{
    optimize_scenario_order order = {.name = form->name,
                                     .note = form->note,
                                     .problem = form->problem,
                                     .horizon_days = form->horizon_days,
                                     .site_id = form->site_id};
    optimize_scenario *made;
    oq_fields_preset(http_arena(rq), optimize_parameters_fields, &order.parameters);
    order.parameters.budget = form->budget;
    order.parameters.hours_share = form->hours_share / 100;
    order.parameters.carbon_price = form->carbon_price;
    order.parameters.risk_weight = form->risk_weight;
    order.parameters.cost_weight = form->cost_weight;
    order.parameters.carbon_weight = form->carbon_weight;
    order.parameters.down_at_once = form->down_at_once;
    return optimize_scenario_add(s, &order, &made);
}

oq_err *optimize_page_scenario_add(http_req *rq, oq_scope *s)
{
    scenario_form form;
    oq_err *wrong = http_body(rq, &form);
    wrong = wrong ? wrong : add(rq, s, &form);
    if (wrong && (wrong->kind == OQ_INVALID || wrong->kind == OQ_CONFLICT)) {
        OQ_TRY(http_scope_again(rq, &s));
        return show(rq, s, &form, wrong);
    }
    if (wrong)
        return wrong;
    web_toast(rq, "ok", "optimization.scenario_added");
    http_redirect(rq, OQ_STR("/optimization/scenarios"));
    return NULL;
}

oq_err *optimize_page_scenario_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_scenario_run(s, id, &run));
    http_redirect(rq, oq_strf(http_arena(rq), "/optimization/runs/%.*s",
                              OQ_FMT(oq_uuid_text(http_arena(rq), run->id))));
    return NULL;
}

/* --- comparing ----------------------------------------------------------------------------------*/

typedef struct compare_form {
    oq_uuid a, b;
} compare_form;
const oq_field optimize_compare_form_fields[] = {
    OQ_UUID(compare_form, a),
    OQ_UUID(compare_form, b),
    OQ_FIELDS_END,
};

static void put_costs(const web_page *page, const optimize_difference *d)
{
    web_value *list = web_put_list(page->view, "costs");
    for (size_t i = 0; i < OPTIMIZE_COST_PARTS; i++) {
        int64_t a = d->cost[0][i], b = d->cost[1][i];
        if (a == OQ_I64_NONE || b == OQ_I64_NONE || (!a && !b))
            continue;
        web_value *v = web_add_object(list);
        web_put_text(v, "label",
                     oq_text(page->locale.lang,
                             oq_strf(page->arena, "optimization.cost.%s", optimize_cost_parts[i])));
        web_put_text(v, "a", optimize_money(page, a, d->run[0]->currency));
        web_put_text(v, "b", optimize_money(page, b, d->run[1]->currency));
        web_put_text(v, "difference",
                     d->has_one_currency ? optimize_money(page, b - a, d->run[0]->currency)
                                         : OQ_STR(WEB_NOTHING));
    }
}

static oq_str place_of(const web_page *page, const optimize_advice *a)
{
    if (!a)
        return OQ_STR(WEB_NOTHING);
    if (a->action != OPTIMIZE_DO)
        return web_choice_label(page->locale.lang, "optimize_action",
                                oq_choice_text(optimize_action_choices, a->action));
    return oq_strf(page->arena, "%.*s · " WEB_FSI "%.*s" WEB_PDI,
                   OQ_FMT(web_format_day(page->arena, &page->locale, a->day)),
                   OQ_FMT(a->crew_name));
}

oq_err *optimize_page_compare(http_req *rq, oq_scope *s)
{
    compare_form form;
    optimize_difference d;
    OQ_TRY(http_query(rq, &form));
    OQ_TRY(optimize_compare(s, form.a, form.b, &d));
    web_page page =
        web_page_begin(rq, "optimization/compare", "optimization.compare", "optimization");
    web_page_crumb(&page, web_say(&page, "optimization.title"), "/optimization");
    web_page_crumb(&page, web_say(&page, "optimization.scenarios"), "/optimization/scenarios");
    web_page_crumb(&page, web_say(&page, "optimization.compare"), NULL);
    optimize_put_run(&page, web_put_object(page.view, "run_a"), d.run[0]);
    optimize_put_run(&page, web_put_object(page.view, "run_b"), d.run[1]);
    put_costs(&page, &d);
    web_value *list = web_put_list(page.view, "moved");
    for (size_t i = 0; i < d.moves; i++) {
        const optimize_advice *any = d.moved[i].a ? d.moved[i].a : d.moved[i].b;
        web_value *v = web_add_object(list);
        optimize_put_advice(&page, v, any);
        web_put_text(v, "place_a", place_of(&page, d.moved[i].a));
        web_put_text(v, "place_b", place_of(&page, d.moved[i].b));
    }
    web_put_bool(page.view, "has_moved", d.moves > 0);
    OQ_TRY(put_choices(&page, s, form.a, form.b));
    return web_page_send(&page);
}
