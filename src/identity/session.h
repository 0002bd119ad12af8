/* identity/session.h
 *
 * A person's session is a row; the cookie is a JWT (HS256) that names it:
 *
 *     cookie optria_session = JWT { sub: user, tid: home tenant, sid: session, ser: serial,
 *                                   iat, exp }
 *
 * Every request checks the signature, the times and the row. The row is kept in memory for
 * SESSION_CACHE_S and forgotten at once when anybody changes it (NOTIFY optria_session); while
 * the notices cannot be heard, nothing is kept. Between two looks a session that is used is marked
 * as seen, so that silence can be measured.
 *
 * The cookie is renewed every SESSION_RENEW_S of use: the row's serial rises and the new cookie
 * carries it. The cookie before it stays good until SESSION_GRACE_S after the new one first came
 * back (answers get lost, pages load in parallel); an older copy is somebody else's, and ends the
 * session (auth.session_reused). */
#ifndef IDENTITY_SESSION_H
#define IDENTITY_SESSION_H

#include "base/base.h"
#include "db/scope.h"
#include "http/request.h"
#include "identity/user.h"

#define SESSION_COOKIE "optria_session"
enum { SESSION_CACHE_S = 30, SESSION_RENEW_S = 300, SESSION_GRACE_S = 60 };

/* Once at start: the key that signs cookies (JWT_SECRET_KEY). Fails: session.key_too_short. */
OQ_CHECKED oq_err *session_setup(oq_str key);

typedef struct session_start_order {
    const user *user;
    int64_t hours; /* the tenant's setting */
    oq_str address, user_agent;
} session_start_order;

typedef struct session_started {
    oq_uuid id;
    oq_str cookie, csrf_token;
    int64_t max_age_s;
} session_started;

/* In the user's home tenant. */
OQ_CHECKED oq_err *session_start(oq_scope *s, const session_start_order *order,
                                 session_started *ret_session);

typedef struct session_check {
    http_who who;
    oq_str new_cookie; /* to be set on the answer; not given: none */
    int64_t max_age_s;
} session_check;

/* Who holds this cookie. Fails, all OQ_UNAUTHENTICATED: auth.session_invalid (not ours, altered,
 * another algorithm), auth.session_expired, auth.session_ended, auth.session_reused,
 * auth.user_inactive, auth.tenant_suspended. */
OQ_CHECKED oq_err *session_authenticate(db_pool *pool, oq_arena *arena, oq_str cookie,
                                        oq_str address, oq_str request_id,
                                        session_check *ret_check);

/* Who holds the session that `before` was let in by, as things are now: for work that goes on after
 * its request was let in. Fails as session_authenticate, but knows nothing of cookies. */
OQ_CHECKED oq_err *session_look_again(db_pool *pool, oq_arena *arena, const http_who *before,
                                      oq_str request_id, http_who *ret_who);

/* In the home tenant of the session. Ends it for every process; audited by the caller. */
OQ_CHECKED oq_err *session_end(oq_scope *s, oq_uuid id, const char *why);
/* All sessions of a user but `except_id` (zero: none). */
OQ_CHECKED oq_err *session_end_all(oq_scope *s, oq_uuid user_id, oq_uuid except_id,
                                   const char *why);
/* By the person: one of the own sessions, or all but the one in use; audited.
 * Fails: session.not_found (ended already, or not this person's). */
OQ_CHECKED oq_err *session_end_own(oq_scope *s, oq_uuid user_id, oq_uuid id);
OQ_CHECKED oq_err *session_end_others(oq_scope *s, oq_uuid user_id, oq_uuid except_id);
/* From now on the session works in another tenant; the person's event streams end, for they are of
 * the tenant before. */
OQ_CHECKED oq_err *session_act_in(oq_scope *s, oq_uuid id, oq_uuid tenant_id);

/* What all processes remember of this user's, session's or tenant's requests is void after the
 * commit: call it where a row changes that a session's state is made of. */
OQ_CHECKED oq_err *session_void(oq_scope *s, oq_uuid user_session_or_tenant_id);

typedef struct session_row {
    oq_uuid id;
    oq_us created_at, seen_at, expires_at;
    oq_str address, user_agent;
} session_row;
extern const oq_field session_row_fields[];
typedef struct session_list {
    session_row *at;
    size_t count;
} session_list;
/* The open sessions of a person, latest first. */
OQ_CHECKED oq_err *session_find(oq_scope *s, oq_uuid user_id, session_list *ret_list);

/* The person's latest session but `except_id`, open or ended; *ret_session is NULL when there is
 * none, or none is kept any more. */
OQ_CHECKED oq_err *session_find_previous(oq_scope *s, oq_uuid user_id, oq_uuid except_id,
                                         session_row **ret_session);

/* "Firefox, Windows" out of a browser's User-Agent; parts that are not known are left out, and a
 * text that says nothing gives OQ_NONE. Good enough to recognise one's own machine, no more. */
oq_str user_agent_words(oq_arena *arena, oq_str user_agent);

/* This process forgets what it remembers of a session, a token, a person or a tenant. */
void session_forget(oq_uuid id);
/* For the listener's channel "optria_session". */
void session_on_notify(void *self, oq_str payload);
void session_on_gap(void *self);
/* Lets the cache ask whether notices are heard. Not called: nothing is kept. */
void session_cache_when(bool (*is_connected)(void *self), void *self);

#endif
