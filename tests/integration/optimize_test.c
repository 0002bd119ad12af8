/* What needs maintenance first, on a real PostgreSQL: gathered, solved, repeated. */
#include "optimize_house.h"

#include "workorder/work.h"

#include "base/banned.h"

/* The row of the one order. */
static const optimize_advice *ordered(const optimize_advices *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!oq_uuid_is_zero(rows->at[i].work_order_id))
            return &rows->at[i];
    fail_msg("no order");
    return NULL;
}

/* --- a plan -------------------------------------------------------------------------------------*/

static void test_what_is_feared_most_comes_first(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    CHECK("done", r->status == OPTIMIZE_DONE);
    CHECK_STR("currency", r->currency, "SAR");
    CHECK("cheaper than doing nothing", r->objective_minor < r->baseline_minor);
    CHECK("no plan is below its bound", r->bound_minor <= r->objective_minor);
    assert_int_equal(rows.count, 3);
    CHECK_STR("first", rows.at[0].asset_code, "P-101");
    CHECK("is done", rows.at[0].action == OPTIMIZE_DO && rows.at[0].day != OQ_DATE_NONE);
    CHECK("by who has the skill", oq_str_eq(rows.at[0].crew_name, OQ_STR("Ali")));
    CHECK_STR("second", rows.at[1].asset_code, "P-102");
    CHECK("is done too", rows.at[1].action == OPTIMIZE_DO);
    CHECK("what hardly fails is left", rows.at[2].action == OPTIMIZE_DEFER);
    CHECK("its reason", oq_str_find(rows.at[2].reasons, OQ_STR("left_not_worth")) != SIZE_MAX);
    CHECK("saves more than it costs",
          rows.at[0].avoided_minor > rows.at[0].planned_minor && rows.at[0].planned_minor > 0);
    assert_int_equal(work_count(h, "blackbox_events WHERE source_type = 'OPTIMIZATION_RUN'"), 1);
    assert_int_equal(
        work_count(h, "blackbox_events WHERE source_type = 'OPTIMIZATION_RECOMMENDATION'"), 2);
    assert_int_equal(work_count(h, "notifications WHERE type = 'optimization.done'"), 1);
    assert_int_equal(work_count(h, "audit_logs WHERE action = 'optimization.asked'"), 1);
}

static void test_a_run_is_repeated_to_the_same_answer(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    bool same = false;
    /* What is known now does not matter any more. */
    optimize_sql(h, "UPDATE optimization_cost_models SET failure_minor = 1");
    optimize_sql(h, "DELETE FROM asset_ai_scores");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_repeat(s, r->id, &same));
    oq_scope_close(s);
    CHECK("the same", same);
    optimize_sql(h, "UPDATE optimization_runs SET inputs = jsonb_set(inputs, '{move_cost}', '5')");
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_CODE("touched inputs", optimize_repeat(s, r->id, &same), "optimize.inputs_changed");
    oq_scope_close(s);
}

static void test_nothing_later_is_looked_at(void **state)
{
    house *h = *state;
    optimize_run *first = optimize_plan(h);
    optimize_sql(h, "UPDATE asset_ai_scores SET is_latest = false");
    optimize_sql(h, "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, horizon_h, curve,"
           " detail) SELECT tenant_id, asset_id, '2026-11-25', 'ENOUGH', 720,"
           " '[[0,0,0,0],[30,0,0,0]]', '{}' FROM asset_ai_scores");
    oq_clock_set(WORK_NOON + 10 * OQ_DAY);
    optimize_run *made, *again;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s,
                          &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                            .horizon_days = 14,
                                            .from_day = first->from_day,
                                            .as_of = WORK_NOON,
                                            .parameters = optimize_plain(h)},
                          &made));
    CHECK_OK(optimize_do(s, made->id));
    CHECK_OK(optimize_run_get(s, made->id, &again));
    house_commit(s);
    assert_int_equal(again->objective_minor, first->objective_minor);
    assert_int_equal(again->baseline_minor, first->baseline_minor);
}

/* Each amount is rounded once. */
static void near(int64_t minor, double wanted)
{
    if (fabs((double)minor - wanted) > 1.01)
        fail_msg("%lld, wanted %.1f", (long long)minor, wanted);
}

/* A failure stands for the delay too, damages more than itself, and costs the full hour. */
static void test_a_planned_stop_is_not_a_failure(void **state)
{
    house *h = *state;
    optimize_advices before = optimize_rows(h, optimize_plan(h));
    optimize_sql(h, "UPDATE optimization_cost_models SET planned_stop_per_hour_minor = 100000");
    optimize_advices cheaper = optimize_rows(h, optimize_plan(h));
    const optimize_advice *a = optimize_row(&before, "P-101"), *b = optimize_row(&cheaper, "P-101");
    /* 4 h of its mode's repair time, at 1,000.00 instead of 5,000.00 */
    assert_int_equal(a->planned_minor - b->planned_minor, 4 * 400000);
    assert_int_equal(a->waiting_minor, b->waiting_minor);
    optimize_sql(h, "UPDATE optimization_cost_models SET failure_delay_h = 10, secondary_minor = 3000000");
    optimize_advices dearer = optimize_rows(h, optimize_plan(h));
    const optimize_advice *c = optimize_row(&dearer, "P-101");
    assert_int_equal(b->planned_minor, c->planned_minor);
    /* P = 0.9 x 14/30 by the horizon's end, of what is whole 16 h after the score (0.98): 10 h x
     * 5,000.00 + 30,000.00 more */
    near(c->waiting_minor - b->waiting_minor, 8000000 * 0.42 / 0.98);
    /* What was seen of failures comes before what is assumed of them. */
    optimize_sql(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, title,"
        " kind, status, priority, failure_mode_id, downtime_h, started_at, finished_at, created_at,"
        " updated_at) SELECT " A ", gen_random_uuid(), 'H-1', 'TEST', '1', a.site_id, a.id, 'x',"
        " 'corrective', 'closed', 'medium', m.id, 24, '2026-10-01', '2026-10-02', '2026-10-01',"
        " '2026-10-02' FROM assets a, asset_failure_modes m WHERE a.id = '%s'"
        " AND m.asset_id = a.id",
        optimize_id(h, WORK_ASSET));
    optimize_advices seen_before = optimize_rows(h, optimize_plan(h));
    near(optimize_row(&seen_before, "P-101")->waiting_minor - c->waiting_minor,
         (24 - 14) * 500000 * 0.42 / 0.98);
}

static void test_a_plan_for_each_day(void **state)
{
    house *h = *state;
    optimize_sql(h,
                 "UPDATE asset_ai_scores SET scored_at = '2026-11-19 11:59:30+03'"
                 " WHERE asset_id = '%s'",
                 optimize_id(h, WORK_ASSET));
    optimize_sql(h, "DELETE FROM asset_ai_scores WHERE asset_id = '%s'", optimize_id(h, PUMP_TWO));
    optimize_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs"), 0); /* they are being scored just now */
    optimize_score(h, PUMP_TWO, "seal_leak", 0.5);
    optimize_job(h, "optimize.daily");
    optimize_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs WHERE from_day = '2026-11-20'"), 1);
    oq_clock_set(WORK_NOON + OQ_DAY);
    optimize_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs"), 2);
    optimize_sql(h, "DELETE FROM asset_ai_scores");
    oq_clock_set(WORK_NOON + 2 * OQ_DAY);
    optimize_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs"), 2); /* nothing is known: nothing to plan */
}

/* --- limits -------------------------------------------------------------------------------------*/

static void test_an_order_takes_the_risk_it_is_against(void **state)
{
    house *h = *state;
    oq_uuid id = optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    const optimize_advice *a = optimize_row(&rows, "P-102");
    assert_int_equal(rows.count, 3); /* no second job against the same risk */
    CHECK("the order", a && oq_uuid_eq(a->work_order_id, id));
    CHECK("in time", a->action == OPTIMIZE_DO && a->day <= r->from_day + 4);
}

static void test_what_cannot_be_is_named(void **state)
{
    house *h = *state;
    optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-22T12:00:00Z");
    optimize_sql(h,
        "INSERT INTO maintenance_windows (tenant_id, id, code, name, site_id, asset_id, kind,"
        " from_time, to_time, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), 'PEAK', 'Peak', '%s', '%s', 'blocked', '2026-11-19', '2026-11-30',"
        " '2026-11-01', '2026-11-01')",
        optimize_id(h, WORK_SITE), optimize_id(h, PUMP_TWO));
    optimize_run *r = optimize_plan(h);
    CHECK("infeasible", r->status == OPTIMIZE_INFEASIBLE);
    CHECK("names the order", oq_str_find(r->result, OQ_STR("WO-1001")) != SIZE_MAX);
    CHECK("and the window", oq_str_find(r->result, OQ_STR("\"limit\": \"window\"")) != SIZE_MAX);
    optimize_advices rows = optimize_rows(h, r);
    CHECK("plans the rest", optimize_row(&rows, "P-101")->action == OPTIMIZE_DO);
}

static void test_a_shutdown_costs_no_production(void **state)
{
    house *h = *state;
    optimize_run *before = optimize_plan(h);
    optimize_sql(h,
        "INSERT INTO maintenance_windows (tenant_id, id, code, name, site_id, kind, from_time,"
        " to_time, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), 'TA', 'Turnaround', '%s', 'shutdown', '2026-11-20 00:00+03',"
        " '2026-11-22 00:00+03', '2026-11-01', '2026-11-01')",
        optimize_id(h, WORK_SITE));
    optimize_run *after = optimize_plan(h);
    CHECK("cheaper", after->objective_minor < before->objective_minor);
    optimize_advices rows = optimize_rows(h, after);
    CHECK("within it", optimize_row(&rows, "P-101")->day <= after->from_day + 1);
}

/* 40 h of work beside a shutdown of 24 h: 16 h of production are lost. */
static void test_a_shutdown_that_is_too_short(void **state)
{
    house *h = *state;
    oq_uuid id = optimize_add_order(h, WORK_ASSET, "Overhaul", "2026-11-28T12:00:00Z");
    optimize_sql(h, "UPDATE work_orders SET planned_h = 40 WHERE id = '%s'", optimize_id(h, id));
    optimize_advices before = optimize_rows(h, optimize_plan(h));
    optimize_add_window(h, "TA", "shutdown", "2026-11-20 00:00+03", "2026-11-21 00:00+03");
    optimize_advices day = optimize_rows(h, optimize_plan(h));
    optimize_add_window(h, "TB", "shutdown", "2026-11-21 00:00+03", "2026-11-22 00:00+03");
    optimize_advices both = optimize_rows(h, optimize_plan(h));
    const optimize_advice *a = optimize_row(&before, "P-101");
    const optimize_advice *b = optimize_row(&day, "P-101"), *c = optimize_row(&both, "P-101");
    assert_int_equal(a->planned_minor - b->planned_minor, 24 * 500000);
    assert_int_equal(a->planned_minor - c->planned_minor, 40 * 500000);
}

/* What a plan would have been, and what-if, are not the plan. */
static void test_the_newest_plan_is_of_the_present(void **state)
{
    house *h = *state;
    optimize_run *first = optimize_plan(h), *made, *latest;
    optimize_scenario *scenario;
    optimize_scenario_order what_if;
    oq_clock_set(WORK_NOON + OQ_DAY);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s,
                          &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                            .horizon_days = 14,
                                            .from_day = OQ_DATE_NONE,
                                            .as_of = WORK_NOON,
                                            .parameters = optimize_plain(h)},
                          &made));
    CHECK_OK(optimize_do(s, made->id));
    CHECK_OK(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &latest));
    CHECK("not of the past", oq_uuid_eq(latest->id, first->id));
    optimize_sql(h, "UPDATE tenants SET stands_at = '2026-11-19 12:30+03' WHERE id = " A);
    CHECK_OK(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &latest));
    CHECK("but of a record's end", oq_uuid_eq(latest->id, made->id));
    optimize_sql(h, "UPDATE tenants SET stands_at = NULL WHERE id = " A);
    oq_fields_preset(h->arena, optimize_scenario_order_fields, &what_if);
    what_if.name = OQ_STR("Careful");
    what_if.problem = OPTIMIZE_MAINTENANCE;
    CHECK_OK(optimize_scenario_add(s, &what_if, &scenario));
    CHECK_OK(optimize_scenario_run(s, scenario->id, &made));
    CHECK_OK(optimize_do(s, made->id));
    CHECK_OK(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &latest));
    CHECK("not what-if", oq_uuid_eq(latest->id, first->id));
    house_commit(s);
    optimize_sql(h, "UPDATE optimization_runs SET made_by_id = NULL WHERE id = '%s'",
        optimize_id(h, made->id));
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_latest(s, OPTIMIZE_MAINTENANCE, OQ_UUID_ZERO, &latest));
    CHECK("but what the program asked", oq_uuid_eq(latest->id, made->id));
    oq_scope_close(s);
}

static void test_parts_and_order(void **state)
{
    house *h = *state;
    oq_uuid first = optimize_add_order(h, PUMP_TWO, "Drain", "2026-12-03T12:00:00Z");
    oq_uuid second = optimize_add_order(h, WORK_ASSET, "Align", "2026-12-03T12:00:00Z");
    work_order_befores befores;
    oq_str number = OQ_STR("WO-1001");
    oq_scope *planner = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_set_befores(planner, second, (oq_strs){&number, 1}, &befores));
    house_commit(planner);
    optimize_sql(h, "INSERT INTO spare_parts (tenant_id, id, part_number, name, unit, in_stock, arriving,"
           " arrives_on, created_at, updated_at) VALUES (" A
           ", gen_random_uuid(), 'SEAL-7', 'Seal', 'pcs', 0, 2, '2026-11-24', now(), now())");
    optimize_sql(h,
        "INSERT INTO work_order_parts (tenant_id, id, work_order_id, part_number, name, quantity,"
        " unit) VALUES (" A ", gen_random_uuid(), '%s', 'SEAL-7', 'Seal', 2, 'pcs')",
        optimize_id(h, first));
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    const optimize_advice *drain = optimize_row(&rows, "P-102"), *align = optimize_row(&rows, "P-101");
    CHECK("done", r->status == OPTIMIZE_DONE);
    CHECK("when the part is there", drain->day >= r->from_day + 4);
    CHECK("and then the other", align->day >= drain->day);
}

static void test_unknown_is_asked_for(void **state)
{
    house *h = *state;
    optimize_sql(h, "DELETE FROM optimization_cost_models");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    CHECK("done", r->status == OPTIMIZE_DONE);
    for (size_t i = 0; i < rows.count; i++) {
        CHECK("asks", rows.at[i].action == OPTIMIZE_PROVIDE);
        CHECK("for costs", oq_str_find(rows.at[i].reasons, OQ_STR("repair_cost")) != SIZE_MAX);
        CHECK("and says no amount",
              rows.at[i].avoided_minor == OQ_I64_NONE && rows.at[i].waiting_minor == OQ_I64_NONE);
    }
    assert_true(rows.count > 0);
}

static void test_people_who_are_away_do_nothing(void **state)
{
    house *h = *state;
    work_away(h, ALI, "2026-11-19", "2026-11-26");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    const optimize_advice *a = optimize_row(&rows, "P-101"); /* asks for what Ali alone can */
    CHECK("after the leave", a->action != OPTIMIZE_DO || a->day > r->from_day + 6);
}

static void test_what_is_late_is_done_all_the_same(void **state)
{
    house *h = *state;
    optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-17T12:00:00Z");
    work_away(h, ALI, "2026-11-19", "2026-11-22");
    work_away(h, BADR, "2026-11-19", "2026-11-22");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    CHECK("done", r->status == OPTIMIZE_DONE);
    CHECK("when somebody is there", optimize_row(&rows, "P-102")->action == OPTIMIZE_DO);
}

/* Due on a day on which nobody is there: late, but done, and said. */
static void test_what_nobody_can_do_in_time_is_done_late(void **state)
{
    house *h = *state;
    optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-20T20:00:00Z");
    work_away(h, ALI, "2026-11-19", "2026-11-22");
    work_away(h, BADR, "2026-11-19", "2026-11-22");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    const optimize_advice *a = optimize_row(&rows, "P-102");
    CHECK("done", r->status == OPTIMIZE_DONE);
    CHECK("when somebody is there", a->action == OPTIMIZE_DO && a->day == r->from_day + 3);
    CHECK("and said", oq_str_find(a->reasons, OQ_STR("\"is_late\": true")) != SIZE_MAX);
}

static void test_an_inspection_needs_no_figures(void **state)
{
    house *h = *state;
    optimize_sql(h, "DELETE FROM asset_ai_scores");
    oq_uuid id = optimize_add_order(h, PUMP_TWO, "Look at the seal", "2026-11-24T12:00:00Z");
    optimize_sql(h, "UPDATE work_orders SET kind = 'inspection' WHERE id = '%s'", optimize_id(h, id));
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    CHECK("done in time", optimize_row(&rows, "P-102")->action == OPTIMIZE_DO);
}

static void test_an_engineer_sees_own_orders_alone(void **state)
{
    house *h = *state;
    optimize_add_order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = optimize_plan(h), *seen_run;
    optimize_advices rows;
    oq_scope *s = worker_scope(h, CARIM, OQ_READ);
    CHECK_OK(optimize_advices_of(s, r->id, &rows));
    CHECK_OK(optimize_run_get(s, r->id, &seen_run));
    oq_scope_close(s);
    for (size_t i = 0; i < rows.count; i++)
        CHECK("nobody else's", !rows.at[i].order_number.len && !rows.at[i].crew_name.len &&
                                   oq_uuid_is_zero(rows.at[i].work_order_id));
    CHECK("nor in the result", oq_str_find(seen_run->result, OQ_STR("WO-1001")) == SIZE_MAX &&
                                   oq_str_find(seen_run->result, OQ_STR("Ali")) == SIZE_MAX);
    CHECK("but what it costs", oq_str_find(seen_run->result, OQ_STR("\"cost\"")) != SIZE_MAX);
}

static void test_a_mode_that_no_score_names(void **state)
{
    house *h = *state;
    oq_uuid id = optimize_add_order(h, PUMP_TWO, "Bearing is loud", "2026-12-30T12:00:00Z");
    optimize_add_mode(h, PUMP_TWO, "bearing", 3);
    optimize_sql(h,
        "UPDATE work_orders SET failure_mode_id = (SELECT id FROM asset_failure_modes"
        " WHERE code = 'bearing') WHERE id = '%s'",
        optimize_id(h, id));
    optimize_advices rows = optimize_rows(h, optimize_plan(h));
    const optimize_advice *a = ordered(&rows);
    CHECK("asks", a->action == OPTIMIZE_PROVIDE);
    CHECK("for the chance", oq_str_find(a->reasons, OQ_STR("failure_probability")) != SIZE_MAX);
    optimize_sql(h, "UPDATE work_orders SET due_at = '2026-11-24' WHERE id = '%s'", optimize_id(h, id));
    rows = optimize_rows(h, optimize_plan(h));
    a = ordered(&rows);
    CHECK("what is due is done", a->action == OPTIMIZE_DO);
    CHECK("and said", oq_str_find(a->reasons, OQ_STR("\"is_risk_unknown\": true")) != SIZE_MAX);
    optimize_sql(h, "DELETE FROM asset_ai_scores");
    optimize_score(h, PUMP_TWO, "failure", 0.5);
    optimize_sql(h, "UPDATE work_orders SET due_at = '2026-12-30' WHERE id = '%s'", optimize_id(h, id));
    rows = optimize_rows(h, optimize_plan(h));
    a = ordered(&rows);
    assert_int_equal(rows.count, 1); /* the class's risk is this order's, and no second job's */
    CHECK("is worth it", a->action == OPTIMIZE_DO && a->avoided_minor > 0);
}

static void test_hours_that_nobody_gave(void **state)
{
    house *h = *state;
    optimize_sql(h, "DELETE FROM asset_ai_scores");
    optimize_score(h, PUMP_TWO, "P-102-MOTOR", 0.9); /* a component, and no mode */
    optimize_add_mode(h, PUMP_TWO, "bearing", 10);
    optimize_advices rows = optimize_rows(h, optimize_plan(h));
    const optimize_advice *a = optimize_row(&rows, "P-102");
    CHECK("planned", a->action == OPTIMIZE_DO);
    CHECK("between 6 and 10", a->hours >= 8 && a->hours < 8.1);
    CHECK("and said", oq_str_find(a->reasons, OQ_STR("\"is_hours_of_class\": true")) != SIZE_MAX);
}

static void test_work_that_has_begun_takes_its_hours(void **state)
{
    house *h = *state;
    oq_uuid id = optimize_add_order(h, PUMP_THREE, "Overhaul", "2026-12-30T12:00:00Z");
    optimize_sql(h,
        "UPDATE work_orders SET status = 'in_progress', started_at = '2026-11-18', planned_h = 95,"
        " labour_h = 5, assigned_user_id = '%s' WHERE id = '%s'",
        optimize_id(h, worker_id(ALI)), optimize_id(h, id));
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    /* 90 h, and 14 days of 6.4 h are 89.6 */
    CHECK("nobody is left who can", optimize_row(&rows, "P-101")->action == OPTIMIZE_DEFER);
    CHECK("others do theirs", optimize_row(&rows, "P-102")->action == OPTIMIZE_DO);
    CHECK("no second work", !optimize_row(&rows, "P-103"));
    CHECK("said", oq_str_find(r->inputs_summary, OQ_STR("\"orders_begun\": 1")) != SIZE_MAX);
    /* That it took 95 h somebody writes down a week later. */
    optimize_sql(h, "UPDATE work_orders SET status = 'done', finished_at = '2026-11-26',"
           " labour_h = 95, planned_h = 90");
    rows = optimize_rows(h, optimize_plan(h));
    CHECK("not known yet", optimize_row(&rows, "P-101")->action == OPTIMIZE_DEFER);
    /* Of what nobody planned, hours that were worked say nothing of those that are left. */
    optimize_sql(h, "UPDATE work_orders SET status = 'in_progress', finished_at = NULL, labour_h = 5,"
           " planned_h = NULL");
    optimize_sql(h, "UPDATE asset_failure_modes SET repair_h = NULL WHERE asset_id = '%s'",
        optimize_id(h, PUMP_THREE));
    r = optimize_plan(h);
    CHECK("not known",
          oq_str_find(r->inputs_summary, OQ_STR("\"begun_unknown\": 1")) != SIZE_MAX);
}

static void test_weights_are_not_money(void **state)
{
    house *h = *state;
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    optimize_parameters p = optimize_plain(h);
    p.risk_weight = 3;
    p.cost_weight = 2;
    /* what both jobs take, to the riyal: weighted it would be the double */
    p.budget = (double)(rows.at[0].planned_minor + rows.at[1].planned_minor) / 100;
    optimize_run *w = optimize_plan_with(h, p, 14);
    optimize_advices weighted = optimize_rows(h, w);
    CHECK("both are done",
          weighted.at[0].action == OPTIMIZE_DO && weighted.at[1].action == OPTIMIZE_DO);
    assert_int_equal(weighted.at[0].planned_minor, rows.at[0].planned_minor);
    assert_int_equal(w->baseline_minor, r->baseline_minor);
    CHECK("no bound in money", w->bound_minor == OQ_I64_NONE);
    CHECK("said", oq_str_find(w->result, OQ_STR("\"weighted\"")) != SIZE_MAX);
    bool same;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_repeat(s, w->id, &same));
    oq_scope_close(s);
    CHECK("repeated", same);
    p.cost_weight = 100;
    optimize_advices dear = optimize_rows(h, optimize_plan_with(h, p, 14));
    CHECK("chosen by weight", dear.at[0].action == OPTIMIZE_DEFER);
}

static void test_a_short_window_takes_short_work(void **state)
{
    house *h = *state;
    optimize_add_window(h, "NIGHT", "allowed", "2026-11-23 20:00+03", "2026-11-24 00:00+03");
    optimize_run *r = optimize_plan(h);
    optimize_advices rows = optimize_rows(h, r);
    const optimize_advice *four = optimize_row(&rows, "P-101"), *six = optimize_row(&rows, "P-102");
    CHECK("four hours fit", four->action == OPTIMIZE_DO && four->day == r->from_day + 3);
    CHECK("six do not", six->action == OPTIMIZE_DEFER);
    CHECK("why", oq_str_find(six->reasons, OQ_STR("\"window\"")) != SIZE_MAX);
}

static void test_times_that_cannot_be(void **state)
{
    house *h = *state;
    oq_date today = (oq_date)(WORK_NOON / OQ_DAY);
    const struct {
        const char *label;
        oq_date from_day;
        oq_us as_of;
        const char *code;
    } row[] = {
        {"tomorrow's knowledge", OQ_DATE_NONE, WORK_NOON + OQ_HOUR, "optimize.as_of_future"},
        {"before anything", OQ_DATE_NONE, WORK_NOON - 4000 * OQ_DAY, "optimize.as_of_early"},
        {"yesterday", today - 1, OQ_TIME_NONE, "optimize.from_day_beyond"},
        {"next year", today + 91, OQ_TIME_NONE, "optimize.from_day_beyond"},
        {"today", today, OQ_TIME_NONE, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        optimize_run *made;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_CODE(row[i].label,
                   optimize_ask(s,
                                &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                                  .horizon_days = 14,
                                                  .from_day = row[i].from_day,
                                                  .as_of = row[i].as_of,
                                                  .parameters = optimize_plain(h)},
                                &made),
                   row[i].code);
        oq_scope_close(s);
    }
}

static void test_more_than_a_plan_takes(void **state)
{
    house *h = *state;
    optimize_run *made;
    oq_str inputs;
    optimize_sql(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, title,"
        " kind, status, priority, due_at, created_at, updated_at) SELECT " A
        ", gen_random_uuid(), 'M-' || n, 'TEST', n::text, '%s', '%s', 'x', 'preventive', 'open',"
        " 'low', CASE WHEN n = 10005 THEN '2026-11-25'::timestamptz END, '2026-11-01', '2026-11-01'"
        " FROM generate_series(1, 10005) n",
        optimize_id(h, WORK_SITE), optimize_id(h, PUMP_TWO));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    optimize_order o = {.problem = OPTIMIZE_MAINTENANCE,
                        .horizon_days = 365,
                        .from_day = OQ_DATE_NONE,
                        .as_of = OQ_TIME_NONE,
                        .parameters = optimize_plain(h)};
    CHECK_OK(optimize_ask(s, &o, &made));
    CHECK_CODE("long", optimize_prepare(s, made->id, &made, &inputs), "optimize.too_large");
    o.horizon_days = 7;
    CHECK_OK(optimize_ask(s, &o, &made));
    CHECK_OK(optimize_prepare(s, made->id, &made, &inputs));
    CHECK("five are cut", oq_str_find(inputs, OQ_STR("\"orders_cut\":5,")) != SIZE_MAX);
    CHECK("but not the urgent one, which came last",
          oq_str_find(inputs, OQ_STR("\"M-10005\"")) != SIZE_MAX);
    oq_scope_close(s);
}

static void test_a_plant_without_assets(void **state)
{
    house *h = *state;
    optimize_sql(h, "UPDATE assets SET status = 'retired'");
    optimize_run *r = optimize_plan(h);
    CHECK("an answer", r->status == OPTIMIZE_DONE);
    assert_int_equal(optimize_rows(h, r).count, 0);
    assert_int_equal(r->objective_minor, 0);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, optimize_furnish)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_feared_most_comes_first),
        TEST(test_a_run_is_repeated_to_the_same_answer),
        TEST(test_nothing_later_is_looked_at),
        TEST(test_an_order_takes_the_risk_it_is_against),
        TEST(test_what_cannot_be_is_named),
        TEST(test_a_planned_stop_is_not_a_failure),
        TEST(test_a_plan_for_each_day),
        TEST(test_a_shutdown_costs_no_production),
        TEST(test_a_shutdown_that_is_too_short),
        TEST(test_the_newest_plan_is_of_the_present),
        TEST(test_parts_and_order),
        TEST(test_what_is_late_is_done_all_the_same),
        TEST(test_what_nobody_can_do_in_time_is_done_late),
        TEST(test_an_inspection_needs_no_figures),
        TEST(test_an_engineer_sees_own_orders_alone),
        TEST(test_unknown_is_asked_for),
        TEST(test_people_who_are_away_do_nothing),
        TEST(test_a_mode_that_no_score_names),
        TEST(test_hours_that_nobody_gave),
        TEST(test_work_that_has_begun_takes_its_hours),
        TEST(test_weights_are_not_money),
        TEST(test_a_short_window_takes_short_work),
        TEST(test_times_that_cannot_be),
        TEST(test_more_than_a_plan_takes),
        TEST(test_a_plant_without_assets),
    };
    return cmocka_run_group_tests_name("optimize", tests, house_open, house_close);
}
