/* support/proxy.h
 *
 * A wire between a test and its PostgreSQL that the test can cut: connections to the proxy's unix
 * socket are passed on to the server that OPTRIA_TEST_URL names, as long as the mode says so. It
 * runs on a thread of its own. */
#ifndef SUPPORT_PROXY_H
#define SUPPORT_PROXY_H

#include "base/base.h"

typedef struct proxy proxy;

typedef enum proxy_mode {
    PROXY_PASS,
    PROXY_REFUSE,        /* no new connections: the server is down; open ones stay */
    PROXY_SILENT,        /* nothing passes any more, and nobody is told */
    PROXY_CUT_AT_ANSWER, /* what the client says arrives; where the server answers, the wire breaks
                          */
} proxy_mode;

proxy *proxy_open(void);
void proxy_close(proxy *p);

/* For testdb_url_through. */
const char *proxy_host(const proxy *p);
int proxy_port(const proxy *p);

/* Both return when it is so. */
void proxy_set(proxy *p, proxy_mode mode);
void proxy_cut(proxy *p); /* ends every connection that is open, as a crash would */

#endif
