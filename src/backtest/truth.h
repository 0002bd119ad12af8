/* backtest/truth.h
 *
 * A plant's incidents, held against what was made to go wrong there. Pure.
 *
 * Asked is about each fault that came to its end within the span: it failed, was mended, or the
 * sensor was well again. It was detected when an incident was opened while it lasted, or within an
 * hour after (a machine that comes back), at its asset; also when a sign of it stands in an incident
 * that began at another asset, which then does not count as named, whatever it says. Named: the
 * newest analysis of the first such incident says the fault's cause, likely enough to be told.
 * An incident is false when nothing was wrong at its asset at that moment, nor an hour before.
 *
 * Two faults that share an incident are two questions with one answer: at most one is named. */
#ifndef BACKTEST_TRUTH_H
#define BACKTEST_TRUTH_H

#include "base/base.h"

typedef struct true_fault {
    oq_str site, asset, kind, cause, metric; /* codes; an asset is known by site and code */
    oq_us begins, rests, ends; /* rests: from here on nothing shows of it */
} true_fault;

typedef struct told_incident {
    oq_uuid id;
    oq_str site, asset;
    oq_us opened;
    oq_str cause[3]; /* likeliest first; the first one not given, where nothing was named */
    oq_str title;
} told_incident;

/* Something that opened or fed an incident. */
typedef struct told_sign {
    oq_uuid incident;
    oq_str site, asset;
    oq_us at;
} told_sign;

typedef struct truth_input {
    oq_us from, to; /* opened incidents count within [from, to) */
    const true_fault *fault;
    size_t faults;
    const told_incident *incident; /* in the order of time */
    size_t incidents;
    const told_sign *sign;
    size_t signs;
} truth_input;

typedef struct fault_answer {
    bool is_asked, is_detected, is_elsewhere; /* elsewhere: in another asset's incident alone */
    bool is_first, is_third;                  /* the cause, named first or among three */
    size_t incident;                          /* SIZE_MAX: none */
    double delay_min; /* from the first trace, or the span's beginning; NaN: none */
} fault_answer;

/* `ret_answer`: one for each fault; `ret_is_false`: one for each incident. */
void truth_compare(const truth_input *in, fault_answer *ret_answer, bool *ret_is_false);

#endif
