/* The profile: name, language, time zone, how numbers and dates are read. */
#include "identity/inner.h"
#include "identity/profile.h"

#include "base/banned.h"

web_page profile_begin(http_req *rq, const char *template, const char *title_key, const char *path,
                       const oq_err *err)
{
    static const struct {
        const char *path, *title_key;
    } tabs[] = {
        {"/profile", "profile.tab"},
        {"/profile/password", "profile.password"},
        {"/profile/totp", "profile.totp"},
        {"/profile/sessions", "profile.sessions"},
    };
    bool is_first = strcmp(path, tabs[0].path) == 0;
    web_page page = web_page_begin(rq, template, title_key, NULL);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "profile.title"), is_first ? NULL : tabs[0].path);
    if (!is_first)
        web_page_crumb(&page, web_say(&page, title_key), NULL);
    web_value *list = web_put_list(page.view, "tabs");
    for (size_t i = 0; i < OQ_COUNT(tabs); i++) {
        web_value *tab = web_add_object(list);
        web_put_text(tab, "label", web_say(&page, tabs[i].title_key));
        web_put_cstr(tab, "href", tabs[i].path);
        web_put_bool(tab, "is_current", strcmp(path, tabs[i].path) == 0);
    }
    return page;
}

static void put_langs(web_page *page, oq_str chosen)
{
    static const struct {
        const char *value, *label;
    } langs[] = {{"ar", "العربية"}, {"en", "English"}};
    web_value *list = web_put_list(page->view, "langs");
    for (size_t i = 0; i < OQ_COUNT(langs); i++) {
        web_value *one = web_add_object(list);
        web_put_cstr(one, "value", langs[i].value);
        web_put_cstr(one, "label", langs[i].label);
        web_put_bool(one, "is_selected", oq_str_eq(chosen, oq_cstr(langs[i].value)));
    }
}

/* The same day and number in each of the four ways; the stylesheet shows the one that is
 * ticked. */
static void put_samples(web_page *page, oq_str time_zone)
{
    oq_us now = oq_clock_now();
    web_value *list = web_put_list(page->view, "samples");
    for (int i = 0; i < 4; i++) {
        web_locale l = page->locale;
        l.arabic_digits = i & 1;
        l.hijri = i & 2;
        if (time_zone.len)
            l.time_zone = time_zone;
        web_value *sample = web_add_object(list);
        web_put_cstr(sample, "digits", l.arabic_digits ? "arabic" : "western");
        web_put_cstr(sample, "calendar", l.hijri ? "both" : "gregorian");
        web_put_text(sample, "date", web_format_date(page->arena, &l, now));
        web_put_text(sample, "number", web_format_f64(page->arena, &l, 12345.6, 1));
    }
}

static oq_err *show(http_req *rq, const user *self, const user_profile *typed, const oq_err *err)
{
    user_profile form = {.full_name = self->full_name,
                         .lang = self->lang,
                         .time_zone = self->time_zone,
                         .arabic_digits = self->arabic_digits,
                         .hijri = self->hijri};
    if (typed)
        form = *typed;
    form.version = self->version;
    web_page page = profile_begin(rq, "profile/show", "profile.title", "/profile", err);
    web_page_form(&page, user_profile_fields, &form, err);
    user_put(&page, web_put_object(page.view, "person"), self);
    put_langs(&page, form.lang);
    put_samples(&page, err ? OQ_NONE : form.time_zone);
    identity_put_zones(page.view);
    return web_page_send(&page);
}

static oq_err *load(http_req *rq, oq_scope *s, void *self)
{
    return user_self(s, self);
}

oq_err *profile_page_show(http_req *rq)
{
    user *self;
    OQ_TRY(identity_at_home(rq, OQ_READ, load, &self));
    return show(rq, self, NULL, NULL);
}

static oq_err *save(http_req *rq, oq_scope *s, void *self)
{
    user *u;
    return user_update_profile(s, self, &u);
}

oq_err *profile_page_post(http_req *rq)
{
    user *self;
    user_profile form;
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = identity_at_home(rq, OQ_WRITE, save, &form);
    if (err) {
        if (!identity_shows(err))
            return err;
        OQ_TRY(identity_at_home(rq, OQ_READ, load, &self));
        return show(rq, self, &form, err);
    }
    /* The choice counts from now on, also where the switch of languages was used before. */
    if (form.lang.len)
        http_set_cookie(rq, HTTP_LANG_COOKIE, OQ_STR(""), 0, true);
    web_toast(rq, "ok", "profile.saved");
    http_redirect(rq, OQ_STR("/profile"));
    return NULL;
}
