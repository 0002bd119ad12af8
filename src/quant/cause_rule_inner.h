/* quant/cause_rule_inner.h: a rule as it is kept. For cause_rule*.c alone. */
#ifndef QUANT_CAUSE_RULE_INNER_H
#define QUANT_CAUSE_RULE_INNER_H

#include <math.h>

#include "quant/cause_rule.h"

enum {
    RULE_NO_CONDITION = RULE_CONDITIONS_MAX,
    RULE_ACTIONS_MAX = 20,
    RULE_LIST_MAX = 40,
    RULE_CODE_BYTES = 64, /* of an id, a cause */
    RULE_TEXT_MAX = 300,  /* bytes of a name, label, word */
    RULE_ACTION_TEXT_MAX = 1000
};

/* What is asked of the value at a payload's path. */
typedef enum payload_test {
    PAYLOAD_NONE = 0,
    PAYLOAD_EXISTS,
    PAYLOAD_EQUALS,
    PAYLOAD_ONE_OF,
    PAYLOAD_CONTAINS,
    PAYLOAD_ABOVE,
    PAYLOAD_BELOW
} payload_test;

typedef struct rule_texts {
    const oq_str *at;
    size_t count;
} rule_texts;

typedef struct rule_words { /* in both languages */
    oq_str en, ar;
} rule_words;

typedef enum rule_truth { TRUTH_ANY = 0, TRUTH_YES, TRUTH_NO } rule_truth;

typedef struct rule_condition {
    oq_str id;
    rule_texts category, metric, kind, summary;
    unsigned change;              /* a bit of each finding_kind; 0: not asked */
    int beyond_limit, root_asset; /* rule_truth */
    double score_min;             /* NaN: not asked */
    oq_str path;                  /* of the payload: "a.b" */
    int test;                     /* payload_test */
    rule_texts value; /* what it is held against: texts, numbers and truths as their text */
    double limit;     /* of above, below */
    oq_us within;     /* OQ_TIME_NONE: any time */
    size_t after;     /* a condition; RULE_NO_CONDITION: the anchor */
    bool is_optional, is_absent;
    double weight;
} rule_condition;

struct cause_rule {
    rule_words name, label;
    rule_texts classes;
    rule_condition condition[RULE_CONDITIONS_MAX];
    size_t conditions;
    oq_str category, cause;
    double confidence;
    rule_action action[RULE_ACTIONS_MAX];
    size_t actions;
};

typedef struct rule_word {
    const char *text;
    unsigned change;
} rule_word;
extern const rule_word rule_change_words[]; /* SPIKE ... OSCILLATION, RISE, FALL ...; ends NULL */

extern const char *const rule_categories[];      /* of events; ends NULL */
extern const char *const rule_root_categories[]; /* MECHANICAL ...; ends NULL */
extern const char *const rule_payload_tests[];   /* by payload_test */

#endif
