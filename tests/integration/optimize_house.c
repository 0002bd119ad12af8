#include "optimize_house.h"

#include "workorder/work_order.h"

#include "base/banned.h"

const char *optimize_id(house *h, oq_uuid id)
{
    return oq_str_c(h->arena, oq_uuid_text(h->arena, id));
}

void optimize_sql(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(h->arena, format, args);
    va_end(args);
    testdb_exec(h->db, sql.ptr);
}

static void add_asset(house *h, oq_uuid id, const char *code)
{
    optimize_sql(h,
        "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at, updated_at)"
        " VALUES (" A ", '%s', '%s', '%s', 'Pump', now(), now())",
        optimize_id(h, id), optimize_id(h, WORK_SITE), code);
    optimize_sql(h,
        "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
        " occurrence, detection, skill_id, repair_h, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), '%s', 'seal_leak', 'mechanical', 'Seal leak', 5, 5, 5, NULL, 6,"
        " now(), now())",
        optimize_id(h, id));
}

/* An asset whose chance to fail rises on a line to `at_end` on day 30. */
void optimize_score(house *h, oq_uuid asset_id, const char *mode, double at_end)
{
    optimize_sql(h,
        "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, health_score,"
        " failure_probability, horizon_h, production_risk_index, top_mode, curve, detail)"
        " SELECT " A ", '%s', '2026-11-19 08:00+03', 'ENOUGH', 60, %f, 720, 40, '%s',"
        " (SELECT jsonb_agg(jsonb_build_array(d, %f * d / 40, %f * d / 30, least(1, %f * d / 20))"
        "  ORDER BY d) FROM generate_series(0, 30) d),"
        " jsonb_build_object('failure', jsonb_build_array(jsonb_build_object('mode', '%s',"
        "  'probability', %f)))",
        optimize_id(h, asset_id), at_end, mode, at_end, at_end, at_end, mode, at_end);
}

static void price(house *h)
{
    optimize_sql(h, "INSERT INTO optimization_cost_models (tenant_id, id, code, name, is_default, currency,"
           " failure_minor, maintenance_minor, downtime_per_hour_minor, labour_per_hour_minor,"
           " created_at, updated_at) VALUES (" A ", gen_random_uuid(), 'std', 'Standard', true,"
           " 'SAR', 20000000, 1000000, 500000, 10000, now(), now())");
}

/* Two engineers at work by day, the asset's mode with a repair time, three scored pumps. */
int optimize_furnish(void **state)
{
    house *h = *state;
    work_house_reset(state);
    work_shift(h, ALI, "DAY", 420, 480, false);
    work_shift(h, BADR, "DAY2", 420, 480, false);
    work_skill(h, ALI, 3, NULL);
    optimize_sql(h, "UPDATE asset_failure_modes SET repair_h = 4");
    add_asset(h, PUMP_TWO, "P-102");
    add_asset(h, PUMP_THREE, "P-103");
    optimize_score(h, WORK_ASSET, "misalignment", 0.9);
    optimize_score(h, PUMP_TWO, "seal_leak", 0.5);
    optimize_score(h, PUMP_THREE, "seal_leak", 0.0001);
    price(h);
    return 0;
}

optimize_parameters optimize_plain(house *h)
{
    optimize_parameters p;
    CHECK_OK(oq_fields_read_json(h->arena, optimize_parameters_fields, OQ_STR("{}"), &p));
    return p;
}

optimize_run *optimize_plan_with(house *h, optimize_parameters parameters, int64_t days)
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

optimize_run *optimize_plan(house *h)
{
    return optimize_plan_with(h, optimize_plain(h), 14);
}

optimize_advices optimize_rows(house *h, const optimize_run *of)
{
    optimize_advices rows;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_advices_of(s, of->id, &rows));
    oq_scope_close(s);
    return rows;
}

const optimize_advice *optimize_row(const optimize_advices *rows, const char *code)
{
    for (size_t i = 0; i < rows->count; i++)
        if (oq_str_eq(rows->at[i].asset_code, oq_cstr(code)))
            return &rows->at[i];
    return NULL;
}

/* All that is due. */
void optimize_jobs(house *h)
{
    static const job_kind *const kinds[] = {optimize_job_kinds, NULL};
    jobs_done done;
    CHECK_OK(job_run_due(h->pool, kinds, &done));
}

void optimize_job(house *h, const char *kind)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = kind, .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
    optimize_jobs(h);
}

void optimize_add_mode(house *h, oq_uuid asset_id, const char *code, int repair_h)
{
    optimize_sql(h,
        "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
        " occurrence, detection, skill_id, repair_h, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), '%s', '%s', 'mechanical', 'Mode', 5, 5, 5, NULL, %d, now(), now())",
        optimize_id(h, asset_id), code, repair_h);
}

void optimize_add_window(house *h, const char *code, const char *kind, const char *from, const char *to)
{
    optimize_sql(h,
        "INSERT INTO maintenance_windows (tenant_id, id, code, name, site_id, kind, from_time,"
        " to_time, created_at, updated_at) VALUES (" A ", gen_random_uuid(), '%s', 'W', '%s', '%s',"
        " '%s', '%s', '2026-11-01', '2026-11-01')",
        code, optimize_id(h, WORK_SITE), kind, from, to);
}

void optimize_score_again(house *h, oq_uuid asset_id, const char *mode, double at_end)
{
    optimize_sql(h, "DELETE FROM asset_ai_scores WHERE asset_id = '%s'", optimize_id(h, asset_id));
    optimize_score(h, asset_id, mode, at_end);
}

oq_uuid optimize_add_order(house *h, oq_uuid asset_id, const char *title, const char *due)
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

oq_uuid optimize_first_id(house *h, const char *path)
{
    oq_uuid id;
    seen list = house_get(h, ADMIN_A, path);
    assert_true(oq_uuid_parse(house_between(h, &list, "\"id\":\"", "\""), &id));
    return id;
}

optimize_run *optimize_newest(house *h)
{
    optimize_run *found;
    oq_uuid id = optimize_first_id(h, "/api/optimization/runs");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(optimize_run_get(s, id, &found));
    oq_scope_close(s);
    return found;
}
