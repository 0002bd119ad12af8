/* What is said of alarms becomes rows, steps, events of the black box, words to open pages and,
 * when they are announced, notifications: set by set, in the transaction of whoever says it. */
#include "alarm/inner.h"

#include "blackbox/event.h"

#include "alarm.sql.h"

#include "base/banned.h"

/* --- rows --------------------------------------------------------------------------------------*/

/* The columns of what is raised. */
typedef struct raising {
    oq_uuid *id, *rule, *asset, *site, *shelved_by, *trace;
    oq_str *key, *code, *title, *title_ar, *priority, *severity, *reason, *suppressed, *unit;
    int64_t *series;
    oq_us *shelved, *since;
    double *value, *limit;
    size_t count;
} raising;

static raising make_raising(oq_arena *a, size_t n)
{
    return (raising){
        .id = oq_new_n(a, oq_uuid, n),
        .rule = oq_new_n(a, oq_uuid, n),
        .asset = oq_new_n(a, oq_uuid, n),
        .site = oq_new_n(a, oq_uuid, n),
        .shelved_by = oq_new_n(a, oq_uuid, n),
        .trace = oq_new_n(a, oq_uuid, n),
        .key = oq_new_n(a, oq_str, n),
        .code = oq_new_n(a, oq_str, n),
        .title = oq_new_n(a, oq_str, n),
        .title_ar = oq_new_n(a, oq_str, n),
        .priority = oq_new_n(a, oq_str, n),
        .severity = oq_new_n(a, oq_str, n),
        .reason = oq_new_n(a, oq_str, n),
        .suppressed = oq_new_n(a, oq_str, n),
        .unit = oq_new_n(a, oq_str, n),
        .series = oq_new_n(a, int64_t, n),
        .shelved = oq_new_n(a, oq_us, n),
        .since = oq_new_n(a, oq_us, n),
        .value = oq_new_n(a, double, n),
        .limit = oq_new_n(a, double, n),
    };
}

static void add_raising(alert_writing *w, raising *r, const alert_change *c)
{
    const alert_news *n = &c->news;
    const silence *shelf = silence_of(&w->silences, n->rule_id, n->asset_id, n->site_id, true),
                  *window = silence_of(&w->silences, n->rule_id, n->asset_id, n->site_id, false);
    size_t i = r->count++;
    r->id[i] = oq_uuid_new(oq_now(w->s));
    r->rule[i] = n->rule_id;
    r->asset[i] = n->asset_id;
    r->site[i] = n->site_id;
    r->series[i] = n->series_no;
    r->key[i] = n->source_key;
    r->code[i] = n->code;
    r->title[i] = n->title;
    r->title_ar[i] = n->title_ar;
    r->priority[i] = oq_cstr(oq_choice_text(alarm_priority_choices, n->priority));
    r->severity[i] =
        oq_cstr(oq_choice_text(event_severity_choices, alert_severity_of[n->priority]));
    r->shelved[i] = shelf ? shelf->to_time : OQ_TIME_NONE;
    r->shelved_by[i] = shelf ? shelf->made_by : OQ_UUID_ZERO;
    r->reason[i] = shelf ? shelf->reason : OQ_NONE;
    r->suppressed[i] = window        ? oq_cstr(oq_choice_text(silence_kind_choices, window->kind))
                       : c->is_flood ? OQ_STR("flood")
                                     : OQ_NONE;
    r->value[i] = n->value;
    r->limit[i] = n->limit;
    r->unit[i] = n->unit;
    r->since[i] = n->since;
    r->trace[i] = oq_uuid_new(oq_now(w->s));
}

static void give_rows(alert_writing *w, alert *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        alert_change *c = alert_change_of(w, row[i].source_key);
        if (c)
            c->stored = &row[i];
    }
}

static oq_err *store_raised(alert_writing *w)
{
    raising r = make_raising(oq_scope_arena(w->s), w->changes);
    sql_alerts_raise_rows rows;
    for (size_t i = 0; i < w->changes; i++)
        if (w->change[i].kind == ALERT_RAISES)
            add_raising(w, &r, &w->change[i]);
    size_t n = r.count;
    if (n == 0)
        return NULL;
    OQ_TRY(sql_alerts_raise(w->s,
                            (sql_alerts_raise_args){.source = w->change[0].news.source,
                                                    .ids = {r.id, n},
                                                    .rule_ids = {r.rule, n},
                                                    .source_keys = {r.key, n},
                                                    .asset_ids = {r.asset, n},
                                                    .site_ids = {r.site, n},
                                                    .series_nos = {r.series, n},
                                                    .codes = {r.code, n},
                                                    .titles = {r.title, n},
                                                    .titles_ar = {r.title_ar, n},
                                                    .priorities = {r.priority, n},
                                                    .severities = {r.severity, n},
                                                    .shelved_until = {r.shelved, n},
                                                    .shelved_by = {r.shelved_by, n},
                                                    .shelved_reasons = {r.reason, n},
                                                    .suppressed_by = {r.suppressed, n},
                                                    .values = {r.value, n},
                                                    .limit_values = {r.limit, n},
                                                    .units = {r.unit, n},
                                                    .raised_at = {r.since, n},
                                                    .trace_ids = {r.trace, n},
                                                    .now = oq_now(w->s)},
                            &rows));
    give_rows(w, rows.at, rows.count);
    return NULL;
}

/* What goes, where it is active; `stored` stays NULL where nothing changes. */
static oq_err *store_gone(alert_writing *w)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_str *key = oq_new_n(arena, oq_str, w->changes);
    alert **gone = oq_new_n(arena, alert *, w->changes);
    size_t keys = 0, count = 0;
    sql_alerts_lock_active_rows rows;
    for (size_t i = 0; i < w->changes; i++)
        if (w->change[i].kind != ALERT_RAISES)
            key[keys++] = w->change[i].news.source_key;
    if (keys == 0)
        return NULL;
    OQ_TRY(sql_alerts_lock_active(w->s,
                                  (sql_alerts_lock_active_args){.source = w->change[0].news.source,
                                                                .source_keys = {key, keys}},
                                  &rows));
    give_rows(w, rows.at, rows.count);
    for (size_t i = 0; i < w->changes; i++) {
        alert_change *c = &w->change[i];
        if (c->kind == ALERT_RAISES || !c->stored)
            continue;
        alarm_step step = alarm_step_from(c->stored->state, DEED_RETURN, c->news.is_latched);
        if (c->kind == ALERT_CLOSES)
            step = (alarm_step){.standing = STANDING_NORMAL};
        if (step.is_nothing) {
            c->stored = NULL;
            continue;
        }
        if (c->kind == ALERT_RETURNS || c->stored->returned_at == OQ_TIME_NONE)
            c->stored->returned_at = c->news.since;
        alert_set_standing(c->stored, step.standing, oq_now(w->s));
        gone[count++] = c->stored;
    }
    return alert_stand(w->s, gone, count);
}

/* --- steps -------------------------------------------------------------------------------------*/

static const char *step_of(const alert_change *c)
{
    if (c->kind == ALERT_RAISES)
        return c->stored->occurrences > 1 ? "again" : "raised";
    return c->kind == ALERT_RETURNS ? "returned" : "cleared";
}

static oq_err *add_steps(alert_writing *w, const alert_change *c)
{
    const alert *a = c->stored;
    OQ_TRY(alert_add_step(w, a->id, step_of(c), c->news.since, OQ_UUID_ZERO, c->news.note));
    if (c->kind == ALERT_RAISES && a->suppressed_by.len)
        return alert_add_step(w, a->id, "suppressed", oq_now(w->s), OQ_UUID_ZERO, a->suppressed_by);
    if (c->kind == ALERT_RETURNS && a->state == ALERT_NORMAL)
        return alert_add_step(w, a->id, "cleared", oq_now(w->s), OQ_UUID_ZERO, OQ_NONE);
    return NULL;
}

/* Comes and goes three times a minute: said once, with what may help. */
static oq_err *look_for_chatter(alert_writing *w, bool *ret_chatters)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_uuid *id = oq_new_n(arena, oq_uuid, w->changes),
            *found = oq_new_n(arena, oq_uuid, w->changes);
    oq_us *since = oq_new_n(arena, oq_us, w->changes);
    size_t count = 0, chatters = 0;
    sql_alert_turns_rows rows;
    for (size_t i = 0; i < w->changes; i++) {
        const alert *a = w->change[i].stored;
        if (w->change[i].kind != ALERT_RAISES || a->is_chattering ||
            a->occurrences < ALARM_CHATTER_PER_MINUTE)
            continue;
        id[count] = a->id;
        since[count++] = a->last_at - OQ_MINUTE;
    }
    if (count == 0)
        return NULL;
    OQ_TRY(alert_store_steps(w));
    OQ_TRY(sql_alert_turns(
        w->s, (sql_alert_turns_args){.alert_ids = {id, count}, .since = {since, count}}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.at[i].times >= ALARM_CHATTER_PER_MINUTE)
            found[chatters++] = rows.at[i].alert_id;
    for (size_t i = 0; i < w->changes; i++)
        for (size_t k = 0; k < chatters; k++)
            ret_chatters[i] |= w->change[i].stored && oq_uuid_eq(w->change[i].stored->id, found[k]);
    if (chatters == 0)
        return NULL;
    return sql_alerts_chatter(
        w->s, (sql_alerts_chatter_args){.ids = {found, chatters}, .now = oq_now(w->s)}, NULL);
}

/* --- what is told of it -------------------------------------------------------------------------*/

static oq_err *tell_raised(alert_writing *w, const alert_change *c)
{
    const alert *a = c->stored;
    bool is_shelved = a->shelved_until != OQ_TIME_NONE && a->shelved_until > oq_now(w->s);
    alarm_keep_asset(w, a);
    if (c->is_flood && !is_shelved)
        OQ_TRY(alert_tell_flood(w, c->news.site_id));
    if (!is_shelved && !a->suppressed_by.len && !a->is_chattering)
        OQ_TRY(alert_announce(w, a, &c->news, OQ_STR("")));
    oq_log_info("alarm.raised", OQ_F_UUID("trace", a->trace_id), OQ_F_UUID("alert", a->id),
                OQ_F_STR("code", a->code), OQ_F_STR("asset", c->news.asset_code),
                OQ_F_INT("occurrence", a->occurrences),
                OQ_F_INT("late_ms", (oq_now(w->s) - c->news.since) / OQ_MS));
    return NULL;
}

static oq_err *tell(alert_writing *w, const alert_change *c)
{
    const alert *a = c->stored;
    const alert_news *news = c->kind == ALERT_CLOSES ? NULL : &c->news;
    OQ_TRY(alert_add_event(w, a, news, step_of(c), c->news.since));
    OQ_TRY(alert_tell_pages(w, a));
    if (c->kind == ALERT_RAISES)
        return tell_raised(w, c);
    if (c->kind == ALERT_RETURNS)
        oq_log_info("alarm.returned", OQ_F_UUID("trace", a->trace_id), OQ_F_UUID("alert", a->id),
                    OQ_F_STR("code", a->code));
    return NULL;
}

oq_err *alert_store_changes(alert_writing *w)
{
    bool *chatters = oq_new_n(oq_scope_arena(w->s), bool, w->changes);
    OQ_TRY(store_raised(w));
    OQ_TRY(store_gone(w));
    for (size_t i = 0; i < w->changes; i++)
        if (w->change[i].stored)
            OQ_TRY(add_steps(w, &w->change[i]));
    OQ_TRY(look_for_chatter(w, chatters));
    for (size_t i = 0; i < w->changes; i++) {
        alert *a = w->change[i].stored;
        if (!a)
            continue;
        OQ_TRY(tell(w, &w->change[i]));
        a->is_chattering |= chatters[i]; /* people are told of the turn that makes it one */
    }
    return NULL;
}

/* --- no longer quiet ---------------------------------------------------------------------------*/

static const sql_alert_news_of_row *news_of(const sql_alert_news_of_rows *rows, oq_uuid id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (oq_uuid_eq(rows->at[i].id, id))
            return &rows->at[i];
    return NULL;
}

static bool is_to_be_shown(const alert *a)
{
    return (a->state == ALERT_UNACKNOWLEDGED || a->state == ALERT_ACKNOWLEDGED) &&
           !alert_is_quiet(a);
}

oq_err *alert_write_shown(alert_writing *w, const alert *a, size_t count, bool announced)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_uuid *id = oq_new_n(arena, oq_uuid, count);
    size_t ids = 0;
    sql_alert_news_of_rows rows;
    for (size_t i = 0; i < count; i++)
        if (is_to_be_shown(&a[i]))
            id[ids++] = a[i].id;
    if (ids == 0)
        return NULL;
    OQ_TRY(sql_alert_news_of(w->s, (sql_alert_news_of_args){.ids = {id, ids}}, &rows));
    for (size_t i = 0, k = 0; i < count; i++) {
        if (!is_to_be_shown(&a[i]))
            continue;
        const sql_alert_news_of_row *row =
            oq_uuid_eq(rows.at[k].id, a[i].id) ? &rows.at[k] : news_of(&rows, a[i].id);
        k += k + 1 < rows.count;
        alert_news news = {
            .asset_code = row->asset_code,
            .event_kind = row->event_kind,
            .metric = row->metric,
            .is_failure = row->is_failure,
        };
        OQ_TRY(alert_add_event(w, &a[i], &news, "again", oq_now(w->s)));
        if (announced)
            OQ_TRY(alert_announce(w, &a[i], &news,
                                  oq_strf(arena, ":shown:%lld", (long long)oq_now(w->s))));
    }
    return NULL;
}

/* --- alerts of others --------------------------------------------------------------------------*/

oq_err *alert_raise(oq_scope *s, const alert_order *o, oq_uuid *ret_id)
{
    alert_writing w = {.s = s};
    asset *of = NULL;
    if (!oq_uuid_is_zero(o->asset_id))
        OQ_TRY(asset_get(s, o->asset_id, &of));
    alert_news news = {
        .source = o->source,
        .source_key = o->source_key,
        .asset_id = o->asset_id,
        .site_id = of ? of->site_id : OQ_UUID_ZERO,
        .asset_code = of ? of->code : OQ_NONE,
        .series_no = OQ_I64_NONE,
        .code = o->code,
        .title = o->title,
        .title_ar = o->title_ar,
        .priority = o->priority,
        .is_failure = o->is_failure,
        .unit = o->unit,
        .value = o->value,
        .limit = o->limit_value,
        .since = o->raised_at == OQ_TIME_NONE ? oq_now(s) : o->raised_at,
    };
    OQ_TRY(alert_write_raised(&w, &news));
    OQ_TRY(alert_writing_end(&w));
    const alert *a = w.change[0].stored; /* written, and still there */
    OQ_TRY(audit_record(s, &(audit_entry){.action = "alert.raised",
                                          .object_type = "alert",
                                          .object_id = a->id,
                                          .object_label = a->code}));
    if (ret_id)
        *ret_id = a->id;
    return NULL;
}
