/* /api/work-orders */
#include "http/request.h"
#include "workorder/api_orders.h"
#include "workorder/inner.h"
#include "workorder/list.h"
#include "workorder/work.h"

#include <math.h>

#include "base/banned.h"

/* --- lists --------------------------------------------------------------------------------------*/

static oq_err *get_list(http_req *rq, oq_scope *s)
{
    work_order_query query;
    work_order_rows rows;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(work_order_list(s, &query, (size_t)query.limit + 1, &rows));
    oq_str next = OQ_NONE;
    if (rows.count > (size_t)query.limit) {
        rows.count = (size_t)query.limit;
        const work_order_row *last = &rows.at[rows.count - 1];
        next = http_cursor_make(http_arena(rq), last->created_at, last->id);
    }
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, next);
    return NULL;
}

static oq_err *get_counts(http_req *rq, oq_scope *s)
{
    work_order_query query = {0};
    work_order_counts counts;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(work_order_count(s, &query, &counts));
    http_answer_record(rq, 0, &counts);
    return NULL;
}

/* --- one order ----------------------------------------------------------------------------------*/

static oq_err *get_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(work_order_get(s, id, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

static oq_err *post_order(http_req *rq, oq_scope *s)
{
    work_order_form form;
    work_order *o;
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(work_order_from_form(s, &form, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

static oq_err *patch_order(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    work_order_edit edit;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(work_order_get(s, id, &o));
    work_order_edit_of(o, &edit);
    edit.version = 0; /* has to be given */
    OQ_TRY(http_body_over(rq, &edit));
    OQ_TRY(work_order_change(s, id, &edit, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

static oq_err *post_status(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    work_order_move move;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &move));
    OQ_TRY(work_order_set_status(s, id, &move, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

static oq_err *post_assign(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    work_order_assign_form form;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(work_order_assign(s, id, form.version, form.user_id, form.note, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

static oq_err *post_approve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    work_order_approve_form form;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &form));
    work_order_move move = {
        .status = form.refuse ? WORK_CANCELLED : WORK_OPEN,
        .version = form.version,
        .note = form.note,
        .labour_h = (double)NAN,
        .downtime_h = (double)NAN,
    };
    OQ_TRY(work_order_set_status(s, id, &move, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

static oq_err *post_acknowledge(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *o;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(work_order_acknowledge(s, id, &o));
    http_answer_record(rq, 0, o);
    return NULL;
}

/* --- what travels with it -----------------------------------------------------------------------*/

/* All that an order has of a kind. */
#define LIST_OF(name, type, find)                                                                  \
    static oq_err *name(http_req *rq, oq_scope *s)                                                 \
    {                                                                                              \
        oq_uuid id;                                                                                \
        type list;                                                                                 \
        OQ_TRY(http_path_uuid(rq, "id", &id));                                                     \
        OQ_TRY(find(s, id, &list));                                                                \
        http_answer_list(rq, list.at, sizeof *list.at, list.count, OQ_NONE);                       \
        return NULL;                                                                               \
    }
LIST_OF(get_notes, work_order_notes, work_order_notes_of)
LIST_OF(get_checks, work_order_checks, work_order_checks_of)
LIST_OF(get_parts, work_order_parts, work_order_parts_of)
LIST_OF(get_befores, work_order_befores, work_order_befores_of)
LIST_OF(get_steps, work_order_steps, work_order_steps_of)
LIST_OF(get_files, work_order_files, work_order_files_of)

static oq_err *post_note(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_note_form form;
    work_order_note *note;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(work_order_add_note(s, id, form.text, &note));
    http_answer_record(rq, 0, note);
    return NULL;
}

static oq_err *post_check(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_check_order order;
    work_order_check *check;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(work_order_add_check(s, id, &order, &check));
    http_answer_record(rq, 0, check);
    return NULL;
}

static oq_err *post_answer(http_req *rq, oq_scope *s)
{
    oq_uuid id, check_id;
    work_order_check_answer answer;
    work_order_check *check;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_path_uuid(rq, "check_id", &check_id));
    OQ_TRY(http_body(rq, &answer));
    OQ_TRY(work_order_answer(s, id, check_id, &answer, &check));
    http_answer_record(rq, 0, check);
    return NULL;
}

static oq_err *post_part(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_part form, *part;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(work_order_add_part(s, id, &form, &part));
    http_answer_record(rq, 0, part);
    return NULL;
}

static oq_err *put_part(http_req *rq, oq_scope *s)
{
    oq_uuid id, part_id;
    work_order_part form, *part;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_path_uuid(rq, "part_id", &part_id));
    OQ_TRY(http_body(rq, &form));
    form.id = part_id;
    OQ_TRY(work_order_set_part(s, id, &form, &part));
    http_answer_record(rq, 0, part);
    return NULL;
}

static oq_err *delete_part(http_req *rq, oq_scope *s)
{
    oq_uuid id, part_id;
    work_order_version_query query;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_path_uuid(rq, "part_id", &part_id));
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(work_order_remove_part(s, id, part_id, query.version));
    http_answer_empty(rq, 204);
    return NULL;
}

typedef struct befores_form {
    oq_strs orders;
} befores_form;
static const oq_field befores_form_fields[] = {
    OQ_TEXTS(befores_form, orders, .max = WORK_ORDER_BEFORES_MAX,
             .help = "their numbers; empty, or not given: none"),
    OQ_FIELDS_END,
};

static oq_err *put_befores(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    befores_form form;
    work_order_befores befores;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(work_order_set_befores(s, id, form.orders, &befores));
    http_answer_list(rq, befores.at, sizeof *befores.at, befores.count, OQ_NONE);
    return NULL;
}

/* --- files --------------------------------------------------------------------------------------*/

static oq_err *put_file(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order_file_query query;
    work_order_file *file;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(work_order_add_file(s, id, query.name, http_body_raw(rq), &file));
    http_answer_record(rq, 0, file);
    return NULL;
}

static oq_err *get_file(http_req *rq, oq_scope *s)
{
    oq_uuid id, file_id;
    work_order_file *file;
    oq_str content;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_path_uuid(rq, "file_id", &file_id));
    OQ_TRY(work_order_read_file(s, id, file_id, &file, &content));
    oq_buf buf = oq_buf_make(WORK_FILE_BYTES_MAX);
    oq_buf_str(&buf, content);
    const char *type = oq_str_c(http_arena(rq), file->media_type);
    http_answer_buf(rq, 200, strcmp(type, "text/plain") ? type : "text/plain; charset=utf-8", &buf);
    http_as_file(rq, file->name);
    return NULL;
}

/* --- routes -------------------------------------------------------------------------------------*/

#define ORDER "/api/work-orders/{id}"
#define READ  CAP_WORK_ORDER_READ
#define WORK  CAP_WORK_ORDER_WORK

const http_route work_order_routes[] = {
    {HTTP_GET, "/api/work-orders", READ, .handle = get_list, .query = work_order_query_fields,
     .answer = work_order_row_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Work orders that one sees, newest first"},
    {HTTP_GET, "/api/work-orders/counts", READ, .handle = get_counts,
     .query = work_order_counts_query_fields, .answer = work_order_counts_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "How many go on, by state"},
    {HTTP_POST, "/api/work-orders", CAP_WORK_ORDER_MANAGE, .handle = post_order,
     .body = work_order_form_fields, .answer = work_order_fields, .shape = HTTP_ANSWER_RECORD,
     .status = 201, .summary = "Make an order; without a person duty chooses one"},
    {HTTP_GET, ORDER, READ, .handle = get_one, .answer = work_order_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "One order"},
    {HTTP_PATCH, ORDER, CAP_WORK_ORDER_MANAGE, .handle = patch_order,
     .body = work_order_edit_fields, .answer = work_order_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Change title, description, priority, dates; with the version as it was read"},
    {HTTP_POST, ORDER "/status", WORK, .handle = post_status, .body = work_order_move_fields,
     .answer = work_order_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Take up, give back, end, close, cancel; with the version as it was read"},
    {HTTP_POST, ORDER "/assign", CAP_WORK_ORDER_MANAGE, .handle = post_assign,
     .body = work_order_assign_fields, .answer = work_order_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Hand it to a person; without one duty chooses"},
    {HTTP_POST, ORDER "/approve", CAP_WORK_ORDER_APPROVE, .handle = post_approve,
     .body = work_order_approve_fields, .answer = work_order_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Approve an order that waits for it, or refuse it"},
    {HTTP_POST, ORDER "/acknowledge", WORK, .handle = post_acknowledge, .answer = work_order_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "I have it: the next one need not be told"},
    {HTTP_GET, ORDER "/notes", READ, .handle = get_notes, .answer = work_order_note_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Its notes"},
    {HTTP_POST, ORDER "/notes", WORK, .handle = post_note, .body = work_order_note_form_fields,
     .answer = work_order_note_fields, .shape = HTTP_ANSWER_RECORD, .status = 201,
     .summary = "Add a note"},
    {HTTP_GET, ORDER "/checks", READ, .handle = get_checks, .answer = work_order_check_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Its checklist"},
    {HTTP_POST, ORDER "/checks", WORK, .handle = post_check, .body = work_order_check_order_fields,
     .answer = work_order_check_fields, .shape = HTTP_ANSWER_RECORD, .status = 201,
     .summary = "Add an item to the checklist"},
    {HTTP_POST, ORDER "/checks/{check_id}", WORK, .handle = post_answer,
     .body = work_order_answer_fields, .answer = work_order_check_fields,
     .shape = HTTP_ANSWER_RECORD,
     .summary = "Answer an item; a failed one makes an order of its own"},
    {HTTP_GET, ORDER "/parts", READ, .handle = get_parts, .answer = work_order_part_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Parts that it needs"},
    {HTTP_POST, ORDER "/parts", WORK, .handle = post_part, .body = work_order_part_form_fields,
     .answer = work_order_part_fields, .shape = HTTP_ANSWER_RECORD, .status = 201,
     .summary = "Ask for a part"},
    {HTTP_PUT, ORDER "/parts/{part_id}", WORK, .handle = put_part,
     .body = work_order_part_change_fields, .answer = work_order_part_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "Change a part; with the version as it was read"},
    {HTTP_DELETE, ORDER "/parts/{part_id}", WORK, .handle = delete_part,
     .query = work_order_version_fields, .status = 204, .summary = "Ask for a part no longer"},
    {HTTP_GET, ORDER "/before", READ, .handle = get_befores, .answer = work_order_before_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Orders that must be done before it"},
    {HTTP_PUT, ORDER "/before", CAP_WORK_ORDER_MANAGE, .handle = put_befores,
     .body = befores_form_fields, .answer = work_order_before_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Say which orders must be done before it: these, and no others"},
    {HTTP_GET, ORDER "/files", READ, .handle = get_files, .answer = work_order_file_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Files that are attached"},
    {HTTP_PUT, ORDER "/files", WORK, .handle = put_file, .query = work_order_file_query_fields,
     .takes_raw = true, .body_max = WORK_FILE_BYTES_MAX, .answer = work_order_file_fields,
     .shape = HTTP_ANSWER_RECORD, .status = 201, .limit_s = 120,
     .summary = "Attach a file: its bytes as the body, at most 10 MB"},
    {HTTP_GET, ORDER "/files/{file_id}", READ, .handle = get_file, .limit_s = 120,
     .summary = "A file, as a download"},
    {HTTP_GET, ORDER "/steps", READ, .handle = get_steps, .answer = work_order_step_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Its history"},
    {0},
};
