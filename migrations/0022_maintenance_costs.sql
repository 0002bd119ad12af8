-- What tells a failure from the same work done in time. Null: not known, and nothing is added.

ALTER TABLE optimization_cost_models
    ADD COLUMN secondary_minor bigint CONSTRAINT optimization_cost_models_secondary_check CHECK (
        secondary_minor >= 0),              -- what a failure damages beside itself
    ADD COLUMN failure_delay_h double precision CONSTRAINT optimization_cost_models_delay_check CHECK (
        failure_delay_h >= 0),              -- from failing until the repair begins: call-out, finding, parts
    ADD COLUMN planned_stop_per_hour_minor bigint CONSTRAINT optimization_cost_models_stop_check CHECK (
        planned_stop_per_hour_minor >= 0),  -- production lost in an hour of a planned stop
    ADD COLUMN discount_percent double precision CONSTRAINT optimization_cost_models_discount_check CHECK (
        discount_percent BETWEEN 0 AND 100); -- a year: what money that is spent later is worth
