#include "main/keeper.h"

#include <signal.h>
#include <unistd.h>

enum { LOOK_AGAIN_MS = 1000 };

int keeper_pause_ms(int deaths)
{
    int pause = KEEPER_PAUSE_FIRST_MS;
    for (int i = 1; i < deaths && pause < KEEPER_PAUSE_MAX_MS; i++)
        pause *= 2;
    return pause < KEEPER_PAUSE_MAX_MS ? pause : KEEPER_PAUSE_MAX_MS;
}

oq_err *keeper_start(kept *child)
{
    /* A group of its own: Ctrl-C at the terminal is for us, and we stop everything in order. Dies
     * gracefully with us, should we be killed. */
    const process_options options = {.argv = child->argv,
                                     .own_group = true,
                                     .death_signal = SIGTERM,
                                     .out = child->out,
                                     .err = STDERR_FILENO};
    oq_err *err = process_start(&options, &child->pid);
    child->started_at = oq_monotonic();
    return err;
}

static void plan_next_start(kept *child)
{
    if (oq_monotonic() - child->started_at > KEEPER_WELL_S * OQ_SECOND)
        child->deaths = 0;
    int pause_ms = keeper_pause_ms(++child->deaths);
    child->due_at = oq_monotonic() + pause_ms * OQ_MS;
    oq_log_warn("child.ended", OQ_F_CSTR("child", child->name),
                OQ_F_INT("status", process_exit_code(child->wait_status)),
                OQ_F_INT("again_in_ms", pause_ms));
}

static void start_again(kept *child)
{
    oq_err_reset();
    oq_err *err = keeper_start(child);
    if (err) {
        child->pid = 0;
        child->wait_status = 127 << 8; /* as a shell would say it */
        oq_log_err(OQ_LOG_ERROR, "child.not_started", err, NULL);
        plan_next_start(child);
    } else {
        oq_log_info("child.started", OQ_F_CSTR("child", child->name), OQ_F_INT("pid", child->pid));
    }
}

int keeper_look(kept *children, size_t count)
{
    int64_t wait_ms = LOOK_AGAIN_MS;
    for (size_t i = 0; i < count; i++) {
        kept *child = &children[i];
        if (child->pid && process_has_ended(child->pid, &child->wait_status)) {
            child->pid = 0;
            plan_next_start(child);
        }
        if (child->pid == 0 && oq_monotonic() >= child->due_at)
            start_again(child);
        int64_t due_ms = child->pid ? wait_ms : (child->due_at - oq_monotonic()) / OQ_MS + 1;
        wait_ms = due_ms < wait_ms ? due_ms : wait_ms;
    }
    return wait_ms > 0 ? (int)wait_ms : 0;
}

static size_t count_running(kept *children, size_t count)
{
    size_t running = 0;
    for (size_t i = 0; i < count; i++) {
        if (children[i].pid && process_has_ended(children[i].pid, &children[i].wait_status))
            children[i].pid = 0;
        running += children[i].pid != 0;
    }
    return running;
}

static void signal_all(const kept *children, size_t count, int signal)
{
    for (size_t i = 0; i < count; i++)
        if (children[i].pid)
            kill(children[i].pid, signal);
}

void keeper_stop(kept *children, size_t count, int limit_s)
{
    signal_all(children, count, SIGTERM);
    oq_us deadline = oq_monotonic() + limit_s * OQ_SECOND;
    while (count_running(children, count)) {
        process_wait_stop(100); /* asked once more, it does not go faster */
        if (oq_monotonic() < deadline)
            continue;
        for (size_t i = 0; i < count; i++)
            if (children[i].pid)
                oq_log_warn("child.killed", OQ_F_CSTR("child", children[i].name),
                            OQ_F_INT("pid", children[i].pid), OQ_F_INT("after_s", limit_s));
        signal_all(children, count, SIGKILL);
        deadline = INT64_MAX;
    }
}
