/* Looks at what nobody has looked at yet, and hands it on: triggers to clusters that are grouped,
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
                 .grace = settings->incident_grace_minutes * OQ_MINUTE};
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

/* --- clusters -----------------------------------------------------------------------------------*/

enum { PAGE = 500 };

typedef struct trigger_list {
    engine_trigger *at;
    size_t count, room;
} trigger_list;

static oq_err *add_trigger(oq_arena *arena, trigger_list *list, const engine_trigger *t)
{
    if (list->count == ENGINE_TRIGGERS_MAX)
        return oq_fail(OQ_LIMIT, "incident.too_many_triggers", "max=%d", ENGINE_TRIGGERS_MAX);
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : PAGE;
        engine_trigger *bigger = oq_new_n(arena, engine_trigger, list->room);
        if (list->count)
            memcpy(bigger, list->at, list->count * sizeof *bigger);
        list->at = bigger;
    }
    list->at[list->count++] = *t;
    return NULL;
}

/* Backwards from `at`, until nothing was for as long as a window may reach: each page looks no
 * further than that behind the last one's end, and an empty one is the silence. */
static oq_err *walk_back(engine *en, oq_us at, trigger_list *list)
{
    oq_us before = at;
    oq_uuid before_id = OQ_UUID_ZERO; /* smaller than any: those of `at` itself come later */
    for (;;) {
        sql_engine_triggers_before_rows rows;
        OQ_TRY(sql_engine_triggers_before(
            en->s,
            (sql_engine_triggers_before_args){.from_time = before - en->after_max,
                                              .before_time = before,
                                              .before_id = before_id,
                                              .now = oq_now(en->s),
                                              .limit = PAGE},
            &rows));
        if (!rows.count)
            return NULL;
        for (size_t i = 0; i < rows.count; i++)
            OQ_TRY(add_trigger(oq_scope_arena(en->s), list, &rows.at[i]));
        before = rows.at[rows.count - 1].event_time;
        before_id = rows.at[rows.count - 1].id;
    }
}

/* Forwards from `at` on, likewise. */
static oq_err *walk_on(engine *en, oq_us at, trigger_list *list)
{
    oq_us after = at;
    oq_uuid after_id = OQ_UUID_ZERO;
    for (;;) {
        sql_engine_triggers_after_rows rows;
        OQ_TRY(sql_engine_triggers_after(
            en->s,
            (sql_engine_triggers_after_args){.to_time = after + en->after_max,
                                             .after_time = after,
                                             .after_id = after_id,
                                             .now = oq_now(en->s),
                                             .limit = PAGE},
            &rows));
        if (!rows.count)
            return NULL;
        for (size_t i = 0; i < rows.count; i++)
            OQ_TRY(add_trigger(oq_scope_arena(en->s), list, &rows.at[i]));
        after = rows.at[rows.count - 1].event_time;
        after_id = rows.at[rows.count - 1].id;
    }
}

group_trigger engine_trigger_of(const engine *en, const engine_trigger *row)
{
    return (group_trigger){
        .event_id = row->id,
        .time = row->event_time,
        .system = row->source_system,
        .source_id = row->source_id,
        .place = {row->asset_id, row->unit_id, row->site_id},
        .severity = row->severity,
        .is_failure = row->event_category == CATEGORY_FAILURE || group_kind_is_failure(row->kind),
        .criticality = row->criticality,
        .before = engine_minutes(row->before_min, en->before),
        .after = engine_minutes(row->after_min, en->after),
        .summary = row->summary,
        .summary_ar = row->summary_ar,
    };
}

static int by_order(const void *a, const void *b)
{
    const engine_trigger *x = a, *y = b;
    group_trigger p = {
        .time = x->event_time, .system = x->source_system, .source_id = x->source_id};
    group_trigger q = {
        .time = y->event_time, .system = y->source_system, .source_id = y->source_id};
    return group_trigger_cmp(&p, &q);
}

static oq_err *find_frozen(engine *en, engine_cluster *c)
{
    oq_us from = c->trigger[0].time, to = c->trigger[c->count - 1].time;
    sql_engine_frozen_rows rows;
    OQ_TRY(sql_engine_frozen(en->s,
                             (sql_engine_frozen_args){.from_time = from,
                                                      .to_time = to,
                                                      .reach_from = from - INCIDENT_REACH_MAX,
                                                      .reach_to = to + INCIDENT_REACH_MAX,
                                                      .now = oq_now(en->s)},
                             &rows));
    c->frozen = rows.at;
    c->frozens = rows.count;
    return NULL;
}

oq_err *engine_cluster_at(engine *en, oq_us at, engine_cluster *ret_cluster)
{
    oq_arena *arena = oq_scope_arena(en->s);
    trigger_list list = {0};
    OQ_TRY(walk_back(en, at, &list));
    OQ_TRY(walk_on(en, at, &list));
    *ret_cluster = (engine_cluster){.row = list.at, .count = list.count};
    if (!list.count)
        return NULL;
    qsort(list.at, list.count, sizeof *list.at, by_order);
    engine_cluster *c = ret_cluster;
    c->trigger = oq_new_n(arena, group_trigger, list.count);
    for (size_t i = 0; i < list.count; i++)
        c->trigger[i] = engine_trigger_of(en, &list.at[i]);
    OQ_TRY(find_frozen(en, c));
    group_frozen *frozen = oq_new_n(arena, group_frozen, c->frozens);
    for (size_t i = 0; i < c->frozens; i++) {
        const engine_frozen *f = &c->frozen[i];
        frozen[i] =
            (group_frozen){{f->asset_id, f->unit_id, f->site_id}, f->window_from, f->window_to};
    }
    group_triggers(arena, &en->units, c->trigger, c->count, frozen, c->frozens, &c->groups);
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

/* All that a cluster has was looked at with it: later slices of a flood do not group it again. */
static oq_err *notice_cluster(engine *en, const engine_cluster *c)
{
    oq_uuids ids = {oq_new_n(oq_scope_arena(en->s), oq_uuid, c->count), c->count};
    for (size_t i = 0; i < c->count; i++)
        ids.at[i] = c->row[i].id;
    return sql_engine_noticed(en->s, (sql_engine_noticed_args){.ids = ids}, NULL);
}

static oq_err *group_fresh(engine *en, const engine_fresh *e, size_t count)
{
    oq_us done_to = OQ_TIME_NONE;
    for (size_t i = 0; i < count; i++) {
        if (!e[i].is_trigger || (done_to != OQ_TIME_NONE && e[i].event_time <= done_to))
            continue;
        engine_cluster c;
        OQ_TRY(engine_cluster_at(en, e[i].event_time, &c));
        OQ_TRY(engine_store(en, &c));
        OQ_TRY(notice_cluster(en, &c));
        done_to = c.count ? c.trigger[c.count - 1].time : e[i].event_time;
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
        return NULL;
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
    engine_cluster c;
    OQ_TRY(engine_cluster_at(&en, moment, &c));
    OQ_TRY(engine_store(&en, &c));
    OQ_TRY(sql_engine_noticed(s, (sql_engine_noticed_args){.ids = {(oq_uuid[]){chosen->id}, 1}},
                              NULL));
    OQ_TRY(find_covering(s, asset_id, moment, ret_incident_id));
    return oq_uuid_is_zero(*ret_incident_id) ? oq_fail(OQ_CONFLICT, "incident.nothing_there")
                                             : NULL;
}
