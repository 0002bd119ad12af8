/* The list of a kind: filters, rows, pages. */
#include "plant/record_page.h"

#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

static bool has_filter(const http_route *route, const char *name)
{
    return oq_field_find(route->query, oq_cstr(name)) != NULL;
}

/* --- filters ------------------------------------------------------------------------------------*/

/* Which member of the query a reference is filtered by, where its values are few. */
static const struct {
    const char *member;
    const record_kind *kind;
    size_t offset;
} choices[] = {
    {"site_id", &kind_site, offsetof(record_query, site_id)},
    {"class_id", &kind_asset_class, offsetof(record_query, class_id)},
    {"integration_id", &kind_integration, offsetof(record_query, integration_id)},
    {"shift_id", &kind_shift, offsetof(record_query, shift_id)},
    {"skill_id", &kind_skill, offsetof(record_query, skill_id)},
    {"user_id", &record_user, offsetof(record_query, user_id)},
};

static oq_uuid chosen(const record_query *q, size_t i)
{
    return *(const oq_uuid *)((const char *)q + choices[i].offset);
}

static oq_err *put_choice(web_page *page, oq_scope *s, web_value *list, size_t i,
                          const record_query *q)
{
    record_options options;
    OQ_TRY(record_options_load(s, choices[i].kind, OQ_UUID_ZERO, &options));
    web_value *filter = web_add_object(list);
    web_put_cstr(filter, "name", choices[i].member);
    web_put_text(filter, "label", record_kind_label(page->locale.lang, choices[i].kind));
    web_value *all = web_put_list(filter, "choices");
    for (size_t k = 0; k < options.count; k++)
        web_add_option(all, oq_uuid_text(page->arena, options.at[k].id),
                       record_label_shown(page, choices[i].kind, &options.at[k]),
                       oq_uuid_eq(options.at[k].id, chosen(q, i)));
    return NULL;
}

static void put_criticality(web_page *page, web_value *list, const record_query *q)
{
    web_value *filter = web_add_object(list);
    const oq_field *field = record_field(&kind_asset, "criticality");
    web_put_cstr(filter, "name", "criticality");
    web_put_text(filter, "label",
                 record_column_label(page->arena, page->locale.lang, &kind_asset, "criticality"));
    web_value *all = web_put_list(filter, "choices");
    for (const oq_choice *c = criticality_choices; c->text; c++)
        web_add_option(all, oq_cstr(c->text),
                       record_choice_label(page->arena, page->locale.lang, field, c->text),
                       c->value == q->criticality);
}

/* An asset is not chosen from a list of thousands: one comes here from its page. */
static oq_err *put_asset(web_page *page, oq_scope *s, const record_query *q)
{
    asset *a;
    web_put(page->view, "of_asset", NULL);
    if (oq_uuid_is_zero(q->asset_id))
        return NULL;
    oq_err *err = asset_get(s, q->asset_id, &a);
    if (err)
        return err->kind == OQ_NOT_FOUND ? NULL : err;
    web_value *of = web_put_object(page->view, "of_asset");
    oq_str name = oq_lang_pick(page->locale.lang, a->name, a->name_ar);
    web_put_text(of, "code", a->code);
    web_put_text(of, "name", name);
    web_put_text(of, "href", record_href(page->arena, &kind_asset, a->id));
    web_put_text(of, "id", oq_uuid_text(page->arena, a->id));
    return NULL;
}

static oq_err *put_filters(web_page *page, oq_scope *s, const record_query *q)
{
    const http_route *route = http_route_of(page->rq);
    web_value *list = web_put_list(page->view, "filters");
    web_put_bool(page->view, "has_search", has_filter(route, "q"));
    for (size_t i = 0; i < OQ_COUNT(choices); i++)
        if (has_filter(route, choices[i].member))
            OQ_TRY(put_choice(page, s, list, i, q));
    if (has_filter(route, "criticality"))
        put_criticality(page, list, q);
    bool is_filtered = q->q.len || q->criticality || !oq_uuid_is_zero(q->asset_id);
    for (size_t i = 0; i < OQ_COUNT(choices); i++)
        is_filtered |= !oq_uuid_is_zero(chosen(q, i));
    web_put_bool(page->view, "is_filtered", is_filtered);
    web_put_bool(page->view, "has_filters", web_count(list) > 0 || has_filter(route, "q"));
    return put_asset(page, s, q);
}

/* --- rows ---------------------------------------------------------------------------------------*/

static void put_links(web_page *page, const record_kind *kind, record_query q,
                      const record_list *list)
{
    oq_arena *arena = page->arena;
    const oq_field *fields = http_route_of(page->rq)->query;
    const char *path = oq_strf(arena, "/plant/%s", kind->path).ptr;
    bool is_later = q.cursor.len > 0;
    oq_str first = OQ_NONE, next = OQ_NONE;
    q.cursor = OQ_NONE;
    if (is_later)
        first = web_link(arena, path, fields, &q);
    q.cursor = list->next;
    if (list->next.len)
        next = web_link(arena, path, fields, &q);
    web_put_pager(
        page->view,
        oq_text_count(arena, page->locale.lang, OQ_STR("plant.rows"), (int64_t)list->count), first,
        next);
    web_put_cstr(page->view, "list_path", path);
    web_put_cstr(page->view, "kind_path", kind->path);
    oq_str with = OQ_STR("");
    if (!oq_uuid_is_zero(q.asset_id))
        with = oq_strf(arena, "?asset_id=%.*s", OQ_FMT(oq_uuid_text(arena, q.asset_id)));
    else if (!oq_uuid_is_zero(q.class_id))
        with = oq_strf(arena, "?class_id=%.*s", OQ_FMT(oq_uuid_text(arena, q.class_id)));
    else if (!oq_uuid_is_zero(q.site_id))
        with = oq_strf(arena, "?site_id=%.*s", OQ_FMT(oq_uuid_text(arena, q.site_id)));
    web_put_text(page->view, "new_href", oq_strf(arena, "%s/new%.*s", path, OQ_FMT(with)));
}

oq_err *record_page_list(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    record_query q = {0};
    record_list list = {0};
    oq_err *err = http_query(rq, &q);
    q.limit = ROWS_PER_PAGE;
    if (!err)
        err = record_find(s, kind, &q, &list);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    web_page page = web_page_begin(rq, "plant/list", "plant.title", "plant");
    page.status = err ? oq_kind_status(err->kind) : 0;
    page.title = record_kind_labels(page.locale.lang, kind);
    web_page_crumb(&page, web_say(&page, "plant.title"), "/plant");
    web_page_crumb(&page, page.title, NULL);
    web_page_form(&page, http_route_of(rq)->query, &q, err);
    web_put_text(page.view, "lead",
                 oq_text(page.locale.lang, oq_strf(page.arena, "plant.lead.%s", kind->name)));
    web_put_bool(page.view, "may_manage", record_may_manage(&page, kind));
    OQ_TRY(put_filters(&page, s, &q));
    OQ_TRY(record_rows_put(&page, s, page.view, kind, &list, NULL));
    put_links(&page, kind, q, &list);
    return web_page_send(&page);
}
