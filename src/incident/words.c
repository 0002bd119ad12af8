/* How this folder says things. */
#include <math.h>

#include "incident/inner.h"

#include "base/banned.h"

oq_str dossier_either(oq_lang lang, oq_str text, oq_str text_ar)
{
    oq_str own = lang == OQ_LANG_AR ? text_ar : text, other = lang == OQ_LANG_AR ? text : text_ar;
    return own.len ? own : other;
}

oq_str dossier_sentence(const web_page *page, oq_str text, oq_str text_ar)
{
    bool is_arabic = page->locale.lang == OQ_LANG_AR && text_ar.len;
    return is_arabic ? oq_strf(page->arena, "\xe2\x80\x8f%.*s", OQ_FMT(text_ar)) /* U+200F */
                     : dossier_either(page->locale.lang, text, text_ar);
}

const web_value *dossier_json(oq_arena *arena, oq_str json)
{
    web_value *value = NULL;
    if (!json.len)
        return NULL;
    oq_err *err = web_from_json(arena, json, &value);
    return err ? NULL : value;
}

oq_str dossier_said(oq_lang lang, const web_value *texts)
{
    if (!web_is_object(texts))
        return web_as_text(texts);
    return dossier_either(lang, web_as_text(web_get(texts, OQ_STR("en"))),
                          web_as_text(web_get(texts, OQ_STR("ar"))));
}

double dossier_number(const web_value *value)
{
    double number;
    return oq_parse_f64(web_as_text(value), &number) ? number : (double)NAN;
}

oq_str dossier_name(oq_arena *arena, int64_t number)
{
    return oq_strf(arena, "INC-%lld", (long long)number);
}

oq_str dossier_path(oq_arena *arena, oq_uuid id)
{
    return oq_strf(arena, "/blackbox/incidents/%.*s", OQ_FMT(oq_uuid_text(arena, id)));
}

oq_str dossier_code_words(oq_arena *arena, oq_str code)
{
    oq_str words = oq_str_copy(arena, code);
    for (size_t i = 0; i < words.len; i++)
        if (words.ptr[i] == '_')
            ((char *)words.ptr)[i] = ' ';
    return words;
}

/* Jobs have names with a point ("rca.run"), people have blanks or an address. */
oq_str dossier_who(const web_page *page, oq_str made_by)
{
    bool is_job = oq_str_find_char(made_by, '.') != SIZE_MAX &&
                  oq_str_find_char(made_by, ' ') == SIZE_MAX &&
                  oq_str_find_char(made_by, '@') == SIZE_MAX && !oq_str_ends(made_by, OQ_STR("."));
    bool is_program = is_job || oq_str_eq(made_by, OQ_STR("engine"));
    return is_program ? web_say(page, "incident.by_engine") : made_by;
}

/* --- states -------------------------------------------------------------------------------------*/

static const char *severity_kind(int severity, bool is_over)
{
    if (is_over || severity == INCIDENT_MINOR)
        return "";
    return severity == INCIDENT_MAJOR ? "warn" : "bad";
}

static const char *status_kind(int status)
{
    switch (status) {
    case INCIDENT_OPEN:
    case INCIDENT_INVESTIGATING:
        return "info";
    case INCIDENT_RESOLVED:
        return "ok";
    default:
        return "off";
    }
}

void dossier_put_state(web_value *to, const char *key, const char *kind, oq_str text)
{
    web_value *state = web_put_object(to, key);
    web_put_cstr(state, "kind", kind);
    web_put_text(state, "text", text);
}

void dossier_put_badges(const web_page *page, web_value *to, int severity, int status, int type)
{
    oq_lang lang = page->locale.lang;
    bool is_over = status == INCIDENT_RESOLVED || status == INCIDENT_CLOSED;
    dossier_put_state(to, "severity", severity_kind(severity, is_over),
                      web_choice_label(lang, "incident_severity",
                                       oq_choice_text(incident_severity_choices, severity)));
    dossier_put_state(
        to, "status", status_kind(status),
        web_choice_label(lang, "incident_status", oq_choice_text(incident_status_choices, status)));
    web_put_text(
        to, "type",
        web_choice_label(lang, "incident_type", oq_choice_text(incident_type_choices, type)));
}

void dossier_put_duration(const web_page *page, web_value *to, oq_us start, oq_us end, int status,
                          oq_us now)
{
    bool is_going =
        end == OQ_TIME_NONE && (status == INCIDENT_OPEN || status == INCIDENT_INVESTIGATING);
    oq_us until = end != OQ_TIME_NONE ? end : is_going ? now : OQ_TIME_NONE;
    web_put_text(to, "duration",
                 until == OQ_TIME_NONE || until < start
                     ? OQ_NONE
                     : web_format_duration(page->arena, &page->locale, until - start));
    web_put_bool(to, "is_going", is_going);
}

void dossier_add_fact(const web_page *page, web_value *list, const char *label_key, oq_str value,
                      oq_str href)
{
    if (!value.len)
        return;
    web_value *fact = web_add_object(list);
    web_put_text(fact, "label", web_say(page, label_key));
    web_put_text(fact, "value", value);
    web_put_text(fact, "href", href);
}
