#include "identity/throttle.h"

#include "base/secret.h"
#include "http/parse.h"
#include "login.sql.h"
#include "tenant/tenant.h"

#include "base/banned.h"

static oq_str key_of(oq_arena *arena, char kind, oq_str text)
{
    uint8_t sign[OQ_DIGEST];
    oq_sign(OQ_STR("throttle"), oq_str_lower(arena, text), sign);
    oq_str hex = oq_hex(arena, sign, 16);
    return oq_strf(arena, "%c:%.*s", kind, OQ_FMT(hex));
}

oq_str throttle_account_key(oq_arena *arena, oq_str account)
{
    return key_of(arena, 'a', account);
}

static oq_str address_key(const throttle *t)
{
    return key_of(t->arena, 'p', http_address_customer(t->arena, t->address));
}

static oq_us pause_after(int64_t failures, int64_t free)
{
    int64_t over = failures - free;
    if (over <= 0)
        return 0;
    return over >= 10 ? THROTTLE_WINDOW : (INT64_C(1) << over) * OQ_SECOND;
}

static oq_err *count_one(db_platform *p, oq_str key, int64_t free)
{
    oq_us now = db_platform_now(p);
    sql_throttle_count_rows rows;
    OQ_TRY(sql_throttle_count(
        p, (sql_throttle_count_args){.key = key, .now = now, .window_from = now - THROTTLE_WINDOW},
        &rows));
    oq_us until = rows.at[0].blocked_until;
    if (until != OQ_TIME_NONE && until > now)
        return oq_fail(OQ_LIMIT, "auth.too_many_attempts", "retry_after_s=%lld",
                       (long long)((until - now) / OQ_SECOND + 1));
    oq_us pause = pause_after(rows.at[0].failures, free);
    if (pause)
        OQ_TRY(sql_throttle_block(
            p, (sql_throttle_block_args){.key = key, .blocked_until = now + pause}, NULL));
    return NULL;
}

static oq_err *open_writing(const throttle *t, db_platform **ret_platform)
{
    return db_platform_open(
        &(db_platform_options){
            .pool = t->pool,
            .access = OQ_WRITE,
            .actor = {.kind = ACTOR_SYSTEM,
                      .home_tenant = TENANT_PLATFORM,
                      .label = OQ_STR("sign-in"),
                      .address = t->address},
            .request_id = t->request_id,
            .arena = t->arena,
        },
        ret_platform);
}

oq_err *throttle_count(const throttle *t)
{
    db_platform *p;
    OQ_TRY(open_writing(t, &p));
    /* The address first: who is turned away by it must not move the pauses of others' accounts. */
    oq_err *refused = NULL;
    if (!t->is_known_device)
        refused = count_one(p, address_key(t), THROTTLE_FREE_BY_ADDRESS);
    if (!refused)
        refused = count_one(p, t->account_key, THROTTLE_FREE_BY_ACCOUNT);
    oq_err *err = refused && refused->kind != OQ_LIMIT ? refused : db_platform_commit(p);
    db_platform_close(p);
    return err ? err : refused;
}

typedef oq_err *take_back(db_platform *p, oq_str account_key);

static oq_err *forget_account(db_platform *p, oq_str key)
{
    return sql_throttle_forget(p, (sql_throttle_forget_args){.key = key}, NULL);
}

static oq_err *uncount_one(db_platform *p, oq_str key)
{
    return sql_throttle_uncount(p, (sql_throttle_uncount_args){.key = key}, NULL);
}

static oq_err *take_back_with(const throttle *t, take_back *from_account)
{
    db_platform *p;
    OQ_TRY(open_writing(t, &p));
    oq_err *err = NULL; /* rows are locked in the order of counting */
    if (!t->is_known_device)
        err = uncount_one(p, address_key(t));
    if (!err)
        err = from_account(p, t->account_key);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    return err;
}

oq_err *throttle_forget(const throttle *t)
{
    return take_back_with(t, forget_account);
}

oq_err *throttle_uncount(const throttle *t)
{
    return take_back_with(t, uncount_one);
}

oq_err *throttle_touch(const throttle *t)
{
    db_platform *p;
    OQ_TRY(open_writing(t, &p));
    oq_err *err = sql_throttle_touch(p, (sql_throttle_touch_args){.key = address_key(t)}, NULL);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    return err;
}
