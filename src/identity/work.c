/* What the routes of this folder do alike. */
#include "identity/authenticate.h"
#include "identity/inner.h"
#include "identity/throttle.h"

#include "base/banned.h"

oq_err *identity_at_home(http_req *rq, oq_access access, identity_work *work, void *self)
{
    oq_scope *s;
    OQ_TRY(identity_home_scope(rq, access, &s));
    oq_err *err = work(rq, s, self);
    if (!err && access == OQ_WRITE)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

oq_err *identity_with_password(http_req *rq, identity_work *work, void *self)
{
    const http_who *who = http_who_of(rq);
    oq_arena *arena = http_arena(rq);
    oq_str person = oq_uuid_text(arena, who->actor.id);
    oq_str account = oq_strf(arena, "the password of %.*s", OQ_FMT(person));
    throttle t = {.pool = http_pool(rq),
                  .arena = arena,
                  .request_id = http_request_id(rq),
                  .account_key = throttle_account_key(arena, account),
                  .address = http_peer(rq)};
    OQ_TRY(throttle_count(&t));
    oq_err *err = identity_at_home(rq, OQ_WRITE, work, self);
    if (!oq_err_is(err, "password.wrong_current")) {
        OQ_TRY(err ? throttle_uncount(&t) : throttle_forget(&t));
        return err;
    }
    oq_log_warn("auth.refused", OQ_F_CSTR("why", err->code), OQ_F_STR("address", t.address),
                OQ_F_STR("request_id", t.request_id), OQ_F_UUID("user_id", who->actor.id));
    return err;
}

oq_err *identity_patch_bool(const char *field, oq_str json, bool *value)
{
    if (!oq_str_given(json))
        return NULL;
    bool is_true = oq_str_eq(json, OQ_STR("true"));
    if (!is_true && !oq_str_eq(json, OQ_STR("false")))
        return oq_fail_field(field, "field.type", "wanted=%s", "boolean");
    *value = is_true;
    return NULL;
}

bool identity_shows(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_CONFLICT;
}

oq_str identity_path(oq_arena *arena, const char *folder, oq_uuid id)
{
    char text[OQ_UUID_TEXT];
    oq_uuid_format(id, text);
    return oq_strf(arena, "%s/%.*s", folder, OQ_UUID_TEXT, text);
}
