/* optimize/rows_inner.h: rows of gather.sql. */
#ifndef OPTIMIZE_ROWS_INNER_H
#define OPTIMIZE_ROWS_INNER_H

#include "optimize/inner.h"

typedef struct optimize_order_row {
    oq_uuid id, asset_id, failure_mode_id, assigned_user_id;
    oq_str number, title, title_ar;
    int kind, priority, status;
    double planned_h, labour_h;
    oq_us due_at, planned_from;
} optimize_order_row;
extern const oq_field optimize_order_row_fields[];

typedef struct optimize_need_row {
    oq_uuid work_order_id;
    oq_str part_number;
    double quantity;
    oq_str is_available; /* "true", "false"; not given: not known */
} optimize_need_row;
extern const oq_field optimize_need_row_fields[];

typedef struct optimize_stock_row {
    oq_str part_number, name;
    double in_stock, arriving;
    oq_date arrives_on;
} optimize_stock_row;
extern const oq_field optimize_stock_row_fields[];

typedef struct optimize_window_row {
    oq_uuid site_id, unit_id, asset_id;
    int kind; /* window_kind */
    oq_us from_time, to_time;
} optimize_window_row;
extern const oq_field optimize_window_row_fields[];

#endif
