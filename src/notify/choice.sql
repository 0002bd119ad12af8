-- What a person wants to hear of, and when mail waits.

-- CHOICE_FIND (user_id uuid) -> choice_row
SELECT topic, in_app, by_mail, urgency_min
  FROM notification_choices
 WHERE tenant_id = :tenant AND user_id = :user_id;

-- CHOICE_PUT (user_id uuid, topic text, in_app bool, by_mail bool, urgency_min text, now time) -> nothing
INSERT INTO notification_choices (tenant_id, user_id, topic, in_app, by_mail, urgency_min, updated_at)
VALUES (:tenant, :user_id, :topic, :in_app, :by_mail, :urgency_min, :now)
ON CONFLICT (tenant_id, user_id, topic) DO UPDATE
   SET in_app = excluded.in_app, by_mail = excluded.by_mail, urgency_min = excluded.urgency_min,
       updated_at = excluded.updated_at;

-- QUIET_GET (user_id uuid) -> notify_quiet
SELECT starts_min::bigint AS starts_min, length_min::bigint AS length_min, days::bigint AS days,
       hourly_max::bigint AS hourly_max
  FROM notification_quiet
 WHERE tenant_id = :tenant AND user_id = :user_id;

-- QUIET_PUT (user_id uuid, starts_min i64, length_min i64, days i64, hourly_max i64, now time) -> nothing
INSERT INTO notification_quiet (tenant_id, user_id, starts_min, length_min, days, hourly_max,
                                updated_at)
VALUES (:tenant, :user_id, :starts_min, :length_min, :days, :hourly_max, :now)
ON CONFLICT (tenant_id, user_id) DO UPDATE
   SET starts_min = excluded.starts_min, length_min = excluded.length_min, days = excluded.days,
       hourly_max = excluded.hourly_max, updated_at = excluded.updated_at;
