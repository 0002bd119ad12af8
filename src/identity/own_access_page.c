/* One's own password and second factor, on pages. */
#include "identity/inner.h"
#include "identity/own_access.h"
#include "tenant/settings.h"

#include "base/banned.h"

/* --- password -----------------------------------------------------------------------------------*/

static oq_err *load_settings(http_req *rq, oq_scope *s, void *self)
{
    return tenant_settings_get(s, self);
}

static oq_err *show_password(http_req *rq, const oq_err *err)
{
    tenant_settings *settings;
    OQ_TRY(identity_at_home(rq, OQ_READ, load_settings, &settings));
    web_page page =
        profile_begin(rq, "profile/password", "profile.password", "/profile/password", err);
    web_page_form(&page, profile_password_fields, NULL, err);
    web_put_bool(page.view, "is_needed", http_who_of(rq)->must_change_password);
    web_put_text(page.view, "password_rule",
                 oq_text_count(page.arena, page.locale.lang, OQ_STR("profile.password_rule"),
                               settings->password_min_length));
    return web_page_send(&page);
}

oq_err *profile_page_password(http_req *rq)
{
    return show_password(rq, NULL);
}

oq_err *profile_page_post_password(http_req *rq)
{
    password_change change;
    oq_err *err = http_body(rq, &change);
    if (!err)
        err = identity_with_password(rq, profile_change_password, &change);
    if (err)
        return identity_shows(err) ? show_password(rq, err) : err;
    web_toast(rq, "ok", "profile.password_changed");
    /* Whoever was led here first goes on to work. */
    http_redirect(rq, http_who_of(rq)->must_change_password ? OQ_STR("/app") : OQ_STR("/profile"));
    return NULL;
}

/* --- second factor ------------------------------------------------------------------------------*/

typedef struct totp_view {
    user *self;
    bool is_required, is_begun;
    totp_offer offer;
} totp_view;

static oq_err *load_totp(http_req *rq, oq_scope *s, void *self)
{
    totp_view *v = self;
    tenant_settings *settings;
    OQ_TRY(user_self(s, &v->self));
    OQ_TRY(tenant_settings_get(s, &settings));
    v->is_required = settings->require_totp;
    if (v->self->has_totp)
        return NULL;
    oq_err *err = access_totp_pending(s, &v->offer);
    v->is_begun = !err;
    return oq_err_is(err, "totp.not_begun") ? NULL : err;
}

static oq_err *show_totp(http_req *rq, const oq_field *fields, const oq_err *err)
{
    totp_view v = {0};
    OQ_TRY(identity_at_home(rq, OQ_READ, load_totp, &v));
    web_page page = profile_begin(rq, "profile/totp", "profile.totp", "/profile/totp", err);
    bool is_on = v.self->has_totp;
    web_page_form(&page,
                  fields  ? fields
                  : is_on ? totp_password_fields
                          : totp_code_fields,
                  NULL, err);
    web_put_bool(page.view, "is_on", is_on);
    web_put_bool(page.view, "is_required", v.is_required);
    web_put_bool(page.view, "is_needed", http_who_of(rq)->must_enroll_totp);
    if (v.is_begun) {
        web_value *offer = web_put_object(page.view, "offer");
        web_put_text(offer, "secret", v.offer.secret_text);
        web_put_text(offer, "uri", v.offer.uri);
        web_put_text(offer, "qr_path", v.offer.qr_path);
        web_put_i64(offer, "qr_size", v.offer.qr_size);
    }
    return web_page_send(&page);
}

oq_err *profile_page_totp(http_req *rq)
{
    return show_totp(rq, NULL, NULL);
}

static oq_err *done(http_req *rq, const char *toast_key, oq_str path)
{
    web_toast(rq, "ok", toast_key);
    http_redirect(rq, path);
    return NULL;
}

oq_err *profile_page_totp_begin(http_req *rq)
{
    totp_offer offer;
    oq_err *err = identity_at_home(rq, OQ_WRITE, profile_totp_begin, &offer);
    if (err)
        return identity_shows(err) ? show_totp(rq, NULL, err) : err;
    http_redirect(rq, OQ_STR("/profile/totp"));
    return NULL;
}

oq_err *profile_page_totp_confirm(http_req *rq)
{
    totp_code_body body;
    oq_err *err = http_body(rq, &body);
    if (!err)
        err = identity_at_home(rq, OQ_WRITE, profile_totp_confirm, &body);
    if (err)
        return identity_shows(err) ? show_totp(rq, totp_code_fields, err) : err;
    bool was_needed = http_who_of(rq)->must_enroll_totp;
    return done(rq, "profile.totp_is_on_now",
                was_needed ? OQ_STR("/app") : OQ_STR("/profile/totp"));
}

oq_err *profile_page_totp_disable(http_req *rq)
{
    totp_password_body body;
    oq_err *err = http_body(rq, &body);
    if (!err)
        err = identity_with_password(rq, profile_totp_disable, &body);
    if (err)
        return identity_shows(err) ? show_totp(rq, totp_password_fields, err) : err;
    return done(rq, "profile.totp_is_off_now", OQ_STR("/profile/totp"));
}
