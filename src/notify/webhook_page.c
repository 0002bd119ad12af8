/* Webhooks as pages: the list, one with its deliveries, the secret that is shown once. */
#include "notify/inner.h"
#include "notify/outbox_view.h"
#include "notify/webhook.h"

#include "web/parts.h"

#include "base/banned.h"

enum { DELIVERIES = 20 };

static web_page begin(http_req *rq, const char *template, const char *title)
{
    web_page page = web_page_begin(rq, template, title, "outbox");
    web_page_crumb(&page, web_say(&page, "outbox.title"), "/outbox");
    return page;
}

static oq_str path_of(oq_arena *arena, oq_uuid id)
{
    oq_str text = oq_uuid_text(arena, id);
    return oq_strf(arena, "/webhooks/%.*s", OQ_FMT(text));
}

/* --- the list -----------------------------------------------------------------------------------*/

static void put_state(const web_page *page, web_value *v, const webhook *w)
{
    if (w->stopped_at != OQ_TIME_NONE)
        web_put_badge(v, "bad", web_say(page, "webhooks.is_stopped"));
    else if (!w->is_active)
        web_put_badge(v, "off", web_say(page, "webhooks.is_off"));
    else if (w->failures)
        web_put_badge(
            v, "warn",
            oq_text_count(page->arena, page->locale.lang, OQ_STR("webhooks.fails"), w->failures));
    else
        web_put_badge(v, "ok", web_say(page, "webhooks.is_on"));
}

static void put_webhook(const web_page *page, web_value *v, const webhook *w, oq_us now)
{
    oq_arena *arena = page->arena;
    oq_str topics = OQ_STR("");
    for (size_t i = 0; i < w->topics.count; i++) {
        oq_str label =
            web_choice_label(page->locale.lang, "topics", oq_str_c(arena, w->topics.at[i]));
        topics = oq_strf(arena, "%.*s%s%.*s", OQ_FMT(topics),
                         !i                                ? ""
                         : page->locale.lang == OQ_LANG_AR ? "، "
                                                           : ", ",
                         OQ_FMT(label));
    }
    web_put_text(v, "href", path_of(arena, w->id));
    web_put_text(v, "name", w->name);
    web_put_text(v, "url", w->url);
    web_put_text(v, "topics", topics.len ? topics : web_say(page, "webhooks.all_topics"));
    web_put_text(v, "last_ok",
                 w->last_ok_at == OQ_TIME_NONE
                     ? web_say(page, "webhooks.never")
                     : web_format_ago(arena, &page->locale, w->last_ok_at, now));
    web_put_text(v, "reason",
                 notify_reason(arena, page->locale.lang, w->last_error_code, w->last_error_facts));
    web_put_bool(v, "is_active", w->is_active);
    web_put_bool(v, "is_stopped", w->stopped_at != OQ_TIME_NONE);
    put_state(page, v, w);
}

oq_err *webhook_page_list(http_req *rq, oq_scope *s)
{
    webhooks list;
    OQ_TRY(webhook_find(s, &list));
    web_page page = begin(rq, "webhooks/list", "webhooks.title");
    web_page_crumb(&page, web_say(&page, "webhooks.title"), NULL);
    web_put_bool(page.view, "has_rows", list.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < list.count; i++)
        put_webhook(&page, web_add_object(rows), &list.at[i], oq_now(s));
    return web_page_send(&page);
}

/* --- the form -----------------------------------------------------------------------------------*/

static void put_topics(web_page *page, oq_strs chosen)
{
    web_value *topics = web_put_list(page->view, "topics");
    for (const oq_choice *t = notify_topic_choices; t->text; t++) {
        bool is_chosen = false;
        for (size_t i = 0; i < chosen.count; i++)
            is_chosen |= oq_str_eq(chosen.at[i], oq_cstr(t->text));
        web_value *v = web_add_object(topics);
        web_put_cstr(v, "value", t->text);
        web_put_text(v, "label", web_choice_label(page->locale.lang, "topics", t->text));
        web_put_bool(v, "is_checked", is_chosen);
    }
}

static bool shows(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_CONFLICT;
}

static oq_err *show_new(http_req *rq, const webhook_order *order, const oq_err *err)
{
    web_page page = begin(rq, "webhooks/new", "webhooks.new");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "webhooks.title"), "/webhooks");
    web_page_crumb(&page, web_say(&page, "webhooks.new"), NULL);
    web_page_form(&page, webhook_order_fields, order, err);
    put_topics(&page, order->topics);
    return web_page_send(&page);
}

oq_err *webhook_page_new(http_req *rq, oq_scope *s)
{
    (void)s;
    webhook_order order;
    oq_fields_preset(http_arena(rq), webhook_order_fields, &order);
    return show_new(rq, &order, NULL);
}

/* The secret is in this answer and nowhere else; the database holds it sealed. */
static oq_err *show_secret(http_req *rq, const webhook *w, oq_str secret)
{
    web_page page = begin(rq, "webhooks/secret", "webhooks.secret_title");
    web_page_crumb(&page, web_say(&page, "webhooks.title"), "/webhooks");
    web_page_crumb(&page, w->name, NULL);
    web_put_text(page.view, "name", w->name);
    web_put_text(page.view, "secret", secret);
    web_put_text(page.view, "href", path_of(page.arena, w->id));
    return web_page_send(&page);
}

oq_err *webhook_page_post_new(http_req *rq, oq_scope *s)
{
    webhook_order order;
    webhook *made;
    oq_str secret;
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = webhook_add(s, &order, &made, &secret);
    if (err)
        return shows(err) ? show_new(rq, &order, err) : err;
    return show_secret(rq, made, secret);
}

/* --- one ----------------------------------------------------------------------------------------*/

static oq_err *show_one(http_req *rq, oq_scope *s, const webhook *w, const webhook_order *order,
                        const oq_err *err)
{
    outbox_list deliveries;
    OQ_TRY(outbox_find(s, &(outbox_query){.webhook_id = w->id, .limit = DELIVERIES}, &deliveries));
    web_page page = begin(rq, "webhooks/one", "webhooks.title");
    page.title = w->name;
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "webhooks.title"), "/webhooks");
    web_page_crumb(&page, w->name, NULL);
    put_webhook(&page, web_put_object(page.view, "webhook"), w, oq_now(s));
    web_page_form(&page, webhook_change_fields, order, err);
    put_topics(&page, order->topics);
    bool waits = false;
    web_put_bool(page.view, "has_rows", deliveries.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < deliveries.count; i++) {
        outbox_put_row(&page, rows, &deliveries.at[i], oq_now(s));
        waits |= deliveries.at[i].status == OUTBOX_WAITING;
    }
    web_put_bool(page.view, "waits", waits);
    return web_page_send(&page);
}

oq_err *webhook_page_show(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    webhook *w;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_get(s, id, &w));
    webhook_order order = {w->name, w->url, w->topics, w->is_active, w->version};
    return show_one(rq, s, w, &order, NULL);
}

oq_err *webhook_page_post(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    webhook *w, *changed;
    webhook_order order;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_get(s, id, &w));
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = webhook_change(s, id, &order, &changed);
    if (err) {
        if (!shows(err))
            return err;
        OQ_TRY(http_scope_again(rq, &s));
        return show_one(rq, s, w, &order, err);
    }
    web_toast(rq, "ok", "webhooks.saved");
    http_redirect(rq, path_of(http_arena(rq), id));
    return NULL;
}

oq_err *webhook_page_test(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_test(s, id));
    web_toast(rq, "ok", "webhooks.test_sent");
    http_redirect(rq, path_of(http_arena(rq), id));
    return NULL;
}

oq_err *webhook_page_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_remove(s, id));
    web_toast(rq, "ok", "webhooks.removed");
    http_redirect(rq, OQ_STR("/webhooks"));
    return NULL;
}

oq_err *webhook_page_renew(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    webhook *w;
    oq_str secret;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(webhook_renew_secret(s, id, &secret));
    OQ_TRY(webhook_get(s, id, &w));
    return show_secret(rq, w, secret);
}
