#include "historian/series_query.h"

#include <math.h>

#include "historian/reading.h"

#include "read.sql.h"

#include "base/banned.h"

/* --- moments -----------------------------------------------------------------------------------*/

/* From here on a number is milliseconds: as seconds it would be the year 5138. */
#define MS_FROM 1e11

oq_err *query_time(oq_str text, const char *field, oq_us otherwise, oq_us *ret_at)
{
    double number;
    *ret_at = otherwise;
    if (!text.len || oq_time_parse(text, ret_at))
        return NULL;
    if (!oq_parse_f64(text, &number) || fabs(number) > 1e15)
        return oq_fail_field(field, "field.type", "wanted=%s", "time");
    double us = fabs(number) < MS_FROM ? number * 1e6 : number * 1e3;
    *ret_at = (oq_us)llround(us);
    return NULL;
}

oq_err *query_span(oq_scope *s, oq_str from, oq_str to, oq_str known_at, hist_span *ret_span)
{
    OQ_TRY(query_time(to, "to", oq_now(s), &ret_span->to));
    OQ_TRY(query_time(from, "from", ret_span->to - OQ_HOUR, &ret_span->from));
    OQ_TRY(query_time(known_at, "known_at", OQ_TIME_NONE, &ret_span->known_at));
    return hist_span_check(ret_span);
}

/* --- series ------------------------------------------------------------------------------------*/

static bool has_filter(const series_filter *f)
{
    return !oq_uuid_is_zero(f->asset_id) || f->q.len || f->metric.len || f->kind;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(oq_uuid));
}

/* Series that were named twice count once. */
static size_t different(const oq_uuids *ids)
{
    size_t count = 0;
    qsort(ids->at, ids->count, sizeof *ids->at, by_bytes);
    for (size_t i = 0; i < ids->count; i++)
        count += !i || !oq_uuid_eq(ids->at[i], ids->at[i - 1]);
    return count;
}

static oq_err *names_by_id(oq_scope *s, const oq_uuids *ids, hist_names *ret_names)
{
    sql_hist_named_rows rows;
    OQ_TRY(sql_hist_named(s, (sql_hist_named_args){.ids = *ids}, &rows));
    if (rows.count != ids->count && rows.count != different(ids))
        return oq_fail(OQ_NOT_FOUND, "series.not_found");
    *ret_names = (hist_names){rows.at, rows.count, false};
    return NULL;
}

oq_err *query_pick_names(oq_scope *s, const query_pick *pick, size_t max, hist_names *ret_names)
{
    const series_filter *f = &pick->filter;
    sql_hist_names_rows rows;
    if (pick->ids.count)
        return names_by_id(s, &pick->ids, ret_names);
    OQ_TRY(sql_hist_names(
        s,
        (sql_hist_names_args){.asset_id = f->asset_id,
                              .q = f->q,
                              .metric = f->metric,
                              .kind = oq_cstr(oq_choice_text(series_kind_choices, f->kind)),
                              .after_key = f->after_key,
                              .limit = (int64_t)max + 1},
        &rows));
    *ret_names = (hist_names){rows.at, rows.count, rows.count > max};
    ret_names->count -= ret_names->more;
    return NULL;
}

oq_err *query_pick_some(oq_scope *s, const query_pick *pick, size_t max, hist_names *ret_names)
{
    if (!pick->ids.count && !has_filter(&pick->filter))
        return oq_fail(OQ_INVALID, "series.none_asked");
    ret_names->more = pick->ids.count > max;
    if (!ret_names->more)
        OQ_TRY(query_pick_names(s, pick, max, ret_names));
    if (ret_names->more)
        return oq_fail(OQ_INVALID, "series.too_many_asked", "max=%zu", max);
    return NULL;
}

oq_err *query_pick_ids(oq_scope *s, const query_pick *pick, size_t max, oq_uuids *ret_ids)
{
    hist_names names;
    *ret_ids = pick->ids;
    if (pick->ids.count && pick->ids.count <= max)
        return NULL;
    OQ_TRY(query_pick_some(s, pick, max, &names));
    ret_ids->at = oq_new_n(oq_scope_arena(s), oq_uuid, names.count);
    ret_ids->count = names.count;
    for (size_t i = 0; i < names.count; i++)
        ret_ids->at[i] = names.at[i].id;
    return NULL;
}

oq_err *query_all_found(const hist_tracks *tracks, const oq_uuids *ids)
{
    if (tracks->count == ids->count || tracks->count == different(ids))
        return NULL;
    return oq_fail(OQ_NOT_FOUND, "series.not_found");
}

/* --- cursors -----------------------------------------------------------------------------------*/

oq_str query_cursor_of_key(oq_arena *arena, oq_str key)
{
    return oq_base64url(arena, key.ptr, key.len);
}

oq_err *query_key_of_cursor(oq_arena *arena, oq_str cursor, oq_str *ret_key)
{
    char bytes[SERIES_KEY_MAX];
    size_t len;
    *ret_key = OQ_NONE;
    if (!cursor.len)
        return NULL;
    if (!oq_base64url_parse(cursor, bytes, sizeof bytes, &len) ||
        !oq_utf8_valid(oq_strn(bytes, len)))
        return oq_fail(OQ_MALFORMED, "list.cursor_malformed");
    *ret_key = oq_str_copy(arena, oq_strn(bytes, len));
    return NULL;
}

/* --- zones -------------------------------------------------------------------------------------*/

oq_err *query_zone(http_req *rq, oq_scope *s, bucket_width width, oq_uuids ids, oq_str *ret_zone)
{
    *ret_zone = http_who_of(rq)->time_zone;
    if (width.us)
        return NULL;
    sql_hist_zones_rows rows;
    OQ_TRY(sql_hist_zones(s, (sql_hist_zones_args){.ids = ids}, &rows));
    if (rows.count == 1 && rows.at[0].time_zone.len)
        *ret_zone = rows.at[0].time_zone;
    return NULL;
}
