/* A unit of work that writes alarms: what is said is kept, and written set by set. */
#include "alarm/inner.h"

#include "blackbox/event.h"

#include "alarm.sql.h"

#include "base/banned.h"

/* A change has three steps and an event at most; others come beside it. */
enum { STEPS_MAX = 4 * (int)ALERT_CHANGES_MAX, SLOTS = 4096 };
_Static_assert(SLOTS >= 2 * (int)ALERT_CHANGES_MAX && STEPS_MAX <= (int)EVENTS_ADD_MAX,
               "room for a set");

typedef struct alert_step_order {
    oq_uuid id, alert_id, made_by;
    const char *step;
    oq_us at;
    oq_str note;
} alert_step_order;

/* --- steps and events ---------------------------------------------------------------------------*/

oq_err *alert_store_steps(alert_writing *w)
{
    oq_arena *arena = oq_scope_arena(w->s);
    size_t n = w->steps;
    if (n == 0)
        return NULL;
    oq_uuid *id = oq_new_n(arena, oq_uuid, n), *alert_id = oq_new_n(arena, oq_uuid, n),
            *made_by = oq_new_n(arena, oq_uuid, n);
    oq_str *step = oq_new_n(arena, oq_str, n), *note = oq_new_n(arena, oq_str, n);
    oq_us *at = oq_new_n(arena, oq_us, n);
    for (size_t i = 0; i < n; i++) {
        id[i] = w->step[i].id;
        alert_id[i] = w->step[i].alert_id;
        made_by[i] = w->step[i].made_by;
        step[i] = oq_cstr(w->step[i].step);
        note[i] = w->step[i].note;
        at[i] = w->step[i].at;
    }
    w->steps = 0;
    return sql_alert_steps_add(w->s,
                               (sql_alert_steps_add_args){.ids = {id, n},
                                                          .alert_ids = {alert_id, n},
                                                          .steps = {step, n},
                                                          .at_times = {at, n},
                                                          .made_by = {made_by, n},
                                                          .notes = {note, n}},
                               NULL);
}

oq_err *alert_add_step(alert_writing *w, oq_uuid alert_id, const char *step, oq_us at,
                       oq_uuid made_by, oq_str note)
{
    if (!w->step)
        w->step = oq_new_n(oq_scope_arena(w->s), alert_step_order, STEPS_MAX);
    if (w->steps == STEPS_MAX)
        OQ_TRY(alert_store_steps(w));
    w->step[w->steps++] = (alert_step_order){.id = oq_uuid_new(oq_now(w->s)),
                                             .alert_id = alert_id,
                                             .made_by = made_by,
                                             .step = step,
                                             .at = at,
                                             .note = note};
    return NULL;
}

static oq_err *store_events(alert_writing *w)
{
    size_t added, count = w->events;
    w->events = 0;
    return event_add_many(w->s, w->event, count, &added);
}

oq_err *alert_add_event(alert_writing *w, const alert *a, const alert_news *news, const char *what,
                        oq_us at)
{
    if (!w->event)
        w->event = oq_new_n(oq_scope_arena(w->s), event_order, STEPS_MAX);
    if (w->events == STEPS_MAX)
        OQ_TRY(store_events(w));
    w->event[w->events++] = alert_event(oq_scope_arena(w->s), a, news, what, at);
    return NULL;
}

/* --- changes ------------------------------------------------------------------------------------*/

/* Where the alarm of this key is, or would be. */
static size_t slot_of(const alert_writing *w, oq_str key)
{
    size_t at = oq_hash(key) % SLOTS;
    while (w->slot[at] && !oq_str_eq(w->change[w->slot[at] - 1].news.source_key, key))
        at = (at + 1) % SLOTS;
    return at;
}

alert_change *alert_change_of(alert_writing *w, oq_str source_key)
{
    size_t at = slot_of(w, source_key);
    return w->slot[at] ? &w->change[w->slot[at] - 1] : NULL;
}

static oq_err *store_kept(alert_writing *w)
{
    if (w->changes) {
        OQ_TRY(alert_store_changes(w));
        memset(w->slot, 0, SLOTS * sizeof *w->slot);
        w->changes = 0;
    }
    return NULL;
}

/* A set is of one source, and no alarm is in it twice: what was said of it before comes first. */
static oq_err *keep(alert_writing *w, const alert_change *c)
{
    if (!w->change) {
        w->change = oq_new_n(oq_scope_arena(w->s), alert_change, ALERT_CHANGES_MAX);
        w->slot = oq_new_n(oq_scope_arena(w->s), uint32_t, SLOTS);
    }
    if (w->changes == ALERT_CHANGES_MAX ||
        (w->changes && !oq_str_eq(w->change[0].news.source, c->news.source)) ||
        alert_change_of(w, c->news.source_key))
        OQ_TRY(store_kept(w));
    size_t slot = slot_of(w, c->news.source_key);
    w->change[w->changes++] = *c;
    w->slot[slot] = (uint32_t)w->changes;
    return NULL;
}

oq_err *alert_write_raised(alert_writing *w, const alert_news *n)
{
    alert_change c = {.kind = ALERT_RAISES, .news = *n};
    OQ_TRY(silences_now(w));
    if (n->priority >= ALARM_MEDIUM)
        OQ_TRY(alarm_is_flood(w, n->site_id, &c.is_flood));
    OQ_TRY(keep(w, &c));
    alarm_count_raised(w, n->site_id, n->since);
    return NULL;
}

oq_err *alert_write_returned(alert_writing *w, const alert_news *n)
{
    return keep(w, &(alert_change){.kind = ALERT_RETURNS, .news = *n});
}

oq_err *alert_write_closed(alert_writing *w, const alert *shown, const char *note)
{
    alert_change c = {.kind = ALERT_CLOSES,
                      .news = {.source = shown->source,
                               .source_key = shown->source_key,
                               .since = oq_now(w->s),
                               .note = oq_cstr(note)}};
    return keep(w, &c);
}

oq_err *alert_write_moved(alert_writing *w, const alert_news *n)
{
    sql_alerts_lock_active_rows rows;
    OQ_TRY(store_kept(w));
    OQ_TRY(sql_alerts_lock_active(
        w->s,
        (sql_alerts_lock_active_args){.source = n->source,
                                      .source_keys = {(oq_str *)(uintptr_t)&n->source_key, 1}},
        &rows));
    if (!rows.count)
        return NULL;
    return sql_alert_move(
        w->s, (sql_alert_move_args){.id = rows.at[0].id, .last_at = n->since, .now = oq_now(w->s)},
        NULL);
}

oq_err *alert_writing_end(alert_writing *w)
{
    OQ_TRY(store_kept(w));
    OQ_TRY(alert_store_steps(w));
    OQ_TRY(store_events(w));
    OQ_TRY(alert_announce_rest(w));
    return alarm_find_first_outs(w);
}
