#include "main/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_MAX = 64 * 1024 };

extern char **environ;

/* --- in the child, between fork and exec: async-signal-safe calls alone -------------------- */

static bool child_take_account(const process_user *user)
{
    if (!user->given)
        return true;
    return setgroups(1, &user->gid) == 0 && setgid(user->gid) == 0 && setuid(user->uid) == 0;
}

static bool child_take_files(const process_options *o)
{
    if (o->in > 0 && dup2(o->in, STDIN_FILENO) < 0)
        return false;
    if (o->out > 0 && dup2(o->out, STDOUT_FILENO) < 0)
        return false;
    int err = o->err > 0 ? o->err : o->out;
    if (err > 0 && dup2(err, STDERR_FILENO) < 0)
        return false;
    if (o->inherited > 0 && fcntl(o->inherited, F_SETFD, 0) < 0)
        return false;
    return true;
}

static void child_take_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
}

static _Noreturn void child_become(const process_options *o, pid_t parent, int report)
{
    bool ready = (!o->own_group || setpgid(0, 0) == 0) && child_take_files(o) &&
                 child_take_account(&o->user) && (!o->folder || chdir(o->folder) == 0);
    /* After the account: changing it clears the signal. The parent may be dead already. */
    if (ready && o->death_signal)
        ready = prctl(PR_SET_PDEATHSIG, o->death_signal) == 0;
    if (ready && o->death_signal && getppid() != parent)
        _exit(127);
    if (ready) {
        child_take_signals();
        environ = o->env ? (char **)o->env : environ;
        execvp(o->argv[0], (char *const *)o->argv);
    }
    int why = errno;
    if (write(report, &why, sizeof(why)) < 0)
        _exit(126);
    _exit(127);
}

/* --- in the parent ------------------------------------------------------------------------- */

static oq_err *not_started(const process_options *o, int why)
{
    return oq_fail(OQ_UNAVAILABLE, "process.not_started", "program=%s reason=%s", o->argv[0],
                   strerror(why));
}

oq_err *process_start(const process_options *options, pid_t *ret_pid)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return not_started(options, errno);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        child_become(options, parent, report[1]);
    int why = errno;
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        return not_started(options, why);
    }
    /* The pipe closes without a word when exec has succeeded. */
    ssize_t got = read(report[0], &why, sizeof(why));
    close(report[0]);
    if (got == (ssize_t)sizeof(why)) {
        waitpid(pid, NULL, 0);
        return not_started(options, why);
    }
    *ret_pid = pid;
    return NULL;
}

bool process_has_ended(pid_t pid, int *ret_wait_status)
{
    pid_t got = waitpid(pid, ret_wait_status, WNOHANG);
    return got == pid || (got < 0 && errno == ECHILD);
}

int process_exit_code(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* What a child said, of which only the end is kept. */
typedef struct tail {
    char bytes[2 * OUTPUT_MAX];
    size_t len;
} tail;

static void tail_add(tail *t, const char *bytes, size_t len)
{
    if (t->len + len > sizeof(t->bytes)) {
        size_t keep = t->len < OUTPUT_MAX ? t->len : OUTPUT_MAX;
        memmove(t->bytes, t->bytes + t->len - keep, keep);
        t->len = keep;
    }
    memcpy(t->bytes + t->len, bytes, len);
    t->len += len;
}

static oq_str tail_text(oq_arena *arena, const tail *t)
{
    size_t keep = t->len < OUTPUT_MAX ? t->len : OUTPUT_MAX;
    return oq_str_copy(arena, oq_strn(t->bytes + t->len - keep, keep));
}

/* Feeds and reads at once, so that neither side waits for the other with a full pipe. */
static void converse(int to, int from, oq_str input, tail *said)
{
    char bytes[4096];
    for (;;) {
        if (to >= 0 && input.len == 0) {
            close(to);
            to = -1;
        }
        struct pollfd on[2] = {{.fd = from, .events = POLLIN}, {.fd = to, .events = POLLOUT}};
        if (poll(on, 2, -1) < 0 && errno != EINTR)
            break;
        if (on[1].revents) {
            ssize_t n = write(to, input.ptr, input.len);
            /* A child that stopped listening has said why, or says so with its status. */
            input = n < 0 && errno != EAGAIN ? OQ_STR("")
                                             : oq_str_sub(input, n < 0 ? 0 : (size_t)n, input.len);
        }
        if (on[0].revents) {
            ssize_t n = read(from, bytes, sizeof(bytes));
            if (n <= 0)
                break;
            tail_add(said, bytes, (size_t)n);
        }
    }
    if (to >= 0)
        close(to);
}

oq_err *process_run(oq_arena *arena, const process_options *options, oq_str input,
                    oq_str *ret_output, int *ret_exit_code)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0)
        return not_started(options, errno);
    if (pipe2(out, O_CLOEXEC) < 0) {
        int why = errno;
        close(in[0]);
        close(in[1]);
        return not_started(options, why);
    }
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    process_options with_pipes = *options;
    with_pipes.in = in[0];
    with_pipes.out = out[1];
    pid_t pid;
    oq_err *err = process_start(&with_pipes, &pid);
    close(in[0]);
    close(out[1]);
    if (err) {
        close(in[1]);
        close(out[0]);
        return err;
    }
    sigset_t pipe_signal, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    tail *said = oq_new(arena, tail);
    converse(in[1], out[0], input, said);
    close(out[0]);
    sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *ret_output = tail_text(arena, said);
    *ret_exit_code = process_exit_code(status);
    return NULL;
}

oq_str process_reason(oq_str said)
{
    static const char *const mark[] = {"FATAL:", "ERROR:", "PANIC:", "error:", "could not"};
    oq_str line, last = OQ_STR("");
    while (oq_str_cut(&said, '\n', &line)) {
        line = oq_str_trim(line);
        for (size_t i = 0; i < OQ_COUNT(mark); i++)
            if (oq_str_find(line, oq_cstr(mark[i])) != SIZE_MAX)
                return line;
        if (line.len)
            last = line;
    }
    return last;
}

bool process_may_use(const process_user *user, const char *folder)
{
    if (!user->given)
        return access(folder, R_OK | W_OK | X_OK) == 0;
    /* Only a process of that account knows: rights may also come from lists and mounts. */
    pid_t pid = fork();
    if (pid == 0)
        _exit(child_take_account(user) && access(folder, R_OK | W_OK | X_OK) == 0 ? 0 : 1);
    int status = 1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && process_exit_code(status) == 0;
}

/* --- being asked to stop ------------------------------------------------------------------- */

static void watched_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
}

void process_catch_stop(void)
{
    sigset_t set;
    watched_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void process_release_stop(void)
{
    sigset_t set;
    watched_signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

process_stop process_wait_stop(int timeout_ms)
{
    sigset_t set;
    watched_signals(&set);
    siginfo_t info;
    struct timespec limit = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
    int signal = sigtimedwait(&set, &info, &limit);
    if (signal <= 0 || signal == SIGCHLD)
        return (process_stop){0};
    return (process_stop){.signal = signal, .from_terminal = info.si_code == SI_KERNEL};
}
