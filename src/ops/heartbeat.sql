-- Processes of the program.

-- PLATFORM PROCESS_BEAT (name text, role text, version text, started_at time, now time) -> nothing
INSERT INTO processes (name, role, version, started_at, beat_at)
VALUES (:name, :role, :version, :started_at, :now)
ON CONFLICT (name) DO UPDATE
   SET beat_at = excluded.beat_at, role = excluded.role, version = excluded.version,
       started_at = excluded.started_at;

-- PLATFORM PROCESS_GONE (name text) -> nothing
DELETE FROM processes WHERE name = :name;

-- PLATFORM PROCESS_TRIM (before time) -> nothing
DELETE FROM processes WHERE beat_at < :before;

-- PLATFORM PROCESS_FIND (since time) -> process_row
SELECT name, role, version, started_at, beat_at
  FROM processes
 WHERE beat_at >= :since
 ORDER BY role, name;
