/* main/smoke.h
 *
 * Walks the product's chain on any installation, from outside: an asset whose samples pass a limit
 * becomes an alarm, an incident with its analysis, a work order with somebody who does it, a
 * notification; a plan is asked for; pages and lists answer.
 *
 * Whoever may manage tenants gets a tenant of its own for it, with an engineer, which is suspended
 * afterwards. Whoever manages one tenant gets a site and an asset there, named SMOKE_..., and
 * afterwards the incident and the order are closed, the asset is retired and the rule is switched
 * off. What happened stays on record, as everything does. */
#ifndef MAIN_SMOKE_H
#define MAIN_SMOKE_H

#include "base/base.h"

typedef enum smoke_state { SMOKE_OK = 1, SMOKE_FAILED, SMOKE_SKIPPED } smoke_state;
extern const oq_choice smoke_state_choices[]; /* "ok" "failed" "skipped" */

typedef struct smoke_finding {
    const char *check; /* "ingest": a name that stays */
    int state;
    oq_str seen;       /* what was there, without words; or not given */
    const oq_err *err; /* of one that failed; or why it was skipped */
    oq_us took;
} smoke_finding;

enum { SMOKE_CHECKS_MAX = 32 };

typedef struct smoke_order {
    oq_str url, email, password;
    int64_t wait_s; /* at most, for each step that a worker does */
} smoke_order;

typedef struct smoke_report {
    smoke_finding at[SMOKE_CHECKS_MAX];
    size_t count;
    bool is_healthy;
} smoke_report;

/* `say` is called after each check. Errors live as long as the thread does no other unit of work.
 */
void smoke_test(oq_arena *arena, const smoke_order *order,
                void (*say)(void *self, const smoke_finding *), void *self,
                smoke_report *ret_report);

#endif
