/* What comes first, and all that stands around it. What the reader may not see is not asked for. */
#include "dashboard/inner.h"

#include "alarm/alarm.h"
#include "duty/roster.h"
#include "tenant/tenant.h"

#include "dashboard.sql.h"

#include "base/banned.h"

enum { NEWEST = 1000 };
#define PAST (30 * OQ_DAY) /* an incident that began so long ago still says why it failed */

static bool may(const oq_scope *s, oq_cap cap)
{
    return oq_caps_have(oq_scope_actor(s)->caps, cap);
}

/* --- candidates ---------------------------------------------------------------------------------*/

static oq_err *find_incident(oq_scope *s, const incident_row **ret)
{
    incident_view view;
    sql_dashboard_incidents_rows rows;
    *ret = NULL;
    if (!may(s, CAP_INCIDENT_READ))
        return NULL;
    OQ_TRY(incident_view_of(s, &view));
    OQ_TRY(
        sql_dashboard_incidents(s,
                                (sql_dashboard_incidents_args){
                                    .assigned_to = view.assigned_only ? view.user_id : OQ_UUID_ZERO,
                                    .newest = NEWEST,
                                    .limit = 1,
                                },
                                &rows));
    if (!rows.count)
        return NULL;
    incident_mask_said(oq_scope_arena(s), &view, INCIDENT_SAID(rows.at));
    *ret = rows.at;
    return NULL;
}

static oq_err *find_run(oq_scope *s, const optimize_run **ret)
{
    optimize_run *run;
    *ret = NULL;
    if (!may(s, CAP_OPTIMIZATION_READ))
        return NULL;
    OQ_TRY(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &run));
    *ret = run;
    return NULL;
}

/* The plan's first job that is still to be done; of an asset where one is given. */
static oq_err *find_job(oq_scope *s, const optimize_run *run, oq_uuid asset_id,
                        const optimize_advice **ret)
{
    sql_dashboard_job_rows rows;
    optimize_advices advices;
    *ret = NULL;
    if (!run)
        return NULL;
    OQ_TRY(sql_dashboard_job(s, (sql_dashboard_job_args){run->id, asset_id}, &rows));
    if (!rows.count)
        return NULL;
    OQ_TRY(optimize_advices_from(s, run->id, rows.at[0].position - 1, 1, &advices));
    if (advices.count)
        *ret = advices.at;
    return NULL;
}

static oq_err *find_risk(oq_scope *s, oq_uuid asset_id, const dashboard_risk **ret)
{
    sql_dashboard_risks_rows rows;
    *ret = NULL;
    if (!may(s, CAP_ASSET_READ))
        return NULL;
    OQ_TRY(sql_dashboard_risks(s, (sql_dashboard_risks_args){.asset_id = asset_id, .limit = 1},
                               &rows));
    if (rows.count)
        *ret = rows.at;
    return NULL;
}

static oq_err *find_alarms(oq_scope *s, oq_uuid asset_id, const dashboard_alarm **ret,
                           int64_t *ret_count)
{
    sql_dashboard_alarms_rows rows;
    *ret = NULL;
    *ret_count = 0;
    if (!may(s, CAP_ALARM_READ))
        return NULL;
    OQ_TRY(sql_dashboard_alarms(s, (sql_dashboard_alarms_args){.asset_id = asset_id, .limit = 1},
                                &rows));
    if (rows.count) {
        *ret = rows.at;
        *ret_count = rows.at[0].active;
    }
    return NULL;
}

/* --- choosing -----------------------------------------------------------------------------------*/

static bool is_grave(const incident_row *it)
{
    return it && it->severity >= INCIDENT_MAJOR;
}

static void choose(first *f, oq_uuid id, oq_str code, oq_str name, oq_str name_ar, first_by by)
{
    f->by = by;
    f->asset_id = id;
    f->code = code;
    f->name = name;
    f->name_ar = name_ar;
}

static void pick(first *f)
{
    const incident_row *it = f->incident;
    const dashboard_alarm *alarm = f->alarm;
    bool is_pressing =
        alarm && (alarm->priority == ALARM_CRITICAL || alarm->priority == ALARM_HIGH);
    if (is_grave(it))
        choose(f, it->root_asset_id, it->asset_code, it->asset_name, it->asset_name_ar,
               FIRST_INCIDENT);
    else if (f->advice)
        choose(f, f->advice->asset_id, f->advice->asset_code, f->advice->asset_name,
               f->advice->asset_name_ar, FIRST_PLAN);
    else if (f->risk && f->risk->production_risk_index >= RISK_HIGH)
        choose(f, f->risk->asset_id, f->risk->code, f->risk->name, f->risk->name_ar, FIRST_RISK);
    else if (is_pressing || (alarm && !it))
        choose(f, alarm->asset_id, alarm->asset_code, alarm->asset_name, alarm->asset_name_ar,
               FIRST_ALARM);
    else if (it)
        choose(f, it->root_asset_id, it->asset_code, it->asset_name, it->asset_name_ar,
               FIRST_INCIDENT);
}

/* The asset's own newest incident, where another thing made it first. */
static oq_err *find_own_incident(oq_scope *s, first *f)
{
    incident_rows rows;
    f->incident = NULL;
    if (!may(s, CAP_INCIDENT_READ))
        return NULL;
    OQ_TRY(incident_find(
        s,
        &(incident_filter){.asset_id = f->asset_id, .from = oq_now(s) - PAST, .to = OQ_TIME_NONE},
        OQ_NONE, 1, &rows));
    if (rows.count)
        f->incident = rows.at;
    return NULL;
}

static oq_err *count(oq_scope *s, dashboard_ready *ret)
{
    sql_dashboard_ready_rows rows;
    tenant *t;
    OQ_TRY(tenant_self(s, &t));
    oq_date today = roster_local_of(oq_now(s), t->time_zone).day;
    OQ_TRY(sql_dashboard_ready(s, (sql_dashboard_ready_args){oq_now(s), today}, &rows));
    *ret = rows.at[0];
    return NULL;
}

oq_err *first_find(oq_scope *s, first *f)
{
    *f = (first){.by = FIRST_NOTHING};
    OQ_TRY(count(s, &f->ready));
    OQ_TRY(find_incident(s, &f->incident));
    OQ_TRY(find_run(s, &f->run));
    OQ_TRY(find_job(s, f->run, OQ_UUID_ZERO, &f->advice));
    OQ_TRY(find_risk(s, OQ_UUID_ZERO, &f->risk));
    OQ_TRY(find_alarms(s, OQ_UUID_ZERO, &f->alarm, &f->alarms));
    pick(f);
    if (f->by == FIRST_NOTHING)
        return find_own_incident(s, f);
    if (oq_uuid_is_zero(f->asset_id)) { /* the plant's first job, risk, alarms are not about it */
        f->risk = NULL;
        f->alarms = 0;
        if (f->by != FIRST_PLAN)
            f->advice = NULL;
        return NULL;
    }
    OQ_TRY(find_job(s, f->run, f->asset_id, &f->advice));
    if (f->by != FIRST_INCIDENT)
        OQ_TRY(find_own_incident(s, f));
    OQ_TRY(find_risk(s, f->asset_id, &f->risk));
    return find_alarms(s, f->asset_id, &f->alarm, &f->alarms);
}
