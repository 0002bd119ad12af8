/* Sentences and links of notifications. */
#include "notify/inner.h"

#include "base/facts.h"

#include "base/banned.h"

const oq_field notify_view_fields[] = {
    OQ_UUID(notify_view, id),
    OQ_TEXT(notify_view, type, .help = "job.failed, lead.received ..."),
    OQ_TEXT(notify_view, title, .help = "In the reader's language"),
    OQ_TEXT(notify_view, body, .help = "In the reader's language; may be empty"),
    OQ_TEXT(notify_view, href, .help = "Page of what it is about"),
    OQ_TEXT(notify_view, entity_type),
    OQ_TEXT(notify_view, entity_id),
    OQ_CHOICE(notify_view, topic, notify_topic_choices),
    OQ_CHOICE(notify_view, urgency, notify_urgency_choices),
    OQ_BOOL(notify_view, is_read),
    OQ_TIME(notify_view, created_at),
    OQ_TIME(notify_view, read_at),
    OQ_FIELDS_END};

/* --- facts ------------------------------------------------------------------------------------*/

/* Whether a word of the other direction is in it: its digits and brackets belong to it then, not to
 * the sentence around. */
static bool turns(oq_lang lang, oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_latin = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_arabic = c >= 0xd8 && c <= 0xdb; /* first byte of U+0600 to U+06FF */
        if (lang == OQ_LANG_AR ? is_latin : is_arabic)
            return true;
    }
    return false;
}

/* A text that is there in both languages comes as "title" and "title_ar". */
static void take_arabic(oq_arg *arg, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            size_t len = strlen(arg[i].name);
            if (arg[k].value.len && strncmp(arg[k].name, arg[i].name, len) == 0 &&
                strcmp(arg[k].name + len, "_ar") == 0)
                arg[i].value = arg[k].value;
        }
}

/* A fact that is a word of the program, in the reader's language. */
static oq_str in_words(oq_arena *arena, oq_lang lang, oq_arg fact)
{
    static const struct {
        const char *fact, *prefix;
    } said[] = {{"severity", "incident_severity."}, {"severity_before", "incident_severity."}};
    for (size_t i = 0; i < OQ_COUNT(said); i++) {
        oq_str key = oq_strf(arena, "%s%.*s", said[i].prefix, OQ_FMT(fact.value));
        if (strcmp(fact.name, said[i].fact) == 0 && oq_text_exists(lang, key))
            return oq_text(lang, key);
    }
    return fact.value;
}

static size_t read_facts(oq_arena *arena, const web_locale *locale, oq_str facts,
                         oq_arg ret_arg[OQ_FACTS_MAX])
{
    static const char time_suffix[] = "_at";
    size_t count = oq_facts_read(arena, facts, ret_arg);
    if (locale->lang == OQ_LANG_AR)
        take_arabic(ret_arg, count);
    for (size_t i = 0; i < count; i++) {
        oq_us at;
        ret_arg[i].value = in_words(arena, locale->lang, ret_arg[i]);
        if (oq_str_ends(oq_cstr(ret_arg[i].name), oq_cstr(time_suffix)) &&
            oq_time_parse(ret_arg[i].value, &at))
            ret_arg[i].value = web_format_time(arena, locale, at);
        else if (turns(locale->lang, ret_arg[i].value))
            ret_arg[i].value = oq_strf(arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(ret_arg[i].value));
    }
    return count;
}

/* --- links ------------------------------------------------------------------------------------*/

/* Where a thing of a type is seen; its id is put behind the path, unless the page has all of them.
 */
static const struct {
    const char *type, *path;
    bool has_id;
} places[] = {
    {"asset", "/assets/", true},
    {"webhook", "/webhooks/", true},
    {"outbox", "/outbox", false},
    {"work_order", "/work-orders/", true},
    {"alert", "/alarms/", true},
    {"alarms", "/alarms", false},
    {"incident", "/blackbox/incidents/", true},
    {"job", "/jobs/", true},
    {"optimization_run", "/optimization/runs/", true},
    {"lead", "/leads#lead-", true},
    {"series", "/series/", true},
    {"settings", "/settings", false},
    {"tenant", "/tenants/", true},
    {"token", "/tokens", false},
    {"user", "/users/", true},
};

static oq_str href_of(oq_arena *arena, oq_str type, oq_str id)
{
    for (size_t i = 0; i < OQ_COUNT(places); i++)
        if (oq_str_eq(type, oq_cstr(places[i].type)))
            return oq_strf(arena, "%s%.*s", places[i].path, places[i].has_id ? (int)id.len : 0,
                           id.len ? id.ptr : "");
    return OQ_NONE;
}

/* --- sentences --------------------------------------------------------------------------------*/

static oq_str sentence(oq_arena *arena, oq_lang lang, oq_str type, const char *part,
                       const oq_arg *arg, size_t count, oq_str otherwise)
{
    oq_str key = oq_strf(arena, "notify.%.*s.%s", OQ_FMT(type), part);
    return oq_text_exists(lang, key) ? oq_text_fill(arena, lang, key, arg, count) : otherwise;
}

notify_view notify_render(oq_arena *arena, const web_locale *locale, const notification *n)
{
    oq_arg arg[OQ_FACTS_MAX];
    size_t count = read_facts(arena, locale, n->facts, arg);
    notify_view view = {
        .id = n->id,
        .type = n->type,
        .title = n->title,
        .body = n->body,
        .href = href_of(arena, n->entity_type, n->entity_id),
        .entity_type = n->entity_type,
        .entity_id = n->entity_id,
        .topic = n->topic,
        .urgency = n->urgency,
        .is_read = n->is_read,
        .created_at = n->created_at,
        .read_at = n->read_at,
    };
    if (!view.title.len)
        view.title = sentence(arena, locale->lang, n->type, "title", arg, count, n->type);
    if (!view.body.len)
        view.body = sentence(arena, locale->lang, n->type, "body", arg, count, OQ_STR(""));
    return view;
}
