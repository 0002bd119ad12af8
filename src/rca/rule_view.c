/* What pages show of a rule: in the reader's words, with its track record and what the past says.
 */
#include <jansson.h>
#include <math.h>

#include "rca/rule_page.h"
#include "rca_rule.sql.h"

#include "base/banned.h"

/* --- JSON for people ----------------------------------------------------------------------------*/

enum { PRETTY_WIDTH = 96, PRETTY_STEP = 2 };

static void put_pretty(oq_buf *out, json_t *value, int indent)
{
    char *line = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    bool is_object = json_is_object(value), is_list = json_is_array(value);
    bool fits = indent + (int)oq_utf8_count(oq_cstr(line)) <= PRETTY_WIDTH;
    if ((fits && indent > 0) || !(is_object || is_list)) {
        oq_buf_str(out, oq_cstr(line));
        free(line);
        return;
    }
    free(line);
    int inner = indent + PRETTY_STEP;
    const char *between = "", *key;
    json_t *member;
    oq_buf_char(out, is_object ? '{' : '[');
    if (is_object)
        json_object_foreach (value, key, member) {
            oq_buf_f(out, "%s\n%*s\"%s\": ", between, inner, "", key); /* our own names */
            put_pretty(out, member, inner);
            between = ",";
        }
    for (size_t i = 0; is_list && i < json_array_size(value); i++) {
        oq_buf_f(out, "%s\n%*s", between, inner, "");
        put_pretty(out, json_array_get(value, i), inner);
        between = ",";
    }
    oq_buf_f(out, "\n%*s%c", indent, "", is_object ? '}' : ']');
}

oq_str rule_pretty(oq_arena *arena, oq_str json)
{
    json_t *root = json_loadb(json.ptr, json.len, 0, NULL);
    if (!root)
        return json;
    OQ_AUTO(oq_buf) out = oq_buf_make(8 * RULE_BYTES_MAX);
    put_pretty(&out, root, 0);
    json_decref(root);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* --- classes ------------------------------------------------------------------------------------*/

oq_err *rule_class_names(oq_scope *s, class_names *ret_names)
{
    enum { CLASSES_MAX = 1000 };
    sql_rca_rule_classes_rows rows;
    OQ_TRY(sql_rca_rule_classes(s, (sql_rca_rule_classes_args){.limit = CLASSES_MAX}, &rows));
    class_name *at = oq_new_n(oq_scope_arena(s), class_name, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        at[i] = (class_name){rows.at[i].code, rows.at[i].name, rows.at[i].name_ar};
    *ret_names = (class_names){at, rows.count};
    return NULL;
}

oq_str class_name_in(const class_name *c, bool in_arabic)
{
    return in_arabic && c->name_ar.len ? c->name_ar : c->name;
}

static oq_str name_of_class(const class_names *names, oq_str code, bool in_arabic)
{
    for (size_t i = 0; i < names->count; i++)
        if (oq_str_eq_ascii_nocase(names->at[i].code, code))
            return class_name_in(&names->at[i], in_arabic);
    return code;
}

void rule_put_classes(const web_page *page, web_value *to, const cause_rule *rule,
                      const class_names *names)
{
    size_t count;
    const oq_str *code = cause_rule_classes(rule, &count);
    web_value *list = web_put_list(to, "classes");
    for (size_t i = 0; i < count; i++)
        web_add_text(list, name_of_class(names, code[i], page->locale.lang == OQ_LANG_AR));
    web_put_bool(to, "all_classes", count == 0);
}

/* --- the rule in words --------------------------------------------------------------------------*/

static void put_actions(const web_page *page, web_value *to, const cause_rule *rule)
{
    size_t count;
    const rule_action *action = cause_rule_actions(rule, &count);
    web_value *list = web_put_list(to, "actions");
    for (size_t i = 0; i < count; i++) {
        web_value *row = web_add_object(list);
        web_put_text(row, "text", page->locale.lang == OQ_LANG_AR ? action[i].ar : action[i].en);
        int64_t hours = (int64_t)ceil(action[i].within_h);
        if (!isnan(action[i].within_h))
            web_put_text(
                row, "within",
                hours >= 48 && hours % 24 == 0
                    ? oq_text_count(page->arena, page->locale.lang, OQ_STR("rule.days"), hours / 24)
                    : oq_text_count(page->arena, page->locale.lang, OQ_STR("rule.hours"), hours));
    }
    web_put_bool(to, "has_actions", count > 0);
}

void rule_put_words(const web_page *page, web_value *to, const cause_rule *rule,
                    const class_names *names)
{
    bool in_arabic = page->locale.lang == OQ_LANG_AR;
    oq_lang lang = page->locale.lang;
    web_put_text(to, "name", cause_rule_name(rule, in_arabic));
    web_put_text(to, "label", cause_rule_label(rule, in_arabic));
    web_put_text(to, "cause", cause_rule_cause(rule));
    web_put_text(to, "category",
                 web_choice_label(lang, "root_cause_category",
                                  oq_str_c(page->arena, cause_rule_category(rule))));
    web_put_text(to, "confidence",
                 web_format_percent(page->arena, &page->locale, cause_rule_confidence(rule), 0));
    rule_put_classes(page, to, rule, names);
    web_value *list = web_put_list(to, "conditions");
    for (size_t i = 0; i < cause_rule_conditions(rule); i++) {
        web_value *row = web_add_object(list);
        web_put_text(row, "text", cause_rule_condition_text(page->arena, rule, i, in_arabic));
        web_put_text(row, "role", cause_rule_condition_role(page->arena, rule, i, in_arabic));
    }
    put_actions(page, to, rule);
}

/* --- what it has said so far --------------------------------------------------------------------*/

static void add_figure(const web_page *page, web_value *list, const char *key, oq_str value)
{
    web_value *kpi = web_add_object(list);
    web_put_text(kpi, "label", web_say(page, key));
    web_put_text(kpi, "value", value);
}

static void add_count(const web_page *page, web_value *list, const char *key, int64_t count)
{
    add_figure(page, list, key, web_format_i64(page->arena, &page->locale, count));
}

void rule_put_state(const web_page *page, web_value *to, const rca_rule *rule)
{
    const char *kind = "ok", *key = "rules.is_on";
    if (rule->source == RULE_LEARNED && rule->approved_at == OQ_TIME_NONE)
        kind = "warn", key = "rules.is_suggested";
    else if (!rule->is_enabled)
        kind = "off", key = "rules.is_off";
    web_value *badge = web_put_object(to, "badge");
    web_put_cstr(badge, "kind", kind);
    web_put_text(badge, "text", web_say(page, key));
    web_put_text(to, "source",
                 web_choice_label(page->locale.lang, "rule_source",
                                  oq_choice_text(rule_source_choices, rule->source)));
    web_put_text(to, "trust", web_format_percent(page->arena, &page->locale, rule->trust, 0));
}

void rule_put_record(const web_page *page, web_value *to, const rca_rule *rule)
{
    web_value *kpis = web_put_list(to, "kpis");
    add_count(page, kpis, "rules.hits", rule->hits);
    add_count(page, kpis, "rules.confirmed", rule->confirmed);
    add_count(page, kpis, "rules.refuted", rule->refuted);
    add_figure(page, kpis, "rules.trust",
               web_format_percent(page->arena, &page->locale, rule->trust, 0));
    if (rule->since != OQ_TIME_NONE)
        web_put_text(to, "since", web_format_date(page->arena, &page->locale, rule->since));
}

/* --- the past -----------------------------------------------------------------------------------*/

static void put_badge(const web_page *page, web_value *row, const char *name, const char *kind,
                      const char *key)
{
    web_value *badge = web_put_object(row, name);
    web_put_cstr(badge, "kind", kind);
    web_put_text(badge, "text", web_say(page, key));
}

static oq_str in_language(const web_page *page, oq_str text, oq_str text_ar)
{
    return oq_lang_pick(page->locale.lang, text, text_ar);
}

static void put_trial(const web_page *page, web_value *row, const rule_trial *t)
{
    oq_str cause = in_language(page, t->cause_name, t->cause_name_ar);
    web_put_text(row, "number", oq_strf(page->arena, "INC-%lld", (long long)t->number));
    web_put_text(row, "href",
                 oq_strf(page->arena, "/blackbox/incidents/%.*s",
                         OQ_FMT(oq_uuid_text(page->arena, t->incident_id))));
    web_put_text(row, "title", in_language(page, t->title, t->title_ar));
    web_put_text(row, "at", web_format_time(page->arena, &page->locale, t->happened_at));
    web_put_text(row, "known_cause", t->known_cause);
    web_put_text(row, "cause_name", cause.len ? cause : t->known_cause);
    web_put_bool(row, "hit_before", t->hit_before);
    if (!t->hits)
        put_badge(page, row, "badge", t->hit_before ? "warn" : "off",
                  t->hit_before ? "rules.no_more" : "rules.would_miss");
    else if (oq_str_eq(t->verdict, OQ_STR("refuted")))
        put_badge(page, row, "badge", "bad", "rules.would_err");
    else
        put_badge(page, row, "badge", "ok",
                  t->verdict.len ? "rules.would_be_right" : "rules.would_hit");
}

void rule_put_trials(const web_page *page, const rule_trials *t)
{
    web_value *trial = web_put_object(page->view, "trial");
    web_value *kpis = web_put_list(trial, "kpis");
    add_count(page, kpis, "rules.looked_at", t->looked_at);
    add_count(page, kpis, "rules.would_hit_count", t->hits);
    add_count(page, kpis, "rules.hit_before", t->hit_before);
    add_count(page, kpis, "rules.confirmed", t->confirmed);
    add_count(page, kpis, "rules.refuted", t->refuted);
    add_count(page, kpis, "rules.would_miss_count", t->missed);
    web_put_bool(trial, "has_rows", t->count > 0);
    web_value *rows = web_put_list(trial, "rows");
    for (size_t i = 0; i < t->count; i++)
        put_trial(page, web_add_object(rows), &t->at[i]);
}

/* --- what is wrong, line by line ----------------------------------------------------------------*/

static void put_notes(const web_page *page, web_value *line, const oq_err *err, int number)
{
    web_value *notes = web_put_list(line, "notes");
    bool is_wrong = false;
    for (; err; err = err->next) {
        rule_place at;
        rule_error_place(err, (rule_place){1, 1}, &at);
        if (at.line != number)
            continue;
        is_wrong = true;
        web_value *note = web_add_object(notes);
        web_put_i64(note, "column", at.column);
        web_put_text(note, "path", oq_cstr(err->field));
        web_put_text(note, "text", oq_err_sentence(page->arena, page->locale.lang, err));
    }
    web_put_bool(line, "is_wrong", is_wrong);
}

void rule_put_wrong(const web_page *page, oq_str text, const oq_err *err)
{
    enum { LINES_MAX = 2000 };
    web_value *wrong = web_put_object(page->view, "wrong");
    int64_t count = 0;
    for (const oq_err *e = err; e; e = e->next)
        count++;
    web_put_text(wrong, "count",
                 oq_text_count(page->arena, page->locale.lang, OQ_STR("rules.errors"), count));
    web_value *lines = web_put_list(wrong, "lines");
    oq_str line;
    int number = 0;
    do {
        number++;
        size_t end = oq_str_find_char(text, '\n');
        line = oq_str_sub(text, 0, end);
        web_value *row = web_add_object(lines);
        web_put_i64(row, "number", number);
        web_put_text(row, "text", line);
        put_notes(page, row, err, number);
        text = end == SIZE_MAX ? OQ_STR("") : oq_str_sub(text, end + 1, SIZE_MAX);
    } while (text.len && number < LINES_MAX);
}
