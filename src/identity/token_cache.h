/* identity/token_cache.h
 *
 * What this process remembers of tokens that were found good, as of sessions (session_state.h): a
 * machine sends the same one with each request. Forgotten by the same notices, of the token, its
 * maker or its tenant; kept only while they are heard. Inside identity/ only. */
#ifndef IDENTITY_TOKEN_CACHE_H
#define IDENTITY_TOKEN_CACHE_H

#include "base/base.h"
#include "base/secret.h"
#include "core/capability.h"

typedef struct token_facts {
    uint8_t digest[OQ_DIGEST]; /* of tenant, token and secret */
    oq_uuid tenant_id, id, maker_id;
    oq_caps caps;
    oq_us expires_at, last_used_at;
    oq_str name, tenant_code, tenant_name, time_zone, currency;
    oq_us stands_at;
} token_facts;

void token_cache_open(void);
/* Copies into the arena. False: not remembered, or of another secret. */
bool token_cache_get(oq_arena *arena, oq_uuid id, const uint8_t digest[OQ_DIGEST],
                     token_facts *ret_facts);
/* Before a load, and after it: as cred_cache_ticket and cred_cache_put. */
uint64_t token_cache_ticket(void);
void token_cache_put(uint64_t ticket, const token_facts *facts);
void token_cache_forget(oq_uuid id);
void token_cache_forget_all(void);

#endif
