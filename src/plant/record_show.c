#include "plant/record_show.h"

#include <math.h>

#include "base/banned.h"

/* --- widgets ----------------------------------------------------------------------------------*/

record_widget record_widget_of(const oq_field *field)
{
    static const char *const codes[] = {
        "code",      "metric",  "unit",   "capacity_unit", "iso14224_code",
        "mechanism", "model",   "serial", "external_tag",  "internal_metric_name",
        "currency",  "country", "source", "energy_type",   "time_zone"};
    enum { LINE_MAX_BYTES = 500 };
    oq_str name = oq_cstr(field->name);
    if (field->type == OQ_TYPE_TEXT && field->max >= LINE_MAX_BYTES)
        return WIDGET_LONG;
    if (oq_str_ends(name, OQ_STR("_minor")))
        return WIDGET_MONEY;
    if (strcmp(field->name, "days") == 0 || strcmp(field->name, "work_days") == 0)
        return WIDGET_WEEKDAYS;
    if (strcmp(field->name, "starts_min") == 0)
        return WIDGET_CLOCK;
    if (field->type == OQ_TYPE_JSON)
        return WIDGET_LONG;
    for (size_t i = 0; i < OQ_COUNT(codes); i++)
        if (strcmp(field->name, codes[i]) == 0)
            return WIDGET_CODE;
    return WIDGET_PLAIN;
}

/* --- words ------------------------------------------------------------------------------------*/

oq_str record_kind_label(oq_lang lang, const record_kind *kind)
{
    char key[80];
    snprintf(key, sizeof key, "thing.%s", kind->name);
    return oq_text(lang, oq_cstr(key));
}

oq_str record_kind_labels(oq_lang lang, const record_kind *kind)
{
    char key[80];
    snprintf(key, sizeof key, "plant.kinds.%s", kind->name);
    return oq_text(lang, oq_cstr(key));
}

oq_str record_choice_label(oq_arena *arena, oq_lang lang, const oq_field *field, const char *value)
{
    oq_str key = oq_strf(arena, "plant.choice.%s.%s", field->name, value);
    return oq_text_exists(lang, key) ? oq_text(lang, key)
                                     : web_choice_label(lang, field->name, value);
}

oq_str record_day_label(const web_page *page, int day)
{
    return oq_text(page->locale.lang, oq_strf(page->arena, "plant.day.%d", day));
}

const record_ref *record_ref_of(const record_kind *kind, const char *field)
{
    for (const record_ref *r = kind->refs; r && r->field; r++)
        if (strcmp(r->field, field) == 0)
            return r;
    return NULL;
}

oq_str record_href(oq_arena *arena, const record_kind *kind, oq_uuid id)
{
    const char *folder = kind == &kind_asset || kind == &record_user ? "" : "/plant";
    return oq_strf(arena, "%s/%s/%.*s", folder, kind->path, OQ_FMT(oq_uuid_text(arena, id)));
}

bool record_may_read(const web_page *page, const record_kind *kind)
{
    return oq_caps_have(http_who_of(page->rq)->actor.caps, kind->read);
}

bool record_may_manage(const web_page *page, const record_kind *kind)
{
    return oq_caps_have(http_who_of(page->rq)->actor.caps, kind->manage);
}

oq_str record_currency(const web_page *page, const record_kind *kind, const void *record)
{
    const oq_field *own = oq_field_find(kind->fields, OQ_STR("currency"));
    oq_str currency =
        own && record ? *(const oq_str *)((const char *)record + own->offset) : OQ_NONE;
    return currency.len ? currency : http_who_of(page->rq)->currency;
}

oq_str record_head_label(const web_page *page, const record_kind *kind, const char *member)
{
    const record_ref *ref = record_ref_of(kind, member);
    const char *column = ref ? ref->column : member;
    oq_str head = oq_strf(page->arena, "plant.head.%s", column);
    return oq_text_exists(page->locale.lang, head)
               ? oq_text(page->locale.lang, head)
               : record_column_label(page->arena, page->locale.lang, kind, column);
}

const oq_field *record_field_for(const web_page *page, const record_kind *kind,
                                 const oq_field *field, const void *record)
{
    oq_str other = oq_strf(page->arena, "%s_ar", field->name);
    const oq_field *arabic = oq_field_find(kind->fields, other);
    bool is_arabic = page->locale.lang == OQ_LANG_AR;
    return is_arabic && arabic && record_is_given(arabic, record) ? arabic : field;
}

bool record_is_named(const record_kind *kind)
{
    return kind == &kind_asset_class || kind == &kind_skill;
}

oq_str record_label_shown(const web_page *page, const record_kind *kind, const record_label *label)
{
    oq_str name = oq_lang_pick(page->locale.lang, label->name, label->name_ar);
    if (!name.len || oq_str_eq(name, label->code))
        return label->code;
    bool is_named = record_is_named(kind);
    return oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI " · " WEB_FSI "%.*s" WEB_PDI,
                   OQ_FMT(is_named ? name : label->code), OQ_FMT(is_named ? label->code : name));
}

/* --- values -----------------------------------------------------------------------------------*/

static oq_str weekdays(const web_page *page, int64_t bits)
{
    oq_str all = OQ_STR("");
    const char *comma = page->locale.lang == OQ_LANG_AR ? "، " : ", ";
    for (int day = 0; day < 7; day++)
        if (bits >> day & 1)
            all = oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(all), all.len ? comma : "",
                          OQ_FMT(record_day_label(page, day)));
    return all;
}

static oq_str number(const web_page *page, const oq_field *field, const void *at,
                     const record_kind *kind, const void *record)
{
    int64_t n = *(const int64_t *)at;
    switch (record_widget_of(field)) {
    case WIDGET_MONEY:
        return web_format_money(page->arena, &page->locale, n, record_currency(page, kind, record));
    case WIDGET_WEEKDAYS:
        return weekdays(page, n);
    case WIDGET_CLOCK:
        return oq_strf(page->arena, "%02d:%02d", (int)(n / 60), (int)(n % 60));
    default:
        /* A year is no quantity. */
        return strcmp(field->name, "year") == 0 ? oq_strf(page->arena, "%lld", (long long)n)
                                                : web_format_i64(page->arena, &page->locale, n);
    }
}

static oq_str reference(const web_page *page, const record_refs *refs, const record_kind *other,
                        oq_uuid id)
{
    const record_label *label = record_refs_by_id(refs, other, id);
    return label ? record_label_shown(page, other, label) : OQ_STR(WEB_NOTHING);
}

/* Units as people write them (a bare number's "1" is not shown), kinds of energy by their names. */
static oq_str text_shown(const web_page *page, const oq_field *field, oq_str text)
{
    if (strcmp(field->name, "unit") == 0 || strcmp(field->name, "capacity_unit") == 0) {
        oq_str unit = web_format_unit(page->arena, text);
        return unit.len ? unit : OQ_STR(WEB_NOTHING);
    }
    oq_str named = strcmp(field->name, "energy_type") == 0
                       ? oq_strf(page->arena, "plant.energy.%.*s", OQ_FMT(text))
                       : OQ_NONE;
    return named.len && oq_text_exists(page->locale.lang, named) ? oq_text(page->locale.lang, named)
                                                                 : text;
}

oq_str record_shown(const web_page *page, const record_refs *refs, const record_kind *kind,
                    const oq_field *field, const void *record)
{
    const void *at = (const char *)record + field->offset;
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    if (!record_is_given(field, record))
        return OQ_STR(WEB_NOTHING);
    switch (field->type) {
    case OQ_TYPE_UUID: {
        const record_ref *ref = record_ref_of(kind, field->name);
        return reference(page, refs, ref ? record_kind_find(oq_cstr(ref->kind)) : &record_user,
                         *(const oq_uuid *)at);
    }
    case OQ_TYPE_I64:
        return number(page, field, at, kind, record);
    case OQ_TYPE_F64:
        return web_format_f64(arena, l, *(const double *)at, 6);
    case OQ_TYPE_BOOL:
        return web_say(page, *(const bool *)at ? "plant.yes" : "plant.no");
    case OQ_TYPE_CHOICE:
        return record_choice_label(arena, l->lang, field,
                                   oq_choice_text(field->choices, *(const int *)at));
    case OQ_TYPE_DATE:
        return web_format_day(arena, l, *(const oq_date *)at);
    case OQ_TYPE_TIME:
        return web_format_time(arena, l, *(const oq_us *)at);
    case OQ_TYPE_TEXT:
        return text_shown(page, field, *(const oq_str *)at);
    default:
        return oq_field_text(arena, field, record);
    }
}
