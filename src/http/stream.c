/* The hub of event streams.
 *
 * A stream that has nothing to say sleeps (its connection is suspended); publishing appends to it
 * and wakes it. One lock guards all streams of a hub: what happens under it is a matter of
 * microseconds, also with a thousand streams. An event is stored once, however many wait for it.
 *
 * Order of locks: libmicrohttpd's lock of the response, the hub's, libmicrohttpd's of the daemon.
 * The reader below comes with the first and takes the others by suspending; publishing takes the
 * last two by resuming. */
#include <poll.h>
#include <sys/socket.h>

#include "http/inner.h"

enum { WAITING_MAX = 256 * 1024, BUCKETS = 256 };

/* Proxies give up on silence after 30 s and more; a stream's rights are looked at anew within the
 * hour. */
static const oq_us beat_preset = 15 * OQ_SECOND, life_preset = OQ_HOUR;

/* Bytes on their way to one or many streams. */
typedef struct piece {
    int refs;
    size_t len;
    char bytes[];
} piece;

struct http_stream {
    http_hub *hub;
    struct http_stream *prev, *next; /* in its tenant's bucket */
    oq_uuid tenant_id, user_id;
    oq_uuid topic;              /* zero: it hears what is for its user and for everybody */
    struct MHD_Connection *mhd; /* NULL until the answer is sent */
    int fd;
    piece *replay, **queue; /* the queue is a ring */
    size_t queue_cap, queue_from, queue_count;
    size_t sent;    /* of the piece that is sent now */
    size_t waiting; /* bytes in the queue */
    oq_us spoke_at, ends_at;
    bool is_asleep, is_ending, is_cut;
};

struct http_hub {
    http_server *server; /* NULL: it has stopped */
    http_hub *next;      /* under the server's hubs_lock */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the last stream has gone, or the hub closes */
    pthread_t pulse;
    http_stream *bucket[BUCKETS];
    piece *beat;
    oq_us beat_after, life;
    int count;
    bool is_ending;  /* takes no new streams */
    bool is_closing; /* the pulse stops */
};

/* --- pieces; under the hub's lock ------------------------------------------------------------*/

static piece *piece_make(oq_str bytes)
{
    piece *p = malloc(sizeof *p + bytes.len);
    if (!p)
        abort();
    p->refs = 1;
    p->len = bytes.len;
    if (bytes.len)
        memcpy(p->bytes, bytes.ptr, bytes.len);
    return p;
}

static void piece_release(piece *p)
{
    if (p && --p->refs == 0)
        free(p);
}

static void queue_clear(http_stream *s)
{
    piece_release(s->replay);
    s->replay = NULL;
    for (size_t i = 0; i < s->queue_count; i++)
        piece_release(s->queue[(s->queue_from + i) % s->queue_cap]);
    s->queue_count = s->waiting = s->sent = 0;
}

static void queue_add(http_stream *s, piece *p)
{
    if (s->queue_count == s->queue_cap) {
        size_t cap = s->queue_cap ? s->queue_cap * 2 : 4;
        piece **grown = calloc(cap, sizeof *grown);
        if (!grown)
            abort();
        for (size_t i = 0; i < s->queue_count; i++)
            grown[i] = s->queue[(s->queue_from + i) % s->queue_cap];
        free(s->queue);
        s->queue = grown;
        s->queue_cap = cap;
        s->queue_from = 0;
    }
    s->queue[(s->queue_from + s->queue_count++) % s->queue_cap] = p;
    s->waiting += p->len;
    p->refs++;
}

static piece *queue_first(http_stream *s)
{
    return s->replay ? s->replay : s->queue_count ? s->queue[s->queue_from] : NULL;
}

static void queue_drop_first(http_stream *s)
{
    if (s->replay) {
        piece_release(s->replay);
        s->replay = NULL;
    } else {
        piece *p = s->queue[s->queue_from];
        s->queue_from = (s->queue_from + 1) % s->queue_cap;
        s->queue_count--;
        s->waiting -= p->len;
        piece_release(p);
    }
    s->sent = 0;
}

/* --- one stream; under the hub's lock --------------------------------------------------------*/

static http_stream **bucket_of(http_hub *hub, oq_uuid tenant_id)
{
    return &hub->bucket[oq_hash(oq_strn((const char *)tenant_id.byte, sizeof tenant_id.byte)) %
                        BUCKETS];
}

static void wake(http_stream *s)
{
    if (!s->is_asleep)
        return;
    s->is_asleep = false;
    MHD_resume_connection(s->mhd);
}

static void end(http_stream *s)
{
    s->is_ending = true;
    wake(s);
}

/* The client does not read: what waits for it is given up, and its socket shut down, for until it
 * can be written to again libmicrohttpd would not ask. The descriptor is still ours: it is closed
 * after the stream is released, which needs the lock we hold. */
static void cut(http_stream *s)
{
    s->is_cut = true;
    queue_clear(s);
    if (s->mhd)
        shutdown(s->fd, SHUT_RDWR);
    wake(s);
}

/* Nobody watches the socket of a stream that sleeps, so a page that was left holds its stream until
 * the next beat. */
static bool has_hung_up(const http_stream *s)
{
    struct pollfd on = {.fd = s->fd, .events = POLLRDHUP};
    return s->mhd && s->is_asleep && poll(&on, 1, 0) > 0 &&
           (on.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static void send_piece(http_stream *s, piece *p)
{
    if (s->is_cut || s->is_ending)
        return;
    if (s->waiting + p->len > WAITING_MAX) {
        cut(s);
        return;
    }
    queue_add(s, p);
    wake(s);
}

static void stream_release(http_stream *s)
{
    http_hub *hub = s->hub;
    pthread_mutex_lock(&hub->lock);
    if (s->prev)
        s->prev->next = s->next;
    else
        *bucket_of(hub, s->tenant_id) = s->next;
    if (s->next)
        s->next->prev = s->prev;
    queue_clear(s);
    if (hub->server)
        atomic_fetch_sub(&hub->server->counts.streams, 1);
    if (--hub->count == 0)
        pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
    free(s->queue);
    free(s);
}

/* --- what libmicrohttpd calls, in an event thread --------------------------------------------*/

static ssize_t stream_read(void *cls, uint64_t pos, char *out, size_t max)
{
    http_stream *s = cls;
    size_t len = 0;
    pthread_mutex_lock(&s->hub->lock);
    for (piece *p; len < max && (p = queue_first(s));) {
        size_t more = p->len - s->sent;
        if (more > max - len)
            more = max - len;
        memcpy(out + len, p->bytes + s->sent, more);
        len += more;
        s->sent += more;
        if (s->sent == p->len)
            queue_drop_first(s);
    }
    ssize_t result = (ssize_t)len;
    if (s->is_cut) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (len) {
        s->spoke_at = oq_monotonic();
    } else if (s->is_ending) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        /* To return nothing without sleeping would be asked again at once, for ever. */
        s->is_asleep = true;
        MHD_suspend_connection(s->mhd);
    }
    pthread_mutex_unlock(&s->hub->lock);
    return result;
}

static void stream_freed(void *cls)
{
    stream_release(cls);
}

struct MHD_Response *http_stream_response(http_req *rq)
{
    http_stream *s = rq->answer.stream;
    struct MHD_Response *reply =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, stream_read, s, stream_freed);
    if (!reply)
        abort();
    pthread_mutex_lock(&s->hub->lock);
    s->mhd = rq->mhd;
    s->fd = rq->conn->fd;
    pthread_mutex_unlock(&s->hub->lock);
    rq->answer.stream = NULL; /* the reply owns it */
    rq->is_stream = true;
    return reply;
}

void http_stream_abandon(http_stream *stream)
{
    if (stream)
        stream_release(stream);
}

/* --- for handlers ----------------------------------------------------------------------------*/

/* Who leafs through pages leaves a stream behind on each; at the ceiling these make room. */
static bool has_room(http_stream *first, oq_uuid user_id)
{
    int open = 0;
    for (http_stream *s = first; s; s = s->next)
        open += !s->is_ending && !s->is_cut && oq_uuid_eq(s->user_id, user_id);
    for (http_stream *s = first; s && open >= HTTP_STREAMS_PER_USER; s = s->next)
        if (!s->is_cut && oq_uuid_eq(s->user_id, user_id) && has_hung_up(s)) {
            cut(s);
            open--;
        }
    return open < HTTP_STREAMS_PER_USER;
}

oq_err *http_stream_subscribe(http_req *rq, http_hub *hub)
{
    return http_stream_subscribe_to(rq, hub, OQ_UUID_ZERO);
}

oq_err *http_stream_subscribe_to(http_req *rq, http_hub *hub, oq_uuid topic)
{
    if (rq->answer.stream)
        return NULL;
    http_stream *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->hub = hub;
    s->tenant_id = rq->who.tenant_id;
    s->user_id = rq->who.actor.id;
    s->topic = topic;
    s->spoke_at = oq_monotonic();
    pthread_mutex_lock(&hub->lock);
    /* Spread out, so that streams opened together do not come back together. */
    s->ends_at = s->spoke_at + hub->life - hub->life / 64 * (s->user_id.byte[15] % 16);
    http_stream **bucket = bucket_of(hub, s->tenant_id);
    bool is_ending = hub->is_ending, fits = has_room(*bucket, s->user_id);
    if (!is_ending && fits) {
        s->next = *bucket;
        if (s->next)
            s->next->prev = s;
        *bucket = s;
        hub->count++;
        atomic_fetch_add(&hub->server->counts.streams, 1);
        rq->answer.stream = s;
    }
    pthread_mutex_unlock(&hub->lock);
    if (rq->answer.stream)
        return NULL;
    free(s);
    return is_ending ? oq_fail(OQ_UNAVAILABLE, "stream.stopping")
                     : oq_fail(OQ_LIMIT, "stream.too_many", "max=%d", HTTP_STREAMS_PER_USER);
}

void http_answer_stream(http_req *rq, http_hub *hub, oq_str replay)
{
    oq_err *err = http_stream_subscribe(rq, hub);
    if (err) {
        rq->answer.late = err;
        return;
    }
    http_stream *s = rq->answer.stream;
    /* The first bytes go out at once, so that the browser knows the stream is open. */
    oq_str hello = oq_strf(rq->arena, "retry: 3000\n\n%.*s", OQ_FMT(replay));
    pthread_mutex_lock(&hub->lock);
    piece_release(s->replay);
    s->replay = piece_make(hello);
    pthread_mutex_unlock(&hub->lock);
    http_answer_empty(rq, 200);
    rq->answer.type = "text/event-stream";
    rq->answer.is_stream = true;
    http_set_header(rq, "X-Accel-Buffering", OQ_STR("no"));
}

/* --- the hub ---------------------------------------------------------------------------------*/

static void each_stream(http_hub *hub, void (*call)(http_stream *s, const void *arg),
                        const void *arg)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (http_stream *s = hub->bucket[i]; s; s = s->next)
            call(s, arg);
}

static void beat(http_stream *s, const void *arg)
{
    oq_us now = *(const oq_us *)arg;
    if (s->ends_at <= now)
        end(s);
    else if (s->is_asleep && now - s->spoke_at >= s->hub->beat_after)
        send_piece(s, s->hub->beat);
}

static void *pulse(void *arg)
{
    http_hub *hub = arg;
    pthread_mutex_lock(&hub->lock);
    while (!hub->is_closing) {
        oq_us now = oq_monotonic();
        each_stream(hub, beat, &now);
        http_cond_wait_until(&hub->changed, &hub->lock, now + hub->beat_after / 16);
    }
    pthread_mutex_unlock(&hub->lock);
    return NULL;
}

http_hub *http_hub_open(http_server *server)
{
    http_hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        abort();
    hub->server = server;
    hub->beat_after = beat_preset;
    hub->life = life_preset;
    pthread_mutex_init(&hub->lock, NULL);
    http_cond_init(&hub->changed);
    hub->beat = piece_make(OQ_STR(": beat\n\n"));
    if (pthread_create(&hub->pulse, NULL, pulse, hub))
        abort();
    pthread_setname_np(hub->pulse, "http-pulse");
    pthread_mutex_lock(&server->hubs_lock);
    hub->next = server->hubs;
    server->hubs = hub;
    pthread_mutex_unlock(&server->hubs_lock);
    return hub;
}

void http_hub_tune(http_hub *hub, oq_us beat_after, oq_us life)
{
    pthread_mutex_lock(&hub->lock);
    hub->beat_after = beat_after;
    hub->life = life;
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
}

static void end_one(http_stream *s, const void *arg)
{
    end(s);
}

static void hub_end(http_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    hub->is_ending = true;
    each_stream(hub, end_one, NULL);
    pthread_mutex_unlock(&hub->lock);
}

void http_hubs_end(http_server *server)
{
    pthread_mutex_lock(&server->hubs_lock);
    for (http_hub *hub = server->hubs; hub; hub = hub->next)
        hub_end(hub);
    pthread_mutex_unlock(&server->hubs_lock);
}

void http_hubs_detach(http_server *server)
{
    pthread_mutex_lock(&server->hubs_lock);
    for (http_hub *hub = server->hubs; hub; hub = hub->next) {
        pthread_mutex_lock(&hub->lock);
        assert(hub->count == 0);
        hub->server = NULL;
        pthread_mutex_unlock(&hub->lock);
    }
    server->hubs = NULL;
    pthread_mutex_unlock(&server->hubs_lock);
}

void http_hub_close(http_hub *hub)
{
    if (!hub)
        return;
    hub_end(hub);
    pthread_mutex_lock(&hub->lock);
    while (hub->count)
        pthread_cond_wait(&hub->changed, &hub->lock);
    hub->is_closing = true;
    http_server *server = hub->server;
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
    pthread_join(hub->pulse, NULL);
    if (server) {
        pthread_mutex_lock(&server->hubs_lock);
        http_hub **at = &server->hubs;
        while (*at != hub)
            at = &(*at)->next;
        *at = hub->next;
        pthread_mutex_unlock(&server->hubs_lock);
    }
    piece_release(hub->beat);
    pthread_cond_destroy(&hub->changed);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

void http_hub_publish(http_hub *hub, oq_uuid tenant_id, oq_uuid user_id, oq_str formatted_event)
{
    bool for_all = oq_uuid_is_zero(user_id);
    piece *p = piece_make(formatted_event);
    pthread_mutex_lock(&hub->lock);
    for (http_stream *s = *bucket_of(hub, tenant_id); s; s = s->next)
        if (oq_uuid_eq(s->tenant_id, tenant_id) && oq_uuid_is_zero(s->topic) &&
            (for_all || oq_uuid_eq(s->user_id, user_id)))
            send_piece(s, p);
    piece_release(p);
    pthread_mutex_unlock(&hub->lock);
}

/* Under the lock. */
static http_stream *stream_of(http_hub *hub, oq_uuid tenant_id, oq_uuid topic)
{
    http_stream *s = *bucket_of(hub, tenant_id);
    while (s && (!oq_uuid_eq(s->topic, topic) || !oq_uuid_eq(s->tenant_id, tenant_id) ||
                 s->is_cut || s->is_ending))
        s = s->next;
    return s;
}

bool http_hub_publish_to(http_hub *hub, oq_uuid tenant_id, oq_uuid topic, oq_str formatted_event)
{
    piece *p = piece_make(formatted_event);
    pthread_mutex_lock(&hub->lock);
    http_stream *s = stream_of(hub, tenant_id, topic);
    if (s)
        send_piece(s, p);
    piece_release(p);
    pthread_mutex_unlock(&hub->lock);
    return s != NULL;
}

bool http_hub_has(http_hub *hub, oq_uuid tenant_id, oq_uuid topic)
{
    pthread_mutex_lock(&hub->lock);
    bool has = stream_of(hub, tenant_id, topic) != NULL;
    pthread_mutex_unlock(&hub->lock);
    return has;
}

static void end_of_whom(http_stream *s, const void *arg)
{
    const oq_uuid *whose = arg;
    if (oq_uuid_eq(s->user_id, *whose) || oq_uuid_eq(s->tenant_id, *whose)) {
        queue_clear(s);
        end(s);
    }
}

void http_hub_cut(http_hub *hub, oq_uuid user_or_tenant_id)
{
    pthread_mutex_lock(&hub->lock);
    each_stream(hub, end_of_whom, &user_or_tenant_id);
    pthread_mutex_unlock(&hub->lock);
}
