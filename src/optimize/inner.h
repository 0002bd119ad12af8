/* optimize/inner.h: what the files of optimize/ share. */
#ifndef OPTIMIZE_INNER_H
#define OPTIMIZE_INNER_H

#include "ai/score.h"
#include "optimize/optimize.h"
#include "plant/class.h"
#include "plant/cost.h"
#include "quant/maintenance_plan.h"
#include "quant/maintenance_priority.h"
#include "quant/maintenance_risk.h"

enum {
    OPTIMIZE_HORIZON_MAX = 365,
    OPTIMIZE_ORDERS_MAX = 10000,
    OPTIMIZE_ADVICE_MAX = 1000,    /* rows stored of a run beside all that is planned: the worst */
    OPTIMIZE_CELLS_MAX = 1000000,  /* jobs x days of a problem: what it takes to store and to read it */
    OPTIMIZE_JSON_MAX = 64 << 20,  /* of a problem or a result */
    OPTIMIZE_PARTS_UNIT = 1000,   /* parts are counted in thousandths */
    OPTIMIZE_DAY_MINUTES = 480    /* of a job's day, where no crew says otherwise */
};

/* --- rows of the gathering ------------------------------------------------------------------------*/

typedef struct optimize_asset {
    oq_uuid id, site_id, unit_id, class_id, cost_model_id;
    oq_str code, name, name_ar;
    int criticality;
    double impact_factor; /* share of the site's production lost with it; NaN: not known */
    double power_kw;      /* rated, else typical of the class */
    oq_str country;
} optimize_asset;
extern const oq_field optimize_asset_fields[];

typedef struct optimize_mode_row {
    oq_uuid id, class_id, asset_id, skill_id;
    oq_str code, name, name_ar;
    double repair_h;
} optimize_mode_row;
extern const oq_field optimize_mode_row_fields[];

/* --- the costs of a tenant ------------------------------------------------------------------------*/

/* All that prices rest on, looked up once. */
typedef struct optimize_prices optimize_prices;
/* `as_of` bounds what is learned of downtimes. `asset_id`: what its class needs alone, for a page;
 * zero: all. */
OQ_CHECKED oq_err *optimize_prices_load(oq_scope *s, oq_us as_of, oq_date on_day, oq_uuid asset_id,
                                        optimize_prices **ret_prices);
/* The asset's own cost model, else its class's, else the default one; NULL: none. */
const cost_model *optimize_cost_of(const optimize_prices *prices, const optimize_asset *a);
/* NULL: not known. An empty code: none. */
const optimize_mode_row *optimize_mode_of(const optimize_prices *prices, const optimize_asset *a,
                                          oq_str code);
const optimize_mode_row *optimize_mode_by_id(const optimize_prices *prices, oq_uuid id);
/* Hours it stands after a failure: the median of past failures of this mode in this class; else the
 * mode's repair time and the delay that the cost model gives; else the median of the class's
 * commonest mode; else the median repair time of its modes, and the delay; NaN: not known. */
double optimize_downtime_of(const optimize_prices *prices, const optimize_asset *a,
                            const optimize_mode_row *mode);
/* Hours of planned work against a mode: its repair time. Of a mode that is not named, or gives none:
 * the median of what its class's modes give (*ret_of_class); NaN: none gives any. */
double optimize_hours_of(const optimize_prices *prices, const optimize_asset *a,
                         const optimize_mode_row *mode, bool *ret_of_class);
/* Minor units of `currency` that an hour of a planned stop costs: load is shifted before, a spare
 * runs. What the cost model gives, else an hour of downtime; NaN: not known. */
double optimize_stop_cost(const optimize_prices *prices, const optimize_asset *a, oq_str currency);
/* CO2e of what makes up for it while it stands: its rated power for so many hours, from the grid of
 * its country. Of a failure and of a planned stop alike; NaN: not known. */
double optimize_carbon_kg(const optimize_prices *prices, const optimize_asset *a, double hours);
/* The currency that most assets are priced in; not given: there is no cost model. */
oq_str optimize_currency(const optimize_prices *prices);

/* Fills what a failure, and planned work of so many hours, cost. What is priced in another currency
 * than `currency` is not known. Carbon of an asset whose power is not known is not counted: it
 * would keep work from being planned for the smallest part of its cost. */
void optimize_risk_of(const optimize_prices *prices, const optimize_asset *a,
                      const optimize_mode_row *mode, oq_str currency, double carbon_price_minor,
                      maintenance_risk *ret_risk);

/* --- a problem with its names ---------------------------------------------------------------------*/

typedef struct optimize_job_names {
    oq_uuid order_id; /* zero: none yet, work against `mode` that a score asks for */
    oq_str number, title, title_ar;
    oq_str mode;        /* code; may not be given */
    int kind, priority; /* work_order_kind, work_order_priority; 0 without an order */
    double probability; /* of the failure that it prevents, within the horizon; NaN: not known */
    bool is_risk_unknown;   /* it is due, and is done though no risk could be counted */
    bool is_late;           /* nobody can have it done by the day it is due */
    bool is_hours_of_class; /* nobody said how long it takes: what its class's modes take */
} optimize_job_names;

typedef struct optimize_asset_names {
    oq_uuid id;
    oq_str code, name, name_ar;
    int criticality;
    double impact_factor, health, probability, rul_days, risk; /* NaN: not known */
    oq_uuid site_id;
} optimize_asset_names;

typedef struct optimize_crew_names {
    oq_uuid user_id;
    oq_str name;
} optimize_crew_names;

typedef struct optimize_inputs {
    maintenance_problem problem;
    oq_date from_day;
    oq_str currency;
    const optimize_job_names *job;
    const optimize_asset_names *asset;
    const optimize_crew_names *crew;
    const oq_uuid *site;
    const oq_str *part; /* numbers */
    size_t assets_unscored;
    size_t carbon_unknown; /* jobs whose carbon is not counted */
    size_t orders_cut;     /* more than a plan takes: the least urgent */
    size_t orders_begun, begun_unknown; /* in progress: they take hours first; of unknown length */
    bool is_of_today; /* it looks back, and costs, stock and rosters have no past to look at */
} optimize_inputs;

OQ_CHECKED oq_err *optimize_gather(oq_scope *s, const optimize_run *run,
                                   const optimize_parameters *parameters,
                                   optimize_inputs *ret_inputs);
/* Who is at work, when, and knows what; fills crew, crews and names. Skills are bits in the order
 * of `skill`. */
OQ_CHECKED oq_err *optimize_gather_crews(oq_scope *s, const optimize_run *run, double hours_share,
                                         const oq_uuid *skill, size_t skills, int64_t labour_minor,
                                         optimize_inputs *io_inputs);

/* As stored. What was written reads back as the same problem. Fails: optimize.too_large. */
OQ_CHECKED oq_err *optimize_inputs_write(oq_arena *arena, const optimize_inputs *in,
                                         oq_str *ret_json);
/* What to do about a problem that is larger than a plan takes: optimize.too_large. */
OQ_CHECKED oq_err *optimize_too_large(const optimize_inputs *in);
/* Fails: optimize.inputs_broken. */
OQ_CHECKED oq_err *optimize_inputs_read(oq_arena *arena, oq_str json, optimize_inputs *ret_inputs);
oq_str optimize_inputs_summary(oq_arena *arena, const optimize_inputs *in);

/* --- an answer --------------------------------------------------------------------------------- */

typedef struct optimize_answer {
    maintenance_plan plan;
    maintenance_reason *reason; /* [jobs] */
    maintenance_limit_price limit[MAINTENANCE_LIMIT_COUNT];
    maintenance_priority *rank; /* [assets] */
    maintenance_priority_item *item;
    maintenance_site_priority *site;
    size_t sites;
} optimize_answer;
void optimize_solve(oq_arena *arena, const optimize_inputs *in, const maintenance_effort *effort,
                    optimize_answer *ret_answer);
/* Where a limit binds, by names that a reader knows; what is missing, as a member. */
void optimize_put_limit(oq_json *j, const optimize_inputs *in, const maintenance_limit_at *at);
void optimize_put_missing(oq_json *j, uint32_t missing);
/* Fails: optimize.too_large. */
OQ_CHECKED oq_err *optimize_answer_write(oq_arena *arena, const optimize_inputs *in,
                                         const optimize_answer *a, oq_str *ret_json);
/* What was done, to do it again. Fails: optimize.result_broken. */
OQ_CHECKED oq_err *optimize_answer_effort(oq_arena *arena, oq_str result,
                                          maintenance_effort *ret_effort);
/* The slots of a stored plan; *ret_count of them. */
OQ_CHECKED oq_err *optimize_answer_slots(oq_arena *arena, oq_str result,
                                         maintenance_slot **ret_slot, size_t *ret_count);
OQ_CHECKED oq_err *optimize_store_advice(oq_scope *s, const optimize_run *run,
                                         const optimize_inputs *in, const optimize_answer *a);

#endif
