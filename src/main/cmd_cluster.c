#include <signal.h>

#include "main/cluster.h"
#include "main/command.h"
#include "main/process.h"

typedef struct cluster_run_options {
    bool temporary, durable;
    oq_str folder;
    int64_t tcp_port;
} cluster_run_options;

static const oq_field cluster_run_fields[] = {
    OQ_BOOL(cluster_run_options, temporary,
            .help = "A new one without fsync that is gone afterwards: for tests"),
    OQ_BOOL(cluster_run_options, durable,
            .help = "A temporary one with fsync all the same: for measurements of commits"),
    OQ_TEXT(cluster_run_options, folder, .max = 1000,
            .help = "Where it stands (default: pg in OPTRIA_HOME)"),
    OQ_I64(cluster_run_options, tcp_port, .preset = "0", .min = 0, .max = 65535,
           .help = "A temporary one also listens on this port of 127.0.0.1, without passwords"),
    OQ_FIELDS_END,
};

/* Waits for the command to end, and hands on what asks it to stop. */
static int attend(pid_t pid, cluster *c)
{
    int status;
    bool is_up = true;
    while (!process_has_ended(pid, &status)) {
        process_stop stop = process_wait_stop(1000);
        if (stop.signal && !stop.from_terminal)
            kill(pid, stop.signal);
        if (is_up && !cluster_is_running(c)) {
            is_up = false;
            oq_log_error("cluster.died", OQ_F_STR("log", cluster_log(c)));
        }
    }
    return process_exit_code(status);
}

/* Only a temporary cluster is offered to tests: they take the superuser and leave databases. */
static void tell_addresses(const cluster *c, bool is_temporary)
{
    setenv("OPTRIA_DB_URL", cluster_server_url(c).ptr, 1);
    setenv("OPTRIA_DB_OWNER_URL", cluster_owner_url(c).ptr, 1);
    if (is_temporary)
        setenv("OPTRIA_TEST_URL", cluster_admin_url(c).ptr, 1);
}

static oq_err *cluster_run(command_run *run)
{
    const cluster_run_options *o = run->options;
    if (run->rest.count == 0)
        return oq_fail(OQ_INVALID, "option.command_missing");
    process_catch_stop();
    cluster *c = NULL;
    cluster_options options = {.is_temporary = o->temporary,
                               .is_durable = o->durable,
                               .folder = o->folder,
                               .tcp_port = (int)o->tcp_port};
    if (!o->folder.len)
        options.folder = oq_strf(run->arena, "%.*s/pg", OQ_FMT(run->settings.home));
    oq_err *err = cluster_open(&options, &c);
    if (err && oq_err_is(err, "cluster.stopped")) {
        run->status = 128 + SIGINT;
        return NULL;
    }
    OQ_TRY(err);
    tell_addresses(c, o->temporary);
    pid_t pid;
    err = process_start(
        &(process_options){.argv = (const char *const *)run->rest.at, .death_signal = SIGTERM},
        &pid);
    if (!err)
        run->status = attend(pid, c);
    oq_err *stop_err = cluster_stop(c);
    return err ? err : stop_err;
}

const command cmd_cluster_run = {
    .name = "cluster run",
    .summary = "Run a command beside a private PostgreSQL",
    .help =
        "Starts the cluster, tells its addresses to the command in OPTRIA_DB_URL and\n"
        "OPTRIA_DB_OWNER_URL (and OPTRIA_TEST_URL, of the superuser, when temporary), stops it\n"
        "afterwards, and ends with the status of the command.",
    .options = cluster_run_fields,
    .options_size = sizeof(cluster_run_options),
    .rest = "COMMAND...",
    .run = cluster_run,
};
