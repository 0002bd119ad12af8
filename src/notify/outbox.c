/* What waits to leave the program: writing it, looking at it. */
#include "notify/inner.h"

#include "audit/audit.h"

#include "outbox.sql.h"

#include "base/banned.h"

const oq_choice outbox_channel_choices[] = {
    {CHANNEL_MAIL, "mail"}, {CHANNEL_WEBHOOK, "webhook"}, {0, NULL}};
const oq_choice outbox_status_choices[] = {{OUTBOX_WAITING, "waiting"},
                                           {OUTBOX_SENT, "sent"},
                                           {OUTBOX_FAILED, "failed"},
                                           {OUTBOX_DROPPED, "dropped"},
                                           {0, NULL}};

const oq_field outbox_message_fields[] = {
    OQ_UUID(outbox_message, id, .help = "Also Message-ID and X-Optria-Id"),
    OQ_CHOICE(outbox_message, channel, outbox_channel_choices),
    OQ_CHOICE(outbox_message, status, outbox_status_choices),
    OQ_CHOICE(outbox_message, topic, notify_topic_choices),
    OQ_CHOICE(outbox_message, urgency, notify_urgency_choices),
    OQ_TEXT(outbox_message, type),
    OQ_TEXT(outbox_message, recipient, .help = "A person's e-mail, a webhook's name"),
    OQ_UUID(outbox_message, user_id),
    OQ_UUID(outbox_message, webhook_id),
    OQ_I64(outbox_message, tries),
    OQ_TIME(outbox_message, next_at, .help = "Of the next try, while it waits"),
    OQ_TIME(outbox_message, sent_at),
    OQ_TIME(outbox_message, created_at),
    OQ_BOOL(outbox_message, was_held, .help = "By quiet hours, or the limit of an hour"),
    OQ_UUID(outbox_message, digest_id, .help = "Sent in one mail with others, under this id"),
    OQ_TEXT(outbox_message, error_code, .help = "Of the last try that failed"),
    OQ_JSON(outbox_message, error_facts),
    OQ_UUID(outbox_message, trace_id),
    OQ_JSON(outbox_message, content, .is_hidden = true),
    OQ_FIELDS_END};

const oq_field outbox_query_fields[] = {
    OQ_CHOICE(outbox_query, channel, outbox_channel_choices),
    OQ_CHOICE(outbox_query, status, outbox_status_choices),
    OQ_UUID(outbox_query, webhook_id),
    OQ_TEXT(outbox_query, cursor, .max = 200),
    OQ_I64(outbox_query, limit, .preset = "50", .min = 1, .max = OUTBOX_LIST_MAX),
    OQ_FIELDS_END};

const oq_field outbox_counts_fields[] = {OQ_I64(outbox_counts, waiting),
                                         OQ_I64(outbox_counts, failed),
                                         OQ_I64(outbox_counts, sent_today), OQ_FIELDS_END};

/* What a sentence is made of, later and in the reader's language. */
const oq_field outbox_content_fields[] = {
    OQ_TEXT(notification, type),        OQ_JSON(notification, facts),
    OQ_TEXT(notification, title),       OQ_TEXT(notification, body),
    OQ_TEXT(notification, entity_type), OQ_TEXT(notification, entity_id),
    OQ_TIME(notification, created_at),  OQ_FIELDS_END};

/* --- writing ----------------------------------------------------------------------------------*/

enum { CONTENT_MAX = 256 * 1024 };

oq_str outbox_content(oq_arena *arena, const notification *n)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(CONTENT_MAX);
    oq_json j = oq_json_to(&buf);
    oq_fields_write_json(&j, outbox_content_fields, n);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static oq_uuid *new_ids(oq_scope *s, size_t count)
{
    oq_uuid *ids = oq_new_n(oq_scope_arena(s), oq_uuid, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = oq_uuid_new(oq_now(s));
    return ids;
}

static oq_err *add_mail(oq_scope *s, const outbox_order *order, oq_str content)
{
    return sql_outbox_add_mail(
        s,
        (sql_outbox_add_mail_args){
            .ids = {new_ids(s, order->count), order->count},
            .user_ids = {(oq_uuid *)order->user_ids, order->count},
            .notification_ids = {(oq_uuid *)order->notification_ids, order->count},
            .topic = oq_cstr(oq_choice_text(notify_topic_choices, order->about->topic)),
            .urgency = oq_cstr(oq_choice_text(notify_urgency_choices, order->about->urgency)),
            .content = content,
            .once_key = order->once_key,
            .trace_id = order->trace_id,
            .now = oq_now(s),
        },
        NULL);
}

oq_err *outbox_add_webhooks(oq_scope *s, const outbox_order *order, const oq_uuid *webhook_ids,
                            size_t count)
{
    return sql_outbox_add_webhook(
        s,
        (sql_outbox_add_webhook_args){
            .ids = {new_ids(s, count), count},
            .webhook_ids = {(oq_uuid *)webhook_ids, count},
            .topic = oq_cstr(oq_choice_text(notify_topic_choices, order->about->topic)),
            .urgency = oq_cstr(oq_choice_text(notify_urgency_choices, order->about->urgency)),
            .content = outbox_content(oq_scope_arena(s), order->about),
            .once_key = order->once_key,
            .trace_id = order->trace_id,
            .now = oq_now(s),
        },
        NULL);
}

oq_err *outbox_add(oq_scope *s, const outbox_order *order, size_t *ret_webhooks)
{
    sql_outbox_webhooks_rows hooks;
    oq_str topic = oq_cstr(oq_choice_text(notify_topic_choices, order->about->topic));
    if (order->count)
        OQ_TRY(add_mail(s, order, outbox_content(oq_scope_arena(s), order->about)));
    OQ_TRY(sql_outbox_webhooks(s, (sql_outbox_webhooks_args){.topic = topic}, &hooks));
    if (hooks.count) {
        oq_uuid *ids = oq_new_n(oq_scope_arena(s), oq_uuid, hooks.count);
        for (size_t i = 0; i < hooks.count; i++)
            ids[i] = hooks.at[i].id;
        OQ_TRY(outbox_add_webhooks(s, order, ids, hooks.count));
    }
    if (order->count || hooks.count)
        outbox_wake(s);
    *ret_webhooks = hooks.count;
    return NULL;
}

/* --- looking ----------------------------------------------------------------------------------*/

oq_err *outbox_find(oq_scope *s, const outbox_query *q, outbox_list *ret_list)
{
    sql_outbox_find_rows rows;
    oq_us before_at;
    oq_uuid before_id;
    OQ_TRY(http_cursor_read(q->cursor, &before_at, &before_id));
    OQ_TRY(
        sql_outbox_find(s,
                        (sql_outbox_find_args){
                            .channel = oq_cstr(oq_choice_text(outbox_channel_choices, q->channel)),
                            .status = oq_cstr(oq_choice_text(outbox_status_choices, q->status)),
                            .webhook_id = q->webhook_id,
                            .before_at = before_at,
                            .before_id = before_id,
                            .limit = q->limit + 1,
                        },
                        &rows));
    *ret_list = (outbox_list){rows.at, rows.count, OQ_NONE};
    if (rows.count > (size_t)q->limit) {
        const outbox_message *last = &rows.at[--ret_list->count - 1];
        ret_list->next = http_cursor_make(oq_scope_arena(s), last->created_at, last->id);
    }
    return NULL;
}

oq_err *outbox_count(oq_scope *s, outbox_counts *ret_counts)
{
    sql_outbox_count_rows rows;
    OQ_TRY(sql_outbox_count(s, (sql_outbox_count_args){.since = oq_now(s) - OQ_DAY}, &rows));
    *ret_counts = rows.at[0];
    return NULL;
}

oq_err *outbox_send_again(oq_scope *s, oq_uuid id)
{
    sql_outbox_state_rows rows;
    OQ_TRY(sql_outbox_state(s, (sql_outbox_state_args){.id = id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "outbox.not_found");
    if (!oq_str_eq(rows.at[0].status, OQ_STR("failed")) &&
        !oq_str_eq(rows.at[0].status, OQ_STR("dropped")))
        return oq_fail(OQ_CONFLICT, "outbox.not_failed", "status=%.*s", OQ_FMT(rows.at[0].status));
    if (!rows.at[0].webhook_is_active)
        return oq_fail(OQ_CONFLICT, "webhook.is_stopped");
    OQ_TRY(sql_outbox_again(s, (sql_outbox_again_args){.id = id, .now = oq_now(s)}, NULL));
    outbox_wake(s);
    return audit_record(s, &(audit_entry){
                               .action = "outbox.sent_again",
                               .object_type = "outbox",
                               .object_id = id,
                           });
}

oq_us outbox_back_off(int64_t tries)
{
    oq_us wait = OUTBOX_RETRY_MIN;
    for (int64_t i = 1; i < tries && wait < OUTBOX_RETRY_MAX; i++)
        wait *= 2;
    return wait < OUTBOX_RETRY_MAX ? wait : OUTBOX_RETRY_MAX;
}
