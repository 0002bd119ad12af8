/* rca/rca_api_row.h: an analysis as it is answered (inside rca_api.c, for its statement). */
#ifndef RCA_RCA_API_ROW_H
#define RCA_RCA_API_ROW_H

#include "base/base.h"

typedef struct rca_answer {
    oq_uuid incident_id;
    int64_t incident_number, number, incident_version;
    oq_str made_by;
    oq_us made_at;
    int64_t took_us;
    oq_str top_cause;
    double top_probability;
    oq_str rca_summary, root_cause_score, event_story, recommended_actions, impact_estimate,
        financial_impact_estimate, carbon_impact_estimate, result;
} rca_answer;
extern const oq_field rca_answer_fields[];

#endif
