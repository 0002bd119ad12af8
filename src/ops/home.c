#include "ops/home.h"

#include "audit/audit.h"
#include "audit/view.h"
#include "http/request.h"
#include "identity/authenticate.h"
#include "identity/session.h"
#include "identity/user.h"
#include "ops/job_view.h"
#include "tenant/settings.h"
#include "web/page.h"

#include "base/banned.h"

enum { AUDIT_ROWS = 6 };

static bool may(const web_page *page, oq_cap cap)
{
    return oq_caps_have(http_who_of(page->rq)->actor.caps, cap);
}

/* --- oneself --------------------------------------------------------------------------------------
 * Sessions lie in the home tenant, wherever the request works. */

typedef struct own_sessions {
    size_t open;
    session_row *previous;
} own_sessions;

static oq_err *find_own(oq_scope *s, const http_who *who, own_sessions *own)
{
    session_list list;
    OQ_TRY(session_find(s, who->actor.id, &list));
    own->open = list.count;
    return session_find_previous(s, who->actor.id, who->session_id, &own->previous);
}

static oq_err *load_own(http_req *rq, own_sessions *own)
{
    const http_who *who = http_who_of(rq);
    oq_scope *home;
    *own = (own_sessions){0};
    if (!who->by_cookie)
        return NULL; /* a machine has no sessions */
    OQ_TRY(identity_home_scope(rq, OQ_READ, &home));
    oq_err *err = find_own(home, who, own);
    oq_scope_close(home);
    return err;
}

static void put_previous(web_page *page, const session_row *previous)
{
    if (!previous)
        return;
    web_value *to = web_put_object(page->view, "previous");
    oq_arena *arena = page->arena;
    web_put_text(to, "at", web_format_time(arena, &page->locale, previous->created_at));
    web_put_text(to, "address", previous->address);
    web_put_text(to, "device", user_agent_words(arena, previous->user_agent));
}

/* --- figures ------------------------------------------------------------------------------------*/

static web_value *put_kpi(web_page *page, web_value *list, const char *href, const char *label_key,
                          oq_str value)
{
    web_value *kpi = web_add_object(list);
    web_put_cstr(kpi, "href", href);
    web_put_text(kpi, "label", web_say(page, label_key));
    web_put_text(kpi, "value", value);
    web_put_cstr(kpi, "unit", NULL);
    web_put_cstr(kpi, "note", NULL);
    web_put_cstr(kpi, "kind", NULL);
    return kpi;
}

static oq_err *put_people(web_page *page, web_value *list, oq_scope *s)
{
    user_counts counts;
    tenant_settings *settings;
    OQ_TRY(user_count(s, &counts));
    OQ_TRY(tenant_settings_get(s, &settings));
    const web_locale *l = &page->locale;
    put_kpi(page, list, "/users?status=active", "users.kpi_active",
            web_format_i64(page->arena, l, counts.active));
    double share = counts.active ? (double)counts.with_totp / (double)counts.active : 0;
    web_value *totp = put_kpi(page, list, "/users", "users.kpi_totp",
                              web_format_percent(page->arena, l, share, 0));
    if (settings->require_totp && counts.with_totp < counts.active)
        web_put_cstr(totp, "kind", "warn");
    return NULL;
}

static oq_err *put_jobs(web_page *page, web_value *list, oq_scope *s)
{
    job_counts counts;
    OQ_TRY(job_view_counts(s, &counts));
    web_value *failed = put_kpi(page, list, "/jobs?state=failed", "home.failed_jobs",
                                web_format_i64(page->arena, &page->locale, counts.failed));
    if (counts.failed)
        web_put_cstr(failed, "kind", "bad");
    return NULL;
}

static oq_err *put_kpis(web_page *page, oq_scope *s, const own_sessions *own)
{
    web_value *list = web_put_list(page->view, "kpis");
    if (own->open)
        put_kpi(page, list, "/profile/sessions", "home.sessions",
                web_format_i64(page->arena, &page->locale, (int64_t)own->open));
    if (may(page, CAP_USER_READ))
        OQ_TRY(put_people(page, list, s));
    if (may(page, CAP_JOB_READ))
        OQ_TRY(put_jobs(page, list, s));
    return NULL;
}

/* --- what one may do here -------------------------------------------------------------------------*/

static void put_cards(web_page *page)
{
    web_value *list = web_put_list(page->view, "cards");
    for (const web_nav *n = web_navs; n->name; n++) {
        oq_str key = oq_strf(page->arena, "home.card.%s", n->name);
        if (!may(page, n->cap) || !oq_text_exists(page->locale.lang, key))
            continue;
        web_value *card = web_add_object(list);
        web_put_text(card, "label", web_say(page, n->text_key));
        web_put_text(card, "text", oq_text(page->locale.lang, key));
        web_put_cstr(card, "href", n->path);
        web_put_cstr(card, "icon", n->icon);
    }
}

/* --- what happened last ---------------------------------------------------------------------------*/

static oq_err *put_audit(web_page *page, oq_scope *s)
{
    audit_rows rows;
    oq_arena *arena = page->arena;
    oq_lang lang = page->locale.lang;
    const audit_filter all = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    OQ_TRY(audit_find(s, &all, OQ_TIME_NONE, OQ_UUID_ZERO, AUDIT_ROWS, &rows));
    web_put_bool(page->view, "has_audit", rows.count > 0);
    web_value *list = web_put_list(page->view, "audit");
    for (size_t i = 0; i < rows.count; i++) {
        const audit_row *row = &rows.at[i];
        web_value *one = web_add_object(list);
        web_put_text(one, "when", web_format_ago(arena, &page->locale, row->at, oq_now(s)));
        web_put_text(one, "at", web_format_time_exact(arena, &page->locale, row->at));
        web_put_text(one, "who", row->actor_label);
        web_put_text(one, "what", audit_action_words(arena, lang, row->action));
        web_put_text(one, "object", row->object_label);
        web_put_bool(one, "is_refused", row->outcome == AUDIT_REFUSED);
    }
    return NULL;
}

static oq_err *get_home(http_req *rq, oq_scope *s)
{
    own_sessions own;
    OQ_TRY(load_own(rq, &own));
    web_page page = web_page_begin(rq, "home", "nav.dashboard", "dashboard");
    web_page_crumb(&page, web_say(&page, "nav.dashboard"), NULL);
    oq_arg name = {.name = "name", .value = http_who_of(rq)->full_name};
    page.title = oq_text_fill(page.arena, page.locale.lang, OQ_STR("home.greeting"), &name, 1);
    put_previous(&page, own.previous);
    OQ_TRY(put_kpis(&page, s, &own));
    put_cards(&page);
    if (may(&page, CAP_AUDIT_READ))
        OQ_TRY(put_audit(&page, s));
    return web_page_send(&page);
}

const http_route home_routes[] = {
    {HTTP_GET, "/app", CAP_DASHBOARD_VIEW, .handle = get_home, .is_page = true},
    {0},
};
