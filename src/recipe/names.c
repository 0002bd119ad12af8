#include "recipe/names.h"

#include "historian/series.h"

#include "base/banned.h"

struct row_names {
    oq_arena *arena;
    const layout *layout;
    row_slot **slot; /* open addressing; `room` is a power of two */
    size_t count, room;
    row_slot *last;
    oq_buf identity; /* of the row at hand */
    int32_t names;
};

enum { ROOM_MIN = 64, IDENTITY_MAX = 64 * 1024, SEPARATOR = 0x1f };

row_names *row_names_open(oq_arena *arena, const layout *l)
{
    row_names *n = oq_new(arena, row_names);
    *n = (row_names){.arena = arena, .layout = l, .identity = oq_buf_make(IDENTITY_MAX)};
    n->room = ROOM_MIN;
    n->slot = oq_new_n(arena, row_slot *, n->room);
    return n;
}

void row_names_close(row_names *n)
{
    if (n)
        oq_buf_drop(&n->identity);
}

/* --- finding -----------------------------------------------------------------------------------*/

static void grow(row_names *n)
{
    size_t room = 2 * n->room;
    row_slot **wider = oq_new_n(n->arena, row_slot *, room);
    for (size_t i = 0; i < n->room; i++) {
        if (!n->slot[i])
            continue;
        size_t at = n->slot[i]->hash & (room - 1);
        while (wider[at])
            at = (at + 1) & (room - 1);
        wider[at] = n->slot[i];
    }
    n->slot = wider;
    n->room = room;
}

static row_slot *add_slot(row_names *n, oq_str identity, uint64_t hash)
{
    row_slot *slot = oq_new(n->arena, row_slot);
    *slot = (row_slot){.hash = hash,
                       .identity = oq_str_copy(n->arena, identity),
                       .id = oq_new_n(n->arena, int32_t, n->layout->values)};
    if (2 * ++n->count > n->room)
        grow(n);
    size_t at = hash & (n->room - 1);
    while (n->slot[at])
        at = (at + 1) & (n->room - 1);
    n->slot[at] = slot;
    return slot;
}

row_slot *row_names_find(row_names *n, const oq_str *cell)
{
    const layout *l = n->layout;
    oq_buf_clear(&n->identity);
    for (size_t i = 0; i < l->identities; i++) {
        oq_buf_str(&n->identity, oq_str_trim(cell[l->identity[i]]));
        oq_buf_char(&n->identity, SEPARATOR);
    }
    oq_str identity = oq_buf_view(&n->identity);
    if (n->last && oq_str_eq(n->last->identity, identity))
        return n->last;
    uint64_t hash = oq_hash(identity);
    size_t at = hash & (n->room - 1);
    while (n->slot[at] &&
           !(n->slot[at]->hash == hash && oq_str_eq(n->slot[at]->identity, identity)))
        at = (at + 1) & (n->room - 1);
    n->last = n->slot[at] ? n->slot[at] : add_slot(n, identity, hash);
    return n->last;
}

/* --- naming ------------------------------------------------------------------------------------*/

static size_t last_dot(oq_str key)
{
    size_t at = key.len;
    while (at > 0 && key.ptr[at - 1] != '.')
        at--;
    return at; /* behind it; 0: there is none */
}

/* "P-101.flow" belongs to P-101, if there is such an asset. */
static void split_key(rows_name *name)
{
    size_t behind = last_dot(name->key);
    bool is_split = behind > 1 && behind < name->key.len;
    name->asset_code = is_split ? oq_str_sub(name->key, 0, behind - 1) : OQ_NONE;
    name->metric = is_split ? oq_str_sub(name->key, behind, SIZE_MAX) : name->key;
}

static rows_name name_of(oq_arena *arena, const layout_value *v, const oq_str *cell)
{
    rows_name name = {.scale = v->scale, .offset = v->offset, .is_state = v->is_state};
    name.column = v->name;
    name.unit = layout_fill(arena, &v->unit, cell);
    if (v->key.count) {
        name.key = layout_fill(arena, &v->key, cell);
        split_key(&name);
    }
    oq_str metric = v->metric.count ? layout_fill(arena, &v->metric, cell) : v->name;
    if (v->asset.count) {
        name.asset_code = layout_fill(arena, &v->asset, cell);
        name.metric = metric;
        if (!v->key.count)
            name.key = series_key(arena, name.asset_code, metric);
    } else if (!v->key.count) {
        name.key = metric;
        split_key(&name);
    } else if (v->metric.count) {
        name.metric = metric;
    }
    return name;
}

static oq_err *wrong_name(const rows_name *name)
{
    bool is_good =
        series_key_ok(name->key) && name->metric.len && name->metric.len <= SERIES_METRIC_MAX;
    if (is_good)
        return NULL;
    bool is_text = oq_utf8_valid(oq_str_sub(name->key, 0, 100));
    return oq_fail(OQ_INVALID, "series.key_invalid", "key=%.*s max=%d",
                   OQ_FMT(is_text ? oq_str_sub(name->key, 0, 100) : OQ_STR("?")), SERIES_KEY_MAX);
}

static rows_name copied(oq_arena *arena, const rows_name *name)
{
    rows_name copy = *name;
    copy.key = oq_str_copy(arena, name->key);
    copy.asset_code =
        oq_str_given(name->asset_code) ? oq_str_copy(arena, name->asset_code) : OQ_NONE;
    copy.metric = oq_str_copy(arena, name->metric);
    copy.unit = name->unit.len ? oq_str_copy(arena, name->unit) : OQ_NONE;
    return copy;
}

oq_err *row_names_add(row_names *n, rows_portion *p, row_slot *slot, size_t value,
                      const oq_str *cell, int64_t line, oq_err **ret_wrong)
{
    rows_name name = name_of(p->arena, &n->layout->value[value], cell);
    *ret_wrong = wrong_name(&name);
    if (*ret_wrong) {
        slot->id[value] = -1;
        return NULL;
    }
    if (n->names == ROWS_SERIES_MAX)
        return oq_fail(OQ_LIMIT, "import.too_many_series", "max=%d", ROWS_SERIES_MAX);
    size_t room = p->names_room;
    if (p->names == room) {
        p->names_room = 2 * room + 64;
        p->name = realloc(p->name, p->names_room * sizeof *p->name);
        if (!p->name)
            abort();
    }
    name.line = line;
    p->name[p->names++] = copied(p->arena, &name);
    slot->id[value] = ++n->names;
    return NULL;
}
