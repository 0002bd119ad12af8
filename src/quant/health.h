/* quant/health.h
 *
 * Health assessment (ISO 13374, block HA): one number from 0 (nothing left) to 100 (as new), what
 * it is made of, and what was not known.
 *
 * Contributors. Each has a score 0..100, a weight, and how well it is known. Those of one part
 * share the part's weight evenly, however many there are. With weights w and scores s
 *
 *     mean   = sum w s / sum w
 *     health = min(mean, 20 + 0.8 s of each decisive contributor)
 *
 * The second half is there because a mean forgives: a machine beyond its trip limit is not well
 * because its inspections are up to date. A decisive contributor at 0 leaves 20 at most, at 25
 * leaves 40, at 100 it takes nothing. Losses add up to 100 - health: w (100 - s) / sum w each, and
 * what the second half takes goes to the contributor that it took it for.
 *
 * What is missing never raises health. A contributor that is not GOOD counts with the smallest of
 * 50, its last known score, and the mean that comes out with it, of its part and of all; a last
 * known score of a decisive one goes on limiting health. So a sensor at its trip limit that goes
 * silent stays there, equipment that nobody inspects is not healthy, losing an input never helps,
 * and neither does leaving it out (health_test.c holds both for any contributors). How far the
 * missing inputs leave the answer open is the band: `low` with all of them at 0, `high` with all of
 * them at 100.
 *
 *     ENOUGH      good inputs have 80 % of the weight, no needed one is missing
 *     PARTIAL     an answer, but a wide one
 *     NOT_ENOUGH  less than 30 % of the weight is good, or none: no score, only the band
 *
 * Scores come from the functions below; each says its formula. NaN in, NaN out: then the
 * contributor is MISSING. */
#ifndef QUANT_HEALTH_H
#define QUANT_HEALTH_H

#include "base/base.h"

/* --- contributors ------------------------------------------------------------------------------*/

typedef enum health_part {
    HEALTH_LIMITS = 1,  /* distance of a metric to its limits, weight 25, decisive */
    HEALTH_FAILURE,     /* probability of a failure within the horizon, 20, decisive */
    HEALTH_ANOMALY,     /* 15 */
    HEALTH_INSPECTIONS, /* overdue ones, 10 */
    HEALTH_MAINTENANCE, /* overdue planned maintenance, 10 */
    HEALTH_ORDERS,      /* open work orders by priority, 10 */
    HEALTH_ALARMS,      /* standing and recent ones, 5 */
    HEALTH_AGE,         /* against the expected life, 5 */
    HEALTH_PART_END
} health_part;
extern const oq_choice health_part_choices[]; /* "limits" "failure" "anomaly" ... */
/* The weights above; they add up to 100. */
double health_part_weight(int part);
bool health_part_is_decisive(int part);

typedef enum health_input {
    HEALTH_GOOD = 1,
    HEALTH_STALE,      /* known once, not lately */
    HEALTH_TOO_LITTLE, /* known, from too few samples */
    HEALTH_MISSING     /* asked for, and not there */
} health_input;
extern const oq_choice health_input_choices[]; /* "good" "stale" "too_little" "missing" */

typedef struct health_contributor {
    int part;
    int input;      /* a GOOD one whose score is NaN counts as MISSING */
    oq_str name;    /* which metric, plan, ...; empty: the part has only one */
    double score;   /* 0..100; unless GOOD: the last known one; NaN: never known */
    bool is_needed; /* without it the answer is PARTIAL at best */
    double weight;  /* of the part in points; 0: as above. The same for all of a part */
    /* out: */
    double counted; /* the score it counted with */
    double share;   /* of all weight, 0..1 */
    double loss;    /* points of health it took */
} health_contributor;

typedef enum health_state { HEALTH_ENOUGH = 1, HEALTH_PARTIAL, HEALTH_NOT_ENOUGH } health_state;
extern const oq_choice health_state_choices[]; /* "ENOUGH" "PARTIAL" "NOT_ENOUGH" */

typedef struct health {
    int state;
    double score, low, high; /* score: NaN when NOT_ENOUGH */
    double good_share;       /* of the weight, 0..1 */
    size_t missing;          /* contributors that are not GOOD */
} health;

/* Fills the contributors' last members and puts them in order: the largest loss first (then by
 * part, then by name). Fails: health.score_invalid (facts: part, name, score: not within 0..100),
 * health.weight_invalid (facts: part: negative, not finite, or two weights in one part). */
OQ_CHECKED oq_err *health_assess(health_contributor *io_contributor, size_t count,
                                 health *ret_health);

/* --- scores ------------------------------------------------------------------------------------*/

/* Limits of a metric in its unit; NaN: there is none. Of vibration by ISO 20816: good = A/B, high =
 * B/C, high_high = C/D, normal = 0. */
typedef struct health_limits {
    double low_low, low;    /* trip and alarm, downwards */
    double high, high_high; /* alarm and trip, upwards */
    double good;            /* up to here like new (upwards only) */
    double normal;          /* where it usually is */
} health_limits;

typedef enum health_zone {
    HEALTH_ZONE_NONE = 0, /* no value or no limits */
    HEALTH_ZONE_A,        /* as new; without `good`: like B */
    HEALTH_ZONE_B,        /* for unlimited operation */
    HEALTH_ZONE_C,        /* beyond the alarm limit: for a limited time */
    HEALTH_ZONE_D         /* beyond the trip limit: damage */
} health_zone;
extern const oq_choice health_zone_choices[]; /* "A" .. "D" */
/* A value on a boundary is in the better zone. */
int health_zone_of(double value, const health_limits *limits);

/* Straight lines through: normal 100, good 85, alarm 60, trip 30, and as far beyond the trip limit
 * as that is beyond the alarm limit 0; the worse of both sides. Without `normal` the line to the
 * alarm limit begins at `good` with 100, or without that as far before the alarm limit as the trip
 * limit is behind; without a trip limit it is taken as far behind the alarm limit as normal or good
 * is before. With an alarm limit alone: 100 up to it, 45 beyond; a trip limit alone: 100 and 15.
 * Limits in the wrong order: the outer one is passed over. NaN: no value, or neither alarm nor trip
 * limit. */
double health_score_limits(double value, const health_limits *limits);

/* `anomaly` 0..1, flagged from 0.5 (quant/anomaly.h): 100 (1 - anomaly). */
double health_score_anomaly(double anomaly);

/* Probability of a failure within the horizon: 100 (1 - 2 p), 0 from one half. */
double health_score_failure(double p);

/* Things that are overdue, in days (<= 0: not yet due) and days between two of them (NaN: 90). The
 * worst counts: 100 - 50 overdue / interval; each further overdue one takes 5 more. Not below 0.
 * NaN: count is 0, or one is NaN (a plan that was never once carried out is MISSING, not in time).
 */
typedef struct health_due {
    double overdue_d, interval_d;
} health_due;
double health_score_overdue(const health_due *due, size_t count);

enum { HEALTH_PRIORITIES = 4 }; /* critical, high, medium, low: as alarms and orders have them */
/* Open orders by priority: 100 times 0.4, 0.65, 0.85, 0.95 for each one. */
double health_score_orders(const size_t open[HEALTH_PRIORITIES]);

/* Alarms: 100 exp(-sum), where each takes 1, 0.5, 0.2, 0.05 by priority, halved for every 7 days
 * since it ended (0: it stands). Those of the future (days < 0) count as standing. */
typedef struct health_alarm {
    int priority; /* 1 critical ... 4 low */
    double ended_d;
} health_alarm;
double health_score_alarms(const health_alarm *alarm, size_t count);

/* Age over expected life: 100 up to a half, 40 at one, 0 from one and a half; lines between. NaN:
 * negative age (installed in the future), or no expected life. */
double health_score_age(double age, double expected);

#endif
