/* workorder/work_order.h
 *
 * What was done, and what is to be done: a bridge from a decision to the work, not a maintenance
 * system. Orders that come from elsewhere keep their number there and are known by (source,
 * source_id). */
#ifndef WORKORDER_WORK_ORDER_H
#define WORKORDER_WORK_ORDER_H

#include "base/base.h"
#include "blackbox/incident.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"

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

enum {
    WORK_ORDER_TITLE_MAX = 300,
    WORK_ORDER_TEXT_MAX = 16 * 1024, /* of a description */
    WORK_ORDER_NOTE_MAX = 4000,
    WORK_ORDER_CHECKS_MAX = 200,
    WORK_ORDER_PARTS_MAX = 200,
    WORK_ORDERS_ADD_MAX = 10000
};

/* CATASTROPHIC and CRITICAL: critical; MAJOR: high; MINOR: medium. */
int work_order_priority_of_severity(int severity);
/* When an order of a priority is due: after 12 hours, 3, 14, 30 days. */
oq_us work_order_due_of(int priority, oq_us from);

/* --- orders of one's own ------------------------------------------------------------------------
 *
 *     pending_approval -> open -> in_progress -> done -> closed;   cancelled from any but closed
 *                          ^           |   ^       |
 *                          +-----------+   +-------+   (given back; not done after all)
 *
 * Who may: approving and refusing needs work_order.approve; work_order.manage everything else;
 * work_order.work takes up, gives back, ends and closes what is assigned to oneself. An engineer
 * sees only what is assigned to them or made by them, whoever has no work_order.read sees nothing;
 * what one does not see is not found.
 *
 * Each change writes the audit, a step with who and why, and an event in the black box (source
 * system OPTRIA_WORK_ORDER, payload: status, priority, assignee). */

typedef struct work_order {
    oq_uuid id;
    oq_str number, source, source_id;
    oq_uuid site_id, unit_id, asset_id, component_id, incident_id, failure_mode_id;
    oq_str title, title_ar, description, description_ar;
    int kind, status, priority;
    oq_uuid assigned_user_id;
    oq_str assigned_why; /* JSON: see duty_pick */
    oq_us assigned_at, due_at, planned_from, started_at, finished_at, approved_at, closed_at;
    double planned_h, labour_h, downtime_h;
    oq_str downtime_reason, found_cause;
    int64_t cost_minor;
    oq_str currency;
    oq_str evidence; /* JSON */
    oq_str created_by;
    oq_uuid created_by_id; /* a person of the tenant; zero: the program, or a machine */
    oq_uuid approved_by, trace_id;
    oq_uuid joined_to_id; /* cancelled in favour of that one, or going on beside it: their incidents
                             turned out to be one */
    int64_t version;
    oq_us created_at, updated_at;
} work_order;
extern const oq_field work_order_fields[];
typedef struct work_orders {
    work_order *at;
    size_t count;
} work_orders;

typedef struct work_order_check_order {
    oq_str text, text_ar;
} work_order_check_order;
typedef struct work_order_part_order {
    oq_str part_number, name, unit;
    double quantity;
} work_order_part_order;

typedef struct work_order_order {
    oq_str source; /* "MANUAL", "BLACKBOX_AUTO", "OPTIMIZER" */
    oq_uuid asset_id, component_id, incident_id, failure_mode_id;
    oq_uuid unit_id, site_id; /* where there is no asset; with one they are the asset's */
    oq_str title, title_ar, description, description_ar;
    int kind, priority;
    int status;   /* work_order_status; 0: the tenant's wo_initial_status */
    oq_us due_at; /* OQ_TIME_NONE: from the priority */
    double planned_h;
    oq_uuid assigned_user_id; /* zero: duty_pick chooses, by the failure mode's skill */
    oq_str evidence;          /* JSON object: incident, analysis, signals and span */
    const work_order_check_order *check;
    size_t checks; /* at most WORK_ORDER_CHECKS_MAX; 0: the class's inspections, for orders that are
                      not MANUAL */
    const work_order_part_order *part;
    size_t parts;
    oq_uuid trace_id; /* zero: a new one */
} work_order_order;

/* Makes an order, assigns it and tells the assignee; of critical and high priority it begins the
 * escalation too. An order that waits for approval is told to who may approve it, and to its
 * assignee afterwards. A MANUAL order with status 0 is open. A second BLACKBOX_AUTO order for an
 * incident is the first one: *ret_made says which. `ret_made` may be NULL.
 * Fails: work_order.title_invalid, work_order.asset_unknown, work_order.component_unknown,
 * work_order.mode_unknown, work_order.incident_unknown, work_order.assignee_unknown (a person who
 * is not there, or not any more), work_order.assignee_unfit (who cannot work on orders). */
OQ_CHECKED oq_err *work_order_create(oq_scope *s, const work_order_order *order,
                                     work_order **ret_order, bool *ret_made);
/* Whose orders alone the actor sees: zero, everybody's. Whether they see any is asked by
 * work_order.read. */
oq_uuid work_order_only_user(const oq_scope *s);

/* Fails: work_order.not_found. */
OQ_CHECKED oq_err *work_order_get(oq_scope *s, oq_uuid id, work_order **ret_order);
/* Newest first. */
OQ_CHECKED oq_err *work_order_find_by_incident(oq_scope *s, oq_uuid incident_id,
                                               work_orders *ret_orders);
OQ_CHECKED oq_err *work_order_find_by_asset(oq_scope *s, oq_uuid asset_id, size_t limit,
                                            work_orders *ret_orders);

extern const http_route work_order_routes[];      /* /api/work-orders ... */
extern const http_route work_order_page_routes[]; /* /work-orders ... */

/* After an incident was merged into another one, or parted from it again (job work_order.join): the
 * chain's order of the merged one is cancelled with the reason, where nobody has begun or approved
 * it or left a mark on it; else both stay, and this one names the other (joined_to_id). Where the
 * other incident has no order, this one becomes its. Twice is harmless. Fails: incident.not_found.
 */
OQ_CHECKED oq_err *work_orders_join(oq_scope *s, oq_uuid incident_id);

extern const job_kind work_order_job_kinds[]; /* what is overdue; work_order.join */

/* --- orders of the past -------------------------------------------------------------------------*/

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
