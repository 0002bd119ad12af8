/* duty/roster.h
 *
 * Who is there at a moment, as arithmetic over shifts, absences, holidays and skills. Pure, but for
 * duty_roster, which loads them: structs in, structs out.
 *
 * A shift is named by the local day on which it begins, and is counted on the clock on the wall:
 * one that begins at 22:00 and takes eight hours ends at 06:00, also in the night in which clocks
 * are changed. Absence and assignment are asked of that day: who is on leave from Monday still
 * works the night that begins on Sunday. On a holiday shifts that are not worked every day of the
 * week rest; those that are, and who is on call, go on. */
#ifndef DUTY_ROSTER_H
#define DUTY_ROSTER_H

#include "core/capability.h"
#include "duty/duty.h"

/* Somebody who may be asked. */
typedef struct roster_person {
    oq_uuid id;
    oq_str name;
    int role; /* oq_role */
    int64_t open_orders;
    int64_t level;       /* in the skill that is asked for; OQ_I64_NONE: has it not */
    oq_date valid_until; /* of its certificate; OQ_DATE_NONE: none needed */
} roster_person;
extern const oq_field roster_person_fields[];

/* That somebody works a shift. */
typedef struct roster_shift {
    oq_uuid user_id;
    oq_uuid site_id; /* zero: every site */
    oq_str code, name, name_ar;
    oq_str time_zone; /* its site's, or that of where is asked */
    int64_t days, starts_min, length_min;
    oq_date from_day, to_day; /* of the assignment; OQ_DATE_NONE: until further notice */
    bool is_on_call;
} roster_shift;
extern const oq_field roster_shift_fields[];

typedef struct roster_absence {
    oq_uuid user_id;
    oq_date from_day, to_day;
} roster_absence;
extern const oq_field roster_absence_fields[];

typedef struct roster_holiday {
    oq_uuid site_id; /* zero: every site */
    oq_date from_day, to_day;
} roster_holiday;
extern const oq_field roster_holiday_fields[];

typedef struct roster {
    const roster_person *person;
    const roster_shift *shift;
    const roster_absence *absence;
    const roster_holiday *holiday;
    size_t persons, shifts, absences, holidays;
    oq_uuid site_id;  /* where is asked; zero: anywhere */
    oq_str time_zone; /* there */
} roster;

/* Everybody who may be asked between need->at and `until`. */
OQ_CHECKED oq_err *duty_roster(oq_scope *s, const duty_need *need, oq_us until, roster *ret_roster);

enum {
    SKILL_LEVEL_ALONE = 2,  /* from here on one does it alone; 1 is learning */
    ROSTER_PASSED_MAX = 20, /* who was passed over, at most */
    EVERY_DAY = 127
};

/* A moment on the wall. */
typedef struct roster_local {
    oq_date day;
    int64_t minute;
} roster_local;
roster_local roster_local_of(oq_us at, oq_str time_zone);

/* Whether the assignment covers the moment; *ret_day is the day on which that shift began. Holidays
 * and absences are not looked at. */
bool roster_covers(const roster_shift *shift, oq_us at, oq_date *ret_day);
/* Whether a shift of the assignment begins on this day. */
bool roster_begins(const roster_shift *shift, oq_date day);
bool roster_is_absent(const roster *r, oq_uuid user_id, oq_date day, oq_date *ret_until);
/* Whether a shift that begins on `day` rests because of a holiday. */
bool roster_rests(const roster *r, const roster_shift *shift, oq_date day);

typedef enum roster_passed_why {
    PASSED_ABSENT = 1,
    PASSED_NO_SKILL,
    PASSED_LEARNING,
    PASSED_EXPIRED,
    PASSED_HOLIDAY,
    PASSED_OFF_SHIFT,
    PASSED_OTHER_SITE,
    PASSED_BUSIER,
    PASSED_LOWER_LEVEL,
    PASSED_BY_NAME
} roster_passed_why;
extern const oq_choice roster_passed_choices[]; /* "absent" "no_skill" ... */

typedef struct roster_passed {
    const roster_person *person;
    int why;       /* roster_passed_why */
    oq_date until; /* of an absence, or of a certificate */
} roster_passed;

typedef struct roster_choice {
    const roster_person *person; /* NULL: nobody */
    int why;                     /* duty_why */
    const roster_shift *shift;   /* that brought it; NULL: none */
    bool has_skill;              /* what was asked for */
    roster_passed passed[ROSTER_PASSED_MAX];
    size_t passed_count;
} roster_choice;

/* See duty_pick. */
void roster_pick(oq_arena *arena, const roster *r, const duty_need *need,
                 roster_choice *ret_choice);

/* How somebody stands at a moment. */
typedef struct roster_stand {
    const roster_shift *on_shift, *on_call; /* that covers it; the site's own before every site's */
    const roster_shift *resting;            /* would cover it, but for a holiday */
    const roster_shift *missed;             /* would cover it, but for an absence */
    bool is_absent;                         /* on that day */
    oq_date absent_until;
} roster_stand;
roster_stand roster_stand_of(const roster *r, const roster_person *p, oq_uuid site_id, oq_us at);

#endif
