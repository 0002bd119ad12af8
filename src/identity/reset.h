/* identity/reset.h
 *
 * A link with which a person chooses a new password, once, within a day. An administrator makes it
 * and hands it over; its secret stands behind '#', where browsers keep it to themselves, and the
 * page's form sends it in its body. A new link makes the older ones worthless. */
#ifndef IDENTITY_RESET_H
#define IDENTITY_RESET_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

#define RESET_LIFE (24 * OQ_HOUR)

/* The link's secret part: "/reset#<code>". Audited; ends nothing until it is used.
 * Fails: user.not_found. */
OQ_CHECKED oq_err *reset_make(oq_scope *s, oq_uuid user_id, oq_str *ret_code);

/* Sets the password of the code's owner and ends all sessions. Anonymous: the code names its
 * tenant. Fails: reset.code_invalid (unknown, used, too old), and what password_check finds. */
OQ_CHECKED oq_err *reset_use(db_pool *pool, oq_arena *arena, oq_str code, oq_str password,
                             oq_str address, oq_str request_id);

extern const http_route reset_routes[]; /* /reset */

#endif
