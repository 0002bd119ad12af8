#include "blackbox/replay.h"

#include "blackbox/engine.h"

#include "replay.sql.h"

#include "base/banned.h"

static const engine_stored *find(const sql_replay_stored_rows *stored, oq_uuid trigger_id)
{
    for (size_t i = 0; i < stored->count; i++)
        if (oq_uuid_eq(stored->at[i].trigger_event_id, trigger_id))
            return &stored->at[i];
    return NULL;
}

static bool is_same(const engine_stored *it, const group *g)
{
    return it->anchor_time == g->at && it->window_from == g->from && it->window_to == g->to &&
           it->incident_type == g->type && it->severity == g->severity;
}

/* What the groups say of each trigger that opens one. */
static void judge_groups(const groups *all, const group_trigger *t,
                         const sql_replay_stored_rows *stored, incident_replay *to)
{
    for (size_t i = 0; i < all->count; i++) {
        const group *g = &all->at[i];
        oq_uuid opened_by = t[g->trigger[0]].event_id;
        const engine_stored *it = find(stored, opened_by);
        if (it && is_same(it, g)) {
            to->same++;
            continue;
        }
        to->at[to->count++] = (replay_row){.verdict = it ? REPLAY_DIFFERENT : REPLAY_MISSING,
                                           .trigger_event_id = opened_by,
                                           .incident_id = it ? it->id : OQ_UUID_ZERO,
                                           .at = g->at};
    }
}

static bool opens(const groups *all, const group_trigger *t, oq_uuid trigger_id)
{
    for (size_t i = 0; i < all->count; i++)
        if (oq_uuid_eq(t[all->at[i].trigger[0]].event_id, trigger_id))
            return true;
    return false;
}

static int by_time(const void *a, const void *b)
{
    const replay_row *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

oq_err *incident_replay_span(oq_scope *s, oq_us from, oq_us to, incident_replay *ret_replay)
{
    oq_arena *arena = oq_scope_arena(s);
    engine en;
    sql_replay_triggers_rows rows;
    sql_replay_stored_rows stored;
    OQ_TRY(engine_look(s, &en));
    OQ_TRY(sql_replay_triggers(s,
                               (sql_replay_triggers_args){.from_time = from,
                                                          .to_time = to,
                                                          .limit = ENGINE_TRIGGERS_MAX + 1},
                               &rows));
    if (rows.count > ENGINE_TRIGGERS_MAX)
        return oq_fail(OQ_LIMIT, "incident.too_many_triggers", "max=%d", ENGINE_TRIGGERS_MAX);
    group_trigger *t = oq_new_n(arena, group_trigger, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        t[i] = engine_trigger_of(&en, &rows.at[i]);
    OQ_TRY(
        sql_replay_stored(s, (sql_replay_stored_args){.from_time = from, .to_time = to}, &stored));
    groups all;
    group_triggers(arena, &en.units, t, rows.count, NULL, 0, &all);
    incident_replay replay = {.triggers = rows.count,
                              .at = oq_new_n(arena, replay_row, all.count + stored.count)};
    judge_groups(&all, t, &stored, &replay);
    for (size_t i = 0; i < stored.count; i++)
        if (!opens(&all, t, stored.at[i].trigger_event_id))
            replay.at[replay.count++] =
                (replay_row){.verdict = REPLAY_EXTRA,
                             .trigger_event_id = stored.at[i].trigger_event_id,
                             .incident_id = stored.at[i].id,
                             .at = stored.at[i].anchor_time};
    qsort(replay.at, replay.count, sizeof *replay.at, by_time);
    *ret_replay = replay;
    return NULL;
}
