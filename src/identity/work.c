/* What the routes of this folder do alike. */
#include "identity/authenticate.h"
#include "identity/inner.h"

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
