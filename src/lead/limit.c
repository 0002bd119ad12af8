#include "lead/limit.h"

#include <pthread.h>

#include "http/parse.h"

#include "base/banned.h"

enum { BUCKETS = 1024, WAYS = 4 };
#define WINDOW OQ_HOUR

typedef struct counter {
    uint64_t key; /* 0: free */
    oq_us since;
    int count;
} counter;

static struct {
    pthread_mutex_t lock;
    counter all;
    counter at[BUCKETS][WAYS];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t key_of(oq_str address)
{
    oq_arena *arena = oq_arena_open(0);
    uint64_t key = oq_hash(http_address_customer(arena, address));
    oq_arena_close(arena);
    return key ? key : 1;
}

/* The address's counter; a new one takes the place of a free or else the oldest one. */
static counter *find(uint64_t key)
{
    counter *bucket = table.at[key % BUCKETS], *oldest = bucket;
    for (int i = 0; i < WAYS; i++) {
        if (bucket[i].key == key)
            return &bucket[i];
        if (!bucket[i].key || bucket[i].since < oldest->since)
            oldest = &bucket[i];
    }
    *oldest = (counter){.key = key};
    return oldest;
}

/* Seconds to wait, or 0: taken. */
static int64_t take(counter *c, int max, oq_us now)
{
    if (!c->count || now - c->since >= WINDOW || now < c->since) {
        c->since = now;
        c->count = 0;
    }
    if (c->count >= max)
        return (c->since + WINDOW - now + OQ_SECOND - 1) / OQ_SECOND;
    c->count++;
    return 0;
}

oq_err *lead_limit_take(oq_str address, oq_us now)
{
    pthread_mutex_lock(&table.lock);
    int64_t wait_s = take(find(key_of(address)), LEAD_PER_ADDRESS, now);
    if (!wait_s)
        wait_s = take(&table.all, LEAD_PER_HOUR, now);
    pthread_mutex_unlock(&table.lock);
    if (wait_s)
        return oq_fail(OQ_LIMIT, "lead.too_many", "retry_after_s=%lld", (long long)wait_s);
    return NULL;
}

void lead_limit_reset(void)
{
    pthread_mutex_lock(&table.lock);
    memset(table.at, 0, sizeof table.at);
    table.all = (counter){0};
    pthread_mutex_unlock(&table.lock);
}
