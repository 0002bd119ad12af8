/* Where a reset link leads. The code stands behind '#', which browsers keep to themselves: a script
 * moves it into the form, and without scripts the person pastes it. */
#include "identity/inner.h"
#include "identity/password.h"
#include "identity/reset.h"

#include "base/banned.h"

/* The code is no OQ_SECRET: it comes back with the form, for the address no longer holds it. */
typedef struct reset_form {
    oq_str reset_code, new_password;
} reset_form;

const oq_field reset_form_fields[] = {
    OQ_TEXT(reset_form, reset_code, .required = true, .max = 200),
    OQ_SECRET(reset_form, new_password, .required = true, .max = PASSWORD_BYTES_MAX),
    OQ_FIELDS_END,
};

static oq_err *show(http_req *rq, const reset_form *form, const oq_err *err)
{
    web_page page = web_page_begin(rq, "reset", "reset.title", NULL);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(&page, reset_form_fields, form, err);
    web_put_bool(page.view, "has_code", form && form->reset_code.len);
    return web_page_send_plain(&page);
}

oq_err *reset_page_show(http_req *rq)
{
    return show(rq, NULL, NULL);
}

/* Who pastes the whole link means what stands behind its '#'. */
static oq_str code_of(oq_str typed)
{
    size_t at = oq_str_find_char(typed, '#');
    return at == SIZE_MAX ? typed : oq_str_sub(typed, at + 1, SIZE_MAX);
}

oq_err *reset_page_post(http_req *rq)
{
    reset_form form;
    oq_err *err = http_body(rq, &form);
    if (!err) {
        form.reset_code = code_of(form.reset_code);
        err = reset_use(http_pool(rq), http_arena(rq), form.reset_code, form.new_password,
                        http_peer(rq), http_request_id(rq));
    }
    if (oq_err_is(err, "reset.code_invalid"))
        err = oq_fail_field("reset_code", "reset.code_invalid");
    if (err)
        return identity_shows(err) ? show(rq, &form, err) : err;
    web_toast(rq, "ok", "reset.done");
    http_redirect(rq, OQ_STR("/login"));
    return NULL;
}
