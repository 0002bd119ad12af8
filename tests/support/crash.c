#include "support/crash.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "historian/fold.h"
#include "historian/read.h"
#include "main/cluster.h"
#include "support/program.h"

#include "base/banned.h"

#define WORKER "--crash-worker"
enum { CLIENTS = 2, SERIES = 20, PER_SERIES = 25, BATCHES_MAX = 100000 };

typedef struct field {
    testapp *app;
    oq_arena *arena;
    cluster *cluster;
    oq_uuid tenant;
    oq_str auth;
    _Atomic int port;
    _Atomic bool is_over;
    _Atomic size_t next, repeated;
    atomic_bool acknowledged[BATCHES_MAX];
    int counter;
    _Atomic size_t *folds; /* the counter, shared with the worker's process */
    program server;
    pid_t worker;
} field;

static const oq_us begins_at = INT64_C(1767225600) * OQ_SECOND;

/* Batch k holds for each series the seconds [k * PER_SERIES, (k + 1) * PER_SERIES). */
static double value_of(size_t n, size_t second)
{
    return (double)(second % 100000 * 100 + n) / 100; /* the nearest to its two decimals */
}

/* --- clients ------------------------------------------------------------------------------------*/

static void make_body(size_t k, oq_buf *out)
{
    for (size_t i = k * PER_SERIES; i < (k + 1) * PER_SERIES; i++)
        for (size_t n = 0; n < SERIES; n++)
            oq_buf_f(out, "P-%zu level=%.2f %lld\n", n, value_of(n, i),
                     (long long)(begins_at / OQ_SECOND) + (long long)i);
}

static bool send_bytes(int fd, oq_str bytes)
{
    while (bytes.len) {
        ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = oq_str_sub(bytes, (size_t)n, SIZE_MAX);
    }
    return true;
}

/* One try on a connection of its own; true: the answer was 200. */
static bool send_batch(field *f, oq_arena *arena, oq_str body)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atomic_load(&f->port)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    oq_str head = oq_strf(arena,
                          "POST /api/ingest/line?precision=s HTTP/1.1\r\nHost: crash\r\n%.*s"
                          "Connection: close\r\nContent-Length: %zu\r\n\r\n",
                          OQ_FMT(f->auth), body.len);
    char said[16] = "";
    bool good = connect(fd, (struct sockaddr *)&at, sizeof at) == 0 && send_bytes(fd, head) &&
                send_bytes(fd, body) && recv(fd, said, 12, MSG_WAITALL) == 12 &&
                memcmp(said + 9, "200", 3) == 0;
    close(fd);
    return good;
}

static void *run_client(void *self)
{
    field *f = self;
    oq_arena *arena = oq_arena_open(0);
    oq_buf body = oq_buf_make(1024 * 1024);
    while (!atomic_load(&f->is_over)) {
        size_t k = atomic_fetch_add(&f->next, 1);
        if (k >= BATCHES_MAX)
            break;
        oq_buf_clear(&body);
        make_body(k, &body);
        while (!send_batch(f, arena, oq_buf_view(&body))) {
            atomic_fetch_add(&f->repeated, 1);
            oq_arena_reset(arena);
            usleep(20000);
        }
        atomic_store(&f->acknowledged[k], true);
        oq_arena_reset(arena);
    }
    oq_buf_drop(&body);
    oq_arena_close(arena);
    return NULL;
}

/* --- who dies -----------------------------------------------------------------------------------*/

static oq_err *fold_once(oq_uuid tenant, db_pool *pool, oq_arena *arena, bool *ret_did)
{
    oq_scope *s;
    fold_done done = {0};
    OQ_TRY(oq_scope_open(&(oq_scope_options){.pool = pool,
                                             .tenant_id = tenant,
                                             .access = OQ_WRITE,
                                             .actor = {.label = OQ_STR("crash")},
                                             .arena = arena},
                         &s));
    oq_err *err = hist_fold(s, &done);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    *ret_did = !err && done.batches > 0;
    return err;
}

/* Folds without a pause, far more often than a worker's schedule would, so that kills hit it. A
 * process of its own: this program again, as `crash_worker`. The count of folds is in a file
 * without a name that both have mapped. */
static void start_worker(field *f)
{
    oq_str tenant = oq_uuid_text(f->arena, f->tenant);
    oq_str counter = oq_strf(f->arena, "%d", f->counter);
    f->worker = fork();
    if (f->worker != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl("/proc/self/exe", "crash", WORKER, testdb_url(testapp_db(f->app)).ptr, tenant.ptr,
          counter.ptr, (char *)NULL);
    _exit(127);
}

static _Atomic size_t *map_counter(int fd)
{
    void *at = mmap(NULL, sizeof(size_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        program_give_up(strerror(errno));
    return at;
}

void crash_worker(int argc, char **argv)
{
    if (argc != 5 || strcmp(argv[1], WORKER) != 0)
        return;
    oq_uuid tenant;
    oq_arena *arena = oq_arena_open(0);
    _Atomic size_t *folds = map_counter((int)strtol(argv[4], NULL, 10));
    db_pool *pool;
    db_pool_options options = {.url = oq_cstr(argv[2]),
                               .app_name = "crash",
                               .size_max = 2,
                               .wait_max_ms = 5000,
                               .statement_max_ms = 30000,
                               .connect_max_ms = 5000};
    if (!oq_uuid_parse(oq_cstr(argv[3]), &tenant) || db_pool_open(&options, &pool))
        _exit(1);
    for (;;) {
        bool did = false;
        oq_ignore(fold_once(tenant, pool, arena, &did), "the database may be away: once more");
        if (did)
            atomic_fetch_add(folds, 1);
        oq_err_reset();
        oq_arena_reset(arena);
        usleep(did ? 1000 : 20000);
    }
}

static void kill_and_reap(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void kill_database(field *f, const cluster_options *options)
{
    oq_str line = program_output(f->arena, oq_strf(f->arena, "head -1 '%.*s/data/postmaster.pid'",
                                                   OQ_FMT(cluster_folder(f->cluster)))
                                               .ptr);
    int64_t pid;
    if (!oq_parse_i64(oq_str_trim(line), &pid))
        program_give_up("the database's process is not known");
    kill((pid_t)pid, SIGKILL);
    oq_ignore(cluster_stop(f->cluster), "it is dead already");
    for (int tries = 0;; tries++) {
        oq_err *err = cluster_open(options, &f->cluster);
        if (!err)
            return;
        if (tries == 200)
            program_give_up(err->code);
        oq_err_reset();
        usleep(100000);
    }
}

static void start_server(field *f)
{
    f->server = program_serve(f->app);
    atomic_store(&f->port, f->server.port);
}

static void kill_in_turn(field *f, size_t k, const cluster_options *options)
{
    switch (k % 3) {
    case 0:
        kill_and_reap(f->server.pid);
        start_server(f);
        break;
    case 1:
        kill_and_reap(f->worker);
        start_worker(f);
        break;
    default:
        kill_database(f, options);
    }
}

/* --- the record ---------------------------------------------------------------------------------*/

static void must(oq_err *err, const char *what)
{
    if (!err)
        return;
    fprintf(stderr, "%s: %s\n", what, err->code);
    exit(1);
}

/* What is there of at most HIST_POINTS_MAX of the seconds from `first` on. */
static void see(oq_scope *s, const series *e, size_t n, size_t first, size_t count, uint8_t *seen,
                crash_report *report)
{
    if (count > HIST_POINTS_MAX)
        count = HIST_POINTS_MAX;
    hist_span span = {begins_at + (oq_us)first * OQ_SECOND,
                      begins_at + (oq_us)(first + count) * OQ_SECOND, OQ_TIME_NONE};
    hist_points points = {0};
    must(hist_read(s, (int32_t)e->no, span, HIST_POINTS_MAX, false, false, &points), "read");
    for (size_t i = 0; i < points.samples.count; i++) {
        size_t second = (size_t)((points.samples.time[i] - begins_at) / OQ_SECOND);
        if (points.samples.value[i] != value_of(n, second))
            report->missing++;
        else if (seen[second]++)
            report->doubled++;
    }
}

static void check_series(field *f, oq_scope *s, size_t n, crash_report *report)
{
    oq_str key = oq_strf(f->arena, "P-%zu.level", n);
    series *e = NULL;
    must(series_find_by_key(s, key, &e), "series");
    size_t seconds = atomic_load(&f->next) * PER_SERIES;
    uint8_t *seen = oq_alloc(f->arena, seconds);
    for (size_t first = 0; first < seconds; first += HIST_POINTS_MAX)
        see(s, e, n, first, seconds - first, seen, report);
    for (size_t i = 0; i < seconds; i++) {
        bool known = atomic_load(&f->acknowledged[i / PER_SERIES]);
        report->missing += known && !seen[i];
        report->stray += !known && seen[i];
    }
}

/* Every sample once, also in the tables: what the chunks hold and what still waits add up. */
static void check_sums(field *f, crash_report *report)
{
    oq_str sql = oq_strf(
        f->arena,
        "psql -XAtq '%.*s' -c \"SELECT (SELECT coalesce(sum(samples), 0) FROM series_chunks) + "
        "(SELECT coalesce(sum(samples), 0) FROM series_open)\"",
        OQ_FMT(testdb_admin_url(testapp_db(f->app))));
    int64_t stored;
    if (!oq_parse_i64(oq_str_trim(program_output(f->arena, sql.ptr)), &stored))
        program_give_up("the samples could not be counted");
    if ((size_t)stored > report->samples)
        report->doubled += (size_t)stored - report->samples;
}

static void fold_the_rest(field *f)
{
    for (bool did = true; did;) {
        did = false;
        must(fold_once(f->tenant, testapp_pool(f->app), f->arena, &did), "fold");
    }
}

static crash_report check(field *f, size_t kills)
{
    crash_report report = {
        .kills = kills, .repeated = atomic_load(&f->repeated), .folds = atomic_load(f->folds)};
    for (size_t k = 0; k < atomic_load(&f->next) && k < BATCHES_MAX; k++)
        report.batches += atomic_load(&f->acknowledged[k]);
    report.samples = report.batches * SERIES * PER_SERIES;
    oq_scope *s;
    must(oq_scope_open(&(oq_scope_options){.pool = testapp_pool(f->app),
                                           .tenant_id = f->tenant,
                                           .access = OQ_READ,
                                           .actor = {.label = OQ_STR("crash")},
                                           .arena = f->arena},
                       &s),
         "scope");
    for (size_t n = 0; n < SERIES; n++)
        check_series(f, s, n, &report);
    oq_scope_close(s);
    fold_the_rest(f);
    check_sums(f, &report);
    return report;
}

/* --- all of it ----------------------------------------------------------------------------------*/

static void make_tenant(field *f)
{
    f->tenant = testapp_tenant(f->app, "CRASH");
    testapp_person(f->app, f->tenant, ROLE_TENANT_ADMIN, "admin@crash.example");
    testclient *c = testclient_open(f->app);
    testclient_sign_in(c, "admin@crash.example");
    testreply r = testclient_json(c, "POST", "/api/tokens",
                                  "{\"name\":\"crash\",\"days\":1,"
                                  "\"capabilities\":[\"history.write\"]}");
    if (r.status != 201)
        program_give_up("no token");
    f->auth = oq_strf(f->arena, "Authorization: Bearer %.*s\r\n",
                      OQ_FMT(testclient_member(c, &r, "secret")));
    testclient_close(c);
}

crash_report crash_run(size_t kills, uint64_t seed)
{
    static field f;
    char folder[] = "/tmp/optria-crash-XXXXXX";
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        program_give_up("no folder below /tmp");
    oq_arena *arena = oq_arena_open(0);
    cluster_options options = {.folder = oq_strf(arena, "%s/pg", folder)};
    must(cluster_open(&options, &f.cluster), "cluster");
    setenv("OPTRIA_TEST_URL", cluster_admin_url(f.cluster).ptr, 1);
    f.counter = memfd_create("folds", 0);
    if (f.counter < 0 || ftruncate(f.counter, sizeof(size_t)) != 0)
        program_give_up(strerror(errno));
    f.folds = map_counter(f.counter);
    f.app = testapp_open(false);
    f.arena = testapp_arena(f.app);
    make_tenant(&f);
    start_server(&f);
    start_worker(&f);

    pthread_t client[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        if (pthread_create(&client[i], NULL, run_client, &f) != 0)
            program_give_up("no thread");
    for (size_t k = 0; k < kills; k++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        usleep((useconds_t)(50000 + (seed >> 33) % 700000));
        kill_in_turn(&f, k, &options);
    }
    sleep(1);
    atomic_store(&f.is_over, true);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(client[i], NULL);
    kill_and_reap(f.worker);
    crash_report report = check(&f, kills);
    program_stop(&f.server);
    testapp_close(f.app);
    oq_ignore(cluster_stop(f.cluster), "it goes away");
    program_folder_remove(oq_cstr(folder));
    oq_arena_close(arena);
    return report;
}
