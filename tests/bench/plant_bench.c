/* Assets from a CSV file into an empty tenant, the same file again (nothing differs), and out. */
#include "bench/bench.h"
#include "plant/import.h"
#include "support/testapp.h"

#include <unistd.h>

#include "base/banned.h"

enum { ASSETS = 10000, SITES = 5 };

static oq_scope *open_scope(testapp *app, oq_uuid tenant, oq_arena *arena)
{
    oq_scope *s;
    oq_scope_options options = {
        .pool = testapp_pool(app),
        .tenant_id = tenant,
        .access = OQ_WRITE,
        .actor = {.kind = ACTOR_SYSTEM,
                  .home_tenant = tenant,
                  .label = OQ_STR("bench"),
                  .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
        .arena = arena,
    };
    if (oq_scope_open(&options, &s))
        exit(1);
    return s;
}

static double import(testapp *app, oq_uuid tenant, const char *kind, oq_str file,
                     int64_t *ret_added)
{
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = open_scope(app, tenant, arena);
    import_report *report;
    oq_us begin = oq_monotonic();
    plant_import_options options = {.kind = record_kind_find(oq_cstr(kind))};
    if (plant_import(s, file, &options, &report) || !report->is_to_keep || oq_scope_commit(s))
        exit(1);
    double seconds = (double)(oq_monotonic() - begin) / 1e6;
    *ret_added = report->added;
    oq_scope_close(s);
    oq_arena_close(arena);
    return seconds;
}

static oq_buf make_assets(void)
{
    oq_buf file = oq_buf_make(PLANT_IMPORT_BYTES_MAX);
    oq_buf_lit(&file, "code,site,name,name_ar,criticality,power_rated_kw,manufacturer\n");
    for (int i = 0; i < ASSETS; i++)
        oq_buf_f(&file, "P-%05d,S%d,Feed pump %d,مضخة تغذية %d,high,%d.5,\"Pumps, Inc.\"\n", i,
                 i % SITES, i, i, i % 400);
    return file;
}

static void print(const char *name, double value, const char *unit, double gate, bench_goal goal)
{
    bench_print(
        &(bench_figure){.name = name, .value = value, .unit = unit, .gate = gate, .goal = goal});
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open(false);
    oq_uuid tenant = testapp_tenant(app, "BENCH");
    OQ_AUTO(oq_buf) file = make_assets();
    int64_t added;
    import(app, tenant, "sites", OQ_STR("code,name\nS0,a\nS1,b\nS2,c\nS3,d\nS4,e\n"), &added);
    double before = bench_resident_mb(getpid());
    double seconds = import(app, tenant, "assets", oq_buf_view(&file), &added);
    if (added != ASSETS)
        return 1;
    print("import of 10,000 assets", ASSETS / seconds, "rows/s", 1000, BENCH_AT_LEAST);
    print("memory it took", bench_resident_mb(getpid()) - before, "MB", 150, BENCH_AT_MOST);
    seconds = import(app, tenant, "assets", oq_buf_view(&file), &added);
    if (added)
        return 1;
    print("the same file again", ASSETS / seconds, "rows/s", 10000, BENCH_AT_LEAST);
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = open_scope(app, tenant, arena);
    OQ_AUTO(oq_buf) out = oq_buf_make(64U << 20);
    oq_us begin = oq_monotonic();
    if (plant_export(s, record_kind_find(OQ_STR("assets")), PLANT_CSV, &out))
        return 1;
    print("export of 10,000 assets", ASSETS / ((double)(oq_monotonic() - begin) / 1e6), "rows/s",
          50000, BENCH_AT_LEAST);
    oq_scope_close(s);
    oq_arena_close(arena);
    testapp_close(app);
    return 0;
}
