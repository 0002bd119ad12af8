-- Models as they are stored.

-- AI_MODEL_ONE (id uuid) -> ai_model
SELECT id, kind, class_id, asset_id, number, state, is_current, data_from, data_to, split_at, assets,
       rows, failures, horizon_h, metrics, reliability, features, missing, drift, drift_at, made_by,
       made_at, took_us
  FROM ai_models
 WHERE tenant_id = :tenant AND id = :id;

-- AI_MODEL_CURRENT (kind text, class_id uuid?, asset_id uuid?, at time?) -> ai_model_stored
-- The one in use of a class, or of an asset: now, or at a moment.
SELECT id, kind, class_id, asset_id, number, state, is_current, data_from, data_to, split_at, assets,
       rows, failures, horizon_h, metrics, reliability, features, missing, drift, drift_at, made_by,
       made_at, took_us, body
  FROM ai_models
 WHERE tenant_id = :tenant AND kind = :kind
   AND (:at IS NULL AND is_current
        OR used_from <= :at AND (used_to IS NULL OR used_to > :at))
   AND (class_id = :class_id OR asset_id = :asset_id)
 ORDER BY used_from DESC
 LIMIT 1;

-- AI_OWN_MODELS (asset_ids uuids, at time?) -> ai_model_stored
-- What is known of single assets: their models of kind anomaly, in use now or at a moment.
SELECT id, kind, class_id, asset_id, number, state, is_current, data_from, data_to, split_at, assets,
       rows, failures, horizon_h, metrics, reliability, features, missing, drift, drift_at, made_by,
       made_at, took_us, body
  FROM ai_models
 WHERE tenant_id = :tenant AND kind = 'anomaly' AND asset_id = ANY (:asset_ids)
   AND (:at IS NULL AND is_current
        OR used_from <= :at AND (used_to IS NULL OR used_to > :at))
 ORDER BY asset_id, used_from DESC;

-- AI_MODEL_HOLD (id uuid) -> ai_model
-- Until the commit nobody else puts a model of its owner and kind in use: all of them are held.
SELECT m.id, m.kind, m.class_id, m.asset_id, m.number, m.state, m.is_current, m.data_from, m.data_to,
       m.split_at, m.assets, m.rows, m.failures, m.horizon_h, m.metrics, m.reliability, m.features,
       m.missing, m.drift, m.drift_at, m.made_by, m.made_at, m.took_us
  FROM ai_models m
 WHERE m.tenant_id = :tenant
   AND EXISTS (SELECT FROM ai_models o
                WHERE o.tenant_id = :tenant AND o.id = :id AND o.kind = m.kind
                  AND o.class_id IS NOT DISTINCT FROM m.class_id
                  AND o.asset_id IS NOT DISTINCT FROM m.asset_id)
 ORDER BY m.number
   FOR UPDATE;

-- AI_MODEL_SET_CURRENT (id uuid, is_current bool, now time) -> nothing
UPDATE ai_models
   SET is_current = :is_current,
       used_from = CASE WHEN :is_current THEN :now ELSE used_from END,
       used_to = CASE WHEN :is_current THEN NULL ELSE :now END
 WHERE tenant_id = :tenant AND id = :id;

-- AI_MODEL_ADD (id uuid, kind text, class_id uuid?, asset_id uuid?, state text, data_from time?,
--     data_to time?, split_at time?, assets i64, rows i64, failures i64, horizon_h f64?, metrics json,
--     reliability json, features json, missing json, body bytes?, made_by text, made_at time,
--     took_us i64) -> (number i64)
INSERT INTO ai_models (tenant_id, id, kind, class_id, asset_id, number, state, data_from, data_to,
                       split_at, assets, rows, failures, horizon_h, metrics, reliability, features,
                       missing, body, made_by, made_at, took_us)
SELECT :tenant, :id, :kind, :class_id, :asset_id,
       1 + coalesce((SELECT max(m.number) FROM ai_models m
                      WHERE m.tenant_id = :tenant AND m.kind = :kind
                        AND (m.class_id = :class_id OR m.asset_id = :asset_id)), 0),
       :state, :data_from, :data_to, :split_at, :assets, :rows, :failures, :horizon_h, :metrics,
       :reliability, :features, :missing, :body, :made_by, :made_at, :took_us
RETURNING number;

-- AI_MODEL_DRIFT (id uuid, drift json, at time) -> nothing
UPDATE ai_models SET drift = :drift, drift_at = :at WHERE tenant_id = :tenant AND id = :id;
