-- Work orders.

-- CONSTRAINT work_orders_number_key -> work_order.number_taken
-- CONSTRAINT work_orders_tenant_id_asset_id_fkey -> work_order.asset_unknown

-- WORK_ORDER_ADD_PAST (ids uuids, numbers texts, sources texts, source_ids texts, asset_ids uuids,
--                      component_codes texts, titles texts, kinds texts, statuses texts,
--                      priorities texts, started times, finished times, now time) -> (id uuid)
-- The site is the asset's; the order was made when its work began. A zero asset is none.
INSERT INTO work_orders (tenant_id, id, number, source, source_id, site_id, asset_id, component_id,
                         title, kind, status, priority, started_at, finished_at, created_at,
                         updated_at)
SELECT :tenant, o.id, o.number, o.source, o.source_id, a.site_id,
       nullif(o.asset_id, '00000000-0000-0000-0000-000000000000'), c.id, o.title, o.kind, o.status,
       o.priority, o.started, o.finished, coalesce(o.started, o.finished, :now), :now
  FROM unnest(:ids, :numbers, :sources, :source_ids, :asset_ids, :component_codes, :titles, :kinds,
              :statuses, :priorities, :started, :finished)
       AS o (id, number, source, source_id, asset_id, component_code, title, kind, status, priority,
             started, finished)
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = o.asset_id
  LEFT JOIN asset_components c
         ON c.tenant_id = :tenant AND c.asset_id = o.asset_id AND c.code = o.component_code
 ORDER BY o.source, o.source_id
ON CONFLICT (tenant_id, source, source_id) DO NOTHING
RETURNING id;
