-- What an estimate of an incident's cost rests on.

-- RCA_DOWNTIMES (class_id uuid?, asset_id uuid, cause text, incident_id uuid, anchor time, now time,
--     limit i64) -> (downtime_h f64)
-- Of the work after past incidents of this cause.
SELECT o.downtime_h
  FROM blackbox_incidents i
  JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
  JOIN work_orders o ON o.tenant_id = :tenant AND o.incident_id = i.id
 WHERE i.tenant_id = :tenant AND i.confirmed_cause = :cause AND i.confirmed_at <= :now
   AND i.anchor_time < :anchor AND i.id <> :incident_id AND o.downtime_h IS NOT NULL
   AND (a.class_id = :class_id OR i.root_asset_id = :asset_id)
 ORDER BY i.anchor_time DESC
 LIMIT :limit;

-- RCA_FACTOR (country text?, on_day date) -> carbon_factor
-- Of electricity where the site is, as it was valid then.
SELECT id, energy_type, country, value, value_low, value_high, unit, year, scope, source,
       valid_from, confirmed_by, confirmed_at, version, created_at, updated_at
  FROM carbon_factors
 WHERE tenant_id = :tenant AND energy_type = 'electricity'
   AND (country = :country OR country IS NULL) AND valid_from <= :on_day
 ORDER BY country NULLS LAST, valid_from DESC
 LIMIT 1;
