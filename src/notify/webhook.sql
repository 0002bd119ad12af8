-- Systems that are told.

-- CONSTRAINT webhooks_name_key -> webhook.name_taken (name)

-- WEBHOOK_FIND -> webhook
SELECT id, name, url, topics, is_active, failures::bigint AS failures, failing_since, last_ok_at,
       stopped_at, last_error_code, last_error_facts, version, created_at, updated_at
  FROM webhooks
 WHERE tenant_id = :tenant
 ORDER BY name;

-- WEBHOOK_GET (id uuid) -> webhook
SELECT id, name, url, topics, is_active, failures::bigint AS failures, failing_since, last_ok_at,
       stopped_at, last_error_code, last_error_facts, version, created_at, updated_at
  FROM webhooks
 WHERE tenant_id = :tenant AND id = :id;

-- WEBHOOK_COUNT -> (total i64)
SELECT count(*) AS total FROM webhooks WHERE tenant_id = :tenant;

-- WEBHOOK_ADD (id uuid, name text, url text, secret bytes, topics texts, is_active bool, now time) -> nothing
INSERT INTO webhooks (tenant_id, id, name, url, secret, topics, is_active, created_at, updated_at)
VALUES (:tenant, :id, :name, :url, :secret, :topics, :is_active, :now, :now);

-- WEBHOOK_CHANGE (id uuid, name text, url text, topics texts, is_active bool, version i64, now time)
--             -> webhook
UPDATE webhooks
   SET name = :name, url = :url, topics = :topics,
       failures = CASE WHEN :is_active AND NOT is_active THEN 0 ELSE failures END,
       failing_since = CASE WHEN :is_active AND NOT is_active THEN NULL ELSE failing_since END,
       stopped_at = CASE WHEN :is_active THEN NULL ELSE stopped_at END,
       is_active = :is_active, version = version + 1, updated_at = :now
 WHERE tenant_id = :tenant AND id = :id AND version = :version
RETURNING id, name, url, topics, is_active, failures::bigint AS failures, failing_since, last_ok_at,
          stopped_at, last_error_code, last_error_facts, version, created_at, updated_at;

-- WEBHOOK_FORGET (id uuid) -> nothing
DELETE FROM outbox WHERE tenant_id = :tenant AND webhook_id = :id;

-- WEBHOOK_REMOVE (id uuid) -> nothing
DELETE FROM webhooks WHERE tenant_id = :tenant AND id = :id;

-- WEBHOOK_SET_SECRET (id uuid, secret bytes, now time) -> nothing
UPDATE webhooks SET secret = :secret, version = version + 1, updated_at = :now
 WHERE tenant_id = :tenant AND id = :id;

-- WEBHOOK_TARGET (id uuid) -> (name text, url text, secret bytes, is_active bool)
SELECT name, url, secret, is_active FROM webhooks WHERE tenant_id = :tenant AND id = :id;

-- WEBHOOK_TOOK (id uuid, now time) -> nothing
UPDATE webhooks
   SET failures = 0, failing_since = NULL, last_ok_at = :now, last_error_code = NULL,
       last_error_facts = NULL
 WHERE tenant_id = :tenant AND id = :id;

-- WEBHOOK_REFUSED (id uuid, error_code text, error_facts json, stop_before time, now time)
--             -> (name text, is_stopped bool)
-- Switched off when it has failed since before `stop_before`, and it was on until now.
UPDATE webhooks
   SET failures = failures + 1, failing_since = coalesce(failing_since, :now),
       last_error_code = :error_code, last_error_facts = :error_facts,
       is_active = is_active AND NOT coalesce(failing_since < :stop_before, false),
       stopped_at = CASE WHEN is_active AND failing_since < :stop_before THEN :now
                         ELSE stopped_at END
 WHERE tenant_id = :tenant AND id = :id
RETURNING name, NOT is_active AND stopped_at = :now AS is_stopped;

-- WEBHOOK_DROP_WAITING (id uuid, error_code text) -> nothing
UPDATE outbox SET status = 'dropped', error_code = :error_code
 WHERE tenant_id = :tenant AND webhook_id = :id AND status = 'waiting';
