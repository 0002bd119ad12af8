/* main/process.h
 *
 * Children of this program: PostgreSQL, its tools, a command to run beside it. A child never
 * outlives its parent unseen: it may be given a signal for the moment the parent dies, however
 * that happens. */
#ifndef MAIN_PROCESS_H
#define MAIN_PROCESS_H

#include <sys/types.h>

#include "base/base.h"

/* The account a child runs under. A zeroed value: ours. */
typedef struct process_user {
    bool given;
    uid_t uid;
    gid_t gid;
    oq_str name;
} process_user;

typedef struct process_options {
    const char *const *argv; /* argv[0] is a path, or a name to be looked up in PATH */
    const char *const *env;  /* NULL: ours */
    process_user user;
    bool own_group;     /* Ctrl-C at the terminal does not reach it, only what we send */
    int death_signal;   /* sent to it when we die; 0: none */
    const char *folder; /* to work in; NULL: ours */
    int in, out;        /* its stdin; its stdout and stderr. 0: ours */
    int err;            /* its stderr, where that is another one; STDERR_FILENO is ours */
    int inherited;      /* one more descriptor it keeps, under the same number. 0: none */
} process_options;

/* Fails: process.not_started (facts: program, reason). */
OQ_CHECKED oq_err *process_start(const process_options *options, pid_t *ret_pid);

/* Whether the child has ended, and how, as waitpid() tells it. Asks without waiting; after a
 * `true` the child is gone for good. */
bool process_has_ended(pid_t pid, int *ret_wait_status);

/* 0..255 as a shell would say it: 128 + signal for a child that was killed. */
int process_exit_code(int wait_status);

/* Runs a child to its end, gives it `input` and collects what it prints (stdout and stderr; at
 * most the last 64 KiB) in the arena. */
OQ_CHECKED oq_err *process_run(oq_arena *arena, const process_options *options, oq_str input,
                               oq_str *ret_output, int *ret_exit_code);

/* The line of what a program said that tells why it went wrong: the first that calls itself an
 * error, else the last one. */
oq_str process_reason(oq_str said);

/* True when a process of that account could enter, read and write this folder. */
bool process_may_use(const process_user *user, const char *folder);

/* --- being asked to stop -----------------------------------------------------------------------
 * A command that must tidy up before it ends calls process_catch_stop before it makes threads or
 * children, and from then on asks. */
void process_catch_stop(void);
/* From here on a request to stop ends the program again, also one that came meanwhile. */
void process_release_stop(void);

typedef struct process_stop {
    int signal;         /* SIGINT, SIGTERM, SIGHUP; 0: not asked */
    bool from_terminal; /* the terminal sent it to our whole group, so our children have it too */
} process_stop;

/* Waits until somebody asks to stop, a child ends, or `timeout_ms` pass. */
process_stop process_wait_stop(int timeout_ms);

#endif
