/* optimize/pages.h
 *
 * Pages of the optimizer: /optimization (what needs attention, what waiting costs, a new plan),
 * /optimization/runs/{id} (one plan), /optimization/scenarios, /optimization/compare. */
#ifndef OPTIMIZE_PAGES_H
#define OPTIMIZE_PAGES_H

#include "http/route.h"
#include "optimize/run.h"
#include "quant/json_tree.h"
#include "web/page.h"

extern const http_route optimize_page_routes[];
extern const oq_field optimize_plan_form_fields[], optimize_note_form_fields[],
    optimize_scenario_form_fields[], optimize_compare_form_fields[];

oq_err *optimize_page_overview(http_req *rq, oq_scope *s);
oq_err *optimize_page_plan(http_req *rq, oq_scope *s); /* POST: asks for one */
oq_err *optimize_page_run(http_req *rq, oq_scope *s);
oq_err *optimize_page_approve(http_req *rq, oq_scope *s);
oq_err *optimize_page_cancel(http_req *rq, oq_scope *s);
oq_err *optimize_page_reject(http_req *rq, oq_scope *s);
oq_err *optimize_page_scenarios(http_req *rq, oq_scope *s);
oq_err *optimize_page_scenario_add(http_req *rq, oq_scope *s);
oq_err *optimize_page_scenario_run(http_req *rq, oq_scope *s);
oq_err *optimize_page_compare(http_req *rq, oq_scope *s);

/* Parts that several of them show. */
oq_str optimize_name(const web_page *page, oq_str name, oq_str name_ar);
oq_str optimize_money(const web_page *page, int64_t minor, oq_str currency); /* or a dash */
void optimize_put_run(const web_page *page, web_value *to, const optimize_run *run);
/* A recommendation in words: what, when, who, what for, why. */
void optimize_put_advice(const web_page *page, web_value *to, const optimize_advice *a);

/* Sites to choose from, as the member "site_options". */
OQ_CHECKED oq_err *optimize_put_sites(const web_page *page, oq_scope *s, oq_uuid chosen);

/* The day of what is planned; why not, of what is left; in a few words. */
oq_str optimize_short_reason(const web_page *page, const optimize_advice *a);

/* Pictures of the overview: what plans cost, oldest first; what an asset's work avoids over what it
 * costs, of a stored result's "assets". */
void optimize_put_cost_chart(const web_page *page, const optimize_run *run, size_t runs);
void optimize_put_trade_chart(const web_page *page, const json_node *assets_list, oq_str currency);

/* Puts what waiting costs, of an asset or an order, as the member "deferral" of `to`: for the pages
 * of assets and orders. Nothing for who may not read plans. */
OQ_CHECKED oq_err *optimize_put_deferral(const web_page *page, oq_scope *s, web_value *to,
                                         oq_uuid asset_id, oq_uuid order_id);

#endif
