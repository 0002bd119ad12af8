/* quant/cause_case.h
 *
 * What an incident looks like, without database and clock: its events in order, and what its
 * signals did. Rules are matched against it (cause_rule.h), it is compared with others
 * (cause_similar), models learn from it (cause_model.h). */
#ifndef QUANT_CAUSE_CASE_H
#define QUANT_CAUSE_CASE_H

#include "base/base.h"
#include "quant/detect.h"

/* An event, or something that a signal did. */
typedef struct case_item {
    oq_us at;           /* when it happened; of a finding: when it began */
    oq_str category;    /* "SENSOR" "ALERT" "FAILURE" "MAINTENANCE" "OPERATOR_ACTION" ... */
    oq_str kind;        /* what is the same from case to case: the alarm's code, the payload's
                           "kind" ("pump_trip"), the order's component, a finding's kind */
    oq_str metric;      /* of a finding or of an event whose payload names one; else not given */
    int finding;        /* finding_kind; 0: an event */
    double score;       /* of a finding; of an event its severity, 1..5 */
    double value;       /* NaN: none */
    bool beyond_limit;  /* the value, or the finding's extreme, is outside the threshold */
    bool is_root_asset; /* of the incident's asset, not of a related one */
    oq_str summary;     /* for summary_contains */
    oq_str payload;     /* JSON object, for payload paths; not given: none */
    oq_uuid event_id;   /* zero: a finding */
    int64_t series_no;  /* of a finding; 0: an event */
} case_item;

typedef struct cause_case {
    oq_uuid id;            /* of the incident */
    oq_str asset_class;    /* code; not given: unknown */
    oq_us anchor;          /* T */
    const case_item *item; /* in the order of time */
    size_t items;
    oq_str cause; /* confirmed; not given: unknown */
    /* Numbers that are the same from case to case, by name: "vibration_rms.mean_24h",
     * "hours_since_maintenance". */
    const oq_str *feature;
    const double *value; /* NaN: missing, which is evidence too */
    size_t features;
} cause_case;

/* As it is kept (rca_cases.features), and back. Fails: case.malformed. */
void cause_case_write(oq_json *j, const cause_case *c);
OQ_CHECKED oq_err *cause_case_read(oq_arena *arena, oq_str json, cause_case *ret_case);

/* How often kinds come in a set of cases: those that come in all of them say little. */
typedef struct case_rarity case_rarity; /* in an arena */
case_rarity *case_rarity_make(oq_arena *arena, const cause_case *c, size_t count);

/* How alike two cases are, each part 0..1. */
typedef struct case_likeness {
    double types; /* weighted Jaccard of kinds (category, kind, metric): rare ones count more */
    double order; /* longest common subsequence over the longer one; 0: not two kinds in each */
    double shape; /* of the metrics that both have: agreement of findings and of features */
    double total; /* of the three, by the weight of what there was to compare: types 5, order 2,
                     shape 3; 0: nothing */
} case_likeness;
/* `rarity`: NULL: by category alone. Symmetric; of a case with itself 1, unless it is empty. */
case_likeness cause_similar_by(oq_arena *temp, const case_rarity *rarity, const cause_case *a,
                               const cause_case *b);
case_likeness cause_similar(oq_arena *temp, const cause_case *a, const cause_case *b);

#endif
