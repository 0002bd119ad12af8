/* quant/cause_signals.h
 *
 * What the signals around an incident did: detect.h over each of them, and, for those of the root
 * asset that the others explain (expect.h), over what is left of them instead. So a temperature that
 * follows the load is no finding, one that rises at the same load is, however much the day's heat
 * moves it; and a sensor that drifts is alone in it. Stuck values and oscillations are looked for in
 * the values as they are.
 *
 * While the root asset stands still its signals say nothing of why: what they did then is left out,
 * but for changes of states. It stands still where a state `running` is 0, or, of an asset without
 * one, where flow, power, load, current or speed is far below anything in the base. */
#ifndef QUANT_CAUSE_SIGNALS_H
#define QUANT_CAUSE_SIGNALS_H

#include "quant/detect.h"
#include "quant/expect.h"

typedef struct case_series {
    int64_t no;                   /* of the historian */
    oq_str metric;                /* "vibration_rms" */
    bool is_root_asset;           /* else findings only, no features */
    bool is_state;                /* changes of it only; no features */
    const samples *samples;       /* from base_from on, at least */
    double limit_low, limit_high; /* NaN: none; what lies outside is beyond_limit */
} case_series;

typedef struct signal_rule {
    oq_us base_from, look_from, until; /* looked at is [look_from, until), against the base before */
    /* What grows over days hides in such a base: hourly means of [slow_from, until) are looked at
     * too, against what was before; 0: not. */
    oq_us slow_from;
    double score_min; /* 0: that of detect.h */
    size_t base_min;
} signal_rule;

typedef struct signal_finding {
    size_t series; /* which */
    finding what;  /* of one against the asset's state: `before` is what was expected, at its time */
    bool is_slow, beyond_limit;
    const expectation *by; /* NULL: against its own past */
} signal_finding;

typedef struct signal_findings {
    signal_finding *at; /* series by series, in the order of time */
    size_t count;
    double *base_level, *base_scale; /* of each series as it is; NaN: too little of a base */
} signal_findings;

void cause_signals_find(oq_arena *arena, const case_series *series, size_t count,
                        const signal_rule *rule, signal_findings *ret_findings);

#endif
