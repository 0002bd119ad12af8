/* quant/archive.h
 *
 * Archive rules: which samples are worth keeping. Exception: a sample whose value is within
 * `exception_deviation` of the last one passed on says nothing new; one beyond is passed on, and so
 * is the one before it. Where the last one gets older than exception_max, or a straight line from
 * it no longer passes those since within the deviation, the furthest whose line does is passed on.
 * Swinging door: of what is left, those stay from which a straight line passes all
 * others within `compression_deviation` (E. H. Bristol, Swinging door trending, ISA 1990). For
 * states a sample stays when the value changes, whatever the deviations.
 *
 * Samples that are not good, and the last good one before and the first after them, always stay,
 * and so do the first and the last. The error of a straight line between kept samples is at most
 * exception_deviation + compression_deviation at every dropped sample's time (and as much more as
 * doubles round). */
#ifndef QUANT_ARCHIVE_H
#define QUANT_ARCHIVE_H

#include "quant/samples.h"

typedef struct archive_rule {
    double exception_deviation;   /* NaN: none */
    oq_us exception_max;          /* 0: none */
    double compression_deviation; /* NaN: none */
    oq_us compression_max;        /* 0: none; a longer distance between two kept samples never,
                                     but where the signal was silent as long */
    bool is_state;
    oq_us gap_max; /* 0: none; what readers take for a gap (aggregate_rule): none is made, and what
                      was one stays one */
} archive_rule;

bool archive_rule_keeps_all(const archive_rule *rule);
/* The bound: exception_deviation + compression_deviation; 0 when all are kept. */
double archive_error_max(const archive_rule *rule);
/* The samples that stay, in the arena. `ret_error` (or NULL) is the largest error that happened. */
samples archive_apply(oq_arena *arena, const samples *s, const archive_rule *rule,
                      double *ret_error);

#endif
