/* Shifts, who works them, absences, skills, holidays. */
#include "plant/crew.h"

#include "plant/record_inner.h"

#include "crew.sql.h"

#include "base/banned.h"

const oq_choice absence_reason_choices[] = {
    {ABSENCE_LEAVE, "leave"},   {ABSENCE_SICK, "sick"},   {ABSENCE_TRAINING, "training"},
    {ABSENCE_TRAVEL, "travel"}, {ABSENCE_OTHER, "other"}, {0, NULL},
};

/* --- field tables -------------------------------------------------------------------------------*/

enum { DAY_MIN = 24 * 60, WEEK_MIN = 7 * DAY_MIN };

#define SHIFT_ROWS(NEED, PRESET)                                                                   \
    OQ_TEXT(shift, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code),                  \
        OQ_UUID(shift, site_id, .help = "not given: every site"),                                  \
        OQ_TEXT(shift, name, NEED, .max = PLANT_NAME_MAX),                                         \
        OQ_TEXT(shift, name_ar, .max = PLANT_NAME_MAX),                                            \
        OQ_I64(shift, days, NEED, .min = 1, .max = WEEK_DAYS_ALL,                                  \
               .help = "on which it begins; bit 0: Sunday ... bit 6: Saturday"),                   \
        OQ_I64(shift, starts_min, NEED, .min = 0, .max = DAY_MIN - 1,                              \
               .help = "minutes after midnight, local time"),                                      \
        OQ_I64(shift, length_min, NEED, .min = 1, .max = DAY_MIN)
RECORD_FIELDS(shift, SHIFT_ROWS);

#define USER_SHIFT_ROWS(NEED, PRESET)                                                              \
    OQ_UUID(user_shift, user_id, NEED), OQ_UUID(user_shift, shift_id, NEED),                       \
        OQ_DATE(user_shift, from_day, NEED),                                                       \
        OQ_DATE(user_shift, to_day, .help = "included; not given: until further notice"),          \
        OQ_BOOL(user_shift, is_on_call)
RECORD_FIELDS(user_shift, USER_SHIFT_ROWS);

#define ABSENCE_ROWS(NEED, PRESET)                                                                 \
    OQ_UUID(absence, user_id, NEED), OQ_DATE(absence, from_day, NEED),                             \
        OQ_DATE(absence, to_day, NEED, .help = "included"),                                        \
        OQ_CHOICE(absence, reason, absence_reason_choices, NEED)
RECORD_FIELDS(absence, ABSENCE_ROWS);

#define SKILL_ROWS(NEED, PRESET)                                                                   \
    OQ_TEXT(skill, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name,                   \
            .help = "alignment, hv_switching"),                                                    \
        OQ_TEXT(skill, name, NEED, .max = PLANT_NAME_MAX),                                         \
        OQ_TEXT(skill, name_ar, .max = PLANT_NAME_MAX)
RECORD_FIELDS(skill, SKILL_ROWS);

#define USER_SKILL_ROWS(NEED, PRESET)                                                              \
    OQ_UUID(user_skill, user_id, NEED), OQ_UUID(user_skill, skill_id, NEED),                       \
        OQ_I64(user_skill, level, NEED, .min = 1, .max = 5, .help = "1: learning ... 5: teaches"), \
        OQ_DATE(user_skill, valid_until, .help = "of a certificate")
RECORD_FIELDS(user_skill, USER_SKILL_ROWS);

#define HOLIDAY_ROWS(NEED, PRESET)                                                                 \
    OQ_UUID(holiday, site_id, .help = "not given: every site"), OQ_DATE(holiday, from_day, NEED),  \
        OQ_DATE(holiday, to_day, NEED, .help = "included"),                                        \
        OQ_TEXT(holiday, name, NEED, .max = PLANT_NAME_MAX),                                       \
        OQ_TEXT(holiday, name_ar, .max = PLANT_NAME_MAX)
RECORD_FIELDS(holiday, HOLIDAY_ROWS);

/* --- checks -------------------------------------------------------------------------------------*/

/* Whether two shifts share a minute of the week, which goes round. */
static bool meet(const sql_user_shift_meets_row *a, const sql_user_shift_meets_row *b)
{
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 7; k++) {
            if (!(a->days >> i & 1) || !(b->days >> k & 1))
                continue;
            int64_t distance = k * DAY_MIN + b->starts_min - i * DAY_MIN - a->starts_min;
            int64_t ahead = (distance % WEEK_MIN + WEEK_MIN) % WEEK_MIN;
            int64_t behind = (WEEK_MIN - ahead) % WEEK_MIN;
            if (ahead < a->length_min || behind < b->length_min)
                return true;
        }
    return false;
}

/* Nobody works two shifts at once; who is on call may. */
static oq_err *check_user_shift(oq_scope *s, const void *before, void *record)
{
    const user_shift *it = record;
    OQ_TRY(record_check_days(it->from_day, it->to_day));
    if (it->is_on_call)
        return NULL;
    sql_user_shift_meets_rows rows;
    OQ_TRY(sql_user_shift_meets(s,
                                (sql_user_shift_meets_args){.but_id = it->id,
                                                            .user_id = it->user_id,
                                                            .shift_id = it->shift_id,
                                                            .from_day = it->from_day,
                                                            .to_day = it->to_day},
                                &rows));
    for (size_t i = 1; i < rows.count; i++)
        if (meet(&rows.at[0], &rows.at[i])) {
            char day[OQ_DATE_TEXT];
            oq_date_format(rows.at[i].from_day, day);
            return oq_fail_field("shift_id", "plant.shifts_meet", "from_day=%.*s", OQ_DATE_TEXT,
                                 day);
        }
    return NULL;
}

static oq_err *check_absence(oq_scope *s, const void *before, void *record)
{
    const absence *it = record;
    sql_absence_meets_rows rows;
    OQ_TRY(record_check_days(it->from_day, it->to_day));
    OQ_TRY(sql_absence_meets(
        s, (sql_absence_meets_args){it->id, it->user_id, it->from_day, it->to_day}, &rows));
    if (!rows.count)
        return NULL;
    char day[OQ_DATE_TEXT];
    oq_date_format(rows.at[0].from_day, day);
    return oq_fail_field("from_day", "plant.absences_meet", "from_day=%.*s", OQ_DATE_TEXT, day);
}

static oq_err *check_holiday(oq_scope *s, const void *before, void *record)
{
    const holiday *it = record;
    return record_check_days(it->from_day, it->to_day);
}

/* --- kinds --------------------------------------------------------------------------------------*/

#define STATEMENTS(name)                                                                           \
    .get = &sql_##name##_get_stmt, .find = &sql_##name##_find_stmt, .add = &sql_##name##_add_stmt, \
    .update = &sql_##name##_update_stmt, .remove = &sql_##name##_remove_stmt
#define SITE_REF                                                                                   \
    {                                                                                              \
        "site_id", "site", "site"                                                                  \
    }
#define USER_REF                                                                                   \
    {                                                                                              \
        "user_id", "user", "user"                                                                  \
    }

const record_kind record_user = {
    .name = "user",
    .path = "users",
    .labels = &sql_user_labels_stmt,
};

const record_kind kind_shift = {
    .name = "shift",
    .path = "shifts",
    .group = "crew",
    .size = sizeof(shift),
    .fields = shift_fields,
    .order = shift_order_fields,
    .refs = RECORD_REFS(SITE_REF),
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "site_id", "days", "starts_min", "length_min"),
    STATEMENTS(shift),
    .labels = &sql_shift_labels_stmt,
    .uses = &sql_shift_uses_stmt,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_user_shift = {
    .name = "user_shift",
    .path = "user-shifts",
    .group = "crew",
    .size = sizeof(user_shift),
    .fields = user_shift_fields,
    .order = user_shift_order_fields,
    .refs = RECORD_REFS(USER_REF, {"shift_id", "shift", "shift"}),
    .key = RECORD_NAMES("user_id", "shift_id", "from_day"),
    .label = "from_day",
    .sort = "from_day",
    .columns = RECORD_NAMES("user_id", "shift_id", "from_day", "to_day", "is_on_call"),
    STATEMENTS(user_shift),
    .check = check_user_shift,
    .read = CAP_USER_READ,
    .manage = CAP_USER_MANAGE,
};

const record_kind kind_absence = {
    .name = "absence",
    .path = "absences",
    .group = "crew",
    .size = sizeof(absence),
    .fields = absence_fields,
    .order = absence_order_fields,
    .refs = RECORD_REFS(USER_REF),
    .key = RECORD_NAMES("user_id", "from_day"),
    .label = "from_day",
    .sort = "from_day",
    .columns = RECORD_NAMES("user_id", "from_day", "to_day", "reason"),
    STATEMENTS(absence),
    .check = check_absence,
    .read = CAP_USER_READ,
    .manage = CAP_USER_MANAGE,
};

const record_kind kind_skill = {
    .name = "skill",
    .path = "skills",
    .group = "crew",
    .size = sizeof(skill),
    .fields = skill_fields,
    .order = skill_order_fields,
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name"),
    STATEMENTS(skill),
    .labels = &sql_skill_labels_stmt,
    .uses = &sql_skill_uses_stmt,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_user_skill = {
    .name = "user_skill",
    .path = "user-skills",
    .group = "crew",
    .size = sizeof(user_skill),
    .fields = user_skill_fields,
    .order = user_skill_order_fields,
    .refs = RECORD_REFS(USER_REF, {"skill_id", "skill", "skill"}),
    .key = RECORD_NAMES("user_id", "skill_id"),
    .label = "level",
    .sort = "id",
    .columns = RECORD_NAMES("user_id", "skill_id", "level", "valid_until"),
    STATEMENTS(user_skill),
    .read = CAP_USER_READ,
    .manage = CAP_USER_MANAGE,
};

const record_kind kind_holiday = {
    .name = "holiday",
    .path = "holidays",
    .group = "crew",
    .size = sizeof(holiday),
    .fields = holiday_fields,
    .order = holiday_order_fields,
    .refs = RECORD_REFS(SITE_REF),
    .key = RECORD_NAMES("site_id", "from_day", "name"),
    .label = "name",
    .sort = "from_day",
    .columns = RECORD_NAMES("name", "site_id", "from_day", "to_day"),
    STATEMENTS(holiday),
    .check = check_holiday,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};
