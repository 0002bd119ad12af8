/* What has had its time goes: events after an hour, notifications as the tenant's settings say. */
#include "notify/inner.h"

#include "tenant/retention.h"

#include "notify.sql.h"

#include "base/banned.h"

static oq_err *trim_events(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    sql_live_trim_args args = {.older_than = older_than, .limit = NOTIFY_TRIM_SLICE};
    return sql_live_trim(s, args, ret_count);
}

static oq_err *trim_notifications(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    sql_notify_trim_args args = {.older_than = older_than, .limit = NOTIFY_TRIM_SLICE};
    return sql_notify_trim(s, args, ret_count);
}

static oq_err *trim(job_run *run)
{
    tenant_settings *settings;
    oq_us now;
    OQ_TRY(retention_settings(run, &settings, &now));
    OQ_TRY(retention_run(run, trim_events, NOTIFY_TRIM_SLICE, now - LIVE_KEPT));
    return retention_run(run, trim_notifications, NOTIFY_TRIM_SLICE,
                         now - settings->notification_days * OQ_DAY);
}

const job_kind notify_job_kinds[] = {
    /* Twice is harmless: what is gone is not there to be deleted again. */
    {.name = "notify.trim", .run = trim, .lane = JOB_PER_TENANT, .every_s = 3600, .limit_s = 300},
    {0},
};
