/* What has had its time goes: steps of alarms, and alarms that are over, as the tenant's settings
 * say. Events of the black box tell of them still. */
#include "alarm/inner.h"

#include "tenant/retention.h"

#include "alarm.sql.h"

#include "base/banned.h"

enum { SLICE = 5000 };

static oq_err *trim_steps(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    return sql_alert_steps_trim(
        s, (sql_alert_steps_trim_args){.older_than = older_than, .limit = SLICE}, ret_count);
}

static oq_err *trim_alerts(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    return sql_alerts_trim(s, (sql_alerts_trim_args){.older_than = older_than, .limit = SLICE},
                           ret_count);
}

static oq_err *trim_silences(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    return sql_silences_trim(s, (sql_silences_trim_args){.older_than = older_than, .limit = SLICE},
                             ret_count);
}

/* Twice is harmless: what is gone is not there to be deleted again. */
oq_err *alarm_run_trim(job_run *run)
{
    static retention_slice *const slice[] = {trim_steps, trim_alerts, trim_silences};
    tenant_settings *settings;
    oq_us now;
    OQ_TRY(retention_settings(run, &settings, &now));
    for (size_t i = 0; i < OQ_COUNT(slice); i++)
        OQ_TRY(retention_run(run, slice[i], SLICE, now - settings->alarm_days * OQ_DAY));
    return NULL;
}
