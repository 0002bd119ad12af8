-- What readiness asks.

-- PLATFORM AI_HEALTH -> (oldest time)
-- Of the tenants that are scored, the one whose newest score is oldest.
SELECT min(x.scored_at) AS oldest
  FROM tenants n
 CROSS JOIN LATERAL (SELECT c.scored_at
                       FROM asset_ai_scores c
                      WHERE c.tenant_id = n.id
                      ORDER BY c.scored_at DESC
                      LIMIT 1) x
 WHERE n.status = 'active';
