-- Signals of some assets.

-- AI_SIGNALS (ids uuids, known time?, limit i64) -> ai_signal
-- Those that were there.
SELECT x.no, x.id, x.asset_id, x.metric, coalesce(x.name, m.name) AS name,
       coalesce(x.name_ar, m.name_ar) AS name_ar, x.unit, x.is_state, x.gap_max_us,
       x.instrument_min, x.instrument_max, m.position
  FROM unnest(:ids) AS a (id)
 CROSS JOIN LATERAL (
       SELECT y.*
         FROM series y
        WHERE y.tenant_id = :tenant AND y.asset_id = a.id AND y.is_active
          AND (:known IS NULL OR y.created_at <= :known)
        ORDER BY y.no
        LIMIT :limit) x
  JOIN assets z ON z.tenant_id = :tenant AND z.id = a.id
  LEFT JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = z.class_id AND m.metric = x.metric
 ORDER BY x.asset_id, x.no;
