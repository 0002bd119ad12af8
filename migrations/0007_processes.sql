-- Platform metadata: which processes of the program run, so that readiness can say whether
-- anybody works off the queue, on whatever machine.

CREATE TABLE processes (
    name       text PRIMARY KEY, -- "host:pid"
    role       text NOT NULL CONSTRAINT processes_role_check
               CHECK (role IN ('serve', 'work', 'collect')),
    version    text NOT NULL,
    started_at timestamptz NOT NULL,
    beat_at    timestamptz NOT NULL
);
ALTER TABLE processes ENABLE ROW LEVEL SECURITY;
ALTER TABLE processes FORCE ROW LEVEL SECURITY;
CREATE POLICY processes_platform ON processes TO optria_platform USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON processes TO optria_platform;

-- Readiness compares what ran with what the program brings along.
GRANT SELECT ON schema_migrations TO optria_platform;
