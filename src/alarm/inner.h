/* alarm/inner.h: what the parts of this folder share.
 *
 *     rule.c      rules, as records; made from limits
 *     alert.c     rows and their tables
 *     writing.c   a unit of work: what is said is kept, and written in few statements
 *     raise.c     what the machine, or somebody else, says becomes a row, a step, an event
 *     announce.c  open pages and people are told
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

/* One unit of work that writes some. What is said of alarms is kept, in the order in which it was
 * said, and written set by set: a flood of thousands takes as many statements as one alarm. Whoever
 * opens a writing ends it, before the commit. */
typedef struct alert_writing {
    oq_scope *s;
    silences silences;
    bool has_silences;
    struct alert_change *change; /* not written yet; each of another alarm */
    size_t changes;
    uint32_t *slot; /* which alarms those are, by their keys */
    struct alert_step_order *step;
    size_t steps;
    struct event_order *event;
    size_t events;
    /* Whom was told how much (announce.c). */
    size_t live_told, told[ALARM_LOW + 1], untold; /* told: by priority */
    int untold_priority;
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
    bool is_told; /* of the flood */
} alert_site;

OQ_CHECKED oq_err *alert_write_raised(alert_writing *w, const alert_news *news);
/* Nothing when there is no active one. */
OQ_CHECKED oq_err *alert_write_returned(alert_writing *w, const alert_news *news);
/* The rule is no more, or no longer looked at: what it raised is over. */
OQ_CHECKED oq_err *alert_write_closed(alert_writing *w, const alert *a, const char *note);
/* The latest occurrence began, or ended, at another moment. */
OQ_CHECKED oq_err *alert_write_moved(alert_writing *w, const alert_news *news);
/* A shelf, a window or a flood is over: what still stands is said now, as if it had just come, in
 * the black box and, where `announced`, to people. Nothing of one that is gone, or still quiet. */
OQ_CHECKED oq_err *alert_write_shown(alert_writing *w, const alert *a, size_t count,
                                     bool announced);
/* Writes what was kept, and what they are to each other. May be called again. */
OQ_CHECKED oq_err *alert_writing_end(alert_writing *w);

/* --- beneath it (writing.c, raise.c) -----------------------------------------------------------*/

enum { ALERT_CHANGES_MAX = 1000 }; /* in one set */

typedef enum alert_change_kind { ALERT_RAISES = 1, ALERT_RETURNS, ALERT_CLOSES } alert_change_kind;
typedef struct alert_change {
    int kind;
    alert_news news; /* of a close: source, source_key and note alone */
    bool is_flood;   /* raised while too many come at its site */
    alert *stored;   /* once it is written; NULL: there is none */
} alert_change;

/* All that were kept: rows, then steps, events and what is told. */
OQ_CHECKED oq_err *alert_store_changes(alert_writing *w);
/* Among them; NULL: none is of this key. */
alert_change *alert_change_of(alert_writing *w, oq_str source_key);

OQ_CHECKED oq_err *alert_add_step(alert_writing *w, oq_uuid alert_id, const char *step, oq_us at,
                                  oq_uuid made_by, oq_str note);
/* An event in the black box: `what` is the step. */
OQ_CHECKED oq_err *alert_add_event(alert_writing *w, const alert *a, const alert_news *news,
                                   const char *what, oq_us at);
struct event_order alert_event(oq_arena *arena, const alert *a, const alert_news *news,
                               const char *what, oq_us at);
/* The steps that were kept so far. */
OQ_CHECKED oq_err *alert_store_steps(alert_writing *w);
/* Writes where they stand now; the moments in the records are the caller's. */
OQ_CHECKED oq_err *alert_stand(oq_scope *s, alert **a, size_t count);
void alert_set_standing(alert *a, int standing, oq_us now);
/* Shelved, or suppressed. */
bool alert_is_quiet(const alert *a);
/* A value in four figures; not given: it is none. */
oq_str alert_figure(oq_arena *arena, double x);

/* --- telling (announce.c) ----------------------------------------------------------------------*/

extern const int alert_severity_of[]; /* event_severity, by alarm_priority */

/* Open pages are told what became of it. */
OQ_CHECKED oq_err *alert_tell_pages(alert_writing *w, const alert *a);
/* `more` is part of the key: empty for an occurrence, of which people are told once. Of more than
 * are read one by one people are told at the end, in one sentence. */
OQ_CHECKED oq_err *alert_announce(alert_writing *w, const alert *a, const alert_news *news,
                                  oq_str more);
OQ_CHECKED oq_err *alert_announce_rest(alert_writing *w);
/* Once a unit of work and site. */
OQ_CHECKED oq_err *alert_tell_flood(alert_writing *w, oq_uuid site_id);

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
/* One more at a site, whose step stands at `since`. */
void alarm_count_raised(alert_writing *w, oq_uuid site_id, oq_us since);
/* Asks what it is to others of its unit. */
void alarm_keep_asset(alert_writing *w, const alert *a);
OQ_CHECKED oq_err *alarm_find_first_outs(alert_writing *w);

/* --- deeds (deed.c) ----------------------------------------------------------------------------*/

OQ_CHECKED oq_err *alert_acknowledge(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert);
OQ_CHECKED oq_err *alert_reset(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert);
OQ_CHECKED oq_err *alert_shelve(oq_scope *s, oq_uuid id, oq_us until, oq_str reason,
                                alert **ret_alert);
OQ_CHECKED oq_err *alert_unshelve(oq_scope *s, oq_uuid id, alert **ret_alert);

/* --- the job (look.c) --------------------------------------------------------------------------*/

/* One look, committed. *ret_more: there was more than one look takes. */
OQ_CHECKED oq_err *alarm_look_now(oq_scope *s, bool *ret_more);
/* alarm.trim: what the tenant does not keep any longer goes. */
OQ_CHECKED oq_err *alarm_run_trim(job_run *run);
/* For tests: as if this process had just been started. */
void alarm_forget_all(void);

#endif
