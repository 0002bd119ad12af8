#include <signal.h>

#include "main/command.h"
#include "main/demo.h"
#include "main/demo_seed.h"
#include "main/process.h"
#include "main/table.h"

#include "base/banned.h"

/* Who can sign in, for whoever has just started this. */
static void print_accounts(const command_run *run, const demo *d)
{
    table t = table_make(run->arena, 4);
    TABLE_ADD(&t, command_word(run, "cli.demo.account"), command_word(run, "cli.demo.role"),
              command_word(run, "cli.demo.tenant"), command_word(run, "cli.demo.name"));
    for (const demo_account *a = demo_accounts; a->email; a++)
        TABLE_ADD(&t, oq_cstr(a->email), oq_cstr(oq_choice_text(role_choices, (int)a->role)),
                  a->tenant ? oq_cstr(a->tenant) : OQ_STR("PLATFORM"), oq_cstr(a->full_name));
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

static oq_err *run_demo(command_run *run)
{
    process_catch_stop();
    signal(SIGPIPE, SIG_IGN); /* whoever read our words may have gone; the demo goes on */
    demo *d;
    oq_err *err = demo_open(run->arena, &run->settings, &d);
    if (err && oq_err_is(err, "demo.stopped"))
        return NULL;
    OQ_TRY(err);
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
            "made at the first start where the environment does not give them.",
    .run = run_demo,
};
