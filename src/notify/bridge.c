/* From NOTIFY to open streams.
 *
 * The listener's thread only puts (tenant, event) into a ring and goes on listening. The bridge's
 * thread takes what is there, reads the events of one tenant at a time in that tenant's scope, and
 * publishes them. When the ring overflows, the listener was away or the database did not answer, it
 * reads instead everything since the moment up to which nothing was lost, for the tenants whose
 * streams this process has held; clients drop what they have seen. */
#include <pthread.h>

#include "notify/inner.h"

#include "base/banned.h"

enum {
    RING = 4096,    /* notices waiting */
    BATCH = 256,    /* events read in one statement */
    TENANTS = 4096, /* remembered; tenants beyond it are not read again after a gap */
    SLICE = 1000,   /* events read again per statement and tenant */
    EVENT_BYTES_MAX = 1024 * 1024,
    PAUSE_S = 1, /* after a failure */
};

typedef struct notice {
    oq_uuid tenant_id, event_id;
} notice;

struct live_bridge {
    db_pool *pool;
    http_hub *hub;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: */
    notice ring[RING];
    size_t ring_from, ring_count;
    bool has_gap, is_stopping;
    oq_us sure_until; /* of everything that was told before, nothing is lost */
    oq_arena *home;   /* where this struct is */
    oq_arena *arena;  /* the thread's, for one round */
};

/* --- from other threads -----------------------------------------------------------------------*/

void live_bridge_on_notify(void *self, oq_str payload)
{
    live_bridge *b = self;
    notice n;
    if (payload.len != 2 * OQ_UUID_TEXT + 1 ||
        !oq_uuid_parse(oq_str_sub(payload, 0, OQ_UUID_TEXT), &n.tenant_id) ||
        !oq_uuid_parse(oq_str_sub(payload, OQ_UUID_TEXT + 1, OQ_UUID_TEXT), &n.event_id)) {
        oq_log_warn("live.payload_malformed", OQ_F_INT("bytes", (int64_t)payload.len));
        return;
    }
    pthread_mutex_lock(&b->lock);
    if (b->ring_count == RING)
        b->has_gap = true;
    else
        b->ring[(b->ring_from + b->ring_count++) % RING] = n;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

void live_bridge_on_gap(void *self)
{
    live_bridge *b = self;
    pthread_mutex_lock(&b->lock);
    b->has_gap = true;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

/* The tenants whose streams this process has held. */
static struct {
    pthread_mutex_t lock;
    oq_uuid at[TENANTS];
    size_t count;
} followed = {.lock = PTHREAD_MUTEX_INITIALIZER};

void live_bridge_follow(oq_uuid tenant_id)
{
    pthread_mutex_lock(&followed.lock);
    size_t i = 0;
    while (i < followed.count && !oq_uuid_eq(followed.at[i], tenant_id))
        i++;
    if (i == followed.count && i < TENANTS)
        followed.at[followed.count++] = tenant_id;
    pthread_mutex_unlock(&followed.lock);
}

static oq_uuids followed_tenants(oq_arena *arena)
{
    pthread_mutex_lock(&followed.lock);
    oq_uuids list = {
        .at = oq_copy(arena, followed.at, followed.count * sizeof *followed.at),
        .count = followed.count,
    };
    pthread_mutex_unlock(&followed.lock);
    return list;
}

/* --- reading and handing on -------------------------------------------------------------------*/

static oq_err *open_scope(live_bridge *b, oq_uuid tenant_id, oq_scope **ret_scope)
{
    return oq_scope_open(
        &(oq_scope_options){
            .pool = b->pool,
            .tenant_id = tenant_id,
            .access = OQ_READ,
            .actor = {.kind = ACTOR_SYSTEM, .home_tenant = tenant_id, .label = OQ_STR("live")},
            .arena = b->arena,
        },
        ret_scope);
}

static void publish(live_bridge *b, oq_uuid tenant_id, live_events events)
{
    for (size_t i = 0; i < events.count; i++) {
        const live_event *e = &events.at[i];
        OQ_AUTO(oq_buf) buf = oq_buf_make(EVENT_BYTES_MAX);
        http_event_format(&buf, oq_uuid_text(b->arena, e->id), e->event, e->data);
        if (!buf.overflow)
            http_hub_publish(b->hub, tenant_id, e->user_id, oq_buf_view(&buf));
    }
}

static oq_err *hand_on(live_bridge *b, oq_uuid tenant_id, oq_uuids ids)
{
    oq_scope *s = NULL;
    live_events events = {0};
    oq_err *err = open_scope(b, tenant_id, &s);
    if (!err)
        err = live_get(s, ids, &events);
    if (!err)
        publish(b, tenant_id, events);
    oq_scope_close(s);
    return err;
}

/* The notices by tenant: each tenant's are read in one statement. Order among tenants is free. */
static oq_err *hand_on_all(live_bridge *b, notice *notices, size_t count)
{
    while (count) {
        oq_uuid tenant_id = notices[0].tenant_id;
        oq_uuids ids = {.at = oq_new_n(b->arena, oq_uuid, count)};
        size_t rest = 0;
        for (size_t i = 0; i < count; i++) {
            if (oq_uuid_eq(notices[i].tenant_id, tenant_id))
                ids.at[ids.count++] = notices[i].event_id;
            else
                notices[rest++] = notices[i];
        }
        OQ_TRY(hand_on(b, tenant_id, ids));
        count = rest;
    }
    return NULL;
}

static oq_err *read_again(live_bridge *b, oq_uuid tenant_id, oq_us since)
{
    oq_scope *s = NULL;
    live_events events = {0};
    oq_err *err = open_scope(b, tenant_id, &s);
    if (!err)
        err = live_since(s, since, SLICE, &events);
    if (!err)
        publish(b, tenant_id, events);
    if (!err && events.count == SLICE) {
        /* There may be more: pages load again what they show. */
        live_event resync = {oq_uuid_new(oq_now(s)), OQ_UUID_ZERO, OQ_STR("resync"), OQ_STR("{}")};
        publish(b, tenant_id, (live_events){&resync, 1});
    }
    oq_scope_close(s);
    return err;
}

/* --- the thread -------------------------------------------------------------------------------*/

typedef struct work {
    notice notices[BATCH];
    size_t count;
    bool is_gap;
    oq_us since; /* of a gap */
    oq_us taken_at;
} work;

/* Waits for something to do; false: stop. */
static bool take(live_bridge *b, work *w)
{
    pthread_mutex_lock(&b->lock);
    while (!b->is_stopping && !b->has_gap && !b->ring_count)
        pthread_cond_wait(&b->changed, &b->lock);
    bool goes_on = !b->is_stopping;
    w->is_gap = b->has_gap;
    w->taken_at = oq_clock_now();
    w->count = 0;
    if (w->is_gap) {
        /* Everything since is read: the notices that wait are among it. */
        w->since = b->sure_until - LIVE_OVERLAP;
        b->ring_count = 0;
        b->has_gap = false;
    }
    while (w->count < BATCH && b->ring_count) {
        w->notices[w->count++] = b->ring[b->ring_from];
        b->ring_from = (b->ring_from + 1) % RING;
        b->ring_count--;
    }
    pthread_mutex_unlock(&b->lock);
    return goes_on;
}

static oq_err *run(live_bridge *b, work *w)
{
    if (!w->is_gap)
        return hand_on_all(b, w->notices, w->count);
    oq_uuids tenants = followed_tenants(b->arena);
    for (size_t i = 0; i < tenants.count; i++)
        OQ_TRY(read_again(b, tenants.at[i], w->since));
    return NULL;
}

/* A failure becomes a gap that is tried again; nothing that came in between is lost by it. */
static void settle(live_bridge *b, const work *w, const oq_err *err)
{
    pthread_mutex_lock(&b->lock);
    if (err)
        b->has_gap = true;
    else
        b->sure_until = w->taken_at;
    if (err && !b->is_stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += PAUSE_S;
        pthread_cond_timedwait(&b->changed, &b->lock, &until);
    }
    pthread_mutex_unlock(&b->lock);
}

static void *bridge_main(void *self)
{
    live_bridge *b = self;
    work w;
    while (take(b, &w)) {
        oq_err *err = run(b, &w);
        if (err)
            oq_log_err(OQ_LOG_WARN, "live.bridge_failed", err, NULL);
        settle(b, &w, err);
        oq_arena_reset(b->arena);
        oq_err_reset();
    }
    return NULL;
}

static void drop(live_bridge *b)
{
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    oq_arena_close(b->arena);
    oq_arena_close(b->home);
}

oq_err *live_bridge_open(db_pool *pool, http_hub *hub, live_bridge **ret_bridge)
{
    oq_arena *home = oq_arena_open(0);
    live_bridge *b = oq_new(home, live_bridge);
    b->home = home;
    b->arena = oq_arena_open(0);
    b->pool = pool;
    b->hub = hub;
    b->sure_until = oq_clock_now();
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    if (pthread_create(&b->thread, NULL, bridge_main, b) != 0) {
        drop(b);
        return oq_fail(OQ_UNAVAILABLE, "live.thread");
    }
    *ret_bridge = b;
    return NULL;
}

void live_bridge_close(live_bridge *b)
{
    if (!b)
        return;
    pthread_mutex_lock(&b->lock);
    b->is_stopping = true;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    drop(b);
}
