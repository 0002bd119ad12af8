#include "plant/record_inner.h"

#include "audit/audit.h"
#include "http/request.h"

#include "base/banned.h"

const record_kind *record_kind_find(oq_str path_or_name)
{
    for (const record_kind *const *k = record_kinds; *k; k++)
        if (oq_str_eq(oq_cstr((*k)->path), path_or_name) ||
            oq_str_eq(oq_cstr((*k)->name), path_or_name))
            return *k;
    return oq_str_eq(oq_cstr(record_user.name), path_or_name) ? &record_user : NULL;
}

static oq_err *not_found(const record_kind *kind)
{
    if (kind->not_found)
        return oq_fail(OQ_NOT_FOUND, kind->not_found);
    return oq_fail(OQ_NOT_FOUND, "plant.not_found", "kind=%s", kind->name);
}

/* --- reading ----------------------------------------------------------------------------------*/

typedef struct by_id {
    oq_uuid id;
} by_id;
static const oq_field by_id_fields[] = {OQ_UUID(by_id, id), OQ_FIELDS_END};

oq_err *record_get(oq_scope *s, const record_kind *kind, oq_uuid id, void **ret_record)
{
    by_id what = {id};
    const record_source source[] = {{by_id_fields, &what}, {0}};
    void *rows;
    size_t count;
    OQ_TRY(record_run(s, kind->get, source, &rows, &count));
    if (!count)
        return not_found(kind);
    *ret_record = rows;
    return NULL;
}

/* --- lists ------------------------------------------------------------------------------------
 * A cursor is the last row's id and the text of the member that the list goes by. */

typedef struct place {
    oq_strs words;
    oq_str after_key;
    oq_date after_day;
    int64_t after_number;
    oq_uuid after_id;
    int64_t limit;
} place;

/* The key has the type of the member it is of. */
static const oq_field text_place[] = {OQ_TEXTS(place, words), OQ_TEXT(place, after_key),
                                      OQ_UUID(place, after_id), OQ_I64(place, limit),
                                      OQ_FIELDS_END};
static const oq_field day_place[] = {
    OQ_TEXTS(place, words),
    {.name = "after_key", .type = OQ_TYPE_DATE, .offset = offsetof(place, after_day)},
    OQ_UUID(place, after_id),
    OQ_I64(place, limit),
    OQ_FIELDS_END};
static const oq_field number_place[] = {
    OQ_TEXTS(place, words),
    {.name = "after_key", .type = OQ_TYPE_I64, .offset = offsetof(place, after_number)},
    OQ_UUID(place, after_id),
    OQ_I64(place, limit),
    OQ_FIELDS_END};

static const oq_field *place_fields(const record_kind *kind)
{
    switch (record_field(kind, kind->sort)->type) {
    case OQ_TYPE_DATE:
        return day_place;
    case OQ_TYPE_I64:
        return number_place;
    default:
        return text_place;
    }
}

enum { CURSOR_MAX = 512 };

static oq_str make_cursor(oq_arena *arena, const record_kind *kind, const void *last)
{
    oq_uuid id = record_id(kind, last);
    oq_str key = oq_field_text(arena, record_field(kind, kind->sort), last);
    char *bytes = oq_alloc(arena, sizeof id + key.len);
    memcpy(bytes, id.byte, sizeof id.byte);
    if (key.len)
        memcpy(bytes + sizeof id, key.ptr, key.len);
    return oq_base64url(arena, bytes, sizeof id + key.len);
}

static oq_err *read_cursor(oq_arena *arena, const record_kind *kind, oq_str cursor, place *to)
{
    char *bytes = oq_alloc(arena, CURSOR_MAX);
    size_t len;
    if (!cursor.len)
        return NULL;
    if (!oq_base64url_parse(cursor, bytes, CURSOR_MAX, &len) || len < sizeof to->after_id)
        return oq_fail(OQ_MALFORMED, "list.cursor_malformed");
    memcpy(to->after_id.byte, bytes, sizeof to->after_id);
    oq_str key = oq_strn(bytes + sizeof to->after_id, len - sizeof to->after_id);
    const oq_field *field = oq_field_find(place_fields(kind), OQ_STR("after_key"));
    if (!oq_utf8_valid(key) || oq_field_set_text(arena, field, key, to) ||
        oq_uuid_is_zero(to->after_id))
        return oq_fail(OQ_MALFORMED, "list.cursor_malformed");
    return NULL;
}

static const oq_field query_fields[] = {OQ_UUID(record_query, site_id),
                                        OQ_UUID(record_query, unit_id),
                                        OQ_UUID(record_query, class_id),
                                        OQ_UUID(record_query, asset_id),
                                        OQ_UUID(record_query, user_id),
                                        OQ_UUID(record_query, shift_id),
                                        OQ_UUID(record_query, skill_id),
                                        OQ_UUID(record_query, integration_id),
                                        OQ_CHOICE(record_query, criticality, criticality_choices),
                                        OQ_CHOICE(record_query, status, asset_status_choices),
                                        OQ_FIELDS_END};

oq_err *record_find(oq_scope *s, const record_kind *kind, const record_query *query,
                    record_list *ret_list)
{
    oq_arena *arena = oq_scope_arena(s);
    int64_t limit = query->limit > 0 ? query->limit : PLANT_LIST_MAX;
    place at = {.words = plant_patterns(arena, query->q),
                .after_day = OQ_DATE_NONE,
                .after_number = OQ_I64_NONE,
                .limit = limit + 1};
    OQ_TRY(read_cursor(arena, kind, query->cursor, &at));
    const record_source source[] = {{place_fields(kind), &at}, {query_fields, query}, {0}};
    record_list list = {0};
    OQ_TRY(record_run(s, kind->find, source, &list.at, &list.count));
    if (list.count > (size_t)limit) {
        list.count = (size_t)limit;
        list.next = make_cursor(arena, kind, record_at(kind, &list, list.count - 1));
    }
    *ret_list = list;
    return NULL;
}

/* --- checks -----------------------------------------------------------------------------------*/

enum { TREE_DEPTH_MAX = 50 };

/* Up from the parent to the root, without meeting the record itself. */
static oq_err *check_tree(oq_scope *s, const record_kind *kind, const void *record)
{
    if (!kind->parent)
        return NULL;
    oq_uuid self = record_id(kind, record), at = record_uuid(kind, kind->parent, record);
    for (int depth = 0; !oq_uuid_is_zero(at); depth++) {
        void *above;
        if (oq_uuid_eq(at, self))
            return oq_fail_field(kind->parent, "plant.tree_circle");
        if (depth >= TREE_DEPTH_MAX)
            return oq_fail_field(kind->parent, "plant.tree_too_deep", "max=%d", TREE_DEPTH_MAX);
        OQ_TRY(record_get(s, kind, at, &above));
        at = record_uuid(kind, kind->parent, above);
    }
    return NULL;
}

static oq_err *check_fixed(oq_arena *arena, const record_kind *kind, const void *before,
                           const void *record)
{
    oq_err *all = NULL;
    for (const char *const *name = kind->fixed; before && name && *name; name++)
        if (audit_field_differs(arena, record_field(kind, *name), before, record))
            all = oq_err_join(all, oq_fail_field(*name, "plant.fixed"));
    return all;
}

static oq_err *check(oq_scope *s, const record_kind *kind, record_refs *refs, const void *before,
                     void *record)
{
    OQ_TRY(check_fixed(oq_scope_arena(s), kind, before, record));
    OQ_TRY(record_refs_check(refs, kind, record));
    OQ_TRY(check_tree(s, kind, record));
    return kind->check ? kind->check(s, before, record) : NULL;
}

/* --- writing ----------------------------------------------------------------------------------*/

/* `after` NULL: it was removed. */
static oq_err *tell_audit(oq_scope *s, const record_kind *kind, const char *action,
                          const void *before, const void *after)
{
    oq_arena *arena = oq_scope_arena(s);
    const void *shown = after ? after : before;
    if (!after) {
        void *nothing = oq_alloc(arena, kind->size);
        oq_fields_preset(arena, kind->fields, nothing);
        after = nothing;
    }
    return audit_record(
        s, &(audit_entry){.action = action,
                          .object_type = kind->name,
                          .object_id = record_id(kind, shown),
                          .object_label = record_label_text(arena, kind, shown),
                          .changes = audit_changes(arena, kind->fields, before, after)});
}

typedef struct moment {
    oq_us now;
} moment;
static const oq_field moment_fields[] = {OQ_TIME(moment, now), OQ_FIELDS_END};

static oq_err *write(oq_scope *s, const record_kind *kind, const db_stmt *stmt, const void *record,
                     size_t *ret_touched)
{
    moment at = {oq_now(s)};
    const record_source source[] = {{kind->fields, record}, {moment_fields, &at}, {0}};
    return record_run(s, stmt, source, NULL, ret_touched);
}

static void set_time(const record_kind *kind, const char *name, void *record, oq_us at)
{
    *(oq_us *)record_member(kind, name, record) = at;
}

static oq_err *add(oq_scope *s, const record_kind *kind, record_refs *refs, void *record)
{
    *(oq_uuid *)record_member(kind, "id", record) = oq_uuid_new(oq_now(s));
    OQ_TRY(check(s, kind, refs, NULL, record));
    OQ_TRY(write(s, kind, kind->add, record, NULL));
    *(int64_t *)record_member(kind, "version", record) = 1;
    set_time(kind, "created_at", record, oq_now(s));
    set_time(kind, "updated_at", record, oq_now(s));
    record_refs_put(refs, kind, record);
    return tell_audit(s, kind, "plant.added", NULL, record);
}

/* Whether a member that people give differs, other than those in `but`. */
static bool differs(oq_arena *arena, const record_kind *kind, const void *before,
                    const void *record, const char *const *but)
{
    for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++)
        if (!record_has_name(but, f->name) && audit_field_differs(arena, f, before, record))
            return true;
    return false;
}

static void put_approval(const record_kind *kind, void *record, oq_uuid by, oq_us at)
{
    *(oq_uuid *)record_member(kind, kind->approval->by, record) = by;
    set_time(kind, kind->approval->at, record, at);
}

/* What was approved was other figures. */
static void keep_approval(oq_arena *arena, const record_kind *kind, const void *before,
                          void *record)
{
    const record_approval *a = kind->approval;
    if (!a)
        return;
    if (differs(arena, kind, before, record, a->but))
        put_approval(kind, record, OQ_UUID_ZERO, OQ_TIME_NONE);
    else
        put_approval(kind, record, record_uuid(kind, a->by, before),
                     *(const oq_us *)record_member_of(kind, a->at, before));
}

static oq_err *stale(const record_kind *kind)
{
    return oq_fail(OQ_CONFLICT, "plant.version_stale", "kind=%s", kind->name);
}

static oq_err *change(oq_scope *s, const record_kind *kind, const void *before, void *record,
                      const char *action)
{
    size_t touched;
    OQ_TRY(write(s, kind, kind->update, record, &touched));
    if (!touched)
        return stale(kind);
    ++*(int64_t *)record_member(kind, "version", record);
    set_time(kind, "updated_at", record, oq_now(s));
    return tell_audit(s, kind, action, before, record);
}

/* An empty text and none are the same to a plant. */
static void drop_empty_texts(const record_kind *kind, void *record)
{
    for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++) {
        oq_str *text = (oq_str *)((char *)record + f->offset);
        if (f->type == OQ_TYPE_TEXT && !text->len)
            *text = OQ_NONE;
    }
}

oq_err *record_store(oq_scope *s, const record_kind *kind, record_refs *refs, const void *before,
                     void *record, record_deed *ret_deed)
{
    oq_arena *arena = oq_scope_arena(s);
    drop_empty_texts(kind, record);
    if (!before) {
        OQ_TRY(add(s, kind, refs, record));
        *ret_deed = RECORD_ADDED;
        return NULL;
    }
    if (!differs(arena, kind, before, record, NULL)) {
        memcpy(record, before, kind->size);
        *ret_deed = RECORD_SAME;
        return NULL;
    }
    OQ_TRY(check(s, kind, refs, before, record));
    keep_approval(arena, kind, before, record);
    OQ_TRY(change(s, kind, before, record, "plant.changed"));
    *ret_deed = RECORD_CHANGED;
    return NULL;
}

oq_err *record_add(oq_scope *s, const record_kind *kind, const void *order, void **ret_record)
{
    record_deed deed;
    void *record = oq_copy(oq_scope_arena(s), order, kind->size);
    OQ_TRY(record_store(s, kind, record_refs_open(s, oq_scope_arena(s)), NULL, record, &deed));
    return record_get(s, kind, record_id(kind, record), ret_record);
}

/* The stored one, which must be the one that was read. */
static oq_err *get_version(oq_scope *s, const record_kind *kind, oq_uuid id, int64_t version,
                           void **ret_before)
{
    OQ_TRY(record_get(s, kind, id, ret_before));
    return record_version(kind, *ret_before) == version ? NULL : stale(kind);
}

oq_err *record_change(oq_scope *s, const record_kind *kind, oq_uuid id, const void *changed,
                      void **ret_record)
{
    void *before, *record = oq_copy(oq_scope_arena(s), changed, kind->size);
    record_deed deed;
    OQ_TRY(get_version(s, kind, id, record_version(kind, changed), &before));
    *(oq_uuid *)record_member(kind, "id", record) = id;
    OQ_TRY(record_store(s, kind, record_refs_open(s, oq_scope_arena(s)), before, record, &deed));
    return record_get(s, kind, id, ret_record);
}

/* --- removing and approving ---------------------------------------------------------------------*/

static oq_err *check_unused(oq_scope *s, const record_kind *kind, oq_uuid id)
{
    by_id what = {id};
    const record_source source[] = {{by_id_fields, &what}, {0}};
    void *rows;
    size_t count;
    if (!kind->uses)
        return NULL;
    OQ_TRY(record_run(s, kind->uses, source, &rows, &count));
    const record_use *use = rows;
    for (size_t i = 0; i < count; i++)
        if (use[i].times)
            return oq_fail(OQ_CONFLICT, "plant.in_use", "by=%.*s count=%lld", OQ_FMT(use[i].thing),
                           (long long)use[i].times);
    return NULL;
}

oq_err *record_remove(oq_scope *s, const record_kind *kind, oq_uuid id, int64_t version)
{
    void *before;
    size_t touched;
    OQ_TRY(record_get(s, kind, id, &before));
    if (version != OQ_I64_NONE && version != record_version(kind, before))
        return stale(kind);
    OQ_TRY(check_unused(s, kind, id));
    OQ_TRY(write(s, kind, kind->remove, before, &touched));
    if (!touched)
        return stale(kind);
    return tell_audit(s, kind, "plant.removed", before, NULL);
}

oq_err *record_approve(oq_scope *s, const record_kind *kind, oq_uuid id, int64_t version,
                       void **ret_record)
{
    void *before;
    assert(kind->approval);
    const oq_actor *actor = oq_scope_actor(s);
    OQ_TRY(oq_scope_require(s, kind->approval->cap));
    OQ_TRY(get_version(s, kind, id, version, &before));
    if (actor->kind != ACTOR_USER || !oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s)))
        return oq_fail(OQ_FORBIDDEN, "plant.approver_not_here");
    void *record = oq_copy(oq_scope_arena(s), before, kind->size);
    put_approval(kind, record, actor->id, oq_now(s));
    OQ_TRY(change(s, kind, before, record, "plant.approved"));
    return record_get(s, kind, id, ret_record);
}
