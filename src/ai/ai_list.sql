-- Lists of assets with their scores, and of models.

-- AI_ASSET_LIST (site_id uuid?, class_id uuid?, criticality text?, state text?, anomaly bool,
--     words texts?, sort text, after_rank f64?, after_id uuid, limit i64) -> ai_asset_row
-- The most pressing first; what is not known comes last.
SELECT x.asset_id, x.site_id, x.class_id, x.code, x.name, x.name_ar, x.site_code, x.class_code,
       x.criticality, x.status, x.scored_at, x.state, x.health_score, x.health_low, x.health_high,
       x.failure_probability, x.failure_low, x.failure_high, x.horizon_h, x.rul_p10_h, x.rul_p50_h,
       x.rul_p90_h, x.anomaly_flag, x.anomaly_score, x.production_risk_index, x.top_mode, x.rank
  FROM (SELECT a.id AS asset_id, a.site_id, a.class_id, a.code, a.name, a.name_ar,
               i.code AS site_code, k.code AS class_code, a.criticality, a.status, c.scored_at,
               c.state, c.health_score, c.health_low, c.health_high, c.failure_probability,
               c.failure_low, c.failure_high, c.horizon_h, c.rul_p10_h, c.rul_p50_h, c.rul_p90_h,
               c.anomaly_flag, c.anomaly_score, c.production_risk_index, c.top_mode,
               CASE :sort WHEN 'health' THEN coalesce(c.health_score, 1e9)
                          WHEN 'probability' THEN coalesce(-c.failure_probability, 1e9)
                          ELSE coalesce(-c.production_risk_index, 1e9) END AS rank
          FROM assets a
          JOIN sites i ON i.tenant_id = :tenant AND i.id = a.site_id
          LEFT JOIN asset_classes k ON k.tenant_id = :tenant AND k.id = a.class_id
          LEFT JOIN asset_ai_scores c
            ON c.tenant_id = :tenant AND c.asset_id = a.id AND c.is_latest
         WHERE a.tenant_id = :tenant AND a.status <> 'retired'
           AND (:site_id IS NULL OR a.site_id = :site_id)
           AND (:class_id IS NULL OR a.class_id = :class_id)
           AND (:criticality IS NULL OR a.criticality = :criticality)
           AND (:state IS NULL OR c.state = :state)
           AND (NOT :anomaly OR c.anomaly_flag)
           AND (:words IS NULL OR a.search LIKE ALL (:words))) x
 WHERE :after_rank IS NULL OR (x.rank, x.asset_id) > (:after_rank, :after_id)
 ORDER BY x.rank, x.asset_id
 LIMIT :limit;

-- AI_ASSET_ROW (asset_id uuid) -> ai_asset_row
-- Who it is; figures come with its score.
SELECT a.id AS asset_id, a.site_id, a.class_id, a.code, a.name, a.name_ar, i.code AS site_code,
       k.code AS class_code, a.criticality, a.status
  FROM assets a
  JOIN sites i ON i.tenant_id = :tenant AND i.id = a.site_id
  LEFT JOIN asset_classes k ON k.tenant_id = :tenant AND k.id = a.class_id
 WHERE a.tenant_id = :tenant AND a.id = :asset_id;

-- AI_HISTORY (asset_id uuid, from time, to time, limit i64) -> ai_history_row
SELECT x.scored_at, x.state, x.health_score, x.health_low, x.health_high, x.failure_probability,
       x.failure_low, x.failure_high, x.horizon_h, x.rul_p10_h, x.rul_p50_h, x.rul_p90_h,
       x.anomaly_flag, x.anomaly_score, x.production_risk_index, x.top_mode
  FROM (SELECT c.*
          FROM asset_ai_scores c
         WHERE c.tenant_id = :tenant AND c.asset_id = :asset_id
           AND c.scored_at >= :from AND c.scored_at < :to
         ORDER BY c.scored_at DESC
         LIMIT :limit) x
 ORDER BY x.scored_at;

-- AI_MODEL_LIST (kind text?, state text?, class_id uuid?, asset_id uuid?, current bool,
--     before_at time?, before_id uuid?, limit i64) -> ai_model_row
SELECT m.id, m.kind, m.class_id, m.asset_id, m.number, m.state, m.is_current, m.data_from, m.data_to,
       m.split_at, m.assets, m.rows, m.failures, m.horizon_h, m.metrics, m.reliability, m.features,
       m.missing, m.drift, m.drift_at, m.made_by, m.made_at, m.took_us, k.code AS class_code,
       k.name AS class_name, k.name_ar AS class_name_ar, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar
  FROM ai_models m
  LEFT JOIN asset_classes k ON k.tenant_id = :tenant AND k.id = m.class_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = m.asset_id
 WHERE m.tenant_id = :tenant
   AND (:kind IS NULL OR m.kind = :kind)
   AND (:state IS NULL OR m.state = :state)
   AND (:class_id IS NULL OR m.class_id = :class_id)
   AND (:asset_id IS NULL OR m.asset_id = :asset_id)
   AND (NOT :current OR m.is_current)
   AND (:before_at IS NULL OR (m.made_at, m.id) < (:before_at, :before_id))
 ORDER BY m.made_at DESC, m.id DESC
 LIMIT :limit;

-- AI_MODEL_ROW (id uuid) -> ai_model_row
SELECT m.id, m.kind, m.class_id, m.asset_id, m.number, m.state, m.is_current, m.data_from, m.data_to,
       m.split_at, m.assets, m.rows, m.failures, m.horizon_h, m.metrics, m.reliability, m.features,
       m.missing, m.drift, m.drift_at, m.made_by, m.made_at, m.took_us, k.code AS class_code,
       k.name AS class_name, k.name_ar AS class_name_ar, a.code AS asset_code, a.name AS asset_name,
       a.name_ar AS asset_name_ar
  FROM ai_models m
  LEFT JOIN asset_classes k ON k.tenant_id = :tenant AND k.id = m.class_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = m.asset_id
 WHERE m.tenant_id = :tenant AND m.id = :id;
