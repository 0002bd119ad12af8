#include "plant/record_text.h"

#include "base/banned.h"

/* --- columns ----------------------------------------------------------------------------------*/

static const record_ref *ref_of(const record_kind *kind, const char *field)
{
    for (const record_ref *r = kind->refs; r && r->field; r++)
        if (strcmp(r->field, field) == 0)
            return r;
    return NULL;
}

record_columns record_columns_of(oq_arena *arena, const record_kind *kind)
{
    size_t count = oq_fields_count(kind->order);
    record_column *column = oq_new_n(arena, record_column, count);
    for (size_t i = 0; i < count; i++) {
        const oq_field *f = &kind->order[i];
        const record_ref *ref = ref_of(kind, f->name);
        column[i] = (record_column){ref ? ref->column : f->name, f, ref};
    }
    return (record_columns){column, count};
}

oq_str record_column_label(oq_arena *arena, oq_lang lang, const record_kind *kind,
                           const char *column)
{
    oq_str own = oq_strf(arena, "plant.field.%s.%s", kind->name, column);
    if (oq_text_exists(lang, own))
        return oq_text(lang, own);
    return oq_text(lang, oq_strf(arena, "plant.field.%s", column));
}

const record_column *record_column_find(oq_arena *arena, const record_kind *kind,
                                        record_columns columns, oq_str name)
{
    for (size_t i = 0; i < columns.count; i++)
        if (oq_str_eq_ascii_nocase(name, oq_cstr(columns.at[i].name)))
            return &columns.at[i];
    oq_str folded = plant_fold(arena, name);
    for (size_t i = 0; i < columns.count; i++)
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
            oq_str label = record_column_label(arena, (oq_lang)lang, kind, columns.at[i].name);
            if (folded.len && oq_str_eq(plant_fold(arena, label), folded))
                return &columns.at[i];
        }
    return NULL;
}

oq_str record_cell(oq_arena *arena, const record_refs *refs, const record_column *column,
                   const record_kind *kind, const void *record)
{
    if (!column->ref)
        return oq_field_text(arena, column->field, record);
    oq_uuid id = *(const oq_uuid *)((const char *)record + column->field->offset);
    const record_label *label =
        record_refs_by_id(refs, record_kind_find(oq_cstr(column->ref->kind)), id);
    return label ? label->code : OQ_STR("");
}

/* --- reading ----------------------------------------------------------------------------------*/

typedef struct taking {
    oq_scope *s;
    record_refs *refs;
    const record_kind *kind;
    record_columns columns;
    const oq_pair *pair;
    size_t count;
    void *record;
    oq_err *err;
} taking;

static const oq_pair *pair_of(const taking *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (oq_str_eq(t->pair[i].name, oq_cstr(name)))
            return &t->pair[i];
    return NULL;
}

static oq_uuid *id_slot(taking *t, const record_column *column)
{
    return (oq_uuid *)((char *)t->record + column->field->offset);
}

/* People are found by e-mail in any case. */
static oq_str code_as_stored(oq_arena *arena, const record_kind *other, oq_str text)
{
    oq_str code = oq_str_trim(text);
    return other == &record_user ? oq_str_lower(arena, code) : code;
}

static oq_err *take_ref(taking *t, const record_column *column, oq_str text)
{
    const record_kind *other = record_kind_find(oq_cstr(column->ref->kind));
    oq_str code = code_as_stored(oq_scope_arena(t->s), other, text);
    oq_uuid within = OQ_UUID_ZERO;
    *id_slot(t, column) = OQ_UUID_ZERO;
    if (!code.len)
        return NULL;
    if (column->ref->within && record_refs_are_within(other))
        within = record_uuid(t->kind, column->ref->within, t->record);
    if (!oq_utf8_valid(code) || code.len > 400)
        return oq_fail_field(column->name, "field.bad_text");
    OQ_TRY(record_refs_load(t->refs, other, (oq_uuids){0}, (oq_strs){&code, 1},
                            (oq_uuids){&within, 1}));
    const record_label *label = record_refs_by_code(t->refs, other, within, code);
    if (!label)
        return oq_fail_field(column->name, "plant.reference_unknown", "kind=%s value=%.*s",
                             other->name, OQ_FMT(code));
    *id_slot(t, column) = label->id;
    return NULL;
}

/* Wrong fields are collected; anything else ends the reading. */
static oq_err *collect(taking *t, oq_err *err)
{
    if (err && err->kind != OQ_INVALID)
        return err;
    t->err = oq_err_join(t->err, err);
    return NULL;
}

static bool is_wrong(const taking *t, const char *field)
{
    for (const oq_err *e = t->err; e; e = e->next)
        if (e->field && strcmp(e->field, field) == 0)
            return true;
    return false;
}

static oq_err *take_all(taking *t)
{
    oq_arena *arena = oq_scope_arena(t->s);
    for (size_t i = 0; i < t->columns.count; i++) {
        const record_column *c = &t->columns.at[i];
        const oq_pair *pair = c->ref ? NULL : pair_of(t, c->name);
        if (pair)
            OQ_TRY(collect(t, oq_field_set_text(arena, c->field, pair->value, t->record)));
    }
    for (const record_ref *r = t->kind->refs; r && r->field; r++) /* in their order: see within */
        for (size_t i = 0; i < t->columns.count; i++)
            if (t->columns.at[i].ref == r && pair_of(t, r->column))
                OQ_TRY(collect(t, take_ref(t, &t->columns.at[i], pair_of(t, r->column)->value)));
    return NULL;
}

static oq_err *take_unknown(taking *t)
{
    for (size_t i = 0; i < t->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < t->columns.count; k++)
            is_known |= oq_str_eq(t->pair[i].name, oq_cstr(t->columns.at[k].name));
        const char *name = oq_str_c(oq_scope_arena(t->s), oq_str_sub(t->pair[i].name, 0, 100));
        if (!is_known)
            OQ_TRY(collect(t, oq_fail_field(name, "field.unknown", "name=%s", name)));
    }
    return NULL;
}

oq_err *record_take(oq_scope *s, record_refs *refs, const record_kind *kind, const oq_pair *pair,
                    size_t count, const void *before, void *record)
{
    oq_arena *arena = oq_scope_arena(s);
    if (before)
        memcpy(record, before, kind->size);
    else
        oq_fields_preset(arena, kind->fields, record);
    taking t = {.s = s,
                .refs = refs,
                .kind = kind,
                .columns = record_columns_of(arena, kind),
                .pair = pair,
                .count = count,
                .record = record};
    OQ_TRY(take_all(&t));
    OQ_TRY(take_unknown(&t));
    for (size_t i = 0; i < t.columns.count; i++) {
        const record_column *c = &t.columns.at[i];
        if (c->field->required && !record_is_given(c->field, record) && !is_wrong(&t, c->name))
            OQ_TRY(collect(&t, oq_fail_field(c->name, "field.required")));
    }
    return t.err;
}

oq_err *record_err_by_column(const record_kind *kind, oq_err *err)
{
    for (oq_err *e = err; e; e = (oq_err *)e->next)
        for (const record_ref *r = kind->refs; e->field && r && r->field; r++)
            if (strcmp(e->field, r->field) == 0)
                e->field = r->column;
    return err;
}
