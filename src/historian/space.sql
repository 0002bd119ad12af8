-- How much room samples take.

-- SPACE_PAGE (after i64, tenant_days i64, limit i64, measured i64) -> space_row
-- Of each series, in the order of their numbers: its chunks are counted (the index alone is read),
-- the newest few of them measured; the growing chunk and the history as they are.
SELECT s.no, s.id, coalesce(s.retention_days, :tenant_days) AS retention_days, c.chunks,
       m.chunks AS measured, m.bytes AS measured_bytes, m.samples AS measured_samples,
       m.time_first AS measured_from, m.time_last AS measured_to, o.bytes AS open_bytes,
       o.samples AS open_samples, o.time_first AS open_from, o.time_last AS open_to,
       h.rows AS history_rows, h.bytes AS history_bytes
  FROM (SELECT no, id, retention_days
          FROM series
         WHERE tenant_id = :tenant AND no > :after
         ORDER BY no
         LIMIT :limit) s
 CROSS JOIN LATERAL (SELECT count(*) AS chunks
                       FROM series_chunks x
                      WHERE x.tenant_id = :tenant AND x.series_no = s.no) c
 CROSS JOIN LATERAL (SELECT count(*) AS chunks, sum(n.bytes)::bigint AS bytes,
                            sum(n.samples)::bigint AS samples, min(n.time_first) AS time_first,
                            max(n.time_last) AS time_last
                       FROM (SELECT octet_length(x.payload) + coalesce(octet_length(x.summary), 0)
                                    AS bytes, x.samples, x.time_first, x.time_last
                               FROM series_chunks x
                              WHERE x.tenant_id = :tenant AND x.series_no = s.no
                              ORDER BY x.time_first DESC
                              LIMIT :measured) n) m
  LEFT JOIN LATERAL (SELECT octet_length(x.payload) + coalesce(octet_length(x.summary), 0)
                            AS bytes, x.samples, x.time_first, x.time_last
                       FROM series_open x
                      WHERE x.tenant_id = :tenant AND x.series_no = s.no
                      LIMIT 1) o ON true
 CROSS JOIN LATERAL (SELECT count(*) AS rows, sum(octet_length(x.payload))::bigint AS bytes
                       FROM series_history x
                      WHERE x.tenant_id = :tenant AND x.series_no = s.no) h
 ORDER BY s.no;
