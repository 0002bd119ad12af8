/* incident/views.h
 *
 * Parts of an incident as templates see them, in the page's language; for the page and the report.
 */
#ifndef INCIDENT_VIEWS_H
#define INCIDENT_VIEWS_H

#include "incident/dossier.h"
#include "incident/timeline.h"

/* "65%"; not given: "". */
oq_str view_percent(const web_page *page, double share);
/* {"low","mid","high"} as "4 to 8 h", "6 h" where both ends are the same; not given without mid. */
oq_str view_range(const web_page *page, const web_value *range, int decimals, oq_str unit);
/* The same of minor units of money. */
oq_str view_money_range(const web_page *page, const web_value *range, oq_str currency);
/* Texts {"en","ar"} of a JSON list, as the list `key` of `to`. */
void view_put_texts(const web_page *page, web_value *to, const char *key, const web_value *list);

/* number title facts severity status type duration is_going, of head and report. */
void view_put_head(const web_page *page, web_value *to, const dossier *d, oq_us now);
/* hypothesis category confidence factors story; has_analysis, is_summary. */
void view_put_summary(const web_page *page, web_value *to, const dossier *d);
/* causes {label category percent value is_top is_other evidence would_change}. */
void view_put_causes(const web_page *page, web_value *to, const dossier *d);
/* similar {number href label likeness types order shape at}; findings {name href text at}. */
void view_put_similar(const web_page *page, web_value *to, const dossier *d);
void view_put_findings(const web_page *page, web_value *to, const dossier *d);
/* actions {text within source}. */
void view_put_actions(const web_page *page, web_value *to, const dossier *d);
/* impact {downtime cost lost carbon energy parts cost_sources cost_missing carbon_sources
 * carbon_missing}; has_impact. */
void view_put_impact(const web_page *page, web_value *to, const dossier *d);
/* key_events {at at_utc summary asset category role kind}. */
void view_put_events(const web_page *page, web_value *to, const dossier *d);
/* severity {kind text}, is_bad, is_warn. */
void view_put_event_severity(const web_page *page, web_value *to, int severity);
/* The object ladder {config categories groups chart}: lanes of events over charts, and a table. */
OQ_CHECKED oq_err *view_put_timeline(const web_page *page, oq_scope *s, web_value *to,
                                     const dossier *d, const timeline_query *query);
/* orders {number href title status priority assigned due}. */
void view_put_orders(const web_page *page, web_value *to, const dossier *d);
/* steps {step note by at}; is_unaltered, seal (hex of the newest). */
void view_put_steps(const web_page *page, web_value *to, const dossier *d);

#endif
