/* identity/cache.h
 *
 * What this process remembers of credentials it has looked up: by credential id, for a short time,
 * forgotten at once when told. A load that began before a notice is not kept after it, so what was
 * read too early cannot come back. Thread-safe. */
#ifndef IDENTITY_CACHE_H
#define IDENTITY_CACHE_H

#include "base/base.h"

typedef struct cred_cache cred_cache;

/* Entries are `size` bytes, copied whole; texts in them must be inside the struct. */
cred_cache *cred_cache_open(size_t size, size_t count_max, oq_us life);
void cred_cache_close(cred_cache *cache);

/* Copies the entry out. False when there is none, it is too old, or the cache is off. */
bool cred_cache_get(cred_cache *cache, oq_uuid id, void *ret_entry);

/* Before a load: a ticket that says how many notices had been heard. */
uint64_t cred_cache_ticket(cred_cache *cache);
/* After it: kept unless a notice came in between. `related` are the ids (user, tenant) whose
 * notices concern this entry. */
void cred_cache_put(cred_cache *cache, uint64_t ticket, oq_uuid id, const oq_uuid *related,
                    size_t related_count, const void *entry);

/* Forgets the entry of this id and all that are related to it. */
void cred_cache_forget(cred_cache *cache, oq_uuid id);
void cred_cache_forget_all(cred_cache *cache);

#endif
