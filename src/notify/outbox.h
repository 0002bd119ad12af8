/* notify/outbox.h
 *
 * What waits to leave the program. A row is written in the transaction that it tells about; the job
 * notify.send takes what is due, with a lease that is committed before the network is touched, so
 * that a crash leads to a second delivery with the same id (Message-ID, X-Optria-Id), never to
 * none. What fails comes again after a minute, doubling up to six hours, and is given up after a
 * day. */
#ifndef NOTIFY_OUTBOX_H
#define NOTIFY_OUTBOX_H

#include "notify/notify.h"

#define OUTBOX_LEASE     (3 * OQ_MINUTE) /* a delivery takes a minute at the very most */
#define OUTBOX_RETRY_MIN OQ_MINUTE
#define OUTBOX_RETRY_MAX (6 * OQ_HOUR)
#define OUTBOX_GIVE_UP   OQ_DAY
enum { OUTBOX_LIST_MAX = 200, OUTBOX_DIGEST_MAX = 100 };

typedef enum outbox_channel { CHANNEL_MAIL = 1, CHANNEL_WEBHOOK } outbox_channel;
extern const oq_choice outbox_channel_choices[];
typedef enum outbox_status {
    OUTBOX_WAITING = 1,
    OUTBOX_SENT,
    OUTBOX_FAILED,
    OUTBOX_DROPPED /* nobody to send it to any more */
} outbox_status;
extern const oq_choice outbox_status_choices[];

typedef struct outbox_message {
    oq_uuid id;
    int channel, status, topic, urgency;
    oq_str type;      /* of the notification */
    oq_str recipient; /* a person's e-mail, a webhook's name */
    oq_uuid user_id, webhook_id;
    int64_t tries;
    oq_us next_at, sent_at, created_at;
    bool was_held; /* by quiet hours or the limit of an hour */
    oq_uuid digest_id;
    oq_str error_code, error_facts;
    oq_uuid trace_id;
    oq_str content; /* JSON: what the sentence is made of */
} outbox_message;
extern const oq_field outbox_message_fields[];

typedef struct outbox_query {
    int channel, status; /* 0: any */
    oq_uuid webhook_id;  /* zero: any */
    oq_str cursor;
    int64_t limit;
} outbox_query;
extern const oq_field outbox_query_fields[];

typedef struct outbox_list {
    outbox_message *at;
    size_t count;
    oq_str next;
} outbox_list;
/* Newest first. */
OQ_CHECKED oq_err *outbox_find(oq_scope *s, const outbox_query *query, outbox_list *ret_list);
/* Another day of tries, under the same id. Fails: outbox.not_found, outbox.not_failed (status),
 * webhook.is_stopped. */
OQ_CHECKED oq_err *outbox_send_again(oq_scope *s, oq_uuid id);

typedef struct outbox_counts {
    int64_t waiting, failed, sent_today;
} outbox_counts;
OQ_CHECKED oq_err *outbox_count(oq_scope *s, outbox_counts *ret_counts);

/* How long until the next try, after so many. */
oq_us outbox_back_off(int64_t tries);

#endif
