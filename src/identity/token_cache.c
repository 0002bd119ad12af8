#include "identity/token_cache.h"

#include "identity/cache.h"
#include "identity/session.h"
#include "identity/session_state.h"

#include "base/banned.h"

/* Of gateways and programs there are fewer than of people. */
enum { ENTRIES = 1024, TEXT = 900, TEXTS = 5 };

/* The texts one after the other; in `facts` only their lengths count. */
typedef struct kept_facts {
    token_facts facts;
    char text[TEXT];
} kept_facts;

static cred_cache *cache;

void token_cache_open(void)
{
    if (!cache)
        cache = cred_cache_open(sizeof(kept_facts), ENTRIES, SESSION_CACHE_S * OQ_SECOND);
}

static void texts_of(token_facts *facts, oq_str *ret_text[TEXTS])
{
    ret_text[0] = &facts->name;
    ret_text[1] = &facts->tenant_code;
    ret_text[2] = &facts->tenant_name;
    ret_text[3] = &facts->time_zone;
    ret_text[4] = &facts->currency;
}

bool token_cache_get(oq_arena *arena, oq_uuid id, const uint8_t digest[OQ_DIGEST],
                     token_facts *ret_facts)
{
    kept_facts kept;
    if (!session_cache_is_on() || !cred_cache_get(cache, id, &kept) ||
        !oq_same_secret(oq_strn((const char *)kept.facts.digest, OQ_DIGEST),
                        oq_strn((const char *)digest, OQ_DIGEST)))
        return false;
    *ret_facts = kept.facts;
    oq_str *text[TEXTS];
    texts_of(ret_facts, text);
    for (size_t i = 0, at = 0; i < TEXTS; i++) {
        size_t len = text[i]->len;
        *text[i] = oq_str_copy(arena, oq_strn(kept.text + at, len));
        at += len;
    }
    return true;
}

uint64_t token_cache_ticket(void)
{
    return cred_cache_ticket(cache);
}

void token_cache_put(uint64_t ticket, const token_facts *facts)
{
    kept_facts kept = {.facts = *facts};
    oq_str *text[TEXTS];
    texts_of(&kept.facts, text);
    if (!session_cache_is_on())
        return;
    for (size_t i = 0, at = 0; i < TEXTS; i++) {
        if (text[i]->len > TEXT - at)
            return;
        if (text[i]->len)
            memcpy(kept.text + at, text[i]->ptr, text[i]->len);
        at += text[i]->len;
        text[i]->ptr = NULL;
    }
    oq_uuid related[] = {facts->maker_id, facts->tenant_id};
    cred_cache_put(cache, ticket, facts->id, related, OQ_COUNT(related), &kept);
}

void token_cache_forget(oq_uuid id)
{
    if (cache)
        cred_cache_forget(cache, id);
}

void token_cache_forget_all(void)
{
    if (cache)
        cred_cache_forget_all(cache);
}
