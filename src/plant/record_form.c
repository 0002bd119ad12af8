/* A record as a form. */
#include "plant/record_form.h"

#include "web/parts.h"

#include "base/banned.h"

typedef struct putter {
    web_page *page;
    oq_scope *s;
    const record_kind *kind;
    const record_refs *refs;
    const void *record, *stored;
    const record_form *form;
    const oq_err *err;
} putter;

/* --- what it holds --------------------------------------------------------------------------------*/

static oq_str typed(const record_form *form, const char *name)
{
    oq_str found = OQ_NONE;
    for (size_t i = 0; form && i < form->count; i++)
        if (oq_str_eq(form->pair[i].name, oq_cstr(name)) && oq_utf8_valid(form->pair[i].value))
            found = form->pair[i].value;
    return found;
}

/* Minor units as the text of whole ones, as one would type it: "12500.5". */
static oq_str money_text(oq_arena *arena, int64_t minor, oq_str currency)
{
    int decimals = web_currency_decimals(currency);
    int64_t unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    if (minor % unit == 0)
        return oq_strf(arena, "%lld", (long long)(minor / unit));
    return oq_strf(arena, "%lld.%0*lld", (long long)(minor / unit), decimals,
                   (long long)(minor % unit));
}

static oq_str held(const putter *p, const record_column *c, const void *record)
{
    const void *at = (const char *)record + c->field->offset;
    oq_arena *arena = p->page->arena;
    if (c->ref)
        return record_cell(arena, p->refs, c, p->kind, record);
    if (!record_is_given(c->field, record))
        return OQ_STR("");
    if (c->field->type == OQ_TYPE_JSON && oq_json_same(*(const oq_str *)at, OQ_STR("{}")))
        return OQ_STR("");
    if (c->field->type == OQ_TYPE_TIME)
        return web_local_text(arena, *(const oq_us *)at, p->page->locale.time_zone);
    switch (record_widget_of(c->field)) {
    case WIDGET_MONEY:
        return money_text(arena, *(const int64_t *)at, record_currency(p->page, p->kind, record));
    case WIDGET_CLOCK:
        return oq_strf(arena, "%02d:%02d", (int)(*(const int64_t *)at / 60),
                       (int)(*(const int64_t *)at % 60));
    default:
        return oq_field_text(arena, c->field, record);
    }
}

/* What was typed counts: of a wrong field, and of all others of the same form. */
static oq_str value_of(const putter *p, const record_column *c)
{
    oq_str text = typed(p->form, c->name);
    return oq_str_given(text) ? text : held(p, c, p->record);
}

/* --- what it is asked with ------------------------------------------------------------------------*/

static void put_choices(const putter *p, web_value *to, const oq_field *field, oq_str value)
{
    web_value *list = web_put_list(to, "choices");
    for (const oq_choice *c = field->choices; c && c->text; c++)
        web_add_option(list, oq_cstr(c->text),
                       record_choice_label(p->page->arena, p->page->locale.lang, field, c->text),
                       oq_str_eq(value, oq_cstr(c->text)));
}

static void put_days(const putter *p, web_value *to, const record_column *c)
{
    int64_t bits = *(const int64_t *)((const char *)p->record + c->field->offset);
    if (p->form && oq_str_given(typed(p->form, c->name)))
        bits = 0;
    for (size_t i = 0; p->form && i < p->form->count; i++) {
        int64_t day;
        if (oq_str_eq(p->form->pair[i].name, oq_cstr(c->name)) &&
            oq_parse_i64(p->form->pair[i].value, &day) && day >= 0 && day < 7)
            bits |= INT64_C(1) << day;
    }
    web_value *list = web_put_list(to, "days");
    for (int day = 0; day < 7; day++) {
        web_value *one = web_add_object(list);
        web_put_i64(one, "value", day);
        web_put_text(one, "label", record_day_label(p->page, day));
        web_put_bool(one, "is_checked", bits != OQ_I64_NONE && (bits >> day & 1));
    }
}

/* The record in which the other one must be, where one is chosen. */
static oq_uuid within_of(const putter *p, const record_ref *ref)
{
    return ref->within ? record_uuid(p->kind, ref->within, p->record) : OQ_UUID_ZERO;
}

/* Few are a list to choose from; of many the code is typed, with the first ones as suggestions. */
static oq_err *put_options(const putter *p, web_value *to, const record_column *c, oq_str value)
{
    record_options options;
    const record_kind *other = record_kind_find(oq_cstr(c->ref->kind));
    bool is_open = other == &kind_component && oq_uuid_is_zero(within_of(p, c->ref));
    OQ_TRY(record_options_load(p->s, other, within_of(p, c->ref), &options));
    bool is_select = !options.is_cut && other != &kind_asset && !is_open;
    web_put_bool(to, "is_select", is_select);
    web_put_bool(to, "is_typed", !is_select);
    web_value *list = web_put_list(to, "choices");
    bool is_there = !value.len;
    for (size_t i = 0; i < options.count && !(is_open && !is_select); i++) {
        bool is_own = other == p->kind && p->record &&
                      oq_uuid_eq(options.at[i].id, record_id(p->kind, p->record));
        if (is_own) /* nothing is above itself */
            continue;
        bool is_selected = oq_str_eq(options.at[i].code, value);
        is_there |= is_selected;
        web_add_option(list, options.at[i].code, record_label_shown(p->page, other, &options.at[i]),
                       is_selected);
    }
    if (is_select && !is_there) /* somebody who left, or what was typed */
        web_add_option(list, value, value, true);
    return NULL;
}

static const char *type_of(const oq_field *field, record_widget widget)
{
    if (field->type == OQ_TYPE_DATE)
        return "date";
    if (field->type == OQ_TYPE_TIME)
        return "datetime-local";
    return widget == WIDGET_CLOCK ? "time" : "text";
}

static bool is_number(const oq_field *field, record_widget widget)
{
    return (field->type == OQ_TYPE_I64 || field->type == OQ_TYPE_F64) &&
           (widget == WIDGET_PLAIN || widget == WIDGET_MONEY);
}

/* Members of a field that say how it is asked for; each is put, whatever it says. */
static oq_err *put_widget(const putter *p, web_value *to, const record_column *c, oq_str value)
{
    const oq_field *f = c->field;
    record_widget widget = record_widget_of(f);
    bool is_choice = f->type == OQ_TYPE_CHOICE, is_check = f->type == OQ_TYPE_BOOL;
    bool is_days = widget == WIDGET_WEEKDAYS, is_long = widget == WIDGET_LONG;
    web_put_bool(to, "is_select", is_choice);
    web_put_bool(to, "is_typed", false);
    web_put_bool(to, "is_check", is_check);
    web_put_bool(to, "is_days", is_days);
    web_put_bool(to, "is_long", is_long);
    web_put_bool(to, "is_line", !c->ref && !is_choice && !is_check && !is_days && !is_long);
    web_put_cstr(to, "type", type_of(f, widget));
    web_put_bool(to, "is_decimal", is_number(f, widget));
    web_put_bool(to, "is_ltr",
                 is_number(f, widget) || widget == WIDGET_CODE || widget == WIDGET_CLOCK ||
                     f->type == OQ_TYPE_JSON);
    web_put_bool(to, "is_checked",
                 is_check && (oq_str_eq(value, OQ_STR("true")) || oq_str_eq(value, OQ_STR("on"))));
    web_put(to, "choices", NULL);
    web_put(to, "days", NULL);
    if (is_choice)
        put_choices(p, to, f, value);
    if (is_days)
        put_days(p, to, c);
    return c->ref ? put_options(p, to, c, value) : NULL;
}

/* --- a field ----------------------------------------------------------------------------------------*/

static const oq_err *error_of(const putter *p, const char *name)
{
    for (const oq_err *e = p->err; e; e = e->next)
        if (e->field && strcmp(e->field, name) == 0)
            return e;
    return NULL;
}

static oq_str help_of(const putter *p, const record_column *c)
{
    oq_arena *arena = p->page->arena;
    oq_lang lang = p->page->locale.lang;
    oq_str own = oq_strf(arena, "plant.help.%s.%s", p->kind->name, c->name);
    oq_str any = oq_strf(arena, "plant.help.%s", c->name);
    if (oq_text_exists(lang, own))
        return oq_text(lang, own);
    return oq_text_exists(lang, any) ? oq_text(lang, any) : OQ_NONE;
}

/* What somebody else stored meanwhile, where it is another thing than what is typed here. */
static oq_str stored_of(const putter *p, const record_column *c, oq_str value)
{
    if (!p->stored || oq_str_eq(held(p, c, p->stored), value))
        return OQ_NONE;
    return record_shown(p->page, p->refs, p->kind, c->field, p->stored);
}

/* What the numbers of a field are counted in: the record's unit or currency. */
static oq_str counted_in(const putter *p, const oq_field *field)
{
    static const char *const limits[] = {
        "low_low",   "low",       "high",  "high_high", "instrument_min", "instrument_max",
        "value_min", "value_max", "value", "value_low", "value_high"};
    const char *member = strcmp(field->name, "capacity") == 0 ? "capacity_unit" : NULL;
    if (record_widget_of(field) == WIDGET_MONEY)
        return record_currency(p->page, p->kind, p->record);
    for (size_t i = 0; i < OQ_COUNT(limits); i++)
        if (strcmp(field->name, limits[i]) == 0)
            member = "unit";
    const oq_field *unit = member ? oq_field_find(p->kind->fields, oq_cstr(member)) : NULL;
    if (!unit || unit->type != OQ_TYPE_TEXT)
        return OQ_NONE;
    return web_format_unit(p->page->arena,
                           *(const oq_str *)((const char *)p->record + unit->offset));
}

static oq_str label_of(const putter *p, const record_column *c)
{
    oq_arena *arena = p->page->arena;
    oq_str label = record_column_label(arena, p->page->locale.lang, p->kind, c->name);
    oq_str in = counted_in(p, c->field);
    return in.len ? oq_strf(arena, "%.*s (" WEB_LRI "%.*s" WEB_PDI ")", OQ_FMT(label), OQ_FMT(in))
                  : label;
}

/* A long text without one in the other language beside it has the whole row. */
static bool is_wide(const putter *p, const record_column *c)
{
    oq_str other = oq_strf(p->page->arena, "%s_ar", c->name);
    return record_widget_of(c->field) == WIDGET_LONG &&
           !oq_str_ends(oq_cstr(c->name), OQ_STR("_ar")) && !oq_field_find(p->kind->fields, other);
}

static oq_err *put_field(const putter *p, web_value *list, const record_column *c)
{
    oq_arena *arena = p->page->arena;
    oq_lang lang = p->page->locale.lang;
    oq_str value = value_of(p, c);
    const oq_err *e = error_of(p, c->name);
    web_value *to = web_add_object(list);
    web_put_cstr(to, "name", c->name);
    web_put_text(to, "id", oq_strf(arena, "form-%s", c->name));
    web_put_text(to, "value", value);
    web_put_text(to, "label", label_of(p, c));
    web_put_bool(to, "is_wide", is_wide(p, c));
    web_put_text(to, "help", help_of(p, c));
    web_put_text(to, "error", e ? oq_err_sentence(arena, lang, e) : OQ_NONE);
    web_put_text(to, "stored", stored_of(p, c, value));
    bool is_fixed = record_has_name(p->kind->fixed, c->field->name) &&
                    !oq_uuid_is_zero(record_id(p->kind, p->record));
    web_put_bool(to, "is_fixed", is_fixed);
    web_put_bool(to, "is_required", c->field->required && c->field->type != OQ_TYPE_BOOL);
    web_put_i64(to, "max", c->field->type == OQ_TYPE_TEXT ? c->field->max : 400);
    return put_widget(p, to, c, value);
}

/* Errors that no field of the form shows. */
static void put_form_error(const putter *p, record_columns columns)
{
    oq_str all = OQ_NONE;
    oq_arena *arena = p->page->arena;
    for (const oq_err *e = p->err; e; e = e->next) {
        bool is_shown = false;
        for (size_t i = 0; e->field && i < columns.count; i++)
            is_shown |= strcmp(e->field, columns.at[i].name) == 0;
        if (is_shown)
            continue;
        oq_str one = oq_err_sentence(arena, p->page->locale.lang, e);
        all = all.len ? oq_strf(arena, "%.*s %.*s", OQ_FMT(all), OQ_FMT(one)) : one;
    }
    web_put_text(p->page->view, "form_error", all);
}

oq_err *record_form_put(web_page *page, oq_scope *s, const record_kind *kind, const void *record,
                        const record_form *form, const oq_err *err, const void *stored)
{
    record_refs *refs = record_refs_open(s, page->arena);
    OQ_TRY(record_refs_of(refs, kind, record, 1));
    if (stored)
        OQ_TRY(record_refs_of(refs, kind, stored, 1));
    putter p = {page, s, kind, refs, record, stored, form, err};
    record_columns columns = record_columns_of(page->arena, kind);
    web_value *list = web_put_list(page->view, "fields");
    for (size_t i = 0; i < columns.count; i++)
        OQ_TRY(put_field(&p, list, &columns.at[i]));
    put_form_error(&p, columns);
    return NULL;
}
