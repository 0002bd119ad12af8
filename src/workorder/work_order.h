/* workorder/work_order.h
 *
 * What was done, and what is to be done: a bridge from a decision to the work, not a maintenance
 * system. Orders that come from elsewhere keep their number there and are known by (source,
 * source_id). */
#ifndef WORKORDER_WORK_ORDER_H
#define WORKORDER_WORK_ORDER_H

#include "base/base.h"
#include "db/scope.h"

typedef enum work_order_kind {
    WORK_CORRECTIVE = 1,
    WORK_PREVENTIVE,
    WORK_PREDICTIVE,
    WORK_INSPECTION,
    WORK_PROJECT
} work_order_kind;
extern const oq_choice work_order_kind_choices[];

typedef enum work_order_status {
    WORK_PENDING_APPROVAL = 1,
    WORK_OPEN,
    WORK_IN_PROGRESS,
    WORK_DONE,
    WORK_CLOSED,
    WORK_CANCELLED
} work_order_status;
extern const oq_choice work_order_status_choices[];

typedef enum work_order_priority {
    WORK_CRITICAL = 1,
    WORK_HIGH,
    WORK_MEDIUM,
    WORK_LOW
} work_order_priority;
extern const oq_choice work_order_priority_choices[];

enum { WORK_ORDER_TITLE_MAX = 300, WORK_ORDERS_ADD_MAX = 10000 };

/* An order as another system had it. */
typedef struct work_order_past {
    oq_str number, source, source_id;
    oq_uuid asset_id;      /* zero: of none */
    oq_str component_code; /* of the asset; not given, or not there: none */
    oq_str title;
    int kind, status, priority;
    oq_us started_at, finished_at; /* OQ_TIME_NONE: not known */
} work_order_past;

/* Adds those whose (source, source_id) is not there yet, at most WORK_ORDERS_ADD_MAX in a call.
 * Fails: work_order.title_invalid (fact: number), work_order.asset_unknown,
 * work_order.number_taken. */
OQ_CHECKED oq_err *work_order_add_past(oq_scope *s, const work_order_past *order, size_t count,
                                       size_t *ret_added);

#endif
