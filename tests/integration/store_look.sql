-- What the tests of the record look at: its tables as they are.

-- LOOK_SEALED (series_no i32) -> store_chunk
SELECT series_no, time_first, time_last, known_last, samples, good, value_min, value_max,
       value_sum, value_first, value_last, quality_last, summary, payload
  FROM series_chunks
 WHERE tenant_id = :tenant AND series_no = :series_no
 ORDER BY time_first;

-- LOOK_OPEN (series_no i32) -> store_chunk
SELECT series_no, time_first, time_last, known_last, samples, good, value_min, value_max,
       value_sum, value_first, value_last, quality_last, summary, payload
  FROM series_open
 WHERE tenant_id = :tenant AND series_no = :series_no;

-- LOOK_HISTORY (series_no i32) -> (superseded_at time, time_first time, time_last time,
--     samples i64, reason text, payload bytes)
SELECT superseded_at, time_first, time_last, samples, reason, payload
  FROM series_history
 WHERE tenant_id = :tenant AND series_no = :series_no
 ORDER BY superseded_at, time_first;

-- LOOK_LAST (series_no i32) -> (time time, value f64, quality i64, known_at time)
SELECT time, value, quality, known_at
  FROM series_last
 WHERE tenant_id = :tenant AND series_no = :series_no;
