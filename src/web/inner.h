/* web/inner.h
 *
 * What the files of the page share and nobody else sees. The parts are functions of plain facts, so
 * that they are tested without a server; page.c fetches the facts from the request. */
#ifndef WEB_INNER_H
#define WEB_INNER_H

#include "web/mustache.h"
#include "web/page.h"

#define WEB_BRAND        "OPTRIA IQ"
#define WEB_TOAST_COOKIE "toast"
#define WEB_THEME_COOKIE "theme"

enum {
    WEB_PAGE_MAX = 8 * 1024 * 1024, /* bytes of one page */
    WEB_TOAST_S = 60,
};

/* --- files built in (assets.c) ---------------------------------------------------------------*/

/* Reads assets/manifest.json. Everything lives in the arena and is never changed afterwards. */
OQ_CHECKED oq_err *web_assets_load(oq_arena *arena, oq_str manifest_json);
/* The object {{assets.…}}, the same for all pages. */
web_value *web_assets_view(void);
/* Whether a file of this name was built from the manifest: nothing else is served. */
bool web_asset_is_known(oq_str hashed_name);
const char *web_content_type(oq_str file_name);

/* --- the frame (frame.c) ---------------------------------------------------------------------*/

typedef struct web_frame {
    const http_who *who;
    oq_str target, path, request_id;
    oq_str theme, toast; /* as the cookies came; may hold anything */
    oq_us now;
    bool is_plain;                                          /* in the frame without sidebar */
    bool (*feature_is_on)(void *self, const char *feature); /* NULL: all are on */
    void *feature_self;
} web_frame;

/* Puts the frame's members into page->view. Fails: web.member_taken (fact: name), when the page
 * has put one of that name itself. */
OQ_CHECKED oq_err *web_frame_put(web_page *page, const web_frame *f);

/* `target` (a path with query) with its parameter "lang" set; what would lead to another host
 * becomes "/". */
oq_str web_lang_href(oq_arena *arena, oq_str target, oq_lang lang);
/* Two letters of a name in Latin script, one of others, whose letters would join. */
oq_str web_initials(oq_arena *arena, oq_str name);
/* "light", "dark" or "auto". */
const char *web_theme(oq_str cookie);
/* The cookie of a toast taken apart. False when it is not of a known kind or names no sentence. */
bool web_toast_read(oq_str cookie, oq_lang lang, oq_str *ret_kind, oq_str *ret_text);
/* The cookie's text; OQ_NONE when the kind is unknown. */
oq_str web_toast_write(oq_arena *arena, const char *kind, const char *text_key);

/* --- forms (form.c) --------------------------------------------------------------------------*/

/* What was typed, by name; only fields with an error show it instead of what could be read. */
typedef struct web_typed {
    const oq_pair *pair;
    size_t count;
} web_typed;

void web_form_put(web_value *view, oq_arena *arena, oq_lang lang, const oq_field *fields,
                  const void *record, const oq_err *err, web_typed typed);

/* --- error pages (error_page.c) --------------------------------------------------------------*/

/* {{error}}: status title text next request_id details {field text}; retry_href where trying again
 * may help; home_href; wants_login. */
void web_error_put(web_value *view, oq_arena *arena, oq_lang lang, int status, const oq_err *err,
                   const http_who *who, oq_str request_id, oq_str retry_href);

/* --- templates (page.c) ----------------------------------------------------------------------*/

/* All of them, after web_setup; else NULL. */
const mustache_set *web_templates(void);

#endif
