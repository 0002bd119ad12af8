/* Field tables from text: forms, query strings, the environment. */
#include <assert.h>

#include "base/field_read.h"

#include "base/banned.h"

/* --- one value ---------------------------------------------------------------------------------*/

/* A number or date as people type it: Arabic-Indic digits and the Arabic decimal separator become
 * ASCII; direction marks, which come along when one copies from a page, are dropped. */
static oq_str with_ascii_digits(oq_arena *arena, oq_str text)
{
    char *to = oq_alloc(arena, text.len + 1);
    size_t len = 0;
    uint32_t code;
    for (oq_str rest = text; rest.len;) {
        const char *from = rest.ptr;
        oq_utf8_next(&rest, &code);
        if (code >= 0x660 && code <= 0x669) {
            to[len++] = (char)('0' + (code - 0x660));
        } else if (code == 0x66b) {
            to[len++] = '.';
        } else if (code == 0x200e || code == 0x200f || code == 0x61c ||
                   (code >= 0x2066 && code <= 0x2069)) {
            continue;
        } else {
            memcpy(to + len, from, (size_t)(rest.ptr - from));
            len += (size_t)(rest.ptr - from);
        }
    }
    return oq_str_trim(oq_strn(to, len));
}

static bool is_long_integer(oq_str s)
{
    size_t sign = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
    for (size_t i = sign; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > sign;
}

static bool take_i64(field_reader *r, const field_at *at, oq_str text, int64_t *ret)
{
    int64_t value;
    oq_str digits = with_ascii_digits(r->arena, text);
    if (oq_parse_i64(digits, &value))
        return field_take_i64(r, at, value, ret);
    int64_t min, max;
    field_bounds(at->field, &min, &max);
    if (!is_long_integer(digits))
        FIELD_WRONG(r, at, "field.type", "wanted=%s", "integer");
    else if (digits.ptr[0] == '-')
        FIELD_WRONG(r, at, "field.too_small", "min=%lld", (long long)min);
    else
        FIELD_WRONG(r, at, "field.too_large", "max=%lld", (long long)max);
    return false;
}

static bool take_f64(field_reader *r, const field_at *at, oq_str text, double *ret)
{
    double value;
    if (oq_parse_f64(with_ascii_digits(r->arena, text), &value))
        return field_take_f64(r, at, value, ret);
    FIELD_WRONG(r, at, "field.type", "wanted=%s", "number");
    return false;
}

static bool take_list(field_reader *r, const field_at *at, oq_str text, void *list)
{
    size_t count = 0;
    oq_str part;
    for (oq_str rest = text; oq_str_cut(&rest, ',', &part);)
        count += oq_str_trim(part).len > 0;
    if (!field_take_count(r, at, count))
        return false;
    field_open_list(r, at->field, count, list);
    field_at item = {at->prefix, at->field, 0};
    bool good = true;
    for (oq_str rest = text; oq_str_cut(&rest, ',', &part);)
        if (oq_str_trim(part).len) {
            good &= field_take_item(r, &item, part, list);
            item.item++;
        }
    return good;
}

/* An object or a free JSON value, written into one text. */
static bool take_json(field_reader *r, const field_at *at, oq_str text, void *record)
{
    OQ_AUTO(json_ref) root = NULL;
    const oq_field *f = at->field;
    oq_err *err = field_parse_json(r->arena, text, &root);
    bool is_object = f->type == OQ_TYPE_OBJECT;
    if (err || (is_object && !json_is_object(root))) {
        FIELD_WRONG(r, at, "field.type", "wanted=%s", is_object ? "object" : "json");
        return false;
    }
    if (!is_object)
        return json_is_null(root) || field_take_json(r, at, root, field_slot(f, record));
    size_t errors_before = r->errors;
    const char *prefix = oq_strf(r->arena, "%s%s.", at->prefix, f->name).ptr;
    field_read_object(r, f->fields, prefix, root, field_slot(f, record));
    return r->errors == errors_before;
}

bool field_take_from_text(field_reader *r, const field_at *at, oq_str text, void *record)
{
    void *slot = field_slot(at->field, record);
    switch (at->field->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
        return field_take_text(r, at, text, slot);
    case OQ_TYPE_I64:
        return take_i64(r, at, text, slot);
    case OQ_TYPE_F64:
        return take_f64(r, at, text, slot);
    case OQ_TYPE_BOOL:
        if (oq_parse_bool(oq_str_trim(text), slot))
            return true;
        FIELD_WRONG(r, at, "field.type", "wanted=%s", "boolean");
        return false;
    case OQ_TYPE_UUID:
        return field_take_uuid(r, at, text, slot);
    case OQ_TYPE_TIME:
        return field_take_time(r, at, with_ascii_digits(r->arena, text), slot);
    case OQ_TYPE_DATE:
        return field_take_date(r, at, with_ascii_digits(r->arena, text), slot);
    case OQ_TYPE_CHOICE:
        return field_take_choice(r, at, text, slot);
    case OQ_TYPE_TEXTS:
    case OQ_TYPE_UUIDS:
        return take_list(r, at, text, slot);
    case OQ_TYPE_JSON:
    case OQ_TYPE_OBJECT:
        return take_json(r, at, text, record);
    case OQ_TYPE_BYTES:
    case OQ_TYPE_END:
        break;
    }
    assert(!"bytes are not read from text");
    return false;
}

/* Blanks alone are nothing, but a secret may consist of them. */
static bool is_given(const oq_field *f, oq_str text)
{
    return (f->type == OQ_TYPE_SECRET ? text : oq_str_trim(text)).len > 0;
}

static void take_if_given(field_reader *r, const field_at *at, oq_str text, void *record)
{
    if (is_given(at->field, text))
        field_take_from_text(r, at, text, record);
    else if (at->field->required && !at->field->preset)
        field_required(r, at);
}

oq_err *oq_field_set_text(oq_arena *arena, const oq_field *field, oq_str text, void *record)
{
    field_reader r = {.arena = arena};
    oq_field alone[] = {*field, OQ_FIELDS_END};
    oq_fields_preset(arena, alone, record);
    take_if_given(&r, &(field_at){"", field, -1}, text, record);
    return r.first;
}

/* --- pairs -------------------------------------------------------------------------------------*/

typedef struct pairs {
    const oq_pair *at;
    size_t count;
} pairs;

static bool is_named(const oq_pair *pair, const char *prefix, const char *name)
{
    oq_str rest = pair->name;
    if (!oq_str_starts(rest, oq_cstr(prefix)))
        return false;
    rest = oq_str_sub(rest, strlen(prefix), SIZE_MAX);
    return oq_str_eq(rest, oq_cstr(name));
}

/* The last pair of that name, and how many there are. */
static const oq_pair *find_pair(pairs all, const field_at *at, size_t *ret_count)
{
    const oq_pair *found = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < all.count; i++)
        if (is_named(&all.at[i], at->prefix, at->field->name)) {
            found = &all.at[i];
            ++*ret_count;
        }
    return found;
}

/* A name that comes more than once: each value is an item, commas and all. */
static void read_items(field_reader *r, pairs all, const field_at *at, void *list)
{
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++)
        count += is_named(&all.at[i], at->prefix, at->field->name) &&
                 is_given(at->field, all.at[i].value);
    if (!field_take_count(r, at, count))
        return;
    field_open_list(r, at->field, count, list);
    field_at item = {at->prefix, at->field, 0};
    for (size_t i = 0; i < all.count; i++)
        if (is_named(&all.at[i], at->prefix, at->field->name) &&
            is_given(at->field, all.at[i].value)) {
            field_take_item(r, &item, all.at[i].value, list);
            item.item++;
        }
}

static bool any_given_below(pairs all, const char *prefix)
{
    for (size_t i = 0; i < all.count; i++)
        if (oq_str_starts(all.at[i].name, oq_cstr(prefix)) && oq_str_trim(all.at[i].value).len)
            return true;
    return false;
}

static void read_pairs(field_reader *r, const oq_field *fields, const char *prefix, pairs all,
                       void *record);

static void read_field(field_reader *r, const field_at *at, pairs all, void *record)
{
    const oq_field *f = at->field;
    size_t count;
    const oq_pair *pair = find_pair(all, at, &count);
    bool is_list = f->type == OQ_TYPE_TEXTS || f->type == OQ_TYPE_UUIDS;
    const char *inside = NULL;
    if (f->type == OQ_TYPE_OBJECT) {
        inside = oq_strf(r->arena, "%s%s.", at->prefix, f->name).ptr;
        if (any_given_below(all, inside))
            count++;
        else
            inside = NULL;
    }
    if (inside && count == 1) {
        read_pairs(r, f->fields, inside, all, field_slot(f, record));
    } else if (count > 1 && is_list) {
        read_items(r, all, at, field_slot(f, record));
    } else if (count > 1 && f->type != OQ_TYPE_BOOL) {
        FIELD_WRONG(r, at, "field.duplicate");
    } else {
        take_if_given(r, at, pair ? pair->value : OQ_NONE, record);
    }
}

static void read_pairs(field_reader *r, const oq_field *fields, const char *prefix, pairs all,
                       void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++)
        if (f->type != OQ_TYPE_BYTES)
            read_field(r, &(field_at){prefix, f, -1}, all, record);
}

static bool is_known(const oq_field *fields, oq_str path)
{
    oq_str rest = path, name;
    while (oq_str_cut(&rest, '.', &name)) {
        const oq_field *f = oq_field_find(fields, name);
        if (!f || f->type == OQ_TYPE_BYTES)
            return false;
        if (!rest.ptr)
            return true;
        if (f->type != OQ_TYPE_OBJECT)
            return false;
        fields = f->fields;
    }
    return false;
}

oq_err *oq_fields_read_pairs(oq_arena *arena, const oq_field *fields, const oq_pair *pair,
                             size_t pair_count, void *record)
{
    field_reader r = {.arena = arena};
    oq_fields_preset(arena, fields, record);
    read_pairs(&r, fields, "", (pairs){pair, pair_count}, record);
    for (size_t i = 0; i < pair_count; i++)
        if (!is_known(fields, pair[i].name))
            field_unknown(&r, "", pair[i].name);
    return r.first;
}

/* --- environment -------------------------------------------------------------------------------*/

static void read_env(field_reader *r, const oq_field *fields,
                     const char *(*source)(const char *name), void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        if (f->env)
            take_if_given(r, &(field_at){"", f, -1}, oq_cstr(source(f->env)), record);
        else if (f->type == OQ_TYPE_OBJECT)
            read_env(r, f->fields, source, field_slot(f, record));
    }
}

oq_err *oq_fields_read_env(oq_arena *arena, const oq_field *fields,
                           const char *(*source)(const char *name), void *record)
{
    field_reader r = {.arena = arena, .is_env = true};
    oq_fields_preset(arena, fields, record);
    read_env(&r, fields, source, record);
    return r.first;
}
