-- What pages of the optimizer show beside runs.

-- OPTIMIZE_STANDING -> (assets i64, scored i64, risky i64, risk f64)
-- Assets at work, those of them with a risk index, those at 50 or more, and the mean index.
SELECT count(*) AS assets, count(c.production_risk_index) AS scored,
       count(*) FILTER (WHERE c.production_risk_index >= 50) AS risky,
       avg(c.production_risk_index) AS risk
  FROM assets a
  LEFT JOIN asset_ai_scores c ON c.tenant_id = :tenant AND c.asset_id = a.id AND c.is_latest
 WHERE a.tenant_id = :tenant AND a.status IN ('in_service', 'standby');

-- OPTIMIZE_RISK_DAYS (from_time time) -> (day date, mean f64, most f64)
-- Production risk, day by day: the mean of all assets, and the highest.
SELECT (scored_at AT TIME ZONE 'UTC')::date AS day, avg(production_risk_index) AS mean,
       max(production_risk_index) AS most
  FROM asset_ai_scores
 WHERE tenant_id = :tenant AND scored_at >= :from_time AND production_risk_index IS NOT NULL
 GROUP BY 1
 ORDER BY 1;

-- OPTIMIZE_SITE_OPTIONS (limit i64) -> (id uuid, name text, name_ar text)
SELECT id, name, name_ar FROM sites WHERE tenant_id = :tenant ORDER BY code LIMIT :limit;
