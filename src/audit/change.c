/* What differs between two records of one field table. */
#include "audit/audit.h"

#include "base/banned.h"

enum { VALUE_MAX = 16 * 1024 * 1024 }; /* bytes of one value; the largest body is far below */

/* --- one field --------------------------------------------------------------------------------*/

static bool is_opaque(const oq_field *f)
{
    return f->type == OQ_TYPE_SECRET || f->type == OQ_TYPE_BYTES;
}

/* `"side": value` into an open object: the field table's own writer, with a table of one row. */
static void put_side(oq_json *j, const oq_field *field, const char *side, const void *record)
{
    oq_field alone[] = {*field, OQ_FIELDS_END};
    alone[0].name = side;
    oq_fields_write_members(j, alone, record);
}

static oq_str value_text(oq_arena *arena, const oq_field *field, const void *record)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(VALUE_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    put_side(&j, field, "v", record);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static oq_str bytes_of(const oq_field *field, const void *record)
{
    return *(const oq_str *)((const char *)record + field->offset);
}

bool audit_field_differs(oq_arena *arena, const oq_field *field, const void *before,
                         const void *after)
{
    if (is_opaque(field))
        return !oq_str_eq(bytes_of(field, before), bytes_of(field, after));
    if (field->type == OQ_TYPE_JSON) /* the database keeps values, not their writing */
        return !oq_json_same(bytes_of(field, before), bytes_of(field, after));
    oq_mark mark = oq_arena_mark(arena);
    bool differs = !oq_str_eq(value_text(arena, field, before), value_text(arena, field, after));
    oq_arena_rewind(arena, mark);
    return differs;
}

/* A new record's field that says nothing needs no row. */
static bool says_something(oq_arena *arena, const oq_field *field, const void *record)
{
    if (is_opaque(field))
        return bytes_of(field, record).len > 0;
    oq_mark mark = oq_arena_mark(arena);
    oq_str text = value_text(arena, field, record);
    bool nothing = oq_str_eq(text, OQ_STR("{}")) || oq_str_eq(text, OQ_STR("{\"v\":null}")) ||
                   oq_str_eq(text, OQ_STR("{\"v\":\"\"}")) ||
                   oq_str_eq(text, OQ_STR("{\"v\":[]}")) || oq_str_eq(text, OQ_STR("{\"v\":{}}"));
    oq_arena_rewind(arena, mark);
    return !nothing;
}

/* --- all fields -------------------------------------------------------------------------------*/

typedef struct change_writer {
    oq_arena *arena;
    oq_json *j;
    bool with_values;
    size_t count;
} change_writer;

/* Every change moves these; the row's own time says it already. */
static bool is_bookkeeping(const oq_field *field)
{
    return strcmp(field->name, "version") == 0 || strcmp(field->name, "updated_at") == 0;
}

static void put_change(change_writer *w, const oq_field *field, oq_str name, const void *before,
                       const void *after)
{
    oq_json_key(w->j, name);
    oq_json_object(w->j);
    if (!w->with_values || is_opaque(field)) {
        oq_json_put(w->j, bool, "changed", true);
    } else {
        if (before)
            put_side(w->j, field, "from", before);
        else
            oq_json_put(w->j, text, "from", OQ_NONE);
        put_side(w->j, field, "to", after);
    }
    oq_json_object_end(w->j);
    w->count++;
}

static void put_changes(change_writer *w, const oq_field *fields, oq_str prefix, const void *before,
                        const void *after)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        if (f->is_hidden || is_bookkeeping(f))
            continue;
        oq_str name = oq_strf(w->arena, "%.*s%s", OQ_FMT(prefix), f->name);
        if (f->type == OQ_TYPE_OBJECT)
            put_changes(w, f->fields, oq_strf(w->arena, "%.*s.", OQ_FMT(name)),
                        before ? (const char *)before + f->offset : NULL,
                        (const char *)after + f->offset);
        else if (before ? audit_field_differs(w->arena, f, before, after)
                        : says_something(w->arena, f, after))
            put_change(w, f, name, before, after);
    }
}

oq_str audit_changes(oq_arena *arena, const oq_field *fields, const void *before, const void *after)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(AUDIT_CHANGES_MAX);
    size_t count = 0;
    for (int with_values = 1; with_values >= 0; with_values--) {
        oq_buf_clear(&buf);
        oq_json j = oq_json_to(&buf);
        change_writer w = {.arena = arena, .j = &j, .with_values = with_values};
        oq_json_object(&j);
        put_changes(&w, fields, OQ_STR(""), before, after);
        oq_json_object_end(&j);
        count = w.count;
        if (!buf.overflow)
            break;
    }
    assert(!buf.overflow && "a table's names alone fit");
    return count ? oq_str_copy(arena, oq_buf_view(&buf)) : OQ_NONE;
}
