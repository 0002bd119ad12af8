/* What the walls are tried on: an object of tenant A for each noun of a path. */
#include "support/walls.h"

#include <math.h>

#include "alarm/api.h"
#include "blackbox/incident.h"
#include "historian/series.h"
#include "historian/write.h"
#include "identity/once.h"
#include "identity/seed.h"
#include "identity/token.h"
#include "job/job.h"
#include "lead/lead.h"
#include "notify/notify.h"
#include "notify/webhook.h"
#include "optimize/run.h"
#include "plant/record.h"
#include "rca/rca.h"
#include "rca/rule.h"
#include "support/plant_samples.h"
#include "tenant/tenant.h"
#include "workorder/work_order.h"

#include "base/banned.h"

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
