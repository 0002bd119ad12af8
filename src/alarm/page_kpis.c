/* /alarms/kpis: the alarm system itself, as ISA-18.2 looks at it; and the banner of every page. */
#include <math.h>

#include "alarm/pages.h"
#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

typedef struct kpi_query {
    int64_t days;
} kpi_query;
const oq_field kpi_page_query_fields[] = {
    OQ_I64(kpi_query, days, .preset = "7", .min = 1, .max = 90), OQ_FIELDS_END};

static void put_kpis(const web_page *page, const alarm_kpis *k)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    web_value *list = web_put_list(page->view, "kpis");
    web_add_kpi(list,
                k->per_hour > 12  ? "bad"
                : k->per_hour > 6 ? "warn"
                                  : "",
                web_say(page, "alarms.kpi_per_hour"), web_format_f64(arena, l, k->per_hour, 1),
                web_say(page, "alarms.kpi_per_hour_note"));
    web_add_kpi(list, k->flood_share > 0.01 ? "bad" : "", web_say(page, "alarms.kpi_flood"),
                web_format_percent(arena, l, k->flood_share, 1),
                web_say(page, "alarms.kpi_flood_note"));
    web_add_kpi(list, k->chattering ? "warn" : "", web_say(page, "alarms.kpi_chattering"),
                web_format_i64(arena, l, k->chattering),
                web_say(page, "alarms.kpi_chattering_note"));
    web_add_kpi(list, k->stale > 5 ? "warn" : "", web_say(page, "alarms.kpi_stale"),
                web_format_i64(arena, l, k->stale), web_say(page, "alarms.kpi_stale_note"));
    web_add_kpi(list, "", web_say(page, "alarms.kpi_raised"), web_format_i64(arena, l, k->raised),
                OQ_NONE);
    web_add_kpi(list, "", web_say(page, "alarms.kpi_acknowledge"),
                isnan(k->acknowledge_s)
                    ? OQ_STR(WEB_NOTHING)
                    : web_format_duration(arena, l, (oq_us)(k->acknowledge_s * (double)OQ_SECOND)),
                web_say(page, "alarms.kpi_acknowledge_note"));
}

static void put_shares(const web_page *page, const alarm_kpis *k)
{
    const int64_t count[] = {k->critical, k->high, k->medium, k->low};
    static const char *const aim[] = {"alarms.aim_critical", "alarms.aim_high", "alarms.aim_medium",
                                      "alarms.aim_low"};
    web_value *list = web_put_list(page->view, "shares");
    for (int i = 0; i < 4; i++) {
        web_value *v = web_add_object(list);
        double share = k->raised ? (double)count[i] / (double)k->raised : 0;
        alarm_put_priority(page, v, i + 1);
        web_put_text(v, "count", web_format_i64(page->arena, &page->locale, count[i]));
        web_put_text(v, "share", web_format_percent(page->arena, &page->locale, share, 0));
        web_put_i64(v, "percent", (int64_t)llround(share * 100));
        web_put_text(v, "aim", web_say(page, aim[i]));
    }
}

static void put_worst(const web_page *page, const alarm_figures *f)
{
    web_value *list = web_put_list(page->view, "worst");
    for (size_t i = 0; i < f->worst_count; i++) {
        const alarm_actor *a = &f->worst[i];
        web_value *v = web_add_object(list);
        web_put_text(v, "title", alarm_text(page->locale.lang, a->title, a->title_ar));
        web_put_text(v, "asset_code", a->asset_code);
        web_put_text(v, "times", web_format_i64(page->arena, &page->locale, a->times));
        web_put_text(v, "share",
                     web_format_percent(page->arena, &page->locale,
                                        (double)a->times / (double)f->kpis.raised, 0));
        web_put_bool(v, "is_chattering", a->chattering > 0);
        web_put_text(v, "href",
                     oq_uuid_is_zero(a->rule_id)
                         ? OQ_NONE
                         : oq_strf(page->arena, "/alarm-rules/%.*s",
                                   OQ_FMT(oq_uuid_text(page->arena, a->rule_id))));
    }
    web_put_bool(page->view, "has_worst", f->worst_count > 0);
}

/* Bars of hours, as an SVG of 1000 by 120. */
static void put_hours(const web_page *page, const alarm_figures *f)
{
    int64_t most = 12;
    for (size_t i = 0; i < f->hours; i++)
        most = f->hour[i].times > most ? f->hour[i].times : most;
    web_value *list = web_put_list(page->view, "bars");
    double wide = 1000.0 / (double)(f->hours ? f->hours : 1);
    for (size_t i = 0; i < f->hours; i++) {
        if (!f->hour[i].times)
            continue;
        double high = 110.0 * (double)f->hour[i].times / (double)most;
        web_value *v = web_add_object(list);
        web_put_text(v, "x", oq_strf(page->arena, "%.2f", (double)i * wide));
        web_put_text(v, "y", oq_strf(page->arena, "%.2f", 115 - high));
        web_put_text(v, "width", oq_strf(page->arena, "%.2f", wide > 2 ? wide - 1 : wide));
        web_put_text(v, "height", oq_strf(page->arena, "%.2f", high));
        web_put_cstr(v, "kind",
                     f->hour[i].times > 12  ? "is-bad"
                     : f->hour[i].times > 6 ? "is-warn"
                                            : "");
        web_put_text(v, "what",
                     oq_strf(page->arena, "%.*s: %lld",
                             OQ_FMT(web_format_time(page->arena, &page->locale, f->hour[i].hour)),
                             (long long)f->hour[i].times));
    }
    web_put_text(page->view, "line_y",
                 oq_strf(page->arena, "%.2f", 115 - 110.0 * 12 / (double)most));
    web_put_text(page->view, "from", web_format_time(page->arena, &page->locale, f->kpis.from));
    web_put_text(page->view, "to", web_format_time(page->arena, &page->locale, f->kpis.to));
}

oq_err *alarm_page_kpis(http_req *rq, oq_scope *s)
{
    static const int64_t spans[] = {1, 7, 30, 90};
    kpi_query q;
    alarm_figures f;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(alarm_read_figures(s, oq_now(s) - q.days * OQ_DAY, oq_now(s), OQ_UUID_ZERO, &f));
    web_page page = web_page_begin(rq, "alarms/kpis", "alarms.kpis", "alarms");
    web_page_crumb(&page, web_say(&page, "alarms.title"), "/alarms");
    web_page_crumb(&page, web_say(&page, "alarms.kpis"), NULL);
    web_value *tabs = web_put_list(page.view, "tabs");
    for (size_t i = 0; i < OQ_COUNT(spans); i++) {
        kpi_query other = {spans[i]};
        web_add_tab(tabs,
                    oq_text_count(page.arena, page.locale.lang, OQ_STR("alarms.days"), spans[i]),
                    web_link(page.arena, "/alarms/kpis", kpi_page_query_fields, &other),
                    spans[i] == q.days);
    }
    put_kpis(&page, &f.kpis);
    put_shares(&page, &f.kpis);
    put_worst(&page, &f);
    put_hours(&page, &f);
    return web_page_send(&page);
}

/* --- the banner --------------------------------------------------------------------------------*/

static oq_err *count_for(db_pool *pool, const web_page *page, alert_counts *ret_counts)
{
    const http_who *who = http_who_of(page->rq);
    oq_scope *s = NULL;
    oq_err *err = oq_scope_open(&(oq_scope_options){.pool = pool,
                                                    .tenant_id = who->tenant_id,
                                                    .access = OQ_READ,
                                                    .actor = who->actor,
                                                    .request_id = http_request_id(page->rq),
                                                    .arena = page->arena},
                                &s);
    if (!err)
        err = alert_count(s, ret_counts);
    oq_scope_close(s);
    return err;
}

oq_err *alarm_frame(void *pool, web_page *page)
{
    alert_counts counts;
    const http_who *who = http_who_of(page->rq);
    if (!who->is_signed_in || !oq_caps_have(who->actor.caps, CAP_ALARM_READ))
        return NULL;
    OQ_TRY(count_for(pool, page, &counts));
    if (counts.critical_unacknowledged)
        web_put_text(page->view, "critical_alarms",
                     oq_text_count(page->arena, page->locale.lang, OQ_STR("alarms.banner"),
                                   counts.critical_unacknowledged));
    return NULL;
}
