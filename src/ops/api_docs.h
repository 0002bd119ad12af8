/* ops/api_docs.h: /api/openapi.json and the page that people read, both made from the routes. */
#ifndef OPS_API_DOCS_H
#define OPS_API_DOCS_H

#include "http/route.h"

/* The routes to describe; once at start. */
void api_docs_describe(http_route_list *routes);

extern const http_route api_docs_routes[]; /* /api/openapi.json, /api/docs */

#endif
