/* Analyses over HTTP, two at once, broken off, and what work teaches. */
#include "integration/rca_house.h"

#include <pthread.h>

#include "base/test.h"
#include "blackbox/incident_list.h"
#include "rca/chain.h"
#include "workorder/work.h"

#include "base/banned.h"

static http_route_list routes = {incident_api_routes, rca_routes, work_order_routes, NULL};

static int setup(void **state)
{
    if (rca_house_reset(state))
        return -1;
    house_serve(*state, &routes);
    return 0;
}

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

static bool holds(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

static const char *path(house *h, const char *format, oq_uuid id)
{
    oq_str text = oq_uuid_text(h->arena, id);
    oq_buf out = oq_buf_make(200);
    for (const char *c = format; *c; c++)
        if (*c == '@')
            oq_buf_str(&out, text);
        else
            oq_buf_char(&out, *c);
    const char *made = oq_str_c(h->arena, oq_buf_view(&out));
    oq_buf_drop(&out);
    return made;
}

/* --- M244: a site, an asset, an alert, a work order, an optimization run ------------------------*/

static oq_uuid make_story(house *h)
{
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(1));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order_order order = {.source = OQ_STR("MANUAL"),
                              .asset_id = bb_pump_id(P101),
                              .title = OQ_STR("Check the coupling")};
    work_order *made;
    CHECK_OK(work_order_create(s, &order, &made, NULL));
    house_commit(s);
    event_order e = bb_reading("opt-1", -3, P101);
    e.source_type = EVENT_OPTIMIZATION_RUN;
    e.category = CATEGORY_SYSTEM;
    e.severity = SEVERITY_INFO;
    bb_add(h, &e, 1);
    return rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
}

static void test_smoke(void **state)
{
    house *h = *state;
    oq_uuid id = make_story(h);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE tenant_id ="
                               " '0a000000-0000-0000-0000-000000000000' AND root_asset_id ="
                               " '00000000-0000-0000-0000-0000000000c0' AND window_from ="
                               " anchor_time - interval '30 minutes'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_events"), 3);
    CHECK_REFUSED("not yet", house_get(h, ADMIN_A, path(h, "/api/blackbox/incidents/@/rca", id)),
                  404, "rca.not_found");
    seen s = house_send(h, ADMIN_A, "POST", path(h, "/api/blackbox/incidents/@/rca", id), NULL);
    assert_int_equal(s.status, 200);
    CHECK("story", holds(&s, "\"event_story\":{") && holds(&s, "Likeliest cause"));
    CHECK("score", holds(&s, "bearing_fault") && holds(&s, "\"recommended_actions\":["));
    s = house_get(h, ADMIN_A, "/api/blackbox/incidents");
    CHECK("list", s.status == 200 && holds(&s, "bearing_fault"));
    s = house_get(h, ADMIN_A, path(h, "/api/blackbox/incidents/@", id));
    CHECK("detail", s.status == 200 && holds(&s, "\"rca_summary\":{"));
    s = house_get(h, ADMIN_A, path(h, "/api/blackbox/incidents/@/rca?run=1", id));
    CHECK("an older one", s.status == 200 && holds(&s, "\"number\":1"));
    CHECK_REFUSED("none", house_get(h, ADMIN_A, path(h, "/api/blackbox/incidents/@/rca?run=9", id)),
                  404, "rca.not_found");
    CHECK_REFUSED("elsewhere", house_get(h, ADMIN_B, path(h, "/api/blackbox/incidents/@/rca", id)),
                  404, "incident.not_found");
    s = house_get(h, VIEWER_A, path(h, "/api/blackbox/incidents/@/rca", id));
    CHECK("a viewer sees no story",
          s.status == 200 && holds(&s, "\"event_story\":null") && holds(&s, "\"result\":null"));
    CHECK("no factors", holds(&s, "main_hypothesis") && !holds(&s, "contributing_factors"));
    CHECK_REFUSED(
        "a viewer runs nothing",
        house_send(h, VIEWER_A, "POST", path(h, "/api/blackbox/incidents/@/rca", id), NULL), 403,
        "access.forbidden");
}

static void test_order_and_cause(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE assets SET criticality = 'low'");
    rca_house_signals(h, P101, 0, TROUBLE_NONE);
    oq_clock_set(bb_at(1));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_MAJOR);
    testdb_exec(h->db, "UPDATE blackbox_incidents SET severity = 'MINOR'");
    seen s =
        house_send(h, ADMIN_A, "POST", path(h, "/api/blackbox/incidents/@/work-order", id), NULL);
    assert_int_equal(s.status, 201);
    CHECK("by hand", holds(&s, "\"source\":\"MANUAL\""));
    s = house_send(h, ADMIN_A, "POST", path(h, "/api/blackbox/incidents/@/work-order", id), NULL);
    CHECK("the same", s.status == 200 && number(h, "SELECT count(*) FROM work_orders") == 1);
    s = house_get(h, ADMIN_A, path(h, "/api/blackbox/incidents/@/causes", id));
    CHECK("to choose from", s.status == 200 && holds(&s, "\"code\":\"bearing_fault\"") &&
                                holds(&s, "\"label_ar\":\"عطل المحمل\""));
    s = house_send(h, ADMIN_A, "POST", path(h, "/api/blackbox/incidents/@/cause", id),
                   "{\"cause\":\"seal_leak\",\"note\":\"drips\"}");
    CHECK("said", s.status == 200 && holds(&s, "\"confirmed_cause\":\"seal_leak\""));
    assert_int_equal(number(h, "SELECT count(*) FROM rca_cases WHERE cause = 'seal_leak'"), 1);
}

static void test_by_hand(void **state)
{
    house *h = *state;
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(1));
    CHECK_REFUSED("nothing there",
                  house_send(h, ADMIN_A, "POST",
                             path(h, "/api/blackbox/assets/@/run", bb_pump_id(P101)), NULL),
                  409, "incident.nothing_there");
    event_order e = bb_reading("r1", -2, P101);
    bb_add(h, &e, 1);
    seen s = house_send(h, ADMIN_A, "POST", path(h, "/api/blackbox/assets/@/run", bb_pump_id(P101)),
                        NULL);
    assert_int_equal(s.status, 202);
    CHECK("an incident", holds(&s, "\"number\":1") && holds(&s, "\"status\":\"OPEN\""));
    /* It is stored, and one analysis is ordered: by the opening, or anew where it was there. */
    assert_int_equal(number(h, "SELECT count(*) FROM rca_runs"), 0);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'rca.run'"), 1);
    testdb_exec(h->db, "DELETE FROM jobs");
    s = house_send(h, ADMIN_A, "POST", path(h, "/api/blackbox/assets/@/run", bb_pump_id(P101)),
                   NULL);
    assert_int_equal(s.status, 202);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'rca.run'"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM rca_runs"), 0);
}

/* --- two at once, broken off --------------------------------------------------------------------*/

typedef struct racer {
    house *h;
    oq_uuid id;
    int64_t number;
} racer;

static void *race(void *arg)
{
    racer *r = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s;
    oq_scope_options options = {.pool = r->h->pool,
                                .tenant_id = HOUSE_A,
                                .access = OQ_WRITE,
                                .actor = {.kind = ACTOR_JOB,
                                          .label = OQ_STR("race"),
                                          .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                .arena = arena};
    rca_run *run;
    oq_err *err = oq_scope_open(&options, &s);
    if (!err) {
        err = rca_analyse(s, r->id, OQ_STR("race"), &run);
        if (!err)
            err = oq_scope_commit(s);
        if (!err)
            r->number = run->number;
        oq_scope_close(s);
    }
    if (err)
        print_error("%s %s\n", err->code, err->detail ? err->detail : "");
    oq_arena_close(arena);
    return NULL;
}

static void test_race(void **state)
{
    house *h = *state;
    oq_uuid id = make_story(h);
    racer r[2] = {{h, id, 0}, {h, id, 0}};
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, race, &r[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(r[0].number + r[1].number, 3); /* one is the first, one the second */
    assert_int_equal(number(h, "SELECT count(*) FROM rca_runs"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders WHERE source = 'BLACKBOX_AUTO'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications n JOIN work_orders o ON"
                               " n.entity_id = o.id::text AND n.user_id = o.assigned_user_id WHERE"
                               " o.source = 'BLACKBOX_AUTO'"),
                     1);
}

/* A process that dies before its commit leaves nothing half: neither run nor order nor message. */
static void test_broken_off(void **state)
{
    house *h = *state;
    oq_uuid id = make_story(h);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    rca_run *run;
    CHECK_OK(rca_analyse(s, id, OQ_STR("dies"), &run));
    oq_scope_close(s);
    assert_int_equal(number(h, "SELECT (SELECT count(*) FROM rca_runs) + (SELECT count(*) FROM"
                               " rca_cases) + (SELECT count(*) FROM work_orders WHERE source ="
                               " 'BLACKBOX_AUTO') + (SELECT count(*) FROM blackbox_incidents WHERE"
                               " top_cause IS NOT NULL)"),
                     0);
    assert_int_equal(rca_house_analyse(h, id)->number, 1);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders WHERE source = 'BLACKBOX_AUTO'"),
                     1);
}

/* --- what work teaches --------------------------------------------------------------------------*/

static void learn(house *h, oq_uuid id, const char *found)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(rca_learn(s, id, oq_cstr(found)));
    house_commit(s);
}

static const char *cause(house *h)
{
    return testdb_value(h->db, "SELECT coalesce(confirmed_cause, '') FROM blackbox_incidents");
}

static void test_learns(void **state)
{
    house *h = *state;
    oq_uuid id = make_story(h);
    rca_house_analyse(h, id);
    learn(h, id, "something odd in the sump");
    CHECK_STR("words are a proposal", oq_cstr(cause(h)), "");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_steps WHERE step ="
                               " 'cause_proposed'"),
                     1);
    testdb_exec(h->db, "UPDATE blackbox_incidents SET confirmed_by = NULL");
    learn(h, id, "عطل المحمل");
    CHECK_STR("a name is its code", oq_cstr(cause(h)), "bearing_fault");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_steps WHERE step LIKE"
                               " 'cause_co%' AND note = E'Found by the work\\nكشفه العمل'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM rca_rule_hits WHERE verdict = 'confirmed'"),
                     1);
    learn(h, id, "seal_leak"); /* ADMIN_A confirmed by now: a person's word stands */
    CHECK_STR("stands", oq_cstr(cause(h)), "bearing_fault");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_smoke, setup),
        cmocka_unit_test_setup(test_order_and_cause, setup),
        cmocka_unit_test_setup(test_by_hand, setup),
        cmocka_unit_test_setup(test_race, setup),
        cmocka_unit_test_setup(test_broken_off, setup),
        cmocka_unit_test_setup(test_learns, setup),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
