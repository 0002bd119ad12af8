/* quant/anomaly.h
 *
 * Is an asset, as its signals tell it, behaving as it used to, since when not, and which signals
 * make the difference? Learned once from a base (weeks of its own past), looked at again and again
 * with the newest samples. Pure: the same samples give the same answer, byte for byte.
 *
 * What is looked at. Samples go onto a grid of `step`; a bucket's value is the mean of its good
 * samples (of a state the last). From the rows of the grid come pieces of evidence:
 *
 *     LEVEL     a signal is outside of what it is at this hour, by its own past (quant/season.h)
 *     JUMP      it is not where it was going to be a moment ago (quant/forecast.h)
 *     SHIFT     its level has moved, perhaps by little, and stays (EWMA, quant/control_chart.h)
 *     RELATION  signals do not go together as they used to, now and over the rows before, or
 *               scatter more than they did: Q and S of dynamic PCA (quant/mspc.h)
 *     SILENT    nothing came for longer than its silences used to be. Missing data is evidence and
 *               not a pause: a silent signal is said, the others go on being looked at
 *     STUCK     the same value again and again, for longer than it used to
 *     CHANGED   a signal that never changed has another value
 *
 * What it is worth. The first four are distances. Each is measured on five parts of the base in
 * turn, by models that have not seen that part; over what a hundredth of such rows is beyond, those
 * of one kind are comparable, and the largest of a kind has a chance (beyond what the base has seen
 * by a generalized Pareto tail, quant/tail.h). The rarest kind is held against the rarest kind of
 * the same rows once more, and that gives `rate_per_day`: how often a day, with nothing wrong, the
 * asset looks at least as odd as now (episodes, not rows). With the asset's budget of false alarms
 * a day
 *
 *     score = budget / (budget + rate_per_day)                                            0..1
 *
 * which is the chance that this is real, if real ones are as frequent as false ones are allowed to
 * be. A score of 0.5 and more is flagged. The last three have a rate by how far they are beyond the
 * longest of the base.
 *
 * LEVEL and SHIFT say nothing of a signal that moves so slowly that the base is worth fewer than a
 * hundred independent values of it (that is said: SLOW); JUMP and RELATION do.
 *
 * Nothing here needs a unit, but people do: a signal without one is noted. */
#ifndef QUANT_ANOMALY_H
#define QUANT_ANOMALY_H

#include "quant/samples.h"

/* --- asking --------------------------------------------------------------------------------------*/

typedef struct anomaly_signal {
    samples samples; /* those that are not good, and NaN, are passed over */
    bool is_state;   /* steps between values, no noise */
    bool has_unit;
} anomaly_signal;

typedef struct anomaly_rule {
    oq_us step;            /* of the grid; 0: as the signals come, at most ANOMALY_ROWS_MAX rows */
    double budget_per_day; /* false alarms of this asset; 0: ANOMALY_BUDGET */
    oq_us utc_offset;      /* of the site's clock: hours of day and week are local ones */
} anomaly_rule;

enum {
    ANOMALY_ROWS_MAX = 10000, /* of a base */
    ANOMALY_ROWS_MIN = 100,   /* with a value, for a signal to take part */
    ANOMALY_SIGNALS_MAX = 64
};
#define ANOMALY_BUDGET 0.1 /* one in ten days */

/* --- what is missing -----------------------------------------------------------------------------*/

typedef enum anomaly_lack {
    ANOMALY_ENOUGH = 0,
    ANOMALY_NO_SAMPLES,  /* none in the base */
    ANOMALY_FEW_SAMPLES, /* rows with a value: `got` of `wanted` */
    ANOMALY_BAD_QUALITY, /* there would be enough, but too few are good: `got` of `wanted` */
    ANOMALY_FUTURE,      /* samples dated after the base's end: `got`; passed over */
    ANOMALY_CONSTANT,    /* one value in the whole base: only a change of it can be seen */
    ANOMALY_NO_UNIT,     /* takes part; its numbers cannot be told with a unit */
    ANOMALY_TOO_MANY,    /* signals beyond ANOMALY_SIGNALS_MAX */
    ANOMALY_SLOW         /* takes part, but not in LEVEL and SHIFT: independent values, `got` of
                            `wanted` */
} anomaly_lack;
extern const oq_choice anomaly_lack_choices[]; /* "ENOUGH" "NO_SAMPLES" ... */

typedef struct anomaly_need {
    int lack;
    size_t signal; /* place in the list given */
    double got, wanted;
} anomaly_need;

/* --- learning ------------------------------------------------------------------------------------*/

typedef struct anomaly_model anomaly_model; /* in an arena; not changed by looking */

/* From the base [from, to) of up to ANOMALY_SIGNALS_MAX signals, in the order in which they will be
 * given to anomaly_look. Never NULL: what is missing is told by anomaly_needs. */
anomaly_model *anomaly_learn(oq_arena *arena, const anomaly_signal *signal, size_t signals,
                             oq_us from, oq_us to, const anomaly_rule *rule);

typedef struct anomaly_about {
    bool is_usable; /* at least one signal takes part */
    oq_us from, to, step;
    oq_us reach; /* how far before its `from` anomaly_look wants samples: the longest silence or run
                    that could be odd, at most 2,000 rows */
    size_t signals, taking_part;
    size_t rows; /* of the base with any value */
    double budget_per_day;
    const anomaly_need *need; /* all that is missing, signal by signal */
    size_t needs;
} anomaly_about;
anomaly_about anomaly_tell(const anomaly_model *m);

/* --- looking -------------------------------------------------------------------------------------*/

typedef enum anomaly_kind {
    ANOMALY_LEVEL = 1,
    ANOMALY_JUMP,
    ANOMALY_SHIFT,
    ANOMALY_RELATION,
    ANOMALY_SILENT,
    ANOMALY_STUCK,
    ANOMALY_CHANGED
} anomaly_kind;
extern const oq_choice anomaly_kind_choices[]; /* "LEVEL" "JUMP" ... */

/* One contributor, and the facts of a sentence about it. */
typedef struct anomaly_reason {
    int kind;
    size_t signal;              /* place in the list given */
    double share;               /* of the reasons given; they add up to 1 */
    double value;               /* at the moment; of SILENT the last one; NaN: none ever */
    double expected, low, high; /* what it is at this hour by its own past, of JUMP where it was
                                   going to be; and the band beyond which that alone is flagged.
                                   NaN: not known */
    oq_us since;                /* when this piece of evidence began */
    double lasted_s, usual_s;   /* of SILENT and STUCK: how long, and the longest of the base */
} anomaly_reason;
enum { ANOMALY_REASONS_MAX = 8 };

/* The expected band of a signal over the rows looked at, for drawing. */
typedef struct anomaly_band {
    double *value, *expected, *low, *high; /* NaN: none */
} anomaly_band;

typedef struct anomaly_look_rule {
    oq_us from, to;  /* rows in [from, to) are scored; to: now. Later samples are passed over */
    bool has_course; /* also the score and the bands row by row */
} anomaly_look_rule;

typedef struct anomaly_view {
    bool is_ready;          /* false: nothing takes part, or no row lies in [from, to) */
    double score;           /* 0..1: the highest of the rows looked at; NaN: not ready */
    double rate_per_day;    /* of normal operation that looks at least so odd */
    double chance;          /* share of normal rows that look at least so odd */
    bool is_flagged;        /* score >= 0.5 */
    bool is_new;            /* the score now (of the last row) is flagged, the row before `from` was
                               not: an alarm begins */
    double score_now;       /* of the last row */
    int kind;               /* of the strongest evidence at `at` */
    oq_us at;               /* the row of the highest score */
    oq_us since;            /* when what is seen at `at` began; OQ_TIME_NONE: nothing is flagged */
    anomaly_reason *reason; /* strongest first */
    size_t reasons;
    size_t good, silent; /* signals that take part: with a value at `to`, without */

    size_t rows; /* of the course: all below is as long; 0: not asked for */
    oq_us *time; /* where each row's bucket begins */
    double *course_score, *course_chance;
    anomaly_band *band; /* of each signal of the list */
} anomaly_view;

/* The signals in the order of learning. Samples older than from - reach are not looked at. Fails:
 * anomaly.signals_other (facts: got, wanted). */
OQ_CHECKED oq_err *anomaly_look(oq_arena *arena, const anomaly_model *m,
                                const anomaly_signal *signal, size_t signals,
                                const anomaly_look_rule *rule, anomaly_view *ret_view);

/* --- keeping -------------------------------------------------------------------------------------*/

/* The model as bytes in the arena; the first byte is the form's number. */
oq_str anomaly_encode(oq_arena *arena, const anomaly_model *m);
/* What was encoded, or an error: takes any bytes. Fails:
 * anomaly.model_broken (fact: bytes). */
OQ_CHECKED oq_err *anomaly_decode(oq_arena *arena, oq_str bytes, anomaly_model **ret_model);

#endif
