/* ai/score.h
 *
 * What is to be said of an asset's state at a moment: health, failure probability, remaining useful
 * life, anomaly, production risk. Each figure has a state; what is not known is NaN and named in
 * `missing`, never assumed. A score rests on nothing that became known after its moment, and names
 * the models it was made with.
 *
 *     gather    samples, events, alarms, orders, limits, cost model, as known at `at`   ai/gather
 *     life      age and Weibull of the class        quant/weibull.h
 *     failure   features, boosted trees, calibrated  quant/failure_model.h
 *     anomaly   the asset's own past                 quant/anomaly.h
 *     health    weighted contributors                quant/health.h
 *
 * Scores are made by the jobs ai.score (every active asset of a tenant, in slices) and ai.asset
 * (one asset, as soon as somebody asks); no request computes one. */
#ifndef AI_SCORE_H
#define AI_SCORE_H

#include "base/base.h"
#include "db/scope.h"
#include "plant/plant.h"

typedef enum ai_state {
    AI_ENOUGH = 1,
    AI_PARTIAL,   /* an answer, and a wide one: see missing */
    AI_NOT_ENOUGH /* no answer */
} ai_state;
extern const oq_choice ai_state_choices[]; /* "ENOUGH" "PARTIAL" "NOT_ENOUGH" */

/* A row of asset_ai_scores. Hours; shares 0..1; NaN: not known.
 *
 * detail: { "contributors": [ {"code", "score", "weight", "loss", "state", "facts": {...}} ],
 *           "missing": [ {"code", facts...} ],     codes: web/lang/ai.*.json, "ai.missing.<code>"
 *           "failure": [ {"mode", "probability", "low", "high", "life", "condition",
 *                         "why": [ {"feature", "value", "push"} ]} ],   likeliest first
 *           "rul": {"p10_h", "p50_h", "p90_h", "by": "life"|"trend"|"model", "facts"},
 *           "anomaly": {"score", "flag", "since", "signals": [ {"series_no", "metric", "unit",
 *                       "value", "low", "high", "score", "facts"} ], "silent": [...]},
 *           "risk": {"probability", "consequence", "index", "facts"} } */
typedef struct ai_score {
    oq_uuid asset_id;
    oq_us scored_at;
    int state;                                             /* ai_state */
    double health_score, health_low, health_high;          /* 0..100 */
    double failure_probability, failure_low, failure_high; /* within horizon_h */
    double horizon_h;
    double rul_p10_h, rul_p50_h, rul_p90_h;
    bool anomaly_flag;
    double anomaly_score;         /* 0..1; NaN: not known, and the flag says nothing */
    double production_risk_index; /* 0..100 */
    oq_str top_mode;
    oq_str curve;  /* JSON: [[day, low, mid, high], ...], P(failed by then), day 0 first */
    oq_str detail; /* JSON, as above */
    oq_str models; /* JSON: [{"id", "kind", "number"}] */
} ai_score;
extern const oq_field ai_score_fields[];
typedef struct ai_scores {
    ai_score *at;
    size_t count;
} ai_scores;

/* --- the five questions (M104). Of one asset as known at `at`; they fill their part of *io_score
 * and its detail. ---------------------------------------------------------------------------- */
typedef struct ai_asset ai_asset; /* all that was gathered of one asset (ai/gather.h) */
OQ_CHECKED oq_err *compute_failure_probability(oq_arena *arena, const ai_asset *a,
                                               ai_score *io_score);
OQ_CHECKED oq_err *estimate_rul(oq_arena *arena, const ai_asset *a, ai_score *io_score);
OQ_CHECKED oq_err *detect_anomaly(oq_arena *arena, const ai_asset *a, ai_score *io_score);
OQ_CHECKED oq_err *compute_health_score(oq_arena *arena, const ai_asset *a, ai_score *io_score);
OQ_CHECKED oq_err *compute_production_risk(oq_arena *arena, const ai_asset *a, ai_score *io_score);

/* --- what others ask --------------------------------------------------------------------------*/
/* The newest score of an asset made at or before `at` (OQ_TIME_NONE: the newest); NULL: none. */
OQ_CHECKED oq_err *ai_score_of(oq_scope *s, oq_uuid asset_id, oq_us at, ai_score **ret_score);
/* The newest scores of these assets, or of all (count 0) of a site (zero: every), at or before `at`
 * (OQ_TIME_NONE: the newest); by asset id. Assets without a score are not in it. */
OQ_CHECKED oq_err *ai_scores_of(oq_scope *s, const oq_uuid *asset_id, size_t count, oq_uuid site_id,
                                oq_us at, ai_scores *ret_scores);
/* Scores an asset as known at `at` without storing it: for backtests and the twin. */
OQ_CHECKED oq_err *ai_score_make(oq_scope *s, oq_uuid asset_id, oq_us at, ai_score **ret_score);
typedef struct ai_chance {
    double low, mid, high;
} ai_chance;
/* A score's curve, read once and asked for each day. */
typedef struct ai_curve_point {
    double day;
    ai_chance chance;
} ai_curve_point;
typedef struct ai_curve {
    const ai_curve_point *point;
    size_t points;
} ai_curve;
/* Up to the first item that is no point; none of what is no curve. */
ai_curve ai_curve_read(oq_arena *arena, oq_str json);
/* P(failed by day d), between the curve's days on a line; NaN beyond its ends. */
ai_chance ai_curve_at(const ai_curve *curve, double day);
/* P(failed by `age` + `day` | whole at `age`): of a curve that is `age` days old. NaN beyond its
 * ends, and where it says that nothing is whole any more. */
ai_chance ai_curve_within(const ai_curve *curve, double age, double day);

#endif
