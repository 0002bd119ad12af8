#include "tenant/inner.h"

#include "audit/audit.h"

#include "settings.sql.h"
#include "tenant.sql.h"

#include "base/banned.h"

const oq_uuid TENANT_PLATFORM = {
    {0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1},
};

const oq_choice tenant_status_choices[] = {
    {TENANT_ACTIVE, "active"},
    {TENANT_SUSPENDED, "suspended"},
    {0, NULL},
};

#define INDUSTRIES                                                                                 \
    {INDUSTRY_OIL_GAS, "oil_gas"}, {INDUSTRY_POWER, "power"}, {INDUSTRY_WATER, "water"},           \
        {INDUSTRY_MANUFACTURING, "manufacturing"}, {INDUSTRY_MINING, "mining"},                    \
    {                                                                                              \
        INDUSTRY_OTHER, "other"                                                                    \
    }

const oq_choice tenant_industry_choices[] = {INDUSTRIES, {0, NULL}};
const oq_choice tenant_industry_any[] = {
    {INDUSTRY_PLATFORM, "platform"},
    INDUSTRIES,
    {0, NULL},
};

/* --- field tables -----------------------------------------------------------------------------*/

const oq_field tenant_fields[] = {TENANT_ROWS(tenant), OQ_FIELDS_END};

const oq_field tenant_overview_fields[] = {TENANT_ROWS(tenant_overview),
                                           OQ_I64(tenant_overview, users_active),
                                           OQ_TIME(tenant_overview, last_login_at), OQ_FIELDS_END};

const oq_field tenant_order_fields[] = {
    OQ_TEXT(tenant_order, code, .required = true, .min = 2, .max = 40, .check = oq_check_code,
            .help = "Short and unique in the installation: ARAMCO_DEMO"),
    OQ_TEXT(tenant_order, name, .required = true, .max = TENANT_NAME_MAX),
    OQ_CHOICE(tenant_order, industry, tenant_industry_choices, .required = true),
    OQ_TEXT(tenant_order, time_zone, .preset = "Asia/Riyadh", .not_blank = true, .max = 60,
            .check = oq_check_timezone),
    OQ_TEXT(tenant_order, currency, .preset = "SAR", .not_blank = true, .max = 3,
            .check = oq_check_currency),
    OQ_TEXT(tenant_order, admin_email, .max = 254, .check = oq_check_email,
            .help = "E-mail of the first administrator; without one nobody is made"),
    OQ_TEXT(tenant_order, admin_name, .max = 120),
    OQ_BOOL(tenant_order, is_demo),
    OQ_FIELDS_END};

const oq_field tenant_change_fields[] = {
    OQ_TEXT(tenant_change, name, .not_blank = true, .max = TENANT_NAME_MAX),
    OQ_CHOICE(tenant_change, industry, tenant_industry_choices),
    OQ_CHOICE(tenant_change, status, tenant_status_choices),
    OQ_TEXT(tenant_change, time_zone, .not_blank = true, .max = 60, .check = oq_check_timezone),
    OQ_TEXT(tenant_change, currency, .not_blank = true, .max = 3, .check = oq_check_currency),
    OQ_I64(tenant_change, version, .required = true,
           .help = "As it was read; an older one is refused"),
    OQ_FIELDS_END};

const oq_field tenant_profile_fields[] = {
    OQ_TEXT(tenant_profile, name, .not_blank = true, .max = TENANT_NAME_MAX),
    OQ_TEXT(tenant_profile, time_zone, .not_blank = true, .max = 60, .check = oq_check_timezone),
    OQ_TEXT(tenant_profile, currency, .not_blank = true, .max = 3, .check = oq_check_currency),
    OQ_I64(tenant_profile, version, .required = true,
           .help = "As it was read; an older one is refused"),
    OQ_FIELDS_END};

/* --- what both sides do -----------------------------------------------------------------------*/

static oq_err *not_found(void)
{
    return oq_fail(OQ_NOT_FOUND, "tenant.not_found");
}

static oq_err *stale(int64_t version)
{
    return oq_fail(OQ_CONFLICT, "tenant.version_stale", "version=%lld", (long long)version);
}

static oq_err *record(oq_scope *s, const char *action, const tenant *t, oq_str changes)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "tenant",
                                          .object_id = t->id,
                                          .object_label = t->code,
                                          .changes = changes});
}

static void (*forget_tenant)(oq_uuid tenant_id);

void tenant_use_forget(void (*forget)(oq_uuid tenant_id))
{
    forget_tenant = forget;
}

static void forget_after_commit(void *arg)
{
    oq_uuid *id = arg;
    if (forget_tenant)
        forget_tenant(*id);
}

oq_err *tenant_tell(oq_scope *s)
{
    oq_uuid id = oq_scope_tenant(s);
    oq_scope_after_commit_copy(s, forget_after_commit, &id, sizeof id);
    sql_tenant_told_rows told;
    return sql_tenant_told(s, &told);
}

/* --- making -----------------------------------------------------------------------------------*/

oq_err *tenant_create(db_platform *p, const tenant_order *order, tenant **ret_tenant)
{
    oq_us now = db_platform_now(p);
    sql_tenant_add_rows rows;
    OQ_TRY(sql_tenant_add(
        p,
        (sql_tenant_add_args){
            .id = oq_uuid_new(now),
            .code = order->code,
            .name = order->name,
            .industry = oq_cstr(oq_choice_text(tenant_industry_choices, order->industry)),
            .time_zone = order->time_zone,
            .currency = order->currency,
            .is_demo = order->is_demo,
            .now = now,
        },
        &rows));
    tenant *made = &rows.at[0];
    oq_str changes = audit_changes(db_platform_arena(p), tenant_fields, NULL, made);
    oq_scope *s;
    OQ_TRY(db_platform_enter(p, made->id, &s));
    OQ_TRY(sql_settings_add(s, (sql_settings_add_args){.now = now}, NULL));
    OQ_TRY(record(s, "tenant.created", made, changes));
    OQ_TRY(db_platform_enter(p, TENANT_PLATFORM, &s));
    OQ_TRY(record(s, "tenant.created", made, changes));
    OQ_TRY(db_platform_leave(p));
    *ret_tenant = made;
    return NULL;
}

static tenant_seed_admin *seed_admin;

void tenant_use_seed(tenant_seed_admin *seed)
{
    seed_admin = seed;
}

oq_err *tenant_make_admin(db_platform *p, oq_uuid tenant_id, const tenant_order *order,
                          oq_uuid *ret_secret_id)
{
    oq_uuid user_id;
    *ret_secret_id = OQ_UUID_ZERO;
    if (!seed_admin || !order->admin_email.len)
        return NULL;
    oq_str name = order->admin_name.len ? order->admin_name : order->admin_email;
    oq_err *err = seed_admin(p, tenant_id, order->admin_email, name, &user_id, ret_secret_id);
    if (err && err->field)
        err->field = strcmp(err->field, "email") == 0       ? "admin_email"
                     : strcmp(err->field, "full_name") == 0 ? "admin_name"
                                                            : err->field;
    return err ? err : db_platform_leave(p);
}

/* --- reading ----------------------------------------------------------------------------------*/

oq_err *tenant_find_by_code(db_platform *p, oq_str code, tenant **ret_tenant)
{
    sql_tenant_by_code_rows rows;
    OQ_TRY(sql_tenant_by_code(p, (sql_tenant_by_code_args){.code = code}, &rows));
    *ret_tenant = rows.count ? rows.at : NULL;
    return NULL;
}

oq_err *tenant_get(db_platform *p, oq_uuid id, tenant **ret_tenant)
{
    sql_tenant_get_rows rows;
    OQ_TRY(sql_tenant_get(p, (sql_tenant_get_args){.id = id}, &rows));
    if (!rows.count)
        return not_found();
    *ret_tenant = rows.at;
    return NULL;
}

oq_err *tenant_get_overview(db_platform *p, oq_uuid id, tenant_overview **ret_tenant)
{
    sql_tenant_overview_rows rows;
    OQ_TRY(sql_tenant_overview(p, (sql_tenant_overview_args){.id = id}, &rows));
    if (!rows.count)
        return not_found();
    *ret_tenant = rows.at;
    return NULL;
}

oq_err *tenant_find(db_platform *p, const tenant_filter *filter, oq_uuid after, size_t limit,
                    tenant_overviews *ret_tenants)
{
    sql_tenant_find_rows rows;
    OQ_TRY(sql_tenant_find(
        p,
        (sql_tenant_find_args){
            .q = filter->q.len ? filter->q : OQ_NONE,
            .status = oq_cstr(oq_choice_text(tenant_status_choices, filter->status)),
            .after = after,
            .limit = (int64_t)limit,
        },
        &rows));
    *ret_tenants = (tenant_overviews){rows.at, rows.count};
    return NULL;
}

oq_err *tenant_find_page(db_platform *p, const tenant_filter *filter, oq_str cursor, size_t limit,
                         tenant_overviews *ret_tenants, oq_str *ret_next)
{
    oq_us ignored;
    oq_uuid after;
    OQ_TRY(http_cursor_read(cursor, &ignored, &after));
    tenant_overviews found;
    OQ_TRY(tenant_find(p, filter, after, limit + 1, &found));
    *ret_next = OQ_NONE;
    if (found.count > limit) {
        found.count = limit;
        *ret_next = http_cursor_make(db_platform_arena(p), 0, found.at[limit - 1].id);
    }
    *ret_tenants = found;
    return NULL;
}

oq_err *tenant_count(db_platform *p, tenant_totals *ret_totals)
{
    sql_tenant_count_rows rows;
    OQ_TRY(sql_tenant_count(p,
                            (sql_tenant_count_args){
                                .platform_id = TENANT_PLATFORM,
                                .since = db_platform_now(p) - 7 * OQ_DAY,
                            },
                            &rows));
    *ret_totals = (tenant_totals){
        .active = rows.at[0].active,
        .suspended = rows.at[0].suspended,
        .users_active = rows.at[0].users_active,
        .users_recent = rows.at[0].users_recent,
    };
    return NULL;
}

oq_err *tenant_self(oq_scope *s, tenant **ret_tenant)
{
    sql_tenant_self_rows rows;
    OQ_TRY(sql_tenant_self(s, &rows));
    if (!rows.count)
        return not_found();
    *ret_tenant = rows.at;
    return NULL;
}

/* --- changing ---------------------------------------------------------------------------------*/

static oq_str given_or(oq_str text, oq_str otherwise)
{
    return text.len ? text : otherwise;
}

static const char *action_of(const tenant *before, const tenant *after)
{
    if (before->status == after->status)
        return "tenant.changed";
    return after->status == TENANT_SUSPENDED ? "tenant.suspended" : "tenant.resumed";
}

static oq_err *record_for_both(db_platform *p, const tenant *before, const tenant *after,
                               oq_str changes)
{
    oq_scope *s;
    const char *action = action_of(before, after);
    OQ_TRY(db_platform_enter(p, after->id, &s));
    OQ_TRY(record(s, action, after, changes));
    OQ_TRY(tenant_tell(s));
    if (!oq_uuid_eq(after->id, TENANT_PLATFORM)) {
        OQ_TRY(db_platform_enter(p, TENANT_PLATFORM, &s));
        OQ_TRY(record(s, action, after, changes));
    }
    return db_platform_leave(p);
}

oq_err *tenant_update(db_platform *p, oq_uuid id, const tenant_change *change, tenant **ret_tenant)
{
    sql_tenant_lock_rows locked;
    OQ_TRY(sql_tenant_lock(p, (sql_tenant_lock_args){.id = id}, &locked));
    if (!locked.count)
        return not_found();
    const tenant *before = &locked.at[0];
    if (before->version != change->version)
        return stale(before->version);
    tenant after = *before;
    after.name = given_or(change->name, before->name);
    after.industry = change->industry ? change->industry : before->industry;
    after.status = change->status ? change->status : before->status;
    after.time_zone = given_or(change->time_zone, before->time_zone);
    after.currency = given_or(change->currency, before->currency);
    if (oq_uuid_eq(id, TENANT_PLATFORM) &&
        (after.status != before->status || after.industry != before->industry))
        return oq_fail(OQ_CONFLICT, "tenant.platform_fixed");
    oq_str changes = audit_changes(db_platform_arena(p), tenant_fields, before, &after);
    if (!changes.len) {
        *ret_tenant = locked.at;
        return NULL;
    }
    sql_tenant_update_rows rows;
    OQ_TRY(sql_tenant_update(
        p,
        (sql_tenant_update_args){
            .id = id,
            .name = after.name,
            .industry = oq_cstr(oq_choice_text(tenant_industry_any, after.industry)),
            .status = oq_cstr(oq_choice_text(tenant_status_choices, after.status)),
            .time_zone = after.time_zone,
            .currency = after.currency,
            .now = db_platform_now(p),
        },
        &rows));
    assert(rows.count == 1 && "the row is locked");
    OQ_TRY(record_for_both(p, before, &rows.at[0], changes));
    *ret_tenant = rows.at;
    return NULL;
}

oq_err *tenant_stand(db_platform *p, oq_uuid id, oq_us at)
{
    sql_tenant_lock_rows locked;
    sql_tenant_stand_rows rows;
    OQ_TRY(sql_tenant_lock(p, (sql_tenant_lock_args){.id = id}, &locked));
    if (!locked.count)
        return not_found();
    OQ_TRY(sql_tenant_stand(p, (sql_tenant_stand_args){.id = id, .at = at}, &rows));
    oq_str to = at == OQ_TIME_NONE ? OQ_STR("null")
                                   : oq_strf(db_platform_arena(p), "\"%.*s\"",
                                             OQ_FMT(oq_time_text(db_platform_arena(p), at)));
    return record_for_both(
        p, &locked.at[0], &locked.at[0],
        oq_strf(db_platform_arena(p), "{\"stands_at\":{\"to\":%.*s}}", OQ_FMT(to)));
}

oq_err *tenant_update_self(oq_scope *s, const tenant_profile *profile, tenant **ret_tenant)
{
    tenant *before;
    OQ_TRY(tenant_self(s, &before));
    if (before->version != profile->version)
        return stale(before->version);
    sql_tenant_update_self_args args = {
        .name = given_or(profile->name, before->name),
        .time_zone = given_or(profile->time_zone, before->time_zone),
        .currency = given_or(profile->currency, before->currency),
        .version = profile->version,
        .now = oq_now(s),
    };
    if (oq_str_eq(args.name, before->name) && oq_str_eq(args.time_zone, before->time_zone) &&
        oq_str_eq(args.currency, before->currency)) {
        *ret_tenant = before;
        return NULL;
    }
    sql_tenant_update_self_rows rows;
    OQ_TRY(sql_tenant_update_self(s, args, &rows));
    if (!rows.count)
        return stale(before->version + 1);
    oq_str changes = audit_changes(oq_scope_arena(s), tenant_fields, before, rows.at);
    OQ_TRY(record(s, "tenant.changed", rows.at, changes));
    OQ_TRY(tenant_tell(s));
    *ret_tenant = rows.at;
    return NULL;
}
