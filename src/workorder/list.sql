-- Lists of orders.

-- WORK_ORDER_LIST (only_user uuid?, status text?, is_going bool, priority text?, kind text?,
--     source text?, site_id uuid?, asset_id uuid?, incident_id uuid?, assignee_id uuid?,
--     unassigned bool, due_before time?, overdue_at time?, words texts?, before_at time?,
--     before_id uuid?, limit i64) -> work_order_row
-- Newest first.
SELECT w.id, w.number, w.source, w.title, w.title_ar, w.kind, w.status, w.priority, w.asset_id,
       a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar, w.site_id,
       s.name AS site_name, s.name_ar AS site_name_ar, w.incident_id, w.assigned_user_id,
       u.full_name AS assigned_name, w.due_at, w.started_at, w.finished_at, w.closed_at,
       w.created_at, w.version
  FROM work_orders w
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = w.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = w.site_id
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = w.assigned_user_id
 WHERE w.tenant_id = :tenant
   AND (:only_user IS NULL OR w.assigned_user_id = :only_user OR w.created_by_id = :only_user)
   AND (:status IS NULL OR w.status = :status)
   AND (NOT :is_going OR w.status IN ('pending_approval', 'open', 'in_progress', 'done'))
   AND (:priority IS NULL OR w.priority = :priority)
   AND (:kind IS NULL OR w.kind = :kind)
   AND (:source IS NULL OR w.source = :source)
   AND (:site_id IS NULL OR w.site_id = :site_id)
   AND (:asset_id IS NULL OR w.asset_id = :asset_id)
   AND (:incident_id IS NULL OR w.incident_id = :incident_id)
   AND (:assignee_id IS NULL OR w.assigned_user_id = :assignee_id)
   AND (NOT :unassigned OR w.assigned_user_id IS NULL)
   AND (:due_before IS NULL OR w.due_at < :due_before)
   AND (:overdue_at IS NULL OR (w.due_at < :overdue_at
        AND w.status IN ('pending_approval', 'open', 'in_progress')))
   AND (:words IS NULL OR search_fold(concat_ws(' ', w.number, w.title, w.title_ar, a.code))
        LIKE ALL (:words))
   AND (:before_at IS NULL OR (w.created_at, w.id) < (:before_at, :before_id))
 ORDER BY w.created_at DESC, w.id DESC
 LIMIT :limit;

-- WORK_ORDER_COUNTS (only_user uuid?, site_id uuid?, asset_id uuid?, assignee_id uuid?, now time)
--     -> work_order_counts
SELECT count(*) FILTER (WHERE w.status = 'pending_approval') AS pending_approval,
       count(*) FILTER (WHERE w.status = 'open') AS open,
       count(*) FILTER (WHERE w.status = 'in_progress') AS in_progress,
       count(*) FILTER (WHERE w.status = 'done') AS done,
       count(*) FILTER (WHERE w.due_at < :now
                          AND w.status IN ('pending_approval', 'open', 'in_progress')) AS overdue
  FROM work_orders w
 WHERE w.tenant_id = :tenant
   AND w.status IN ('pending_approval', 'open', 'in_progress', 'done')
   AND (:only_user IS NULL OR w.assigned_user_id = :only_user OR w.created_by_id = :only_user)
   AND (:site_id IS NULL OR w.site_id = :site_id)
   AND (:asset_id IS NULL OR w.asset_id = :asset_id)
   AND (:assignee_id IS NULL OR w.assigned_user_id = :assignee_id);

-- WORK_ORDER_BOARD (only_user uuid?, site_id uuid?, assignee_id uuid?, since time, limit i64)
--     -> work_order_row
-- What goes on, and what was closed since; of each state the most urgent ones.
SELECT r.id, r.number, r.source, r.title, r.title_ar, r.kind, r.status, r.priority, r.asset_id,
       a.code AS asset_code, a.name AS asset_name, a.name_ar AS asset_name_ar, r.site_id,
       r.incident_id, r.assigned_user_id, u.full_name AS assigned_name, r.due_at, r.started_at,
       r.finished_at, r.closed_at, r.created_at, r.version
  FROM (SELECT w.*, row_number() OVER (
                   PARTITION BY w.status
                   ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], w.priority),
                            w.due_at, w.id) AS place
          FROM work_orders w
         WHERE w.tenant_id = :tenant
           AND (w.status IN ('pending_approval', 'open', 'in_progress', 'done')
                OR (w.status = 'closed' AND w.closed_at >= :since))
           AND (:only_user IS NULL OR w.assigned_user_id = :only_user
                OR w.created_by_id = :only_user)
           AND (:site_id IS NULL OR w.site_id = :site_id)
           AND (:assignee_id IS NULL OR w.assigned_user_id = :assignee_id)) r
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = r.asset_id
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = r.assigned_user_id
 WHERE r.tenant_id = :tenant AND r.place <= :limit
 ORDER BY r.status, r.place;

-- WORK_ORDER_SITES -> (id uuid, code text, name text, name_ar text)
SELECT id, code, name, name_ar FROM sites WHERE tenant_id = :tenant ORDER BY code LIMIT 500;

-- WORK_ORDER_PEOPLE -> (id uuid, name text, role text)
-- Who may work on orders.
SELECT id, full_name AS name, role
  FROM users
 WHERE tenant_id = :tenant AND is_active
   AND role IN ('tenant_admin', 'optimization_engineer', 'reliability_engineer', 'engineer')
 ORDER BY full_name, id
 LIMIT 500;

-- WORK_ORDER_OVERDUE (now time, limit i64) -> (id uuid)
-- What nobody was told of yet; held until it is.
SELECT id
  FROM work_orders
 WHERE tenant_id = :tenant AND overdue_told_at IS NULL AND due_at < :now
   AND status IN ('pending_approval', 'open', 'in_progress')
 ORDER BY due_at, id
 LIMIT :limit
   FOR UPDATE SKIP LOCKED;

-- WORK_ORDER_OVERDUE_TOLD (ids uuids, now time) -> nothing
UPDATE work_orders
   SET overdue_told_at = :now
 WHERE tenant_id = :tenant AND id = ANY (:ids);

-- WORK_ORDER_ASSETS -> (code text, name text, name_ar text)
SELECT code, name, name_ar FROM assets WHERE tenant_id = :tenant ORDER BY code LIMIT 300;
