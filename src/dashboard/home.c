/* /app: the first page, put together of cards by what one may see. */
#include "dashboard/dashboard.h"

#include <math.h>

#include "dashboard/inner.h"
#include "identity/authenticate.h"
#include "identity/session.h"
#include "tenant/tenant.h"

#include "base/banned.h"

/* --- words --------------------------------------------------------------------------------------*/

bool dashboard_may(const web_page *page, oq_cap cap)
{
    return oq_caps_have(http_who_of(page->rq)->actor.caps, cap);
}

oq_str dashboard_name(const web_page *page, oq_str name, oq_str name_ar)
{
    return oq_lang_pick(page->locale.lang, name, name_ar);
}

oq_str dashboard_title(const web_page *page, oq_str title, oq_str title_ar)
{
    return page->locale.lang == OQ_LANG_AR && title_ar.len
               ? oq_strf(page->arena, "\xe2\x80\x8f%.*s", OQ_FMT(title_ar)) /* U+200F */
               : title;
}

oq_str dashboard_quoted(const web_page *page, oq_str text)
{
    return oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(text));
}

oq_str dashboard_asset(const web_page *page, oq_str code, oq_str name, oq_str name_ar)
{
    return oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI " (" WEB_FSI "%.*s" WEB_PDI ")",
                   OQ_FMT(code), OQ_FMT(dashboard_name(page, name, name_ar)));
}

oq_str dashboard_percent(const web_page *page, double share)
{
    return isnan(share) ? OQ_STR(WEB_NOTHING)
                        : web_format_percent(page->arena, &page->locale, share, 0);
}

oq_str dashboard_path(const web_page *page, const char *folder, oq_uuid id)
{
    return oq_strf(page->arena, "%s/%.*s", folder, OQ_FMT(oq_uuid_text(page->arena, id)));
}

oq_str dashboard_money(const web_page *page, double minor, oq_str currency)
{
    if (isnan(minor) || !currency.len)
        return OQ_STR(WEB_NOTHING);
    return web_format_quantity(page->arena, &page->locale,
                               minor / pow(10, web_currency_decimals(currency)), 0, currency);
}

oq_str dashboard_say(const web_page *page, const char *key, const oq_arg *arg, size_t count)
{
    return oq_text_fill(page->arena, page->locale.lang, oq_cstr(key), arg, count);
}

/* --- oneself --------------------------------------------------------------------------------------
 * Sessions lie in the home tenant, wherever the request works. */

static void put_own(web_page *page, size_t open, const session_row *previous)
{
    web_value *to = web_put_object(page->view, "own");
    web_put_text(to, "sessions",
                 open ? oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.sessions"),
                                      (int64_t)open)
                      : OQ_NONE);
    web_value *last = previous ? web_put_object(to, "previous") : NULL;
    if (!last)
        return;
    web_put_text(last, "at", web_format_time(page->arena, &page->locale, previous->created_at));
    web_put_text(last, "address", previous->address);
    web_put_text(last, "device", user_agent_words(page->arena, previous->user_agent));
}

static oq_err *find_own(web_page *page, oq_scope *home)
{
    const http_who *who = http_who_of(page->rq);
    session_list list;
    session_row *previous;
    OQ_TRY(session_find(home, who->actor.id, &list));
    OQ_TRY(session_find_previous(home, who->actor.id, who->session_id, &previous));
    put_own(page, list.count, previous);
    return NULL;
}

static oq_err *put_oneself(web_page *page, oq_scope *s, const first *f)
{
    (void)s, (void)f;
    oq_scope *home;
    if (!http_who_of(page->rq)->by_cookie)
        return NULL; /* a machine has no sessions */
    OQ_TRY(identity_home_scope(page->rq, OQ_READ, &home));
    oq_err *err = find_own(page, home);
    oq_scope_close(home);
    return err;
}

/* --- the cards ------------------------------------------------------------------------------------
 * Who may see what a card shows, and where it stands: the page's template has the order. A card
 * without a member of its name in the view is not there. */

typedef enum card_place { IN_TENANT = 1, IN_PLANT = 2, AT_PLATFORM = 4 } card_place;

typedef struct card {
    const char *name; /* "dashboard.card.<name>" is what it is called when it cannot be read */
    oq_cap cap;
    int place; /* IN_PLANT: where there are assets; IN_TENANT: and where there are none yet */
    oq_err *(*put)(web_page *page, oq_scope *s, const first *f);
} card;

static const card cards[] = {
    {"oneself", CAP_DASHBOARD_VIEW, IN_TENANT | IN_PLANT | AT_PLATFORM, put_oneself},
    {"jobs", CAP_JOB_READ, IN_TENANT | IN_PLANT | AT_PLATFORM, dashboard_put_jobs},
    {"tenants", CAP_TENANT_MANAGE, AT_PLATFORM, dashboard_put_tenants},
    {"answers", CAP_DASHBOARD_VIEW, IN_PLANT, dashboard_put_answers},
    {"kpis", CAP_INCIDENT_READ, IN_PLANT, dashboard_put_kpis},
    {"own_orders", CAP_WORK_ORDER_WORK, IN_PLANT, dashboard_put_own_orders},
    {"causes", CAP_INCIDENT_MANAGE, IN_PLANT, dashboard_put_causes},
    {"alarms", CAP_ALARM_OPERATE, IN_PLANT, dashboard_put_alarms},
    {"plan", CAP_OPTIMIZATION_READ, IN_PLANT, dashboard_put_plan},
    {"priorities", CAP_ASSET_READ, IN_PLANT, dashboard_put_priorities},
    {"sites", CAP_ASSET_READ, IN_PLANT, dashboard_put_sites},
    {"steps", CAP_OPTIMIZATION_RUN, IN_TENANT | IN_PLANT, dashboard_put_steps},
    {"data", CAP_INTEGRATION_READ, IN_PLANT, dashboard_put_data},
    {"people", CAP_USER_READ, IN_TENANT | IN_PLANT | AT_PLATFORM, dashboard_put_people},
    {"audit", CAP_AUDIT_READ, IN_TENANT | IN_PLANT | AT_PLATFORM, dashboard_put_audit},
};

/* A card that cannot be read takes no other with it: the page says which one is missing. */
static void put_cards(web_page *page, oq_scope *s, const first *f, int place)
{
    web_value *can = web_put_object(page->view, "shows");
    web_value *broken = web_put_list(page->view, "broken");
    for (size_t i = 0; i < OQ_COUNT(cards); i++) {
        if (!(cards[i].place & place) || !dashboard_may(page, cards[i].cap))
            continue;
        oq_mark mark = oq_err_mark();
        oq_err *err = cards[i].put(page, s, f);
        web_put_bool(can, cards[i].name, !err);
        if (!err)
            continue;
        oq_log_err(OQ_LOG_ERROR, "dashboard.card_failed", err,
                   OQ_LOG_FIELDS_(OQ_F_CSTR("card", cards[i].name)));
        oq_err_rewind(mark);
        web_add_text(broken, oq_text(page->locale.lang,
                                     oq_strf(page->arena, "dashboard.card.%s", cards[i].name)));
    }
    web_put_bool(page->view, "has_broken", web_count(broken) > 0);
}

/* A tour that cannot be offered is not worth a page. */
static void put_tour(web_page *page, bool is_asked)
{
    oq_mark mark = oq_err_mark();
    oq_err *err = dashboard_put_tour(page, is_asked);
    if (!err)
        return;
    oq_log_err(OQ_LOG_ERROR, "dashboard.tour_failed", err, OQ_LOG_FIELDS_());
    oq_err_rewind(mark);
}

static oq_err *get_home(http_req *rq, oq_scope *s)
{
    first f = {0};
    dashboard_query q;
    OQ_TRY(http_query(rq, &q));
    bool is_platform = oq_uuid_eq(http_who_of(rq)->tenant_id, TENANT_PLATFORM);
    if (!is_platform)
        OQ_TRY(first_find(s, &f));
    web_page page = web_page_begin(rq, "dashboard/home", "nav.dashboard", "dashboard");
    web_page_crumb(&page, web_say(&page, "nav.dashboard"), NULL);
    page.title = DASHBOARD_SAY(&page, "home.greeting", {"name", http_who_of(rq)->full_name});
    bool is_new = !is_platform && f.ready.assets == 0;
    web_put_bool(page.view, "is_platform", is_platform);
    web_put_bool(page.view, "is_new", is_new);
    put_cards(&page, s, &f, is_platform ? AT_PLATFORM : is_new ? IN_TENANT : IN_PLANT);
    put_tour(&page, q.tour);
    return web_page_send(&page);
}

const http_route dashboard_routes[] = {
    {HTTP_GET, "/app", CAP_DASHBOARD_VIEW, .handle = get_home, .query = dashboard_query_fields,
     .is_page = true},
    {HTTP_POST, "/app/tour", CAP_DASHBOARD_VIEW, .handle = dashboard_end_tour, .is_page = true},
    {0},
};
