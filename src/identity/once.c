#include "identity/once.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "once.sql.h"

#include "base/banned.h"

static oq_str context_of(oq_scope *s, oq_uuid id)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_str tenant = oq_uuid_text(arena, oq_scope_tenant(s)), text = oq_uuid_text(arena, id);
    return oq_strf(arena, "once:%.*s:%.*s", OQ_FMT(tenant), OQ_FMT(text));
}

oq_err *once_put(oq_scope *s, const char *purpose, oq_uuid owner_id, oq_str text, oq_uuid *ret_id)
{
    oq_us now = oq_now(s);
    oq_uuid id = oq_uuid_new(now);
    OQ_TRY(sql_once_add(s,
                        (sql_once_add_args){
                            .id = id,
                            .purpose = oq_cstr(purpose),
                            .owner_id = owner_id,
                            .sealed = oq_seal(oq_scope_arena(s), text, context_of(s, id)),
                            .now = now,
                            .expires_at = now + ONCE_LIFE,
                        },
                        NULL));
    *ret_id = id;
    return NULL;
}

oq_err *once_peek(oq_scope *s, oq_uuid id, oq_str *ret_purpose)
{
    sql_once_peek_rows rows;
    OQ_TRY(
        sql_once_peek(s, (sql_once_peek_args){.id = id, .owner_id = oq_scope_actor(s)->id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "once.not_found");
    if (rows.at[0].opened_at != OQ_TIME_NONE) {
        oq_str at = oq_time_text(oq_scope_arena(s), rows.at[0].opened_at);
        return oq_fail(OQ_CONFLICT, "once.opened", "at=%.*s", OQ_FMT(at));
    }
    if (rows.at[0].expires_at <= oq_now(s))
        return oq_fail(OQ_CONFLICT, "once.expired");
    *ret_purpose = rows.at[0].purpose;
    return NULL;
}

oq_err *once_open(oq_scope *s, oq_uuid id, oq_str *ret_purpose, oq_str *ret_text)
{
    sql_once_open_rows rows;
    OQ_TRY(sql_once_open(
        s, (sql_once_open_args){.id = id, .owner_id = oq_scope_actor(s)->id, .now = oq_now(s)},
        &rows));
    if (rows.count == 0) {
        oq_str purpose;
        OQ_TRY(once_peek(s, id, &purpose)); /* says why */
        return oq_fail(OQ_NOT_FOUND, "once.not_found");
    }
    OQ_TRY(oq_unseal(oq_scope_arena(s), rows.at[0].sealed, context_of(s, id), ret_text));
    *ret_purpose = rows.at[0].purpose;
    return audit_record(s, &(audit_entry){.action = "once.opened",
                                          .object_type = "once",
                                          .object_id = id,
                                          .object_label = rows.at[0].purpose});
}
