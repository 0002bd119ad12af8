-- What of the presets a tenant has already.

-- PRESET_THERE -> (kind text, code text)
SELECT 'class' AS kind, code FROM asset_classes WHERE tenant_id = :tenant
UNION ALL
SELECT 'carbon' AS kind, energy_type || ':' || coalesce(country, '') AS code
  FROM carbon_factors
 WHERE tenant_id = :tenant;
