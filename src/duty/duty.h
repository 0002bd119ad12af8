/* duty/duty.h
 *
 * Who is there, who is on call, who can do it: the plant's shifts, absences, skills and holidays
 * asked at a moment. And who is told next when nobody answers: the escalation ladder. */
#ifndef DUTY_DUTY_H
#define DUTY_DUTY_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"

typedef enum duty_why {
    DUTY_ON_CALL = 1, /* has the call and is there; without the skill that is asked for only when
                         nobody who is there has it */
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
 * acknowledges; the administrators again after as many minutes, for a day. One ladder per entity:
 * begun twice, it is one. */
typedef struct escalation_order {
    const char *entity_type;                 /* "work_order", "incident", "alert" */
    oq_uuid entity_id, site_id, assignee_id; /* zero assignee: begins with on call */
    const char *notice_type;                 /* as notify_order.type */
    const oq_arg *fact;
    size_t fact_count;
    int topic, urgency; /* as notify_order */
    oq_uuid trace_id;
} escalation_order;
/* Tells the assignee, and who comes next when it is their turn. Levels after the first are told
 * with "notify.<notice_type>_unanswered.title" where the language files have it, and a further fact
 * waited_min. Where there is a ladder of this entity nothing happens. */
OQ_CHECKED oq_err *escalation_begin(oq_scope *s, const escalation_order *order);
/* Harmless where there is none, or it was acknowledged already. */
OQ_CHECKED oq_err *escalation_acknowledge(oq_scope *s, const char *entity_type, oq_uuid entity_id);

/* Somebody else shall do it: the ladder begins again with them (zero: with who is on call), also
 * after it was acknowledged. *ret_was_there: false where there is none. */
OQ_CHECKED oq_err *escalation_hand_over(oq_scope *s, const char *entity_type, oq_uuid entity_id,
                                        oq_uuid assignee_id, bool *ret_was_there);

/* Tells those whose turn has come, some fifty ladders at most; *ret_count of them. For the job and
 * for tests. */
OQ_CHECKED oq_err *escalation_run(oq_scope *s, size_t *ret_count);

extern const http_route duty_routes[];  /* /duty */
extern const job_kind duty_job_kinds[]; /* duty.escalate */

#endif
