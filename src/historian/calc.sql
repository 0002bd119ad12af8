-- Calculated series: what they read, and what has to be computed.

-- CALC_INPUT_BY_KEY (key text) -> calc_input
SELECT no, key, unit, is_state, gap_max_us
  FROM series
 WHERE tenant_id = :tenant AND key = :key;

-- CALC_FORGET_INPUTS (series_no i64) -> nothing
DELETE FROM series_inputs
 WHERE tenant_id = :tenant AND series_no = :series_no;

-- CALC_ADD_INPUTS (series_no i64, input_nos i32s) -> nothing
INSERT INTO series_inputs (tenant_id, series_no, input_no)
SELECT :tenant, :series_no, i.no
  FROM unnest(:input_nos) AS i (no);

-- CALC_READ_BY (series_nos i32s) -> (input_no i64, origin i64)
-- What these read; `origin` is the place in the list, from 1, of who reads it.
SELECT i.input_no, w.place AS origin
  FROM unnest(:series_nos) WITH ORDINALITY AS w (no, place)
  JOIN series_inputs i ON i.tenant_id = :tenant AND i.series_no = w.no;

-- CALC_READERS (input_no i64) -> (no i64, key text, unit text, expression text)
SELECT s.no, s.key, s.unit, s.expression
  FROM series_inputs i
  JOIN series s ON s.tenant_id = :tenant AND s.no = i.series_no
 WHERE i.tenant_id = :tenant AND i.input_no = :input_no
 ORDER BY s.no;

-- --- marking ------------------------------------------------------------------------------------

-- CALC_MARK_ALL (series_no i64, time_from time, time_to time) -> nothing
-- Instead of all that was marked before.
WITH gone AS (
    DELETE FROM series_dirty
     WHERE tenant_id = :tenant AND series_no = :series_no)
INSERT INTO series_dirty (tenant_id, series_no, time_from, time_to)
VALUES (:tenant, :series_no, :time_from, :time_to);

-- CALC_MARK (nos i32s, time_from times, time_to times) -> nothing
-- What reads these series, which changed in these spans.
INSERT INTO series_dirty (tenant_id, series_no, input_no, time_from, time_to)
SELECT :tenant, i.series_no, i.input_no, t.time_from, t.time_to
  FROM unnest(:nos, :time_from, :time_to) AS t (no, time_from, time_to)
  JOIN series_inputs i ON i.tenant_id = :tenant AND i.input_no = t.no;

-- CALC_INPUT_NOS () -> (no i64)
SELECT DISTINCT input_no AS no
  FROM series_inputs
 WHERE tenant_id = :tenant
 ORDER BY no;

-- CALC_NEW_BATCHES (limit i64) -> calc_batch
-- The fold has those that are locked, and notices them itself.
SELECT seq, time_min, time_max, series_min, series_max
  FROM series_batches
 WHERE tenant_id = :tenant AND NOT is_noticed
 ORDER BY seq
 LIMIT :limit
   FOR UPDATE SKIP LOCKED;

-- CALC_THESE_BATCHES (seqs i64s) -> calc_batch
SELECT seq, time_min, time_max, series_min, series_max
  FROM series_batches
 WHERE tenant_id = :tenant AND seq = ANY (:seqs) AND NOT is_noticed;

-- CALC_BATCH_BYTES (seq i64) -> (payload bytes)
SELECT payload
  FROM series_batches
 WHERE tenant_id = :tenant AND seq = :seq;

-- CALC_NOTICED (seqs i64s) -> nothing
UPDATE series_batches
   SET is_noticed = true
 WHERE tenant_id = :tenant AND seq = ANY (:seqs);

-- --- computing ----------------------------------------------------------------------------------

-- CALC_DIRTY_NOS () -> (no i64)
SELECT DISTINCT series_no AS no
  FROM series_dirty
 WHERE tenant_id = :tenant
 ORDER BY no;

-- CALC_EDGES () -> (series_no i64, input_no i64)
SELECT series_no, input_no
  FROM series_inputs
 WHERE tenant_id = :tenant
 ORDER BY series_no, input_no;

-- CALC_TAKE (series_nos i32s) -> calc_mark
-- What has to be computed of these. Whoever marks later finds its mark there next time.
DELETE FROM series_dirty
 WHERE tenant_id = :tenant AND series_no = ANY (:series_nos)
RETURNING series_no, input_no, time_from, time_to;

-- CALC_DEFINITIONS (series_nos i32s) -> (no i64, id uuid, key text, unit text, expression text, is_active bool)
SELECT no, id, key, unit, expression, is_active
  FROM series
 WHERE tenant_id = :tenant AND no = ANY (:series_nos)
 ORDER BY no;

-- CALC_INPUTS_OF (series_nos i32s) -> calc_edge
SELECT i.series_no, i.input_no, i.newest, s.key, s.unit, s.is_state, s.gap_max_us
  FROM series_inputs i
  JOIN series s ON s.tenant_id = :tenant AND s.no = i.input_no
 WHERE i.tenant_id = :tenant AND i.series_no = ANY (:series_nos)
 ORDER BY i.series_no, i.input_no;

-- CALC_FAILS_FIRST (series_no i64, now time, error_code text, error_facts json?) -> nothing
-- Touches nothing when it has failed before and not worked since.
INSERT INTO series_calc_failures (tenant_id, series_no, failing_since, failed_at, error_code,
                                  error_facts)
VALUES (:tenant, :series_no, :now, :now, :error_code, :error_facts)
ON CONFLICT (tenant_id, series_no) DO NOTHING;

-- CALC_FAILS_AGAIN (series_no i64, now time, error_code text, error_facts json?) -> nothing
UPDATE series_calc_failures
   SET failed_at = :now, error_code = :error_code, error_facts = :error_facts
 WHERE tenant_id = :tenant AND series_no = :series_no;

-- CALC_WORKS (series_nos i32s) -> nothing
DELETE FROM series_calc_failures
 WHERE tenant_id = :tenant AND series_no = ANY (:series_nos);

-- CALC_FAILURE_OF (series_no i64) -> calc_state
SELECT failing_since, failed_at, error_code, error_facts
  FROM series_calc_failures
 WHERE tenant_id = :tenant AND series_no = :series_no;

-- CALC_INPUTS_UNTIL (series_no i64) -> (until time)
-- The newest sample of any input that was computed with.
SELECT max(newest) AS until
  FROM series_inputs
 WHERE tenant_id = :tenant AND series_no = :series_no;

-- CALC_PUT_BACK (series_nos i32s, input_nos i32s, time_from times, time_to times) -> nothing
INSERT INTO series_dirty (tenant_id, series_no, input_no, time_from, time_to)
SELECT :tenant, t.no, t.input_no, t.time_from, t.time_to
  FROM unnest(:series_nos, :input_nos, :time_from, :time_to)
       AS t (no, input_no, time_from, time_to);

-- CALC_NEWEST (series_nos i32s, input_nos i32s, times times) -> nothing
UPDATE series_inputs AS i
   SET newest = t.newest
  FROM unnest(:series_nos, :input_nos, :times) AS t (series_no, input_no, newest)
 WHERE i.tenant_id = :tenant AND i.series_no = t.series_no AND i.input_no = t.input_no
   AND i.newest IS DISTINCT FROM t.newest;
