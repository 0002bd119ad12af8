#include "identity/cache.h"

#include <pthread.h>

#include "base/banned.h"

enum { RELATED_MAX = 3 };

/* A fixed table, four places to a bucket: no memory grows with the number of visitors, and the
 * oldest of a full bucket makes room. */
enum { WAYS = 4 };

typedef struct place {
    oq_uuid id; /* zero: free */
    oq_uuid related[RELATED_MAX];
    oq_us put_at; /* monotonic */
} place;

struct cred_cache {
    pthread_mutex_t lock;
    uint64_t notices;
    size_t size, buckets;
    oq_us life;
    place *places;
    char *entries;
};

cred_cache *cred_cache_open(size_t size, size_t count_max, oq_us life)
{
    cred_cache *cache = calloc(1, sizeof *cache);
    size_t buckets = 1;
    while (buckets * WAYS < count_max)
        buckets *= 2;
    if (cache) {
        pthread_mutex_init(&cache->lock, NULL);
        cache->size = size;
        cache->buckets = buckets;
        cache->life = life;
        cache->places = calloc(buckets * WAYS, sizeof *cache->places);
        cache->entries = calloc(buckets * WAYS, size);
    }
    if (!cache || !cache->places || !cache->entries)
        abort(); /* no memory at the start */
    return cache;
}

void cred_cache_close(cred_cache *cache)
{
    if (!cache)
        return;
    pthread_mutex_destroy(&cache->lock);
    free(cache->places);
    free(cache->entries);
    free(cache);
}

static size_t bucket_of(const cred_cache *cache, oq_uuid id)
{
    return (oq_hash(oq_strn((const char *)id.byte, sizeof id.byte)) & (cache->buckets - 1)) * WAYS;
}

bool cred_cache_get(cred_cache *cache, oq_uuid id, void *ret_entry)
{
    bool found = false;
    size_t first = bucket_of(cache, id);
    pthread_mutex_lock(&cache->lock);
    for (size_t i = first; i < first + WAYS && !found; i++)
        if (oq_uuid_eq(cache->places[i].id, id) &&
            oq_monotonic() - cache->places[i].put_at < cache->life) {
            memcpy(ret_entry, cache->entries + i * cache->size, cache->size);
            found = true;
        }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

uint64_t cred_cache_ticket(cred_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    uint64_t ticket = cache->notices;
    pthread_mutex_unlock(&cache->lock);
    return ticket;
}

static size_t choose_place(const cred_cache *cache, oq_uuid id)
{
    size_t first = bucket_of(cache, id), oldest = first;
    for (size_t i = first; i < first + WAYS; i++) {
        if (oq_uuid_eq(cache->places[i].id, id))
            return i;
        if (cache->places[i].put_at < cache->places[oldest].put_at)
            oldest = i;
    }
    return oldest;
}

void cred_cache_put(cred_cache *cache, uint64_t ticket, oq_uuid id, const oq_uuid *related,
                    size_t related_count, const void *entry)
{
    assert(related_count <= RELATED_MAX);
    pthread_mutex_lock(&cache->lock);
    if (ticket == cache->notices) {
        size_t i = choose_place(cache, id);
        cache->places[i] = (place){.id = id, .put_at = oq_monotonic()};
        if (related_count)
            memcpy(cache->places[i].related, related, related_count * sizeof *related);
        memcpy(cache->entries + i * cache->size, entry, cache->size);
    }
    pthread_mutex_unlock(&cache->lock);
}

void cred_cache_forget(cred_cache *cache, oq_uuid id)
{
    pthread_mutex_lock(&cache->lock);
    cache->notices++;
    for (size_t i = 0; i < cache->buckets * WAYS; i++) {
        place *p = &cache->places[i];
        bool concerned = oq_uuid_eq(p->id, id);
        for (size_t r = 0; r < RELATED_MAX; r++)
            concerned |= oq_uuid_eq(p->related[r], id);
        if (concerned)
            *p = (place){0};
    }
    pthread_mutex_unlock(&cache->lock);
}

void cred_cache_forget_all(cred_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    cache->notices++;
    memset(cache->places, 0, cache->buckets * WAYS * sizeof *cache->places);
    pthread_mutex_unlock(&cache->lock);
}
