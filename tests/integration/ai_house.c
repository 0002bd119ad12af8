#include "integration/ai_house.h"

#include <math.h>

#include "ai/fit.h"
#include "ai/fit_anomaly.h"
#include "ai/scoring.h"
#include "ai/store.h"
#include "base/test.h"
#include "historian/write.h"
#include "quant/signal_sample.h"
#include "support/chunks.h"

#include "base/banned.h"

int ai_house_reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE ai_models, asset_ai_scores, work_orders, assets, asset_classes,"
                       " asset_failure_modes, sites, series, blackbox_events, jobs,"
                       " notifications CASCADE");
    testdb_exec(h->db, "TRUNCATE series_batches, series_chunks, series_open, series_last,"
                       " series_history");
    int failed = house_reset(state);
    oq_clock_set(AI_NOW);
    return failed;
}

/* --- records -------------------------------------------------------------------------------------*/

static void run(house *h, const char *sql)
{
    testdb_exec(h->db, sql);
}

static const char *id_text(house *h, oq_uuid id)
{
    return oq_uuid_text(h->arena, id).ptr;
}

static const char *time_text(house *h, oq_us at)
{
    return oq_time_text(h->arena, at).ptr;
}

static void make_class(house *h, ai_fleet *f)
{
    const char *t = id_text(h, f->tenant_id);
    f->class_id = oq_uuid_new(AI_NOW);
    f->site_id = oq_uuid_new(AI_NOW);
    run(h, oq_strf(h->arena,
                   "INSERT INTO sites (tenant_id, id, code, name, impact_factor, created_at,"
                   " updated_at) VALUES ('%s', '%s', 'SITE', 'Site', 1, now(), now());"
                   "INSERT INTO asset_classes (tenant_id, id, code, name, created_at, updated_at)"
                   " VALUES ('%s', '%s', 'pump', 'Pump', now(), now())",
                   t, id_text(h, f->site_id), t, id_text(h, f->class_id))
               .ptr);
    run(h, oq_strf(h->arena,
                   "INSERT INTO asset_class_metrics (tenant_id, id, class_id, metric, name, unit,"
                   " high, high_high, created_at, updated_at) VALUES ('%s', gen_random_uuid(), '%s',"
                   " 'vibration_rms', 'Vibration', 'mm/s', 4.5, 7.1, now(), now());"
                   "INSERT INTO asset_failure_modes (tenant_id, id, class_id, code, category, name,"
                   " severity, occurrence, detection, created_at, updated_at) VALUES ('%s',"
                   " gen_random_uuid(), '%s', 'bearing_fault', 'mechanical', 'Bearing fault', 7, 4,"
                   " 3, now(), now())",
                   t, id_text(h, f->class_id), t, id_text(h, f->class_id))
               .ptr);
}

static void make_asset(house *h, ai_fleet *f, size_t i)
{
    f->asset[i] = oq_uuid_new(AI_NOW + (oq_us)i);
    run(h, oq_strf(h->arena,
                   "INSERT INTO assets (tenant_id, id, site_id, class_id, code, name, criticality,"
                   " impact_factor, created_at, updated_at) VALUES ('%s', '%s', '%s', '%s',"
                   " 'P-%zu', 'Pump %zu', 'high', 0.5, now(), now())",
                   id_text(h, f->tenant_id), id_text(h, f->asset[i]), id_text(h, f->site_id),
                   id_text(h, f->class_id), 100 + i, i)
               .ptr);
}

/* Failed, and mended eight hours later. */
static void make_order(house *h, ai_fleet *f, size_t i, oq_us at)
{
    f->failures++;
    run(h, oq_strf(h->arena,
                   "INSERT INTO work_orders (tenant_id, id, number, source, site_id, asset_id, title,"
                   " kind, status, failure_mode_id, started_at, finished_at, created_at, updated_at)"
                   " SELECT '%s', gen_random_uuid(), 'WO-%zu', 'IMPORT', '%s', '%s', 'Bearing',"
                   " 'corrective', 'closed', m.id, '%s', '%s', '%s', '%s' FROM asset_failure_modes m"
                   " WHERE m.tenant_id = '%s'",
                   id_text(h, f->tenant_id), f->failures, id_text(h, f->site_id),
                   id_text(h, f->asset[i]), time_text(h, at), time_text(h, at + 8 * OQ_HOUR),
                   time_text(h, at), time_text(h, at + 8 * OQ_HOUR), id_text(h, f->tenant_id))
               .ptr);
}

/* --- signals -------------------------------------------------------------------------------------*/

void ai_house_signal(house *h, const ai_fleet *fleet, size_t which, const char *metric,
                     const char *unit, oq_us from, const double *value, size_t count)
{
    static int32_t next = 0;
    int32_t no = ++next;
    aggregate_rule rule = {.gap_max = 0};
    oq_str key = oq_strf(h->arena, "A%zu.%s.%d", which, metric, (int)no);
    oq_uuid id = chunks_series(h->db, fleet->tenant_id, no, key.ptr, rule);
    run(h, oq_strf(h->arena,
                   "UPDATE series SET asset_id = '%s', metric = '%s', unit = '%s', created_at = '%s'"
                   " WHERE tenant_id = '%s' AND id = '%s'",
                   id_text(h, fleet->asset[which]), metric, unit, time_text(h, from),
                   id_text(h, fleet->tenant_id),
                   id_text(h, id))
               .ptr);
    oq_mark mark = oq_arena_mark(h->arena);
    samples x = samples_make(h->arena, count, false, false);
    for (size_t i = 0; i < count; i++)
        if (!isnan(value[i])) {
            x.time[x.count] = from + (oq_us)i * OQ_HOUR;
            x.value[x.count++] = value[i];
        }
    if (x.count)
        chunks_put(h->db,
                   &(chunks_order){.tenant_id = fleet->tenant_id, .no = no, .rule = rule}, &x);
    oq_arena_rewind(h->arena, mark);
}

void ai_house_later(house *h, house_person by, oq_uuid asset_id, const char *metric, oq_us from,
                    double value, size_t hours)
{
    int64_t no = testdb_number(h->db, oq_strf(h->arena,
                                              "SELECT no FROM series WHERE asset_id = '%s' AND"
                                              " metric = '%s'",
                                              id_text(h, asset_id), metric)
                                          .ptr);
    batch_row *row = oq_new_n(h->arena, batch_row, hours);
    for (size_t i = 0; i < hours; i++)
        row[i] = (batch_row){from + (oq_us)i * OQ_HOUR, value, (int32_t)no, QUALITY_GOOD};
    oq_scope *s = house_scope(h, by, OQ_WRITE);
    CHECK_OK(hist_write(s, row, hours, NULL));
    house_commit(s);
}

/* --- the fleet -----------------------------------------------------------------------------------*/

/* A life in days: Weibull with shape 3 and scale 45. */
static double life(uint64_t *dice)
{
    return 45 * pow(-log(1 - dice_share(dice)), 1 / 3.0);
}

static double noise(uint64_t *dice)
{
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += dice_share(dice) - 0.5;
    return sum;
}

/* Six days before the failure the vibration begins to rise, more and more. */
static double vibration(double to_failure_d, double own, uint64_t *dice)
{
    double gone = fmax(0, 1 - to_failure_d / 6);
    return own + 4 * gone * gone + 0.12 * noise(dice);
}

static void make_history(house *h, const ai_fleet_order *o, ai_fleet *f, size_t i, uint64_t *dice)
{
    size_t hours = (size_t)o->days * 24;
    double *vib = oq_new_n(h->arena, double, hours), *temp = oq_new_n(h->arena, double, hours);
    double own = 2 + 0.3 * noise(dice), left = o->no_failures ? 1e6 : life(dice) * dice_share(dice);
    oq_us from = AI_NOW - (oq_us)hours * OQ_HOUR;
    for (size_t k = 0; k < hours; k++) {
        left -= 1.0 / 24;
        if (left <= 0) {
            make_order(h, f, i, from + (oq_us)k * OQ_HOUR);
            left = life(dice);
        }
        vib[k] = vibration(left, own, dice);
        temp[k] = 60 + 3 * sin((double)k / 24 * 2 * M_PI) + noise(dice);
    }
    f->to_failure_d[i] = left;
    ai_house_signal(h, f, i, "vibration_rms", "mm/s", from, vib, hours);
    ai_house_signal(h, f, i, "temperature", "degC", from, temp, hours);
}

void ai_house_fleet(house *h, const ai_fleet_order *o, ai_fleet *ret_fleet)
{
    uint64_t dice = o->seed ? o->seed : 7;
    *ret_fleet = (ai_fleet){.tenant_id = house_tenant(o->by)};
    make_class(h, ret_fleet);
    for (size_t i = 0; i < o->assets; i++)
        make_asset(h, ret_fleet, i);
    for (size_t i = 0; i < o->assets; i++) {
        oq_mark mark = oq_arena_mark(h->arena);
        make_history(h, o, ret_fleet, i, &dice);
        oq_arena_rewind(h->arena, mark);
    }
}

/* --- what the jobs do ----------------------------------------------------------------------------*/

void ai_house_fit(house *h, house_person by, const ai_fleet *fleet, size_t owns)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    oq_scope *read = house_scope(h, by, OQ_READ), *write;
    ai_fit f = {.s = read,
                .arena = arena,
                .class_id = fleet->class_id,
                .at = oq_now(read),
                .made_by = OQ_STR("test")};
    ai_fits fits = {0};
    CHECK_OK(ai_fit_class(&f, &fits));
    write = house_scope(h, by, OQ_WRITE);
    CHECK_OK(ai_fits_store(write, &fits));
    house_commit(write);
    for (size_t i = 0; i < owns; i++) {
        ai_model_stored m;
        write = house_scope(h, by, OQ_WRITE);
        CHECK_OK(ai_fit_anomaly(write, fleet->asset[i], oq_now(write), OQ_STR("test"), &m));
        CHECK_OK(ai_model_add(write, &m));
        house_commit(write);
    }
    oq_scope_close(read);
    oq_arena_close(arena);
}

ai_score *ai_house_make(house *h, house_person by, oq_uuid asset_id, oq_us at)
{
    ai_score *x;
    oq_scope *s = house_scope(h, by, OQ_READ);
    CHECK_OK(ai_score_make(s, asset_id, at, &x));
    oq_scope_close(s);
    return x;
}

void ai_house_score(house *h, house_person by, const oq_uuid *asset_id, size_t count)
{
    ai_scoring g;
    ai_asset_list found;
    size_t told;
    oq_scope *s = house_scope(h, by, OQ_WRITE);
    CHECK_OK(ai_scoring_open(s, h->arena, oq_now(s), OQ_TIME_NONE, &g));
    CHECK_OK(ai_scoring_gather(s, &g, asset_id, count, &found));
    ai_score *score = oq_new_n(h->arena, ai_score, found.count);
    for (size_t i = 0; i < found.count; i++)
        CHECK_OK(ai_score_asset(h->arena, &found.at[i], &score[i]));
    CHECK_OK(ai_scores_store(s, score, found.count, oq_uuid_new(oq_now(s)), &told));
    house_commit(s);
}
