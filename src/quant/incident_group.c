#include "quant/incident_group.h"

#include "base/banned.h"

/* --- places -------------------------------------------------------------------------------------*/

typedef struct unit_pair {
    oq_uuid unit, parent;
} unit_pair;

static int pair_cmp(const void *a, const void *b)
{
    return memcmp(&((const unit_pair *)a)->unit, &((const unit_pair *)b)->unit, sizeof(oq_uuid));
}

void group_units_make(oq_arena *arena, const oq_uuid *unit, const oq_uuid *parent, size_t count,
                      group_units *ret_units)
{
    unit_pair *pair = oq_new_n(arena, unit_pair, count);
    for (size_t i = 0; i < count; i++)
        pair[i] = (unit_pair){unit[i], parent[i]};
    qsort(pair, count, sizeof *pair, pair_cmp);
    oq_uuid *units = oq_new_n(arena, oq_uuid, count), *parents = oq_new_n(arena, oq_uuid, count);
    for (size_t i = 0; i < count; i++) {
        units[i] = pair[i].unit;
        parents[i] = pair[i].parent;
    }
    *ret_units = (group_units){units, parents, count};
}

static oq_uuid parent_of(const group_units *units, oq_uuid unit)
{
    size_t low = 0, high = units->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(&units->unit[middle], &unit, sizeof unit);
        if (order == 0)
            return units->parent[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return OQ_UUID_ZERO;
}

/* A circle ends after as many steps as there are units. */
static bool is_within(const group_units *units, oq_uuid unit, oq_uuid above)
{
    for (size_t i = 0; i <= units->count && !oq_uuid_is_zero(unit); i++) {
        if (oq_uuid_eq(unit, above))
            return true;
        unit = parent_of(units, unit);
    }
    return false;
}

static bool is_same(oq_uuid a, oq_uuid b)
{
    return !oq_uuid_is_zero(a) && oq_uuid_eq(a, b);
}

group_relation group_relation_of(const group_units *units, const group_place *a,
                                 const group_place *b)
{
    if (is_same(a->asset_id, b->asset_id))
        return GROUP_SAME_ASSET;
    if (is_same(a->unit_id, b->unit_id))
        return GROUP_SAME_UNIT;
    if (!oq_uuid_is_zero(a->unit_id) && !oq_uuid_is_zero(b->unit_id))
        return is_within(units, a->unit_id, b->unit_id) || is_within(units, b->unit_id, a->unit_id)
                   ? GROUP_NEAR
                   : GROUP_UNRELATED;
    bool is_bare = oq_uuid_is_zero(a->asset_id) && oq_uuid_is_zero(b->asset_id) &&
                   oq_uuid_is_zero(a->unit_id) && oq_uuid_is_zero(b->unit_id);
    return is_bare && oq_uuid_eq(a->site_id, b->site_id) ? GROUP_SAME_UNIT : GROUP_UNRELATED;
}

oq_uuids group_units_near(oq_arena *arena, const group_units *units, oq_uuid unit_id)
{
    oq_uuids near = {oq_new_n(arena, oq_uuid, units->count + 1), 0};
    if (oq_uuid_is_zero(unit_id))
        return near;
    near.at[near.count++] = unit_id;
    for (size_t i = 0; i < units->count; i++)
        if (!oq_uuid_eq(units->unit[i], unit_id) && (is_within(units, units->unit[i], unit_id) ||
                                                     is_within(units, unit_id, units->unit[i])))
            near.at[near.count++] = units->unit[i];
    return near;
}

bool group_takes(const group_units *units, const group_place *incident, oq_us from, oq_us to,
                 const group_place *place, oq_us time)
{
    if (time < from || time > to)
        return false;
    if (group_relation_of(units, incident, place) != GROUP_UNRELATED)
        return true;
    return oq_uuid_is_zero(place->asset_id) && oq_uuid_is_zero(place->unit_id) &&
           is_same(place->site_id, incident->site_id);
}

/* --- triggers -----------------------------------------------------------------------------------*/

bool group_kind_is_failure(oq_str kind)
{
    static const char *const ending[] = {"trip", "shutdown", "failure"};
    for (size_t i = 0; i < OQ_COUNT(ending); i++) {
        oq_str end = oq_cstr(ending[i]);
        if (oq_str_ends(kind, end) &&
            (kind.len == end.len || kind.ptr[kind.len - end.len - 1] == '_'))
            return true;
    }
    return false;
}

bool group_is_trigger(bool is_alarm, int severity, bool is_failure, oq_str kind)
{
    return is_failure || (is_alarm && severity >= GROUP_MAJOR) || group_kind_is_failure(kind);
}

int group_trigger_cmp(const group_trigger *a, const group_trigger *b)
{
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    int order = oq_str_cmp(a->system, b->system);
    return order ? order : oq_str_cmp(a->source_id, b->source_id);
}

static int by_order(const void *a, const void *b)
{
    return group_trigger_cmp(a, b);
}

/* A group while it grows. */
typedef struct growing {
    group it;
    size_t *trigger;
    size_t room;
} growing;

static void put(oq_arena *arena, growing *g, size_t index)
{
    if (g->it.triggers == g->room) {
        size_t *bigger = oq_new_n(arena, size_t, g->room ? g->room * 2 : 4);
        if (g->room)
            memcpy(bigger, g->trigger, g->room * sizeof *bigger);
        g->room = g->room ? g->room * 2 : 4;
        g->trigger = bigger;
    }
    g->trigger[g->it.triggers++] = index;
}

static oq_us furthest(oq_us at, oq_us after)
{
    return at + (after > GROUP_SPAN_MAX ? after : GROUP_SPAN_MAX);
}

/* The group that takes the trigger: of those whose window holds it the closest, then the oldest.
 * Groups before `oldest` are closed for good. */
static growing *find_taker(const group_units *units, const group_trigger *t, growing *g,
                           size_t oldest, size_t count, size_t index, group_relation *ret_relation)
{
    growing *taker = NULL;
    *ret_relation = GROUP_UNRELATED;
    for (size_t i = oldest; i < count; i++) {
        if (t[index].time > g[i].it.to)
            continue;
        group_relation relation =
            group_relation_of(units, &t[g[i].trigger[0]].place, &t[index].place);
        if (relation > *ret_relation) {
            *ret_relation = relation;
            taker = &g[i];
        }
    }
    return taker;
}

static const group_frozen *find_frozen(const group_units *units, const group_trigger *t,
                                       const group_frozen *frozen, size_t count)
{
    const group_frozen *taker = NULL;
    group_relation closest = GROUP_UNRELATED;
    for (size_t i = 0; i < count; i++) {
        if (t->time < frozen[i].from || t->time > frozen[i].to)
            continue;
        group_relation relation = group_relation_of(units, &frozen[i].place, &t->place);
        if (relation > closest) {
            closest = relation;
            taker = &frozen[i];
        }
    }
    return taker;
}

/* --- what a group is ----------------------------------------------------------------------------*/

/* Up to `max` different ones are told apart. */
static size_t count_places(const group *g, const group_trigger *t, bool units, size_t max)
{
    oq_uuid seen[4];
    size_t count = 0;
    assert(max <= OQ_COUNT(seen));
    for (size_t i = 0; i < g->triggers && count < max; i++) {
        const group_place *place = &t[g->trigger[i]].place;
        oq_uuid id = units ? place->unit_id : place->asset_id;
        bool is_new = !oq_uuid_is_zero(id);
        for (size_t k = 0; k < count && is_new; k++)
            is_new = !oq_uuid_eq(seen[k], id);
        if (is_new)
            seen[count++] = id;
    }
    return count;
}

static void judge(group *g, const group_trigger *t)
{
    enum { CRITICAL = 1, LOW = 4, MANY_ASSETS = 3, MANY_UNITS = 2 };
    int gravest = 0;
    bool has_failure = false, has_critical_failure = false, is_low = true;
    for (size_t i = 0; i < g->triggers; i++) {
        const group_trigger *it = &t[g->trigger[i]];
        gravest = it->severity > gravest ? it->severity : gravest;
        has_failure |= it->is_failure;
        has_critical_failure |= it->is_failure && it->criticality == CRITICAL;
        is_low &= it->criticality == LOW;
    }
    int level = gravest >= GROUP_CRITICAL ? 3 : gravest == GROUP_MAJOR ? 2 : 1;
    level += has_critical_failure;
    level += count_places(g, t, false, MANY_ASSETS) == MANY_ASSETS ||
             count_places(g, t, true, MANY_UNITS) == MANY_UNITS;
    level -= is_low && !has_failure;
    g->severity = level < GROUP_SEVERITY_MINOR          ? GROUP_SEVERITY_MINOR
                  : level > GROUP_SEVERITY_CATASTROPHIC ? GROUP_SEVERITY_CATASTROPHIC
                                                        : level;
    g->type = has_failure                 ? GROUP_FAILURE
              : gravest >= GROUP_CRITICAL ? GROUP_NEAR_MISS
                                          : GROUP_ANOMALY;
}

void group_triggers(oq_arena *arena, const group_units *units, group_trigger *t, size_t count,
                    const group_frozen *frozen, size_t frozen_count, groups *ret_groups)
{
    qsort(t, count, sizeof *t, by_order);
    growing *g = oq_new_n(arena, growing, count);
    group_late *late = oq_new_n(arena, group_late, count);
    size_t made = 0, lates = 0, oldest = 0;
    for (size_t i = 0; i < count; i++) {
        const group_frozen *known = find_frozen(units, &t[i], frozen, frozen_count);
        if (known) {
            late[lates++] = (group_late){i, (size_t)(known - frozen)};
            continue;
        }
        while (oldest < made && g[oldest].it.to < t[i].time)
            oldest++;
        group_relation relation;
        growing *taker = find_taker(units, t, g, oldest, made, i, &relation);
        if (!taker) {
            taker = &g[made++];
            taker->it = (group){
                .at = t[i].time, .from = t[i].time - t[i].before, .to = t[i].time + t[i].after};
        } else if (relation == GROUP_SAME_ASSET) {
            oq_us end = t[i].time + t[i].after, limit = furthest(taker->it.at, t[i].after);
            end = end < limit ? end : limit;
            taker->it.to = end > taker->it.to ? end : taker->it.to;
        }
        put(arena, taker, i);
    }
    group *at = oq_new_n(arena, group, made);
    for (size_t i = 0; i < made; i++) {
        at[i] = g[i].it;
        at[i].trigger = g[i].trigger;
        judge(&at[i], t);
    }
    *ret_groups = (groups){at, made, late, lates};
}
