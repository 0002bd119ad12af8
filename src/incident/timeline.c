#include "incident/timeline.h"

#include "quant/plot.h"

#include "timeline.sql.h"

#include "base/banned.h"

const oq_field timeline_query_fields[] = {
    OQ_TIME(timeline_query, from, .help = "The incident's window, unless told"),
    OQ_TIME(timeline_query, to),
    OQ_CHOICE(timeline_query, category, event_category_choices),
    OQ_UUID(timeline_query, asset_id, .help = "Events and signals of this asset alone"),
    OQ_I64(timeline_query, points, .preset = "300", .max = TIMELINE_POINTS_MAX,
           .help = "Of a signal; 0: events alone"),
    OQ_FIELDS_END,
};

/* --- signals ------------------------------------------------------------------------------------*/

static bool has(const hist_signals *list, oq_uuid id)
{
    for (size_t i = 0; i < list->count; i++)
        if (oq_uuid_eq(list->at[i].e->id, id))
            return true;
    return false;
}

static void add_all(hist_signals *to, const hist_signals *more, size_t limit)
{
    for (size_t i = 0; i < more->count && to->count < limit; i++)
        if (!has(to, more->at[i].e->id))
            to->at[to->count++] = more->at[i];
}

/* Those that an analysis found something in, in its order. */
static oq_err *found_signals(oq_scope *s, const incident *it, hist_signals *ret_signals)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_timeline_findings_rows rows;
    *ret_signals = (hist_signals){0};
    OQ_TRY(sql_timeline_findings(s, (sql_timeline_findings_args){.incident_id = it->id}, &rows));
    if (!rows.count)
        return NULL;
    oq_uuid *ids = oq_new_n(arena, oq_uuid, rows.count);
    series_list *list = oq_new(arena, series_list);
    hist_signals all, sorted = {oq_new_n(arena, hist_signal, rows.count), 0};
    for (size_t i = 0; i < rows.count; i++)
        ids[i] = rows.at[i].series_id;
    OQ_TRY(series_get_many(s, ids, rows.count, list));
    OQ_TRY(signal_read(s, list, &all));
    for (size_t i = 0; i < rows.count; i++)
        for (size_t k = 0; k < all.count; k++)
            if (oq_uuid_eq(all.at[k].e->id, ids[i]) && !has(&sorted, ids[i]))
                sorted.at[sorted.count++] = all.at[k];
    *ret_signals = sorted;
    return NULL;
}

oq_err *timeline_signals_of(oq_scope *s, const incident *it, oq_uuid asset_id, size_t limit,
                            hist_signals *ret_signals)
{
    hist_signals list = {oq_new_n(oq_scope_arena(s), hist_signal, limit), 0}, found, own = {0};
    OQ_TRY(found_signals(s, it, &found));
    if (oq_uuid_is_zero(asset_id)) {
        add_all(&list, &found, limit);
        asset_id = it->root_asset_id;
    }
    if (!oq_uuid_is_zero(asset_id))
        OQ_TRY(signal_find_of_asset(s, asset_id, limit, &own));
    add_all(&list, &own, limit);
    *ret_signals = list;
    return NULL;
}

static oq_err *read_signals(oq_scope *s, timeline *t, const timeline_query *q)
{
    hist_signals list;
    OQ_TRY(timeline_signals_of(s, t->it, q->asset_id, TIMELINE_SERIES_MAX, &list));
    t->signal = oq_new_n(oq_scope_arena(s), timeline_signal, list.count);
    hist_span span = {t->from, t->to, OQ_TIME_NONE};
    size_t points = q->points < 2 ? 2 : (size_t)q->points;
    for (size_t i = 0; i < list.count; i++) {
        timeline_signal *to = &t->signal[t->signals++];
        to->signal = &list.at[i];
        OQ_TRY(hist_plot(s, list.at[i].e, span, points, &to->samples, &to->of));
    }
    return NULL;
}

/* --- events -------------------------------------------------------------------------------------*/

static timeline_group *group_of(timeline *t, const incident_event *e)
{
    for (size_t i = 0; i < t->groups; i++)
        if (t->group[i].category == e->event_category &&
            oq_uuid_eq(t->group[i].asset_id, e->asset_id))
            return &t->group[i];
    return NULL;
}

/* Counted first, then filled, so that each group's events stand in a row. */
static void make_groups(oq_arena *arena, timeline *t)
{
    enum { ROOM = 64 };
    size_t room = ROOM;
    t->group = oq_new_n(arena, timeline_group, room);
    for (size_t i = 0; i < t->events; i++) {
        timeline_group *g = group_of(t, &t->event[i]);
        if (!g) {
            if (t->groups == room) {
                timeline_group *grown = oq_new_n(arena, timeline_group, room * 2);
                memcpy(grown, t->group, room * sizeof *grown);
                t->group = grown;
                room *= 2;
            }
            g = &t->group[t->groups++];
            *g = (timeline_group){.asset_id = t->event[i].asset_id,
                                  .category = t->event[i].event_category};
        }
        g->count++;
    }
    for (size_t i = 0; i < t->groups; i++) {
        t->group[i].event = oq_new_n(arena, const incident_event *, t->group[i].count);
        t->group[i].count = 0;
    }
    for (size_t i = 0; i < t->events; i++) {
        timeline_group *g = group_of(t, &t->event[i]);
        g->event[g->count++] = &t->event[i];
    }
}

static oq_err *name_groups(oq_scope *s, timeline *t)
{
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, t->groups), t->groups};
    sql_timeline_assets_rows assets;
    for (size_t i = 0; i < t->groups; i++)
        ids.at[i] = t->group[i].asset_id;
    OQ_TRY(sql_timeline_assets(s, (sql_timeline_assets_args){.ids = ids}, &assets));
    for (size_t i = 0; i < t->groups; i++)
        for (size_t k = 0; k < assets.count; k++)
            if (oq_uuid_eq(assets.at[k].id, t->group[i].asset_id)) {
                t->group[i].asset_code = assets.at[k].code;
                t->group[i].asset_name = assets.at[k].name;
                t->group[i].asset_name_ar = assets.at[k].name_ar;
            }
    return NULL;
}

/* The incident's asset first; an asset's groups stand together, each asset as it began. */
static void sort_groups(oq_arena *arena, timeline *t)
{
    timeline_group *sorted = oq_new_n(arena, timeline_group, t->groups);
    bool *taken = oq_new_n(arena, bool, t->groups);
    size_t count = 0;
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; i < t->groups; i++) {
            bool is_own = oq_uuid_eq(t->group[i].asset_id, t->it->root_asset_id);
            for (size_t k = i; is_own == (bool)own && k < t->groups; k++) {
                if (taken[k] || !oq_uuid_eq(t->group[k].asset_id, t->group[i].asset_id))
                    continue;
                taken[k] = true;
                sorted[count++] = t->group[k];
            }
        }
    }
    t->group = sorted;
}

static oq_err *read_events(oq_scope *s, timeline *t, const timeline_query *q)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_timeline_events_rows rows;
    OQ_TRY(sql_timeline_events(
        s,
        (sql_timeline_events_args){
            .incident_id = t->it->id,
            .from_time = t->from,
            .to_time = t->to,
            .category = q->category ? oq_cstr(oq_choice_text(event_category_choices, q->category))
                                    : OQ_NONE,
            .asset_id = q->asset_id,
            .limit = TIMELINE_EVENTS_MAX + 1},
        &rows));
    t->is_cut = rows.count > TIMELINE_EVENTS_MAX;
    t->event = rows.at;
    t->events = t->is_cut ? TIMELINE_EVENTS_MAX : rows.count;
    for (size_t i = 0; i < t->events; i++)
        incident_mask_event(arena, &t->view, &t->event[i]);
    make_groups(arena, t);
    OQ_TRY(name_groups(s, t));
    sort_groups(arena, t);
    return NULL;
}

oq_err *timeline_get(oq_scope *s, oq_uuid incident_id, const timeline_query *q,
                     timeline **ret_timeline)
{
    timeline *t = oq_new(oq_scope_arena(s), timeline);
    OQ_TRY(incident_read(s, incident_id, &t->it, &t->view));
    t->from = q->from != OQ_TIME_NONE ? q->from : t->it->window_from;
    t->to = q->to != OQ_TIME_NONE ? q->to : t->it->window_to + 1;
    hist_span span = {t->from, t->to, OQ_TIME_NONE};
    OQ_TRY(hist_span_check(&span));
    if (t->view.extent != INCIDENT_SUMMARY) {
        OQ_TRY(read_events(s, t, q));
        if (q->points)
            OQ_TRY(read_signals(s, t, q));
    }
    *ret_timeline = t;
    return NULL;
}
