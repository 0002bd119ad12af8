#include "historian/broken.h"

#include <math.h>

#include "historian/store.h"

#include "broken.sql.h"
#include "store.sql.h"

#include "base/banned.h"

#define FOLD_LATE (10 * OQ_MINUTE)

static const char *reason_of(const oq_err *err)
{
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, "reason") == 0)
            return err->arg[i].value.ptr;
    return err->code;
}

oq_err *broken_wrap_batch(const oq_err *err, int64_t seq)
{
    return err ? oq_wrap(err, OQ_INTERNAL, "store.broken", "what=%s seq=%lld reason=%s", "batch",
                         (long long)seq, reason_of(err))
               : NULL;
}

oq_err *broken_wrap_chunk(const oq_err *err, int32_t no, oq_us time_first)
{
    if (!err)
        return NULL;
    if (time_first == OQ_TIME_NONE)
        return oq_wrap(err, OQ_INTERNAL, "store.broken", "what=%s series=%d reason=%s", "open", no,
                       reason_of(err));
    return oq_wrap(err, OQ_INTERNAL, "store.broken", "what=%s series=%d at=%lld reason=%s", "chunk",
                   no, (long long)time_first, reason_of(err));
}

static oq_str fact(const oq_err *err, const char *name)
{
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, name) == 0)
            return err->arg[i].value;
    return OQ_NONE;
}

static int64_t number(const oq_err *err, const char *name)
{
    int64_t value;
    return oq_parse_i64(fact(err, name), &value) ? value : 0;
}

oq_err *broken_set_aside(oq_scope *s, oq_err *err)
{
    if (strcmp(err->code, "store.broken") != 0)
        return err;
    oq_str what = fact(err, "what"), reason = fact(err, "reason");
    oq_uuid id = oq_uuid_new(oq_now(s));
    sql_store_lock_rows lock;
    oq_log_error("store.broken", OQ_F_UUID("tenant", oq_scope_tenant(s)), OQ_F_UUID("id", id),
                 OQ_F_STR("what", what), OQ_F_INT("seq", number(err, "seq")),
                 OQ_F_INT("series", number(err, "series")), OQ_F_STR("reason", reason));
    OQ_TRY(sql_store_lock(s, &lock));
    if (oq_str_eq(what, OQ_STR("batch")))
        return sql_broken_batch(
            s,
            (sql_broken_batch_args){
                .id = id, .seq = number(err, "seq"), .reason = reason, .now = oq_now(s)},
            NULL);
    if (oq_str_eq(what, OQ_STR("open")))
        return sql_broken_open(
            s,
            (sql_broken_open_args){
                .id = id, .series_no = number(err, "series"), .reason = reason, .now = oq_now(s)},
            NULL);
    return sql_broken_chunk(s,
                            (sql_broken_chunk_args){.id = id,
                                                    .series_no = number(err, "series"),
                                                    .time_first = number(err, "at"),
                                                    .reason = reason,
                                                    .now = oq_now(s)},
                            NULL);
}

static oq_err *look(db_platform *p)
{
    sql_broken_count_rows rows;
    sql_broken_waiting_rows waiting;
    OQ_TRY(sql_broken_count(p, &rows));
    if (rows.at[0].broken > 0)
        return oq_fail(OQ_UNAVAILABLE, "health.store_broken", "count=%lld",
                       (long long)rows.at[0].broken);
    oq_us oldest = rows.at[0].oldest, now = db_platform_now(p);
    if (oldest == OQ_TIME_NONE || now - oldest <= FOLD_LATE)
        return NULL;
    OQ_TRY(sql_broken_waiting(p, &waiting));
    return oq_fail(OQ_UNAVAILABLE, "health.fold_late", "minutes=%lld batches=%lld",
                   (long long)((now - oldest) / OQ_MINUTE), (long long)waiting.at[0].batches);
}

oq_err *broken_check(void *pool, oq_arena *arena)
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
