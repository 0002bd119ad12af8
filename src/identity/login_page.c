/* The sign-in page, in two steps where a second factor is on. */
#include "http/parse.h"
#include "identity/device.h"
#include "identity/inner.h"
#include "identity/login.h"
#include "identity/password.h"
#include "identity/setup.h"

#include "base/banned.h"

typedef struct login_form {
    oq_str email, password;
    oq_str totp, pending; /* of the second step */
    oq_str next;          /* where the person wanted to go */
} login_form;

const oq_field login_form_fields[] = {
    OQ_TEXT(login_form, email, .max = USER_EMAIL_MAX),
    OQ_SECRET(login_form, password, .max = PASSWORD_BYTES_MAX),
    OQ_TEXT(login_form, totp, .max = 20),
    OQ_SECRET(login_form, pending, .max = 400),
    OQ_TEXT(login_form, next, .max = 2000),
    OQ_FIELDS_END,
};

static void go_on(http_req *rq, oq_str next)
{
    http_redirect(rq, next.len && http_path_is_own(next) ? next : OQ_STR("/app"));
}

/* `pending` given: the second step. */
static oq_err *show(http_req *rq, const login_form *form, oq_str pending, const oq_err *err)
{
    web_page page = web_page_begin(rq, "login", "login.title", NULL);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(&page, login_form_fields, form, err);
    web_put_text(page.view, "next", form->next);
    web_put_bool(page.view, "totp_step", pending.len > 0);
    web_value *carry = web_put_list(page.view, "carry");
    if (pending.len) {
        web_value *one = web_add_object(carry);
        web_put_cstr(one, "name", "pending");
        web_put_text(one, "value", pending);
    }
    if (err && err->kind == OQ_LIMIT)
        http_set_header(rq, "Retry-After", err->arg_count ? err->arg[0].value : OQ_STR("60"));
    return web_page_send_plain(&page);
}

oq_err *login_page_show(http_req *rq)
{
    login_form form = {.next = http_query_text(rq, "next")};
    if (http_who_of(rq)->by_cookie) {
        go_on(rq, form.next);
        return NULL;
    }
    bool is_first_run = false;
    oq_ignore(setup_is_open(http_pool(rq), http_arena(rq), http_request_id(rq), &is_first_run),
              "the page is shown also while the database is away; the sign-in will say so");
    if (is_first_run) {
        http_redirect(rq, OQ_STR("/setup"));
        return NULL;
    }
    return show(rq, &form, OQ_NONE, NULL);
}

static oq_err *check_complete(const login_form *form)
{
    if (form->pending.len)
        return form->totp.len ? NULL : oq_fail_field("totp", "field.required");
    oq_err *err = form->email.len ? NULL : oq_fail_field("email", "field.required");
    if (!form->password.len)
        err = oq_err_join(err, oq_fail_field("password", "field.required"));
    return err;
}

/* The browser's session gives way to the new one: whose cookie is gone must not stay signed in. */
static oq_err *end_previous(http_req *rq, oq_scope *s, void *self)
{
    return session_end(s, http_who_of(rq)->session_id, "replaced");
}

static oq_err *enter(http_req *rq, const login_form *form, const login_result *result)
{
    if (http_who_of(rq)->by_cookie)
        OQ_TRY(identity_at_home(rq, OQ_WRITE, end_previous, NULL));
    login_set_cookies(rq, result);
    go_on(rq, form->next);
    return NULL;
}

/* What the code's field says belongs beside it; everything else stands above the form. */
static oq_err *with_field(oq_err *err)
{
    if (!oq_err_is(err, "auth.totp_wrong"))
        return err;
    oq_err *at_field = oq_fail_field("totp", "auth.totp_wrong");
    at_field->kind = OQ_UNAUTHENTICATED;
    return at_field;
}

oq_err *login_page_post(http_req *rq)
{
    login_form form;
    login_result result = {0};
    if (!identity_form_is_ours(rq))
        return oq_fail(OQ_FORBIDDEN, "auth.foreign_form");
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = check_complete(&form);
    if (err)
        return identity_shows(err) ? show(rq, &form, form.pending, err) : err;
    login_order order = {.email = form.email,
                         .password = form.password,
                         .totp = form.totp,
                         .device = http_cookie(rq, DEVICE_COOKIE)};
    if (form.pending.len)
        order = (login_order){.pending = form.pending, .totp = form.totp};
    err = login_sign_in(http_pool(rq), http_arena(rq), &order, http_peer(rq),
                        http_header(rq, "User-Agent"), http_request_id(rq), &result);
    if (!err)
        return enter(rq, &form, &result);
    if (oq_err_is(err, "auth.totp_required") && !form.pending.len)
        return show(rq, &form, result.pending, NULL);
    if (err->kind != OQ_UNAUTHENTICATED && err->kind != OQ_LIMIT)
        return err;
    bool again = form.pending.len && !oq_err_is(err, "auth.step_expired");
    return show(rq, &form, again ? form.pending : OQ_NONE, with_field(err));
}

oq_err *login_page_sign_out(http_req *rq)
{
    OQ_TRY(login_sign_out(rq));
    web_toast(rq, "ok", "login.signed_out");
    http_redirect(rq, OQ_STR("/login"));
    return NULL;
}
