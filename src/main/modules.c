#include "main/modules.h"

#include "ai/model.h"
#include "ai/page.h"
#include "alarm/alarm.h"
#include "asset/asset.h"
#include "audit/audit.h"
#include "backtest/stored.h"
#include "blackbox/event_list.h"
#include "blackbox/incident.h"
#include "blackbox/incident_list.h"
#include "dashboard/dashboard.h"
#include "demoplant/demoplant.h"
#include "duty/duty.h"
#include "historian/calc.h"
#include "historian/correct.h"
#include "historian/fold.h"
#include "ingest/ingest.h"
#include "historian/retain.h"
#include "historian/series.h"
#include "historian/series_page.h"
#include "identity/login.h"
#include "identity/once.h"
#include "identity/profile.h"
#include "identity/reset.h"
#include "identity/setup.h"
#include "identity/switch.h"
#include "identity/token.h"
#include "identity/user.h"
#include "identity/identity_job.h"
#include "incident/incident_page.h"
#include "lead/lead.h"
#include "notify/notify.h"
#include "notify/webhook.h"
#include "optimize/optimize.h"
#include "ops/api_docs.h"
#include "ops/health.h"
#include "ops/job_page.h"
#include "ops/job_view.h"
#include "plant/plant.h"
#include "rca/rca.h"
#include "rca/rule.h"
#include "tenant/retention.h"
#include "tenant/tenant.h"
#include "web/page.h"
#include "workorder/work_order.h"

#include "base/banned.h"

/* A line each, for those that come. */
/* clang-format off */
http_route_list module_routes = {
    web_routes,
    dashboard_routes,
    health_routes,
    api_docs_routes,
    login_routes,
    setup_routes,
    reset_routes,
    profile_routes,
    once_routes,
    user_routes,
    token_routes,
    switch_routes,
    tenant_routes,
    settings_routes,
    audit_routes,
    notify_routes,
    webhook_routes,
    job_routes,
    job_page_routes,
    lead_routes,
    series_routes,
    calc_routes,
    plant_routes,
    ingest_routes,
    asset_routes,
    ai_page_routes,
    series_page_routes,
    correction_routes,
    space_routes,
    incident_api_routes,
    incident_page_routes,
    event_routes,
    work_order_routes,
    work_order_page_routes,
    duty_routes,
    alarm_routes,
    rca_routes,
    rca_rule_routes,
    optimize_routes,
    ai_routes,
    optimize_page_routes,
    backtest_routes,
    NULL,
};
/* clang-format on */

/* A line each, for those that come. */
/* clang-format off */
job_kind_list module_job_kinds = {
    job_own_kinds,
    tenant_job_kinds,
    identity_job_kinds,
    notify_job_kinds,
    series_job_kinds,
    demoplant_job_kinds,
    hist_job_kinds,
    duty_job_kinds,
    blackbox_job_kinds,
    work_order_job_kinds,
    alarm_job_kinds,
    rca_job_kinds,
    optimize_job_kinds,
    ai_job_kinds,
    NULL,
};
/* clang-format on */
