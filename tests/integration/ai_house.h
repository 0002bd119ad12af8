/* A class of pumps with generated histories: lifetimes by Weibull, a vibration that drifts before
 * each failure, orders that mend them. */
#ifndef INTEGRATION_AI_HOUSE_H
#define INTEGRATION_AI_HOUSE_H

#include "ai/inner.h"
#include "support/house.h"

/* 2026-06-01T00:00:00Z: now, while a test does not say otherwise. */
#define AI_NOW (INT64_C(1780272000) * OQ_SECOND)

enum { AI_FLEET = 40, AI_FLEET_DAYS = 240 };

typedef struct ai_fleet {
    oq_uuid tenant_id, class_id, site_id;
    oq_uuid asset[AI_FLEET];
    double to_failure_d[AI_FLEET]; /* from AI_NOW to the next failure that is on its way */
    size_t failures;               /* on record */
} ai_fleet;

/* Tables empty, the clock at AI_NOW. */
int ai_house_reset(void **state);

typedef struct ai_fleet_order {
    house_person by; /* ADMIN_A or ADMIN_B: whose tenant */
    size_t assets;
    int days;
    bool no_failures; /* nothing ever fails */
    uint64_t seed;
} ai_fleet_order;
void ai_house_fleet(house *h, const ai_fleet_order *order, ai_fleet *ret_fleet);

/* A signal of an asset with hourly samples; `value` of each hour from `from` on; NaN: none. */
void ai_house_signal(house *h, const ai_fleet *fleet, size_t which, const char *metric,
                     const char *unit, oq_us from, const double *value, size_t count);

/* Further samples of a signal that is there, as senders send them. */
void ai_house_later(house *h, house_person by, oq_uuid asset_id, const char *metric, oq_us from,
                    double value, size_t hours);

/* Fits the class and stores what came of it; of assets' own models those of the first `owns`. */
void ai_house_fit(house *h, house_person by, const ai_fleet *fleet, size_t owns);

/* A score as known at a moment. */
ai_score *ai_house_make(house *h, house_person by, oq_uuid asset_id, oq_us at);

/* Scores and stores as the job does. */
void ai_house_score(house *h, house_person by, const oq_uuid *asset, size_t count);

#endif
