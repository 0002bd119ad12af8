/* What a reference can be chosen from, and how many records there are. */
#include "plant/record_page.h"

#include "plant_page.sql.h"

#include "base/banned.h"

static oq_err *people(oq_scope *s, record_options *ret_options)
{
    sql_user_options_rows rows;
    OQ_TRY(sql_user_options(s, (sql_user_options_args){RECORD_OPTIONS_MAX + 1}, &rows));
    *ret_options = (record_options){rows.at, rows.count, false};
    return NULL;
}

/* Labels of records as a list gives them. */
static oq_err *records(oq_scope *s, const record_kind *kind, oq_uuid within,
                       record_options *ret_options)
{
    oq_arena *arena = oq_scope_arena(s);
    record_query query = {.limit = RECORD_OPTIONS_MAX + 1};
    record_list list;
    if (kind == &kind_component)
        query.asset_id = within;
    else if (kind == &kind_plant_unit)
        query.site_id = within;
    OQ_TRY(record_find(s, kind, &query, &list));
    record_refs *refs = record_refs_open(s, arena);
    record_label *label = oq_new_n(arena, record_label, list.count);
    for (size_t i = 0; i < list.count; i++) {
        record_refs_put(refs, kind, record_at(kind, &list, i));
        label[i] = *record_refs_by_id(refs, kind, record_id(kind, record_at(kind, &list, i)));
    }
    *ret_options = (record_options){label, list.count, false};
    return NULL;
}

oq_err *record_options_load(oq_scope *s, const record_kind *kind, oq_uuid within,
                            record_options *ret_options)
{
    OQ_TRY(kind == &record_user ? people(s, ret_options) : records(s, kind, within, ret_options));
    if (ret_options->count > RECORD_OPTIONS_MAX) {
        ret_options->count = RECORD_OPTIONS_MAX;
        ret_options->is_cut = true;
    }
    return NULL;
}

/* --- the first page of the plant's data -----------------------------------------------------------*/

static const char *const groups[] = {"structure", "classes", "cost", "crew", "supply", "sources"};

static const sql_plant_counts_row *counts_of(const sql_plant_counts_rows *counts, const char *kind)
{
    for (size_t i = 0; i < counts->count; i++)
        if (oq_str_eq(counts->at[i].kind, oq_cstr(kind)))
            return &counts->at[i];
    return NULL;
}

static void put_kind(const web_page *page, web_value *list, const record_kind *kind,
                     const sql_plant_counts_row *counts)
{
    oq_arena *arena = page->arena;
    web_value *item = web_add_object(list);
    web_put_text(item, "label", record_kind_labels(page->locale.lang, kind));
    web_put_text(item, "text",
                 oq_text(page->locale.lang, oq_strf(arena, "plant.lead.%s", kind->name)));
    web_put_text(item, "href",
                 kind == &kind_asset ? OQ_STR("/assets") : oq_strf(arena, "/plant/%s", kind->path));
    web_put_text(item, "count",
                 oq_text_count(arena, page->locale.lang, OQ_STR("plant.rows"), counts->count));
    oq_str waiting = OQ_NONE;
    if (counts->waiting)
        waiting = oq_text_count(arena, page->locale.lang, OQ_STR("plant.waiting"), counts->waiting);
    web_put_text(item, "waiting", waiting);
}

static void put_group(const web_page *page, web_value *list, const char *group,
                      const sql_plant_counts_rows *counts)
{
    web_value *items = NULL;
    for (const record_kind *const *kind = record_kinds; *kind; kind++) {
        if (strcmp((*kind)->group, group) != 0 || !record_may_read(page, *kind))
            continue;
        if (!items) {
            web_value *card = web_add_object(list);
            web_put_text(card, "title",
                         oq_text(page->locale.lang, oq_strf(page->arena, "plant.group.%s", group)));
            web_put_cstr(card, "id", group);
            items = web_put_list(card, "items");
        }
        put_kind(page, items, *kind, counts_of(counts, (*kind)->name));
    }
}

oq_err *plant_page_index(http_req *rq, oq_scope *s)
{
    sql_plant_counts_rows counts;
    OQ_TRY(sql_plant_counts(s, &counts));
    web_page page = web_page_begin(rq, "plant/index", "plant.title", "plant");
    web_page_crumb(&page, web_say(&page, "plant.title"), NULL);
    web_value *list = web_put_list(page.view, "groups");
    for (size_t i = 0; i < OQ_COUNT(groups); i++)
        put_group(&page, list, groups[i], &counts);
    bool has_classes = counts_of(&counts, "asset_class")->count > 0;
    web_put_bool(page.view, "has_classes", has_classes);
    return web_page_send(&page);
}

/* --- addresses that lead elsewhere ----------------------------------------------------------------*/

/* Assets have a list and pages of their own. */
oq_err *plant_page_assets(http_req *rq)
{
    http_redirect(rq, OQ_STR("/assets"));
    return NULL;
}

oq_err *plant_page_mapping(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    if (!oq_uuid_eq(id, oq_scope_tenant(s)))
        return oq_fail(OQ_NOT_FOUND, "tenant.not_found");
    http_redirect(rq, OQ_STR("/plant/mappings"));
    return NULL;
}
