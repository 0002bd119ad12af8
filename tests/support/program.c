#include "support/program.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

void program_give_up(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

oq_str program_output(oq_arena *arena, const char *command)
{
    FILE *pipe = popen(command, "r");
    OQ_AUTO(oq_buf) out = oq_buf_make(1024 * 1024);
    char some[4096];
    size_t got;
    while (pipe && (got = fread(some, 1, sizeof some, pipe)) > 0)
        oq_buf_put(&out, some, got);
    int status = pipe ? pclose(pipe) : -1;
    if (status != 0) {
        fprintf(stderr, "status %d of: %s\n", status, command);
        exit(1);
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* Beside this program in the build folder: tests/x_bench, src/main/optria. */
static oq_str optria_path(oq_arena *arena)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len < 0)
        program_give_up("/proc/self/exe cannot be read");
    oq_str folder = oq_strn(self, (size_t)len);
    for (int up = 0; up < 2; up++) {
        while (folder.len && folder.ptr[folder.len - 1] != '/')
            folder.len--;
        folder.len--;
    }
    return oq_strf(arena, "%.*s/src/main/optria", OQ_FMT(folder));
}

/* In the child, between fork and exec. */
static void become_optria(testapp *app)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("OPTRIA_DB_URL", testdb_url(testapp_db(app)).ptr, 1);
    setenv("JWT_SECRET_KEY", TESTAPP_JWT_KEY, 1);
    setenv("OPTRIA_MASTER_KEY", TESTAPP_MASTER_KEY, 1);
    setenv("OPTRIA_HTTP_PORT", "0", 1);
    setenv("OPTRIA_LOG_LEVEL", "warn", 1);
}

program program_serve(testapp *app)
{
    oq_arena *arena = testapp_arena(app);
    const char *path = optria_path(arena).ptr;
    int out[2];
    if (pipe(out) != 0)
        program_give_up("no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        become_optria(app);
        dup2(out[1], STDOUT_FILENO);
        execl(path, path, "serve", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    char said[200];
    ssize_t len = read(out[0], said, sizeof said - 1);
    if (len <= 0)
        program_give_up("the server did not start");
    said[len] = 0;
    const char *at = strstr(said, "127.0.0.1:");
    if (!at)
        program_give_up("the server did not say where it listens");
    return (program){.pid = pid, .port = (int)strtol(at + 10, NULL, 10)};
}

program program_work(testapp *app)
{
    const char *path = optria_path(testapp_arena(app)).ptr;
    pid_t pid = fork();
    if (pid == 0) {
        become_optria(app);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl(path, path, "work", (char *)NULL);
        _exit(127);
    }
    return (program){.pid = pid};
}

program program_start(const char *const *argv, const char *const *env, int port)
{
    if (access(argv[0], X_OK) != 0)
        return (program){0};
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (const char *const *e = env; e && *e; e++)
            putenv(strdup(*e));
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    return (program){.pid = pid, .port = port};
}

bool program_answers(const program *p, const char *path)
{
    for (int i = 0; i < 600; i++, usleep(100000)) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in at = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)p->port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        char text[300];
        int len = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\n\r\n", path);
        bool good = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
                    write(fd, text, (size_t)len) == len && read(fd, text, 10) == 10 &&
                    text[9] == '2';
        close(fd);
        if (good)
            return true;
    }
    return false;
}

int program_stop(program *p)
{
    int status = 0;
    if (p->pid > 0) {
        kill(p->pid, SIGTERM);
        waitpid(p->pid, &status, 0);
    }
    p->pid = 0;
    return status;
}

int program_free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        program_give_up("no free port");
    close(fd);
    return ntohs(at.sin_port);
}

/* --- what they cost -----------------------------------------------------------------------------*/

/* utime, stime, cutime, cstime; and the parent. */
static double stat_of(pid_t pid, pid_t *ret_parent)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    size_t len = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[len] = 0;
    const char *rest = strrchr(text, ')');
    int parent = 0;
    unsigned long t[4] = {0};
    if (rest)
        sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &parent,
               &t[0], &t[1], &t[2], &t[3]);
    if (ret_parent)
        *ret_parent = parent;
    return (double)(t[0] + t[1] + t[2] + t[3]) / (double)sysconf(_SC_CLK_TCK);
}

double program_cpu_s(pid_t pid)
{
    return stat_of(pid, NULL);
}

double program_cpu_of_postgres(testapp *app)
{
    pid_t backend = (pid_t)testdb_number(testapp_db(app), "SELECT pg_backend_pid()"), postmaster;
    stat_of(backend, &postmaster);
    double sum = program_cpu_s(postmaster);
    oq_str children = program_output(
        testapp_arena(app), oq_strf(testapp_arena(app), "pgrep -P %d", (int)postmaster).ptr);
    oq_str line;
    while (oq_str_cut(&children, '\n', &line)) {
        int64_t pid;
        if (oq_parse_i64(line, &pid))
            sum += program_cpu_s((pid_t)pid);
    }
    return sum;
}

oq_str program_folder(oq_arena *arena)
{
    oq_str folder = oq_strf(arena, "/tmp/optria-program-XXXXXX");
    if (!mkdtemp((char *)folder.ptr))
        program_give_up("no folder below /tmp");
    return folder;
}

void program_folder_remove(oq_str folder)
{
    oq_arena *arena = oq_arena_open(0);
    program_output(arena, oq_strf(arena, "rm -rf -- '%.*s'", OQ_FMT(folder)).ptr);
    oq_arena_close(arena);
}

double program_folder_bytes(oq_arena *arena, oq_str folder)
{
    oq_str said = program_output(arena, oq_strf(arena, "du -sb '%.*s'", OQ_FMT(folder)).ptr);
    return strtod(oq_str_c(arena, said), NULL);
}
