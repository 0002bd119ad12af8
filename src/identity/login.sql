-- Sign-in, before the tenant is known.

-- PLATFORM LOGIN_NAME_FIND (email_folded text) -> (tenant_id uuid, user_id uuid)
SELECT tenant_id, user_id FROM login_names WHERE email_folded = :email_folded;

-- PLATFORM THROTTLE_COUNT (key text, now time, window_from time) -> (failures i64, blocked_until time)
-- Counts an attempt before it is judged, so that many at once cannot slip past the count.
INSERT INTO login_throttle AS t (key, failures, window_start)
VALUES (:key, 1, :now)
ON CONFLICT (key) DO UPDATE
   SET failures = CASE WHEN t.window_start < :window_from THEN 1 ELSE t.failures + 1 END,
       window_start = CASE WHEN t.window_start < :window_from THEN :now ELSE t.window_start END
RETURNING failures, blocked_until;

-- PLATFORM THROTTLE_BLOCK (key text, blocked_until time) -> nothing
UPDATE login_throttle SET blocked_until = :blocked_until WHERE key = :key;

-- PLATFORM THROTTLE_FORGET (key text) -> nothing
DELETE FROM login_throttle WHERE key = :key;

-- PLATFORM THROTTLE_UNCOUNT (key text) -> nothing
UPDATE login_throttle SET failures = greatest(failures - 1, 0) WHERE key = :key;

-- PLATFORM THROTTLE_TOUCH (key text) -> nothing
UPDATE login_throttle SET failures = failures WHERE key = :key;

-- PLATFORM THROTTLE_TRIM (before time) -> nothing
DELETE FROM login_throttle
 WHERE window_start < :before AND (blocked_until IS NULL OR blocked_until < :before);
