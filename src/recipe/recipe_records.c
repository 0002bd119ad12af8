/* Steps that make records of the plant. The keys of all records of the kind, and of those it refers
 * to, are read once: a row then finds its record by the members of its key, others by their code.
 */
#include "recipe/recipe_inner.h"

#include "historian/series.h"

#include "base/banned.h"

enum { SLICE = 500, REFS_MAX = 8, KEY_MAX = 8 };

/* The ids of all records of a kind, by their key. */
typedef struct book {
    const record_kind *kind;
    recipe_map place;
    oq_uuid *id;
    size_t count, room;
} book;

typedef struct records {
    recipe_run_state *run;
    oq_arena *arena; /* outlives the units of work */
    const record_kind *kind;
    book own, other[REFS_MAX]; /* other[i] is of refs[i] */
    size_t in_unit;
} records;

/* --- books --------------------------------------------------------------------------------------*/

static const oq_field *field_of(const record_kind *kind, const char *name)
{
    return oq_field_find(kind->fields, oq_cstr(name));
}

/* The members of the key, each behind its length, so that no two keys look alike. */
static oq_str join_key(oq_arena *arena, const oq_str *part, size_t count)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(64 * 1024);
    for (size_t i = 0; i < count; i++) {
        oq_buf_f(&buf, "%zu:", part[i].len);
        oq_buf_str(&buf, part[i]);
    }
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static oq_str key_of(oq_arena *arena, const record_kind *kind, const void *record)
{
    oq_str part[KEY_MAX];
    size_t count = 0;
    for (const char *const *name = kind->key; *name; name++) {
        assert(count < KEY_MAX);
        part[count++] = oq_field_text(arena, field_of(kind, *name), record);
    }
    return join_key(arena, part, count);
}

static oq_uuid id_of(const record_kind *kind, const void *record)
{
    return *(const oq_uuid *)(const void *)((const char *)record + field_of(kind, "id")->offset);
}

static void book_put(book *b, oq_arena *scratch, const void *record)
{
    oq_arena *arena = b->place.arena;
    if (b->count == b->room) {
        size_t room = b->room ? 2 * b->room : 64;
        oq_uuid *larger = oq_new_n(arena, oq_uuid, room);
        if (b->count)
            memcpy(larger, b->id, b->count * sizeof *larger);
        b->id = larger;
        b->room = room;
    }
    recipe_map_put(&b->place, key_of(scratch, b->kind, record), (int64_t)b->count);
    b->id[b->count++] = id_of(b->kind, record);
}

static oq_err *open_book(records *r, const record_kind *kind, book *ret)
{
    oq_scope *s;
    record_list list;
    record_query query = {0};
    *ret = (book){.kind = kind, .place = {.arena = r->arena}};
    OQ_TRY(recipe_unit(r->run, &s));
    do {
        OQ_TRY(record_find(s, kind, &query, &list));
        for (size_t i = 0; i < list.count; i++)
            book_put(ret, r->run->arena, record_at(kind, &list, i));
        query.cursor = list.next;
    } while (list.next.len);
    return NULL;
}

/* --- references ---------------------------------------------------------------------------------*/

static const oq_str *given_text(const oq_pair *pair, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(pair[i].name, oq_cstr(name)))
            return &pair[i].value;
    return NULL;
}

/* The key of the record that a code calls: its members are the code and, where codes are unique in
 * something alone, the id of that. */
static oq_str called_key(oq_arena *arena, const record_kind *other, const record_ref *ref,
                         oq_str code, const oq_pair *pair, size_t pairs)
{
    oq_str part[KEY_MAX];
    size_t count = 0;
    for (const char *const *name = other->key; *name; name++) {
        const oq_str *within = ref->within ? given_text(pair, pairs, ref->within) : NULL;
        bool is_id = field_of(other, *name)->type == OQ_TYPE_UUID;
        part[count++] = is_id ? (within ? *within : OQ_STR("")) : code;
    }
    return join_key(arena, part, count);
}

/* Turns the code of a reference into the id. References that stand before it are ids already. */
static oq_err *resolve(records *r, size_t ref_no, oq_arena *arena, oq_pair *pair, size_t pairs,
                       size_t i)
{
    const record_ref *ref = &r->kind->refs[ref_no];
    const book *other = &r->other[ref_no];
    int64_t at;
    oq_str key = called_key(arena, other->kind, ref, pair[i].value, pair, pairs);
    if (!recipe_map_find(&other->place, key, &at))
        return oq_fail_field(ref->column, "recipe.not_there", "code=%.*s kind=%s",
                             OQ_FMT(oq_str_sub(pair[i].value, 0, 200)), other->kind->name);
    pair[i] = (oq_pair){oq_cstr(ref->field), oq_uuid_text(arena, other->id[at])};
    return NULL;
}

/* In the order of the kind's references, so that what a code is unique in is known before it. */
static oq_err *resolve_all(records *r, oq_arena *arena, oq_pair *pair, size_t count)
{
    for (size_t k = 0; r->kind->refs && r->kind->refs[k].field; k++)
        for (size_t i = 0; i < count; i++)
            if (oq_str_eq(pair[i].name, oq_cstr(r->kind->refs[k].column)))
                OQ_TRY(resolve(r, k, arena, pair, count, i));
    return NULL;
}

/* --- one row ------------------------------------------------------------------------------------*/

static oq_err *take_pairs(records *r, const recipe_row *row, oq_pair *pair, size_t *ret_count)
{
    const recipe_members *set = &r->run->step->set;
    oq_arena *arena = r->run->arena;
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        oq_str text;
        OQ_TRY(recipe_value_fill(arena, &set->at[i].value, row->cell, &text));
        if (text.len)
            pair[count++] = (oq_pair){set->at[i].name, text};
    }
    *ret_count = count;
    return resolve_all(r, arena, pair, count);
}

/* Members that the row does not give stay as they are. */
static oq_err *overlay(records *r, const oq_pair *pair, size_t count, void *record)
{
    for (size_t i = 0; i < count; i++) {
        const oq_field *field = oq_field_find(r->kind->order, pair[i].name);
        OQ_TRY(oq_field_set_text(r->run->arena, field, pair[i].value, record));
    }
    return NULL;
}

static int64_t version_of(const record_kind *kind, const void *record)
{
    return *(const int64_t *)(const void *)((const char *)record +
                                            field_of(kind, "version")->offset);
}

static oq_err *change(records *r, oq_scope *s, oq_uuid id, const oq_pair *pair, size_t count)
{
    recipe_counts *counts = r->run->counts;
    void *record, *stored;
    OQ_TRY(record_get(s, r->kind, id, &record));
    int64_t version = version_of(r->kind, record);
    OQ_TRY(overlay(r, pair, count, record));
    OQ_TRY(record_change(s, r->kind, id, record, &stored));
    bool is_same = version_of(r->kind, stored) == version;
    counts->same += is_same;
    counts->changed += !is_same;
    return NULL;
}

/* Later rows find it, and may refer to it. */
static void note_new(records *r, const void *stored)
{
    book_put(&r->own, r->run->arena, stored);
    for (size_t i = 0; i < REFS_MAX; i++)
        if (r->other[i].kind == r->kind)
            book_put(&r->other[i], r->run->arena, stored);
    r->run->counts->added++;
}

static oq_err *put_row(records *r, oq_scope *s, const recipe_row *row)
{
    size_t count;
    int64_t at;
    oq_arena *arena = r->run->arena;
    oq_pair *pair = oq_new_n(arena, oq_pair, r->run->step->set.count);
    void *record = oq_alloc(arena, r->kind->size), *stored;
    oq_fields_preset(arena, r->kind->fields, record);
    OQ_TRY(take_pairs(r, row, pair, &count));
    OQ_TRY(oq_fields_read_pairs(arena, r->kind->order, pair, count, record));
    if (recipe_map_find(&r->own.place, key_of(arena, r->kind, record), &at))
        return change(r, s, r->own.id[at], pair, count);
    OQ_TRY(record_add(s, r->kind, record, &stored));
    note_new(r, stored);
    return NULL;
}

/* --- all rows -----------------------------------------------------------------------------------
 * A row that is wrong ends the step: what comes later may refer to it. */

static oq_err *end_slice(records *r)
{
    r->in_unit = 0;
    recipe_tell(r->run);
    return recipe_unit_end(r->run);
}

static oq_err *run_rows(records *r)
{
    recipe_row row;
    for (bool is_row = true;;) {
        oq_scope *s;
        OQ_TRY(recipe_next(r->run, &row, &is_row));
        if (!is_row)
            return NULL;
        OQ_TRY(recipe_unit(r->run, &s));
        oq_err *err = put_row(r, s, &row);
        if (err && (err->kind == OQ_INVALID || err->kind == OQ_CONFLICT))
            return recipe_row_error(r->run->source, row.line, err);
        OQ_TRY(err);
        if (++r->in_unit == SLICE)
            OQ_TRY(end_slice(r));
    }
}

/* Series that came before their asset belong to it from now on. */
static oq_err *finish(records *r)
{
    oq_scope *s;
    size_t linked;
    OQ_TRY(end_slice(r));
    if (!record_kind_find(OQ_STR("assets")) || r->kind != record_kind_find(OQ_STR("assets")))
        return NULL;
    OQ_TRY(recipe_unit(r->run, &s));
    OQ_TRY(series_link(s, &linked));
    return recipe_unit_end(r->run);
}

static bool sets(const recipe_step *step, const char *name)
{
    return recipe_member_find(&step->set, name) != NULL;
}

static oq_err *open_books(records *r)
{
    const record_ref *ref = r->kind->refs;
    for (size_t i = 0; ref && ref[i].field; i++) {
        assert(i < REFS_MAX);
        const record_kind *kind = record_kind_find(oq_cstr(ref[i].kind));
        if (sets(r->run->step, ref[i].column) && (!kind || !kind->key))
            return oq_fail(OQ_INVALID, "recipe.reference_unknown", "column=%s", ref[i].column);
        if (sets(r->run->step, ref[i].column))
            OQ_TRY(open_book(r, kind, &r->other[i]));
    }
    OQ_TRY(open_book(r, r->kind, &r->own));
    return recipe_unit_end(r->run);
}

static oq_err *run_all(records *r)
{
    OQ_TRY(open_books(r));
    OQ_TRY(run_rows(r));
    return finish(r);
}

oq_err *recipe_run_records(recipe_run_state *run)
{
    oq_arena *arena = oq_arena_open(0);
    records r = {.run = run, .arena = arena, .kind = run->step->of};
    oq_err *err = run_all(&r);
    oq_arena_close(arena);
    return err;
}
