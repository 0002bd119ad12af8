-- Samples as they arrive.

-- BATCH_ADD (received_at time, time_min time, time_max time, series_min i64, series_max i64,
--     samples i64, is_noticed bool, payload bytes) -> nothing
INSERT INTO series_batches (tenant_id, received_at, time_min, time_max, series_min, series_max,
                            samples, is_noticed, payload)
VALUES (:tenant, :received_at, :time_min, :time_max, :series_min, :series_max, :samples,
        :is_noticed, :payload);
