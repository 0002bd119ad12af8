/* /work-orders/new and /work-orders/{id}/edit: what a planner writes. */
#include "plant/plant.h"
#include "web/parts.h"
#include "workorder/inner.h"
#include "workorder/pages.h"

#include "list.sql.h"

#include "base/banned.h"

/* --- a new order --------------------------------------------------------------------------------*/

/* As people write it: the asset by its code, the moment by the clock, the checklist line by line.
 */
typedef struct new_form {
    oq_str asset, title, title_ar, description, due, checks;
    int kind, priority;
    oq_uuid assigned_user_id;
    double planned_h;
    bool needs_approval;
} new_form;
const oq_field work_new_form_fields[] = {
    OQ_TEXT(new_form, title, .required = true, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(new_form, title_ar, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(new_form, asset, .max = PLANT_CODE_MAX),
    OQ_TEXT(new_form, description, .max = WORK_ORDER_TEXT_MAX),
    OQ_CHOICE(new_form, kind, work_order_kind_choices, .preset = "corrective"),
    OQ_CHOICE(new_form, priority, work_order_priority_choices, .preset = "medium"),
    OQ_TEXT(new_form, due, .max = 40),
    OQ_F64(new_form, planned_h, .f64_min = 0, .f64_max = 100000),
    OQ_UUID(new_form, assigned_user_id),
    OQ_TEXT(new_form, checks, .max = 20000),
    OQ_BOOL(new_form, needs_approval),
    OQ_FIELDS_END,
};

typedef struct new_query {
    oq_str asset;
} new_query;
const oq_field work_new_query_fields[] = {OQ_TEXT(new_query, asset, .max = PLANT_CODE_MAX),
                                          OQ_FIELDS_END};

static oq_err *show_new(http_req *rq, oq_scope *s, const new_form *form, const oq_err *err)
{
    sql_work_order_assets_rows known;
    web_page page = web_page_begin(rq, "work/new", "work.new_title", "work_orders");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "work.title"), "/work-orders");
    web_page_crumb(&page, web_say(&page, "work.new_title"), NULL);
    web_page_form(&page, work_new_form_fields, form, err);
    OQ_TRY(work_put_people(&page, s, form->assigned_user_id));
    OQ_TRY(sql_work_order_assets(s, &known));
    web_value *list = web_put_list(page.view, "assets_list");
    for (size_t i = 0; i < known.count; i++)
        web_add_option(list, known.at[i].code,
                       work_text(page.locale.lang, known.at[i].name, known.at[i].name_ar), false);
    return web_page_send(&page);
}

oq_err *work_page_new(http_req *rq, oq_scope *s)
{
    new_query query = {0};
    new_form form;
    OQ_TRY(http_query(rq, &query));
    oq_fields_preset(http_arena(rq), work_new_form_fields, &form);
    form.asset = query.asset;
    return show_new(rq, s, &form, NULL);
}

static oq_err *find_asset(oq_scope *s, oq_str code, oq_uuid *ret_id)
{
    asset *found = NULL;
    *ret_id = OQ_UUID_ZERO;
    if (!code.len)
        return NULL;
    OQ_TRY(asset_find_by_code(s, code, &found));
    if (!found)
        return oq_fail_field("asset", "work_order.asset_unknown");
    *ret_id = found->id;
    return NULL;
}

static oq_err *local_time(const http_req *rq, const char *field, oq_str text, oq_us *ret_at)
{
    *ret_at = OQ_TIME_NONE;
    if (text.len && web_local_parse(text, http_who_of(rq)->time_zone, ret_at))
        return oq_fail_field(field, "format.local_malformed");
    return NULL;
}

static size_t read_checks(oq_arena *arena, oq_str text, work_order_check_order **ret_check)
{
    oq_str line;
    size_t count = 0;
    *ret_check = oq_new_n(arena, work_order_check_order, text.len / 2 + 1);
    while (oq_str_cut(&text, '\n', &line)) {
        line = oq_str_trim(line);
        if (line.len)
            (*ret_check)[count++].text = oq_str_sub(line, 0, 300);
    }
    return count;
}

static oq_err *add(http_req *rq, oq_scope *s, const new_form *form, work_order **ret_order)
{
    work_order_check_order *check;
    work_order_order order = {
        .source = OQ_STR("MANUAL"),
        .title = form->title,
        .title_ar = form->title_ar,
        .description = form->description,
        .kind = form->kind,
        .priority = form->priority,
        .status = form->needs_approval ? WORK_PENDING_APPROVAL : WORK_OPEN,
        .planned_h = form->planned_h,
        .assigned_user_id = form->assigned_user_id,
    };
    OQ_TRY(find_asset(s, form->asset, &order.asset_id));
    OQ_TRY(local_time(rq, "due", form->due, &order.due_at));
    order.checks = read_checks(http_arena(rq), form->checks, &check);
    order.check = check;
    return work_order_create(s, &order, ret_order, NULL);
}

static bool is_shown(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_CONFLICT;
}

oq_err *work_page_add(http_req *rq, oq_scope *s)
{
    new_form form;
    work_order *made;
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = add(rq, s, &form, &made);
    if (!err) {
        web_toast(rq, "ok", "work.made");
        http_redirect(rq, work_path(http_arena(rq), made->id));
        return NULL;
    }
    if (!is_shown(err))
        return err;
    oq_scope *again;
    OQ_TRY(http_scope_again(rq, &again));
    return show_new(rq, again, &form, err);
}

/* --- one that is there --------------------------------------------------------------------------*/

typedef struct edit_form {
    oq_str title, title_ar, description, description_ar, due, begin;
    int kind, priority;
    double planned_h;
    int64_t version;
} edit_form;
const oq_field work_edit_form_fields[] = {
    OQ_TEXT(edit_form, title, .required = true, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(edit_form, title_ar, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(edit_form, description, .max = WORK_ORDER_TEXT_MAX),
    OQ_TEXT(edit_form, description_ar, .max = WORK_ORDER_TEXT_MAX),
    OQ_CHOICE(edit_form, kind, work_order_kind_choices, .required = true),
    OQ_CHOICE(edit_form, priority, work_order_priority_choices, .required = true),
    OQ_TEXT(edit_form, due, .max = 40),
    OQ_TEXT(edit_form, begin, .max = 40),
    OQ_F64(edit_form, planned_h, .f64_min = 0, .f64_max = 100000),
    OQ_I64(edit_form, version, .required = true, .min = 1, .max = INT64_MAX),
    OQ_FIELDS_END,
};

static oq_err *show_edit(http_req *rq, const work_order *o, const edit_form *form,
                         const oq_err *err)
{
    web_page page = web_page_begin(rq, "work/edit", "work.edit_title", "work_orders");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "work.title"), "/work-orders");
    web_page_crumb(&page, o->number, work_path(page.arena, o->id).ptr);
    web_page_crumb(&page, web_say(&page, "work.edit_title"), NULL);
    web_page_form(&page, work_edit_form_fields, form, err);
    web_put_text(page.view, "href", work_path(page.arena, o->id));
    web_put_text(page.view, "version", oq_strf(page.arena, "%lld", (long long)form->version));
    return web_page_send(&page);
}

oq_err *work_page_edit(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    oq_str zone = http_who_of(rq)->time_zone;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(work_order_get_going(s, id, &o));
    edit_form form = {
        .title = o->title,
        .title_ar = o->title_ar,
        .description = o->description,
        .description_ar = o->description_ar,
        .due = web_local_text(http_arena(rq), o->due_at, zone),
        .begin = web_local_text(http_arena(rq), o->planned_from, zone),
        .kind = o->kind,
        .priority = o->priority,
        .planned_h = o->planned_h,
        .version = o->version,
    };
    return show_edit(rq, o, &form, NULL);
}

static oq_err *change(http_req *rq, oq_scope *s, oq_uuid id, const edit_form *form)
{
    work_order *after;
    work_order_edit edit = {
        .title = form->title,
        .title_ar = form->title_ar,
        .description = form->description,
        .description_ar = form->description_ar,
        .kind = form->kind,
        .priority = form->priority,
        .planned_h = form->planned_h,
        .version = form->version,
    };
    OQ_TRY(local_time(rq, "due", form->due, &edit.due_at));
    OQ_TRY(local_time(rq, "begin", form->begin, &edit.planned_from));
    return work_order_change(s, id, &edit, &after);
}

oq_err *work_page_change(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    edit_form form;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(work_order_get(s, id, &o));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = change(rq, s, id, &form);
    if (!err) {
        web_toast(rq, "ok", "work.changed_toast");
        http_redirect(rq, work_path(http_arena(rq), id));
        return NULL;
    }
    if (!is_shown(err))
        return err;
    oq_scope *again;
    OQ_TRY(http_scope_again(rq, &again));
    OQ_TRY(work_order_get(again, id, &o));
    return show_edit(rq, o, &form, err);
}
