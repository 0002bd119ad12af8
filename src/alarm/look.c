/* The job alarm.look: what came since the last look, and what time alone changes.
 *
 * A look is one transaction: batches are marked as seen together with all that came of them. Twice
 * is harmless: a sample that was looked at changes nothing, one row of an alarm is active whoever
 * raises it. What is remembered between looks is dropped as soon as anything fails, or when another
 * process has looked in between. */
#include "alarm/watched.h"

#include <math.h>
#include <pthread.h>

#include "look.sql.h"

#include "base/banned.h"

static const oq_us look_every = OQ_SECOND, plant_asked_every = 10 * OQ_SECOND,
                   stored_again = 10 * OQ_MINUTE;
enum { ROUNDS_MAX = 50 };

/* --- what this process remembers ---------------------------------------------------------------*/

typedef struct kept {
    struct kept *next;
    oq_uuid tenant;
    bool is_busy;
    watched *watched;
} kept;

static struct {
    pthread_mutex_t lock;
    kept *first;
    oq_uuid watcher;
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* NULL: another thread of this process looks at it. */
static kept *take(oq_uuid tenant)
{
    pthread_mutex_lock(&memory.lock);
    kept *k = memory.first;
    if (oq_uuid_is_zero(memory.watcher))
        memory.watcher = oq_uuid_new(oq_clock_now());
    while (k && !oq_uuid_eq(k->tenant, tenant))
        k = k->next;
    if (!k) {
        k = calloc(1, sizeof *k);
        if (!k)
            abort();
        k->tenant = tenant;
        k->next = memory.first;
        memory.first = k;
    }
    bool is_free = !k->is_busy;
    k->is_busy = true;
    pthread_mutex_unlock(&memory.lock);
    return is_free ? k : NULL;
}

static void give_back(kept *k)
{
    pthread_mutex_lock(&memory.lock);
    k->is_busy = false;
    pthread_mutex_unlock(&memory.lock);
}

static void forget(kept *k)
{
    watched_close(k->watched);
    k->watched = NULL;
}

void alarm_forget_all(void)
{
    pthread_mutex_lock(&memory.lock);
    for (kept *k = memory.first; k; k = k->next)
        if (!k->is_busy)
            forget(k);
    pthread_mutex_unlock(&memory.lock);
}

/* --- one look ----------------------------------------------------------------------------------*/

typedef struct looking {
    oq_scope *s;
    kept *kept;
    watched *w;
    alert_writing writing;
    watched_pair **store; /* whose state has to be written */
    size_t stores;
    bool more, has_rules;
    int64_t changes, late;
} looking;

static oq_err *close_orphans(looking *l)
{
    sql_alarm_active_rows rows;
    OQ_TRY(sql_alarm_active(l->s, &rows));
    for (size_t i = 0; i < rows.count; i++)
        if (!l->w || !watched_find(l->w, rows.at[i].rule_id, rows.at[i].asset_id))
            OQ_TRY(alert_write_closed(&l->writing, &rows.at[i], "not watched any more"));
    return NULL;
}

/* Brings what is remembered up to the rules and the plant of this moment. */
static oq_err *configure(looking *l, int64_t looks, bool is_mine, const sql_alarm_stamp_row *stamp)
{
    kept *k = l->kept;
    oq_us now = oq_monotonic();
    sql_alarm_plant_stamp_rows plant;
    if (k->watched && (!is_mine || k->watched->looks != looks))
        forget(k);
    bool asks = !k->watched || now - k->watched->plant_asked_at >= plant_asked_every;
    if (k->watched && !asks && oq_str_eq(k->watched->rules_stamp, stamp->stamp)) {
        l->w = k->watched;
        return NULL;
    }
    OQ_TRY(sql_alarm_plant_stamp(l->s, &plant));
    if (k->watched && oq_str_eq(k->watched->rules_stamp, stamp->stamp) &&
        oq_str_eq(k->watched->plant_stamp, plant.at[0].stamp)) {
        k->watched->plant_asked_at = now;
        l->w = k->watched;
        return NULL;
    }
    watched *fresh;
    OQ_TRY(watched_open(l->s, k->watched, &fresh));
    forget(k);
    k->watched = l->w = fresh;
    fresh->looks = looks;
    fresh->plant_asked_at = now;
    fresh->rules_stamp = oq_str_copy(fresh->arena, stamp->stamp);
    fresh->plant_stamp = oq_str_copy(fresh->arena, plant.at[0].stamp);
    return close_orphans(l);
}

static alert_news news_of(looking *l, const watched_pair *p, const alarm_change *c)
{
    const alarm_rule *rule = p->rule;
    const alarm_leaf *leaf = &p->c->leaf[c->leaf];
    const tracked *t = p->series[c->leaf] < 0 ? NULL : &l->w->series[p->series[c->leaf]];
    bool has_value = leaf->is != ALARM_STALE && leaf->is != ALARM_BAD;
    oq_arena *arena = oq_scope_arena(l->s);
    return (alert_news){
        .rule_id = rule->id,
        .source = OQ_STR("RULE"),
        .source_key = oq_strf(arena, "%.*s/%.*s", OQ_FMT(oq_uuid_text(arena, rule->id)),
                              OQ_FMT(oq_uuid_text(arena, p->asset_id))),
        .asset_id = p->asset_id,
        .site_id = p->site_id,
        .asset_code = p->asset_code,
        .series_no = t ? t->no : OQ_I64_NONE,
        .code = rule->code,
        .title = rule->name,
        .title_ar = rule->name_ar,
        .priority = rule->priority,
        .is_failure = rule->is_failure,
        .is_latched = rule->is_latched,
        .event_kind = rule->event_kind,
        .metric = leaf->metric,
        .unit = t ? t->unit : OQ_NONE,
        .value = has_value ? c->value : (double)NAN,
        .limit = leaf->limit_kind ? p->limit[c->leaf] : (double)NAN,
        .since = c->since,
    };
}

static oq_err *write_change(looking *l, const watched_pair *p, const alarm_change *c, bool reversed,
                            const char *note)
{
    alert_news news = news_of(l, p, c);
    news.note = note ? oq_cstr(note) : OQ_NONE;
    l->changes++;
    if ((c->kind == ALARM_RAISED) != reversed)
        return alert_write_raised(&l->writing, &news);
    return alert_write_returned(&l->writing, &news);
}

/* What was told and stands at another moment now is moved; what is not so at all is undone. */
static oq_err *write_outcome(looking *l, const watched_pair *p, const alarm_outcome *o)
{
    size_t moved = o->taken_backs < o->changes ? o->taken_backs : o->changes;
    if (moved) {
        const alarm_change *last = &o->change[moved - 1];
        alert_news news = news_of(l, p, last);
        if (last->kind == ALARM_RAISED)
            OQ_TRY(alert_write_moved(&l->writing, &news));
    }
    for (size_t i = o->taken_backs; i-- > moved;)
        OQ_TRY(write_change(l, p, &o->taken_back[i], true, "late samples say otherwise"));
    for (size_t i = moved; i < o->changes; i++)
        OQ_TRY(write_change(l, p, &o->change[i], false, NULL));
    return NULL;
}

static bool has_to_be_stored(const watched_pair *p, const alarm_outcome *o, oq_us now)
{
    bool is_passed = p->stored_due != OQ_TIME_NONE && p->stored_due <= now;
    bool is_sooner =
        p->due_at != OQ_TIME_NONE && (p->stored_due == OQ_TIME_NONE || p->due_at < p->stored_due);
    bool is_busy = p->m.front.is_on || p->m.front.holds;
    bool is_old = p->stored_at == OQ_TIME_NONE || p->stored_at < now - stored_again;
    return o->changes || o->taken_backs || is_passed || is_sooner || (is_busy && is_old);
}

static oq_err *look_at(looking *l, watched_pair *p)
{
    alarm_signal signal[ALARM_LEAVES_MAX];
    alarm_outcome o;
    oq_us fresh = INT64_MAX, now = oq_now(l->s);
    alarm_delays delays = {(oq_us)llround(p->rule->on_delay_s * OQ_SECOND),
                           (oq_us)llround(p->rule->off_delay_s * OQ_SECOND)};
    for (int k = 0; k < p->c->leaves; k++) {
        const tracked *t = p->series[k] < 0 ? NULL : &l->w->series[p->series[k]];
        signal[k] = (alarm_signal){t ? &t->samples : NULL, p->limit[k]};
        if (t && t->fresh_from < fresh)
            fresh = t->fresh_from;
    }
    alarm_look(p->c, delays, signal, fresh, now, &p->m, &o);
    p->due_at = o.due_at;
    p->is_touched = false;
    l->late += (int64_t)o.too_late;
    if (has_to_be_stored(p, &o, now))
        l->store[l->stores++] = p;
    return o.changes || o.taken_backs ? write_outcome(l, p, &o) : NULL;
}

static oq_err *store_states(looking *l)
{
    oq_arena *arena = oq_scope_arena(l->s);
    size_t n = l->stores;
    if (n == 0)
        return NULL;
    oq_uuid *rule = oq_new_n(arena, oq_uuid, n), *of = oq_new_n(arena, oq_uuid, n);
    oq_str *state = oq_new_n(arena, oq_str, n);
    oq_us *looked = oq_new_n(arena, oq_us, n), *due = oq_new_n(arena, oq_us, n);
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    for (size_t i = 0; i < n; i++) {
        watched_pair *p = l->store[i];
        oq_buf_clear(&out);
        oq_json j = oq_json_to(&out);
        alarm_machine_write(&j, p->c, &p->m);
        rule[i] = p->rule->id;
        of[i] = p->asset_id;
        state[i] = oq_str_copy(arena, oq_buf_view(&out));
        looked[i] = p->m.base.at;
        due[i] = p->stored_due = p->due_at;
        p->stored_at = oq_now(l->s);
    }
    return sql_alarm_states_put(l->s,
                                (sql_alarm_states_put_args){.rule_ids = {rule, n},
                                                            .asset_ids = {of, n},
                                                            .states = {state, n},
                                                            .looked_to = {looked, n},
                                                            .due_at = {due, n},
                                                            .now = oq_now(l->s)},
                                NULL);
}

static oq_err *look_at_all(looking *l)
{
    watched *w = l->w;
    oq_us now = oq_now(l->s);
    for (size_t i = 0; i < w->pairs; i++)
        w->pair[i].is_touched |= w->pair[i].due_at != OQ_TIME_NONE && w->pair[i].due_at <= now;
    OQ_TRY(watched_ready(l->s, w));
    l->store = oq_new_n(oq_scope_arena(l->s), watched_pair *, w->pairs);
    for (size_t i = 0; i < w->pairs; i++)
        if (w->pair[i].is_touched)
            OQ_TRY(look_at(l, &w->pair[i]));
    watched_trim(w);
    return store_states(l);
}

/* No rule, nobody watches; what rules had raised is over. */
static oq_err *stop(looking *l)
{
    forget(l->kept);
    OQ_TRY(hist_watch_stop(l->s));
    return close_orphans(l);
}

static oq_err *look(looking *l)
{
    sql_alarm_stamp_rows stamp;
    watch_batches batches;
    int64_t looks;
    bool is_mine, any;
    OQ_TRY(sql_alarm_stamp(l->s, &stamp));
    l->has_rules = stamp.at[0].rules > 0;
    if (!l->has_rules) {
        OQ_TRY(stop(l));
        return silences_end(&l->writing, &any);
    }
    OQ_TRY(hist_watch_begin(l->s, memory.watcher, &looks, &is_mine));
    OQ_TRY(configure(l, looks, is_mine, &stamp.at[0]));
    OQ_TRY(hist_watch_new(l->s, &batches));
    OQ_TRY(watched_feed(l->s, l->w, &batches));
    OQ_TRY(look_at_all(l));
    OQ_TRY(alert_writing_end(&l->writing));
    OQ_TRY(silences_end(&l->writing, &any));
    OQ_TRY(hist_watch_seen(l->s, memory.watcher, &batches));
    l->more = batches.more;
    return NULL;
}

static oq_err *look_once(kept *k, oq_scope *s, bool *ret_more, bool *ret_rules)
{
    looking l = {.s = s, .kept = k, .writing = {.s = s}};
    oq_err *err = look(&l);
    if (!err && l.has_rules && !l.more)
        err = job_add(
            s,
            &(job_order){.kind = "alarm.look", .is_unique = true, .run_at = oq_now(s) + look_every},
            NULL);
    if (!err)
        err = oq_scope_commit(s);
    if (err) {
        forget(k);
        return err;
    }
    if (k->watched)
        k->watched->looks++;
    if (l.late)
        oq_log_debug("alarm.too_late", OQ_F_INT("samples", l.late));
    *ret_more = l.more;
    *ret_rules = l.has_rules;
    return NULL;
}

oq_err *alarm_look_now(oq_scope *s, bool *ret_more)
{
    bool has_rules;
    kept *k = take(oq_scope_tenant(s));
    *ret_more = false;
    if (!k)
        return NULL;
    oq_err *err = look_once(k, s, ret_more, &has_rules);
    give_back(k);
    return err;
}

/* --- the job -----------------------------------------------------------------------------------*/

oq_err *alarm_run_look(job_run *run)
{
    bool more = true;
    for (int i = 0; more && i < ROUNDS_MAX; i++) {
        oq_scope *s;
        oq_mark mark = oq_arena_mark(job_arena(run));
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(job_scope(run, OQ_WRITE, &s));
        oq_err *err = alarm_look_now(s, &more);
        oq_scope_close(s);
        oq_arena_rewind(job_arena(run), mark);
        OQ_TRY(err);
    }
    return NULL;
}

const job_kind alarm_job_kinds[] = {
    /* Asks for its next run itself, a second later; the schedule is for the first one, and for when
     * that was lost. */
    {.name = "alarm.look",
     .run = alarm_run_look,
     .lane = JOB_PER_TENANT,
     .every_s = 15,
     .is_routine = true,
     .limit_s = 600},
    {.name = "alarm.trim",
     .run = alarm_run_trim,
     .lane = JOB_PER_TENANT,
     .every_s = 3600,
     .limit_s = 300},
    {0},
};
