/* integration/rca_house.h
 *
 * The plant of blackbox_plant.h as centrifugal pumps with signals: a week of samples, a minute
 * apart for the last two days and ten minutes before, quiet until something goes wrong. */
#ifndef INTEGRATION_RCA_HOUSE_H
#define INTEGRATION_RCA_HOUSE_H

#include "integration/blackbox_plant.h"
#include "rca/rca.h"

/* For cmocka's setup: bb_reset, presets, classes; no signals yet. */
int rca_house_reset(void **state);

/* What happens at a pump in the hour before `minutes`: its signals from a week before until
 * `minutes` + 20. */
typedef enum rca_trouble {
    TROUBLE_NONE,
    TROUBLE_BEARING,   /* vibration and bearing temperature rise */
    TROUBLE_CAVITATION /* flow and pressure fall, vibration rises */
} rca_trouble;
void rca_house_signals(house *h, bb_pump pump, double minutes, rca_trouble trouble);

/* A rule of the tenant, as JSON. */
void rca_house_rule(house *h, const char *code, const char *body);
extern const char *const RCA_HOUSE_BEARING_RULE;

/* An alarm of this severity at a pump, and the engine; gives the incident that holds it. */
oq_uuid rca_house_incident(house *h, const char *id, double minutes, bb_pump pump, int severity);
/* rca_analyse as ADMIN_A, committed; the result as JSON. */
rca_run *rca_house_analyse(house *h, oq_uuid incident_id);
/* A value out of the latest run's result, by a path of PostgreSQL: "{causes,0,code}". */
const char *rca_house_of(house *h, oq_uuid incident_id, const char *path);

#endif
