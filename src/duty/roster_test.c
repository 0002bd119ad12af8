/* Shifts over midnight, time zones, changed clocks, holidays, absences; who is picked and why. */
#include "base/test.h"
#include "duty/roster.h"

#include "base/banned.h"

#define PERSON(n) ((oq_uuid){{(n)}})
#define SITE      ((oq_uuid){{0x51}})
#define OTHER     ((oq_uuid){{0x52}})
#define SKILL     ((oq_uuid){{0x5c}})

static oq_us at(const char *text)
{
    oq_us moment = 0;
    assert_true(oq_time_parse(oq_cstr(text), &moment));
    return moment;
}

static oq_date day(const char *text)
{
    oq_date date = 0;
    assert_true(oq_date_parse(oq_cstr(text), &date));
    return date;
}

/* Nights from 22:00 for eight hours, Sunday to Thursday, in Riyadh (UTC+3). */
static roster_shift night(int person)
{
    return (roster_shift){.user_id = PERSON((uint8_t)person),
                          .site_id = SITE,
                          .code = OQ_STR("NIGHT"),
                          .time_zone = OQ_STR("Asia/Riyadh"),
                          .days = 31,
                          .starts_min = 22 * 60,
                          .length_min = 8 * 60,
                          .from_day = day("2026-11-01"),
                          .to_day = OQ_DATE_NONE};
}

/* --- one shift ----------------------------------------------------------------------------------*/

static void test_a_shift_over_midnight(void **state)
{
    /* 2026-11-19 is a Thursday */
    static const struct {
        const char *label, *at, *day;
    } row[] = {
        {"a minute before", "2026-11-19T18:59:59Z", NULL},
        {"as it begins", "2026-11-19T19:00:00Z", "2026-11-19"},
        {"after midnight, still Thursday's", "2026-11-20T02:59:00Z", "2026-11-19"},
        {"as it ends", "2026-11-20T03:00:00Z", NULL},
        {"no night begins on Friday", "2026-11-20T19:30:00Z", NULL},
        {"nor on Saturday", "2026-11-21T19:30:00Z", NULL},
        {"Sunday's", "2026-11-22T21:30:00Z", "2026-11-22"},
        {"Wednesday's, seen on Thursday", "2026-11-18T23:00:00Z", "2026-11-18"},
    };
    roster_shift shift = night(1);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_date began = OQ_DATE_NONE;
        bool covers = roster_covers(&shift, at(row[i].at), &began);
        CHECK(row[i].label, covers == (row[i].day != NULL));
        CHECK(row[i].label, !covers || began == day(row[i].day));
    }
}

static void test_an_assignment_counts_by_the_day_of_its_beginning(void **state)
{
    roster_shift shift = night(1);
    oq_date began;
    shift.from_day = shift.to_day = day("2026-11-18");
    CHECK("the night itself", roster_covers(&shift, at("2026-11-18T20:00:00Z"), &began));
    CHECK("its morning", roster_covers(&shift, at("2026-11-19T01:00:00Z"), &began));
    CHECK("not the next", !roster_covers(&shift, at("2026-11-19T20:00:00Z"), &began));
    CHECK("not the morning before", !roster_covers(&shift, at("2026-11-18T01:00:00Z"), &began));
}

static void test_clocks_that_change(void **state)
{
    /* Berlin, 2026-10-25: at 03:00 the clock goes back to 02:00; the night takes nine hours. */
    roster_shift shift = night(1);
    oq_date began;
    shift.days = EVERY_DAY;
    shift.time_zone = OQ_STR("Europe/Berlin");
    shift.from_day = day("2026-01-01");
    CHECK("05:59 on the wall", roster_covers(&shift, at("2026-10-25T04:59:00Z"), &began));
    CHECK("06:00 on the wall", !roster_covers(&shift, at("2026-10-25T05:00:00Z"), &began));
    /* 2026-03-29: at 02:00 it goes forward; the night takes seven. */
    CHECK("22:00 on the wall", roster_covers(&shift, at("2026-03-28T21:00:00Z"), &began));
    CHECK("06:00 on the wall", !roster_covers(&shift, at("2026-03-29T04:00:00Z"), &began));
    CHECK("05:59 on the wall", roster_covers(&shift, at("2026-03-29T03:59:00Z"), &began));
}

static void test_before_1970(void **state)
{
    roster_local local = roster_local_of(at("1969-12-31T23:30:00Z"), OQ_STR("Asia/Riyadh"));
    CHECK("the next day there", local.day == 0 && local.minute == 150);
    local = roster_local_of(at("1969-12-31T10:00:00Z"), OQ_STR("UTC"));
    CHECK("the day before", local.day == -1 && local.minute == 600);
}

/* --- picking ------------------------------------------------------------------------------------*/

typedef struct fixture {
    roster_person person[6];
    roster_shift shift[8];
    roster_absence absence[4];
    roster_holiday holiday[2];
    roster r;
    duty_need need;
} fixture;

static void add_person(fixture *f, const char *name, int role, int64_t level)
{
    size_t n = f->r.persons++;
    f->person[n] = (roster_person){.id = PERSON((uint8_t)(n + 1)),
                                   .name = oq_cstr(name),
                                   .role = role,
                                   .level = level,
                                   .valid_until = OQ_DATE_NONE};
}

/* Ali, Badr, Carim are engineers; Dana plans. Nobody works yet. Thursday, 12:00 in Riyadh. */
static void set_up(fixture *f)
{
    *f = (fixture){.r = {.time_zone = OQ_STR("Asia/Riyadh"), .site_id = SITE}};
    f->r.person = f->person;
    f->r.shift = f->shift;
    f->r.absence = f->absence;
    f->r.holiday = f->holiday;
    add_person(f, "Ali", ROLE_ENGINEER, OQ_I64_NONE);
    add_person(f, "Badr", ROLE_ENGINEER, OQ_I64_NONE);
    add_person(f, "Carim", ROLE_ENGINEER, OQ_I64_NONE);
    add_person(f, "Dana", ROLE_OPTIMIZATION_ENGINEER, OQ_I64_NONE);
    f->need = (duty_need){.site_id = SITE, .at = at("2026-11-19T09:00:00Z")};
}

/* A shift that covers the whole of every day. */
static roster_shift *works(fixture *f, int person, bool is_on_call)
{
    roster_shift *shift = &f->shift[f->r.shifts++];
    *shift = night(person);
    shift->days = EVERY_DAY;
    shift->starts_min = 0;
    shift->length_min = 1440;
    shift->is_on_call = is_on_call;
    return shift;
}

static roster_choice pick(fixture *f)
{
    static oq_arena *arena;
    roster_choice choice;
    if (!arena)
        arena = oq_arena_open(0);
    oq_arena_reset(arena);
    roster_pick(arena, &f->r, &f->need, &choice);
    return choice;
}

static void check_pick(const char *label, fixture *f, const char *name, int why)
{
    roster_choice c = pick(f);
    CHECK(label, c.why == why);
    CHECK_STR(label, c.person ? c.person->name : OQ_STR(""), name);
}

static const char *passed_why(const roster_choice *c, const char *name)
{
    for (size_t i = 0; i < c->passed_count; i++)
        if (oq_str_eq(c->passed[i].person->name, oq_cstr(name)))
            return oq_choice_text(roster_passed_choices, c->passed[i].why);
    return "";
}

static void test_the_steps(void **state)
{
    fixture f;
    set_up(&f);
    check_pick("by role", &f, "Dana", DUTY_ROLE);
    works(&f, 2, false);
    check_pick("on shift before the role", &f, "Badr", DUTY_ON_SHIFT);
    works(&f, 3, true);
    check_pick("on call before the shift", &f, "Carim", DUTY_ON_CALL);
    f.need.skill_id = SKILL;
    f.person[1].level = 3;
    check_pick("who can and is there, before who is called and cannot", &f, "Badr", DUTY_SKILL);
    f.person[2].level = 2;
    check_pick("called and can", &f, "Carim", DUTY_ON_CALL);
}

static void test_why_others_were_passed_over(void **state)
{
    fixture f;
    set_up(&f);
    f.need.skill_id = SKILL;
    works(&f, 1, true);
    works(&f, 2, true);
    works(&f, 3, true);
    f.person[0].level = 1;
    f.person[1].level = 4;
    f.person[1].valid_until = day("2026-11-18");
    f.person[2].level = 2;
    roster_choice c = pick(&f);
    CHECK_STR("chosen", c.person->name, "Carim");
    assert_string_equal(passed_why(&c, "Ali"), "learning");
    assert_string_equal(passed_why(&c, "Badr"), "certificate_expired");
    f.person[1].valid_until = day("2026-11-19");
    check_pick("a certificate counts on its last day", &f, "Badr", DUTY_ON_CALL);
    f.absence[f.r.absences++] = (roster_absence){PERSON(2), day("2026-11-19"), day("2026-11-25")};
    c = pick(&f);
    CHECK_STR("away", c.person->name, "Carim");
    assert_string_equal(passed_why(&c, "Badr"), "absent");
    f.person[0].level = 5;
    f.person[0].open_orders = 3;
    c = pick(&f);
    assert_string_equal(passed_why(&c, "Ali"), "more_open_orders");
}

static void test_equals(void **state)
{
    fixture f;
    set_up(&f);
    works(&f, 2, true);
    works(&f, 1, true);
    check_pick("by name", &f, "Ali", DUTY_ON_CALL);
    f.person[0].open_orders = 2;
    check_pick("by open orders", &f, "Badr", DUTY_ON_CALL);
    f.person[1].open_orders = 2;
    f.shift[1].site_id = OQ_UUID_ZERO;
    f.person[1].open_orders = 9;
    check_pick("the site's own call first", &f, "Badr", DUTY_ON_CALL);
}

static void test_another_site_is_not_asked(void **state)
{
    fixture f;
    set_up(&f);
    works(&f, 1, true)->site_id = OTHER;
    check_pick("not of this site", &f, "Dana", DUTY_ROLE);
    f.need.site_id = OQ_UUID_ZERO;
    check_pick("of any site", &f, "Ali", DUTY_ON_CALL);
}

static void test_holidays(void **state)
{
    fixture f;
    set_up(&f);
    works(&f, 1, false);
    f.holiday[f.r.holidays++] = (roster_holiday){SITE, day("2026-11-19"), day("2026-11-19")};
    check_pick("a shift of every day goes on", &f, "Ali", DUTY_ON_SHIFT);
    f.shift[0].days = 31;
    roster_choice c = pick(&f);
    CHECK_STR("one of working days rests", c.person->name, "Dana");
    assert_string_equal(passed_why(&c, "Ali"), "holiday");
    f.holiday[0].site_id = OTHER;
    check_pick("another site's holiday", &f, "Ali", DUTY_ON_SHIFT);
    f.holiday[0].site_id = SITE;
    f.shift[0].is_on_call = true;
    check_pick("who is on call stays so", &f, "Ali", DUTY_ON_CALL);
}

static void test_absence_of_a_night(void **state)
{
    fixture f;
    set_up(&f);
    f.need.at = at("2026-11-19T23:00:00Z"); /* 02:00 on Friday, in Thursday's night */
    f.shift[f.r.shifts++] = night(1);
    f.absence[f.r.absences++] = (roster_absence){PERSON(1), day("2026-11-20"), day("2026-11-27")};
    check_pick("leave from Friday on: Thursday's night is worked", &f, "Ali", DUTY_ON_SHIFT);
    f.absence[0].from_day = f.absence[0].to_day = day("2026-11-19");
    check_pick("leave on Thursday: its night is not", &f, "Dana", DUTY_ROLE);
}

static void test_nobody(void **state)
{
    fixture f;
    set_up(&f);
    for (int i = 1; i <= 4; i++)
        f.absence[f.r.absences++] =
            (roster_absence){PERSON((uint8_t)i), day("2026-11-19"), day("2026-11-19")};
    roster_choice c = pick(&f);
    CHECK("nobody", !c.person && c.why == DUTY_NOBODY && c.passed_count == 4);
    f.r.persons = f.r.absences = 0;
    add_person(&f, "Vera", ROLE_VIEWER, OQ_I64_NONE);
    works(&f, 1, true);
    CHECK("a viewer is never asked", !pick(&f).person);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shift_over_midnight),
        cmocka_unit_test(test_an_assignment_counts_by_the_day_of_its_beginning),
        cmocka_unit_test(test_clocks_that_change),
        cmocka_unit_test(test_before_1970),
        cmocka_unit_test(test_the_steps),
        cmocka_unit_test(test_why_others_were_passed_over),
        cmocka_unit_test(test_equals),
        cmocka_unit_test(test_another_site_is_not_asked),
        cmocka_unit_test(test_holidays),
        cmocka_unit_test(test_absence_of_a_night),
        cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
