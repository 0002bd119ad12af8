#include "ingest/ingest_json.h"

#include <math.h>
#include <stdlib.h>

#include "quant/decimal.h"
#include "quant/json_items.h"

#include "base/banned.h"

static const oq_choice quality_words[] = {
    {(int)QUALITY_GOOD, "good"},
    {(int)QUALITY_LOCAL_OVERRIDE, "local_override"},
    {(int)QUALITY_UNCERTAIN, "uncertain"},
    {(int)QUALITY_LAST_USABLE, "last_usable"},
    {(int)QUALITY_SUBSTITUTE, "substitute"},
    {(int)QUALITY_SENSOR_NOT_ACCURATE, "sensor_not_accurate"},
    {(int)QUALITY_BAD, "bad"},
    {(int)QUALITY_NO_COMMUNICATION, "no_communication"},
    {(int)QUALITY_SENSOR_FAILURE, "sensor_failure"},
    {(int)QUALITY_OUT_OF_SERVICE, "out_of_service"},
    {(int)QUALITY_NO_DATA, "no_data"},
    {0, NULL},
};

typedef enum member {
    SAMPLES = JSON_ITEMS_LIST,
    SERIES,
    ASSET,
    METRIC,
    UNIT,
    TIME,
    TIMES,
    VALUE,
    VALUES,
    QUALITY,
    QUALITIES,
    MEMBERS
} member;

static const char *const member_name[MEMBERS] = {
    [SAMPLES] = "samples", [SERIES] = "series",   [ASSET] = "asset",        [METRIC] = "metric",
    [UNIT] = "unit",       [TIME] = "time",       [TIMES] = "times",        [VALUE] = "value",
    [VALUES] = "values",   [QUALITY] = "quality", [QUALITIES] = "qualities"};

enum { NAMES = UNIT - SERIES + 1 };

static bool is_column(int m)
{
    return m == TIMES || m == VALUES || m == QUALITIES;
}

typedef struct column {
    size_t count, size;
} column;

typedef struct reading {
    json_take *take;
    void *self;
    json_item item;
    char name[NAMES][JSON_NAME_MAX];
    oq_us *time;
    double *value;
    uint8_t *kind;
    int64_t *quality;
    column times, values, qualities;
} reading;

/* --- flaws --------------------------------------------------------------------------------------*/

/* The first one of an item counts. */
static void spoil(reading *r, oq_err *flaw)
{
    if (!r->item.flaw)
        r->item.flaw = flaw;
}

static bool is_spoiled(const reading *r)
{
    return r->item.flaw != NULL;
}

static void spoil_type(reading *r, int m, const char *wanted)
{
    if (!is_spoiled(r))
        spoil(r, oq_fail(OQ_INVALID, "ingest.member_type", "name=%s wanted=%s", member_name[m],
                         wanted));
}

static void spoil_item(void *self, json_item_flaw flaw, int m, oq_str name)
{
    reading *r = self;
    if (is_spoiled(r))
        return;
    if (flaw == JSON_ITEM_NOT_OBJECT)
        spoil(r, oq_fail(OQ_INVALID, "ingest.item_not_object"));
    else if (flaw == JSON_ITEM_MEMBER_TWICE)
        spoil(r, oq_fail(OQ_INVALID, "ingest.member_twice", "name=%s", member_name[m]));
    else
        spoil(r, oq_fail(OQ_INVALID, "ingest.member_unknown", "name=%.*s",
                         OQ_FMT(oq_str_sub(name, 0, 100))));
}

/* --- items --------------------------------------------------------------------------------------*/

static void begin_item(void *self)
{
    reading *r = self;
    size_t index = r->item.index;
    r->item = (json_item){.index = index, .errors = oq_err_mark()};
    r->times.count = r->values.count = r->qualities.count = 0;
}

static oq_err *end_item(void *self)
{
    reading *r = self;
    json_item *item = &r->item;
    item->time = r->time;
    item->value = r->value;
    item->kind = r->kind;
    item->quality = r->quality;
    item->times = r->times.count;
    item->values = r->values.count;
    item->qualities = r->qualities.count;
    oq_err *err = r->take(r->self, item);
    item->index++;
    item->flaw = NULL;
    return err;
}

/* False: the column is too long already. */
static bool has_room(reading *r, column *c)
{
    if (c->count == JSON_COLUMN_MAX) {
        if (!is_spoiled(r))
            spoil(r, oq_fail(OQ_LIMIT, "ingest.column_too_long", "max=%d", JSON_COLUMN_MAX));
        return false;
    }
    return true;
}

static void *grown(void *array, size_t count, size_t size)
{
    void *bigger = reallocarray(array, count, size);
    if (!bigger)
        abort();
    return bigger;
}

static size_t next_size(const column *c)
{
    return c->size ? c->size * 2 : 64;
}

static void add_time(reading *r, oq_us time)
{
    column *c = &r->times;
    if (!has_room(r, c))
        return;
    if (c->count == c->size) {
        c->size = next_size(c);
        r->time = grown(r->time, c->size, sizeof *r->time);
    }
    r->time[c->count++] = time;
}

static void add_value(reading *r, double value, json_value_kind kind)
{
    column *c = &r->values;
    if (!has_room(r, c))
        return;
    if (c->count == c->size) {
        c->size = next_size(c);
        r->value = grown(r->value, c->size, sizeof *r->value);
        r->kind = grown(r->kind, c->size, sizeof *r->kind);
    }
    r->value[c->count] = value;
    r->kind[c->count++] = (uint8_t)kind;
}

static void add_quality(reading *r, int64_t code)
{
    column *c = &r->qualities;
    if (!has_room(r, c))
        return;
    if (c->count == c->size) {
        c->size = next_size(c);
        r->quality = grown(r->quality, c->size, sizeof *r->quality);
    }
    r->quality[c->count++] = code;
}

/* --- values -------------------------------------------------------------------------------------*/

static oq_us time_of_number(const char *text, size_t len)
{
    int64_t ms;
    oq_us at;
    decimal number;
    if (decimal_read_i64(text, text + len, &ms) == text + len)
        return __builtin_mul_overflow(ms, OQ_MS, &at) ? INT64_MAX : at;
    if (decimal_read(text, text + len, &number) != text + len)
        return JSON_TIME_BAD;
    double us = number.value * OQ_MS;
    return us > -9e18 && us < 9e18 ? llround(us) : INT64_MAX;
}

static int64_t quality_of_text(oq_str text)
{
    for (const oq_choice *c = quality_words; c->text; c++)
        if (oq_str_eq(text, oq_cstr(c->text)))
            return (uint32_t)c->value;
    return JSON_QUALITY_BAD;
}

static void set_name(reading *r, int m, oq_str text)
{
    size_t i = (size_t)m - SERIES, len = text.len < JSON_NAME_MAX ? text.len : JSON_NAME_MAX;
    memcpy(r->name[i], text.ptr, len);
    oq_str *names[NAMES] = {&r->item.series, &r->item.asset, &r->item.metric, &r->item.unit};
    *names[i] = oq_strn(r->name[i], len);
}

static void take_value(reading *r, json_scalar what, oq_str text)
{
    decimal number;
    if (what == JSON_IS_NULL)
        add_value(r, (double)NAN, JSON_NULL);
    else if (what == JSON_IS_TRUTH)
        add_value(r, text.len, JSON_NUMBER);
    else if (what == JSON_IS_TEXT)
        add_value(r, (double)NAN, JSON_TEXT);
    else if (decimal_read(text.ptr, text.ptr + text.len, &number) && isfinite(number.value))
        add_value(r, number.value, JSON_NUMBER);
    else
        add_value(r, (double)NAN, JSON_NOT_FINITE);
}

static void take_time(reading *r, json_scalar what, oq_str text)
{
    oq_us time = JSON_TIME_BAD;
    if (what == JSON_IS_NULL)
        time = OQ_TIME_NONE;
    else if (what == JSON_IS_NUMBER)
        time = time_of_number(text.ptr, text.len);
    else if (what == JSON_IS_TEXT && !oq_time_parse(text, &time))
        time = JSON_TIME_BAD;
    add_time(r, time);
}

static void take_quality(reading *r, json_scalar what, oq_str text)
{
    int64_t code = JSON_QUALITY_BAD;
    if (what == JSON_IS_NULL)
        code = JSON_NO_QUALITY;
    else if (what == JSON_IS_TEXT)
        code = quality_of_text(text);
    else if (what == JSON_IS_NUMBER &&
             (!oq_parse_i64(text, &code) || code < 0 || code > UINT32_MAX))
        code = JSON_QUALITY_BAD;
    add_quality(r, code);
}

/* A value that is no list and no object. */
static void take_scalar(void *self, int m, json_scalar what, oq_str text, bool is_listed)
{
    reading *r = self;
    if (is_column(m) && !is_listed) {
        r->item.has_columns = true;
        spoil_type(r, m, "list");
        return;
    }
    switch ((member)m) {
    case TIME:
    case TIMES:
        take_time(r, what, text);
        break;
    case VALUE:
    case VALUES:
        take_value(r, what, text);
        break;
    case QUALITY:
    case QUALITIES:
        take_quality(r, what, text);
        break;
    default:
        if (what == JSON_IS_TEXT)
            set_name(r, m, text);
        else if (what != JSON_IS_NULL)
            spoil_type(r, m, "text");
    }
}

static bool begin_column(void *self, int m)
{
    reading *r = self;
    r->item.has_columns |= is_column(m);
    return is_column(m);
}

/* A list or object where a simple value belongs: told once, and passed over. */
static void pass_over(void *self, int m, bool is_object, const char *at)
{
    static const char *const wanted[MEMBERS] = {
        [SERIES] = "text",  [ASSET] = "text",    [METRIC] = "text",  [UNIT] = "text",
        [TIME] = "time",    [TIMES] = "list",    [VALUE] = "number", [VALUES] = "list",
        [QUALITY] = "text", [QUALITIES] = "list"};
    reading *r = self;
    r->item.has_columns |= is_column(m);
    spoil_type(r, m, wanted[m]);
}

static const json_items_form form = {
    .member = member_name,
    .members = MEMBERS,
    .depth_max = JSON_DEPTH_MAX,
    .shape_code = "ingest.json_shape",
    .begin = begin_item,
    .end = end_item,
    .spoil = spoil_item,
    .scalar = take_scalar,
    .lists = begin_column,
    .passes = pass_over,
};

/* --- reading ------------------------------------------------------------------------------------*/

oq_err *json_samples_read(oq_str text, json_take *take, void *self)
{
    reading *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->take = take;
    r->self = self;
    oq_err *err = json_items_read(&form, r, text, 1);
    free(r->time);
    free(r->value);
    free(r->kind);
    free(r->quality);
    free(r);
    return err;
}
