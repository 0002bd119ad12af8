/* What a rule would have said: the condition over the record of the last days. */
#include "alarm/list.h"
#include "alarm/watched.h"

#include <math.h>

#include "historian/read.h"

const oq_field preview_order_fields[] = {
    OQ_UUID(preview_order, class_id),
    OQ_UUID(preview_order, asset_id),
    OQ_UUID(preview_order, site_id),
    OQ_CHOICE(preview_order, criticality, criticality_choices),
    OQ_JSON(preview_order, condition, .required = true, .max = ALARM_CONDITION_BYTES_MAX),
    OQ_F64(preview_order, on_delay_s, .preset = "0", .f64_min = 0, .f64_max = 86400),
    OQ_F64(preview_order, off_delay_s, .preset = "0", .f64_min = 0, .f64_max = 86400),
    OQ_I64(preview_order, days, .preset = "7", .min = 1, .max = PREVIEW_DAYS_MAX),
    OQ_FIELDS_END,
};
const oq_field preview_asset_fields[] = {
    OQ_UUID(preview_asset, asset_id),
    OQ_TEXT(preview_asset, asset_code),
    OQ_I64(preview_asset, raised),
    OQ_F64(preview_asset, on_share, .help = "of the time"),
    OQ_TIME(preview_asset, first_at),
    OQ_TIME(preview_asset, last_at),
    OQ_F64(preview_asset, deadband, .help = "proposed where it would chatter"),
    OQ_F64(preview_asset, on_delay_s, .help = "proposed where it would chatter"),
    OQ_FIELDS_END,
};

#include "preview.sql.h"

#include "base/banned.h"

enum { CHANGES_KEPT = 4096 };

typedef struct replay {
    oq_scope *s;
    const alarm_condition *c;
    alarm_delays delays;
    oq_us from, to;
} replay;

static oq_err *read_signals(const replay *r, const watched_signals *list, samples *own,
                            alarm_signal *signal)
{
    for (int k = 0; k < r->c->leaves; k++) {
        const watched_signal *found = watched_signal_of(list, r->c->leaf[k].metric);
        hist_points points;
        signal[k] = (alarm_signal){.limit = (double)NAN};
        if (!found)
            continue;
        signal[k].limit = alarm_limit_of(&r->c->leaf[k], &found->limits);
        if (r->c->leaf[k].limit_kind && isnan(signal[k].limit))
            continue;
        OQ_TRY(hist_read(r->s, (int32_t)found->no,
                         (hist_span){r->from - r->c->reach, r->to, OQ_TIME_NONE}, HIST_POINTS_MAX,
                         true, false, &points));
        own[k] = points.samples;
        signal[k].samples = &own[k];
    }
    return NULL;
}

static void count(const replay *r, const alarm_signal *signal, preview_asset *a)
{
    oq_arena *arena = oq_scope_arena(r->s);
    alarm_change *change = oq_new_n(arena, alarm_change, CHANGES_KEPT);
    size_t changes = alarm_replay(r->c, r->delays, signal, r->from, r->to, change, CHANGES_KEPT);
    size_t kept = changes < CHANGES_KEPT ? changes : CHANGES_KEPT;
    oq_us on = 0;
    bool chatters = false;
    a->raised = (int64_t)(changes + 1) / 2;
    a->first_at = kept ? change[0].since : OQ_TIME_NONE;
    for (size_t i = 0; i < kept; i += 2) {
        oq_us until = i + 1 < kept ? change[i + 1].since : r->to;
        on += until > change[i].since ? until - change[i].since : 0;
        a->last_at = change[i].since;
        size_t third = i + 2 * (ALARM_CHATTER_PER_MINUTE - 1);
        chatters |= third < kept && change[third].since - change[i].since <= OQ_MINUTE;
    }
    a->on_share = (double)on / (double)(r->to - r->from);
    for (int k = 0; chatters && k < r->c->leaves && isnan(a->deadband); k++) {
        if (!signal[k].samples)
            continue;
        alarm_proposal p = alarm_propose(&r->c->leaf[k], signal[k].limit, signal[k].samples);
        a->deadband = p.deadband;
        a->on_delay_s = p.on_delay_s;
    }
}

static oq_err *replay_one(const replay *r, preview_asset *a)
{
    watched_signals list;
    samples own[ALARM_LEAVES_MAX];
    alarm_signal signal[ALARM_LEAVES_MAX];
    OQ_TRY(watched_signals_of(r->s, a->asset_id, &list));
    OQ_TRY(read_signals(r, &list, own, signal));
    count(r, signal, a);
    return NULL;
}

static int by_raised(const void *a, const void *b)
{
    const preview_asset *x = a, *y = b;
    return (x->raised < y->raised) - (x->raised > y->raised);
}

oq_err *alarm_preview(oq_scope *s, const preview_order *order, preview *ret_preview)
{
    oq_arena *arena = oq_scope_arena(s);
    alarm_condition *c;
    sql_alarm_preview_assets_rows rows;
    OQ_TRY(alarm_condition_parse(arena, order->condition, &c));
    if (oq_uuid_is_zero(order->class_id) == oq_uuid_is_zero(order->asset_id))
        return oq_fail_field("asset_id", "alarm_rule.owner");
    OQ_TRY(sql_alarm_preview_assets(
        s,
        (sql_alarm_preview_assets_args){
            .asset_id = order->asset_id,
            .class_id = order->class_id,
            .site_id = order->site_id,
            .criticality = order->criticality
                               ? oq_cstr(oq_choice_text(criticality_choices, order->criticality))
                               : OQ_NONE,
            .limit = 1000},
        &rows));
    preview p = {.from = oq_now(s) - order->days * OQ_DAY, .to = oq_now(s)};
    replay r = {.s = s,
                .c = c,
                .delays = {(oq_us)llround(order->on_delay_s * OQ_SECOND),
                           (oq_us)llround(order->off_delay_s * OQ_SECOND)},
                .from = p.from,
                .to = p.to};
    p.at = oq_new_n(arena, preview_asset, rows.count);
    for (size_t i = 0; i < rows.count && i < PREVIEW_ASSETS_MAX; i++) {
        preview_asset *a = &p.at[p.count++];
        *a = (preview_asset){.asset_id = rows.at[i].id,
                             .asset_code = rows.at[i].code,
                             .first_at = OQ_TIME_NONE,
                             .last_at = OQ_TIME_NONE,
                             .deadband = (double)NAN,
                             .on_delay_s = (double)NAN};
        oq_mark mark = oq_arena_mark(arena);
        OQ_TRY(replay_one(&r, a));
        oq_arena_rewind(arena, mark);
        p.raised += a->raised;
    }
    p.assets = (int64_t)p.count;
    p.more = (int64_t)(rows.count - p.count);
    qsort(p.at, p.count, sizeof *p.at, by_raised);
    *ret_preview = p;
    return NULL;
}
