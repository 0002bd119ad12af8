#include "http/router.h"

static const char *path_flaw(const char *path)
{
    if (!path || path[0] != '/')
        return "a path begins with a slash";
    oq_str segment, rest = oq_cstr(path), names[HTTP_PARAMS_MAX];
    size_t depth = 0, params = 0;
    for (bool is_param; http_route_segment(&rest, &segment, &is_param); depth++) {
        if (!segment.len)
            return "a path has no empty segment";
        for (size_t i = 0; i < segment.len; i++)
            if (!strchr(is_param ? "abcdefghijklmnopqrstuvwxyz0123456789_"
                                 : "abcdefghijklmnopqrstuvwxyz0123456789_-.",
                        segment.ptr[i]))
                return "segments consist of a-z, 0-9, - _ . and parameters of a-z, 0-9, _";
        if (!is_param)
            continue;
        for (size_t i = 0; i < params; i++)
            if (oq_str_eq(names[i], segment))
                return "two parameters of one path have the same name";
        if (params == HTTP_PARAMS_MAX)
            return "too many parameters";
        names[params++] = segment;
    }
    if (depth > HTTP_SEGMENTS_MAX)
        return "too many segments";
    return depth > 0 && rest.len ? "a path does not end with a slash" : NULL;
}

static const char *handler_flaw(const http_route *route)
{
    if (!!route->handle + !!route->handle_platform + !!route->handle_plain != 1)
        return "a route has exactly one handler";
    if (route->handle && route->cap == CAP_PUBLIC)
        return "nobody has no tenant: a public route has a plain handler";
    if (route->handle_platform && !oq_cap_is_platform(route->cap))
        return "a platform handler wants a capability of the platform";
    if (route->is_cheap && (!route->handle_plain || route->cap != CAP_PUBLIC || route->is_page ||
                            route->method != HTTP_GET))
        return "a cheap route is a plain, public GET and no page";
    return NULL;
}

const char *http_route_flaw(const http_route *route)
{
    if (route->method <= 0 || route->method >= HTTP_METHOD_COUNT)
        return "no such method";
    const char *flaw = path_flaw(route->path);
    if (flaw)
        return flaw;
    if (route->cap <= CAP_UNDECIDED || route->cap >= CAP_COUNT)
        return "its capability is not decided";
    if ((flaw = handler_flaw(route)))
        return flaw;
    if (route->method == HTTP_GET && (route->body || route->takes_raw))
        return "a GET reads no body";
    if (route->body && route->takes_raw)
        return "a body is read by a table or raw, not both";
    if (route->own_coding && !route->takes_raw)
        return "only a raw body comes in a coding of its own";
    if (route->keeps_partial && !route->handle)
        return "only a handler inside the tenant keeps a part";
    if (route->writes && route->method != HTTP_GET)
        return "only a GET says that it writes";
    if ((route->shape == HTTP_ANSWER_NONE) != !route->answer)
        return "shape and answer belong together";
    if (route->status && (route->status < 200 || route->status > 399))
        return "the status of success is 2xx or 3xx";
    if (route->limit_s < 0)
        return "a limit is not negative";
    return NULL;
}
