-- The escalation ladder.

-- ESCALATION_ADD (id uuid, entity_type text, entity_id uuid, site_id uuid?, assignee_id uuid?,
--                 notice json, next_at time, trace_id uuid, now time) -> (id uuid)
-- Nothing comes back where there is one already.
INSERT INTO escalations (tenant_id, id, entity_type, entity_id, site_id, assignee_id, notice, level,
                         next_at, trace_id, created_at)
VALUES (:tenant, :id, :entity_type, :entity_id, :site_id, :assignee_id, :notice, 0, :next_at,
        :trace_id, :now)
ON CONFLICT (tenant_id, entity_type, entity_id) DO NOTHING
RETURNING id;

-- ESCALATION_HAND_OVER (id uuid, entity_type text, entity_id uuid, assignee_id uuid?, next_at time)
--                      -> escalation
-- The ladder begins again, with another first one and an id of its own: who was told of the earlier
-- one may be told again.
UPDATE escalations
   SET id = :id, assignee_id = :assignee_id, level = 0, next_at = :next_at, acknowledged_by = NULL,
       acknowledged_at = NULL
 WHERE tenant_id = :tenant AND entity_type = :entity_type AND entity_id = :entity_id
RETURNING id, entity_type, entity_id, site_id, assignee_id, notice, level::bigint AS level, trace_id,
          created_at;

-- ESCALATION_ACKNOWLEDGE (entity_type text, entity_id uuid, by_id uuid?, now time)
--                        -> (id uuid, trace_id uuid)
UPDATE escalations
   SET acknowledged_by = :by_id, acknowledged_at = :now, next_at = NULL
 WHERE tenant_id = :tenant AND entity_type = :entity_type AND entity_id = :entity_id
   AND acknowledged_at IS NULL
RETURNING id, trace_id;

-- ESCALATION_DUE (now time, limit i64) -> escalation
-- Held until the end of the transaction: who acknowledges meanwhile waits, and nobody else tells.
SELECT id, entity_type, entity_id, site_id, assignee_id, notice, level::bigint AS level, trace_id,
       created_at
  FROM escalations
 WHERE tenant_id = :tenant AND acknowledged_at IS NULL AND next_at <= :now
 ORDER BY next_at, id
 LIMIT :limit
   FOR UPDATE SKIP LOCKED;

-- ESCALATION_STEP (id uuid, level i32, next_at time?) -> nothing
UPDATE escalations
   SET level = :level, next_at = :next_at
 WHERE tenant_id = :tenant AND id = :id;
