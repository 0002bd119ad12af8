/* Which of a person's mail goes next, and what waits. */
#include "notify/send.h"

#include "base/banned.h"

static void pick(mail_plan *plan, size_t at)
{
    if (plan->pick_count < OUTBOX_DIGEST_MAX)
        plan->pick[plan->pick_count++] = at;
}

static void hold(mail_plan *plan, size_t at, oq_us until)
{
    plan->hold[plan->hold_count++] = at;
    plan->hold_until = until;
}

/* What a try has been made of already; false: nothing. */
static bool pick_tried(const mail_waiting *due, size_t count, mail_plan *plan)
{
    for (size_t i = 0; i < count; i++) {
        if (!oq_uuid_is_zero(due[i].digest_id)) {
            plan->digest_id = due[i].digest_id;
            for (size_t k = i; k < count; k++)
                if (oq_uuid_eq(due[k].digest_id, plan->digest_id))
                    pick(plan, k);
            return true;
        }
        if (due[i].tries > 0) {
            pick(plan, i);
            return true;
        }
    }
    return false;
}

mail_plan mail_plan_make(oq_arena *arena, const mail_waiting *due, size_t count,
                         const mail_reader *reader, oq_us now)
{
    mail_plan plan = {.pick = oq_new_n(arena, size_t, count + 1),
                      .hold = oq_new_n(arena, size_t, count + 1),
                      .hold_until = OQ_TIME_NONE};
    if (pick_tried(due, count, &plan))
        return plan;
    oq_us quiet_until = notify_quiet_until(&reader->quiet, reader->time_zone, now);
    int64_t room = reader->quiet.hourly_max - reader->sent_count;
    bool was_held = false;
    for (size_t i = 0; i < count; i++) {
        if (due[i].urgency < URGENCY_URGENT && quiet_until != OQ_TIME_NONE) {
            hold(&plan, i, quiet_until);
        } else if (due[i].urgency < URGENCY_URGENT && room <= 0) {
            hold(&plan, i, reader->sent_first + OQ_HOUR);
        } else {
            pick(&plan, i);
            was_held |= due[i].was_held;
        }
    }
    if (plan.pick_count > 1 && ((int64_t)plan.pick_count > room || was_held))
        plan.digest_id = due[plan.pick[0]].id;
    else if (plan.pick_count > 1)
        plan.pick_count = 1;
    return plan;
}
