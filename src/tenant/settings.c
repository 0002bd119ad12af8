#include "tenant/settings.h"

#include "audit/audit.h"
#include "tenant/inner.h"

#include "settings.sql.h"
#include "tenant.sql.h"

#include "base/banned.h"

const oq_choice settings_wo_status_choices[] = {
    {WO_STATUS_OPEN, "open"},
    {WO_STATUS_PENDING_APPROVAL, "pending_approval"},
    {0, NULL},
};

const oq_choice settings_series_unknown_choices[] = {
    {SERIES_UNKNOWN_CREATE, "create"},
    {SERIES_UNKNOWN_REFUSE, "refuse"},
    {0, NULL},
};

const oq_choice settings_notice_choices[] = {
    {NOTICE_FROM_LOW, "low"},       {NOTICE_FROM_NORMAL, "normal"}, {NOTICE_FROM_HIGH, "high"},
    {NOTICE_FROM_URGENT, "urgent"}, {NOTICE_NEVER, "never"},        {0, NULL},
};

/* One list, two tables: PRESET(text) is either the preset, or that the field must be given. */
#define SETTINGS_ROWS(PRESET)                                                                      \
    OQ_BOOL(tenant_settings, require_totp, PRESET("false"),                                        \
            .help = "Every person needs a second factor to sign in"),                              \
        OQ_I64(tenant_settings, session_idle_minutes, PRESET("120"), .min = 5, .max = 1440,        \
               .help = "Minutes of silence after which a person is signed out"),                   \
        OQ_I64(tenant_settings, session_hours, PRESET("12"), .min = 1, .max = 168,                 \
               .help = "Hours after which a person must sign in again at the latest"),             \
        OQ_I64(tenant_settings, password_min_length, PRESET("12"), .min = 8, .max = 64,            \
               .help = "Characters a new password has at least"),                                  \
        OQ_I64(tenant_settings, audit_days, PRESET("1095"), .min = 365, .max = 3650,               \
               .help = "Days that audit rows are kept"),                                           \
        OQ_I64(tenant_settings, job_days, PRESET("30"), .min = 1, .max = 365,                      \
               .help = "Days that finished jobs are kept"),                                        \
        OQ_I64(tenant_settings, notification_days, PRESET("90"), .min = 7, .max = 365,             \
               .help = "Days that notifications are kept"),                                        \
        OQ_I64(tenant_settings, alarm_days, PRESET("1095"), .min = 30, .max = 3650,                \
               .help = "Days that alarms that are over are kept, and the steps of all"),           \
        OQ_CHOICE(tenant_settings, series_unknown, settings_series_unknown_choices,                \
                  PRESET("create"), .help = "What becomes of a signal that nobody has defined"),   \
        OQ_I64(tenant_settings, series_max, PRESET("100000"), .min = 1, .max = 2000000,            \
               .help = "Signals at most"),                                                         \
        OQ_I64(tenant_settings, retention_days, PRESET("1095"), .min = 0, .max = 36500,            \
               .help = "Days that samples are kept; 0: for ever"),                                 \
        OQ_I64(tenant_settings, incident_window_before_minutes, PRESET("30"), .min = 1,            \
               .max = 1440, .help = "Minutes before its trigger that an incident looks at"),       \
        OQ_I64(tenant_settings, incident_window_after_minutes, PRESET("30"), .min = 1,             \
               .max = 1440, .help = "Minutes after its trigger that an incident looks at"),        \
        OQ_I64(tenant_settings, incident_grace_minutes, PRESET("60"), .min = 0, .max = 1440,       \
               .help = "Minutes after the window in which late data still change an incident"),    \
        OQ_CHOICE(tenant_settings, wo_initial_status, settings_wo_status_choices, PRESET("open"),  \
                  .help = "Status of a work order that the program makes"),                        \
        OQ_F64(tenant_settings, auto_wo_probability, PRESET("0.6"), .f64_min = 0, .f64_max = 1,    \
               .help = "A top cause at least so probable makes a work order"),                     \
        OQ_BOOL(tenant_settings, notes_visible_to_viewer, PRESET("false"),                         \
                .help = "Viewers see the notes of incidents and work orders"),                     \
        OQ_I64(tenant_settings, escalation_minutes, PRESET("15"), .min = 1, .max = 1440,           \
               .help = "Minutes without an answer after which the next one is told"),              \
        OQ_I64(tenant_settings, ai_score_minutes, PRESET("15"), .min = 5, .max = 1440,             \
               .help = "Minutes between two AI scores of an asset"),                               \
        OQ_I64(tenant_settings, ai_horizon_hours, PRESET("168"), .min = 12, .max = 2160,           \
               .help = "Hours ahead for which the probability of failure is told"),                \
        OQ_F64(tenant_settings, ai_health_below, PRESET("40"), .f64_min = 0, .f64_max = 100,       \
               .help = "A health score that falls below is told to people"),                       \
        OQ_F64(tenant_settings, ai_probability_from, PRESET("0.5"), .f64_min = 0, .f64_max = 1,    \
               .help = "A probability of failure that rises to it is told to people"),             \
        OQ_F64(tenant_settings, ai_false_alarms_a_month, PRESET("1"), .f64_min = 0.01,             \
               .f64_max = 300,                                                                     \
               .help = "Anomalies of one asset that may turn out to be nothing, a month"),         \
        OQ_CHOICE(tenant_settings, notify_in_app_from, settings_notice_choices, PRESET("high"),    \
                  .help = "Shown in the app from this urgency on, whatever a person has chosen"),  \
        OQ_CHOICE(tenant_settings, notify_mail_from, settings_notice_choices, PRESET("urgent"),    \
                  .help = "Mailed from this urgency on, whatever a person has chosen")

#define IS_PRESET(text)     .preset = (text)
#define MUST_BE_GIVEN(text) .required = true

const oq_field tenant_settings_fields[] = {SETTINGS_ROWS(IS_PRESET),
                                           OQ_I64(tenant_settings, version), OQ_FIELDS_END};

const oq_field tenant_settings_put_fields[] = {
    SETTINGS_ROWS(MUST_BE_GIVEN),
    OQ_I64(tenant_settings, version, .required = true,
           .help = "As it was read; an older one is refused"),
    OQ_FIELDS_END};

/* --- reading ----------------------------------------------------------------------------------*/

/* A document of another version of the program may hold keys that are gone, or values outside of
 * today's limits; the first are skipped, the second have their preset and a line in the log. */
static void read_document(oq_scope *s, oq_str document, tenant_settings *to)
{
    const oq_err *err =
        oq_fields_read_json(oq_scope_arena(s), tenant_settings_fields, document, to);
    for (; err; err = err->next)
        if (!oq_err_is(err, "field.unknown"))
            oq_log_warn("settings.value_unusable", OQ_F_UUID("tenant", oq_scope_tenant(s)),
                        OQ_F_CSTR("field", err->field), OQ_F_CSTR("code", err->code));
}

oq_err *tenant_settings_get(oq_scope *s, tenant_settings **ret_settings)
{
    sql_settings_get_rows rows;
    OQ_TRY(sql_settings_get(s, &rows));
    tenant_settings *settings = oq_new(oq_scope_arena(s), tenant_settings);
    read_document(s, rows.count ? rows.at[0].settings : OQ_STR("{}"), settings);
    settings->version = rows.count ? rows.at[0].version : 0;
    *ret_settings = settings;
    return NULL;
}

/* --- writing ----------------------------------------------------------------------------------*/

static oq_err *check(const tenant_settings *settings)
{
    if (settings->session_idle_minutes > settings->session_hours * 60)
        return oq_fail_field("session_idle_minutes", "settings.idle_exceeds_session", "hours=%lld",
                             (long long)settings->session_hours);
    return NULL;
}

/* The fields that were decided now, as a document; "{}": none. */
static oq_str decided(oq_arena *arena, const tenant_settings *before, const tenant_settings *after)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(OQ_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    for (const oq_field *f = tenant_settings_fields; f->type != OQ_TYPE_END; f++)
        if (strcmp(f->name, "version") != 0 && audit_field_differs(arena, f, before, after)) {
            oq_field alone[] = {*f, OQ_FIELDS_END};
            oq_fields_write_members(&j, alone, after);
        }
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static oq_err *stale(int64_t version)
{
    return oq_fail(OQ_CONFLICT, "settings.version_stale", "version=%lld", (long long)version);
}

oq_err *tenant_settings_put(oq_scope *s, const tenant_settings *settings,
                            tenant_settings **ret_settings)
{
    oq_arena *arena = oq_scope_arena(s);
    tenant_settings *before, *after = oq_copy(arena, settings, sizeof *settings);
    OQ_TRY(check(settings));
    OQ_TRY(tenant_settings_get(s, &before));
    if (before->version != settings->version)
        return stale(before->version);
    oq_str document = decided(arena, before, after);
    if (!oq_str_eq(document, OQ_STR("{}"))) {
        sql_settings_put_rows rows;
        OQ_TRY(sql_settings_put(s,
                                (sql_settings_put_args){
                                    .decided = document,
                                    .version = settings->version,
                                    .now = oq_now(s),
                                },
                                &rows));
        if (!rows.count)
            return stale(before->version + 1);
        after->version = rows.at[0].version;
        oq_str changes = audit_changes(arena, tenant_settings_fields, before, after);
        OQ_TRY(audit_record(s, &(audit_entry){.action = "settings.changed",
                                              .object_type = "settings",
                                              .changes = changes}));
        OQ_TRY(tenant_tell(s));
    }
    *ret_settings = after;
    return NULL;
}
