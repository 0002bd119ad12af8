/* workorder/inner.h
 *
 * What the files of workorder/ share. */
#ifndef WORKORDER_INNER_H
#define WORKORDER_INNER_H

#include "db/stmt.h"
#include "workorder/work_order.h"

/* Whether the actor sees any order at all. */
bool work_order_sees_any(const oq_scope *s);
/* The actor as a person of this tenant; zero: a machine, a job, somebody who looks in. */
oq_uuid work_order_person_of(const oq_scope *s);

/* Those of the ids that the actor sees, in their order. */
OQ_CHECKED oq_err *work_orders_get(oq_scope *s, oq_uuids ids, work_orders *ret_orders);

/* As work_order_get, of one that is not over: work_order.over (number). */
OQ_CHECKED oq_err *work_order_get_going(oq_scope *s, oq_uuid id, work_order **ret_order);
/* The same, of one that the actor may work on: work_order.not_yours (number), access.forbidden. */
OQ_CHECKED oq_err *work_order_get_own(oq_scope *s, oq_uuid id, work_order **ret_order);

/* As work_order_create; with `source_id` a second order of the same source is the first one. */
OQ_CHECKED oq_err *work_order_make(oq_scope *s, const work_order_order *order, oq_str source_id,
                                   work_order **ret_order, bool *ret_made);

/* Who an order is to be assigned to: their name. Fails: work_order.assignee_unknown,
 * work_order.assignee_unfit. */
OQ_CHECKED oq_err *work_order_check_assignee(oq_scope *s, oq_uuid user_id, oq_str *ret_name);
/* Chooses by duty_pick; zero in *ret_user when nobody is there. */
OQ_CHECKED oq_err *work_order_pick(oq_scope *s, oq_uuid site_id, oq_uuid failure_mode_id,
                                   oq_uuid *ret_user, oq_str *ret_why);

/* --- what a change leaves (leave.c) -------------------------------------------------------------*/

/* A step of the history and an event in the black box. `version` is the one that the change left.
 */
OQ_CHECKED oq_err *work_order_leave_step(oq_scope *s, const work_order *order, oq_str note);
/* Tells the new assignee; of critical and high priority until somebody takes it up. Nothing to who
 * assigns to themselves. */
OQ_CHECKED oq_err *work_order_tell_assignee(oq_scope *s, const work_order *order);
/* One notice about an order: to a person, or to a role where `user_id` is zero. */
OQ_CHECKED oq_err *work_order_tell(oq_scope *s, const work_order *order, oq_uuid user_id,
                                   oq_role role, const char *type, oq_str once_key);
/* The same with facts more of the type's own. */
OQ_CHECKED oq_err *work_order_tell_more(oq_scope *s, const work_order *order, oq_uuid user_id,
                                        oq_role role, const char *type, oq_str once_key,
                                        const oq_arg *more, size_t mores);
int work_order_urgency(int priority); /* notify_urgency */

/* --- jobs ---------------------------------------------------------------------------------------*/

OQ_CHECKED oq_err *work_order_run_join(job_run *run);

#endif
