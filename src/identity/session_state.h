/* identity/session_state.h
 *
 * The row behind a cookie, with all that a request must know of who asks, and this process' memory
 * of such rows. Inside identity/ only. */
#ifndef IDENTITY_SESSION_STATE_H
#define IDENTITY_SESSION_STATE_H

#include "base/base.h"
#include "db/scope.h"

typedef struct session_state {
    oq_uuid
        home_tenant_id; /* where the row lies: a cookie that says another tenant is not its own */
    oq_uuid id, user_id, acting_tenant_id;
    oq_str csrf_token;
    int64_t serial;
    oq_us confirmed_at; /* OQ_TIME_NONE: the newest cookie has not come back yet */
    oq_us seen_at, expires_at, revoked_at;
    oq_str email, full_name;
    int role;
    bool is_active;
    oq_str lang, time_zone;
    bool arabic_digits, hijri, must_change_password, has_totp;
    oq_str tenant_code, tenant_name, tenant_time_zone, currency;
    oq_us stands_at;
    int tenant_status;
    bool require_totp;
    int64_t idle_minutes;
} session_state;
extern const oq_field session_state_fields[];

/* In the scope's arena; the scope is of the home tenant. Where the session acts in another tenant,
 * code, name, zone, currency and status are that one's. Fails: auth.session_ended (no such row). */
OQ_CHECKED oq_err *session_state_load(db_pool *pool, oq_arena *arena, oq_uuid home_tenant,
                                      oq_uuid session_id, oq_str request_id,
                                      session_state **ret_state);

void session_cache_open(void);
/* Whether notices are heard: else nothing is remembered. */
bool session_cache_is_on(void);
/* Copies into the arena. False: not remembered. */
bool session_cache_get(oq_arena *arena, oq_uuid session_id, session_state **ret_state);
uint64_t session_cache_ticket(void);
void session_cache_put(uint64_t ticket, const session_state *state);
void session_cache_forget(oq_uuid id);
void session_cache_forget_all(void);

#endif
