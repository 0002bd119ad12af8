#include "historian/live.h"

#include <math.h>
#include <pthread.h>

#include "historian/api.h"
#include "historian/series_query.h"

#include "live.sql.h"

#include "base/banned.h"

/* A batch that has come is seen at once; what changes newest values in other ways (a correction)
 * within the harder look's interval. */
static const oq_us look_preset = 500 * OQ_MS, look_hard_preset = 10 * OQ_SECOND;
/* A batch says when it was received a little before it can be seen. */
static const oq_us overlap = 10 * OQ_SECOND;
enum { EVENT_MAX = 240 * 1024 };

typedef struct listener {
    struct listener *next;
    oq_uuid tenant_id, topic;
    size_t count;
    int32_t *no;
    oq_uuid *id;
    hist_last *sent;
    bool is_new; /* what it was sent was read before it was looked for: the next look is a whole
                    one. The thread's, once it is in the list */
} listener;

struct series_live {
    db_pool *pool;
    http_hub *hub;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    listener *first; /* under the lock; added anywhere, changed and taken out by the thread alone */
    bool is_stopping;
    oq_us look_every, look_hard_every;
};

static series_live *the_live; /* of this process */

/* --- listeners ---------------------------------------------------------------------------------*/

static listener *listener_make(oq_uuid tenant_id, oq_uuid topic, const hist_names *names,
                               const hist_last *last)
{
    listener *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->tenant_id = tenant_id;
    l->topic = topic;
    l->is_new = true;
    l->count = names->count;
    l->no = calloc(names->count + 1, sizeof *l->no);
    l->id = calloc(names->count + 1, sizeof *l->id);
    l->sent = calloc(names->count + 1, sizeof *l->sent);
    if (!l->no || !l->id || !l->sent)
        abort();
    for (size_t i = 0; i < names->count; i++) {
        l->no[i] = (int32_t)names->at[i].no;
        l->id[i] = names->at[i].id;
        l->sent[i] = last[i];
    }
    return l;
}

static void listener_drop(listener *l)
{
    free(l->no);
    free(l->id);
    free(l->sent);
    free(l);
}

/* --- events ------------------------------------------------------------------------------------*/

static bool is_same(const hist_last *a, const hist_last *b)
{
    return a->time == b->time && a->quality == b->quality &&
           (a->value == b->value || (isnan(a->value) && isnan(b->value)));
}

static void put_value(oq_json *j, oq_uuid id, const hist_last *v)
{
    bool has_sample = v->time != OQ_TIME_NONE;
    oq_json_object(j);
    oq_json_put(j, uuid, "id", id);
    oq_json_put(j, time, "time", v->time);
    oq_json_put(j, f64, "value", v->value);
    oq_json_key(j, OQ_STR("quality"));
    if (has_sample)
        oq_json_i64(j, v->quality);
    else
        oq_json_null(j);
    oq_json_object_end(j);
}

/* An event with those values that `is_told` says; false: there are none. */
static bool put_event(oq_buf *out, oq_arena *arena, oq_us now, const oq_uuid *id,
                      const hist_last *value, const bool *is_told, size_t count)
{
    OQ_AUTO(oq_buf) data = oq_buf_make(EVENT_MAX);
    oq_json j = oq_json_to(&data);
    size_t told = 0;
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("items"));
    oq_json_array(&j);
    for (size_t i = 0; i < count; i++) {
        if (!is_told[i])
            continue;
        put_value(&j, id[i], &value[i]);
        told++;
    }
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    if (told)
        http_event_format(out, oq_strf(arena, "%lld", (long long)now), OQ_STR("values"),
                          oq_buf_view(&data));
    return told > 0;
}

/* --- looking -----------------------------------------------------------------------------------*/

/* What was there when a tenant's streams were told last; while nothing changes, nothing is read. */
typedef struct tenant_look {
    oq_uuid tenant_id;
    int64_t batches, mark; /* of SERIES_LIVE_STATE */
    oq_us hard_at;
} tenant_look;

typedef struct looking {
    series_live *live;
    oq_arena *arena;
    tenant_look *look;
    size_t looks, room;
} looking;

static tenant_look *look_of(looking *r, oq_uuid tenant_id)
{
    for (size_t i = 0; i < r->looks; i++)
        if (oq_uuid_eq(r->look[i].tenant_id, tenant_id))
            return &r->look[i];
    if (r->looks == r->room) {
        r->room = r->room ? r->room * 2 : 8;
        r->look = realloc(r->look, r->room * sizeof *r->look);
        if (!r->look)
            abort();
    }
    r->look[r->looks] = (tenant_look){.tenant_id = tenant_id, .batches = -1};
    return &r->look[r->looks++];
}

static bool has_new(const listener *first, oq_uuid tenant_id)
{
    for (const listener *l = first; l; l = l->next)
        if (l->is_new && oq_uuid_eq(l->tenant_id, tenant_id))
            return true;
    return false;
}

/* `now` is what to remember once all streams are told: a look that fails is made again. */
static oq_err *has_changed(oq_scope *s, series_live *live, const tenant_look *before,
                           tenant_look *ret_now, bool *ret_changed)
{
    sql_series_live_state_rows rows;
    OQ_TRY(sql_series_live_state(s, &rows));
    tenant_look now = {before->tenant_id, rows.at[0].batches, rows.at[0].mark, oq_monotonic()};
    *ret_changed = now.batches != before->batches || now.mark != before->mark ||
                   now.hard_at - before->hard_at >= live->look_hard_every;
    *ret_now = now;
    return NULL;
}

/* The newest values of all series that the tenant's streams ask for, by rising number. */
typedef struct newest {
    int32_t *no;
    hist_last *value;
    size_t count;
} newest;

static int by_no(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static oq_err *read_newest(oq_scope *s, const listener *first, newest *ret)
{
    oq_arena *arena = oq_scope_arena(s);
    size_t room = 0;
    for (const listener *l = first; l; l = l->next)
        room += oq_uuid_eq(l->tenant_id, oq_scope_tenant(s)) ? l->count : 0;
    int32_t *no = oq_new_n(arena, int32_t, room);
    size_t all = 0, count = 0;
    for (const listener *l = first; l; l = l->next)
        for (size_t i = 0; i < l->count && oq_uuid_eq(l->tenant_id, oq_scope_tenant(s)); i++)
            no[all++] = l->no[i];
    qsort(no, all, sizeof *no, by_no);
    for (size_t i = 0; i < all; i++)
        if (!i || no[i] != no[i - 1])
            no[count++] = no[i];
    hist_last *value = oq_new_n(arena, hist_last, count);
    for (size_t i = 0; i < count; i += HIST_SERIES_MAX)
        OQ_TRY(hist_last_values(
            s, no + i, count - i < HIST_SERIES_MAX ? count - i : HIST_SERIES_MAX, value + i));
    *ret = (newest){no, value, count};
    return NULL;
}

static void tell(oq_scope *s, series_live *live, listener *l, const newest *all)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_last *value = oq_new_n(arena, hist_last, l->count);
    bool *is_told = oq_new_n(arena, bool, l->count);
    for (size_t i = 0; i < l->count; i++) {
        const int32_t *at = bsearch(&l->no[i], all->no, all->count, sizeof *all->no, by_no);
        value[i] = all->value[at - all->no];
        is_told[i] = !is_same(&value[i], &l->sent[i]);
    }
    OQ_AUTO(oq_buf) event = oq_buf_make(EVENT_MAX + 1024);
    if (put_event(&event, arena, oq_now(s), l->id, value, is_told, l->count))
        http_hub_publish_to(live->hub, l->tenant_id, l->topic, oq_buf_view(&event));
    memcpy(l->sent, value, l->count * sizeof *value);
    l->is_new = false;
}

static oq_err *look_in(looking *r, oq_scope *s, listener *first)
{
    bool changed;
    tenant_look now, *look = look_of(r, oq_scope_tenant(s));
    newest all;
    OQ_TRY(has_changed(s, r->live, look, &now, &changed));
    if (!changed && !has_new(first, look->tenant_id))
        return NULL;
    OQ_TRY(read_newest(s, first, &all));
    for (listener *l = first; l; l = l->next)
        if (oq_uuid_eq(l->tenant_id, look->tenant_id))
            tell(s, r->live, l, &all);
    *look = now;
    return NULL;
}

static oq_err *look_at(looking *r, listener *first, oq_uuid tenant_id)
{
    oq_scope *s;
    OQ_TRY(oq_scope_open(&(oq_scope_options){.pool = r->live->pool,
                                             .tenant_id = tenant_id,
                                             .access = OQ_READ,
                                             .actor = {.kind = ACTOR_SYSTEM},
                                             .arena = r->arena},
                         &s));
    oq_err *err = look_in(r, s, first);
    oq_scope_close(s);
    return err;
}

/* Those whose streams have ended go. Under the lock. */
static void sweep(series_live *live)
{
    for (listener **at = &live->first; *at;) {
        listener *l = *at;
        if (http_hub_has(live->hub, l->tenant_id, l->topic)) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        listener_drop(l);
    }
}

static bool is_first_of_tenant(const listener *first, const listener *l)
{
    for (const listener *x = first; x != l; x = x->next)
        if (oq_uuid_eq(x->tenant_id, l->tenant_id))
            return false;
    return true;
}

/* Listeners that are added meanwhile stand in front of `first`, which nobody else moves on. */
static void look_round(looking *r, listener *first)
{
    for (listener *l = first; l; l = l->next) {
        if (!is_first_of_tenant(first, l))
            continue;
        oq_err *err = look_at(r, first, l->tenant_id);
        if (err)
            oq_log_err(OQ_LOG_WARN, "live.look_failed", err, NULL);
        oq_arena_reset(r->arena);
        oq_err_reset();
    }
}

/* Sleeps until the next look is due; false: it is over. */
static bool wait_for_round(series_live *live, listener **ret_first)
{
    pthread_mutex_lock(&live->lock);
    if (live->first && !live->is_stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t ns = until.tv_nsec + live->look_every % OQ_SECOND * 1000;
        until.tv_sec += live->look_every / OQ_SECOND + ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&live->changed, &live->lock, &until);
    }
    sweep(live);
    while (!live->first && !live->is_stopping)
        pthread_cond_wait(&live->changed, &live->lock);
    *ret_first = live->first;
    bool goes_on = !live->is_stopping;
    pthread_mutex_unlock(&live->lock);
    return goes_on;
}

static void *live_main(void *self)
{
    series_live *live = self;
    looking r = {.live = live, .arena = oq_arena_open(0)};
    listener *first;
    while (wait_for_round(live, &first))
        look_round(&r, first);
    oq_err_reset();
    free(r.look);
    oq_arena_close(r.arena);
    return NULL;
}

/* --- begin and end -----------------------------------------------------------------------------*/

oq_err *series_live_open(db_pool *pool, http_hub *hub, series_live **ret_live)
{
    series_live *live = calloc(1, sizeof *live);
    if (!live)
        abort();
    *live = (series_live){
        .pool = pool, .hub = hub, .look_every = look_preset, .look_hard_every = look_hard_preset};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&live->lock, NULL);
    pthread_cond_init(&live->changed, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&live->thread, NULL, live_main, live) != 0) {
        pthread_cond_destroy(&live->changed);
        pthread_mutex_destroy(&live->lock);
        free(live);
        return oq_fail(OQ_UNAVAILABLE, "live.thread");
    }
    __atomic_store_n(&the_live, live, __ATOMIC_RELEASE);
    *ret_live = live;
    return NULL;
}

void series_live_close(series_live *live)
{
    if (!live)
        return;
    __atomic_store_n(&the_live, NULL, __ATOMIC_RELEASE);
    pthread_mutex_lock(&live->lock);
    live->is_stopping = true;
    pthread_cond_signal(&live->changed);
    pthread_mutex_unlock(&live->lock);
    pthread_join(live->thread, NULL);
    while (live->first) {
        listener *l = live->first;
        live->first = l->next;
        listener_drop(l);
    }
    pthread_cond_destroy(&live->changed);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

void series_live_tune(series_live *live, oq_us look_every, oq_us look_hard_every)
{
    pthread_mutex_lock(&live->lock);
    live->look_every = look_every;
    live->look_hard_every = look_hard_every;
    pthread_cond_signal(&live->changed);
    pthread_mutex_unlock(&live->lock);
}

static void (*_Atomic call_between)(void);

void series_live_between(void (*call)(void))
{
    call_between = call;
}

/* --- the route ---------------------------------------------------------------------------------*/

typedef struct live_query {
    QUERY_PICK_MEMBERS;
    oq_str last_event_id;
} live_query;
const oq_field live_query_fields[] = {
    QUERY_PICK_FIELDS(live_query),
    OQ_TEXT(live_query, last_event_id, .max = 40, .help = "As the header Last-Event-ID"),
    OQ_FIELDS_END,
};

/* Which values the client has not seen: all, or those that came since its last event. */
static void untold(http_req *rq, const hist_last *value, size_t count, bool *ret_told)
{
    int64_t since;
    bool knows = oq_parse_i64(http_last_event_id(rq), &since);
    for (size_t i = 0; i < count; i++)
        ret_told[i] = !knows || value[i].known == OQ_TIME_NONE || value[i].known >= since - overlap;
}

static void add(series_live *live, listener *l)
{
    pthread_mutex_lock(&live->lock);
    l->next = live->first;
    live->first = l;
    pthread_cond_signal(&live->changed);
    pthread_mutex_unlock(&live->lock);
}

oq_err *live_api_values(http_req *rq, oq_scope *s)
{
    oq_arena *arena = http_arena(rq);
    series_live *live = __atomic_load_n(&the_live, __ATOMIC_ACQUIRE);
    live_query q;
    hist_names names;
    OQ_TRY(http_query(rq, &q));
    query_pick pick = QUERY_PICK(q);
    OQ_TRY(query_pick_some(s, &pick, LIVE_SERIES_MAX, &names));
    if (!live)
        return oq_fail(OQ_UNAVAILABLE, "stream.stopping");
    /* Listening begins before the values are read, so that none falls in between. */
    oq_uuid topic = oq_uuid_new(oq_now(s));
    OQ_TRY(http_stream_subscribe_to(rq, live->hub, topic));
    int32_t *no = oq_new_n(arena, int32_t, names.count);
    oq_uuid *id = oq_new_n(arena, oq_uuid, names.count);
    hist_last *value = oq_new_n(arena, hist_last, names.count);
    bool *is_told = oq_new_n(arena, bool, names.count);
    for (size_t i = 0; i < names.count; i++) {
        no[i] = (int32_t)names.at[i].no;
        id[i] = names.at[i].id;
    }
    OQ_TRY(hist_last_values(s, no, names.count, value));
    void (*between)(void) = call_between;
    if (between)
        between();
    untold(rq, value, names.count, is_told);
    OQ_AUTO(oq_buf) replay = oq_buf_make(EVENT_MAX + 1024);
    put_event(&replay, arena, oq_now(s), id, value, is_told, names.count);
    add(live, listener_make(oq_scope_tenant(s), topic, &names, value));
    http_answer_stream(rq, live->hub, oq_str_copy(arena, oq_buf_view(&replay)));
    return NULL;
}
