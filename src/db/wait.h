/* db/wait.h
 *
 * The one place where a thread of db/ blocks on a socket. Whoever wants to wait in another way (an
 * event loop that does something else meanwhile) changes this function and nothing else. */
#ifndef DB_WAIT_H
#define DB_WAIT_H

#include "base/time.h"

enum { DB_READABLE = 1, DB_WRITABLE = 2, DB_WOKEN = 4 };

/* Blocks until `fd` is ready for one of `wanted`, `wake_fd` becomes readable (-1: none), or the
 * monotonic clock reaches `deadline` (OQ_TIME_NONE: never). Returns what is ready, 0 at the
 * deadline. A broken socket counts as ready for all that was wanted; its use tells what is wrong.
 * EINTR starts the wait again. */
int db_wait(int fd, int wanted, int wake_fd, oq_us deadline);

#endif
