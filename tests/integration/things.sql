-- Statements of the tests of db/, on tables of their own (support/db_fixture.c).

-- THING_FIND (name text?) -> (id uuid, name text, n i64)
SELECT id, name, n FROM things
 WHERE tenant_id = :tenant AND (:name IS NULL OR name = :name)
 ORDER BY name;

-- THING_COUNT -> (count i64)
SELECT count(*) AS count FROM things WHERE tenant_id = :tenant;

-- THING_ADD (id uuid, name text, n i64) -> nothing
INSERT INTO things (tenant_id, id, name, n) VALUES (:tenant, :id, :name, :n);

-- THING_SET (name text, n i64) -> nothing
UPDATE things SET n = :n WHERE tenant_id = :tenant AND name = :name;

-- THING_LOCK (name text) -> (id uuid)
SELECT id FROM things WHERE tenant_id = :tenant AND name = :name FOR UPDATE;

-- THING_PARENT (name text, parent_id uuid?) -> nothing
UPDATE things SET parent_id = :parent_id WHERE tenant_id = :tenant AND name = :name;

-- THING_SECRET_ADD -> nothing
-- Looks like a read to whoever does not know the function.
SELECT things_secret_add();

-- PLATFORM THING_ALL -> (tenant_id uuid, name text)
SELECT tenant_id, name FROM things ORDER BY name;

-- PLATFORM THING_ADD_ANYWHERE (tenant_id uuid, id uuid, name text) -> nothing
INSERT INTO things (tenant_id, id, name, n) VALUES (:tenant_id, :id, :name, 0);

-- WHO_AM_I -> (role text, tenant text, is_reading text, backend i64)
SELECT current_user::text AS role, current_setting('optria.tenant', true) AS tenant,
       current_setting('transaction_read_only') AS is_reading, pg_backend_pid() AS backend;

-- PLATFORM WHO_IS_IT -> (role text, tenant text, is_reading text, backend i64)
SELECT current_user::text AS role, current_setting('optria.tenant', true) AS tenant,
       current_setting('transaction_read_only') AS is_reading, pg_backend_pid() AS backend;

-- NAP (seconds f64) -> (done bool)
SELECT pg_sleep(:seconds) IS NOT NULL AS done;

-- SETTING (name text) -> (value text)
SELECT current_setting(:name) AS value;

-- DIVIDE (by i64) -> (result i64)
SELECT 1 / :by AS result;

-- STAR -> star
SELECT * FROM stars WHERE tenant_id = :tenant;

-- ECHO (text text, i64 i64, i32 i32, f64 f64, truth bool, uuid uuid, time time, date date, json json, bytes bytes, texts texts, uuids uuids, i64s i64s, f64s f64s, i32s i32s, times times, blobs blobs) -> echo
SELECT :text AS text, :i64 AS i64, :i32 AS i32, :f64 AS f64, :truth AS truth, :uuid AS uuid,
       :time AS time, :date AS date, :json AS json, :bytes AS bytes, :texts AS texts,
       :uuids AS uuids, :i64s AS i64s, :f64s AS f64s, :i32s AS i32s, :times AS times,
       :blobs AS blobs;

-- ECHO_NULL (text text?, i64 i64?, i32 i32?, f64 f64?, truth bool?, uuid uuid?, time time?, date date?, json json?, bytes bytes?, texts texts?, uuids uuids?, i64s i64s?, f64s f64s?, i32s i32s?, times times?, blobs blobs?) -> echo
SELECT :blobs AS blobs, :times AS times, :i32s AS i32s, :f64s AS f64s, :i64s AS i64s,
       :uuids AS uuids, :texts AS texts, :bytes AS bytes,
       :json AS json, :date AS date, :time AS time, :uuid AS uuid, :truth AS truth, :f64 AS f64,
       :i32 AS i32, :i64 AS i64, :text AS text;

-- NARROW -> (i64 i64, f64 f64, text text, json json, at_end time, at_start time, day date, small i32, i64s i64s, texts texts)
SELECT 7::int2 AS i64, 1.5::float4 AS f64, 'x'::varchar AS text, '[1]'::json AS json,
       'infinity'::timestamptz AS at_end, '-infinity'::timestamptz AS at_start,
       '-infinity'::date AS day, 3::int2 AS small, ARRAY[1, NULL, 3]::int4[] AS i64s,
       ARRAY[['a', NULL], ['', 'b']]::text[] AS texts;

-- ROWS (count i64) -> (n i64)
SELECT n FROM generate_series(1, :count) AS n;

-- LEVEL (text text?) -> level
SELECT :text AS level;

-- NUMERIC -> (n i64)
SELECT 1::numeric AS n;

-- STRANGER -> (n i64)
SELECT 1::bigint AS n, 2::bigint AS stranger;
