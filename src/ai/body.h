/* ai/body.h
 *
 * What scores, as models keep it: read from bytes and written to them. Whatever the bytes are, they
 * are read or refused (ai.model_malformed, or as the part of quant/ that reads its own). */
#ifndef AI_BODY_H
#define AI_BODY_H

#include "ai/course.h"
#include "quant/anomaly.h"
#include "quant/drift.h"
#include "quant/failure_model.h"
#include "quant/weibull.h"

enum { AI_BODY_BYTES_MAX = 512 * 1024 * 1024, AI_PASTS_MAX = 100000 };

/* Lives of a class, by label. */
typedef struct ai_life_body {
    ai_labels labels;
    weibull_fit fit[AI_LABELS_MAX]; /* state 0: there is none */
    double longest[AI_LABELS_MAX];  /* complete life that was seen, hours; 0: none */
} ai_life_body;
void ai_life_write(const ai_life_body *b, oq_buf *out);
OQ_CHECKED oq_err *ai_life_read(oq_arena *arena, oq_str bytes, ai_life_body **ret_body);

/* What was told after the split, and what happened. */
typedef struct ai_bin {
    double told, happened, rows;
} ai_bin;

/* What an asset's signals said before `past_at`: the baseline of its features. */
typedef struct ai_past {
    oq_uuid asset_id;
    feature_past at[AI_METRICS_MAX];
} ai_past;

typedef struct ai_failure_body {
    ai_sights sights;
    oq_us past_at;
    ai_past *past; /* by asset id */
    size_t pasts;
    double auc[AI_LABELS_MAX]; /* NaN: there was too little to judge it by */
    ai_bin bin[AI_LABELS_MAX][FAILURE_BINS];
    drift_base base[AI_METRICS_MAX]; /* what the signals were then */
    const failure_model *model;  /* fitted to everything */
    const failure_model *judged; /* fitted to what is before the split: the one whose metrics are
                                    told, and which a later model is held against */
} ai_failure_body;
void ai_failure_write(const ai_failure_body *b, oq_buf *out);
OQ_CHECKED oq_err *ai_failure_read(oq_arena *arena, oq_str bytes, ai_failure_body **ret_body);
/* NULL: nothing is known of the asset. */
const ai_past *ai_past_of(const ai_failure_body *b, oq_uuid asset_id);

/* How one asset is when all is well. */
typedef struct ai_anomaly_body {
    oq_uuid series_id[ANOMALY_SIGNALS_MAX]; /* in the order in which they are looked at */
    size_t signals;
    oq_us step; /* of the grid that it is shown */
    anomaly_model *model;
} ai_anomaly_body;
void ai_anomaly_write(oq_arena *temp, const ai_anomaly_body *b, oq_buf *out);
OQ_CHECKED oq_err *ai_anomaly_read(oq_arena *arena, oq_str bytes, ai_anomaly_body **ret_body);

#endif
