#include "main/command.h"

enum { HELP_COLUMN = 26 };

/* --- finding ----------------------------------------------------------------------------------*/

const command *command_find(char *const *words, size_t count, size_t *ret_used)
{
    for (size_t used = count < 2 ? count : 2; used > 0; used--) {
        for (const command *const *c = commands; *c; c++) {
            oq_str rest = oq_cstr((*c)->name), word;
            size_t i = 0;
            while (i < used && oq_str_cut(&rest, ' ', &word) && oq_str_eq(word, oq_cstr(words[i])))
                i++;
            if (i == used && rest.len == 0) {
                *ret_used = used;
                return *c;
            }
        }
    }
    return NULL;
}

/* --- help -------------------------------------------------------------------------------------*/

void command_print_overview(FILE *out)
{
    fprintf(out, "OPTRIA IQ %s\n\nusage: optria COMMAND [OPTION...]\n\n", OPTRIA_VERSION);
    for (const command *const *c = commands; *c; c++)
        fprintf(out, "  %-*s%s\n", HELP_COLUMN - 2, (*c)->name, (*c)->summary);
    fprintf(out, "\n`optria help COMMAND` has the options of one; `optria config` all settings.\n");
}

static bool is_operand(const command *c, const char *name)
{
    for (size_t i = 0; i < OPTIONS_OPERANDS_MAX && c->operands[i]; i++)
        if (strcmp(c->operands[i], name) == 0)
            return true;
    return false;
}

static void print_usage(FILE *out, const command *c, oq_arena *arena)
{
    bool has_options = false;
    for (const oq_field *f = c->options; f && f->type != OQ_TYPE_END; f++)
        has_options |= !is_operand(c, f->name);
    fprintf(out, "usage: optria %s%s", c->name, has_options ? " [OPTION...]" : "");
    for (size_t i = 0; i < OPTIONS_OPERANDS_MAX && c->operands[i]; i++) {
        oq_str name = options_shown_name(arena, c->operands, oq_cstr(c->operands[i]));
        const oq_field *f = oq_field_find(c->options, oq_cstr(c->operands[i]));
        const char *more = f->type == OQ_TYPE_TEXTS ? "..." : "";
        fprintf(out, f->required ? " %.*s%s" : " [%.*s%s]", OQ_FMT(name), more);
    }
    fprintf(out, c->rest ? " -- %s\n" : "\n", c->rest);
}

static void print_choices(FILE *out, const oq_field *f)
{
    for (const oq_choice *choice = f->choices; choice && choice->text; choice++)
        fprintf(out, "%s%s", choice == f->choices ? ": " : ", ", choice->text);
}

static void print_option(FILE *out, const command *c, const oq_field *f, oq_arena *arena)
{
    oq_str name = options_shown_name(arena, c->operands, oq_cstr(f->name));
    bool has_value = f->type != OQ_TYPE_BOOL && !is_operand(c, f->name);
    oq_str shown = oq_strf(arena, "%.*s%s", OQ_FMT(name), has_value ? " VALUE" : "");
    fprintf(out, "  %-*.*s%s", HELP_COLUMN - 2, OQ_FMT(shown), f->help ? f->help : "");
    print_choices(out, f);
    if (f->preset && f->type != OQ_TYPE_BOOL)
        fprintf(out, " (default: %s)", f->preset);
    fprintf(out, "\n");
}

void command_print_help(FILE *out, const command *c)
{
    oq_arena *arena = oq_arena_open(0);
    print_usage(out, c, arena);
    fprintf(out, "\n%s.\n", c->summary);
    if (c->help)
        fprintf(out, "\n%s\n", c->help);
    if (c->options)
        fprintf(out, "\n");
    for (const oq_field *f = c->options; f && f->type != OQ_TYPE_END; f++)
        print_option(out, c, f, arena);
    oq_arena_close(arena);
}

/* --- saying -----------------------------------------------------------------------------------*/

void command_say(const command_run *run, const char *key, const oq_arg *arg, size_t count)
{
    oq_str text = oq_text_fill(run->arena, run->lang, oq_cstr(key), arg, count);
    printf("%.*s\n", OQ_FMT(text));
}

oq_str command_word(const command_run *run, const char *key)
{
    return oq_text(run->lang, oq_cstr(key));
}

void command_print(const oq_buf *out)
{
    assert(!out->overflow);
    fwrite(out->ptr, 1, out->len, stdout);
}

int command_exit_status(const oq_err *err)
{
    oq_str code = oq_cstr(err->code);
    if (oq_str_starts(code, OQ_STR("option.")))
        return EXIT_USAGE;
    if (oq_str_starts(code, OQ_STR("config.")))
        return EXIT_CONFIG;
    return oq_err_retries(err) ? EXIT_NOT_AVAILABLE : EXIT_FAILURE;
}

static void print_indented(oq_str text)
{
    oq_str line;
    while (oq_str_cut(&text, '\n', &line))
        if (line.len)
            fprintf(stderr, "    %.*s\n", OQ_FMT(line));
}

void command_print_error(oq_arena *arena, oq_lang lang, const oq_err *err)
{
    for (const oq_err *e = err; e; e = e->next) {
        oq_str sentence = oq_err_sentence(arena, lang, e);
        fprintf(stderr, "optria: %s%s%.*s\n", e->field ? e->field : "", e->field ? ": " : "",
                OQ_FMT(sentence));
        print_indented(oq_cstr(e->detail));
    }
    for (const oq_err *e = err->cause; e; e = e->cause) {
        print_indented(oq_err_sentence(arena, lang, e));
        print_indented(oq_cstr(e->detail));
    }
}
