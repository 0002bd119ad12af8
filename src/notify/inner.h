/* notify/inner.h: what the files of this folder share. */
#ifndef NOTIFY_INNER_H
#define NOTIFY_INNER_H

#include "notify/notify.h"

/* Who is told, and how that person reads. */
typedef struct notify_receiver {
    oq_uuid id;
    oq_str lang;      /* not given: nothing chosen */
    oq_str time_zone; /* the person's, else the tenant's */
} notify_receiver;
extern const oq_field notify_receiver_fields[];

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

extern const oq_field notify_page_query_fields[];
OQ_CHECKED oq_err *notify_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_page_open(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *notify_post_read_all(http_req *rq, oq_scope *s);

#endif
