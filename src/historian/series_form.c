#include "historian/series_form.h"

#include <float.h>
#include <math.h>

#include "plant/record.h"
#include "plant/structure.h"
#include "quant/expr.h"
#include "web/value.h"

#include "base/banned.h"

#define SECONDS(rec, member) OQ_F64(rec, member, .f64_min = 0, .f64_max = 1e9)

const oq_field series_form_fields[] = {
    OQ_TEXT(series_form, asset, .max = PLANT_CODE_MAX),
    OQ_TEXT(series_form, component, .max = PLANT_CODE_MAX),
    OQ_TEXT(series_form, key, .max = SERIES_KEY_MAX),
    OQ_TEXT(series_form, metric, .max = SERIES_METRIC_MAX),
    OQ_TEXT(series_form, name, .max = 200),
    OQ_TEXT(series_form, name_ar, .max = 200),
    OQ_TEXT(series_form, unit, .max = 40),
    OQ_CHOICE(series_form, kind, series_kind_choices, .preset = "measured"),
    OQ_BOOL(series_form, is_state),
    OQ_TEXT(series_form, states, .max = 8000),
    OQ_F64(series_form, instrument_min),
    OQ_F64(series_form, instrument_max),
    SECONDS(series_form, gap_max_s),
    OQ_F64(series_form, exception_deviation, .f64_min = 0, .f64_max = DBL_MAX),
    SECONDS(series_form, exception_max_s),
    OQ_F64(series_form, compression_deviation, .f64_min = 0, .f64_max = DBL_MAX),
    SECONDS(series_form, compression_max_s),
    OQ_I64(series_form, retention_days, .min = 0, .max = 36500),
    OQ_TEXT(series_form, expression, .max = EXPR_TEXT_MAX),
    OQ_BOOL(series_form, is_active, .preset = "true"),
    OQ_I64(series_form, version, .min = 1),
    OQ_BOOL(series_form, preview),
    OQ_FIELDS_END,
};

/* --- states -----------------------------------------------------------------------------------*/

/* "0 = stopped = متوقف"; the Arabic text may be left out. */
static oq_err *write_state(oq_json *j, oq_arena *arena, oq_str line)
{
    oq_str rest = line, value = OQ_NONE, en = OQ_NONE, ar = OQ_NONE;
    double number;
    char key[OQ_F64_TEXT_MAX];
    oq_str_cut(&rest, '=', &value);
    oq_str_cut(&rest, '=', &en);
    oq_str_cut(&rest, '=', &ar);
    if (!oq_parse_f64(oq_str_trim(value), &number) || !isfinite(number) || !oq_str_trim(en).len)
        return oq_fail_field("states", "series.state_malformed", "line=%.*s", OQ_FMT(line));
    oq_str text = oq_strn(key, oq_f64_format(number, key));
    if (oq_str_ends(text, OQ_STR(".0")))
        text.len -= 2;
    oq_json_key(j, oq_str_copy(arena, text));
    oq_json_object(j);
    oq_json_put(j, text, "en", oq_str_trim(en));
    if (oq_str_trim(ar).len)
        oq_json_put(j, text, "ar", oq_str_trim(ar));
    oq_json_object_end(j);
    return NULL;
}

oq_err *series_states_json(oq_arena *arena, oq_str lines, oq_str *ret_json)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(32 * 1024);
    oq_json j = oq_json_to(&out);
    size_t count = 0;
    oq_json_object(&j);
    for (oq_str line, rest = lines; oq_str_cut(&rest, '\n', &line);) {
        line = oq_str_trim(line);
        if (!line.len)
            continue;
        if (++count > SERIES_STATES_MAX)
            return oq_fail_field("states", "field.too_many", "max=%d", SERIES_STATES_MAX);
        OQ_TRY(write_state(&j, arena, line));
    }
    oq_json_object_end(&j);
    *ret_json = count ? oq_str_copy(arena, oq_buf_view(&out)) : OQ_NONE;
    return NULL;
}

oq_str series_states_lines(oq_arena *arena, oq_str json)
{
    web_value *texts;
    oq_str lines = OQ_STR("");
    if (!json.len || web_from_json(arena, json, &texts))
        return OQ_NONE;
    for (size_t i = 0; i < web_member_count(texts); i++) {
        oq_str value;
        const web_value *text = web_member_at(texts, i, &value);
        oq_str en = web_as_text(web_get(text, OQ_STR("en")));
        oq_str ar = web_as_text(web_get(text, OQ_STR("ar")));
        lines = oq_strf(arena, "%.*s%.*s = %.*s%s%.*s\n", OQ_FMT(lines), OQ_FMT(value), OQ_FMT(en),
                        ar.len ? " = " : "", OQ_FMT(ar));
    }
    return lines;
}

/* --- codes and ids ----------------------------------------------------------------------------*/

static oq_err *find_component(oq_scope *s, oq_uuid asset_id, oq_str code, oq_uuid *ret_id)
{
    record_list list;
    OQ_TRY(record_find(s, record_kind_find(OQ_STR("component")),
                       &(record_query){.asset_id = asset_id}, &list));
    const component *c = list.at;
    for (size_t i = 0; i < list.count; i++) {
        if (oq_str_eq(c[i].code, code)) {
            *ret_id = c[i].id;
            return NULL;
        }
    }
    return oq_fail_field("component", "series.component_unknown");
}

static int64_t microseconds(double seconds)
{
    return isnan(seconds) ? OQ_I64_NONE : (int64_t)llround(seconds * 1e6);
}

static double seconds_of(int64_t us)
{
    return us == OQ_I64_NONE ? NAN : (double)us / 1e6;
}

oq_err *series_form_order(oq_scope *s, const series_form *f, series_order *ret_order)
{
    series_order order = {
        .key = f->key.len ? f->key : OQ_NONE,
        .metric = f->metric,
        .name = f->name,
        .name_ar = f->name_ar,
        .unit = f->unit,
        .kind = f->kind,
        .is_state = f->is_state,
        .instrument_min = f->instrument_min,
        .instrument_max = f->instrument_max,
        .gap_max_us = microseconds(f->gap_max_s),
        .exception_deviation = f->exception_deviation,
        .exception_max_us = microseconds(f->exception_max_s),
        .compression_deviation = f->compression_deviation,
        .compression_max_us = microseconds(f->compression_max_s),
        .retention_days = f->retention_days,
        .expression = f->expression.len ? f->expression : OQ_NONE,
        .is_active = f->is_active,
        .version = f->version,
    };
    if (f->asset.len) {
        asset *a;
        OQ_TRY(asset_find_by_code(s, f->asset, &a));
        if (!a)
            return oq_fail_field("asset", "asset.not_found");
        order.asset_id = a->id;
    }
    if (f->component.len)
        OQ_TRY(find_component(s, order.asset_id, f->component, &order.component_id));
    OQ_TRY(series_states_json(oq_scope_arena(s), f->states, &order.state_texts));
    *ret_order = order;
    return NULL;
}

static oq_err *component_code(oq_scope *s, oq_uuid id, oq_str *ret_code)
{
    void *found;
    *ret_code = OQ_NONE;
    if (oq_uuid_is_zero(id))
        return NULL;
    OQ_TRY(record_get(s, record_kind_find(OQ_STR("component")), id, &found));
    *ret_code = ((const component *)found)->code;
    return NULL;
}

oq_err *series_form_of(oq_scope *s, const series *e, series_form *ret_form)
{
    series_form f = {
        .key = e->key,
        .metric = e->metric,
        .name = e->name,
        .name_ar = e->name_ar,
        .unit = e->unit,
        .kind = e->kind,
        .is_state = e->is_state,
        .states = series_states_lines(oq_scope_arena(s), e->state_texts),
        .instrument_min = e->instrument_min,
        .instrument_max = e->instrument_max,
        .gap_max_s = seconds_of(e->gap_max_us),
        .exception_deviation = e->exception_deviation,
        .exception_max_s = seconds_of(e->exception_max_us),
        .compression_deviation = e->compression_deviation,
        .compression_max_s = seconds_of(e->compression_max_us),
        .retention_days = e->retention_days,
        .expression = e->expression,
        .is_active = e->is_active,
        .version = e->version,
    };
    if (!oq_uuid_is_zero(e->asset_id)) {
        asset *a;
        OQ_TRY(asset_get(s, e->asset_id, &a));
        f.asset = a->code;
    }
    OQ_TRY(component_code(s, e->component_id, &f.component));
    *ret_form = f;
    return NULL;
}
