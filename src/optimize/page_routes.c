#include "optimize/pages.h"

#include "base/banned.h"

/* clang-format off */
const http_route optimize_page_routes[] = {
    {HTTP_GET, "/optimization", CAP_OPTIMIZATION_READ, optimize_page_overview, .is_page = true},
    {HTTP_POST, "/optimization/plan", CAP_OPTIMIZATION_RUN, optimize_page_plan,
     .body = optimize_plan_form_fields, .is_page = true},
    {HTTP_GET, "/optimization/runs/{id}", CAP_OPTIMIZATION_READ, optimize_page_run, .is_page = true},
    {HTTP_POST, "/optimization/runs/{id}/approve", CAP_OPTIMIZATION_APPROVE, optimize_page_approve,
     .body = optimize_note_form_fields, .limit_s = 120, .is_page = true},
    {HTTP_POST, "/optimization/runs/{id}/cancel", CAP_OPTIMIZATION_RUN, optimize_page_cancel,
     .is_page = true},
    {HTTP_POST, "/optimization/recommendations/{id}/reject", CAP_OPTIMIZATION_APPROVE,
     optimize_page_reject, .is_page = true},
    {HTTP_GET, "/optimization/scenarios", CAP_OPTIMIZATION_READ, optimize_page_scenarios,
     .is_page = true},
    {HTTP_POST, "/optimization/scenarios", CAP_OPTIMIZATION_RUN, optimize_page_scenario_add,
     .body = optimize_scenario_form_fields, .is_page = true},
    {HTTP_POST, "/optimization/scenarios/{id}/run", CAP_OPTIMIZATION_RUN,
     optimize_page_scenario_run, .is_page = true},
    {HTTP_GET, "/optimization/compare", CAP_OPTIMIZATION_READ, optimize_page_compare,
     .query = optimize_compare_form_fields, .is_page = true},
    {0},
};
/* clang-format on */
