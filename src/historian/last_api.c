/* Newest values of many series over HTTP. */
#include "historian/api.h"
#include "historian/points_json.h"
#include "historian/series_query.h"

#include <math.h>

#include "base/banned.h"

typedef struct last_query {
    QUERY_PICK_MEMBERS;
    oq_str cursor;
    int64_t limit;
} last_query;
const oq_field last_query_fields[] = {
    QUERY_PICK_FIELDS(last_query),
    OQ_TEXT(last_query, cursor, .max = 2 * SERIES_KEY_MAX),
    OQ_I64(last_query, limit, .preset = "1000", .min = 1, .max = HIST_SERIES_MAX),
    OQ_FIELDS_END,
};

const oq_field last_item_fields[] = {
    OQ_UUID(last_item, id),
    OQ_TEXT(last_item, key),
    OQ_TEXT(last_item, unit),
    OQ_TIME(last_item, time, .help = "null: the series has no sample"),
    OQ_F64(last_item, value),
    OQ_I64(last_item, quality, .help = "OPC UA status code"),
    OQ_FIELDS_END,
};

/* The items of a thousand series are most of the work, so they are written by hand; the table above
 * says the same to the manual. */
static void put_item(oq_json *j, moment_writer *m, number_writer *w, const hist_name *name,
                     const hist_last *last)
{
    char text[MOMENT_TEXT_MAX + NUMBER_TEXT_MAX];
    bool has_sample = last->time != OQ_TIME_NONE;
    oq_json_object(j);
    oq_json_name(j, "id");
    oq_json_uuid(j, name->id);
    oq_json_name(j, "key");
    oq_json_text(j, name->key);
    oq_json_name(j, "unit");
    oq_json_text(j, name->unit);
    oq_json_name(j, "time");
    oq_buf *out = oq_json_raw_to(j);
    if (has_sample) {
        oq_buf_char(out, '"');
        oq_buf_put(out, text, moment_put(m, text, last->time));
        oq_buf_lit(out, "\",\"value\":");
    } else {
        oq_buf_lit(out, "null,\"value\":");
    }
    if (isfinite(last->value))
        oq_buf_put(out, text, number_put(w, text, last->value));
    else
        oq_buf_lit(out, "null");
    oq_buf_lit(out, ",\"quality\":");
    if (has_sample)
        oq_buf_put(out, text, number_put_i64(text, last->quality));
    else
        oq_buf_lit(out, "null");
    oq_json_object_end(j);
}

oq_err *last_api_get(http_req *rq, oq_scope *s)
{
    oq_arena *arena = http_arena(rq);
    last_query q;
    hist_names names;
    OQ_TRY(http_query(rq, &q));
    query_pick pick = QUERY_PICK(q);
    OQ_TRY(query_key_of_cursor(arena, q.cursor, &pick.filter.after_key));
    OQ_TRY(query_pick_names(s, &pick, (size_t)q.limit, &names));
    int32_t *no = oq_new_n(arena, int32_t, names.count);
    hist_last *last = oq_new_n(arena, hist_last, names.count);
    for (size_t i = 0; i < names.count; i++)
        no[i] = (int32_t)names.at[i].no;
    OQ_TRY(hist_last_values(s, no, names.count, last));
    moment_writer m = {0};
    number_writer w = {0};
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < names.count; i++)
        put_item(j, &m, &w, &names.at[i], &last[i]);
    oq_json_array_end(j);
    oq_str last_key = names.more ? names.at[names.count - 1].key : OQ_NONE;
    oq_json_put(j, text, "next", names.more ? query_cursor_of_key(arena, last_key) : OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}
