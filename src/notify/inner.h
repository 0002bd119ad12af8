/* notify/inner.h: what the files of this folder share. */
#ifndef NOTIFY_INNER_H
#define NOTIFY_INNER_H

#include "notify/channel.h"
#include "notify/choice.h"
#include "notify/notify.h"
#include "notify/outbox.h"

/* Who is told, and how that person reads. */
typedef struct notify_receiver {
    oq_uuid id;
    oq_str lang;      /* not given: nothing chosen */
    oq_str time_zone; /* the person's, else the tenant's */
    bool in_app, by_mail;
    int urgency_min;
} notify_receiver;
extern const oq_field notify_receiver_fields[];

typedef struct choice_row {
    int topic;
    bool in_app, by_mail;
    int urgency_min;
} choice_row;
extern const oq_field choice_row_fields[];
notify_choice *notify_choice_of(notify_choices *choices, int topic);
extern const oq_field notify_quiet_fields[];
OQ_CHECKED oq_err *notify_quiet_get(oq_scope *s, oq_uuid user_id, notify_quiet *ret_quiet);

/* What is written into the outbox beside a notification: mail for the people, whose ids (of their
 * notification: zero where they have none in the app) stand beside, and one for each webhook. */
typedef struct outbox_order {
    const notification *about;
    oq_str once_key;
    oq_uuid trace_id;
    const oq_uuid *user_ids, *notification_ids;
    size_t count;
} outbox_order;
OQ_CHECKED oq_err *outbox_add(oq_scope *s, const outbox_order *order, size_t *ret_webhooks);
OQ_CHECKED oq_err *outbox_add_webhooks(oq_scope *s, const outbox_order *order,
                                       const oq_uuid *webhook_ids, size_t count);
extern const oq_field outbox_counts_fields[];
/* A notification, as far as a sentence is made of it. */
extern const oq_field outbox_content_fields[];
oq_str outbox_content(oq_arena *arena, const notification *n);
/* Wakes the job after the commit. */
void outbox_wake(oq_scope *s);

typedef struct live_event {
    oq_uuid id, user_id; /* zero user: everybody of the tenant */
    oq_str event, data;
} live_event;
extern const oq_field live_event_fields[];

typedef struct live_events {
    live_event *at;
    size_t count;
} live_events;

/* Several events of one kind in one statement; lists of one length. */
OQ_CHECKED oq_err *live_publish_many(oq_scope *s, const oq_uuid *ids, const oq_uuid *user_ids,
                                     const oq_str *data, size_t count, const char *event);
OQ_CHECKED oq_err *live_get(oq_scope *s, oq_uuids ids, live_events *ret_events);
OQ_CHECKED oq_err *live_since(oq_scope *s, oq_us since, size_t limit, live_events *ret_events);
/* What a user missed, from everybody's events too. */
OQ_CHECKED oq_err *live_missed(oq_scope *s, oq_uuid user_id, oq_us since, size_t limit,
                               live_events *ret_events);
/* The moment in a UUID version 7. */
oq_us live_time_of(oq_uuid id);

/* The process's bridges remember whose streams it holds, to know what to read after a gap. */
void live_bridge_follow(oq_uuid tenant_id);

OQ_CHECKED oq_err *live_api_events(http_req *rq, oq_scope *s);

extern const oq_field notify_api_query_fields[];
extern const oq_field notify_count_fields[];
OQ_CHECKED oq_err *notify_api_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_api_count(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_api_read(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_api_read_all(http_req *rq, oq_scope *s);

OQ_CHECKED oq_err *choice_api_get(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *choice_api_put(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *choice_page_show(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *choice_page_post(http_req *rq, oq_scope *s);

extern const oq_field webhook_made_fields[];
OQ_CHECKED oq_err *webhook_api_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_api_create(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_api_get(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_api_put(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_api_remove(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_api_renew(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_api_test(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *outbox_api_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *outbox_api_again(http_req *rq, oq_scope *s);

OQ_CHECKED oq_err *webhook_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_new(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_post_new(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_show(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_post(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_test(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_remove(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *webhook_page_renew(http_req *rq, oq_scope *s);
extern const oq_field outbox_page_query_fields[];
OQ_CHECKED oq_err *outbox_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *outbox_page_again(http_req *rq, oq_scope *s);

extern const oq_field notify_page_query_fields[];
OQ_CHECKED oq_err *notify_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_page_open(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_post_read_all(http_req *rq, oq_scope *s);

#endif
