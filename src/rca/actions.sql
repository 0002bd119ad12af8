-- RCA_HELPED (class_id uuid?, asset_id uuid, cause text, incident_id uuid, anchor time, now time,
--     limit i64) -> (incident_number i64, title text, title_ar text)
-- What was done after past incidents of this cause, and ended them.
SELECT i.number AS incident_number, o.title, o.title_ar
  FROM blackbox_incidents i
  JOIN assets a ON a.tenant_id = :tenant AND a.id = i.root_asset_id
  JOIN work_orders o ON o.tenant_id = :tenant AND o.incident_id = i.id
 WHERE i.tenant_id = :tenant AND i.confirmed_cause = :cause AND i.confirmed_at <= :now
   AND i.anchor_time < :anchor AND i.id <> :incident_id
   AND o.status IN ('done', 'closed') AND o.source <> 'BLACKBOX_AUTO'
   AND (a.class_id = :class_id OR i.root_asset_id = :asset_id)
 ORDER BY i.anchor_time DESC, o.created_at
 LIMIT :limit;
