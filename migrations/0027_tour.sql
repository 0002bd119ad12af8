-- Who has seen the short tour of the program, and does not want it offered again.

ALTER TABLE users ADD COLUMN tour_seen_at timestamptz; -- null: it is offered on the first page
