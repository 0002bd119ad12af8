/* /work-orders: the list, and the same as a file. */
#include "web/link.h"
#include "web/parts.h"
#include "workorder/pages.h"

#include "base/banned.h"

static oq_str link_to(const web_page *page, const work_order_query *q)
{
    return web_link(page->arena, "/work-orders", work_order_query_fields, q);
}

/* --- filters ------------------------------------------------------------------------------------*/

static void put_choices(const web_page *page, const char *key, const char *field,
                        const oq_choice *choices, int selected)
{
    web_value *list = web_put_list(page->view, key);
    for (const oq_choice *c = choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text), web_choice_label(page->locale.lang, field, c->text),
                       c->value == selected);
}

static void put_tabs(const web_page *page, work_order_query q)
{
    web_value *tabs = web_put_list(page->view, "tabs");
    oq_str now = q.assignee;
    q.cursor = OQ_NONE;
    q.assignee = OQ_NONE;
    web_add_tab(tabs, web_say(page, "work.tab_all"), link_to(page, &q), !now.len);
    q.assignee = OQ_STR("me");
    web_add_tab(tabs, web_say(page, "work.tab_mine"), link_to(page, &q),
                oq_str_eq(now, q.assignee));
    q.assignee = OQ_STR("none");
    web_add_tab(tabs, web_say(page, "work.tab_nobody"), link_to(page, &q),
                oq_str_eq(now, q.assignee));
    oq_str board = oq_str_eq(now, OQ_STR("me")) ? OQ_STR("/work-orders/board?assignee=me")
                                                : OQ_STR("/work-orders/board");
    web_add_tab(tabs, web_say(page, "work.tab_board"), board, false);
}

static oq_err *put_filters(web_page *page, oq_scope *s, const work_order_query *q)
{
    put_choices(page, "statuses", "work_order_status", work_order_status_choices, q->status);
    put_choices(page, "priorities", "work_order_priority", work_order_priority_choices,
                q->priority);
    put_choices(page, "kinds", "work_order_kind", work_order_kind_choices, q->kind);
    OQ_TRY(work_put_sites(page, s, q->site_id));
    put_tabs(page, *q);
    web_put_text(page->view, "assignee", q->assignee);
    web_put_bool(page->view, "is_filtered",
                 q->q.len || q->status || q->priority || q->kind || q->overdue || q->going ||
                     q->source.len || q->assignee.len || !oq_uuid_is_zero(q->site_id) ||
                     !oq_uuid_is_zero(q->asset_id) || !oq_uuid_is_zero(q->incident_id) ||
                     q->due_before != OQ_TIME_NONE);
    return NULL;
}

/* --- counts -------------------------------------------------------------------------------------*/

static void put_kpi(const web_page *page, web_value *list, const char *label_key, int64_t n,
                    const char *kind, const work_order_query *narrowed)
{
    web_value *kpi = web_add_kpi(list, n ? kind : "", web_say(page, label_key),
                                 web_format_i64(page->arena, &page->locale, n), OQ_NONE);
    web_put_text(kpi, "href", link_to(page, narrowed));
}

static void put_counts(const web_page *page, const work_order_counts *c, work_order_query q)
{
    web_value *list = web_put_list(page->view, "kpis");
    q = (work_order_query){.assignee = q.assignee,
                           .site_id = q.site_id,
                           .asset_id = q.asset_id,
                           .due_before = OQ_TIME_NONE,
                           .limit = 50};
    q.overdue = true;
    put_kpi(page, list, "work.kpi_overdue", c->overdue, "bad", &q);
    q.overdue = false;
    q.status = WORK_PENDING_APPROVAL;
    put_kpi(page, list, "work.kpi_pending", c->pending_approval, "warn", &q);
    q.status = WORK_OPEN;
    put_kpi(page, list, "work.kpi_open", c->open, "", &q);
    q.status = WORK_IN_PROGRESS;
    put_kpi(page, list, "work.kpi_in_progress", c->in_progress, "", &q);
    q.status = WORK_DONE;
    put_kpi(page, list, "work.kpi_done", c->done, "", &q);
}

/* --- the page -----------------------------------------------------------------------------------*/

static void put_rows(web_page *page, work_order_query *q, work_order_rows *rows, oq_us now)
{
    oq_str first = OQ_NONE, next = OQ_NONE;
    if (q->cursor.len) {
        work_order_query start = *q;
        start.cursor = OQ_NONE;
        first = link_to(page, &start);
    }
    if (rows->count > (size_t)q->limit) {
        rows->count = (size_t)q->limit;
        const work_order_row *last = &rows->at[rows->count - 1];
        q->cursor = http_cursor_make(page->arena, last->created_at, last->id);
        next = link_to(page, q);
    }
    web_value *list = web_put_list(page->view, "rows");
    for (size_t i = 0; i < rows->count; i++)
        work_put_row(page, web_add_object(list), &rows->at[i], now);
    web_put_bool(page->view, "has_rows", rows->count > 0);
    web_put_pager(
        page->view,
        oq_text_count(page->arena, page->locale.lang, OQ_STR("work.shown"), (int64_t)rows->count),
        first, next);
}

oq_err *work_page_list(http_req *rq, oq_scope *s)
{
    work_order_query q = {.due_before = OQ_TIME_NONE, .limit = 50};
    work_order_rows rows = {0};
    work_order_counts counts = {0};
    oq_err *err = http_query(rq, &q);
    if (!err)
        err = work_order_list(s, &q, (size_t)q.limit + 1, &rows);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    web_page page = web_page_begin(rq, "work/list", "work.title", "work_orders");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "work.title"), NULL);
    if (!err)
        OQ_TRY(work_order_count(s, &q, &counts));
    web_page_form(&page, work_order_query_fields, &q, err);
    OQ_TRY(put_filters(&page, s, &q));
    put_counts(&page, &counts, q);
    work_order_query all = q;
    all.cursor = OQ_NONE;
    web_put_text(page.view, "file_href",
                 web_link(page.arena, "/work-orders.csv", work_order_query_fields, &all));
    put_rows(&page, &q, &rows, oq_now(s));
    return web_page_send(&page);
}
