-- What is fitted.

-- AI_CLASS_ASSETS (class_id uuid) -> (id uuid)
SELECT id FROM assets
 WHERE tenant_id = :tenant AND class_id = :class_id AND status <> 'retired'
 ORDER BY id;

-- AI_CLASSES -> (id uuid, code text, assets i64)
-- Classes that have assets.
SELECT c.id, c.code, count(*) AS assets
  FROM asset_classes c
  JOIN assets a ON a.tenant_id = :tenant AND a.class_id = c.id AND a.status <> 'retired'
 WHERE c.tenant_id = :tenant
 GROUP BY c.id, c.code
 ORDER BY c.code;
