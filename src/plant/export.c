/* Records into files, in the form in which they are read again. */
#include "plant/import.h"

#include "base/csv.h"
#include "plant/record_text.h"

#include "base/banned.h"

const oq_choice plant_format_choices[] = {{PLANT_CSV, "csv"}, {PLANT_JSON, "json"}, {0, NULL}};

enum { SLICE = 2000 };

/* Called for each record; the refs hold the labels of what it refers to. */
typedef struct writer {
    oq_arena *arena;
    record_refs *refs;
    const record_kind *kind;
    record_columns columns;
    oq_csv *csv; /* or */
    oq_json *json;
} writer;

static void put_csv(writer *w, const void *record)
{
    for (size_t i = 0; i < w->columns.count; i++)
        oq_csv_cell(w->csv, record_cell(w->arena, w->refs, &w->columns.at[i], w->kind, record));
    oq_csv_end_row(w->csv);
}

static void put_json(writer *w, const void *record)
{
    oq_json_object(w->json);
    for (size_t i = 0; i < w->columns.count; i++) {
        const record_column *c = &w->columns.at[i];
        oq_field alone[] = {*c->field, OQ_FIELDS_END};
        if (!record_is_given(c->field, record))
            continue;
        if (!c->ref) {
            oq_fields_write_members(w->json, alone, record);
            continue;
        }
        oq_json_key(w->json, oq_cstr(c->name));
        oq_json_text(w->json, record_cell(w->arena, w->refs, c, w->kind, record));
    }
    oq_json_object_end(w->json);
}

static oq_err *put_records(oq_scope *s, writer *w)
{
    record_query query = {.limit = SLICE};
    do {
        record_list list;
        oq_mark mark = oq_arena_mark(w->arena);
        OQ_TRY(record_find(s, w->kind, &query, &list));
        w->refs =
            record_refs_open(s, w->arena); /* of this slice alone, so that memory stays flat */
        OQ_TRY(record_refs_of(w->refs, w->kind, list.at, list.count));
        for (size_t i = 0; i < list.count; i++) {
            if (w->csv)
                put_csv(w, record_at(w->kind, &list, i));
            else
                put_json(w, record_at(w->kind, &list, i));
        }
        char next[1024];
        size_t len = list.next.len < sizeof next ? list.next.len : 0;
        memcpy(next, len ? list.next.ptr : next, len);
        oq_arena_rewind(w->arena, mark);
        query.cursor = len ? oq_str_copy(w->arena, oq_strn(next, len)) : OQ_NONE;
    } while (query.cursor.len);
    return NULL;
}

static oq_err *export_csv(oq_scope *s, writer *w, oq_buf *out)
{
    oq_csv csv = oq_csv_to(out);
    w->csv = &csv;
    for (size_t i = 0; i < w->columns.count; i++)
        oq_csv_cell(&csv, oq_cstr(w->columns.at[i].name));
    oq_csv_end_row(&csv);
    return put_records(s, w);
}

static oq_err *export_json(oq_scope *s, writer *w, oq_json *j)
{
    w->json = j;
    oq_json_array(j);
    OQ_TRY(put_records(s, w));
    oq_json_array_end(j);
    return NULL;
}

static writer writer_of(oq_scope *s, const record_kind *kind)
{
    oq_arena *arena = oq_scope_arena(s);
    return (writer){.arena = arena, .kind = kind, .columns = record_columns_of(arena, kind)};
}

static oq_err *export_all(oq_scope *s, oq_json *j)
{
    oq_json_object(j);
    for (const record_kind *const *kind = record_kinds; *kind; kind++) {
        if (!oq_caps_have(oq_scope_actor(s)->caps, (*kind)->read))
            continue;
        writer w = writer_of(s, *kind);
        oq_json_key(j, oq_cstr((*kind)->path));
        OQ_TRY(export_json(s, &w, j));
    }
    oq_json_object_end(j);
    return NULL;
}

oq_err *plant_export(oq_scope *s, const record_kind *kind, plant_format format, oq_buf *out)
{
    oq_json j = oq_json_to(out);
    if (!kind) {
        OQ_TRY(export_all(s, &j));
    } else {
        writer w = writer_of(s, kind);
        OQ_TRY(oq_scope_require(s, kind->read));
        OQ_TRY(format == PLANT_CSV ? export_csv(s, &w, out) : export_json(s, &w, &j));
    }
    if (out->overflow)
        return oq_fail(OQ_TOO_LARGE, "plant.export_too_large", "max=%zu", out->max);
    return NULL;
}
