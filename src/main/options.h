/* main/options.h
 *
 * The command line through a field table: member `dry_run` is the option --dry-run. A truth needs
 * no value; others take the next word, or what follows "=". The names in `operands` are filled by
 * place, from the words that are no options; the last of them, when it is a list, takes all that
 * follow. "--" ends the options. */
#ifndef MAIN_OPTIONS_H
#define MAIN_OPTIONS_H

#include "base/base.h"

/* The words behind "--". */
typedef struct options_rest {
    char *const *at;
    size_t count;
} options_rest;

enum { OPTIONS_OPERANDS_MAX = 4, OPTIONS_WORDS_MAX = 1000 };

/* Reads `words` into the record. With `ret_rest` all that follows "--" is left to the caller,
 * else it is more operands. Errors name the option as it is typed ("--dry-run") or the operand
 * ("EMAIL"): option.unknown (option), option.unknown_near (option, near), option.value_missing
 * (option), option.value_unwanted (option), option.too_many_words (word), and those of the field
 * table (base/field.h). */
OQ_CHECKED oq_err *options_read(oq_arena *arena, const oq_field *fields,
                                const char *const operands[OPTIONS_OPERANDS_MAX],
                                char *const *words, size_t count, void *record,
                                options_rest *ret_rest);

/* "--dry-run" for "dry_run"; "EMAIL" for an operand. */
oq_str options_shown_name(oq_arena *arena, const char *const operands[OPTIONS_OPERANDS_MAX],
                          oq_str field_name);

#endif
