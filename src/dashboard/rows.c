/* Rows of dashboard.sql. */
#include "alarm/alarm.h"
#include "dashboard/inner.h"
#include "tenant/tenant.h"
#include "workorder/work_order.h"

#include "base/banned.h"

const oq_field dashboard_order_fields[] = {
    OQ_UUID(dashboard_order, id),
    OQ_UUID(dashboard_order, assigned_user_id),
    OQ_TEXT(dashboard_order, number),
    OQ_TEXT(dashboard_order, title),
    OQ_TEXT(dashboard_order, title_ar),
    OQ_CHOICE(dashboard_order, status, work_order_status_choices),
    OQ_CHOICE(dashboard_order, priority, work_order_priority_choices),
    OQ_TIME(dashboard_order, due_at),
    OQ_TIME(dashboard_order, planned_from),
    OQ_F64(dashboard_order, planned_h),
    OQ_TEXT(dashboard_order, assigned_name),
    OQ_TEXT(dashboard_order, asset_code),
    OQ_TEXT(dashboard_order, asset_name),
    OQ_TEXT(dashboard_order, asset_name_ar),
    OQ_FIELDS_END,
};

const oq_field dashboard_alarm_fields[] = {
    OQ_UUID(dashboard_alarm, id),
    OQ_UUID(dashboard_alarm, asset_id),
    OQ_TEXT(dashboard_alarm, title),
    OQ_TEXT(dashboard_alarm, title_ar),
    OQ_CHOICE(dashboard_alarm, priority, alarm_priority_choices),
    OQ_CHOICE(dashboard_alarm, state, alert_state_choices),
    OQ_F64(dashboard_alarm, value),
    OQ_F64(dashboard_alarm, limit_value),
    OQ_TEXT(dashboard_alarm, unit),
    OQ_TIME(dashboard_alarm, raised_at),
    OQ_TEXT(dashboard_alarm, asset_code),
    OQ_TEXT(dashboard_alarm, asset_name),
    OQ_TEXT(dashboard_alarm, asset_name_ar),
    OQ_TEXT(dashboard_alarm, response),
    OQ_TEXT(dashboard_alarm, response_ar),
    OQ_I64(dashboard_alarm, active),
    OQ_FIELDS_END,
};

const oq_field dashboard_risk_fields[] = {
    OQ_UUID(dashboard_risk, asset_id),
    OQ_TEXT(dashboard_risk, code),
    OQ_TEXT(dashboard_risk, name),
    OQ_TEXT(dashboard_risk, name_ar),
    OQ_TIME(dashboard_risk, scored_at),
    OQ_CHOICE(dashboard_risk, state, ai_state_choices),
    OQ_F64(dashboard_risk, health_score),
    OQ_F64(dashboard_risk, failure_probability),
    OQ_F64(dashboard_risk, failure_low),
    OQ_F64(dashboard_risk, failure_high),
    OQ_F64(dashboard_risk, horizon_h),
    OQ_F64(dashboard_risk, production_risk_index),
    OQ_BOOL(dashboard_risk, anomaly_flag),
    OQ_BOOL(dashboard_risk, is_planned),
    OQ_TEXT(dashboard_risk, mode_name),
    OQ_TEXT(dashboard_risk, mode_name_ar),
    OQ_TEXT(dashboard_risk, action),
    OQ_TEXT(dashboard_risk, action_ar),
    OQ_FIELDS_END,
};

const oq_field dashboard_site_fields[] = {
    OQ_UUID(dashboard_site, id),    OQ_TEXT(dashboard_site, name), OQ_TEXT(dashboard_site, name_ar),
    OQ_I64(dashboard_site, assets), OQ_I64(dashboard_site, high),  OQ_I64(dashboard_site, raised),
    OQ_I64(dashboard_site, low),    OQ_F64(dashboard_site, most),  OQ_FIELDS_END,
};

const oq_field dashboard_ready_fields[] = {
    OQ_I64(dashboard_ready, sites),        OQ_I64(dashboard_ready, assets),
    OQ_I64(dashboard_ready, with_signals), OQ_I64(dashboard_ready, signals),
    OQ_I64(dashboard_ready, heard),        OQ_TIME(dashboard_ready, heard_at),
    OQ_I64(dashboard_ready, scored),       OQ_I64(dashboard_ready, partial),
    OQ_I64(dashboard_ready, unknown),      OQ_I64(dashboard_ready, chances),
    OQ_I64(dashboard_ready, risky),        OQ_TIME(dashboard_ready, scored_at),
    OQ_I64(dashboard_ready, cost_models),  OQ_I64(dashboard_ready, cost_models_open),
    OQ_I64(dashboard_ready, modes),        OQ_I64(dashboard_ready, modes_with_hours),
    OQ_I64(dashboard_ready, crew),         OQ_I64(dashboard_ready, rules),
    OQ_I64(dashboard_ready, plans),        OQ_FIELDS_END,
};

const oq_field dashboard_tenant_fields[] = {
    OQ_UUID(dashboard_tenant, id),
    OQ_TEXT(dashboard_tenant, code),
    OQ_TEXT(dashboard_tenant, name),
    OQ_CHOICE(dashboard_tenant, status, tenant_status_choices),
    OQ_BOOL(dashboard_tenant, is_demo),
    OQ_I64(dashboard_tenant, people),
    OQ_I64(dashboard_tenant, assets),
    OQ_I64(dashboard_tenant, plans),
    OQ_TIME(dashboard_tenant, last_login_at),
    OQ_TIME(dashboard_tenant, planned_at),
    OQ_FIELDS_END,
};
