-- A job of a plan may take several days, and a plan is kept as long as somebody needs it.

ALTER TABLE optimization_recommendations
    ADD COLUMN days integer CONSTRAINT optimization_recommendations_days_check CHECK (days > 0);
