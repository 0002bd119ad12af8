-- Backtests of maintenance that a tenant keeps.

-- BACKTEST_STORE (id uuid, dataset text, first_day date, last_day date, result json, made_by text,
--     now time) -> nothing
-- Money is in the tenant's currency.
INSERT INTO maintenance_backtests
       (tenant_id, id, dataset, first_day, last_day, result, currency, made_by, created_at)
SELECT :tenant, :id, :dataset, :first_day, :last_day, :result, t.currency, :made_by, :now
  FROM tenants t
 WHERE t.id = :tenant;

-- BACKTEST_NEWEST -> backtest_stored
SELECT id, dataset, first_day, last_day, result, currency, made_by, created_at
  FROM maintenance_backtests
 WHERE tenant_id = :tenant
 ORDER BY created_at DESC, id DESC
 LIMIT 1;
