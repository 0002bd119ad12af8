/* From a request to a page: set-up, frame, answer. */
#include "base/embed.h"
#include "http/parse.h"
#include "web/inner.h"

static struct {
    oq_arena *arena; /* of the assets */
    mustache_set *templates;
} web;

static struct {
    web_frame_fill *fill;
    void *self;
} hooks[WEB_FRAME_HOOKS_MAX];
static size_t hook_count;

static struct {
    bool (*is_on)(void *self, const char *feature);
    void *self;
} feature;

/* --- set-up ----------------------------------------------------------------------------------*/

/* "templates/users/list.mustache" is "users/list". */
static bool template_name(const oq_embedded *file, oq_str *ret_name)
{
    oq_str name = oq_cstr(file->name), folder = OQ_STR("templates/"), ending = OQ_STR(".mustache");
    if (!oq_str_starts(name, folder) || !oq_str_ends(name, ending))
        return false;
    *ret_name = oq_str_sub(name, folder.len, name.len - folder.len - ending.len);
    return true;
}

static oq_err *compile_all(mustache_set *set)
{
    for (size_t i = 0; i < oq_embedded_count; i++) {
        const oq_embedded *file = &oq_embedded_files[i];
        oq_str name;
        if (template_name(file, &name))
            OQ_TRY(mustache_add(set, name, oq_strn(file->ptr, file->len)));
    }
    /* What every answer may need must not be found missing when it is needed. */
    static const char *const always[] = {"frame", "frame_plain", "error"};
    for (size_t i = 0; i < OQ_COUNT(always); i++)
        if (!mustache_find(set, oq_cstr(always[i])))
            return oq_fail(OQ_INTERNAL, "template.unknown", "name=%s", always[i]);
    return NULL;
}

oq_err *web_setup(void)
{
    OQ_TRY(oq_lang_load(oq_embedded_find(OQ_STR("lang/ar.json")),
                        oq_embedded_find(OQ_STR("lang/en.json"))));
    mustache_set *templates = mustache_set_open();
    oq_arena *arena = oq_arena_open(0);
    oq_err *err = compile_all(templates);
    if (!err)
        err = web_assets_load(arena, oq_embedded_find(OQ_STR("assets/manifest.json")));
    if (err) {
        mustache_set_close(templates);
        oq_arena_close(arena);
        return err;
    }
    mustache_set_close(web.templates);
    oq_arena_close(web.arena);
    web.templates = templates;
    web.arena = arena;
    return NULL;
}

const mustache_set *web_templates(void)
{
    return web.templates;
}

void web_frame_hook(web_frame_fill *fill, void *self)
{
    size_t i = 0;
    while (i < hook_count && hooks[i].fill != fill)
        i++; /* one that is lent again serves another server */
    assert(i < WEB_FRAME_HOOKS_MAX);
    hooks[i].fill = fill;
    hooks[i].self = self;
    if (i == hook_count)
        hook_count++;
}

void web_feature_hook(bool (*is_on)(void *self, const char *feature), void *self)
{
    feature.is_on = is_on;
    feature.self = self;
}

/* --- a page ----------------------------------------------------------------------------------*/

web_page web_page_begin(http_req *rq, const char *template, const char *title_key, const char *nav)
{
    const http_who *who = http_who_of(rq);
    web_page page = {
        .rq = rq,
        .arena = http_arena(rq),
        .locale = {.lang = http_lang(rq),
                   .time_zone = who->time_zone,
                   .arabic_digits = who->arabic_digits,
                   .hijri = who->hijri},
        .template = template,
        .title_key = title_key,
        .nav = nav,
    };
    page.view = web_object(page.arena);
    web_put_list(page.view, "crumbs");
    return page;
}

static void add_crumb(web_value *crumbs, oq_str label, const char *path)
{
    web_value *crumb = web_add_object(crumbs);
    web_put_text(crumb, "label", label);
    web_put_cstr(crumb, "href", path);
    web_put_bool(crumb, "is_current", path == NULL);
}

oq_us web_page_now(const web_page *page)
{
    oq_us stands_at = http_who_of(page->rq)->stands_at, now = oq_clock_now();
    return stands_at && stands_at != OQ_TIME_NONE && stands_at < now ? stands_at : now;
}

void web_page_crumb(web_page *page, oq_str label, const char *path)
{
    web_value *crumbs = (web_value *)web_get(page->view, OQ_STR("crumbs"));
    const web_nav *home = &web_navs[0];
    bool is_home = page->nav && strcmp(page->nav, home->name) == 0;
    if (!web_count(crumbs) && !is_home)
        add_crumb(crumbs, web_say(page, home->text_key), home->path);
    add_crumb(crumbs, label, path);
}

oq_str web_say(const web_page *page, const char *key)
{
    return oq_text(page->locale.lang, oq_cstr(key));
}

/* The body as a form, for what could not be read into a record; nothing when it is no form. */
static web_typed typed_in(http_req *rq)
{
    oq_str type = http_header(rq, "Content-Type");
    http_pairs pairs = {0};
    oq_err *err = NULL;
    if (http_method_of(rq) != HTTP_GET &&
        oq_str_starts(type, OQ_STR("application/x-www-form-urlencoded")))
        err = http_form_parse(http_arena(rq), http_body_raw(rq), &pairs);
    return err ? (web_typed){0} : (web_typed){pairs.at, pairs.count};
}

void web_page_form(web_page *page, const oq_field *fields, const void *record, const oq_err *err)
{
    web_form_put(page->view, page->arena, page->locale.lang, fields, record, err,
                 err ? typed_in(page->rq) : (web_typed){0});
}

void web_toast(http_req *rq, const char *kind, const char *text_key)
{
    oq_str cookie = web_toast_write(http_arena(rq), kind, text_key);
    if (oq_str_given(cookie))
        http_set_cookie(rq, WEB_TOAST_COOKIE, cookie, WEB_TOAST_S, false);
}

/* --- sending ---------------------------------------------------------------------------------*/

static void run_hooks(web_page *page)
{
    for (size_t i = 0; i < hook_count; i++) {
        oq_err *err = hooks[i].fill(hooks[i].self, page);
        if (err)
            oq_log_err(OQ_LOG_WARN, "web.frame_hook_failed", err,
                       OQ_LOG_FIELDS_(OQ_F_STR("request_id", http_request_id(page->rq))));
    }
}

static oq_err *put_frame(web_page *page, bool is_plain)
{
    http_req *rq = page->rq;
    web_frame f = {
        .who = http_who_of(rq),
        .target = http_target(rq),
        .path = http_path(rq),
        .request_id = http_request_id(rq),
        .theme = http_cookie(rq, WEB_THEME_COOKIE),
        .toast = http_cookie(rq, WEB_TOAST_COOKIE),
        .now = oq_clock_now(),
        .is_plain = is_plain,
        .feature_is_on = feature.is_on,
        .feature_self = feature.self,
    };
    OQ_TRY(web_frame_put(page, &f));
    if (oq_str_given(f.toast)) /* it is shown now, and only once */
        http_set_cookie(rq, WEB_TOAST_COOKIE, OQ_STR(""), 0, false);
    return NULL;
}

static oq_err *template_named(oq_str name, const mustache **ret_template)
{
    const mustache *t = web.templates ? mustache_find(web.templates, name) : NULL;
    if (!t)
        return oq_fail(OQ_INTERNAL, "template.unknown", "name=%.*s", OQ_FMT(name));
    *ret_template = t;
    return NULL;
}

static oq_err *send_in(web_page *page, bool is_plain)
{
    const mustache *frame = NULL, *content = NULL;
    OQ_TRY(template_named(is_plain ? OQ_STR("frame_plain") : OQ_STR("frame"), &frame));
    OQ_TRY(template_named(oq_cstr(page->template), &content));
    OQ_TRY(put_frame(page, is_plain));
    OQ_AUTO(oq_buf) out = oq_buf_make(WEB_PAGE_MAX);
    OQ_TRY(mustache_render(web.templates, frame, page->view, &out));
    http_answer_buf(page->rq, page->status, "text/html; charset=utf-8", &out);
    return NULL;
}

oq_err *web_page_send(web_page *page)
{
    run_hooks(page);
    return send_in(page, false);
}

oq_err *web_page_send_plain(web_page *page)
{
    return send_in(page, true);
}
