#include "identity/session_state.h"

#include "identity/cache.h"
#include "identity/session.h"
#include "session.sql.h"
#include "tenant/tenant.h"

#include "base/banned.h"

const oq_field session_state_fields[] = {
    OQ_UUID(session_state, id),
    OQ_UUID(session_state, user_id),
    OQ_UUID(session_state, acting_tenant_id),
    OQ_TEXT(session_state, csrf_token),
    OQ_I64(session_state, serial),
    OQ_TIME(session_state, confirmed_at),
    OQ_TIME(session_state, seen_at),
    OQ_TIME(session_state, expires_at),
    OQ_TIME(session_state, revoked_at),
    OQ_TEXT(session_state, email),
    OQ_TEXT(session_state, full_name),
    OQ_CHOICE(session_state, role, role_choices),
    OQ_BOOL(session_state, is_active),
    OQ_TEXT(session_state, lang),
    OQ_TEXT(session_state, time_zone),
    OQ_BOOL(session_state, arabic_digits),
    OQ_BOOL(session_state, hijri),
    OQ_BOOL(session_state, must_change_password),
    OQ_BOOL(session_state, has_totp),
    OQ_TEXT(session_state, tenant_code),
    OQ_TEXT(session_state, tenant_name),
    OQ_TEXT(session_state, tenant_time_zone),
    OQ_TEXT(session_state, currency),
    OQ_TIME(session_state, stands_at),
    OQ_CHOICE(session_state, tenant_status, tenant_status_choices),
    OQ_BOOL(session_state, require_totp),
    OQ_I64(session_state, idle_minutes),
    OQ_FIELDS_END,
};

/* --- loading ------------------------------------------------------------------------------------*/

static oq_err *open_reading(db_pool *pool, oq_arena *arena, oq_uuid tenant_id, oq_str request_id,
                            oq_scope **ret_scope)
{
    return oq_scope_open(
        &(oq_scope_options){
            .pool = pool,
            .tenant_id = tenant_id,
            .access = OQ_READ,
            .actor = {.kind = ACTOR_SYSTEM, .home_tenant = tenant_id, .label = OQ_STR("sign-in")},
            .request_id = request_id,
            .arena = arena,
        },
        ret_scope);
}

static oq_err *load_home(oq_scope *s, oq_uuid session_id, session_state **ret_state)
{
    sql_session_load_rows rows;
    OQ_TRY(sql_session_load(s, (sql_session_load_args){.id = session_id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_ended");
    *ret_state = &rows.at[0];
    return NULL;
}

/* The tenant that is looked into takes the home tenant's place in what pages show. A home tenant
 * that is suspended stays so. */
static oq_err *load_acting(oq_scope *s, session_state *state)
{
    sql_session_tenant_rows rows;
    OQ_TRY(sql_session_tenant(s, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_ended");
    state->tenant_code = rows.at[0].code;
    state->tenant_name = rows.at[0].name;
    state->tenant_time_zone = rows.at[0].time_zone;
    state->currency = rows.at[0].currency;
    state->stands_at = rows.at[0].stands_at;
    return NULL;
}

oq_err *session_state_load(db_pool *pool, oq_arena *arena, oq_uuid home_tenant, oq_uuid session_id,
                           oq_str request_id, session_state **ret_state)
{
    session_state *state;
    oq_scope *s;
    OQ_TRY(open_reading(pool, arena, home_tenant, request_id, &s));
    oq_err *err = load_home(s, session_id, &state);
    oq_scope_close(s);
    OQ_TRY(err);
    state->home_tenant_id = home_tenant;
    if (!oq_uuid_eq(state->acting_tenant_id, home_tenant)) {
        OQ_TRY(open_reading(pool, arena, state->acting_tenant_id, request_id, &s));
        err = load_acting(s, state);
        oq_scope_close(s);
        OQ_TRY(err);
    }
    *ret_state = state;
    return NULL;
}

/* --- memory -------------------------------------------------------------------------------------*/

/* Sessions that 4,096 people use at a time fit; more cost a look into the database each. */
enum { CACHE_ENTRIES = 4096, CACHE_TEXT = 1200 };

/* A state with its texts beside it: while it is kept, each text's ptr is an offset into `text`. */
typedef struct kept_state {
    session_state state;
    char text[CACHE_TEXT];
} kept_state;

static cred_cache *cache;
static bool (*notices_are_heard)(void *self);
static void *notices_self;

void session_cache_open(void)
{
    if (!cache)
        cache = cred_cache_open(sizeof(kept_state), CACHE_ENTRIES, SESSION_CACHE_S * OQ_SECOND);
}

void session_cache_when(bool (*is_connected)(void *self), void *self)
{
    notices_are_heard = is_connected;
    notices_self = self;
}

bool session_cache_is_on(void)
{
    return notices_are_heard && notices_are_heard(notices_self);
}

static oq_str *text_at(session_state *state, const oq_field *field)
{
    return field->type == OQ_TYPE_TEXT ? (oq_str *)((char *)state + field->offset) : NULL;
}

static bool pack(const session_state *from, kept_state *to)
{
    size_t used = 1; /* offset 0 stands for a text that is not given */
    to->state = *from;
    for (const oq_field *f = session_state_fields; f->type; f++) {
        oq_str *text = text_at(&to->state, f);
        if (!text || !text->ptr)
            continue;
        if (text->len > sizeof to->text - used)
            return false;
        if (text->len)
            memcpy(to->text + used, text->ptr, text->len);
        text->ptr = (const char *)(uintptr_t)used;
        used += text->len;
    }
    return true;
}

static session_state *unpack(oq_arena *arena, const kept_state *kept)
{
    session_state *state = oq_copy(arena, &kept->state, sizeof *state);
    for (const oq_field *f = session_state_fields; f->type; f++) {
        oq_str *text = text_at(state, f);
        if (text && text->ptr)
            *text = oq_str_copy(arena, oq_strn(kept->text + (uintptr_t)text->ptr, text->len));
    }
    return state;
}

bool session_cache_get(oq_arena *arena, oq_uuid session_id, session_state **ret_state)
{
    kept_state kept;
    if (!session_cache_is_on() || !cred_cache_get(cache, session_id, &kept))
        return false;
    *ret_state = unpack(arena, &kept);
    return true;
}

uint64_t session_cache_ticket(void)
{
    return cred_cache_ticket(cache);
}

void session_cache_put(uint64_t ticket, const session_state *state)
{
    kept_state kept = {0};
    if (!session_cache_is_on() || !pack(state, &kept))
        return;
    oq_uuid related[] = {state->user_id, state->home_tenant_id, state->acting_tenant_id};
    cred_cache_put(cache, ticket, state->id, related, OQ_COUNT(related), &kept);
}

void session_cache_forget(oq_uuid id)
{
    if (cache)
        cred_cache_forget(cache, id);
}

void session_cache_forget_all(void)
{
    if (cache)
        cred_cache_forget_all(cache);
}
