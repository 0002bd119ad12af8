/* alarm/inner.h: what the parts of this folder share.
 *
 *     rule.c      rules, as records; made from limits
 *     alert.c     rows and their tables
 *     raise.c     what the machine, or somebody else, says becomes a row, an event, a message
 *     deed.c      what people do: acknowledge, reset, shelve
 *     silence.c   what is quiet, and until when
 *     watch.c     what each process remembers of the signals that rules look at
 *     look.c      the job */
#ifndef ALARM_INNER_H
#define ALARM_INNER_H

#include "alarm/alarm.h"
#include "alarm/rule.h"
#include "audit/audit.h"
#include "http/request.h"

#define ALERT_SHELVE_MAX (24 * OQ_HOUR)
enum { ALERT_NOTE_MAX = 1000, ALERT_STEPS_MAX = 500 };

/* --- rows --------------------------------------------------------------------------------------*/

typedef struct alert_step {
    oq_uuid id;
    oq_str step; /* "raised", "again", "acknowledged", ... */
    oq_us at;
    oq_uuid made_by;
    oq_str made_by_name, note;
} alert_step;
extern const oq_field alert_step_fields[];

typedef enum silence_kind {
    SILENCE_SHELVED = 1,
    SILENCE_OUT_OF_SERVICE,
    SILENCE_MAINTENANCE
} silence_kind;
extern const oq_choice silence_kind_choices[];

typedef struct silence {
    oq_uuid id;
    int kind; /* silence_kind */
    oq_uuid rule_id, asset_id, site_id;
    oq_us from_time, to_time;
    oq_str reason;
    oq_uuid made_by;
    oq_us ended_at, created_at;
} silence;
extern const oq_field silence_fields[];
typedef struct silences {
    silence *at;
    size_t count;
} silences;

typedef struct silenced_alert {
    oq_uuid id;
    oq_str suppressed_by;
    oq_uuid rule_id, asset_id, site_id;
} silenced_alert;
extern const oq_field silenced_alert_fields[];

/* --- what becomes of it (raise.c) --------------------------------------------------------------*/

/* An alarm that comes or goes. */
typedef struct alert_news {
    oq_uuid rule_id; /* zero: no rule's */
    oq_str source, source_key;
    oq_uuid asset_id, site_id;
    oq_str asset_code;
    int64_t series_no; /* OQ_I64_NONE: none or several */
    oq_str code, title, title_ar;
    int priority;
    bool is_failure, is_latched;
    oq_str event_kind, metric, unit;
    double value, limit;
    oq_us since; /* event time */
    oq_str note; /* of the step; not given: none */
} alert_news;

/* One unit of work that writes some: what is said at its end, and what need not be asked twice. */
typedef struct alert_writing {
    oq_scope *s;
    silences silences;
    bool has_silences;
    size_t told; /* live events */
    /* Of floods (flood.c): how many came lately, by site, counted on. */
    struct alert_site *site;
    size_t sites, sites_room;
    /* Of first-outs: assets that had one that came for the first time, and when. */
    oq_uuid *asset;
    size_t assets, assets_room;
    oq_us first_at, last_at;
} alert_writing;
typedef struct alert_site {
    oq_uuid id;
    int64_t times;
} alert_site;
/* After the last one: what they are to each other. */
OQ_CHECKED oq_err *alert_writing_end(alert_writing *w);

OQ_CHECKED oq_err *alert_write_raised(alert_writing *w, const alert_news *news, alert **ret_alert);
/* A shelf, a window or a flood is over: what still stands is said now, as if it had just come, in
 * the black box and, where `announced`, to people. Nothing when it is gone, or still quiet. */
OQ_CHECKED oq_err *alert_write_shown(alert_writing *w, const alert *a, bool announced);
/* Nothing when there is no active one. */
OQ_CHECKED oq_err *alert_write_returned(alert_writing *w, const alert_news *news);
/* The latest occurrence began, or ended, at another moment. */
OQ_CHECKED oq_err *alert_write_moved(alert_writing *w, const alert_news *news);
/* The rule is no more, or no longer looked at: what it raised is over. */
OQ_CHECKED oq_err *alert_write_closed(alert_writing *w, const alert *a, const char *note);

OQ_CHECKED oq_err *alert_add_step(oq_scope *s, oq_uuid alert_id, const char *step, oq_us at,
                                  oq_uuid made_by, oq_str note);
/* Open pages are told what became of it. */
OQ_CHECKED oq_err *alert_tell_pages(alert_writing *w, const alert *a);
/* An event in the black box: `what` is the step. */
OQ_CHECKED oq_err *alert_add_event(alert_writing *w, const alert *a, const alert_news *news,
                                   const char *what, oq_us at);
OQ_CHECKED oq_err *alert_stand(oq_scope *s, alert *a, int standing);
/* Shelved, or suppressed. */
bool alert_is_quiet(const alert *a);
/* A value in four figures; not given: it is none. */
oq_str alert_figure(oq_arena *arena, double x);

/* --- silences (silence.c) ----------------------------------------------------------------------*/

OQ_CHECKED oq_err *silences_now(alert_writing *w);
/* The one that keeps it quiet; of several the one that ends last. NULL: none. */
const silence *silence_of(const silences *list, oq_uuid rule_id, oq_uuid asset_id, oq_uuid site_id,
                          bool shelved);
/* What time ends: shelves, windows, floods. */
OQ_CHECKED oq_err *silences_end(alert_writing *w, bool *ret_any);

/* --- many at once (flood.c) ---------------------------------------------------------------------*/

/* Whether alarms come at the site faster than people can read them. */
OQ_CHECKED oq_err *alarm_is_flood(alert_writing *w, oq_uuid site_id, bool *ret_flood);
/* How many came in the last ten minutes. */
OQ_CHECKED oq_err *alarm_raised_lately(alert_writing *w, oq_uuid site_id, int64_t *ret_times);
/* One more, whose step stands at `since`. */
void alarm_count_raised(alert_writing *w, const alert *a, oq_us since);

/* --- deeds (deed.c) ----------------------------------------------------------------------------*/

OQ_CHECKED oq_err *alert_acknowledge(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert);
OQ_CHECKED oq_err *alert_reset(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert);
OQ_CHECKED oq_err *alert_shelve(oq_scope *s, oq_uuid id, oq_us until, oq_str reason,
                                alert **ret_alert);
OQ_CHECKED oq_err *alert_unshelve(oq_scope *s, oq_uuid id, alert **ret_alert);

/* --- the job (look.c) --------------------------------------------------------------------------*/

/* One look, committed. *ret_more: there was more than one look takes. */
OQ_CHECKED oq_err *alarm_look_now(oq_scope *s, bool *ret_more);
/* For tests: as if this process had just been started. */
void alarm_forget_all(void);

#endif
