/* Which events belong to an incident, and what follows from them alone. */
#include "base/uuid_index.h"
#include "blackbox/engine.h"

#include "engine.sql.h"

#include "base/banned.h"

enum { SCOPE_MAX = 100, JSON_MAX = 32 * 1024 };

/* --- what belongs to it -------------------------------------------------------------------------*/

oq_err *engine_gather(engine *en, const group_place *place, oq_us at, oq_us from, oq_us to,
                      engine_members *ret_members)
{
    sql_engine_gather_rows rows;
    bool is_bare = oq_uuid_is_zero(place->asset_id) && oq_uuid_is_zero(place->unit_id) &&
                   oq_uuid_is_zero(place->site_id);
    OQ_TRY(sql_engine_gather(
        en->s,
        (sql_engine_gather_args){
            .asset_id = place->asset_id,
            .unit_ids = group_units_near(oq_scope_arena(en->s), &en->units, place->unit_id),
            .site_id = place->site_id,
            .is_bare = is_bare,
            .at = at,
            .from_time = from,
            .to_time = to,
            .limit = INCIDENT_EVENTS_MAX},
        &rows));
    *ret_members = (engine_members){rows.at, rows.count};
    return NULL;
}

/* A sign of trouble, not what stood around it. */
static bool is_sign(const engine_member *m, int severity)
{
    return m->severity >= severity &&
           (m->event_category == CATEGORY_SENSOR || m->event_category == CATEGORY_ALERT ||
            m->event_category == CATEGORY_FAILURE);
}

static bool has_sign(oq_arena *arena, const engine_members *m,
                     const sql_engine_members_add_rows *added)
{
    oq_uuid_at *new = oq_new_n(arena, oq_uuid_at, added->count);
    for (size_t i = 0; i < added->count; i++)
        new[i] = (oq_uuid_at){added->at[i].event_id, i};
    oq_uuid_index(new, added->count);
    for (size_t i = 0; i < m->count && added->count; i++)
        if (is_sign(&m->at[i], SEVERITY_WARNING) && oq_uuid_find(new, added->count, m->at[i].id))
            return true;
    return false;
}

/* Which of the members are triggers of the group; `g` NULL: none. */
static int32_t *mark_triggers(oq_arena *arena, const engine_members *m, const group *g,
                              const engine_cluster *c)
{
    int32_t *is_trigger = oq_new_n(arena, int32_t, m->count);
    size_t count = g ? g->triggers : 0;
    oq_uuid_at *of_group = oq_new_n(arena, oq_uuid_at, count);
    for (size_t i = 0; i < count; i++)
        of_group[i] = (oq_uuid_at){c->trigger[g->trigger[i]].event_id, i};
    oq_uuid_index(of_group, count);
    for (size_t i = 0; i < m->count; i++)
        is_trigger[i] = oq_uuid_find(of_group, count, m->at[i].id) != NULL;
    return is_trigger;
}

oq_err *engine_store_members(engine *en, oq_uuid incident_id, const engine_members *m,
                             const group *g, const engine_cluster *c,
                             engine_difference *ret_difference)
{
    oq_arena *arena = oq_scope_arena(en->s);
    oq_uuids ids = {oq_new_n(arena, oq_uuid, m->count), m->count};
    oq_uuids event_ids = {oq_new_n(arena, oq_uuid, m->count), m->count};
    int32_t *order = oq_new_n(arena, int32_t, m->count);
    for (size_t i = 0; i < m->count; i++) {
        ids.at[i] = oq_uuid_new(oq_now(en->s));
        event_ids.at[i] = m->at[i].id;
        order[i] = (int32_t)i;
    }
    db_i32s orders = {order, m->count}, triggers = {mark_triggers(arena, m, g, c), m->count};
    sql_engine_members_add_rows added;
    size_t dropped;
    OQ_TRY(sql_engine_members_drop(
        en->s, (sql_engine_members_drop_args){.incident_id = incident_id, .event_ids = event_ids},
        &dropped));
    OQ_TRY(sql_engine_members_add(en->s,
                                  (sql_engine_members_add_args){.incident_id = incident_id,
                                                                .ids = ids,
                                                                .event_ids = event_ids,
                                                                .orders = orders,
                                                                .triggers = triggers},
                                  &added));
    OQ_TRY(sql_engine_members_order(en->s,
                                    (sql_engine_members_order_args){.incident_id = incident_id,
                                                                    .event_ids = event_ids,
                                                                    .orders = orders,
                                                                    .triggers = triggers,
                                                                    .sets_triggers = g != NULL},
                                    NULL));
    *ret_difference = (engine_difference){
        .came = added.count, .went = dropped, .has_sign = has_sign(arena, m, &added)};
    return NULL;
}

/* --- what it is ---------------------------------------------------------------------------------*/

oq_us engine_start_of(const engine_members *m, oq_us at)
{
    for (size_t i = 0; i < m->count && m->at[i].event_time < at; i++)
        if (is_sign(&m->at[i], SEVERITY_WARNING))
            return m->at[i].event_time;
    return at;
}

typedef struct id_set {
    oq_uuid at[SCOPE_MAX];
    size_t count;
} id_set;

static void add_id(id_set *set, oq_uuid id)
{
    if (oq_uuid_is_zero(id) || set->count == SCOPE_MAX)
        return;
    for (size_t i = 0; i < set->count; i++)
        if (oq_uuid_eq(set->at[i], id))
            return;
    set->at[set->count++] = id;
}

static void put_ids(oq_json *j, const char *name, const id_set *set)
{
    oq_json_name(j, name);
    oq_json_array(j);
    for (size_t i = 0; i < set->count; i++)
        oq_json_uuid(j, set->at[i]);
    oq_json_array_end(j);
}

/* Where it was felt: its own place, and that of what was more than a warning. */
oq_str engine_scope_of(oq_arena *arena, const group_place *place, const engine_members *m)
{
    id_set *set = oq_new_n(arena, id_set, 3);
    add_id(&set[0], place->asset_id);
    add_id(&set[1], place->unit_id);
    add_id(&set[2], place->site_id);
    for (size_t i = 0; i < m->count; i++) {
        if (!is_sign(&m->at[i], SEVERITY_MINOR))
            continue;
        add_id(&set[0], m->at[i].asset_id);
        add_id(&set[1], m->at[i].unit_id);
        add_id(&set[2], m->at[i].site_id);
    }
    OQ_AUTO(oq_buf) buf = oq_buf_make(JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    put_ids(&j, "assets", &set[0]);
    put_ids(&j, "units", &set[1]);
    put_ids(&j, "sites", &set[2]);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

/* --- too late -----------------------------------------------------------------------------------*/

oq_err *engine_attach_late(engine *en, const oq_uuid *incident_id, const oq_uuid *event_id,
                           size_t count)
{
    if (!count)
        return NULL;
    oq_arena *arena = oq_scope_arena(en->s);
    oq_uuids ids = {oq_new_n(arena, oq_uuid, count), count};
    for (size_t i = 0; i < count; i++)
        ids.at[i] = oq_uuid_new(oq_now(en->s));
    oq_uuids to = {oq_copy(arena, incident_id, count * sizeof *incident_id), count};
    oq_uuids events = {oq_copy(arena, event_id, count * sizeof *event_id), count};
    sql_engine_late_add_rows added;
    OQ_TRY(sql_engine_late_add(
        en->s, (sql_engine_late_add_args){.incident_ids = to, .event_ids = events, .ids = ids},
        &added));
    /* A step for each incident, with how many it got. */
    oq_uuid_at *got = oq_new_n(arena, oq_uuid_at, added.count);
    for (size_t i = 0; i < added.count; i++)
        got[i] = (oq_uuid_at){added.at[i].incident_id, i};
    oq_uuid_index(got, added.count);
    for (size_t i = 0, next; i < added.count; i = next) {
        for (next = i + 1; next < added.count && oq_uuid_eq(got[next].id, got[i].id);)
            next++;
        oq_str facts = oq_strf(arena, "{\"events\":%zu}", next - i);
        OQ_TRY(incident_step(en->s, got[i].id, "late_events", OQ_NONE, facts));
    }
    return NULL;
}
