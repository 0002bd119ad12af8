-- Whom it is told of.

-- AI_ASSET_NAMES (ids uuids) -> (id uuid, code text, name text, name_ar text)
SELECT id, code, name, name_ar FROM assets
 WHERE tenant_id = :tenant AND id = ANY (:ids)
 ORDER BY id;
