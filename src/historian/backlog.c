#include "historian/backlog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "fold.sql.h"

#include "base/banned.h"

enum { RETRY_AFTER_S = 10, WAIT_S = 1800, PLACES = 256, MEGABYTE = 1000 * 1000 };

/* A tenant's figures. Tenants are few and stay. */
typedef struct waiting {
    struct waiting *next; /* of its place */
    oq_uuid tenant;
    oq_us asked_at; /* oq_monotonic */
    int64_t batches, bytes;
    oq_us oldest;
} waiting;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static waiting *place[PLACES];
static _Atomic int64_t refused;
static _Atomic int64_t batches_max = BACKLOG_BATCHES_MAX, bytes_max = BACKLOG_BYTES_MAX;

/* Under the lock. */
static waiting *waiting_of(oq_uuid tenant)
{
    size_t hash = oq_hash(oq_strn((const char *)tenant.byte, sizeof tenant.byte));
    waiting **at = &place[hash % PLACES];
    for (waiting *w = *at; w; w = w->next)
        if (oq_uuid_eq(w->tenant, tenant))
            return w;
    waiting *made = calloc(1, sizeof *made);
    if (!made)
        abort();
    *made =
        (waiting){.next = *at, .tenant = tenant, .asked_at = OQ_TIME_NONE, .oldest = OQ_TIME_NONE};
    return *at = made;
}

/* The figures as far as they are known; *ret_is_due: it is for this caller to ask again, while
 * others go on with these. */
static waiting look(oq_uuid tenant, bool *ret_is_due)
{
    pthread_mutex_lock(&lock);
    waiting *w = waiting_of(tenant);
    oq_us now = oq_monotonic();
    *ret_is_due = w->asked_at == OQ_TIME_NONE || now - w->asked_at >= OQ_SECOND;
    if (*ret_is_due)
        w->asked_at = now;
    waiting found = *w;
    pthread_mutex_unlock(&lock);
    return found;
}

static oq_err *ask(oq_scope *s, waiting *found)
{
    sql_fold_waiting_rows rows;
    OQ_TRY(sql_fold_waiting(s, &rows));
    pthread_mutex_lock(&lock);
    waiting *w = waiting_of(oq_scope_tenant(s));
    w->batches = rows.at[0].batches;
    w->bytes = rows.at[0].bytes;
    w->oldest = rows.at[0].oldest;
    *found = *w;
    pthread_mutex_unlock(&lock);
    return NULL;
}

oq_err *backlog_check(oq_scope *s)
{
    bool is_due;
    waiting w = look(oq_scope_tenant(s), &is_due);
    if (is_due)
        OQ_TRY(ask(s, &w));
    if (w.batches < batches_max && w.bytes < bytes_max)
        return NULL;
    atomic_fetch_add(&refused, 1);
    oq_us now = oq_now(s), oldest = w.oldest == OQ_TIME_NONE ? now : w.oldest;
    return oq_fail(OQ_UNAVAILABLE, "history.fold_behind",
                   "megabytes=%lld batches=%lld minutes=%lld retry_after_s=%d",
                   (long long)(w.bytes / MEGABYTE), (long long)w.batches,
                   (long long)((now - oldest) / OQ_MINUTE), RETRY_AFTER_S);
}

oq_err *backlog_wait(backlog_open *open, void *self)
{
    for (int second = 0;; second++) {
        oq_scope *s;
        OQ_TRY(open(self, &s));
        oq_err *err = backlog_check(s);
        oq_scope_close(s);
        if (!err || !oq_err_is(err, "history.fold_behind") || second == WAIT_S)
            return err;
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
}

void backlog_grew(oq_uuid tenant, int64_t batches, int64_t bytes)
{
    pthread_mutex_lock(&lock);
    waiting *w = waiting_of(tenant);
    w->batches += batches;
    w->bytes += bytes;
    pthread_mutex_unlock(&lock);
}

backlog_figures backlog_look(void)
{
    backlog_figures f = {.refused = atomic_load(&refused)};
    pthread_mutex_lock(&lock);
    oq_us since = oq_monotonic() - OQ_MINUTE;
    for (size_t i = 0; i < PLACES; i++)
        for (const waiting *w = place[i]; w; w = w->next) {
            if (w->asked_at == OQ_TIME_NONE || w->asked_at < since)
                continue;
            f.batches += w->batches;
            f.bytes += w->bytes;
        }
    pthread_mutex_unlock(&lock);
    return f;
}

void backlog_set_max(int64_t batches, int64_t bytes)
{
    pthread_mutex_lock(&lock);
    batches_max = batches ? batches : BACKLOG_BATCHES_MAX;
    bytes_max = bytes ? bytes : BACKLOG_BYTES_MAX;
    for (size_t i = 0; i < PLACES; i++)
        for (waiting *w = place[i]; w; w = w->next)
            w->asked_at = OQ_TIME_NONE;
    pthread_mutex_unlock(&lock);
}
