/* ai/fit_anomaly.h: fitting how one asset is when all is well. */
#ifndef AI_FIT_ANOMALY_H
#define AI_FIT_ANOMALY_H

#include "ai/fit.h"
#include "ai/scoring.h"

/* From its own last 45 days, a quarter of an hour each; not stored. Fails: asset.not_found. */
OQ_CHECKED oq_err *ai_fit_anomaly(oq_scope *s, oq_uuid asset_id, oq_us at, oq_str made_by,
                                  ai_model_stored *ret_model);

#endif
