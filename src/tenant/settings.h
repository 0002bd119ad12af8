/* tenant/settings.h
 *
 * What a tenant decides for itself: one record, one field table; what it never decided has the
 * preset, also when a later version of the program has another one. The settings page, the API and
 * the manual are made from the table. */
#ifndef TENANT_SETTINGS_H
#define TENANT_SETTINGS_H

#include "base/base.h"
#include "db/scope.h"

typedef struct tenant_settings {
    /* sign-in */
    bool require_totp;            /* every person needs a second factor */
    int64_t session_idle_minutes; /* signed out after so much silence; 120 */
    int64_t session_hours;        /* and at the latest after so long; 12 */
    int64_t password_min_length;  /* characters; 12 */
    /* records */
    int64_t audit_days;        /* kept so long; at least 365; 1,095 */
    int64_t job_days;          /* finished jobs; 30 */
    int64_t notification_days; /* 90 */
    int64_t alarm_days;        /* alarms that are over, and steps of alarms; 1,095 */
    /* signals */
    int series_unknown;     /* settings_series_unknown_choices: create | refuse */
    int64_t series_max;     /* series at most; 100,000 */
    int64_t retention_days; /* samples are kept so long; 0: for ever; 1,095 */
    /* black box (M34, M237) */
    int64_t incident_window_before_minutes; /* 30 */
    int64_t incident_window_after_minutes;  /* 30 */
    int64_t incident_grace_minutes;         /* 60 */
    int wo_initial_status;      /* settings_wo_status_choices: open | pending_approval */
    double auto_wo_probability; /* 0..1; a top cause at least so probable makes a work order; 0.6 */
    bool notes_visible_to_viewer; /* false */
    int64_t escalation_minutes;   /* until the next one is told, when nobody answers; 15 */
    /* AI */
    int64_t ai_score_minutes;      /* between two scores of an asset; 15 */
    int64_t ai_horizon_hours;      /* "fails within"; 168 */
    double ai_health_below;        /* 0..100; a health that falls below is told; 40 */
    double ai_probability_from;    /* 0..1; a probability of failure that rises to it is told; 0.5 */
    double ai_false_alarms_a_month; /* anomalies of one asset that turn out to be nothing; 1 */
    /* notifications: what nobody can switch off; settings_notice_choices */
    int notify_in_app_from; /* high */
    int notify_mail_from;   /* urgent; only where mail is set up */
    int64_t version;        /* rises by one at each change; 0: nothing was ever decided */
} tenant_settings;

extern const oq_field tenant_settings_fields[];
/* The same for who sends all of them, where nothing may be left out: a form, the body of a PUT. */
extern const oq_field tenant_settings_put_fields[];

typedef enum settings_wo_status {
    WO_STATUS_OPEN = 1,
    WO_STATUS_PENDING_APPROVAL
} settings_wo_status;
extern const oq_choice settings_wo_status_choices[];

/* What becomes of a sample whose series nobody has made. */
typedef enum settings_series_unknown {
    SERIES_UNKNOWN_CREATE = 1,
    SERIES_UNKNOWN_REFUSE
} settings_series_unknown;
extern const oq_choice settings_series_unknown_choices[];

/* From which urgency on; the numbers of the first four are those of notify_urgency. */
typedef enum settings_notice {
    NOTICE_FROM_LOW = 1,
    NOTICE_FROM_NORMAL,
    NOTICE_FROM_HIGH,
    NOTICE_FROM_URGENT,
    NOTICE_NEVER
} settings_notice;
extern const oq_choice settings_notice_choices[];

/* In the scope's arena. Always succeeds for a tenant without a row (presets). */
OQ_CHECKED oq_err *tenant_settings_get(oq_scope *s, tenant_settings **ret_settings);

/* Stores what differs if nobody changed it since `version` was read; audited with what changed,
 * and told on the channel of tenant/tenant.h. Nothing that differs: nothing happens.
 * Fails: settings.version_stale; settings.idle_exceeds_session (about session_idle_minutes). */
OQ_CHECKED oq_err *tenant_settings_put(oq_scope *s, const tenant_settings *settings,
                                       tenant_settings **ret_settings);

#endif
