/* /work-orders/{id}: an order with all that travels with it. */
#include "web/parts.h"
#include "workorder/inner.h"
#include "workorder/page_why.h"
#include "workorder/pages.h"

#include <math.h>

typedef struct work_order_around {
    oq_str asset_code, asset_name, asset_name_ar, site_name, site_name_ar, time_zone;
    oq_str component_name, component_name_ar, assigned_name, mode_name, mode_name_ar;
    oq_str created_name, approved_name, incident_title, incident_title_ar;
    int64_t incident_number;
    bool is_assignee_active, is_awaited;
    oq_uuid class_id;
} work_order_around;
static const oq_field work_order_around_fields[] = {
    OQ_TEXT(work_order_around, asset_code),         OQ_TEXT(work_order_around, asset_name),
    OQ_TEXT(work_order_around, asset_name_ar),      OQ_TEXT(work_order_around, site_name),
    OQ_TEXT(work_order_around, site_name_ar),       OQ_TEXT(work_order_around, time_zone),
    OQ_TEXT(work_order_around, component_name),     OQ_TEXT(work_order_around, component_name_ar),
    OQ_TEXT(work_order_around, assigned_name),      OQ_TEXT(work_order_around, mode_name),
    OQ_TEXT(work_order_around, mode_name_ar),       OQ_TEXT(work_order_around, created_name),
    OQ_TEXT(work_order_around, approved_name),      OQ_TEXT(work_order_around, incident_title),
    OQ_TEXT(work_order_around, incident_title_ar),  OQ_I64(work_order_around, incident_number),
    OQ_BOOL(work_order_around, is_assignee_active), OQ_BOOL(work_order_around, is_awaited),
    OQ_UUID(work_order_around, class_id),           OQ_FIELDS_END,
};

#include "page.sql.h"

#include "base/banned.h"

/* A person by name, a job by what it does, a machine by its token's name. */
static oq_str who(const web_page *page, oq_str name, oq_str label)
{
    oq_str key = oq_strf(page->arena, "job.kind.%.*s", OQ_FMT(label));
    if (name.len)
        return name;
    return oq_text_exists(page->locale.lang, key) ? oq_text(page->locale.lang, key) : label;
}

/* --- facts --------------------------------------------------------------------------------------*/

static web_value *add_fact(const web_page *page, web_value *list, const char *label_key,
                           oq_str value)
{
    if (!value.len)
        return NULL;
    web_value *fact = web_add_object(list);
    web_put_text(fact, "label", web_say(page, label_key));
    web_put_text(fact, "value", value);
    web_put_text(fact, "href", OQ_NONE);
    web_put_bool(fact, "is_code", false);
    return fact;
}

static void add_time(const web_page *page, web_value *list, const char *label_key, oq_us at)
{
    if (at != OQ_TIME_NONE)
        add_fact(page, list, label_key, web_format_time(page->arena, &page->locale, at));
}

static void add_hours(const web_page *page, web_value *list, const char *label_key, double h)
{
    if (!isnan(h))
        add_fact(page, list, label_key,
                 web_format_duration(page->arena, &page->locale, (oq_us)(h * 3600e6)));
}

static oq_str asset_text(const web_page *page, const work_order_around *x)
{
    oq_str name = work_text(page->locale.lang, x->asset_name, x->asset_name_ar);
    return x->asset_code.len
               ? oq_strf(page->arena, "%.*s · %.*s", OQ_FMT(x->asset_code), OQ_FMT(name))
               : OQ_NONE;
}

/* Gives the list, for what is added to it. */
static web_value *put_facts(const web_page *page, const work_order *o, const work_order_around *x)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "facts"), *fact;
    fact = add_fact(page, list, "work.asset", asset_text(page, x));
    if (fact)
        web_put_text(
            fact, "href",
            oq_strf(page->arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(page->arena, o->asset_id))));
    add_fact(page, list, "work.component",
             work_text(lang, x->component_name, x->component_name_ar));
    add_fact(page, list, "work.site", work_text(lang, x->site_name, x->site_name_ar));
    add_fact(page, list, "work.mode", work_text(lang, x->mode_name, x->mode_name_ar));
    add_fact(page, list, "work.kind",
             web_choice_label(lang, "work_order_kind",
                              oq_choice_text(work_order_kind_choices, o->kind)));
    add_time(page, list, "work.due", o->due_at);
    add_time(page, list, "work.planned_from", o->planned_from);
    add_hours(page, list, "work.planned_h", o->planned_h);
    add_time(page, list, "work.started", o->started_at);
    add_time(page, list, "work.finished", o->finished_at);
    add_time(page, list, "work.closed", o->closed_at);
    add_hours(page, list, "work.labour_h", o->labour_h);
    add_hours(page, list, "work.downtime_h", o->downtime_h);
    if (o->downtime_reason.len)
        add_fact(
            page, list, "work.downtime_reason",
            web_choice_label(lang, "downtime_reason", oq_str_c(page->arena, o->downtime_reason)));
    add_fact(page, list, "work.found_cause", o->found_cause);
    add_fact(page, list, "work.approved_by", x->approved_name);
    add_fact(page, list, "work.source",
             oq_text_exists(lang, oq_strf(page->arena, "work.source.%.*s", OQ_FMT(o->source)))
                 ? oq_text(lang, oq_strf(page->arena, "work.source.%.*s", OQ_FMT(o->source)))
                 : o->source);
    add_fact(page, list, "work.created_by", who(page, x->created_name, o->created_by));
    add_time(page, list, "work.created", o->created_at);
    return list;
}

/* Orders of incidents that became one. Who sees their own orders alone reads the number. */
static oq_err *put_joined(const web_page *page, oq_scope *s, const work_order *o, web_value *list)
{
    sql_work_order_joined_rows rows;
    OQ_TRY(sql_work_order_joined(s, (sql_work_order_joined_args){o->id, o->joined_to_id}, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        bool is_other = oq_uuid_eq(rows.at[i].id, o->joined_to_id);
        web_value *fact =
            add_fact(page, list, is_other ? "work_order.joined_to" : "work_order.joined_from",
                     rows.at[i].number);
        if (oq_uuid_is_zero(work_order_only_user(s)))
            web_put_text(fact, "href",
                         oq_strf(page->arena, "/work-orders/%.*s",
                                 OQ_FMT(oq_uuid_text(page->arena, rows.at[i].id))));
    }
    return NULL;
}

/* --- what travels with it -----------------------------------------------------------------------*/

static oq_err *put_notes(const web_page *page, oq_scope *s, oq_uuid id)
{
    work_order_notes notes;
    OQ_TRY(work_order_notes_of(s, id, &notes));
    web_value *list = web_put_list(page->view, "notes");
    for (size_t i = 0; i < notes.count; i++) {
        const work_order_note *n = &notes.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "text", n->text);
        web_put_text(row, "who", who(page, n->made_by_name, n->made_by));
        web_put_text(row, "at", web_format_time(page->arena, &page->locale, n->made_at));
    }
    return NULL;
}

static void put_results(const web_page *page, web_value *row, int result)
{
    static const char *const icon[] = {
        [CHECK_PASSED] = "check", [CHECK_FAILED] = "close", [CHECK_NOT_APPLICABLE] = "minus"};
    web_value *list = web_put_list(row, "results");
    for (const oq_choice *c = check_result_choices; c->text; c++) {
        web_value *button = web_add_object(list);
        web_put_cstr(button, "value", c->text);
        web_put_cstr(button, "icon", icon[c->value]);
        web_put_text(button, "label", web_choice_label(page->locale.lang, "check_result", c->text));
        web_put_bool(button, "is_chosen", c->value == result);
    }
}

static oq_err *put_checks(const web_page *page, oq_scope *s, oq_uuid id)
{
    work_order_checks checks;
    int64_t open = 0;
    OQ_TRY(work_order_checks_of(s, id, &checks));
    web_value *list = web_put_list(page->view, "checks");
    for (size_t i = 0; i < checks.count; i++) {
        const work_order_check *c = &checks.at[i];
        web_value *row = web_add_object(list);
        open += !c->result;
        web_put_text(row, "id", oq_uuid_text(page->arena, c->id));
        web_put_text(row, "version", oq_strf(page->arena, "%lld", (long long)c->version));
        web_put_text(row, "text", work_text(page->locale.lang, c->text, c->text_ar));
        web_put_text(row, "note", c->note);
        web_put_bool(row, "is_failed", c->result == CHECK_FAILED);
        web_put_text(row, "result",
                     c->result ? web_choice_label(page->locale.lang, "check_result",
                                                  oq_choice_text(check_result_choices, c->result))
                               : OQ_NONE);
        web_put_text(row, "who", who(page, c->done_by_name, c->done_by));
        web_put_text(row, "at",
                     c->done_at == OQ_TIME_NONE
                         ? OQ_NONE
                         : web_format_time(page->arena, &page->locale, c->done_at));
        web_put_text(row, "follow_up", c->follow_up_number);
        web_put_text(row, "follow_up_href",
                     oq_uuid_is_zero(c->follow_up_id) ? OQ_NONE
                                                      : work_path(page->arena, c->follow_up_id));
        put_results(page, row, c->result);
    }
    web_put_bool(page->view, "has_checks", checks.count > 0);
    web_put_text(
        page->view, "checks_open",
        open ? oq_text_count(page->arena, page->locale.lang, OQ_STR("work.checks_open"), open)
             : OQ_NONE);
    return NULL;
}

static oq_err *put_parts(const web_page *page, oq_scope *s, oq_uuid id)
{
    work_order_parts parts;
    OQ_TRY(work_order_parts_of(s, id, &parts));
    web_value *list = web_put_list(page->view, "parts");
    for (size_t i = 0; i < parts.count; i++) {
        const work_order_part *p = &parts.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "id", oq_uuid_text(page->arena, p->id));
        web_put_text(row, "name", p->name);
        web_put_text(row, "part_number", p->part_number);
        web_put_text(row, "quantity",
                     web_format_quantity(page->arena, &page->locale, p->quantity, 3, p->unit));
        const char *availability = oq_choice_text(part_availability_choices, p->availability);
        web_put_badge(row, p->availability == PART_MISSING ? "warn" : "",
                      web_choice_label(page->locale.lang, "part_availability", availability));
    }
    web_put_bool(page->view, "has_parts", parts.count > 0);
    return NULL;
}

/* What must be done before, as links and as the form's text. */
static oq_err *put_befores(const web_page *page, oq_scope *s, oq_uuid id)
{
    work_order_befores befores;
    oq_str text = OQ_STR("");
    OQ_TRY(work_order_befores_of(s, id, &befores));
    web_value *list = web_put_list(page->view, "befores");
    for (size_t i = 0; i < befores.count; i++) {
        const work_order_before *b = &befores.at[i];
        web_value *row = web_add_object(list);
        bool is_over = b->status == WORK_DONE || b->status == WORK_CLOSED;
        web_put_text(row, "number", b->number);
        web_put_text(row, "title", work_text(page->locale.lang, b->title, b->title_ar));
        web_put_text(row, "href", work_path(page->arena, b->id));
        web_put_badge(row, is_over ? "ok" : "",
                      web_choice_label(page->locale.lang, "work_order_status",
                                       oq_choice_text(work_order_status_choices, b->status)));
        text = oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(text), i ? ", " : "", OQ_FMT(b->number));
    }
    web_put_bool(page->view, "has_befores", befores.count > 0);
    web_put_text(page->view, "befores_text", text);
    return NULL;
}

static oq_err *put_files(const web_page *page, oq_scope *s, oq_uuid id)
{
    work_order_files files;
    OQ_TRY(work_order_files_of(s, id, &files));
    web_value *list = web_put_list(page->view, "files");
    oq_str order_id = oq_uuid_text(page->arena, id);
    for (size_t i = 0; i < files.count; i++) {
        const work_order_file *f = &files.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "name", f->name);
        web_put_text(row, "href",
                     oq_strf(page->arena, "/api/work-orders/%.*s/files/%.*s", OQ_FMT(order_id),
                             OQ_FMT(oq_uuid_text(page->arena, f->id))));
        web_put_text(row, "size", web_format_bytes(page->arena, &page->locale, f->bytes));
        web_put_text(row, "who", who(page, f->made_by_name, f->made_by));
        web_put_text(row, "at", web_format_time(page->arena, &page->locale, f->made_at));
    }
    web_put_bool(page->view, "has_files", files.count > 0);
    return NULL;
}

static oq_err *put_steps(const web_page *page, oq_scope *s, oq_uuid id)
{
    work_order_steps steps;
    OQ_TRY(work_order_steps_of(s, id, &steps));
    web_value *list = web_put_list(page->view, "steps");
    for (size_t i = steps.count; i > 0; i--) {
        const work_order_step *p = &steps.at[i - 1];
        web_value *row = web_add_object(list);
        web_put_text(row, "status",
                     web_choice_label(page->locale.lang, "work_order_status",
                                      oq_choice_text(work_order_status_choices, p->status)));
        web_put_text(row, "note", p->note);
        web_put_text(row, "who", who(page, p->made_by_name, p->made_by));
        web_put_text(row, "at", web_format_time(page->arena, &page->locale, p->made_at));
    }
    return NULL;
}

/* What a machine stood still for, and what was found: asked for when it is done or closed. */
static oq_err *put_closing(const web_page *page, oq_scope *s, const work_order *o,
                           const work_order_around *x)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "reasons");
    for (const oq_choice *c = downtime_reason_choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text), web_choice_label(lang, "downtime_reason", c->text),
                       oq_str_eq(o->downtime_reason, oq_cstr(c->text)));
    sql_work_order_causes_rows causes = {0};
    if (!oq_uuid_is_zero(o->asset_id))
        OQ_TRY(sql_work_order_causes(s, (sql_work_order_causes_args){o->asset_id, x->class_id},
                                     &causes));
    list = web_put_list(page->view, "causes");
    for (size_t i = 0; i < causes.count; i++)
        web_add_option(list, causes.at[i].code,
                       work_text(lang, causes.at[i].name, causes.at[i].name_ar), false);
    web_put_text(page->view, "found_cause", o->found_cause);
    web_put_text(page->view, "labour_h",
                 isnan(o->labour_h) ? OQ_NONE : oq_strf(page->arena, "%g", o->labour_h));
    web_put_text(page->view, "downtime_h",
                 isnan(o->downtime_h) ? OQ_NONE : oq_strf(page->arena, "%g", o->downtime_h));
    return NULL;
}

/* --- the page -----------------------------------------------------------------------------------*/

static void put_head(const web_page *page, const oq_scope *s, const work_order *o,
                     const work_order_around *x, oq_us now)
{
    oq_uuid me = work_order_person_of(s);
    bool is_mine = !oq_uuid_is_zero(me) && oq_uuid_eq(me, o->assigned_user_id);
    web_put_text(page->view, "id", oq_uuid_text(page->arena, o->id));
    web_put_text(page->view, "order_id", oq_uuid_text(page->arena, o->id)); /* inside its lists */
    web_put_text(page->view, "number", o->number);
    web_put_text(page->view, "version", oq_strf(page->arena, "%lld", (long long)o->version));
    web_put_text(page->view, "description",
                 work_text(page->locale.lang, o->description, o->description_ar));
    work_put_badges(page, page->view, o->status, o->priority);
    work_put_due(page, page->view, o->status, o->due_at, now);
    work_put_moves(page, page->view, s, o);
    web_put_bool(page->view, "can_work", work_order_may_work(s, o));
    web_put_bool(page->view, "can_note",
                 o->status != WORK_CLOSED && o->status != WORK_CANCELLED &&
                     oq_caps_have(oq_scope_actor(s)->caps, CAP_WORK_ORDER_WORK));
    web_put_bool(page->view, "can_plan",
                 o->status != WORK_CLOSED && o->status != WORK_CANCELLED &&
                     oq_caps_have(oq_scope_actor(s)->caps, CAP_WORK_ORDER_MANAGE));
    web_put_bool(page->view, "can_acknowledge", x->is_awaited && o->status == WORK_OPEN && is_mine);
    web_put_text(page->view, "assigned", x->assigned_name);
    web_put_bool(page->view, "is_gone", x->assigned_name.len && !x->is_assignee_active);
    web_put_text(page->view, "incident",
                 oq_uuid_is_zero(o->incident_id)
                     ? OQ_NONE
                     : oq_strf(page->arena, "INC-%lld", (long long)x->incident_number));
    web_put_text(page->view, "incident_title",
                 work_text(page->locale.lang, x->incident_title, x->incident_title_ar));
    web_put_text(page->view, "incident_href",
                 oq_strf(page->arena, "/blackbox/incidents/%.*s",
                         OQ_FMT(oq_uuid_text(page->arena, o->incident_id))));
}

oq_err *work_show(http_req *rq, oq_scope *s, oq_uuid id, const oq_err *err)
{
    work_order *o;
    sql_work_order_around_rows around;
    OQ_TRY(work_order_get(s, id, &o));
    OQ_TRY(sql_work_order_around(s, (sql_work_order_around_args){id}, &around));
    web_page page = web_page_begin(rq, "work/one", "work.title", "work_orders");
    page.title = work_text(page.locale.lang, o->title, o->title_ar);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "work.title"), "/work-orders");
    web_page_crumb(&page, o->number, NULL);
    web_put_text(page.view, "form_error",
                 err ? oq_err_sentence(page.arena, page.locale.lang, err) : OQ_NONE);
    put_head(&page, s, o, around.at, oq_now(s));
    OQ_TRY(put_joined(&page, s, o, put_facts(&page, o, around.at)));
    OQ_TRY(work_put_why(&page, o));
    OQ_TRY(work_put_evidence(&page, o));
    web_put_bool(page.view, "has_passed", web_count(web_get(page.view, OQ_STR("passed"))) > 0);
    web_put_bool(page.view, "has_evidence",
                 web_count(web_get(page.view, OQ_STR("evidence"))) > 0 ||
                     !oq_uuid_is_zero(o->incident_id));
    OQ_TRY(put_checks(&page, s, id));
    OQ_TRY(put_notes(&page, s, id));
    OQ_TRY(put_parts(&page, s, id));
    OQ_TRY(put_befores(&page, s, id));
    OQ_TRY(put_files(&page, s, id));
    OQ_TRY(put_steps(&page, s, id));
    OQ_TRY(put_closing(&page, s, o, around.at));
    OQ_TRY(work_put_people(&page, s, o->assigned_user_id));
    return web_page_send(&page);
}

oq_err *work_page_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return work_show(rq, s, id, NULL);
}
