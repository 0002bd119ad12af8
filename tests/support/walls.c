#include "support/walls.h"

#include <math.h>

#include "http/router.h"
#include "identity/token.h"
#include "main/modules.h"
#include "plant/record.h"
#include "tenant/tenant.h"

#include "base/banned.h"

int walls_complaints;

/* --- routes -----------------------------------------------------------------------------------*/

static const http_route *nth_route(size_t *i)
{
    for (const http_route *const *table = module_routes; *table; table++)
        for (const http_route *r = *table; r->path; r++)
            if ((*i)-- == 0)
                return r;
    return NULL;
}

size_t walls_route_count(void)
{
    size_t i = SIZE_MAX;
    nth_route(&i);
    return SIZE_MAX - i;
}

const http_route *walls_route(size_t i)
{
    return nth_route(&i);
}

const char *walls_method(const http_route *route)
{
    return http_method_text(route->method);
}

const char *walls_label(oq_arena *arena, const http_route *route)
{
    return oq_strf(arena, "%s %s", walls_method(route), route->path).ptr;
}

oq_str walls_path(oq_arena *arena, const http_route *route, oq_str value)
{
    OQ_AUTO(oq_buf) path = oq_buf_make(16 * 1024);
    oq_str rest = oq_cstr(route->path), segment;
    bool is_param;
    while (http_route_segment(&rest, &segment, &is_param)) {
        oq_buf_char(&path, '/');
        oq_buf_str(&path, is_param ? value : segment);
    }
    return path.len ? oq_str_copy(arena, oq_buf_view(&path)) : OQ_STR("/");
}

oq_str walls_noun(const http_route *route)
{
    oq_str rest = oq_cstr(route->path), segment, before = OQ_STR("");
    bool is_param;
    while (http_route_segment(&rest, &segment, &is_param)) {
        if (is_param)
            return before;
        before = segment;
    }
    return OQ_NONE;
}

/* --- bodies -----------------------------------------------------------------------------------*/

static oq_str sample_text(oq_arena *arena, const oq_field *f, int salt)
{
    if (f->check == oq_check_email)
        return oq_strf(arena, "sample%d@sample.example", salt);
    if (f->check == oq_check_code)
        return oq_strf(arena, "SAMPLE_%d", salt);
    if (f->check == oq_check_timezone)
        return OQ_STR("Asia/Riyadh");
    if (f->check == oq_check_currency)
        return OQ_STR("SAR");
    if (f->choices)
        return oq_cstr(f->choices[0].text);
    if (strstr(f->name, "email"))
        return oq_strf(arena, "sample%d@sample.example", salt);
    if (strcmp(f->name, "website") == 0)
        return OQ_STR(""); /* the landing page's trap for machines */
    oq_str text = oq_strf(arena, "sample %d of a text that is long enough", salt);
    return f->max > 0 ? oq_str_sub(text, 0, (size_t)f->max) : text;
}

oq_str walls_sample(oq_arena *arena, const oq_field *f, int salt)
{
    switch (f->type) {
    case OQ_TYPE_I64:
        return oq_strf(arena, "%lld", (long long)(f->min > 0 ? f->min : 1));
    case OQ_TYPE_F64:
        return OQ_STR("1");
    case OQ_TYPE_BOOL:
        return OQ_STR("true");
    case OQ_TYPE_UUID:
    case OQ_TYPE_UUIDS:
        return OQ_STR("01890000-0000-7000-8000-000000000001");
    case OQ_TYPE_TIME:
        return OQ_STR("2026-01-31T08:00:00Z");
    case OQ_TYPE_DATE:
        return OQ_STR("2026-01-31");
    case OQ_TYPE_CHOICE:
        return strcmp(f->name, "role") == 0 ? OQ_STR("viewer") : oq_cstr(f->choices[0].text);
    default:
        /* Lists of texts hold names that are known elsewhere: of capabilities. */
        return f->type == OQ_TYPE_TEXTS ? OQ_STR("dashboard.view") : sample_text(arena, f, salt);
    }
}

static bool is_quoted(const oq_field *f)
{
    return f->type != OQ_TYPE_I64 && f->type != OQ_TYPE_F64 && f->type != OQ_TYPE_BOOL;
}

static void put_json(oq_buf *out, oq_arena *arena, const oq_field *fields, int salt)
{
    oq_buf_char(out, '{');
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        oq_str value = f->type == OQ_TYPE_OBJECT || f->type == OQ_TYPE_JSON
                           ? OQ_NONE
                           : walls_sample(arena, f, salt);
        bool is_list = f->type == OQ_TYPE_TEXTS || f->type == OQ_TYPE_UUIDS;
        oq_buf_f(out, "%s\"%s\":%s%s", f == fields ? "" : ",", f->name, is_list ? "[" : "",
                 value.ptr && is_quoted(f) ? "\"" : "");
        if (f->type == OQ_TYPE_OBJECT)
            put_json(out, arena, f->fields, salt);
        else
            oq_buf_str(out, value.ptr ? value : OQ_STR("true"));
        oq_buf_f(out, "%s%s", value.ptr && is_quoted(f) ? "\"" : "", is_list ? "]" : "");
    }
    oq_buf_char(out, '}');
}

static void put_form(oq_buf *out, oq_arena *arena, const oq_field *fields, int salt)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        oq_str value = walls_sample(arena, f, salt);
        if (!value.len)
            continue;
        oq_buf_f(out, "%s%s=", out->len ? "&" : "", f->name);
        for (size_t i = 0; i < value.len; i++)
            oq_buf_f(out, "%%%02X", (unsigned char)value.ptr[i]);
    }
}

/* Where a table does not say all that a record needs (one limit below the other, a unit that is
 * known): $ is the salt, where there is one. */
static const struct {
    const char *label, *body;
} own_bodies[] = {
    {"POST /api/series", "{\"key\":\"sample$.flow\",\"metric\":\"flow\",\"unit\":\"m3/h\"}"},
    {"PATCH /api/series/{id}", "{\"name\":\"sample $\",\"clear\":[\"name_ar\"],\"version\":1}"},
    {"POST /api/series/{id}/corrections",
     "{\"kind\":\"mark\",\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\","
     "\"quality\":2147483648,\"reason\":\"sample $\"}"},
    {"POST /series/{id}/correct", "kind=mark&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&"
                                  "quality=2147483648&reason=sample+$"},
    {"POST /series/new", "key=page$.flow&metric=flow&unit=m3/h&is_active=true"},
    {"POST /series/{id}/edit", "name=sample+$&unit=m3/h&is_active=true&version=1"},
    {"POST /api/work-orders/{id}/assign", "{\"version\":1,\"note\":\"sample $\"}"},
    {"POST /api/webhooks", "{\"name\":\"sample $\",\"url\":\"https://hook.example/\"}"},
    {"PUT /api/webhooks/{id}",
     "{\"name\":\"sample $\",\"url\":\"https://hook.example/\",\"version\":1}"},
    {"POST /webhooks/new", "name=sample+$&url=https://hook.example/"},
    {"POST /webhooks/{id}", "name=sample+$&url=https://hook.example/&version=1"},
    {"PUT /api/notifications/choices", "{\"mails_per_hour\":$}"},
    {"POST /notifications/choices", "mails_per_hour=$"},
    {"PUT /api/work-orders/{id}/before", "{\"orders\":[]}"},
    {"POST /work-orders/{id}/before", "orders="},
    {"PUT /api/work-orders/{id}/files", "sample $ of a file"},
    {"POST /work-orders/new", "title=sample+$"},
    {"POST /work-orders/{id}/edit", "title=sample+$&kind=project&priority=low&version=1"},
    {"POST /work-orders/{id}/assign", "version=1&note=sample+$"},
    {"POST /api/alarm-rules",
     "{\"code\":\"sample_$\",\"name\":\"Sample\",\"condition\":{\"metric\":"
     "\"flow\",\"is\":\"bad\"},\"priority\":\"low\"}"},
    {"PATCH /api/alarm-rules/{id}", "{\"name\":\"sample $\",\"version\":1}"},
    {"POST /api/alarm-rules/preview", "{\"condition\":{\"metric\":\"m$\",\"is\":\"bad\"}}"},
    {"POST /alarm-rules/{id}",
     "rule_code=page_$&name=Page&asset=" WALLS_MARK "-P-101&mode=simple&metric="
     "flow&is=bad&priority=low&on_delay_s=0&off_delay_s=0&version=1"},
    {"POST /alarm-rules/new",
     "rule_code=page_$&name=Page&asset=" WALLS_MARK "-P-101&mode=simple&metric="
     "flow&is=bad&priority=low&on_delay_s=0&off_delay_s=0"},
    {"PATCH /api/rca-rules/{id}", "{\"code\":\"sample_$\",\"version\":1}"},
    {"POST /rca-rules/{id}/edit",
     "rule_code=page_$&is_enabled=true&version=1&body="
     "%7B%22name%22%3A%22n%22%2C%22conditions%22%3A%5B%7B%22category%22%3A%22ALERT%22%7D%5D%2C"
     "%22result%22%3A%7B%22root_cause_category%22%3A%22HUMAN%22%2C%22cause%22%3A%22c%22%2C%22l"
     "abel%22%3A%22l%22%2C%22confidence%22%3A1%7D%7D"},
    {"POST /api/alarms/{id}/shelve", "{\"minutes\":5,\"reason\":\"sample $\"}"},
};

static oq_str own_body(oq_arena *arena, const http_route *route, int salt)
{
    const char *label = walls_label(arena, route);
    for (size_t i = 0; i < OQ_COUNT(own_bodies); i++) {
        oq_str text = oq_cstr(own_bodies[i].body);
        size_t at = oq_str_find_char(text, '$');
        if (strcmp(own_bodies[i].label, label) == 0)
            return at == SIZE_MAX
                       ? text
                       : oq_strf(arena, "%.*s%d%s", (int)at, text.ptr, salt, text.ptr + at + 1);
    }
    return OQ_NONE;
}

/* A change of a record of the plant that changes nothing: what is not given stays. */
static bool is_plant_change(const http_route *route)
{
    oq_str noun = walls_noun(route);
    bool changes = route->method == HTTP_PATCH || (route->method == HTTP_POST && route->takes_raw);
    const record_kind *kind = changes && oq_str_given(noun) ? record_kind_find(noun) : NULL;
    return kind && kind->get;
}

oq_str walls_body(oq_arena *arena, const http_route *route, int salt)
{
    if (is_plant_change(route))
        return route->is_page ? OQ_STR("version=1") : OQ_STR("{\"version\":1}");
    oq_str own = own_body(arena, route, salt);
    if (oq_str_given(own))
        return own;
    if (!route->body)
        return OQ_NONE;
    OQ_AUTO(oq_buf) body = oq_buf_make(64 * 1024);
    if (route->is_page)
        put_form(&body, arena, route->body, salt);
    else
        put_json(&body, arena, route->body, salt);
    return oq_str_copy(arena, oq_buf_view(&body));
}

const char *walls_body_type(const http_route *route)
{
    return route->is_page ? "application/x-www-form-urlencoded" : "application/json";
}

testreply walls_ask(testclient *c, oq_arena *arena, const http_route *route, oq_str path,
                    oq_str body)
{
    const char *type = oq_str_given(body) ? walls_body_type(route) : NULL;
    return testclient_send(c, walls_method(route), oq_str_c(arena, path), type, body, NULL);
}

oq_str walls_code(testclient *c, const testreply *reply)
{
    return oq_str_starts(reply->type, OQ_STR("application/problem+json"))
               ? testclient_member(c, reply, "code")
               : OQ_STR("");
}

/* --- two tenants ------------------------------------------------------------------------------*/

int walls_open(void **state)
{
    walls *w = calloc(1, sizeof *w);
    w->arena = oq_arena_open(0);
    w->app = testapp_open(false);
    w->tenant_a = testapp_tenant(w->app, "WALL_A");
    w->tenant_b = testapp_tenant(w->app, "WALL_B");
    w->admin_a = testapp_person(w->app, w->tenant_a, ROLE_TENANT_ADMIN, WALLS_ADMIN_A);
    w->viewer_a = testapp_person(w->app, w->tenant_a, ROLE_VIEWER, WALLS_VIEWER_A);
    w->admin_b = testapp_person(w->app, w->tenant_b, ROLE_TENANT_ADMIN, WALLS_ADMIN_B);
    w->owner = testapp_person(w->app, TENANT_PLATFORM, ROLE_PLATFORM_OWNER, WALLS_OWNER);
    *state = w;
    return 0;
}

int walls_close(void **state)
{
    walls *w = *state;
    testapp_close(w->app);
    oq_arena_close(w->arena);
    free(w);
    return 0;
}

testclient *walls_sign_in(walls *w, const char *email)
{
    testclient *c = testclient_open(w->app);
    testclient_sign_in(c, email);
    return c;
}

/* "a,b" as ["a","b"]. */
static oq_str json_list(oq_arena *arena, oq_str names)
{
    oq_str list = OQ_STR(""), name;
    while (oq_str_cut(&names, ',', &name))
        list = oq_strf(arena, "%.*s%s\"%.*s\"", OQ_FMT(list), list.len ? "," : "", OQ_FMT(name));
    return oq_strf(arena, "[%.*s]", OQ_FMT(list));
}

oq_str walls_token(walls *w, const char *email, const char *name, const char *caps)
{
    testclient *c = walls_sign_in(w, email);
    oq_str list = json_list(w->arena, oq_cstr(caps));
    static int nth;
    oq_str json =
        oq_strf(w->arena, "{\"name\":\"%s %d\",\"capabilities\":%.*s}", name, ++nth, OQ_FMT(list));
    testreply r = testclient_json(c, "POST", "/api/tokens", json.ptr);
    if (r.status != 201)
        fail_msg("token %s: %d %.*s", name, r.status, OQ_FMT(r.body));
    oq_str text = oq_str_copy(w->arena, testclient_member(c, &r, "secret"));
    testclient_close(c);
    CHECK(name, text.len > 0);
    return text;
}

oq_str walls_all_caps(oq_arena *arena)
{
    oq_str all = OQ_STR("");
    for (const oq_choice *cap = cap_choices; cap->text; cap++)
        if (token_may_hold((oq_cap)cap->value) && !oq_cap_is_platform((oq_cap)cap->value))
            all = oq_strf(arena, "%.*s%s%s", OQ_FMT(all), all.len ? "," : "", cap->text);
    return all;
}

/* --- rows -------------------------------------------------------------------------------------*/

oq_str walls_rows(walls *w, oq_uuid tenant_id, const char *const *but)
{
    oq_str id = oq_uuid_text(w->arena, tenant_id), without = OQ_STR("''");
    for (; but && *but; but++)
        without = oq_strf(w->arena, "%.*s,'%s'", OQ_FMT(without), *but);
    oq_str sql = oq_strf(
        w->arena,
        "SELECT string_agg(format('SELECT %%L || md5(coalesce(string_agg(t::text, E''\\n'' ORDER BY"
        " t::text), '''')) AS sum FROM %%I t WHERE %%I = ''%.*s''', c.relname || ':', c.relname,"
        " CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END), ' UNION ALL ')"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        "  AND a.attname = CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        "  AND c.relname NOT IN (%.*s)",
        OQ_FMT(id), OQ_FMT(without));
    const char *sums = testdb_value(testapp_db(w->app), sql.ptr);
    sql = oq_strf(w->arena, "SELECT string_agg(sum, ' ' ORDER BY sum) FROM (%s) AS s", sums);
    return oq_cstr(testdb_value(testapp_db(w->app), sql.ptr));
}
