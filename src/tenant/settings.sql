-- What a tenant decides for itself: one document per tenant.

-- SETTINGS_GET -> (settings json, version i64)
SELECT settings, version FROM tenant_settings WHERE tenant_id = :tenant;

-- SETTINGS_ADD (now time) -> nothing
INSERT INTO tenant_settings (tenant_id, updated_at) VALUES (:tenant, :now);

-- SETTINGS_PUT (decided json, version i64, now time) -> (version i64)
-- Adds to the document what was decided now. Keys of other versions of the program stay in it.
-- Nothing comes back when somebody was faster.
INSERT INTO tenant_settings AS t (tenant_id, settings, version, updated_at)
VALUES (:tenant, :decided, 1, :now)
ON CONFLICT (tenant_id) DO UPDATE
   SET settings = t.settings || excluded.settings, version = t.version + 1, updated_at = :now
 WHERE t.version = :version
RETURNING version;
