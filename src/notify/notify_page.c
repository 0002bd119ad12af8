#include "notify/inner.h"

#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 30 };

typedef struct page_query {
    bool unread;
    int topic, urgency_min;
    oq_str cursor;
} page_query;

const oq_field notify_page_query_fields[] = {
    OQ_BOOL(page_query, unread), OQ_CHOICE(page_query, topic, notify_topic_choices),
    OQ_CHOICE(page_query, urgency_min, notify_urgency_choices),
    OQ_TEXT(page_query, cursor, .max = 200), OQ_FIELDS_END};

/* The same view, of all or of the unread, from a row on. */
static oq_str link_to(const web_page *page, const page_query *view, bool unread, oq_str cursor)
{
    page_query q = *view;
    q.unread = unread;
    q.cursor = cursor;
    return web_link(page->arena, "/notifications", notify_page_query_fields, &q);
}

static void put_row(const web_page *page, web_value *rows, const notification *n, oq_us now)
{
    oq_arena *arena = page->arena;
    notify_view view = notify_render(arena, &page->locale, n);
    web_value *v = web_add_object(rows);
    oq_str id = oq_uuid_text(arena, n->id);
    web_put_text(v, "id", id);
    web_put_text(v, "href", oq_strf(arena, "/notifications/%.*s", OQ_FMT(id)));
    web_put_text(v, "title", view.title);
    web_put_text(v, "body", view.body);
    web_put_bool(v, "is_read", n->is_read);
    web_put_text(v, "topic",
                 web_choice_label(page->locale.lang, "topic",
                                  oq_choice_text(notify_topic_choices, n->topic)));
    if (n->urgency >= URGENCY_HIGH)
        web_put_badge(v, n->urgency == URGENCY_URGENT ? "bad" : "warn",
                      web_choice_label(page->locale.lang, "urgency",
                                       oq_choice_text(notify_urgency_choices, n->urgency)));
    web_put_text(v, "at", web_format_time_exact(arena, &page->locale, n->created_at));
    web_put_text(v, "at_utc", oq_time_text(arena, n->created_at));
    web_put_text(v, "ago", web_format_ago(arena, &page->locale, n->created_at, now));
}

static void put_pager(web_page *page, const page_query *q, const notifications *found,
                      int64_t unread)
{
    oq_str next = OQ_NONE;
    if (found->count > ROWS_PER_PAGE) {
        const notification *last = &found->at[ROWS_PER_PAGE - 1];
        oq_str cursor = http_cursor_make(page->arena, last->created_at, last->id);
        next = link_to(page, q, q->unread, cursor);
    }
    web_put_pager(
        page->view,
        oq_text_count(page->arena, page->locale.lang, OQ_STR("notifications.waiting"), unread),
        q->cursor.len ? link_to(page, q, q->unread, OQ_NONE) : OQ_NONE, next);
}

oq_err *notify_page_list(http_req *rq, oq_scope *s)
{
    page_query q;
    oq_us before_at;
    oq_uuid before_id;
    notifications found;
    int64_t unread;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(http_cursor_read(q.cursor, &before_at, &before_id));
    oq_uuid me = oq_scope_actor(s)->id;
    notify_filter filter = {q.unread, q.topic, q.urgency_min};
    OQ_TRY(notify_find_by(s, me, &filter, before_at, before_id, ROWS_PER_PAGE + 1, &found));
    OQ_TRY(notify_count_unread(s, me, &unread));

    web_page page =
        web_page_begin(rq, "notifications/list", "notifications.title", "notifications");
    web_page_crumb(&page, web_say(&page, "notifications.title"), NULL);
    web_value *tabs = web_put_list(page.view, "tabs");
    web_add_tab(tabs, web_say(&page, "notifications.all"), link_to(&page, &q, false, OQ_NONE),
                !q.unread);
    web_add_tab(tabs, web_say(&page, "notifications.unread"), link_to(&page, &q, true, OQ_NONE),
                q.unread);
    web_page_form(&page, notify_page_query_fields, &q, NULL);
    web_put_bool(page.view, "has_unread", unread > 0);
    web_put_bool(page.view, "unread_only", q.unread);
    web_put_bool(page.view, "has_rows", found.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < found.count && i < ROWS_PER_PAGE; i++)
        put_row(&page, rows, &found.at[i], oq_now(s));
    put_pager(&page, &q, &found, unread);
    return web_page_send(&page);
}

/* A notification that is opened is read, and leads to what it is about. */
oq_err *notify_page_open(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    notification *n;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(notify_read(s, oq_scope_actor(s)->id, id, &n));
    web_locale locale = {.lang = http_lang(rq)};
    notify_view view = notify_render(http_arena(rq), &locale, n);
    http_redirect(rq, view.href.len ? view.href : OQ_STR("/notifications"));
    return NULL;
}

oq_err *notify_post_read_all(http_req *rq, oq_scope *s)
{
    int64_t count;
    OQ_TRY(notify_read_all(s, oq_scope_actor(s)->id, &count));
    http_redirect(rq, OQ_STR("/notifications"));
    return NULL;
}

/* --- the bell of every page ---------------------------------------------------------------------
 * In a reading scope of its own: the page's handler may have none, or one that writes. */

static oq_err *count_for(db_pool *pool, const web_page *page, int64_t *ret_unread)
{
    const http_who *who = http_who_of(page->rq);
    oq_scope *s = NULL;
    oq_err *err = oq_scope_open(
        &(oq_scope_options){
            .pool = pool,
            .tenant_id = who->tenant_id,
            .access = OQ_READ,
            .actor = who->actor,
            .request_id = http_request_id(page->rq),
            .arena = page->arena,
        },
        &s);
    if (!err)
        err = notify_count_unread(s, who->actor.id, ret_unread);
    oq_scope_close(s);
    return err;
}

oq_err *notify_frame(void *pool, web_page *page)
{
    int64_t unread = 0;
    if (!http_who_of(page->rq)->is_signed_in)
        return NULL;
    oq_uuid since = oq_uuid_new(oq_clock_now());
    web_put_text(page->view, "live_since", oq_uuid_text(page->arena, since));
    OQ_TRY(count_for(pool, page, &unread));
    if (unread)
        web_put_i64(page->view, "unread", unread);
    return NULL;
}
