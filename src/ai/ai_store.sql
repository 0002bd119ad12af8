-- Scores that are stored, and what was told of them.

-- AI_STANDING (ids uuids) -> (asset_id uuid, standing i64, scored_at time)
-- What was told of the assets and still holds; the rows are held until the commit.
SELECT asset_id, standing, scored_at
  FROM asset_ai_scores
 WHERE tenant_id = :tenant AND is_latest AND asset_id = ANY (:ids)
 ORDER BY asset_id
   FOR UPDATE;

-- AI_SCORES_OLD (ids uuids, at time) -> nothing
UPDATE asset_ai_scores SET is_latest = false
 WHERE tenant_id = :tenant AND is_latest AND asset_id = ANY (:ids) AND scored_at < :at;

-- AI_SCORES_PUT (at time, asset_ids uuids, states texts, health f64s, health_low f64s,
--     health_high f64s, failure f64s, failure_low f64s, failure_high f64s, horizon f64s, p10 f64s,
--     p50 f64s, p90 f64s, flags i32s, anomaly f64s, risk f64s, modes texts, curves texts,
--     details texts, models texts, standing i32s) -> nothing
-- Of two that look at the same asset at once the first one's score stays.
INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, health_score, health_low,
    health_high, failure_probability, failure_low, failure_high, horizon_h, rul_p10_h, rul_p50_h,
    rul_p90_h, anomaly_flag, anomaly_score, production_risk_index, top_mode, curve, detail, models,
    standing)
SELECT :tenant, x.asset_id, :at, x.state, x.health, x.health_low, x.health_high, x.failure,
       x.failure_low, x.failure_high, x.horizon, x.p10, x.p50, x.p90, x.flag = 1, x.anomaly, x.risk,
       x.mode, x.curve::jsonb, x.detail::jsonb, x.model::jsonb, x.standing
  FROM unnest(:asset_ids, :states, :health, :health_low, :health_high, :failure, :failure_low,
              :failure_high, :horizon, :p10, :p50, :p90, :flags, :anomaly, :risk, :modes, :curves,
              :details, :models, :standing)
       AS x (asset_id, state, health, health_low, health_high, failure, failure_low, failure_high,
             horizon, p10, p50, p90, flag, anomaly, risk, mode, curve, detail, model, standing)
ON CONFLICT DO NOTHING;
