/* A form as people fill it into texts as files have them. */
#include "plant/record_form.h"

#include "http/parse.h"

#include "base/banned.h"

oq_err *record_form_read(http_req *rq, record_form *ret_form)
{
    http_pairs all;
    OQ_TRY(http_form_parse(http_arena(rq), http_body_raw(rq), &all));
    oq_pair *pair = oq_new_n(http_arena(rq), oq_pair, all.count);
    record_form form = {.pair = pair, .version = OQ_I64_NONE};
    for (size_t i = 0; i < all.count; i++) {
        oq_str name = all.at[i].name;
        if (oq_str_eq(name, OQ_STR("version")))
            oq_parse_i64(oq_str_trim(all.at[i].value), &form.version);
        else if (!oq_str_eq(name, OQ_STR("csrf_token")))
            pair[form.count++] = all.at[i];
    }
    *ret_form = form;
    return NULL;
}

/* --- one value ----------------------------------------------------------------------------------*/

static oq_str typed(const record_form *form, const char *name)
{
    oq_str found = OQ_NONE; /* the last one counts: a checkbox behind its hidden field */
    for (size_t i = 0; i < form->count; i++)
        if (oq_str_eq(form->pair[i].name, oq_cstr(name)))
            found = form->pair[i].value;
    return found;
}

/* Digits of either kind, groups and blanks: "12,500.50", "١٢٥٠٠٫٥٠". */
static oq_str plain_number(oq_arena *arena, oq_str text)
{
    char *to = oq_alloc(arena, text.len + 1);
    size_t len = 0;
    uint32_t code;
    for (oq_str rest = plant_fold(arena, text); oq_utf8_next(&rest, &code);) {
        if ((code >= '0' && code <= '9') || code == '.' || code == '-')
            to[len++] = (char)code;
        else if (code == 0x66b)
            to[len++] = '.';
        else if (code != ',' && code != 0x66c && code != ' ' && code != 0xa0 && code != 0x202f)
            return OQ_NONE;
    }
    return oq_strn(to, len);
}

static bool is_zeros(oq_str digits)
{
    for (size_t i = 0; i < digits.len; i++)
        if (digits.ptr[i] != '0')
            return false;
    return true;
}

/* "12500.5" of a currency with two decimals is "1250050". */
static oq_err *money(oq_arena *arena, const char *name, oq_str text, oq_str currency, oq_str *value)
{
    double amount;
    int decimals = web_currency_decimals(currency);
    oq_str digits = plain_number(arena, text), whole;
    if (!digits.ptr || (digits.len && !oq_parse_f64(digits, &amount)))
        return oq_fail_field(name, "field.type", "wanted=%s", "number");
    *value = OQ_STR("");
    oq_str rest = digits;
    if (!oq_str_cut(&rest, '.', &whole))
        return NULL;
    if (rest.len > (size_t)decimals && !is_zeros(oq_str_sub(rest, (size_t)decimals, SIZE_MAX)))
        return oq_fail_field(name, "plant.money_too_fine", "decimals=%d", decimals);
    rest = oq_str_sub(rest, 0, (size_t)decimals);
    *value = oq_strf(arena, "%.*s%.*s%.*s", OQ_FMT(whole), OQ_FMT(rest), decimals - (int)rest.len,
                     "000000000");
    return NULL;
}

/* Each day comes as its own pair: "days=0&days=1". */
static oq_str weekdays(oq_arena *arena, const record_form *form, const char *name)
{
    int64_t bits = 0, day;
    for (size_t i = 0; i < form->count; i++)
        if (oq_str_eq(form->pair[i].name, oq_cstr(name)) &&
            oq_parse_i64(form->pair[i].value, &day) && day >= 0 && day < 7)
            bits |= INT64_C(1) << day;
    return bits ? oq_strf(arena, "%lld", (long long)bits) : OQ_STR("");
}

/* "07:30" as minutes after midnight. */
static oq_err *clock_time(oq_arena *arena, const char *name, oq_str text, oq_str *value)
{
    int64_t hours, minutes;
    oq_str rest = oq_str_trim(plant_fold(arena, text)), part;
    *value = OQ_STR("");
    if (!rest.len)
        return NULL;
    bool good = oq_str_cut(&rest, ':', &part) && oq_parse_i64(part, &hours) &&
                oq_parse_i64(oq_str_sub(rest, 0, 2), &minutes) && hours >= 0 && hours < 24 &&
                minutes >= 0 && minutes < 60;
    if (!good)
        return oq_fail_field(name, "plant.clock_malformed");
    *value = oq_strf(arena, "%lld", (long long)(hours * 60 + minutes));
    return NULL;
}

static oq_err *local_time(http_req *rq, const char *name, oq_str text, oq_str *value)
{
    oq_us at;
    *value = oq_str_trim(text);
    if (!value->len || oq_time_parse(*value, &at))
        return NULL;
    oq_err *err = web_local_parse(*value, http_who_of(rq)->time_zone, &at);
    if (err)
        return oq_fail_field(name, "field.type", "wanted=%s", "time");
    *value = oq_time_text(http_arena(rq), at);
    return NULL;
}

static oq_err *read_column(http_req *rq, const record_form *form, const record_column *column,
                           oq_str currency, oq_str *value)
{
    oq_arena *arena = http_arena(rq);
    oq_str text = typed(form, column->name);
    *value = text;
    if (!text.ptr || column->ref)
        return NULL;
    if (column->field->type == OQ_TYPE_TIME)
        return local_time(rq, column->name, text, value);
    switch (record_widget_of(column->field)) {
    case WIDGET_MONEY:
        return money(arena, column->name, text, currency, value);
    case WIDGET_WEEKDAYS:
        *value = weekdays(arena, form, column->name);
        return NULL;
    case WIDGET_CLOCK:
        return clock_time(arena, column->name, text, value);
    default:
        return NULL;
    }
}

/* --- the form -----------------------------------------------------------------------------------*/

static oq_str currency_of(http_req *rq, const record_form *form)
{
    oq_str currency = oq_str_trim(typed(form, "currency"));
    return currency.len == 3 ? currency : http_who_of(rq)->currency;
}

/* Names that no column has are told, not passed over. */
static bool is_column(const record_columns *columns, oq_str name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (oq_str_eq(name, oq_cstr(columns->at[i].name)))
            return true;
    return false;
}

oq_err *record_form_take(http_req *rq, oq_scope *s, const record_kind *kind,
                         const record_form *form, const void *before, void *record)
{
    oq_arena *arena = http_arena(rq);
    record_columns columns = record_columns_of(arena, kind);
    oq_pair *pair = oq_new_n(arena, oq_pair, columns.count + form->count);
    size_t count = 0;
    oq_err *all = NULL;
    for (size_t i = 0; i < columns.count; i++) {
        oq_str value;
        oq_err *err = read_column(rq, form, &columns.at[i], currency_of(rq, form), &value);
        all = oq_err_join(all, err);
        if (!err && value.ptr)
            pair[count++] = (oq_pair){oq_cstr(columns.at[i].name), value};
    }
    for (size_t i = 0; i < form->count; i++)
        if (!is_column(&columns, form->pair[i].name))
            pair[count++] = form->pair[i];
    record_refs *refs = record_refs_open(s, arena);
    return oq_err_join(all, record_take(s, refs, kind, pair, count, before, record));
}
