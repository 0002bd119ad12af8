-- What waits to leave the program.

-- OUTBOX_ADD_MAIL (ids uuids, user_ids uuids, notification_ids uuids, topic text, urgency text,
--                  content json, once_key text?, trace_id uuid?, now time) -> nothing
INSERT INTO outbox (tenant_id, id, channel, user_id, notification_id, topic, urgency, content,
                    next_at, once_key, trace_id, created_at)
SELECT :tenant, m.id, 'mail', m.user_id,
       nullif(m.notification_id, '00000000-0000-0000-0000-000000000000'::uuid),
       :topic, :urgency, :content, :now, m.user_id::text || ':' || :once_key, :trace_id, :now
  FROM unnest(:ids, :user_ids, :notification_ids) AS m (id, user_id, notification_id)
ON CONFLICT (tenant_id, channel, once_key) DO NOTHING;

-- OUTBOX_WEBHOOKS (topic text) -> (id uuid)
SELECT id
  FROM webhooks
 WHERE tenant_id = :tenant AND is_active AND (topics = '{}' OR :topic = ANY (topics))
 ORDER BY id;

-- OUTBOX_ADD_WEBHOOK (ids uuids, webhook_ids uuids, topic text, urgency text, content json,
--                     once_key text?, trace_id uuid?, now time) -> nothing
INSERT INTO outbox (tenant_id, id, channel, webhook_id, topic, urgency, content, next_at, once_key,
                    trace_id, created_at)
SELECT :tenant, m.id, 'webhook', m.webhook_id, :topic, :urgency, :content, :now,
       m.webhook_id::text || ':' || :once_key, :trace_id, :now
  FROM unnest(:ids, :webhook_ids) AS m (id, webhook_id)
ON CONFLICT (tenant_id, channel, once_key) DO NOTHING;

-- OUTBOX_FIND (channel text?, status text?, webhook_id uuid?, before_at time?, before_id uuid?,
--              limit i64) -> outbox_message
SELECT o.id, o.channel, o.status, o.topic, o.urgency, o.content->>'type' AS type,
       coalesce(u.email, w.name) AS recipient, o.user_id, o.webhook_id, o.tries::bigint AS tries,
       o.next_at, o.sent_at, o.created_at, o.was_held, o.digest_id, o.error_code, o.error_facts,
       o.trace_id, o.content
  FROM outbox o
  LEFT JOIN users u ON u.tenant_id = o.tenant_id AND u.id = o.user_id
  LEFT JOIN webhooks w ON w.tenant_id = o.tenant_id AND w.id = o.webhook_id
 WHERE o.tenant_id = :tenant
   AND (:channel IS NULL OR o.channel = :channel)
   AND (:status IS NULL OR o.status = :status)
   AND (:webhook_id IS NULL OR o.webhook_id = :webhook_id)
   AND (:before_at IS NULL OR (o.created_at, o.id) < (:before_at, :before_id))
 ORDER BY o.created_at DESC, o.id DESC
 LIMIT :limit;

-- OUTBOX_COUNT (since time) -> outbox_counts
SELECT (SELECT count(*) FROM outbox WHERE tenant_id = :tenant AND status = 'waiting') AS waiting,
       (SELECT count(*) FROM outbox WHERE tenant_id = :tenant AND status = 'failed') AS failed,
       (SELECT count(*) FROM outbox
         WHERE tenant_id = :tenant AND status = 'sent' AND sent_at >= :since) AS sent_today;

-- OUTBOX_STATE (id uuid) -> (status text, webhook_is_active bool)
SELECT o.status, coalesce(w.is_active, true) AS webhook_is_active
  FROM outbox o
  LEFT JOIN webhooks w ON w.tenant_id = o.tenant_id AND w.id = o.webhook_id
 WHERE o.tenant_id = :tenant AND o.id = :id
   FOR UPDATE OF o;

-- OUTBOX_AGAIN (id uuid, now time) -> nothing
UPDATE outbox
   SET status = 'waiting', next_at = :now, first_try_at = NULL, tries = 0
 WHERE tenant_id = :tenant AND id = :id;

-- OUTBOX_TRIM (older_than time, limit i64) -> nothing
-- What still waits stays, however old.
DELETE FROM outbox AS o
 USING (SELECT d.tenant_id, d.id
          FROM outbox d
         WHERE d.tenant_id = :tenant AND d.created_at < :older_than AND d.status <> 'waiting'
         LIMIT :limit) AS old
 WHERE o.tenant_id = :tenant AND old.tenant_id = o.tenant_id AND o.id = old.id;
