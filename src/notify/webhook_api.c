/* Webhooks and the outbox, over HTTP. */
#include "notify/inner.h"
#include "notify/webhook.h"

#include "base/banned.h"

typedef struct webhook_made {
    webhook webhook;
    oq_str secret;
} webhook_made;

const oq_field webhook_made_fields[] = {
    OQ_OBJECT(webhook_made, webhook, webhook, webhook_fields),
    OQ_TEXT(webhook_made, secret, .help = "Shown this once; signs each message"), OQ_FIELDS_END};

oq_err *webhook_api_list(http_req *rq, oq_scope *s)
{
    webhooks list;
    OQ_TRY(webhook_find(s, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, OQ_NONE);
    return NULL;
}

oq_err *webhook_api_create(http_req *rq, oq_scope *s)
{
    webhook_order order;
    webhook_made answer;
    webhook *made;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(webhook_add(s, &order, &made, &answer.secret));
    answer.webhook = *made;
    http_answer_record(rq, 0, &answer);
    return NULL;
}

oq_err *webhook_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    webhook *w;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_get(s, id, &w));
    http_answer_record(rq, 0, w);
    return NULL;
}

oq_err *webhook_api_put(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    webhook_order order;
    webhook *w;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_get(s, id, &w));
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(webhook_change(s, id, &order, &w));
    http_answer_record(rq, 0, w);
    return NULL;
}

oq_err *webhook_api_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_remove(s, id));
    http_answer_empty(rq, 0);
    return NULL;
}

oq_err *webhook_api_renew(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    webhook *w;
    webhook_made answer;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_renew_secret(s, id, &answer.secret));
    OQ_TRY(webhook_get(s, id, &w));
    answer.webhook = *w;
    http_answer_record(rq, 0, &answer);
    return NULL;
}

oq_err *webhook_api_test(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_test(s, id));
    http_answer_empty(rq, 0);
    return NULL;
}

/* --- the outbox ---------------------------------------------------------------------------------*/

oq_err *outbox_api_list(http_req *rq, oq_scope *s)
{
    outbox_query query;
    outbox_list list;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(outbox_find(s, &query, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, list.next);
    return NULL;
}

oq_err *outbox_api_again(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(outbox_send_again(s, id));
    http_answer_empty(rq, 0);
    return NULL;
}
