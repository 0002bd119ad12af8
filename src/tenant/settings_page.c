/* One page with two forms: how the tenant is called and where it is, and what it decided. */
#include "tenant/inner.h"

#include "audit/audit.h"

#include "base/banned.h"

typedef struct profile_form {
    oq_str name, time_zone, currency;
    int64_t profile_version;
} profile_form;
const oq_field settings_profile_form_fields[] = {
    OQ_TEXT(profile_form, name, .required = true, .max = TENANT_NAME_MAX),
    OQ_TEXT(profile_form, time_zone, .required = true, .max = 60, .check = oq_check_timezone),
    OQ_TEXT(profile_form, currency, .required = true, .max = 3, .check = oq_check_currency),
    OQ_I64(profile_form, profile_version, .required = true), OQ_FIELDS_END};

/* What the page is shown with: NULL forms are as stored. */
typedef struct shown {
    const profile_form *profile;
    const oq_err *profile_err;
    const tenant_settings *settings;
    const oq_err *settings_err;
} shown;

/* --- the sections -----------------------------------------------------------------------------*/

/* The field table is in the order of the page; each section begins with a field. */
static const struct {
    const char *first, *legend_key;
} sections[] = {
    {"require_totp", "settings.section_sign_in"},
    {"audit_days", "settings.section_records"},
    {"series_unknown", "settings.section_signals"},
    {"incident_window_before_minutes", "settings.section_incidents"},
    {"ai_score_minutes", "settings.section_ai"},
    {"notify_in_app_from", "settings.section_notifications"},
};

static const char *legend_before(const oq_field *field)
{
    for (size_t i = 0; i < OQ_COUNT(sections); i++)
        if (strcmp(sections[i].first, field->name) == 0)
            return sections[i].legend_key;
    return NULL;
}

static oq_str value_in_words(const web_page *page, const oq_field *field, const void *record)
{
    oq_str text = oq_field_text(page->arena, field, record);
    oq_lang lang = page->locale.lang;
    if (field->type == OQ_TYPE_CHOICE)
        return web_choice_label(lang, field->name, oq_str_c(page->arena, text));
    if (field->type == OQ_TYPE_BOOL)
        return oq_text(lang, oq_str_eq(text, OQ_STR("true")) ? OQ_STR("settings.on")
                                                             : OQ_STR("settings.off"));
    return text;
}

/* `stored` not NULL: what somebody else has stored meanwhile stands beside what was typed. */
static void put_sections(web_page *page, const tenant_settings *typed,
                         const tenant_settings *stored)
{
    const web_value *form = web_get(page->view, OQ_STR("form"));
    web_value *list = web_put_list(page->view, "sections"), *fields = NULL;
    for (const oq_field *f = tenant_settings_put_fields; f->type != OQ_TYPE_END; f++) {
        const char *legend = legend_before(f);
        if (legend) {
            web_value *section = web_add_object(list);
            web_put_text(section, "legend", web_say(page, legend));
            fields = web_put_list(section, "fields");
        }
        if (strcmp(f->name, "version") == 0)
            continue;
        web_value *field = (web_value *)web_get(form, oq_cstr(f->name));
        web_add(fields, field);
        web_put_bool(field, "is_check", f->type == OQ_TYPE_BOOL);
        web_put_bool(field, "is_choice", f->type == OQ_TYPE_CHOICE);
        web_put_bool(field, "is_number", f->type == OQ_TYPE_I64 || f->type == OQ_TYPE_F64);
        web_put_cstr(field, "step", f->type == OQ_TYPE_F64 ? "0.01" : "1");
        bool differs = stored && audit_field_differs(page->arena, f, typed, stored);
        web_put_text(field, "stored", differs ? value_in_words(page, f, stored) : OQ_NONE);
    }
}

/* --- the page ---------------------------------------------------------------------------------*/

static void put_profile(web_page *page, const tenant *t, const shown *what)
{
    profile_form form = {.name = t->name, .time_zone = t->time_zone, .currency = t->currency};
    if (what->profile)
        form = *what->profile;
    form.profile_version = t->version;
    web_page_form(page, settings_profile_form_fields, &form, what->profile_err);
    /* Both forms put "form": the first moves aside. */
    web_put(page->view, "profile", (web_value *)web_get(page->view, OQ_STR("form")));
    web_put(page->view, "profile_error", (web_value *)web_get(page->view, OQ_STR("form_error")));
    web_put_bool(page->view, "is_profile_stale",
                 oq_err_is(what->profile_err, "tenant.version_stale"));
    web_put_text(page->view, "code", t->code);
}

static oq_err *show(http_req *rq, oq_scope *s, const shown *what)
{
    tenant *t;
    tenant_settings *stored;
    OQ_TRY(tenant_self(s, &t));
    OQ_TRY(tenant_settings_get(s, &stored));
    tenant_settings form = what->settings ? *what->settings : *stored;
    bool is_stale = oq_err_is(what->settings_err, "settings.version_stale");
    form.version = stored->version;

    web_page page = web_page_begin(rq, "settings/page", "settings.title", "settings");
    const oq_err *err = what->settings_err ? what->settings_err : what->profile_err;
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "settings.title"), NULL);
    put_profile(&page, t, what);
    web_page_form(&page, tenant_settings_put_fields, &form, what->settings_err);
    web_put_bool(page.view, "is_stale", is_stale);
    put_sections(&page, &form, is_stale ? stored : NULL);
    bool may = oq_caps_have(oq_scope_actor(s)->caps, CAP_SETTINGS_MANAGE);
    web_put_bool(page.view, "is_read_only", !may);
    tenant_put_suggestions(&page);
    return web_page_send(&page);
}

oq_err *settings_page(http_req *rq, oq_scope *s)
{
    return show(rq, s, &(shown){0});
}

/* The form again with its mistakes. The unit of work is rolled back: a reading one shows it. */
static oq_err *show_again(http_req *rq, const shown *what)
{
    oq_scope *s;
    OQ_TRY(http_scope_again(rq, &s));
    return show(rq, s, what);
}

static oq_err *saved(http_req *rq)
{
    web_toast(rq, "ok", "settings.saved");
    http_redirect(rq, OQ_STR("/settings"));
    return NULL;
}

oq_err *settings_post(http_req *rq, oq_scope *s)
{
    tenant_settings form, *stored;
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = tenant_settings_put(s, &form, &stored);
    if (err && tenant_is_form_error(err))
        return show_again(rq, &(shown){.settings = &form, .settings_err = err});
    return err ? err : saved(rq);
}

oq_err *settings_post_profile(http_req *rq, oq_scope *s)
{
    profile_form form;
    tenant *t;
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = tenant_update_self(s,
                                 &(tenant_profile){
                                     .name = form.name,
                                     .time_zone = form.time_zone,
                                     .currency = form.currency,
                                     .version = form.profile_version,
                                 },
                                 &t);
    if (err && tenant_is_form_error(err))
        return show_again(rq, &(shown){.profile = &form, .profile_err = err});
    return err ? err : saved(rq);
}
