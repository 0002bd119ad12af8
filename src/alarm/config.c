/* Which rules look at which signals of which assets, with which limits. */
#include "alarm/watched.h"

#include <math.h>

#include "quant/unit.h"

typedef struct alarm_pair_row {
    oq_uuid rule_id, asset_id, site_id;
    oq_str asset_code;
} alarm_pair_row;
static const oq_field alarm_pair_row_fields[] = {
    OQ_UUID(alarm_pair_row, rule_id),
    OQ_UUID(alarm_pair_row, asset_id),
    OQ_UUID(alarm_pair_row, site_id),
    OQ_TEXT(alarm_pair_row, asset_code),
    OQ_FIELDS_END,
};

typedef struct alarm_signal_row {
    int64_t no;
    oq_uuid asset_id;
    oq_str metric, unit;
    oq_str metric_unit;
    double metric_low_low, metric_low, metric_high, metric_high_high;
    oq_uuid threshold_id;
    oq_str threshold_unit;
    double threshold_low_low, threshold_low, threshold_high, threshold_high_high;
    oq_str spec_unit;
    double spec_low, spec_high;
} alarm_signal_row;
static const oq_field alarm_signal_row_fields[] = {
    OQ_I64(alarm_signal_row, no),
    OQ_UUID(alarm_signal_row, asset_id),
    OQ_TEXT(alarm_signal_row, metric),
    OQ_TEXT(alarm_signal_row, unit),
    OQ_TEXT(alarm_signal_row, metric_unit),
    OQ_F64(alarm_signal_row, metric_low_low),
    OQ_F64(alarm_signal_row, metric_low),
    OQ_F64(alarm_signal_row, metric_high),
    OQ_F64(alarm_signal_row, metric_high_high),
    OQ_UUID(alarm_signal_row, threshold_id),
    OQ_TEXT(alarm_signal_row, threshold_unit),
    OQ_F64(alarm_signal_row, threshold_low_low),
    OQ_F64(alarm_signal_row, threshold_low),
    OQ_F64(alarm_signal_row, threshold_high),
    OQ_F64(alarm_signal_row, threshold_high_high),
    OQ_TEXT(alarm_signal_row, spec_unit),
    OQ_F64(alarm_signal_row, spec_low),
    OQ_F64(alarm_signal_row, spec_high),
    OQ_FIELDS_END,
};

typedef struct alarm_state_row {
    oq_uuid rule_id, asset_id;
    oq_str state;
    oq_us due_at, updated_at;
} alarm_state_row;
static const oq_field alarm_state_row_fields[] = {
    OQ_UUID(alarm_state_row, rule_id),    OQ_UUID(alarm_state_row, asset_id),
    OQ_JSON(alarm_state_row, state),      OQ_TIME(alarm_state_row, due_at),
    OQ_TIME(alarm_state_row, updated_at), OQ_FIELDS_END,
};

#include "alarm_config.sql.h"
#include "look.sql.h"

#include "base/banned.h"

/* --- limits ------------------------------------------------------------------------------------*/

static signal_limits in_unit(signal_limits l, oq_str from, oq_str to)
{
    double scale, offset;
    if (!oq_str_given(from) || oq_str_eq(from, to))
        return l;
    if (unit_conversion(from, to, &scale, &offset))
        return SIGNAL_NO_LIMITS;
    return (signal_limits){l.low_low * scale + offset, l.low * scale + offset,
                           l.high * scale + offset, l.high_high * scale + offset};
}

static signal_limits limits_of(const alarm_signal_row *r)
{
    signal_limits l = {r->metric_low_low, r->metric_low, r->metric_high, r->metric_high_high},
                  spec = {(double)NAN, r->spec_low, r->spec_high, (double)NAN};
    l = oq_uuid_is_zero(r->threshold_id)
            ? in_unit(l, r->metric_unit, r->unit)
            : in_unit((signal_limits){r->threshold_low_low, r->threshold_low, r->threshold_high,
                                      r->threshold_high_high},
                      r->threshold_unit, r->unit);
    spec = in_unit(spec, r->spec_unit, r->unit);
    l.low = isnan(l.low) ? spec.low : l.low;
    l.high = isnan(l.high) ? spec.high : l.high;
    return l;
}

double alarm_limit_of(const alarm_leaf *leaf, const signal_limits *l)
{
    switch ((alarm_limit)leaf->limit_kind) {
    case ALARM_LIMIT_HIGH_HIGH:
        return l->high_high;
    case ALARM_LIMIT_HIGH:
        return l->high;
    case ALARM_LIMIT_LOW:
        return l->low;
    case ALARM_LIMIT_LOW_LOW:
        return l->low_low;
    default:
        return leaf->limit;
    }
}

/* --- reading -----------------------------------------------------------------------------------*/

typedef struct reading {
    oq_scope *s;
    watched *w;
    alarm_signal_row *signal; /* by asset, then by metric */
    size_t signals;
    int32_t *place; /* of each: among the tracked; -1: nobody looks at it */
    struct {
        alarm_rule rule;
        alarm_condition *c; /* NULL: it cannot be read any more */
    } * rule;
    size_t rules;
} reading;

static oq_str keep(watched *w, oq_str text)
{
    return text.ptr ? oq_str_copy(w->arena, text) : OQ_NONE;
}

static oq_err *read_rules(reading *r)
{
    sql_alarm_rules_enabled_rows rows;
    oq_arena *arena = r->w->arena;
    OQ_TRY(sql_alarm_rules_enabled(r->s, &rows));
    r->rule = oq_alloc_n(arena, rows.count + 1, sizeof *r->rule);
    r->rules = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        alarm_rule *rule = &r->rule[i].rule;
        *rule = rows.at[i];
        rule->code = keep(r->w, rule->code);
        rule->name = keep(r->w, rule->name);
        rule->name_ar = keep(r->w, rule->name_ar);
        rule->event_kind = keep(r->w, rule->event_kind);
        rule->condition = keep(r->w, rule->condition);
        rule->response = rule->response_ar = rule->consequence = rule->consequence_ar = OQ_NONE;
        oq_err *err = alarm_condition_parse(arena, rule->condition, &r->rule[i].c);
        if (err)
            oq_log_err(OQ_LOG_WARN, "alarm.rule_unreadable", err, NULL);
    }
    return NULL;
}

static int compare_uuid(oq_uuid a, oq_uuid b)
{
    return memcmp(a.byte, b.byte, sizeof a.byte);
}

static int by_asset_and_metric(const void *a, const void *b)
{
    const alarm_signal_row *x = a, *y = b;
    int order = compare_uuid(x->asset_id, y->asset_id);
    return order ? order : oq_str_cmp(x->metric, y->metric);
}

static int by_number(const void *a, const void *b)
{
    const tracked *x = a, *y = b;
    return (x->no > y->no) - (x->no < y->no);
}

static ptrdiff_t signal_of(const reading *r, oq_uuid asset_id, oq_str metric)
{
    alarm_signal_row key = {.asset_id = asset_id, .metric = metric};
    const alarm_signal_row *found =
        r->signals ? bsearch(&key, r->signal, r->signals, sizeof key, by_asset_and_metric) : NULL;
    return found ? found - r->signal : -1;
}

static oq_err *read_signals(reading *r)
{
    sql_alarm_signals_rows rows;
    OQ_TRY(sql_alarm_signals(r->s, (sql_alarm_signals_args){.asset_id = OQ_UUID_ZERO}, &rows));
    r->signal = rows.at;
    r->signals = rows.count;
    qsort(rows.at, rows.count, sizeof *rows.at, by_asset_and_metric);
    r->place = oq_new_n(oq_scope_arena(r->s), int32_t, rows.count);
    return NULL;
}

oq_err *watched_signals_of(oq_scope *s, oq_uuid asset_id, watched_signals *ret_signals)
{
    sql_alarm_signals_rows rows;
    OQ_TRY(sql_alarm_signals(s, (sql_alarm_signals_args){.asset_id = asset_id}, &rows));
    watched_signals list = {oq_new_n(oq_scope_arena(s), watched_signal, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.at[i] = (watched_signal){rows.at[i].no, rows.at[i].metric, rows.at[i].unit,
                                      limits_of(&rows.at[i])};
    *ret_signals = list;
    return NULL;
}

const watched_signal *watched_signal_of(const watched_signals *list, oq_str metric)
{
    for (size_t i = 0; i < list->count; i++)
        if (oq_str_eq(list->at[i].metric, metric))
            return &list->at[i];
    return NULL;
}

/* --- joining -----------------------------------------------------------------------------------*/

static const alarm_rule *rule_of(const reading *r, oq_uuid id, const alarm_condition **ret_c)
{
    for (size_t low = 0, high = r->rules; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = compare_uuid(r->rule[middle].rule.id, id);
        if (order == 0) {
            *ret_c = r->rule[middle].c;
            return *ret_c ? &r->rule[middle].rule : NULL;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* First the place in the list of signals; they become places among the tracked later. */
static bool join_leaves(const reading *r, watched_pair *p)
{
    bool any = false;
    p->series = oq_new_n(r->w->arena, int32_t, (size_t)p->c->leaves);
    p->limit = oq_new_n(r->w->arena, double, (size_t)p->c->leaves);
    for (int k = 0; k < p->c->leaves; k++) {
        ptrdiff_t at = signal_of(r, p->asset_id, p->c->leaf[k].metric);
        bool has_limit = true;
        if (at >= 0 && p->c->leaf[k].limit_kind) {
            signal_limits l = limits_of(&r->signal[at]);
            p->limit[k] = alarm_limit_of(&p->c->leaf[k], &l);
            has_limit = !isnan(p->limit[k]);
        }
        p->series[k] = has_limit ? (int32_t)at : -1;
        any |= p->series[k] >= 0;
    }
    return any;
}

static oq_err *read_pairs(reading *r)
{
    sql_alarm_pairs_rows rows;
    watched *w = r->w;
    OQ_TRY(sql_alarm_pairs(r->s, &rows));
    w->pair = oq_new_n(w->arena, watched_pair, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        watched_pair *p = &w->pair[w->pairs];
        *p = (watched_pair){.asset_id = rows.at[i].asset_id,
                            .site_id = rows.at[i].site_id,
                            .due_at = OQ_TIME_NONE,
                            .stored_due = OQ_TIME_NONE,
                            .stored_at = OQ_TIME_NONE,
                            .is_touched = true};
        p->rule = rule_of(r, rows.at[i].rule_id, &p->c);
        if (!p->rule || !join_leaves(r, p))
            continue;
        p->asset_code = keep(w, rows.at[i].asset_code);
        w->pairs++;
    }
    return NULL;
}

static void make_tracked(reading *r)
{
    watched *w = r->w;
    for (size_t i = 0; i < r->signals; i++)
        r->place[i] = -1;
    for (size_t i = 0; i < w->pairs; i++)
        for (int k = 0; k < w->pair[i].c->leaves; k++)
            if (w->pair[i].series[k] >= 0 && r->place[w->pair[i].series[k]] < 0)
                r->place[w->pair[i].series[k]] = (int32_t)w->count++;
    w->series = oq_new_n(w->arena, tracked, w->count);
    for (size_t i = 0; i < r->signals; i++)
        if (r->place[i] >= 0)
            w->series[r->place[i]] = (tracked){.no = (int32_t)r->signal[i].no,
                                               .metric = keep(w, r->signal[i].metric),
                                               .unit = keep(w, r->signal[i].unit),
                                               .limits = limits_of(&r->signal[i]),
                                               .fresh_from = INT64_MAX};
    qsort(w->series, w->count, sizeof *w->series, by_number);
    for (size_t i = 0; i < r->signals; i++) {
        tracked key = {.no = (int32_t)r->signal[i].no};
        const tracked *found =
            w->count ? bsearch(&key, w->series, w->count, sizeof key, by_number) : NULL;
        r->place[i] = found ? (int32_t)(found - w->series) : -1;
    }
}

static void make_readers(reading *r)
{
    watched *w = r->w;
    uint32_t total = 0;
    for (size_t i = 0; i < w->pairs; i++)
        for (int k = 0; k < w->pair[i].c->leaves; k++) {
            int32_t *at = &w->pair[i].series[k];
            *at = *at < 0 ? -1 : r->place[*at];
            if (*at >= 0)
                w->series[*at].pairs++;
        }
    for (size_t i = 0; i < w->count; i++) {
        w->series[i].first = total;
        total += w->series[i].pairs;
        w->series[i].pairs = 0;
    }
    w->reader = oq_new_n(w->arena, uint32_t, total);
    for (size_t i = 0; i < w->pairs; i++)
        for (int k = 0; k < w->pair[i].c->leaves; k++) {
            int32_t at = w->pair[i].series[k];
            if (at >= 0)
                w->reader[w->series[at].first + w->series[at].pairs++] = (uint32_t)i;
        }
}

/* --- where each stands -------------------------------------------------------------------------*/

watched_pair *watched_find(const watched *w, oq_uuid rule_id, oq_uuid asset_id)
{
    for (size_t low = 0, high = w->pairs; low < high;) {
        size_t middle = low + (high - low) / 2;
        watched_pair *p = &w->pair[middle];
        int order = compare_uuid(p->rule->id, rule_id);
        order = order ? order : compare_uuid(p->asset_id, asset_id);
        if (order == 0)
            return p;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static oq_err *read_states(reading *r)
{
    sql_alarm_states_rows states;
    sql_alarm_active_rows active;
    OQ_TRY(sql_alarm_states(r->s, &states));
    OQ_TRY(sql_alarm_active(r->s, &active));
    for (size_t i = 0; i < states.count; i++) {
        watched_pair *p = watched_find(r->w, states.at[i].rule_id, states.at[i].asset_id);
        if (!p || states.at[i].updated_at < p->rule->updated_at)
            continue;
        p->stored = keep(r->w, states.at[i].state);
        p->stored_due = states.at[i].due_at;
        p->stored_at = states.at[i].updated_at;
    }
    for (size_t i = 0; i < active.count; i++) {
        const alert *a = &active.at[i];
        watched_pair *p = watched_find(r->w, a->rule_id, a->asset_id);
        if (!p)
            continue;
        p->has_alert = a->state == ALERT_UNACKNOWLEDGED || a->state == ALERT_ACKNOWLEDGED;
        p->alert_since = a->last_at;
    }
    return NULL;
}

/* --- what was remembered -----------------------------------------------------------------------*/

static bool is_unchanged(const watched *w, const watched_pair *a, const watched *old,
                         const watched_pair *b)
{
    if (!b->is_ready || a->rule->version != b->rule->version || a->c->leaves != b->c->leaves)
        return false;
    for (int k = 0; k < a->c->leaves; k++) {
        int32_t x = a->series[k], y = b->series[k];
        double p = a->limit[k], q = b->limit[k];
        if ((x < 0 ? 0 : w->series[x].no) != (y < 0 ? 0 : old->series[y].no) ||
            (p != q && !(isnan(p) && isnan(q))))
            return false;
    }
    return true;
}

static void take_over(watched *w, watched *old)
{
    for (size_t i = 0, k = 0; i < w->count; i++) {
        while (k < old->count && old->series[k].no < w->series[i].no)
            k++;
        if (k == old->count || old->series[k].no != w->series[i].no)
            continue;
        w->series[i].samples = old->series[k].samples;
        w->series[i].room = old->series[k].room;
        old->series[k].samples = (samples){0};
    }
    for (size_t i = 0; i < w->pairs; i++) {
        watched_pair *p = &w->pair[i];
        const watched_pair *q = watched_find(old, p->rule->id, p->asset_id);
        if (!q || !is_unchanged(w, p, old, q))
            continue;
        p->m = q->m;
        p->due_at = q->due_at;
        p->is_ready = true;
        p->is_touched = false;
    }
}

/* --- life --------------------------------------------------------------------------------------*/

static oq_err *read_all(reading *r, watched *before)
{
    OQ_TRY(read_rules(r));
    OQ_TRY(read_signals(r));
    OQ_TRY(read_pairs(r));
    make_tracked(r);
    make_readers(r);
    OQ_TRY(read_states(r));
    if (before)
        take_over(r->w, before);
    return NULL;
}

oq_err *watched_open(oq_scope *s, watched *before, watched **ret_watched)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    watched *w = oq_new(arena, watched);
    reading r = {.s = s, .w = w};
    oq_mark mark = oq_arena_mark(oq_scope_arena(s));
    *w = (watched){.tenant = oq_scope_tenant(s), .arena = arena, .looks = -1};
    oq_err *err = read_all(&r, before);
    oq_arena_rewind(oq_scope_arena(s), mark);
    if (err) {
        watched_close(w);
        return err;
    }
    *ret_watched = w;
    return NULL;
}

void watched_close(watched *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->count; i++) {
        free(w->series[i].samples.time);
        free(w->series[i].samples.value);
        free(w->series[i].samples.quality);
    }
    oq_arena_close(w->arena);
}
