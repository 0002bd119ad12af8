-- Notifications of people, and the events that open pages follow.

-- NOTIFY_RECEIVER (id uuid, topic text) -> notify_receiver
SELECT u.id, u.lang, coalesce(u.time_zone, t.time_zone) AS time_zone,
       coalesce(c.in_app, true) AS in_app, coalesce(c.by_mail, false) AS by_mail,
       coalesce(c.urgency_min, 'low') AS urgency_min
  FROM users u
  JOIN tenants t ON t.id = u.tenant_id
  LEFT JOIN notification_choices c
    ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.topic = :topic
 WHERE u.tenant_id = :tenant AND u.id = :id AND u.is_active;

-- NOTIFY_RECEIVERS (role text, topic text) -> notify_receiver
SELECT u.id, u.lang, coalesce(u.time_zone, t.time_zone) AS time_zone,
       coalesce(c.in_app, true) AS in_app, coalesce(c.by_mail, false) AS by_mail,
       coalesce(c.urgency_min, 'low') AS urgency_min
  FROM users u
  JOIN tenants t ON t.id = u.tenant_id
  LEFT JOIN notification_choices c
    ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.topic = :topic
 WHERE u.tenant_id = :tenant AND u.role = :role AND u.is_active
 ORDER BY u.id;

-- NOTIFY_FOLLOWERS (entity_type text, entity_id text, topic text) -> notify_receiver
-- Whoever was told of a thing before.
SELECT u.id, u.lang, coalesce(u.time_zone, t.time_zone) AS time_zone,
       coalesce(c.in_app, true) AS in_app, coalesce(c.by_mail, false) AS by_mail,
       coalesce(c.urgency_min, 'low') AS urgency_min
  FROM users u
  JOIN tenants t ON t.id = u.tenant_id
  LEFT JOIN notification_choices c
    ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.topic = :topic
 WHERE u.tenant_id = :tenant AND u.is_active
   AND u.id IN (SELECT n.user_id FROM notifications n
                 WHERE n.tenant_id = :tenant AND n.entity_type = :entity_type
                   AND n.entity_id = :entity_id)
 ORDER BY u.id;

-- NOTIFY_ADD (ids uuids, user_ids uuids, type text, facts json, title text?, body text?,
--             entity_type text?, entity_id text?, topic text, urgency text, once_key text?,
--             trace_id uuid?, now time) -> (id uuid)
-- Gives those who were not told of it before.
INSERT INTO notifications (tenant_id, id, user_id, type, facts, title, body, entity_type, entity_id,
                           topic, urgency, once_key, trace_id, created_at)
SELECT :tenant, n.id, n.user_id, :type, :facts, :title, :body, :entity_type, :entity_id,
       :topic, :urgency, :once_key, :trace_id, :now
  FROM unnest(:ids, :user_ids) AS n (id, user_id)
ON CONFLICT (tenant_id, user_id, once_key) DO NOTHING
RETURNING id;

-- NOTIFY_FIND (user_id uuid, unread_only bool, topic text?, urgencies texts, before_at time?,
--              before_id uuid?, limit i64) -> notification
SELECT id, type, facts, title, body, entity_type, entity_id, topic, urgency, is_read, created_at,
       read_at
  FROM notifications
 WHERE tenant_id = :tenant AND user_id = :user_id
   AND (NOT :unread_only OR NOT is_read)
   AND (:topic IS NULL OR topic = :topic)
   AND urgency = ANY (:urgencies)
   AND (:before_at IS NULL OR (created_at, id) < (:before_at, :before_id))
 ORDER BY created_at DESC, id DESC
 LIMIT :limit;

-- NOTIFY_COUNT_UNREAD (user_id uuid) -> (unread i64)
SELECT count(*) AS unread
  FROM notifications
 WHERE tenant_id = :tenant AND user_id = :user_id AND NOT is_read;

-- NOTIFY_READ (id uuid, user_id uuid, now time) -> notification
UPDATE notifications
   SET is_read = true, read_at = coalesce(read_at, :now)
 WHERE tenant_id = :tenant AND id = :id AND user_id = :user_id
RETURNING id, type, facts, title, body, entity_type, entity_id, topic, urgency, is_read, created_at,
          read_at;

-- NOTIFY_READ_ALL (user_id uuid, now time) -> nothing
UPDATE notifications
   SET is_read = true, read_at = :now
 WHERE tenant_id = :tenant AND user_id = :user_id AND NOT is_read;

-- NOTIFY_TRIM (older_than time, limit i64) -> nothing
DELETE FROM notifications AS n
 USING (SELECT o.tenant_id, o.id
          FROM notifications o
         WHERE o.tenant_id = :tenant AND o.created_at < :older_than
         LIMIT :limit) AS old
 WHERE n.tenant_id = :tenant AND old.tenant_id = n.tenant_id AND n.id = old.id;

-- LIVE_ADD (ids uuids, user_ids uuids, event text, data texts, now time) -> (told i64)
-- One event each, and one notice each to all processes once this is committed. The zero user is
-- everybody.
WITH added AS (
    INSERT INTO live_events (tenant_id, id, user_id, event, data, created_at)
    SELECT :tenant, e.id, nullif(e.user_id, '00000000-0000-0000-0000-000000000000'::uuid), :event,
           e.data::jsonb, :now
      FROM unnest(:ids, :user_ids, :data) AS e (id, user_id, data)
    RETURNING id
)
SELECT count(pg_notify('optria_live', (:tenant)::text || ' ' || added.id::text)::text) AS told
  FROM added;

-- LIVE_GET (ids uuids) -> live_event
SELECT id, user_id, event, data
  FROM live_events
 WHERE tenant_id = :tenant AND id = ANY (:ids)
 ORDER BY created_at, id;

-- LIVE_SINCE (since time, limit i64) -> live_event
SELECT id, user_id, event, data
  FROM live_events
 WHERE tenant_id = :tenant AND created_at >= :since
 ORDER BY created_at, id
 LIMIT :limit;

-- LIVE_MISSED (user_id uuid, since time, limit i64) -> live_event
SELECT id, user_id, event, data
  FROM live_events
 WHERE tenant_id = :tenant AND created_at >= :since AND (user_id IS NULL OR user_id = :user_id)
 ORDER BY created_at, id
 LIMIT :limit;

-- LIVE_TRIM (older_than time, limit i64) -> nothing
DELETE FROM live_events AS e
 USING (SELECT o.tenant_id, o.id
          FROM live_events o
         WHERE o.tenant_id = :tenant AND o.created_at < :older_than
         LIMIT :limit) AS old
 WHERE e.tenant_id = :tenant AND old.tenant_id = e.tenant_id AND e.id = old.id;
