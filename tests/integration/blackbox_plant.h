/* integration/blackbox_plant.h
 *
 * A small plant for tests of the black box, in tenant A: a site, a block with two units, and pumps.
 *
 *     SITE ─ BLOCK ─┬─ UNIT_1 ─ P-101 (critical), P-102
 *                   └─ UNIT_2 ─ P-201
 *            UNIT_3 ─ P-301           and P-900, of no unit */
#ifndef INTEGRATION_BLACKBOX_PLANT_H
#define INTEGRATION_BLACKBOX_PLANT_H

#include "blackbox/incident.h"
#include "support/house.h"

typedef enum bb_pump { P101, P102, P201, P301, P900, BB_PUMPS } bb_pump;

/* Empties what the black box and the plant hold, and makes the plant anew. For cmocka's setup. */
int bb_reset(void **state);
oq_uuid bb_pump_id(bb_pump pump);
oq_uuid bb_site_id(void);

/* The moment that tests stand at: the clock is set there by bb_reset. */
#define BB_NOW (20000 * OQ_DAY + 8 * OQ_HOUR)
/* Minutes from BB_NOW. */
oq_us bb_at(double minutes);

/* An event as the alarms tell it, at a pump. `id` tells it apart. */
event_order bb_alert(const char *id, double minutes, bb_pump pump, int severity);
/* A reading that opens nothing. */
event_order bb_reading(const char *id, double minutes, bb_pump pump);
/* Adds them as ADMIN_A in a unit of work of its own; gives how many were new. */
size_t bb_add(house *h, const event_order *order, size_t count);
/* The engine, until it has looked at all of it, and once more at what is open. */
void bb_run(house *h);

/* Incidents that stand (not merged), in the order of their windows: "from to severity events". */
const char *bb_incidents(house *h);

#endif
