/* main/command.h
 *
 * The subcommands of `optria`, as a table. A command is one file, cmd_<name>.c, with its options
 * as a field table; main.c finds it, reads settings and options, prints help, and turns an error
 * into sentences on stderr and an exit status:
 *
 *     0 done    1 failed    64 used wrongly    65 done, but a part of the input was refused
 *     69 something it needs is not available    78 a setting is missing or wrong */
#ifndef MAIN_COMMAND_H
#define MAIN_COMMAND_H

#include "base/base.h"
#include "base/lang.h"
#include "main/options.h"
#include "main/settings.h"

enum { EXIT_USAGE = 64, EXIT_PARTLY = 65, EXIT_NOT_AVAILABLE = 69, EXIT_CONFIG = 78 };

/* One call of a command. */
typedef struct command_run {
    oq_arena *arena;
    oq_lang lang; /* of this terminal */
    settings settings;
    const void *options; /* the command's own struct */
    options_rest rest;   /* what stood behind "--" */
    int status;          /* the exit status of success, when it is not 0 */
    bool is_misused;     /* the words of the command line are wrong */
} command_run;

typedef struct command {
    const char *name;    /* one word or two: "migrate", "cluster run" */
    const char *summary; /* one line */
    const char *help;    /* further lines, or NULL */
    const oq_field *options;
    size_t options_size;
    const char *operands[OPTIONS_OPERANDS_MAX]; /* fields that are given by place */
    const char *rest; /* what may stand behind "--", for the help; NULL: nothing */
    bool needs_no_settings;
    oq_err *(*run)(command_run *run);
} command;

/* In the order of the help; ends with NULL. */
extern const command *const commands[];

/* The command of the first one or two words; NULL: no such. */
const command *command_find(char *const *words, size_t count, size_t *ret_used);

/* For a command that needs settings for a part of its work alone; others have them. Fails:
 * config.invalid. */
OQ_CHECKED oq_err *command_load_settings(command_run *run);

/* All commands with a line each; one command in full. */
void command_print_overview(FILE *out);
void command_print_help(FILE *out, const command *c);

/* A sentence of the language files on stdout, with its facts filled and a line end. */
void command_say(const command_run *run, const char *key, const oq_arg *arg, size_t count);
#define COMMAND_SAY(run, key, ...)                                                                 \
    command_say((run), (key), (const oq_arg[]){__VA_ARGS__},                                       \
                sizeof((oq_arg[]){__VA_ARGS__}) / sizeof(oq_arg))

/* A sentence or a word of the language files, as it stands there. */
oq_str command_word(const command_run *run, const char *key);
/* All of the buffer on stdout. */
void command_print(const oq_buf *out);

/* The exit status that an error stands for, and its sentences on stderr. */
int command_exit_status(const oq_err *err);
void command_print_error(oq_arena *arena, oq_lang lang, const oq_err *err);

#endif
