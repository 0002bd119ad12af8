/* A plant with people who work shifts, for tests of duty and work orders: what house.h opens, and
 * in tenant A a site in Riyadh with an asset, three engineers, a skill, shifts and who is on call.
 */
#ifndef INTEGRATION_WORK_HOUSE_H
#define INTEGRATION_WORK_HOUSE_H

#include "base/test.h"
#include "support/house.h"

/* Their names are in this order; their e-mail is <name>@a.example. */
typedef enum worker { ALI, BADR, CARIM, ZAID, WORKERS } worker; /* ZAID: reliability_engineer */

#define WORK_SITE  ((oq_uuid){{0x51}})
#define WORK_ASSET ((oq_uuid){{0xa5}})
#define WORK_MODE  ((oq_uuid){{0xf0}}) /* of the asset; asks for the skill */
#define WORK_SKILL ((oq_uuid){{0x5c}})

/* Thursday 2026-11-19, 12:00 in Riyadh. */
#define WORK_NOON (INT64_C(1795078800) * OQ_SECOND)

/* For cmocka, after house_reset. The clock stands at WORK_NOON. */
int work_house_reset(void **state);

oq_uuid worker_id(worker w);
oq_scope *worker_scope(house *h, worker w, oq_access access);
/* Somebody works a shift, from Sunday 2026-11-01 on; `length_min` from `starts_min`, every day. */
void work_shift(house *h, worker w, const char *code, int starts_min, int length_min,
                bool is_on_call);
void work_away(house *h, worker w, const char *from_day, const char *to_day);
void work_skill(house *h, worker w, int level, const char *valid_until);

/* Rows of a table of tenant A. */
int64_t work_count(house *h, const char *table_and_where);

#endif
