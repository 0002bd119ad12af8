/* ai/list.h: assets with their newest scores, and models, as lists of people want them. */
#ifndef AI_LIST_H
#define AI_LIST_H

#include "ai/inner.h"

enum { AI_LIST_MAX = 500, AI_HISTORY_MAX = 5000 };

typedef enum ai_sort { AI_BY_RISK = 1, AI_BY_HEALTH, AI_BY_PROBABILITY } ai_sort;
extern const oq_choice ai_sort_choices[]; /* "risk" "health" "probability" */

/* An asset with what its newest score says in figures. */
typedef struct ai_asset_row {
    oq_uuid asset_id, site_id, class_id;
    oq_str code, name, name_ar, site_code, class_code;
    int criticality, status; /* of the asset */
    oq_us scored_at;         /* OQ_TIME_NONE: never */
    int state;
    double health_score, health_low, health_high;
    double failure_probability, failure_low, failure_high, horizon_h;
    double rul_p10_h, rul_p50_h, rul_p90_h;
    bool anomaly_flag;
    double anomaly_score, production_risk_index;
    oq_str top_mode;
    double rank; /* what it is sorted by */
} ai_asset_row;
extern const oq_field ai_asset_row_fields[];
typedef struct ai_asset_rows {
    ai_asset_row *at;
    size_t count;
} ai_asset_rows;

typedef struct ai_asset_filter {
    oq_uuid site_id, class_id;
    int criticality, state; /* 0: any */
    bool anomaly;           /* only those that are flagged */
    oq_str q;
    int sort; /* ai_sort */
} ai_asset_filter;
/* Behind a row (rank NaN: from the first); assets without a score come last. */
OQ_CHECKED oq_err *ai_assets_find(oq_scope *s, const ai_asset_filter *filter, double after_rank,
                                  oq_uuid after_id, size_t limit, ai_asset_rows *ret_rows);
/* One, with its score at or before a moment (OQ_TIME_NONE: the newest). Fails: asset.not_found. */
OQ_CHECKED oq_err *ai_asset_read(oq_scope *s, oq_uuid asset_id, oq_us at, ai_asset_row **ret_row,
                                 ai_score **ret_score);

/* The figures of each moment in [from, to), oldest first. */
typedef struct ai_history_row {
    oq_us scored_at;
    int state;
    double health_score, health_low, health_high;
    double failure_probability, failure_low, failure_high, horizon_h;
    double rul_p10_h, rul_p50_h, rul_p90_h;
    bool anomaly_flag;
    double anomaly_score, production_risk_index;
    oq_str top_mode;
} ai_history_row;
extern const oq_field ai_history_row_fields[];
typedef struct ai_history_rows {
    ai_history_row *at;
    size_t count;
} ai_history_rows;
OQ_CHECKED oq_err *ai_history_of(oq_scope *s, oq_uuid asset_id, oq_us from, oq_us to, size_t limit,
                                 ai_history_rows *ret_rows);

/* A model, and of whom. */
typedef struct ai_model_row {
    ai_model m; /* first: its table reads the same row */
    oq_str class_code, class_name, class_name_ar, asset_code, asset_name, asset_name_ar;
} ai_model_row;
extern const oq_field ai_model_row_fields[];
typedef struct ai_model_rows {
    ai_model_row *at;
    size_t count;
} ai_model_rows;
typedef struct ai_model_filter {
    int kind, state; /* 0: any */
    oq_uuid class_id, asset_id;
    bool current;
} ai_model_filter;
/* Newest first, behind a row. */
OQ_CHECKED oq_err *ai_models_find(oq_scope *s, const ai_model_filter *filter, oq_us before_at,
                                  oq_uuid before_id, size_t limit, ai_model_rows *ret_rows);
/* Fails: ai.model_not_found. */
OQ_CHECKED oq_err *ai_model_read(oq_scope *s, oq_uuid id, ai_model_row **ret_row);

#endif
