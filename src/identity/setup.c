#include "identity/setup.h"

#include <stdatomic.h>

#include "base/secret.h"
#include "identity/password.h"
#include "identity/seed.h"
#include "identity/throttle.h"
#include "identity/user.h"
#include "tenant/tenant.h"

#include "base/banned.h"

const oq_field setup_order_fields[] = {
    OQ_TEXT(setup_order, setup_code, .required = true, .max = 40),
    OQ_TEXT(setup_order, email, .required = true, .max = USER_EMAIL_MAX, .check = oq_check_email),
    OQ_TEXT(setup_order, full_name, .required = true, .max = USER_NAME_MAX),
    OQ_SECRET(setup_order, password, .required = true, .max = PASSWORD_BYTES_MAX),
    OQ_FIELDS_END,
};

/* An owner never goes away again: the last one cannot be deactivated. */
static atomic_bool is_done;

static oq_err *open_platform(db_pool *pool, oq_arena *arena, oq_access access, oq_str address,
                             oq_str request_id, db_platform **ret_platform)
{
    return db_platform_open(
        &(db_platform_options){
            .pool = pool,
            .access = access,
            .actor = {.kind = ACTOR_SYSTEM,
                      .home_tenant = TENANT_PLATFORM,
                      .label = OQ_STR("first set-up"),
                      .address = address},
            .request_id = request_id,
            .arena = arena,
        },
        ret_platform);
}

oq_err *setup_is_open(db_pool *pool, oq_arena *arena, oq_str request_id, bool *ret_is_open)
{
    bool has_owner = atomic_load(&is_done);
    if (!has_owner) {
        db_platform *p;
        OQ_TRY(open_platform(pool, arena, OQ_READ, OQ_NONE, request_id, &p));
        oq_err *err = identity_has_owner(p, &has_owner);
        db_platform_close(p);
        OQ_TRY(err);
        if (has_owner)
            atomic_store(&is_done, true);
    }
    *ret_is_open = !has_owner;
    return NULL;
}

static oq_err *make(db_platform *p, const setup_order *order)
{
    bool has_owner;
    OQ_TRY(identity_has_owner(p, &has_owner));
    if (has_owner)
        return oq_fail(OQ_NOT_FOUND, "setup.is_done");
    oq_uuid id;
    return identity_seed_person(p, TENANT_PLATFORM,
                                &(seed_person){.email = order->email,
                                               .full_name = order->full_name,
                                               .password = order->password,
                                               .role = ROLE_PLATFORM_OWNER},
                                &id);
}

oq_err *setup_make_owner(db_pool *pool, oq_arena *arena, const setup_order *order, oq_str address,
                         oq_str request_id)
{
    throttle t = {.pool = pool,
                  .arena = arena,
                  .request_id = request_id,
                  .account_key = throttle_account_key(arena, OQ_STR("first set-up")),
                  .address = address};
    OQ_TRY(throttle_count(&t));
    if (!oq_same_secret(order->setup_code, identity_setup_code(arena))) {
        oq_log_warn("auth.refused", OQ_F_CSTR("why", "setup.code_wrong"),
                    OQ_F_STR("address", address), OQ_F_STR("request_id", request_id));
        return oq_fail_field("setup_code", "setup.code_wrong");
    }
    OQ_TRY(throttle_forget(&t));
    db_platform *p;
    OQ_TRY(open_platform(pool, arena, OQ_WRITE, address, request_id, &p));
    oq_err *err = make(p, order);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    OQ_TRY(err);
    oq_log_info("auth.first_owner_made", OQ_F_STR("email", order->email),
                OQ_F_STR("address", address), OQ_F_STR("request_id", request_id));
    return NULL;
}
