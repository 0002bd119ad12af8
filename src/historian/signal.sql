-- Series as people see them.

-- SIGNAL_LIMITS (nos i64s) -> signal_limits_row
-- The limits of the class's metric, and those of its threshold: for this criticality before any.
SELECT s.no, a.code AS asset_code, coalesce(m.position, 1000000) AS position,
       m.unit AS metric_unit, m.low_low AS metric_low_low, m.low AS metric_low,
       m.high AS metric_high, m.high_high AS metric_high_high,
       t.id AS threshold_id, t.unit AS threshold_unit, t.low_low AS threshold_low_low,
       t.low AS threshold_low, t.high AS threshold_high, t.high_high AS threshold_high_high
  FROM series s
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = s.asset_id
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = s.metric
  LEFT JOIN threshold_references t
    ON t.tenant_id = :tenant AND t.id = (
       SELECT x.id
         FROM threshold_references x
        WHERE x.tenant_id = :tenant AND x.class_id = a.class_id AND x.metric = s.metric
          AND x.approved_at IS NOT NULL
          AND (x.criticality = a.criticality OR x.criticality IS NULL)
        ORDER BY x.criticality NULLS LAST
        LIMIT 1)
 WHERE s.tenant_id = :tenant AND s.no = ANY (:nos);

-- SIGNAL_OF_ASSET (asset_id uuid, limit i64) -> (id uuid)
SELECT s.id
  FROM series s
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = s.asset_id
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = s.metric
 WHERE s.tenant_id = :tenant AND s.asset_id = :asset_id
 ORDER BY coalesce(m.position, 1000000), s.key
 LIMIT :limit;

-- SIGNAL_FIRST (asset_ids uuids, each i64) -> (id uuid)
SELECT f.id
  FROM (SELECT s.id, s.tenant_id, s.asset_id, s.key, coalesce(m.position, 1000000) AS position,
               row_number() OVER (PARTITION BY s.asset_id
                                  ORDER BY coalesce(m.position, 1000000), s.key) AS place
          FROM series s
          JOIN assets a ON a.tenant_id = :tenant AND a.id = s.asset_id
          LEFT JOIN asset_class_metrics m
            ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = s.metric
         WHERE s.tenant_id = :tenant AND s.asset_id = ANY (:asset_ids) AND s.is_active) AS f
 WHERE f.tenant_id = :tenant AND f.place <= :each
 ORDER BY f.asset_id, f.position, f.key;
