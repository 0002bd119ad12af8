#include "ingest/ingest_json.h"

#include <math.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "quant/decimal.h"

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
    NO_MEMBER = 0,
    SAMPLES, /* of the outermost object */
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

typedef enum json_place {
    AT_TOP,   /* before the first bracket, and behind the last */
    IN_LIST,  /* between items */
    IN_ITEM,  /* between members */
    IN_COLUMN /* between values of a member */
} json_place;

enum { NAMES = UNIT - SERIES + 1 };

typedef struct column {
    size_t count, size;
} column;

typedef struct reading {
    json_take *take;
    void *self;
    oq_err *err; /* ends the reading */
    json_place place;
    size_t depth;      /* brackets open */
    size_t skip_depth; /* > 0: inside a value that is passed over, opened at this depth */
    bool is_top_item;  /* the item is the outermost object */
    bool has_samples, is_done;
    member member;
    uint32_t seen; /* members of the item */
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

static void spoil_type(reading *r, const char *wanted)
{
    if (!is_spoiled(r))
        spoil(r, oq_fail(OQ_INVALID, "ingest.member_type", "name=%s wanted=%s",
                         member_name[r->member], wanted));
}

static int stop(reading *r, oq_err *err)
{
    r->err = err;
    return 0;
}

static int bad_shape(reading *r)
{
    return stop(r, oq_fail(OQ_MALFORMED, "ingest.json_shape"));
}

/* --- items --------------------------------------------------------------------------------------*/

static void begin_item(reading *r, bool is_top)
{
    size_t index = r->item.index;
    r->item = (json_item){.index = index, .errors = oq_err_mark()};
    r->seen = 0;
    r->times.count = r->values.count = r->qualities.count = 0;
    r->place = IN_ITEM;
    r->is_top_item = is_top;
}

static int end_item(reading *r)
{
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
    return err ? stop(r, err) : 1;
}

/* An element of the list that is no object. */
static int refuse_element(reading *r)
{
    begin_item(r, false);
    r->place = IN_LIST;
    spoil(r, oq_fail(OQ_INVALID, "ingest.item_not_object"));
    return end_item(r);
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

static void set_name(reading *r, oq_str text)
{
    size_t i = r->member - SERIES, len = text.len < JSON_NAME_MAX ? text.len : JSON_NAME_MAX;
    memcpy(r->name[i], text.ptr, len);
    oq_str *names[NAMES] = {&r->item.series, &r->item.asset, &r->item.metric, &r->item.unit};
    *names[i] = oq_strn(r->name[i], len);
}

typedef enum scalar { A_NULL, A_TRUTH, A_NUMBER, A_TEXT } scalar;

static void take_value(reading *r, scalar what, oq_str text)
{
    decimal number;
    if (what == A_NULL)
        add_value(r, (double)NAN, JSON_NULL);
    else if (what == A_TRUTH)
        add_value(r, text.len, JSON_NUMBER);
    else if (what == A_TEXT)
        add_value(r, (double)NAN, JSON_TEXT);
    else if (decimal_read(text.ptr, text.ptr + text.len, &number) && isfinite(number.value))
        add_value(r, number.value, JSON_NUMBER);
    else
        add_value(r, (double)NAN, JSON_NOT_FINITE);
}

static void take_time(reading *r, scalar what, oq_str text)
{
    oq_us time = JSON_TIME_BAD;
    if (what == A_NULL)
        time = OQ_TIME_NONE;
    else if (what == A_NUMBER)
        time = time_of_number(text.ptr, text.len);
    else if (what == A_TEXT && !oq_time_parse(text, &time))
        time = JSON_TIME_BAD;
    add_time(r, time);
}

static void take_quality(reading *r, scalar what, oq_str text)
{
    int64_t code = JSON_QUALITY_BAD;
    if (what == A_NULL)
        code = JSON_NO_QUALITY;
    else if (what == A_TEXT)
        code = quality_of_text(text);
    else if (what == A_NUMBER && (!oq_parse_i64(text, &code) || code < 0 || code > UINT32_MAX))
        code = JSON_QUALITY_BAD;
    add_quality(r, code);
}

/* A value that is no list and no object. */
static int take_scalar(reading *r, scalar what, oq_str text)
{
    if (r->skip_depth)
        return 1;
    if (r->place == AT_TOP)
        return bad_shape(r);
    if (r->place == IN_LIST)
        return refuse_element(r);
    bool in_column = r->place == IN_COLUMN;
    switch (r->member) {
    case SERIES:
    case ASSET:
    case METRIC:
    case UNIT:
        if (what == A_TEXT)
            set_name(r, text);
        else if (what != A_NULL)
            spoil_type(r, "text");
        break;
    case TIME:
    case TIMES:
        if (r->member == TIMES && !in_column)
            spoil_type(r, "list");
        else
            take_time(r, what, text);
        break;
    case VALUE:
    case VALUES:
        if (r->member == VALUES && !in_column)
            spoil_type(r, "list");
        else
            take_value(r, what, text);
        break;
    case QUALITY:
    case QUALITIES:
        if (r->member == QUALITIES && !in_column)
            spoil_type(r, "list");
        else
            take_quality(r, what, text);
        break;
    case SAMPLES:
        return bad_shape(r);
    default:
        break;
    }
    return 1;
}

/* --- what yajl calls ----------------------------------------------------------------------------*/

static int on_null(void *self)
{
    return take_scalar(self, A_NULL, OQ_NONE);
}

static int on_boolean(void *self, int is_true)
{
    return take_scalar(self, A_TRUTH, oq_strn("1", is_true ? 1 : 0));
}

static int on_number(void *self, const char *text, size_t len)
{
    return take_scalar(self, A_NUMBER, oq_strn(text, len));
}

static int on_string(void *self, const unsigned char *text, size_t len)
{
    return take_scalar(self, A_TEXT, oq_strn((const char *)text, len));
}

static int open_bracket(reading *r)
{
    if (++r->depth > JSON_DEPTH_MAX)
        return stop(r, oq_fail(OQ_MALFORMED, "json.too_deep", "max=%d", JSON_DEPTH_MAX));
    return 1;
}

/* A list or object where a simple value belongs: told once, and passed over. */
static void pass_over(reading *r)
{
    static const char *const wanted[MEMBERS] = {
        [SERIES] = "text",  [ASSET] = "text",    [METRIC] = "text",  [UNIT] = "text",
        [TIME] = "time",    [TIMES] = "list",    [VALUE] = "number", [VALUES] = "list",
        [QUALITY] = "text", [QUALITIES] = "list"};
    if (r->member != NO_MEMBER)
        spoil_type(r, wanted[r->member]);
    r->skip_depth = r->depth;
}

static int on_map_begin(void *self)
{
    reading *r = self;
    if (!open_bracket(r))
        return 0;
    if (r->skip_depth)
        return 1;
    if (r->place == AT_TOP && r->is_done)
        return bad_shape(r);
    if (r->place == AT_TOP || r->place == IN_LIST)
        begin_item(r, r->place == AT_TOP);
    else if (r->member == SAMPLES)
        return bad_shape(r);
    else
        pass_over(r);
    return 1;
}

static int on_key(void *self, const unsigned char *text, size_t len)
{
    reading *r = self;
    if (r->skip_depth)
        return 1;
    oq_str name = oq_strn((const char *)text, len);
    member m = r->is_top_item ? SAMPLES : SERIES;
    while (m < MEMBERS && !oq_str_eq(name, oq_cstr(member_name[m])))
        m++;
    r->member = m < MEMBERS ? m : NO_MEMBER;
    if (m == MEMBERS && !is_spoiled(r))
        spoil(r, oq_fail(OQ_INVALID, "ingest.member_unknown", "name=%.*s",
                         OQ_FMT(oq_str_sub(name, 0, 100))));
    if (m < MEMBERS && r->seen & 1u << m && !is_spoiled(r))
        spoil(r, oq_fail(OQ_INVALID, "ingest.member_twice", "name=%s", member_name[m]));
    r->seen |= m < MEMBERS ? 1u << m : 0;
    r->item.has_columns |= m == TIMES || m == VALUES || m == QUALITIES;
    return 1;
}

static int on_map_end(void *self)
{
    reading *r = self;
    r->depth--;
    if (r->skip_depth) {
        if (r->skip_depth > r->depth)
            r->skip_depth = 0;
        return 1;
    }
    r->place = r->is_top_item ? AT_TOP : IN_LIST;
    r->is_done |= r->is_top_item;
    if (!r->is_top_item || !r->has_samples)
        return end_item(r);
    return r->seen == 1u << SAMPLES && !is_spoiled(r) ? 1 : bad_shape(r);
}

static int on_array_begin(void *self)
{
    reading *r = self;
    if (!open_bracket(r))
        return 0;
    if (r->skip_depth)
        return 1;
    if (r->place == IN_ITEM &&
        (r->member == TIMES || r->member == VALUES || r->member == QUALITIES)) {
        r->place = IN_COLUMN;
    } else if (r->place == AT_TOP && !r->is_done) {
        r->place = IN_LIST;
    } else if (r->place == IN_ITEM && r->member == SAMPLES) {
        if (r->seen != 1u << SAMPLES || r->has_samples)
            return bad_shape(r);
        r->has_samples = true;
        r->place = IN_LIST;
        r->is_top_item = false;
    } else if (r->place == IN_LIST) {
        r->skip_depth = r->depth;
        begin_item(r, false);
        r->place = IN_LIST;
        spoil(r, oq_fail(OQ_INVALID, "ingest.item_not_object"));
        return end_item(r);
    } else {
        pass_over(r);
    }
    return 1;
}

static int on_array_end(void *self)
{
    reading *r = self;
    r->depth--;
    if (r->skip_depth) {
        if (r->skip_depth > r->depth)
            r->skip_depth = 0;
    } else if (r->place == IN_COLUMN) {
        r->place = IN_ITEM;
    } else if (r->has_samples) {
        begin_item(r, true); /* back in the outermost object */
        r->seen = 1u << SAMPLES;
    } else {
        r->place = AT_TOP;
        r->is_done = true;
    }
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map_begin,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array_begin,
    .yajl_end_array = on_array_end,
};

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *malformed(oq_str text, size_t at)
{
    int line = 1, byte = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        line += text.ptr[i] == '\n';
        byte = text.ptr[i] == '\n' ? 1 : byte + 1;
    }
    return oq_fail(OQ_MALFORMED, "json.malformed", "line=%d column=%d", line, byte);
}

static oq_err *read_all(reading *r, yajl_handle parser, oq_str text)
{
    yajl_status status = yajl_parse(parser, (const unsigned char *)text.ptr, text.len);
    size_t at = yajl_get_bytes_consumed(parser);
    if (status == yajl_status_ok) {
        at = text.len;
        status = yajl_complete_parse(parser);
    }
    if (r->err)
        return r->err;
    return status == yajl_status_ok ? NULL : malformed(text, at);
}

oq_err *json_samples_read(oq_str text, json_take *take, void *self)
{
    reading *r = calloc(1, sizeof *r);
    yajl_handle parser = r ? yajl_alloc(&callbacks, NULL, r) : NULL;
    if (!parser)
        abort();
    r->take = take;
    r->self = self;
    oq_err *err = read_all(r, parser, text);
    yajl_free(parser);
    free(r->time);
    free(r->value);
    free(r->kind);
    free(r->quality);
    free(r);
    return err;
}
