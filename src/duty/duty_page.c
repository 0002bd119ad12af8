/* /duty: who is on shift and on call now, and in the next seven days, by site. */
#include "duty/roster.h"
#include "http/request.h"
#include "web/page.h"
#include "web/parts.h"

#include "duty.sql.h"

#include "base/banned.h"

enum { DAYS = 7 };

typedef struct duty_query {
    oq_uuid site_id;
} duty_query;
const oq_field duty_query_fields[] = {OQ_UUID(duty_query, site_id), OQ_FIELDS_END};

static oq_str name_in(oq_lang lang, oq_str name, oq_str name_ar)
{
    oq_str own = lang == OQ_LANG_AR ? name_ar : name, other = lang == OQ_LANG_AR ? name : name_ar;
    return own.len ? own : other;
}

static oq_str clock_text(const web_page *page, int64_t minute)
{
    return oq_strf(page->arena, "%02d:%02d", (int)(minute / 60 % 24), (int)(minute % 60));
}

/* --- now ----------------------------------------------------------------------------------------*/

static void add_person(const web_page *page, web_value *list, const roster_person *p,
                       const roster_shift *shift)
{
    web_value *row = web_add_object(list);
    oq_lang lang = page->locale.lang;
    web_put_text(row, "name", p->name);
    web_put_text(row, "role",
                 web_choice_label(lang, "role", oq_choice_text(role_choices, p->role)));
    web_put_text(row, "shift", name_in(lang, shift->name, shift->name_ar));
    web_put_text(row, "hours",
                 oq_strf(page->arena, "%.*s–%.*s", OQ_FMT(clock_text(page, shift->starts_min)),
                         OQ_FMT(clock_text(page, shift->starts_min + shift->length_min))));
    web_put_text(row, "orders",
                 oq_text_count(page->arena, lang, OQ_STR("duty.orders"), p->open_orders));
}

static void put_now(const web_page *page, const roster *r, oq_uuid site_id, oq_us now)
{
    web_value *on_call = web_put_list(page->view, "on_call");
    web_value *on_shift = web_put_list(page->view, "on_shift");
    for (size_t i = 0; i < r->persons; i++) {
        roster_stand stand = roster_stand_of(r, &r->person[i], site_id, now);
        if (stand.on_call)
            add_person(page, on_call, &r->person[i], stand.on_call);
        if (stand.on_shift)
            add_person(page, on_shift, &r->person[i], stand.on_shift);
    }
    web_put_bool(page->view, "has_on_call", web_count(on_call) > 0);
    web_put_bool(page->view, "has_on_shift", web_count(on_shift) > 0);
}

/* --- the week -----------------------------------------------------------------------------------*/

static const roster_person *person_of(const roster *r, oq_uuid id)
{
    for (size_t i = 0; i < r->persons; i++)
        if (oq_uuid_eq(r->person[i].id, id))
            return &r->person[i];
    return NULL; /* a viewer, or not active */
}

/* Who begins this shift on this day. */
static void put_cell(const web_page *page, web_value *row, const roster *r, oq_str code,
                     bool is_on_call, oq_date day)
{
    web_value *cell = web_add_object(row), *who = web_put_list(cell, "who");
    oq_date until;
    for (size_t i = 0; i < r->shifts; i++) {
        const roster_shift *shift = &r->shift[i];
        const roster_person *p = person_of(r, shift->user_id);
        if (p && oq_str_eq(shift->code, code) && shift->is_on_call == is_on_call &&
            roster_begins(shift, day) && !roster_rests(r, shift, day) &&
            !roster_is_absent(r, p->id, day, &until))
            web_add_text(who, p->name);
    }
    web_put_text(cell, "day", web_format_day(page->arena, &page->locale, day));
    web_put_bool(cell, "is_empty", web_count(who) == 0);
}

static bool is_first_of(const roster *r, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (oq_str_eq(r->shift[i].code, r->shift[at].code) &&
            r->shift[i].is_on_call == r->shift[at].is_on_call)
            return false;
    return true;
}

static void put_week(const web_page *page, const roster *r, oq_us now)
{
    oq_date today = roster_local_of(now, r->time_zone).day;
    web_value *days = web_put_list(page->view, "days"), *rows = web_put_list(page->view, "week");
    for (int d = 0; d < DAYS; d++)
        web_add_text(days, web_format_day(page->arena, &page->locale, today + d));
    for (size_t i = 0; i < r->shifts; i++) {
        const roster_shift *shift = &r->shift[i];
        if (!is_first_of(r, i))
            continue;
        web_value *row = web_add_object(rows), *cells;
        web_put_text(row, "shift", name_in(page->locale.lang, shift->name, shift->name_ar));
        web_put_text(row, "hours",
                     oq_strf(page->arena, "%.*s–%.*s", OQ_FMT(clock_text(page, shift->starts_min)),
                             OQ_FMT(clock_text(page, shift->starts_min + shift->length_min))));
        web_put_bool(row, "is_on_call", shift->is_on_call);
        cells = web_put_list(row, "cells");
        for (int d = 0; d < DAYS; d++)
            put_cell(page, cells, r, shift->code, shift->is_on_call, today + d);
    }
    web_put_bool(page->view, "has_week", web_count(rows) > 0);
}

/* --- the page -----------------------------------------------------------------------------------*/

/* The site that is asked for, else the first one. */
static oq_err *put_sites(const web_page *page, oq_scope *s, oq_uuid *site_id)
{
    sql_duty_sites_rows sites;
    OQ_TRY(sql_duty_sites(s, &sites));
    web_value *list = web_put_list(page->view, "sites");
    bool is_known = false;
    for (size_t i = 0; i < sites.count; i++)
        is_known = is_known || oq_uuid_eq(sites.at[i].id, *site_id);
    if (!is_known)
        *site_id = sites.count ? sites.at[0].id : OQ_UUID_ZERO;
    for (size_t i = 0; i < sites.count; i++) {
        bool is_current = oq_uuid_eq(sites.at[i].id, *site_id);
        oq_str id = oq_uuid_text(page->arena, sites.at[i].id);
        oq_str name = name_in(page->locale.lang, sites.at[i].name, sites.at[i].name_ar);
        web_add_tab(list, name, oq_strf(page->arena, "/duty?site_id=%.*s", OQ_FMT(id)), is_current);
    }
    web_put(page->view, "tabs", list);
    web_put_bool(page->view, "has_sites", sites.count > 1);
    return NULL;
}

static oq_err *get_page(http_req *rq, oq_scope *s)
{
    duty_query query = {0};
    roster r;
    OQ_TRY(http_query(rq, &query));
    web_page page = web_page_begin(rq, "duty/now", "duty.title", "duty");
    web_page_crumb(&page, web_say(&page, "duty.title"), NULL);
    OQ_TRY(put_sites(&page, s, &query.site_id));
    duty_need need = {.site_id = query.site_id, .at = oq_now(s)};
    OQ_TRY(duty_roster(s, &need, need.at + DAYS * OQ_DAY, &r));
    put_now(&page, &r, query.site_id, need.at);
    put_week(&page, &r, need.at);
    web_put_text(page.view, "zone", r.time_zone);
    return web_page_send(&page);
}

const http_route duty_routes[] = {
    {HTTP_GET, "/duty", CAP_WORK_ORDER_READ, .handle = get_page, .query = duty_query_fields,
     .is_page = true},
    {0},
};
