/* rca/inner.h: one analysis on its way through the files that make it.
 *
 *     gather.c          what is known: incident, asset, events, maintenance, knowledge of its class
 *     gather_signals.c  samples and limits, within bounds
 *     voices.c          rules, past cases, model, prior -> one distribution
 *     roles.c           what each event was in it
 *     findings.c        what the signals did, in words
 *     why.c             evidence, what would change it, contributing factors, in words
 *     impact*.c         money and carbon
 *     story.c           the event story; actions.c what to do
 *     result.c          all of it as JSON
 *     analyse.c         the run: gather, compute, store
 *     chain.c           what follows: the work order
 *     confirm.c         what people and work found out */
#ifndef RCA_INNER_H
#define RCA_INNER_H

#include "historian/series.h"
#include "plant/class.h"
#include "plant/cost.h"
#include "plant/plant.h"
#include "quant/cause_build.h"
#include "quant/cause_mix.h"
#include "quant/cause_rule.h"
#include "quant/cause_voices.h"
#include "rca/rca.h"
#include "rca/rule.h"
#include "rca/say.h"

enum {
    RCA_EVENTS_MAX = 1000,        /* of the incident: those nearest to its anchor */
    RCA_EVENTS_BEFORE_MAX = 500,  /* of the root asset, in the week before */
    RCA_MAINTENANCE_MAX = 200,    /* of the root asset, in two years */
    RCA_ROOT_SIGNALS_MAX = 32,    /* of the root asset */
    RCA_RELATED_ASSETS_MAX = 6,   /* with events in the incident, else neighbours of its unit */
    RCA_RELATED_SIGNALS_MAX = 8,  /* of each of them */
    RCA_ROOT_SAMPLES_MAX = 40000, /* of a signal's base; beyond it blocks are left out */
    RCA_RELATED_SAMPLES_MAX = 10000, /* they tell what the weather and the load of all explain */
    RCA_PAST_MAX = 300, /* cases of the class, the newest */
    RCA_FINDINGS_TOLD = 24,
    RCA_DRIVERS_TOLD = 3, /* of a finding */
    RCA_CAUSES_MAX = 6, /* told, beside "other" */
    RCA_MISSING_MAX = 64,
    RCA_JSON_MAX = 4 * 1024 * 1024
};

/* An event of the incident, or of the root asset before it. */
typedef struct rca_event {
    oq_uuid id, asset_id;
    oq_str asset_code, asset_name, asset_name_ar;
    oq_str source_system;
    int severity, event_category;
    oq_us event_time;
    oq_str summary, summary_ar, payload, kind, metric;
    double value, limit_value;
    bool is_trigger;
    bool tells_cause; /* filed with its cause: no evidence for it */
    int role;         /* event_role: what the analysis found */
} rca_event;
extern const oq_field rca_event_fields[];

typedef struct rca_maintenance {
    oq_uuid id;
    oq_str number, title, title_ar, kind; /* kind: code of the component, else of the work */
    oq_us at;
} rca_maintenance;
extern const oq_field rca_maintenance_fields[];

/* The safe range of a metric, of the strongest source that has one and that counts (an approved
 * threshold, else the class); NaN: none. */
typedef struct rca_limit {
    oq_str metric, name, name_ar, unit;
    double low_low, low, high, high_high;
    int64_t cost_reference_minor;
    oq_str currency, source;
    bool is_approved; /* of the cost: somebody answers for it */
} rca_limit;
extern const oq_field rca_limit_fields[];

/* A confirmed incident of the class. */
typedef struct rca_past {
    oq_uuid incident_id;
    int64_t number;
    oq_us happened_at;
    oq_str cause, features;
} rca_past;
extern const oq_field rca_past_fields[];

typedef struct rca_signal {
    series series;
    bool is_root;
    const asset *of;
    rca_two name;
    samples samples;
    double limit_low, limit_high;
} rca_signal;

typedef struct rca_rule_heard {
    active_rule row;
    const cause_rule *rule;
    rule_hit hit;
} rca_rule_heard;

/* Something a signal did, in words. */
typedef struct rca_finding {
    const rca_signal *signal;
    finding what;
    bool is_slow; /* over days: of hourly means */
    bool beyond_limit;
    size_t driver[RCA_DRIVERS_TOLD]; /* of w->signal: what it was held against; none: its own past */
    size_t drivers;
    rca_two text;
} rca_finding;

typedef struct rca_evidence {
    const voice *v;
    oq_str ref;      /* the rule's code, the case's incident, the model's or mode's name */
    int64_t version; /* of a rule; else 0 */
    rca_two text;
    oq_uuids events;
    const int64_t *series_no;
    size_t series_nos;
} rca_evidence;

typedef struct rca_cause_found {
    oq_str code, category; /* "MECHANICAL"; "other": OQ_NONE */
    rca_two label;
    double probability, without_strongest;
    rca_evidence *evidence;
    size_t evidences;
    rca_two *would_change;
    size_t would_changes;
} rca_cause_found;

typedef struct rca_action {
    rca_two text;
    double within_h; /* NaN: no term */
    oq_str source;   /* "rule:<code>", "failure_mode:<code>", "machine_spec", "past" */
} rca_action;

struct impact;

typedef struct rca_work {
    oq_scope *s;
    oq_arena *arena;
    rca_say say;
    oq_us now, until, look_from, base_from;

    const incident *it;
    const asset *root;     /* NULL: of no asset */
    asset_class *of_class; /* NULL: of none */
    site *at_site;
    rca_event *event;
    size_t events, before; /* the last `before` of them are of the week before the window */
    int64_t events_all;
    rca_maintenance *maintenance;
    size_t maintenances;
    failure_mode *mode;
    size_t modes;
    machine_spec *spec;
    size_t specs;
    rca_limit *limit;
    size_t limits;
    rca_signal *signal;
    size_t signals;
    rca_two missing[RCA_MISSING_MAX];
    size_t missings;

    cause_case c;
    rca_past *past;
    cause_case *past_case;
    size_t pasts;
    rca_rule_heard *rule;
    size_t rules;

    cause_model_report learned;
    cause_voices voices; /* of past cases and the model */
    voice *voice;        /* all; ref by kind: of a prior which of `mode` */
    size_t voice_count;
    cause_mix mix;

    case_series *series;   /* of each of `signal` */
    signal_findings found; /* what they did */
    rca_finding *finding; /* the same in words; the root asset's first; RCA_FINDINGS_TOLD of them have words */
    size_t findings;
    rca_cause_found *cause; /* likeliest first, "other" last */
    size_t causes;
    rca_two *factor;
    size_t factors;
    rca_action *action;
    size_t actions;
    rca_two story, hypothesis;
    const struct impact *impact;
} rca_work;

/* Something that was left out, or is not there; for inputs.missing. */
void rca_miss(rca_work *w, rca_two what);

/* Incident, asset, what is known of its class; then events and maintenance beside it. */
OQ_CHECKED oq_err *rca_gather_place(rca_work *w, oq_uuid incident_id);
OQ_CHECKED oq_err *rca_gather(rca_work *w, oq_uuid incident_id);
OQ_CHECKED oq_err *rca_gather_signals(rca_work *w);
void rca_find(rca_work *w); /* what the signals did */
void rca_build_case(rca_work *w);

OQ_CHECKED oq_err *rca_gather_rules(rca_work *w);
OQ_CHECKED oq_err *rca_gather_past(rca_work *w);
void rca_weigh(rca_work *w);

/* The likeliest cause, where it is likely enough to be named; NULL: nothing is known. */
const rca_cause_found *rca_top(const rca_work *w);
const failure_mode *rca_mode_of(const rca_work *w, oq_str cause);
rca_two rca_label_of(const rca_work *w, oq_str cause);
rca_two rca_asset_text(const rca_say *say, const asset *a);
rca_two rca_incident_text(const rca_say *say, int64_t number); /* "INC-17" */

void rca_explain(rca_work *w); /* causes with evidence, factors, hypothesis */
void rca_set_roles(rca_work *w);
OQ_CHECKED oq_err *rca_advise(rca_work *w);   /* actions */
OQ_CHECKED oq_err *rca_estimate(rca_work *w); /* money and carbon */
void rca_tell(rca_work *w);                   /* the story */

/* The whole result, or a part of it, as JSON in the arena. */
oq_str rca_result_json(const rca_work *w);
oq_str rca_part_json(const rca_work *w, void (*put)(oq_json *j, const rca_work *w));
void rca_put_summary(oq_json *j, const rca_work *w);
void rca_put_score(oq_json *j, const rca_work *w);
void rca_put_story(oq_json *j, const rca_work *w);
void rca_put_actions(oq_json *j, const rca_work *w);
void rca_put_impact(oq_json *j, const rca_work *w);
void rca_put_financial(oq_json *j, const rca_work *w);
void rca_put_carbon(oq_json *j, const rca_work *w);

/* What follows a stored run, in its transaction. `before`: what the incident said before it. */
OQ_CHECKED oq_err *rca_follow(rca_work *w, const rca_run *run, oq_str cause_before,
                              double probability_before);

#endif
