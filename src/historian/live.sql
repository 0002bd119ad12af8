-- What streams of newest values look at.

-- SERIES_LIVE_STATE -> (batches i64, mark i64)
-- Differs when batches have come or were folded, whatever the order in which they were committed:
-- the highest number and the count alone stay when an earlier number is committed late while the
-- fold takes another away.
SELECT count(*) AS batches, coalesce(bit_xor(hashint8extended(b.seq, 0)), 0) AS mark
  FROM series_batches b
 WHERE b.tenant_id = :tenant;
