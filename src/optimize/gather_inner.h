/* optimize/gather_inner.h: a problem while it is being gathered. */
#ifndef OPTIMIZE_GATHER_INNER_H
#define OPTIMIZE_GATHER_INNER_H

#include "optimize/rows_inner.h"

typedef struct mode_share {
    oq_str mode;
    double share;  /* of the asset's risk */
    bool is_taken; /* some work is against it already */
} mode_share;

typedef struct asset_risk {
    const ai_score *score; /* NULL: none */
    double *chance;        /* [days + 1]: of having failed by then */
    bool is_known;
    mode_share *share; /* largest first */
    size_t shares;
} asset_risk;

typedef struct gather_skill {
    oq_uuid id;
    oq_str code;
} gather_skill;

typedef struct gathering {
    oq_scope *s;
    oq_arena *arena;
    const optimize_run *run;
    const optimize_parameters *parameters;
    optimize_inputs *in; /* being filled */
    optimize_prices *prices;
    double carbon_price; /* minor units a tonne; NaN: the cost models' */
    oq_str time_zone;
    const optimize_asset *asset;
    size_t assets;
    const oq_uuid *asset_id;     /* rising */
    const uint32_t *asset_place; /* of asset_id[i], among asset */
    asset_risk *risk;            /* of each asset */
    const gather_skill *skill; /* that work asks for; MAINTENANCE_SKILLS_MAX at most */
    size_t skills;
    maintenance_crew *crew; /* of the problem */
    const optimize_window_row *window;
    size_t windows;
    const oq_uuid *unit, *unit_parent; /* the tree */
    size_t units;
    const oq_uuid *limited; /* sites, units and assets where windows alone are for work */
    size_t limits;
    int32_t day_minutes;
    maintenance_job *job;
    optimize_job_names *names;
    size_t jobs, ordered; /* the first of them have orders */
} gathering;

/* The number of an id among `id`, which rise; UINT32_MAX: none. */
uint32_t gather_place(const oq_uuid *id, size_t count, oq_uuid wanted);
OQ_CHECKED oq_err *gather_assets(gathering *g);
uint32_t gather_asset(const gathering *g, oq_uuid id); /* UINT32_MAX: none */
/* All of a risk but its curve. `score` may be NULL. */
void gather_score(oq_arena *arena, const ai_score *score, asset_risk *ret_risk);
/* The share that work against a mode (not given: against whatever is likeliest) takes. *ret_told
 * false: the score says nothing of the mode. NULL with it true: others have taken the share. */
mode_share *gather_share(asset_risk *r, oq_str mode, bool *ret_told);
OQ_CHECKED oq_err *gather_skills(gathering *g);
OQ_CHECKED oq_err *gather_crews(gathering *g, double hours_share);
OQ_CHECKED oq_err *gather_windows(gathering *g);
/* Days of the horizon on which work that stops it for so many minutes may be done; NULL: on each. */
const bool *gather_window(gathering *g, const optimize_asset *a, int32_t minutes);
/* What an hour of stopping costs, by day: nothing for the hours that it stands anyway. NULL: nobody
 * knows. */
const double *gather_stop_cost(gathering *g, const optimize_asset *a, double per_hour,
                               double hours);
OQ_CHECKED oq_err *gather_jobs(gathering *g);
OQ_CHECKED oq_err *gather_parts(gathering *g);
OQ_CHECKED oq_err *gather_after(gathering *g);

#endif
