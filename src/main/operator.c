#include "main/operator.h"

#include "main/cluster.h"
#include "main/home.h"
#include "tenant/tenant.h"

#include "base/banned.h"

/* What cannot be read counts as not there: the command then says which setting it misses. */
static void complete_key(oq_arena *arena, const char *home, const char *name, oq_str *key)
{
    oq_str kept = OQ_NONE;
    if (key->len)
        return;
    oq_ignore(home_read(arena, home, name, &kept), "the command names the setting it misses");
    if (kept.len) {
        *key = kept;
        oq_log_hide(kept);
    }
}

void operator_complete(oq_arena *arena, settings *s)
{
    const char *home = oq_str_c(arena, s->home);
    complete_key(arena, home, HOME_JWT_KEY, &s->jwt_secret_key);
    complete_key(arena, home, HOME_MASTER_KEY, &s->master_key);
    cluster_addresses private;
    if (s->db_url.len || !cluster_find_running(arena, oq_strf(arena, "%s/pg", home), &private))
        return;
    s->db_url = private.server;
    if (!s->db_owner_url.len)
        s->db_owner_url = private.owner;
}

oq_err *operator_open_pool(const settings *s, db_pool **ret_pool)
{
    OQ_TRY(settings_require(s, "OPTRIA_DB_URL"));
    return db_pool_open(&(db_pool_options){.url = s->db_url,
                                           .role = "optria_app",
                                           .app_name = "optria",
                                           .size_max = 2,
                                           .wait_max_ms = 5000,
                                           .statement_max_ms = 60000,
                                           .connect_max_ms = 10000},
                        ret_pool);
}

oq_err *operator_open_platform(db_pool *pool, oq_arena *arena, oq_access access, const char *label,
                               db_platform **ret_platform)
{
    return db_platform_open(
        &(db_platform_options){.pool = pool,
                               .access = access,
                               .actor = {.kind = ACTOR_SYSTEM,
                                         .home_tenant = TENANT_PLATFORM,
                                         .label = oq_cstr(label),
                                         .caps = oq_caps_of_role(ROLE_PLATFORM_OWNER)},
                               .request_id = oq_cstr(label),
                               .arena = arena},
        ret_platform);
}

oq_err *operator_owner_url(const settings *s, oq_str *ret_url)
{
    if (!s->db_owner_url.len)
        OQ_TRY(settings_require(s, "OPTRIA_DB_URL"));
    *ret_url = s->db_owner_url.len ? s->db_owner_url : s->db_url;
    return NULL;
}

oq_err *operator_find_tenant(db_pool *pool, oq_arena *arena, oq_str code, oq_uuid *ret_id)
{
    db_platform *p;
    tenant *found = NULL;
    OQ_TRY(operator_open_platform(pool, arena, OQ_READ, "command line", &p));
    oq_err *err = tenant_find_by_code(p, code, &found);
    db_platform_close(p);
    OQ_TRY(err);
    if (!found)
        return oq_fail(OQ_NOT_FOUND, "people.tenant_unknown", "tenant=%.*s", OQ_FMT(code));
    *ret_id = found->id;
    return NULL;
}

oq_actor operator_actor(void)
{
    return (oq_actor){.kind = ACTOR_SYSTEM,
                      .home_tenant = TENANT_PLATFORM,
                      .label = OQ_STR("command line"),
                      .caps = oq_caps_of_role(ROLE_PLATFORM_OWNER)};
}
