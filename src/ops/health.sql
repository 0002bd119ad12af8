-- What readiness asks.

-- PLATFORM SCHEMA_LAST -> (last i64)
SELECT coalesce(max(number), 0)::bigint AS last FROM schema_migrations;
