#include "db/stmt.h"
#include "duty/roster.h"

#include "duty.sql.h"

#include "base/banned.h"

enum { LOAD_WINDOW_H = 168, WHY_MAX = 16 * 1024 };

oq_err *duty_roster(oq_scope *s, const duty_need *need, oq_us until, roster *ret_roster)
{
    sql_duty_zone_rows zone;
    OQ_TRY(sql_duty_zone(s, (sql_duty_zone_args){need->site_id}, &zone));
    oq_str time_zone = zone.count ? zone.at[0].time_zone : OQ_STR("UTC");
    /* A shift that covers the moment began today or yesterday, wherever its site is. */
    oq_date from = roster_local_of(need->at, time_zone).day - 2;
    oq_date to = roster_local_of(until, time_zone).day + 1;
    int64_t window_h = need->load_window_h ? need->load_window_h : LOAD_WINDOW_H;
    sql_duty_people_rows people;
    sql_duty_shifts_rows shifts;
    sql_duty_absences_rows absences;
    sql_duty_holidays_rows holidays;
    OQ_TRY(sql_duty_people(s, (sql_duty_people_args){need->skill_id, need->at + window_h * OQ_HOUR},
                           &people));
    OQ_TRY(sql_duty_shifts(s, (sql_duty_shifts_args){need->site_id, time_zone, from, to}, &shifts));
    OQ_TRY(sql_duty_absences(s, (sql_duty_absences_args){from, to}, &absences));
    OQ_TRY(sql_duty_holidays(s, (sql_duty_holidays_args){need->site_id, from, to}, &holidays));
    *ret_roster = (roster){
        .person = people.at,
        .persons = people.count,
        .shift = shifts.at,
        .shifts = shifts.count,
        .absence = absences.at,
        .absences = absences.count,
        .holiday = holidays.at,
        .holidays = holidays.count,
        .site_id = need->site_id,
        .time_zone = time_zone,
    };
    return NULL;
}

/* --- the reason ---------------------------------------------------------------------------------*/

static void put_date(oq_json *j, const char *name, oq_date date)
{
    char text[OQ_DATE_TEXT];
    oq_json_name(j, name);
    if (date == OQ_DATE_NONE)
        return oq_json_null(j);
    oq_date_format(date, text);
    oq_json_text(j, oq_strn(text, sizeof text));
}

static void put_passed(oq_json *j, const roster_passed *p)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "user_id", p->person->id);
    oq_json_put(j, text, "name", p->person->name);
    oq_json_put(j, text, "why", oq_cstr(oq_choice_text(roster_passed_choices, p->why)));
    oq_json_put(j, i64, "open_orders", p->person->open_orders);
    put_date(j, "until", p->until);
    oq_json_object_end(j);
}

static void put_chosen(oq_json *j, const roster_choice *c)
{
    oq_json_put(j, uuid, "user_id", c->person->id);
    oq_json_put(j, text, "name", c->person->name);
    oq_json_put(j, text, "role", oq_cstr(oq_choice_text(role_choices, c->person->role)));
    oq_json_put(j, i64, "open_orders", c->person->open_orders);
    if (c->shift) {
        oq_json_key(j, OQ_STR("shift"));
        oq_json_object(j);
        oq_json_put(j, text, "code", c->shift->code);
        oq_json_put(j, text, "name", c->shift->name);
        oq_json_put(j, text, "name_ar", c->shift->name_ar);
        oq_json_object_end(j);
    }
}

static oq_err *why_json(oq_scope *s, const duty_need *need, const roster_choice *c, oq_str *ret_why)
{
    oq_arena *arena = oq_scope_arena(s);
    OQ_AUTO(oq_buf) buf = oq_buf_make(WHY_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, text, "code", oq_cstr(oq_choice_text(duty_why_choices, c->why)));
    oq_json_put(&j, time, "at", need->at);
    if (c->person)
        put_chosen(&j, c);
    if (!oq_uuid_is_zero(need->skill_id)) {
        sql_duty_skill_code_rows skill;
        OQ_TRY(sql_duty_skill_code(s, (sql_duty_skill_code_args){need->skill_id}, &skill));
        oq_json_key(&j, OQ_STR("skill"));
        oq_json_object(&j);
        oq_json_put(&j, text, "code", skill.count ? skill.at[0].code : OQ_NONE);
        oq_json_put(&j, text, "name", skill.count ? skill.at[0].name : OQ_NONE);
        oq_json_put(&j, text, "name_ar", skill.count ? skill.at[0].name_ar : OQ_NONE);
        oq_json_put(&j, bool, "has", c->has_skill);
        if (c->has_skill) {
            oq_json_put(&j, i64, "level", c->person->level);
            put_date(&j, "valid_until", c->person->valid_until);
        }
        oq_json_object_end(&j);
    }
    oq_json_key(&j, OQ_STR("passed_over"));
    oq_json_array(&j);
    for (size_t i = 0; i < c->passed_count; i++)
        put_passed(&j, &c->passed[i]);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    assert(!buf.overflow); /* ROSTER_PASSED_MAX names of at most some hundred bytes */
    *ret_why = oq_str_copy(arena, oq_buf_view(&buf));
    return NULL;
}

oq_err *duty_pick(oq_scope *s, const duty_need *need, oq_uuid *ret_user, oq_str *ret_why)
{
    roster r;
    roster_choice choice;
    OQ_TRY(duty_roster(s, need, need->at, &r));
    roster_pick(oq_scope_arena(s), &r, need, &choice);
    OQ_TRY(why_json(s, need, &choice, ret_why));
    *ret_user = choice.person ? choice.person->id : OQ_UUID_ZERO;
    return NULL;
}

oq_err *duty_on_call(oq_scope *s, oq_uuid site_id, oq_us at, oq_uuids *ret_users)
{
    roster r;
    duty_need need = {.site_id = site_id, .at = at};
    OQ_TRY(duty_roster(s, &need, at, &r));
    oq_uuids users = {.at = oq_new_n(oq_scope_arena(s), oq_uuid, r.persons)};
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < r.persons; i++) {
            roster_stand stand = roster_stand_of(&r, &r.person[i], site_id, at);
            if (stand.on_call && oq_uuid_is_zero(stand.on_call->site_id) != own)
                users.at[users.count++] = r.person[i].id;
        }
    *ret_users = users;
    return NULL;
}
