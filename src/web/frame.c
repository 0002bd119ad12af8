/* What stands around a page: the facts of the request as members of the view. */
#include "web/inner.h"

static const char *const toast_kinds[] = {"ok", "info", "warn", "error"};
static const char *const themes[] = {"light", "dark"};

/* --- small parts -----------------------------------------------------------------------------*/

static bool is_lang_parameter(oq_str part)
{
    return oq_str_eq(part, OQ_STR("lang")) || oq_str_starts(part, OQ_STR("lang="));
}

oq_str web_lang_href(oq_arena *arena, oq_str target, oq_lang lang)
{
    /* "//host" and "/\host" are other servers to a browser. */
    bool is_own = target.len > 0 && target.ptr[0] == '/' &&
                  (target.len < 2 || (target.ptr[1] != '/' && target.ptr[1] != '\\'));
    oq_str rest = is_own ? target : OQ_STR("/"), path, part;
    OQ_AUTO(oq_buf) href = oq_buf_make(target.len + 16);
    oq_str_cut(&rest, '?', &path);
    oq_buf_str(&href, path);
    oq_buf_char(&href, '?');
    while (oq_str_cut(&rest, '&', &part)) {
        if (part.len == 0 || is_lang_parameter(part))
            continue;
        oq_buf_str(&href, part);
        oq_buf_char(&href, '&');
    }
    oq_buf_lit(&href, "lang=");
    oq_buf_str(&href, oq_lang_code(lang));
    return oq_str_copy(arena, oq_buf_view(&href));
}

/* The letters up to here are those of European languages. */
static bool is_latin(uint32_t code)
{
    return code < 0x0250;
}

static bool is_mark(uint32_t code)
{
    return code < '0' || (code > '9' && code < 'A') || (code > 'Z' && code < 'a') || code == 0xfffd;
}

oq_str web_initials(oq_arena *arena, oq_str name)
{
    oq_str first = OQ_STR(""), last = OQ_STR(""), rest = oq_str_trim(name), word;
    bool is_joined = false;
    while (oq_str_cut(&rest, ' ', &word)) {
        oq_str letters = word;
        uint32_t code;
        if (!oq_utf8_next(&letters, &code) || is_mark(code))
            continue;
        oq_str letter = oq_str_sub(word, 0, word.len - letters.len);
        if (first.len == 0)
            first = letter;
        else
            last = letter;
        is_joined |= !is_latin(code);
    }
    return is_joined ? first : oq_strf(arena, "%.*s%.*s", OQ_FMT(first), OQ_FMT(last));
}

const char *web_theme(oq_str cookie)
{
    for (size_t i = 0; i < OQ_COUNT(themes); i++)
        if (oq_str_eq(cookie, oq_cstr(themes[i])))
            return themes[i];
    return "auto";
}

/* --- toasts ----------------------------------------------------------------------------------*/

static bool is_toast_kind(oq_str kind)
{
    for (size_t i = 0; i < OQ_COUNT(toast_kinds); i++)
        if (oq_str_eq(kind, oq_cstr(toast_kinds[i])))
            return true;
    return false;
}

oq_str web_toast_write(oq_arena *arena, const char *kind, const char *text_key)
{
    return is_toast_kind(oq_cstr(kind)) ? oq_strf(arena, "%s.%s", kind, text_key) : OQ_NONE;
}

bool web_toast_read(oq_str cookie, oq_lang lang, oq_str *ret_kind, oq_str *ret_text)
{
    oq_str key = cookie, kind;
    if (!oq_str_cut(&key, '.', &kind) || !is_toast_kind(kind) || !oq_text_exists(lang, key))
        return false;
    *ret_kind = kind;
    *ret_text = oq_text(lang, key);
    return true;
}

/* --- lookups ---------------------------------------------------------------------------------*/

static const web_value *find_text(const void *self, oq_arena *arena, oq_str path)
{
    const oq_lang *lang = self;
    return web_text(arena, oq_text(*lang, path));
}

static const web_value *find_right(const void *self, oq_arena *arena, oq_str path)
{
    const oq_caps *caps = self;
    int cap;
    return web_truth(arena, oq_choice_value(cap_choices, path, &cap) && oq_caps_have(*caps, cap));
}

/* --- members ---------------------------------------------------------------------------------*/

static void put_lang(web_page *page, const web_frame *f)
{
    static const oq_lang langs[OQ_LANG_COUNT] = {OQ_LANG_AR, OQ_LANG_EN};
    static const char *const names[OQ_LANG_COUNT] = {
        [OQ_LANG_AR] = "العربية", [OQ_LANG_EN] = "English"};
    static const char *const dirs[OQ_LANG_COUNT] = {[OQ_LANG_AR] = "rtl", [OQ_LANG_EN] = "ltr"};
    web_value *v = page->view;
    oq_lang lang = page->locale.lang, other = lang == OQ_LANG_AR ? OQ_LANG_EN : OQ_LANG_AR;
    web_put_text(v, "lang", oq_lang_code(lang));
    web_put_cstr(v, "dir", dirs[lang]);
    web_put_bool(v, "is_rtl", lang == OQ_LANG_AR);
    web_put_text(v, "other_lang", oq_lang_code(other));
    web_put_cstr(v, "other_lang_name", names[other]);
    web_put_cstr(v, "other_lang_dir", dirs[other]);
    web_put_text(v, "other_lang_href", web_lang_href(page->arena, f->target, other));
    web_put_lookup(v, "t", find_text, &langs[lang]);
}

static void put_titles(web_page *page)
{
    oq_str title = oq_str_given(page->title) ? page->title : web_say(page, page->title_key);
    web_put_cstr(page->view, "brand", WEB_BRAND);
    web_put_text(page->view, "title", title);
    web_put_text(page->view, "page_title",
                 oq_strf(page->arena, "%.*s · " WEB_BRAND, OQ_FMT(title)));
    web_put_cstr(page->view, "content", page->template);
}

/* There is one thing to do, and until it is done everything else leads back to it: a password of
 * one's own, a second factor. */
static bool is_held(const http_who *who)
{
    return who->must_change_password || who->must_enroll_totp;
}

static void put_who(web_page *page, const http_who *who)
{
    web_value *v = page->view;
    const oq_actor *actor = &who->actor;
    web_put_lookup(v, "can", find_right, &actor->caps);
    web_put_bool(v, "is_signed_in", who->is_signed_in);
    web_put_bool(v, "is_held", is_held(who));
    web_put_text(v, "csrf_token", who->csrf_token);
    web_put_bool(v, "can_switch_tenant",
                 !is_held(who) && oq_caps_have(actor->caps, CAP_TENANT_SWITCH));

    const char *role = oq_choice_text(role_choices, (int)actor->role);
    web_value *user = web_put_object(v, "user");
    web_put_text(user, "name", who->full_name);
    web_put_text(user, "initials", web_initials(page->arena, who->full_name));
    web_put_text(user, "email", actor->label);
    web_put_cstr(user, "role", role);
    web_put_text(user, "role_text",
                 role ? web_choice_label(page->locale.lang, "role", role) : OQ_NONE);

    web_value *tenant = web_put_object(v, "tenant");
    web_put_text(tenant, "name", who->tenant_name);
    web_put_text(tenant, "code", who->tenant_code);
    oq_arg end = {"when", web_format_time(page->arena, &page->locale, who->stands_at)};
    bool is_record = who->is_signed_in && who->stands_at && who->stands_at != OQ_TIME_NONE;
    web_put_text(tenant, "record",
                 is_record ? oq_text_fill(page->arena, page->locale.lang,
                                          OQ_STR("frame.record"), &end, 1)
                           : OQ_NONE);
    web_put_bool(tenant, "is_foreign",
                 who->is_signed_in && !oq_uuid_eq(actor->home_tenant, who->tenant_id));
}

static bool is_shown(const web_nav *n, const web_frame *f)
{
    if (!oq_caps_have(f->who->actor.caps, n->cap))
        return false;
    return !n->feature || !f->feature_is_on || f->feature_is_on(f->feature_self, n->feature);
}

static void put_nav(web_page *page, const web_frame *f)
{
    web_value *groups = web_put_list(page->view, "nav"), *items = web_list(page->arena);
    const web_nav *before = NULL; /* the entry above that is shown */
    for (const web_nav *n = web_navs; n->name && !is_held(f->who); n++) {
        if (!is_shown(n, f))
            continue;
        if (!before || n->group_key != before->group_key) {
            web_value *group = web_add_object(groups);
            web_put_text(group, "label", n->group_key ? web_say(page, n->group_key) : OQ_NONE);
            items = web_put_list(group, "items");
        }
        before = n;
        web_value *item = web_add_object(items);
        web_put_cstr(item, "name", n->name);
        web_put_text(item, "label", web_say(page, n->text_key));
        web_put_cstr(item, "href", n->path);
        web_put_cstr(item, "icon", n->icon);
        web_put_bool(item, "is_current", page->nav && strcmp(n->name, page->nav) == 0);
    }
}

static void put_toasts(web_page *page, oq_str cookie)
{
    web_value *toasts = web_put_list(page->view, "toasts");
    oq_str kind, text;
    if (!web_toast_read(cookie, page->locale.lang, &kind, &text))
        return;
    web_value *toast = web_add_object(toasts);
    web_put_text(toast, "kind", kind);
    web_put_text(toast, "text", text);
}

/* Members that page.h promises to templates; a page that has put one itself would break the
 * frame, or be broken by it. */
static oq_err *check_free(const web_page *page)
{
    static const char *const names[] = {
        "lang",
        "dir",
        "is_rtl",
        "other_lang",
        "other_lang_name",
        "other_lang_dir",
        "other_lang_href",
        "t",
        "can",
        "brand",
        "title",
        "page_title",
        "content",
        "path",
        "assets",
        "theme",
        "is_signed_in",
        "is_held",
        "csrf_token",
        "user",
        "tenant",
        "can_switch_tenant",
        "nav",
        "toasts",
        "year",
        "tz",
        "request_id",
        "is_plain",
    };
    for (size_t i = 0; i < OQ_COUNT(names); i++)
        if (web_get(page->view, oq_cstr(names[i])))
            return oq_fail(OQ_INTERNAL, "web.member_taken", "name=%s template=%s", names[i],
                           page->template);
    return NULL;
}

oq_err *web_frame_put(web_page *page, const web_frame *f)
{
    OQ_TRY(check_free(page));
    web_value *v = page->view;
    put_lang(page, f);
    put_titles(page);
    put_who(page, f->who);
    put_nav(page, f);
    put_toasts(page, f->toast);
    web_put(v, "assets", web_assets_view());
    web_put_text(v, "path", f->path);
    web_put_cstr(v, "theme", web_theme(f->theme));
    web_put_text(v, "year",
                 oq_str_sub(web_local_text(page->arena, f->now, page->locale.time_zone), 0, 4));
    web_put_text(v, "tz", page->locale.time_zone);
    web_put_text(v, "request_id", f->request_id);
    web_put_bool(v, "is_plain", f->is_plain);
    return NULL;
}
