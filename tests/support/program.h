/* support/program.h
 *
 * Processes beside a test or a measurement: ours, as it is installed, and others. They listen on
 * the loopback, die with this program, and are ended by program_stop. */
#ifndef SUPPORT_PROGRAM_H
#define SUPPORT_PROGRAM_H

#include <sys/types.h>

#include "support/testapp.h"

typedef struct program {
    pid_t pid;
    int port; /* 0: it does not listen */
} program;

/* `optria serve` and `optria work` over the database of `app`. End this program when they cannot
 * start. */
program program_serve(testapp *app);
program program_work(testapp *app);

/* Any command; `argv` ends with NULL, `env` is a list of "NAME=value" that is added, or NULL.
 * pid 0 when there is no such program. */
program program_start(const char *const *argv, const char *const *env, int port);
/* Waits until the port answers GET `path` with 2xx, a minute at most; false: it did not. */
bool program_answers(const program *p, const char *path);
/* SIGTERM, and its status. */
int program_stop(program *p);

int program_free_port(void);

/* Processor seconds of a process with all its threads and ended children. */
double program_cpu_s(pid_t pid);
/* The same of the PostgreSQL behind `app`: the postmaster and all its children. */
double program_cpu_of_postgres(testapp *app);

/* A folder of its own below /tmp, and its end. */
oq_str program_folder(oq_arena *arena);
void program_folder_remove(oq_str folder);
/* Bytes of all files below. */
double program_folder_bytes(oq_arena *arena, oq_str folder);

/* The standard output of a command of the shell, at most 1 MiB; ends this program when it fails. */
oq_str program_output(oq_arena *arena, const char *command);

/* Ends this program with a sentence. */
_Noreturn void program_give_up(const char *what);

#endif
