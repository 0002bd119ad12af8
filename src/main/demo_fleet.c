#include "main/demo_fleet.h"

#include "identity/seed.h"
#include "main/modules.h"
#include "main/operator.h"
#include "notify/channel.h"
#include "tenant/tenant.h"
#include "web/page.h"

#include "base/banned.h"

enum { STATEMENT_MAX_MS = 300000, CONNECTIONS = 4 };

const demo_account demo_fleet_accounts[] = {
    {"demo@fleet.example", "Laila Al-Rashid", ROLE_TENANT_ADMIN, DEMO_FLEET_TENANT},
    {"reliability@fleet.example", "ماجد الشمري", ROLE_RELIABILITY_ENGINEER, DEMO_FLEET_TENANT},
    {"crew1@fleet.example", "Tariq Al-Amri", ROLE_ENGINEER, DEMO_FLEET_TENANT},
    {"crew2@fleet.example", "سلمان الحربي", ROLE_ENGINEER, DEMO_FLEET_TENANT},
    {0},
};
static const char *const crew[] = {"crew1@fleet.example", "crew2@fleet.example", NULL};

/* --- the tenant ---------------------------------------------------------------------------------*/

static oq_err *find_or_make(db_platform *p, const fleet *f, tenant **ret_tenant)
{
    OQ_TRY(tenant_find_by_code(p, OQ_STR(DEMO_FLEET_TENANT), ret_tenant));
    if (*ret_tenant || !f)
        return NULL;
    OQ_TRY(tenant_create(p,
                         &(tenant_order){.code = OQ_STR(DEMO_FLEET_TENANT),
                                         .name = OQ_STR("أسطول آلات (مسجَّل) – Azure PdM Fleet"),
                                         .industry = INDUSTRY_MANUFACTURING,
                                         .time_zone = OQ_STR("UTC"),
                                         .currency = OQ_STR("SAR"),
                                         .is_demo = true},
                         ret_tenant));
    return tenant_stand(p, (*ret_tenant)->id, fleet_ends(f));
}

static oq_err *seed_people(db_platform *p, oq_uuid tenant_id, const demo_fleet_order *o)
{
    oq_uuid id;
    for (const demo_account *a = demo_fleet_accounts; a->email; a++)
        OQ_TRY(identity_seed_person(p, tenant_id,
                                    &(seed_person){.email = oq_cstr(a->email),
                                                   .full_name = oq_cstr(a->full_name),
                                                   .password = o->password,
                                                   .role = (int)a->role,
                                                   .overwrite = o->overwrite,
                                                   .is_unruled = true},
                                    &id));
    return NULL;
}

static oq_err *seed(db_platform *p, const fleet *f, const demo_fleet_order *o, oq_uuid *ret_id,
                    bool *ret_is_done)
{
    tenant *t;
    oq_scope *s;
    OQ_TRY(find_or_make(p, f, &t));
    *ret_is_done = true;
    if (!t)
        return NULL;
    *ret_id = t->id;
    OQ_TRY(seed_people(p, t->id, o));
    if (!f)
        return NULL;
    OQ_TRY(db_platform_enter(p, t->id, &s));
    OQ_TRY(fleet_is_done(s, ret_is_done));
    return db_platform_leave(p);
}

static oq_err *make_tenant(db_pool *pool, oq_arena *arena, const fleet *f,
                           const demo_fleet_order *o, oq_uuid *ret_id, bool *ret_is_done)
{
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_WRITE, "demo", &p));
    oq_err *err = seed(p, f, o, ret_id, ret_is_done);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    return err;
}

/* --- its year -----------------------------------------------------------------------------------*/

static oq_err *replay(db_pool *pool, const fleet *f, const demo_fleet_order *o, oq_uuid tenant_id)
{
    OQ_TRY(web_setup()); /* what is told of incidents is put in words */
    OQ_TRY(channel_set_up(&(channel_setup){0}));
    return fleet_run(f, &(fleet_order){.pool = pool,
                                       .kinds = module_job_kinds,
                                       .tenant_id = tenant_id,
                                       .crew = crew,
                                       .self = o->self,
                                       .say = o->say});
}

oq_err *demo_fleet(oq_arena *arena, const fleet *f, const demo_fleet_order *order)
{
    db_pool *pool;
    oq_uuid id = OQ_UUID_ZERO;
    bool is_done;
    OQ_TRY(db_pool_open(&(db_pool_options){.url = order->db_url,
                                           .role = "optria_app",
                                           .app_name = "optria fleet",
                                           .size_max = CONNECTIONS,
                                           .wait_max_ms = 5000,
                                           .may_lose_last = true, /* a replay goes on */
                                           .statement_max_ms = STATEMENT_MAX_MS,
                                           .connect_max_ms = 10000},
                        &pool));
    oq_err *err = make_tenant(pool, arena, f, order, &id, &is_done);
    if (!err && !is_done)
        err = replay(pool, f, order, id);
    db_pool_close(pool);
    return err;
}
