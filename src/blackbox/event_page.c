/* /events: what happened, and the operators' log. */
#include "blackbox/event_page.h"

#include "blackbox/event_receive.h"
#include "http/request.h"
#include "plant/plant.h"
#include "web/link.h"
#include "web/page.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 100 };

/* What is looked for, and an entry that is being written. */
typedef struct page_form {
    oq_str from, to; /* local time, as the input sends it */
    int event_category, severity;
    oq_str source_system, q, cursor;
    oq_uuid asset_id, site_id;
    oq_str text, asset, done_at;
} page_form;

#define QUERY_ROWS                                                                                 \
    OQ_TEXT(page_form, from, .max = 40, .help = "Local time, or RFC 3339"),                        \
        OQ_TEXT(page_form, to, .max = 40, .help = "Local time, or RFC 3339"),                      \
        OQ_CHOICE(page_form, event_category, event_category_choices),                              \
        OQ_CHOICE(page_form, severity, event_severity_choices),                                    \
        OQ_TEXT(page_form, source_system, .max = EVENT_SYSTEM_MAX),                                \
        OQ_TEXT(page_form, q, .max = 200), OQ_UUID(page_form, asset_id),                           \
        OQ_UUID(page_form, site_id), OQ_TEXT(page_form, cursor, .max = 200)
#define LOG_ROWS(NEED)                                                                             \
    OQ_TEXT(page_form, text, .required = (NEED), .max = EVENT_SUMMARY_MAX),                        \
        OQ_TEXT(page_form, asset, .max = PLANT_CODE_MAX, .help = "Code"),                          \
        OQ_TEXT(page_form, done_at, .max = 40, .help = "Local time; not given: now")

const oq_field event_page_query_fields[] = {QUERY_ROWS, OQ_FIELDS_END};
const oq_field event_page_log_fields[] = {LOG_ROWS(true), OQ_FIELDS_END};
static const oq_field all_fields[] = {QUERY_ROWS, LOG_ROWS(false), OQ_FIELDS_END};

static oq_err *read_moment(http_req *rq, const char *field, oq_str text, oq_us *ret_at)
{
    *ret_at = OQ_TIME_NONE;
    if (!text.len || oq_time_parse(text, ret_at))
        return NULL;
    if (web_local_parse(text, http_who_of(rq)->time_zone, ret_at))
        return oq_fail_field(field, "field.type", "wanted=%s", "time");
    return NULL;
}

/* --- rows ---------------------------------------------------------------------------------------*/

static const char *kind_of(int severity)
{
    return severity >= SEVERITY_MAJOR ? "bad" : severity >= SEVERITY_WARNING ? "warn" : "";
}

static void put_row(const web_page *page, web_value *list, const event *e)
{
    oq_arena *arena = page->arena;
    oq_lang lang = page->locale.lang;
    bool is_arabic = lang == OQ_LANG_AR;
    web_value *v = web_add_object(list);
    web_put_text(v, "id", oq_uuid_text(arena, e->id));
    web_put_text(v, "at", web_format_time_exact(arena, &page->locale, e->event_time));
    web_put_text(v, "at_utc", oq_time_text(arena, e->event_time));
    web_put_badge(
        v, kind_of(e->severity),
        web_choice_label(lang, "severity", oq_choice_text(event_severity_choices, e->severity)));
    web_put_text(v, "category",
                 web_choice_label(lang, "event_category",
                                  oq_choice_text(event_category_choices, e->event_category)));
    web_put_text(v, "summary", is_arabic && e->summary_ar.len ? e->summary_ar : e->summary);
    web_put_text(v, "system", event_system_said(arena, lang, e->source_system));
    web_put_text(v, "source_id", e->source_id);
    web_put_text(v, "asset_code", e->asset_code);
    web_put_text(v, "asset_name",
                 is_arabic && e->asset_name_ar.len ? e->asset_name_ar : e->asset_name);
    web_put_text(v, "asset_href",
                 e->asset_code.len
                     ? oq_strf(arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(arena, e->asset_id)))
                     : OQ_NONE);
    web_put_text(v, "site", is_arabic && e->site_name_ar.len ? e->site_name_ar : e->site_name);
}

/* The program's own parts, and whoever sent what is shown. */
static void put_systems(const web_page *page, const events *found)
{
    web_value *list = web_put_list(page->view, "systems");
    oq_lang lang = page->locale.lang;
    for (const char *const *own = event_own_systems; *own; own++)
        web_add_option(list, oq_cstr(*own), event_system_said(page->arena, lang, oq_cstr(*own)),
                       false);
    for (size_t i = 0; i < found->count; i++) {
        oq_str system = found->at[i].source_system;
        bool is_there = oq_str_starts(system, OQ_STR("OPTRIA_"));
        for (size_t k = 0; k < i && !is_there; k++)
            is_there = oq_str_eq(found->at[k].source_system, system);
        if (!is_there)
            web_add_option(list, system, system, false);
    }
}

/* --- the page -----------------------------------------------------------------------------------*/

static bool is_filtered(const page_form *q)
{
    return q->from.len || q->to.len || q->event_category || q->severity || q->source_system.len ||
           q->q.len || !oq_uuid_is_zero(q->asset_id) || !oq_uuid_is_zero(q->site_id);
}

static oq_str link_to(const web_page *page, page_form q, oq_str cursor)
{
    q.cursor = cursor;
    return web_link(page->arena, "/events", event_page_query_fields, &q);
}

static oq_err *find(http_req *rq, oq_scope *s, const page_form *q, events *ret_events)
{
    event_filter f = {.asset_id = q->asset_id,
                      .site_id = q->site_id,
                      .category = q->event_category,
                      .severity = q->severity,
                      .source_system = q->source_system.len ? q->source_system : OQ_NONE,
                      .q = q->q};
    oq_err *err = read_moment(rq, "from", q->from, &f.from);
    err = oq_err_join(err, read_moment(rq, "to", q->to, &f.to));
    return err ? err : event_find(s, &f, q->cursor, ROWS_PER_PAGE, ret_events);
}

static oq_err *show(http_req *rq, oq_scope *s, const page_form *form, oq_err *err)
{
    events found = {0};
    oq_err *missing = find(rq, s, form, &found);
    if (missing && missing->kind != OQ_INVALID && missing->kind != OQ_MALFORMED)
        return missing;
    err = err ? err : missing;
    web_page page = web_page_begin(rq, "events/list", "events.title", "events");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "events.title"), NULL);
    web_page_form(&page, all_fields, form, err);
    web_put_bool(page.view, "is_filtered", is_filtered(form));
    web_put_bool(page.view, "is_writing", form->text.len || http_method_of(rq) == HTTP_POST);
    web_put_bool(page.view, "has_rows", found.count > 0);
    web_value *list = web_put_list(page.view, "rows");
    for (size_t i = 0; i < found.count; i++)
        put_row(&page, list, &found.at[i]);
    put_systems(&page, &found);
    oq_str text =
        oq_text_count(page.arena, page.locale.lang, OQ_STR("events.rows"), (int64_t)found.count);
    web_put_pager(page.view, text, form->cursor.len ? link_to(&page, *form, OQ_NONE) : OQ_NONE,
                  found.next.len ? link_to(&page, *form, found.next) : OQ_NONE);
    return web_page_send(&page);
}

oq_err *event_page_list(http_req *rq, oq_scope *s)
{
    page_form form = {0};
    oq_err *err = http_query(rq, &form);
    return show(rq, s, &form, err);
}

/* --- the log ------------------------------------------------------------------------------------*/

static oq_err *write_entry(http_req *rq, oq_scope *s, const page_form *form)
{
    event_log_order order = {.text = form->text, .severity = SEVERITY_INFO};
    oq_uuid id;
    OQ_TRY(read_moment(rq, "done_at", form->done_at, &order.event_time));
    if (form->asset.len) {
        asset *found;
        OQ_TRY(asset_find_by_code(s, form->asset, &found));
        if (!found)
            return oq_fail_field("asset", "event.asset_unknown");
        order.asset_id = found->id;
    }
    return event_log(s, &order, &id);
}

oq_err *event_page_log(http_req *rq, oq_scope *s)
{
    page_form form = {0};
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = write_entry(rq, s, &form);
    if (!err) {
        web_toast(rq, "ok", "events.logged");
        http_redirect(rq, OQ_STR("/events"));
        return NULL;
    }
    if (err->kind != OQ_INVALID)
        return err;
    oq_scope *again;
    OQ_TRY(http_scope_again(rq, &again));
    return show(rq, again, &form, err);
}
