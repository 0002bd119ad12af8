#include "main/smoke.h"

#include <unistd.h>

#include "identity/password.h"
#include "main/http_caller.h"

#include "base/banned.h"

const oq_choice smoke_state_choices[] = {
    {SMOKE_OK, "ok"}, {SMOKE_FAILED, "failed"}, {SMOKE_SKIPPED, "skipped"}, {0, NULL}};

enum { POLL_MS = 300, SAMPLES = 60, HIGH = 3, EVERY_S = 10, HORIZON_DAYS = 7 };
static const double normal = 2.1, high = 9.2, limit = 7.1;

typedef struct smoke {
    oq_arena *arena;
    const smoke_order *order;
    http_caller *who, *engineer; /* NULL: nobody was hired */
    oq_str mark;                 /* "SMOKE_5F2A81C0" */
    oq_str tenant, site, asset, class_id, rule, incident, work_order;
    oq_str run_path;     /* of the plan */
    bool has_own_tenant; /* who may manage tenants gets one */
    bool is_made, is_inside;
    oq_str seen;
    const json_node *found; /* of the incident */
} smoke;

/* --- asking -------------------------------------------------------------------------------------*/

static oq_err *get(smoke *s, oq_str path, const json_node **ret_json)
{
    return http_caller_do(s->who, "GET", path, OQ_NONE, ret_json);
}

static oq_err *post(smoke *s, oq_str path, oq_str json, const json_node **ret_json)
{
    return http_caller_do(s->who, "POST", path, json, ret_json);
}

static const json_node *first_item(const json_node *list)
{
    const json_node *items = json_tree_typed(list, "items", JSON_NODE_LIST);
    return items ? items->child : NULL;
}

static oq_err *missing(const char *what)
{
    return oq_fail(OQ_CONFLICT, "smoke.missing", "what=%s", what);
}

/* Makes a record; its id. */
static oq_err *make(smoke *s, oq_str path, oq_str json, oq_str *ret_id)
{
    const json_node *made;
    OQ_TRY(post(s, path, json, &made));
    *ret_id = json_tree_text(made, "id");
    return oq_str_given(*ret_id) ? NULL : missing("id");
}

/* Asks again until `is_there` says yes. Fails: smoke.not_seen (what, seconds). */
static oq_err *wait_for(smoke *s, const char *what, oq_err *(*is_there)(smoke *, bool *))
{
    oq_us begun = oq_monotonic();
    for (bool there = false;;) {
        OQ_TRY(is_there(s, &there));
        if (there)
            return NULL;
        if (oq_monotonic() - begun > s->order->wait_s * OQ_SECOND)
            return oq_fail(OQ_TIMEOUT, "smoke.not_seen", "what=%s seconds=%lld", what,
                           (long long)s->order->wait_s);
        usleep(POLL_MS * 1000);
    }
}

/* --- who, and where -----------------------------------------------------------------------------*/

static oq_err *check_server(smoke *s)
{
    const json_node *health;
    OQ_TRY(get(s, OQ_STR("/health/ready"), &health));
    s->seen = oq_strf(s->arena, "%.*s %.*s", OQ_FMT(json_tree_text(health, "status")),
                      OQ_FMT(json_tree_text(health, "version")));
    return NULL;
}

static bool has_capability(const json_node *me, const char *wanted)
{
    const json_node *list = json_tree_typed(me, "capabilities", JSON_NODE_LIST);
    for (const json_node *n = list ? list->child : NULL; n; n = n->next)
        if (oq_str_eq(n->text, oq_cstr(wanted)))
            return true;
    return false;
}

static oq_err *check_sign_in(smoke *s)
{
    const json_node *me;
    OQ_TRY(http_caller_sign_in(s->who, s->order->email, s->order->password));
    OQ_TRY(get(s, OQ_STR("/api/me"), &me));
    s->has_own_tenant = has_capability(me, "tenant.manage");
    const json_node *user = json_tree_typed(me, "user", JSON_NODE_OBJECT);
    s->tenant = json_tree_text(json_tree_typed(me, "tenant", JSON_NODE_OBJECT), "id");
    s->seen = json_tree_text(user, "role");
    return NULL;
}

static oq_err *check_tenant(smoke *s)
{
    if (!s->has_own_tenant)
        return NULL; /* one's own */
    OQ_TRY(make(s, OQ_STR("/api/tenants"),
                oq_strf(s->arena, "{\"code\":\"%.*s\",\"name\":\"%.*s\",\"industry\":\"oil_gas\"}",
                        OQ_FMT(s->mark), OQ_FMT(s->mark)),
                &s->tenant));
    s->is_made = true;
    OQ_TRY(post(s, oq_strf(s->arena, "/api/tenants/%.*s/enter", OQ_FMT(s->tenant)),
                OQ_STR("{\"reason\":\"optria smoke\"}"), NULL));
    s->is_inside = true;
    OQ_TRY(post(s, OQ_STR("/api/plant/presets"), OQ_NONE, NULL));
    OQ_TRY(post(s, OQ_STR("/api/rca-rules/presets"), OQ_NONE, NULL));
    s->seen = s->mark;
    return NULL;
}

/* Somebody who can be asked to go; a password by the link that is handed over once. */
static oq_err *check_engineer(smoke *s)
{
    const json_node *made;
    http_answer a;
    if (!s->has_own_tenant)
        return NULL;
    oq_str email = oq_str_lower(s->arena, oq_strf(s->arena, "engineer@smoke-%.*s.example",
                                                  OQ_FMT(oq_str_sub(s->mark, 6, SIZE_MAX))));
    oq_str password = password_generate(s->arena);
    OQ_TRY(
        post(s, OQ_STR("/api/users"),
             oq_strf(s->arena, "{\"email\":\"%.*s\",\"full_name\":\"Zaid\",\"role\":\"engineer\"}",
                     OQ_FMT(email)),
             &made));
    oq_str link = json_tree_text(made, "reset_link");
    oq_str code = oq_str_sub(link, oq_str_find_char(link, '#') + 1, SIZE_MAX);
    OQ_TRY(http_caller_open(s->arena, s->order->url, &s->engineer));
    OQ_TRY(http_caller_ask(
        s->engineer, "POST", OQ_STR("/reset"), "application/x-www-form-urlencoded",
        oq_strf(s->arena, "reset_code=%.*s&new_password=%.*s", OQ_FMT(code), OQ_FMT(password)),
        &a));
    if (a.status >= 400)
        return oq_fail(OQ_CONFLICT, "smoke.answered", "method=%s path=%s status=%d code=%s", "POST",
                       "/reset", a.status, "-");
    OQ_TRY(http_caller_sign_in(s->engineer, email, password));
    s->seen = email;
    return NULL;
}

static oq_err *check_site(smoke *s)
{
    s->seen = s->mark;
    return make(s, OQ_STR("/api/sites"),
                oq_strf(s->arena, "{\"code\":\"%.*s\",\"name\":\"%.*s\"}", OQ_FMT(s->mark),
                        OQ_FMT(s->mark)),
                &s->site);
}

static oq_err *check_asset(smoke *s)
{
    const json_node *classes;
    OQ_TRY(get(s, OQ_STR("/api/asset-classes?q=centrifugal_pump&limit=1"), &classes));
    s->class_id = json_tree_text(first_item(classes), "id");
    oq_str of_class = s->class_id.len
                          ? oq_strf(s->arena, ",\"class_id\":\"%.*s\"", OQ_FMT(s->class_id))
                          : OQ_STR("");
    OQ_TRY(
        make(s, OQ_STR("/api/assets"),
             oq_strf(s->arena, "{\"code\":\"%.*s-P\",\"name\":\"Pump\",\"site_id\":\"%.*s\"%.*s}",
                     OQ_FMT(s->mark), OQ_FMT(s->site), OQ_FMT(of_class)),
             &s->asset));
    s->seen = oq_strf(s->arena, "%.*s-P", OQ_FMT(s->mark));
    return make(s, OQ_STR("/api/alarm-rules"),
                oq_strf(s->arena,
                        "{\"code\":\"%.*s\",\"name\":\"Vibration\",\"asset_id\":\"%.*s\","
                        "\"condition\":{\"metric\":\"vibration_rms\",\"is\":\"above\","
                        "\"limit\":%g},\"priority\":\"critical\"}",
                        OQ_FMT(oq_str_lower(s->arena, s->mark)), OQ_FMT(s->asset), limit),
                &s->rule);
}

/* --- the chain ----------------------------------------------------------------------------------*/

static oq_err *check_ingest(smoke *s)
{
    OQ_AUTO(oq_buf) lines = oq_buf_make(64 * 1024);
    int64_t now = oq_clock_now() / OQ_SECOND;
    http_answer a;
    const json_node *last;
    for (int i = SAMPLES - 1; i >= 0; i--)
        oq_buf_f(&lines, "%.*s-P vibration_rms=%g %lld\n", OQ_FMT(s->mark),
                 i < HIGH ? high : normal, (long long)(now - i * EVERY_S));
    OQ_TRY(http_caller_ask(s->who, "POST", OQ_STR("/api/ingest/line?precision=s"), "text/plain",
                           oq_buf_view(&lines), &a));
    if (a.status != 200 || json_tree_number(a.json, "accepted") < SAMPLES)
        return oq_fail(OQ_CONFLICT, "smoke.answered", "method=%s path=%s status=%d code=%.*s",
                       "POST", "/api/ingest/line", a.status,
                       OQ_FMT(json_tree_text(a.json, "code")));
    OQ_TRY(get(s, oq_strf(s->arena, "/api/series/last?asset_id=%.*s", OQ_FMT(s->asset)), &last));
    double value = json_tree_number(first_item(last), "value");
    s->seen = oq_strf(s->arena, "%d, %g mm/s", SAMPLES, value);
    return value > limit ? NULL : missing("value");
}

static oq_err *alarm_is_there(smoke *s, bool *ret_is)
{
    const json_node *list;
    OQ_TRY(get(s, oq_strf(s->arena, "/api/alarms?asset_id=%.*s", OQ_FMT(s->asset)), &list));
    const json_node *alarm = first_item(list);
    *ret_is = alarm != NULL;
    s->seen = json_tree_text(alarm, "title");
    return NULL;
}

static oq_err *check_alarm(smoke *s)
{
    return wait_for(s, "alarm", alarm_is_there);
}

static oq_err *incident_is_there(smoke *s, bool *ret_is)
{
    const json_node *list;
    OQ_TRY(get(s, oq_strf(s->arena, "/api/blackbox/incidents?asset_id=%.*s", OQ_FMT(s->asset)),
               &list));
    s->incident = json_tree_text(first_item(list), "id");
    *ret_is = oq_str_given(s->incident);
    return NULL;
}

static oq_err *read_incident(smoke *s)
{
    return get(s, oq_strf(s->arena, "/api/blackbox/incidents/%.*s", OQ_FMT(s->incident)),
               &s->found);
}

/* The tenant in which it is read, the asset, the site, and a window that holds the moment. A record
 * does not name its tenant; that another one does not see it is "other_tenant". */
static oq_err *check_incident(smoke *s)
{
    const json_node *me;
    OQ_TRY(wait_for(s, "incident", incident_is_there));
    OQ_TRY(get(s, OQ_STR("/api/me"), &me));
    if (!oq_str_eq(json_tree_text(json_tree_typed(me, "tenant", JSON_NODE_OBJECT), "id"),
                   s->tenant))
        return missing("tenant_id");
    OQ_TRY(read_incident(s));
    oq_str at = json_tree_text(s->found, "anchor_time"),
           from = json_tree_text(s->found, "window_from"),
           to = json_tree_text(s->found, "window_to");
    if (!oq_str_eq(json_tree_text(s->found, "root_asset_id"), s->asset))
        return missing("root_asset_id");
    if (!oq_str_eq(json_tree_text(s->found, "site_id"), s->site))
        return missing("site_id");
    if (!from.len || oq_str_cmp(from, at) >= 0 || oq_str_cmp(at, to) >= 0)
        return missing("window");
    s->seen = json_tree_text(s->found, "title");
    return NULL;
}

static oq_err *check_events(smoke *s)
{
    const json_node *timeline;
    double events = json_tree_number(s->found, "events");
    OQ_TRY(get(s, oq_strf(s->arena, "/api/blackbox/incidents/%.*s/timeline", OQ_FMT(s->incident)),
               &timeline));
    s->seen = oq_strf(s->arena, "%g", events);
    return events >= 1 && json_tree_number(timeline, "events") >= 1 ? NULL : missing("events");
}

static bool is_filled(const json_node *object, const char *name)
{
    const json_node *n = json_tree_member(object, name);
    return n && n->count > 0;
}

static oq_err *analysis_is_there(smoke *s, bool *ret_is)
{
    OQ_TRY(read_incident(s));
    *ret_is = is_filled(s->found, "event_story") && is_filled(s->found, "root_cause_score") &&
              is_filled(s->found, "rca_summary");
    s->seen = oq_strf(s->arena, "%.*s %.2f", OQ_FMT(json_tree_text(s->found, "top_cause")),
                      json_tree_number(s->found, "top_probability"));
    return NULL;
}

static oq_err *check_analysis(smoke *s)
{
    OQ_TRY(wait_for(s, "event_story, root_cause_score", analysis_is_there));
    return get(s, oq_strf(s->arena, "/api/blackbox/incidents/%.*s/rca", OQ_FMT(s->incident)), NULL);
}

/* Made by itself where the cause is likely enough; else on request. Who has it is an engineer. */
static oq_err *check_work_order(smoke *s)
{
    const json_node *list, *order, *person;
    OQ_TRY(
        get(s, oq_strf(s->arena, "/api/work-orders?incident_id=%.*s", OQ_FMT(s->incident)), &list));
    order = first_item(list);
    if (!order)
        OQ_TRY(post(
            s, oq_strf(s->arena, "/api/blackbox/incidents/%.*s/work-order", OQ_FMT(s->incident)),
            OQ_NONE, &order));
    s->work_order = json_tree_text(order, "id");
    OQ_TRY(get(s, oq_strf(s->arena, "/api/work-orders/%.*s", OQ_FMT(s->work_order)), &order));
    oq_str whose = json_tree_text(order, "assigned_user_id");
    if (!oq_str_given(whose))
        return missing("assigned_user_id");
    OQ_TRY(get(s, oq_strf(s->arena, "/api/users/%.*s", OQ_FMT(whose)), &person));
    oq_str role = json_tree_text(person, "role");
    s->seen = oq_strf(s->arena, "%.*s %.*s", OQ_FMT(json_tree_text(order, "number")), OQ_FMT(role));
    bool is_engineer =
        oq_str_eq(role, OQ_STR("engineer")) || oq_str_eq(role, OQ_STR("reliability_engineer"));
    return is_engineer ? NULL : missing(oq_strf(s->arena, "engineer (%.*s)", OQ_FMT(role)).ptr);
}

static oq_err *notification_is_there(smoke *s, bool *ret_is)
{
    const json_node *list;
    http_caller *reader = s->engineer ? s->engineer : s->who;
    OQ_TRY(http_caller_do(reader, "GET", OQ_STR("/api/notifications?limit=100"), OQ_NONE, &list));
    const json_node *items = json_tree_typed(list, "items", JSON_NODE_LIST);
    *ret_is = false;
    for (const json_node *n = items ? items->child : NULL; n && !*ret_is; n = n->next) {
        oq_str of = json_tree_text(n, "entity_id");
        *ret_is = of.len && (oq_str_eq(of, s->incident) || oq_str_eq(of, s->work_order));
        s->seen = json_tree_text(n, "type");
    }
    return NULL;
}

static oq_err *check_notification(smoke *s)
{
    return wait_for(s, "notification", notification_is_there);
}

/* --- the rest -----------------------------------------------------------------------------------*/

static oq_err *plan_is_there(smoke *s, bool *ret_is)
{
    const json_node *run;
    OQ_TRY(get(s, s->run_path, &run));
    s->seen = json_tree_text(run, "status");
    *ret_is = !oq_str_eq(s->seen, OQ_STR("queued")) && !oq_str_eq(s->seen, OQ_STR("running"));
    return NULL;
}

/* Of the site alone: the plan of all sites that people work by stays the newest of its kind. */
static oq_err *check_plan(smoke *s)
{
    oq_str id;
    OQ_TRY(make(s, OQ_STR("/api/optimization/maintenance-priority"),
                oq_strf(s->arena, "{\"horizon_days\":%d,\"site_id\":\"%.*s\"}", HORIZON_DAYS,
                        OQ_FMT(s->site)),
                &id));
    s->run_path = oq_strf(s->arena, "/api/optimization/runs/%.*s", OQ_FMT(id));
    OQ_TRY(wait_for(s, "plan", plan_is_there));
    bool is_answer = oq_str_eq(s->seen, OQ_STR("done")) || oq_str_eq(s->seen, OQ_STR("infeasible"));
    return is_answer ? NULL : missing(oq_strf(s->arena, "plan (%.*s)", OQ_FMT(s->seen)).ptr);
}

static oq_err *check_pages(smoke *s)
{
    static const char *const path[] = {"/app",
                                       "/assets",
                                       "/blackbox",
                                       "/alarms",
                                       "/work-orders",
                                       "/models",
                                       "/series",
                                       "/optimization",
                                       "/notifications",
                                       "/optimization/scenarios",
                                       "/duty",
                                       "/plant",
                                       "/api/blackbox/incidents",
                                       "/api/work-orders",
                                       "/api/sites",
                                       "/api/assets",
                                       "/api/ai/assets",
                                       "/api/optimization/runs"};
    for (size_t i = 0; i < OQ_COUNT(path); i++) {
        http_answer a;
        OQ_TRY(http_caller_ask(s->who, "GET", oq_cstr(path[i]), "text/html", OQ_NONE, &a));
        if (a.status != 200)
            return oq_fail(OQ_CONFLICT, "smoke.answered", "method=%s path=%s status=%d code=%s",
                           "GET", path[i], a.status, "-");
    }
    s->seen = oq_strf(s->arena, "%zu", OQ_COUNT(path));
    return NULL;
}

/* A product without a twin says so, and is none the worse for it. */
static oq_err *check_twin(smoke *s)
{
    http_answer a;
    const char *path = "/api/twins/assets";
    OQ_TRY(http_caller_ask(s->who, "GET", oq_cstr(path), "application/json", OQ_NONE, &a));
    if (a.status == 404)
        return oq_fail(OQ_NOT_FOUND, "smoke.no_twin");
    s->seen = oq_strf(s->arena, "%d", a.status);
    return a.status == 200 && a.json
               ? NULL
               : oq_fail(OQ_CONFLICT, "smoke.answered", "method=%s path=%s status=%d code=%.*s",
                         "GET", path, a.status, OQ_FMT(json_tree_text(a.json, "code")));
}

/* Who has not signed in reads nothing. */
static oq_err *check_strangers(smoke *s)
{
    http_answer a;
    http_caller *nobody;
    OQ_TRY(http_caller_open(s->arena, s->order->url, &nobody));
    oq_err *err = http_caller_ask(
        nobody, "GET", oq_strf(s->arena, "/api/blackbox/incidents/%.*s", OQ_FMT(s->incident)),
        "application/json", OQ_NONE, &a);
    http_caller_close(nobody);
    OQ_TRY(err);
    s->seen = oq_strf(s->arena, "%d", a.status);
    return a.status == 401 ? NULL : missing("401");
}

/* From the owner's home, what is another tenant's is not there. */
static oq_err *check_other_tenant(smoke *s)
{
    http_answer a;
    if (!s->has_own_tenant)
        return NULL; /* knows of no other one */
    OQ_TRY(post(s, OQ_STR("/api/tenants/leave"), OQ_NONE, NULL));
    s->is_inside = false;
    OQ_TRY(http_caller_ask(s->who, "GET",
                           oq_strf(s->arena, "/api/blackbox/incidents/%.*s", OQ_FMT(s->incident)),
                           "application/json", OQ_NONE, &a));
    s->seen = oq_strf(s->arena, "%d", a.status);
    return a.status == 404 ? NULL : missing("404");
}

/* --- afterwards ---------------------------------------------------------------------------------*/

/* Changes what has a version, as it stands now. */
static oq_err *change(smoke *s, const char *method, oq_str path, oq_str to, const char *member)
{
    const json_node *now;
    OQ_TRY(get(s, path, &now));
    OQ_TRY(http_caller_do(s->who, method, to,
                          oq_strf(s->arena, "{%s,\"version\":%lld}", member,
                                  (long long)json_tree_number(now, "version")),
                          NULL));
    return NULL;
}

static oq_err *clean_tenant(smoke *s)
{
    if (s->is_inside)
        OQ_TRY(post(s, OQ_STR("/api/tenants/leave"), OQ_NONE, NULL));
    s->is_inside = false;
    oq_str path = oq_strf(s->arena, "/api/tenants/%.*s", OQ_FMT(s->tenant));
    return change(s, "PATCH", path, path, "\"status\":\"suspended\"");
}

/* Notes what could not be put away; the rest is put away all the same. */
static void note_left(smoke *s, oq_str *left, const char *what, const oq_err *err)
{
    if (err)
        *left = oq_strf(s->arena, "%.*s%s%s (%s)", OQ_FMT(*left), left->len ? ", " : "", what,
                        err->code);
}

static oq_err *clean_own(smoke *s)
{
    oq_str left = OQ_STR("");
    oq_str rule = oq_strf(s->arena, "/api/alarm-rules/%.*s", OQ_FMT(s->rule));
    oq_str asset = oq_strf(s->arena, "/api/assets/%.*s", OQ_FMT(s->asset));
    oq_str order = oq_strf(s->arena, "/api/work-orders/%.*s", OQ_FMT(s->work_order));
    if (s->rule.len)
        note_left(s, &left, "alarm_rule", change(s, "PATCH", rule, rule, "\"is_enabled\":false"));
    if (s->work_order.len)
        note_left(s, &left, "work_order",
                  change(s, "POST", order, oq_strf(s->arena, "%.*s/status", OQ_FMT(order)),
                         "\"status\":\"cancelled\",\"note\":\"optria smoke\""));
    if (s->incident.len)
        note_left(
            s, &left, "incident",
            post(s, oq_strf(s->arena, "/api/blackbox/incidents/%.*s/status", OQ_FMT(s->incident)),
                 OQ_STR("{\"status\":\"CLOSED\",\"note\":\"optria smoke\"}"), NULL));
    if (s->asset.len)
        note_left(s, &left, "asset", change(s, "PATCH", asset, asset, "\"status\":\"retired\""));
    return left.len ? oq_fail(OQ_CONFLICT, "smoke.left", "mark=%.*s what=%.*s", OQ_FMT(s->mark),
                              OQ_FMT(left))
                    : NULL;
}

static oq_err *check_clean(smoke *s)
{
    s->seen = s->is_made || s->asset.len ? s->mark : OQ_STR("-");
    return s->is_made ? clean_tenant(s) : s->has_own_tenant ? NULL : clean_own(s);
}

/* --- all of it ----------------------------------------------------------------------------------*/

static const struct {
    const char *name;
    oq_err *(*check)(smoke *);
    bool stops;  /* without it the ones behind make no sense */
    bool always; /* whatever went wrong before */
} checks[] = {
    {"server", check_server, true, false},
    {"sign_in", check_sign_in, true, false},
    {"tenant", check_tenant, true, false},
    {"engineer", check_engineer, true, false},
    {"site", check_site, true, false},
    {"asset", check_asset, true, false},
    {"ingest", check_ingest, true, false},
    {"alarm", check_alarm, true, false},
    {"incident", check_incident, true, false},
    {"events", check_events, false, false},
    {"analysis", check_analysis, false, false},
    {"work_order", check_work_order, false, false},
    {"notification", check_notification, false, false},
    {"plan", check_plan, false, false},
    {"pages", check_pages, false, false},
    {"twin", check_twin, false, false},
    {"strangers", check_strangers, false, false},
    {"other_tenant", check_other_tenant, false, false}, /* leaves the tenant */
    {"clean", check_clean, false, true},
};

static void run_checks(smoke *s, void (*say)(void *, const smoke_finding *), void *self,
                       smoke_report *report)
{
    bool is_stopped = false;
    for (size_t i = 0; i < OQ_COUNT(checks); i++) {
        smoke_finding *f = &report->at[report->count++];
        oq_us begun = oq_monotonic();
        s->seen = OQ_NONE;
        *f = (smoke_finding){.check = checks[i].name, .state = SMOKE_SKIPPED};
        if (!is_stopped || (checks[i].always && s->tenant.len)) {
            f->err = checks[i].check(s);
            f->state = f->err && !oq_err_is(f->err, "smoke.no_twin") ? SMOKE_FAILED
                       : !f->err && oq_str_given(s->seen)            ? SMOKE_OK
                                                                     : SMOKE_SKIPPED;
            f->seen = s->seen;
        }
        f->took = oq_monotonic() - begun;
        is_stopped |= f->err && checks[i].stops;
        report->is_healthy &= f->state != SMOKE_FAILED;
        say(self, f);
    }
}

void smoke_test(oq_arena *arena, const smoke_order *order,
                void (*say)(void *self, const smoke_finding *), void *self,
                smoke_report *ret_report)
{
    oq_uuid id = oq_uuid_new(oq_clock_now());
    smoke s = {.arena = arena,
               .order = order,
               .mark = oq_strf(arena, "SMOKE_%02X%02X%02X%02X", id.byte[12], id.byte[13],
                               id.byte[14], id.byte[15])};
    *ret_report = (smoke_report){.is_healthy = true};
    oq_err *err = http_caller_open(arena, order->url, &s.who);
    if (err) {
        ret_report->at[ret_report->count++] =
            (smoke_finding){.check = "server", .state = SMOKE_FAILED, .err = err};
        ret_report->is_healthy = false;
        say(self, &ret_report->at[0]);
        return;
    }
    run_checks(&s, say, self, ret_report);
    http_caller_close(s.engineer);
    http_caller_close(s.who);
}
