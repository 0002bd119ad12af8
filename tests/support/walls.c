#include "support/walls.h"

#include <math.h>

#include "alarm/api.h"
#include "blackbox/incident.h"
#include "optimize/run.h"
#include "historian/series.h"
#include "historian/write.h"
#include "http/router.h"
#include "identity/once.h"
#include "identity/seed.h"
#include "identity/token.h"
#include "job/job.h"
#include "lead/lead.h"
#include "main/modules.h"
#include "notify/notify.h"
#include "notify/webhook.h"
#include "plant/record.h"
#include "rca/rca.h"
#include "rca/rule.h"
#include "support/plant_samples.h"
#include "tenant/tenant.h"
#include "workorder/work_order.h"

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
 * known): $ is the salt. */
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
            return oq_strf(arena, "%.*s%d%s", (int)at, text.ptr, salt, text.ptr + at + 1);
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

/* --- objects of A -----------------------------------------------------------------------------*/

static oq_scope *open_scope(walls *w, oq_uuid tenant_id, oq_uuid user_id)
{
    oq_scope *s;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = testapp_pool(w->app),
                                          .tenant_id = tenant_id,
                                          .access = OQ_WRITE,
                                          .actor = {.kind = ACTOR_USER,
                                                    .id = user_id,
                                                    .home_tenant = tenant_id,
                                                    .label = OQ_STR(WALLS_MARK),
                                                    .role = ROLE_TENANT_ADMIN,
                                                    .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                          .arena = w->arena},
                      &s));
    return s;
}

static oq_str done(walls *w, oq_scope *s, oq_uuid id)
{
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    return oq_uuid_text(w->arena, id);
}

static oq_str make_user(walls *w)
{
    return oq_uuid_text(w->arena, w->viewer_a);
}

static oq_str make_tenant(walls *w)
{
    return oq_uuid_text(w->arena, w->tenant_a);
}

static oq_str make_token(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    oq_str cap = OQ_STR("user.read"), text;
    token_order order = {.name = OQ_STR(WALLS_MARK " token"), .capabilities = {&cap, 1}, .days = 9};
    api_token *token;
    CHECK_OK(token_add(s, &order, &token, &text));
    return done(w, s, token->id);
}

static oq_str make_session(walls *w)
{
    testclient *c = walls_sign_in(w, WALLS_VIEWER_A);
    testreply r = testclient_get(c, "/api/me/sessions");
    oq_str id = oq_str_copy(w->arena, testclient_member(c, &r, "items.0.id"));
    testclient_close(c);
    return id;
}

static oq_str make_job(walls *w)
{
    oq_uuid id;
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    CHECK_OK(job_add(s,
                     &(job_order){.kind = "job.trim",
                                  .key = OQ_STR(WALLS_MARK),
                                  .run_at = oq_clock_now() + OQ_DAY},
                     &id));
    return done(w, s, id);
}

static oq_str make_notification(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    notifications list;
    CHECK_OK(notify_user(s, &(notify_order){.user_id = w->viewer_a,
                                            .type = "note",
                                            .title = OQ_STR(WALLS_MARK),
                                            .body = OQ_STR(WALLS_MARK)}));
    CHECK_OK(notify_find(s, w->viewer_a, true, OQ_TIME_NONE, OQ_UUID_ZERO, 1, &list));
    assert_int_equal(list.count, 1);
    return done(w, s, list.at[0].id);
}

static oq_str make_webhook(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    static int nth;
    webhook_order order = {.name = oq_strf(w->arena, WALLS_MARK " %d", ++nth),
                           .url = OQ_STR("https://hook.example/" WALLS_MARK),
                           .is_active = true};
    webhook *made;
    oq_str secret;
    CHECK_OK(webhook_add(s, &order, &made, &secret));
    return done(w, s, made->id);
}

/* A message that failed. */
static oq_str make_outbox(walls *w)
{
    oq_uuid id = oq_uuid_new(oq_clock_now());
    oq_str text = oq_uuid_text(w->arena, id), tenant_id = oq_uuid_text(w->arena, w->tenant_a),
           user_id = oq_uuid_text(w->arena, w->viewer_a);
    oq_str sql = oq_strf(w->arena,
                         "INSERT INTO outbox (tenant_id, id, channel, user_id, topic, urgency,"
                         " content, status, next_at, created_at) VALUES ('%s', '%s', 'mail', '%s',"
                         " 'system', 'low', '{\"type\":\"note\",\"title\":\"" WALLS_MARK "\"}',"
                         " 'failed', now(), now())",
                         tenant_id.ptr, text.ptr, user_id.ptr);
    testdb_exec(testapp_db(w->app), sql.ptr);
    return text;
}

/* A model of a class, that could be put in use. */
static oq_str make_model(walls *w)
{
    oq_uuid id = oq_uuid_new(oq_clock_now());
    oq_str text = oq_uuid_text(w->arena, id), tenant_id = oq_uuid_text(w->arena, w->tenant_a);
    oq_str class_id = walls_object(w, OQ_STR("asset-classes"));
    oq_str sql = oq_strf(w->arena,
                         "INSERT INTO ai_models (tenant_id, id, kind, class_id, number, state,"
                         " metrics, made_by, made_at, took_us) VALUES ('%s', '%s', 'life', '%.*s',"
                         " (SELECT 1 + count(*) FROM ai_models), 'READY',"
                         " '{\"" WALLS_MARK "\":{\"beta\":2}}', 'job', now(), 1)",
                         tenant_id.ptr, text.ptr, OQ_FMT(class_id));
    testdb_exec(testapp_db(w->app), sql.ptr);
    return text;
}

static oq_str make_once(walls *w)
{
    oq_uuid id;
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    CHECK_OK(once_put(s, "first_admin", w->viewer_a,
                      OQ_STR("{\"email\":\"" WALLS_MARK "\",\"password\":\"" WALLS_MARK "\"}"),
                      &id));
    return done(w, s, id);
}

static oq_str make_lead(walls *w)
{
    lead *added;
    oq_scope *s = open_scope(w, TENANT_PLATFORM, w->owner);
    lead_form form = {.full_name = OQ_STR(WALLS_MARK),
                      .email = OQ_STR("lead@wall-p.example"),
                      .organisation = OQ_STR(WALLS_MARK),
                      .sector = SECTOR_WATER};
    CHECK_OK(lead_add(s, &form, OQ_LANG_AR, &added));
    return done(w, s, added->id);
}

static oq_str make_series(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    series *made;
    series_order order = {.key = OQ_STR(WALLS_MARK ".flow"),
                          .metric = OQ_STR("flow"),
                          .name = OQ_STR(WALLS_MARK),
                          .unit = OQ_STR("m3/h"),
                          .instrument_min = (double)NAN,
                          .instrument_max = (double)NAN,
                          .gap_max_us = OQ_I64_NONE,
                          .exception_deviation = (double)NAN,
                          .exception_max_us = OQ_I64_NONE,
                          .compression_deviation = (double)NAN,
                          .compression_max_us = OQ_I64_NONE,
                          .retention_days = OQ_I64_NONE,
                          .is_active = true};
    CHECK_OK(series_create(s, &order, &made));
    batch_row row = {oq_now(s) - OQ_MINUTE, 7, (int32_t)made->no, QUALITY_GOOD};
    CHECK_OK(hist_write(s, &row, 1, NULL));
    return done(w, s, made->id);
}

static oq_str make_incident(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    event_order order = {.source_system = OQ_STR("PI"),
                         .source_type = EVENT_ALARM,
                         .source_id = OQ_STR(WALLS_MARK),
                         .event_time = oq_now(s),
                         .severity = SEVERITY_CRITICAL,
                         .category = CATEGORY_ALERT,
                         .asset_id =
                             plant_sample(s, record_kind_find(OQ_STR("assets")), WALLS_MARK),
                         .summary = OQ_STR(WALLS_MARK)};
    size_t added;
    bool more;
    incidents found;
    CHECK_OK(event_add_many(s, &order, 1, &added));
    CHECK_OK(incident_engine_run(s, 10, &more));
    CHECK_OK(incident_find_by_asset(s, order.asset_id, 1, &found));
    assert_int_equal(found.count, 1);
    rca_run *run;
    CHECK_OK(rca_analyse(s, found.at[0].id, OQ_STR(WALLS_MARK), &run));
    return done(w, s, found.at[0].id);
}

static oq_str make_work_order(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    work_order *order;
    CHECK_OK(work_order_create(s,
                               &(work_order_order){.source = OQ_STR("MANUAL"),
                                                   .title = OQ_STR(WALLS_MARK),
                                                   .due_at = OQ_TIME_NONE},
                               &order, NULL));
    oq_str id = done(w, s, order->id), tenant_id = oq_uuid_text(w->arena, w->tenant_a);
    /* What belongs to it has its id, so that one value fits every place of a path. */
    oq_str sql = oq_strf(
        w->arena,
        "INSERT INTO work_order_checks (tenant_id, id, work_order_id, position, text)"
        " VALUES ('%1$s', '%2$s', '%2$s', 1, 'x');"
        "INSERT INTO work_order_parts (tenant_id, id, work_order_id, name, quantity, unit)"
        " VALUES ('%1$s', '%2$s', '%2$s', 'x', 1, 'pc');"
        "INSERT INTO work_order_files (tenant_id, id, work_order_id, name, media_type, bytes,"
        " sha256, content, made_by, made_at)"
        " VALUES ('%1$s', '%2$s', '%2$s', 'x', 'text/plain', 1, '', 'x', 'x', now())",
        tenant_id.ptr, id.ptr);
    testdb_exec(testapp_db(w->app), sql.ptr);
    return id;
}

static oq_str make_rca_rule(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    static int nth;
    rule_order order = {
        .code = oq_strf(w->arena, "walls_%d", ++nth),
        .body = OQ_STR("{\"name\":\"" WALLS_MARK "\",\"conditions\":[{\"category\":\"ALERT\"}],"
                       "\"result\":{\"root_cause_category\":\"PROCESS\",\"cause\":\"walls\","
                       "\"label\":\"" WALLS_MARK "\",\"confidence\":0.5}}"),
        .is_enabled = true};
    rca_rule *rule;
    CHECK_OK(rule_add(s, &order, RULE_TENANT, &rule));
    return done(w, s, rule->id);
}

/* The one that opened the incident. */
static oq_str make_event(walls *w)
{
    oq_uuid id;
    incident *it;
    assert_true(oq_uuid_parse(walls_object(w, OQ_STR("incidents")), &id));
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    CHECK_OK(incident_get(s, id, &it));
    return done(w, s, it->trigger_event_id);
}

static oq_str make_alarm(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    oq_uuid id;
    CHECK_OK(alert_raise(
        s,
        &(alert_order){.source = OQ_STR("AI"),
                       .source_key = OQ_STR(WALLS_MARK),
                       .asset_id = plant_sample(s, record_kind_find(OQ_STR("assets")), WALLS_MARK),
                       .code = OQ_STR(WALLS_MARK),
                       .title = OQ_STR(WALLS_MARK),
                       .priority = ALARM_LOW,
                       .raised_at = OQ_TIME_NONE,
                       .value = (double)NAN,
                       .limit_value = (double)NAN},
        &id));
    return done(w, s, id);
}

static oq_str make_alarm_rule(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    record_list there;
    void *rule;
    alarm_rule order;
    CHECK_OK(record_find(s, &kind_alarm_rule, &(record_query){.q = OQ_STR(WALLS_MARK)}, &there));
    if (there.count)
        return done(w, s, ((alarm_rule *)there.at)->id);
    oq_fields_preset(w->arena, alarm_rule_fields, &order);
    order.code = order.name = OQ_STR(WALLS_MARK);
    order.asset_id = plant_sample(s, record_kind_find(OQ_STR("assets")), WALLS_MARK);
    order.condition = OQ_STR("{\"metric\":\"flow\",\"is\":\"bad\"}");
    order.priority = ALARM_LOW;
    CHECK_OK(record_add(s, &kind_alarm_rule, &order, &rule));
    return done(w, s, ((alarm_rule *)rule)->id);
}

static oq_str make_alarm_silence(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    silence *made_now;
    silence_order order = {.kind = SILENCE_MAINTENANCE,
                           .asset_id =
                               plant_sample(s, record_kind_find(OQ_STR("assets")), WALLS_MARK),
                           .from_time = OQ_TIME_NONE,
                           .to_time = oq_now(s) + OQ_DAY,
                           .reason = OQ_STR(WALLS_MARK)};
    CHECK_OK(alarm_silence_add(s, &order, &made_now));
    return done(w, s, made_now->id);
}

static oq_str make_scenario(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    optimize_scenario *made_now;
    optimize_scenario_order order;
    oq_fields_preset(w->arena, optimize_scenario_order_fields, &order);
    oq_fields_preset(w->arena, optimize_parameters_fields, &order.parameters);
    order.name =
        oq_strf(w->arena, WALLS_MARK "-%llx",
                (unsigned long long)oq_hash(oq_uuid_text(w->arena, oq_uuid_new(oq_now(s)))));
    order.problem = OPTIMIZE_MAINTENANCE;
    order.note = OQ_STR(WALLS_MARK);
    CHECK_OK(optimize_scenario_add(s, &order, &made_now));
    return done(w, s, made_now->id);
}

static oq_str make_optimize_run(walls *w)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    optimize_run *made_now;
    optimize_order order = {.problem = OPTIMIZE_MAINTENANCE,
                            .horizon_days = 7,
                            .from_day = OQ_DATE_NONE,
                            .as_of = OQ_TIME_NONE};
    oq_fields_preset(w->arena, optimize_parameters_fields, &order.parameters);
    CHECK_OK(optimize_ask(s, &order, &made_now));
    CHECK_OK(optimize_do(s, made_now->id));
    return done(w, s, made_now->id);
}

/* Of a run of its own, which feared something of the sample asset. */
static oq_str make_advice(walls *w)
{
    oq_uuid run_id, id = oq_uuid_new(oq_clock_now());
    assert_true(oq_uuid_parse(make_optimize_run(w), &run_id));
    oq_str text = oq_uuid_text(w->arena, id);
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    oq_uuid asset_id = plant_sample(s, record_kind_find(OQ_STR("assets")), WALLS_MARK);
    (void)done(w, s, id);
    testdb_exec(testapp_db(w->app),
                oq_strf(w->arena,
                        "INSERT INTO optimization_recommendations (tenant_id, id, run_id, position,"
                        " asset_id, action, reasons) VALUES ('%s', '%s', '%s', 1000, '%s', 'defer',"
                        " '[{\"code\": \"" WALLS_MARK "\"}]')",
                        oq_uuid_text(w->arena, w->tenant_a).ptr, text.ptr,
                        oq_uuid_text(w->arena, run_id).ptr, oq_uuid_text(w->arena, asset_id).ptr)
                    .ptr);
    return text;
}

/* Of every kind of record of the plant the tests' own sample. */
static oq_str make_plant(walls *w, const record_kind *kind)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    return done(w, s, plant_sample(s, kind, WALLS_MARK));
}

/* A route whose path names a thing that is not here fails the wall test: a maker belongs to it. */
static struct {
    const char *noun;
    oq_str (*make)(walls *w);
} const makers[] = {
    {"users", make_user},
    {"tenant", make_tenant},
    {"tenants", make_tenant},
    {"tokens", make_token},
    {"sessions", make_session},
    {"jobs", make_job},
    {"notifications", make_notification},
    {"once", make_once},
    {"leads", make_lead},
    {"series", make_series},
    {"incidents", make_incident},
    {"reports", make_incident},
    {"events", make_event},
    {"work-orders", make_work_order},
    {"rca-rules", make_rca_rule},
    {"alarms", make_alarm},
    {"alarm-rules", make_alarm_rule},
    {"alarm-silences", make_alarm_silence},
    {"webhooks", make_webhook},
    {"outbox", make_outbox},
    {"scenarios", make_scenario},
    {"runs", make_optimize_run},
    {"recommendations", make_advice},
    {"models", make_model},
};

/* A line each, for those that come. */
/* clang-format off */
const char *const walls_nouns[] = {
    "users",
    "tenant",
    "tenants",
    "tokens",
    "sessions",
    "jobs",
    "notifications",
    "once",
    "leads",
    "series",
    "reports",
    "incidents",
    "work-orders",
    "sites",
    "units",
    "asset-classes",
    "class-metrics",
    "cost-models",
    "assets",
    "components",
    "failure-modes",
    "machine-specs",
    "thresholds",
    "carbon-factors",
    "shifts",
    "user-shifts",
    "absences",
    "skills",
    "user-skills",
    "holidays",
    "maintenance-windows",
    "spare-parts",
    "source-clocks",
    "integrations",
    "mappings",
    "rca-rules",
    "events",
    "alarms",
    "alarm-rules",
    "alarm-silences",
    "webhooks",
    "outbox",
    "scenarios",
    "runs",
    "recommendations",
    "models",
    NULL,
};
/* clang-format on */

/* The objects that were made, in the order of walls_nouns. */
static oq_str made[OQ_COUNT(walls_nouns)];
static const walls *made_for;

static oq_str make(walls *w, oq_str noun)
{
    for (size_t i = 0; i < OQ_COUNT(makers); i++)
        if (oq_str_eq(noun, oq_cstr(makers[i].noun)))
            return makers[i].make(w);
    return make_plant(w, record_kind_find(noun));
}

oq_str walls_object(walls *w, oq_str noun)
{
    if (made_for != w)
        memset(made, 0, sizeof made);
    made_for = w;
    for (size_t i = 0; walls_nouns[i]; i++) {
        if (!oq_str_eq(noun, oq_cstr(walls_nouns[i])))
            continue;
        if (!made[i].ptr)
            made[i] = make(w, noun);
        CHECK(walls_nouns[i], made[i].len > 0);
        return made[i];
    }
    return OQ_NONE;
}

oq_str walls_plant_json(walls *w, oq_str noun, const char *mark)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    oq_str json = plant_sample_json(s, record_kind_find(noun), mark);
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    return json;
}

oq_str walls_plant_form(walls *w, oq_str noun, const char *mark)
{
    oq_scope *s = open_scope(w, w->tenant_a, w->admin_a);
    oq_str form = plant_sample_form(s, record_kind_find(noun), mark);
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    return form;
}

void walls_forget(oq_str noun)
{
    for (size_t i = 0; walls_nouns[i]; i++)
        if (oq_str_eq(noun, oq_cstr(walls_nouns[i])))
            made[i] = OQ_NONE;
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
