/* The sidebar: every page that exists now, in the order of the screen. */
#include "web/page.h"

const web_nav web_navs[] = {
    {"dashboard", "nav.dashboard", "/app", "dashboard", CAP_DASHBOARD_VIEW, NULL},
    {"assets", "nav.assets", "/assets", "asset", CAP_ASSET_READ, "nav.group_plant"},
    {"series", "nav.series", "/series", "series", CAP_ASSET_READ, "nav.group_plant"},
    {"plant", "nav.plant", "/plant", "unit", CAP_ASSET_READ, "nav.group_plant"},
    {"blackbox", "nav.blackbox", "/blackbox", "incident", CAP_INCIDENT_READ, "nav.group_blackbox",
     "blackbox"},
    {"events", "nav.events", "/events", "history", CAP_INCIDENT_READ, "nav.group_blackbox",
     "blackbox"},
    {"work_orders", "nav.work_orders", "/work-orders", "work-order", CAP_WORK_ORDER_READ,
     "nav.group_blackbox"},
    {"rules", "nav.rules", "/rca-rules", "cause", CAP_SETTINGS_READ, "nav.group_blackbox",
     "blackbox"},
    {"duty", "nav.duty", "/duty", "duty", CAP_WORK_ORDER_READ, "nav.group_blackbox"},
    {"tenants", "nav.tenants", "/tenants", "tenant", CAP_TENANT_MANAGE, "nav.group_platform"},
    {"leads", "nav.leads", "/leads", "lead", CAP_LEAD_READ, "nav.group_platform"},
    {"users", "nav.users", "/users", "users", CAP_USER_READ, "nav.group_access"},
    {"tokens", "nav.tokens", "/tokens", "token", CAP_TOKEN_MANAGE, "nav.group_access"},
    {"audit", "nav.audit", "/audit", "audit", CAP_AUDIT_READ, "nav.group_access"},
    {"settings", "nav.settings", "/settings", "settings", CAP_SETTINGS_READ, "nav.group_operation"},
    {"jobs", "nav.jobs", "/jobs", "jobs", CAP_JOB_READ, "nav.group_operation"},
    {"notifications", "nav.notifications", "/notifications", "bell", CAP_NOTIFICATION_READ,
     "nav.group_operation"},
    {"api", "nav.api", "/api/docs", "file", CAP_SIGNED_IN, "nav.group_operation"},
    {NULL},
};
