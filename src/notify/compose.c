/* What a mail and a webhook say. */
#include "notify/send.h"

#include "base/banned.h"

enum { TEXT_MAX = 1024 * 1024, POST_MAX = 512 * 1024 };

static oq_str say(const web_locale *l, const char *key)
{
    return oq_text(l->lang, oq_cstr(key));
}

/* Of a page, from outside; not given: this installation's address is not known. */
static oq_str link_to(oq_arena *arena, oq_str path)
{
    oq_str base = channel_get()->setup.public_url;
    if (!base.len || !path.len)
        return OQ_NONE;
    if (base.ptr[base.len - 1] == '/')
        base.len--;
    return oq_strf(arena, "%.*s%.*s", OQ_FMT(base), OQ_FMT(path));
}

/* --- one notification ---------------------------------------------------------------------------*/

static void put_text(oq_arena *arena, oq_buf *out, const notify_view *v, const web_locale *l,
                     bool has_time)
{
    oq_str link = link_to(arena, v->href);
    if (has_time) {
        oq_str at = web_format_time(arena, l, v->created_at);
        oq_buf_f(out, "%.*s\n", OQ_FMT(at));
    }
    oq_buf_f(out, "%.*s\n", OQ_FMT(v->title));
    if (v->body.len)
        oq_buf_f(out, "%.*s\n", OQ_FMT(v->body));
    if (link.len)
        oq_buf_f(out, "%.*s\n", OQ_FMT(link));
    oq_buf_char(out, '\n');
}

static void put_html(oq_arena *arena, oq_buf *out, const notify_view *v, const web_locale *l)
{
    oq_str link = link_to(arena, v->href);
    oq_buf_lit(out, "<tr><td style=\"padding:12px 0;border-bottom:1px solid #ddd\">"
                    "<p style=\"margin:0;font-weight:bold\">");
    mail_put_html(out, v->title);
    oq_buf_lit(out, "</p>");
    if (v->body.len) {
        oq_buf_lit(out, "<p style=\"margin:6px 0 0\">");
        mail_put_html(out, v->body);
        oq_buf_lit(out, "</p>");
    }
    oq_buf_lit(out, "<p style=\"margin:6px 0 0;color:#666\">");
    mail_put_html(out, web_format_time(arena, l, v->created_at));
    if (link.len) {
        oq_buf_lit(out, " · <a href=\"");
        mail_put_html(out, link);
        oq_buf_lit(out, "\">");
        mail_put_html(out, say(l, "mail.open"));
        oq_buf_lit(out, "</a>");
    }
    oq_buf_lit(out, "</p></td></tr>");
}

/* --- the letter ---------------------------------------------------------------------------------*/

static void open_html(oq_buf *out, const web_locale *l, oq_str subject)
{
    const char *lang = l->lang == OQ_LANG_AR ? "ar" : "en",
               *dir = l->lang == OQ_LANG_AR ? "rtl" : "ltr";
    oq_buf_f(out,
             "<!doctype html><html lang=\"%s\" dir=\"%s\"><head><meta charset=\"utf-8\"><title>",
             lang, dir);
    mail_put_html(out, subject);
    oq_buf_f(out,
             "</title></head><body dir=\"%s\" style=\"font-family:'IBM Plex Sans Arabic',Tahoma,"
             "Arial,sans-serif;font-size:15px;line-height:1.6;color:#222;text-align:start\">"
             "<table role=\"presentation\" style=\"max-width:600px;width:100%%;"
             "border-collapse:collapse\">",
             dir);
}

static void close_html(oq_buf *out, const web_locale *l, oq_str choices)
{
    oq_buf_lit(out, "</table><p style=\"color:#666;font-size:13px\">");
    mail_put_html(out, say(l, "mail.why"));
    if (choices.len) {
        oq_buf_lit(out, " <a href=\"");
        mail_put_html(out, choices);
        oq_buf_lit(out, "\">");
        mail_put_html(out, say(l, "mail.choices"));
        oq_buf_lit(out, "</a>");
    }
    oq_buf_lit(out, "</p></body></html>\n");
}

void compose_letter(oq_arena *arena, const notification *about, size_t count,
                    const web_locale *locale, mail_letter *letter)
{
    OQ_AUTO(oq_buf) text = oq_buf_make(TEXT_MAX);
    OQ_AUTO(oq_buf) html = oq_buf_make(TEXT_MAX);
    oq_str choices = link_to(arena, OQ_STR("/notifications/choices"));
    letter->lang = locale->lang;
    letter->from_name = say(locale, "mail.from_name");
    letter->subject =
        count == 1 ? notify_render(arena, locale, about).title
                   : oq_text_count(arena, locale->lang, OQ_STR("mail.digest"), (int64_t)count);
    open_html(&html, locale, letter->subject);
    for (size_t i = 0; i < count; i++) {
        notify_view v = notify_render(arena, locale, &about[i]);
        put_text(arena, &text, &v, locale, count > 1);
        put_html(arena, &html, &v, locale);
    }
    close_html(&html, locale, choices);
    oq_buf_f(&text, "%.*s\n", OQ_FMT(say(locale, "mail.why")));
    if (choices.len)
        oq_buf_f(&text, "%.*s\n", OQ_FMT(choices));
    letter->text = oq_str_copy(arena, oq_buf_view(&text));
    letter->html = oq_str_copy(arena, oq_buf_view(&html));
}

/* --- the webhook --------------------------------------------------------------------------------*/

static void put_both(oq_json *j, const char *key, oq_str ar, oq_str en)
{
    oq_json_key(j, oq_cstr(key));
    oq_json_object(j);
    oq_json_put(j, text, "ar", ar);
    oq_json_put(j, text, "en", en);
    oq_json_object_end(j);
}

oq_str compose_post(oq_arena *arena, const outbox_message *m, const notification *about)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(POST_MAX);
    web_locale ar = {.lang = OQ_LANG_AR}, en = {.lang = OQ_LANG_EN};
    notify_view in_ar = notify_render(arena, &ar, about), in_en = notify_render(arena, &en, about);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "id", m->id);
    oq_json_put(&j, text, "type", about->type);
    oq_json_put(&j, text, "topic", oq_cstr(oq_choice_text(notify_topic_choices, m->topic)));
    oq_json_put(&j, text, "urgency", oq_cstr(oq_choice_text(notify_urgency_choices, m->urgency)));
    oq_json_put(&j, time, "created_at", about->created_at);
    put_both(&j, "title", in_ar.title, in_en.title);
    put_both(&j, "body", in_ar.body, in_en.body);
    oq_json_put(&j, text, "entity_type", about->entity_type);
    oq_json_put(&j, text, "entity_id", about->entity_id);
    oq_json_put(&j, text, "url", link_to(arena, in_en.href));
    oq_json_key(&j, OQ_STR("facts"));
    oq_json_raw(&j, about->facts.len ? about->facts : OQ_STR("{}"));
    oq_json_put(&j, uuid, "trace_id", m->trace_id);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}
