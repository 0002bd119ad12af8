-- The black box, rounded off.

-- Whoever was told of a thing hears how it goes on.
CREATE INDEX notifications_entity_idx ON notifications (tenant_id, entity_id, entity_type)
    WHERE entity_id IS NOT NULL;

-- Events by what few of them have, in the order of time. The one by category and severity served
-- nobody: time came last in it.
DROP INDEX blackbox_events_category_idx;
CREATE INDEX blackbox_events_severity_idx ON blackbox_events (tenant_id, severity, event_time, id)
    WHERE severity <> 'INFO';
CREATE INDEX blackbox_events_category_idx
    ON blackbox_events (tenant_id, event_category, event_time, id)
    WHERE event_category <> 'SENSOR';
CREATE INDEX blackbox_events_system_idx
    ON blackbox_events (tenant_id, source_system, event_time, id);

-- Of an asset, in an order that ends with the id as pages do.
DROP INDEX blackbox_events_asset_idx;
CREATE INDEX blackbox_events_asset_idx ON blackbox_events (tenant_id, asset_id, event_time, id);

-- What is due at a webhook, whatever waits at others.
CREATE INDEX outbox_webhook_due_idx ON outbox (tenant_id, webhook_id, next_at, id)
    WHERE status = 'waiting' AND channel = 'webhook';

-- Two incidents that became one: the order of the one that was merged was cancelled in favour of
-- this one, or goes on beside it.
ALTER TABLE work_orders ADD COLUMN joined_to_id uuid;
ALTER TABLE work_orders ADD FOREIGN KEY (tenant_id, joined_to_id)
    REFERENCES work_orders (tenant_id, id);
CREATE INDEX work_orders_joined_idx ON work_orders (tenant_id, joined_to_id)
    WHERE joined_to_id IS NOT NULL;
-- The chain makes one order for an incident; one that was joined to another is not counted, so that
-- an incident that stands alone again gets its own.
DROP INDEX work_orders_auto_key;
CREATE UNIQUE INDEX work_orders_auto_key ON work_orders (tenant_id, incident_id)
    WHERE source = 'BLACKBOX_AUTO' AND joined_to_id IS NULL;
