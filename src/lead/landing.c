/* The landing page, and its form. */
#include "lead/inner.h"

#include "lead/limit.h"
#include "tenant/tenant.h"
#include "web/page.h"

#include "base/banned.h"

static db_pool *landing_pool;
static oq_str landing_contact;

void lead_setup(db_pool *pool, oq_str contact_email)
{
    landing_pool = pool;
    landing_contact = contact_email;
}

/* --- the page ---------------------------------------------------------------------------------*/

typedef struct landing_query {
    bool sent; /* a request has just arrived */
} landing_query;
const oq_field landing_query_fields[] = {OQ_BOOL(landing_query, sent), OQ_FIELDS_END};

/* The form's own token while it is good: who was too fast need not start over. */
static oq_str token_for(oq_arena *arena, const lead_form *form, oq_us now)
{
    const oq_err *err = lead_form_check(form->form_token, now);
    return !err || oq_err_is(err, "lead.form_too_fast") ? form->form_token
                                                        : lead_form_token(arena, now);
}

static oq_err *show(http_req *rq, const lead_form *form, const oq_err *err, bool is_sent)
{
    web_page page = web_page_begin(rq, "landing", "landing.title", NULL);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(&page, lead_form_fields, form, err);
    web_put_text(page.view, "form_token", token_for(page.arena, form, oq_clock_now()));
    web_put_bool(page.view, "is_sent", is_sent);
    if (landing_contact.len)
        web_put_text(page.view, "contact_email", landing_contact);
    return web_page_send_plain(&page);
}

oq_err *landing_page(http_req *rq)
{
    landing_query q;
    lead_form form;
    /* What people and advertisements hang onto the address is no reason to turn anybody away. */
    oq_ignore(http_query(rq, &q), "the page is the same with any query");
    oq_fields_preset(http_arena(rq), lead_form_fields, &form);
    return show(rq, &form, NULL, q.sent);
}

/* --- the form ---------------------------------------------------------------------------------*/

static oq_err *store(http_req *rq, const lead_form *form)
{
    oq_scope *s = NULL;
    lead *added;
    oq_err *err = oq_scope_open(
        &(oq_scope_options){
            .pool = landing_pool,
            .tenant_id = TENANT_PLATFORM,
            .access = OQ_WRITE,
            .actor = {.kind = ACTOR_SYSTEM,
                      .home_tenant = TENANT_PLATFORM,
                      .label = OQ_STR("landing page"),
                      .address = http_peer(rq)},
            .request_id = http_request_id(rq),
            .arena = http_arena(rq),
        },
        &s);
    if (!err)
        err = lead_add(s, form, http_lang(rq), &added);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *accept(http_req *rq, const lead_form *form)
{
    OQ_TRY(lead_form_check(form->form_token, oq_clock_now()));
    OQ_TRY(lead_limit_take(http_peer(rq), oq_clock_now()));
    return store(rq, form);
}

/* What can be answered with the form and what was typed into it. */
static bool is_shown_again(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_LIMIT || oq_err_retries(err);
}

static oq_err *thank(http_req *rq)
{
    http_redirect(rq, OQ_STR("/?sent=true#demo"));
    return NULL;
}

oq_err *landing_post(http_req *rq)
{
    lead_form form;
    oq_fields_preset(http_arena(rq), lead_form_fields, &form);
    oq_err *err = http_body(rq, &form);
    if (form.website.len) {
        oq_log_info("lead.dropped", OQ_F_STR("request", http_request_id(rq)));
        return thank(rq);
    }
    if (!err)
        err = accept(rq, &form);
    if (!err)
        return thank(rq);
    if (!is_shown_again(err))
        return err;
    if (err->kind != OQ_INVALID && err->kind != OQ_LIMIT)
        oq_log_err(OQ_LOG_ERROR, "lead.not_stored", err, NULL);
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, "retry_after_s") == 0)
            http_set_header(rq, "Retry-After", err->arg[i].value);
    return show(rq, &form, err, false);
}
