/* ai/model.h
 *
 * Models of a tenant: fitted by jobs, per class (or, of kind anomaly, per asset), stored with the
 * span of data, the split in time, the metrics and what scores. A tenant's models learn from that
 * tenant's data alone.
 *
 * The newest READY model of a class and kind becomes the one in use, when it judges no worse on the
 * later part than the one in use does on the same rows; else it is stored, and said to be worse. A
 * person may put another READY one in use (audited).
 *
 * metrics, of kind failure, each by failure mode and as "all": { "rows", "failures", "auc",
 * "brier", "brier_base", "ece", "precision", "recall", "f1", "threshold" }, with "low"/"high" where
 * a bound is known; of kind life: { "beta", "eta_h", bounds, "failures", "censored",
 * "log_likelihood", "fit" } by mode; of kind anomaly: { "signals", "budget_per_day", "base_from",
 * "base_to" }. */
#ifndef AI_MODEL_H
#define AI_MODEL_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"

typedef enum ai_kind { AI_LIFE = 1, AI_FAILURE, AI_RUL, AI_ANOMALY } ai_kind;
extern const oq_choice ai_kind_choices[]; /* "life" "failure" "rul" "anomaly" */
typedef enum ai_model_state {
    AI_MODEL_READY = 1,
    AI_MODEL_NOT_ENOUGH,
    AI_MODEL_FAILED
} ai_model_state;
extern const oq_choice ai_model_state_choices[];

/* A row of ai_models, without its body. */
typedef struct ai_model {
    oq_uuid id, class_id, asset_id;
    int kind, state;
    bool is_current;
    int64_t number;
    oq_us data_from, data_to, split_at;
    int64_t assets, rows, failures;
    double horizon_h;
    oq_str metrics, reliability, features, missing, drift; /* JSON */
    oq_us drift_at;
    oq_str made_by;
    oq_us made_at;
    int64_t took_us;
} ai_model;
extern const oq_field ai_model_fields[];

/* The model in use, with its body; NULL: none. */
OQ_CHECKED oq_err *ai_model_current(oq_scope *s, int kind, oq_uuid class_id, oq_uuid asset_id,
                                    ai_model **ret_model, oq_str *ret_body);
/* Puts an older one back in use. Fails: ai.model_not_found, ai.model_not_ready. */
OQ_CHECKED oq_err *ai_model_use(oq_scope *s, oq_uuid id);
/* Fits now (a job; ret_job may be NULL): a class, all of its kinds. Fails: class not found. */
OQ_CHECKED oq_err *ai_fit_ask(oq_scope *s, oq_uuid class_id, oq_uuid *ret_job);

/* Asks for the same of every class (the nightly job's work, and the demo's, when its history is
 * there). */
OQ_CHECKED oq_err *ai_fit_ask_all(oq_scope *s);

/* GET /api/ai/assets, /api/ai/assets/{id} (at), /api/ai/assets/{id}/history (from, to);
 * POST /api/ai/assets/{id}/score; GET /api/ai/models, /api/ai/models/{id};
 * POST /api/ai/models/fit {class_id}, /api/ai/models/{id}/use; pages /models, /models/{id} and the
 * asset's own part. */
extern const http_route ai_routes[];
/* ai.score ("AI Auto Processor": periodic; with a class as its key all of that), ai.asset (key:
 * asset), ai.fit (key: class; nightly through ai.fit_all), ai.trim (thins old scores to one a day) */
extern const job_kind ai_job_kinds[];

/* For readiness (ops/health.h), with the pool as `self`: is every tenant that is scored still being
 * scored? Fails: ai.scores_old (fact: hours). */
OQ_CHECKED oq_err *ai_health_check(void *pool, oq_arena *arena);

#endif
