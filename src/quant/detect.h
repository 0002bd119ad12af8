/* quant/detect.h
 *
 * What is odd about a signal: spikes, drops, drifts, steps, stuck values, oscillations, against how
 * the same signal was before. Pure: samples in, findings out; the same samples give the same
 * findings. Samples that are not good, and NaN, are passed over; how much of the span was good is
 * part of the answer, and too little of it is said instead of guessed.
 *
 * The methods, all robust (a few wild samples in the base change nothing) and O(n log n):
 *
 * - Level and scale: median and 1.4826 MAD of the base; where more than half of the base is one
 *   value, 1.2533 times the mean deviation (B. Iglewicz, D. Hoaglin, How to Detect and Handle
 *   Outliers, ASQC 1993, "modified z-scores"). Never less than half a step of the instrument's
 *   resolution as the base shows it.
 * - Spike, drop: the residual of a running median (J. W. Tukey, Exploratory Data Analysis, 1977,
 *   chapter 7) against a threshold that grows with the samples looked at and with the base's tails.
 * - Step, drift: stretches of the running median, with hysteresis, told apart by how long the rise
 *   from 20 % to 80 % took. A stretch that comes back is a spike or a drop.
 * - Oscillation: swings through a hysteresis around the trend, four cycles at least, whose lengths
 *   deviate by a third of their mean at most (N. F. Thornhill, B. Huang, H. Zhang, Detection of
 *   multiple oscillations in control loops, J. Process Control 13, 2003).
 * - Stuck: a run of one value, score_min times longer than any in the base, ten at least.
 *
 * Spans of an hour of noise, a sample a minute, against four hours: of 10,000 one has a finding; 59
 * where each sample keeps 0.9 of the last, 813 with the tails of Student's t (detect_test.c). */
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
    double before, after; /* level of the base (of a short spike: around it), and the extreme or
                             the level within */
    /* Robust z: distance in scales of the base (1.4826 MAD, never zero); of an oscillation its
     * amplitude in them. Of STUCK: how many times the longest run in the base. Of a state: the root
     * of how many samples of the base there were for one such change. */
    double score;
    double period_s; /* of an oscillation; else NaN */
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

enum { FINDINGS_MAX = 64 }; /* of one signal: the strongest */

/* In the arena. With too little of a base, base_level is NaN and there are no findings. */
void detect_find(oq_arena *arena, const samples *s, const detect_rule *rule,
                 findings *ret_findings);

#endif
