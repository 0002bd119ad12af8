/* What is quiet, and until when. */
#include "alarm/inner.h"

const oq_field silence_fields[] = {
    OQ_UUID(silence, id),         OQ_CHOICE(silence, kind, silence_kind_choices),
    OQ_UUID(silence, rule_id),    OQ_UUID(silence, asset_id),
    OQ_UUID(silence, site_id),    OQ_TIME(silence, from_time),
    OQ_TIME(silence, to_time),    OQ_TEXT(silence, reason),
    OQ_UUID(silence, made_by),    OQ_TIME(silence, ended_at),
    OQ_TIME(silence, created_at), OQ_FIELDS_END,
};
const oq_field silenced_alert_fields[] = {
    OQ_UUID(silenced_alert, id),      OQ_TEXT(silenced_alert, suppressed_by),
    OQ_UUID(silenced_alert, rule_id), OQ_UUID(silenced_alert, asset_id),
    OQ_UUID(silenced_alert, site_id), OQ_FIELDS_END,
};
const oq_field alert_step_fields[] = {
    OQ_UUID(alert_step, id),
    OQ_TEXT(alert_step, step),
    OQ_TIME(alert_step, at),
    OQ_UUID(alert_step, made_by),
    OQ_TEXT(alert_step, made_by_name),
    OQ_TEXT(alert_step, note),
    OQ_FIELDS_END,
};

#include "alarm.sql.h"

#include "base/banned.h"

enum { FLOOD_ENDS = 5 }; /* half of what makes one */

oq_err *silences_now(alert_writing *w)
{
    sql_silences_now_rows rows;
    if (w->has_silences)
        return NULL;
    OQ_TRY(sql_silences_now(w->s, (sql_silences_now_args){.now = oq_now(w->s)}, &rows));
    w->silences = (silences){rows.at, rows.count};
    w->has_silences = true;
    return NULL;
}

static bool covers(oq_uuid wanted, oq_uuid id)
{
    return oq_uuid_is_zero(wanted) || oq_uuid_eq(wanted, id);
}

const silence *silence_of(const silences *list, oq_uuid rule_id, oq_uuid asset_id, oq_uuid site_id,
                          bool shelved)
{
    const silence *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const silence *one = &list->at[i];
        if ((one->kind == SILENCE_SHELVED) == shelved && covers(one->rule_id, rule_id) &&
            covers(one->asset_id, asset_id) && covers(one->site_id, site_id) &&
            (!found || one->to_time > found->to_time))
            found = one;
    }
    return found;
}

/* --- what time ends ----------------------------------------------------------------------------*/

/* Of a flood's end people are not told one by one: they were told of the flood. */
static oq_err *show_again(alert_writing *w, oq_uuids ids, const char *step, bool announced)
{
    sql_alerts_get_rows rows;
    for (size_t i = 0; i < ids.count; i++)
        OQ_TRY(alert_add_step(w, ids.at[i], step, oq_now(w->s), OQ_UUID_ZERO, OQ_NONE));
    OQ_TRY(sql_alerts_get(w->s, (sql_alerts_get_args){.ids = ids}, &rows));
    OQ_TRY(alert_write_shown(w, rows.at, rows.count, announced));
    for (size_t i = 0; i < rows.count; i++)
        OQ_TRY(alert_tell_pages(w, &rows.at[i]));
    return NULL;
}

static oq_err *end_shelves(alert_writing *w, bool *any)
{
    sql_alert_shelves_over_rows over;
    OQ_TRY(sql_alert_shelves_over(w->s, (sql_alert_shelves_over_args){.now = oq_now(w->s)}, &over));
    if (over.count == 0)
        return NULL;
    oq_uuid *id = oq_new_n(oq_scope_arena(w->s), oq_uuid, over.count);
    for (size_t i = 0; i < over.count; i++) {
        id[i] = over.at[i].id;
        OQ_TRY(sql_alert_shelve(
            w->s, (sql_alert_shelve_args){.id = id[i], .until = OQ_TIME_NONE, .now = oq_now(w->s)},
            NULL));
    }
    *any = true;
    return show_again(w, (oq_uuids){id, over.count}, "unshelved", true);
}

static oq_err *unsuppress(alert_writing *w, oq_uuids ids, bool announced, bool *any)
{
    if (ids.count == 0)
        return NULL;
    *any = true;
    OQ_TRY(
        sql_alert_suppress(w->s, (sql_alert_suppress_args){.ids = ids, .now = oq_now(w->s)}, NULL));
    return show_again(w, ids, "unsuppressed", announced);
}

static oq_err *end_windows(alert_writing *w, bool *any)
{
    sql_alert_silenced_rows rows;
    size_t count = 0;
    OQ_TRY(sql_alert_silenced(w->s, &rows));
    oq_uuid *id = oq_new_n(oq_scope_arena(w->s), oq_uuid, rows.count);
    if (rows.count)
        OQ_TRY(silences_now(w));
    for (size_t i = 0; i < rows.count; i++) {
        const silenced_alert *a = &rows.at[i];
        if (!silence_of(&w->silences, a->rule_id, a->asset_id, a->site_id, false))
            id[count++] = a->id;
    }
    return unsuppress(w, (oq_uuids){id, count}, true, any);
}

static oq_err *end_floods(alert_writing *w, bool *any)
{
    sql_alert_flooded_rows rows;
    size_t count = 0;
    oq_uuid asked = OQ_UUID_ZERO;
    int64_t times = 0;
    OQ_TRY(sql_alert_flooded(w->s, &rows));
    oq_uuid *id = oq_new_n(oq_scope_arena(w->s), oq_uuid, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        if (i == 0 || !oq_uuid_eq(asked, rows.at[i].site_id))
            OQ_TRY(alarm_raised_lately(w, rows.at[i].site_id, &times));
        asked = rows.at[i].site_id;
        if (times <= FLOOD_ENDS)
            id[count++] = rows.at[i].id;
    }
    return unsuppress(w, (oq_uuids){id, count}, false, any);
}

oq_err *silences_end(alert_writing *w, bool *ret_any)
{
    *ret_any = false;
    OQ_TRY(end_shelves(w, ret_any));
    OQ_TRY(end_windows(w, ret_any));
    OQ_TRY(end_floods(w, ret_any));
    return alert_writing_end(w);
}
