/* Batches that were read before.
 *
 * Between two runs of the fold some dozens of batches wait, and each question about the last
 * minutes needs all of them. They do not change, so their bytes are fetched once per process and
 * found here by (tenant, seq) afterwards; the statement is told which ones are here and leaves
 * their payloads out. What nobody asked for in a minute was folded, most likely, and goes. */
#include "historian/reading.h"

#include <pthread.h>

#include "base/banned.h"

enum { KEPT_BYTES = 64 * 1024 * 1024, BUCKETS = 256, RETRY_AFTER_S = 30 };
static const oq_us kept_for = OQ_MINUTE;

typedef struct fresh_entry {
    struct fresh_entry *next;          /* of its bucket */
    struct fresh_entry *older, *newer; /* by last use */
    oq_uuid tenant;
    int64_t seq;
    oq_us used_at; /* oq_monotonic */
    int pins;
    bool is_kept; /* in the table; else it goes with its last pin */
    batch batch;
    size_t len;
    char bytes[];
} fresh_entry;

static struct {
    pthread_mutex_t lock;
    fresh_entry *bucket[BUCKETS]; /* by tenant, so that all of one are found together */
    fresh_entry *oldest, *newest;
    size_t bytes;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- under the lock ----------------------------------------------------------------------------*/

static fresh_entry **bucket_of(oq_uuid tenant)
{
    return &kept.bucket[oq_hash(oq_strn((const char *)tenant.byte, sizeof tenant.byte)) % BUCKETS];
}

static void unlink_use(fresh_entry *e)
{
    *(e->older ? &e->older->newer : &kept.oldest) = e->newer;
    *(e->newer ? &e->newer->older : &kept.newest) = e->older;
    e->older = e->newer = NULL;
}

static void link_newest(fresh_entry *e, oq_us now)
{
    e->used_at = now;
    e->older = kept.newest;
    *(kept.newest ? &kept.newest->newer : &kept.oldest) = e;
    kept.newest = e;
}

static void forget(fresh_entry *e)
{
    fresh_entry **at = bucket_of(e->tenant);
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_use(e);
    kept.bytes -= e->len;
    e->is_kept = false;
    if (e->pins == 0)
        free(e);
}

static void trim(oq_us now)
{
    while (kept.oldest && (kept.bytes > KEPT_BYTES || kept.oldest->used_at < now - kept_for))
        forget(kept.oldest);
}

/* --- pins --------------------------------------------------------------------------------------*/

static int by_seq(const void *a, const void *b)
{
    const fresh_entry *const *x = a, *const *y = b;
    return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

void fresh_pin(oq_arena *arena, oq_uuid tenant, fresh_pins *ret_pins)
{
    fresh_pins pins = {0};
    pthread_mutex_lock(&kept.lock);
    trim(oq_monotonic());
    for (fresh_entry *e = *bucket_of(tenant); e; e = e->next)
        pins.room += oq_uuid_eq(e->tenant, tenant);
    pins.at = oq_new_n(arena, fresh_entry *, pins.room);
    for (fresh_entry *e = *bucket_of(tenant); e; e = e->next)
        if (oq_uuid_eq(e->tenant, tenant)) {
            e->pins++;
            pins.at[pins.count++] = e;
        }
    pthread_mutex_unlock(&kept.lock);
    qsort(pins.at, pins.count, sizeof *pins.at, by_seq);
    int64_t *seq = oq_new_n(arena, int64_t, pins.count);
    for (size_t i = 0; i < pins.count; i++)
        seq[i] = pins.at[i]->seq;
    pins.seq = seq;
    pins.had = pins.count;
    *ret_pins = pins;
}

void fresh_pins_drop(fresh_pins *pins)
{
    if (!pins->count)
        return;
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < pins->count; i++)
        if (--pins->at[i]->pins == 0 && !pins->at[i]->is_kept)
            free(pins->at[i]);
    pthread_mutex_unlock(&kept.lock);
    pins->count = 0;
}

/* The entry of this seq among the ones that were pinned at first. */
static fresh_entry *find_pinned(const fresh_pins *pins, int64_t seq)
{
    for (size_t low = 0, high = pins->had; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (pins->seq[middle] == seq)
            return pins->at[middle];
        if (pins->seq[middle] < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void add_pin(oq_arena *arena, fresh_pins *pins, fresh_entry *e)
{
    if (pins->count == pins->room) {
        pins->room = pins->room ? pins->room * 2 : 16;
        fresh_entry **grown = oq_new_n(arena, fresh_entry *, pins->room);
        memcpy(grown, pins->at, pins->count * sizeof *grown);
        pins->at = grown;
    }
    pins->at[pins->count++] = e;
}

/* Puts a new entry into the table, unless another thread was first. */
static void keep(fresh_entry *e)
{
    pthread_mutex_lock(&kept.lock);
    bool is_there = false;
    for (fresh_entry *x = *bucket_of(e->tenant); x && !is_there; x = x->next)
        is_there = x->seq == e->seq && oq_uuid_eq(x->tenant, e->tenant);
    if (!is_there && e->len <= KEPT_BYTES / 4) {
        e->next = *bucket_of(e->tenant);
        *bucket_of(e->tenant) = e;
        link_newest(e, oq_monotonic());
        e->is_kept = true;
        kept.bytes += e->len;
        trim(e->used_at);
    }
    pthread_mutex_unlock(&kept.lock);
}

static _Atomic int64_t bytes_max = FRESH_BYTES_MAX;

int64_t fresh_bytes_max(void)
{
    return bytes_max;
}

void fresh_set_bytes_max(int64_t bytes)
{
    bytes_max = bytes ? bytes : FRESH_BYTES_MAX;
}

oq_err *fresh_too_much(int64_t bytes)
{
    return oq_fail(OQ_UNAVAILABLE, "history.too_much_waiting", "megabytes=%lld retry_after_s=%d",
                   (long long)(bytes / 1000 / 1000), RETRY_AFTER_S);
}

bool fresh_has(const fresh_pins *pins, int64_t seq, oq_str payload)
{
    return oq_str_given(payload) || find_pinned(pins, seq);
}

oq_err *fresh_open(oq_arena *arena, oq_uuid tenant, fresh_pins *pins, int64_t seq,
                   oq_us received_at, oq_str payload, fresh_batch *ret_batch)
{
    fresh_entry *e = find_pinned(pins, seq);
    if (e) {
        pthread_mutex_lock(&kept.lock);
        if (e->is_kept) {
            unlink_use(e);
            link_newest(e, oq_monotonic());
        }
        pthread_mutex_unlock(&kept.lock);
    } else if (!oq_str_given(payload)) {
        return fresh_too_much(bytes_max);
    } else {
        e = malloc(sizeof *e + payload.len);
        if (!e)
            abort();
        *e = (fresh_entry){.tenant = tenant, .seq = seq, .len = payload.len, .pins = 1};
        memcpy(e->bytes, payload.ptr, payload.len);
        oq_err *err = batch_open(oq_strn(e->bytes, e->len), &e->batch);
        if (err) {
            free(e);
            return err;
        }
        keep(e);
        add_pin(arena, pins, e);
    }
    *ret_batch = (fresh_batch){.seq = seq, .received_at = received_at, .batch = e->batch};
    return NULL;
}

void fresh_forget(void)
{
    pthread_mutex_lock(&kept.lock);
    while (kept.oldest)
        forget(kept.oldest);
    pthread_mutex_unlock(&kept.lock);
}
