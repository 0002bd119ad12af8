/* What pages of orders say alike. */
#include "web/parts.h"
#include "workorder/inner.h"
#include "workorder/pages.h"

#include "list.sql.h"

#include "base/banned.h"

oq_str work_text(oq_lang lang, oq_str text, oq_str text_ar)
{
    oq_str own = lang == OQ_LANG_AR ? text_ar : text, other = lang == OQ_LANG_AR ? text : text_ar;
    return own.len ? own : other;
}

oq_str work_path(oq_arena *arena, oq_uuid id)
{
    return oq_strf(arena, "/work-orders/%.*s", OQ_FMT(oq_uuid_text(arena, id)));
}

static const char *status_kind(int status)
{
    switch (status) {
    case WORK_PENDING_APPROVAL:
        return "warn";
    case WORK_IN_PROGRESS:
        return "info";
    case WORK_DONE:
        return "ok";
    case WORK_CLOSED:
    case WORK_CANCELLED:
        return "off";
    default:
        return "";
    }
}

void work_put_badges(const web_page *page, web_value *to, int status, int priority)
{
    oq_lang lang = page->locale.lang;
    web_put_badge(web_put_object(to, "status_badge"), status_kind(status),
                  web_choice_label(lang, "work_order_status",
                                   oq_choice_text(work_order_status_choices, status)));
    web_put_badge(web_put_object(to, "priority_badge"),
                  priority == WORK_CRITICAL ? "bad"
                  : priority == WORK_HIGH   ? "warn"
                                            : "",
                  web_choice_label(lang, "work_order_priority",
                                   oq_choice_text(work_order_priority_choices, priority)));
}

void work_put_due(const web_page *page, web_value *to, int status, oq_us due_at, oq_us now)
{
    bool is_over = status == WORK_CLOSED || status == WORK_CANCELLED || status == WORK_DONE;
    web_put_text(to, "due",
                 due_at == OQ_TIME_NONE ? OQ_NONE
                 : is_over              ? web_format_date(page->arena, &page->locale, due_at)
                                        : web_format_ago(page->arena, &page->locale, due_at, now));
    web_put_bool(to, "is_late", work_order_is_overdue(status, due_at, now));
}

void work_put_row(const web_page *page, web_value *to, const work_order_row *row, oq_us now)
{
    oq_lang lang = page->locale.lang;
    web_put_text(to, "href", work_path(page->arena, row->id));
    web_put_text(to, "id", oq_uuid_text(page->arena, row->id));
    web_put_text(to, "number", row->number);
    web_put_text(to, "title", work_text(lang, row->title, row->title_ar));
    web_put_text(to, "asset_code", row->asset_code);
    web_put_text(to, "asset_name", work_text(lang, row->asset_name, row->asset_name_ar));
    web_put_text(to, "assigned", row->assigned_name);
    web_put_text(to, "version", oq_strf(page->arena, "%lld", (long long)row->version));
    web_put_text(to, "kind",
                 web_choice_label(lang, "work_order_kind",
                                  oq_choice_text(work_order_kind_choices, row->kind)));
    web_put_bool(to, "is_auto", oq_str_eq(row->source, OQ_STR("BLACKBOX_AUTO")));
    work_put_badges(page, to, row->status, row->priority);
    work_put_due(page, to, row->status, row->due_at, now);
}

oq_err *work_put_sites(const web_page *page, oq_scope *s, oq_uuid selected)
{
    sql_work_order_sites_rows sites;
    OQ_TRY(sql_work_order_sites(s, &sites));
    web_value *list = web_put_list(page->view, "sites");
    for (size_t i = 0; i < sites.count; i++)
        web_add_option(list, oq_uuid_text(page->arena, sites.at[i].id),
                       work_text(page->locale.lang, sites.at[i].name, sites.at[i].name_ar),
                       oq_uuid_eq(sites.at[i].id, selected));
    web_put_bool(page->view, "has_sites", sites.count > 1);
    return NULL;
}

oq_err *work_put_people(const web_page *page, oq_scope *s, oq_uuid selected)
{
    sql_work_order_people_rows people;
    OQ_TRY(sql_work_order_people(s, &people));
    web_value *list = web_put_list(page->view, "people");
    for (size_t i = 0; i < people.count; i++)
        web_add_option(list, oq_uuid_text(page->arena, people.at[i].id), people.at[i].name,
                       oq_uuid_eq(people.at[i].id, selected));
    return NULL;
}

/* --- what may become of it ----------------------------------------------------------------------*/

static const struct {
    int from, to;
    const char *label_key;
    bool is_primary;
} buttons[] = {
    {WORK_PENDING_APPROVAL, WORK_OPEN, "work.approve", true},
    {WORK_OPEN, WORK_IN_PROGRESS, "work.take_up", true},
    {WORK_IN_PROGRESS, WORK_OPEN, "work.give_back", false},
    {WORK_DONE, WORK_IN_PROGRESS, "work.reopen", false},
    {WORK_IN_PROGRESS, WORK_DONE, "work.finish", true},
    {WORK_DONE, WORK_CLOSED, "work.close", true},
};

oq_str work_move_label(const web_page *page, int from, int to)
{
    for (size_t i = 0; i < OQ_COUNT(buttons); i++)
        if (buttons[i].from == from && buttons[i].to == to)
            return web_say(page, buttons[i].label_key);
    return OQ_NONE;
}

void work_put_moves(const web_page *page, web_value *to, const oq_scope *s, const work_order *order)
{
    web_value *list = web_put_list(to, "moves");
    for (size_t i = 0; i < OQ_COUNT(buttons); i++) {
        bool asks_more = buttons[i].to == WORK_DONE || buttons[i].to == WORK_CLOSED;
        if (buttons[i].from != order->status || asks_more ||
            !work_order_may_move(s, order, buttons[i].to))
            continue;
        web_value *button = web_add_object(list);
        web_put_cstr(button, "to", oq_choice_text(work_order_status_choices, buttons[i].to));
        web_put_text(button, "label", web_say(page, buttons[i].label_key));
        web_put_bool(button, "is_primary", buttons[i].is_primary);
    }
    web_put_bool(to, "can_finish", work_order_may_move(s, order, WORK_DONE));
    web_put_bool(to, "can_close", work_order_may_move(s, order, WORK_CLOSED));
    web_put_bool(to, "can_cancel",
                 order->status != WORK_PENDING_APPROVAL &&
                     work_order_may_move(s, order, WORK_CANCELLED));
    web_put_bool(to, "can_refuse",
                 order->status == WORK_PENDING_APPROVAL &&
                     work_order_may_move(s, order, WORK_CANCELLED));
}
