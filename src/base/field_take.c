/* One value against its field: what every reader of a table holds it to. */
#include "base/field_read.h"

#include "base/banned.h"

/* --- text --------------------------------------------------------------------------------------*/

/* C0 without new line and tab, DEL, and C1: they show as nothing and mean harm in logs, terminals
 * and CSV files. */
static bool has_control(oq_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return true;
        if (c == 0xc2 && i + 1 < s.len && (unsigned char)s.ptr[i + 1] < 0xa0)
            return true;
    }
    return false;
}

/* A browser sends CR LF for each line end of a text area. */
static oq_str with_plain_line_ends(oq_arena *arena, oq_str s)
{
    char *to = oq_str_c(arena, s);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n'))
            to[len++] = s.ptr[i];
    to[len] = 0;
    return oq_strn(to, len);
}

static oq_str list_choices(oq_arena *arena, const oq_choice *choices)
{
    enum { SHOWN_MAX = 2000 };
    OQ_AUTO(oq_buf) out = oq_buf_make(SHOWN_MAX);
    for (const oq_choice *c = choices; c->text; c++) {
        if (out.len)
            oq_buf_lit(&out, ", ");
        oq_buf_str(&out, oq_cstr(c->text));
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

static bool not_a_choice(field_reader *r, const field_at *at)
{
    oq_str all = list_choices(r->arena, at->field->choices);
    FIELD_WRONG(r, at, "field.not_a_choice", "choices=%.*s", OQ_FMT(all));
    return false;
}

static bool is_in_length(field_reader *r, const field_at *at, size_t len)
{
    int64_t min = 1, max = OQ_TEXT_MAX;
    if (at->item < 0)
        field_bounds(at->field, &min, &max);
    if ((int64_t)len > max)
        FIELD_WRONG(r, at, "field.too_long", "max=%lld", (long long)max);
    else if ((int64_t)len < min)
        FIELD_WRONG(r, at, "field.too_short", "min=%lld", (long long)min);
    else
        return true;
    return false;
}

bool field_take_text(field_reader *r, const field_at *at, oq_str text, oq_str *ret)
{
    const oq_field *f = at->field;
    bool is_secret = f->type == OQ_TYPE_SECRET;
    if (!oq_utf8_valid(text)) {
        FIELD_WRONG(r, at, "field.bad_text");
        return false;
    }
    oq_str clean =
        is_secret ? oq_str_copy(r->arena, text) : with_plain_line_ends(r->arena, oq_str_trim(text));
    if (!is_secret && has_control(clean)) {
        FIELD_WRONG(r, at, "field.bad_text");
        return false;
    }
    if (clean.len == 0) {
        if (f->required || f->not_blank || at->item >= 0) {
            field_required(r, at);
            return false;
        }
        *ret = clean;
        return true;
    }
    if (!is_in_length(r, at, clean.len))
        return false;
    int value;
    if (f->choices && !oq_choice_value(f->choices, clean, &value))
        return not_a_choice(r, at);
    const char *wrong = f->check ? f->check(clean) : NULL;
    if (wrong) {
        FIELD_WRONG(r, at, wrong);
        return false;
    }
    *ret = clean;
    return true;
}

bool field_take_choice(field_reader *r, const field_at *at, oq_str text, int *ret)
{
    return oq_choice_value(at->field->choices, oq_str_trim(text), ret) || not_a_choice(r, at);
}

/* --- numbers -----------------------------------------------------------------------------------*/

bool field_take_i64(field_reader *r, const field_at *at, int64_t value, int64_t *ret)
{
    int64_t min, max;
    field_bounds(at->field, &min, &max);
    if (value > max)
        FIELD_WRONG(r, at, "field.too_large", "max=%lld", (long long)max);
    else if (value < min)
        FIELD_WRONG(r, at, "field.too_small", "min=%lld", (long long)min);
    else {
        *ret = value;
        return true;
    }
    return false;
}

bool field_take_f64(field_reader *r, const field_at *at, double value, double *ret)
{
    double min, max;
    char text[OQ_F64_TEXT_MAX];
    field_bounds_f64(at->field, &min, &max);
    if (value > max)
        FIELD_WRONG(r, at, "field.too_large", "max=%.*s", (int)oq_f64_format(max, text), text);
    else if (value < min)
        FIELD_WRONG(r, at, "field.too_small", "min=%.*s", (int)oq_f64_format(min, text), text);
    else {
        *ret = value;
        return true;
    }
    return false;
}

/* --- what is written as text -------------------------------------------------------------------*/

bool field_take_uuid(field_reader *r, const field_at *at, oq_str text, oq_uuid *ret)
{
    oq_uuid id;
    if (!oq_uuid_parse(oq_str_trim(text), &id)) {
        FIELD_WRONG(r, at, "field.type", "wanted=%s", "uuid");
        return false;
    }
    if (oq_uuid_is_zero(id) && (at->field->required || at->item >= 0)) {
        field_required(r, at);
        return false;
    }
    *ret = id;
    return true;
}

bool field_take_time(field_reader *r, const field_at *at, oq_str text, oq_us *ret)
{
    if (oq_time_parse(oq_str_trim(text), ret))
        return true;
    FIELD_WRONG(r, at, "field.type", "wanted=%s", "time");
    return false;
}

bool field_take_date(field_reader *r, const field_at *at, oq_str text, oq_date *ret)
{
    if (oq_date_parse(oq_str_trim(text), ret))
        return true;
    FIELD_WRONG(r, at, "field.type", "wanted=%s", "date");
    return false;
}

/* --- lists -------------------------------------------------------------------------------------*/

bool field_take_count(field_reader *r, const field_at *at, size_t count)
{
    int64_t min, max;
    field_bounds(at->field, &min, &max);
    if ((int64_t)count > max)
        FIELD_WRONG(r, at, "field.too_many", "max=%lld", (long long)max);
    else if (count == 0 && at->field->required)
        field_required(r, at);
    else if (count > 0 && (int64_t)count < min)
        FIELD_WRONG(r, at, "field.too_few", "min=%lld", (long long)min);
    else
        return true;
    return false;
}

void field_open_list(field_reader *r, const oq_field *f, size_t count, void *list)
{
    if (f->type == OQ_TYPE_TEXTS)
        *(oq_strs *)list = (oq_strs){.at = oq_new_n(r->arena, oq_str, count)};
    else
        *(oq_uuids *)list = (oq_uuids){.at = oq_new_n(r->arena, oq_uuid, count)};
}

bool field_take_item(field_reader *r, const field_at *at, oq_str text, void *list)
{
    if (at->field->type == OQ_TYPE_TEXTS) {
        oq_strs *texts = list;
        if (!field_take_text(r, at, text, &texts->at[texts->count]))
            return false;
        texts->count++;
        return true;
    }
    oq_uuids *ids = list;
    if (!field_take_uuid(r, at, text, &ids->at[ids->count]))
        return false;
    ids->count++;
    return true;
}
