-- Causal rules, their versions, and what they said.

-- CONSTRAINT rca_rules_code_key -> rca_rule.code_taken (code)

-- RCA_RULE_GET (id uuid) -> rca_rule
SELECT r.id, r.code, r.body, r.is_enabled, r.source, r.approved_by, r.approved_at, r.version,
       r.created_at, r.updated_at, h.hits, h.confirmed, h.refuted, h.since
  FROM rca_rules r
 CROSS JOIN LATERAL (
       SELECT count(*) AS hits, count(*) FILTER (WHERE verdict = 'confirmed') AS confirmed,
              count(*) FILTER (WHERE verdict = 'refuted') AS refuted, min(hit_at) AS since
         FROM rca_rule_hits
        WHERE tenant_id = :tenant AND rule_id = r.id) h
 WHERE r.tenant_id = :tenant AND r.id = :id;

-- RCA_RULE_FIND (search text?, class_code text?, source text?, only_enabled bool, after text?, limit i64) -> rca_rule
SELECT r.id, r.code, r.body, r.is_enabled, r.source, r.approved_by, r.approved_at, r.version,
       r.created_at, r.updated_at, h.hits, h.confirmed, h.refuted, h.since
  FROM rca_rules r
 CROSS JOIN LATERAL (
       SELECT count(*) AS hits, count(*) FILTER (WHERE verdict = 'confirmed') AS confirmed,
              count(*) FILTER (WHERE verdict = 'refuted') AS refuted, min(hit_at) AS since
         FROM rca_rule_hits
        WHERE tenant_id = :tenant AND rule_id = r.id) h
 WHERE r.tenant_id = :tenant
   AND (:after IS NULL OR r.code > :after)
   AND (:source IS NULL OR r.source = :source)
   AND (NOT :only_enabled OR r.is_enabled)
   AND (:search IS NULL
        OR position(lower(:search) IN lower(r.code)) > 0
        OR position(lower(:search) IN lower(r.body -> 'name' ->> 'en')) > 0
        OR position(lower(:search) IN lower(r.body -> 'name' ->> 'ar')) > 0)
   AND (:class_code IS NULL
        OR r.body -> 'applies_to_asset_type' IS NULL
        OR r.body -> 'applies_to_asset_type' @> to_jsonb(:class_code))
 ORDER BY r.code
 LIMIT :limit;

-- RCA_RULE_BY_CODE (code text) -> (id uuid, body json, is_enabled bool, version i64)
SELECT id, body, is_enabled, version FROM rca_rules WHERE tenant_id = :tenant AND code = :code;

-- RCA_RULE_COUNT -> (count i64)
SELECT count(*) AS count FROM rca_rules WHERE tenant_id = :tenant;

-- RCA_RULE_ADD (id uuid, code text, body json, is_enabled bool, source text, now time) -> nothing
INSERT INTO rca_rules (tenant_id, id, code, body, is_enabled, source, created_at, updated_at)
VALUES (:tenant, :id, :code, :body, :is_enabled, :source, :now, :now);

-- RCA_RULE_CHANGE (id uuid, version i64, code text, body json, is_enabled bool, now time) -> nothing
-- Another text of a learned rule is for a person to approve again.
UPDATE rca_rules
   SET code = :code, is_enabled = :is_enabled, version = version + 1, updated_at = :now,
       approved_by = CASE WHEN body = :body THEN approved_by END,
       approved_at = CASE WHEN body = :body THEN approved_at END,
       body = :body
 WHERE tenant_id = :tenant AND id = :id AND version = :version;

-- RCA_RULE_APPROVE (id uuid, user_id uuid, now time) -> nothing
UPDATE rca_rules SET approved_by = :user_id, approved_at = :now, updated_at = :now
 WHERE tenant_id = :tenant AND id = :id AND source = 'learned';

-- RCA_RULE_REMOVE (id uuid) -> nothing
DELETE FROM rca_rules WHERE tenant_id = :tenant AND id = :id;

-- RCA_RULE_VERSION_ADD (rule_id uuid, made_by text, now time) -> nothing
INSERT INTO rca_rule_versions (tenant_id, rule_id, version, body, is_enabled, made_by, made_at)
SELECT :tenant, r.id, r.version, r.body, r.is_enabled, :made_by, :now
  FROM rca_rules r
 WHERE r.tenant_id = :tenant AND r.id = :rule_id;

-- RCA_RULE_VERSIONS_REMOVE (rule_id uuid) -> nothing
DELETE FROM rca_rule_versions WHERE tenant_id = :tenant AND rule_id = :rule_id;

-- RCA_RULE_VERSIONS (rule_id uuid, limit i64) -> rule_version
SELECT version, body, is_enabled, made_by, made_at
  FROM rca_rule_versions
 WHERE tenant_id = :tenant AND rule_id = :rule_id
 ORDER BY version DESC
 LIMIT :limit;

-- RCA_RULE_ACTIVE (known_at time?, limit i64) -> (id uuid, code text, version i64, body json, confirmed i64, refuted i64)
SELECT r.id, r.code, r.version, r.body, h.confirmed, h.refuted
  FROM rca_rules r
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE verdict = 'confirmed') AS confirmed,
              count(*) FILTER (WHERE verdict = 'refuted') AS refuted
         FROM rca_rule_hits
        WHERE tenant_id = :tenant AND rule_id = r.id
          AND (:known_at IS NULL OR judged_at <= :known_at)) h
 WHERE r.tenant_id = :tenant AND r.is_enabled
   AND (r.source <> 'learned' OR r.approved_at IS NOT NULL)
 ORDER BY r.code
 LIMIT :limit;

-- RCA_RULE_EXPORT (limit i64) -> (code text, is_enabled bool, body json)
SELECT code, is_enabled, body FROM rca_rules WHERE tenant_id = :tenant ORDER BY code LIMIT :limit;

-- RCA_HITS_TAKE_BACK (incident_id uuid) -> nothing
DELETE FROM rca_rule_hits
 WHERE tenant_id = :tenant AND incident_id = :incident_id AND verdict IS NULL;

-- RCA_HITS_ADD (incident_id uuid, rule_ids uuids, versions i64s, causes texts, weights f64s, now time) -> nothing
INSERT INTO rca_rule_hits (tenant_id, rule_id, incident_id, rule_version, cause, weight, hit_at)
SELECT :tenant, u.rule_id, :incident_id, u.version, u.cause, u.weight, :now
  FROM unnest(:rule_ids, :versions, :causes, :weights) AS u (rule_id, version, cause, weight)
    ON CONFLICT (tenant_id, rule_id, incident_id)
    DO UPDATE SET rule_version = excluded.rule_version, cause = excluded.cause,
                  weight = excluded.weight;

-- RCA_HITS_JUDGE (incident_id uuid, cause text?, now time) -> nothing
UPDATE rca_rule_hits
   SET verdict = CASE WHEN :cause IS NULL THEN NULL
                      WHEN cause = :cause THEN 'confirmed' ELSE 'refuted' END,
       judged_at = CASE WHEN :cause IS NOT NULL THEN :now END
 WHERE tenant_id = :tenant AND incident_id = :incident_id;

-- RCA_PAST_CASES (rule_id uuid, limit i64) -> (incident_id uuid, number i64, title text, title_ar text,
--     happened_at time, cause text, cause_name text, cause_name_ar text, features json, hit_before bool)
-- The cause by the name of its failure mode, else by the label of a rule that names it.
SELECT c.incident_id, i.number, i.title, i.title_ar, c.happened_at, c.cause,
       coalesce(m.name, r.label ->> 'en') AS cause_name,
       coalesce(m.name_ar, r.label ->> 'ar') AS cause_name_ar, c.features,
       h.rule_id IS NOT NULL AS hit_before
  FROM rca_cases c
  JOIN blackbox_incidents i ON i.tenant_id = c.tenant_id AND i.id = c.incident_id
  LEFT JOIN rca_rule_hits h
    ON h.tenant_id = c.tenant_id AND h.incident_id = c.incident_id AND h.rule_id = :rule_id
  LEFT JOIN LATERAL (
       SELECT f.name, f.name_ar
         FROM asset_failure_modes f
        WHERE f.tenant_id = :tenant AND f.code = c.cause
        ORDER BY f.class_id = c.class_id DESC NULLS LAST, f.id
        LIMIT 1) m ON true
  LEFT JOIN LATERAL (
       SELECT x.body #> '{result,label}' AS label
         FROM rca_rules x
        WHERE x.tenant_id = :tenant AND x.body #>> '{result,cause}' = c.cause
        ORDER BY x.code
        LIMIT 1) r ON m.name IS NULL
 WHERE c.tenant_id = :tenant
 ORDER BY c.happened_at DESC, c.incident_id
 LIMIT :limit;

-- RCA_RULE_CLASSES (limit i64) -> (code text, name text, name_ar text)
SELECT code, name, name_ar FROM asset_classes WHERE tenant_id = :tenant ORDER BY code LIMIT :limit;
