/* Whether assets are still being scored. */
#include "ai/model.h"

#include "ai_health.sql.h"

#include "base/banned.h"

/* The longest that a tenant may have between two scores, and an hour. */
#define TOO_OLD (25 * OQ_HOUR)

static oq_err *look(db_platform *p)
{
    sql_ai_health_rows rows;
    OQ_TRY(sql_ai_health(p, &rows));
    oq_us oldest = rows.count ? rows.at[0].oldest : OQ_TIME_NONE;
    oq_us now = db_platform_now(p);
    if (oldest == OQ_TIME_NONE || oldest > now - TOO_OLD)
        return NULL;
    return oq_fail(OQ_UNAVAILABLE, "ai.scores_old", "hours=%d", (int)((now - oldest) / OQ_HOUR));
}

oq_err *ai_health_check(void *pool, oq_arena *arena)
{
    db_platform *p;
    OQ_TRY(db_platform_open(
        &(db_platform_options){.pool = pool,
                               .access = OQ_READ,
                               .actor = {.kind = ACTOR_SYSTEM, .label = OQ_STR("health")},
                               .arena = arena},
        &p));
    oq_err *err = look(p);
    db_platform_close(p);
    return err;
}
