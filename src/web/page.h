/* web/page.h
 *
 * A page is a template inside the frame: head, top bar, sidebar by capability, breadcrumbs,
 * toasts. Handlers fill a view and name the template; texts come from the language files through
 * {{t.key.path}}, so templates hold no sentence. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/base.h"
#include "http/request.h"
#include "web/format.h"
#include "web/value.h"

/* Compiles the templates and language files built into the program, and reads the list of hashed
 * assets. Once, at start. */
OQ_CHECKED oq_err *web_setup(void);

typedef struct web_page {
    http_req *rq;
    oq_arena *arena;
    web_locale locale;
    web_value *view;      /* the root: page members go here */
    const char *template; /* "users/list" */
    const char *title_key;/* "users.title" */
    const char *nav;      /* the sidebar's entry that is current: "users" */
    int status;           /* 0: 200 */
} web_page;

/* Begins a page in the request's language, with the person's locale. */
web_page web_page_begin(http_req *rq, const char *template, const char *title_key, const char *nav);
/* A step of the breadcrumb trail; `path` NULL for the last. */
void web_page_crumb(web_page *page, oq_str label, const char *path);
/* Puts the fields of a form with what was typed, and each field's sentence of what is wrong:
 * {{form.email.value}}, {{form.email.error}}; choices as lists with `selected`. `err` may be NULL;
 * an error that is about no field becomes {{form_error}}. Secrets come back empty. */
void web_page_form(web_page *page, const oq_field *fields, const void *record, const oq_err *err);
/* A toast on the next page after a redirect, kept in a short-lived cookie: key of the sentence. */
void web_toast(http_req *rq, const char *kind, const char *text_key);
/* Renders page and frame as the answer. */
OQ_CHECKED oq_err *web_page_send(web_page *page);
/* The same without sidebar and top bar: sign-in, landing, errors. */
OQ_CHECKED oq_err *web_page_send_plain(web_page *page);

/* A sentence in the page's language. */
oq_str web_say(const web_page *page, const char *key);

/* The hashed path of an asset: "app.css" -> "/assets/app.3f9a1c.css". */
oq_str web_asset_path(oq_str name);
/* GET /assets/{name}, /favicon.ico, ...: files built into the program, gzipped at build time. */
extern const http_route web_routes[];

/* http_hooks.error_page. */
oq_err *web_error_page(void *self, http_req *rq, int status, const oq_err *err);

/* The sidebar, declared by the modules' pages in one table: entry, capability, feature, icon. */
typedef struct web_nav {
    const char *name, *text_key, *path, *icon;
    oq_cap cap;
    const char *group_key;
} web_nav;
extern const web_nav web_navs[];

#endif
