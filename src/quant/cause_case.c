/* A case as JSON, and back. */
#include "quant/cause_case.h"

#include <jansson.h>
#include <math.h>

#include "base/banned.h"

enum { CASE_ITEMS_MAX = 100000 };

/* --- writing ------------------------------------------------------------------------------------*/

static void put_given(oq_json *j, const char *name, oq_str text)
{
    if (oq_str_given(text)) {
        oq_json_name(j, name);
        oq_json_text(j, text);
    }
}

static void write_item(oq_json *j, const case_item *item)
{
    oq_json_object(j);
    oq_json_put(j, time, "at", item->at);
    oq_json_put(j, text, "category", item->category);
    put_given(j, "kind", item->kind);
    put_given(j, "metric", item->metric);
    if (item->finding)
        oq_json_put(j, text, "finding",
                    oq_cstr(oq_choice_text(finding_kind_choices, item->finding)));
    oq_json_put(j, f64, "score", item->score);
    if (!isnan(item->value))
        oq_json_put(j, f64, "value", item->value);
    if (item->beyond_limit)
        oq_json_put(j, bool, "beyond_limit", true);
    if (item->is_root_asset)
        oq_json_put(j, bool, "is_root_asset", true);
    put_given(j, "summary", item->summary);
    if (oq_str_given(item->payload))
        oq_json_put(j, raw, "payload", item->payload);
    if (!oq_uuid_is_zero(item->event_id))
        oq_json_put(j, uuid, "event_id", item->event_id);
    if (item->series_no)
        oq_json_put(j, i64, "series_no", item->series_no);
    oq_json_object_end(j);
}

void cause_case_write(oq_json *j, const cause_case *c)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "id", c->id);
    put_given(j, "asset_class", c->asset_class);
    oq_json_put(j, time, "anchor", c->anchor);
    put_given(j, "cause", c->cause);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < c->items; i++)
        write_item(j, &c->item[i]);
    oq_json_array_end(j);
    oq_json_key(j, OQ_STR("features"));
    oq_json_object(j);
    for (size_t i = 0; i < c->features; i++) {
        oq_json_key(j, c->feature[i]);
        oq_json_f64(j, c->value[i]);
    }
    oq_json_object_end(j);
    oq_json_object_end(j);
}

/* --- reading ------------------------------------------------------------------------------------*/

/* One reading; `is_good` falls with the first member of another type. */
typedef struct case_reader {
    oq_arena *arena;
    bool is_good;
} case_reader;

static json_t *member(case_reader *r, json_t *object, const char *name, bool fits(const json_t *))
{
    json_t *value = json_object_get(object, name);
    if (!value || json_is_null(value))
        return NULL;
    if (fits(value))
        return value;
    r->is_good = false;
    return NULL;
}

/* jansson has these as macros. */
static bool is_text(const json_t *v)
{
    return json_is_string(v);
}
static bool is_number(const json_t *v)
{
    return json_is_number(v);
}
static bool is_truth(const json_t *v)
{
    return json_is_boolean(v);
}
static bool is_object(const json_t *v)
{
    return json_is_object(v);
}
static bool is_list(const json_t *v)
{
    return json_is_array(v);
}

static oq_str read_text(case_reader *r, json_t *object, const char *name)
{
    json_t *value = member(r, object, name, is_text);
    if (!value)
        return OQ_NONE;
    return oq_str_copy(r->arena, oq_strn(json_string_value(value), json_string_length(value)));
}

static double read_number(case_reader *r, json_t *object, const char *name)
{
    json_t *value = member(r, object, name, is_number);
    return value ? json_number_value(value) : NAN;
}

static bool read_bool(case_reader *r, json_t *object, const char *name)
{
    json_t *value = member(r, object, name, is_truth);
    return value && json_is_true(value);
}

static oq_us read_time(case_reader *r, json_t *object, const char *name)
{
    oq_str text = read_text(r, object, name);
    oq_us at = OQ_TIME_NONE;
    r->is_good &= oq_str_given(text) && oq_time_parse(text, &at);
    return at;
}

static oq_uuid read_uuid(case_reader *r, json_t *object, const char *name)
{
    oq_str text = read_text(r, object, name);
    oq_uuid id = OQ_UUID_ZERO;
    if (oq_str_given(text))
        r->is_good &= oq_uuid_parse(text, &id);
    return id;
}

static oq_str read_object(case_reader *r, json_t *object, const char *name)
{
    json_t *value = member(r, object, name, is_object);
    if (!value)
        return OQ_NONE;
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));
    oq_str copy = oq_str_copy(r->arena, oq_cstr(text));
    free(text);
    return copy;
}

static case_item read_item(case_reader *r, json_t *json)
{
    r->is_good &= json_is_object(json);
    case_item item = {.at = read_time(r, json, "at"),
                      .category = read_text(r, json, "category"),
                      .kind = read_text(r, json, "kind"),
                      .metric = read_text(r, json, "metric"),
                      .score = read_number(r, json, "score"),
                      .value = read_number(r, json, "value"),
                      .beyond_limit = read_bool(r, json, "beyond_limit"),
                      .is_root_asset = read_bool(r, json, "is_root_asset"),
                      .summary = read_text(r, json, "summary"),
                      .payload = read_object(r, json, "payload"),
                      .event_id = read_uuid(r, json, "event_id")};
    oq_str kind = read_text(r, json, "finding");
    if (oq_str_given(kind))
        r->is_good &= oq_choice_value(finding_kind_choices, kind, &item.finding);
    double series_no = read_number(r, json, "series_no");
    item.series_no = isnan(series_no) || fabs(series_no) > 0x1p53 ? 0 : (int64_t)series_no;
    r->is_good &= oq_str_given(item.category);
    return item;
}

static void read_items(case_reader *r, json_t *list, cause_case *c)
{
    size_t count = list ? json_array_size(list) : 0;
    r->is_good &= count <= CASE_ITEMS_MAX;
    if (!r->is_good)
        return;
    case_item *item = oq_new_n(r->arena, case_item, count);
    for (size_t i = 0; i < count && r->is_good; i++) {
        item[i] = read_item(r, json_array_get(list, i));
        r->is_good &= i == 0 || item[i - 1].at <= item[i].at;
    }
    c->item = item;
    c->items = count;
}

static void read_features(case_reader *r, json_t *object, cause_case *c)
{
    size_t count = object ? json_object_size(object) : 0, i = 0;
    oq_str *name = oq_new_n(r->arena, oq_str, count);
    double *number = oq_new_n(r->arena, double, count);
    const char *key;
    json_t *value;
    if (object)
        json_object_foreach (object, key, value) {
            r->is_good &= json_is_number(value) || json_is_null(value);
            name[i] = oq_str_copy(r->arena, oq_cstr(key));
            number[i++] = json_is_number(value) ? json_number_value(value) : (double)NAN;
        }
    c->feature = name;
    c->value = number;
    c->features = count;
}

oq_err *cause_case_read(oq_arena *arena, oq_str json, cause_case *ret_case)
{
    json_error_t wrong;
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!root)
        return oq_err_detail(oq_fail(OQ_MALFORMED, "case.malformed"), "%s", wrong.text);
    case_reader r = {arena, json_is_object(root)};
    cause_case c = {.id = read_uuid(&r, root, "id"),
                    .asset_class = read_text(&r, root, "asset_class"),
                    .anchor = read_time(&r, root, "anchor"),
                    .cause = read_text(&r, root, "cause")};
    read_items(&r, member(&r, root, "items", is_list), &c);
    read_features(&r, member(&r, root, "features", is_object), &c);
    json_decref(root);
    if (!r.is_good)
        return oq_fail(OQ_MALFORMED, "case.malformed");
    *ret_case = c;
    return NULL;
}
