/* Webhooks as records. */
#include "notify/webhook.h"

#include "audit/audit.h"
#include "base/facts.h"
#include "base/secret.h"
#include "notify/address.h"
#include "notify/send.h"

#include "webhook.sql.h"

#include "base/banned.h"

enum { SECRET_BYTES = 32 };
#define SECRET_HEAD "whs_"

static const char *check_url(oq_str text)
{
    return webhook_url_problem(text, true);
}

const oq_field webhook_fields[] = {
    OQ_UUID(webhook, id),
    OQ_TEXT(webhook, name),
    OQ_TEXT(webhook, url),
    OQ_TEXTS(webhook, topics, .help = "None: all"),
    OQ_BOOL(webhook, is_active),
    OQ_I64(webhook, failures, .help = "One behind the other"),
    OQ_TIME(webhook, failing_since),
    OQ_TIME(webhook, last_ok_at),
    OQ_TIME(webhook, stopped_at, .help = "Switched off after days of failures"),
    OQ_TEXT(webhook, last_error_code),
    OQ_JSON(webhook, last_error_facts),
    OQ_I64(webhook, version),
    OQ_TIME(webhook, created_at),
    OQ_TIME(webhook, updated_at),
    OQ_FIELDS_END};

#define ORDER_ROWS                                                                                 \
    OQ_TEXT(webhook_order, name, .required = true, .max = WEBHOOK_NAME_MAX),                       \
        OQ_TEXT(webhook_order, url, .required = true, .max = WEBHOOK_URL_MAX, .check = check_url,  \
                .help = "https://host/path; http for listed networks alone"),                      \
        OQ_TEXTS(webhook_order, topics, .choices = notify_topic_choices, .max = 5,                 \
                 .help = "None: all"),                                                             \
        OQ_BOOL(webhook_order, is_active, .preset = "true")

const oq_field webhook_order_fields[] = {ORDER_ROWS, OQ_FIELDS_END};
const oq_field webhook_change_fields[] = {ORDER_ROWS,
                                          OQ_I64(webhook_order, version, .required = true,
                                                 .help = "As it was read; an older one is refused"),
                                          OQ_FIELDS_END};

/* --- reading ------------------------------------------------------------------------------------*/

oq_err *webhook_find(oq_scope *s, webhooks *ret_list)
{
    sql_webhook_find_rows rows;
    OQ_TRY(sql_webhook_find(s, &rows));
    *ret_list = (webhooks){rows.at, rows.count};
    return NULL;
}

oq_err *webhook_get(oq_scope *s, oq_uuid id, webhook **ret_webhook)
{
    sql_webhook_get_rows rows;
    OQ_TRY(sql_webhook_get(s, (sql_webhook_get_args){.id = id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "webhook.not_found");
    *ret_webhook = rows.at;
    return NULL;
}

/* --- the secret ---------------------------------------------------------------------------------*/

oq_str webhook_secret_context(oq_arena *arena, oq_uuid tenant_id, oq_uuid id)
{
    oq_str tenant = oq_uuid_text(arena, tenant_id), text = oq_uuid_text(arena, id);
    return oq_strf(arena, "webhook:%.*s:%.*s", OQ_FMT(tenant), OQ_FMT(text));
}

static oq_str new_secret(oq_scope *s, oq_uuid id, oq_str *ret_sealed)
{
    oq_arena *arena = oq_scope_arena(s);
    uint8_t bytes[SECRET_BYTES];
    oq_random(bytes, sizeof bytes);
    oq_str text = oq_base64url(arena, bytes, sizeof bytes);
    text = oq_strf(arena, SECRET_HEAD "%.*s", OQ_FMT(text));
    *ret_sealed = oq_seal(arena, text, webhook_secret_context(arena, oq_scope_tenant(s), id));
    return text;
}

/* --- writing ------------------------------------------------------------------------------------*/

static oq_err *check(const webhook_order *order)
{
    if (webhook_url_problem(order->url, true))
        return oq_fail_field("url", "webhook.url_malformed");
    if (webhook_url_problem(order->url, channel_allows_http()))
        return oq_fail_field("url", "webhook.url_needs_https");
    return NULL;
}

static oq_err *note(oq_scope *s, const char *action, const webhook *w, oq_str changes)
{
    return audit_record(s, &(audit_entry){
                               .action = action,
                               .object_type = "webhook",
                               .object_id = w->id,
                               .object_label = w->name,
                               .changes = changes,
                           });
}

oq_err *webhook_add(oq_scope *s, const webhook_order *order, webhook **ret_webhook,
                    oq_str *ret_secret)
{
    sql_webhook_count_rows had;
    webhook *made;
    oq_str sealed;
    oq_uuid id = oq_uuid_new(oq_now(s));
    OQ_TRY(check(order));
    OQ_TRY(sql_webhook_count(s, &had));
    if (had.at[0].total >= WEBHOOKS_MAX)
        return oq_fail(OQ_CONFLICT, "webhook.too_many", "max=%d", WEBHOOKS_MAX);
    oq_str secret = new_secret(s, id, &sealed);
    OQ_TRY(sql_webhook_add(s,
                           (sql_webhook_add_args){
                               .id = id,
                               .name = order->name,
                               .url = order->url,
                               .secret = sealed,
                               .topics = order->topics,
                               .is_active = order->is_active,
                               .now = oq_now(s),
                           },
                           NULL));
    OQ_TRY(webhook_get(s, id, &made));
    OQ_TRY(note(s, "webhook.created", made,
                audit_changes(oq_scope_arena(s), webhook_fields, NULL, made)));
    *ret_webhook = made;
    *ret_secret = secret;
    return NULL;
}

oq_err *webhook_change(oq_scope *s, oq_uuid id, const webhook_order *order, webhook **ret_webhook)
{
    sql_webhook_change_rows rows;
    webhook *before;
    OQ_TRY(check(order));
    OQ_TRY(webhook_get(s, id, &before));
    OQ_TRY(sql_webhook_change(s,
                              (sql_webhook_change_args){
                                  .id = id,
                                  .name = order->name,
                                  .url = order->url,
                                  .topics = order->topics,
                                  .is_active = order->is_active,
                                  .version = order->version,
                                  .now = oq_now(s),
                              },
                              &rows));
    if (!rows.count)
        return oq_fail(OQ_CONFLICT, "webhook.version_stale", "version=%lld",
                       (long long)before->version);
    *ret_webhook = rows.at;
    return note(s, "webhook.changed", rows.at,
                audit_changes(oq_scope_arena(s), webhook_fields, before, rows.at));
}

oq_err *webhook_remove(oq_scope *s, oq_uuid id)
{
    webhook *before;
    OQ_TRY(webhook_get(s, id, &before));
    OQ_TRY(sql_webhook_forget(s, (sql_webhook_forget_args){.id = id}, NULL));
    OQ_TRY(sql_webhook_remove(s, (sql_webhook_remove_args){.id = id}, NULL));
    return note(s, "webhook.removed", before, OQ_NONE);
}

oq_err *webhook_renew_secret(oq_scope *s, oq_uuid id, oq_str *ret_secret)
{
    webhook *w;
    oq_str sealed;
    OQ_TRY(webhook_get(s, id, &w));
    oq_str secret = new_secret(s, id, &sealed);
    OQ_TRY(sql_webhook_set_secret(
        s, (sql_webhook_set_secret_args){.id = id, .secret = sealed, .now = oq_now(s)}, NULL));
    *ret_secret = secret;
    return note(s, "webhook.secret_renewed", w, OQ_NONE);
}

oq_err *webhook_test(oq_scope *s, oq_uuid id)
{
    webhook *w;
    OQ_TRY(webhook_get(s, id, &w));
    if (!w->is_active)
        return oq_fail(OQ_CONFLICT, "webhook.is_stopped");
    oq_arg fact = {"name", w->name};
    notification n = {
        .type = OQ_STR("webhook.test"),
        .facts = oq_facts_json(oq_scope_arena(s), &fact, 1),
        .topic = TOPIC_SYSTEM,
        .urgency = URGENCY_LOW,
        .created_at = oq_now(s),
    };
    OQ_TRY(outbox_add_webhooks(s, &(outbox_order){.about = &n}, &id, 1));
    outbox_wake(s);
    return note(s, "webhook.tested", w, OQ_NONE);
}

oq_str webhook_signature(oq_arena *arena, oq_str secret, oq_str timestamp, oq_str body)
{
    uint8_t mac[OQ_DIGEST];
    oq_str text = oq_strf(arena, "%.*s.%.*s", OQ_FMT(timestamp), OQ_FMT(body));
    oq_hmac_sha256(secret, text, mac);
    oq_str hex = oq_hex(arena, mac, sizeof mac);
    return oq_strf(arena, "v1=%.*s", OQ_FMT(hex));
}
