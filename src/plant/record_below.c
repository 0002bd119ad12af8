/* What belongs to a record, on its own page: a class with its metrics, failure modes and limits is
 * read and mended in one place. */
#include "plant/record_page.h"

#include "base/banned.h"

enum { ROWS_BELOW = 50 };

static const struct {
    const record_kind *of;
    const char *member; /* of the query and of what belongs to it */
    size_t offset;
    const record_kind *kinds[6]; /* ends with NULL */
} belongings[] = {
    {&kind_asset_class,
     "class_id",
     offsetof(record_query, class_id),
     {&kind_class_metric, &kind_failure_mode, &kind_threshold, &kind_machine_spec}},
    {&kind_site,
     "site_id",
     offsetof(record_query, site_id),
     {&kind_plant_unit, &kind_shift, &kind_holiday, &kind_maintenance_window, &kind_spare_part}},
    {&kind_shift, "shift_id", offsetof(record_query, shift_id), {&kind_user_shift}},
    {&kind_skill, "skill_id", offsetof(record_query, skill_id), {&kind_user_skill}},
    {&kind_integration, "integration_id", offsetof(record_query, integration_id), {&kind_mapping}},
};

static oq_err *put_below(web_page *page, oq_scope *s, web_value *list, size_t at, oq_uuid id,
                         const record_kind *kind)
{
    oq_arena *arena = page->arena;
    record_query q = {.limit = ROWS_BELOW};
    record_list found;
    *(oq_uuid *)((char *)&q + belongings[at].offset) = id;
    OQ_TRY(record_find(s, kind, &q, &found));
    web_value *to = web_add_object(list);
    oq_str with = oq_strf(arena, "%s=%.*s", belongings[at].member, OQ_FMT(oq_uuid_text(arena, id)));
    web_put_cstr(to, "id", kind->name);
    oq_str title = oq_strf(arena, "plant.below.%s", kind->name);
    bool has_title = oq_text_exists(page->locale.lang, title);
    web_put_text(to, "title",
                 has_title ? oq_text(page->locale.lang, title)
                           : record_kind_labels(page->locale.lang, kind));
    web_put_text(to, "text",
                 oq_text(page->locale.lang, oq_strf(arena, "plant.lead.%s", kind->name)));
    web_put_text(to, "new_href",
                 record_may_manage(page, kind)
                     ? oq_strf(arena, "/plant/%s/new?%.*s", kind->path, OQ_FMT(with))
                     : OQ_NONE);
    web_put_text(to, "all_href",
                 found.next.len ? oq_strf(arena, "/plant/%s?%.*s", kind->path, OQ_FMT(with))
                                : OQ_NONE);
    return record_rows_put(page, s, to, kind, &found, belongings[at].member);
}

oq_err *record_below_put(web_page *page, oq_scope *s, const record_kind *kind, const void *stored)
{
    web_value *list = web_put_list(page->view, "below");
    for (size_t i = 0; stored && i < OQ_COUNT(belongings); i++)
        for (const record_kind *const *one = belongings[i].kinds; *one; one++)
            if (belongings[i].of == kind && record_may_read(page, *one))
                OQ_TRY(put_below(page, s, list, i, record_id(kind, stored), *one));
    return NULL;
}

/* --- where a record is found --------------------------------------------------------------------*/

static oq_uuid owner_of(const record_kind *kind, const record_kind *owner, const void *record)
{
    for (size_t i = 0; owner == &kind_asset_class && i < OQ_COUNT(belongings); i++)
        for (const record_kind *const *one = belongings[i].kinds; *one; one++)
            if (belongings[i].of == owner && *one == kind)
                return record_uuid(kind, belongings[i].member, record);
    bool is_of_asset =
        owner == &kind_asset &&
        (kind == &kind_component || kind == &kind_failure_mode || kind == &kind_machine_spec);
    return is_of_asset ? record_uuid(kind, "asset_id", record) : OQ_UUID_ZERO;
}

const record_label *record_owner(const record_refs *refs, const record_kind *kind,
                                 const void *record, const record_kind **ret_owner)
{
    static const record_kind *const owners[] = {&kind_asset_class, &kind_asset};
    for (size_t i = 0; i < OQ_COUNT(owners); i++) {
        oq_uuid id = owner_of(kind, owners[i], record);
        if (oq_uuid_is_zero(id))
            continue;
        *ret_owner = owners[i];
        return record_refs_by_id(refs, owners[i], id);
    }
    return NULL;
}

oq_str record_home(oq_arena *arena, const record_kind *kind, const void *record)
{
    oq_uuid class_id = owner_of(kind, &kind_asset_class, record);
    oq_uuid asset_id = owner_of(kind, &kind_asset, record);
    if (!oq_uuid_is_zero(class_id))
        return record_href(arena, &kind_asset_class, class_id);
    if (!oq_uuid_is_zero(asset_id))
        return record_href(arena, &kind_asset, asset_id);
    return kind == &kind_asset ? OQ_STR("/assets") : oq_strf(arena, "/plant/%s", kind->path);
}
