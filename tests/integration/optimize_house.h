/* A plant to plan for: what work_house.h has, with three scored pumps, prices and people at work. The
 * clock stands at WORK_NOON; a plan begins on Friday 2026-11-20. */
#ifndef INTEGRATION_OPTIMIZE_HOUSE_H
#define INTEGRATION_OPTIMIZE_HOUSE_H

#include "work_house.h"

#include <math.h>

#include "job/job.h"
#include "optimize/compare.h"
#include "optimize/optimize.h"
#include "optimize/run.h"

#define A          "'0a000000-0000-0000-0000-000000000000'"

#define PUMP_TWO   ((oq_uuid){{0xa2}}) /* P-102, may leak, 0.5 within 30 days */
#define PUMP_THREE ((oq_uuid){{0xa3}}) /* P-103, hardly ever */

#define CHECK_SEEN(label, asked, wanted, part)                                                     \
    do {                                                                                           \
        const seen seen_ = (asked);                                                                \
        if (seen_.status != (wanted) || !seen_has(&seen_, part))                                   \
            fail_msg("%s: wanted %d with %s, got %d %.*s", (label), (wanted), (part),              \
                     seen_.status, OQ_FMT(seen_.body));                                            \
    } while (0)

/* For cmocka, before each test. */
int optimize_furnish(void **state);

const char *optimize_id(house *h, oq_uuid id);
void optimize_sql(house *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An asset whose chance to fail rises on a line to `at_end` on day 30. */
void optimize_score(house *h, oq_uuid asset_id, const char *mode, double at_end);
void optimize_score_again(house *h, oq_uuid asset_id, const char *mode, double at_end);
void optimize_add_mode(house *h, oq_uuid asset_id, const char *code, int repair_h);
/* Of the whole site. */
void optimize_add_window(house *h, const char *code, const char *kind, const char *from,
                         const char *to);
/* Four hours of corrective work, high priority. */
oq_uuid optimize_add_order(house *h, oq_uuid asset_id, const char *title, const char *due);

optimize_parameters optimize_plain(house *h);
optimize_run *optimize_plan_with(house *h, optimize_parameters parameters, int64_t days);
optimize_run *optimize_plan(house *h); /* of 14 days */
optimize_advices optimize_rows(house *h, const optimize_run *of);
/* The asset's first row; NULL: none. */
const optimize_advice *optimize_row(const optimize_advices *rows, const char *code);

/* All jobs that are due; a job of a kind, and those. */
void optimize_jobs(house *h);
void optimize_job(house *h, const char *kind);

/* Of a served house: the first id of a list. */
oq_uuid optimize_first_id(house *h, const char *path);
optimize_run *optimize_newest(house *h);

#endif
