-- Who is there, and who is told next.

-- DUTY_ZONE (site_id uuid?) -> (time_zone text)
SELECT coalesce((SELECT s.time_zone FROM sites s WHERE s.tenant_id = :tenant AND s.id = :site_id),
                t.time_zone) AS time_zone
  FROM tenants t
 WHERE t.id = :tenant;

-- DUTY_PEOPLE (skill_id uuid?, until time) -> roster_person
-- Who may be asked, with what they have to do until then.
SELECT u.id, u.full_name AS name, u.role, k.level::bigint AS level, k.valid_until,
       (SELECT count(*)
          FROM work_orders w
         WHERE w.tenant_id = :tenant AND w.assigned_user_id = u.id
           AND w.status IN ('pending_approval', 'open', 'in_progress')
           AND (w.due_at IS NULL OR w.due_at <= :until)) AS open_orders
  FROM users u
  LEFT JOIN user_skills k ON k.tenant_id = :tenant AND k.user_id = u.id AND k.skill_id = :skill_id
 WHERE u.tenant_id = :tenant AND u.is_active
   AND u.role IN ('optimization_engineer', 'reliability_engineer', 'engineer', 'tenant_admin')
 ORDER BY u.full_name, u.id;

-- DUTY_SHIFTS (site_id uuid?, time_zone text, from_day date, to_day date) -> roster_shift
-- Assignments that may cover a moment of these days; of the site and of every site.
SELECT a.user_id, f.site_id, f.code, f.name, f.name_ar,
       coalesce(s.time_zone, CASE WHEN f.site_id IS NULL THEN :time_zone END, t.time_zone)
           AS time_zone,
       f.days::bigint AS days, f.starts_min::bigint AS starts_min,
       f.length_min::bigint AS length_min, a.from_day, a.to_day, a.is_on_call
  FROM user_shifts a
  JOIN shifts f ON f.tenant_id = :tenant AND f.id = a.shift_id
  JOIN tenants t ON t.id = :tenant
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = f.site_id
 WHERE a.tenant_id = :tenant AND a.from_day <= :to_day
   AND (a.to_day IS NULL OR a.to_day >= :from_day)
   AND (:site_id IS NULL OR f.site_id IS NULL OR f.site_id = :site_id)
 ORDER BY f.code, a.user_id, a.from_day;

-- DUTY_ABSENCES (from_day date, to_day date) -> roster_absence
SELECT user_id, from_day, to_day
  FROM user_absences
 WHERE tenant_id = :tenant AND from_day <= :to_day AND to_day >= :from_day
 ORDER BY user_id, from_day;

-- DUTY_HOLIDAYS (site_id uuid?, from_day date, to_day date) -> roster_holiday
SELECT site_id, from_day, to_day
  FROM holidays
 WHERE tenant_id = :tenant AND from_day <= :to_day AND to_day >= :from_day
   AND (:site_id IS NULL OR site_id IS NULL OR site_id = :site_id)
 ORDER BY from_day, id;

-- DUTY_SKILL_CODE (id uuid) -> (code text, name text, name_ar text)
SELECT code, name, name_ar FROM skills WHERE tenant_id = :tenant AND id = :id;

-- DUTY_IS_ACTIVE (id uuid) -> (id uuid)
SELECT id FROM users WHERE tenant_id = :tenant AND id = :id AND is_active;

-- DUTY_SITES -> (id uuid, name text, name_ar text)
SELECT id, name, name_ar FROM sites WHERE tenant_id = :tenant ORDER BY code LIMIT 500;
