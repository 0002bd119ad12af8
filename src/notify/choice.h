/* notify/choice.h
 *
 * What a person wants to hear of, and how: per topic in the app or not, by mail or not, and from
 * which urgency on; when mail waits (quiet hours), and how many mails an hour. The tenant's minimum
 * (tenant_settings: notify_in_app_from, notify_mail_from) holds whatever a person chose. */
#ifndef NOTIFY_CHOICE_H
#define NOTIFY_CHOICE_H

#include "base/base.h"
#include "db/scope.h"
#include "tenant/settings.h"

typedef struct notify_choice {
    bool in_app, by_mail;
    int urgency_min; /* notify_urgency; of both ways */
} notify_choice;
extern const oq_field notify_choice_fields[];

typedef struct notify_choices {
    notify_choice system, alarm, incident, work_order, job;
    /* Times of the day in the person's zone, "22:00"; not given: no quiet hours. The same twice:
     * the whole day. */
    oq_str quiet_from, quiet_to;
    oq_strs quiet_days;     /* notify_day_choices, of the evening on which it begins; none: every */
    int64_t mails_per_hour; /* beyond it they come as one; 20 */
} notify_choices;
extern const oq_field notify_choices_fields[];
extern const oq_field notify_choices_shown_fields[]; /* of an answer */
extern const oq_choice notify_day_choices[];         /* "sunday" ... "saturday" */

/* Of one person; who never chose has the presets. */
OQ_CHECKED oq_err *notify_choices_get(oq_scope *s, oq_uuid user_id, notify_choices **ret_choices);
/* One's own. Fails: notify.quiet_incomplete (about quiet_to). */
OQ_CHECKED oq_err *notify_choices_put(oq_scope *s, const notify_choices *choices);

/* --- deciding, without a database --------------------------------------------------------------*/

/* By which ways somebody with this choice hears of something so urgent. */
typedef struct notify_ways {
    bool in_app, by_mail;
} notify_ways;
notify_ways notify_ways_of(const notify_choice *choice, const tenant_settings *minimum,
                           int urgency);

/* As it is stored. */
typedef struct notify_quiet {
    int64_t starts_min, length_min; /* of the local day; length 0: none */
    int64_t days;                   /* bit 0: Sunday */
    int64_t hourly_max;
} notify_quiet;
/* The end of the quiet hours that `now` lies in; OQ_TIME_NONE: it lies in none. */
oq_us notify_quiet_until(const notify_quiet *quiet, oq_str time_zone, oq_us now);

#endif
