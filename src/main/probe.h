/* main/probe.h
 *
 * Looks at a server from outside, as a browser or a monitor would: whether its port can be taken,
 * and what it answers. For commands that start a server and for doctor. */
#ifndef MAIN_PROBE_H
#define MAIN_PROBE_H

#include "base/base.h"

/* Whether something could listen there now. Fails: probe.port_taken (address, port),
 * probe.port_denied (address, port, reason), and server.bad_address. Port 0 is always free. */
OQ_CHECKED oq_err *probe_port(oq_str address, int port);

/* Where to call a server that listens at `address`: itself, or the loopback for "every network". */
oq_str probe_host(oq_str address);

/* "http://127.0.0.1:8080"; an IPv6 address stands in brackets. */
oq_str probe_url(oq_arena *arena, oq_str address, int port);

/* The status of GET `path`, and the beginning of the body in the arena; 0: no answer within
 * `limit_ms`. */
int probe_get(oq_arena *arena, oq_str address, int port, const char *path, int limit_ms,
              oq_str *ret_body);

#endif
