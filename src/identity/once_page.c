/* What is shown once: first the question, then, on a click, the answer. A link that a mail scanner
 * or a preview opens therefore shows nothing and takes nothing away. */
#include "identity/authenticate.h"
#include "identity/inner.h"
#include "identity/once.h"

#include "base/banned.h"

/* What a first account's text holds (identity/seed.c). */
typedef struct credentials {
    oq_str email, password;
} credentials;

static const oq_field credentials_fields[] = {
    OQ_TEXT(credentials, email, .max = USER_EMAIL_MAX),
    OQ_TEXT(credentials, password, .max = 200),
    OQ_FIELDS_END,
};

static web_page begin(http_req *rq)
{
    web_page page = web_page_begin(rq, "once", "once.title", NULL);
    web_page_crumb(&page, web_say(&page, "once.title"), NULL);
    return page;
}

/* Opened before, or too late: said plainly, with the moment. Not there is the dispatcher's 404. */
static oq_err *show_gone(http_req *rq, oq_err *err)
{
    if (!oq_err_is(err, "once.opened") && !oq_err_is(err, "once.expired"))
        return err;
    web_page page = begin(rq);
    page.status = oq_kind_status(err->kind);
    web_value *gone = web_put_object(page.view, "gone");
    bool was_opened = oq_err_is(err, "once.opened");
    web_put_text(gone, "title", web_say(&page, was_opened ? "once.was_opened" : "once.is_expired"));
    oq_us at;
    bool has_time = err->arg_count && oq_time_parse(err->arg[0].value, &at);
    web_put_text(gone, "at", has_time ? web_format_time(page.arena, &page.locale, at) : OQ_NONE);
    return web_page_send(&page);
}

static void put_purpose(web_page *page, oq_str purpose)
{
    oq_str title = oq_strf(page->arena, "once.%.*s.title", OQ_FMT(purpose));
    oq_str text = oq_strf(page->arena, "once.%.*s.text", OQ_FMT(purpose));
    web_put_text(page->view, "about", web_say(page, title.ptr));
    web_put_text(page->view, "about_text", web_say(page, text.ptr));
}

static oq_err *peek(http_req *rq, oq_scope *s, void *self)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return once_peek(s, id, self);
}

oq_err *once_page_show(http_req *rq)
{
    oq_str purpose;
    oq_err *err = identity_at_home(rq, OQ_READ, peek, &purpose);
    if (err)
        return show_gone(rq, err);
    web_page page = begin(rq);
    put_purpose(&page, purpose);
    web_put_bool(page.view, "is_closed", true);
    return web_page_send(&page);
}

/* The page is made before the unit of work ends: what cannot be shown stays unopened. */
static oq_err *open_and_show(http_req *rq, oq_scope *s, void *self)
{
    oq_uuid id;
    oq_str purpose, text;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(once_open(s, id, &purpose, &text));
    credentials made = {0};
    OQ_TRY(oq_fields_read_json(http_arena(rq), credentials_fields, text, &made));
    web_page page = begin(rq);
    put_purpose(&page, purpose);
    web_value *opened = web_put_object(page.view, "opened");
    web_put_text(opened, "email", made.email);
    web_put_text(opened, "password", made.password);
    return web_page_send(&page);
}

oq_err *once_page_open(http_req *rq)
{
    oq_err *err = identity_at_home(rq, OQ_WRITE, open_and_show, NULL);
    return err ? show_gone(rq, err) : NULL;
}
