-- Who sees which incidents.

-- INCIDENT_IS_ASSIGNED (incident_id uuid, user_id uuid) -> (id uuid)
SELECT w.id
  FROM work_orders w
 WHERE w.tenant_id = :tenant AND w.incident_id = :incident_id AND w.assigned_user_id = :user_id
 LIMIT 1;
