-- What the jobs ask and clear away.

-- AI_DUE (before time, after uuid, class_id uuid?, limit i64) -> (id uuid)
-- Active assets whose newest score is older than :before, or that have none.
SELECT a.id
  FROM assets a
  LEFT JOIN asset_ai_scores c ON c.tenant_id = :tenant AND c.asset_id = a.id AND c.is_latest
 WHERE a.tenant_id = :tenant AND a.status IN ('in_service', 'standby') AND a.id > :after
   AND (:class_id IS NULL OR a.class_id = :class_id)
   AND (c.scored_at IS NULL OR c.scored_at <= :before)
 ORDER BY a.id
 LIMIT :limit;

-- AI_DUE_COUNT (before time) -> (assets i64)
SELECT count(*) AS assets
  FROM assets a
  LEFT JOIN asset_ai_scores c ON c.tenant_id = :tenant AND c.asset_id = a.id AND c.is_latest
 WHERE a.tenant_id = :tenant AND a.status IN ('in_service', 'standby')
   AND (c.scored_at IS NULL OR c.scored_at <= :before);

-- AI_SCORES_TRIM (before time, limit i64) -> nothing
-- Older than that one score a day stays, the last one; never the newest of all.
DELETE FROM asset_ai_scores d
 USING (SELECT x.asset_id, x.scored_at
          FROM (SELECT y.asset_id, y.scored_at,
                       lead(date_trunc('day', y.scored_at)) OVER
                           (PARTITION BY y.asset_id ORDER BY y.scored_at) AS next_day
                  FROM asset_ai_scores y
                 WHERE y.tenant_id = :tenant AND y.scored_at < :before) x
         WHERE x.next_day = date_trunc('day', x.scored_at)
         LIMIT :limit) old
 WHERE d.tenant_id = :tenant AND d.asset_id = old.asset_id AND d.scored_at = old.scored_at
   AND NOT d.is_latest;

-- AI_MODELS_TRIM (before time, limit i64) -> nothing
-- Models that are not in use, and that neither are the newest of their owner and kind.
DELETE FROM ai_models d
 USING (SELECT m.id
          FROM ai_models m
         WHERE m.tenant_id = :tenant AND m.made_at < :before AND NOT m.is_current
           AND EXISTS (SELECT FROM ai_models n
                        WHERE n.tenant_id = :tenant AND n.kind = m.kind AND n.number > m.number
                          AND (n.class_id = m.class_id OR n.asset_id = m.asset_id))
         LIMIT :limit) old
 WHERE d.tenant_id = :tenant AND d.id = old.id;

-- AI_ANOMALY_DUE (class_id uuid, before time, after uuid, limit i64) -> (id uuid)
-- Active assets of the class whose newest own model was made before that, or that have none.
SELECT a.id
  FROM assets a
 WHERE a.tenant_id = :tenant AND a.class_id = :class_id AND a.id > :after
   AND a.status IN ('in_service', 'standby')
   AND NOT EXISTS (SELECT FROM ai_models m
                    WHERE m.tenant_id = :tenant AND m.kind = 'anomaly' AND m.asset_id = a.id
                      AND m.made_at > :before)
 ORDER BY a.id
 LIMIT :limit;

-- AI_UNCLASSED_DUE (before time, after uuid, limit i64) -> (id uuid)
-- The same of assets without a class.
SELECT a.id
  FROM assets a
 WHERE a.tenant_id = :tenant AND a.class_id IS NULL AND a.id > :after
   AND a.status IN ('in_service', 'standby')
   AND NOT EXISTS (SELECT FROM ai_models m
                    WHERE m.tenant_id = :tenant AND m.kind = 'anomaly' AND m.asset_id = a.id
                      AND m.made_at > :before)
 ORDER BY a.id
 LIMIT :limit;
