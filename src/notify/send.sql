-- What is due, and what became of it.

-- SEND_MAIL_DUE (now time, limit i64) -> mail_waiting
-- All of the person whose turn it is.
SELECT o.id, o.user_id, o.digest_id, o.trace_id, o.urgency, o.tries::bigint AS tries, o.was_held,
       o.content
  FROM outbox o
  JOIN (SELECT f.tenant_id, f.user_id
          FROM outbox f
         WHERE f.tenant_id = :tenant AND f.status = 'waiting' AND f.channel = 'mail'
           AND f.next_at <= :now
         ORDER BY f.next_at, f.id
         LIMIT 1) AS person ON person.tenant_id = o.tenant_id AND person.user_id = o.user_id
 WHERE o.tenant_id = :tenant AND o.status = 'waiting' AND o.channel = 'mail' AND o.next_at <= :now
 ORDER BY o.created_at, o.id
 LIMIT :limit
   FOR UPDATE OF o SKIP LOCKED;

-- SEND_READER (user_id uuid, since time) -> send_reader
SELECT u.email, u.lang, coalesce(u.time_zone, t.time_zone) AS time_zone, u.is_active,
       u.arabic_digits, u.hijri,
       (SELECT count(DISTINCT coalesce(o.digest_id, o.id)) FROM outbox o
         WHERE o.tenant_id = :tenant AND o.user_id = u.id AND o.status = 'sent'
           AND o.sent_at > :since) AS sent_count,
       (SELECT min(o.sent_at) FROM outbox o
         WHERE o.tenant_id = :tenant AND o.user_id = u.id AND o.status = 'sent'
           AND o.sent_at > :since) AS sent_first
  FROM users u
  JOIN tenants t ON t.id = u.tenant_id
 WHERE u.tenant_id = :tenant AND u.id = :user_id;

-- SEND_HOLD (ids uuids, until time) -> nothing
UPDATE outbox SET next_at = :until, was_held = true
 WHERE tenant_id = :tenant AND id = ANY (:ids) AND status = 'waiting';

-- SEND_LEASE (ids uuids, digest_id uuid?, until time, now time) -> (first_try_at time, tries i64)
UPDATE outbox
   SET next_at = :until, tries = tries + 1, first_try_at = coalesce(first_try_at, :now),
       digest_id = coalesce(:digest_id, digest_id)
 WHERE tenant_id = :tenant AND id = ANY (:ids) AND status = 'waiting'
RETURNING first_try_at, tries::bigint AS tries;

-- SEND_DONE (ids uuids, now time) -> nothing
UPDATE outbox SET status = 'sent', sent_at = :now, error_code = NULL, error_facts = NULL
 WHERE tenant_id = :tenant AND id = ANY (:ids) AND status = 'waiting';

-- SEND_LATER (ids uuids, next_at time, error_code text, error_facts json) -> nothing
UPDATE outbox SET next_at = :next_at, error_code = :error_code, error_facts = :error_facts
 WHERE tenant_id = :tenant AND id = ANY (:ids) AND status = 'waiting';

-- SEND_END (ids uuids, status text, error_code text, error_facts json) -> nothing
UPDATE outbox SET status = :status, error_code = :error_code, error_facts = :error_facts
 WHERE tenant_id = :tenant AND id = ANY (:ids) AND status = 'waiting';

-- SEND_POST_DUE (now time, tired uuids) -> outbox_message
-- Of a webhook that has not failed a moment ago. The webhook is chosen first, and its row by the
-- index of what waits at each: however much waits at others is not walked past.
SELECT o.id, o.channel, o.status, o.topic, o.urgency, o.content->>'type' AS type,
       NULL::text AS recipient, o.user_id, o.webhook_id, o.tries::bigint AS tries, o.next_at,
       o.sent_at, o.created_at, o.was_held, o.digest_id, o.error_code, o.error_facts, o.trace_id,
       o.content
  FROM webhooks w
 CROSS JOIN LATERAL (SELECT d.tenant_id, d.id
                       FROM outbox d
                      WHERE d.tenant_id = :tenant AND d.webhook_id = w.id
                        AND d.status = 'waiting' AND d.channel = 'webhook' AND d.next_at <= :now
                      ORDER BY d.next_at, d.id
                      LIMIT 1) f
  JOIN outbox o ON o.tenant_id = :tenant AND o.id = f.id
 WHERE w.tenant_id = :tenant AND NOT w.id = ANY (:tired)
   AND o.status = 'waiting' AND o.next_at <= :now
 ORDER BY o.next_at, o.id
 LIMIT 1
   FOR UPDATE OF o SKIP LOCKED;
