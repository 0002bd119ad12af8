/* `optria backtest demo`: the demo's plants in fast forward, and what the program made of them. */
#include <unistd.h>

#include "backtest/demo.h"
#include "base/secret.h"
#include "db/migrate.h"
#include "demoplant/demoplant.h"
#include "demoplant/plan.h"
#include "identity/password.h"
#include "main/cluster.h"
#include "main/command.h"
#include "main/demo_seed.h"
#include "main/home.h"
#include "main/modules.h"
#include "main/operator.h"
#include "main/process.h"
#include "main/report_print.h"
#include "notify/channel.h"
#include "tenant/tenant.h"
#include "web/page.h"

#include "base/banned.h"

enum { TENANTS_MAX = 8, STATEMENT_MAX_MS = 300000 };

typedef struct demo_options {
    oq_date from;
    int64_t hours, days, step_s;
    bool json;
} demo_options;

static const oq_field demo_option_fields[] = {
    OQ_DATE(demo_options, from, .preset = "2026-03-01",
            .help = "Day on which the plants begin to run; quick faults follow the hours since then"),
    OQ_I64(demo_options, hours, .preset = "12", .min = 1, .max = 2000, .help = "How long they run"),
    OQ_I64(demo_options, days, .preset = "35", .min = 1, .max = DEMO_DAYS_MAX,
           .help = "Days of history before"),
    OQ_I64(demo_options, step_s, .preset = "60", .min = 5, .max = 300,
           .help = "Seconds by which the clock moves"),
    OQ_BOOL(demo_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

/* --- the plants ---------------------------------------------------------------------------------*/

static void say_nothing(void *self, const char *name)
{
    (void)self;
    (void)name;
}

static oq_err *find_tenants(db_pool *pool, oq_arena *arena, demo_test *test)
{
    static oq_uuid id[TENANTS_MAX];
    static const char *code[TENANTS_MAX];
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, arena, OQ_READ, "backtest", &p));
    oq_err *err = NULL;
    for (const demo_site *d = demo_sites; !err && d->code; d++) {
        tenant *found = NULL;
        err = tenant_find_by_code(p, oq_cstr(d->tenant), &found);
        if (found) {
            id[test->tenants] = found->id;
            code[test->tenants++] = d->code;
        }
    }
    db_platform_close(p);
    test->tenant = id;
    test->code = code;
    return err;
}

static oq_err *set_up(const demo_options *o, oq_arena *arena, cluster *c, db_pool **ret_pool)
{
    db_migrate_report done;
    demo_seeded seeded;
    oq_str owner = cluster_owner_url(c);
    OQ_TRY(db_migrate(arena, owner, db_migrations(), false, say_nothing, NULL, &done));
    OQ_TRY(db_pool_open(&(db_pool_options){.url = cluster_server_url(c),
                                           .role = "optria_app",
                                           .app_name = "optria backtest",
                                           .size_max = 4,
                                           .wait_max_ms = 5000,
                                           .statement_max_ms = STATEMENT_MAX_MS,
                                           .connect_max_ms = 10000},
                        ret_pool));
    oq_clock_set(o->from * OQ_DAY);
    return demo_seed(*ret_pool, arena, password_generate(arena), true, o->days, &seeded);
}

/* --- running ------------------------------------------------------------------------------------*/

static void show(void *self, double share, size_t jobs)
{
    (void)self;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%3.0f %%  %zu", 100 * share, jobs);
    if (isatty(STDERR_FILENO) && share >= 1)
        fputc('\n', stderr);
}

static oq_err *run_in(const demo_options *o, oq_arena *arena, cluster *c, report **ret_report)
{
    db_pool *pool = NULL;
    oq_err *err = set_up(o, arena, c, &pool);
    demo_test test = {.pool = pool,
                      .kinds = module_job_kinds,
                      .from = o->from * OQ_DAY,
                      .hours = o->hours,
                      .step_s = o->step_s,
                      .say = show};
    if (!err)
        err = find_tenants(pool, arena, &test);
    if (!err)
        err = backtest_demo(arena, &test, ret_report);
    db_pool_close(pool);
    return err;
}

static oq_err *backtest_of_demo(command_run *run)
{
    const demo_options *o = run->options;
    cluster *c;
    report *r;
    process_catch_stop();
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS); /* thousands of alarms and analyses */
    OQ_TRY(oq_secret_setup(home_new_key(run->arena)));
    OQ_TRY(web_setup());
    OQ_TRY(channel_set_up(&(channel_setup){0}));
    OQ_TRY(cluster_open(&(cluster_options){.is_temporary = true}, &c));
    process_release_stop();
    oq_err *err = run_in(o, run->arena, c, &r);
    oq_clock_set(OQ_TIME_NONE);
    oq_err *stop_err = cluster_stop(c);
    OQ_TRY(err ? err : stop_err);
    if (o->json)
        report_print_json(OQ_STR("demo"), r);
    else
        report_print_text(run, r);
    return NULL;
}

const command cmd_backtest_demo = {
    .name = "backtest demo",
    .summary = "Run the demo's plants in fast forward and say what was found, and named",
    .help = "Makes a database of its own for as long as it runs, fills the plants' history, lets\n"
            "hours pass with every job of the program, and holds incidents and causes against what\n"
            "was made to go wrong. The same day and hours give the same faults. What the figures\n"
            "mean: docs/en/rca.md.",
    .options = demo_option_fields,
    .options_size = sizeof(demo_options),
    .needs_no_settings = true,
    .run = backtest_of_demo,
};
