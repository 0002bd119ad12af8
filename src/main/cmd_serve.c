#include "main/command.h"
#include "main/probe.h"
#include "main/service.h"
#include "ops/heartbeat.h"

#include "base/banned.h"

static oq_err *run_until_signal(command_run *run, service_parts parts)
{
    service *sv;
    OQ_TRY(settings_require(&run->settings, "OPTRIA_DB_URL"));
    service_signals_block();
    OQ_TRY(service_set_up(&run->settings, parts));
    OQ_TRY(service_open(&run->settings, parts, &sv));
    if (parts.serves)
        COMMAND_SAY(run, "cli.serve.ready",
                    {"url", probe_url(run->arena, run->settings.http_bind, service_port(sv))});
    else
        COMMAND_SAY(run, "cli.work.ready", {"name", process_name()});
    fflush(stdout); /* scripts wait for this line */
    service_wait_for_signal();
    service_close(sv);
    return NULL;
}

static oq_err *serve(command_run *run)
{
    return run_until_signal(run, (service_parts){.serves = true});
}

static oq_err *work(command_run *run)
{
    return run_until_signal(run, (service_parts){.works = true});
}

const command cmd_serve = {
    .name = "serve",
    .summary = "Answer requests: pages, API, event streams",
    .help = "Runs until SIGINT or SIGTERM and finishes what it accepted. Any number of them may\n"
            "run over one database.",
    .run = serve,
};

const command cmd_work = {
    .name = "work",
    .summary = "Run background jobs",
    .help = "Runs until SIGINT or SIGTERM; what is unfinished then is given back. Any number of\n"
            "them may run over one database.",
    .run = work,
};
