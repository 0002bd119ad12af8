/* identity/once.h
 *
 * What is shown once: a first password, a reset link. The text lies sealed in the database until
 * its owner looks; the look takes it away, and a second one finds nothing. */
#ifndef IDENTITY_ONCE_H
#define IDENTITY_ONCE_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

#define ONCE_LIFE (24 * OQ_HOUR)

/* In the owner's home tenant. `purpose` names the page's sentence: "once.<purpose>.title". */
OQ_CHECKED oq_err *once_put(oq_scope *s, const char *purpose, oq_uuid owner_id, oq_str text,
                            oq_uuid *ret_id);

/* Whether there is something to see, without taking it. Fails: once.not_found (not there, or
 * another person's), once.opened (fact: at), once.expired. */
OQ_CHECKED oq_err *once_peek(oq_scope *s, oq_uuid id, oq_str *ret_purpose);
/* Takes it; only its owner can. Fails as once_peek. */
OQ_CHECKED oq_err *once_open(oq_scope *s, oq_uuid id, oq_str *ret_purpose, oq_str *ret_text);

extern const http_route once_routes[]; /* /once/{id} */

#endif
