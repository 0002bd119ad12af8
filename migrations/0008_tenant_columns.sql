-- A tenant's own administrators rename it and choose its zone and currency. Its code, industry and
-- status are the platform's to change, also should a statement ever forget that.

REVOKE UPDATE ON tenants FROM optria_app;
GRANT UPDATE (name, time_zone, currency, version, updated_at) ON tenants TO optria_app;
