/* workorder/api_orders.h
 *
 * What people send: bodies and queries of the routes and forms of /work-orders. */
#ifndef WORKORDER_API_ORDERS_H
#define WORKORDER_API_ORDERS_H

#include "workorder/work.h"

/* A new order. */
typedef struct work_order_form {
    oq_uuid asset_id, component_id, incident_id, failure_mode_id;
    oq_str title, title_ar, description, description_ar;
    int kind, priority;
    oq_us due_at;
    double planned_h;
    oq_uuid assigned_user_id;
    oq_strs checks;
    bool needs_approval;
} work_order_form;
extern const oq_field work_order_form_fields[];
OQ_CHECKED oq_err *work_order_from_form(oq_scope *s, const work_order_form *form,
                                        work_order **ret_order);

typedef struct work_order_assign_form {
    oq_uuid user_id;
    int64_t version;
    oq_str note;
} work_order_assign_form;
extern const oq_field work_order_assign_fields[];

typedef struct work_order_approve_form {
    int64_t version;
    bool refuse;
    oq_str note;
} work_order_approve_form;
extern const oq_field work_order_approve_fields[];

typedef struct work_order_note_form {
    oq_str text;
} work_order_note_form;
extern const oq_field work_order_note_form_fields[];

typedef struct work_order_version_query {
    int64_t version;
} work_order_version_query;
extern const oq_field work_order_version_fields[];

typedef struct work_order_file_query {
    oq_str name;
} work_order_file_query;
extern const oq_field work_order_file_query_fields[];

extern const oq_field work_order_edit_fields[];        /* work_order_edit */
extern const oq_field work_order_move_fields[];        /* work_order_move */
extern const oq_field work_order_check_order_fields[]; /* work_order_check_order */
extern const oq_field work_order_answer_fields[];      /* work_order_check_answer */
extern const oq_field work_order_part_form_fields[];   /* work_order_part */
extern const oq_field work_order_part_change_fields[]; /* the same, with its version */

#endif
