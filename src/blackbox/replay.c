#include "blackbox/replay.h"

#include "base/uuid_index.h"
#include "blackbox/engine.h"

#include "replay.sql.h"

#include "base/banned.h"

/* What a replay knows while it goes on. Rows live in memory of their own: the sweep gives back what
 * each piece left. */
typedef struct judging {
    oq_us to;
    const engine_stored *stored;
    oq_uuid_at *opened; /* the stored ones by the trigger that opened them */
    bool *is_given;
    size_t stored_count, triggers, same;
    oq_arena *arena;
    replay_row *at;
    size_t count, room;
} judging;

static void put(judging *j, const replay_row *row)
{
    if (j->count == j->room) {
        j->room = j->room ? j->room * 2 : 64;
        replay_row *bigger = oq_new_n(j->arena, replay_row, j->room);
        if (j->count)
            memcpy(bigger, j->at, j->count * sizeof *bigger);
        j->at = bigger;
    }
    j->at[j->count++] = *row;
}

static bool is_same(const engine_stored *it, const group *g)
{
    return it->anchor_time == g->at && it->window_from == g->from && it->window_to == g->to &&
           it->incident_type == g->type && it->severity == g->severity;
}

/* What the groups of a piece say of each trigger that opens one. */
static oq_err *judge(engine *en, void *self, const engine_cluster *c)
{
    judging *j = self;
    (void)en;
    for (size_t i = 0; i < c->groups.count; i++) {
        const group *g = &c->groups.at[i];
        oq_uuid opened_by = c->trigger[g->trigger[0]].event_id;
        const oq_uuid_at *found = oq_uuid_find(j->opened, j->stored_count, opened_by);
        const engine_stored *it = found ? &j->stored[found->place] : NULL;
        j->triggers += g->triggers;
        if (found)
            j->is_given[found->place] = true;
        if (it && is_same(it, g))
            j->same++;
        else
            put(j, &(replay_row){.verdict = it ? REPLAY_DIFFERENT : REPLAY_MISSING,
                                 .trigger_event_id = opened_by,
                                 .incident_id = it ? it->id : OQ_UUID_ZERO,
                                 .number = it ? it->number : 0,
                                 .at = g->at,
                                 .from = g->from,
                                 .to = g->to,
                                 .type = g->type,
                                 .severity = g->severity});
    }
    return NULL;
}

static oq_err *next_of_span(engine *en, const void *self, oq_us time, oq_uuid id, size_t limit,
                            engine_triggers *ret_triggers)
{
    const judging *j = self;
    sql_replay_triggers_rows rows;
    OQ_TRY(sql_replay_triggers(
        en->s,
        (sql_replay_triggers_args){
            .after_time = time, .after_id = id, .to_time = j->to, .limit = (int64_t)limit},
        &rows));
    *ret_triggers = (engine_triggers){rows.at, rows.count};
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    const replay_row *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static oq_err *replay(engine *en, judging *j, oq_us from)
{
    const engine_sweep sweep = {.next = next_of_span, .take = judge, .self = j};
    sql_replay_stored_rows stored;
    OQ_TRY(sql_replay_stored(en->s, (sql_replay_stored_args){.from_time = from, .to_time = j->to},
                             &stored));
    j->stored = stored.at;
    j->stored_count = stored.count;
    j->opened = oq_new_n(oq_scope_arena(en->s), oq_uuid_at, stored.count);
    j->is_given = oq_new_n(oq_scope_arena(en->s), bool, stored.count);
    for (size_t i = 0; i < stored.count; i++)
        j->opened[i] = (oq_uuid_at){stored.at[i].trigger_event_id, i};
    oq_uuid_index(j->opened, stored.count);
    OQ_TRY(engine_sweep_run(en, &sweep, from, &(oq_us){0}));
    for (size_t i = 0; i < stored.count; i++) {
        const engine_stored *it = &stored.at[i];
        if (!j->is_given[i])
            put(j, &(replay_row){.verdict = REPLAY_EXTRA,
                                 .trigger_event_id = it->trigger_event_id,
                                 .incident_id = it->id,
                                 .number = it->number,
                                 .at = it->anchor_time,
                                 .from = it->window_from,
                                 .to = it->window_to,
                                 .type = it->incident_type,
                                 .severity = it->severity});
    }
    return NULL;
}

oq_err *incident_replay_span(oq_scope *s, oq_us from, oq_us to, incident_replay *ret_replay)
{
    engine en;
    judging j = {.to = to, .arena = oq_arena_open(0)};
    oq_err *err = engine_look(s, &en);
    if (!err)
        err = replay(&en, &j, from);
    if (!err) {
        if (j.count)
            qsort(j.at, j.count, sizeof *j.at, by_time);
        *ret_replay = (incident_replay){
            .triggers = j.triggers,
            .same = j.same,
            .at = oq_copy(oq_scope_arena(s), j.at, j.count * sizeof *j.at),
            .count = j.count,
        };
    }
    oq_arena_close(j.arena);
    return err;
}
