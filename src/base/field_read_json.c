/* Field tables from JSON. The parser is jansson; before it runs, one pass over the text bounds the
 * nesting, and marks integers beyond 64 bits as reals: jansson would refuse the whole text for
 * them, and here they are the error of one field, or a good value of a real one. */
#include "base/field_read.h"

#include "base/banned.h"

/* --- text to tree ------------------------------------------------------------------------------*/

/* Takes the next string, number or other byte off the front. */
static oq_str next_piece(oq_str *rest)
{
    const char *p = rest->ptr;
    size_t len = 1, all = rest->len;
    if (p[0] == '"') {
        while (len < all && p[len] != '"')
            len += p[len] == '\\' ? 2 : 1;
        len = len + 1 < all ? len + 1 : all;
    } else if (p[0] == '-' || (p[0] >= '0' && p[0] <= '9')) {
        while (len < all && p[len] && strchr("0123456789+-.eE", p[len]))
            len++;
    }
    oq_str piece = oq_strn(p, len);
    *rest = oq_strn(p + len, all - len);
    return piece;
}

static bool is_beyond_i64(oq_str piece)
{
    enum { DIGITS_SAFE = 18 };
    int64_t value;
    if (piece.len <= DIGITS_SAFE ||
        (piece.ptr[0] != '-' && (piece.ptr[0] < '0' || piece.ptr[0] > '9')))
        return false;
    for (size_t i = 1; i < piece.len; i++)
        if (piece.ptr[i] < '0' || piece.ptr[i] > '9')
            return false;
    return !oq_parse_i64(piece, &value);
}

/* "[1, 99999999999999999999]" becomes "[1, 99999999999999999999.0]". */
static oq_str mark_as_reals(oq_arena *arena, oq_str text, size_t count)
{
    char *to = oq_alloc(arena, text.len + 2 * count + 1);
    size_t len = 0;
    for (oq_str rest = text; rest.len;) {
        oq_str piece = next_piece(&rest);
        memcpy(to + len, piece.ptr, piece.len);
        len += piece.len;
        if (is_beyond_i64(piece)) {
            memcpy(to + len, ".0", 2);
            len += 2;
        }
    }
    return oq_strn(to, len);
}

static oq_err *look_over(oq_arena *arena, oq_str *text)
{
    int depth = 0;
    size_t beyond = 0;
    for (oq_str rest = *text; rest.len;) {
        oq_str piece = next_piece(&rest);
        char first = piece.ptr[0];
        if (first == '{' || first == '[')
            depth++;
        else if (first == '}' || first == ']')
            depth--;
        else
            beyond += is_beyond_i64(piece);
        if (depth > OQ_JSON_DEPTH_MAX)
            return oq_fail(OQ_MALFORMED, "json.too_deep", "max=%d", OQ_JSON_DEPTH_MAX);
    }
    if (beyond)
        *text = mark_as_reals(arena, *text, beyond);
    return NULL;
}

/* The key whose closing quote stands before `end`. */
static const char *key_before(oq_arena *arena, oq_str text, size_t end)
{
    oq_str key = OQ_STR("");
    for (oq_str rest = oq_str_sub(text, 0, end); rest.len;) {
        oq_str piece = next_piece(&rest);
        if (piece.ptr[0] == '"' && piece.len >= 2)
            key = oq_str_sub(piece, 1, piece.len - 2);
    }
    return oq_str_c(arena, oq_str_sub(key, 0, 64));
}

oq_err *field_parse_json(oq_arena *arena, oq_str text, json_t **ret_root)
{
    OQ_TRY(look_over(arena, &text));
    json_error_t wrong;
    /* NUL inside a text is let through here, to be refused where the field's name is known. */
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    *ret_root = json_loadb(text.ptr ? text.ptr : "", text.len, flags, &wrong);
    if (*ret_root)
        return NULL;
    switch (json_error_code(&wrong)) {
    case json_error_duplicate_key:
        return oq_fail_field(key_before(arena, text, (size_t)wrong.position), "field.duplicate");
    case json_error_numeric_overflow:
        return oq_fail(OQ_MALFORMED, "json.number_too_large", "line=%d column=%d", wrong.line,
                       wrong.column);
    default:
        return oq_err_detail(
            oq_fail(OQ_MALFORMED, "json.malformed", "line=%d column=%d", wrong.line, wrong.column),
            "%s", wrong.text);
    }
}

/* --- any JSON, kept as text --------------------------------------------------------------------*/

static oq_str text_of(const json_t *value)
{
    return oq_strn(json_string_value(value), json_string_length(value));
}

/* False when a text holds NUL, which PostgreSQL's jsonb cannot keep. */
static bool write_tree(oq_json *j, json_t *value)
{
    bool good = true;
    switch (json_typeof(value)) {
    case JSON_OBJECT: {
        const char *key;
        json_t *member;
        oq_json_object(j);
        json_object_foreach (value, key, member) {
            oq_json_key(j, oq_cstr(key));
            good &= write_tree(j, member);
        }
        oq_json_object_end(j);
        return good;
    }
    case JSON_ARRAY:
        oq_json_array(j);
        for (size_t i = 0; i < json_array_size(value); i++)
            good &= write_tree(j, json_array_get(value, i));
        oq_json_array_end(j);
        return good;
    case JSON_STRING:
        oq_json_text(j, text_of(value));
        return oq_str_find_char(text_of(value), 0) == SIZE_MAX;
    case JSON_INTEGER:
        oq_json_i64(j, json_integer_value(value));
        return true;
    case JSON_REAL:
        oq_json_f64(j, json_real_value(value));
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        oq_json_bool(j, json_is_true(value));
        return true;
    case JSON_NULL:
        oq_json_null(j);
        return true;
    }
    return false;
}

bool field_take_json(field_reader *r, const field_at *at, json_t *value, oq_str *ret)
{
    int64_t min, max;
    field_bounds(at->field, &min, &max);
    OQ_AUTO(oq_buf) out = oq_buf_make((size_t)max);
    oq_json j = oq_json_to(&out);
    if (!write_tree(&j, value))
        FIELD_WRONG(r, at, "field.bad_text");
    else if (out.overflow)
        FIELD_WRONG(r, at, "field.too_long", "max=%lld", (long long)max);
    else {
        *ret = oq_str_copy(r->arena, oq_buf_view(&out));
        return true;
    }
    return false;
}

static bool same_value(oq_arena *arena, oq_str a, oq_str b)
{
    OQ_AUTO(json_ref) left = NULL;
    OQ_AUTO(json_ref) right = NULL;
    oq_err *err = field_parse_json(arena, oq_str_given(a) ? a : OQ_STR("null"), &left);
    if (!err)
        err = field_parse_json(arena, oq_str_given(b) ? b : OQ_STR("null"), &right);
    return !err && json_equal(left, right);
}

bool oq_json_same(oq_str a, oq_str b)
{
    if (oq_str_eq(a, b) && oq_str_given(a) == oq_str_given(b))
        return true;
    oq_arena *arena = oq_arena_open(0);
    bool same = same_value(arena, a, b);
    oq_arena_close(arena);
    return same;
}

/* --- members as texts --------------------------------------------------------------------------*/

static oq_str pair_text(oq_arena *arena, json_t *value)
{
    if (json_is_null(value))
        return OQ_STR("");
    if (json_is_string(value))
        return oq_str_copy(arena, text_of(value));
    OQ_AUTO(oq_buf) out = oq_buf_make(OQ_JSON_MAX);
    oq_json j = oq_json_to(&out);
    write_tree(&j, value); /* a NUL inside is found where the text is read again */
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_err *oq_json_pairs(oq_arena *arena, oq_str json, oq_pair **ret_pair, size_t *ret_count)
{
    OQ_AUTO(json_ref) root = NULL;
    OQ_TRY(field_parse_json(arena, json, &root));
    if (!json_is_object(root))
        return oq_fail(OQ_MALFORMED, "json.not_an_object");
    oq_pair *pair = oq_new_n(arena, oq_pair, json_object_size(root));
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach (root, key, value)
        pair[count++] = (oq_pair){oq_str_copy(arena, oq_cstr(key)), pair_text(arena, value)};
    *ret_pair = pair;
    *ret_count = count;
    return NULL;
}

/* --- tree to record ----------------------------------------------------------------------------*/

/* 2^63: from here on a double is no int64. */
#define I64_BEYOND 9223372036854775808.0

static void read_i64(field_reader *r, const field_at *at, json_t *value, void *slot)
{
    if (json_is_integer(value)) {
        field_take_i64(r, at, json_integer_value(value), slot);
        return;
    }
    double real = json_is_real(value) ? json_real_value(value) : 0;
    int64_t min, max;
    field_bounds(at->field, &min, &max);
    if (real >= I64_BEYOND)
        FIELD_WRONG(r, at, "field.too_large", "max=%lld", (long long)max);
    else if (real <= -I64_BEYOND)
        FIELD_WRONG(r, at, "field.too_small", "min=%lld", (long long)min);
    else
        FIELD_WRONG(r, at, "field.type", "wanted=%s", "integer");
}

static void read_list(field_reader *r, const field_at *at, json_t *value, void *slot)
{
    if (!json_is_array(value)) {
        FIELD_WRONG(r, at, "field.type", "wanted=%s", "list");
        return;
    }
    size_t count = json_array_size(value);
    if (!field_take_count(r, at, count))
        return;
    field_open_list(r, at->field, count, slot);
    for (size_t i = 0; i < count; i++) {
        field_at item = {at->prefix, at->field, (ptrdiff_t)i};
        json_t *text = json_array_get(value, i);
        if (json_is_string(text))
            field_take_item(r, &item, text_of(text), slot);
        else
            FIELD_WRONG(r, &item, "field.type", "wanted=%s",
                        at->field->type == OQ_TYPE_UUIDS ? "uuid" : "text");
    }
}

static void read_text(field_reader *r, const field_at *at, json_t *value, void *slot)
{
    static const char *const wanted[] = {
        [OQ_TYPE_TEXT] = "text", [OQ_TYPE_SECRET] = "text", [OQ_TYPE_UUID] = "uuid",
        [OQ_TYPE_TIME] = "time", [OQ_TYPE_DATE] = "date",   [OQ_TYPE_CHOICE] = "text",
    };
    oq_type type = at->field->type;
    oq_str text = text_of(value);
    if (!json_is_string(value))
        FIELD_WRONG(r, at, "field.type", "wanted=%s", wanted[type]);
    else if (type == OQ_TYPE_UUID)
        field_take_uuid(r, at, text, slot);
    else if (type == OQ_TYPE_TIME)
        field_take_time(r, at, text, slot);
    else if (type == OQ_TYPE_DATE)
        field_take_date(r, at, text, slot);
    else if (type == OQ_TYPE_CHOICE)
        field_take_choice(r, at, text, slot);
    else
        field_take_text(r, at, text, slot);
}

static void read_value(field_reader *r, const field_at *at, json_t *value, void *record)
{
    const oq_field *f = at->field;
    void *slot = field_slot(f, record);
    switch (f->type) {
    case OQ_TYPE_I64:
        read_i64(r, at, value, slot);
        break;
    case OQ_TYPE_F64:
        if (json_is_number(value))
            field_take_f64(r, at, json_number_value(value), slot);
        else
            FIELD_WRONG(r, at, "field.type", "wanted=%s", "number");
        break;
    case OQ_TYPE_BOOL:
        if (json_is_boolean(value))
            *(bool *)slot = json_is_true(value);
        else
            FIELD_WRONG(r, at, "field.type", "wanted=%s", "boolean");
        break;
    case OQ_TYPE_JSON:
        field_take_json(r, at, value, slot);
        break;
    case OQ_TYPE_TEXTS:
    case OQ_TYPE_UUIDS:
        read_list(r, at, value, slot);
        break;
    case OQ_TYPE_OBJECT:
        if (json_is_object(value))
            field_read_object(r, f->fields, oq_strf(r->arena, "%s%s.", at->prefix, f->name).ptr,
                              value, slot);
        else
            FIELD_WRONG(r, at, "field.type", "wanted=%s", "object");
        break;
    default:
        read_text(r, at, value, slot);
        break;
    }
}

static void take_away(field_reader *r, const oq_field *f, void *record)
{
    oq_field alone[] = {*f, OQ_FIELDS_END};
    alone[0].preset = NULL;
    oq_fields_preset(r->arena, alone, record);
}

void field_read_object(field_reader *r, const oq_field *fields, const char *prefix, json_t *object,
                       void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        field_at at = {prefix, f, -1};
        json_t *value = f->type == OQ_TYPE_BYTES ? NULL : json_object_get(object, f->name);
        if (value && !json_is_null(value))
            read_value(r, &at, value, record);
        else if (f->required && !f->preset)
            field_required(r, &at);
        else if (value && r->is_merge)
            take_away(r, f, record);
    }
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        const oq_field *f = oq_field_find(fields, oq_cstr(key));
        if (!f || f->type == OQ_TYPE_BYTES)
            field_unknown(r, prefix, oq_cstr(key));
    }
}

static oq_err *read_record(field_reader *r, const oq_field *fields, oq_str json, void *record)
{
    OQ_AUTO(json_ref) root = NULL;
    OQ_TRY(field_parse_json(r->arena, json, &root));
    if (!json_is_object(root))
        return oq_fail(OQ_MALFORMED, "json.not_an_object");
    field_read_object(r, fields, "", root, record);
    return r->first;
}

oq_err *oq_fields_read_json(oq_arena *arena, const oq_field *fields, oq_str json, void *record)
{
    oq_fields_preset(arena, fields, record);
    return read_record(&(field_reader){.arena = arena}, fields, json, record);
}

oq_err *oq_fields_merge_json(oq_arena *arena, const oq_field *fields, oq_str json, void *record)
{
    return read_record(&(field_reader){.arena = arena, .is_merge = true}, fields, json, record);
}
