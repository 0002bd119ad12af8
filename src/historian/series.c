#include "historian/series.h"

#include <float.h>
#include <math.h>

#include "audit/audit.h"
#include "historian/calc.h"
#include "historian/inner.h"
#include "quant/unit.h"
#include "tenant/settings.h"

#include "series.sql.h"

#include "base/banned.h"

const oq_choice series_kind_choices[] = {
    {SERIES_MEASURED, "measured"},
    {SERIES_CALCULATED, "calculated"},
    {SERIES_SIMULATED, "simulated"},
    {0, NULL},
};

enum { DAYS_MAX = 36500 };

/* What is read of a series and what is ordered share these. */
#define SERIES_RULES(rec)                                                                          \
    OQ_UUID(rec, asset_id), OQ_UUID(rec, component_id),                                            \
        OQ_TEXT(rec, name, .max = 200, .help = "What people call it"),                             \
        OQ_TEXT(rec, name_ar, .max = 200, .help = "The same in Arabic"),                           \
        OQ_TEXT(rec, unit, .max = UNIT_TEXT_MAX, .help = "As engineers write it: mm/s, degC, %"),  \
        OQ_CHOICE(rec, kind, series_kind_choices),                                                 \
        OQ_BOOL(rec, is_state, .help = "A value holds until the next one, instead of a slope"),    \
        OQ_JSON(rec, state_texts, .help = "{\"0\": {\"en\": \"off\", \"ar\": \"...\"}}"),          \
        OQ_F64(rec, instrument_min, .help = "A value below is marked as outside the instrument"),  \
        OQ_F64(rec, instrument_max),                                                               \
        OQ_I64(rec, gap_max_us, .min = 1, .help = "A longer silence is a gap (microseconds)"),     \
        OQ_F64(rec, exception_deviation, .f64_min = 0, .f64_max = DBL_MAX,                         \
               .help = "A change within says nothing new; in the unit"),                           \
        OQ_I64(rec, exception_max_us, .min = 0),                                                   \
        OQ_F64(rec, compression_deviation, .f64_min = 0, .f64_max = DBL_MAX,                       \
               .help = "Swinging door: the largest error; in the unit"),                           \
        OQ_I64(rec, compression_max_us, .min = 0),                                                 \
        OQ_I64(rec, retention_days, .min = 0, .max = DAYS_MAX,                                     \
               .help = "Days that samples are kept; 0: for ever; not given: as the tenant"),       \
        OQ_TEXT(rec, expression, .max = 2000, .help = "Of a calculated series"),                   \
        OQ_TEXT(rec, source, .max = 40)

const oq_field series_fields[] = {
    OQ_UUID(series, id),
    OQ_I64(series, no, .help = "Small, of this tenant"),
    OQ_TEXT(series, key, .max = SERIES_KEY_MAX),
    OQ_TEXT(series, metric, .max = SERIES_METRIC_MAX),
    SERIES_RULES(series),
    OQ_BOOL(series, is_active),
    OQ_I64(series, version, .help = "Rises by one at each change"),
    OQ_TIME(series, created_at),
    OQ_TIME(series, updated_at),
    OQ_FIELDS_END,
};

const oq_field series_order_fields[] = {
    OQ_TEXT(series_order, key, .max = SERIES_KEY_MAX,
            .help = "How senders call it; not given: <asset code>.<metric>"),
    OQ_TEXT(series_order, metric, .max = SERIES_METRIC_MAX, .help = "vibration_rms"),
    SERIES_RULES(series_order),
    OQ_BOOL(series_order, is_active, .preset = "true", .help = "false: new samples are refused"),
    OQ_I64(series_order, version, .min = 1, .help = "Of an update: as it was read"),
    OQ_FIELDS_END,
};

const oq_field series_of_asset_fields[] = {
    OQ_TEXT(series_of_asset, asset_code),
    OQ_TEXT(series_of_asset, name),
    OQ_TEXT(series_of_asset, name_ar),
    OQ_TEXT(series_of_asset, unit),
    OQ_BOOL(series_of_asset, is_state),
    OQ_F64(series_of_asset, instrument_min),
    OQ_F64(series_of_asset, instrument_max),
    OQ_I64(series_of_asset, gap_max_us),
    OQ_FIELDS_END,
};

/* --- reading ----------------------------------------------------------------------------------*/

aggregate_rule series_rule(const series *e)
{
    return (aggregate_rule){
        .is_state = e->is_state,
        .gap_max = e->gap_max_us == OQ_I64_NONE ? 0 : e->gap_max_us,
    };
}

archive_rule series_archive_rule(const series *e)
{
    return (archive_rule){
        .exception_deviation = e->exception_deviation,
        .exception_max = e->exception_max_us == OQ_I64_NONE ? 0 : e->exception_max_us,
        .compression_deviation = e->compression_deviation,
        .compression_max = e->compression_max_us == OQ_I64_NONE ? 0 : e->compression_max_us,
        .is_state = e->is_state,
        .gap_max = series_rule(e).gap_max,
    };
}

oq_err *series_get(oq_scope *s, oq_uuid id, series **ret_series)
{
    sql_series_get_rows rows;
    OQ_TRY(sql_series_get(s, (sql_series_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "series.not_found");
    *ret_series = &rows.at[0];
    return NULL;
}

oq_err *series_find_by_key(oq_scope *s, oq_str key, series **ret_series)
{
    sql_series_by_key_rows rows;
    OQ_TRY(sql_series_by_key(s, (sql_series_by_key_args){.key = key}, &rows));
    *ret_series = rows.count ? &rows.at[0] : NULL;
    return NULL;
}

oq_err *series_get_many(oq_scope *s, const oq_uuid *id, size_t count, series_list *ret_list)
{
    sql_series_many_rows rows = {0};
    if (count)
        OQ_TRY(sql_series_many(s, (sql_series_many_args){.ids = {(oq_uuid *)(uintptr_t)id, count}},
                               &rows));
    *ret_list = (series_list){rows.at, rows.count};
    return NULL;
}

oq_err *series_find(oq_scope *s, const series_filter *filter, size_t limit, series_list *ret_list)
{
    sql_series_find_rows rows;
    OQ_TRY(sql_series_find(
        s,
        (sql_series_find_args){
            .asset_id = filter->asset_id,
            .q = filter->q.len ? filter->q : OQ_NONE,
            .metric = filter->metric.len ? filter->metric : OQ_NONE,
            .unit = filter->unit.len ? filter->unit : OQ_NONE,
            .kind =
                oq_cstr(filter->kind ? oq_choice_text(series_kind_choices, filter->kind) : NULL),
            .after_key = filter->after_key,
            .limit = (int64_t)limit,
        },
        &rows));
    *ret_list = (series_list){rows.at, rows.count};
    return NULL;
}

/* --- keys ---------------------------------------------------------------------------------------*/

void series_key_part(oq_buf *key, oq_str text, const char *marked)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(marked, text.ptr[i]))
            oq_buf_char(key, '\\');
        oq_buf_char(key, text.ptr[i]);
    }
}

oq_str series_key(oq_arena *arena, oq_str asset_code, oq_str metric)
{
    OQ_AUTO(oq_buf) key = oq_buf_make(2 * (asset_code.len + metric.len) + 2);
    series_key_part(&key, asset_code, SERIES_MARKED_ASSET);
    oq_buf_char(&key, '.');
    series_key_part(&key, metric, SERIES_MARKED_METRIC);
    return oq_str_copy(arena, oq_buf_view(&key));
}

bool series_key_ok(oq_str key)
{
    if (key.len == 0 || key.len > SERIES_KEY_MAX || key.ptr[0] == ' ' ||
        key.ptr[key.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < key.len; i++)
        if ((unsigned char)key.ptr[i] < ' ' || key.ptr[i] == 0x7f)
            return false;
    return oq_utf8_valid(key);
}

oq_err *series_check_key(oq_str key)
{
    if (series_key_ok(key))
        return NULL;
    return oq_fail_field("key", "series.key_invalid", "key=%.*s max=%d",
                         OQ_FMT(oq_str_sub(key, 0, 100)), SERIES_KEY_MAX);
}

/* --- what others remember -----------------------------------------------------------------------*/

static void (*forget_series)(oq_uuid tenant_id);

void series_use_forget(void (*forget)(oq_uuid tenant_id))
{
    forget_series = forget;
}

static void forget_after_commit(void *arg)
{
    const oq_uuid *id = arg;
    if (forget_series)
        forget_series(*id);
}

oq_err *series_tell(oq_scope *s)
{
    oq_uuid id = oq_scope_tenant(s);
    oq_scope_after_commit_copy(s, forget_after_commit, &id, sizeof id);
    sql_series_told_rows told;
    return sql_series_told(s, &told);
}

/* --- making and changing ------------------------------------------------------------------------*/

static oq_err *check_rules(const series_order *o, int kind)
{
    unit parsed;
    if (o->unit.len)
        OQ_TRY(unit_parse(o->unit, &parsed));
    if (o->instrument_min >= o->instrument_max)
        return oq_fail_field("instrument_min", "series.limits_crossed", "min=%g max=%g",
                             o->instrument_min, o->instrument_max);
    if (kind == SERIES_CALCULATED && !o->expression.len)
        return oq_fail_field("expression", "series.expression_missing");
    if (kind != SERIES_CALCULATED && o->expression.len)
        return oq_fail_field("expression", "series.expression_unexpected");
    return NULL;
}

static oq_err *record(oq_scope *s, const char *action, const series *e, oq_str changes)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "series",
                                          .object_id = e->id,
                                          .object_label = e->key,
                                          .changes = changes});
}

static double given_f64(double wanted, double otherwise)
{
    return isnan(wanted) ? otherwise : wanted;
}

/* What the order leaves open, from the class of its asset. */
static oq_err *take_from_class(oq_scope *s, series_order *o, oq_str *ret_asset_code)
{
    *ret_asset_code = OQ_NONE;
    if (oq_uuid_is_zero(o->asset_id))
        return NULL;
    sql_series_asset_rows rows;
    OQ_TRY(sql_series_asset(
        s, (sql_series_asset_args){.asset_id = o->asset_id, .metric = o->metric}, &rows));
    if (rows.count == 0)
        return oq_fail_field("asset_id", "asset.not_found");
    const series_of_asset *of = &rows.at[0];
    *ret_asset_code = of->asset_code;
    if (!o->name.len && !o->name_ar.len) {
        o->name = of->name;
        o->name_ar = of->name_ar;
    }
    if (!o->unit.len)
        o->unit = of->unit;
    o->is_state |= of->is_state;
    o->instrument_min = given_f64(o->instrument_min, of->instrument_min);
    o->instrument_max = given_f64(o->instrument_max, of->instrument_max);
    if (o->gap_max_us == OQ_I64_NONE)
        o->gap_max_us = of->gap_max_us;
    return NULL;
}

static oq_err *settle_key(oq_scope *s, series_order *o, oq_str asset_code)
{
    if (!o->metric.len)
        return oq_fail_field("metric", "field.required");
    if (!o->key.len && !asset_code.len)
        return oq_fail_field("key", "field.required");
    if (!o->key.len)
        o->key = series_key(oq_scope_arena(s), asset_code, o->metric);
    return series_check_key(o->key);
}

static oq_err *take_number(oq_scope *s, int64_t *ret_no)
{
    tenant_settings *settings;
    sql_series_counter_rows counter;
    OQ_TRY(tenant_settings_get(s, &settings));
    OQ_TRY(sql_series_counter(s, (sql_series_counter_args){.add = 1}, &counter));
    *ret_no = counter.at[0].last_no;
    if (*ret_no > settings->series_max)
        return oq_fail(OQ_LIMIT, "series.too_many", "max=%lld", (long long)settings->series_max);
    return NULL;
}

/* An empty text of a form is not given to the database either. */
static oq_str given_text(oq_str text)
{
    return text.len ? text : OQ_NONE;
}

oq_err *series_create(oq_scope *s, const series_order *order, series **ret_series)
{
    series_order o = *order;
    oq_str asset_code;
    int64_t no;
    oq_us now = oq_now(s);
    o.kind = o.kind ? o.kind : SERIES_MEASURED;
    OQ_TRY(take_from_class(s, &o, &asset_code));
    OQ_TRY(settle_key(s, &o, asset_code));
    OQ_TRY(check_rules(&o, o.kind));
    OQ_TRY(take_number(s, &no));
    sql_series_add_rows rows;
    OQ_TRY(sql_series_add(s,
                          (sql_series_add_args){
                              .no = no,
                              .id = oq_uuid_new(now),
                              .key = o.key,
                              .asset_id = o.asset_id,
                              .asset_code = asset_code,
                              .component_id = o.component_id,
                              .metric = o.metric,
                              .name = given_text(o.name),
                              .name_ar = given_text(o.name_ar),
                              .unit = o.unit.len ? o.unit : OQ_STR("1"),
                              .kind = oq_cstr(oq_choice_text(series_kind_choices, o.kind)),
                              .is_state = o.is_state,
                              .state_texts = given_text(o.state_texts),
                              .instrument_min = o.instrument_min,
                              .instrument_max = o.instrument_max,
                              .gap_max_us = o.gap_max_us,
                              .exception_deviation = o.exception_deviation,
                              .exception_max_us = o.exception_max_us,
                              .compression_deviation = o.compression_deviation,
                              .compression_max_us = o.compression_max_us,
                              .retention_days = o.retention_days,
                              .expression = given_text(o.expression),
                              .source = o.source.len ? o.source : OQ_STR("person"),
                              .is_active = o.is_active,
                              .now = now,
                          },
                          &rows));
    series *made = &rows.at[0];
    if (made->kind == SERIES_CALCULATED)
        OQ_TRY(calc_define(s, made));
    OQ_TRY(record(s, "series.created", made,
                  audit_changes(oq_scope_arena(s), series_fields, NULL, made)));
    *ret_series = made;
    return NULL;
}

/* What never changes. An order that repeats it is welcome. */
static oq_err *check_fixed(const series *before, const series_order *o)
{
    if (o->key.len && !oq_str_eq(o->key, before->key))
        return oq_fail_field("key", "series.key_fixed");
    if (o->metric.len && !oq_str_eq(o->metric, before->metric))
        return oq_fail_field("metric", "series.key_fixed");
    if (o->kind && o->kind != before->kind)
        return oq_fail_field("kind", "series.kind_fixed");
    return NULL;
}

oq_err *series_update(oq_scope *s, oq_uuid id, const series_order *o, series **ret_series)
{
    series *before;
    oq_str asset_code;
    OQ_TRY(series_get(s, id, &before));
    OQ_TRY(check_fixed(before, o));
    OQ_TRY(check_rules(o, before->kind));
    series_order probe = {.asset_id = o->asset_id, .metric = before->metric};
    OQ_TRY(take_from_class(s, &probe, &asset_code)); /* only whether the asset is there */
    sql_series_change_rows rows;
    OQ_TRY(sql_series_change(s,
                             (sql_series_change_args){
                                 .id = id,
                                 .version = o->version,
                                 .asset_id = o->asset_id,
                                 .component_id = o->component_id,
                                 .name = given_text(o->name),
                                 .name_ar = given_text(o->name_ar),
                                 .unit = o->unit.len ? o->unit : before->unit,
                                 .is_state = o->is_state,
                                 .state_texts = given_text(o->state_texts),
                                 .instrument_min = o->instrument_min,
                                 .instrument_max = o->instrument_max,
                                 .gap_max_us = o->gap_max_us,
                                 .exception_deviation = o->exception_deviation,
                                 .exception_max_us = o->exception_max_us,
                                 .compression_deviation = o->compression_deviation,
                                 .compression_max_us = o->compression_max_us,
                                 .retention_days = o->retention_days,
                                 .expression = given_text(o->expression),
                                 .is_active = o->is_active,
                                 .now = oq_now(s),
                             },
                             &rows));
    if (rows.count == 0)
        return oq_fail(OQ_CONFLICT, "series.version_stale", "version=%lld",
                       (long long)before->version);
    series *after = &rows.at[0];
    if (after->kind == SERIES_CALCULATED)
        OQ_TRY(calc_define(s, after));
    OQ_TRY(calc_input_changed(s, before, after));
    OQ_TRY(record(s, "series.changed", after,
                  audit_changes(oq_scope_arena(s), series_fields, before, after)));
    OQ_TRY(series_tell(s));
    *ret_series = after;
    return NULL;
}
