/* Request targets, from the first line of a request to a route and its parameters. */
#include <stdlib.h>

#include "http/parse.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static oq_err *nothing(http_req *rq)
{
    return NULL;
}

#define ROUTE(p)                                                                                   \
    {                                                                                              \
        HTTP_GET, (p), CAP_PUBLIC, .handle_plain = nothing                                         \
    }
static const http_route routes[] = {
    ROUTE("/"),
    ROUTE("/api/users"),
    ROUTE("/api/users/{id}"),
    ROUTE("/api/users/new"),
    ROUTE("/api/{kind}/new/{name}"),
    ROUTE("/{a}/{b}/{c}/{d}/{e}/{f}"),
    {0},
};
static http_route_list tables = {routes, NULL};

static void check_match(const http_match *match)
{
    for (size_t i = 0; i < match->param_count; i++) {
        oq_str p = match->param[i];
        MUST(p.len && oq_utf8_valid(p));
        MUST(!oq_str_eq(p, OQ_STR(".")) && !oq_str_eq(p, OQ_STR("..")));
        for (size_t k = 0; k < p.len; k++)
            MUST((unsigned char)p.ptr[k] >= 0x20 && p.ptr[k] != '/' && p.ptr[k] != '\\');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static http_router *router;
    if (!router && http_router_make(&tables, &router))
        abort();
    oq_arena *arena = oq_arena_open(0);
    oq_str target = oq_strn((const char *)data, size), raw, query, path;
    http_segments segments;
    http_match match;
    if (http_target_split(target, &raw, &query) && !http_path_parse(arena, raw, &path, &segments)) {
        MUST(path.len <= raw.len && path.ptr[0] == '/' && oq_utf8_valid(path));
        if (http_router_find(router, &segments, &match))
            check_match(&match);
        /* What was decoded leads to the same place when it is encoded and asked for again. */
        oq_str again;
        http_segments same;
        MUST(!http_path_parse(arena, oq_percent(arena, path, "/"), &again, &same));
        MUST(oq_str_eq(path, again) && same.count == segments.count);
    }
    if (http_path_is_own(target))
        MUST(target.ptr[0] == '/' &&
             (size == 1 || (target.ptr[1] != '/' && target.ptr[1] != '\\')));
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
