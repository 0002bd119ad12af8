/* What is known of assets: records. Signals are in gather_signals.c. */
#include "ai/gather.h"

#include <math.h>

#include "ai/gather_inner.h"
#include "alarm/alarm.h"
#include "blackbox/event.h"
#include "workorder/work_order.h"

const oq_field ai_asset_fields[] = {
    OQ_UUID(ai_asset, id),
    OQ_UUID(ai_asset, site_id),
    OQ_UUID(ai_asset, unit_id),
    OQ_UUID(ai_asset, class_id),
    OQ_TEXT(ai_asset, code),
    OQ_TEXT(ai_asset, name),
    OQ_TEXT(ai_asset, name_ar),
    OQ_TEXT(ai_asset, class_code),
    OQ_CHOICE(ai_asset, criticality, criticality_choices),
    OQ_CHOICE(ai_asset, status, asset_status_choices),
    OQ_F64(ai_asset, impact_factor),
    OQ_F64(ai_asset, site_impact_factor),
    OQ_DATE(ai_asset, installed_on),
    OQ_BOOL(ai_asset, has_cost_model),
    OQ_BOOL(ai_asset, is_cost_approved),
    OQ_TIME(ai_asset, created_at),
    OQ_FIELDS_END,
};

const oq_field ai_event_fields[] = {
    OQ_UUID(ai_event, asset_id),
    OQ_TIME(ai_event, at),
    OQ_TEXT(ai_event, code),
    OQ_TEXT(ai_event, mode),
    OQ_TEXT(ai_event, component),
    OQ_CHOICE(ai_event, severity, event_severity_choices),
    OQ_CHOICE(ai_event, category, event_category_choices),
    OQ_TEXT(ai_event, system),
    OQ_FIELDS_END,
};

const oq_field ai_order_fields[] = {
    OQ_UUID(ai_order, asset_id),
    OQ_UUID(ai_order, id),
    OQ_TEXT(ai_order, number),
    OQ_CHOICE(ai_order, kind, work_order_kind_choices),
    OQ_CHOICE(ai_order, priority, work_order_priority_choices),
    OQ_TIME(ai_order, created_at),
    OQ_TIME(ai_order, done_at),
    OQ_TIME(ai_order, due_at),
    OQ_TEXT(ai_order, component),
    OQ_TEXT(ai_order, mode),
    OQ_BOOL(ai_order, is_cancelled),
    OQ_FIELDS_END,
};

const oq_field ai_mode_fields[] = {
    OQ_UUID(ai_mode, class_id),     OQ_UUID(ai_mode, asset_id),  OQ_TEXT(ai_mode, code),
    OQ_TEXT(ai_mode, name),         OQ_TEXT(ai_mode, name_ar),   OQ_I64(ai_mode, severity),
    OQ_I64(ai_mode, occurrence),    OQ_I64(ai_mode, detection),  OQ_I64(ai_mode, rpn),
    OQ_F64(ai_mode, pf_interval_h), OQ_F64(ai_mode, repair_h),   OQ_FIELDS_END,
};

const oq_field ai_alert_fields[] = {
    OQ_UUID(ai_alert, asset_id),
    OQ_TEXT(ai_alert, code),
    OQ_TEXT(ai_alert, title),
    OQ_TEXT(ai_alert, title_ar),
    OQ_CHOICE(ai_alert, priority, alarm_priority_choices),
    OQ_TIME(ai_alert, raised_at),
    OQ_TIME(ai_alert, cleared_at),
    OQ_FIELDS_END,
};

#include "ai_gather.sql.h"

#include "base/banned.h"

/* --- of which asset ----------------------------------------------------------------------------*/

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(oq_uuid));
}

static oq_uuids asset_ids(oq_arena *arena, const ai_asset_list *all)
{
    oq_uuids ids = {oq_new_n(arena, oq_uuid, all->count), all->count};
    for (size_t i = 0; i < all->count; i++)
        ids.at[i] = all->at[i].id;
    return ids;
}

static oq_uuids class_ids(oq_arena *arena, const ai_asset_list *all)
{
    oq_uuids ids = {oq_new_n(arena, oq_uuid, all->count + 1), 0};
    for (size_t i = 0; i < all->count; i++)
        if (!oq_uuid_is_zero(all->at[i].class_id))
            ids.at[ids.count++] = all->at[i].class_id;
    qsort(ids.at, ids.count, sizeof *ids.at, compare_ids);
    size_t kept = 0;
    for (size_t i = 0; i < ids.count; i++)
        if (!i || !oq_uuid_eq(ids.at[i], ids.at[i - 1]))
            ids.at[kept++] = ids.at[i];
    ids.count = kept;
    return ids;
}

/* Rows come by asset, in the order of ids, as the assets do: takes those of `a` off the front. */
#define TAKE_ROWS(a, rows, next, member, number)                                                   \
    do {                                                                                           \
        size_t from_ = (next);                                                                     \
        while ((next) < (rows).count && oq_uuid_eq((rows).at[next].asset_id, (a)->id))             \
            (next)++;                                                                              \
        (a)->member = (rows).at + from_;                                                           \
        (a)->number = (next)-from_;                                                                \
    } while (0)

/* --- limits ------------------------------------------------------------------------------------*/

static oq_err *gather_limits(oq_scope *s, ai_asset_list *all, oq_us known)
{
    sql_ai_limits_rows rows;
    OQ_TRY(sql_ai_limits(s, (sql_ai_limits_args){class_ids(oq_scope_arena(s), all), known}, &rows));
    for (size_t i = 0; i < all->count; i++) {
        ai_asset *a = &all->at[i];
        oq_str matters = oq_cstr(oq_choice_text(criticality_choices, a->criticality));
        for (size_t k = 0; k < rows.count; k++) {
            const sql_ai_limits_row *l = &rows.at[k];
            if (!oq_uuid_eq(l->class_id, a->class_id) ||
                (oq_str_given(l->criticality) && !oq_str_eq(l->criticality, matters)))
                continue;
            for (size_t n = 0; n < a->signals; n++)
                if (oq_str_eq(a->signal[n].metric, l->metric))
                    ai_signal_limit(&a->signal[n],
                                    &(ai_limit){.unit = l->unit,
                                                .source = l->source,
                                                .low_low = l->low_low,
                                                .low = l->low,
                                                .high = l->high,
                                                .high_high = l->high_high});
        }
    }
    return NULL;
}

/* --- modes -------------------------------------------------------------------------------------*/

/* The asset's own stand before its class's of the same code. */
static oq_err *gather_modes(oq_scope *s, ai_asset_list *all)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_ai_modes_rows rows;
    OQ_TRY(sql_ai_modes(s, (sql_ai_modes_args){asset_ids(arena, all), class_ids(arena, all)},
                        &rows));
    for (size_t i = 0; i < all->count; i++) {
        ai_asset *a = &all->at[i];
        a->mode = oq_new_n(arena, ai_mode, rows.count);
        for (size_t k = 0; k < rows.count; k++) {
            const ai_mode *m = &rows.at[k];
            bool is_own = oq_uuid_eq(m->asset_id, a->id);
            bool is_class = oq_uuid_is_zero(m->asset_id) && oq_uuid_eq(m->class_id, a->class_id);
            bool is_there =
                a->modes && oq_str_eq(a->mode[a->modes - 1].code, m->code); /* rows come by code */
            if ((is_own || is_class) && !is_there)
                a->mode[a->modes++] = *m;
        }
    }
    return NULL;
}

/* --- what happened -----------------------------------------------------------------------------*/

static oq_err *gather_orders(oq_scope *s, ai_asset_list *all, oq_us known)
{
    sql_ai_orders_rows rows;
    size_t next = 0;
    OQ_TRY(sql_ai_orders(
        s, (sql_ai_orders_args){asset_ids(oq_scope_arena(s), all), known, AI_ORDERS_MAX}, &rows));
    for (size_t i = 0; i < all->count; i++)
        TAKE_ROWS(&all->at[i], rows, next, order, orders);
    return NULL;
}

static oq_err *gather_events(oq_scope *s, ai_asset_list *all, oq_us from, oq_us known)
{
    sql_ai_events_rows rows;
    size_t next = 0;
    OQ_TRY(sql_ai_events(
        s, (sql_ai_events_args){asset_ids(oq_scope_arena(s), all), from, known, AI_EVENTS_MAX},
        &rows));
    for (size_t i = 0; i < all->count; i++) {
        TAKE_ROWS(&all->at[i], rows, next, event, events);
        all->at[i].cut_events = all->at[i].events == AI_EVENTS_MAX;
    }
    return NULL;
}

#define ALERTS_BACK (30 * OQ_DAY)

static oq_err *gather_alerts(oq_scope *s, ai_asset_list *all, oq_us known)
{
    sql_ai_alerts_rows rows;
    size_t next = 0;
    OQ_TRY(sql_ai_alerts(
        s,
        (sql_ai_alerts_args){asset_ids(oq_scope_arena(s), all), known, known - ALERTS_BACK}, &rows));
    for (size_t i = 0; i < all->count; i++)
        TAKE_ROWS(&all->at[i], rows, next, alert, alerts);
    return NULL;
}

static oq_err *gather_failures(oq_scope *s, ai_asset_list *all, oq_us known)
{
    sql_ai_confirmed_rows rows;
    size_t next = 0;
    OQ_TRY(sql_ai_confirmed(s, (sql_ai_confirmed_args){asset_ids(oq_scope_arena(s), all), known},
                            &rows));
    for (size_t i = 0; i < all->count; i++) {
        ai_asset *a = &all->at[i];
        size_t from = next;
        while (next < rows.count && oq_uuid_eq(rows.at[next].asset_id, a->id))
            next++;
        size_t count = next - from;
        ai_failure *of = oq_new_n(oq_scope_arena(s), ai_failure, count);
        for (size_t k = 0; k < count; k++)
            of[k] = (ai_failure){.at = rows.at[from + k].at,
                                 .restored_at = rows.at[from + k].end_time,
                                 .mode = rows.at[from + k].cause};
        ai_find_failures(oq_scope_arena(s), a, of, count);
    }
    return NULL;
}

/* --- all of it ---------------------------------------------------------------------------------*/

static oq_us earliest(oq_us a, oq_us b)
{
    return a == OQ_TIME_NONE || (b != OQ_TIME_NONE && b < a) ? b : a;
}

static void find_beginning(ai_asset *a)
{
    oq_us first = OQ_TIME_NONE;
    if (a->events)
        first = earliest(first, a->event[0].at);
    if (a->orders)
        first = earliest(first, a->order[0].created_at);
    for (size_t i = 0; i < a->signals; i++)
        for (size_t k = 0; k < a->grid.count; k++)
            if (a->signal[i].bucket[k].count) {
                first = earliest(first, a->signal[i].bucket[k].first_at);
                break;
            }
    a->watched_from = first;
}

static oq_err *make_grid(oq_arena *arena, const ai_gather_order *o, buckets *ret_grid)
{
    if (!o->steps) {
        *ret_grid = (buckets){0};
        return NULL;
    }
    oq_us rest = o->at % o->step, end = o->at - (rest < 0 ? rest + o->step : rest);
    return buckets_even(arena, end - (oq_us)o->steps * o->step, end, o->step, 0, ret_grid);
}

oq_err *ai_gather(oq_scope *s, const ai_gather_order *o, ai_asset_list *ret_assets)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_us known = o->known_at == OQ_TIME_NONE ? o->at : o->known_at;
    sql_ai_assets_rows rows;
    buckets grid;
    OQ_TRY(make_grid(arena, o, &grid));
    OQ_TRY(sql_ai_assets(s, (sql_ai_assets_args){.ids = {(oq_uuid *)o->id, o->count}}, &rows));
    ai_asset_list all = {rows.at, rows.count};
    for (size_t i = 0; i < all.count; i++) {
        all.at[i].at = o->at;
        all.at[i].known_at = o->known_at;
    }
    if (!all.count) {
        *ret_assets = all;
        return NULL;
    }
    OQ_TRY(ai_gather_signals(s, &all));
    OQ_TRY(gather_limits(s, &all, known));
    OQ_TRY(gather_modes(s, &all));
    OQ_TRY(gather_orders(s, &all, known));
    OQ_TRY(gather_events(s, &all, o->records_from, known));
    OQ_TRY(gather_alerts(s, &all, known));
    OQ_TRY(gather_failures(s, &all, known));
    if (grid.count)
        OQ_TRY(ai_gather_grid(s, &all, grid, o->known_at));
    for (size_t i = 0; i < all.count; i++)
        find_beginning(&all.at[i]);
    *ret_assets = all;
    return NULL;
}
