/* What many alarms at once make of each other: a flood at their site, and the first of those that
 * came together in a unit. Both are asked once in a unit of work, however many it writes. */
#include "alarm/inner.h"

#include "alarm.sql.h"

#include "base/banned.h"

/* More than 10 alarms in 10 minutes are a flood (ISA-18.2). */
enum { FLOOD_OVER = 10 };
static const oq_us flood_span = 10 * OQ_MINUTE;
static const oq_us together = 10 * OQ_SECOND;

/* --- floods -------------------------------------------------------------------------------------*/

static alert_site *find_site(alert_writing *w, oq_uuid id)
{
    for (size_t i = 0; i < w->sites; i++)
        if (oq_uuid_eq(w->site[i].id, id))
            return &w->site[i];
    return NULL;
}

static void add_site(alert_writing *w, oq_uuid id, int64_t times)
{
    if (w->sites == w->sites_room) {
        size_t room = w->sites_room ? w->sites_room * 2 : 8;
        alert_site *bigger = oq_new_n(oq_scope_arena(w->s), alert_site, room);
        if (w->sites)
            memcpy(bigger, w->site, w->sites * sizeof *bigger);
        w->site = bigger;
        w->sites_room = room;
    }
    w->site[w->sites++] = (alert_site){id, times, false};
}

/* Those that were said in this unit of work, and are not in the record yet. */
static int64_t not_written(const alert_writing *w, oq_uuid site_id)
{
    int64_t times = 0;
    for (size_t i = 0; i < w->changes; i++)
        times += w->change[i].kind == ALERT_RAISES &&
                 (oq_uuid_is_zero(site_id) || oq_uuid_eq(w->change[i].news.site_id, site_id)) &&
                 w->change[i].news.since >= oq_now(w->s) - flood_span;
    return times;
}

oq_err *alarm_raised_lately(alert_writing *w, oq_uuid site_id, int64_t *ret_times)
{
    const alert_site *known = find_site(w, site_id);
    if (known) {
        *ret_times = known->times;
        return NULL;
    }
    sql_alert_raised_since_rows rows;
    OQ_TRY(sql_alert_raised_since(
        w->s, (sql_alert_raised_since_args){.site_id = site_id, .since = oq_now(w->s) - flood_span},
        &rows));
    *ret_times = rows.at[0].times + not_written(w, site_id);
    add_site(w, site_id, *ret_times);
    return NULL;
}

oq_err *alarm_is_flood(alert_writing *w, oq_uuid site_id, bool *ret_flood)
{
    int64_t times;
    OQ_TRY(alarm_raised_lately(w, site_id, &times));
    *ret_flood = times >= FLOOD_OVER;
    return NULL;
}

/* --- what came --------------------------------------------------------------------------------*/

void alarm_keep_asset(alert_writing *w, const alert *a)
{
    if (oq_uuid_is_zero(a->asset_id) || a->occurrences != 1)
        return;
    if (w->assets == w->assets_room) {
        size_t room = w->assets_room ? w->assets_room * 2 : 16;
        oq_uuid *bigger = oq_new_n(oq_scope_arena(w->s), oq_uuid, room);
        if (w->assets)
            memcpy(bigger, w->asset, w->assets * sizeof *bigger);
        w->asset = bigger;
        w->assets_room = room;
    }
    w->first_at = w->assets && w->first_at < a->raised_at ? w->first_at : a->raised_at;
    w->last_at = w->assets && w->last_at > a->raised_at ? w->last_at : a->raised_at;
    w->asset[w->assets++] = a->asset_id;
}

void alarm_count_raised(alert_writing *w, oq_uuid site_id, oq_us since)
{
    for (size_t i = 0; i < w->sites; i++)
        if (oq_uuid_is_zero(w->site[i].id) || oq_uuid_eq(w->site[i].id, site_id))
            w->site[i].times += since >= oq_now(w->s) - flood_span;
}

oq_err *alarm_find_first_outs(alert_writing *w)
{
    if (!w->assets)
        return NULL;
    oq_uuids came = {w->asset, w->assets};
    w->assets = 0;
    return sql_alert_first_out(w->s,
                               (sql_alert_first_out_args){.asset_ids = came,
                                                          .from_time = w->first_at - together,
                                                          .to_time = w->last_at + together,
                                                          .seen_from = w->first_at - 2 * together,
                                                          .seen_to = w->last_at + 2 * together,
                                                          .together_s = 10},
                               NULL);
}
