/* integration/alarm_house.h: a plant with three pumps, rules on them, and the look, step by step.
 */
#ifndef INTEGRATION_ALARM_HOUSE_H
#define INTEGRATION_ALARM_HOUSE_H

#include "alarm/inner.h"
#include "historian/write.h"
#include "support/house.h"

/* The clock of these tests; samples are told by seconds behind it. */
#define ALARM_NOW (INT64_C(1800000000) * OQ_SECOND)

/* P-1 and P-2 stand in one unit, P-3 in another one of the same site; each has the signals
 * "vibration" (mm/s; high 4.5, high_high 7.1) and "flow" (m3/h; low 10). */
enum { PUMPS = 3, VIBRATION = 0, FLOW = 1 };
oq_uuid alarm_house_pump(int pump);
#define ALARM_HOUSE_CLASS oq_uuid_of("00000000-0000-7000-8000-000000000021")
oq_uuid oq_uuid_of(const char *text);

int alarm_house_reset(void **state);

/* Makes a rule from JSON without its brackets; "class" and "asset" (1 to 3) are said in words:
 * ALARM_RULE(h, "high", "class", "{...condition...}", "\"on_delay_s\":5"). */
oq_uuid alarm_house_rule(house *h, const char *code, const char *of, const char *condition,
                         const char *more);
/* One batch with one sample of a pump's signal. */
void alarm_house_write(house *h, int pump, int signal, double at_s, double value, quality q);
/* Looks until there is nothing more, at a time behind ALARM_NOW. */
void alarm_house_look(house *h, double at_s);

/* Alerts as text, in the order they were raised: "P-1/high unacknowledged x1; ". */
const char *alarm_house_alerts(house *h, bool active_only);
/* Steps of all alerts in the order in which they were written: "raised returned ". */
const char *alarm_house_steps(house *h);
/* The only alert, or the latest. */
oq_uuid alarm_house_alert(house *h);

#endif
