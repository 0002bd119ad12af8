/* Looks at what nobody has looked at yet, and hands it on: triggers to the sweep that groups them,
 * late events to the incidents that they came too late for. */
#include "blackbox/engine.h"

#include "engine.sql.h"

#include "base/banned.h"

/* --- a run --------------------------------------------------------------------------------------*/

oq_us engine_minutes(int64_t of_class, oq_us of_tenant)
{
    return of_class == OQ_I64_NONE ? of_tenant : of_class * OQ_MINUTE;
}

oq_err *engine_open(oq_scope *s, engine *ret_engine)
{
    sql_engine_hold_rows hold;
    OQ_TRY(sql_engine_hold(s, &hold));
    return engine_look(s, ret_engine);
}

oq_err *engine_look(oq_scope *s, engine *ret_engine)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_engine_units_rows units;
    sql_engine_longest_after_rows longest;
    tenant_settings *settings;
    OQ_TRY(sql_engine_units(s, &units));
    OQ_TRY(sql_engine_longest_after(s, &longest));
    OQ_TRY(tenant_settings_get(s, &settings));
    engine en = {.s = s,
                 .settings = settings,
                 .before = settings->incident_window_before_minutes * OQ_MINUTE,
                 .after = settings->incident_window_after_minutes * OQ_MINUTE,
                 .grace = settings->incident_grace_minutes * OQ_MINUTE,
                 .piece = ENGINE_PIECE};
    oq_us of_class =
        longest.at[0].after_min == OQ_I64_NONE ? 0 : longest.at[0].after_min * OQ_MINUTE;
    en.after_max = of_class > en.after ? of_class : en.after;
    oq_uuid *unit = oq_new_n(arena, oq_uuid, units.count);
    oq_uuid *parent = oq_new_n(arena, oq_uuid, units.count);
    for (size_t i = 0; i < units.count; i++) {
        unit[i] = units.at[i].id;
        parent[i] = units.at[i].parent_id;
    }
    group_units_make(arena, unit, parent, units.count, &en.units);
    *ret_engine = en;
    return NULL;
}

/* --- what nobody has looked at ------------------------------------------------------------------*/

static int by_time(const void *a, const void *b)
{
    const engine_fresh *x = a, *y = b;
    return x->event_time < y->event_time ? -1 : x->event_time > y->event_time;
}

/* Events that open nothing, and came after the grace period of what they belong to. */
static oq_err *attach_fresh(engine *en, const engine_fresh *e, size_t count)
{
    oq_arena *arena = oq_scope_arena(en->s);
    sql_engine_frozen_rows frozen;
    OQ_TRY(sql_engine_frozen(
        en->s,
        (sql_engine_frozen_args){.from_time = e[0].event_time,
                                 .to_time = e[count - 1].event_time,
                                 .reach_from = e[0].event_time - INCIDENT_REACH_MAX,
                                 .reach_to = e[count - 1].event_time + INCIDENT_REACH_MAX,
                                 .now = oq_now(en->s)},
        &frozen));
    for (size_t k = 0; k < frozen.count; k++) {
        const engine_frozen *f = &frozen.at[k];
        group_place root = {f->asset_id, f->unit_id, f->site_id};
        oq_uuid *to = oq_new_n(arena, oq_uuid, count), *event = oq_new_n(arena, oq_uuid, count);
        size_t found = 0;
        for (size_t i = 0; i < count; i++) {
            group_place place = {e[i].asset_id, e[i].unit_id, e[i].site_id};
            if (e[i].is_trigger || !group_takes(&en->units, &root, f->window_from, f->window_to,
                                                &place, e[i].event_time))
                continue;
            to[found] = f->id;
            event[found++] = e[i].id;
        }
        OQ_TRY(engine_attach_late(en, to, event, found));
    }
    return NULL;
}

static oq_err *group_fresh(engine *en, const engine_fresh *e, size_t count)
{
    oq_us done_to = OQ_TIME_NONE;
    for (size_t i = 0; i < count; i++) {
        if (!e[i].is_trigger || (done_to != OQ_TIME_NONE && e[i].event_time <= done_to))
            continue;
        OQ_TRY(engine_sweep_around(en, e[i].event_time, &done_to));
    }
    return NULL;
}

oq_err *incident_engine_run(oq_scope *s, size_t max, bool *ret_more)
{
    engine en;
    sql_engine_fresh_rows fresh;
    *ret_more = false;
    OQ_TRY(engine_open(s, &en));
    OQ_TRY(sql_engine_fresh(s, (sql_engine_fresh_args){.limit = (int64_t)max}, &fresh));
    if (!fresh.count)
        return NULL;
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, fresh.count), fresh.count};
    for (size_t i = 0; i < fresh.count; i++)
        ids.at[i] = fresh.at[i].id;
    qsort(fresh.at, fresh.count, sizeof *fresh.at, by_time);
    OQ_TRY(attach_fresh(&en, fresh.at, fresh.count));
    OQ_TRY(group_fresh(&en, fresh.at, fresh.count));
    OQ_TRY(sql_engine_noticed(s, (sql_engine_noticed_args){.ids = ids}, NULL));
    *ret_more = fresh.count == max;
    return NULL;
}

oq_err *incident_engine_look_again(oq_scope *s)
{
    enum { LIVE_PAGE = 500 };
    engine en;
    OQ_TRY(engine_open(s, &en));
    int64_t after = 0;
    for (bool more = true; more;) {
        sql_engine_live_rows rows;
        OQ_TRY(sql_engine_live(
            s, (sql_engine_live_args){.now = oq_now(s), .after_number = after, .limit = LIVE_PAGE},
            &rows));
        for (size_t i = 0; i < rows.count; i++)
            OQ_TRY(engine_gather_again(&en, &rows.at[i]));
        more = rows.count == LIVE_PAGE;
        after = more ? rows.at[LIVE_PAGE - 1].number : after;
    }
    return NULL;
}

/* --- by hand ------------------------------------------------------------------------------------*/

/* The gravest event around the moment, of those the nearest. */
static const engine_member *choose(const engine_members *m, oq_us at)
{
    const engine_member *best = &m->at[0];
    for (size_t i = 1; i < m->count; i++) {
        const engine_member *it = &m->at[i];
        oq_us away = it->event_time > at ? it->event_time - at : at - it->event_time;
        oq_us best_away = best->event_time > at ? best->event_time - at : at - best->event_time;
        if (it->severity > best->severity || (it->severity == best->severity && away < best_away))
            best = it;
    }
    return best;
}

static oq_err *find_covering(oq_scope *s, oq_uuid asset_id, oq_us at, oq_uuid *ret_id)
{
    sql_engine_covering_rows rows;
    OQ_TRY(sql_engine_covering(s,
                               (sql_engine_covering_args){.asset_id = asset_id,
                                                          .at = at,
                                                          .reach_from = at - INCIDENT_REACH_MAX,
                                                          .reach_to = at + INCIDENT_REACH_MAX},
                               &rows));
    *ret_id = rows.count ? rows.at[0].id : OQ_UUID_ZERO;
    return NULL;
}

oq_err *incident_begin_by_hand(oq_scope *s, oq_uuid asset_id, oq_us at, oq_uuid *ret_incident_id)
{
    engine en;
    sql_engine_place_rows place;
    sql_engine_gather_rows near;
    OQ_TRY(engine_open(s, &en));
    OQ_TRY(sql_engine_place(s, (sql_engine_place_args){.asset_id = asset_id}, &place));
    if (!place.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    oq_uuid id;
    OQ_TRY(find_covering(s, asset_id, at, &id));
    if (!oq_uuid_is_zero(id)) {
        *ret_incident_id = id;
        return engine_ask_why(&en, id, true);
    }
    /* Its own events alone: a neighbour's would open an incident there. */
    OQ_TRY(
        sql_engine_gather(s,
                          (sql_engine_gather_args){
                              .asset_id = asset_id,
                              .at = at,
                              .from_time = at - engine_minutes(place.at[0].before_min, en.before),
                              .to_time = at + engine_minutes(place.at[0].after_min, en.after),
                              .limit = INCIDENT_EVENTS_MAX},
                          &near));
    if (!near.count)
        return oq_fail(OQ_CONFLICT, "incident.nothing_there");
    const engine_member *chosen = choose(&(engine_members){near.at, near.count}, at);
    oq_us moment = chosen->event_time;
    OQ_TRY(sql_engine_mark_trigger(s, (sql_engine_mark_trigger_args){.id = chosen->id}, NULL));
    OQ_TRY(engine_sweep_around(&en, moment, &(oq_us){0}));
    OQ_TRY(sql_engine_noticed(s, (sql_engine_noticed_args){.ids = {(oq_uuid[]){chosen->id}, 1}},
                              NULL));
    OQ_TRY(find_covering(s, asset_id, moment, ret_incident_id));
    return oq_uuid_is_zero(*ret_incident_id) ? oq_fail(OQ_CONFLICT, "incident.nothing_there")
                                             : NULL;
}
