-- Files of orders.

-- WORK_ORDER_FILES (work_order_id uuid) -> work_order_file
SELECT f.id, f.name, f.media_type, f.bytes, encode(f.sha256, 'hex') AS sha256, f.made_by,
       u.full_name AS made_by_name, f.made_at
  FROM work_order_files f
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = f.made_by_id
 WHERE f.tenant_id = :tenant AND f.work_order_id = :work_order_id
 ORDER BY f.made_at, f.id
 LIMIT 1000;

-- WORK_ORDER_FILE_ADD (id uuid, work_order_id uuid, name text, media_type text, bytes i64,
--                      sha256 bytes, content bytes, made_by text, made_by_id uuid?, now time)
--                     -> nothing
INSERT INTO work_order_files (tenant_id, id, work_order_id, name, media_type, bytes, sha256,
                              content, made_by, made_by_id, made_at)
VALUES (:tenant, :id, :work_order_id, :name, :media_type, :bytes, :sha256, :content, :made_by,
        :made_by_id, :now);

-- WORK_ORDER_FILE_GET (id uuid, work_order_id uuid) -> (content bytes)
SELECT content
  FROM work_order_files
 WHERE tenant_id = :tenant AND id = :id AND work_order_id = :work_order_id;
