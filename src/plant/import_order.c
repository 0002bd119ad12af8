/* Rows of a tree in an order in which they can be made: parents before their children. */
#include "plant/import_read.h"

#include "base/banned.h"

oq_str import_cell(const import_source *source, const char *column)
{
    for (size_t i = 0; i < source->count; i++)
        if (oq_str_eq(source->pair[i].name, oq_cstr(column)))
            return oq_str_trim(source->pair[i].value);
    return OQ_NONE;
}

/* How many rows with a code do not stand in the order yet. */
typedef struct waiting {
    oq_str code;
    size_t count;
} waiting;
typedef struct waiting_room {
    waiting *at; /* open addressed, by code */
    size_t mask;
} waiting_room;

static waiting *waiting_for(const waiting_room *room, oq_str code)
{
    size_t at = oq_hash(code) & room->mask;
    while (room->at[at].code.len && !oq_str_eq(room->at[at].code, code))
        at = (at + 1) & room->mask;
    return &room->at[at];
}

static waiting_room open_room(oq_arena *arena, const record_kind *kind,
                              import_source *const *source, size_t count)
{
    size_t size = 16;
    while (size < 2 * count + 2)
        size *= 2;
    waiting_room room = {oq_new_n(arena, waiting, size), size - 1};
    for (size_t i = 0; i < count; i++) {
        oq_str code = import_cell(source[i], kind->label);
        if (!code.len)
            continue;
        waiting *one = waiting_for(&room, code);
        one->code = code;
        one->count++;
    }
    return room;
}

/* Whether the row's parent is another row that does not stand in the order yet. */
static bool waits(const waiting_room *room, const record_kind *kind, const import_source *source,
                  const char *column)
{
    oq_str parent = import_cell(source, column), own = import_cell(source, kind->label);
    return parent.len && waiting_for(room, parent)->count > (size_t)oq_str_eq(parent, own);
}

static const char *parent_column(const record_kind *kind)
{
    for (const record_ref *r = kind->refs; kind->parent && r->field; r++)
        if (strcmp(r->field, kind->parent) == 0)
            return r->column;
    return NULL;
}

/* What is left of each pass waits for the next one; rows in a circle, each the other's parent, come
 * last: they are refused where they are stored. */
void import_order(oq_arena *arena, const record_kind *kind, import_source **source,
                  import_row **row, size_t count)
{
    const char *column = parent_column(kind);
    if (!column)
        return;
    waiting_room room = open_room(arena, kind, source, count);
    import_source **sources = oq_copy(arena, source, count * sizeof *source);
    import_row **rows = oq_copy(arena, row, count * sizeof *row);
    size_t placed = 0, left = count;
    for (bool goes_on = true; left && goes_on;) {
        size_t still = 0;
        for (size_t i = 0; i < left; i++) {
            if (waits(&room, kind, sources[i], column)) {
                sources[still] = sources[i];
                rows[still++] = rows[i];
                continue;
            }
            oq_str code = import_cell(sources[i], kind->label);
            if (code.len)
                waiting_for(&room, code)->count--;
            source[placed] = sources[i];
            row[placed++] = rows[i];
        }
        goes_on = still < left;
        left = still;
    }
    for (size_t i = 0; i < left; i++) {
        source[placed] = sources[i];
        row[placed++] = rows[i];
    }
}
