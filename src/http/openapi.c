/* The routes under /api/ as OpenAPI 3.1. Schemas come from the field tables that also read and
 * write the bodies, so the description cannot drift from what happens. A table that several routes
 * share is described once, under the name of the first. */
#include "http/inner.h"

typedef struct doc {
    oq_json *j;
    oq_arena *arena;
    const http_route **route;
    size_t count;
} doc;

typedef enum use { USE_QUERY, USE_BODY, USE_ANSWER, USE_COUNT } use;
static const char *const use_names[USE_COUNT] = {"query", "body", "answer"};

static const oq_field *table_of(const http_route *route, use u)
{
    return u == USE_QUERY ? route->query : u == USE_BODY ? route->body : route->answer;
}

static void put(doc *d, const char *key, oq_str value)
{
    oq_json_key(d->j, oq_cstr(key));
    oq_json_text(d->j, value);
}

static void open_object(doc *d, const char *key)
{
    oq_json_key(d->j, oq_cstr(key));
    oq_json_object(d->j);
}

static void put_ref(doc *d, oq_str target)
{
    put(d, "$ref", oq_strf(d->arena, "#/components/%.*s", OQ_FMT(target)));
}

/* "get_users.id" of GET /api/users/{id}. */
static oq_str operation_id(doc *d, const http_route *route)
{
    oq_str text = oq_str_lower(d->arena, oq_cstr(http_method_text(route->method)));
    oq_str segment, rest = oq_cstr(route->path);
    bool is_param, first = true;
    while (http_route_segment(&rest, &segment, &is_param)) {
        if (!first)
            text = oq_strf(d->arena, "%.*s%c%.*s", OQ_FMT(text), is_param ? '.' : '_',
                           OQ_FMT(segment));
        first = false; /* "api" */
    }
    return text;
}

/* The name under which a table is described, and by which route first. */
static oq_str schema_name(doc *d, const oq_field *table, use u, const http_route **ret_first)
{
    for (size_t i = 0; i < d->count; i++) {
        if (table_of(d->route[i], u) != table)
            continue;
        *ret_first = d->route[i];
        return oq_strf(d->arena, "%.*s.%s", OQ_FMT(operation_id(d, d->route[i])), use_names[u]);
    }
    assert(!"a table of none of the routes");
    return OQ_NONE;
}

static oq_str schema_ref(doc *d, const http_route *route, use u)
{
    const http_route *first;
    return oq_strf(d->arena, "schemas/%.*s", OQ_FMT(schema_name(d, table_of(route, u), u, &first)));
}

/* --- operations ------------------------------------------------------------------------------*/

static void put_parameter(doc *d, oq_str name, const char *in, bool required)
{
    put(d, "name", name);
    put(d, "in", oq_cstr(in));
    oq_json_put(d->j, bool, "required", required);
    open_object(d, "schema");
}

static void put_parameters(doc *d, const http_route *route)
{
    oq_str segment, rest = oq_cstr(route->path);
    oq_json_key(d->j, OQ_STR("parameters"));
    oq_json_array(d->j);
    for (bool is_param; http_route_segment(&rest, &segment, &is_param);) {
        if (!is_param)
            continue;
        oq_json_object(d->j);
        put_parameter(d, segment, "path", true);
        put(d, "type", OQ_STR("string"));
        oq_json_object_end(d->j);
        oq_json_object_end(d->j);
    }
    for (const oq_field *f = route->query; f && f->type != OQ_TYPE_END; f++) {
        oq_json_object(d->j);
        put_parameter(d, oq_cstr(f->name), "query", f->required && !f->preset);
        put_ref(d, oq_strf(d->arena, "%.*s/properties/%s", OQ_FMT(schema_ref(d, route, USE_QUERY)),
                           f->name));
        oq_json_object_end(d->j);
        if (f->help)
            put(d, "description", oq_cstr(f->help));
        oq_json_object_end(d->j);
    }
    oq_json_array_end(d->j);
}

static void put_content(doc *d, const char *media_type, oq_str ref)
{
    open_object(d, media_type);
    if (ref.len) {
        open_object(d, "schema");
        put_ref(d, ref);
        oq_json_object_end(d->j);
    }
    oq_json_object_end(d->j);
}

static void put_request_body(doc *d, const http_route *route)
{
    if (!route->body && !route->takes_raw)
        return;
    open_object(d, "requestBody");
    oq_json_put(d->j, bool, "required", true);
    open_object(d, "content");
    if (route->takes_raw) {
        put_content(d, "*/*", OQ_NONE);
    } else {
        oq_str ref = schema_ref(d, route, USE_BODY);
        put_content(d, "application/json", ref);
        put_content(d, "application/x-www-form-urlencoded", ref);
    }
    oq_json_object_end(d->j);
    oq_json_object_end(d->j);
}

static void put_list_schema(doc *d, oq_str item)
{
    put(d, "type", OQ_STR("object"));
    open_object(d, "properties");
    open_object(d, "items");
    put(d, "type", OQ_STR("array"));
    open_object(d, "items");
    put_ref(d, item);
    oq_json_object_end(d->j);
    oq_json_object_end(d->j);
    open_object(d, "next");
    oq_json_put(d->j, raw, "type", OQ_STR("[\"string\",\"null\"]"));
    put(d, "description", OQ_STR("Cursor of the next page; null on the last."));
    oq_json_object_end(d->j);
    oq_json_object_end(d->j);
    oq_json_put(d->j, raw, "required", OQ_STR("[\"items\",\"next\"]"));
}

static void put_responses(doc *d, const http_route *route)
{
    open_object(d, "responses");
    open_object(d, oq_strf(d->arena, "%d", route->status ? route->status : 200).ptr);
    put(d, "description", OQ_STR("Done."));
    if (route->shape != HTTP_ANSWER_NONE) {
        oq_str ref = schema_ref(d, route, USE_ANSWER);
        open_object(d, "content");
        open_object(d, "application/json");
        open_object(d, "schema");
        if (route->shape == HTTP_ANSWER_LIST)
            put_list_schema(d, ref);
        else
            put_ref(d, ref);
        oq_json_object_end(d->j);
        oq_json_object_end(d->j);
        oq_json_object_end(d->j);
    }
    oq_json_object_end(d->j);
    open_object(d, "default");
    put_ref(d, OQ_STR("responses/Problem"));
    oq_json_object_end(d->j);
    oq_json_object_end(d->j);
}

static void put_operation(doc *d, const http_route *route)
{
    open_object(d, oq_str_lower(d->arena, oq_cstr(http_method_text(route->method))).ptr);
    put(d, "operationId", operation_id(d, route));
    if (route->summary)
        put(d, "summary", oq_cstr(route->summary));
    oq_str tag, rest = oq_cstr(route->path);
    bool is_param;
    if (http_route_segment(&rest, &tag, &is_param) && http_route_segment(&rest, &tag, &is_param)) {
        oq_json_key(d->j, OQ_STR("tags"));
        oq_json_array(d->j);
        oq_json_text(d->j, tag);
        oq_json_array_end(d->j);
    }
    put(d, "x-capability", oq_cstr(oq_choice_text(cap_choices, route->cap)));
    if (route->feature)
        put(d, "x-feature", oq_cstr(route->feature));
    oq_json_put(d->j, raw, "security",
                route->cap == CAP_PUBLIC ? OQ_STR("[]")
                                         : OQ_STR("[{\"cookie\":[]},{\"bearer\":[]}]"));
    put_parameters(d, route);
    put_request_body(d, route);
    put_responses(d, route);
    oq_json_object_end(d->j);
}

/* --- the document ----------------------------------------------------------------------------*/

static void put_paths(doc *d)
{
    open_object(d, "paths");
    for (size_t i = 0; i < d->count; i++) {
        oq_str path = oq_cstr(d->route[i]->path);
        bool is_done = false;
        for (size_t k = 0; k < i; k++)
            is_done = is_done || oq_str_eq(oq_cstr(d->route[k]->path), path);
        if (is_done)
            continue;
        oq_json_key(d->j, path);
        oq_json_object(d->j);
        for (size_t k = i; k < d->count; k++)
            if (oq_str_eq(oq_cstr(d->route[k]->path), path))
                put_operation(d, d->route[k]);
        oq_json_object_end(d->j);
    }
    oq_json_object_end(d->j);
}

static const char problem_schema[] =
    "{\"type\":\"object\",\"description\":\"RFC 9457.\",\"properties\":{"
    "\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
    "\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},"
    "\"detail\":{\"type\":\"string\",\"description\":\"A sentence in the request's language.\"},"
    "\"code\":{\"type\":\"string\",\"description\":\"Stable; programs match on it.\"},"
    "\"instance\":{\"type\":\"string\",\"description\":\"The request's id.\"},"
    "\"errors\":{\"type\":\"array\",\"description\":\"One for each field that is wrong.\","
    "\"items\":{\"type\":\"object\",\"properties\":{\"field\":{\"type\":\"string\"},"
    "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}},"
    "\"required\":[\"field\",\"code\",\"message\"]}}},"
    "\"required\":[\"type\",\"title\",\"status\",\"detail\",\"code\",\"instance\"]}";

static const char problem_response[] =
    "{\"Problem\":{\"description\":\"What went wrong.\",\"content\":{\"application/problem+json\":{"
    "\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}";

static const char security_schemes[] =
    "{\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"optria_session\","
    "\"description\":"
    "\"A signed-in person. Every change also sends the token of the session as X-CSRF-Token.\"},"
    "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An API token.\"}}";

static void put_components(doc *d)
{
    open_object(d, "components");
    open_object(d, "schemas");
    oq_json_put(d->j, raw, "Problem", oq_cstr(problem_schema));
    for (size_t i = 0; i < d->count; i++) {
        for (int u = 0; u < USE_COUNT; u++) {
            const oq_field *table = table_of(d->route[i], u);
            const http_route *first;
            if (!table)
                continue;
            oq_str name = schema_name(d, table, u, &first);
            if (first != d->route[i])
                continue;
            oq_json_key(d->j, name);
            oq_fields_write_schema(d->j, table);
        }
    }
    oq_json_object_end(d->j);
    oq_json_put(d->j, raw, "responses", oq_cstr(problem_response));
    oq_json_put(d->j, raw, "securitySchemes", oq_cstr(security_schemes));
    oq_json_object_end(d->j);
}

static void collect(doc *d, http_route_list *routes)
{
    for (int pass = 0; pass < 2; pass++) {
        size_t count = 0;
        for (const http_route *const *table = *routes; *table; table++)
            for (const http_route *route = *table; route->path; route++)
                if (oq_str_starts(oq_cstr(route->path), OQ_STR("/api/"))) {
                    if (pass)
                        d->route[count] = route;
                    count++;
                }
        if (!pass)
            d->route = oq_new_n(d->arena, const http_route *, count);
        d->count = count;
    }
}

void http_write_openapi(oq_json *j, http_route_list *routes, oq_str version)
{
    doc d = {.j = j, .arena = oq_arena_open(0)};
    collect(&d, routes);
    oq_json_object(j);
    put(&d, "openapi", OQ_STR("3.1.0"));
    open_object(&d, "info");
    put(&d, "title", OQ_STR("OPTRIA IQ"));
    put(&d, "version", version);
    oq_json_object_end(j);
    oq_json_put(j, raw, "servers", OQ_STR("[{\"url\":\"/\"}]"));
    put_paths(&d);
    put_components(&d);
    oq_json_object_end(j);
    oq_arena_close(d.arena);
}
