/* rca/rule.h
 *
 * The tenant's causal rules (quant/cause_rule.h says what a rule is): kept with every version, so
 * that an analysis can be read with the rule it rested on; switched on and off; and with a track
 * record: in how many incidents a rule spoke, and how often a person said that it was right.
 *
 * A rule is one of
 *     preset   came with the program (examples/rca-rules.json)
 *     tenant   written by the tenant's people
 *     learned  suggested by the program; counts only once a person has approved it */
#ifndef RCA_RULE_H
#define RCA_RULE_H

#include "base/lang.h"
#include "blackbox/incident.h"
#include "http/route.h"
#include "quant/cause_rule.h"

enum { RULE_CODE_MAX = 64, RULES_MAX = 500, RULE_DRY_RUN_MAX = 500, RULE_FILE_MAX = 2 << 20 };

typedef enum rule_source { RULE_PRESET = 1, RULE_TENANT, RULE_LEARNED } rule_source;
extern const oq_choice rule_source_choices[]; /* "preset" "tenant" "learned" */

typedef struct rca_rule {
    oq_uuid id;
    oq_str code; /* "bearing_fault_vibration": unique in the tenant */
    oq_str body; /* the rule as cause_rule_write writes it */
    bool is_enabled;
    int source;
    oq_uuid approved_by;
    oq_us approved_at;
    int64_t version;
    oq_us created_at, updated_at;
    int64_t hits, confirmed, refuted; /* incidents; of what is neither, nobody has said yet */
    oq_us since;                      /* of its first hit; OQ_TIME_NONE: none */
    double trust;                     /* voice_trust of quant/cause_mix.h */
} rca_rule;
extern const oq_field rca_rule_fields[];

typedef struct rca_rules {
    rca_rule *at;
    size_t count;
    oq_str next; /* cursor; not given: no more */
} rca_rules;

typedef struct rule_filter {
    oq_str search;     /* a part of code or name, in any case */
    oq_str class_code; /* rules that apply to this class */
    int source;        /* rule_source; 0: all */
    bool only_enabled;
    oq_str cursor;
    int64_t limit;
} rule_filter;

typedef struct rule_order {
    oq_str code;
    oq_str body; /* any JSON text that cause_rule_parse takes */
    bool is_enabled;
    int64_t version; /* that was read; of a new one not given */
} rule_order;
extern const oq_field rule_order_fields[];
extern const oq_field rule_change_fields[]; /* what is not given stays as it is */

/* By code. Fails: list.cursor_malformed. */
OQ_CHECKED oq_err *rule_find(oq_scope *s, const rule_filter *filter, rca_rules *ret_rules);
/* Fails: rca_rule.not_found. */
OQ_CHECKED oq_err *rule_get(oq_scope *s, oq_uuid id, rca_rule **ret_rule);
/* All three need rca.configure. Fail: as cause_rule_parse; rca_rule.code_taken, rca_rule.too_many
 * (fact: max), rca_rule.not_found, rca_rule.version_stale; of one that has spoken
 * rca_rule.has_spoken: it can be switched off, but stays. */
OQ_CHECKED oq_err *rule_add(oq_scope *s, const rule_order *order, int source, rca_rule **ret_rule);
OQ_CHECKED oq_err *rule_change(oq_scope *s, oq_uuid id, const rule_order *order,
                               rca_rule **ret_rule);
OQ_CHECKED oq_err *rule_remove(oq_scope *s, oq_uuid id);
/* A person answers for a learned rule. Fails: rca_rule.not_found, rca_rule.not_learned,
 * rca_rule.only_people. */
OQ_CHECKED oq_err *rule_approve(oq_scope *s, oq_uuid id, rca_rule **ret_rule);

typedef struct rule_version {
    int64_t version;
    oq_str body;
    bool is_enabled;
    oq_str made_by;
    oq_us made_at;
} rule_version;
extern const oq_field rule_version_fields[];
typedef struct rule_versions {
    rule_version *at;
    size_t count;
} rule_versions;
/* Newest first, at most 200. Fails: rca_rule.not_found. */
OQ_CHECKED oq_err *rule_versions_of(oq_scope *s, oq_uuid id, rule_versions *ret_versions);

/* --- for analyses -------------------------------------------------------------------------------*/

/* A rule that counts: enabled, and of learned ones approved. */
typedef struct active_rule {
    oq_uuid id;
    oq_str code;
    int64_t version;
    int64_t confirmed, refuted; /* as it was known at that moment */
    const cause_rule *rule;
} active_rule;
typedef struct active_rules {
    active_rule *at;
    size_t count;
} active_rules;
/* By code. `known_at`: verdicts that were given later are not counted; OQ_TIME_NONE: all. One that
 * cannot be read any more is left out and logged. */
OQ_CHECKED oq_err *rule_active(oq_scope *s, oq_us known_at, active_rules *ret_rules);

typedef struct rule_spoke {
    oq_uuid rule_id;
    int64_t version;
    oq_str cause;
    double weight;
} rule_spoke;
/* What the newest analysis of this incident heard: takes the place of what the one before it left,
 * but for verdicts, which stay. */
OQ_CHECKED oq_err *rule_store_hits(oq_scope *s, oq_uuid incident_id, const rule_spoke *spoke,
                                   size_t count);
/* The cause as a person knows it: rules that named it are confirmed, others refuted. Not given:
 * nothing is known any more. */
OQ_CHECKED oq_err *rule_judge(oq_scope *s, oq_uuid incident_id, oq_str cause);

/* --- the past -----------------------------------------------------------------------------------*/

typedef struct rule_trial {
    oq_uuid incident_id;
    int64_t number;
    oq_str title, title_ar;
    oq_us happened_at;
    oq_str known_cause;               /* confirmed; not given: unknown */
    oq_str cause_name, cause_name_ar; /* of it; not given: nobody gave it a name */
    bool hits;          /* the rule, as it is asked about */
    bool hit_before;    /* a stored version of it, in an analysis */
    double weight;
    oq_str verdict; /* "confirmed" "refuted"; not given: it does not hit, or nobody knows */
} rule_trial;
extern const oq_field rule_trial_fields[];
typedef struct rule_trials {
    rule_trial *at; /* newest first: those that it hits or hit before */
    size_t count;
    int64_t looked_at, hits, hit_before, confirmed, refuted;
    int64_t missed; /* incidents of this cause that it would not hit */
} rule_trials;
/* The rule over the newest RULE_DRY_RUN_MAX incidents of the classes it is for. `id` zero: it is
 * stored nowhere yet. Nothing is changed. Fails: as cause_rule_parse. */
OQ_CHECKED oq_err *rule_dry_run(oq_scope *s, oq_uuid id, oq_str body, rule_trials *ret_trials);

/* --- files --------------------------------------------------------------------------------------
 *     {"rules": [{"code": "...", "is_enabled": true, "rule": {...}}]} */

typedef enum rule_deed { RULE_ADDED = 1, RULE_CHANGED, RULE_SAME, RULE_REFUSED } rule_deed;
extern const oq_choice rule_deed_choices[];

typedef struct rule_place { /* in a text; both from 1 */
    int line, column;
} rule_place;

typedef struct rule_row { /* what happens to one rule of a file */
    oq_str code;
    int deed;
    const oq_err *wrong; /* of a refused one: all of it */
    rule_place place;    /* where the rule begins in the file */
    oq_str changes;      /* of a changed one: {"path": {"from","to"}, ...} */
} rule_row;
typedef struct rule_report {
    rule_row *at;
    size_t count;
    int64_t added, changed, same, refused;
} rule_report;

/* Adds and changes by code; where a rule is refused nothing is to be kept, and the caller rolls
 * back, as after a dry run. `add_only`: what is there stays as it is. Fails: rule_file.malformed
 * (line, column), rule_file.not_rules, rule_file.too_large (max). */
OQ_CHECKED oq_err *rule_import(oq_scope *s, oq_str file, bool add_only, int source,
                               rule_report *ret_report);
void rule_report_write(oq_json *j, oq_arena *arena, oq_lang lang, const rule_report *r);
OQ_CHECKED oq_err *rule_export(oq_scope *s, oq_json *j);
/* Those that come with the program, as far as they are not there. */
OQ_CHECKED oq_err *rule_presets_apply(oq_scope *s, rule_report *ret_report);

extern const http_route rca_rule_routes[]; /* /api/rca-rules..., /rca-rules... */

#endif
