#include "db/wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

int db_wait(int fd, int wanted, int wake_fd, oq_us deadline)
{
    short events =
        (short)((wanted & DB_READABLE ? POLLIN : 0) | (wanted & DB_WRITABLE ? POLLOUT : 0));
    struct pollfd polled[] = {{.fd = fd, .events = events}, {.fd = wake_fd, .events = POLLIN}};
    for (;;) {
        int timeout_ms = -1;
        if (deadline != OQ_TIME_NONE) {
            oq_us left = deadline - oq_monotonic();
            oq_us left_ms = left > 0 ? (left + OQ_MS - 1) / OQ_MS : 0;
            timeout_ms = left_ms < INT_MAX ? (int)left_ms : INT_MAX;
        }
        int ready = poll(polled, wake_fd < 0 ? 1 : 2, timeout_ms);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return 0;
        int found = 0;
        if (ready < 0 || polled[0].revents & (POLLERR | POLLHUP | POLLNVAL))
            found |= wanted;
        if (polled[0].revents & POLLIN)
            found |= DB_READABLE;
        if (polled[0].revents & POLLOUT)
            found |= DB_WRITABLE;
        if (wake_fd >= 0 && polled[1].revents)
            found |= DB_WOKEN;
        return found;
    }
}
