#include "core/capability.h"

#include <assert.h>
#include <string.h>

#include "base/banned.h"

/* --- the matrix --------------------------------------------------------------------------------
 * One row per capability: its stable name, who has it, what it lets one do. The letters are
 *     P platform_owner   A tenant_admin   O optimization_engineer
 *     R reliability_engineer   E engineer   V viewer
 * each in its own place; a dot is "no". A reliability engineer is an engineer who sees incidents
 * in full. What only P has belongs to the platform: no tenant, and no machine of a tenant, ever
 * holds it. */
/* clang-format off */
#define MATRIX(ROW) \
    ROW(CAP_PUBLIC,               "public",               "PAOREV", "Open to anybody, signed in or not") \
    ROW(CAP_SIGNED_IN,            "signed_in",            "PAOREV", "What concerns oneself: profile, second factor, sign-out") \
    ROW(CAP_DASHBOARD_VIEW,       "dashboard.view",       "PAOREV", "See the dashboard of one's role") \
    ROW(CAP_TENANT_MANAGE,        "tenant.manage",        "P.....", "Create, suspend and reopen tenants") \
    ROW(CAP_TENANT_SWITCH,        "tenant.switch",        "P.....", "Look into another tenant, explicitly and audited") \
    ROW(CAP_LEAD_READ,            "lead.read",            "P.....", "Read the demo requests of the landing page") \
    ROW(CAP_USER_READ,            "user.read",            "PA....", "See the people of the tenant") \
    ROW(CAP_USER_MANAGE,          "user.manage",          "PA....", "Add people, change their roles, reset their passwords") \
    ROW(CAP_TOKEN_MANAGE,         "token.manage",         "PA....", "Make and revoke API tokens of machines") \
    ROW(CAP_SETTINGS_READ,        "settings.read",        "PAORE.", "Read the tenant's settings, rules and thresholds") \
    ROW(CAP_SETTINGS_MANAGE,      "settings.manage",      "PA....", "Change the tenant's settings") \
    ROW(CAP_AUDIT_READ,           "audit.read",           "PA....", "Read and export the audit") \
    ROW(CAP_JOB_READ,             "job.read",             "PAO...", "See background jobs") \
    ROW(CAP_JOB_MANAGE,           "job.manage",           "PA....", "Cancel background jobs and run them again") \
    ROW(CAP_INTEGRATION_READ,     "integration.read",     "PAO...", "See integrations and their state") \
    ROW(CAP_INTEGRATION_MANAGE,   "integration.manage",   "PA....", "Add, change and test integrations") \
    ROW(CAP_ASSET_READ,           "asset.read",           "PAOREV", "See sites, assets and their state") \
    ROW(CAP_ASSET_MANAGE,         "asset.manage",         "PA....", "Add and change sites and assets") \
    ROW(CAP_SERIES_MANAGE,        "series.manage",        "PAO...", "Define signals, correct and delete their samples") \
    ROW(CAP_HISTORY_WRITE,        "history.write",        "PAO...", "Send samples of signals; for machines' tokens") \
    ROW(CAP_ALARM_READ,           "alarm.read",           "PAOREV", "See alarms and their rules") \
    ROW(CAP_ALARM_OPERATE,        "alarm.operate",        "PAORE.", "Acknowledge, reset and shelve alarms") \
    ROW(CAP_ALARM_MANAGE,         "alarm.manage",         "PAO...", "Change alarm rules, take them out of service") \
    ROW(CAP_EVENT_WRITE,          "event.write",          "PAO...", "Send events; for machines' tokens") \
    ROW(CAP_EVENT_LOG,            "event.log",            "PAORE.", "Write into the operators' log") \
    ROW(CAP_INCIDENT_READ,        "incident.read",        "PAOREV", "See summaries of incidents") \
    ROW(CAP_INCIDENT_READ_DETAIL, "incident.read_detail", "PA.R..", "See incidents in full, operators and payloads unmasked") \
    ROW(CAP_INCIDENT_MANAGE,      "incident.manage",      "PAORE.", "Take up, resolve and close incidents, confirm their cause") \
    ROW(CAP_RCA_RUN,              "rca.run",              "PAO...", "Run root-cause and black-box analysis") \
    ROW(CAP_RCA_CONFIGURE,        "rca.configure",        "PA....", "Change rules, thresholds and incident windows") \
    ROW(CAP_WORK_ORDER_READ,      "work_order.read",      "PAORE.", "See work orders") \
    ROW(CAP_WORK_ORDER_MANAGE,    "work_order.manage",    "PAO...", "Create, change and assign work orders") \
    ROW(CAP_WORK_ORDER_WORK,      "work_order.work",      "PAORE.", "Set the status of one's work orders, add notes, close them") \
    ROW(CAP_WORK_ORDER_APPROVE,   "work_order.approve",   "PA....", "Approve work orders that wait for it") \
    ROW(CAP_MODEL_MANAGE,         "model.manage",         "PAO...", "Fit models and choose which is in use") \
    ROW(CAP_OPTIMIZATION_READ,    "optimization.read",    "PAORE.", "See priorities, plans and scenarios") \
    ROW(CAP_OPTIMIZATION_RUN,     "optimization.run",     "PAO...", "Run optimization scenarios") \
    ROW(CAP_OPTIMIZATION_APPROVE, "optimization.approve", "PA....", "Approve optimization plans") \
    ROW(CAP_TWIN_READ,            "twin.read",            "PAOREV", "See the digital twin") \
    ROW(CAP_NOTIFICATION_READ,    "notification.read",    "PAOREV", "Read one's notifications") \
    ROW(CAP_WEBHOOK_MANAGE,       "webhook.manage",       "PA....", "Send notifications to other systems") \
    ROW(CAP_METRICS_READ,         "metrics.read",         "P.....", "Read the program's metrics")
/* clang-format on */

const oq_choice role_choices[] = {
    {ROLE_PLATFORM_OWNER, "platform_owner"},
    {ROLE_TENANT_ADMIN, "tenant_admin"},
    {ROLE_OPTIMIZATION_ENGINEER, "optimization_engineer"},
    {ROLE_RELIABILITY_ENGINEER, "reliability_engineer"},
    {ROLE_ENGINEER, "engineer"},
    {ROLE_VIEWER, "viewer"},
    {0, NULL},
};

#define CHOICE(cap, name, roles, help) {(cap), (name)},
const oq_choice cap_choices[] = {MATRIX(CHOICE){0, NULL}};

#define DETAIL(cap, name, roles, help) [cap] = {(roles), (help)},
static const struct {
    const char *roles, *help;
} detail[CAP_COUNT] = {MATRIX(DETAIL)};

static_assert(CAP_COUNT <= 64, "a set of capabilities has 64 bits");
static_assert(sizeof cap_choices / sizeof cap_choices[0] == CAP_COUNT,
              "each capability but CAP_UNDECIDED has its row, and the list its end");

const char *oq_cap_help(oq_cap cap)
{
    assert(cap > CAP_UNDECIDED && cap < CAP_COUNT);
    return detail[cap].help;
}

bool oq_cap_is_platform(oq_cap cap)
{
    assert(cap > CAP_UNDECIDED && cap < CAP_COUNT);
    return strcmp(detail[cap].roles, "P.....") == 0;
}

oq_caps oq_caps_of_role(oq_role role)
{
    oq_caps caps = oq_cap_bit(CAP_PUBLIC);
    if (role == ROLE_NONE)
        return caps;
    assert(role > ROLE_NONE && role < ROLE_COUNT);
    for (int cap = CAP_UNDECIDED + 1; cap < CAP_COUNT; cap++)
        if (detail[cap].roles[role - ROLE_PLATFORM_OWNER] != '.')
            caps |= oq_cap_bit((oq_cap)cap);
    return caps;
}

/* --- guards ------------------------------------------------------------------------------------*/

static oq_err *forbidden(const char *need)
{
    return oq_fail(OQ_FORBIDDEN, "access.forbidden", "need=%s", need);
}

oq_err *require_capability(oq_caps caps, oq_cap cap)
{
    return oq_caps_have(caps, cap) ? NULL : forbidden(oq_choice_text(cap_choices, cap));
}

oq_err *require_role_or_capability(oq_role role, oq_role wanted, oq_caps caps, oq_cap cap)
{
    assert(wanted > ROLE_NONE && wanted < ROLE_COUNT);
    return role == wanted ? NULL : require_capability(caps, cap);
}

oq_err *require_platform_owner(oq_role role)
{
    return role == ROLE_PLATFORM_OWNER
               ? NULL
               : forbidden(oq_choice_text(role_choices, ROLE_PLATFORM_OWNER));
}

oq_err *require_tenant_admin(oq_role role)
{
    return role == ROLE_TENANT_ADMIN || role == ROLE_PLATFORM_OWNER
               ? NULL
               : forbidden(oq_choice_text(role_choices, ROLE_TENANT_ADMIN));
}
