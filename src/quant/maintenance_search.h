/* quant/maintenance_search.h: what the moves of the local search stand on (inside the solver). */
#ifndef QUANT_MAINTENANCE_SEARCH_H
#define QUANT_MAINTENANCE_SEARCH_H

#include "quant/maintenance_inner.h"

enum { SEARCH_CHANCES = 4096 };

typedef struct search {
    plan_state *state;
    const plan_table *table;
    uint64_t random;
    double temperature, temperature_first, temperature_last;
    double exponential[SEARCH_CHANCES]; /* -ln of evenly spread shares */
    uint32_t *active, actives;          /* jobs that have options */
    int64_t *least;                     /* [jobs]: the cheapest of its options and of being out */
    /* As table.option, each job's from the cheapest: what a move may cost decides how many of them
     * are worth a try. */
    const plan_option **cheap;
    int64_t *cheap_cost;
    /* Who competes for a unit or a part: jobs by unit, then by part. */
    uint32_t *by_unit, *unit_at, *by_part, *part_at;
    int64_t best_cost;
    maintenance_slot *best;
} search;

/* Keeps the plan where it is the best so far. Called before a move that makes it dearer: most
 * improvements are followed by another. */
void search_remember(search *s);

/* One move: kept or taken back. */
void search_step(search *s);

#endif
