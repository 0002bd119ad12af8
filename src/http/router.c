#include "http/router.h"

/* A node is one segment of one or more paths. Children that are literals are sorted by text; at
 * most one child is a parameter. */
typedef struct node {
    oq_str literal;
    struct node **child;
    size_t child_count, child_cap;
    struct node *param;
    const http_route *by_method[HTTP_METHOD_COUNT];
    bool has_routes;
} node;

struct http_router {
    oq_arena *arena;
    node *root;
    const http_route **route;
    size_t route_count;
};

static const char *const method_texts[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

const char *http_method_text(http_method method)
{
    return method > 0 && method < HTTP_METHOD_COUNT ? method_texts[method] : "?";
}

http_method http_method_parse(oq_str text)
{
    if (oq_str_eq(text, OQ_STR("HEAD")))
        return HTTP_GET;
    for (int m = HTTP_GET; m < HTTP_METHOD_COUNT; m++)
        if (oq_str_eq(text, oq_cstr(method_texts[m])))
            return m;
    return 0;
}

bool http_route_segment(oq_str *rest, oq_str *ret_segment, bool *ret_is_param)
{
    if (rest->len < 2) /* what is left is nothing, or the "/" of the root */
        return false;
    oq_str from = oq_str_sub(*rest, 1, SIZE_MAX);
    oq_str segment = oq_str_sub(from, 0, oq_str_find_char(from, '/'));
    *rest = oq_str_sub(from, segment.len, SIZE_MAX);
    *ret_is_param = segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
    *ret_segment = *ret_is_param ? oq_str_sub(segment, 1, segment.len - 2) : segment;
    return true;
}

size_t http_route_param(const http_route *route, oq_str name)
{
    oq_str segment, rest = oq_cstr(route->path);
    bool is_param;
    for (size_t i = 0; http_route_segment(&rest, &segment, &is_param);) {
        if (is_param && oq_str_eq(segment, name))
            return i;
        i += is_param;
    }
    return SIZE_MAX;
}

/* The place of `literal` among the children, or where it would stand. */
static size_t child_place(const node *n, oq_str literal, bool *ret_found)
{
    size_t low = 0, high = n->child_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = oq_str_cmp(n->child[middle]->literal, literal);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = false;
    return low;
}

static node *child_make(http_router *r, node *n, oq_str literal)
{
    bool found;
    size_t place = child_place(n, literal, &found);
    if (found)
        return n->child[place];
    if (n->child_count == n->child_cap) {
        size_t cap = n->child_cap ? n->child_cap * 2 : 4;
        node **grown = oq_new_n(r->arena, node *, cap);
        if (n->child_count)
            memcpy(grown, n->child, n->child_count * sizeof *grown);
        n->child = grown;
        n->child_cap = cap;
    }
    memmove(n->child + place + 1, n->child + place, (n->child_count - place) * sizeof *n->child);
    node *made = n->child[place] = oq_new(r->arena, node);
    made->literal = literal;
    n->child_count++;
    return made;
}

static oq_err *bad_route(const http_route *route, const char *why)
{
    return oq_fail(OQ_INVALID, "server.bad_route", "method=%s path=%s why=%s",
                   http_method_text(route->method), route->path ? route->path : "", why);
}

static oq_err *add_route(http_router *r, const http_route *route)
{
    const char *flaw = http_route_flaw(route);
    if (flaw)
        return bad_route(route, flaw);
    node *n = r->root;
    oq_str segment, rest = oq_cstr(route->path);
    for (bool is_param; http_route_segment(&rest, &segment, &is_param);) {
        if (!is_param)
            n = child_make(r, n, segment);
        else
            n = n->param ? n->param : (n->param = oq_new(r->arena, node));
    }
    if (n->by_method[route->method])
        return bad_route(route, "another route has this method and path");
    n->by_method[route->method] = route;
    n->has_routes = true;
    r->route[r->route_count++] = route;
    return NULL;
}

oq_err *http_router_make(http_route_list *routes, http_router **ret_router)
{
    size_t count = 0;
    for (const http_route *const *table = *routes; *table; table++)
        for (const http_route *route = *table; route->path || route->method; route++)
            count++;
    oq_arena *arena = oq_arena_open(0);
    http_router *r = oq_new(arena, http_router);
    r->arena = arena;
    r->root = oq_new(arena, node);
    r->route = oq_new_n(arena, const http_route *, count);
    for (const http_route *const *table = *routes; *table; table++) {
        for (const http_route *route = *table; route->path || route->method; route++) {
            oq_err *err = add_route(r, route);
            if (err) {
                oq_arena_close(arena);
                return err;
            }
        }
    }
    *ret_router = r;
    return NULL;
}

void http_router_close(http_router *router)
{
    if (router)
        oq_arena_close(router->arena);
}

/* Tries the literal first and the parameter after it. The tree, not the request, bounds the work:
 * no node is visited twice. */
static const node *find(const node *n, const http_segments *path, size_t depth, http_match *match)
{
    if (depth == path->count)
        return n->has_routes ? n : NULL;
    oq_str segment = path->at[depth];
    bool found;
    size_t place = child_place(n, segment, &found);
    const node *hit = found ? find(n->child[place], path, depth + 1, match) : NULL;
    if (hit || !n->param || match->param_count == HTTP_PARAMS_MAX)
        return hit;
    if (!segment.len || oq_str_eq(segment, OQ_STR(".")) || oq_str_eq(segment, OQ_STR("..")))
        return NULL;
    match->param[match->param_count++] = segment;
    hit = find(n->param, path, depth + 1, match);
    match->param_count -= !hit;
    return hit;
}

bool http_router_find(const http_router *router, const http_segments *path, http_match *ret_match)
{
    *ret_match = (http_match){0};
    const node *hit = path->is_too_deep ? NULL : find(router->root, path, 0, ret_match);
    if (!hit)
        return false;
    ret_match->by_method = hit->by_method;
    return true;
}

size_t http_router_count(const http_router *router)
{
    return router->route_count;
}

const http_route *http_router_at(const http_router *router, size_t i)
{
    assert(i < router->route_count);
    return router->route[i];
}

oq_str http_allow_text(oq_arena *arena, const http_route *const *by_method)
{
    oq_str text = OQ_STR("OPTIONS");
    for (int m = HTTP_METHOD_COUNT - 1; m >= HTTP_GET; m--)
        if (by_method[m])
            text = oq_strf(arena, "%s%s, %.*s", method_texts[m], m == HTTP_GET ? ", HEAD" : "",
                           OQ_FMT(text));
    return text;
}
