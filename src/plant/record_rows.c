/* Records of a kind as rows of a table: on the kind's own list, and below what they belong to. */
#include "plant/record_page.h"

#include "web/parts.h"

#include "base/banned.h"

/* --- a cell -------------------------------------------------------------------------------------*/

static bool is_approval(const record_kind *kind, const char *name)
{
    return kind->approval && strcmp(kind->approval->by, name) == 0;
}

static bool is_number(const oq_field *field)
{
    record_widget widget = record_widget_of(field);
    return (field->type == OQ_TYPE_I64 || field->type == OQ_TYPE_F64) &&
           (widget == WIDGET_PLAIN || widget == WIDGET_MONEY);
}

/* A reference by code and name, each in its own direction; things with a name for programs by the
 * one for people. */
static void put_reference(const web_page *page, web_value *cell, const record_kind *other,
                          const record_label *label)
{
    bool is_arabic = page->locale.lang == OQ_LANG_AR && label->name_ar.len;
    oq_str name = is_arabic ? label->name_ar : label->name;
    bool has_name = name.len && !oq_str_eq(name, label->code);
    web_value *to = web_put_object(cell, "ref");
    web_put_text(to, "code", has_name && record_is_named(other) ? OQ_NONE : label->code);
    web_put_text(to, "name", has_name ? name : OQ_NONE);
}

static const record_label *label_of(const record_refs *refs, const record_kind *other,
                                    const oq_field *field, const void *record)
{
    if (field->type != OQ_TYPE_UUID)
        return NULL;
    return record_refs_by_id(refs, other, *(const oq_uuid *)((const char *)record + field->offset));
}

static void put_cell(const web_page *page, web_value *cells, const record_refs *refs,
                     const record_kind *kind, const char *name, const void *record)
{
    const oq_field *field = record_field(kind, name);
    const record_ref *ref = record_ref_of(kind, name);
    const record_kind *other = ref ? record_kind_find(oq_cstr(ref->kind)) : &record_user;
    const record_label *label = label_of(refs, other, field, record);
    bool is_first = strcmp(name, kind->columns[0]) == 0;
    bool is_text = field->type == OQ_TYPE_TEXT;
    web_value *cell = web_add_object(cells);
    web_put_text(cell, "head", record_head_label(page, kind, name));
    web_put_text(
        cell, "text",
        record_shown(page, refs, kind, record_field_for(page, kind, field, record), record));
    web_put_text(cell, "href",
                 is_first ? oq_strf(page->arena, "/plant/%s/%.*s", kind->path,
                                    OQ_FMT(oq_uuid_text(page->arena, record_id(kind, record))))
                          : OQ_NONE);
    web_put(cell, "badge", NULL);
    web_put(cell, "ref", NULL);
    web_put_bool(cell, "is_first", is_first);
    web_put_bool(cell, "is_text", is_text);
    web_put_bool(cell, "is_code", is_text && record_widget_of(field) == WIDGET_CODE);
    web_put_bool(cell, "is_number", is_number(field));
    web_put_bool(cell, "is_empty", !record_is_given(field, record) && !is_approval(kind, name));
    if (label)
        put_reference(page, cell, other, label);
    if (is_approval(kind, name)) /* who answers for it, or that nobody does yet */
        web_put_badge(cell, label ? "ok" : "warn",
                      web_say(page, label ? "plant.is_approved" : "plant.not_approved"));
}

/* --- all of them --------------------------------------------------------------------------------*/

/* Below what they belong to, rows leave out what that is, and texts and references that none has.
 */
static bool is_shown(const record_kind *kind, const record_list *list, const char *name,
                     const char *but)
{
    const oq_field *field = record_field(kind, name);
    bool may_go = field->type == OQ_TYPE_UUID || field->type == OQ_TYPE_TEXT;
    if (!but || !may_go || is_approval(kind, name))
        return true;
    bool is_given = false;
    for (size_t i = 0; i < list->count; i++)
        is_given |= record_is_given(field, record_at(kind, list, i));
    return is_given && strcmp(name, but) != 0;
}

oq_err *record_rows_put(web_page *page, oq_scope *s, web_value *to, const record_kind *kind,
                        const record_list *list, const char *but)
{
    record_refs *refs = record_refs_open(s, page->arena);
    OQ_TRY(record_refs_of(refs, kind, list->at, list->count));
    web_value *heads = web_put_list(to, "heads"), *rows = web_put_list(to, "rows");
    for (const char *const *name = kind->columns; *name; name++) {
        if (!is_shown(kind, list, *name, but))
            continue;
        web_value *head = web_add_object(heads);
        web_put_text(head, "text", record_head_label(page, kind, *name));
        web_put_bool(head, "is_number", is_number(record_field(kind, *name)));
    }
    for (size_t i = 0; i < list->count; i++) {
        web_value *cells = web_put_list(web_add_object(rows), "cells");
        for (const char *const *name = kind->columns; *name; name++)
            if (is_shown(kind, list, *name, but))
                put_cell(page, cells, refs, kind, *name, record_at(kind, list, i));
    }
    web_put_bool(to, "has_rows", list->count > 0);
    return NULL;
}
