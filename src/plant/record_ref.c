/* References: labels of other records, looked up many at a time. */
#include "plant/record_inner.h"

#include "base/banned.h"

/* Found by (kind, id) and by (kind, within, code). Two open-addressed tables of the same entries.
 */
typedef struct entry {
    const record_kind *kind;
    record_label label;
} entry;

typedef struct table {
    entry **slot;
    size_t mask, count;
} table;

struct record_refs {
    oq_scope *scope;
    oq_arena *arena;
    table by_id, by_code;
};

record_refs *record_refs_open(oq_scope *s, oq_arena *arena)
{
    record_refs *refs = oq_new(arena, record_refs);
    refs->scope = s;
    refs->arena = arena;
    return refs;
}

/* --- tables -----------------------------------------------------------------------------------*/

static uint64_t id_hash(const record_kind *kind, oq_uuid id)
{
    return oq_hash(oq_strn((const char *)id.byte, sizeof id.byte)) ^ (uintptr_t)kind;
}

static uint64_t code_hash(const record_kind *kind, oq_uuid within, oq_str code)
{
    return oq_hash(code) ^ id_hash(kind, within);
}

static bool is_code(const entry *e, const record_kind *kind, oq_uuid within, oq_str code)
{
    return e->kind == kind && oq_uuid_eq(e->label.within_id, within) &&
           oq_str_eq(e->label.code, code);
}

bool record_refs_are_within(const record_kind *kind)
{
    return kind->labels && oq_field_find(kind->labels->args, OQ_STR("withins"));
}

/* Where codes are unique in the tenant, the table knows of no `within`. */
static oq_uuid within_of(const record_kind *kind, oq_uuid within)
{
    return record_refs_are_within(kind) ? within : OQ_UUID_ZERO;
}

static uint64_t hash_of(const entry *e, bool by_code)
{
    return by_code ? code_hash(e->kind, within_of(e->kind, e->label.within_id), e->label.code)
                   : id_hash(e->kind, e->label.id);
}

static void insert(record_refs *refs, table *t, entry *e, bool by_code);

static void grow(record_refs *refs, table *t, bool by_code)
{
    table old = *t;
    size_t size = old.slot ? 2 * (old.mask + 1) : 64;
    *t = (table){.slot = oq_new_n(refs->arena, entry *, size), .mask = size - 1};
    for (size_t i = 0; old.slot && i <= old.mask; i++)
        if (old.slot[i])
            insert(refs, t, old.slot[i], by_code);
}

static bool is_same(const entry *a, const entry *b, bool by_code)
{
    if (!by_code)
        return a->kind == b->kind && oq_uuid_eq(a->label.id, b->label.id);
    return is_code(a, b->kind, a->label.within_id, b->label.code) &&
           oq_uuid_eq(within_of(a->kind, a->label.within_id),
                      within_of(b->kind, b->label.within_id));
}

static void insert(record_refs *refs, table *t, entry *e, bool by_code)
{
    if (!t->slot || 2 * (t->count + 1) > t->mask)
        grow(refs, t, by_code);
    size_t at = hash_of(e, by_code) & t->mask;
    while (t->slot[at] && !is_same(t->slot[at], e, by_code))
        at = (at + 1) & t->mask;
    t->count += !t->slot[at];
    t->slot[at] = e;
}

static oq_str copy_given(oq_arena *arena, oq_str text)
{
    return oq_str_given(text) ? oq_str_copy(arena, text) : OQ_NONE;
}

static void put(record_refs *refs, const record_kind *kind, const record_label *label)
{
    entry *e = oq_new(refs->arena, entry);
    *e = (entry){kind, *label};
    e->label.code = oq_str_copy(refs->arena, label->code);
    e->label.name = copy_given(refs->arena, label->name);
    e->label.name_ar = copy_given(refs->arena, label->name_ar);
    insert(refs, &refs->by_id, e, false);
    insert(refs, &refs->by_code, e, true);
}

const record_label *record_refs_by_id(const record_refs *refs, const record_kind *kind, oq_uuid id)
{
    const table *t = &refs->by_id;
    for (size_t at = id_hash(kind, id) & t->mask; t->slot && t->slot[at]; at = (at + 1) & t->mask)
        if (t->slot[at]->kind == kind && oq_uuid_eq(t->slot[at]->label.id, id))
            return &t->slot[at]->label;
    return NULL;
}

const record_label *record_refs_by_code(const record_refs *refs, const record_kind *kind,
                                        oq_uuid within, oq_str code)
{
    const table *t = &refs->by_code;
    oq_uuid in = within_of(kind, within);
    for (size_t at = code_hash(kind, in, code) & t->mask; t->slot && t->slot[at];
         at = (at + 1) & t->mask) {
        const entry *e = t->slot[at];
        if (e->kind == kind && oq_str_eq(e->label.code, code) &&
            oq_uuid_eq(within_of(kind, e->label.within_id), in))
            return &e->label;
    }
    return NULL;
}

void record_refs_put(record_refs *refs, const record_kind *kind, const void *record)
{
    if (!kind->labels)
        return;
    const oq_field *name = oq_field_find(kind->fields, OQ_STR("name"));
    const oq_field *name_ar = oq_field_find(kind->fields, OQ_STR("name_ar"));
    record_label label = {.id = record_id(kind, record),
                          .code = record_label_text(refs->arena, kind, record)};
    if (name)
        label.name = *(const oq_str *)((const char *)record + name->offset);
    if (name_ar)
        label.name_ar = *(const oq_str *)((const char *)record + name_ar->offset);
    if (kind == &kind_plant_unit)
        label.within_id = record_uuid(kind, "site_id", record);
    else if (kind == &kind_component)
        label.within_id = record_uuid(kind, "asset_id", record);
    put(refs, kind, &label);
}

/* --- loading ----------------------------------------------------------------------------------*/

typedef struct asked {
    oq_uuids ids;
    oq_strs codes;
    oq_uuids withins;
} asked;
static const oq_field asked_fields[] = {OQ_UUIDS(asked, ids), OQ_TEXTS(asked, codes),
                                        OQ_UUIDS(asked, withins), OQ_FIELDS_END};

static oq_err *load(record_refs *refs, const record_kind *kind, const asked *what)
{
    const record_source source[] = {{asked_fields, what}, {0}};
    void *rows;
    size_t count;
    OQ_TRY(record_run(refs->scope, kind->labels, source, &rows, &count));
    const record_label *label = rows;
    for (size_t i = 0; i < count; i++)
        put(refs, kind, &label[i]);
    return NULL;
}

oq_err *record_refs_load(record_refs *refs, const record_kind *kind, oq_uuids ids, oq_strs codes,
                         oq_uuids withins)
{
    bool is_within = record_refs_are_within(kind);
    oq_arena *arena = oq_scope_arena(refs->scope);
    asked what = {.ids = {.at = oq_new_n(arena, oq_uuid, ids.count)},
                  .codes = {.at = oq_new_n(arena, oq_str, codes.count)},
                  .withins = {.at = oq_new_n(arena, oq_uuid, codes.count)}};
    for (size_t i = 0; i < ids.count; i++)
        if (!oq_uuid_is_zero(ids.at[i]) && !record_refs_by_id(refs, kind, ids.at[i]))
            what.ids.at[what.ids.count++] = ids.at[i];
    for (size_t i = 0; i < codes.count; i++) {
        oq_uuid within = is_within ? withins.at[i] : OQ_UUID_ZERO;
        if (record_refs_by_code(refs, kind, within, codes.at[i]))
            continue;
        what.codes.at[what.codes.count++] = codes.at[i];
        what.withins.at[what.withins.count++] = within;
    }
    return what.ids.count || what.codes.count ? load(refs, kind, &what) : NULL;
}

/* Every id of `field` in these records, each once in a row. */
static oq_uuids ids_of(record_refs *refs, const record_kind *kind, const char *field,
                       const void *records, size_t count)
{
    oq_uuids ids = {.at = oq_new_n(oq_scope_arena(refs->scope), oq_uuid, count)};
    for (size_t i = 0; i < count; i++) {
        oq_uuid id = record_uuid(kind, field, (const char *)records + i * kind->size);
        if (!ids.count || !oq_uuid_eq(ids.at[ids.count - 1], id))
            ids.at[ids.count++] = id;
    }
    return ids;
}

oq_err *record_refs_of(record_refs *refs, const record_kind *kind, const void *records,
                       size_t count)
{
    for (const record_ref *ref = kind->refs; ref && ref->field; ref++)
        OQ_TRY(record_refs_load(refs, record_kind_find(oq_cstr(ref->kind)),
                                ids_of(refs, kind, ref->field, records, count), (oq_strs){0},
                                (oq_uuids){0}));
    if (kind->approval)
        OQ_TRY(record_refs_load(refs, &record_user,
                                ids_of(refs, kind, kind->approval->by, records, count),
                                (oq_strs){0}, (oq_uuids){0}));
    return NULL;
}

/* --- checking ---------------------------------------------------------------------------------*/

static oq_err *check_one(record_refs *refs, const record_kind *kind, const record_ref *ref,
                         const void *record)
{
    const record_kind *other = record_kind_find(oq_cstr(ref->kind));
    oq_uuid id = record_uuid(kind, ref->field, record);
    if (oq_uuid_is_zero(id))
        return NULL;
    OQ_TRY(record_refs_load(refs, other, (oq_uuids){&id, 1}, (oq_strs){0}, (oq_uuids){0}));
    const record_label *label = record_refs_by_id(refs, other, id);
    if (!label)
        return oq_fail_field(ref->field, "plant.reference_unknown", "kind=%s value=%.*s",
                             other->name, OQ_FMT(oq_uuid_text(refs->arena, id)));
    if (ref->within && !oq_uuid_eq(label->within_id, record_uuid(kind, ref->within, record)))
        return oq_fail_field(ref->field, "plant.reference_elsewhere", "kind=%s value=%.*s",
                             other->name, OQ_FMT(label->code));
    return NULL;
}

oq_err *record_refs_check(record_refs *refs, const record_kind *kind, const void *record)
{
    oq_err *all = NULL;
    for (const record_ref *ref = kind->refs; ref && ref->field; ref++) {
        oq_err *err = check_one(refs, kind, ref, record);
        if (err && err->kind != OQ_INVALID)
            return err;
        all = oq_err_join(all, err);
    }
    return all;
}
