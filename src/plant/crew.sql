-- Who is there, when, and what they can do.

-- CONSTRAINT shifts_code_key -> plant.code_taken (code)
-- CONSTRAINT user_shifts_key -> plant.exists_already (from_day)
-- CONSTRAINT user_absences_key -> plant.exists_already (from_day)
-- CONSTRAINT skills_code_key -> plant.code_taken (code)
-- CONSTRAINT user_skills_key -> plant.exists_already (skill_id)
-- CONSTRAINT holidays_key -> plant.exists_already (name)

-- SHIFT_GET (id uuid) -> shift
SELECT id, site_id, code, name, name_ar, days, starts_min, length_min, version, created_at,
       updated_at
  FROM shifts
 WHERE tenant_id = :tenant AND id = :id;

-- SHIFT_FIND (site_id uuid?, words texts?, after_key text?, limit i64) -> shift
SELECT id, site_id, code, name, name_ar, days, starts_min, length_min, version, created_at,
       updated_at
  FROM shifts
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- SHIFT_ADD (id uuid, site_id uuid?, code text, name text, name_ar text?, days i32,
--   starts_min i32, length_min i32, now time) -> nothing
INSERT INTO shifts
       (tenant_id, id, site_id, code, name, name_ar, days, starts_min, length_min, created_at,
        updated_at)
VALUES (:tenant, :id, :site_id, :code, :name, :name_ar, :days, :starts_min, :length_min, :now,
        :now);

-- SHIFT_UPDATE (id uuid, site_id uuid?, code text, name text, name_ar text?, days i32,
--   starts_min i32, length_min i32, version i64, now time) -> nothing
UPDATE shifts
   SET site_id = :site_id, code = :code, name = :name, name_ar = :name_ar, days = :days,
       starts_min = :starts_min, length_min = :length_min, updated_at = :now,
       version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SHIFT_REMOVE (id uuid, version i64) -> nothing
DELETE FROM shifts
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SHIFT_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, NULL::uuid AS within_id, name, name_ar
  FROM shifts
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- SHIFT_USES (id uuid) -> record_use
SELECT 'user_shift' AS thing, count(*) AS times FROM user_shifts
 WHERE tenant_id = :tenant AND shift_id = :id;

-- USER_SHIFT_GET (id uuid) -> user_shift
SELECT id, user_id, shift_id, from_day, to_day, is_on_call, version, created_at, updated_at
  FROM user_shifts
 WHERE tenant_id = :tenant AND id = :id;

-- USER_SHIFT_FIND (user_id uuid?, shift_id uuid?, after_key date?, after_id uuid?,
--   limit i64) -> user_shift
SELECT id, user_id, shift_id, from_day, to_day, is_on_call, version, created_at, updated_at
  FROM user_shifts
 WHERE tenant_id = :tenant
   AND (:user_id IS NULL OR user_id = :user_id)
   AND (:shift_id IS NULL OR shift_id = :shift_id)
   AND (:after_key IS NULL OR (from_day, id) > (:after_key, :after_id))
 ORDER BY from_day, id
 LIMIT :limit;

-- USER_SHIFT_ADD (id uuid, user_id uuid, shift_id uuid, from_day date, to_day date?,
--   is_on_call bool, now time) -> nothing
INSERT INTO user_shifts
       (tenant_id, id, user_id, shift_id, from_day, to_day, is_on_call, created_at, updated_at)
VALUES (:tenant, :id, :user_id, :shift_id, :from_day, :to_day, :is_on_call, :now, :now);

-- USER_SHIFT_UPDATE (id uuid, user_id uuid, shift_id uuid, from_day date, to_day date?,
--   is_on_call bool, version i64, now time) -> nothing
UPDATE user_shifts
   SET user_id = :user_id, shift_id = :shift_id, from_day = :from_day, to_day = :to_day,
       is_on_call = :is_on_call, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- USER_SHIFT_REMOVE (id uuid, version i64) -> nothing
DELETE FROM user_shifts
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ABSENCE_GET (id uuid) -> absence
SELECT id, user_id, from_day, to_day, reason, version, created_at, updated_at
  FROM user_absences
 WHERE tenant_id = :tenant AND id = :id;

-- ABSENCE_FIND (user_id uuid?, after_key date?, after_id uuid?, limit i64) -> absence
SELECT id, user_id, from_day, to_day, reason, version, created_at, updated_at
  FROM user_absences
 WHERE tenant_id = :tenant
   AND (:user_id IS NULL OR user_id = :user_id)
   AND (:after_key IS NULL OR (from_day, id) > (:after_key, :after_id))
 ORDER BY from_day, id
 LIMIT :limit;

-- ABSENCE_ADD (id uuid, user_id uuid, from_day date, to_day date, reason text,
--   now time) -> nothing
INSERT INTO user_absences
       (tenant_id, id, user_id, from_day, to_day, reason, created_at, updated_at)
VALUES (:tenant, :id, :user_id, :from_day, :to_day, :reason, :now, :now);

-- ABSENCE_UPDATE (id uuid, user_id uuid, from_day date, to_day date, reason text, version i64,
--   now time) -> nothing
UPDATE user_absences
   SET user_id = :user_id, from_day = :from_day, to_day = :to_day, reason = :reason,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- ABSENCE_REMOVE (id uuid, version i64) -> nothing
DELETE FROM user_absences
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SKILL_GET (id uuid) -> skill
SELECT id, code, name, name_ar, version, created_at, updated_at
  FROM skills
 WHERE tenant_id = :tenant AND id = :id;

-- SKILL_FIND (words texts?, after_key text?, limit i64) -> skill
SELECT id, code, name, name_ar, version, created_at, updated_at
  FROM skills
 WHERE tenant_id = :tenant
   AND (:words IS NULL OR search_fold(concat_ws(' ', code, name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR code > :after_key)
 ORDER BY code
 LIMIT :limit;

-- SKILL_ADD (id uuid, code text, name text, name_ar text?, now time) -> nothing
INSERT INTO skills
       (tenant_id, id, code, name, name_ar, created_at, updated_at)
VALUES (:tenant, :id, :code, :name, :name_ar, :now, :now);

-- SKILL_UPDATE (id uuid, code text, name text, name_ar text?, version i64, now time) -> nothing
UPDATE skills
   SET code = :code, name = :name, name_ar = :name_ar, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SKILL_REMOVE (id uuid, version i64) -> nothing
DELETE FROM skills
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- SKILL_LABELS (ids uuids, codes texts) -> record_label
SELECT id, code, NULL::uuid AS within_id, name, name_ar
  FROM skills
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR code = ANY (:codes));

-- SKILL_USES (id uuid) -> record_use
SELECT 'user_skill' AS thing, count(*) AS times FROM user_skills
 WHERE tenant_id = :tenant AND skill_id = :id
UNION ALL
SELECT 'failure_mode' AS thing, count(*) AS times FROM asset_failure_modes
 WHERE tenant_id = :tenant AND skill_id = :id;

-- USER_SKILL_GET (id uuid) -> user_skill
SELECT id, user_id, skill_id, level, valid_until, version, created_at, updated_at
  FROM user_skills
 WHERE tenant_id = :tenant AND id = :id;

-- USER_SKILL_FIND (user_id uuid?, skill_id uuid?, after_id uuid?, limit i64) -> user_skill
SELECT id, user_id, skill_id, level, valid_until, version, created_at, updated_at
  FROM user_skills
 WHERE tenant_id = :tenant
   AND (:user_id IS NULL OR user_id = :user_id)
   AND (:skill_id IS NULL OR skill_id = :skill_id)
   AND (:after_id IS NULL OR id > :after_id)
 ORDER BY id
 LIMIT :limit;

-- USER_SKILL_ADD (id uuid, user_id uuid, skill_id uuid, level i32, valid_until date?,
--   now time) -> nothing
INSERT INTO user_skills
       (tenant_id, id, user_id, skill_id, level, valid_until, created_at, updated_at)
VALUES (:tenant, :id, :user_id, :skill_id, :level, :valid_until, :now, :now);

-- USER_SKILL_UPDATE (id uuid, user_id uuid, skill_id uuid, level i32, valid_until date?,
--   version i64, now time) -> nothing
UPDATE user_skills
   SET user_id = :user_id, skill_id = :skill_id, level = :level, valid_until = :valid_until,
       updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- USER_SKILL_REMOVE (id uuid, version i64) -> nothing
DELETE FROM user_skills
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- HOLIDAY_GET (id uuid) -> holiday
SELECT id, site_id, from_day, to_day, name, name_ar, version, created_at, updated_at
  FROM holidays
 WHERE tenant_id = :tenant AND id = :id;

-- HOLIDAY_FIND (site_id uuid?, words texts?, after_key date?, after_id uuid?,
--   limit i64) -> holiday
SELECT id, site_id, from_day, to_day, name, name_ar, version, created_at, updated_at
  FROM holidays
 WHERE tenant_id = :tenant
   AND (:site_id IS NULL OR site_id = :site_id)
   AND (:words IS NULL OR search_fold(concat_ws(' ', name, name_ar)) LIKE ALL (:words))
   AND (:after_key IS NULL OR (from_day, id) > (:after_key, :after_id))
 ORDER BY from_day, id
 LIMIT :limit;

-- HOLIDAY_ADD (id uuid, site_id uuid?, from_day date, to_day date, name text, name_ar text?,
--   now time) -> nothing
INSERT INTO holidays
       (tenant_id, id, site_id, from_day, to_day, name, name_ar, created_at, updated_at)
VALUES (:tenant, :id, :site_id, :from_day, :to_day, :name, :name_ar, :now, :now);

-- HOLIDAY_UPDATE (id uuid, site_id uuid?, from_day date, to_day date, name text, name_ar text?,
--   version i64, now time) -> nothing
UPDATE holidays
   SET site_id = :site_id, from_day = :from_day, to_day = :to_day, name = :name,
       name_ar = :name_ar, updated_at = :now, version = version + 1
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- HOLIDAY_REMOVE (id uuid, version i64) -> nothing
DELETE FROM holidays
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- USER_LABELS (ids uuids, codes texts) -> record_label
-- People are called by their e-mail, in any case.
SELECT id, lower(email) AS code, NULL::uuid AS within_id, full_name AS name, NULL::text AS name_ar
  FROM users
 WHERE tenant_id = :tenant AND (id = ANY (:ids) OR lower(email) = ANY (:codes));

-- USER_SHIFT_MEETS (but_id uuid, user_id uuid, shift_id uuid, from_day date, to_day date?)
--   -> (shift_id uuid, from_day date, days i64, starts_min i64, length_min i64)
-- Other assignments of the person, not on call, that share a day with this one; the first row is
-- the shift that is asked about.
SELECT id AS shift_id, NULL::date AS from_day, days, starts_min, length_min
  FROM shifts WHERE tenant_id = :tenant AND id = :shift_id
UNION ALL
SELECT s.id, u.from_day, s.days, s.starts_min, s.length_min
  FROM user_shifts u JOIN shifts s ON s.tenant_id = u.tenant_id AND s.id = u.shift_id
 WHERE u.tenant_id = :tenant AND u.user_id = :user_id AND u.id <> :but_id AND NOT u.is_on_call
   AND u.from_day <= coalesce(:to_day, 'infinity') AND coalesce(u.to_day, 'infinity') >= :from_day
 ORDER BY from_day NULLS FIRST;

-- ABSENCE_MEETS (but_id uuid, user_id uuid, from_day date, to_day date) -> (from_day date)
SELECT from_day FROM user_absences
 WHERE tenant_id = :tenant AND user_id = :user_id AND id <> :but_id
   AND from_day <= :to_day AND to_day >= :from_day
 LIMIT 1;
