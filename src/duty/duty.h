/* duty/duty.h
 *
 * Who is there, who is on call, who can do it: the plant's shifts, absences, skills and holidays
 * asked at a moment. And who is told next when nobody answers: the escalation ladder. */
#ifndef DUTY_DUTY_H
#define DUTY_DUTY_H

#include "base/base.h"
#include "db/scope.h"
#include "job/job.h"

typedef enum duty_why {
    DUTY_ON_CALL = 1, /* has the call, is there, has the skill where one is asked for */
    DUTY_SKILL,       /* has the skill and is on shift */
    DUTY_ON_SHIFT,    /* an engineer on shift */
    DUTY_ROLE,        /* first of the roles, in their order, who is not absent */
    DUTY_NOBODY
} duty_why;
extern const oq_choice duty_why_choices[]; /* "on_call" "skill" "on_shift" "role" "nobody" */

typedef struct duty_need {
    oq_uuid site_id;  /* zero: any */
    oq_uuid skill_id; /* zero: none in particular */
    oq_us at;
    int64_t load_window_h; /* of several who fit, the one with the fewest open orders; 0: 168 */
} duty_need;

/* Whoever should do it, by on-call, skill, availability, then role: optimization_engineer,
 * reliability_engineer, engineer, tenant_admin. Deterministic: equals go by fewest open orders,
 * then by name. `*ret_user` is zero with DUTY_NOBODY; *ret_why is JSON for people to read ("why
 * this person": code, shift, skill, level, open orders, who was passed over and why). */
OQ_CHECKED oq_err *duty_pick(oq_scope *s, const duty_need *need, oq_uuid *ret_user,
                             oq_str *ret_why);
/* People on call at a moment for a site; the site's own first. */
OQ_CHECKED oq_err *duty_on_call(oq_scope *s, oq_uuid site_id, oq_us at, oq_uuids *ret_users);

/* --- escalation ---------------------------------------------------------------------------------
 * assignee -> on call -> tenant_admin, each after the tenant's escalation minutes, until somebody
 * acknowledges. One ladder per entity: begun twice, it is one. */
typedef struct escalation_order {
    const char *entity_type;                 /* "work_order", "incident", "alert" */
    oq_uuid entity_id, site_id, assignee_id; /* zero assignee: begins with on call */
    const char *notice_type;                 /* as notify_order.type */
    const oq_arg *fact;
    size_t fact_count;
    oq_uuid trace_id;
} escalation_order;
OQ_CHECKED oq_err *escalation_begin(oq_scope *s, const escalation_order *order);
/* Harmless where there is none, or it was acknowledged already. */
OQ_CHECKED oq_err *escalation_acknowledge(oq_scope *s, const char *entity_type, oq_uuid entity_id);

extern const job_kind duty_job_kinds[]; /* duty.escalate */

#endif
