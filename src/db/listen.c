#include "db/listen.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "db/conn.h"
#include "db/wait.h"

#include "base/banned.h"

enum { PAUSE_FIRST_MS = 200, PAUSE_MAX_MS = 5000, SILENCE_MAX_MS = 60000, ANSWER_MAX_MS = 10000 };

struct db_listener {
    oq_arena *arena;
    db_target target;
    const db_channel *channels;
    pthread_t thread;
    int wake_fd; /* readable once the listener is to end */
    atomic_bool is_connected;
};

static bool is_asked_to_end(const db_listener *l)
{
    return db_wait(l->wake_fd, DB_READABLE, -1, oq_monotonic()) != 0;
}

static oq_err *listen_on(db_conn *conn, const db_channel *channel)
{
    char text[96];
    snprintf(text, sizeof text, "LISTEN \"%s\"", channel->name);
    db_step step = {.command = text};
    oq_err *err = db_conn_run(conn, &step, 1);
    db_steps_drop(&step, 1);
    return err;
}

static oq_err *connect_and_listen(db_listener *l, db_conn **ret_conn)
{
    db_conn *conn;
    OQ_TRY(db_conn_open(&l->target, &conn));
    for (const db_channel *c = l->channels; c->name; c++) {
        oq_err *err = listen_on(conn, c);
        if (err) {
            db_conn_close(conn);
            return err;
        }
    }
    *ret_conn = conn;
    return NULL;
}

/* Only now is it sure that nothing more is missed: what happened before is what is read now. */
static void tell_gap(const db_listener *l)
{
    for (const db_channel *c = l->channels; c->name; c++)
        if (c->on_gap)
            c->on_gap(c->self);
}

static void hand_out(const db_listener *l, db_conn *conn)
{
    for (PGnotify *note; (note = PQnotifies(conn->pg)); PQfreemem(note))
        for (const db_channel *c = l->channels; c->name; c++)
            if (strcmp(c->name, note->relname) == 0)
                c->on_notify(c->self, oq_cstr(note->extra));
}

/* Hands out what arrives until the listener ends or the connection breaks. A connection that is
 * silent for long is asked whether it is still there. */
static void attend(const db_listener *l, db_conn *conn)
{
    for (;;) {
        hand_out(l, conn);
        oq_us deadline = oq_monotonic() + SILENCE_MAX_MS * OQ_MS;
        int ready = db_wait(PQsocket(conn->pg), DB_READABLE, l->wake_fd, deadline);
        if (ready & DB_WOKEN)
            return;
        if (ready & DB_READABLE) {
            if (!PQconsumeInput(conn->pg))
                return;
            continue;
        }
        db_step question = {.command = "SELECT 1"};
        oq_err *err = db_conn_run(conn, &question, 1);
        db_steps_drop(&question, 1);
        if (err)
            return;
    }
}

static void *listen_on_all(void *arg)
{
    db_listener *l = arg;
    int pause_ms = PAUSE_FIRST_MS;
    while (!is_asked_to_end(l)) {
        db_conn *conn;
        oq_err_reset();
        oq_err *err = connect_and_listen(l, &conn);
        if (err) {
            oq_log_err(OQ_LOG_WARN, "db.listen_failed", err, NULL);
            db_wait(l->wake_fd, DB_READABLE, -1, oq_monotonic() + pause_ms * OQ_MS);
            pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
            continue;
        }
        pause_ms = PAUSE_FIRST_MS;
        atomic_store(&l->is_connected, true);
        tell_gap(l);
        attend(l, conn);
        atomic_store(&l->is_connected, false);
        db_conn_close(conn);
    }
    return NULL;
}

oq_err *db_listener_open(const db_pool_options *options, const db_channel *channels,
                         db_listener **ret_listener)
{
    oq_arena *arena = oq_arena_open(4096);
    db_listener *l = oq_new(arena, db_listener);
    l->arena = arena;
    l->channels = channels;
    oq_err *err = db_target_make(arena, options, &l->target);
    if (err) {
        oq_arena_close(arena);
        return err;
    }
    l->target.answer_max_ms = ANSWER_MAX_MS;
    l->wake_fd = eventfd(0, EFD_CLOEXEC);
    if (l->wake_fd < 0 || pthread_create(&l->thread, NULL, listen_on_all, l) != 0) {
        int reason = errno;
        if (l->wake_fd >= 0)
            close(l->wake_fd);
        oq_arena_close(arena);
        return oq_fail(OQ_INTERNAL, "db.no_thread", "reason=%s", strerror(reason));
    }
    *ret_listener = l;
    return NULL;
}

bool db_listener_is_connected(const db_listener *l)
{
    return atomic_load(&l->is_connected);
}

void db_listener_close(db_listener *l)
{
    if (!l)
        return;
    uint64_t one = 1;
    ssize_t put = write(l->wake_fd, &one, sizeof one);
    assert(put == sizeof one);
    (void)put;
    pthread_join(l->thread, NULL);
    close(l->wake_fd);
    oq_arena_close(l->arena);
}
