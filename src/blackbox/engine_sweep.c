/* From triggers to groups: a sweep over time in pieces (engine.h). */
#include "blackbox/engine.h"

#include "engine.sql.h"

#include "base/banned.h"

enum { PAGE = 500 };

/* --- a piece ------------------------------------------------------------------------------------*/

typedef struct trigger_list {
    engine_trigger *at;
    size_t count, room;
} trigger_list;

static void add_trigger(oq_arena *arena, trigger_list *list, const engine_trigger *t)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : PAGE;
        engine_trigger *bigger = oq_new_n(arena, engine_trigger, list->room);
        if (list->count)
            memcpy(bigger, list->at, list->count * sizeof *bigger);
        list->at = bigger;
    }
    list->at[list->count++] = *t;
}

/* Where a sweep stands. */
typedef struct place_in_time {
    oq_us time; /* what follows is behind (time, id) */
    oq_uuid id; /* zero is smaller than any: those of `time` itself are still to come */
    bool is_end;
} place_in_time;

/* A piece ends between two moments, so that the order within one does not depend on it. */
static void end_between_moments(trigger_list *list, size_t carried, place_in_time *p)
{
    size_t kept = list->count;
    while (kept > carried && list->at[kept - 1].event_time == p->time)
        kept--;
    if (kept == carried)
        return; /* all of one moment */
    list->count = kept;
    p->id = OQ_UUID_ZERO;
}

static oq_err *fill(engine *en, const engine_sweep *sweep, trigger_list *list, place_in_time *p)
{
    size_t carried = list->count;
    while (list->count - carried < en->piece) {
        engine_triggers page;
        size_t room = en->piece - (list->count - carried);
        OQ_TRY(sweep->next(en, sweep->self, p->time, p->id, room < PAGE ? room : PAGE, &page));
        p->is_end = !page.count;
        if (p->is_end)
            return NULL;
        for (size_t i = 0; i < page.count; i++)
            add_trigger(oq_scope_arena(en->s), list, &page.at[i]);
        p->time = page.at[page.count - 1].event_time;
        p->id = page.at[page.count - 1].id;
    }
    end_between_moments(list, carried, p);
    return NULL;
}

static group_trigger trigger_of(const engine *en, const engine_trigger *row)
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

static oq_err *group_piece(engine *en, const engine_sweep *sweep, const trigger_list *list,
                           engine_cluster *c)
{
    oq_arena *arena = oq_scope_arena(en->s);
    *c = (engine_cluster){.row = list->at, .count = list->count};
    qsort(c->row, c->count, sizeof *c->row, by_order);
    c->trigger = oq_new_n(arena, group_trigger, c->count);
    for (size_t i = 0; i < c->count; i++)
        c->trigger[i] = trigger_of(en, &c->row[i]);
    if (sweep->has_frozen)
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

/* --- from piece to piece ------------------------------------------------------------------------*/

/* Triggers of groups that are still open, in memory of their own. */
typedef struct carry {
    oq_arena *arena;
    trigger_list list;
} carry;

static void carry_drop(carry *c)
{
    oq_arena_close(c->arena);
}

static oq_str keep(oq_arena *arena, oq_str text)
{
    return oq_str_given(text) ? oq_str_copy(arena, text) : text;
}

static void carry_on(carry *to, const engine_trigger *t)
{
    engine_trigger kept = *t;
    kept.source_system = keep(to->arena, t->source_system);
    kept.source_id = keep(to->arena, t->source_id);
    kept.kind = keep(to->arena, t->kind);
    kept.summary = keep(to->arena, t->summary);
    kept.summary_ar = keep(to->arena, t->summary_ar);
    add_trigger(to->arena, &to->list, &kept);
}

/* Takes the groups that may still grow out of the piece. Too many: they end here. */
static void part(const engine *en, engine_cluster *c, const place_in_time *p, carry *to)
{
    size_t open = 0, done = 0;
    for (size_t i = 0; i < c->groups.count; i++)
        open += c->groups.at[i].to >= p->time ? c->groups.at[i].triggers : 0;
    if (p->is_end || !open)
        return;
    if (open > en->piece / 2) {
        oq_log_warn("incident.flood_cut", OQ_F_UUID("tenant", oq_scope_tenant(en->s)),
                    OQ_F_INT("triggers", (int64_t)open),
                    OQ_F_STR("at", oq_time_text(oq_scope_arena(en->s), p->time)));
        return;
    }
    for (size_t i = 0; i < c->groups.count; i++) {
        const group *g = &c->groups.at[i];
        if (g->to < p->time) {
            c->groups.at[done++] = *g;
            continue;
        }
        for (size_t k = 0; k < g->triggers; k++)
            carry_on(to, &c->row[g->trigger[k]]);
    }
    c->groups.count = done;
}

static oq_err *sweep_piece(engine *en, const engine_sweep *sweep, place_in_time *p, carry *between,
                           oq_us *ret_to)
{
    OQ_AUTO(carry) next = {.arena = oq_arena_open(0)};
    trigger_list list = {0};
    engine_cluster c;
    for (size_t i = 0; i < between->list.count; i++)
        add_trigger(oq_scope_arena(en->s), &list, &between->list.at[i]);
    OQ_TRY(fill(en, sweep, &list, p));
    if (!list.count)
        return NULL;
    OQ_TRY(group_piece(en, sweep, &list, &c));
    *ret_to = c.trigger[c.count - 1].time;
    part(en, &c, p, &next);
    OQ_TRY(sweep->take(en, sweep->self, &c));
    carry before = *between;
    *between = next;
    next = before; /* to be dropped */
    return NULL;
}

oq_err *engine_sweep_run(engine *en, const engine_sweep *sweep, oq_us from, oq_us *ret_to)
{
    OQ_AUTO(carry) between = {.arena = oq_arena_open(0)};
    place_in_time p = {.time = from};
    for (size_t pieces = 1; !p.is_end; pieces++) {
        oq_mark mark = oq_arena_mark(oq_scope_arena(en->s));
        OQ_TRY(sweep_piece(en, sweep, &p, &between, ret_to));
        if (!p.is_end)
            oq_log_info("incident.flood_piece", OQ_F_UUID("tenant", oq_scope_tenant(en->s)),
                        OQ_F_INT("piece", (int64_t)pieces),
                        OQ_F_STR("to", oq_time_text(oq_scope_arena(en->s), *ret_to)));
        oq_arena_rewind(oq_scope_arena(en->s), mark);
    }
    return NULL;
}

/* --- around a moment ----------------------------------------------------------------------------*/

/* Backwards from `at`, until nothing was for as long as a window may reach: each page looks no
 * further than that behind the last one's end, and an empty one is the silence. */
static oq_err *find_start(engine *en, oq_us at, oq_us *ret_start)
{
    oq_us before = at;
    oq_uuid before_id = OQ_UUID_ZERO; /* smaller than any: those of `at` itself come later */
    for (bool more = true; more;) {
        oq_mark mark = oq_arena_mark(oq_scope_arena(en->s));
        sql_engine_triggers_before_rows rows;
        OQ_TRY(sql_engine_triggers_before(
            en->s,
            (sql_engine_triggers_before_args){.from_time = before - en->after_max,
                                              .before_time = before,
                                              .before_id = before_id,
                                              .now = oq_now(en->s),
                                              .limit = PAGE},
            &rows));
        more = rows.count > 0;
        if (more) {
            before = rows.at[rows.count - 1].event_time;
            before_id = rows.at[rows.count - 1].id;
        }
        oq_arena_rewind(oq_scope_arena(en->s), mark);
    }
    *ret_start = before;
    return NULL;
}

/* What may still be grouped, up to the silence. */
static oq_err *next_live(engine *en, const void *self, oq_us time, oq_uuid id, size_t limit,
                         engine_triggers *ret_triggers)
{
    const oq_us *at = self; /* no silence ends the sweep before it */
    oq_us to = time + en->after_max;
    sql_engine_triggers_after_rows rows;
    OQ_TRY(
        sql_engine_triggers_after(en->s,
                                  (sql_engine_triggers_after_args){.to_time = to > *at ? to : *at,
                                                                   .after_time = time,
                                                                   .after_id = id,
                                                                   .now = oq_now(en->s),
                                                                   .limit = (int64_t)limit},
                                  &rows));
    *ret_triggers = (engine_triggers){rows.at, rows.count};
    return NULL;
}

/* What was grouped and stored has been looked at: later slices of a flood do not do it again. */
static oq_err *notice(engine *en, const engine_cluster *c)
{
    oq_uuids ids = {oq_new_n(oq_scope_arena(en->s), oq_uuid, c->count), 0};
    for (size_t i = 0; i < c->groups.count; i++)
        for (size_t k = 0; k < c->groups.at[i].triggers; k++)
            ids.at[ids.count++] = c->row[c->groups.at[i].trigger[k]].id;
    for (size_t i = 0; i < c->groups.lates; i++)
        ids.at[ids.count++] = c->row[c->groups.late[i].trigger].id;
    return ids.count ? sql_engine_noticed(en->s, (sql_engine_noticed_args){.ids = ids}, NULL)
                     : NULL;
}

static oq_err *store(engine *en, void *self, const engine_cluster *c)
{
    (void)self;
    OQ_TRY(engine_store(en, c));
    return notice(en, c);
}

oq_err *engine_sweep_around(engine *en, oq_us at, oq_us *ret_to)
{
    const engine_sweep sweep = {.next = next_live, .take = store, .self = &at, .has_frozen = true};
    oq_us start;
    *ret_to = at;
    OQ_TRY(find_start(en, at, &start));
    OQ_TRY(engine_sweep_run(en, &sweep, start, ret_to));
    *ret_to = *ret_to > at ? *ret_to : at;
    return NULL;
}
