/* identity/setup.h
 *
 * The first run: an installation without a platform owner lets one be made, by whoever can show
 * that they may run commands on the server (`optria user setup-code`). Once there is an owner the
 * page is gone. */
#ifndef IDENTITY_SETUP_H
#define IDENTITY_SETUP_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

typedef struct setup_order {
    oq_str setup_code, email, full_name, password;
} setup_order;
extern const oq_field setup_order_fields[];

OQ_CHECKED oq_err *setup_is_open(db_pool *pool, oq_arena *arena, oq_str request_id,
                                 bool *ret_is_open);

/* Makes the platform's first owner. Attempts are counted like sign-ins (identity/throttle.h).
 * Fails: setup.is_done (there is an owner), setup.code_wrong (field setup_code), user.email_taken
 * (field email), auth.too_many_attempts, and what password_check finds. */
OQ_CHECKED oq_err *setup_make_owner(db_pool *pool, oq_arena *arena, const setup_order *order,
                                    oq_str address, oq_str request_id);

extern const http_route setup_routes[]; /* /setup */

#endif
