#include "identity/reset.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/own_access.h"
#include "identity/session.h"
#include "identity/user.h"
#include "once.sql.h"

#include "base/banned.h"

enum { SECRET = 24, RAW = 16 + 16 + SECRET };

oq_err *reset_make(oq_scope *s, oq_uuid user_id, oq_str *ret_code)
{
    user *who;
    OQ_TRY(user_get(s, user_id, &who));
    oq_us now = oq_now(s);
    oq_uuid id = oq_uuid_new(now), tenant_id = oq_scope_tenant(s);
    const oq_actor *actor = oq_scope_actor(s);
    uint8_t raw[RAW], hash[OQ_DIGEST];
    memcpy(raw, tenant_id.byte, 16);
    memcpy(raw + 16, id.byte, 16);
    oq_random(raw + 32, SECRET);
    oq_digest(oq_strn((char *)raw, RAW), hash);
    OQ_TRY(sql_reset_void(s, (sql_reset_void_args){.user_id = user_id, .now = now}, NULL));
    OQ_TRY(sql_reset_add(s,
                         (sql_reset_add_args){
                             .id = id,
                             .user_id = user_id,
                             .secret_hash = oq_strn((char *)hash, sizeof hash),
                             .created_by = actor->id,
                             .now = now,
                             .expires_at = now + RESET_LIFE,
                         },
                         NULL));
    *ret_code = oq_base64url(oq_scope_arena(s), raw, RAW);
    return audit_record(s, &(audit_entry){.action = "user.reset_link_made",
                                          .object_type = "user",
                                          .object_id = user_id,
                                          .object_label = who->email});
}

static oq_err *use_in_tenant(oq_scope *s, oq_uuid id, const uint8_t raw[RAW], oq_str password)
{
    sql_reset_load_rows rows;
    OQ_TRY(sql_reset_load(s, (sql_reset_load_args){.id = id}, &rows));
    uint8_t hash[OQ_DIGEST];
    oq_digest(oq_strn((const char *)raw, RAW), hash);
    if (rows.count == 0 ||
        !oq_same_secret(rows.at[0].secret_hash, oq_strn((char *)hash, sizeof hash)))
        return oq_fail(OQ_FORBIDDEN, "reset.code_invalid");
    size_t touched;
    OQ_TRY(sql_reset_use(s, (sql_reset_use_args){.id = id, .now = oq_now(s)}, &touched));
    if (touched == 0)
        return oq_fail(OQ_FORBIDDEN, "reset.code_invalid");
    OQ_TRY(access_set_password(s, rows.at[0].user_id, "new_password", password, false));
    return session_end_all(s, rows.at[0].user_id, OQ_UUID_ZERO, "password_reset");
}

oq_err *reset_use(db_pool *pool, oq_arena *arena, oq_str code, oq_str password, oq_str address,
                  oq_str request_id)
{
    uint8_t raw[RAW];
    oq_uuid tenant_id, id;
    size_t len;
    if (!oq_base64url_parse(code, raw, RAW, &len) || len != RAW)
        return oq_fail(OQ_FORBIDDEN, "reset.code_invalid");
    memcpy(tenant_id.byte, raw, 16);
    memcpy(id.byte, raw + 16, 16);
    if (oq_uuid_is_zero(tenant_id))
        return oq_fail(OQ_FORBIDDEN, "reset.code_invalid");
    oq_scope *s;
    OQ_TRY(oq_scope_open(
        &(oq_scope_options){
            .pool = pool,
            .tenant_id = tenant_id,
            .access = OQ_WRITE,
            .actor = {.kind = ACTOR_SYSTEM,
                      .home_tenant = tenant_id,
                      .label = OQ_STR("reset link"),
                      .address = address},
            .request_id = request_id,
            .arena = arena,
        },
        &s));
    oq_err *err = use_in_tenant(s, id, raw, password);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}
