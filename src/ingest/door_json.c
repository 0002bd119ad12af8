/* JSON becomes samples. */
#include <math.h>

#include "ingest/ingest.h"
#include "ingest/ingest_json.h"

#include "base/banned.h"

/* What stands between the parts of a name as it is remembered; no name holds these. */
#define BEHIND_ASSET '\x1e'
#define BEFORE_UNIT  '\x1f'

typedef struct door {
    ingest *in;
    names_field *last; /* of the item before, while the names are being read */
} door;

/* --- names --------------------------------------------------------------------------------------*/

/* Without the backslashes of a key. */
static oq_str unmarked(oq_arena *arena, oq_str text)
{
    if (oq_str_find_char(text, '\\') == SIZE_MAX)
        return text;
    char *plain = oq_new_n(arena, char, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        i += text.ptr[i] == '\\' && i + 1 < text.len;
        plain[len++] = text.ptr[i];
    }
    return oq_strn(plain, len);
}

/* "P-101,sensor=DE.vibration_rms": the asset ends at the first comma, the metric begins behind the
 * last point; those behind a backslash do not count. A key without a point is a metric of no
 * asset. */
static void take_key_apart(oq_arena *arena, oq_str key, series_name *name)
{
    size_t metric = 0, comma = SIZE_MAX;
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '\\')
            i++;
        else if (key.ptr[i] == '.')
            metric = i + 1;
        else if (key.ptr[i] == ',' && comma == SIZE_MAX)
            comma = i;
    }
    size_t asset = metric ? metric - 1 : 0;
    *name = (series_name){.key = key,
                          .asset_code =
                              unmarked(arena, oq_str_sub(key, 0, comma < asset ? comma : asset)),
                          .metric = unmarked(arena, oq_str_sub(key, metric, SIZE_MAX))};
}

static oq_err *name_it(void *self, oq_arena *arena, oq_str bytes, oq_str field,
                       series_name *ret_name)
{
    size_t unit = oq_str_find_char(bytes, BEFORE_UNIT);
    oq_str rest = oq_str_sub(bytes, 0, unit);
    size_t asset = oq_str_find_char(rest, BEHIND_ASSET);
    if (asset == SIZE_MAX)
        take_key_apart(arena, rest, ret_name);
    else
        OQ_TRY(ingest_name(arena, oq_str_sub(rest, 0, asset), NULL, 0,
                           oq_str_sub(rest, asset + 1, SIZE_MAX), ret_name));
    ret_name->unit = unit == SIZE_MAX ? OQ_NONE : oq_str_sub(bytes, unit + 1, SIZE_MAX);
    return NULL;
}

/* The bytes by which a series is remembered; OQ_NONE: the item names none. */
static oq_str bytes_of(const json_item *item, char *room)
{
    size_t len = 0;
    bool by_key = item->series.len > 0;
    if (by_key ? item->asset.len || item->metric.len : !item->asset.len || !item->metric.len)
        return OQ_NONE;
    const oq_str first = by_key ? item->series : item->asset;
    memcpy(room, first.ptr, first.len);
    len = first.len;
    if (!by_key) {
        room[len++] = BEHIND_ASSET;
        memcpy(room + len, item->metric.ptr, item->metric.len);
        len += item->metric.len;
    }
    if (item->unit.len) {
        room[len++] = BEFORE_UNIT;
        memcpy(room + len, item->unit.ptr, item->unit.len);
        len += item->unit.len;
    }
    return oq_strn(room, len);
}

/* --- samples ------------------------------------------------------------------------------------*/

/* One sample of an item, once it is in order. */
typedef struct sample {
    oq_us time;
    double value;
    quality quality;
} sample;

static oq_err *check_value(const json_item *item, size_t i)
{
    int64_t code = item->qualities ? item->quality[i] : JSON_NO_QUALITY;
    if (code == JSON_QUALITY_BAD)
        return oq_fail(OQ_INVALID, "ingest.quality_malformed");
    if (item->kind[i] == JSON_TEXT)
        return oq_fail(OQ_INVALID, "sample.value_is_text", "name=%s",
                       item->has_columns ? "values" : "value");
    if (item->kind[i] == JSON_NOT_FINITE)
        return oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%s", "inf");
    if (item->kind[i] == JSON_NULL && code >= 0 && !quality_is_bad((quality)code))
        return oq_fail(OQ_INVALID, "sample.value_missing");
    return NULL;
}

static oq_err *check_time(const ingest *in, const json_item *item, size_t i, oq_us *ret_time)
{
    oq_us time = item->times ? item->time[i] : OQ_TIME_NONE;
    if (time == JSON_TIME_BAD)
        return oq_fail(OQ_INVALID, "ingest.time_malformed");
    *ret_time = time == OQ_TIME_NONE ? in->now : time;
    return ingest_time_ok(in, *ret_time) ? NULL : ingest_time_err(*ret_time, OQ_NONE);
}

static oq_err *take_sample(const ingest *in, const json_item *item, size_t i, sample *ret)
{
    OQ_TRY(check_time(in, item, i, &ret->time));
    OQ_TRY(check_value(item, i));
    int64_t code = item->qualities ? item->quality[i] : JSON_NO_QUALITY;
    ret->value = item->value[i];
    ret->quality = code >= 0                    ? (quality)code
                   : item->kind[i] == JSON_NULL ? QUALITY_NO_DATA
                                                : QUALITY_GOOD;
    return NULL;
}

/* How an error names a series. */
static oq_str said(ingest *in, oq_str bytes)
{
    series_name name = {.key = OQ_STR("")};
    oq_ignore(name_it(NULL, in->arena, bytes, OQ_STR(""), &name), "then without its key");
    return oq_str_copy(in->arena, name.key);
}

static void put_sample(door *d, const names_field *f, oq_str bytes, const sample *one,
                       ingest_place place)
{
    ingest *in = d->in;
    size_t unknown;
    double value = f ? one->value * f->scale + f->offset : one->value;
    if (f && ingest_takes(f) && isinf(value)) /* finite in the sender's unit, and not in ours */
        INGEST_REFUSE(in, 1, place,
                      oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%g", value));
    else if (f && ingest_takes(f))
        ingest_put(in, f, one->time, value, one->quality);
    else if (f)
        INGEST_REFUSE(in, 1, place, ingest_series_err(said(in, bytes), f->is_calculated));
    else if (ingest_meet_unknown(in, bytes, OQ_STR(""), name_it, d, place, &unknown))
        ingest_put_unknown(in, unknown, one->time, one->value, one->quality, place);
}

/* The samples of an item that is in order as a whole. */
static void put_item(door *d, const json_item *item, oq_str bytes)
{
    ingest *in = d->in;
    names_group *group = names_find_group(in->names, NAMES_JSON, bytes, d->last);
    names_field *f = group ? names_find_field(in->names, group, OQ_STR(""), d->last) : NULL;
    d->last = f ? f : d->last;
    for (size_t i = 0; i < item->values; i++) {
        const ingest_place place = {item->index, item->has_columns ? i : SIZE_MAX};
        sample one;
        oq_mark errors = oq_err_mark();
        const oq_err *err = take_sample(in, item, i, &one);
        if (!err) {
            put_sample(d, f, bytes, &one, place);
            continue;
        }
        if (in->refusals == INGEST_ERRORS_MAX)
            oq_err_rewind(errors);
        INGEST_REFUSE(in, 1, place, err);
    }
}

static bool has_separator(const json_item *item)
{
    const oq_str name[] = {item->series, item->asset, item->metric, item->unit};
    for (size_t i = 0; i < OQ_COUNT(name); i++)
        if (oq_str_find_char(name[i], BEHIND_ASSET) != SIZE_MAX ||
            oq_str_find_char(name[i], BEFORE_UNIT) != SIZE_MAX)
            return true;
    return false;
}

/* What is wrong with the item as a whole, or NULL. */
static oq_err *check_item(const json_item *item, oq_str bytes)
{
    if (item->flaw)
        return item->flaw;
    if (has_separator(item))
        return oq_fail(OQ_INVALID, "series.key_invalid", "key=%.*s max=%d",
                       OQ_FMT(oq_str_sub(bytes, 0, 100)), SERIES_KEY_MAX);
    if (!bytes.len)
        return oq_fail(OQ_INVALID, "ingest.series_missing");
    size_t lengths[] = {item->times, item->qualities};
    for (size_t i = 0; i < OQ_COUNT(lengths); i++)
        if (lengths[i] != item->values && (lengths[i] || (i == 0 && item->has_columns)))
            return oq_fail(OQ_INVALID, "ingest.columns_differ", "values=%zu other=%zu",
                           item->values, lengths[i]);
    if (!item->values)
        return oq_fail(OQ_INVALID, "ingest.value_missing");
    return NULL;
}

static oq_err *take_item(void *self, const json_item *item)
{
    door *d = self;
    ingest *in = d->in;
    char room[3 * JSON_NAME_MAX + 3];
    oq_str bytes = bytes_of(item, room);
    const oq_err *err = check_item(item, bytes);
    if (!err) {
        put_item(d, item, bytes);
    } else {
        if (in->refusals == INGEST_ERRORS_MAX)
            oq_err_rewind(item->errors);
        INGEST_REFUSE(in, item->values ? item->values : 1, ((ingest_place){item->index, SIZE_MAX}),
                      err);
    }
    if (!ingest_is_full(in))
        return NULL;
    d->last = NULL;
    return ingest_flush(in);
}

oq_err *ingest_json(ingest *in, oq_str text)
{
    door d = {.in = in};
    OQ_TRY(json_samples_read(text, take_item, &d));
    return ingest_flush(in);
}
