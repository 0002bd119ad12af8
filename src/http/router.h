/* http/router.h
 *
 * Routes by path: a tree of segments. A literal goes before a parameter ("/users/new" before
 * "/users/{id}"). Made once at start, then only read. Inside http/. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/parse.h"
#include "http/route.h"

typedef struct http_router http_router;

enum { HTTP_PARAMS_MAX = 6 };

/* A place that has routes, and what stood where its path has parameters. */
typedef struct http_match {
    const http_route *const *by_method; /* HTTP_METHOD_COUNT of them; NULL: not this method */
    oq_str param[HTTP_PARAMS_MAX];
    size_t param_count;
} http_match;

/* Checks every route and where they meet. Fails with server.bad_route (facts: method, path, why).
 */
OQ_CHECKED oq_err *http_router_make(http_route_list *routes, http_router **ret_router);
void http_router_close(http_router *router); /* accepts NULL */

bool http_router_find(const http_router *router, const http_segments *path, http_match *ret_match);

/* All routes, in the order of the tables. */
size_t http_router_count(const http_router *router);
const http_route *http_router_at(const http_router *router, size_t i);

/* "GET, HEAD, POST, OPTIONS" for the methods of a place. */
oq_str http_allow_text(oq_arena *arena, const http_route *const *by_method);

/* Which parameter of the route's path has this name; SIZE_MAX: none. */
size_t http_route_param(const http_route *route, oq_str name);

/* Takes the next segment off a route's path: "{id}" gives "id" and is_param. */
bool http_route_segment(oq_str *rest, oq_str *ret_segment, bool *ret_is_param);

const char *http_method_text(http_method method); /* "GET" */
/* "GET", and "HEAD" as GET; 0: none that routes have. */
http_method http_method_parse(oq_str text);

/* NULL, or what is wrong with a route by itself. (check.c) */
const char *http_route_flaw(const http_route *route);

#endif
