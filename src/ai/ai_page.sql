-- What pages about scores and models say beside them.

-- AI_PAGE_NAMES (asset_id uuid?, class_id uuid?) -> ai_page_name
-- Names of what can fail: failure modes and components of an asset, or of a class with its assets.
SELECT m.code, m.name, m.name_ar
  FROM asset_failure_modes m
 WHERE m.tenant_id = :tenant
   AND (m.asset_id = :asset_id OR m.class_id = :class_id
        OR m.class_id = (SELECT a.class_id FROM assets a
                          WHERE a.tenant_id = :tenant AND a.id = :asset_id))
 UNION ALL
SELECT DISTINCT ON (c.code) c.code, c.name, c.name_ar
  FROM asset_components c
  JOIN assets a ON a.tenant_id = :tenant AND a.id = c.asset_id
 WHERE c.tenant_id = :tenant AND (a.id = :asset_id OR a.class_id = :class_id)
 LIMIT 500;

-- AI_PAGE_CLASSES () -> ai_page_class
-- Classes that have assets, or had a model.
SELECT c.id, c.code, c.name, c.name_ar, n.assets, n.scored
  FROM asset_classes c
 CROSS JOIN LATERAL (
       SELECT count(*) AS assets, count(x.asset_id) AS scored
         FROM assets a
         LEFT JOIN asset_ai_scores x
           ON x.tenant_id = :tenant AND x.asset_id = a.id AND x.is_latest
        WHERE a.tenant_id = :tenant AND a.class_id = c.id AND a.status <> 'retired') n
 WHERE c.tenant_id = :tenant
   AND (n.assets > 0 OR EXISTS (SELECT FROM ai_models m
                                 WHERE m.tenant_id = :tenant AND m.class_id = c.id))
 ORDER BY c.code
 LIMIT 500;

-- AI_PAGE_MODELS () -> ai_model
-- Of each class and kind: the one in use, and the newest.
SELECT m.id, m.kind, m.class_id, m.asset_id, m.number, m.state, m.is_current, m.data_from, m.data_to,
       m.split_at, m.assets, m.rows, m.failures, m.horizon_h, m.metrics, m.missing, m.drift,
       m.drift_at, m.made_by, m.made_at, m.took_us
  FROM ai_models m
 WHERE m.tenant_id = :tenant AND m.class_id IS NOT NULL
   AND (m.is_current OR NOT EXISTS (
        SELECT FROM ai_models n
         WHERE n.tenant_id = :tenant AND n.kind = m.kind AND n.class_id = m.class_id
           AND n.number > m.number))
 ORDER BY m.class_id, m.kind, m.number DESC
 LIMIT 2000;

-- AI_PAGE_HISTORY (id uuid) -> ai_model
-- Models of the same owner and kind, newest first.
SELECT m.id, m.kind, m.class_id, m.asset_id, m.number, m.state, m.is_current, m.data_from, m.data_to,
       m.split_at, m.assets, m.rows, m.failures, m.horizon_h, m.metrics, m.missing, m.made_by,
       m.made_at, m.took_us
  FROM ai_models o
  JOIN ai_models m
    ON m.tenant_id = :tenant AND m.kind = o.kind
   AND m.class_id IS NOT DISTINCT FROM o.class_id AND m.asset_id IS NOT DISTINCT FROM o.asset_id
 WHERE o.tenant_id = :tenant AND o.id = :id
 ORDER BY m.number DESC
 LIMIT 20;

-- AI_PAGE_MODEL (id uuid) -> ai_model
SELECT m.id, m.kind, m.class_id, m.asset_id, m.number, m.state, m.is_current, m.data_from, m.data_to,
       m.split_at, m.assets, m.rows, m.failures, m.horizon_h, m.metrics, m.reliability, m.features,
       m.missing, m.drift, m.drift_at, m.made_by, m.made_at, m.took_us
  FROM ai_models m
 WHERE m.tenant_id = :tenant AND m.id = :id;

-- AI_PAGE_OWNER (class_id uuid?, asset_id uuid?) -> ai_page_name
SELECT code, name, name_ar FROM asset_classes WHERE tenant_id = :tenant AND id = :class_id
 UNION ALL
SELECT code, name, name_ar FROM assets WHERE tenant_id = :tenant AND id = :asset_id;
