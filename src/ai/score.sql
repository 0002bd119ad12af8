-- Scores of assets as they are stored.

-- AI_SCORES_LATEST (assets uuids, site_id uuid?) -> ai_score
-- Of these assets, or (none named) of all.
SELECT c.asset_id, c.scored_at, c.state, c.health_score, c.health_low, c.health_high,
       c.failure_probability, c.failure_low, c.failure_high, c.horizon_h, c.rul_p10_h, c.rul_p50_h,
       c.rul_p90_h, c.anomaly_flag, c.anomaly_score, c.production_risk_index, c.top_mode, c.curve,
       c.detail, c.models
  FROM asset_ai_scores c
  JOIN assets a ON a.tenant_id = :tenant AND a.id = c.asset_id
 WHERE c.tenant_id = :tenant AND c.is_latest
   AND (cardinality(:assets) = 0 OR c.asset_id = ANY (:assets))
   AND (:site_id IS NULL OR a.site_id = :site_id)
 ORDER BY c.asset_id;

-- AI_SCORES_AT (assets uuids, site_id uuid?, at time) -> ai_score
-- The newest made at or before the moment.
SELECT c.asset_id, c.scored_at, c.state, c.health_score, c.health_low, c.health_high,
       c.failure_probability, c.failure_low, c.failure_high, c.horizon_h, c.rul_p10_h, c.rul_p50_h,
       c.rul_p90_h, c.anomaly_flag, c.anomaly_score, c.production_risk_index, c.top_mode, c.curve,
       c.detail, c.models
  FROM assets a
 CROSS JOIN LATERAL (
       SELECT x.*
         FROM asset_ai_scores x
        WHERE x.tenant_id = :tenant AND x.asset_id = a.id AND x.scored_at <= :at
        ORDER BY x.scored_at DESC
        LIMIT 1) c
 WHERE a.tenant_id = :tenant
   AND (cardinality(:assets) = 0 OR a.id = ANY (:assets))
   AND (:site_id IS NULL OR a.site_id = :site_id)
 ORDER BY a.id;
