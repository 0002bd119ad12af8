/* What people do on the pages of orders: each deed, and the way back. */
#include "workorder/api_orders.h"
#include "workorder/inner.h"
#include "workorder/pages.h"

#include <math.h>

#include "base/banned.h"

/* --- the way back -------------------------------------------------------------------------------*/

static bool is_shown(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_CONFLICT || err->kind == OQ_LIMIT ||
           oq_err_is(err, "work_order.not_yours");
}

/* To `back`, else to the order's page; what went wrong is shown there, and nothing was done. */
static oq_err *go_back(http_req *rq, oq_uuid id, oq_str back, oq_err *err, const char *toast_key)
{
    if (!err) {
        web_toast(rq, "ok", toast_key);
        bool is_ours = oq_str_starts(back, OQ_STR("/work-orders"));
        http_redirect(rq, is_ours ? back : work_path(http_arena(rq), id));
        return NULL;
    }
    if (!is_shown(err))
        return err;
    oq_scope *again;
    OQ_TRY(http_scope_again(rq, &again));
    return work_show(rq, again, id, err);
}

/* --- moving -------------------------------------------------------------------------------------*/

typedef struct move_form {
    int status;
    int64_t version;
    oq_str note, found_cause, back;
    double labour_h, downtime_h;
    int downtime_reason;
} move_form;
static const oq_field move_form_fields[] = {
    OQ_CHOICE(move_form, status, work_order_status_choices, .required = true),
    OQ_I64(move_form, version, .required = true, .min = 1, .max = INT64_MAX),
    OQ_TEXT(move_form, note, .max = WORK_ORDER_NOTE_MAX),
    OQ_F64(move_form, labour_h, .f64_min = 0, .f64_max = 100000),
    OQ_F64(move_form, downtime_h, .f64_min = 0, .f64_max = 100000),
    OQ_CHOICE(move_form, downtime_reason, downtime_reason_choices),
    OQ_TEXT(move_form, found_cause, .max = 300),
    OQ_TEXT(move_form, back, .max = 500),
    OQ_FIELDS_END,
};

static oq_err *post_status(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    move_form form;
    work_order *o;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err) {
        work_order_move move = {
            .status = form.status,
            .version = form.version,
            .note = form.note,
            .labour_h = form.labour_h,
            .downtime_h = form.downtime_h,
            .downtime_reason = form.downtime_reason,
            .found_cause = form.found_cause,
        };
        err = work_order_set_status(s, id, &move, &o);
    }
    return go_back(rq, id, form.back, err, "work.moved");
}

static oq_err *post_acknowledge(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return go_back(rq, id, OQ_NONE, work_order_acknowledge(s, id, &o), "work.acknowledged");
}

static oq_err *post_assign(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_assign_form form;
    work_order *o;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = work_order_assign(s, id, form.version, form.user_id, form.note, &o);
    return go_back(rq, id, OQ_NONE, err, "work.assigned_toast");
}

/* --- what travels with it -----------------------------------------------------------------------*/

static oq_err *post_note(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_note_form form;
    work_order_note *note;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = work_order_add_note(s, id, form.text, &note);
    return go_back(rq, id, OQ_NONE, err, "work.noted");
}

static oq_err *post_check(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_check_order order;
    work_order_check *check;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = work_order_add_check(s, id, &order, &check);
    return go_back(rq, id, OQ_NONE, err, "work.check_added");
}

static oq_err *post_answer(http_req *rq, oq_scope *s)
{
    oq_uuid id, check_id;
    work_order_check_answer answer;
    work_order_check *check = NULL;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_path_uuid(rq, "check_id", &check_id));
    oq_err *err = http_body(rq, &answer);
    if (!err)
        err = work_order_answer(s, id, check_id, &answer, &check);
    bool has_order = !err && answer.result == CHECK_FAILED && check->follow_up_number.len;
    oq_str back = oq_strf(http_arena(rq), "%.*s#check-%.*s", OQ_FMT(work_path(http_arena(rq), id)),
                          OQ_FMT(oq_uuid_text(http_arena(rq), check_id)));
    return go_back(rq, id, back, err, has_order ? "work.follow_up_made" : "work.checked");
}

static oq_err *post_part(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_part form, *part;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = work_order_add_part(s, id, &form, &part);
    return go_back(rq, id, OQ_NONE, err, "work.part_added");
}

static oq_err *post_part_removal(http_req *rq, oq_scope *s)
{
    oq_uuid id, part_id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_path_uuid(rq, "part_id", &part_id));
    return go_back(rq, id, OQ_NONE, work_order_remove_part(s, id, part_id, OQ_I64_NONE),
                   "work.part_removed");
}

typedef struct befores_form {
    oq_str orders; /* numbers, with commas or blanks between */
} befores_form;
static const oq_field befores_form_fields[] = {
    OQ_TEXT(befores_form, orders, .max = 2000),
    OQ_FIELDS_END,
};

static oq_strs numbers_of(oq_arena *arena, oq_str text)
{
    oq_strs list = {oq_new_n(arena, oq_str, text.len + 1), 0};
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        while (at < text.len && !strchr(" ,;\t\r\n", text.ptr[at]))
            at++;
        if (at > from)
            list.at[list.count++] = oq_str_sub(text, from, at - from);
        at++;
    }
    return list;
}

static oq_err *post_befores(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    befores_form form;
    work_order_befores befores;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = work_order_set_befores(s, id, numbers_of(http_arena(rq), form.orders), &befores);
    return go_back(rq, id, OQ_NONE, err, "work.befores_set");
}

/* --- routes -------------------------------------------------------------------------------------*/

#define PAGE "/work-orders/{id}"
#define READ CAP_WORK_ORDER_READ
#define WORK CAP_WORK_ORDER_WORK
#define PLAN CAP_WORK_ORDER_MANAGE

const http_route work_order_page_routes[] = {
    {HTTP_GET, "/work-orders", READ, .handle = work_page_list, .query = work_order_query_fields,
     .is_page = true},
    /* Writes: the export is itself audited. */
    {HTTP_GET, "/work-orders.csv", READ, .handle = work_page_file, .query = work_order_query_fields,
     .is_page = true, .writes = true, .limit_s = 120},
    {HTTP_GET, "/work-orders/board", READ, .handle = work_page_board,
     .query = work_board_query_fields, .is_page = true},
    {HTTP_GET, "/work-orders/new", PLAN, .handle = work_page_new, .query = work_new_query_fields,
     .is_page = true},
    {HTTP_POST, "/work-orders/new", PLAN, .handle = work_page_add, .body = work_new_form_fields,
     .is_page = true},
    {HTTP_GET, PAGE, READ, .handle = work_page_one, .is_page = true},
    {HTTP_GET, PAGE "/edit", PLAN, .handle = work_page_edit, .is_page = true},
    {HTTP_POST, PAGE "/edit", PLAN, .handle = work_page_change, .body = work_edit_form_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/status", WORK, .handle = post_status, .body = move_form_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/acknowledge", WORK, .handle = post_acknowledge, .is_page = true},
    {HTTP_POST, PAGE "/assign", PLAN, .handle = post_assign, .body = work_order_assign_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/notes", WORK, .handle = post_note, .body = work_order_note_form_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/checks", WORK, .handle = post_check, .body = work_order_check_order_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/checks/{check_id}", WORK, .handle = post_answer,
     .body = work_order_answer_fields, .is_page = true},
    {HTTP_POST, PAGE "/parts", WORK, .handle = post_part, .body = work_order_part_form_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/before", PLAN, .handle = post_befores, .body = befores_form_fields,
     .is_page = true},
    {HTTP_POST, PAGE "/parts/{part_id}/delete", WORK, .handle = post_part_removal, .is_page = true},
    {0},
};
