#include "main/demo_seed.h"

#include "db/scope.h"
#include "demoplant/demoplant.h"
#include "identity/seed.h"
#include "main/operator.h"
#include "tenant/tenant.h"

#include "base/banned.h"

#define DEMO_OWNER "owner@optria.local"

static const struct {
    const char *code, *name; /* one name for readers of both languages */
    tenant_industry industry;
} tenants[] = {
    {"ARAMCO_DEMO", "أرامكو (تجريبي) – Aramco Demo", INDUSTRY_OIL_GAS},
    {"POWER_DEMO", "شركة الكهرباء (تجريبي) – Power Demo", INDUSTRY_POWER},
    {"WATER_DEMO", "شركة تحلية المياه (تجريبي) – Water Demo", INDUSTRY_WATER},
};

const demo_account demo_accounts[] = {
    {DEMO_OWNER, "نورة العتيبي", ROLE_PLATFORM_OWNER, NULL},
    {"demo@aramco.com", "خالد القحطاني", ROLE_TENANT_ADMIN, "ARAMCO_DEMO"},
    {"demo@power.example", "Faisal Al-Harbi", ROLE_TENANT_ADMIN, "POWER_DEMO"},
    {"demo@water.example", "سارة الغامدي", ROLE_TENANT_ADMIN, "WATER_DEMO"},
    {"optimizer@aramco.com", "Omar Al-Shehri", ROLE_OPTIMIZATION_ENGINEER, "ARAMCO_DEMO"},
    {"reliability@aramco.com", "ريم الدوسري", ROLE_RELIABILITY_ENGINEER, "ARAMCO_DEMO"},
    {"engineer@aramco.com", "Yousef Al-Mutairi", ROLE_ENGINEER, "ARAMCO_DEMO"},
    {"viewer@aramco.com", "هند الزهراني", ROLE_VIEWER, "ARAMCO_DEMO"},
    {0},
};

/* A database is the demo's when it is empty, or when the demo's owner is in it. */
static oq_err *check_is_demo(db_platform *p)
{
    oq_uuid tenant_id, user_id;
    OQ_TRY(identity_find_person(p, OQ_STR(DEMO_OWNER), &tenant_id, &user_id));
    if (oq_uuid_eq(tenant_id, TENANT_PLATFORM))
        return NULL;
    bool has_owner;
    tenant_totals totals;
    OQ_TRY(identity_has_owner(p, &has_owner));
    OQ_TRY(tenant_count(p, &totals));
    int64_t found = totals.active + totals.suspended;
    if (has_owner || found)
        return oq_fail(OQ_CONFLICT, "demo.not_a_demo", "tenants=%lld", (long long)found);
    return NULL;
}

static oq_err *seed_tenants(db_platform *p, demo_seeded *seeded)
{
    for (size_t i = 0; i < OQ_COUNT(tenants); i++) {
        tenant *found;
        OQ_TRY(tenant_find_by_code(p, oq_cstr(tenants[i].code), &found));
        if (found)
            continue;
        OQ_TRY(tenant_create(p,
                             &(tenant_order){.code = oq_cstr(tenants[i].code),
                                             .name = oq_cstr(tenants[i].name),
                                             .industry = tenants[i].industry,
                                             .time_zone = OQ_STR("Asia/Riyadh"),
                                             .currency = OQ_STR("SAR"),
                                             .is_demo = true},
                             &found));
        seeded->tenants_made++;
    }
    return NULL;
}

static oq_err *seed_account(db_platform *p, const demo_account *a, oq_str password, bool overwrite,
                            demo_seeded *seeded)
{
    oq_uuid home = TENANT_PLATFORM, where, id;
    if (a->tenant) {
        tenant *found;
        OQ_TRY(tenant_find_by_code(p, oq_cstr(a->tenant), &found));
        home = found->id;
    }
    OQ_TRY(identity_find_person(p, oq_cstr(a->email), &where, &id));
    bool is_new = oq_uuid_is_zero(id);
    seeded->people_made += is_new;
    seeded->passwords_set += !is_new && overwrite;
    return identity_seed_person(p, home,
                                &(seed_person){.email = oq_cstr(a->email),
                                               .full_name = oq_cstr(a->full_name),
                                               .password = password,
                                               .role = a->role,
                                               .overwrite = overwrite,
                                               .is_unruled = true},
                                &id);
}

/* Each tenant's plant, and the job that makes its instruments read. The last step: adding a job
 * holds the tenant's turn until the end. */
static oq_err *seed_plants(db_platform *p, int64_t days, demo_seeded *seeded)
{
    oq_us now = db_platform_now(p);
    for (size_t i = 0; i < OQ_COUNT(tenants); i++) {
        tenant *found;
        oq_scope *s;
        demo_planted planted;
        OQ_TRY(tenant_find_by_code(p, oq_cstr(tenants[i].code), &found));
        OQ_TRY(db_platform_enter(p, found->id, &s));
        OQ_TRY(demo_plant(s, found->code, now, days, &planted));
        OQ_TRY(demo_start_story(s));
        OQ_TRY(demo_start(s, now));
        OQ_TRY(db_platform_leave(p));
        seeded->assets_made += (int)planted.assets;
        seeded->mappings_made += (int)planted.mappings;
    }
    return NULL;
}

static oq_err *seed(db_platform *p, oq_str password, bool overwrite, int64_t days,
                    demo_seeded *seeded)
{
    OQ_TRY(check_is_demo(p));
    OQ_TRY(seed_tenants(p, seeded));
    for (const demo_account *a = demo_accounts; a->email; a++)
        OQ_TRY(seed_account(p, a, password, overwrite, seeded));
    return seed_plants(p, days, seeded);
}

oq_err *demo_seed(db_pool *pool, oq_arena *arena, oq_str password, bool overwrite, int64_t days,
                  demo_seeded *ret_seeded)
{
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_WRITE, "demo", &p));
    demo_seeded seeded = {0};
    oq_err *err = seed(p, password, overwrite, days, &seeded);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    if (!err)
        *ret_seeded = seeded;
    return err;
}
