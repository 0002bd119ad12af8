/* notify/notify.h
 *
 * What a person is told: a row per receiver, shown in the bell and on the notifications page, and
 * pushed to open pages. The sentence is put together in the reader's language from the type and
 * its facts ("notify.<type>.title" / ".body" in the language files); a fact whose name ends with
 * "_at" is RFC 3339 in the row and a local time in the sentence, and "title_ar" stands for "title"
 * where the reader has Arabic.
 *
 * Open pages hold an event stream (GET /api/live). An event is stored in the transaction that it
 * tells about, its id goes to all processes by NOTIFY, each of them reads it in its tenant's scope
 * and hands it to the streams it holds. Ids are made before the commit, so their order is not the
 * order of commits: who comes back gets what is newer than LIVE_OVERLAP before the last id it saw,
 * and drops what it has seen already. */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "http/stream.h"
#include "job/job.h"
#include "web/page.h"

#define LIVE_KEPT    OQ_HOUR          /* events are kept so long, at least */
#define LIVE_OVERLAP (30 * OQ_SECOND) /* a request's longest transaction */
enum {
    LIVE_REPLAY_MAX = 500, /* events at most for one who comes back; past it: "resync" */
    NOTIFY_LIST_MAX = 200, /* notifications of one page */
    NOTIFY_TRIM_SLICE = 5000,
};

/* --- telling ----------------------------------------------------------------------------------*/

typedef struct notify_order {
    oq_uuid user_id;
    const char *type; /* "job.failed" */
    const oq_arg *fact;
    size_t fact_count;
    oq_str title, body;      /* free text instead of a type's sentence; usually not given */
    const char *entity_type; /* "job"; with entity_id it makes the link; NULL: none */
    oq_str entity_id;
    int topic;   /* notify_topic; 0: system */
    int urgency; /* notify_urgency; 0: normal */
    oq_str
        once_key; /* a person is told once of it, however often it is said; not given: each time */
    oq_uuid trace_id;  /* of the story that it belongs to; zero: none */
    bool stays_inside; /* in the app alone, whatever people chose: of mail that cannot be sent */
} notify_order;

/* What it is about: what people choose channels by. */
typedef enum notify_topic {
    TOPIC_SYSTEM = 1,
    TOPIC_ALARM,
    TOPIC_INCIDENT,
    TOPIC_WORK_ORDER,
    TOPIC_JOB
} notify_topic;
extern const oq_choice notify_topic_choices[]; /* "system" "alarm" ... */
typedef enum notify_urgency {
    URGENCY_LOW = 1,
    URGENCY_NORMAL,
    URGENCY_HIGH,
    URGENCY_URGENT /* is not held back by quiet hours */
} notify_urgency;
extern const oq_choice notify_urgency_choices[];

/* Stores it and pushes it after the commit, by the ways that the person chose (notify/choice.h): in
 * the app, and as a row of the outbox by mail. Each active webhook of the tenant whose topics match
 * gets it once, however many people are told of it: by its once_key, and without one at each call.
 * A person who is not there (any more) is told nothing. Logged as notice.told. */
OQ_CHECKED oq_err *notify_user(oq_scope *s, const notify_order *order);
/* The same to every active person of the tenant with this role. */
OQ_CHECKED oq_err *notify_role(oq_scope *s, oq_role role, const notify_order *order);
/* The same to every active person who was told of its entity before. With a once_key that others
 * are told by as well nobody hears of it twice. */
OQ_CHECKED oq_err *notify_followers(oq_scope *s, const notify_order *order);

/* Tells open pages that something changed: an event for one user (zero: all of the tenant), kept
 * for an hour for those who reconnect. `data` is JSON.
 *
 * The event "notification" carries {"id","type","title","title_ar","title_en","href","created_at"};
 * `title` is in the receiver's own language. "resync" without data tells a page that it missed more
 * than can be replayed: it loads again what it shows. */
OQ_CHECKED oq_err *live_publish(oq_scope *s, oq_uuid user_id, const char *event, oq_str data);

/* --- reading ----------------------------------------------------------------------------------*/

typedef struct notification {
    oq_uuid id;
    oq_str type;
    oq_str facts;
    oq_str title, body;
    oq_str entity_type, entity_id;
    int topic, urgency;
    bool is_read;
    oq_us created_at, read_at;
} notification;
extern const oq_field notification_fields[];
typedef struct notifications {
    notification *at;
    size_t count;
} notifications;

/* A person's own, newest first, behind the row (before_at, before_id) or from the newest. */
OQ_CHECKED oq_err *notify_find(oq_scope *s, oq_uuid user_id, bool unread_only, oq_us before_at,
                               oq_uuid before_id, size_t limit, notifications *ret_list);
/* The same of one topic, from an urgency on; 0: any. */
typedef struct notify_filter {
    bool unread_only;
    int topic, urgency_min;
} notify_filter;
OQ_CHECKED oq_err *notify_find_by(oq_scope *s, oq_uuid user_id, const notify_filter *filter,
                                  oq_us before_at, oq_uuid before_id, size_t limit,
                                  notifications *ret_list);
OQ_CHECKED oq_err *notify_count_unread(oq_scope *s, oq_uuid user_id, int64_t *ret_unread);
/* Fails: notification.not_found. Harmless when it is read already. */
OQ_CHECKED oq_err *notify_read(oq_scope *s, oq_uuid user_id, oq_uuid id,
                               notification **ret_notification);
OQ_CHECKED oq_err *notify_read_all(oq_scope *s, oq_uuid user_id, int64_t *ret_count);

/* The sentences of a notification for a reader, and where it leads. */
typedef struct notify_view {
    oq_uuid id;
    oq_str type, title, body; /* body may be empty */
    oq_str href;              /* not given: it leads nowhere */
    oq_str entity_type, entity_id;
    int topic, urgency;
    bool is_read;
    oq_us created_at, read_at;
} notify_view;
extern const oq_field notify_view_fields[];
notify_view notify_render(oq_arena *arena, const web_locale *locale, const notification *n);

/* --- between processes ------------------------------------------------------------------------*/

/* Brings published events from the database to this process's open streams: told of them by the
 * listener of the channel "optria_live" (payload: tenant, event id), on a thread of its own, so
 * that the listener never waits for a query. After a gap, and after a failure, it reads again what
 * came since it last was sure. */
typedef struct live_bridge live_bridge;
OQ_CHECKED oq_err *live_bridge_open(db_pool *pool, http_hub *hub, live_bridge **ret_bridge);
void live_bridge_on_notify(void *bridge, oq_str payload);
void live_bridge_on_gap(void *bridge);
void live_bridge_close(live_bridge *bridge); /* accepts NULL */

/* The hub of this process's streams: set once at start. Without one a stream is told to come back
 * later. */
void live_use_hub(http_hub *hub);

/* For web_frame_hook, with the pool as `self`: puts `unread` (not given: none) and `live_since`,
 * the id that a page's stream begins behind. */
oq_err *notify_frame(void *pool, web_page *page);

extern const http_route notify_routes[];  /* /api/notifications..., /api/live, /notifications */
extern const job_kind notify_job_kinds[]; /* notify.trim, notify.send */

#endif
