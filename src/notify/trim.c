/* What has had its time goes: events after an hour, notifications as the tenant's settings say. */
#include "notify/inner.h"

#include "tenant/retention.h"

#include "notify/send.h"

#include "notify.sql.h"
#include "outbox.sql.h"

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

static oq_err *trim_outbox(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    sql_outbox_trim_args args = {.older_than = older_than, .limit = NOTIFY_TRIM_SLICE};
    return sql_outbox_trim(s, args, ret_count);
}

static oq_err *trim(job_run *run)
{
    tenant_settings *settings;
    oq_us now;
    OQ_TRY(retention_settings(run, &settings, &now));
    OQ_TRY(retention_run(run, trim_events, NOTIFY_TRIM_SLICE, now - LIVE_KEPT));
    oq_us older_than = now - settings->notification_days * OQ_DAY;
    OQ_TRY(retention_run(run, trim_outbox, NOTIFY_TRIM_SLICE, older_than));
    return retention_run(run, trim_notifications, NOTIFY_TRIM_SLICE, older_than);
}

const job_kind notify_job_kinds[] = {
    /* Twice is harmless: what is gone is not there to be deleted again. */
    {.name = "notify.trim", .run = trim, .lane = JOB_PER_TENANT, .every_s = 3600, .limit_s = 300},
    /* Twice is harmless: a message that was sent is not waiting any more, and one that was being
     * sent when its worker died goes again under its own id. */
    {.name = "notify.send",
     .run = notify_send,
     .lane = JOB_PER_TENANT,
     .every_s = 10,
     .is_routine = true,
     .limit_s = 600},
    {0},
};
