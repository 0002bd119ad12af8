#include "workorder/list.h"

#include "http/request.h"
#include "plant/plant.h"
#include "workorder/inner.h"

const oq_field work_order_counts_fields[] = {
    OQ_I64(work_order_counts, pending_approval), OQ_I64(work_order_counts, open),
    OQ_I64(work_order_counts, in_progress),      OQ_I64(work_order_counts, done),
    OQ_I64(work_order_counts, overdue),          OQ_FIELDS_END,
};

#include "list.sql.h"

#include "base/banned.h"

const oq_field work_order_row_fields[] = {
    OQ_UUID(work_order_row, id),
    OQ_TEXT(work_order_row, number),
    OQ_TEXT(work_order_row, source),
    OQ_TEXT(work_order_row, title),
    OQ_TEXT(work_order_row, title_ar),
    OQ_CHOICE(work_order_row, kind, work_order_kind_choices),
    OQ_CHOICE(work_order_row, status, work_order_status_choices),
    OQ_CHOICE(work_order_row, priority, work_order_priority_choices),
    OQ_UUID(work_order_row, asset_id),
    OQ_TEXT(work_order_row, asset_code),
    OQ_TEXT(work_order_row, asset_name),
    OQ_TEXT(work_order_row, asset_name_ar),
    OQ_UUID(work_order_row, site_id),
    OQ_TEXT(work_order_row, site_name),
    OQ_TEXT(work_order_row, site_name_ar),
    OQ_UUID(work_order_row, incident_id),
    OQ_UUID(work_order_row, assigned_user_id),
    OQ_TEXT(work_order_row, assigned_name),
    OQ_TIME(work_order_row, due_at),
    OQ_TIME(work_order_row, started_at),
    OQ_TIME(work_order_row, finished_at),
    OQ_TIME(work_order_row, closed_at),
    OQ_TIME(work_order_row, created_at),
    OQ_I64(work_order_row, version),
    OQ_FIELDS_END,
};

const oq_field work_order_query_fields[] = {
    OQ_TEXT(work_order_query, q, .max = 200, .help = "Words of number, title, asset"),
    OQ_CHOICE(work_order_query, status, work_order_status_choices),
    OQ_CHOICE(work_order_query, priority, work_order_priority_choices),
    OQ_CHOICE(work_order_query, kind, work_order_kind_choices),
    OQ_TEXT(work_order_query, source, .max = 60, .help = "MANUAL, BLACKBOX_AUTO ..."),
    OQ_UUID(work_order_query, site_id),
    OQ_UUID(work_order_query, asset_id),
    OQ_UUID(work_order_query, incident_id),
    OQ_TEXT(work_order_query, assignee, .max = 40, .help = "me, none, or a person's id"),
    OQ_TIME(work_order_query, due_before),
    OQ_BOOL(work_order_query, overdue, .help = "Late, and not done"),
    OQ_BOOL(work_order_query, going, .help = "Neither closed nor cancelled"),
    OQ_TEXT(work_order_query, cursor, .max = 200),
    OQ_I64(work_order_query, limit, .preset = "50", .min = 1, .max = WORK_ORDER_LIST_MAX),
    OQ_FIELDS_END,
};

const oq_field work_order_counts_query_fields[] = {
    OQ_TEXT(work_order_query, assignee, .max = 40, .help = "me, none, or a person's id"),
    OQ_FIELDS_END,
};

bool work_order_is_overdue(int status, oq_us due_at, oq_us now)
{
    bool is_going =
        status == WORK_PENDING_APPROVAL || status == WORK_OPEN || status == WORK_IN_PROGRESS;
    return is_going && due_at != OQ_TIME_NONE && due_at < now;
}

static oq_err *read_assignee(const oq_scope *s, oq_str assignee, oq_uuid *ret_id, bool *ret_is_none)
{
    *ret_id = OQ_UUID_ZERO;
    *ret_is_none = oq_str_eq(assignee, OQ_STR("none"));
    if (oq_str_eq(assignee, OQ_STR("me")))
        *ret_id = oq_scope_actor(s)->id;
    else if (assignee.len && !*ret_is_none && !oq_uuid_parse(assignee, ret_id))
        return oq_fail_field("assignee", "work_order.assignee_malformed");
    return NULL;
}

static oq_str text_of(const oq_choice *choices, int value)
{
    return value ? oq_cstr(oq_choice_text(choices, value)) : OQ_NONE;
}

oq_err *work_order_list(oq_scope *s, const work_order_query *q, size_t limit,
                        work_order_rows *ret_rows)
{
    oq_us before_at;
    oq_uuid before_id, assignee;
    bool is_none;
    sql_work_order_list_rows rows = {0};
    OQ_TRY(http_cursor_read(q->cursor, &before_at, &before_id));
    OQ_TRY(read_assignee(s, q->assignee, &assignee, &is_none));
    if (work_order_sees_any(s))
        OQ_TRY(
            sql_work_order_list(s,
                                (sql_work_order_list_args){
                                    .only_user = work_order_only_user(s),
                                    .status = text_of(work_order_status_choices, q->status),
                                    .is_going = q->going,
                                    .priority = text_of(work_order_priority_choices, q->priority),
                                    .kind = text_of(work_order_kind_choices, q->kind),
                                    .source = q->source.len ? q->source : OQ_NONE,
                                    .site_id = q->site_id,
                                    .asset_id = q->asset_id,
                                    .incident_id = q->incident_id,
                                    .assignee_id = assignee,
                                    .unassigned = is_none,
                                    .due_before = q->due_before,
                                    .overdue_at = q->overdue ? oq_now(s) : OQ_TIME_NONE,
                                    .words = plant_patterns(oq_scope_arena(s), q->q),
                                    .before_at = before_at,
                                    .before_id = before_id,
                                    .limit = (int64_t)limit,
                                },
                                &rows));
    *ret_rows = (work_order_rows){rows.at, rows.count};
    return NULL;
}

oq_err *work_order_count(oq_scope *s, const work_order_query *q, work_order_counts *ret_counts)
{
    oq_uuid assignee;
    bool is_none;
    sql_work_order_counts_rows rows = {0};
    OQ_TRY(read_assignee(s, q->assignee, &assignee, &is_none));
    if (work_order_sees_any(s))
        OQ_TRY(sql_work_order_counts(s,
                                     (sql_work_order_counts_args){
                                         .only_user = work_order_only_user(s),
                                         .site_id = q->site_id,
                                         .asset_id = q->asset_id,
                                         .assignee_id = assignee,
                                         .now = oq_now(s),
                                     },
                                     &rows));
    *ret_counts = rows.count ? rows.at[0] : (work_order_counts){0};
    return NULL;
}

oq_err *work_order_board(oq_scope *s, const work_order_query *q, work_order_rows *ret_rows)
{
    oq_uuid assignee;
    bool is_none;
    sql_work_order_board_rows rows = {0};
    OQ_TRY(read_assignee(s, q->assignee, &assignee, &is_none));
    if (work_order_sees_any(s))
        OQ_TRY(sql_work_order_board(s,
                                    (sql_work_order_board_args){
                                        .only_user = work_order_only_user(s),
                                        .site_id = q->site_id,
                                        .assignee_id = assignee,
                                        .since = oq_now(s) - WORK_BOARD_CLOSED,
                                        .limit = WORK_ORDER_COLUMN_MAX,
                                    },
                                    &rows));
    *ret_rows = (work_order_rows){rows.at, rows.count};
    return NULL;
}
