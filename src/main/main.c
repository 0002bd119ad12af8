/* The entry of `optria`: finds the command, reads settings and options, runs it. */
#include <fcntl.h>
#include <unistd.h>

#include "base/embed.h"
#include "main/command.h"
#include "main/near.h"

extern char **environ;

extern const command cmd_backtest_demo, cmd_backtest_maintenance, cmd_backtest_rca, cmd_demo,
    cmd_import_recipe, cmd_import_series, cmd_serve, cmd_work, cmd_migrate, cmd_user_add,
    cmd_user_list, cmd_user_reset, cmd_user_enable, cmd_user_disable, cmd_user_setup_code,
    cmd_replay, cmd_backup, cmd_restore, cmd_doctor, cmd_smoke, cmd_config, cmd_cluster_run, cmd_docs,
    cmd_version, cmd_help;

const command *const commands[] = {
    &cmd_demo,
    &cmd_serve,
    &cmd_work,
    &cmd_migrate,
    &cmd_user_add,
    &cmd_user_list,
    &cmd_user_reset,
    &cmd_user_enable,
    &cmd_user_disable,
    &cmd_user_setup_code,
    &cmd_import_recipe,
    &cmd_import_series,
    &cmd_replay,
    &cmd_backtest_rca,
    &cmd_backtest_demo,
    &cmd_backtest_maintenance,
    &cmd_backup,
    &cmd_restore,
    &cmd_doctor,
    &cmd_smoke,
    &cmd_config,
    &cmd_cluster_run,
    &cmd_docs,
    &cmd_version,
    &cmd_help,
    NULL,
};

/* The terminal's language, where the system tells programs about it. */
static oq_lang terminal_lang(void)
{
    static const char *const variable[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < OQ_COUNT(variable); i++) {
        oq_str value = oq_cstr(getenv(variable[i]));
        if (value.len)
            return oq_str_starts(value, OQ_STR("ar")) ? OQ_LANG_AR : OQ_LANG_EN;
    }
    return OQ_LANG_EN;
}

/* "user" alone: the words that may follow it; "" where no command begins so. */
static oq_str second_words(oq_arena *arena, const char *word)
{
    oq_str first = oq_strf(arena, "%s ", word), list = OQ_STR("");
    for (const command *const *c = commands; *c; c++) {
        oq_str name = oq_cstr((*c)->name);
        if (oq_str_starts(name, first))
            list = oq_strf(arena, "%.*s%s%s", OQ_FMT(list), list.len ? ", " : "",
                           (*c)->name + first.len);
    }
    return list;
}

static oq_err *unknown_command(oq_arena *arena, const char *word)
{
    oq_str words = second_words(arena, word);
    if (words.len)
        return oq_fail(OQ_INVALID, "option.command_incomplete", "command=%s words=%.*s", word,
                       OQ_FMT(words));
    near_search near = near_to(oq_cstr(word));
    for (const command *const *c = commands; *c; c++)
        near_show(&near, oq_cstr((*c)->name));
    if (near.best.len)
        return oq_fail(OQ_INVALID, "option.unknown_command_near", "command=%s near=%.*s", word,
                       OQ_FMT(near.best));
    return oq_fail(OQ_INVALID, "option.unknown_command", "command=%s", word);
}

static bool asks_for_help(char *const *words, size_t count)
{
    for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    return false;
}

oq_err *command_load_settings(command_run *run)
{
    oq_err *err = settings_load(run->arena, settings_environment, &run->settings);
    if (err)
        return oq_err_join(oq_fail(OQ_INVALID, "config.invalid"), err);
    oq_log_setup((oq_log_level)run->settings.log_level, (oq_log_format)run->settings.log_format);
    settings_warn_unknown(run->arena, environ);
    return NULL;
}

static oq_err *run_command(const command *c, command_run *run, char *const *words, size_t count)
{
    void *options = oq_alloc(run->arena, c->options_size);
    oq_err *err = options_read(run->arena, c->options, c->operands, words, count, options,
                               c->rest ? &run->rest : NULL);
    run->is_misused = err != NULL;
    OQ_TRY(err);
    run->options = options;
    if (!c->needs_no_settings)
        OQ_TRY(command_load_settings(run));
    return c->run(run);
}

static oq_err *dispatch(command_run *run, char *const *words, size_t count)
{
    if (count == 0 || asks_for_help(words, 1)) {
        command_print_overview(stdout);
        return NULL;
    }
    if (strcmp(words[0], "--version") == 0)
        return cmd_version.run(run);
    size_t used = 0;
    const command *c = command_find(words, count, &used);
    if (!c)
        return unknown_command(run->arena, words[0]);
    if (asks_for_help(words + used, count - used)) {
        command_print_help(stdout, c);
        return NULL;
    }
    return run_command(c, run, words + used, count - used);
}

/* A descriptor 0, 1 or 2 that is closed would be given to the next file or socket that is opened,
 * and whoever prints would write into it. */
static void fill_standard_files(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv)
{
    fill_standard_files();
    command_run run = {.arena = oq_arena_open(0), .lang = terminal_lang()};
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_KEYS);
    oq_err *err = oq_lang_load(oq_embedded_find(OQ_STR("lang/ar.json")),
                               oq_embedded_find(OQ_STR("lang/en.json")));
    if (!err)
        err = dispatch(&run, argv + 1, (size_t)(argc > 0 ? argc - 1 : 0));
    /* A full disk behind a pipe is a failure too. */
    if (!err && (fflush(stdout) != 0 || ferror(stdout)))
        err = oq_fail(OQ_INTERNAL, "command.output_lost");
    int status = run.status;
    if (err) {
        fflush(stdout);
        command_print_error(run.arena, run.lang, err);
        status = run.is_misused ? EXIT_USAGE : command_exit_status(err);
    }
    oq_err_reset();
    oq_arena_close(run.arena);
    return status;
}
