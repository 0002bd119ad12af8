/* notify/webhook.h
 *
 * Other systems that are told: each notification whose topic matches, once, as a signed POST.
 * docs/en/notifications.md says what is sent and how a receiver checks the signature. */
#ifndef NOTIFY_WEBHOOK_H
#define NOTIFY_WEBHOOK_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

enum { WEBHOOKS_MAX = 50, WEBHOOK_URL_MAX = 2000, WEBHOOK_NAME_MAX = 120 };
#define WEBHOOK_STOP_AFTER (7 * OQ_DAY) /* of failures and nothing else */

typedef struct webhook {
    oq_uuid id;
    oq_str name, url;
    oq_strs topics; /* notify_topic_choices; none: all */
    bool is_active;
    int64_t failures; /* one behind the other */
    oq_us failing_since, last_ok_at, stopped_at;
    oq_str last_error_code, last_error_facts;
    int64_t version;
    oq_us created_at, updated_at;
} webhook;
extern const oq_field webhook_fields[];

typedef struct webhook_order {
    oq_str name, url;
    oq_strs topics;
    bool is_active;
    int64_t version; /* of a change */
} webhook_order;
extern const oq_field webhook_order_fields[];  /* of a new one */
extern const oq_field webhook_change_fields[]; /* with the version */

typedef struct webhooks {
    webhook *at;
    size_t count;
} webhooks;
OQ_CHECKED oq_err *webhook_find(oq_scope *s, webhooks *ret_list); /* by name */
/* Fails: webhook.not_found. */
OQ_CHECKED oq_err *webhook_get(oq_scope *s, oq_uuid id, webhook **ret_webhook);
/* *ret_secret is its only showing. Fails: webhook.name_taken, webhook.too_many (max),
 * webhook.url_malformed, webhook.url_needs_https. */
OQ_CHECKED oq_err *webhook_add(oq_scope *s, const webhook_order *order, webhook **ret_webhook,
                               oq_str *ret_secret);
/* Switched on again, it begins anew. Fails: webhook.not_found, webhook.version_stale (version),
 * and as webhook_add. */
OQ_CHECKED oq_err *webhook_change(oq_scope *s, oq_uuid id, const webhook_order *order,
                                  webhook **ret_webhook);
/* With all that waited for it. Fails: webhook.not_found. */
OQ_CHECKED oq_err *webhook_remove(oq_scope *s, oq_uuid id);
/* The earlier secret signs nothing any more. Fails: webhook.not_found. */
OQ_CHECKED oq_err *webhook_renew_secret(oq_scope *s, oq_uuid id, oq_str *ret_secret);
/* A message of the type "webhook.test". Fails: webhook.not_found, webhook.is_stopped. */
OQ_CHECKED oq_err *webhook_test(oq_scope *s, oq_uuid id);

/* Of "<timestamp>.<body>", as X-Optria-Signature has it: "v1=" and HMAC-SHA256 in hex. */
oq_str webhook_signature(oq_arena *arena, oq_str secret, oq_str timestamp, oq_str body);

extern const http_route webhook_routes[]; /* /api/webhooks..., /api/outbox..., their pages */

#endif
