/* `optria user ...`: people, by the command line. */
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"
#include "identity/password.h"
#include "main/command.h"
#include "main/operator.h"
#include "main/people.h"
#include "main/table.h"

#include "base/banned.h"

enum { OUTPUT_MAX = 1 << 30 };

/* --- what they share ----------------------------------------------------------------------- */

static oq_err *open_pool(command_run *run, db_pool **ret_pool)
{
    operator_complete(run->arena, &run->settings);
    return operator_open_pool(&run->settings, ret_pool);
}

/* Where a one-time code is used: a whole link where the installation knows its own address. Its
 * secret stands behind '#', which browsers keep to themselves. */
static oq_str reset_link(command_run *run, oq_str code)
{
    oq_str base = run->settings.public_url;
    while (oq_str_ends(base, OQ_STR("/")))
        base.len--;
    return oq_strf(run->arena, "%.*s/reset#%.*s", OQ_FMT(base), OQ_FMT(code));
}

static void print_json(command_run *run, const person *who, oq_str code)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_fields_write_members(&j, person_fields, who);
    if (code.len) {
        oq_json_put(&j, text, "reset_code", code);
        oq_json_put(&j, text, "reset_link", reset_link(run, code));
    }
    oq_json_object_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static void print_code(command_run *run, oq_str code)
{
    COMMAND_SAY(run, "cli.user.link", {"link", reset_link(run, code)});
    if (!run->settings.public_url.len)
        COMMAND_SAY(run, "cli.user.link_is_relative", {"variable", OQ_STR("OPTRIA_PUBLIC_URL")});
}

/* --- add ----------------------------------------------------------------------------------- */

typedef struct add_options {
    oq_str email, name, tenant;
    int role;
    bool password_stdin, json;
} add_options;

static const oq_field add_fields[] = {
    OQ_TEXT(add_options, email, .required = true, .max = USER_EMAIL_MAX, .check = oq_check_email,
            .help = "Signs in with it; unique in the installation"),
    OQ_TEXT(add_options, name, .required = true, .max = USER_NAME_MAX, .help = "Full name"),
    OQ_CHOICE(add_options, role, role_choices, .required = true, .help = "One of "),
    OQ_TEXT(add_options, tenant, .max = 40,
            .help = "Code of the tenant; a platform_owner needs none"),
    OQ_BOOL(add_options, password_stdin,
            .help = "Read the password from standard input, one line of it"),
    OQ_BOOL(add_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

/* At a terminal what is typed is not shown. */
static oq_err *read_password(command_run *run, oq_str *ret_password)
{
    enum { LINE_MAX_BYTES = PASSWORD_BYTES_MAX + 2 };
    char *line = oq_alloc(run->arena, LINE_MAX_BYTES + 1);
    struct termios before, quiet;
    bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (is_terminal) {
        fprintf(stderr, "%.*s ", OQ_FMT(command_word(run, "cli.user.ask_password")));
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool got = fgets(line, LINE_MAX_BYTES + 1, stdin) != NULL;
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    oq_str password = oq_strn(line, got ? strcspn(line, "\r\n") : 0);
    if (!password.len)
        return oq_fail(OQ_INVALID, "option.password_missing");
    *ret_password = password;
    return NULL;
}

static oq_err *add(command_run *run)
{
    const add_options *o = run->options;
    person_order order = {.email = o->email, .name = o->name, .role = o->role, .tenant = o->tenant};
    if (o->password_stdin)
        OQ_TRY(read_password(run, &order.password));
    db_pool *pool;
    person made;
    oq_str code;
    OQ_TRY(open_pool(run, &pool));
    oq_err *err = people_add(pool, run->arena, &order, &made, &code);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o->json) {
        print_json(run, &made, code);
        return NULL;
    }
    COMMAND_SAY(run, "cli.user.added", {"email", made.email},
                {"role", oq_cstr(oq_choice_text(role_choices, made.role))},
                {"tenant", made.tenant});
    if (code.len)
        print_code(run, code);
    return NULL;
}

const command cmd_user_add = {
    .name = "user add",
    .summary = "Add a person",
    .help =
        "Without a password a one-time link is printed, good for a day. The deed is written to\n"
        "the tenant's audit as done by \"command line\".",
    .options = add_fields,
    .options_size = sizeof(add_options),
    .run = add,
};

/* --- list ---------------------------------------------------------------------------------- */

typedef struct list_options {
    oq_str tenant;
    bool json;
} list_options;

static const oq_field list_fields[] = {
    OQ_TEXT(list_options, tenant, .max = 40, .help = "Code of a tenant (default: all of them)"),
    OQ_BOOL(list_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static void print_list_json(const persons *all)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (size_t i = 0; i < all->count; i++)
        oq_fields_write_json(&j, person_fields, &all->at[i]);
    oq_json_array_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static oq_str state_of(const command_run *run, const person *who)
{
    if (!who->is_active)
        return command_word(run, "cli.user.state_disabled");
    return command_word(run,
                        who->has_password ? "cli.user.state_active" : "cli.user.state_invited");
}

static void print_list(const command_run *run, const persons *all)
{
    table t = table_make(run->arena, 6);
    TABLE_ADD(&t, command_word(run, "cli.user.tenant"), command_word(run, "cli.user.email"),
              command_word(run, "cli.user.role"), command_word(run, "cli.user.state"),
              command_word(run, "cli.user.last_login"), command_word(run, "cli.user.name"));
    for (size_t i = 0; i < all->count; i++) {
        const person *who = &all->at[i];
        oq_us at = who->last_login_at == OQ_TIME_NONE ? OQ_TIME_NONE
                                                      : who->last_login_at / OQ_SECOND * OQ_SECOND;
        TABLE_ADD(&t, who->tenant, who->email, oq_cstr(oq_choice_text(role_choices, who->role)),
                  state_of(run, who),
                  at == OQ_TIME_NONE ? OQ_STR("-") : oq_time_text(run->arena, at), who->full_name);
    }
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    table_write(&t, 0, &out);
    command_print(&out);
}

static oq_err *list(command_run *run)
{
    const list_options *o = run->options;
    db_pool *pool;
    persons all;
    OQ_TRY(open_pool(run, &pool));
    oq_err *err = people_list(pool, run->arena, o->tenant, &all);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o->json)
        print_list_json(&all);
    else
        print_list(run, &all);
    return NULL;
}

const command cmd_user_list = {
    .name = "user list",
    .summary = "List people",
    .options = list_fields,
    .options_size = sizeof(list_options),
    .run = list,
};

/* --- reset --------------------------------------------------------------------------------- */

typedef struct reset_options {
    oq_str email;
    bool totp, json;
} reset_options;

static const oq_field reset_fields[] = {
    OQ_TEXT(reset_options, email, .required = true, .max = USER_EMAIL_MAX, .help = "Who"),
    OQ_BOOL(reset_options, totp, .help = "Take the second factor away as well"),
    OQ_BOOL(reset_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static oq_err *reset(command_run *run)
{
    const reset_options *o = run->options;
    db_pool *pool;
    person who;
    oq_str code;
    OQ_TRY(open_pool(run, &pool));
    oq_err *err = people_reset(pool, run->arena, o->email, o->totp, &who, &code);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o->json)
        print_json(run, &who, code);
    else
        print_code(run, code);
    return NULL;
}

const command cmd_user_reset = {
    .name = "user reset",
    .summary = "Print a one-time link with which a person chooses a new password",
    .help = "Good for a day; earlier ones are worthless from now on. The old password stays good "
            "until\n"
            "the link is used.",
    .options = reset_fields,
    .options_size = sizeof(reset_options),
    .run = reset,
};

/* --- enable, disable ----------------------------------------------------------------------- */

typedef struct who_options {
    oq_str email;
    bool json;
} who_options;

static const oq_field who_fields[] = {
    OQ_TEXT(who_options, email, .required = true, .max = USER_EMAIL_MAX, .help = "Who"),
    OQ_BOOL(who_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static oq_err *set_active(command_run *run, bool is_active)
{
    const who_options *o = run->options;
    db_pool *pool;
    person who;
    OQ_TRY(open_pool(run, &pool));
    oq_err *err = people_set_active(pool, run->arena, o->email, is_active, &who);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o->json)
        print_json(run, &who, OQ_NONE);
    else
        COMMAND_SAY(run, is_active ? "cli.user.enabled" : "cli.user.disabled",
                    {"email", who.email});
    return NULL;
}

static oq_err *enable(command_run *run)
{
    return set_active(run, true);
}

static oq_err *disable(command_run *run)
{
    return set_active(run, false);
}

const command cmd_user_enable = {
    .name = "user enable",
    .summary = "Let a person sign in again",
    .options = who_fields,
    .options_size = sizeof(who_options),
    .run = enable,
};

const command cmd_user_disable = {
    .name = "user disable",
    .summary = "Turn a person away, and end the open sessions",
    .options = who_fields,
    .options_size = sizeof(who_options),
    .run = disable,
};

/* --- setup-code ---------------------------------------------------------------------------- */

typedef struct setup_code_options {
    bool json;
} setup_code_options;

static const oq_field setup_code_fields[] = {
    OQ_BOOL(setup_code_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static oq_err *setup_code(command_run *run)
{
    const setup_code_options *o = run->options;
    db_pool *pool;
    oq_str code;
    OQ_TRY(open_pool(run, &pool));
    oq_err *err = settings_require(&run->settings, "OPTRIA_MASTER_KEY");
    if (!err)
        err = oq_secret_setup(run->settings.master_key);
    if (!err)
        err = people_setup_code(pool, run->arena, &code);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o->json)
        printf("{\"setup_code\":\"%.*s\"}\n", OQ_FMT(code));
    else
        COMMAND_SAY(run, "cli.user.setup_code", {"code", code});
    return NULL;
}

const command cmd_user_setup_code = {
    .name = "user setup-code",
    .summary = "Print the code that the first-run page /setup asks for",
    .help =
        "It proves that whoever opens the page may also run commands here. Good until there is a\n"
        "platform owner. The same on every server with the same OPTRIA_MASTER_KEY.",
    .options = setup_code_fields,
    .options_size = sizeof(setup_code_options),
    .run = setup_code,
};
