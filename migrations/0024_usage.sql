-- What the platform's owner sees of how tenants use the installation: how many assets each has, and
-- how many plans it made when. Whose, and nothing of what stands in them.

CREATE POLICY assets_platform ON assets FOR SELECT TO optria_platform USING (true);
GRANT SELECT (tenant_id) ON assets TO optria_platform;
CREATE POLICY optimization_runs_platform ON optimization_runs FOR SELECT TO optria_platform USING (true);
GRANT SELECT (tenant_id, created_at) ON optimization_runs TO optria_platform;
