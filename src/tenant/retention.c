#include "tenant/retention.h"

#include <math.h>

#include "audit/audit.h"

#include "base/banned.h"

static oq_err *run_slice(job_run *run, retention_slice *slice, oq_us older_than, size_t *ret_count)
{
    oq_scope *s = NULL;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = slice(s, older_than, ret_count);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

oq_err *retention_run(job_run *run, retention_slice *slice, size_t full, oq_us older_than)
{
    size_t count;
    do {
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(run_slice(run, slice, older_than, &count));
    } while (count >= full);
    return NULL;
}

oq_err *retention_settings(job_run *run, tenant_settings **ret_settings, oq_us *ret_now)
{
    oq_scope *s = NULL;
    OQ_TRY(job_scope(run, OQ_READ, &s));
    oq_err *err = tenant_settings_get(s, ret_settings);
    if (!err)
        *ret_now = oq_now(s);
    oq_scope_close(s);
    return err;
}

static oq_err *trim_audit(job_run *run)
{
    tenant_settings *settings;
    oq_us now;
    OQ_TRY(retention_settings(run, &settings, &now));
    return retention_run(run, audit_trim, AUDIT_TRIM_SLICE, now - settings->audit_days * OQ_DAY);
}

const job_kind tenant_job_kinds[] = {
    /* Twice is harmless: what is gone is not there to be deleted again. */
    {.name = "audit.trim",
     .run = trim_audit,
     .lane = JOB_PER_TENANT,
     .every_s = 86400,
     .limit_s = 900},
    {0},
};
