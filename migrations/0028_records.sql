-- A tenant whose plant is a record of the past: nothing is known beyond this moment, so it is what
-- "now" means for whatever is computed or shown of it. Null: the plant lives.
ALTER TABLE tenants ADD COLUMN stands_at timestamptz;
