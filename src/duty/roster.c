#include "duty/roster.h"

#include "web/format.h"

#include "base/banned.h"

const oq_field roster_person_fields[] = {
    OQ_UUID(roster_person, id),
    OQ_TEXT(roster_person, name),
    OQ_CHOICE(roster_person, role, role_choices),
    OQ_I64(roster_person, open_orders),
    OQ_I64(roster_person, level),
    OQ_DATE(roster_person, valid_until),
    OQ_FIELDS_END,
};

const oq_field roster_shift_fields[] = {
    OQ_UUID(roster_shift, user_id),
    OQ_UUID(roster_shift, site_id),
    OQ_TEXT(roster_shift, code),
    OQ_TEXT(roster_shift, name),
    OQ_TEXT(roster_shift, name_ar),
    OQ_TEXT(roster_shift, time_zone),
    OQ_I64(roster_shift, days),
    OQ_I64(roster_shift, starts_min),
    OQ_I64(roster_shift, length_min),
    OQ_DATE(roster_shift, from_day),
    OQ_DATE(roster_shift, to_day),
    OQ_BOOL(roster_shift, is_on_call),
    OQ_FIELDS_END,
};

const oq_field roster_absence_fields[] = {
    OQ_UUID(roster_absence, user_id),
    OQ_DATE(roster_absence, from_day),
    OQ_DATE(roster_absence, to_day),
    OQ_FIELDS_END,
};

const oq_field roster_holiday_fields[] = {
    OQ_UUID(roster_holiday, site_id),
    OQ_DATE(roster_holiday, from_day),
    OQ_DATE(roster_holiday, to_day),
    OQ_FIELDS_END,
};

const oq_choice duty_why_choices[] = {
    {DUTY_ON_CALL, "on_call"}, {DUTY_SKILL, "skill"},   {DUTY_ON_SHIFT, "on_shift"},
    {DUTY_ROLE, "role"},       {DUTY_NOBODY, "nobody"}, {0, NULL},
};

const oq_choice roster_passed_choices[] = {
    {PASSED_ABSENT, "absent"},
    {PASSED_NO_SKILL, "no_skill"},
    {PASSED_LEARNING, "learning"},
    {PASSED_EXPIRED, "certificate_expired"},
    {PASSED_HOLIDAY, "holiday"},
    {PASSED_OFF_SHIFT, "off_shift"},
    {PASSED_OTHER_SITE, "not_of_the_site"},
    {PASSED_BUSIER, "more_open_orders"},
    {PASSED_LOWER_LEVEL, "lower_level"},
    {PASSED_BY_NAME, "later_by_name"},
    {0, NULL},
};

/* --- moments ------------------------------------------------------------------------------------*/

enum { MIN_OF_DAY = 24 * 60 };

roster_local roster_local_of(oq_us at, oq_str time_zone)
{
    oq_us local = at + web_utc_offset_s(at, time_zone) * OQ_SECOND;
    int64_t day = local / OQ_DAY - (local % OQ_DAY < 0);
    return (roster_local){.day = (oq_date)day, .minute = (local - day * OQ_DAY) / OQ_MINUTE};
}

/* 1970-01-01 was a Thursday; bit 0 is Sunday. */
static bool works_on(int64_t days, oq_date day)
{
    int weekday = (int)(((int64_t)day + 4) % 7 + 7) % 7;
    return days >> weekday & 1;
}

bool roster_begins(const roster_shift *shift, oq_date day)
{
    return works_on(shift->days, day) && day >= shift->from_day &&
           (shift->to_day == OQ_DATE_NONE || day <= shift->to_day);
}

bool roster_covers(const roster_shift *shift, oq_us at, oq_date *ret_day)
{
    roster_local local = roster_local_of(at, shift->time_zone);
    for (int back = 0; back <= 1; back++) {
        oq_date day = local.day - back;
        int64_t minute = local.minute + back * MIN_OF_DAY;
        if (roster_begins(shift, day) && minute >= shift->starts_min &&
            minute < shift->starts_min + shift->length_min) {
            *ret_day = day;
            return true;
        }
    }
    return false;
}

bool roster_is_absent(const roster *r, oq_uuid user_id, oq_date day, oq_date *ret_until)
{
    for (size_t i = 0; i < r->absences; i++) {
        const roster_absence *a = &r->absence[i];
        if (oq_uuid_eq(a->user_id, user_id) && day >= a->from_day && day <= a->to_day) {
            *ret_until = a->to_day;
            return true;
        }
    }
    return false;
}

bool roster_rests(const roster *r, const roster_shift *shift, oq_date day)
{
    if (shift->is_on_call || shift->days == EVERY_DAY)
        return false;
    for (size_t i = 0; i < r->holidays; i++) {
        const roster_holiday *h = &r->holiday[i];
        oq_uuid where = oq_uuid_is_zero(shift->site_id) ? r->site_id : shift->site_id;
        if (day >= h->from_day && day <= h->to_day &&
            (oq_uuid_is_zero(h->site_id) || oq_uuid_eq(h->site_id, where)))
            return true;
    }
    return false;
}

/* --- how somebody stands ------------------------------------------------------------------------*/

/* The site's own shift stands before one of every site. */
static void prefer(const roster_shift **kept, const roster_shift *found)
{
    if (!*kept || (oq_uuid_is_zero((*kept)->site_id) && !oq_uuid_is_zero(found->site_id)))
        *kept = found;
}

roster_stand roster_stand_of(const roster *r, const roster_person *p, oq_uuid site_id, oq_us at)
{
    roster_stand stand = {.absent_until = OQ_DATE_NONE};
    oq_date today = roster_local_of(at, r->time_zone).day;
    stand.is_absent = roster_is_absent(r, p->id, today, &stand.absent_until);
    for (size_t i = 0; i < r->shifts; i++) {
        const roster_shift *shift = &r->shift[i];
        oq_date day, until;
        if (!oq_uuid_eq(shift->user_id, p->id) || !roster_covers(shift, at, &day))
            continue;
        if (!oq_uuid_is_zero(site_id) && !oq_uuid_is_zero(shift->site_id) &&
            !oq_uuid_eq(shift->site_id, site_id))
            continue;
        if (roster_is_absent(r, p->id, day, &until)) {
            stand.missed = shift;
            stand.absent_until = until;
        } else if (roster_rests(r, shift, day)) {
            stand.resting = shift;
        } else {
            prefer(shift->is_on_call ? &stand.on_call : &stand.on_shift, shift);
        }
    }
    return stand;
}
