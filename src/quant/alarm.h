/* quant/alarm.h
 *
 * When an alarm is on: a condition over the signals of one asset, and the machine that follows it
 * in event time. No clock and no database: the same samples give the same changes, live or
 * replayed.
 *
 * A condition is JSON, a leaf or a group:
 *
 *     {"metric": "vibration_rms", "is": "above", "limit": "high_high", "deadband": 0.3}
 *     {"all": [ {"metric": "bearing_temp", "is": "rising", "by": 8, "within_s": 600},
 *               {"any": [ {"metric": "flow", "is": "below", "limit": 12.5},
 *                         {"metric": "flow", "is": "bad"} ]} ]}
 *
 *     is          needs              is true                                  goes when
 *     above       limit              value > limit                            value <= limit -
 * deadband below       limit              value < limit                            value >= limit +
 * deadband away_from   limit, by          |value - limit| > by                     ... <= by -
 * deadband rising      by, within_s       value - lowest of the last within_s >= by  ... < by -
 * deadband falling     by, within_s       highest of the last within_s - value >= by ... < by -
 * deadband stale       after_s            nothing came for after_s                 a sample comes
 *     bad         -                  the newest sample is bad                 one comes that is not
 *
 * `limit` is a number, or "high_high", "high", "low", "low_low": what holds for the signal.
 *
 * What is missing or bad never ends a condition, and never begins one but stale and bad: a leaf
 * holds what it said last. A value of uncertain quality counts. A leaf without signal or without
 * limit is not true.
 *
 * A condition that holds for on_delay raises the alarm, one that does not for off_delay returns it;
 * both are measured in event time and come true by time alone. What time alone decides waits
 * ALARM_SETTLE for samples that are on their way. A sample that comes late, but no more than
 * ALARM_RELOOK behind the newest, is put in its place and all since is looked at again: changes
 * that were told and are not so are taken back. Later ones are counted and left out. */
#ifndef QUANT_ALARM_H
#define QUANT_ALARM_H

#include "quant/json_tree.h"
#include "quant/samples.h"

enum {
    ALARM_LEAVES_MAX = 16,
    ALARM_NODES_MAX = 48,
    ALARM_DEPTH_MAX = 8, /* groups inside groups */
    ALARM_CONDITION_BYTES_MAX = 16 * 1024,
    ALARM_WITHIN_MAX_S = 86400,
    ALARM_AFTER_MAX_S = 604800,
    ALARM_TOLD_MAX = 16, /* changes that may be taken back */
    ALARM_METRIC_MAX = 100,
};
#define ALARM_RELOOK (2 * OQ_MINUTE)
#define ALARM_SETTLE (2 * OQ_SECOND)
#define ALARM_AHEAD  (10 * OQ_MINUTE) /* what is further ahead of now waits for its time */

typedef enum alarm_is {
    ALARM_ABOVE = 1,
    ALARM_BELOW,
    ALARM_RISING,
    ALARM_FALLING,
    ALARM_AWAY_FROM,
    ALARM_STALE,
    ALARM_BAD
} alarm_is;
extern const oq_choice alarm_is_choices[];

typedef enum alarm_limit {
    ALARM_LIMIT_NONE, /* this kind of leaf has none */
    ALARM_LIMIT_NUMBER,
    ALARM_LIMIT_HIGH_HIGH,
    ALARM_LIMIT_HIGH,
    ALARM_LIMIT_LOW,
    ALARM_LIMIT_LOW_LOW
} alarm_limit;
extern const oq_choice alarm_limit_choices[]; /* the four names */

typedef struct alarm_leaf {
    oq_str metric;
    int is;         /* alarm_is */
    int limit_kind; /* alarm_limit */
    double limit;   /* of ALARM_LIMIT_NUMBER; else NaN */
    double deadband, by;
    oq_us within, after;
} alarm_leaf;

/* Groups and leaves in the order in which they are written. */
typedef struct alarm_node {
    int leaf;    /* of a leaf; -1: a group */
    bool is_any; /* of a group: one is enough */
    int end;     /* the node behind its last */
} alarm_node;

typedef struct alarm_condition {
    alarm_leaf leaf[ALARM_LEAVES_MAX];
    int leaves;
    alarm_node node[ALARM_NODES_MAX];
    int nodes;
    oq_us reach; /* so much of the past its leaves look at */
} alarm_condition;

/* Fails with all mistakes joined, each with facts path, line, column and what its sentence wants:
 * json.malformed, json.too_deep, json.number_too_large, alarm_condition.too_long (max),
 * alarm_condition.type (wanted), .field_unknown, .field_unused (is), .required (name),
 * .not_a_choice (choices), .range (min, max), .group_empty, .too_many (max). The field is the path:
 * "condition.all[0].limit". */
OQ_CHECKED oq_err *alarm_condition_parse(oq_arena *arena, oq_str json,
                                         alarm_condition **ret_condition);
void alarm_condition_write(oq_json *j, const alarm_condition *c);

/* --- following it ------------------------------------------------------------------------------*/

typedef struct alarm_delays {
    oq_us on, off;
} alarm_delays;

/* What a leaf looks at. */
typedef struct alarm_signal {
    const samples *samples; /* by time; NULL: there is none */
    double limit;           /* in the signal's unit; NaN: none */
} alarm_signal;

typedef enum alarm_change_kind { ALARM_RAISED = 1, ALARM_RETURNED } alarm_change_kind;

typedef struct alarm_change {
    int kind;
    oq_us at;     /* the delay is over */
    oq_us since;  /* the condition came true, or went */
    int leaf;     /* that says it (raised): the first true one */
    double value; /* of its signal; NaN: none */
} alarm_change;

/* Where a condition stands at a moment: all events up to `at` are in it. */
typedef struct alarm_moment {
    oq_us at;
    bool holds, is_on;
    oq_us holds_since; /* or does not hold since */
    struct {
        bool is_on;
        oq_us seen_at; /* newest sample of any quality; OQ_TIME_NONE: none */
        double value;  /* newest that is one */
    } leaf[ALARM_LEAVES_MAX];
} alarm_moment;

typedef struct alarm_machine {
    alarm_moment base;                 /* final: nothing before it is looked at again */
    alarm_moment front;                /* as far as was looked */
    alarm_change told[ALARM_TOLD_MAX]; /* between the two */
    size_t tolds;
} alarm_machine;

/* A machine that knows nothing before `at`. `is_on`: an alarm is there already, since `since`. */
void alarm_machine_start(alarm_machine *m, const alarm_condition *c, oq_us at, bool is_on,
                         oq_us since);

typedef struct alarm_outcome {
    alarm_change change[ALARM_TOLD_MAX * 2]; /* new, in the order of time */
    size_t changes;
    alarm_change taken_back[ALARM_TOLD_MAX]; /* told before, not so; the latest of what was told */
    size_t taken_backs;
    size_t too_late; /* samples */
    oq_us due_at;    /* time alone changes something then (of the clock); OQ_TIME_NONE: never */
} alarm_outcome;

/* Follows the condition to `now`. `signal` is one per leaf and holds all samples since
 * base.at - reach; `fresh_from` is the oldest time among those that are new (INT64_MAX: none are).
 * More than 2 * ALARM_TOLD_MAX changes in one call: the oldest are left out, but for their effect.
 */
void alarm_look(const alarm_condition *c, alarm_delays delays, const alarm_signal *signal,
                oq_us fresh_from, oq_us now, alarm_machine *m, alarm_outcome *ret_outcome);

/* What it would have said of a stretch of the past: the first `max` (at least 1) changes; returns how
 * many there were in all. */
size_t alarm_replay(const alarm_condition *c, alarm_delays delays, const alarm_signal *signal,
                    oq_us from, oq_us to, alarm_change *ret_change, size_t max);

/* For alarm_states.state: base and told; reading puts the front to the base, so that the next look
 * goes over what came since. Fails: json.malformed, alarm_state.unfit (made for another condition).
 */
void alarm_machine_write(oq_json *j, const alarm_condition *c, const alarm_machine *m);
OQ_CHECKED oq_err *alarm_machine_read(oq_arena *arena, oq_str json, const alarm_condition *c,
                                      alarm_machine *ret_machine);

/* --- what people see (ISA-18.2) ----------------------------------------------------------------*/

typedef enum alarm_standing {
    STANDING_UNACKNOWLEDGED = 1,
    STANDING_ACKNOWLEDGED,
    STANDING_RETURNED, /* the condition went before anybody acknowledged */
    STANDING_LATCHED,  /* the condition went; waits for a reset */
    STANDING_NORMAL
} alarm_standing;

typedef enum alarm_deed { DEED_RAISE = 1, DEED_RETURN, DEED_ACKNOWLEDGE, DEED_RESET } alarm_deed;

typedef struct alarm_step {
    int standing;    /* after it */
    bool is_again;   /* a further occurrence of the same alarm */
    bool is_refused; /* this cannot be done in this standing; nothing changes */
    bool is_nothing; /* changes nothing: it was so already */
} alarm_step;
/* An occurrence while the alarm is active makes it unacknowledged again. */
alarm_step alarm_step_from(int standing, alarm_deed deed, bool is_latched);

/* --- an alarm that comes and goes too often ----------------------------------------------------*/

enum { ALARM_CHATTER_PER_MINUTE = 3 };

typedef struct alarm_proposal {
    double deadband; /* NaN: none helps */
    double on_delay_s;
} alarm_proposal;
/* From the samples of a while during which it chattered: the deadband covers the jumps from sample
 * to sample (three of their standard deviations, two figures), the delay half of the visits beyond
 * the limit (their median, rounded up to seconds). Needs three visits. */
alarm_proposal alarm_propose(const alarm_leaf *leaf, double limit, const samples *s);

#endif
