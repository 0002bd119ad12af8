/* Whatever changes something is written down, in the transaction of the deed itself: every route
 * that writes is asked by somebody who may, and what it wrote is held against the audit. A new
 * route is missing here on its first day, and the test says so. */
#include "identity/totp.h"
#include "integration/identity_codes.h"
#include "job/job.h"
#include "lead/lead.h"
#include "plant/record.h"
#include "support/plant_samples.h"
#include "support/walls.h"
#include "tenant/tenant.h"

#include "base/banned.h"

/* --- what needs no row --------------------------------------------------------------------------*/

/* Rows that are written by use, not by deeds: samples and events among them. Of sessions and tokens
 * only being seen is use: beginning and ending are deeds (see unaudited_rows). */
static const char of_use[] = "'audit_logs','login_throttle','live_events','notifications',"
                             "'processes','job_turns','job_schedules','schema_migrations',"
                             "'series_batches','blackbox_events'";

static const char reading[] = "one's own reading";
static const char telling[] = "events are a record of their own";
static const char in_bytes[] = "a body that is no text; as the other doors";
static const char before_owner[] = "there only before the first owner; identity_page tests it";

/* --- deeds --------------------------------------------------------------------------------------*/

typedef enum who { NOBODY, FRESH, FRESH_TOTP, ADMIN, OWNER, OWNER_INSIDE } who;

/* In a body: {n} a number of its own, {version} of the object, {reset} a link's code, {code} of the
 * second factor, {lead} a token of the landing page's form, {class} a class's id. `silent`: why no row is wanted. */
typedef struct deed {
    const char *label;
    who by;
    const char *body, *silent;
} deed;

#define NAME_FORM "full_name=Another%20Name"
#define PASSWORDS                                                                                  \
    "{\"current_password\":\"" TESTAPP_PASSWORD "\",\"new_password\":\"three quiet valves\"}"
#define PASSWORD_FORM "current_password=a%20pump-house%207%20in%20spring"
#define NEW_FORM      "new_password=three%20quiet%20valves"
#define ZONE_FORM     "time_zone=Asia/Dubai&currency=AED"

#define CAUSE_RULE                                                                                 \
    "{\"name\":\"n\",\"conditions\":[{\"category\":\"ALERT\"}],\"result\":{\"root_cause_categ"     \
    "ory\":\"HUMAN\",\"cause\":\"c\",\"label\":\"l\",\"confidence\":1}}"
#define CAUSE_RULE_FORM                                                                            \
    "%7B%22name%22%3A%22n%22%2C%22conditions%22%3A%5B%7B%22category%22%3A%22ALERT%22%7D%5D%2C"     \
    "%22result%22%3A%7B%22root_cause_category%22%3A%22HUMAN%22%2C%22cause%22%3A%22c%22%2C%22l"     \
    "abel%22%3A%22l%22%2C%22confidence%22%3A1%7D%7D"

static const deed deeds[] = {
    {"POST /api/auth/login", NOBODY,
     "{\"email\":\"" WALLS_VIEWER_A "\",\"password\":\"" TESTAPP_PASSWORD "\"}"},
    {"POST /login", NOBODY,
     "email=viewer%40wall-a.example&password=a%20pump-house%207%20in%20spring"},
    {"POST /api/auth/logout", FRESH},
    {"POST /logout", FRESH},
    {"POST /reset", NOBODY, "reset_code={reset}&" NEW_FORM},
    {"POST /setup", NOBODY, NULL, before_owner},
    {"POST /once/{id}", FRESH},
    {"PATCH /api/me/profile", FRESH, "{\"full_name\":\"Another\",\"version\":{version}}"},
    {"POST /profile", FRESH, NAME_FORM "&version={version}"},
    {"POST /api/me/password", FRESH, PASSWORDS},
    {"POST /profile/password", FRESH, PASSWORD_FORM "&" NEW_FORM},
    {"POST /api/me/totp", FRESH},
    {"POST /profile/totp/begin", FRESH},
    {"POST /api/me/totp/confirm", FRESH, "{\"totp\":\"{code}\"}"},
    {"POST /profile/totp/confirm", FRESH, "totp={code}"},
    {"POST /api/me/totp/disable", FRESH_TOTP, "{\"password\":\"" TESTAPP_PASSWORD "\"}"},
    {"POST /profile/totp/disable", FRESH_TOTP, "password=a%20pump-house%207%20in%20spring"},
    {"DELETE /api/me/sessions/{id}", FRESH},
    {"POST /profile/sessions/{id}/end", FRESH},
    {"POST /profile/sessions/end-others", FRESH},
    {"POST /api/users", ADMIN,
     "{\"email\":\"new{n}@wall-a.example\",\"full_name\":\"New\",\"role\":\"viewer\"}"},
    {"POST /users/new", ADMIN, "email=new{n}%40wall-a.example&full_name=New&role=viewer"},
    {"PATCH /api/users/{id}", ADMIN, "{\"role\":\"viewer\",\"version\":{version}}"},
    {"POST /users/{id}", ADMIN, NAME_FORM "&role=viewer&version={version}"},
    {"POST /api/users/{id}/reset-link", ADMIN},
    {"POST /users/{id}/reset-link", ADMIN},
    {"POST /api/users/{id}/reset-totp", ADMIN},
    {"POST /users/{id}/reset-totp", ADMIN},
    {"POST /users/{id}/deactivate", ADMIN},
    {"POST /users/{id}/activate", ADMIN},
    {"POST /api/tokens", ADMIN, "{\"name\":\"t{n}\",\"capabilities\":[\"asset.read\"]}"},
    {"POST /tokens/new", ADMIN, "name=t{n}&capabilities=asset.read&days=9"},
    {"DELETE /api/tokens/{id}", ADMIN},
    {"POST /tokens/{id}/revoke", ADMIN},
    {"POST /api/series", ADMIN, "{\"key\":\"new{n}.flow\",\"metric\":\"flow\"}"},
    {"PATCH /api/series/{id}", ADMIN, "{\"name\":\"New\",\"version\":{version}}"},
    {"POST /series/{id}/correct", ADMIN,
     "kind=mark&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&quality=2147483648&reason=why"},
    {"POST /series/new", ADMIN, "key=page{n}.flow&metric=flow&unit=m3/h&is_active=true"},
    {"POST /series/{id}/edit", ADMIN, "name=New&unit=m3/h&is_active=true&version={version}"},
    {"POST /api/ingest/line", ADMIN, "sent{n} v=1"},
    {"POST /api/ingest/json", ADMIN, "[{\"series\":\"sent{n}.w\",\"value\":1}]"},
    {"POST /api/v2/write", ADMIN, "sent{n} v=1"},
    {"POST /write", ADMIN, "sent{n} v=1"},
    {"POST /api/v1/write", ADMIN, NULL, in_bytes},
    {"POST /api/series/{id}/corrections", ADMIN,
     "{\"kind\":\"delete\",\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\","
     "\"reason\":\"a ticket\"}"},
    {"POST /api/optimization/maintenance-priority", ADMIN, "{\"horizon_days\":{n}}"},
    {"POST /optimization/plan", ADMIN, "horizon_days={n}"},
    {"POST /optimization/scenarios", ADMIN, "name=Page+{n}"},
    {"POST /optimization/scenarios/{id}/run", ADMIN},
    {"POST /optimization/runs/{id}/approve", ADMIN, "note=Deed"},
    {"POST /optimization/runs/{id}/cancel", ADMIN},
    {"POST /optimization/recommendations/{id}/reject", ADMIN},
    {"POST /api/optimization/scenarios", ADMIN,
     "{\"name\":\"Deed {n}\",\"problem\":\"maintenance_priority\"}"},
    {"DELETE /api/optimization/scenarios/{id}", ADMIN},
    {"POST /api/optimization/scenarios/{id}/run", ADMIN},
    {"POST /api/optimization/runs/{id}/approve", ADMIN, "{\"note\":\"Deed {n}\"}"},
    {"POST /api/optimization/runs/{id}/cancel", ADMIN},
    {"POST /api/optimization/recommendations/{id}/reject", ADMIN},
    {"POST /api/work-orders", ADMIN, "{\"title\":\"Deed {n}\"}"},
    {"PATCH /api/work-orders/{id}", ADMIN, "{\"title\":\"Deed {n}\",\"version\":{version}}"},
    {"POST /api/work-orders/{id}/status", ADMIN,
     "{\"status\":\"in_progress\",\"version\":{version}}"},
    {"POST /api/work-orders/{id}/assign", ADMIN, "{\"version\":{version}}"},
    {"POST /api/work-orders/{id}/approve", ADMIN, "{\"version\":{version}}"},
    {"POST /api/work-orders/{id}/acknowledge", ADMIN},
    {"POST /api/work-orders/{id}/notes", ADMIN, "{\"text\":\"Deed {n}\"}"},
    {"POST /api/work-orders/{id}/checks", ADMIN, "{\"text\":\"Deed {n}\"}"},
    {"POST /api/work-orders/{id}/checks/{check_id}", ADMIN,
     "{\"result\":\"failed\",\"version\":1}"},
    {"POST /api/work-orders/{id}/parts", ADMIN, "{\"name\":\"Deed {n}\",\"quantity\":1}"},
    {"PUT /api/work-orders/{id}/parts/{part_id}", ADMIN,
     "{\"name\":\"Deed {n}\",\"quantity\":1,\"version\":1}"},
    {"DELETE /api/work-orders/{id}/parts/{part_id}", ADMIN},
    {"PUT /api/work-orders/{id}/before", ADMIN, "{\"orders\":[]}"},
    {"PUT /api/work-orders/{id}/files", ADMIN, "deed {n}"},
    {"GET /work-orders.csv", ADMIN},
    {"POST /work-orders/new", ADMIN, "title=Deed+{n}"},
    {"POST /work-orders/{id}/edit", ADMIN,
     "title=Deed+{n}&kind=project&priority=low&version={version}"},
    {"POST /work-orders/{id}/status", ADMIN, "status=in_progress&version={version}"},
    {"POST /work-orders/{id}/acknowledge", ADMIN},
    {"POST /work-orders/{id}/assign", ADMIN, "version={version}"},
    {"POST /work-orders/{id}/notes", ADMIN, "text=Deed+{n}"},
    {"POST /work-orders/{id}/checks", ADMIN, "text=Deed+{n}"},
    {"POST /work-orders/{id}/checks/{check_id}", ADMIN, "result=failed&version=1"},
    {"POST /work-orders/{id}/parts", ADMIN, "name=Deed+{n}&quantity=1"},
    {"POST /work-orders/{id}/before", ADMIN, "orders="},
    {"POST /work-orders/{id}/parts/{part_id}/delete", ADMIN},
    {"POST /api/tenants/{id}/enter", OWNER, "{\"reason\":\"a ticket\"}"},
    {"POST /tenants/{id}/enter", OWNER, "reason=a%20ticket"},
    {"POST /api/tenants/leave", OWNER_INSIDE},
    {"POST /tenants/leave", OWNER_INSIDE},
    {"POST /api/tenants", OWNER,
     "{\"code\":\"NEW_{n}\",\"name\":\"New\",\"industry\":\"power\",\"admin_email\":"
     "\"first{n}@new.example\"}"},
    {"POST /tenants/new", OWNER,
     "code=NEW_{n}&name=New&industry=power&admin_email=first{n}%40new.example&" ZONE_FORM},
    {"PATCH /api/tenants/{id}", OWNER, "{\"name\":\"Another\",\"version\":{version}}"},
    {"POST /tenants/{id}", OWNER, "name=Another&industry=power&" ZONE_FORM "&version={version}"},
    {"POST /tenants/{id}/status", OWNER,
     "status=suspended&confirm={tenant_code}&version={version}"},
    {"PUT /api/settings", ADMIN, "(all)"},
    {"POST /settings", ADMIN, "(all)"},
    {"PATCH /api/tenant", ADMIN, "{\"name\":\"Wall {n}\",\"version\":{version}}"},
    {"POST /settings/tenant", ADMIN, "name=Wall{n}&" ZONE_FORM "&profile_version={version}"},
    {"POST /request-demo", NOBODY,
     "full_name=A&email=a%40b.example&organisation=O&sector=water&form_token={lead}"},
    {"PATCH /api/leads/{id}", OWNER, "{\"status\":\"contacted\",\"version\":{version}}"},
    {"POST /leads/{id}", OWNER, "status=closed&version={version}"},
    {"GET /leads.csv", OWNER},
    {"GET /audit.csv", ADMIN},
    {"POST /api/plant/import", ADMIN, "{\"skills\":[{\"code\":\"deed{n}\",\"name\":\"Deed\"}]}"},
    {"GET /api/plant/export", ADMIN},
    {"POST /api/plant/presets", ADMIN},
    {"POST /plant/import", ADMIN, "kind=skills&store=1&text=code%2Cname%0Apage{n}%2CDeed"},
    {"GET /plant/export", ADMIN},
    {"POST /plant/presets", ADMIN, NULL, "what is there stays"},
    {"POST /api/ai/assets/{id}/score", ADMIN},
    {"POST /api/ai/models/fit", ADMIN, "{\"class_id\":\"{class}\"}"},
    {"POST /api/ai/models/{id}/use", ADMIN},
    {"POST /api/events", ADMIN, "[{\"source_id\":\"{n}\",\"time\":0,\"summary\":\"a\"}]", telling},
    {"POST /api/events/log", ADMIN, "{\"text\":\"a\"}"},
    {"POST /events/log", ADMIN, "text=a"},
    {"POST /api/blackbox/incidents/{id}/status", ADMIN, "{\"status\":\"INVESTIGATING\"}"},
    {"POST /api/blackbox/incidents/{id}/rca", ADMIN},
    {"POST /blackbox/incidents/{id}/status", ADMIN, "status=RESOLVED"},
    {"POST /blackbox/incidents/{id}/cause", ADMIN, "cause=seal_leak"},
    {"POST /blackbox/incidents/{id}/analyse", ADMIN},
    {"POST /blackbox/incidents/{id}/work-order", ADMIN},
    {"POST /blackbox/incidents/{id}/log", ADMIN, "text=x{n}"},
    {"POST /api/blackbox/incidents/{id}/work-order", ADMIN},
    {"POST /api/blackbox/incidents/{id}/cause", ADMIN, "{\"cause\":\"bearing_fault\"}"},
    {"POST /api/blackbox/assets/{id}/run", ADMIN},
    {"POST /api/alarms/{id}/acknowledge", ADMIN, "{\"note\":\"seen\"}"},
    {"POST /api/alarms/acknowledge", ADMIN, "(alarms)"},
    {"POST /api/alarms/{id}/reset", ADMIN, "{\"note\":\"mended\"}"},
    {"POST /api/alarms/{id}/shelve", ADMIN, "{\"minutes\":5,\"reason\":\"why\"}"},
    {"POST /api/alarms/{id}/unshelve", ADMIN},
    {"GET /api/alarms/export", ADMIN},
    {"POST /api/alarm-silences", ADMIN, "(silence)"},
    {"POST /api/alarm-silences/{id}/end", ADMIN},
    {"POST /api/alarm-rules", ADMIN, "(rule)"},
    {"PATCH /api/alarm-rules/{id}", ADMIN, "{\"name\":\"Deed {n}\",\"version\":{version}}"},
    {"DELETE /api/alarm-rules/{id}", ADMIN},
    {"POST /api/alarm-rules/import", ADMIN, "[(rule)]"},
    {"GET /api/alarm-rules/export", ADMIN},
    {"POST /api/alarm-rules/from-limits", ADMIN, "{}"},
    {"POST /alarms/acknowledge", ADMIN, "(alarms)"},
    {"POST /alarms/{id}/acknowledge", ADMIN, "note=seen"},
    {"POST /alarms/{id}/reset", ADMIN, "note=mended"},
    {"POST /alarms/{id}/shelve", ADMIN, "minutes=5&reason=why"},
    {"POST /alarms/{id}/unshelve", ADMIN, "note="},
    {"POST /alarm-silences/new", ADMIN, "(silence)"},
    {"POST /alarm-silences/{id}/end", ADMIN},
    {"POST /alarm-rules/new", ADMIN,
     "rule_code=form{n}&name=Form&asset=" WALLS_MARK "-P-101&metric=flow&is=bad&priority=low"},
    {"POST /alarm-rules/{id}", ADMIN,
     "rule_code=form{n}&name=Form&asset=" WALLS_MARK
     "-P-101&metric=flow&is=bad&priority=low&version={version}"},
    {"POST /alarm-rules/{id}/delete", ADMIN},
    {"POST /alarm-rules/file", ADMIN,
     "store=on&text=code%2Cname%2Cclass%2Ccondition%2Cpriority%0Afile{n}%2CFile%2C" WALLS_MARK
     "_pump%2C%22%7B%22%22metric%22%22%3A%22%22flow%22%22%2C%22%22is%22%22%3A%22%22bad%22%22%7D%22%"
     "2Clow"},
    {"POST /alarm-rules/from-limits", ADMIN, NULL, "what is there stays"},
    {"POST /api/alarm-rules/preview", ADMIN, "(rule)", "looks, and changes nothing"},
    {"PUT /api/notifications/choices", ADMIN, "{\"mails_per_hour\":{n}}"},
    {"POST /notifications/choices", ADMIN, "mails_per_hour={n}"},
    {"POST /api/webhooks", ADMIN, "{\"name\":\"Deed {n}\",\"url\":\"https://hook.example/\"}"},
    {"PUT /api/webhooks/{id}", ADMIN,
     "{\"name\":\"Deed {n}\",\"url\":\"https://hook.example/\",\"version\":{version}}"},
    {"DELETE /api/webhooks/{id}", ADMIN},
    {"POST /api/webhooks/{id}/secret", ADMIN},
    {"POST /api/webhooks/{id}/test", ADMIN},
    {"POST /webhooks/new", ADMIN, "name=Deed+{n}&url=https://hook.example/"},
    {"POST /webhooks/{id}", ADMIN, "name=Deed+{n}&url=https://hook.example/&version={version}"},
    {"POST /webhooks/{id}/remove", ADMIN},
    {"POST /webhooks/{id}/secret", ADMIN},
    {"POST /webhooks/{id}/test", ADMIN},
    {"POST /api/outbox/{id}/send-again", ADMIN},
    {"POST /outbox/{id}/send-again", ADMIN},
    {"POST /api/rca-rules", ADMIN, "{\"code\":\"deed_{n}\",\"body\":" CAUSE_RULE "}"},
    {"PATCH /api/rca-rules/{id}", ADMIN, "{\"is_enabled\":false,\"version\":{version}}"},
    {"DELETE /api/rca-rules/{id}", ADMIN},
    {"POST /api/rca-rules/{id}/approve", ADMIN},
    {"POST /api/rca-rules/{id}/dry-run", ADMIN, CAUSE_RULE, "looks, and changes nothing"},
    {"POST /api/rca-rules/dry-run", ADMIN, CAUSE_RULE, "looks, and changes nothing"},
    {"POST /api/rca-rules/check", ADMIN, CAUSE_RULE, "looks, and changes nothing"},
    {"POST /api/rca-rules/import", ADMIN,
     "{\"rules\":[{\"code\":\"file_{n}\",\"rule\":" CAUSE_RULE "}]}"},
    {"GET /api/rca-rules/export", ADMIN},
    {"POST /api/rca-rules/presets", ADMIN},
    {"POST /rca-rules/new", ADMIN, "rule_code=form_{n}&is_enabled=true&body=" CAUSE_RULE_FORM},
    {"POST /rca-rules/import", ADMIN,
     "store=1&text="
     "%7B%22rules%22%3A%5B%7B%22code%22%3A%22page_{n}%22%2C%22rule%22%3A%7B%22name%22%3A%22n%2"
     "2%2C%22conditions%22%3A%5B%7B%22category%22%3A%22ALERT%22%7D%5D%2C%22result%22%3A%7B%22r"
     "oot_cause_category%22%3A%22HUMAN%22%2C%22cause%22%3A%22c%22%2C%22label%22%3A%22l%22%2C%2"
     "2confidence%22%3A1%7D%7D%7D%5D%7D"},
    {"POST /rca-rules/presets", ADMIN, NULL, "what is there stays"},
    {"POST /rca-rules/{id}/edit", ADMIN,
     "rule_code=form_{n}&version={version}&is_enabled=true&body=" CAUSE_RULE_FORM},
    {"POST /rca-rules/{id}/switch", ADMIN},
    {"POST /rca-rules/{id}/approve", ADMIN},
    {"POST /rca-rules/{id}/delete", ADMIN},
    {"POST /models/asset-classes/{id}/fit", ADMIN},
    {"POST /models/{id}/use", ADMIN},
    {"POST /api/jobs/{id}/cancel", ADMIN},
    {"POST /jobs/{id}/cancel", ADMIN},
    {"POST /api/jobs/{id}/retry", ADMIN},
    {"POST /jobs/{id}/retry", ADMIN},
    {"POST /api/notifications/read-all", ADMIN, NULL, reading},
    {"POST /notifications/read-all", ADMIN, NULL, reading},
    {"POST /app/tour", FRESH},
    {"POST /api/notifications/{id}/read", ADMIN, NULL, reading},
    {"GET /notifications/{id}", ADMIN, NULL, reading},
};

/* The records of the plant: all kinds are added, changed, approved and removed alike. A body of
 * "(plant)" is made of the kind's sample. */
static const deed *plant_deed(walls *w, const http_route *route, const char *label)
{
    oq_str rest = oq_str_sub(oq_cstr(route->path), 1, SIZE_MAX), area, noun;
    oq_str_cut(&rest, '/', &area);
    oq_str_cut(&rest, '/', &noun);
    const record_kind *kind = record_kind_find(noun);
    if (!kind || !kind->get)
        return NULL;
    deed *made = oq_new(w->arena, deed);
    *made = (deed){label, ADMIN, route->body || route->takes_raw ? "(plant)" : NULL};
    return made;
}

static const deed *deed_of(walls *w, const http_route *route, const char *label)
{
    for (size_t i = 0; i < OQ_COUNT(deeds); i++)
        if (strcmp(deeds[i].label, label) == 0)
            return &deeds[i];
    return plant_deed(w, route, label);
}

static bool is_write(const http_route *route)
{
    return route->method != HTTP_GET || route->writes;
}

/* --- who asks, and for what ---------------------------------------------------------------------*/

typedef struct asking {
    walls *w;
    const deed *deed;
    testclient *client;
    oq_uuid self; /* of a fresh person */
    int n;
    oq_str id, table; /* of the object */
    oq_str code;
} asking;

static const char *value(walls *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(w->arena, format, args);
    va_end(args);
    return testdb_value(testapp_db(w->app), sql.ptr);
}

static void make_client(asking *a)
{
    walls *w = a->w;
    a->client = testclient_open(w->app);
    if (a->deed->by == ADMIN)
        testclient_sign_in(a->client, WALLS_ADMIN_A);
    if (a->deed->by == OWNER || a->deed->by == OWNER_INSIDE)
        testclient_sign_in(a->client, WALLS_OWNER);
    if (a->deed->by == OWNER_INSIDE) {
        oq_str id = oq_uuid_text(w->arena, w->tenant_a);
        oq_str path = oq_strf(w->arena, "/api/tenants/%.*s/enter", OQ_FMT(id));
        CHECK(a->deed->label,
              testclient_json(a->client, "POST", path.ptr, "{\"reason\":\"a ticket\"}").status ==
                  204);
    }
    if (a->deed->by != FRESH && a->deed->by != FRESH_TOTP)
        return;
    const char *email = oq_strf(w->arena, "fresh%d@wall-a.example", a->n).ptr;
    a->self = testapp_person(w->app, w->tenant_a, ROLE_ENGINEER, email);
    testclient_sign_in(a->client, email);
    if (a->deed->by == FRESH && !strstr(a->deed->label, "totp/confirm"))
        return;
    testreply r = testclient_json(a->client, "POST", "/api/me/totp", NULL);
    oq_str secret = code_secret(w->arena, testclient_member(a->client, &r, "secret_text"));
    a->code = totp_code(w->arena, secret, oq_clock_now());
    if (a->deed->by == FRESH_TOTP) {
        oq_str json = oq_strf(w->arena, "{\"totp\":\"%.*s\"}", OQ_FMT(a->code));
        r = testclient_json(a->client, "POST", "/api/me/totp/confirm", json.ptr);
        CHECK(a->deed->label, r.status == 204);
    }
}

/* A person that the deed is about, as far as it needs to be. */
static oq_str make_person(asking *a)
{
    walls *w = a->w;
    const char *email = oq_strf(w->arena, "about%d@wall-a.example", a->n).ptr;
    oq_str id = oq_uuid_text(w->arena, testapp_person(w->app, w->tenant_a, ROLE_ENGINEER, email));
    if (strstr(a->deed->label, "/activate"))
        value(w,
              "WITH u AS (UPDATE users SET is_active = false WHERE id = '%s' RETURNING 1) "
              "SELECT count(*) FROM u",
              id.ptr);
    return id;
}

static oq_str make_job(asking *a)
{
    walls *w = a->w;
    oq_str id = walls_object(w, OQ_STR("jobs"));
    bool again = strstr(a->deed->label, "retry") != NULL;
    value(w,
          "WITH j AS (UPDATE jobs SET state = '%s', finished_at = %s WHERE id = '%.*s' "
          "RETURNING 1) SELECT count(*) FROM j",
          again ? "failed" : "ready", again ? "now()" : "NULL", OQ_FMT(id));
    return id;
}

static oq_str make_once(asking *a)
{
    oq_str id = walls_object(a->w, OQ_STR("once"));
    oq_str self = oq_uuid_text(a->w->arena, a->self);
    value(a->w,
          "WITH o AS (UPDATE one_time_secrets SET owner_id = '%s' WHERE id = '%.*s' "
          "RETURNING 1) SELECT count(*) FROM o",
          self.ptr, OQ_FMT(id));
    return id;
}

static oq_str make_notification(asking *a)
{
    oq_str id = walls_object(a->w, OQ_STR("notifications"));
    oq_str self = oq_uuid_text(a->w->arena, a->w->admin_a);
    value(a->w,
          "WITH o AS (UPDATE notifications SET user_id = '%s' WHERE id = '%.*s' "
          "RETURNING 1) SELECT count(*) FROM o",
          self.ptr, OQ_FMT(id));
    return id;
}

/* Another one each time: a deed changes what the next one may do. */
static oq_str make_work_order(asking *a)
{
    walls_forget(OQ_STR("work-orders"));
    oq_str id = walls_object(a->w, OQ_STR("work-orders"));
    if (strstr(a->deed->label, "/approve"))
        value(a->w,
              "WITH o AS (UPDATE work_orders SET status = 'pending_approval' WHERE id = '%.*s' "
              "RETURNING 1) SELECT count(*) FROM o",
              OQ_FMT(id));
    return id;
}

/* An alarm in the standing that the deed wants. */
static oq_str make_alarm(asking *a)
{
    walls_forget(OQ_STR("alarms"));
    oq_str id = walls_object(a->w, OQ_STR("alarms"));
    bool resets = strstr(a->deed->label, "/reset") != NULL;
    value(a->w,
          "WITH o AS (UPDATE alerts SET state = '%s', shelved_until = %s WHERE id = '%.*s' "
          "RETURNING 1) SELECT count(*) FROM o",
          resets ? "latched" : "unacknowledged",
          strstr(a->deed->label, "unshelve") ? "now() + interval '1 hour'" : "NULL", OQ_FMT(id));
    return id;
}

/* Another one each time; only a learned one is approved. */
static oq_str make_cause_rule(asking *a)
{
    walls_forget(OQ_STR("rca-rules"));
    oq_str id = walls_object(a->w, OQ_STR("rca-rules"));
    if (strstr(a->deed->label, "/approve"))
        value(a->w,
              "WITH o AS (UPDATE rca_rules SET source = 'learned' WHERE id = '%.*s' "
              "RETURNING 1) SELECT count(*) FROM o",
              OQ_FMT(id));
    return id;
}

/* Another one each time; one that is stopped has no answer yet. */
static oq_str make_optimize_run(asking *a)
{
    walls_forget(OQ_STR("runs"));
    oq_str id = walls_object(a->w, OQ_STR("runs"));
    if (strstr(a->deed->label, "/cancel"))
        value(a->w,
              "WITH o AS (UPDATE optimization_runs SET status = 'queued' WHERE id = '%.*s' "
              "RETURNING 1) SELECT count(*) FROM o",
              OQ_FMT(id));
    return id;
}

static void make_object(asking *a, oq_str noun)
{
    walls *w = a->w;
    a->table = noun;
    if (oq_str_eq(noun, OQ_STR("users"))) {
        a->id = make_person(a);
    } else if (oq_str_eq(noun, OQ_STR("tenants"))) {
        a->id =
            oq_uuid_text(w->arena, testapp_tenant(w->app, oq_strf(w->arena, "ABOUT_%d", a->n).ptr));
    } else if (oq_str_eq(noun, OQ_STR("tokens"))) {
        walls_token(w, WALLS_ADMIN_A, oq_strf(w->arena, "about %d", a->n).ptr, "asset.read");
        a->id = oq_cstr(value(w, "SELECT id FROM api_tokens ORDER BY created_at DESC LIMIT 1"));
    } else if (oq_str_eq(noun, OQ_STR("sessions"))) {
        oq_str self = oq_uuid_text(w->arena, a->self);
        a->id = oq_cstr(value(w, "SELECT id FROM user_sessions WHERE user_id = '%s'", self.ptr));
    } else if (oq_str_eq(noun, OQ_STR("jobs"))) {
        a->id = make_job(a);
    } else if (oq_str_eq(noun, OQ_STR("once"))) {
        a->id = make_once(a);
    } else if (oq_str_eq(noun, OQ_STR("notifications"))) {
        a->id = make_notification(a);
    } else if (oq_str_eq(noun, OQ_STR("work-orders"))) {
        a->id = make_work_order(a);
        a->table = OQ_STR("work_orders");
    } else if (oq_str_eq(noun, OQ_STR("runs"))) {
        a->id = make_optimize_run(a);
        a->table = OQ_STR("optimization_runs");
    } else if (oq_str_eq(noun, OQ_STR("scenarios")) || oq_str_eq(noun, OQ_STR("recommendations"))) {
        walls_forget(noun);
        a->id = walls_object(w, noun);
        a->table = oq_strf(w->arena, "optimization_%.*s", OQ_FMT(noun));
    } else if (oq_str_eq(noun, OQ_STR("rca-rules"))) {
        a->id = make_cause_rule(a);
        a->table = OQ_STR("rca_rules");
    } else if (oq_str_eq(noun, OQ_STR("alarms"))) {
        a->id = make_alarm(a);
        a->table = OQ_STR("alerts");
    } else if (oq_str_eq(noun, OQ_STR("webhooks")) || oq_str_eq(noun, OQ_STR("outbox")) ||
               oq_str_eq(noun, OQ_STR("models"))) {
        walls_forget(noun);
        a->id = walls_object(w, noun);
    } else if (oq_str_starts(noun, OQ_STR("alarm-"))) {
        walls_forget(noun);
        a->id = walls_object(w, noun);
        a->table = OQ_STR("alarm_rules");
    } else {
        const record_kind *kind = record_kind_find(noun);
        a->id = walls_object(w, noun);
        if (kind && kind->get) /* FROM the kind's table */
            a->table = oq_cstr(
                value(w, "SELECT substring($sql$%s$sql$ from 'FROM (\\w+)')", kind->get->sql));
    }
}

/* --- bodies -------------------------------------------------------------------------------------*/

static oq_str version_of(asking *a)
{
    oq_str self = oq_uuid_text(a->w->arena, a->self);
    oq_str tenant_id = oq_uuid_text(a->w->arena, a->w->tenant_a);
    if (a->deed->by == FRESH)
        return oq_cstr(value(a->w, "SELECT version FROM users WHERE id = '%s'", self.ptr));
    if (!a->id.len)
        return oq_cstr(value(a->w, "SELECT version FROM tenants WHERE id = '%s'", tenant_id.ptr));
    return oq_cstr(
        value(a->w, "SELECT version FROM %.*s WHERE id = '%.*s'", OQ_FMT(a->table), OQ_FMT(a->id)));
}

static oq_str reset_code(asking *a)
{
    walls *w = a->w;
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A);
    oq_str id = make_person(a);
    oq_str path = oq_strf(w->arena, "/api/users/%.*s/reset-link", OQ_FMT(id));
    testreply r = testclient_json(admin, "POST", path.ptr, NULL);
    oq_str link = testclient_member(admin, &r, "reset_link");
    oq_str code =
        oq_str_copy(w->arena, oq_str_sub(link, oq_str_find_char(link, '#') + 1, SIZE_MAX));
    testclient_close(admin);
    return code;
}

static oq_str filler(asking *a, oq_str name)
{
    walls *w = a->w;
    if (oq_str_eq(name, OQ_STR("n")))
        return oq_strf(w->arena, "%d", a->n);
    if (oq_str_eq(name, OQ_STR("version")))
        return version_of(a);
    if (oq_str_eq(name, OQ_STR("code")))
        return a->code;
    if (oq_str_eq(name, OQ_STR("reset")))
        return reset_code(a);
    if (oq_str_eq(name, OQ_STR("tenant_code")))
        return oq_strf(w->arena, "ABOUT_%d", a->n);
    if (oq_str_eq(name, OQ_STR("class")))
        return walls_object(w, OQ_STR("asset-classes"));
    if (oq_str_eq(name, OQ_STR("lead")))
        return lead_form_token(w->arena, oq_clock_now() - OQ_MINUTE);
    return OQ_NONE;
}

/* The text with its {names} filled in; other braces stay. */
static oq_str filled(asking *a, oq_str text)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024);
    while (text.len) {
        oq_str rest = oq_str_sub(text, 1, SIZE_MAX);
        oq_str name = oq_str_sub(rest, 0, oq_str_find_char(rest, '}'));
        oq_str by = text.ptr[0] == '{' && name.len < rest.len ? filler(a, name) : OQ_NONE;
        if (oq_str_given(by)) {
            oq_buf_str(&out, by);
            text = oq_str_sub(rest, name.len + 1, SIZE_MAX);
        } else {
            oq_buf_char(&out, text.ptr[0]);
            text = rest;
        }
    }
    return oq_str_copy(a->w->arena, oq_buf_view(&out));
}

/* A further record; as a form, its members by the names of columns. */
static oq_str plant_new_body(asking *a, const http_route *route, const record_kind *kind)
{
    char mark[32];
    snprintf(mark, sizeof mark, "deed%d", a->n);
    return route->is_page ? walls_plant_form(a->w, oq_cstr(kind->path), mark)
                          : walls_plant_json(a->w, oq_cstr(kind->path), mark);
}

static oq_str plant_body(asking *a, const http_route *route)
{
    walls *w = a->w;
    oq_str rest = oq_str_sub(oq_cstr(route->path), 1, SIZE_MAX), area, noun;
    oq_str_cut(&rest, '/', &area);
    oq_str_cut(&rest, '/', &noun);
    const record_kind *kind = record_kind_find(noun);
    if (!a->id.len)
        return plant_new_body(a, route, kind);
    oq_str version = version_of(a),
           change = plant_sample_change(w->arena, kind, WALLS_MARK, a->n, route->is_page);
    if (oq_field_find(route->body ? route->body : kind->order, OQ_STR("id")) ||
        (route->body && !oq_field_find(route->body, oq_cstr(kind->label))))
        change = OQ_NONE; /* an approval, a removal */
    const char *form = change.len ? "version=%.*s&%.*s" : "version=%.*s%.*s";
    const char *json = change.len ? "{\"version\":%.*s,%.*s}" : "{\"version\":%.*s%.*s}";
    return oq_strf(w->arena, route->is_page ? form : json, OQ_FMT(version), OQ_FMT(change));
}

/* An alarm rule, or a quiet window, of the tests' own asset. */
static oq_str alarm_body(asking *a)
{
    walls *w = a->w;
    oq_str of = walls_object(w, OQ_STR("assets"));
    if (strstr(a->deed->label, "preview"))
        return oq_strf(w->arena,
                       "{\"asset_id\":\"%.*s\",\"condition\":{\"metric\":\"flow\",\"is\":\"bad\"}}",
                       OQ_FMT(of));
    if (strstr(a->deed->label, "import"))
        return oq_strf(w->arena,
                       "[{\"code\":\"deed%d\",\"name\":\"Deed\",\"class\":\"" WALLS_MARK
                       "_pump\",\"condition\":{\"metric\":\"flow\",\"is\":\"bad\"},"
                       "\"priority\":\"low\"}]",
                       a->n);
    if (strstr(a->deed->label, "/alarm-silences/new")) /* local time, to the minute */
        return oq_strf(w->arena,
                       "kind=maintenance&asset=" WALLS_MARK "-P-101&reason=why&until=%.*s",
                       OQ_FMT(oq_str_sub(oq_time_text(w->arena, oq_clock_now() + OQ_DAY), 0, 16)));
    if (strcmp(a->deed->body, "(alarms)") == 0 && strstr(a->deed->label, "POST /alarms"))
        return oq_strf(w->arena, "ids=%.*s", OQ_FMT(make_alarm(a)));
    if (strcmp(a->deed->body, "(alarms)") == 0)
        return oq_strf(w->arena, "{\"ids\":[\"%.*s\"]}", OQ_FMT(make_alarm(a)));
    if (strcmp(a->deed->body, "(rule)") == 0)
        return oq_strf(w->arena,
                       "{\"code\":\"deed%d\",\"name\":\"Deed\",\"asset_id\":\"%.*s\","
                       "\"condition\":{\"metric\":\"flow\",\"is\":\"bad\"},\"priority\":\"low\"}",
                       a->n, OQ_FMT(of));
    return oq_strf(w->arena,
                   "{\"kind\":\"maintenance\",\"asset_id\":\"%.*s\",\"to_time\":\"%.*s\","
                   "\"reason\":\"why\"}",
                   OQ_FMT(of), OQ_FMT(oq_time_text(w->arena, oq_clock_now() + OQ_HOUR)));
}

static oq_str body_of(asking *a, const http_route *route)
{
    if (!a->deed->body)
        return OQ_NONE;
    if (strstr(a->deed->body, "(rule)") || strcmp(a->deed->body, "(silence)") == 0 ||
        strcmp(a->deed->body, "(alarms)") == 0)
        return alarm_body(a);
    if (strcmp(a->deed->body, "(plant)") == 0)
        return plant_body(a, route);
    if (strcmp(a->deed->body, "(all)") == 0) {
        testdb_exec(testapp_db(a->w->app),
                    "UPDATE tenant_settings SET settings = '{}', version = 1");
        return walls_body(a->w->arena, route, a->n);
    }
    return filled(a, oq_cstr(a->deed->body));
}

/* --- what was written ---------------------------------------------------------------------------*/

/* The tables with rows that a transaction after `since` wrote without a row in the audit. The job
 * that sends what a deed told is woken behind the deed, in a transaction of its own. */
static oq_str unaudited_rows(walls *w, const char *since, const char *at)
{
    const char *parts = value(
        w,
        "SELECT string_agg(format('SELECT %%L AS what FROM %%I WHERE xmin::text::bigint >= %s AND "
        "xmin::text NOT IN (SELECT xmin::text FROM audit_logs)%%s', relname, relname, "
        "CASE relname WHEN 'user_sessions' THEN "
        "' AND greatest(created_at, revoked_at) >= ''%s''' WHEN 'jobs' THEN "
        "' AND kind <> ''notify.send''' ELSE '' END), ' UNION ') "
        "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relname NOT IN (%s)",
        since, at, of_use);
    return oq_cstr(value(w, "SELECT string_agg(what, ', ') FROM (%s) AS s", parts));
}

static void do_deed(walls *w, const http_route *route, const deed *what, int n)
{
    asking a = {.w = w, .deed = what, .n = n};
    oq_str noun = walls_noun(route);
    make_client(&a);
    if (oq_str_given(noun))
        make_object(&a, noun);
    oq_str body = body_of(&a, route), path = walls_path(w->arena, route, a.id);
    const char *since = value(w, "SELECT txid_current()");
    const char *at = value(w, "SELECT clock_timestamp()");
    int64_t rows = testdb_number(testapp_db(w->app), "SELECT count(*) FROM audit_logs");
    testreply r = walls_ask(a.client, w->arena, route, path, body);
    if (r.status == 409 && record_kind_find(noun)) /* removing what others refer to: refused */
        rows--, r.status = 200;
    if (r.status < 200 || r.status >= 400)
        WALLS_COMPLAIN("%s: %d %.*s", what->label, r.status, OQ_FMT(oq_str_sub(r.body, 0, 400)));
    rows = testdb_number(testapp_db(w->app), "SELECT count(*) FROM audit_logs") - rows;
    if (!what->silent && rows < 1)
        WALLS_COMPLAIN("%s: not in the audit", what->label);
    oq_str without = unaudited_rows(w, since, at);
    if (without.len)
        WALLS_COMPLAIN("%s: written without the audit: %.*s", what->label, OQ_FMT(without));
    if (route->method == HTTP_DELETE || strstr(route->path, "/delete"))
        walls_forget(noun);
    testclient_close(a.client);
    if (oq_str_given(body) && strcmp(what->body, "(all)") == 0) /* who asks next has no duties */
        testdb_exec(testapp_db(w->app), "UPDATE tenant_settings SET settings = '{}', version = 1");
}

static void test_every_write_is_in_the_audit(void **state)
{
    walls *w = *state;
    int done = 0;
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        if (!is_write(route))
            continue;
        const char *label = walls_label(w->arena, route);
        const deed *what = deed_of(w, route, label);
        if (!what)
            fail_msg("%s: say here how it is done, so that its audit is tested", label);
        if (what->silent != before_owner && what->silent != in_bytes)
            do_deed(w, route, what, ++done);
    }
    CHECK("many", done > 50);
    WALLS_NO_COMPLAINTS();
}

static void test_deeds_are_routes(void **state)
{
    walls *w = *state;
    for (size_t i = 0; i < OQ_COUNT(deeds); i++) {
        bool is_route = false;
        for (size_t r = 0; r < walls_route_count(); r++)
            is_route |= strcmp(walls_label(w->arena, walls_route(r)), deeds[i].label) == 0;
        CHECK(deeds[i].label, is_route);
    }
}

/* --- what is written stays ----------------------------------------------------------------------*/

static void test_the_program_cannot_change_it(void **state)
{
    walls *w = *state;
    testdb *db = testapp_db(w->app);
    static const char *const can[] = {"UPDATE", "TRUNCATE", "REFERENCES", "TRIGGER"};
    static const char *const roles[] = {"optria_app", "optria_platform"};
    for (size_t r = 0; r < OQ_COUNT(roles); r++)
        for (size_t i = 0; i < OQ_COUNT(can); i++) {
            oq_str sql =
                oq_strf(w->arena, "SELECT has_table_privilege('%s', 'audit_logs', '%s')::int",
                        roles[r], can[i]);
            CHECK(can[i], testdb_number(db, sql.ptr) == 0);
        }
    CHECK("no column either",
          testdb_number(db, "SELECT has_any_column_privilege('optria_app', 'audit_logs', 'UPDATE')"
                            "::int") == 0);
    oq_str id = oq_uuid_text(w->arena, w->tenant_a);
    oq_str sql = oq_strf(w->arena,
                         "SET ROLE optria_app; SET optria.tenant = '%.*s'; "
                         "DELETE FROM audit_logs; RESET ROLE",
                         OQ_FMT(id));
    int64_t before = testdb_number(db, "SELECT count(*) FROM audit_logs");
    testdb_exec(db, sql.ptr);
    CHECK("young rows stay", testdb_number(db, "SELECT count(*) FROM audit_logs") == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deeds_are_routes),
        cmocka_unit_test(test_every_write_is_in_the_audit),
        cmocka_unit_test(test_the_program_cannot_change_it),
    };
    return cmocka_run_group_tests_name("walls_audit", tests, walls_open, walls_close);
}
