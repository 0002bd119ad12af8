/* main/service.h
 *
 * The two long-lived roles, put together: `serve` answers requests, `work` runs jobs. Both can run
 * in one process (tests) or in as many as wanted; neither keeps truth in memory. */
#ifndef MAIN_SERVICE_H
#define MAIN_SERVICE_H

#include "base/base.h"
#include "main/settings.h"

typedef struct service service;

typedef struct service_parts {
    bool serves, works;
} service_parts;

/* Once per process, before any service opens: languages, templates, keys, the log. Needs the
 * settings JWT_SECRET_KEY (where it serves) and OPTRIA_MASTER_KEY; fails with config.missing. */
OQ_CHECKED oq_err *service_set_up(const settings *s, service_parts parts);

/* Opens pool, server, listener, runner. The database may be away; then /health/ready says so.
 * Refuses to run as a role that could walk around the tenant walls (service.role_too_strong,
 * facts: role, why), once the database can be asked. */
OQ_CHECKED oq_err *service_open(const settings *s, service_parts parts, service **ret_service);

/* The port it listens on (OPTRIA_HTTP_PORT 0: a free one was taken); 0 when it does not serve. */
int service_port(const service *service);

/* Finishes what was accepted, gives back what runs. Accepts NULL. */
void service_close(service *service);

/* Waits for SIGINT or SIGTERM. Blocks both in this thread and those it starts later, so call
 * service_signals_block before service_open. */
void service_signals_block(void);
void service_wait_for_signal(void);

#endif
