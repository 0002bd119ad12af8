/* /work-orders/board: what goes on, side by side by state. */
#include "web/parts.h"
#include "workorder/pages.h"

#include "base/banned.h"

const oq_field work_board_query_fields[] = {
    OQ_TEXT(work_order_query, assignee, .max = 40),
    OQ_UUID(work_order_query, site_id),
    OQ_FIELDS_END,
};

static const int columns[] = {WORK_PENDING_APPROVAL, WORK_OPEN, WORK_IN_PROGRESS, WORK_DONE,
                              WORK_CLOSED};

/* A card's own moves: those that need nothing but a press. */
static void put_card(const web_page *page, web_value *list, const oq_scope *s,
                     const work_order_row *row, oq_us now)
{
    static const int all[] = {WORK_OPEN, WORK_IN_PROGRESS, WORK_DONE, WORK_CLOSED};
    work_order order = {.status = row->status, .assigned_user_id = row->assigned_user_id};
    web_value *card = web_add_object(list), *moves;
    work_put_row(page, card, row, now);
    moves = web_put_list(card, "moves");
    for (size_t i = 0; i < OQ_COUNT(all); i++) {
        if (!work_order_may_move(s, &order, all[i]))
            continue;
        const char *to = oq_choice_text(work_order_status_choices, all[i]);
        web_value *move = web_add_object(moves);
        web_put_cstr(move, "to", to);
        web_put_text(move, "label", work_move_label(page, row->status, all[i]));
    }
    web_put_bool(card, "can_move", web_count(moves) > 0);
}

static void put_columns(const web_page *page, const oq_scope *s, const work_order_rows *rows,
                        oq_us now)
{
    web_value *list = web_put_list(page->view, "columns");
    for (size_t c = 0; c < OQ_COUNT(columns); c++) {
        const char *name = oq_choice_text(work_order_status_choices, columns[c]);
        web_value *column = web_add_object(list), *cards;
        web_put_cstr(column, "name", name);
        web_put_text(column, "label",
                     web_choice_label(page->locale.lang, "work_order_status", name));
        cards = web_put_list(column, "cards");
        for (size_t i = 0; i < rows->count; i++)
            if (rows->at[i].status == columns[c])
                put_card(page, cards, s, &rows->at[i], now);
        size_t count = web_count(cards);
        web_put_text(column, "count", web_format_i64(page->arena, &page->locale, (int64_t)count));
        web_put_bool(column, "is_empty", !count);
        web_put_bool(column, "is_full", count == WORK_ORDER_COLUMN_MAX);
        web_put_text(column, "list_href", oq_strf(page->arena, "/work-orders?status=%s", name));
    }
    web_put_bool(page->view, "has_rows", rows->count > 0);
}

oq_err *work_page_board(http_req *rq, oq_scope *s)
{
    work_order_query q = {.due_before = OQ_TIME_NONE};
    work_order_rows rows = {0};
    oq_err *err = http_query(rq, &q);
    if (!err)
        err = work_order_board(s, &q, &rows);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    web_page page = web_page_begin(rq, "work/board", "work.board_title", "work_orders");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "work.title"), "/work-orders");
    web_page_crumb(&page, web_say(&page, "work.board_title"), NULL);
    web_page_form(&page, work_board_query_fields, &q, err);
    bool is_mine = oq_str_eq(q.assignee, OQ_STR("me"));
    web_value *tabs = web_put_list(page.view, "tabs");
    web_add_tab(tabs, web_say(&page, "work.tab_all"), OQ_STR("/work-orders/board"), !is_mine);
    web_add_tab(tabs, web_say(&page, "work.tab_mine"), OQ_STR("/work-orders/board?assignee=me"),
                is_mine);
    web_add_tab(tabs, web_say(&page, "work.tab_list"), OQ_STR("/work-orders"), false);
    web_put_text(page.view, "assignee", q.assignee);
    OQ_TRY(work_put_sites(&page, s, q.site_id));
    put_columns(&page, s, &rows, oq_now(s));
    web_put_text(page.view, "back", http_target(rq));
    return web_page_send(&page);
}
