/* What people choose. */
#include "notify/inner.h"

#include "audit/audit.h"

#include "choice.sql.h"

#include "base/banned.h"

enum { MINUTES_OF_DAY = 24 * 60, EVERY_DAY = 127, HOURLY_PRESET = 20 };

const oq_choice notify_day_choices[] = {
    {0, "sunday"},   {1, "monday"}, {2, "tuesday"},  {3, "wednesday"},
    {4, "thursday"}, {5, "friday"}, {6, "saturday"}, {0, NULL},
};

/* "22:05" as minutes; -1: it is no time of the day. */
static int minutes_of(oq_str text)
{
    oq_str hour, rest = text;
    int64_t h, m;
    if (text.len != 5 || text.ptr[2] != ':' || !oq_str_cut(&rest, ':', &hour) ||
        !oq_parse_i64(hour, &h) || !oq_parse_i64(rest, &m))
        return -1;
    return h >= 0 && h < 24 && m >= 0 && m < 60 ? (int)(h * 60 + m) : -1;
}

static const char *check_time_of_day(oq_str text)
{
    return minutes_of(text) < 0 ? "field.time_of_day_malformed" : NULL;
}

const oq_field notify_choice_fields[] = {
    OQ_BOOL(notify_choice, in_app, .preset = "true", .help = "In the bell and on the page"),
    OQ_BOOL(notify_choice, by_mail, .preset = "false", .help = "By e-mail"),
    OQ_CHOICE(notify_choice, urgency_min, notify_urgency_choices, .preset = "low",
              .help = "From this urgency on"),
    OQ_FIELDS_END};

/* One list, two tables: what is read may leave a topic out, what is answered has all of them. */
#define TOPIC(member, ...)                                                                         \
    OQ_OBJECT(notify_choices, member, notify_choice, notify_choice_fields, ##__VA_ARGS__)
#define CHOICES_ROWS(...)                                                                          \
    TOPIC(system, ##__VA_ARGS__), TOPIC(alarm, ##__VA_ARGS__), TOPIC(incident, ##__VA_ARGS__),     \
        TOPIC(work_order, ##__VA_ARGS__), TOPIC(job, ##__VA_ARGS__),                               \
        OQ_TEXT(notify_choices, quiet_from, .max = 5, .check = check_time_of_day,                  \
                .help = "22:00, in the person's zone; not given: no quiet hours"),                 \
        OQ_TEXT(notify_choices, quiet_to, .max = 5, .check = check_time_of_day,                    \
                .help = "06:00; the same as quiet_from: the whole day"),                           \
        OQ_TEXTS(notify_choices, quiet_days, .choices = notify_day_choices, .max = 7,              \
                 .help = "Days on which it begins; none: every day"),                              \
        OQ_I64(notify_choices, mails_per_hour, .preset = "20", .min = 1, .max = 1000,              \
               .help = "More of them come as one mail")

const oq_field notify_choices_fields[] = {CHOICES_ROWS(), OQ_FIELDS_END};
const oq_field notify_choices_shown_fields[] = {CHOICES_ROWS(.required = true), OQ_FIELDS_END};

/* --- the places of the topics -------------------------------------------------------------------*/

notify_choice *notify_choice_of(notify_choices *choices, int topic)
{
    switch (topic) {
    case TOPIC_ALARM:
        return &choices->alarm;
    case TOPIC_INCIDENT:
        return &choices->incident;
    case TOPIC_WORK_ORDER:
        return &choices->work_order;
    case TOPIC_JOB:
        return &choices->job;
    default:
        return &choices->system;
    }
}

const oq_field choice_row_fields[] = {OQ_CHOICE(choice_row, topic, notify_topic_choices),
                                      OQ_BOOL(choice_row, in_app), OQ_BOOL(choice_row, by_mail),
                                      OQ_CHOICE(choice_row, urgency_min, notify_urgency_choices),
                                      OQ_FIELDS_END};

const oq_field notify_quiet_fields[] = {
    OQ_I64(notify_quiet, starts_min), OQ_I64(notify_quiet, length_min), OQ_I64(notify_quiet, days),
    OQ_I64(notify_quiet, hourly_max), OQ_FIELDS_END};

static const notify_choice preset = {.in_app = true, .urgency_min = URGENCY_LOW};

/* --- reading ------------------------------------------------------------------------------------*/

static oq_str time_text(oq_arena *arena, int64_t minutes)
{
    return oq_strf(arena, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

static void put_quiet(oq_arena *arena, const notify_quiet *quiet, notify_choices *to)
{
    to->mails_per_hour = quiet->hourly_max;
    if (!quiet->length_min)
        return;
    to->quiet_from = time_text(arena, quiet->starts_min);
    to->quiet_to = time_text(arena, (quiet->starts_min + quiet->length_min) % MINUTES_OF_DAY);
    if (quiet->days == EVERY_DAY)
        return;
    to->quiet_days.at = oq_new_n(arena, oq_str, 7);
    for (int i = 0; i < 7; i++)
        if (quiet->days >> i & 1)
            to->quiet_days.at[to->quiet_days.count++] = oq_cstr(notify_day_choices[i].text);
}

oq_err *notify_quiet_get(oq_scope *s, oq_uuid user_id, notify_quiet *ret_quiet)
{
    sql_quiet_get_rows rows;
    OQ_TRY(sql_quiet_get(s, (sql_quiet_get_args){.user_id = user_id}, &rows));
    *ret_quiet =
        rows.count ? rows.at[0] : (notify_quiet){.days = EVERY_DAY, .hourly_max = HOURLY_PRESET};
    return NULL;
}

oq_err *notify_choices_get(oq_scope *s, oq_uuid user_id, notify_choices **ret_choices)
{
    oq_arena *arena = oq_scope_arena(s);
    notify_choices *choices = oq_new(arena, notify_choices);
    notify_quiet quiet;
    sql_choice_find_rows rows;
    OQ_TRY(sql_choice_find(s, (sql_choice_find_args){.user_id = user_id}, &rows));
    OQ_TRY(notify_quiet_get(s, user_id, &quiet));
    oq_fields_preset(arena, notify_choices_fields, choices);
    for (const oq_choice *t = notify_topic_choices; t->text; t++)
        *notify_choice_of(choices, t->value) = preset;
    for (size_t i = 0; i < rows.count; i++)
        *notify_choice_of(choices, rows.at[i].topic) = (notify_choice){
            rows.at[i].in_app,
            rows.at[i].by_mail,
            rows.at[i].urgency_min,
        };
    put_quiet(arena, &quiet, choices);
    *ret_choices = choices;
    return NULL;
}

/* --- writing ------------------------------------------------------------------------------------*/

static oq_err *read_quiet(const notify_choices *choices, notify_quiet *ret_quiet)
{
    *ret_quiet = (notify_quiet){.days = 0, .hourly_max = choices->mails_per_hour};
    for (size_t i = 0; i < choices->quiet_days.count; i++) {
        int day;
        if (oq_choice_value(notify_day_choices, choices->quiet_days.at[i], &day))
            ret_quiet->days |= 1 << day;
    }
    if (!ret_quiet->days)
        ret_quiet->days = EVERY_DAY;
    bool has_from = choices->quiet_from.len, has_to = choices->quiet_to.len;
    if (has_from != has_to)
        return oq_fail_field(has_from ? "quiet_to" : "quiet_from", "notify.quiet_incomplete");
    if (!has_from)
        return NULL;
    int from = minutes_of(choices->quiet_from), to = minutes_of(choices->quiet_to);
    ret_quiet->starts_min = from;
    ret_quiet->length_min = (to - from + MINUTES_OF_DAY) % MINUTES_OF_DAY;
    if (!ret_quiet->length_min)
        ret_quiet->length_min = MINUTES_OF_DAY;
    return NULL;
}

/* A topic that was taken away has the preset again. */
static oq_err *put_topic(oq_scope *s, oq_uuid user_id, const char *topic, const notify_choice *c)
{
    if (!c->urgency_min)
        c = &preset;
    return sql_choice_put(
        s,
        (sql_choice_put_args){
            .user_id = user_id,
            .topic = oq_cstr(topic),
            .in_app = c->in_app,
            .by_mail = c->by_mail,
            .urgency_min = oq_cstr(oq_choice_text(notify_urgency_choices, c->urgency_min)),
            .now = oq_now(s),
        },
        NULL);
}

oq_err *notify_choices_put(oq_scope *s, const notify_choices *choices)
{
    const oq_actor *actor = oq_scope_actor(s);
    notify_choices *before, after = *choices;
    notify_quiet quiet;
    OQ_TRY(read_quiet(choices, &quiet));
    OQ_TRY(notify_choices_get(s, actor->id, &before));
    for (const oq_choice *t = notify_topic_choices; t->text; t++)
        OQ_TRY(put_topic(s, actor->id, t->text, notify_choice_of(&after, t->value)));
    OQ_TRY(sql_quiet_put(s,
                         (sql_quiet_put_args){
                             .user_id = actor->id,
                             .starts_min = quiet.starts_min,
                             .length_min = quiet.length_min,
                             .days = quiet.days,
                             .hourly_max = quiet.hourly_max,
                             .now = oq_now(s),
                         },
                         NULL));
    return audit_record(
        s, &(audit_entry){
               .action = "notification_choices.changed",
               .object_type = "user",
               .object_id = actor->id,
               .object_label = actor->label,
               .changes = audit_changes(oq_scope_arena(s), notify_choices_fields, before, choices),
           });
}

/* --- deciding -----------------------------------------------------------------------------------*/

notify_ways notify_ways_of(const notify_choice *choice, const tenant_settings *minimum, int urgency)
{
    bool is_wanted = urgency >= choice->urgency_min;
    return (notify_ways){
        .in_app = (choice->in_app && is_wanted) || urgency >= minimum->notify_in_app_from,
        .by_mail = (choice->by_mail && is_wanted) || urgency >= minimum->notify_mail_from,
    };
}

/* The day that `local` (microseconds of the wall clock) lies in, and the one before: quiet hours
 * that began yesterday evening may still go on. */
oq_us notify_quiet_until(const notify_quiet *quiet, oq_str time_zone, oq_us now)
{
    if (!quiet->length_min)
        return OQ_TIME_NONE;
    oq_us offset = web_utc_offset_s(now, time_zone) * OQ_SECOND, local = now + offset;
    int64_t today = local / OQ_DAY - (local % OQ_DAY < 0);
    oq_us until = OQ_TIME_NONE;
    for (int64_t day = today - 1; day <= today; day++) {
        int64_t weekday = ((day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        oq_us from = day * OQ_DAY + quiet->starts_min * OQ_MINUTE;
        oq_us to = from + quiet->length_min * OQ_MINUTE;
        if (quiet->days >> weekday & 1 && local >= from && local < to)
            until = to - offset;
    }
    return until;
}
