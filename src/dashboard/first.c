/* What comes first, and all that stands around it. What the reader may not see is not asked for. */
#include "dashboard/inner.h"

#include "alarm/alarm.h"

#include "dashboard.sql.h"

#include "base/banned.h"

enum { NEWEST = 1000, ALARMS_SHOWN = 20, ADVICES_READ = 200 };
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

/* The plan's first job that nobody has left out; of an asset where one is given. */
static const optimize_advice *first_job(const optimize_advices *list, oq_uuid asset_id)
{
    for (size_t i = 0; i < list->count; i++) {
        const optimize_advice *a = &list->at[i];
        bool is_out = oq_str_eq(a->status, OQ_STR("rejected"));
        if (a->action == OPTIMIZE_DO && !is_out &&
            (oq_uuid_is_zero(asset_id) || oq_uuid_eq(a->asset_id, asset_id)))
            return a;
    }
    return NULL;
}

static oq_err *find_plan(oq_scope *s, first *f, optimize_advices *ret_advices)
{
    optimize_run *run;
    *ret_advices = (optimize_advices){0};
    if (!may(s, CAP_OPTIMIZATION_READ))
        return NULL;
    OQ_TRY(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &run));
    f->run = run;
    return run ? optimize_advices_from(s, run->id, 0, ADVICES_READ, ret_advices) : NULL;
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
                           size_t *ret_count)
{
    sql_dashboard_alarms_rows rows;
    *ret = NULL;
    *ret_count = 0;
    if (!may(s, CAP_ALARM_READ))
        return NULL;
    OQ_TRY(sql_dashboard_alarms(s,
                                (sql_dashboard_alarms_args){
                                    .asset_id = asset_id,
                                    .quiet_too = !oq_uuid_is_zero(asset_id),
                                    .limit = ALARMS_SHOWN,
                                },
                                &rows));
    if (rows.count)
        *ret = rows.at;
    *ret_count = rows.count;
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
    OQ_TRY(sql_dashboard_ready(
        s, (sql_dashboard_ready_args){oq_now(s), (oq_date)(oq_now(s) / OQ_DAY)}, &rows));
    *ret = rows.at[0];
    return NULL;
}

oq_err *first_find(oq_scope *s, first *f)
{
    optimize_advices advices;
    *f = (first){.by = FIRST_NOTHING};
    OQ_TRY(count(s, &f->ready));
    OQ_TRY(find_incident(s, &f->incident));
    OQ_TRY(find_plan(s, f, &advices));
    f->advice = first_job(&advices, OQ_UUID_ZERO);
    OQ_TRY(find_risk(s, OQ_UUID_ZERO, &f->risk));
    OQ_TRY(find_alarms(s, OQ_UUID_ZERO, &f->alarm, &f->alarms));
    pick(f);
    if (f->by == FIRST_NOTHING || oq_uuid_is_zero(f->asset_id)) {
        if (f->by == FIRST_NOTHING)
            return find_own_incident(s, f);
        f->risk = NULL;
        return NULL;
    }
    f->advice = first_job(&advices, f->asset_id);
    if (f->by != FIRST_INCIDENT)
        OQ_TRY(find_own_incident(s, f));
    OQ_TRY(find_risk(s, f->asset_id, &f->risk));
    return find_alarms(s, f->asset_id, &f->alarm, &f->alarms);
}
