#include "ops/api_docs.h"

#include "core/capability.h"
#include "http/request.h"
#include "http/server.h"
#include "web/page.h"

#include "base/banned.h"

static http_route_list *described;

void api_docs_describe(http_route_list *routes)
{
    described = routes;
}

static oq_err *get_openapi(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    http_write_openapi(j, described, OQ_STR(OPTRIA_VERSION));
    return NULL;
}

/* --- the page -----------------------------------------------------------------------------------*/

static const char *const type_names[] = {
    [OQ_TYPE_TEXT] = "text",      [OQ_TYPE_SECRET] = "text",   [OQ_TYPE_I64] = "integer",
    [OQ_TYPE_F64] = "number",     [OQ_TYPE_BOOL] = "boolean",  [OQ_TYPE_UUID] = "uuid",
    [OQ_TYPE_TIME] = "date-time", [OQ_TYPE_DATE] = "date",     [OQ_TYPE_CHOICE] = "choice",
    [OQ_TYPE_JSON] = "json",      [OQ_TYPE_BYTES] = "bytes",   [OQ_TYPE_TEXTS] = "text[]",
    [OQ_TYPE_UUIDS] = "uuid[]",   [OQ_TYPE_OBJECT] = "object",
};

static oq_str choices_text(oq_arena *arena, const oq_choice *choices)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(2000);
    for (const oq_choice *c = choices; c->text; c++)
        oq_buf_f(&out, "%s%s", c == choices ? "" : " | ", c->text);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void put_fields(web_page *page, web_value *route, const char *key, const oq_field *fields)
{
    web_value *list = web_put_list(route, key);
    for (const oq_field *f = fields; f && f->type; f++) {
        web_value *row = web_add_object(list);
        web_put_cstr(row, "name", f->name);
        web_put_cstr(row, "type", type_names[f->type]);
        web_put_bool(row, "is_required", f->required);
        web_put_cstr(row, "preset", f->preset);
        web_put_cstr(row, "help", f->help);
        if (f->type == OQ_TYPE_CHOICE)
            web_put_text(row, "choices", choices_text(page->arena, f->choices));
    }
}

/* "/api/users/{id}" belongs to "users". */
static oq_str group_of(const char *path)
{
    oq_str rest = oq_str_sub(oq_cstr(path), strlen("/api/"), SIZE_MAX);
    return oq_str_sub(rest, 0, oq_str_find_char(rest, '/'));
}

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

static void put_route(web_page *page, web_value *group, const http_route *r)
{
    web_value *items = (web_value *)web_get(group, OQ_STR("routes"));
    web_value *row = web_add_object(items);
    web_put_cstr(row, "method", method_names[r->method]);
    web_put_cstr(row, "path", r->path);
    web_put_cstr(row, "summary", r->summary);
    web_put_cstr(row, "capability", oq_choice_text(cap_choices, r->cap));
    web_put_bool(row, "is_list", r->shape == HTTP_ANSWER_LIST);
    web_put_bool(row, "has_tables", r->query || r->body || r->answer);
    put_fields(page, row, "query", r->query);
    put_fields(page, row, "body", r->body);
    put_fields(page, row, "answer", r->answer);
}

static web_value *find_group(web_value *groups, oq_str name)
{
    for (size_t i = 0; i < web_count(groups); i++)
        if (oq_str_eq(web_as_text(web_get(web_at(groups, i), OQ_STR("name"))), name))
            return (web_value *)web_at(groups, i);
    web_value *group = web_add_object(groups);
    web_put_text(group, "name", name);
    web_put_list(group, "routes");
    return group;
}

static oq_err *get_docs(http_req *rq)
{
    web_page page = web_page_begin(rq, "api", "api.title", "api");
    web_page_crumb(&page, web_say(&page, "api.title"), NULL);
    web_value *groups = web_put_list(page.view, "groups");
    for (size_t t = 0; described && (*described)[t]; t++)
        for (const http_route *r = (*described)[t]; r->method; r++)
            if (oq_str_starts(oq_cstr(r->path), OQ_STR("/api/")))
                put_route(&page, find_group(groups, group_of(r->path)), r);
    return web_page_send(&page);
}

const http_route api_docs_routes[] = {
    {HTTP_GET, "/api/openapi.json", CAP_PUBLIC, .handle_plain = get_openapi,
     .summary = "This description, as OpenAPI 3.1"},
    {HTTP_GET, "/api/docs", CAP_SIGNED_IN, .handle_plain = get_docs, .is_page = true,
     .summary = "This description, for people"},
    {0},
};
