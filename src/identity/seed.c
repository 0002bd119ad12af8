#include "identity/seed.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/once.h"
#include "identity/own_access.h"
#include "identity/password.h"
#include "identity/session.h"
#include "identity/user.h"
#include "login.sql.h"
#include "tenant/tenant.h"
#include "user.sql.h"

#include "base/banned.h"

static oq_str credentials_text(oq_arena *arena, oq_str email, oq_str password)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "email", email);
    oq_json_put(&j, text, "password", password);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_err *identity_seed_admin(db_platform *p, oq_uuid tenant_id, oq_str email, oq_str full_name,
                            oq_uuid *ret_user_id, oq_uuid *ret_secret_id)
{
    oq_arena *arena = db_platform_arena(p);
    oq_str password = password_generate(arena);
    oq_uuid user_id, secret_id;
    OQ_TRY(identity_seed_person(p, tenant_id,
                                &(seed_person){.email = email,
                                               .full_name = full_name,
                                               .password = password,
                                               .role = ROLE_TENANT_ADMIN,
                                               .must_change = true},
                                &user_id));
    const oq_actor *owner = db_platform_actor(p);
    oq_scope *home;
    OQ_TRY(db_platform_enter(p, owner->home_tenant, &home));
    OQ_TRY(once_put(home, "first_admin", owner->id, credentials_text(arena, email, password),
                    &secret_id));
    OQ_TRY(db_platform_leave(p));
    *ret_user_id = user_id;
    *ret_secret_id = secret_id;
    return NULL;
}

oq_err *identity_has_owner(db_platform *p, bool *ret_has)
{
    sql_owner_count_rows rows;
    OQ_TRY(sql_owner_count(p, &rows));
    *ret_has = rows.at[0].owners > 0;
    return NULL;
}

oq_str identity_setup_code(oq_arena *arena)
{
    static const char letter[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    uint8_t sign[OQ_DIGEST];
    oq_sign(OQ_STR("setup"), OQ_STR("first owner"), sign);
    char code[14];
    for (size_t i = 0; i < sizeof code; i++)
        code[i] = i == 4 || i == 9 ? '-' : letter[sign[i] & 31];
    return oq_str_copy(arena, oq_strn(code, sizeof code));
}

oq_err *identity_find_person(db_platform *p, oq_str email, oq_uuid *ret_tenant_id,
                             oq_uuid *ret_user_id)
{
    sql_login_name_find_rows rows;
    OQ_TRY(sql_login_name_find(
        p, (sql_login_name_find_args){.email_folded = oq_str_lower(db_platform_arena(p), email)},
        &rows));
    *ret_tenant_id = rows.count ? rows.at[0].tenant_id : OQ_UUID_ZERO;
    *ret_user_id = rows.count ? rows.at[0].user_id : OQ_UUID_ZERO;
    return NULL;
}

static oq_err *find_here(db_platform *p, oq_str email, oq_uuid tenant_id, oq_uuid *ret_id)
{
    oq_uuid where;
    OQ_TRY(identity_find_person(p, email, &where, ret_id));
    if (!oq_uuid_is_zero(*ret_id) && !oq_uuid_eq(where, tenant_id))
        return oq_fail_field("email", "user.email_taken");
    return NULL;
}

static oq_err *set_unruled(oq_scope *s, oq_uuid id, const seed_person *person)
{
    OQ_TRY(sql_user_set_password(
        s,
        (sql_user_set_password_args){
            .id = id,
            .password_hash = password_hash(oq_scope_arena(s), person->password),
            .must_change = person->must_change,
            .now = oq_now(s),
        },
        NULL));
    OQ_TRY(session_end_all(s, id, OQ_UUID_ZERO, "password_changed"));
    return audit_record(s, &(audit_entry){.action = "user.password_set",
                                          .object_type = "user",
                                          .object_id = id,
                                          .object_label = person->email});
}

static oq_err *seed_in_tenant(oq_scope *s, const seed_person *person, oq_uuid *id)
{
    bool is_new = oq_uuid_is_zero(*id);
    if (is_new) {
        user *made;
        OQ_TRY(user_add(s,
                        &(user_order){.email = person->email,
                                      .full_name = person->full_name,
                                      .role = person->role},
                        &made));
        *id = made->id;
    }
    if (!is_new && !person->overwrite)
        return NULL;
    if (person->is_unruled)
        return set_unruled(s, *id, person);
    return access_set_password(s, *id, "password", person->password, person->must_change);
}

oq_err *identity_seed_person(db_platform *p, oq_uuid tenant_id, const seed_person *person,
                             oq_uuid *ret_user_id)
{
    oq_uuid id;
    OQ_TRY(find_here(p, person->email, tenant_id, &id));
    oq_scope *s;
    OQ_TRY(db_platform_enter(p, tenant_id, &s));
    OQ_TRY(seed_in_tenant(s, person, &id));
    OQ_TRY(db_platform_leave(p));
    *ret_user_id = id;
    return NULL;
}
