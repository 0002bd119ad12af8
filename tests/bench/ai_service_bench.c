/* A tenant's assets scored as the job does it: from the database into the database, with models of
 * their class. A fleet of forty pumps with 240 days of two signals is fitted, then copied until there
 * are 10,000; every one is scored (42 features of its signals and ages, its health, its outlook)
 * and stored, in slices of fifty. */
#include <stdio.h>
#include <stdlib.h>

#include "ai/scoring.h"
#include "ai/store.h"
#include "bench/bench.h"
#include "integration/ai_house.h"
#include "support/program.h"

#include "base/banned.h"

enum { COPIES = 250, SLICE = 50 };

static void must(const oq_err *err)
{
    if (err)
        program_give_up(err->detail ? err->detail : err->code);
}

/* Each asset of the fleet COPIES - 1 times more, with its signals and their samples. */
static void copy_fleet(house *h)
{
    testdb_exec(
        h->db,
        oq_strf(h->arena,
                "CREATE TEMP TABLE copied AS SELECT a.id AS old_id, gen_random_uuid() AS id, n"
                "  FROM assets a, generate_series(1, %d) n;"
                "INSERT INTO assets (tenant_id, id, site_id, class_id, code, name, criticality,"
                " impact_factor, created_at, updated_at) SELECT a.tenant_id, c.id, a.site_id,"
                " a.class_id, a.code || '-' || c.n, a.name, a.criticality, a.impact_factor,"
                " a.created_at, a.updated_at FROM copied c JOIN assets a ON a.id = c.old_id;"
                "CREATE TEMP TABLE copied_series AS SELECT s.tenant_id, s.no AS old_no,"
                " (SELECT max(no) FROM series) + row_number() OVER () AS no, c.id AS asset_id"
                "  FROM series s JOIN copied c ON c.old_id = s.asset_id;"
                "INSERT INTO series (tenant_id, no, id, key, asset_id, metric, unit, kind, source,"
                " created_at, updated_at) SELECT s.tenant_id, c.no, gen_random_uuid(), 'copy.' ||"
                " c.no, c.asset_id, s.metric, s.unit, s.kind, s.source, s.created_at, s.updated_at"
                "  FROM copied_series c JOIN series s ON s.no = c.old_no;"
                "INSERT INTO series_chunks SELECT x.tenant_id, c.no, x.time_first, x.time_last,"
                " x.known_last, x.samples, x.good, x.value_min, x.value_max, x.value_sum,"
                " x.value_first, x.value_last, x.quality_last, x.summary, x.payload"
                "  FROM copied_series c JOIN series_chunks x ON x.series_no = c.old_no;"
                "INSERT INTO series_open SELECT x.tenant_id, c.no, x.time_first, x.time_last,"
                " x.known_last, x.samples, x.good, x.value_min, x.value_max, x.value_sum,"
                " x.value_first, x.value_last, x.quality_last, x.summary, x.payload"
                "  FROM copied_series c JOIN series_open x ON x.series_no = c.old_no;"
                "ANALYZE assets; ANALYZE series; ANALYZE series_chunks; ANALYZE series_open",
                COPIES - 1)
            .ptr);
}

static oq_uuid *all_assets(house *h, size_t *ret_count)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    assets found;
    oq_uuid *id = oq_new_n(h->arena, oq_uuid, 40 * COPIES);
    oq_str after = OQ_NONE;
    *ret_count = 0;
    do {
        asset_filter filter = {.after_code = after};
        must(asset_find(s, &filter, 500, &found));
        for (size_t i = 0; i < found.count; i++)
            id[(*ret_count)++] = found.at[i].id;
        if (found.count)
            after = found.at[found.count - 1].code;
    } while (found.count == 500);
    oq_scope_close(s);
    return id;
}

/* One slice; the time that reading, computing and storing took is added. */
static void score_slice(house *h, ai_scoring *g, const oq_uuid *id, size_t count, oq_us took[3])
{
    oq_mark mark = oq_arena_mark(h->arena);
    oq_us at = oq_monotonic();
    ai_asset_list found;
    size_t told;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    must(ai_scoring_gather(s, g, id, count, &found));
    took[0] += oq_monotonic() - at;
    at = oq_monotonic();
    ai_score *score = oq_new_n(h->arena, ai_score, found.count);
    for (size_t i = 0; i < found.count; i++)
        must(ai_score_asset(h->arena, &found.at[i], &score[i]));
    took[1] += oq_monotonic() - at;
    at = oq_monotonic();
    oq_scope *w = house_scope(h, ADMIN_A, OQ_WRITE);
    must(ai_scores_store(w, score, found.count, oq_uuid_new(oq_now(w)), &told));
    house_commit(w);
    oq_scope_close(s);
    took[2] += oq_monotonic() - at;
    oq_arena_rewind(h->arena, mark);
}

static void print(const char *name, double value, const char *unit, double gate)
{
    bench_print(&(bench_figure){
        .name = name, .value = value, .unit = unit, .gate = gate, .goal = BENCH_AT_MOST});
}

int main(void)
{
    void *state = NULL;
    if (house_open(&state) || ai_house_reset(&state))
        return 1;
    house *h = state;
    ai_fleet f;
    ai_house_fleet(h, &(ai_fleet_order){.by = ADMIN_A, .assets = AI_FLEET, .days = AI_FLEET_DAYS},
                   &f);
    oq_us began = oq_monotonic();
    ai_house_fit(h, ADMIN_A, &f, 0);
    print("ai.service.fit_class_s", (double)(oq_monotonic() - began) / OQ_SECOND, "s", 6);
    copy_fleet(h);
    size_t count;
    oq_uuid *id = all_assets(h, &count);
    oq_us took[3] = {0};
    ai_scoring g;
    oq_arena *models = oq_arena_open(1 << 20);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    must(ai_scoring_open(s, models, oq_now(s), OQ_TIME_NONE, &g));
    oq_scope_close(s);
    began = oq_monotonic();
    for (size_t i = 0; i < count; i += SLICE)
        score_slice(h, &g, id + i, count - i < SLICE ? count - i : SLICE, took);
    print("ai.service.assets", (double)count, "assets", 0);
    print("ai.service.score_s", (double)(oq_monotonic() - began) / OQ_SECOND, "s", 10);
    print("ai.service.score_read_s", (double)took[0] / OQ_SECOND, "s", 0);
    print("ai.service.score_compute_s", (double)took[1] / OQ_SECOND, "s", 0);
    print("ai.service.score_store_s", (double)took[2] / OQ_SECOND, "s", 0);
    oq_arena_close(models);
    return house_close(&state);
}
