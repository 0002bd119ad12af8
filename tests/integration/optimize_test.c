/* What needs maintenance first, on a real PostgreSQL: gathered, solved, repeated, approved. */
#include "work_house.h"

#include <math.h>

#include "optimize/compare.h"
#include "optimize/optimize.h"
#include "optimize/run.h"
#include "workorder/work.h"

#include "base/banned.h"

#define A          "'0a000000-0000-0000-0000-000000000000'"

#define PUMP_TWO   ((oq_uuid){{0xa2}})
#define PUMP_THREE ((oq_uuid){{0xa3}})

#define CHECK_SEEN(label, asked, wanted, part)                                                     \
    do {                                                                                           \
        const seen seen_ = (asked);                                                                \
        if (seen_.status != (wanted) || !seen_has(&seen_, part))                                   \
            fail_msg("%s: wanted %d with %s, got %d %.*s", (label), (wanted), (part),              \
                     seen_.status, OQ_FMT(seen_.body));                                            \
    } while (0)

static http_route_list routes = {optimize_routes, optimize_page_routes, NULL};

static const char *id_text(house *h, oq_uuid id)
{
    return oq_str_c(h->arena, oq_uuid_text(h->arena, id));
}

static void run(house *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void run(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(h->arena, format, args);
    va_end(args);
    testdb_exec(h->db, sql.ptr);
}

static void add_asset(house *h, oq_uuid id, const char *code)
{
    run(h,
        "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at, updated_at)"
        " VALUES (" A ", '%s', '%s', '%s', 'Pump', now(), now())",
        id_text(h, id), id_text(h, WORK_SITE), code);
    run(h,
        "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
        " occurrence, detection, skill_id, repair_h, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), '%s', 'seal_leak', 'mechanical', 'Seal leak', 5, 5, 5, NULL, 6,"
        " now(), now())",
        id_text(h, id));
}

/* An asset whose chance to fail rises on a line to `at_end` on day 30. */
static void score(house *h, oq_uuid asset_id, const char *mode, double at_end)
{
    run(h,
        "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, health_score,"
        " failure_probability, horizon_h, production_risk_index, top_mode, curve, detail)"
        " SELECT " A ", '%s', '2026-11-19 08:00+03', 'ENOUGH', 60, %f, 720, 40, '%s',"
        " (SELECT jsonb_agg(jsonb_build_array(d, %f * d / 40, %f * d / 30, least(1, %f * d / 20))"
        "  ORDER BY d) FROM generate_series(0, 30) d),"
        " jsonb_build_object('failure', jsonb_build_array(jsonb_build_object('mode', '%s',"
        "  'probability', %f)))",
        id_text(h, asset_id), at_end, mode, at_end, at_end, at_end, mode, at_end);
}

static void price(house *h)
{
    run(h, "INSERT INTO optimization_cost_models (tenant_id, id, code, name, is_default, currency,"
           " failure_minor, maintenance_minor, downtime_per_hour_minor, labour_per_hour_minor,"
           " created_at, updated_at) VALUES (" A ", gen_random_uuid(), 'std', 'Standard', true,"
           " 'SAR', 20000000, 1000000, 500000, 10000, now(), now())");
}

/* Two engineers at work by day, the asset's mode with a repair time, three scored pumps. */
static int furnish(void **state)
{
    house *h = *state;
    house_serve(h, &routes);
    work_house_reset(state);
    work_shift(h, ALI, "DAY", 420, 480, false);
    work_shift(h, BADR, "DAY2", 420, 480, false);
    work_skill(h, ALI, 3, NULL);
    run(h, "UPDATE asset_failure_modes SET repair_h = 4");
    add_asset(h, PUMP_TWO, "P-102");
    add_asset(h, PUMP_THREE, "P-103");
    score(h, WORK_ASSET, "misalignment", 0.9);
    score(h, PUMP_TWO, "seal_leak", 0.5);
    score(h, PUMP_THREE, "seal_leak", 0.0001);
    price(h);
    return 0;
}

static optimize_parameters plain(house *h)
{
    optimize_parameters p;
    CHECK_OK(oq_fields_read_json(h->arena, optimize_parameters_fields, OQ_STR("{}"), &p));
    return p;
}

static optimize_run *plan_with(house *h, optimize_parameters parameters, int64_t days)
{
    optimize_run *made, *done;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s,
                          &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                            .horizon_days = days,
                                            .from_day = OQ_DATE_NONE,
                                            .as_of = OQ_TIME_NONE,
                                            .parameters = parameters},
                          &made));
    house_commit(s);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_do(s, made->id));
    CHECK_OK(optimize_run_get(s, made->id, &done));
    house_commit(s);
    return done;
}

static optimize_run *plan(house *h)
{
    return plan_with(h, plain(h), 14);
}

static optimize_advices advices_of(house *h, const optimize_run *of)
{
    optimize_advices rows;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_advices_of(s, of->id, &rows));
    oq_scope_close(s);
    return rows;
}

static const optimize_advice *advice_of(const optimize_advices *rows, const char *code)
{
    for (size_t i = 0; i < rows->count; i++)
        if (oq_str_eq(rows->at[i].asset_code, oq_cstr(code)))
            return &rows->at[i];
    return NULL;
}

/* All that is due. */
static void do_jobs(house *h)
{
    static const job_kind *const kinds[] = {optimize_job_kinds, NULL};
    jobs_done done;
    CHECK_OK(job_run_due(h->pool, kinds, &done));
}

static void do_job(house *h, const char *kind)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = kind, .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
    do_jobs(h);
}

static void add_mode(house *h, oq_uuid asset_id, const char *code, int repair_h)
{
    run(h,
        "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
        " occurrence, detection, skill_id, repair_h, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), '%s', '%s', 'mechanical', 'Mode', 5, 5, 5, NULL, %d, now(), now())",
        id_text(h, asset_id), code, repair_h);
}

static void window(house *h, const char *code, const char *kind, const char *from, const char *to)
{
    run(h,
        "INSERT INTO maintenance_windows (tenant_id, id, code, name, site_id, kind, from_time,"
        " to_time, created_at, updated_at) VALUES (" A ", gen_random_uuid(), '%s', 'W', '%s', '%s',"
        " '%s', '%s', '2026-11-01', '2026-11-01')",
        code, id_text(h, WORK_SITE), kind, from, to);
}

static void score_again(house *h, oq_uuid asset_id, const char *mode, double at_end)
{
    run(h, "DELETE FROM asset_ai_scores WHERE asset_id = '%s'", id_text(h, asset_id));
    score(h, asset_id, mode, at_end);
}

/* Work against the mode of WORK_ASSET, ten days after the one before. */
static void done_work(house *h, int n)
{
    run(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, title,"
        " kind, status, priority, failure_mode_id, started_at, finished_at, created_at, updated_at)"
        " SELECT " A ", gen_random_uuid(), 'P-%d', 'TEST', 'p%d', a.site_id, a.id, 'x', 'preventive',"
        " 'closed', 'medium', m.id, t.at, t.at, t.at, t.at FROM assets a, asset_failure_modes m,"
        " (SELECT timestamptz '2026-10-10 12:00+03' + %d * interval '10 days' AS at) t"
        " WHERE a.id = '%s' AND m.asset_id = a.id",
        n, n, n, id_text(h, WORK_ASSET));
}

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
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
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
    optimize_run *r = plan(h);
    bool same = false;
    /* What is known now does not matter any more. */
    run(h, "UPDATE optimization_cost_models SET failure_minor = 1");
    run(h, "DELETE FROM asset_ai_scores");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_repeat(s, r->id, &same));
    oq_scope_close(s);
    CHECK("the same", same);
    run(h, "UPDATE optimization_runs SET inputs = jsonb_set(inputs, '{move_cost}', '5')");
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_CODE("touched inputs", optimize_repeat(s, r->id, &same), "optimize.inputs_changed");
    oq_scope_close(s);
}

static void test_nothing_later_is_looked_at(void **state)
{
    house *h = *state;
    optimize_run *first = plan(h);
    run(h, "UPDATE asset_ai_scores SET is_latest = false");
    run(h, "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, horizon_h, curve,"
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
                                            .parameters = plain(h)},
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
    optimize_advices before = advices_of(h, plan(h));
    run(h, "UPDATE optimization_cost_models SET planned_stop_per_hour_minor = 100000");
    optimize_advices cheaper = advices_of(h, plan(h));
    const optimize_advice *a = advice_of(&before, "P-101"), *b = advice_of(&cheaper, "P-101");
    /* 4 h of its mode's repair time, at 1,000.00 instead of 5,000.00 */
    assert_int_equal(a->planned_minor - b->planned_minor, 4 * 400000);
    assert_int_equal(a->waiting_minor, b->waiting_minor);
    run(h, "UPDATE optimization_cost_models SET failure_delay_h = 10, secondary_minor = 3000000");
    optimize_advices dearer = advices_of(h, plan(h));
    const optimize_advice *c = advice_of(&dearer, "P-101");
    assert_int_equal(b->planned_minor, c->planned_minor);
    /* P = 0.9 x 14/30 by the horizon's end, of what is whole 16 h after the score (0.98): 10 h x
     * 5,000.00 + 30,000.00 more */
    near(c->waiting_minor - b->waiting_minor, 8000000 * 0.42 / 0.98);
    /* What was seen of failures comes before what is assumed of them. */
    run(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, title,"
        " kind, status, priority, failure_mode_id, downtime_h, started_at, finished_at, created_at,"
        " updated_at) SELECT " A ", gen_random_uuid(), 'H-1', 'TEST', '1', a.site_id, a.id, 'x',"
        " 'corrective', 'closed', 'medium', m.id, 24, '2026-10-01', '2026-10-02', '2026-10-01',"
        " '2026-10-02' FROM assets a, asset_failure_modes m WHERE a.id = '%s'"
        " AND m.asset_id = a.id",
        id_text(h, WORK_ASSET));
    optimize_advices seen_before = advices_of(h, plan(h));
    near(advice_of(&seen_before, "P-101")->waiting_minor - c->waiting_minor,
         (24 - 14) * 500000 * 0.42 / 0.98);
}

static void test_a_plan_for_each_day(void **state)
{
    house *h = *state;
    do_job(h, "optimize.daily");
    do_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs WHERE from_day = '2026-11-20'"), 1);
    oq_clock_set(WORK_NOON + OQ_DAY);
    do_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs"), 2);
    run(h, "DELETE FROM asset_ai_scores");
    oq_clock_set(WORK_NOON + 2 * OQ_DAY);
    do_job(h, "optimize.daily");
    assert_int_equal(work_count(h, "optimization_runs"), 2); /* nothing is known: nothing to plan */
}

/* --- limits -------------------------------------------------------------------------------------*/

static oq_uuid order(house *h, oq_uuid asset_id, const char *title, const char *due)
{
    work_order *o;
    oq_us due_at;
    assert_true(oq_time_parse(oq_cstr(due), &due_at));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_create(s,
                               &(work_order_order){.source = OQ_STR("MANUAL"),
                                                   .asset_id = asset_id,
                                                   .title = oq_cstr(title),
                                                   .kind = WORK_CORRECTIVE,
                                                   .priority = WORK_HIGH,
                                                   .due_at = due_at,
                                                   .planned_h = 4},
                               &o, NULL));
    house_commit(s);
    return o->id;
}

static void test_an_order_takes_the_risk_it_is_against(void **state)
{
    house *h = *state;
    oq_uuid id = order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    const optimize_advice *a = advice_of(&rows, "P-102");
    assert_int_equal(rows.count, 3); /* no second job against the same risk */
    CHECK("the order", a && oq_uuid_eq(a->work_order_id, id));
    CHECK("in time", a->action == OPTIMIZE_DO && a->day <= r->from_day + 4);
}

static void test_what_cannot_be_is_named(void **state)
{
    house *h = *state;
    order(h, PUMP_TWO, "Seal weeps", "2026-11-22T12:00:00Z");
    run(h,
        "INSERT INTO maintenance_windows (tenant_id, id, code, name, site_id, asset_id, kind,"
        " from_time, to_time, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), 'PEAK', 'Peak', '%s', '%s', 'blocked', '2026-11-19', '2026-11-30',"
        " '2026-11-01', '2026-11-01')",
        id_text(h, WORK_SITE), id_text(h, PUMP_TWO));
    optimize_run *r = plan(h);
    CHECK("infeasible", r->status == OPTIMIZE_INFEASIBLE);
    CHECK("names the order", oq_str_find(r->result, OQ_STR("WO-1001")) != SIZE_MAX);
    CHECK("and the window", oq_str_find(r->result, OQ_STR("\"limit\": \"window\"")) != SIZE_MAX);
    optimize_advices rows = advices_of(h, r);
    CHECK("plans the rest", advice_of(&rows, "P-101")->action == OPTIMIZE_DO);
}

static void test_a_shutdown_costs_no_production(void **state)
{
    house *h = *state;
    optimize_run *before = plan(h);
    run(h,
        "INSERT INTO maintenance_windows (tenant_id, id, code, name, site_id, kind, from_time,"
        " to_time, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), 'TA', 'Turnaround', '%s', 'shutdown', '2026-11-20 00:00+03',"
        " '2026-11-22 00:00+03', '2026-11-01', '2026-11-01')",
        id_text(h, WORK_SITE));
    optimize_run *after = plan(h);
    CHECK("cheaper", after->objective_minor < before->objective_minor);
    optimize_advices rows = advices_of(h, after);
    CHECK("within it", advice_of(&rows, "P-101")->day <= after->from_day + 1);
}

static void test_parts_and_order(void **state)
{
    house *h = *state;
    oq_uuid first = order(h, PUMP_TWO, "Drain", "2026-12-03T12:00:00Z");
    oq_uuid second = order(h, WORK_ASSET, "Align", "2026-12-03T12:00:00Z");
    run(h,
        "INSERT INTO work_order_after (tenant_id, work_order_id, after_id, made_by, made_at)"
        " VALUES (" A ", '%s', '%s', 'test', '2026-11-01')",
        id_text(h, second), id_text(h, first));
    run(h, "INSERT INTO spare_parts (tenant_id, id, part_number, name, unit, in_stock, arriving,"
           " arrives_on, created_at, updated_at) VALUES (" A
           ", gen_random_uuid(), 'SEAL-7', 'Seal', 'pcs', 0, 2, '2026-11-24', now(), now())");
    run(h,
        "INSERT INTO work_order_parts (tenant_id, id, work_order_id, part_number, name, quantity,"
        " unit) VALUES (" A ", gen_random_uuid(), '%s', 'SEAL-7', 'Seal', 2, 'pcs')",
        id_text(h, first));
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    const optimize_advice *drain = advice_of(&rows, "P-102"), *align = advice_of(&rows, "P-101");
    CHECK("done", r->status == OPTIMIZE_DONE);
    CHECK("when the part is there", drain->day >= r->from_day + 4);
    CHECK("and then the other", align->day >= drain->day);
}

static void test_unknown_is_asked_for(void **state)
{
    house *h = *state;
    run(h, "DELETE FROM optimization_cost_models");
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
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
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    const optimize_advice *a = advice_of(&rows, "P-101"); /* asks for what Ali alone can */
    CHECK("after the leave", a->action != OPTIMIZE_DO || a->day > r->from_day + 6);
}

static void test_what_is_late_is_done_all_the_same(void **state)
{
    house *h = *state;
    order(h, PUMP_TWO, "Seal weeps", "2026-11-17T12:00:00Z");
    work_away(h, ALI, "2026-11-19", "2026-11-22");
    work_away(h, BADR, "2026-11-19", "2026-11-22");
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    CHECK("done", r->status == OPTIMIZE_DONE);
    CHECK("when somebody is there", advice_of(&rows, "P-102")->action == OPTIMIZE_DO);
}

static void test_an_inspection_needs_no_figures(void **state)
{
    house *h = *state;
    run(h, "DELETE FROM asset_ai_scores");
    oq_uuid id = order(h, PUMP_TWO, "Look at the seal", "2026-11-24T12:00:00Z");
    run(h, "UPDATE work_orders SET kind = 'inspection' WHERE id = '%s'", id_text(h, id));
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    CHECK("done in time", advice_of(&rows, "P-102")->action == OPTIMIZE_DO);
}

static void test_an_engineer_sees_own_orders_alone(void **state)
{
    house *h = *state;
    order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = plan(h), *seen_run;
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
    oq_uuid id = order(h, PUMP_TWO, "Bearing is loud", "2026-12-30T12:00:00Z");
    add_mode(h, PUMP_TWO, "bearing", 3);
    run(h,
        "UPDATE work_orders SET failure_mode_id = (SELECT id FROM asset_failure_modes"
        " WHERE code = 'bearing') WHERE id = '%s'",
        id_text(h, id));
    optimize_advices rows = advices_of(h, plan(h));
    const optimize_advice *a = ordered(&rows);
    CHECK("asks", a->action == OPTIMIZE_PROVIDE);
    CHECK("for the chance", oq_str_find(a->reasons, OQ_STR("failure_probability")) != SIZE_MAX);
    run(h, "UPDATE work_orders SET due_at = '2026-11-24' WHERE id = '%s'", id_text(h, id));
    rows = advices_of(h, plan(h));
    a = ordered(&rows);
    CHECK("what is due is done", a->action == OPTIMIZE_DO);
    CHECK("and said", oq_str_find(a->reasons, OQ_STR("\"is_risk_unknown\": true")) != SIZE_MAX);
    run(h, "DELETE FROM asset_ai_scores");
    score(h, PUMP_TWO, "failure", 0.5);
    run(h, "UPDATE work_orders SET due_at = '2026-12-30' WHERE id = '%s'", id_text(h, id));
    rows = advices_of(h, plan(h));
    a = ordered(&rows);
    assert_int_equal(rows.count, 1); /* the class's risk is this order's, and no second job's */
    CHECK("is worth it", a->action == OPTIMIZE_DO && a->avoided_minor > 0);
}

static void test_hours_that_nobody_gave(void **state)
{
    house *h = *state;
    run(h, "DELETE FROM asset_ai_scores");
    score(h, PUMP_TWO, "P-102-MOTOR", 0.9); /* a component, and no mode */
    add_mode(h, PUMP_TWO, "bearing", 10);
    optimize_advices rows = advices_of(h, plan(h));
    const optimize_advice *a = advice_of(&rows, "P-102");
    CHECK("planned", a->action == OPTIMIZE_DO);
    CHECK("between 6 and 10", a->hours >= 8 && a->hours < 8.1);
    CHECK("and said", oq_str_find(a->reasons, OQ_STR("\"is_hours_of_class\": true")) != SIZE_MAX);
}

static void test_work_that_has_begun_takes_its_hours(void **state)
{
    house *h = *state;
    oq_uuid id = order(h, PUMP_THREE, "Overhaul", "2026-12-30T12:00:00Z");
    run(h,
        "UPDATE work_orders SET status = 'in_progress', started_at = '2026-11-18', planned_h = 95,"
        " labour_h = 5, assigned_user_id = '%s' WHERE id = '%s'",
        id_text(h, worker_id(ALI)), id_text(h, id));
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    /* 90 h, and 14 days of 6.4 h are 89.6 */
    CHECK("nobody is left who can", advice_of(&rows, "P-101")->action == OPTIMIZE_DEFER);
    CHECK("others do theirs", advice_of(&rows, "P-102")->action == OPTIMIZE_DO);
    CHECK("no second work", !advice_of(&rows, "P-103"));
    CHECK("said", oq_str_find(r->inputs_summary, OQ_STR("\"orders_begun\": 1")) != SIZE_MAX);
}

static void test_weights_are_not_money(void **state)
{
    house *h = *state;
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    optimize_parameters p = plain(h);
    p.risk_weight = 3;
    p.cost_weight = 2;
    /* what both jobs take, to the riyal: weighted it would be the double */
    p.budget = (double)(rows.at[0].planned_minor + rows.at[1].planned_minor) / 100;
    optimize_run *w = plan_with(h, p, 14);
    optimize_advices weighted = advices_of(h, w);
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
    optimize_advices dear = advices_of(h, plan_with(h, p, 14));
    CHECK("chosen by weight", dear.at[0].action == OPTIMIZE_DEFER);
}

static void test_a_short_window_takes_short_work(void **state)
{
    house *h = *state;
    window(h, "NIGHT", "allowed", "2026-11-23 20:00+03", "2026-11-24 00:00+03");
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    const optimize_advice *four = advice_of(&rows, "P-101"), *six = advice_of(&rows, "P-102");
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
                                                  .parameters = plain(h)},
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
    run(h,
        "INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, title,"
        " kind, status, priority, due_at, created_at, updated_at) SELECT " A
        ", gen_random_uuid(), 'M-' || n, 'TEST', n::text, '%s', '%s', 'x', 'preventive', 'open',"
        " 'low', CASE WHEN n = 10005 THEN '2026-11-25'::timestamptz END, '2026-11-01', '2026-11-01'"
        " FROM generate_series(1, 10005) n",
        id_text(h, WORK_SITE), id_text(h, PUMP_TWO));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    optimize_order o = {.problem = OPTIMIZE_MAINTENANCE,
                        .horizon_days = 365,
                        .from_day = OQ_DATE_NONE,
                        .as_of = OQ_TIME_NONE,
                        .parameters = plain(h)};
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
    run(h, "UPDATE assets SET status = 'retired'");
    optimize_run *r = plan(h);
    CHECK("an answer", r->status == OPTIMIZE_DONE);
    assert_int_equal(advices_of(h, r).count, 0);
    assert_int_equal(r->objective_minor, 0);
}

/* --- approval -----------------------------------------------------------------------------------*/

static void test_a_plan_becomes_work(void **state)
{
    house *h = *state;
    oq_uuid id = order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = plan(h);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order *o;
    CHECK_OK(optimize_approve(s, r->id, OQ_STR("go")));
    CHECK_OK(work_order_get(s, id, &o));
    house_commit(s);
    CHECK("planned", o->planned_from != OQ_TIME_NONE);
    assert_int_equal(work_count(h, "work_orders WHERE source = 'OPTIMIZER' AND title ="
                                   " 'Misalignment: work on P-101 Pump before it fails'"
                                   " AND kind = 'predictive' AND planned_from IS NOT NULL"),
                     1);
    assert_int_equal(work_count(h, "work_orders"), 2);
    assert_int_equal(work_count(h, "optimization_recommendations WHERE status = 'approved'"
                                   " AND made_order_id IS NOT NULL"),
                     2);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("once", optimize_approve(s, r->id, OQ_NONE), "optimize.decided");
    oq_scope_close(s);
    s = house_scope(h, OPTIMIZER_A, OQ_WRITE);
    CHECK_CODE("not by everybody", optimize_approve(s, r->id, OQ_NONE), "access.forbidden");
    oq_scope_close(s);
    /* An approved plan is what the next one moves away from. */
    optimize_run *next = plan(h);
    optimize_advices rows = advices_of(h, next);
    assert_int_equal(rows.count, 3);
}

static void test_what_went_on_is_left_alone(void **state)
{
    house *h = *state;
    oq_uuid id = order(h, PUMP_TWO, "Seal weeps", "2026-11-24T12:00:00Z");
    optimize_run *r = plan(h);
    run(h, "UPDATE work_orders SET status = 'in_progress', started_at = now() WHERE id = '%s'",
        id_text(h, id));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders WHERE status = 'in_progress'"
                                   " AND planned_from IS NULL"),
                     1);
}

static void test_an_old_plan_is_refused(void **state)
{
    house *h = *state;
    optimize_run *first = plan(h), *second = plan(h), *third;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s,
                          &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                            .horizon_days = 14,
                                            .from_day = first->from_day + 20,
                                            .as_of = OQ_TIME_NONE,
                                            .parameters = plain(h)},
                          &third));
    CHECK_OK(optimize_do(s, third->id));
    house_commit(s);
    oq_clock_set(WORK_NOON + OQ_MINUTE);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, first->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 2);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("another was approved", optimize_approve(s, second->id, OQ_NONE),
               "optimize.plan_overtaken");
    oq_scope_close(s);
    run(h, "UPDATE optimization_runs SET approved_at = NULL");
    oq_clock_set(WORK_NOON + 2 * OQ_DAY);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("its first day is past", optimize_approve(s, second->id, OQ_NONE),
               "optimize.plan_past");
    oq_scope_close(s);
    oq_clock_set(WORK_NOON + 4 * OQ_DAY);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("it looked long ago", optimize_approve(s, third->id, OQ_NONE), "optimize.plan_old");
    oq_scope_close(s);
    assert_int_equal(work_count(h, "work_orders"), 2);
}

static void test_work_that_is_there_is_not_made_twice(void **state)
{
    house *h = *state;
    optimize_run *r = plan(h);
    oq_uuid id = order(h, PUMP_TWO, "Seal weeps", "2026-12-30T12:00:00Z");
    run(h,
        "UPDATE work_orders SET failure_mode_id = (SELECT id FROM asset_failure_modes"
        " WHERE asset_id = '%s') WHERE id = '%s'",
        id_text(h, PUMP_TWO), id_text(h, id));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 2); /* that one, and P-101's */
    assert_int_equal(work_count(h, "work_orders WHERE title = 'Seal weeps' AND planned_from IS NOT"
                                   " NULL"),
                     1);
}

static void test_work_of_several_days(void **state)
{
    house *h = *state;
    run(h, "UPDATE asset_failure_modes SET repair_h = 20 WHERE code = 'misalignment'");
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    const optimize_advice *a = advice_of(&rows, "P-101");
    CHECK("planned", a->action == OPTIMIZE_DO);
    assert_int_equal(a->days, 4); /* of 6.4 h */
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders WHERE source = 'OPTIMIZER' AND planned_h > 19"
                                   " AND due_at = planned_from + interval '4 days'"),
                     1);
}

static void test_what_is_rejected_is_not_made(void **state)
{
    house *h = *state;
    optimize_run *r = plan(h);
    optimize_advices rows = advices_of(h, r);
    oq_uuid run_id;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_reject(s, advice_of(&rows, "P-101")->id, &run_id));
    CHECK_CODE("once", optimize_reject(s, advice_of(&rows, "P-101")->id, &run_id),
               "optimize.decided");
    CHECK_OK(optimize_approve(s, r->id, OQ_NONE));
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 1);
    assert_int_equal(work_count(h, "optimization_recommendations WHERE status = 'rejected'"), 1);
}

/* What was stopped, or failed, can be told to try again. */
static void test_stopped_and_begun_again(void **state)
{
    house *h = *state;
    optimize_run *made, *seen_run;
    optimize_order o = {.problem = OPTIMIZE_MAINTENANCE,
                        .horizon_days = 14,
                        .from_day = OQ_DATE_NONE,
                        .as_of = OQ_TIME_NONE,
                        .parameters = plain(h)};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_ask(s, &o, &made));
    CHECK_OK(optimize_cancel(s, made->id));
    house_commit(s);
    do_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("stopped", seen_run->status == OPTIMIZE_CANCELLED && seen_run->error.len);
    CHECK_CODE("over", optimize_cancel(s, made->id), "optimize.over");
    CHECK_OK(job_retry(s, made->job_id));
    house_commit(s);
    do_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("done", seen_run->status == OPTIMIZE_DONE && !seen_run->error.len);
    run(h,
        "INSERT INTO skills (tenant_id, id, code, name, created_at, updated_at) SELECT " A
        ", gen_random_uuid(), 's' || n, 'S', now(), now() FROM generate_series(1, 64) n");
    run(h, "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
           " occurrence, detection, skill_id, created_at, updated_at) SELECT tenant_id,"
           " gen_random_uuid(), '%s', 'm' || code, 'mechanical', 'M', 5, 5, 5, id, now(), now()"
           " FROM skills WHERE code LIKE 's%%'",
        id_text(h, PUMP_THREE));
    CHECK_OK(optimize_ask(s, &o, &made));
    house_commit(s);
    do_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("failed", seen_run->status == OPTIMIZE_FAILED);
    CHECK("and says why",
          oq_str_find(seen_run->error, OQ_STR("optimize.too_many_skills")) != SIZE_MAX);
    run(h, "DELETE FROM asset_failure_modes WHERE code LIKE 'ms%%'");
    CHECK_OK(job_retry(s, made->job_id));
    house_commit(s);
    do_jobs(h);
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_run_get(s, made->id, &seen_run));
    CHECK("done after all", seen_run->status == OPTIMIZE_DONE);
    oq_scope_close(s);
}

static void test_what_nobody_approved_goes(void **state)
{
    house *h = *state;
    optimize_run *kept = plan(h), *old = plan(h), *gone = plan(h);
    bool same;
    run(h, "UPDATE optimization_runs SET created_at = '2026-07-01' WHERE id = '%s'",
        id_text(h, old->id));
    run(h, "UPDATE optimization_runs SET created_at = '2025-07-01' WHERE id IN ('%s', '%s')",
        id_text(h, gone->id), id_text(h, kept->id));
    run(h, "UPDATE optimization_runs SET approved_at = now(), approved_by = (SELECT id FROM users"
           " WHERE tenant_id = " A " LIMIT 1) WHERE id = '%s'",
        id_text(h, kept->id));
    do_job(h, "optimize.trim");
    assert_int_equal(work_count(h, "optimization_runs"), 2);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_repeat(s, kept->id, &same));
    CHECK_CODE("nothing to repeat", optimize_repeat(s, old->id, &same), "optimize.inputs_gone");
    oq_scope_close(s);
}

static void test_comparing(void **state)
{
    house *h = *state;
    optimize_run *a = plan(h);
    optimize_parameters poor = plain(h);
    poor.budget = 0;
    optimize_run *b = plan_with(h, poor, 14);
    optimize_difference d;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_compare(s, a->id, b->id, &d));
    CHECK("nothing is done without money", d.planned[1] == 0 && d.planned[0] == 2);
    CHECK("and it costs more",
          d.cost[1][OPTIMIZE_COST_PARTS - 1] > d.cost[0][OPTIMIZE_COST_PARTS - 1]);
    assert_int_equal(d.moves, 2);
    CHECK("comparable", d.has_one_currency);
    oq_scope_close(s);
}

/* --- waiting ------------------------------------------------------------------------------------*/

static void test_what_waiting_costs(void **state)
{
    house *h = *state;
    oq_str json;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 10, &json));
    oq_scope_close(s);
    /* Scored four hours ago: of what is whole now, 0.3 / 0.995 fail by day 10. A failure costs
     * 200,000.00 + 4 h x 5,000.00; the planned job, with its stop and 4 h of labour 30,400.00, is not
     * needed where it failed before: 0.301508 x (220,000 - 30,400). */
    CHECK("day 10", oq_str_find(json, OQ_STR("{\"day\":10,\"low_minor\":")) != SIZE_MAX);
    CHECK("57,165.83", oq_str_find(json, OQ_STR("\"mid_minor\":5716583,")) != SIZE_MAX);
    CHECK("driver", oq_str_find(json, OQ_STR("\"driver\":")) != SIZE_MAX);
    run(h, "DELETE FROM optimization_cost_models");
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 10, &json));
    oq_scope_close(s);
    CHECK("no cost is made up", oq_str_find(json, OQ_STR("\"is_known\":false")) != SIZE_MAX);
    CHECK("but asked for", oq_str_find(json, OQ_STR("\"repair_cost\"")) != SIZE_MAX);
}

/* It stands anyway on the fifth day, and the work is done every few weeks: waiting pays for a while. */
static void test_waiting_for_a_shutdown(void **state)
{
    house *h = *state;
    oq_str json;
    score_again(h, WORK_ASSET, "misalignment", 0.2);
    run(h, "UPDATE optimization_cost_models SET discount_percent = 8");
    window(h, "TA", "shutdown", "2026-11-24 00:00+03", "2026-11-25 00:00+03");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 25, &json));
    oq_scope_close(s);
    CHECK("cheapest then", oq_str_find(json, OQ_STR("\"cheapest_day\":5,")) != SIZE_MAX);
    CHECK("dearer behind", oq_str_find(json, OQ_STR("\"break_even_day\":6,")) != SIZE_MAX);
    CHECK("driven by", oq_str_find(json, OQ_STR("\"driver\":\"repair\"")) != SIZE_MAX);
    run(h, "DELETE FROM maintenance_windows");
    /* Four of them in 40 days on one machine: a day of waiting is worth 3,040.00 of 30,400.00, and
     * costs some 1,300.00 at 0.2 within 30 days. */
    for (int i = 0; i < 4; i++)
        done_work(h, i);
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 25, &json));
    oq_scope_close(s);
    CHECK("never", oq_str_find(json, OQ_STR("\"break_even_day\":null,")) != SIZE_MAX);
    CHECK("cheapest last", oq_str_find(json, OQ_STR("\"cheapest_day\":25,")) != SIZE_MAX);
}

static void test_what_waiting_lacks_is_named(void **state)
{
    house *h = *state;
    oq_str json;
    run(h, "UPDATE asset_failure_modes SET repair_h = NULL");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_deferral(s, WORK_ASSET, OQ_UUID_ZERO, 10, &json));
    oq_scope_close(s);
    CHECK("hours", oq_str_find(json, OQ_STR("\"duration\"")) != SIZE_MAX);
    CHECK("not the cost", oq_str_find(json, OQ_STR("\"planned_cost\"")) == SIZE_MAX);
}

/* --- over HTTP, and next door ---------------------------------------------------------------------*/

static void test_over_http(void **state)
{
    house *h = *state;
    optimize_run *r = plan(h);
    seen got = house_get(h, ADMIN_A, "/api/optimization/maintenance-priority");
    CHECK_SEEN("priorities", got, 200, "\"code\": \"P-101\"");
    const char *path = oq_strf(h->arena, "/api/optimization/runs/%s", id_text(h, r->id)).ptr;
    CHECK_SEEN("own", house_get(h, ADMIN_A, path), 200, "\"bound_minor\":");
    CHECK_REFUSED("next door", house_get(h, ADMIN_B, path), 404, "optimize.run_not_found");
    CHECK_REFUSED("a viewer", house_get(h, VIEWER_A, path), 403, "access.forbidden");
    got = house_get(h, ADMIN_B, "/api/optimization/maintenance-priority");
    CHECK_SEEN("nothing next door", got, 200, "\"run\":null");
    got = house_send(h, ADMIN_A, "POST", "/api/optimization/maintenance-priority",
                     "{\"horizon_days\":7,\"parameters\":{\"budget\":100000}}");
    CHECK_SEEN("asked", got, 202, "\"status\":\"queued\"");
    CHECK_REFUSED("too far",
                  house_send(h, ADMIN_A, "POST", "/api/optimization/maintenance-priority",
                             "{\"horizon_days\":400}"),
                  422, "field.too_large");
    const char *site_text = id_text(h, WORK_SITE);
    CHECK_REFUSED("a site next door",
                  house_send(h, ADMIN_B, "POST", "/api/optimization/maintenance-priority",
                             oq_strf(h->arena, "{\"site_id\":\"%s\"}", site_text).ptr),
                  422, "optimize.site_unknown");
    seen page = house_form(h, ADMIN_B, "/optimization/plan",
                           oq_strf(h->arena, "horizon_days=7&site_id=%s", site_text).ptr);
    CHECK("nor on its page", page.status == 422 && !seen_has(&page, "Riyadh"));
    page = house_form(h, ADMIN_B, "/optimization/scenarios",
                      oq_strf(h->arena, "name=x&site_id=%s", site_text).ptr);
    CHECK("nor on the other", page.status == 422 && !seen_has(&page, "Riyadh"));
    CHECK_REFUSED("and in a scenario",
                  house_send(h, ADMIN_B, "POST", "/api/optimization/scenarios",
                             oq_strf(h->arena,
                                     "{\"name\":\"x\",\"problem\":\"maintenance_priority\","
                                     "\"site_id\":\"%s\"}",
                                     site_text)
                                 .ptr),
                  422, "optimize.site_unknown");
    CHECK_REFUSED("not here yet",
                  house_send(h, ADMIN_A, "POST", "/api/optimization/scenarios",
                             "{\"name\":\"x\",\"problem\":\"workforce_dispatch\"}"),
                  422, "optimize.not_here_yet");
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup(t, furnish)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_feared_most_comes_first),
        TEST(test_a_run_is_repeated_to_the_same_answer),
        TEST(test_nothing_later_is_looked_at),
        TEST(test_an_order_takes_the_risk_it_is_against),
        TEST(test_what_cannot_be_is_named),
        TEST(test_a_planned_stop_is_not_a_failure),
        TEST(test_a_plan_for_each_day),
        TEST(test_a_shutdown_costs_no_production),
        TEST(test_parts_and_order),
        TEST(test_what_is_late_is_done_all_the_same),
        TEST(test_an_inspection_needs_no_figures),
        TEST(test_an_engineer_sees_own_orders_alone),
        TEST(test_unknown_is_asked_for),
        TEST(test_people_who_are_away_do_nothing),
        TEST(test_a_plan_becomes_work),
        TEST(test_what_went_on_is_left_alone),
        TEST(test_a_mode_that_no_score_names),
        TEST(test_hours_that_nobody_gave),
        TEST(test_work_that_has_begun_takes_its_hours),
        TEST(test_weights_are_not_money),
        TEST(test_a_short_window_takes_short_work),
        TEST(test_times_that_cannot_be),
        TEST(test_more_than_a_plan_takes),
        TEST(test_a_plant_without_assets),
        TEST(test_an_old_plan_is_refused),
        TEST(test_work_that_is_there_is_not_made_twice),
        TEST(test_work_of_several_days),
        TEST(test_what_is_rejected_is_not_made),
        TEST(test_stopped_and_begun_again),
        TEST(test_what_nobody_approved_goes),
        TEST(test_comparing),
        TEST(test_what_waiting_costs),
        TEST(test_waiting_for_a_shutdown),
        TEST(test_what_waiting_lacks_is_named),
        TEST(test_over_http),
    };
    return cmocka_run_group_tests_name("optimize", tests, house_open, house_close);
}
