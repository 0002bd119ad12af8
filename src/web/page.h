/* web/page.h
 *
 * A page is a template inside a frame: head, top bar, sidebar by capability, breadcrumbs, toasts.
 * Handlers fill a view and name the template; texts come from the language files through
 * {{t.key.path}}, so templates hold no sentence.
 *
 *     web_page page = web_page_begin(rq, "users/list", "users.title", "users");
 *     web_page_crumb(&page, web_say(&page, "users.title"), NULL);
 *     web_value *users = web_put_list(page.view, "users");
 *     ...
 *     return web_page_send(&page);
 *
 * The frame (templates/frame.mustache, templates/frame_plain.mustache) is rendered with the page's
 * view and puts the page's own template, which holds the content alone, with {{>*content}}. In the
 * view stand, besides the page's members:
 *
 *     lang dir is_rtl          "ar" "rtl" true
 *     other_lang other_lang_name other_lang_dir other_lang_href
 *     t                        {{t.users.title}}: the sentence of "users.title"; a key that does
 *                              not exist shows itself
 *     can                      {{#can.user.manage}}: whether the person may
 *     brand title page_title   page_title is "title · brand", for <title>
 *     content                  the page's template
 *     path                     of this page, without the query
 *     assets                   {{assets.app_css}}: "/static/app.3f9a1c2b.css"
 *     theme                    "light", "dark", "auto": the cookie "theme"
 *     is_signed_in csrf_token
 *     is_held                  first a password or second factor; then there is no nav
 *     user                     name initials email role role_text
 *     tenant                   name code is_foreign (a platform owner looks into it)
 *     can_switch_tenant
 *     nav                      groups {label items}; items {name label href icon is_current}
 *     crumbs                   {label href is_current}; the last one has no href
 *     toasts                   {kind text}; kind is "ok", "info", "warn", "error"
 *     year tz request_id
 *     is_plain                 in the frame without sidebar, where the page brings its own <main>
 *
 * and what the hooks of other modules put there (web_frame_hook). */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/base.h"
#include "http/request.h"
#include "web/format.h"
#include "web/value.h"

/* Reads the language files, compiles the templates and reads the list of hashed assets, all of
 * which are built into the program. Once, at start. Fails: lang.malformed, template.malformed,
 * template.unknown (fact: name; of frame, frame_plain and error), web.manifest_malformed. */
OQ_CHECKED oq_err *web_setup(void);

typedef struct web_page {
    http_req *rq;
    oq_arena *arena;
    web_locale locale;
    web_value *view;       /* the root: page members go here */
    const char *template;  /* "users/list" */
    const char *title_key; /* "users.title" */
    oq_str title;          /* used instead of the key when given: a name of somebody or something */
    const char *nav;       /* the sidebar's entry that is current: "users" */
    int status;            /* 0: 200 */
} web_page;

/* Begins a page in the request's language, with the person's locale. */
web_page web_page_begin(http_req *rq, const char *template, const char *title_key, const char *nav);
/* What is now in the plant that the page shows: where a record of the past ends, else the clock. */
oq_us web_page_now(const web_page *page);
/* A step of the breadcrumb trail, which begins at the first page of the sidebar without being
 * asked; `path` NULL for the last. */
void web_page_crumb(web_page *page, oq_str label, const char *path);

/* Puts the fields of a form with what was typed, and each field's sentence of what is wrong. For
 * each field, {{#form.email}} ... {{/form.email}} or {{form.email.value}}, {{form.email.error}}:
 *     name id value error         what the input is called ("address.city"; its id is
 *                                 "form-address-city"), holds, and what is wrong with it
 *     label help                  of "field.<name>" and "field.<name>.help", where those exist
 *     type                        text secret number time date choice bool json list
 *     is_required is_checked min max
 *     choices                     of a choice: list of {value label is_selected}
 *     items                       of a list: its texts
 * A record inside the record is an object of such fields: {{form.address.city.value}}.
 * A value is what the same table reads back; of a field that is wrong, what was typed. Secrets
 * come back empty. Errors about no field of the table become {{form_error}}; {{has_errors}} says
 * whether there is any error. `record` NULL: all empty. `err` may be NULL. */
void web_page_form(web_page *page, const oq_field *fields, const void *record, const oq_err *err);

/* The text of a value of an enum, by the first of these keys that exists: "choice.<field>.<value>",
 * "<field>.<value>" (role.viewer), "choice.<value>"; else the value itself. `field` is the name of
 * the record's member. */
oq_str web_choice_label(oq_lang lang, const char *field, const char *value);

/* A toast on the next page after a redirect, kept for a minute in a cookie. `kind` is "ok",
 * "info", "warn" or "error"; `text_key` names a sentence without placeholders. The cookie holds
 * kind and key alone, and what does not name a sentence is not shown. */
void web_toast(http_req *rq, const char *kind, const char *text_key);

/* Renders page and frame as the answer. Fails: template.unknown (fact: name), web.member_taken
 * (facts: name, template) when the page has put a member that is the frame's, and as
 * mustache_render does. */
OQ_CHECKED oq_err *web_page_send(web_page *page);
/* The same without sidebar and top bar: sign-in, landing, errors. */
OQ_CHECKED oq_err *web_page_send_plain(web_page *page);

/* A sentence in the page's language. */
oq_str web_say(const web_page *page, const char *key);

/* The hashed path of an asset: "app.css" -> "/static/app.3f9a1c.css"; an unknown one: "". */
oq_str web_asset_path(oq_str name);
/* GET /static/{name}, /favicon.svg, /robots.txt: files built into the program. */
extern const http_route web_routes[];

/* http_hooks.error_page: the template "error", in the frame for who is signed in (but plain after a
 * fault of ours). Needs no database. Fails as web_page_send does. {{error}} has: status title text
 * next request_id; details, a list of {field text}; retry_href where trying again may help;
 * home_href; wants_login. */
oq_err *web_error_page(void *self, http_req *rq, int status, const oq_err *err);

/* --- what other modules lend, once at start ---------------------------------------------------*/

/* Called for each page in the signed-in frame before it is rendered: to put a further member into
 * page->view (unread notifications). A failure is logged, and the page goes out without. */
typedef oq_err *web_frame_fill(void *self, web_page *page);
enum { WEB_FRAME_HOOKS_MAX = 8 };
void web_frame_hook(web_frame_fill *fill, void *self);

/* Says whether a feature is on; without it, all are. The same function as
 * http_hooks.feature_is_on. */
void web_feature_hook(bool (*is_on)(void *self, const char *feature), void *self);

/* --- the sidebar --------------------------------------------------------------------------------
 * Declared in one table (web/nav.c), in the order of the screen. An entry is shown to who has its
 * capability while its feature is on; a group without entries is not shown. */
typedef struct web_nav {
    const char *name, *text_key, *path, *icon;
    oq_cap cap;
    const char *group_key;
    const char *feature; /* NULL: always there */
} web_nav;
extern const web_nav web_navs[]; /* ends with a NULL name */

#endif
