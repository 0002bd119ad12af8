-- Samples as they arrive.

-- What is over for long raises no alarm: whoever watches (historian/watch.h) has no use for it.

-- BATCH_ADD (received_at time, time_min time, time_max time, series_min i64, series_max i64,
--     samples i64, is_noticed bool, payload bytes) -> nothing
INSERT INTO series_batches (tenant_id, received_at, time_min, time_max, series_min, series_max,
                            samples, is_noticed, is_seen, payload)
VALUES (:tenant, :received_at, :time_min, :time_max, :series_min, :series_max, :samples,
        :is_noticed,
        :time_max < :received_at - interval '1 hour'
        OR NOT EXISTS (SELECT FROM series_watches w WHERE w.tenant_id = :tenant), :payload);
