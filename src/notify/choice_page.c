/* What people choose, as a page. */
#include "notify/inner.h"

#include "web/parts.h"

#include "base/banned.h"

static void put_minimum(web_page *page, const tenant_settings *settings)
{
    oq_lang lang = page->locale.lang;
    const oq_choice *levels = settings_notice_choices;
    const char *in_app = oq_choice_text(levels, settings->notify_in_app_from);
    const char *mail = oq_choice_text(levels, settings->notify_mail_from);
    const oq_arg minimum[] = {{"in_app", web_choice_label(lang, "notify_in_app_from", in_app)},
                              {"mail", web_choice_label(lang, "notify_mail_from", mail)}};
    web_put_text(page->view, "minimum",
                 oq_text_fill(page->arena, lang, OQ_STR("choices.minimum"), minimum, 2));
}

static void put_topics(web_page *page, const notify_choices *choices)
{
    oq_lang lang = page->locale.lang;
    web_value *topics = web_put_list(page->view, "topics");
    for (const oq_choice *t = notify_topic_choices; t->text; t++) {
        const notify_choice *c = notify_choice_of((notify_choices *)choices, t->value);
        web_value *row = web_add_object(topics);
        web_put_cstr(row, "name", t->text);
        web_put_text(row, "label", web_choice_label(lang, "topic", t->text));
        oq_str covers = oq_strf(page->arena, "choices.covers.%s", t->text);
        web_put_text(row, "covers", oq_text(lang, covers));
        web_put_bool(row, "in_app", c->in_app);
        web_put_bool(row, "by_mail", c->by_mail);
        web_value *options = web_put_list(row, "options");
        for (const oq_choice *u = notify_urgency_choices; u->text; u++)
            web_add_option(options, oq_cstr(u->text),
                           web_choice_label(lang, "urgency_min", u->text),
                           u->value == c->urgency_min);
    }
}

static void put_days(web_page *page, oq_strs chosen)
{
    web_value *days = web_put_list(page->view, "days");
    for (const oq_choice *d = notify_day_choices; d->text; d++) {
        bool is_chosen = false;
        for (size_t i = 0; i < chosen.count; i++)
            is_chosen |= oq_str_eq(chosen.at[i], oq_cstr(d->text));
        web_value *row = web_add_object(days);
        web_put_cstr(row, "value", d->text);
        web_put_text(row, "label", web_choice_label(page->locale.lang, "quiet_days", d->text));
        web_put_bool(row, "is_checked", is_chosen);
    }
}

static oq_err *show(http_req *rq, oq_scope *s, const notify_choices *choices, const oq_err *err)
{
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(s, &settings));
    web_page page = web_page_begin(rq, "notifications/choices", "choices.title", "notifications");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "notifications.title"), "/notifications");
    web_page_crumb(&page, web_say(&page, "choices.title"), NULL);
    web_page_form(&page, notify_choices_fields, choices, err);
    const oq_arg zone[] = {{"zone", page.locale.time_zone}};
    web_put_text(page.view, "quiet_help",
                 oq_text_fill(page.arena, page.locale.lang, OQ_STR("choices.quiet_help"), zone, 1));
    web_put_bool(page.view, "has_mail", channel_has_mail());
    put_minimum(&page, settings);
    put_topics(&page, choices);
    put_days(&page, choices->quiet_days);
    return web_page_send(&page);
}

oq_err *choice_page_show(http_req *rq, oq_scope *s)
{
    notify_choices *choices;
    OQ_TRY(notify_choices_get(s, oq_scope_actor(s)->id, &choices));
    return show(rq, s, choices, NULL);
}

oq_err *choice_page_post(http_req *rq, oq_scope *s)
{
    notify_choices choices;
    oq_err *err = http_body(rq, &choices);
    if (!err)
        err = notify_choices_put(s, &choices);
    if (err)
        return err->kind == OQ_INVALID ? show(rq, s, &choices, err) : err;
    web_toast(rq, "ok", "choices.saved");
    http_redirect(rq, OQ_STR("/notifications/choices"));
    return NULL;
}
