/* quant/cause_build.h
 *
 * From what is known around an incident to its case: events as they happened, what its signals did
 * (findings of cause_signals.h), and numbers that mean the same from case to case. The product's analysis
 * and the backtest over published data call this one function, so that what is measured is what
 * runs.
 *
 * A case must not contain its own answer. Left out are: events and samples at or after `until`
 * (what was not yet known, or not yet looked at), and maintenance at or after the anchor, which is
 * the repair. An event whose kind or payload names the cause that was found later (a failure's
 * record as a person filed it) is the caller's to leave out.
 *
 * Features, by name ("M" stands for the metric of one of the root asset's series, "K" for the kind
 * of a maintenance event, which is the component that was replaced):
 *     M.mean_3h  M.mean_24h  M.sd_24h      of good samples within so many hours before the anchor
 *     M.last                               the last good sample before it, not older than 7 days
 *     M.shift_24h                          (mean_24h - base level) / base scale, of detect.h
 *     M.beyond_24h                         share of those samples outside the limits
 *     hours_since_maintenance              of anything on the root asset
 *     hours_since_maintenance.K            of this component
 * A number that cannot be known is NaN. Features look back from the anchor only. */
#ifndef QUANT_CAUSE_BUILD_H
#define QUANT_CAUSE_BUILD_H

#include "quant/cause_case.h"
#include "quant/cause_signals.h"

typedef struct case_order {
    oq_uuid id;         /* of the incident */
    oq_str asset_class; /* code; not given: unknown */
    oq_us anchor;       /* T */
    oq_us until;        /* the window's end, or the moment of what was known if that is earlier */
    oq_us look_from;    /* findings are looked for in [look_from, until) ... */
    oq_us base_from;    /* ... against [base_from, look_from) */
    double score_min;   /* of findings; 0: that of detect.h */
    size_t base_min;    /* the same */
    const case_item *event; /* in any order, as far back as is worth knowing: a week of events, the
                               maintenance of a year or more */
    size_t events;
    const case_series *series;
    size_t series_count;
    const signal_findings *found; /* what they did, where that is known already; NULL: looked for */
    oq_str cause; /* confirmed; not given: unknown */
} case_order;

/* In the arena; texts of `order` are not copied. The same order gives the same case, in whatever
 * order its events and series stand. */
void cause_build(oq_arena *arena, const case_order *order, cause_case *ret_case);

#endif
