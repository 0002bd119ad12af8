/* blackbox/incident_view.h
 *
 * Who sees how much of an incident (M43 to M46). Whatever shows an incident, its events or its
 * steps to anybody goes through here; the capabilities decide, so that machines are held to it too.
 *
 *     incident.read_detail    all of it
 *     rca.run                 every incident; operators as initials, sensitive members as ***
 *     incident.manage         the same of incidents that one has a work order of; others are not
 * there incident.read alone     what happened where, and why in a word: no events, no names, no
 * story, no money; notes where the tenant says so */
#ifndef BLACKBOX_INCIDENT_VIEW_H
#define BLACKBOX_INCIDENT_VIEW_H

#include "blackbox/incident.h"

typedef enum incident_extent {
    INCIDENT_SUMMARY = 1, /* high-level */
    INCIDENT_MASKED,
    INCIDENT_FULL
} incident_extent;
extern const oq_choice incident_extent_choices[]; /* "summary" "masked" "full" */

typedef struct incident_view {
    incident_extent extent;
    bool assigned_only; /* and then of whom: */
    oq_uuid user_id;
    bool shows_notes;
} incident_view;

/* What the scope's actor may see. */
OQ_CHECKED oq_err *incident_view_of(oq_scope *s, incident_view *ret_view);
/* The incident as the actor may see it. One that is not the actor's to see is incident.not_found.
 */
OQ_CHECKED oq_err *incident_read(oq_scope *s, oq_uuid id, incident **ret_incident,
                                 incident_view *ret_view);

/* Takes away, in place, what is not to be seen. Results are in the arena. */
void incident_mask(oq_arena *arena, const incident_view *view, incident *it);
void incident_mask_event(oq_arena *arena, const incident_view *view, incident_event *e);
void incident_mask_step(oq_arena *arena, const incident_view *view, incident_step_row *step);
/* "A.A." of "Ahmed Ali" and of "ahmed.ali@plant.example"; "***" of an id or a number. */
oq_str incident_initials(oq_arena *arena, oq_str name);
/* A payload with who did it as initials and sensitive members as "***", at any depth. What is no
 * JSON becomes {}. */
oq_str incident_mask_payload(oq_arena *arena, oq_str json);
/* An analysis' summary without its contributing factors, which repeat what events say. */
oq_str incident_mask_summary(oq_arena *arena, oq_str json);
/* An estimate of what it cost, without money. */
oq_str incident_mask_impact(oq_arena *arena, oq_str json);

/* What an analysis left with an incident, wherever it is shown; the one place that takes it away
 * from who sees summaries alone. */
typedef struct incident_said {
    oq_str *rca_summary, *root_cause_score, *event_story, *recommended_actions, *impact_estimate,
        *financial_impact_estimate;
} incident_said;
#define INCIDENT_SAID(it)                                                                          \
    (&(incident_said){.rca_summary = &(it)->rca_summary,                                           \
                      .root_cause_score = &(it)->root_cause_score,                                 \
                      .event_story = &(it)->event_story,                                           \
                      .recommended_actions = &(it)->recommended_actions,                           \
                      .impact_estimate = &(it)->impact_estimate,                                   \
                      .financial_impact_estimate = &(it)->financial_impact_estimate})
void incident_mask_said(oq_arena *arena, const incident_view *view, const incident_said *said);

#endif
