#include "main/people.h"

#include "identity/own_access.h"
#include "identity/reset.h"
#include "identity/seed.h"
#include "main/operator.h"
#include "tenant/tenant.h"

#include "base/banned.h"

#define LABEL "command line"

const oq_field person_fields[] = {
    OQ_UUID(person, id),
    OQ_TEXT(person, email),
    OQ_TEXT(person, full_name),
    OQ_CHOICE(person, role, role_choices),
    OQ_TEXT(person, tenant),
    OQ_BOOL(person, is_active),
    OQ_BOOL(person, has_password),
    OQ_BOOL(person, has_totp),
    OQ_TIME(person, last_login_at),
    OQ_FIELDS_END,
};

static person person_of(const user *u, oq_str tenant_code)
{
    return (person){.id = u->id,
                    .email = u->email,
                    .full_name = u->full_name,
                    .role = u->role,
                    .tenant = tenant_code,
                    .is_active = u->is_active,
                    .has_password = u->has_password,
                    .has_totp = u->has_totp,
                    .last_login_at = u->last_login_at};
}

/* Ends a unit of work the way it went. */
static oq_err *end(db_platform *p, oq_err *err)
{
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    return err;
}

static oq_err *find_tenant(db_platform *p, oq_str code, tenant **ret_tenant)
{
    OQ_TRY(tenant_find_by_code(p, code, ret_tenant));
    return *ret_tenant
               ? NULL
               : oq_fail(OQ_NOT_FOUND, "people.tenant_unknown", "tenant=%.*s", OQ_FMT(code));
}

/* --- one more ------------------------------------------------------------------------------ */

static oq_err *home_of(db_platform *p, const person_order *order, tenant **ret_tenant)
{
    if (order->tenant.len)
        return find_tenant(p, order->tenant, ret_tenant);
    if (order->role != ROLE_PLATFORM_OWNER)
        return oq_fail(OQ_INVALID, "option.tenant_missing", "role=%s",
                       oq_choice_text(role_choices, order->role));
    return tenant_get(p, TENANT_PLATFORM, ret_tenant);
}

static oq_err *add(db_platform *p, const person_order *order, person *ret_person, oq_str *ret_code)
{
    tenant *home;
    oq_scope *s;
    user *made;
    OQ_TRY(home_of(p, order, &home));
    OQ_TRY(db_platform_enter(p, home->id, &s));
    OQ_TRY(user_add(
        s, &(user_order){.email = order->email, .full_name = order->name, .role = order->role},
        &made));
    *ret_code = OQ_NONE;
    if (order->password.len)
        OQ_TRY(access_set_password(s, made->id, "password", order->password, false));
    else
        OQ_TRY(reset_make(s, made->id, ret_code));
    OQ_TRY(user_get(s, made->id, &made));
    *ret_person = person_of(made, home->code);
    return NULL;
}

oq_err *people_add(db_pool *pool, oq_arena *arena, const person_order *order, person *ret_person,
                   oq_str *ret_code)
{
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_WRITE, LABEL, &p));
    return end(p, add(p, order, ret_person, ret_code));
}

/* --- all of them --------------------------------------------------------------------------- */

static void keep(oq_arena *arena, persons *all, size_t *room, const person *one)
{
    if (all->count == *room) {
        *room = *room ? 2 * *room : 64;
        person *more = oq_new_n(arena, person, *room);
        if (all->count)
            memcpy(more, all->at, all->count * sizeof *more);
        all->at = more;
    }
    all->at[all->count++] = *one;
}

/* The pages have the newest first; a terminal reads better the other way round. */
static void turn(person *at, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        person swapped = at[i];
        at[i] = at[count - 1 - i];
        at[count - 1 - i] = swapped;
    }
}

static oq_err *list_tenant(db_platform *p, oq_uuid id, oq_str code, persons *all, size_t *room)
{
    oq_scope *s;
    size_t before = all->count;
    user_query query = {.limit = 200};
    OQ_TRY(db_platform_enter(p, id, &s));
    do {
        user_list found;
        OQ_TRY(user_find(s, &query, &found));
        for (size_t i = 0; i < found.count; i++) {
            person one = person_of(&found.at[i], code);
            keep(db_platform_arena(p), all, room, &one);
        }
        query.cursor = found.next;
    } while (query.cursor.len);
    turn(all->at + before, all->count - before);
    return db_platform_leave(p);
}

static oq_err *list_all(db_platform *p, persons *all, size_t *room)
{
    tenant *own;
    OQ_TRY(tenant_get(p, TENANT_PLATFORM, &own));
    OQ_TRY(list_tenant(p, own->id, own->code, all, room));
    for (oq_uuid after = OQ_UUID_ZERO;;) {
        tenant_overviews page;
        OQ_TRY(tenant_find(p, &(tenant_filter){0}, after, TENANT_LIST_MAX, &page));
        for (size_t i = 0; i < page.count; i++)
            if (!oq_uuid_eq(page.at[i].id, TENANT_PLATFORM))
                OQ_TRY(list_tenant(p, page.at[i].id, page.at[i].code, all, room));
        if (page.count < TENANT_LIST_MAX)
            return NULL;
        after = page.at[page.count - 1].id;
    }
}

oq_err *people_list(db_pool *pool, oq_arena *arena, oq_str tenant_code, persons *ret_persons)
{
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_READ, LABEL, &p));
    persons all = {0};
    size_t room = 0;
    tenant *one;
    oq_err *err;
    if (!tenant_code.len)
        err = list_all(p, &all, &room);
    else if (!(err = find_tenant(p, tenant_code, &one)))
        err = list_tenant(p, one->id, one->code, &all, &room);
    db_platform_close(p);
    if (!err)
        *ret_persons = all;
    return err;
}

/* --- one of them --------------------------------------------------------------------------- */

/* The person with this address, and a scope of the own tenant. */
static oq_err *enter_home_of(db_platform *p, oq_str email, oq_scope **ret_scope, user **ret_user,
                             oq_str *ret_tenant)
{
    oq_uuid tenant_id, user_id;
    tenant *home;
    OQ_TRY(identity_find_person(p, email, &tenant_id, &user_id));
    if (oq_uuid_is_zero(user_id))
        return oq_fail(OQ_NOT_FOUND, "people.unknown", "email=%.*s", OQ_FMT(email));
    OQ_TRY(tenant_get(p, tenant_id, &home));
    *ret_tenant = home->code;
    OQ_TRY(db_platform_enter(p, tenant_id, ret_scope));
    return user_get(*ret_scope, user_id, ret_user);
}

static oq_err *reset(db_platform *p, oq_str email, bool totp_too, person *ret_person,
                     oq_str *ret_code)
{
    oq_scope *s;
    user *who;
    oq_str code;
    OQ_TRY(enter_home_of(p, email, &s, &who, &code));
    OQ_TRY(reset_make(s, who->id, ret_code));
    if (totp_too && who->has_totp)
        OQ_TRY(access_totp_reset(s, who->id));
    OQ_TRY(user_get(s, who->id, &who));
    *ret_person = person_of(who, code);
    return NULL;
}

oq_err *people_reset(db_pool *pool, oq_arena *arena, oq_str email, bool totp_too,
                     person *ret_person, oq_str *ret_code)
{
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_WRITE, LABEL, &p));
    return end(p, reset(p, email, totp_too, ret_person, ret_code));
}

static oq_err *set_active(db_platform *p, oq_str email, bool is_active, person *ret_person)
{
    oq_scope *s;
    user *who;
    oq_str code;
    OQ_TRY(enter_home_of(p, email, &s, &who, &code));
    if (who->is_active != is_active)
        OQ_TRY(user_update(s, who->id,
                           &(user_change){.username = who->username,
                                          .full_name = who->full_name,
                                          .role = who->role,
                                          .is_active = is_active,
                                          .version = who->version},
                           &who));
    *ret_person = person_of(who, code);
    return NULL;
}

oq_err *people_set_active(db_pool *pool, oq_arena *arena, oq_str email, bool is_active,
                          person *ret_person)
{
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_WRITE, LABEL, &p));
    return end(p, set_active(p, email, is_active, ret_person));
}

/* --- the first ----------------------------------------------------------------------------- */

oq_err *people_setup_code(db_pool *pool, oq_arena *arena, oq_str *ret_code)
{
    db_platform *p;
    bool has_owner;
    OQ_TRY(operator_open_platform(pool, arena, OQ_READ, LABEL, &p));
    oq_err *err = identity_has_owner(p, &has_owner);
    db_platform_close(p);
    OQ_TRY(err);
    if (has_owner)
        return oq_fail(OQ_CONFLICT, "people.has_owner");
    *ret_code = identity_setup_code(arena);
    return NULL;
}
