/* Signals over HTTP: what there is, and how it is defined. */
#include "historian/api.h"
#include "historian/series_query.h"

#include <float.h>
#include <math.h>

#include "base/banned.h"

/* --- a list ------------------------------------------------------------------------------------*/

typedef struct series_list_query {
    oq_uuid asset_id;
    oq_str q, metric;
    int kind;
    oq_str cursor;
    int64_t limit;
} series_list_query;
const oq_field series_list_query_fields[] = {
    OQ_UUID(series_list_query, asset_id),
    OQ_TEXT(series_list_query, q, .max = 200, .help = "A part of key or name"),
    OQ_TEXT(series_list_query, metric, .max = SERIES_METRIC_MAX),
    OQ_CHOICE(series_list_query, kind, series_kind_choices),
    OQ_TEXT(series_list_query, cursor, .max = 2 * SERIES_KEY_MAX),
    OQ_I64(series_list_query, limit, .preset = "100", .min = 1, .max = SERIES_LIST_MAX),
    OQ_FIELDS_END,
};

const oq_field series_item_fields[] = {
    OQ_UUID(series_item, id),
    OQ_TEXT(series_item, key),
    OQ_UUID(series_item, asset_id),
    OQ_UUID(series_item, component_id),
    OQ_TEXT(series_item, metric),
    OQ_TEXT(series_item, name),
    OQ_TEXT(series_item, name_ar),
    OQ_TEXT(series_item, unit),
    OQ_CHOICE(series_item, kind, series_kind_choices),
    OQ_BOOL(series_item, is_state),
    OQ_BOOL(series_item, is_active),
    OQ_TIME(series_item, last_time, .help = "Of the newest sample; null: there is none"),
    OQ_F64(series_item, last_value),
    OQ_I64(series_item, last_quality, .help = "OPC UA status code"),
    OQ_FIELDS_END,
};

static series_item item_of(const series *e, const hist_last *last)
{
    bool has_sample = last->time != OQ_TIME_NONE;
    return (series_item){
        .id = e->id,
        .key = e->key,
        .asset_id = e->asset_id,
        .component_id = e->component_id,
        .metric = e->metric,
        .name = e->name,
        .name_ar = e->name_ar,
        .unit = e->unit,
        .kind = e->kind,
        .is_state = e->is_state,
        .is_active = e->is_active,
        .last_time = last->time,
        .last_value = last->value,
        .last_quality = has_sample ? (int64_t)last->quality : OQ_I64_NONE,
    };
}

oq_err *series_api_list(http_req *rq, oq_scope *s)
{
    oq_arena *arena = http_arena(rq);
    series_list_query q;
    series_filter filter = {0};
    series_list found;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_key_of_cursor(arena, q.cursor, &filter.after_key));
    filter.asset_id = q.asset_id;
    filter.q = q.q;
    filter.metric = q.metric;
    filter.kind = q.kind;
    OQ_TRY(series_find(s, &filter, (size_t)q.limit + 1, &found));
    oq_str next = OQ_NONE;
    if (found.count > (size_t)q.limit) {
        found.count--;
        next = query_cursor_of_key(arena, found.at[found.count - 1].key);
    }
    int32_t *no = oq_new_n(arena, int32_t, found.count);
    hist_last *last = oq_new_n(arena, hist_last, found.count);
    series_item *item = oq_new_n(arena, series_item, found.count);
    for (size_t i = 0; i < found.count; i++)
        no[i] = (int32_t)found.at[i].no;
    OQ_TRY(hist_last_values(s, no, found.count, last));
    for (size_t i = 0; i < found.count; i++)
        item[i] = item_of(&found.at[i], &last[i]);
    http_answer_list(rq, item, sizeof *item, found.count, next);
    return NULL;
}

/* --- one ---------------------------------------------------------------------------------------*/

oq_err *series_api_create(http_req *rq, oq_scope *s)
{
    series_order order;
    series *made;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(series_create(s, &order, &made));
    http_answer_record(rq, 201, made);
    return NULL;
}

oq_err *series_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    series *found;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(series_get(s, id, &found));
    http_answer_record(rq, 200, found);
    return NULL;
}

/* --- a change ----------------------------------------------------------------------------------*/

/* What may be taken away again. */
enum {
    CLEAR_NAME = 1,
    CLEAR_NAME_AR,
    CLEAR_ASSET,
    CLEAR_COMPONENT,
    CLEAR_STATE_TEXTS,
    CLEAR_INSTRUMENT_MIN,
    CLEAR_INSTRUMENT_MAX,
    CLEAR_GAP,
    CLEAR_EXCEPTION,
    CLEAR_COMPRESSION,
    CLEAR_RETENTION
};
static const oq_choice clear_choices[] = {
    {CLEAR_NAME, "name"},
    {CLEAR_NAME_AR, "name_ar"},
    {CLEAR_ASSET, "asset_id"},
    {CLEAR_COMPONENT, "component_id"},
    {CLEAR_STATE_TEXTS, "state_texts"},
    {CLEAR_INSTRUMENT_MIN, "instrument_min"},
    {CLEAR_INSTRUMENT_MAX, "instrument_max"},
    {CLEAR_GAP, "gap_max_us"},
    {CLEAR_EXCEPTION, "exception_deviation"},
    {CLEAR_COMPRESSION, "compression_deviation"},
    {CLEAR_RETENTION, "retention_days"},
    {0, NULL},
};

/* What is not given stays; booleans are JSON, so that "not given" can be told from false. */
typedef struct series_patch {
    oq_strs clear;
    oq_uuid asset_id, component_id;
    oq_str name, name_ar, unit, is_state, state_texts;
    double instrument_min, instrument_max;
    int64_t gap_max_us;
    double exception_deviation;
    int64_t exception_max_us;
    double compression_deviation;
    int64_t compression_max_us, retention_days;
    oq_str expression, is_active;
    int64_t version;
} series_patch;
const oq_field series_patch_fields[] = {
    OQ_TEXTS(series_patch, clear, .max = OQ_COUNT(clear_choices), .choices = clear_choices,
             .help = "Fields to take away"),
    OQ_UUID(series_patch, asset_id),
    OQ_UUID(series_patch, component_id),
    OQ_TEXT(series_patch, name, .max = 200),
    OQ_TEXT(series_patch, name_ar, .max = 200),
    OQ_TEXT(series_patch, unit, .not_blank = true, .max = 80),
    OQ_JSON(series_patch, is_state, .help = "true or false"),
    OQ_JSON(series_patch, state_texts),
    OQ_F64(series_patch, instrument_min),
    OQ_F64(series_patch, instrument_max),
    OQ_I64(series_patch, gap_max_us, .min = 1),
    OQ_F64(series_patch, exception_deviation, .f64_min = 0, .f64_max = DBL_MAX),
    OQ_I64(series_patch, exception_max_us, .min = 0),
    OQ_F64(series_patch, compression_deviation, .f64_min = 0, .f64_max = DBL_MAX),
    OQ_I64(series_patch, compression_max_us, .min = 0),
    OQ_I64(series_patch, retention_days, .min = 0, .max = 36500),
    OQ_TEXT(series_patch, expression, .max = 2000),
    OQ_JSON(series_patch, is_active, .help = "true or false: new samples are refused"),
    OQ_I64(series_patch, version, .required = true, .min = 1, .help = "As it was read"),
    OQ_FIELDS_END,
};

static oq_err *patch_bool(const char *field, oq_str json, bool *value)
{
    if (!oq_str_given(json) || oq_parse_bool(json, value))
        return NULL;
    return oq_fail_field(field, "field.type", "wanted=%s", "boolean");
}

static int64_t number_or(int64_t given, int64_t otherwise)
{
    return given == OQ_I64_NONE ? otherwise : given;
}
static double real_or(double given, double otherwise)
{
    return isnan(given) ? otherwise : given;
}
static oq_str text_or(oq_str given, oq_str otherwise)
{
    return oq_str_given(given) ? given : otherwise;
}
static oq_uuid id_or(oq_uuid given, oq_uuid otherwise)
{
    return oq_uuid_is_zero(given) ? otherwise : given;
}

static oq_err *merge(const series_patch *p, const series *e, series_order *ret_order)
{
    *ret_order = (series_order){
        .kind = e->kind,
        .asset_id = id_or(p->asset_id, e->asset_id),
        .component_id = id_or(p->component_id, e->component_id),
        .name = text_or(p->name, e->name),
        .name_ar = text_or(p->name_ar, e->name_ar),
        .unit = text_or(p->unit, e->unit),
        .is_state = e->is_state,
        .state_texts = text_or(p->state_texts, e->state_texts),
        .instrument_min = real_or(p->instrument_min, e->instrument_min),
        .instrument_max = real_or(p->instrument_max, e->instrument_max),
        .gap_max_us = number_or(p->gap_max_us, e->gap_max_us),
        .exception_deviation = real_or(p->exception_deviation, e->exception_deviation),
        .exception_max_us = number_or(p->exception_max_us, e->exception_max_us),
        .compression_deviation = real_or(p->compression_deviation, e->compression_deviation),
        .compression_max_us = number_or(p->compression_max_us, e->compression_max_us),
        .retention_days = number_or(p->retention_days, e->retention_days),
        .expression = text_or(p->expression, e->expression),
        .is_active = e->is_active,
        .version = p->version,
    };
    OQ_TRY(patch_bool("is_state", p->is_state, &ret_order->is_state));
    return patch_bool("is_active", p->is_active, &ret_order->is_active);
}

static void clear(int what, series_order *order)
{
    switch (what) {
    case CLEAR_NAME:
        order->name = OQ_NONE;
        break;
    case CLEAR_NAME_AR:
        order->name_ar = OQ_NONE;
        break;
    case CLEAR_ASSET:
        order->asset_id = OQ_UUID_ZERO;
        break;
    case CLEAR_COMPONENT:
        order->component_id = OQ_UUID_ZERO;
        break;
    case CLEAR_STATE_TEXTS:
        order->state_texts = OQ_NONE;
        break;
    case CLEAR_INSTRUMENT_MIN:
        order->instrument_min = NAN;
        break;
    case CLEAR_INSTRUMENT_MAX:
        order->instrument_max = NAN;
        break;
    case CLEAR_GAP:
        order->gap_max_us = OQ_I64_NONE;
        break;
    case CLEAR_EXCEPTION:
        order->exception_deviation = NAN;
        order->exception_max_us = OQ_I64_NONE;
        break;
    case CLEAR_COMPRESSION:
        order->compression_deviation = NAN;
        order->compression_max_us = OQ_I64_NONE;
        break;
    default:
        order->retention_days = OQ_I64_NONE;
        break;
    }
}

oq_err *series_api_change(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    series_patch patch;
    series_order order;
    series *e;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &patch));
    OQ_TRY(series_get(s, id, &e));
    OQ_TRY(merge(&patch, e, &order));
    for (size_t i = 0; i < patch.clear.count; i++) {
        int what;
        if (oq_choice_value(clear_choices, patch.clear.at[i], &what))
            clear(what, &order);
    }
    OQ_TRY(series_update(s, id, &order, &e));
    http_answer_record(rq, 200, e);
    return NULL;
}
