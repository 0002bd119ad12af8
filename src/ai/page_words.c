/* What is stored, in the words, numbers and units of whoever reads. */
#include <math.h>

#include "ai/page_inner.h"

const oq_field ai_page_name_fields[] = {
    OQ_TEXT(ai_page_name, code),
    OQ_TEXT(ai_page_name, name),
    OQ_TEXT(ai_page_name, name_ar),
    OQ_FIELDS_END,
};

#include "ai_page.sql.h"

#include "base/banned.h"

enum { DEPTH_MAX = 12, MISSING_MAX = 40, FACTS_MAX = 6 };

/* --- JSON ----------------------------------------------------------------------------------------*/

oq_err *ai_page_json(oq_arena *arena, oq_str json, const json_node **ret_root)
{
    *ret_root = NULL;
    return json.len ? json_tree_parse(arena, json, DEPTH_MAX, ret_root) : NULL;
}

oq_us ai_page_time(const json_node *object, const char *name)
{
    oq_us at;
    return oq_time_parse(json_tree_text(object, name), &at) ? at : OQ_TIME_NONE;
}

const json_node *ai_page_first(const json_node *list)
{
    return list && (list->type == JSON_NODE_LIST || list->type == JSON_NODE_OBJECT) ? list->child
                                                                                    : NULL;
}

/* --- names ---------------------------------------------------------------------------------------*/

oq_err *ai_page_names_of(oq_scope *s, oq_uuid asset_id, oq_uuid class_id, ai_page_names *ret_names)
{
    sql_ai_page_names_rows rows;
    OQ_TRY(sql_ai_page_names(s, (sql_ai_page_names_args){asset_id, class_id}, &rows));
    *ret_names = (ai_page_names){rows.at, rows.count};
    return NULL;
}

oq_str ai_page_either(const web_page *page, oq_str name, oq_str name_ar)
{
    bool is_arabic = page->locale.lang == OQ_LANG_AR;
    oq_str first = is_arabic ? name_ar : name, second = is_arabic ? name : name_ar;
    return first.len ? first : second;
}

oq_str ai_page_name_of(const web_page *page, const ai_page_names *names, oq_str code)
{
    if (oq_str_eq(code, OQ_STR("failure")))
        return web_say(page, "aipage.mode_any");
    if (oq_str_eq(code, OQ_STR("other")))
        return web_say(page, "aipage.mode_other");
    for (size_t i = 0; i < names->count; i++)
        if (oq_str_eq(names->at[i].code, code))
            return ai_page_either(page, names->at[i].name, names->at[i].name_ar);
    return code;
}

/* --- numbers -------------------------------------------------------------------------------------*/

oq_str ai_page_share(const web_page *page, double share)
{
    return web_format_percent(page->arena, &page->locale, share, share < 0.1 ? 1 : 0);
}

oq_str ai_page_hours(const web_page *page, double hours)
{
    const double year = 24 * 365.25;
    if (isnan(hours) || isinf(hours))
        return OQ_STR(WEB_NOTHING);
    if (hours < 96)
        return web_format_duration(page->arena, &page->locale, (oq_us)(hours * (double)OQ_HOUR));
    if (hours < 3 * year)
        return oq_text_count(page->arena, page->locale.lang, OQ_STR("aipage.days"),
                             (int64_t)lround(hours / 24));
    return oq_text_count(page->arena, page->locale.lang, OQ_STR("aipage.years"),
                         (int64_t)lround(hours / year));
}

oq_str ai_page_figure(const web_page *page, double x)
{
    double size = fabs(x);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return web_format_f64(page->arena, &page->locale, x, decimals);
}

oq_str ai_page_quantity(const web_page *page, double x, oq_str unit)
{
    double size = fabs(x);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return web_format_quantity(page->arena, &page->locale, x, decimals,
                               web_format_unit(page->arena, unit));
}

oq_str ai_page_range(const web_page *page, oq_str low, oq_str high)
{
    oq_arg fact[] = {{.name = "low", .value = low}, {.name = "high", .value = high}};
    bool is_open = oq_str_eq(high, OQ_STR(WEB_NOTHING));
    return oq_text_fill(page->arena, page->locale.lang,
                        is_open ? OQ_STR("aipage.from") : OQ_STR("aipage.range"), fact, 2);
}

/* --- what is missing -----------------------------------------------------------------------------*/

/* A name of either direction inside a sentence. */
static oq_str isolated(const web_page *page, oq_str text)
{
    return oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(text));
}

/* Facts as they stand in the record: numbers in the person's digits, modes by their names. */
static size_t facts_of(const web_page *page, const json_node *item, const ai_page_names *names,
                       oq_arg *fact)
{
    size_t count = 0;
    for (const json_node *m = item->child; m && count < FACTS_MAX; m = m->next) {
        if (oq_str_eq(m->name, OQ_STR("code")))
            continue;
        bool is_mode = oq_str_eq(m->name, OQ_STR("mode"));
        double number = m->number;
        bool is_number = m->type == JSON_NODE_NUMBER || oq_parse_f64(m->text, &number);
        fact[count++] = (oq_arg){
            .name = oq_str_c(page->arena, m->name),
            .value = is_mode     ? isolated(page, ai_page_name_of(page, names, m->text))
                     : is_number ? ai_page_figure(page, number)
                                 : isolated(page, m->text),
        };
    }
    return count;
}

void ai_page_put_missing(const web_page *page, web_value *to, const json_node *missing,
                         const ai_page_names *names)
{
    size_t told = 0;
    for (const json_node *item = ai_page_first(missing); item && told < MISSING_MAX;
         item = item->next) {
        oq_str code = json_tree_text(item, "code");
        oq_str key = oq_strf(page->arena, "ai.missing.%.*s", OQ_FMT(code));
        oq_arg fact[FACTS_MAX];
        size_t facts = facts_of(page, item, names, fact);
        told++;
        web_add_text(to, oq_text_exists(page->locale.lang, key)
                             ? oq_text_fill(page->arena, page->locale.lang, key, fact, facts)
                             : code);
    }
}

const char *ai_page_state_kind(int state)
{
    return state == AI_ENOUGH ? "ok" : state == AI_PARTIAL ? "warn" : "off";
}
