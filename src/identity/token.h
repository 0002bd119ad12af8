/* identity/token.h
 *
 * API tokens: how machines sign in (Authorization: Bearer oiq_...). A token belongs to a tenant,
 * names its capabilities, expires, and is shown once, when it is made. The database holds a hash.
 *
 *     oiq_ base64url( tenant 16 bytes | token 16 bytes | secret 32 bytes )
 *
 * so that it finds its tenant without a look across tenants.
 *
 * Whoever made a token has seen its secret, so it never has more than its maker has at that moment:
 * it loses capabilities with the maker's role, and stops while the maker is deactivated. */
#ifndef IDENTITY_TOKEN_H
#define IDENTITY_TOKEN_H

#include "base/base.h"
#include "db/scope.h"
#include "http/request.h"
#include "http/route.h"

typedef struct api_token {
    oq_uuid id;
    oq_str name, hint;    /* the last four characters */
    oq_strs capabilities; /* cap_choices */
    oq_us created_at, expires_at, revoked_at, last_used_at;
    oq_str last_used_address, created_by_name;
} api_token;
extern const oq_field api_token_fields[];

typedef struct token_order {
    oq_str name;
    oq_strs capabilities;
    int64_t days; /* until it expires: 1..730 */
} token_order;
extern const oq_field token_order_fields[];

/* Whether a machine may hold it at all: it has no session of its own to switch, and makes no
 * further tokens. */
bool token_may_hold(oq_cap cap);

/* Makes a token; *ret_text is its only showing. Only a person makes one, at home, and with no
 * capability that the person does not have, nor one that machines may not hold.
 * Fails: user.not_here, token.name_taken, token.capability_unknown (fact: name),
 * token.capability_not_yours (fact: need). */
OQ_CHECKED oq_err *token_add(oq_scope *s, const token_order *order, api_token **ret_token,
                             oq_str *ret_text);
OQ_CHECKED oq_err *token_get(oq_scope *s, oq_uuid id, api_token **ret_token);

typedef struct token_list {
    api_token *at;
    size_t count;
    oq_str next;
} token_list;
OQ_CHECKED oq_err *token_find(oq_scope *s, oq_str cursor, int64_t limit, token_list *ret_list);

/* From the next request on here, and elsewhere as soon as the notice is there; its event streams
 * end. Fails: token.not_found, token.is_revoked. */
OQ_CHECKED oq_err *token_revoke(oq_scope *s, oq_uuid id);
/* Ends the event streams of this person's tokens, where the person's rights change. */
OQ_CHECKED oq_err *token_void_all(oq_scope *s, oq_uuid user_id);

/* Who holds this token. What was found good is remembered as sessions are (SESSION_CACHE_S at most,
 * and forgotten at once when anybody changes it). Fails, all OQ_UNAUTHENTICATED:
 * auth.token_invalid, auth.token_expired, auth.token_revoked, auth.token_maker_inactive,
 * auth.tenant_suspended. */
OQ_CHECKED oq_err *token_authenticate(db_pool *pool, oq_arena *arena, oq_str text, oq_str address,
                                      oq_str request_id, http_who *ret_who);

extern const http_route token_routes[]; /* /api/tokens..., /tokens... */

#endif
