/* From groups to rows. A group is the incident that was opened by one of its triggers; where there
 * are several, late events have shown that they are one, and the others are merged into it. */
#include "base/uuid_index.h"
#include "blackbox/engine.h"

#include "engine.sql.h"

#include "base/banned.h"

/* --- opening, changing, merging -----------------------------------------------------------------*/

static oq_us later(oq_us a, oq_us b)
{
    return a > b ? a : b;
}

static oq_str words(const oq_choice *choices, int value)
{
    return oq_cstr(oq_choice_text(choices, value));
}

static oq_err *open_incident(engine *en, const engine_cluster *c, const group *g)
{
    oq_arena *arena = oq_scope_arena(en->s);
    const group_trigger *t = &c->trigger[g->trigger[0]];
    oq_uuid trace_id = c->row[g->trigger[0]].trace_id, id = oq_uuid_new(oq_now(en->s));
    if (oq_uuid_is_zero(trace_id))
        trace_id = oq_uuid_new(oq_now(en->s));
    engine_members m;
    sql_engine_number_rows number;
    OQ_TRY(engine_gather(en, &t->place, g->at, g->from, g->to, &m));
    OQ_TRY(sql_engine_number(en->s, &number));
    OQ_TRY(sql_engine_open(en->s,
                           (sql_engine_open_args){
                               .id = id,
                               .number = number.at[0].last_number,
                               .incident_type = words(incident_type_choices, g->type),
                               .severity = words(incident_severity_choices, g->severity),
                               .title = t->summary,
                               .title_ar = t->summary_ar,
                               .asset_id = t->place.asset_id,
                               .site_id = t->place.site_id,
                               .unit_id = t->place.unit_id,
                               .impact_scope = engine_scope_of(arena, &t->place, &m),
                               .start_time = engine_start_of(&m, g->at),
                               .anchor_time = g->at,
                               .window_from = g->from,
                               .window_to = g->to,
                               .grace_until = later(g->to, oq_now(en->s)) + en->grace,
                               .trigger_event_id = t->event_id,
                               .trace_id = trace_id,
                               .now = oq_now(en->s),
                           },
                           NULL));
    engine_difference d;
    OQ_TRY(engine_store_members(en, id, &m, g, c, &d));
    OQ_TRY(incident_step(en->s, id, "opened", OQ_NONE, engine_step_facts(arena, 1, &d, g)));
    OQ_TRY(incident_publish(en->s, id, number.at[0].last_number, "opened"));
    OQ_TRY(engine_tell_opened(en, id, number.at[0].last_number, g, t, trace_id));
    oq_log_info("incident.opened", OQ_F_UUID("trace", trace_id),
                OQ_F_UUID("tenant", oq_scope_tenant(en->s)), OQ_F_UUID("incident", id),
                OQ_F_INT("events", (int64_t)m.count));
    return engine_ask_why(en, id, true);
}

static bool is_same_group(const engine_stored *it, const group *g, const group_trigger *t)
{
    return oq_uuid_eq(it->trigger_event_id, t->event_id) && oq_uuid_is_zero(it->merged_into) &&
           it->anchor_time == g->at && it->window_from == g->from && it->window_to == g->to &&
           it->incident_type == g->type && it->severity == g->severity &&
           oq_uuid_eq(it->asset_id, t->place.asset_id) &&
           oq_uuid_eq(it->unit_id, t->place.unit_id) && oq_uuid_eq(it->site_id, t->place.site_id);
}

/* A person's "resolved" does not hold when trouble goes on; what was merged away stands alone
 * again. */
static bool reopens(const engine_stored *it, bool goes_on)
{
    return (it->status == INCIDENT_RESOLVED && goes_on) || !oq_uuid_is_zero(it->merged_into);
}

/* `g` with its place, title and trigger is the incident from here on. */
static oq_err *write_change(engine *en, const engine_stored *it, const group *g,
                            const group_trigger *t, const engine_members *m, bool is_reopened,
                            int64_t *ret_version)
{
    sql_engine_change_rows rows;
    OQ_TRY(sql_engine_change(
        en->s,
        (sql_engine_change_args){
            .id = it->id,
            .incident_type = words(incident_type_choices, g->type),
            .severity = words(incident_severity_choices, g->severity),
            .title = t->summary,
            .title_ar = t->summary_ar,
            .asset_id = t->place.asset_id,
            .site_id = t->place.site_id,
            .unit_id = t->place.unit_id,
            .impact_scope = engine_scope_of(oq_scope_arena(en->s), &t->place, m),
            .start_time = engine_start_of(m, g->at),
            .anchor_time = g->at,
            .window_from = g->from,
            .window_to = g->to,
            .grace_until = later(g->to, it->created_at) + en->grace,
            .trigger_event_id = t->event_id,
            .status = words(incident_status_choices, is_reopened ? INCIDENT_OPEN : it->status),
            .now = oq_now(en->s),
        },
        &rows));
    *ret_version = rows.at[0].version;
    return NULL;
}

/* A new version, and what follows from it. */
static oq_err *put_change(engine *en, const engine_stored *it, const group *g,
                          const group_trigger *t, const engine_members *m,
                          const engine_difference *d, bool goes_on)
{
    bool is_reopened = reopens(it, goes_on);
    const char *step = is_reopened ? "reopened" : "updated";
    int64_t version;
    OQ_TRY(write_change(en, it, g, t, m, is_reopened, &version));
    OQ_TRY(incident_step(en->s, it->id, step, OQ_NONE,
                         engine_step_facts(oq_scope_arena(en->s), version, d, g)));
    OQ_TRY(incident_publish(en->s, it->id, it->number, step));
    oq_log_info("incident.changed", OQ_F_UUID("trace", it->trace_id),
                OQ_F_UUID("tenant", oq_scope_tenant(en->s)), OQ_F_UUID("incident", it->id),
                OQ_F_CSTR("step", step), OQ_F_INT("version", version));
    OQ_TRY(engine_tell_changed(en, it, g, t, is_reopened, version));
    if (!oq_uuid_is_zero(it->merged_into))
        OQ_TRY(engine_ask_join(en, it->id));
    return engine_ask_why(en, it->id, false);
}

static oq_err *change_incident(engine *en, const engine_cluster *c, const group *g,
                               const engine_stored *it)
{
    const group_trigger *t = &c->trigger[g->trigger[0]];
    engine_members m;
    engine_difference d;
    OQ_TRY(engine_gather(en, &t->place, g->at, g->from, g->to, &m));
    OQ_TRY(engine_store_members(en, it->id, &m, g, c, &d));
    bool is_same = is_same_group(it, g, t);
    if (is_same && !d.came && !d.went)
        return NULL;
    return put_change(en, it, g, t, &m, &d, d.has_sign || !is_same);
}

static oq_err *merge_incident(engine *en, const engine_stored *it, const engine_stored *into)
{
    if (oq_uuid_eq(it->merged_into, into->id))
        return NULL;
    oq_arena *arena = oq_scope_arena(en->s);
    OQ_TRY(sql_engine_merge(
        en->s, (sql_engine_merge_args){.id = it->id, .into = into->id, .now = oq_now(en->s)},
        NULL));
    oq_str facts = oq_strf(arena, "{\"into\":\"%.*s\",\"number\":%lld}",
                           OQ_FMT(oq_uuid_text(arena, into->id)), (long long)into->number);
    OQ_TRY(incident_step(en->s, it->id, "merged", OQ_NONE, facts));
    oq_log_info("incident.merged", OQ_F_UUID("trace", it->trace_id),
                OQ_F_UUID("tenant", oq_scope_tenant(en->s)), OQ_F_UUID("incident", it->id),
                OQ_F_UUID("into", into->id));
    OQ_TRY(engine_ask_join(en, it->id));
    return incident_publish(en->s, it->id, it->number, "merged");
}

/* The one opened by the group's first trigger; else the oldest that is not merged away; else the
 * oldest. */
static const engine_stored *choose_kept(const engine_stored *it, const size_t *own, size_t count,
                                        oq_uuid first_trigger)
{
    const engine_stored *kept = NULL;
    for (size_t i = 0; i < count; i++) {
        const engine_stored *one = &it[own[i]];
        if (oq_uuid_eq(one->trigger_event_id, first_trigger))
            return one;
        if (!kept || (!oq_uuid_is_zero(kept->merged_into) && oq_uuid_is_zero(one->merged_into)))
            kept = one;
    }
    return kept;
}

/* Which stored incidents are of which group: those of group k stand at [from[k], from[k + 1]) of
 * `own`, in the order of their numbers. */
typedef struct owners {
    size_t *from, *own;
} owners;

static owners find_owners(oq_arena *arena, const engine_cluster *c, const engine_stored *it,
                          size_t count)
{
    size_t triggers = 0;
    oq_uuid_at *opened = oq_new_n(arena, oq_uuid_at, c->count);
    for (size_t k = 0; k < c->groups.count; k++)
        for (size_t i = 0; i < c->groups.at[k].triggers; i++)
            opened[triggers++] = (oq_uuid_at){c->row[c->groups.at[k].trigger[i]].id, k};
    oq_uuid_index(opened, triggers);
    size_t *group_of = oq_new_n(arena, size_t, count);
    owners o = {oq_new_n(arena, size_t, c->groups.count + 2), oq_new_n(arena, size_t, count)};
    for (size_t i = 0; i < count; i++) {
        const oq_uuid_at *found = oq_uuid_find(opened, triggers, it[i].trigger_event_id);
        group_of[i] = found ? found->place : SIZE_MAX;
        if (found)
            o.from[found->place + 2]++;
    }
    for (size_t k = 2; k < c->groups.count + 2; k++)
        o.from[k] += o.from[k - 1];
    for (size_t i = 0; i < count; i++)
        if (group_of[i] != SIZE_MAX)
            o.own[o.from[group_of[i] + 1]++] = i;
    return o;
}

static oq_err *store_group(engine *en, const engine_cluster *c, const group *g,
                           const engine_stored *it, const size_t *own, size_t owns)
{
    if (!owns)
        return open_incident(en, c, g);
    const engine_stored *kept = choose_kept(it, own, owns, c->trigger[g->trigger[0]].event_id);
    for (size_t i = 0; i < owns; i++)
        if (&it[own[i]] != kept)
            OQ_TRY(merge_incident(en, &it[own[i]], kept));
    return change_incident(en, c, g, kept);
}

oq_err *engine_store(engine *en, const engine_cluster *c)
{
    oq_arena *arena = oq_scope_arena(en->s);
    oq_uuids ids = {oq_new_n(arena, oq_uuid, c->count), 0};
    for (size_t k = 0; k < c->groups.count; k++)
        for (size_t i = 0; i < c->groups.at[k].triggers; i++)
            ids.at[ids.count++] = c->row[c->groups.at[k].trigger[i]].id;
    sql_engine_live_of_rows live;
    OQ_TRY(sql_engine_live_of(
        en->s, (sql_engine_live_of_args){.trigger_ids = ids, .now = oq_now(en->s)}, &live));
    owners o = find_owners(arena, c, live.at, live.count);
    for (size_t k = 0; k < c->groups.count; k++) {
        oq_mark mark = oq_arena_mark(arena);
        OQ_TRY(store_group(en, c, &c->groups.at[k], live.at, &o.own[o.from[k]],
                           o.from[k + 1] - o.from[k]));
        oq_arena_rewind(arena, mark);
    }
    oq_uuid *to = oq_new_n(arena, oq_uuid, c->groups.lates);
    oq_uuid *event = oq_new_n(arena, oq_uuid, c->groups.lates);
    for (size_t i = 0; i < c->groups.lates; i++) {
        to[i] = c->frozen[c->groups.late[i].frozen].id;
        event[i] = c->trigger[c->groups.late[i].trigger].event_id;
    }
    return engine_attach_late(en, to, event, c->groups.lates);
}

/* --- without a new trigger ----------------------------------------------------------------------*/

oq_err *engine_gather_again(engine *en, const engine_stored *it)
{
    oq_mark mark = oq_arena_mark(oq_scope_arena(en->s));
    group g = {.at = it->anchor_time,
               .from = it->window_from,
               .to = it->window_to,
               .type = it->incident_type,
               .severity = it->severity};
    group_trigger t = {.event_id = it->trigger_event_id,
                       .place = {it->asset_id, it->unit_id, it->site_id},
                       .summary = it->title,
                       .summary_ar = it->title_ar};
    engine_members m;
    engine_difference d = {0};
    sql_engine_members_count_rows known;
    OQ_TRY(engine_gather(en, &t.place, g.at, g.from, g.to, &m));
    OQ_TRY(sql_engine_members_count(en->s, (sql_engine_members_count_args){.incident_id = it->id},
                                    &known));
    if (known.at[0].members != (int64_t)m.count || m.count == INCIDENT_EVENTS_MAX)
        OQ_TRY(engine_store_members(en, it->id, &m, NULL, NULL, &d));
    if (d.came || d.went)
        OQ_TRY(put_change(en, it, &g, &t, &m, &d, d.has_sign));
    oq_arena_rewind(oq_scope_arena(en->s), mark);
    return NULL;
}
