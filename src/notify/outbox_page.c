/* Outgoing messages, as a page; and as rows of a webhook's page. */
#include "notify/inner.h"

#include "base/facts.h"
#include "notify/outbox_view.h"
#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

typedef struct page_query {
    int channel, status;
    oq_str cursor;
} page_query;

const oq_field outbox_page_query_fields[] = {OQ_CHOICE(page_query, channel, outbox_channel_choices),
                                             OQ_CHOICE(page_query, status, outbox_status_choices),
                                             OQ_TEXT(page_query, cursor, .max = 200),
                                             OQ_FIELDS_END};

oq_str notify_reason(oq_arena *arena, oq_lang lang, oq_str code, oq_str facts)
{
    if (!code.len)
        return OQ_NONE;
    oq_str key = oq_strf(arena, "error.%.*s", OQ_FMT(code));
    return oq_text_exists(lang, key) ? oq_text_fill_json(arena, lang, key, facts) : code;
}

static const char *kind_of(const outbox_message *m)
{
    switch (m->status) {
    case OUTBOX_SENT:
        return "ok";
    case OUTBOX_FAILED:
        return "bad";
    case OUTBOX_WAITING:
        return m->error_code.len ? "warn" : "info";
    default:
        return "off";
    }
}

void outbox_put_row(const web_page *page, web_value *rows, const outbox_message *m, oq_us now)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    web_value *v = web_add_object(rows);
    notification about = {0};
    oq_err *err = oq_fields_read_json(arena, outbox_content_fields, m->content, &about);
    oq_ignore(err, "what a later version added is not shown");
    notify_view view = notify_render(arena, l, &about);
    web_put_text(v, "id", oq_uuid_text(arena, m->id));
    web_put_text(v, "title", view.title);
    web_put_text(v, "recipient", m->recipient);
    web_put_text(
        v, "channel",
        web_choice_label(l->lang, "channel", oq_choice_text(outbox_channel_choices, m->channel)));
    web_put_badge(v, kind_of(m),
                  web_choice_label(l->lang, "outbox_status",
                                   oq_choice_text(outbox_status_choices, m->status)));
    web_put_text(v, "reason", notify_reason(arena, l->lang, m->error_code, m->error_facts));
    web_put_text(v, "tries",
                 m->tries ? oq_text_count(arena, l->lang, OQ_STR("outbox.tries"), m->tries)
                          : OQ_NONE);
    bool waits = m->status == OUTBOX_WAITING;
    web_put_bool(v, "is_held", waits && m->was_held && !m->tries);
    web_put_bool(v, "is_digest", !oq_uuid_is_zero(m->digest_id));
    const oq_arg ago[] = {{"ago", web_format_ago(arena, l, m->next_at, now)}};
    web_put_text(v, "next",
                 waits && m->next_at > now
                     ? oq_text_fill(arena, l->lang, OQ_STR("outbox.next"), ago, 1)
                     : OQ_NONE);
    web_put_text(v, "at", web_format_time_exact(arena, l, m->created_at));
    web_put_text(v, "at_utc", oq_time_text(arena, m->created_at));
    web_put_text(v, "ago", web_format_ago(arena, l, m->created_at, now));
    web_put_bool(v, "can_send_again", m->status == OUTBOX_FAILED || m->status == OUTBOX_DROPPED);
}

/* --- the page -----------------------------------------------------------------------------------*/

static oq_str link_to(const web_page *page, const page_query *q)
{
    return web_link(page->arena, "/outbox", outbox_page_query_fields, q);
}

static void put_tabs(web_page *page, const page_query *q)
{
    static const struct {
        int status;
        const char *key;
    } tab[] = {{0, "outbox.all"},
               {OUTBOX_WAITING, "outbox.tab_waiting"},
               {OUTBOX_FAILED, "outbox.tab_failed"},
               {OUTBOX_SENT, "outbox.tab_sent"}};
    web_value *tabs = web_put_list(page->view, "tabs");
    for (size_t i = 0; i < OQ_COUNT(tab); i++) {
        page_query to = {.channel = q->channel, .status = tab[i].status};
        web_add_tab(tabs, web_say(page, tab[i].key), link_to(page, &to),
                    q->status == tab[i].status);
    }
}

static void put_counts(web_page *page, const outbox_counts *c)
{
    const web_locale *l = &page->locale;
    web_value *kpis = web_put_list(page->view, "kpis");
    web_add_kpi(kpis, "", web_say(page, "outbox.waiting"),
                web_format_i64(page->arena, l, c->waiting), OQ_NONE);
    web_add_kpi(kpis, c->failed ? "bad" : "", web_say(page, "outbox.failed"),
                web_format_i64(page->arena, l, c->failed), OQ_NONE);
    web_add_kpi(kpis, "", web_say(page, "outbox.sent_today"),
                web_format_i64(page->arena, l, c->sent_today), OQ_NONE);
}

oq_err *outbox_page_list(http_req *rq, oq_scope *s)
{
    page_query q;
    outbox_list list;
    outbox_counts counts;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(outbox_find(
        s,
        &(outbox_query){
            .channel = q.channel, .status = q.status, .cursor = q.cursor, .limit = ROWS_PER_PAGE},
        &list));
    OQ_TRY(outbox_count(s, &counts));
    web_page page = web_page_begin(rq, "outbox/list", "outbox.title", "outbox");
    web_page_crumb(&page, web_say(&page, "outbox.title"), NULL);
    web_put_bool(page.view, "has_mail", channel_has_mail());
    put_tabs(&page, &q);
    put_counts(&page, &counts);
    web_put_bool(page.view, "has_rows", list.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < list.count; i++)
        outbox_put_row(&page, rows, &list.at[i], oq_now(s));
    page_query first = {.channel = q.channel, .status = q.status}, next = first;
    next.cursor = list.next;
    web_put_pager(
        page.view,
        oq_text_count(page.arena, page.locale.lang, OQ_STR("outbox.shown"), (int64_t)list.count),
        q.cursor.len ? link_to(&page, &first) : OQ_NONE,
        list.next.len ? link_to(&page, &next) : OQ_NONE);
    return web_page_send(&page);
}

oq_err *outbox_page_again(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(outbox_send_again(s, id));
    web_toast(rq, "ok", "outbox.again_sent");
    http_redirect(rq, OQ_STR("/outbox"));
    return NULL;
}
