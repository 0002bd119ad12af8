#include "ops/health.h"

#include "base/lang.h"
#include "db/migrate.h"
#include "health.sql.h"
#include "ops/heartbeat.h"
#include "tenant/tenant.h"

#include "base/banned.h"

const oq_field health_finding_fields[] = {
    OQ_TEXT(health_finding, name),
    OQ_TEXT(health_finding, status, .help = "ok, degraded or down"),
    OQ_TEXT(health_finding, reason, .help = "a stable code; null when well"),
    OQ_TEXT(health_finding, sentence),
    OQ_I64(health_finding, took_us),
    OQ_FIELDS_END,
};

static health_part parts[HEALTH_PARTS_MAX];
static size_t part_count;

void health_add(const health_part *part)
{
    for (size_t i = 0; i < part_count; i++)
        if (strcmp(parts[i].name, part->name) == 0) {
            parts[i] = *part; /* a second server in one process: tests */
            return;
        }
    assert(part_count < HEALTH_PARTS_MAX);
    parts[part_count++] = *part;
}

static health_finding ask_one(const health_part *part, oq_arena *arena)
{
    oq_us begun = oq_monotonic();
    oq_err *err = part->check(part->self, arena);
    health_finding found = {
        .name = oq_cstr(part->name), .status = OQ_STR("ok"), .took_us = oq_monotonic() - begun};
    if (err) {
        found.status = part->is_vital ? OQ_STR("down") : OQ_STR("degraded");
        found.reason = oq_cstr(err->code);
        found.sentence = oq_err_sentence(arena, OQ_LANG_EN, err);
    }
    return found;
}

void health_ask(oq_arena *arena, health_report *report)
{
    *report = (health_report){.status = "ok", .count = part_count};
    for (size_t i = 0; i < part_count; i++) {
        report->part[i] = ask_one(&parts[i], arena);
        if (!oq_str_given(report->part[i].reason))
            continue;
        if (parts[i].is_vital)
            report->status = "down";
        else if (strcmp(report->status, "ok") == 0)
            report->status = "degraded";
    }
}

/* --- the house's own parts ----------------------------------------------------------------------*/

static oq_err *check_database(void *self, oq_arena *arena)
{
    oq_us took;
    return db_pool_ping(self, &took);
}

static oq_err *open_platform(db_pool *pool, oq_arena *arena, db_platform **ret_platform)
{
    return db_platform_open(&(db_platform_options){.pool = pool,
                                                   .access = OQ_READ,
                                                   .actor = {.kind = ACTOR_SYSTEM,
                                                             .home_tenant = TENANT_PLATFORM,
                                                             .label = OQ_STR("health")},
                                                   .arena = arena},
                            ret_platform);
}

static int64_t newest_migration(void)
{
    int64_t newest = 0;
    for (const db_migration *m = db_migrations(); m->number; m++)
        newest = m->number > newest ? m->number : newest;
    return newest;
}

oq_err *health_check_schema(void *self, oq_arena *arena)
{
    db_platform *p;
    OQ_TRY(open_platform(self, arena, &p));
    sql_schema_last_rows rows;
    oq_err *err = sql_schema_last(p, &rows);
    db_platform_close(p);
    OQ_TRY(err);
    int64_t last = rows.at[0].last, newest = newest_migration();
    if (last == newest)
        return NULL;
    return oq_fail(OQ_UNAVAILABLE, last < newest ? "health.schema_old" : "health.schema_newer",
                   "has=%lld wants=%lld", (long long)last, (long long)newest);
}

oq_err *health_check_queue(void *self, oq_arena *arena)
{
    db_platform *p;
    OQ_TRY(open_platform(self, arena, &p));
    process_list alive;
    oq_err *err = process_find(p, &alive);
    db_platform_close(p);
    OQ_TRY(err);
    for (size_t i = 0; i < alive.count; i++)
        if (oq_str_eq(alive.at[i].role, OQ_STR("work")))
            return NULL;
    return oq_fail(OQ_UNAVAILABLE, "health.no_worker");
}

static struct {
    bool (*is_connected)(void *self);
    void *self;
} notices;

static oq_err *check_notices(void *self, oq_arena *arena)
{
    return notices.is_connected(notices.self) ? NULL : oq_fail(OQ_UNAVAILABLE, "health.no_notices");
}

void health_add_database(db_pool *pool)
{
    health_add(&(health_part){"database", true, check_database, pool});
}

void health_add_schema(db_pool *pool)
{
    health_add(&(health_part){"schema", true, health_check_schema, pool});
}

void health_add_queue(db_pool *pool)
{
    health_add(&(health_part){"queue", false, health_check_queue, pool});
}

void health_add_notices(bool (*is_connected)(void *self), void *self)
{
    notices.is_connected = is_connected;
    notices.self = self;
    health_add(&(health_part){"notices", false, check_notices, NULL});
}
