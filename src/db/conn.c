#include "db/conn.h"

#include <ctype.h>
#include <poll.h>
#include <sys/socket.h>

#include "db/failure.h"
#include "db/fault.h"
#include "db/wait.h"

#include "base/banned.h"

enum { VERSION_WANTED = 150000, ANSWER_GRACE_MS = 2000 };

/* --- where to ----------------------------------------------------------------------------------*/

/* What every session starts with. Times are UTC on the wire anyway; the setting keeps SQL that
 * counts days from following the server's zone. Compiling a plan costs more than our short
 * statements can win back, and so does planning anew for each set of parameters: a list with four
 * optional filters took half as long again with the server's own choice. A transaction that its
 * unit of work has forgotten holds no locks for ever. */
static const char session_options[] = "-c timezone=UTC -c jit=off -c search_path=public,pg_temp "
                                      "-c plan_cache_mode=force_generic_plan "
                                      "-c row_security=on -c standard_conforming_strings=on "
                                      "-c default_transaction_isolation=read\\ committed "
                                      "-c idle_in_transaction_session_timeout=60000";

static const struct {
    const char *keyword, *value;
} network_presets[] = {
    {"client_encoding", "UTF8"},
    /* Else libpq asks Kerberos first, at each connect. */
    {"gssencmode", "disable"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},
    {"keepalives_count", "3"},
    /* Milliseconds without a sign that what was sent has arrived. */
    {"tcp_user_timeout", "10000"},
};

static oq_str options_text(oq_arena *arena, const db_pool_options *options, const char *from_url)
{
    oq_str text = oq_strf(arena, "%s %s", from_url ? from_url : "", session_options);
    if (options->role)
        text = oq_strf(arena, "%.*s -c role=%s", OQ_FMT(text), options->role);
    if (options->may_lose_last)
        text = oq_strf(arena, "%.*s -c synchronous_commit=off", OQ_FMT(text));
    if (options->statement_max_ms > 0) {
        int lock_ms =
            options->lock_max_ms > 0 ? options->lock_max_ms : options->statement_max_ms / 2;
        text = oq_strf(arena, "%.*s -c statement_timeout=%d -c lock_timeout=%d", OQ_FMT(text),
                       options->statement_max_ms, lock_ms);
    }
    return text;
}

static void put(db_target *target, size_t *count, const char *keyword, const char *value)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(target->keyword[i], keyword) == 0) {
            target->value[i] = value;
            return;
        }
    }
    target->keyword[*count] = keyword;
    target->value[(*count)++] = value;
}

oq_err *db_target_make(oq_arena *arena, const db_pool_options *options, db_target *ret_target)
{
    char *why = NULL;
    PQconninfoOption *given = PQconninfoParse(oq_str_c(arena, options->url), &why);
    if (!given) {
        PQfreemem(why); /* quotes the address, which may hold a password */
        return oq_fail(OQ_INVALID, "db.bad_url");
    }
    enum { OWN_MAX = 8 };
    size_t count = 0, size = OWN_MAX + OQ_COUNT(network_presets);
    for (PQconninfoOption *o = given; o->keyword; o++)
        size++;
    db_target target = {.connect_max_ms = options->connect_max_ms};
    target.keyword = oq_new_n(arena, const char *, size);
    target.value = oq_new_n(arena, const char *, size);
    if (options->statement_max_ms > 0)
        target.answer_max_ms = options->statement_max_ms + ANSWER_GRACE_MS;
    for (size_t i = 0; i < OQ_COUNT(network_presets); i++)
        put(&target, &count, network_presets[i].keyword, network_presets[i].value);
    if (options->app_name)
        put(&target, &count, "application_name", oq_str_c(arena, oq_cstr(options->app_name)));
    const char *url_options = NULL;
    for (PQconninfoOption *o = given; o->keyword; o++) {
        if (!o->val)
            continue;
        const char *value = oq_str_c(arena, oq_cstr(o->val));
        if (strcmp(o->keyword, "options") == 0)
            url_options = value;
        else
            put(&target, &count, oq_str_c(arena, oq_cstr(o->keyword)), value);
    }
    put(&target, &count, "options", options_text(arena, options, url_options).ptr);
    PQconninfoFree(given);
    *ret_target = target;
    return NULL;
}

/* --- opening and closing -----------------------------------------------------------------------*/

static void ignore_notice(void *self, const PGresult *notice)
{
    (void)self;
    (void)notice;
}

/* The SQLSTATE in libpq's verbose message ("FATAL:  28P01: ..."): it keeps no other trace of why a
 * connection was refused. The word before it may be translated. */
static bool find_state(const char *message, char out[6])
{
    for (const char *p = strstr(message, ":  "); p; p = strstr(p + 1, ":  ")) {
        size_t len = 0;
        while (len < 5 &&
               (isdigit((unsigned char)p[3 + len]) || isupper((unsigned char)p[3 + len])))
            len++;
        if (len == 5 && p[8] == ':') {
            memcpy(out, p + 3, 5);
            out[5] = 0;
            return true;
        }
    }
    return false;
}

/* "db.plant.example:5432", or a socket's folder. */
static const char *host_of(const PGconn *pg, char out[160])
{
    const char *host = PQhost(pg), *port = PQport(pg);
    snprintf(out, 160, "%.140s:%.10s", host ? host : "", port ? port : "");
    return out;
}

static oq_err *connect_failure(PGconn *pg, const char *why)
{
    const char *message = why ? why : PQerrorMessage(pg);
    char state[6] = "", host[160];
    /* 57P03: the server is starting or stopping; it will be there soon. */
    bool refused = find_state(message, state) && strncmp(state, "57P", 3) != 0;
    oq_err *err = oq_fail(OQ_UNAVAILABLE, refused ? "db.refused" : "db.unreachable", "host=%s",
                          host_of(pg, host));
    return oq_err_detail(err, "%.*s", (int)strcspn(message, "\n"), message);
}

static oq_err *connect_within(PGconn *pg, int max_ms)
{
    oq_us deadline = oq_monotonic() + max_ms * OQ_MS;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    if (PQstatus(pg) == CONNECTION_BAD)
        return connect_failure(pg, NULL);
    while (state != PGRES_POLLING_OK) {
        int wanted = state == PGRES_POLLING_READING ? DB_READABLE : DB_WRITABLE;
        if (!db_wait(PQsocket(pg), wanted, -1, deadline))
            return connect_failure(pg, "no answer in time");
        state = PQconnectPoll(pg);
        if (state == PGRES_POLLING_FAILED)
            return connect_failure(pg, NULL);
    }
    char host[160];
    if (PQserverVersion(pg) < VERSION_WANTED)
        return oq_fail(OQ_UNAVAILABLE, "db.too_old", "host=%s found=%d wanted=%d",
                       host_of(pg, host), PQserverVersion(pg) / 10000, VERSION_WANTED / 10000);
    if (PQsetnonblocking(pg, 1) != 0 || PQenterPipelineMode(pg) != 1)
        return connect_failure(pg, NULL);
    return NULL;
}

/* Names of hosts are looked up inside PQconnectStartParams, which blocks: use addresses, or a
 * resolver that answers at once. */
oq_err *db_conn_open(const db_target *target, db_conn **ret_conn)
{
    PGconn *pg = PQconnectStartParams(target->keyword, target->value, 0);
    if (!pg)
        abort(); /* no memory */
    PQsetErrorVerbosity(pg, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(pg, ignore_notice, NULL);
    oq_err *err = DB_FAULT("db.connect") ? connect_failure(pg, "fault point db.connect")
                                         : connect_within(pg, target->connect_max_ms);
    if (err) {
        PQfinish(pg);
        return err;
    }
    PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
    db_conn *conn = calloc(1, sizeof *conn);
    if (!conn)
        abort();
    conn->pg = pg;
    conn->answer_max_ms = target->answer_max_ms;
    *ret_conn = conn;
    return NULL;
}

void db_conn_close(db_conn *conn)
{
    if (!conn)
        return;
    PQfinish(conn->pg);
    free(conn->prepared);
    free(conn);
}

bool db_conn_is_gone(const db_conn *conn)
{
    int fd = PQsocket(conn->pg);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    if (PQstatus(conn->pg) != CONNECTION_OK || fd < 0)
        return true;
    if (poll(&polled, 1, 0) <= 0)
        return false;
    /* Something was said although nothing was asked: the end of the stream, or an error ('E'),
     * which in an idle session is the last word. Behind TLS only the end can be told. */
    char first;
    ssize_t got = recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && polled.revents & (POLLERR | POLLHUP)) ||
           (got == 1 && first == 'E' && !PQsslInUse(conn->pg));
}

void db_conn_cut(db_conn *conn)
{
    shutdown(PQsocket(conn->pg), SHUT_RDWR);
}

oq_err *db_conn_lost(db_conn *conn, const char *why)
{
    const char *message = why ? why : PQerrorMessage(conn->pg);
    conn->is_broken = true;
    return oq_err_detail(oq_fail(OQ_UNAVAILABLE, "db.lost"), "%.*s", (int)strcspn(message, "\n"),
                         message);
}

/* --- prepared statements -----------------------------------------------------------------------*/

static const db_stmt **prepared_place(const db_stmt **set, size_t size, const db_stmt *stmt)
{
    size_t at = ((uintptr_t)stmt >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    while (set[at & (size - 1)] && set[at & (size - 1)] != stmt)
        at++;
    return &set[at & (size - 1)];
}

static bool is_prepared(const db_conn *conn, const db_stmt *stmt)
{
    return conn->prepared_size &&
           *prepared_place(conn->prepared, conn->prepared_size, stmt) == stmt;
}

static void remember_prepared(db_conn *conn, const db_stmt *stmt)
{
    if ((conn->prepared_count + 1) * 2 > conn->prepared_size) {
        size_t size = conn->prepared_size ? conn->prepared_size * 2 : 64;
        const db_stmt **grown = calloc(size, sizeof *grown);
        if (!grown)
            abort();
        for (size_t i = 0; i < conn->prepared_size; i++)
            if (conn->prepared[i])
                *prepared_place(grown, size, conn->prepared[i]) = conn->prepared[i];
        free(conn->prepared);
        conn->prepared = grown;
        conn->prepared_size = size;
    }
    *prepared_place(conn->prepared, conn->prepared_size, stmt) = stmt;
    conn->prepared_count++;
}

/* --- sending and taking answers ----------------------------------------------------------------*/

static bool send_step(db_conn *conn, const db_step *step, bool prepare)
{
    PGconn *pg = conn->pg;
    if (step->command)
        return PQsendQueryParams(pg, step->command, 0, NULL, NULL, NULL, NULL, 1);
    if (prepare && !PQsendPrepare(pg, step->stmt->name, step->stmt->sql, 0, NULL))
        return false;
    const db_params *params = step->params;
    return PQsendQueryPrepared(pg, step->stmt->name, params ? params->count : 0,
                               params ? params->value : NULL, params ? params->length : NULL,
                               params ? params->format : NULL, 1);
}

/* Whoever has waited that long does not want to wait as long again, on another connection. */
static oq_err *too_late(db_conn *conn)
{
    conn->is_late = true;
    return db_conn_lost(conn, "no answer in time");
}

/* Writes what libpq holds back. Reads meanwhile: a server whose answers nobody takes stops
 * listening, and both would wait for ever. */
static oq_err *flush(db_conn *conn, oq_us deadline)
{
    for (;;) {
        int left = PQflush(conn->pg);
        if (left == 0)
            return NULL;
        if (left < 0)
            return db_conn_lost(conn, NULL);
        int ready = db_wait(PQsocket(conn->pg), DB_READABLE | DB_WRITABLE, -1, deadline);
        if (!ready)
            return too_late(conn);
        if (ready & DB_READABLE && !PQconsumeInput(conn->pg))
            return db_conn_lost(conn, NULL);
    }
}

/* The next thing that libpq has to say, which is NULL between the answers to two steps. */
static oq_err *next_word(db_conn *conn, oq_us deadline, PGresult **ret_result)
{
    while (PQisBusy(conn->pg)) {
        if (!db_wait(PQsocket(conn->pg), DB_READABLE, -1, deadline))
            return too_late(conn);
        if (!PQconsumeInput(conn->pg))
            return db_conn_lost(conn, NULL);
    }
    *ret_result = PQgetResult(conn->pg);
    return NULL;
}

/* The answer to one step. */
static oq_err *next_answer(db_conn *conn, oq_us deadline, PGresult **ret_result)
{
    PGresult *answer, *nothing;
    OQ_TRY(next_word(conn, deadline, &answer));
    if (!answer)
        return db_conn_lost(conn, "an answer is missing");
    if (PQresultStatus(answer) == PGRES_PIPELINE_SYNC) {
        *ret_result = answer;
        return NULL;
    }
    if (PQresultStatus(answer) == PGRES_FATAL_ERROR && PQstatus(conn->pg) == CONNECTION_BAD &&
        !PQresultErrorField(answer, PG_DIAG_SQLSTATE)) {
        PQclear(answer); /* made by libpq itself */
        return db_conn_lost(conn, NULL);
    }
    if (db_failure_is_fatal(answer)) { /* nothing follows */
        conn->is_broken = true;
        *ret_result = answer;
        return NULL;
    }
    oq_err *err = next_word(conn, deadline, &nothing);
    if (!err && nothing) {
        PQclear(nothing);
        err = db_conn_lost(conn, "an answer too many");
    }
    if (err)
        PQclear(answer);
    else
        *ret_result = answer;
    return err;
}

static bool has_failed(const PGresult *answer)
{
    ExecStatusType status = PQresultStatus(answer);
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY &&
           status != PGRES_PIPELINE_SYNC;
}

/* Keeps the first failure: what follows it says only that it was not run. */
static void note_failure(db_conn *conn, const PGresult *answer, const db_stmt *stmt, oq_err **first)
{
    if (!has_failed(answer) || *first)
        return;
    *first = db_failure(answer, stmt);
    if (db_failure_is_stale(answer))
        conn->is_stale = conn->is_broken = true;
}

static oq_err *take_answers(db_conn *conn, db_step *steps, const bool *prepares, size_t count,
                            oq_us deadline)
{
    oq_err *failed = NULL;
    for (size_t i = 0; i < count; i++) {
        const db_stmt *stmt = steps[i].command ? NULL : steps[i].stmt;
        if (prepares[i]) {
            PGresult *prepared;
            OQ_TRY(next_answer(conn, deadline, &prepared));
            note_failure(conn, prepared, stmt, &failed);
            if (PQresultStatus(prepared) == PGRES_COMMAND_OK)
                remember_prepared(conn, stmt);
            PQclear(prepared);
            if (conn->is_broken)
                return failed;
        }
        OQ_TRY(next_answer(conn, deadline, &steps[i].result));
        note_failure(conn, steps[i].result, stmt, &failed);
        if (conn->is_broken)
            return failed;
    }
    PGresult *sync;
    OQ_TRY(next_answer(conn, deadline, &sync));
    bool in_step = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    note_failure(conn, sync, NULL, &failed); /* a commit that failed at the Sync itself */
    PQclear(sync);
    if (!in_step && !conn->is_broken) {
        OQ_TRY(next_answer(conn, deadline, &sync));
        in_step = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
        PQclear(sync);
    }
    return in_step || failed ? failed : db_conn_lost(conn, "the answers are out of step");
}

oq_err *db_conn_run(db_conn *conn, db_step *steps, size_t count)
{
    assert(count <= DB_STEPS_MAX);
    oq_us deadline =
        conn->answer_max_ms ? oq_monotonic() + conn->answer_max_ms * OQ_MS : OQ_TIME_NONE;
    bool prepares[DB_STEPS_MAX] = {false};
    if (DB_FAULT("db.send"))
        db_conn_cut(conn);
    for (size_t i = 0; i < count; i++) {
        steps[i].result = NULL;
        prepares[i] = !steps[i].command && !is_prepared(conn, steps[i].stmt);
        if (!send_step(conn, &steps[i], prepares[i]))
            return db_conn_lost(conn, NULL);
    }
    if (!PQpipelineSync(conn->pg))
        return db_conn_lost(conn, NULL);
    OQ_TRY(flush(conn, deadline));
    return take_answers(conn, steps, prepares, count, deadline);
}

void db_steps_drop(db_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PQclear(steps[i].result);
        steps[i].result = NULL;
    }
}

oq_err *db_conn_script(db_conn *conn, const char *sql, int *ret_at)
{
    oq_err *failed = NULL;
    *ret_at = 0;
    if (!PQexitPipelineMode(conn->pg) || !PQsendQuery(conn->pg, sql))
        return db_conn_lost(conn, NULL);
    OQ_TRY(flush(conn, OQ_TIME_NONE));
    for (;;) {
        PGresult *answer;
        OQ_TRY(next_word(conn, OQ_TIME_NONE, &answer));
        if (!answer)
            break;
        if (has_failed(answer) && !failed) {
            const char *at = PQresultErrorField(answer, PG_DIAG_STATEMENT_POSITION);
            int64_t place;
            if (at && oq_parse_i64(oq_cstr(at), &place))
                *ret_at = (int)place;
            failed = db_failure(answer, NULL);
            conn->is_broken |= db_failure_is_fatal(answer);
        }
        PQclear(answer);
    }
    if (!conn->is_broken && !PQenterPipelineMode(conn->pg))
        return db_conn_lost(conn, NULL);
    return failed;
}
