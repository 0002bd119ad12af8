/* rca/rca.h
 *
 * Why an incident happened: nine steps over its window, each of which leaves what it found in the
 * result.
 *     1 align       events and signals in UTC, clocks corrected, sorted            (blackbox)
 *     2 anchor      the critical event, else the first significant anomaly; the window
 *     3 similar     past incidents with a known cause that look like it   quant/cause_voices.h
 *     4 rules       over events, findings, maintenance                    quant/cause_rule.h
 *     5 mix         rules, cases, model, prior into one distribution      quant/cause_mix.h
 *     6 story       in English and Arabic                                 rca/story.h
 *     7 financial   downtime x cost per hour, and repair, with range      rca/impact.h
 *     8 carbon      energy in the window x factor, with range             rca/impact.h
 *     9 actions     of the cause, else the class's procedure; stored and told
 *
 * An analysis looks at nothing that became known after it, and learns only from incidents whose
 * cause was confirmed before it: so a replay of the past shows what it would have said.
 *
 * The result, as it is stored (rca_runs.result) and answered:
 *     { "anchor": {"event_id","at","summary","summary_ar"}, "window": {"from","to"}, "as_known_at":
 * ..., "causes": [ { "code", "label": {"en","ar"}, "category", "probability", "evidence": [
 * {"kind": "rule"|"similar"|"model"|"prior", "ref", "version", "weight", "trust", "text":
 * {"en","ar"}, "event_ids": [...], "series_nos": [...]} ], "would_change": [ {"en","ar"} ] } ],
 * likeliest first, "other" last "findings": [
 * {"series_id","key","metric","unit","kind","from","to","before","after", "score","text":
 * {"en","ar"}} ], "similar": [
 * {"incident_id","number","cause","label","similarity","types","order","shape", "happened_at"} ],
 *       "roles": {"CAUSE": 2, ...},
 *       "summary": {"root_cause_category","main_hypothesis": {"en","ar"},
 *                   "contributing_factors": [{"en","ar"}], "confidence"},
 *       "story": {"en","ar"},
 *       "actions": [ {"en","ar","within_h","source"} ],
 *       "financial": {"currency","downtime_h": {"low","mid","high"},"cost_minor":
 * {"low","mid","high"}, "parts": [{"en","ar","amount_minor"}], "sources": [{"en","ar"}], "missing":
 * [...]}, "carbon": {"kg": {"low","mid","high"},"energy_kwh",...,"sources": [...],"missing":
 * [...]}, "inputs": {"events","series","cases","rules","missing": [{"en","ar"}]} } */
#ifndef RCA_RCA_H
#define RCA_RCA_H

#include "blackbox/incident.h"
#include "http/route.h"
#include "job/job.h"
#include "workorder/work_order.h"

typedef struct rca_run {
    oq_uuid id, incident_id;
    int64_t incident_version, number;
    oq_str result; /* JSON, as above */
    oq_str made_by;
    oq_us made_at;
    int64_t took_us;
} rca_run;
extern const oq_field rca_run_fields[];

/* Analyses the incident as it is now, stores the result, the roles of its events, its case and the
 * rules' hits; then the chain: from MAJOR on, or from the tenant's probability on, a work order
 * with the story and the evidence, its assignee told, one for an incident however often this runs.
 * Fails: incident.not_found. *ret_run is the stored one. */
OQ_CHECKED oq_err *rca_analyse(oq_scope *s, oq_uuid incident_id, oq_str made_by, rca_run **ret_run);
/* NULL in *ret_run: there is none yet. */
OQ_CHECKED oq_err *rca_latest(oq_scope *s, oq_uuid incident_id, rca_run **ret_run);

/* What a person knows: stores it with the incident, judges the rules that spoke, and makes the case
 * one to learn from. Fails as incident_store_cause. */
OQ_CHECKED oq_err *rca_confirm(oq_scope *s, oq_uuid incident_id, oq_str cause, oq_str note);

/* Causes that can be chosen for an incident: the failure modes of its asset and class, those of
 * the rules, those of past incidents; with their labels. */
typedef struct rca_cause {
    oq_str code, label, label_ar, category;
} rca_cause;
extern const oq_field rca_cause_fields[];
typedef struct rca_causes {
    rca_cause *at;
    size_t count;
} rca_causes;
OQ_CHECKED oq_err *rca_causes_of(oq_scope *s, oq_uuid incident_id, rca_causes *ret_causes);

/* The incident's work order that is not over yet, else a new one with the story and the evidence of
 * a fresh analysis. Fails as rca_analyse. */
OQ_CHECKED oq_err *rca_order_of(oq_scope *s, oq_uuid incident_id, work_order **ret_order,
                                bool *ret_made);

extern const http_route rca_routes[];  /* .../rca, .../cause, .../work-order; rules: rule.h */
extern const job_kind rca_job_kinds[]; /* rca.run (key: the incident's id), rca.learn */

#endif
