#include "main/command.h"

typedef struct help_options {
    oq_str command, subcommand;
} help_options;

static const oq_field help_fields[] = {
    OQ_TEXT(help_options, command, .help = "The command to tell about"),
    OQ_TEXT(help_options, subcommand, .help = "Its second word, when it has one"),
    OQ_FIELDS_END,
};

static oq_err *help(command_run *run)
{
    const help_options *o = run->options;
    if (!o->command.len) {
        command_print_overview(stdout);
        return NULL;
    }
    char *words[] = {oq_str_c(run->arena, o->command), oq_str_c(run->arena, o->subcommand)};
    size_t used;
    const command *c = command_find(words, o->subcommand.len ? 2 : 1, &used);
    if (!c)
        return oq_fail(OQ_INVALID, "option.unknown_command", "command=%.*s", OQ_FMT(o->command));
    command_print_help(stdout, c);
    return NULL;
}

const command cmd_help = {
    .name = "help",
    .summary = "Tell about a command",
    .options = help_fields,
    .options_size = sizeof(help_options),
    .operands = {"command", "subcommand"},
    .needs_no_settings = true,
    .run = help,
};
