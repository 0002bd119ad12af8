-- What people and work found out.

-- RCA_CASE_CAUSE (incident_id uuid, cause text, now time) -> nothing
UPDATE rca_cases
   SET cause = :cause, updated_at = :now
 WHERE tenant_id = :tenant AND incident_id = :incident_id;

-- RCA_PAST_CAUSES (class_id uuid?, asset_id uuid, limit i64) -> (cause text)
-- What was confirmed in incidents of the class or the asset.
SELECT i.confirmed_cause AS cause
  FROM blackbox_incidents i
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
 WHERE i.tenant_id = :tenant AND i.confirmed_cause IS NOT NULL
   AND (a.class_id = :class_id OR i.root_asset_id = :asset_id)
 GROUP BY i.confirmed_cause
 ORDER BY count(*) DESC, i.confirmed_cause
 LIMIT :limit;
