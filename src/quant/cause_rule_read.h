/* quant/cause_rule_read.h: values of a rule's JSON, and what is wrong with them. For
 * cause_rule*.c alone. */
#ifndef QUANT_CAUSE_RULE_READ_H
#define QUANT_CAUSE_RULE_READ_H

#include <jansson.h>

#include "quant/cause_rule_inner.h"

enum { RULE_ERRORS_MAX = 32, RULE_DEPTH_MAX = 8 };

/* One reading: the text, for places in it, and what it found wrong. */
typedef struct rule_reader {
    oq_arena *arena;
    oq_str json;
    oq_err *first;
    size_t errors;
    const char *path; /* of the newest error */
    int line, column;
} rule_reader;

/* A value on the way down from the root. `json` NULL: not there, or null. */
typedef struct rule_at {
    const struct rule_at *up;
    oq_str key;
    size_t index;
    json_t *json;
} rule_at;

/* Where `at` stands, into the reader; `of_key`: its name is what is wrong. */
void rule_locate(rule_reader *r, const rule_at *at, bool of_key);
void rule_add_error(rule_reader *r, oq_err *err);
#define RULE_WRONG_(r, at, of_key, code, facts, ...)                                               \
    ((r)->errors < RULE_ERRORS_MAX                                                                 \
         ? (rule_locate((r), (at), (of_key)),                                                      \
            rule_add_error((r), oq_fail_field((r)->path, code, "path=%s line=%d column=%d" facts,  \
                                              (r)->path, (r)->line, (r)->column, ##__VA_ARGS__)))  \
         : (void)0)
/* Facts begin with a blank: " wanted=%s". */
#define RULE_WRONG(r, at, code, facts, ...) RULE_WRONG_(r, at, false, code, facts, ##__VA_ARGS__)
#define RULE_WRONG_NAME(r, at, code, facts, ...)                                                   \
    RULE_WRONG_(r, at, true, code, facts, ##__VA_ARGS__)

rule_at rule_member(const rule_at *at, const char *name);
rule_at rule_item(const rule_at *at, size_t index);
/* Every member that is not in `names` (ends with NULL) is an error. False: no object at all. */
bool rule_want_object(rule_reader *r, const rule_at *at, const char *const *names);

/* Each gives what "not given" is when the value is absent, and after an error. */
oq_str rule_text(rule_reader *r, const rule_at *at, size_t max);
double rule_number(rule_reader *r, const rule_at *at, double min, double max, double preset);
int rule_truth_of(rule_reader *r, const rule_at *at);
/* A text or a list of texts. */
rule_texts rule_text_list(rule_reader *r, const rule_at *at, size_t max);
/* One of `choices` (ends with NULL), as it is written there. */
oq_str rule_choice(rule_reader *r, const rule_at *at, const char *const *choices);
/* A text for both languages, or {"en","ar"}. */
rule_words rule_two_languages(rule_reader *r, const rule_at *at, size_t max);
/* A text, a number or a truth, as text. */
oq_str rule_scalar(rule_reader *r, const rule_at *at);
/* Like a code: letters, digits, and one _ for what is between; at most RULE_CODE_BYTES. */
oq_str rule_slug(oq_arena *arena, oq_str text);

#endif
