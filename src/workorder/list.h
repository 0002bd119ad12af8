/* workorder/list.h
 *
 * Orders side by side: lists, counts, the board. What the actor does not see is not in them. */
#ifndef WORKORDER_LIST_H
#define WORKORDER_LIST_H

#include "workorder/work_order.h"

enum { WORK_ORDER_LIST_MAX = 200, WORK_ORDER_EXPORT_MAX = 50000, WORK_ORDER_COLUMN_MAX = 50 };
#define WORK_BOARD_CLOSED (7 * OQ_DAY) /* closed orders stay on the board so long */

typedef struct work_order_row {
    oq_uuid id;
    oq_str number, source, title, title_ar;
    int kind, status, priority;
    oq_uuid asset_id;
    oq_str asset_code, asset_name, asset_name_ar;
    oq_uuid site_id;
    oq_str site_name, site_name_ar;
    oq_uuid incident_id, assigned_user_id;
    oq_str assigned_name;
    oq_us due_at, started_at, finished_at, closed_at, created_at;
    int64_t version;
} work_order_row;
extern const oq_field work_order_row_fields[];
typedef struct work_order_rows {
    work_order_row *at;
    size_t count;
} work_order_rows;

/* What a list is narrowed to; also the query of the API, of the page and of the file. */
typedef struct work_order_query {
    oq_str q;
    int status, priority, kind;
    oq_str source;
    oq_uuid site_id, asset_id, incident_id;
    oq_str assignee; /* "me", "none", or an id; not given: anybody's */
    oq_us due_before;
    bool overdue;
    bool going; /* neither closed nor cancelled */
    oq_str cursor;
    int64_t limit;
} work_order_query;
extern const oq_field work_order_query_fields[];
extern const oq_field work_order_counts_query_fields[]; /* the assignee alone */

/* At most `limit` of them behind the cursor, newest first. Fails: work_order.assignee_malformed,
 * list.cursor_malformed. */
OQ_CHECKED oq_err *work_order_list(oq_scope *s, const work_order_query *query, size_t limit,
                                   work_order_rows *ret_rows);

/* How many go on, by the query's site, asset and assignee. */
typedef struct work_order_counts {
    int64_t pending_approval, open, in_progress, done, overdue;
} work_order_counts;
OQ_CHECKED oq_err *work_order_count(oq_scope *s, const work_order_query *query,
                                    work_order_counts *ret_counts);

extern const oq_field work_order_counts_fields[];

/* By state, the most urgent first, at most WORK_ORDER_COLUMN_MAX of each. */
OQ_CHECKED oq_err *work_order_board(oq_scope *s, const work_order_query *query,
                                    work_order_rows *ret_rows);

/* Tells of some fifty late orders at most; *ret_count of them. For the job and for tests. */
OQ_CHECKED oq_err *work_order_tell_overdue(oq_scope *s, size_t *ret_count);

/* Late, and nobody has done it. */
bool work_order_is_overdue(int status, oq_us due_at, oq_us now);

#endif
