#include <signal.h>
#include <unistd.h>

#include "main/command.h"
#include "main/demo.h"
#include "main/demo_fleet.h"
#include "main/demo_seed.h"
#include "main/process.h"
#include "main/table.h"

#include "base/banned.h"

typedef struct demo_words {
    oq_str fleet;
} demo_words;

static const oq_field demo_word_fields[] = {
    OQ_TEXT(demo_words, fleet, .max = 3000,
            .help = "Folder of a recorded fleet (azure-pdm), for a tenant of its own"),
    OQ_FIELDS_END,
};

static void add_accounts(table *t, const demo_account *a)
{
    for (; a->email; a++)
        TABLE_ADD(t, oq_cstr(a->email), oq_cstr(oq_choice_text(role_choices, (int)a->role)),
                  a->tenant ? oq_cstr(a->tenant) : OQ_STR("PLATFORM"), oq_cstr(a->full_name));
}

/* Who can sign in, for whoever has just started this. */
static void print_accounts(const command_run *run, const demo *d)
{
    table t = table_make(run->arena, 4);
    TABLE_ADD(&t, command_word(run, "cli.demo.account"), command_word(run, "cli.demo.role"),
              command_word(run, "cli.demo.tenant"), command_word(run, "cli.demo.name"));
    add_accounts(&t, demo_accounts);
    if (((const demo_words *)run->options)->fleet.len)
        add_accounts(&t, demo_fleet_accounts);
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_buf_char(&out, '\n');
    table_write(&t, 2, &out);
    oq_buf_char(&out, '\n');
    command_print(&out);
    oq_str password = demo_made_password(d);
    if (password.len)
        COMMAND_SAY(run, "cli.demo.password", {"password", password});
    else
        COMMAND_SAY(run, "cli.demo.password_given", {"variable", OQ_STR("OPTRIA_DEMO_PASSWORD")});
    COMMAND_SAY(run, "cli.demo.home", {"home", oq_cstr(demo_home(d))});
    printf("\n");
}

/* --- a fleet ------------------------------------------------------------------------------------*/

typedef struct telling {
    const command_run *run;
    bool is_terminal;
    fleet_stage stage;
    int tenth;
} telling;

static const char *stage_key(fleet_stage stage)
{
    switch (stage) {
    case FLEET_RECORDS:
        return "cli.demo.fleet.records";
    case FLEET_REPLAY:
        return "cli.demo.fleet.replay";
    case FLEET_FITTING:
        return "cli.demo.fleet.fitting";
    case FLEET_PLAN:
        return "cli.demo.fleet.plan";
    case FLEET_BACKTEST:
        return "cli.demo.fleet.backtest";
    }
    return "";
}

/* A line that is written over at a terminal; elsewhere one for each stage and tenth. */
static oq_err *tell(void *self, fleet_stage stage, oq_us at, double share)
{
    telling *t = self;
    int tenth = (int)(share * 10);
    bool is_new = stage != t->stage || tenth != t->tenth;
    if (process_wait_stop(0).signal)
        return oq_fail(OQ_CONFLICT, "demo.stopped");
    if (!t->is_terminal && !is_new)
        return NULL;
    t->stage = stage;
    t->tenth = tenth;
    oq_arena *arena = t->run->arena;
    oq_mark mark = oq_arena_mark(arena);
    oq_arg arg[] = {{"at", oq_str_sub(oq_time_text(arena, at), 0, OQ_DATE_TEXT)},
                    {"percent", oq_strf(arena, "%.0f", 100 * share)}};
    oq_str said = oq_text_fill(arena, t->run->lang, oq_cstr(stage_key(stage)), arg, 2);
    fprintf(stderr, t->is_terminal ? "\r\033[K%.*s" : "%.*s\n", OQ_FMT(said));
    fflush(stderr);
    oq_arena_rewind(arena, mark);
    return NULL;
}

static oq_err *open_fleet(command_run *run, fleet **ret_fleet)
{
    const demo_words *words = run->options;
    *ret_fleet = NULL;
    return words->fleet.len
               ? fleet_open(run->arena, oq_str_c(run->arena, words->fleet), ret_fleet)
               : NULL;
}

static oq_err *run_demo(command_run *run)
{
    fleet *f;
    telling t = {.run = run, .is_terminal = isatty(STDERR_FILENO)};
    OQ_TRY(open_fleet(run, &f));
    process_catch_stop();
    signal(SIGPIPE, SIG_IGN); /* whoever read our words may have gone; the demo goes on */
    demo *d;
    demo_options options = {.fleet = f, .self = &t, .say = tell};
    oq_err *err = demo_open(run->arena, &run->settings, &options, &d);
    if (t.is_terminal && t.stage)
        fprintf(stderr, "\r\033[K");
    if (err && oq_err_is(err, "demo.stopped"))
        return NULL;
    OQ_TRY(err);
    if (f)
        COMMAND_SAY(run, "cli.demo.fleet.ready",
                    {"machines", oq_strf(run->arena, "%zu", fleet_machines(f))},
                    {"at", oq_time_text(run->arena, fleet_ends(f))});
    print_accounts(run, d);
    oq_str url = demo_url(d);
    printf("ready %.*s\n", OQ_FMT(url));
    fflush(stdout); /* scripts wait for this line */
    demo_keep(d);
    return demo_close(d);
}

const command cmd_demo = {
    .name = "demo",
    .summary = "Run all of it on this machine, with demo tenants and people",
    .help = "Starts a private PostgreSQL in OPTRIA_HOME (or uses OPTRIA_DB_URL, which must be "
            "empty or\n"
            "a demo's), brings its schema up to date, makes the demo's tenants and accounts, and "
            "runs a\n"
            "server and a worker until SIGINT or SIGTERM. Prints the accounts, and the line\n"
            "\"ready http://...\" when the first page can be used. Keys and the accounts' password "
            "are\n"
            "made at the first start where the environment does not give them. With --fleet a "
            "recorded\n"
            "fleet (the files of azure-pdm) becomes a tenant: its year is replayed, with models, "
            "scores,\n"
            "incidents, a plan and the backtest, before the demo is ready; started again, it goes "
            "on\n"
            "where it was.",
    .options = demo_word_fields,
    .options_size = sizeof(demo_words),
    .run = run_demo,
};
