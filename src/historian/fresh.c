/* Batches that were read before.
 *
 * Between two runs of the fold some dozens of batches wait, and each question about the last
 * minutes needs all of them. They do not change, so their bytes are fetched once per process and
 * found here by (tenant, seq) afterwards; the statement is told which ones are here and leaves
 * their payloads out. What nobody asked for in a minute was folded, most likely, and goes.
 *
 * A batch of which as many runs were decoded as it has is decoded as a whole, and kept so beside
 * its bytes: no batch costs more than twice the work that its questions cost anyway. */
#include "historian/reading.h"

#include "historian/fresh_decoded.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/banned.h"

enum { KEPT_BYTES = 64 * 1024 * 1024, DECODED_BYTES = 128 * 1024 * 1024 };
enum { BUCKETS = 256, RETRY_AFTER_S = 30 };
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
    _Atomic size_t runs_read; /* without being decoded as a whole */
    fresh_decoded *decoded;   /* NULL: is not; under the lock, then for good */
    size_t len;
    char bytes[];
} fresh_entry;

static struct {
    pthread_mutex_t lock;
    fresh_entry *bucket[BUCKETS]; /* by tenant, so that all of one are found together */
    fresh_entry *oldest, *newest;
    size_t bytes, decoded_bytes;
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

static void drop(fresh_entry *e)
{
    if (e->decoded)
        kept.decoded_bytes -= e->decoded->bytes;
    free(e->decoded);
    free(e);
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
        drop(e);
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
            drop(pins->at[i]);
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

/* Decodes a batch that is pinned, when it has been worth it and there is room. */
static const fresh_decoded *decode_whole(fresh_entry *e)
{
    size_t bytes = fresh_decoded_bytes(&e->batch);
    if (atomic_load_explicit(&e->runs_read, memory_order_relaxed) < e->batch.runs)
        return NULL;
    pthread_mutex_lock(&kept.lock);
    bool has_room = e->is_kept && kept.decoded_bytes + bytes <= DECODED_BYTES;
    pthread_mutex_unlock(&kept.lock);
    fresh_decoded *made = has_room ? fresh_decoded_make(&e->batch) : NULL;
    if (!made) {
        atomic_store_explicit(&e->runs_read, 0, memory_order_relaxed); /* again after as many */
        return NULL;
    }
    pthread_mutex_lock(&kept.lock);
    if (!e->decoded) {
        e->decoded = made;
        kept.decoded_bytes += bytes;
        made = NULL;
    }
    const fresh_decoded *decoded = e->decoded;
    pthread_mutex_unlock(&kept.lock);
    free(made); /* another thread was first */
    return decoded;
}

oq_err *fresh_open(oq_arena *arena, oq_uuid tenant, fresh_pins *pins, int64_t seq,
                   oq_us received_at, oq_str payload, fresh_batch *ret_batch)
{
    fresh_entry *e = find_pinned(pins, seq);
    const fresh_decoded *decoded = NULL;
    if (e) {
        pthread_mutex_lock(&kept.lock);
        if (e->is_kept) {
            unlink_use(e);
            link_newest(e, oq_monotonic());
        }
        decoded = e->decoded;
        pthread_mutex_unlock(&kept.lock);
        if (!decoded)
            decoded = decode_whole(e);
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
    *ret_batch = (fresh_batch){
        .seq = seq, .received_at = received_at, .batch = e->batch, .entry = e, .decoded = decoded};
    return NULL;
}

bool fresh_find(const fresh_batch *b, int32_t no, fresh_run *ret_run)
{
    if (!b->decoded) {
        bool is_there = batch_find(&b->batch, no, &ret_run->run);
        ret_run->count = is_there ? ret_run->run.count : 0;
        return is_there;
    }
    size_t k = fresh_decoded_find(b->decoded, no);
    if (k == SIZE_MAX)
        return false;
    ret_run->from = b->decoded->from[k];
    ret_run->count = b->decoded->from[k + 1] - ret_run->from;
    return true;
}

oq_err *fresh_read(const fresh_batch *b, const fresh_run *run, samples *into)
{
    size_t at = into->count;
    if (b->decoded) {
        const fresh_decoded *d = b->decoded;
        memcpy(into->time + at, d->time + run->from, run->count * sizeof *d->time);
        memcpy(into->value + at, d->value + run->from, run->count * sizeof *d->value);
        memcpy(into->quality + at, d->quality + run->from, run->count * sizeof *d->quality);
        into->count += run->count;
    } else {
        OQ_TRY(batch_decode_run(&b->batch, &run->run, into));
        atomic_fetch_add_explicit(&b->entry->runs_read, 1, memory_order_relaxed);
    }
    for (size_t k = at; k < into->count; k++)
        into->known[k] = b->received_at;
    return NULL;
}

size_t fresh_decoded_kept(void)
{
    pthread_mutex_lock(&kept.lock);
    size_t bytes = kept.decoded_bytes;
    pthread_mutex_unlock(&kept.lock);
    return bytes;
}

void fresh_forget(void)
{
    pthread_mutex_lock(&kept.lock);
    while (kept.oldest)
        forget(kept.oldest);
    pthread_mutex_unlock(&kept.lock);
}
