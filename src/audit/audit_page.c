#include "audit/inner.h"
#include "audit/view.h"
#include "http/request.h"
#include "web/link.h"
#include "web/page.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

/* --- the query --------------------------------------------------------------------------------*/

const oq_field audit_page_query_fields[] = {
    OQ_TEXT(audit_page_query, from, .max = 40, .help = "Local time, or RFC 3339"),
    OQ_TEXT(audit_page_query, to, .max = 40, .help = "Local time, or RFC 3339"),
    OQ_TEXT(audit_page_query, action, .max = 100,
            .help = "user.created, or user. for all of users"),
    OQ_TEXT(audit_page_query, actor, .max = 200, .help = "An id, or a part of the name"),
    OQ_TEXT(audit_page_query, object_type, .max = 100),
    OQ_TEXT(audit_page_query, object_id, .max = 100),
    OQ_CHOICE(audit_page_query, outcome, audit_outcome_choices),
    OQ_TEXT(audit_page_query, cursor, .max = 200),
    OQ_FIELDS_END};

static oq_err *read_moment(const char *field, oq_str text, oq_str time_zone, oq_us *ret_at)
{
    *ret_at = OQ_TIME_NONE;
    if (!text.len || oq_time_parse(text, ret_at))
        return NULL;
    if (web_local_parse(text, time_zone, ret_at))
        return oq_fail_field(field, "field.type", "wanted=%s", "time");
    return NULL;
}

oq_err *audit_page_filter(http_req *rq, audit_page_query *ret_query, audit_filter *ret_filter)
{
    oq_err *err = http_query(rq, ret_query);
    const audit_page_query *q = ret_query;
    oq_str time_zone = http_who_of(rq)->time_zone;
    err = oq_err_join(err, read_moment("from", q->from, time_zone, &ret_filter->from));
    err = oq_err_join(err, read_moment("to", q->to, time_zone, &ret_filter->to));
    ret_filter->action = q->action;
    ret_filter->actor = q->actor;
    ret_filter->object_type = q->object_type;
    ret_filter->object_id = q->object_id;
    ret_filter->outcome = q->outcome;
    return err;
}

static oq_str link_to(const web_page *page, const char *path, audit_page_query q, oq_str cursor)
{
    q.cursor = cursor;
    return web_link(page->arena, path, audit_page_query_fields, &q);
}

/* --- choosing an action -------------------------------------------------------------------------
 * Actions are listed by what they are about ("user."), with an entry for all of a kind. */

typedef struct action_list {
    const web_page *page;
    web_value *groups, *items;
    oq_str kind; /* of the group that is being filled */
    oq_str selected;
    bool is_found; /* the selected one is among them */
} action_list;

static void put_action(action_list *list, oq_str value, oq_str label)
{
    bool is_selected = list->selected.len && oq_str_eq(value, list->selected);
    web_add_option(list->items, value, label, is_selected);
    list->is_found |= is_selected;
}

static void add_action(void *self, oq_str action)
{
    action_list *list = self;
    oq_arena *arena = list->page->arena;
    oq_lang lang = list->page->locale.lang;
    size_t dot = oq_str_find_char(action, '.');
    oq_str kind = oq_str_sub(action, 0, dot);
    if (dot == SIZE_MAX)
        return;
    if (!oq_str_eq(kind, list->kind)) {
        list->kind = kind;
        web_value *group = web_add_object(list->groups);
        oq_str label = audit_object_words(arena, lang, kind);
        web_put_text(group, "label", label);
        list->items = web_put_list(group, "items");
        put_action(list, oq_str_sub(action, 0, dot + 1),
                   oq_text_fill(arena, lang, OQ_STR("audit.all_of"),
                                &(oq_arg){.name = "kind", .value = label}, 1));
    }
    put_action(list, action, audit_action_words(arena, lang, action));
}

static void put_actions(web_page *page, oq_str selected)
{
    action_list list = {.page = page, .selected = selected};
    list.groups = web_put_list(page->view, "actions");
    audit_each_action(add_action, &list);
    if (selected.len && !list.is_found)
        web_put_text(page->view, "other_action", selected);
}

/* --- rows -------------------------------------------------------------------------------------*/

enum { VALUE_SHOWN_MAX = 300 }; /* characters; the file has all of it */

static oq_str clipped(oq_arena *arena, oq_str text)
{
    oq_str rest = text;
    uint32_t code;
    for (int i = 0; i < VALUE_SHOWN_MAX; i++)
        if (!oq_utf8_next(&rest, &code))
            return text;
    return oq_strf(arena, "%.*s…", (int)(rest.ptr - text.ptr), text.ptr);
}

static void put_changes(const web_page *page, web_value *row, oq_str changes)
{
    audit_change_list list = audit_changes_read(page->arena, &page->locale, changes);
    web_value *to = web_put_list(row, "changes");
    web_put_bool(row, "has_changes", list.count > 0);
    for (size_t i = 0; i < list.count; i++) {
        web_value *item = web_add_object(to);
        web_put_text(item, "field", list.at[i].field);
        web_put_bool(item, "has_values", list.at[i].has_values);
        web_put_text(item, "from", clipped(page->arena, list.at[i].from));
        web_put_text(item, "to", clipped(page->arena, list.at[i].to));
    }
}

static void put_row(const web_page *page, web_value *list, const audit_row *row)
{
    oq_arena *arena = page->arena;
    oq_lang lang = page->locale.lang;
    web_value *v = web_add_object(list);
    web_put_text(v, "id", oq_uuid_text(arena, row->id));
    web_put_text(v, "at", web_format_time_exact(arena, &page->locale, row->at));
    web_put_text(v, "at_utc", oq_time_text(arena, row->at));
    web_put_text(v, "actor", row->actor_label);
    web_put_text(
        v, "actor_kind",
        web_choice_label(lang, "actor_kind", oq_choice_text(actor_kind_choices, row->actor_kind)));
    web_put_bool(v, "is_foreign",
                 !oq_uuid_is_zero(row->actor_tenant_id) &&
                     !oq_uuid_eq(row->actor_tenant_id, http_who_of(page->rq)->tenant_id));
    web_put_text(v, "action", audit_action_words(arena, lang, row->action));
    web_put_text(v, "action_code", row->action);
    if (row->outcome == AUDIT_REFUSED)
        web_put_badge(v, "warn", web_choice_label(lang, "outcome", "refused"));
    web_put_text(v, "address", row->address);
    web_put_text(v, "request", row->request_id);
    put_changes(page, v, row->changes);
    if (!oq_uuid_is_zero(row->actor_id))
        web_put_text(v, "actor_href",
                     link_to(page, "/audit",
                             (audit_page_query){.actor = oq_uuid_text(arena, row->actor_id)},
                             OQ_NONE));
    if (row->object_type.len) {
        web_value *object = web_put_object(v, "object");
        oq_str type = audit_object_words(arena, lang, row->object_type);
        oq_str name = row->object_label.len ? row->object_label : row->object_id;
        web_put_text(object, "type", name.len ? type : OQ_NONE);
        web_put_text(object, "label", name.len ? name : type);
        audit_page_query same = {.object_type = row->object_type, .object_id = row->object_id};
        web_put_text(object, "href", link_to(page, "/audit", same, OQ_NONE));
    }
}

/* --- the page ---------------------------------------------------------------------------------*/

static bool is_filtered(const audit_page_query *q)
{
    return q->from.len || q->to.len || q->action.len || q->actor.len || q->object_type.len ||
           q->object_id.len || q->outcome;
}

static void put_links(web_page *page, const audit_page_query *q, size_t count, oq_str next)
{
    web_put_text(page->view, "export_href", link_to(page, "/audit.csv", *q, OQ_NONE));
    oq_str text =
        oq_text_count(page->arena, page->locale.lang, OQ_STR("audit.rows"), (int64_t)count);
    web_put_pager(page->view, text, q->cursor.len ? link_to(page, "/audit", *q, OQ_NONE) : OQ_NONE,
                  next.len ? link_to(page, "/audit", *q, next) : OQ_NONE);
}

oq_err *audit_page_list(http_req *rq, oq_scope *s)
{
    audit_page_query q;
    audit_filter filter;
    audit_rows rows = {0};
    oq_str next = OQ_NONE;
    oq_err *err = audit_page_filter(rq, &q, &filter);
    if (!err) {
        err = audit_find_page(s, &filter, q.cursor, ROWS_PER_PAGE, &rows, &next);
        if (err && !oq_err_is(err, "list.cursor_malformed"))
            return err;
    }
    web_page page = web_page_begin(rq, "audit/list", "audit.title", "audit");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "audit.title"), NULL);
    web_page_form(&page, audit_page_query_fields, &q, err);
    put_actions(&page, q.action);
    web_put_bool(page.view, "is_filtered", is_filtered(&q));
    web_put_bool(page.view, "has_rows", rows.count > 0);
    web_value *list = web_put_list(page.view, "rows");
    for (size_t i = 0; i < rows.count; i++)
        put_row(&page, list, &rows.at[i]);
    put_links(&page, &q, rows.count, next);
    return web_page_send(&page);
}
