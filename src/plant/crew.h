/* plant/crew.h
 *
 * Who is there, when, and what they can do. The working week and the holidays of a site; shifts and
 * who works them; absences; skills. */
#ifndef PLANT_CREW_H
#define PLANT_CREW_H

#include "plant/plant.h"

enum { WEEK_DAYS_ALL = 127, WEEK_DAYS_GULF = 31 }; /* bit 0: Sunday; Sunday to Thursday */

typedef struct shift {
    oq_uuid id, site_id; /* zero: every site */
    oq_str code, name, name_ar;
    int64_t days;       /* on which it begins; bit 0: Sunday */
    int64_t starts_min; /* minutes after midnight, local time */
    int64_t length_min; /* up to a day; it may end on the next one */
    int64_t version;
    oq_us created_at, updated_at;
} shift;
extern const oq_field shift_fields[];

typedef struct user_shift {
    oq_uuid id, user_id, shift_id;
    oq_date from_day, to_day; /* both included; OQ_DATE_NONE: until further notice */
    bool is_on_call;
    int64_t version;
    oq_us created_at, updated_at;
} user_shift;
extern const oq_field user_shift_fields[];

typedef enum absence_reason {
    ABSENCE_LEAVE = 1,
    ABSENCE_SICK,
    ABSENCE_TRAINING,
    ABSENCE_TRAVEL,
    ABSENCE_OTHER
} absence_reason;
extern const oq_choice absence_reason_choices[];

typedef struct absence {
    oq_uuid id, user_id;
    oq_date from_day, to_day; /* both included */
    int reason;
    int64_t version;
    oq_us created_at, updated_at;
} absence;
extern const oq_field absence_fields[];

typedef struct skill {
    oq_uuid id;
    oq_str code, name, name_ar;
    int64_t version;
    oq_us created_at, updated_at;
} skill;
extern const oq_field skill_fields[];

typedef struct user_skill {
    oq_uuid id, user_id, skill_id;
    int64_t level;       /* 1 to 5 */
    oq_date valid_until; /* of a certificate */
    int64_t version;
    oq_us created_at, updated_at;
} user_skill;
extern const oq_field user_skill_fields[];

typedef struct holiday {
    oq_uuid id, site_id;      /* zero: every site */
    oq_date from_day, to_day; /* both included */
    oq_str name, name_ar;
    int64_t version;
    oq_us created_at, updated_at;
} holiday;
extern const oq_field holiday_fields[];

#endif
