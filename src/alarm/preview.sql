-- What a rule would look at.

-- ALARM_PREVIEW_ASSETS (asset_id uuid?, class_id uuid?, site_id uuid?, criticality text?, limit i64)
--   -> (id uuid, code text)
SELECT a.id, a.code
  FROM assets a
 WHERE a.tenant_id = :tenant
   AND (a.id = :asset_id OR a.class_id = :class_id)
   AND (:site_id IS NULL OR a.site_id = :site_id)
   AND (:criticality IS NULL OR a.criticality = :criticality)
   AND a.status IN ('in_service', 'standby')
 ORDER BY a.code
 LIMIT :limit;
