/* identity/authenticate.h: who asks, for the dispatcher (http_hooks). */
#ifndef IDENTITY_AUTHENTICATE_H
#define IDENTITY_AUTHENTICATE_H

#include "http/request.h"

/* A bearer token, else the session's cookie, else nobody. A renewed cookie is set on the answer; a
 * bad one is taken away, so that the next request is simply nobody's. */
oq_err *identity_authenticate(void *self, http_req *rq, http_who *ret_who);

/* http_hooks.authenticate_again: the session by its id, whatever cookie has followed since; it
 * counts neither as use of the session nor as one of the cookie. A token as at first. */
oq_err *identity_authenticate_again(void *self, http_req *rq, http_who *ret_who);

/* A scope in the home tenant of whoever asks, beside the request's own: sessions and one's own
 * account live there also while a platform owner looks into another tenant. The caller commits and
 * closes it. */
OQ_CHECKED oq_err *identity_home_scope(http_req *rq, oq_access access, oq_scope **ret_scope);

#endif
