/* The first page, on a real PostgreSQL: what it answers, to whom, and what it keeps to itself. */
#include "work_house.h"

#include "dashboard/dashboard.h"
#include "optimize/optimize.h"
#include "web/page.h"

#include "base/banned.h"

#define A        "'0a000000-0000-0000-0000-000000000000'"
#define INCIDENT "00000000-0000-7000-8000-0000000000c1"
#define ORDER    "00000000-0000-7000-8000-0000000000d1"
#define ALARM    "00000000-0000-7000-8000-0000000000f1"

static http_route_list routes = {dashboard_routes, web_routes, NULL};

static void run(house *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void run(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(h->arena, format, args);
    va_end(args);
    testdb_exec(h->db, sql.ptr);
}

static const char *id_text(house *h, oq_uuid id)
{
    return oq_str_c(h->arena, oq_uuid_text(h->arena, id));
}

static int empty(void **state)
{
    house *h = *state;
    house_serve(h, &routes);
    return house_reset(state);
}

static int with_plant(void **state)
{
    house *h = *state;
    house_serve(h, &routes);
    return work_house_reset(state);
}

/* What the page says is held against its answers alone, or all of it. */
static void check_says(const char *label, seen page, const char *const *said,
                       const char *const *unsaid)
{
    if (page.status != 200)
        fail_msg("%s: %d %.*s", label, page.status, OQ_FMT(page.body));
    for (; *said; said++)
        if (!seen_has(&page, *said))
            fail_msg("%s: does not say \"%s\":\n%.*s", label, *said, OQ_FMT(page.body));
    for (; *unsaid; unsaid++)
        if (seen_has(&page, *unsaid))
            fail_msg("%s: says \"%s\"", label, *unsaid);
    if (seen_has(&page, "{{") || seen_has(&page, ">dashboard."))
        fail_msg("%s: a key or a mark of a template shows", label);
}
#define SAYS(...)   ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define UNSAID(...) SAYS(__VA_ARGS__)

/* --- a plant with a story ------------------------------------------------------------------------*/

static void score(house *h, double at_end)
{
    run(h,
        "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, health_score,"
        " failure_probability, failure_low, failure_high, horizon_h, production_risk_index,"
        " top_mode, curve, detail) SELECT " A ", '%s', '2026-11-19 08:00+03', 'ENOUGH', 60, %f,"
        " %f / 2, %f, 168, 62, 'misalignment',"
        " (SELECT jsonb_agg(jsonb_build_array(d, %f * d / 40, %f * d / 30, least(1, %f * d / 20))"
        "  ORDER BY d) FROM generate_series(0, 30) d),"
        " jsonb_build_object('failure', jsonb_build_array(jsonb_build_object('mode',"
        "  'misalignment', 'probability', %f)))",
        id_text(h, WORK_ASSET), at_end, at_end, at_end * 1.5, at_end, at_end, at_end, at_end);
}

static void price(house *h)
{
    run(h, "UPDATE asset_failure_modes SET repair_h = 4");
    run(h, "INSERT INTO optimization_cost_models (tenant_id, id, code, name, is_default, currency,"
           " failure_minor, maintenance_minor, downtime_per_hour_minor, labour_per_hour_minor,"
           " created_at, updated_at) VALUES (" A ", gen_random_uuid(), 'std', 'Standard', true,"
           " 'SAR', 20000000, 1000000, 500000, 10000, now(), now())");
}

static void fail_pump(house *h)
{
    run(h,
        "INSERT INTO blackbox_events (tenant_id, id, asset_id, source_system, source_type,"
        " source_id, event_time, ingest_time, severity, event_category, summary) VALUES (" A
        ", '" INCIDENT "', '%s', 'PI', 'ALARM', 'x', '2026-11-19 11:30+03',"
        " '2026-11-19 11:30+03', 'CRITICAL', 'ALERT', 'P-101 tripped')",
        id_text(h, WORK_ASSET));
    run(h,
        "INSERT INTO blackbox_incidents (tenant_id, id, number, incident_type, severity, title,"
        " title_ar, root_asset_id, site_id, start_time, anchor_time, window_from, window_to,"
        " grace_until, trigger_event_id, trace_id, created_at, updated_at, top_cause,"
        " top_probability, rca_summary) VALUES (" A ", '" INCIDENT "', 17, 'FAILURE', 'CRITICAL',"
        " 'P-101: pump tripped', 'P-101: توقفت المضخة', '%s', '%s', '2026-11-19 11:30+03',"
        " '2026-11-19 11:30+03', '2026-11-19 11:00+03', '2026-11-19 12:00+03',"
        " '2026-11-19 13:00+03', '" INCIDENT "', gen_random_uuid(), now(), now(), 'misalignment',"
        " 0.65, '{\"confidence\": 0.65, \"main_hypothesis\": {\"en\": \"Misalignment on P-101"
        " (65%%)\", \"ar\": \"عدم محاذاة في P-101\"}}')",
        id_text(h, WORK_ASSET), id_text(h, WORK_SITE));
    run(h,
        "INSERT INTO alerts (tenant_id, id, source, source_key, asset_id, code, title, priority,"
        " severity, state, value, limit_value, unit, raised_at, seen_at, last_at, trace_id,"
        " updated_at) VALUES (" A ", '" ALARM "', 'RULE', 'x', '%s', 'vib', 'Vibration high',"
        " 'high', 'MAJOR', 'unacknowledged', 7.25, 4.5, 'mm/s', '2026-11-19 11:20+03', now(),"
        " now(), gen_random_uuid(), now())",
        id_text(h, WORK_ASSET));
}

static void send_ali(house *h)
{
    run(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, asset_id, title, priority,"
        " incident_id, assigned_user_id, due_at, planned_from, planned_h, created_at, updated_at)"
        " VALUES (" A ", '" ORDER "', 'WO-8', 'BLACKBOX_AUTO', '%s', 'Align the pump', 'critical',"
        " '" INCIDENT "', '%s', '2026-11-21 12:00+03', '2026-11-20 08:00+03', 4, now(), now())",
        id_text(h, WORK_ASSET), id_text(h, worker_id(ALI)));
}

static void tell_the_story(house *h)
{
    score(h, 0.4);
    price(h);
    fail_pump(h);
    send_ali(h);
}

static seen as_worker(house *h, worker w, const char *path)
{
    return house_get_as(h, ADMIN_A, worker_id(w),
                        w == ZAID ? ROLE_RELIABILITY_ENGINEER : ROLE_ENGINEER, path);
}

/* --- nothing is there ----------------------------------------------------------------------------*/

static void test_a_new_tenant(void **state)
{
    house *h = *state;
    check_says("who sets it up", house_get(h, ADMIN_A, "/app"),
               SAYS("Getting started", "/plant/import", "Cost models", "0 of 8 done"),
               UNSAID("What needs attention first?", "Maintenance priority"));
    check_says("who waits", house_get(h, VIEWER_A, "/app"), SAYS("There is no plant here yet"),
               UNSAID("Getting started", "/plant/import", "What needs attention first?"));
}

static void test_a_calm_plant(void **state)
{
    house *h = *state;
    check_says("calm", house_get(h, ADMIN_A, "/app"),
               SAYS("Nothing right now", "Known for 0 of 1 assets", "Nothing has failed",
                    "There is no plan yet to tell", "no alarm rule watches", "Nobody has to go",
                    "is not part of this installation yet"),
               UNSAID("P-101", "Getting started"));
}

/* --- the five answers ----------------------------------------------------------------------------*/

static void test_the_five_answers(void **state)
{
    house *h = *state;
    tell_the_story(h);
    check_says("who decides", house_get(h, ADMIN_A, "/app"),
               SAYS("P-101: pump tripped", "Severity: critical; it began 30 minutes ago",
                    "Chance that it fails within 7 days: 40% (between 20% and 60%)",
                    "Most likely: Misalignment on P-101 (65%)", "the other 35%",
                    "href=\"/blackbox/incidents/" INCIDENT "\"", "Waiting 7 days costs",
                    "#deferral\"", "Between ", "Vibration high", "It read", "the limit is",
                    "href=\"/alarms/" ALARM "\"", "Ali", "20 Nov 2026, 08:00", "Align the pump",
                    "href=\"/work-orders/" ORDER "\""),
               UNSAID("Nothing right now"));
    check_says("in Arabic", house_get(h, ADMIN_A, "/app?lang=ar"),
               SAYS("ما الذي يحتاج إلى الانتباه أولًا؟", "توقفت المضخة", "عدم محاذاة",
                    "كم يكلّف الانتظار؟", "ليس جزءًا من هذا التركيب بعد"),
               UNSAID("Vibration of", "What needs"));
}

static void test_a_confirmed_cause(void **state)
{
    house *h = *state;
    tell_the_story(h);
    run(h, "UPDATE blackbox_incidents SET confirmed_cause = 'misalignment'");
    check_says("confirmed", house_get(h, ADMIN_A, "/app"),
               SAYS("Misalignment", ", confirmed by a person", "had 65%",
                    "No cause waits to be confirmed"),
               UNSAID("Most likely:"));
}

static void test_a_cause_that_nobody_knows(void **state)
{
    house *h = *state;
    tell_the_story(h);
    run(h, "UPDATE blackbox_incidents SET top_cause = 'other', top_probability = 0.86");
    check_says("other", house_get(h, ADMIN_A, "/app"),
               SAYS("Not known yet: INC-17 has no cause.", "lays 86% on causes"),
               UNSAID("Most likely:"));
}

static void test_what_is_not_known_is_asked_for(void **state)
{
    house *h = *state;
    fail_pump(h);
    check_says("no score, no cost model, nobody to go", house_get(h, ADMIN_A, "/app"),
               SAYS("How likely it is to fail is not known", "Not known yet.",
                    "To answer it, provide: how likely it is to fail",
                    "Nobody: there is no work order for it."),
               UNSAID("Waiting 7 days costs", "SAR"));
}

static void test_an_alarm_or_a_risk_comes_first(void **state)
{
    house *h = *state;
    score(h, 0.4);
    check_says("a risk", house_get(h, ADMIN_A, "/app"),
               SAYS("has the highest production risk: 62 of 100", "has not failed", "Misalignment"),
               UNSAID("Nothing right now"));
    run(h, "DELETE FROM asset_ai_scores");
    fail_pump(h);
    run(h, "UPDATE blackbox_incidents SET severity = 'MINOR'");
    check_says("an alarm before a minor incident", house_get(h, ADMIN_A, "/app"),
               SAYS("Priority: High; it was raised 40 minutes ago", "INC-17"),
               UNSAID("Severity: minor"));
}

static void test_a_plan(void **state)
{
    house *h = *state;
    optimize_run *asked;
    score(h, 0.9);
    price(h);
    work_shift(h, ALI, "DAY", 420, 480, false);
    work_skill(h, ALI, 3, NULL);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    optimize_order order = {.problem = OPTIMIZE_MAINTENANCE,
                            .horizon_days = 14,
                            .from_day = OQ_DATE_NONE,
                            .as_of = OQ_TIME_NONE};
    oq_fields_preset(h->arena, optimize_parameters_fields, &order.parameters);
    CHECK_OK(optimize_ask(s, &order, &asked));
    house_commit(s);
    check_says("under way", house_get(h, ADMIN_A, "/app"),
               SAYS("is being made", "There is no plan yet"), UNSAID("Look at it and approve"));
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_do(s, asked->id));
    house_commit(s);
    check_says("who approves", house_get(h, ADMIN_A, "/app"),
               SAYS("Doing it in time avoids an expected", "The plan proposes", "Ali",
                    "in the plan", "nobody has approved OPT-1 yet", "Look at it and approve",
                    "one job within"),
               UNSAID("There is no plan yet"));
    check_says("who may not approve", as_worker(h, ZAID, "/app"), SAYS("Open the plan"),
               UNSAID("Look at it and approve"));
    run(h, "UPDATE optimization_runs SET as_of = as_of - interval '4 days',"
           " created_at = created_at - interval '4 days'");
    check_says("a plan that cannot be approved any more", house_get(h, ADMIN_A, "/app"),
               SAYS("Open the plan"), UNSAID("Look at it and approve"));
    run(h, "UPDATE optimization_runs SET as_of = as_of + interval '4 days',"
           " created_at = created_at + interval '4 days'");
    run(h, "INSERT INTO work_orders (tenant_id, id, number, source, title, status, created_at,"
           " updated_at) VALUES (" A ", '" ORDER "', 'WO-8', 'OPTIMIZER', 'Align the pump', 'done',"
           " now(), now())");
    run(h, "UPDATE optimization_recommendations SET made_order_id = '" ORDER "'");
    check_says("its first job is done", house_get(h, ADMIN_A, "/app"),
               SAYS("has the highest production risk"),
               UNSAID("Doing it in time avoids", "The plan proposes Ali", "Align the pump"));
    run(h, "UPDATE optimization_runs SET status = 'failed', finished_at = NULL");
    check_says("failed", house_get(h, ADMIN_A, "/app"), SAYS("The newest run, ", "failed."),
               UNSAID("Look at it and approve"));
}

/* --- what is not of the asset ---------------------------------------------------------------------*/

/* A retired asset keeps its last score, and hides nobody's behind it. */
static void test_a_retired_asset_is_not_first(void **state)
{
    house *h = *state;
    score(h, 0.4);
    run(h,
        "INSERT INTO assets (tenant_id, id, site_id, code, name, status, created_at, updated_at)"
        " VALUES (" A ", '" ORDER "', '%s', 'P-9', 'Old pump', 'retired', now(), now())",
        id_text(h, WORK_SITE));
    run(h, "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, health_score,"
           " failure_probability, horizon_h, production_risk_index, detail) VALUES (" A ", '" ORDER
           "', '2026-11-19 08:00+03', 'ENOUGH', 5, 0.99, 168, 99, '{}')");
    check_says("a retired asset", house_get(h, ADMIN_A, "/app"),
               SAYS("has the highest production risk: 62 of 100", "P-101",
                    "All 1 assets have a chance of failure", "href=\"/assets?sort=risk\""),
               UNSAID("P-9", "Old pump", "99"));
}

static void test_an_incident_without_an_asset(void **state)
{
    house *h = *state;
    tell_the_story(h);
    run(h, "UPDATE blackbox_incidents SET root_asset_id = NULL");
    run(h, "UPDATE work_orders SET incident_id = NULL");
    check_says("of no asset", house_get(h, ADMIN_A, "/app"),
               SAYS("pump tripped", "Nobody: there is no work order for it."),
               UNSAID("Align the pump", "One alarm is active on it."));
    run(h, "UPDATE blackbox_incidents SET status = 'RESOLVED'");
    run(h, "DELETE FROM asset_ai_scores");
    run(h, "UPDATE alerts SET asset_id = NULL");
    check_says("an alarm of no asset", house_get(h, ADMIN_A, "/app"),
               SAYS("Vibration high", "Nobody: there is no work order for it."),
               UNSAID("Align the pump", "One alarm is active on it."));
}

static void test_what_is_shelved_is_not_acted_on(void **state)
{
    house *h = *state;
    tell_the_story(h);
    check_says("one", house_get(h, ADMIN_A, "/app"), SAYS("One alarm is active on it."), UNSAID());
    run(h,
        "INSERT INTO alerts (tenant_id, id, source, source_key, asset_id, code, title, priority,"
        " severity, state, raised_at, seen_at, last_at, trace_id, updated_at) SELECT " A
        ", gen_random_uuid(), 'RULE', 'y' || n, '%s', 'vib', 'Vibration high', 'low', 'MINOR',"
        " 'unacknowledged', now(), now(), now(), gen_random_uuid(), now()"
        " FROM generate_series(1, 24) n",
        id_text(h, WORK_ASSET));
    check_says("all are counted", house_get(h, ADMIN_A, "/app"),
               SAYS("25 alarms are active on it."), UNSAID());
    run(h, "UPDATE alerts SET shelved_until = '2026-11-20 12:00+03'");
    check_says("shelved", house_get(h, ADMIN_A, "/app"),
               SAYS("all that is active on it is shelved or suppressed"),
               UNSAID("Bring it back within its limit", "active on it."));
}

/* The job costs more than the failure: the band speaks of the same thing as the sentence. */
static void test_waiting_that_is_cheaper(void **state)
{
    house *h = *state;
    score(h, 0.4);
    price(h);
    run(h,
        "UPDATE optimization_cost_models SET failure_minor = 1000, maintenance_minor = 90000000");
    check_says("cheaper", house_get(h, ADMIN_A, "/app"),
               SAYS("cheaper than acting today", "Between "),
               UNSAID("Between -", "Between \u2212"));
}

/* In Riyadh it is the 20th when it is 22:00 of the 19th in Greenwich. */
static void test_today_is_the_tenants(void **state)
{
    house *h = *state;
    work_shift(h, ALI, "DAY", 420, 480, false);
    run(h, "UPDATE user_shifts SET from_day = '2026-11-20'");
    check_says("the day before", house_get(h, ADMIN_A, "/app"), SAYS("Nobody is on a shift"),
               UNSAID());
    oq_clock_advance(13 * OQ_HOUR);
    check_says("by the wall in Riyadh", house_get(h, ADMIN_A, "/app"), SAYS("people work shifts"),
               UNSAID("Nobody is on a shift"));
}

/* --- what each role sees -------------------------------------------------------------------------*/

static void test_what_a_viewer_may_not_see(void **state)
{
    house *h = *state;
    tell_the_story(h);
    check_says("a viewer", house_get(h, VIEWER_A, "/app"),
               SAYS("P-101: pump tripped", "What needs attention first?", "Why did it fail?",
                    "How should we run until then?", "Maintenance priority", "Risk by site"),
               UNSAID("What does waiting cost?", "Who goes when?", "SAR", "Ali", "WO-8",
                      "/work-orders", "Recommended plan", "Causes that wait", "Alarms to look at",
                      "/optimization", "/users", "/audit", "/jobs", "What decisions still need",
                      "Data and integrations"));
}

static void test_engineers_see_what_is_theirs(void **state)
{
    house *h = *state;
    tell_the_story(h);
    check_says("whose order it is", as_worker(h, ALI, "/app"),
               SAYS("P-101: pump tripped", "Most likely: Misalignment", "Your work orders", "WO-8",
                    "Align the pump", "planned 20 Nov 2026", "Causes that wait for you",
                    "Maintenance priority"),
               UNSAID("/users", "/audit", "Data and integrations", "What decisions still need",
                      "People</h2>"));
    check_says("whose it is not", as_worker(h, BADR, "/app"),
               SAYS("Vibration high", "No order of yours is about an incident of",
                    "Not you: no open order of yours", "You have no open work order",
                    "No cause waits to be confirmed"),
               UNSAID("INC-17", "pump tripped", "has not failed", "WO-8", "Align the pump", "Ali"));
    check_says("who confirms", as_worker(h, ZAID, "/app"),
               SAYS("INC-17", "Misalignment on P-101 (65%)", "Ali", "Recommended plan"),
               UNSAID("Data and integrations", "/users", "/jobs"));
    check_says(
        "who plans", house_get(h, OPTIMIZER_A, "/app"),
        SAYS("INC-17", "What decisions still need", "Data and integrations", "Recommended plan"),
        UNSAID("/users?", "What happened last"));
}

static void test_tenants_and_the_platform(void **state)
{
    house *h = *state;
    tell_the_story(h);
    check_says("another tenant", house_get(h, ADMIN_B, "/app"), SAYS("Getting started"),
               UNSAID("P-101", "INC-17", "Ali", "WO-8", "Riyadh"));
    check_says(
        "the platform", house_get(h, OWNER, "/app"),
        SAYS("Tenant A", "Tenant B", "A_DEMO", "Plans in 30 days"),
        UNSAID("P-101", "INC-17", "Ali", "WO-8", "What needs attention first?", "Getting started"));
}

/* One card cannot be read: the others stand, and the page says so. */
static void test_a_card_that_fails(void **state)
{
    house *h = *state;
    tell_the_story(h);
    run(h, "REVOKE SELECT ON tenant_integrations FROM optria_app");
    seen page = house_get(h, ADMIN_A, "/app");
    run(h, "GRANT SELECT ON tenant_integrations TO optria_app");
    check_says("without integrations", page,
               SAYS("This part of the page could not be read:", "P-101: pump tripped",
                    "Maintenance priority"),
               UNSAID("Signals heard within the hour"));
}

static void test_a_tour_that_fails(void **state)
{
    house *h = *state;
    run(h, "ALTER TABLE users RENAME tour_seen_at TO tour_seen_gone");
    seen page = house_get(h, ADMIN_A, "/app");
    run(h, "ALTER TABLE users RENAME tour_seen_gone TO tour_seen_at");
    check_says("without a tour", page, SAYS("What needs attention first?"), UNSAID("A short tour"));
}

/* Offered until it is ended, by each person for themselves; again when asked for. */
static void test_the_tour(void **state)
{
    house *h = *state;
    check_says("at first", house_get(h, ADMIN_A, "/app"),
               SAYS("A short tour", "Bring your plant in", "People and their roles", "1 of 9"),
               UNSAID("Tenants</h3>"));
    check_says("what one may open", house_get(h, VIEWER_A, "/app"), SAYS("A short tour", "1 of 5"),
               UNSAID("Bring your plant in", "Work orders</h3>", "The maintenance plan"));
    check_says("the platform's", house_get(h, OWNER, "/app"), SAYS("Tenants</h3>"), UNSAID("{n}"));
    seen ended = house_form(h, ADMIN_A, "/app/tour", "");
    CHECK("ended", ended.status == 303);
    check_says("not again", house_get(h, ADMIN_A, "/app"), SAYS("Where things stand"),
               UNSAID("A short tour"));
    check_says("another's own", house_get(h, VIEWER_A, "/app"), SAYS("A short tour"), UNSAID());
    check_says("on request", house_get(h, ADMIN_A, "/app?tour=on"), SAYS("A short tour"), UNSAID());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_new_tenant, empty),
        cmocka_unit_test_setup(test_a_calm_plant, with_plant),
        cmocka_unit_test_setup(test_the_five_answers, with_plant),
        cmocka_unit_test_setup(test_a_confirmed_cause, with_plant),
        cmocka_unit_test_setup(test_a_cause_that_nobody_knows, with_plant),
        cmocka_unit_test_setup(test_what_is_not_known_is_asked_for, with_plant),
        cmocka_unit_test_setup(test_an_alarm_or_a_risk_comes_first, with_plant),
        cmocka_unit_test_setup(test_a_plan, with_plant),
        cmocka_unit_test_setup(test_a_retired_asset_is_not_first, with_plant),
        cmocka_unit_test_setup(test_an_incident_without_an_asset, with_plant),
        cmocka_unit_test_setup(test_what_is_shelved_is_not_acted_on, with_plant),
        cmocka_unit_test_setup(test_waiting_that_is_cheaper, with_plant),
        cmocka_unit_test_setup(test_today_is_the_tenants, with_plant),
        cmocka_unit_test_setup(test_what_a_viewer_may_not_see, with_plant),
        cmocka_unit_test_setup(test_engineers_see_what_is_theirs, with_plant),
        cmocka_unit_test_setup(test_tenants_and_the_platform, with_plant),
        cmocka_unit_test_setup(test_a_card_that_fails, with_plant),
        cmocka_unit_test_setup(test_a_tour_that_fails, with_plant),
        cmocka_unit_test_setup(test_the_tour, with_plant),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
