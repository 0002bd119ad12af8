-- Names that pages of alarms show.

-- ALARM_SITES (limit i64) -> (id uuid, name text, name_ar text)
SELECT id, name, name_ar
  FROM sites
 WHERE tenant_id = :tenant
 ORDER BY code
 LIMIT :limit;

-- ALARM_SILENCE_NAMES (ids uuids) -> (id uuid, rule text, asset text, site text, who text)
SELECT s.id, r.code AS rule, a.code AS asset, i.code AS site, u.full_name AS who
  FROM alarm_silences s
  LEFT JOIN alarm_rules r ON r.tenant_id = :tenant AND r.id = s.rule_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = s.asset_id
  LEFT JOIN sites i ON i.tenant_id = :tenant AND i.id = s.site_id
  LEFT JOIN users u ON u.tenant_id = :tenant AND u.id = s.made_by
 WHERE s.tenant_id = :tenant AND s.id = ANY (:ids);

-- ALARM_PLACES (class text?, asset text?, site text?) -> (class_id uuid, asset_id uuid, site_id uuid)
-- What codes mean; a code that there is none of gives nothing.
SELECT (SELECT c.id FROM asset_classes c WHERE c.tenant_id = :tenant AND c.code = :class) AS class_id,
       (SELECT a.id FROM assets a WHERE a.tenant_id = :tenant AND a.code = :asset) AS asset_id,
       (SELECT s.id FROM sites s WHERE s.tenant_id = :tenant AND s.code = :site) AS site_id;

-- ALARM_PLACE_CODES (class_id uuid, asset_id uuid, site_id uuid)
--   -> (class text, asset text, site text)
SELECT (SELECT c.code FROM asset_classes c WHERE c.tenant_id = :tenant AND c.id = :class_id) AS class,
       (SELECT a.code FROM assets a WHERE a.tenant_id = :tenant AND a.id = :asset_id) AS asset,
       (SELECT s.code FROM sites s WHERE s.tenant_id = :tenant AND s.id = :site_id) AS site;

-- ALARM_KNOWN (limit i64) -> (kind text, value text, label text)
-- What a rule's form offers: classes, sites, metrics, the first assets.
SELECT 'class' AS kind, code AS value, name AS label FROM asset_classes WHERE tenant_id = :tenant
UNION ALL
SELECT 'site', code, name FROM sites WHERE tenant_id = :tenant
UNION ALL
SELECT 'metric', m.metric, min(m.name) FROM asset_class_metrics m WHERE m.tenant_id = :tenant
 GROUP BY m.metric
UNION ALL
(SELECT 'asset', a.code, a.name FROM assets a WHERE a.tenant_id = :tenant ORDER BY a.code LIMIT :limit)
ORDER BY 1, 2;

-- ALARM_RULE_OWNERS (ids uuids) -> (id uuid, class text, asset text, site text, raised i64, active i64)
SELECT r.id, c.code AS class, a.code AS asset, s.code AS site,
       (SELECT count(*) FROM alerts x
         WHERE x.tenant_id = :tenant AND x.rule_id = r.id
           AND x.raised_at > now() - interval '7 days') AS raised,
       (SELECT count(*) FROM alerts x
         WHERE x.tenant_id = :tenant AND x.rule_id = r.id AND x.cleared_at IS NULL) AS active
  FROM alarm_rules r
  LEFT JOIN asset_classes c ON c.tenant_id = :tenant AND c.id = r.class_id
  LEFT JOIN assets a ON a.tenant_id = :tenant AND a.id = r.asset_id
  LEFT JOIN sites s ON s.tenant_id = :tenant AND s.id = r.site_id
 WHERE r.tenant_id = :tenant AND r.id = ANY (:ids);

-- ALARM_METRIC (asset_id uuid, metric text) -> (name text, name_ar text)
-- As the asset's class calls it.
SELECT m.name, m.name_ar
  FROM assets a
  JOIN asset_class_metrics m
    ON m.tenant_id = :tenant AND m.class_id = a.class_id AND m.metric = :metric
 WHERE a.tenant_id = :tenant AND a.id = :asset_id;

-- ALERT_SERIES (id uuid) -> (series_id uuid)
SELECT s.id AS series_id
  FROM alerts x
  JOIN series s ON s.tenant_id = :tenant AND s.no = x.series_no
 WHERE x.tenant_id = :tenant AND x.id = :id;
