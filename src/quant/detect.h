/* quant/detect.h
 *
 * What is odd about a signal: spikes, drops, drifts, steps, stuck values, oscillations, against how
 * the same signal was before. Pure: samples in, findings out; the same samples give the same
 * findings. Samples that are not good, and NaN, are passed over; how much of the span was good is
 * part of the answer, and too little of it is said instead of guessed. */
#ifndef QUANT_DETECT_H
#define QUANT_DETECT_H

#include "base/base.h"
#include "quant/samples.h"

typedef enum finding_kind {
    FINDING_SPIKE = 1, /* up and back */
    FINDING_DROP,      /* down and back */
    FINDING_DRIFT_UP,  /* a slope that goes on */
    FINDING_DRIFT_DOWN,
    FINDING_STEP_UP, /* another level from one moment on */
    FINDING_STEP_DOWN,
    FINDING_STUCK,      /* one value, where there was noise before */
    FINDING_OSCILLATION /* regular swings of a size that were not there before */
} finding_kind;
extern const oq_choice finding_kind_choices[]; /* "SPIKE" "DROP" "DRIFT_UP" ... */

typedef struct finding {
    int kind;
    oq_us from, to;       /* first and last sample of it */
    double before, after; /* level of the base, and the extreme or the level within */
    double score;         /* robust z: distance in scales of the base (1.4826 MAD, never zero) */
    double period_s;      /* of an oscillation; else NaN */
} finding;

typedef struct findings {
    finding *at; /* in the order of `from` */
    size_t count;
    size_t base_good, span_good;   /* samples that were used */
    double base_level, base_scale; /* NaN: too little of a base */
} findings;

typedef struct detect_rule {
    oq_us base_from, from, to; /* the base [base_from, from), the span [from, to) */
    double score_min;          /* 0: 4 */
    size_t base_min;           /* samples at least; 0: 20 */
    bool is_state;             /* a state has no slope: only changes of it are found, as steps */
} detect_rule;

/* In the arena. With too little of a base, base_level is NaN and there are no findings. */
void detect_find(oq_arena *arena, const samples *s, const detect_rule *rule,
                 findings *ret_findings);

#endif
