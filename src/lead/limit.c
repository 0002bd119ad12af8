#include "lead/limit.h"

#include <arpa/inet.h>
#include <pthread.h>

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

/* One customer's key: an IPv4 address, the network half of an IPv6 address, else the text. */
static uint64_t key_of(oq_str address)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char v6[16];
    uint64_t key = 0;
    if (address.len && address.len < sizeof text) {
        memcpy(text, address.ptr, address.len);
        text[address.len] = 0;
        static const unsigned char v4_in_v6[12] = {[10] = 0xff, [11] = 0xff};
        if (inet_pton(AF_INET6, text, v6) == 1)
            key = memcmp(v6, v4_in_v6, sizeof v4_in_v6) == 0 ? oq_hash(oq_strn((char *)v6 + 12, 4))
                                                             : oq_hash(oq_strn((char *)v6, 8));
        else if (inet_pton(AF_INET, text, v6) == 1)
            key = oq_hash(oq_strn((char *)v6, 4));
    }
    if (!key)
        key = oq_hash(address);
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
