/* Who is asked, and who is told next when nobody answers, on a real PostgreSQL. */
#include "work_house.h"

#include "duty/duty.h"

#include "base/banned.h"

/* --- who is asked -------------------------------------------------------------------------------*/

static void check_pick(house *h, const char *label, const duty_need *need, worker who,
                       const char *code)
{
    oq_uuid user;
    oq_str why;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(duty_pick(s, need, &user, &why));
    CHECK(label, oq_uuid_eq(user, worker_id(who)));
    CHECK(label, oq_str_find(why, oq_strf(h->arena, "\"code\":\"%s\"", code)) != SIZE_MAX);
    oq_scope_close(s);
}

static void test_on_call_then_skill_then_shift(void **state)
{
    house *h = *state;
    duty_need need = {.site_id = WORK_SITE, .at = WORK_NOON};
    work_shift(h, CARIM, "DAY", 7 * 60, 480, false);
    check_pick(h, "on shift", &need, CARIM, "on_shift");
    work_shift(h, BADR, "CALL", 18 * 60, 1440, true); /* from yesterday evening on */
    check_pick(h, "on call", &need, BADR, "on_call");
    need.skill_id = WORK_SKILL;
    work_skill(h, CARIM, 3, NULL);
    check_pick(h, "the skill, and there", &need, CARIM, "skill");
    work_skill(h, BADR, 2, "2026-11-19");
    check_pick(h, "on call, and the skill", &need, BADR, "on_call");
    need.at += OQ_DAY;
    check_pick(h, "the certificate has ended", &need, CARIM, "skill");
}

static void test_away_and_by_role(void **state)
{
    house *h = *state;
    oq_uuid user;
    oq_str why;
    duty_need need = {.site_id = WORK_SITE, .at = WORK_NOON};
    work_shift(h, BADR, "CALL", 0, 1440, true);
    work_away(h, BADR, "2026-11-19", "2026-11-19");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(duty_pick(s, &need, &user, &why));
    CHECK("first of the roles", oq_uuid_eq(user, house_id(OPTIMIZER_A)));
    CHECK("says why", oq_str_find(why, OQ_STR("\"code\":\"role\"")) != SIZE_MAX &&
                          oq_str_find(why, OQ_STR("\"why\":\"absent\"")) != SIZE_MAX &&
                          oq_str_find(why, OQ_STR("\"until\":\"2026-11-19\"")) != SIZE_MAX);
    need.at += OQ_DAY;
    CHECK_OK(duty_pick(s, &need, &user, &why));
    CHECK("back again", oq_uuid_eq(user, worker_id(BADR)));
    oq_uuids users;
    CHECK_OK(duty_on_call(s, WORK_SITE, WORK_NOON, &users));
    CHECK("nobody on call while away", users.count == 0);
    CHECK_OK(duty_on_call(s, WORK_SITE, WORK_NOON + OQ_DAY, &users));
    CHECK("on call again", users.count == 1 && oq_uuid_eq(users.at[0], worker_id(BADR)));
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_READ);
    CHECK_OK(duty_pick(s, &need, &user, &why));
    CHECK("nothing of another tenant", oq_uuid_eq(user, house_id(ADMIN_B)));
    oq_scope_close(s);
}

/* --- the ladder ---------------------------------------------------------------------------------*/

static const oq_arg facts[] = {{"number", OQ_STR_INIT("WO-7")}, {"title", OQ_STR_INIT("Look")}};

static escalation_order ladder_of(worker w)
{
    return (escalation_order){.entity_type = "work_order",
                              .entity_id = (oq_uuid){{7}},
                              .site_id = WORK_SITE,
                              .assignee_id = worker_id(w),
                              .notice_type = "work_order.assigned",
                              .fact = facts,
                              .fact_count = OQ_COUNT(facts)};
}

static void begin(house *h, const escalation_order *order)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(escalation_begin(s, order));
    house_commit(s);
}

/* As the job does, at that moment; how many ladders were climbed. */
static size_t climb(house *h, oq_us now)
{
    size_t count;
    oq_clock_set(now);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(escalation_run(s, &count));
    house_commit(s);
    return count;
}

static int64_t told(house *h, const char *name)
{
    return work_count(h, oq_strf(h->arena,
                                 "notifications n JOIN users u ON u.id = n.user_id"
                                 " WHERE u.full_name = '%s'",
                                 name)
                             .ptr);
}

static int64_t told_admins(house *h)
{
    return work_count(h, "notifications n JOIN users u ON u.id = n.user_id"
                         " WHERE u.role = 'tenant_admin'");
}

static void test_level_by_level(void **state)
{
    house *h = *state;
    work_shift(h, BADR, "CALL", 0, 1440, true);
    escalation_order order = ladder_of(ALI);
    begin(h, &order);
    begin(h, &order); /* begun twice, it is one */
    assert_int_equal(told(h, "Ali"), 1);
    assert_int_equal(climb(h, WORK_NOON + 14 * OQ_MINUTE), 0);
    assert_int_equal(climb(h, WORK_NOON + 15 * OQ_MINUTE), 1);
    assert_int_equal(climb(h, WORK_NOON + 15 * OQ_MINUTE), 0); /* a second worker, or again */
    assert_int_equal(told(h, "Badr"), 1);
    assert_int_equal(told_admins(h), 0);
    assert_int_equal(climb(h, WORK_NOON + 30 * OQ_MINUTE), 1);
    assert_int_equal(told_admins(h), 1);
    assert_int_equal(climb(h, WORK_NOON + 44 * OQ_MINUTE), 0);
    assert_int_equal(told(h, "Ali"), 1);
    assert_int_equal(told(h, "Badr"), 1);
    assert_int_equal(work_count(h, "notifications WHERE type = 'work_order.assigned_unanswered'"
                                   " AND facts->>'waited_min' = '15'"),
                     1);
}

/* Until somebody answers, or for a day. */
static void test_administrators_again(void **state)
{
    house *h = *state;
    escalation_order order = ladder_of(ALI);
    begin(h, &order);
    int64_t turns = 0;
    for (int i = 1; i <= 120; i++)
        turns += (int64_t)climb(h, WORK_NOON + i * 15 * OQ_MINUTE);
    assert_int_equal(turns, 97); /* after 15 minutes, and 96 times again: 24 hours */
    assert_int_equal(told_admins(h), 97);
    assert_int_equal(told(h, "Ali"), 1);
    order.entity_id = (oq_uuid){{8}};
    oq_clock_set(WORK_NOON);
    begin(h, &order);
    assert_int_equal(climb(h, WORK_NOON + 15 * OQ_MINUTE), 1);
    assert_int_equal(climb(h, WORK_NOON + 30 * OQ_MINUTE), 1);
    oq_scope *s = worker_scope(h, ALI, OQ_WRITE);
    CHECK_OK(escalation_acknowledge(s, "work_order", order.entity_id));
    house_commit(s);
    assert_int_equal(climb(h, WORK_NOON + 45 * OQ_MINUTE), 0);
    assert_int_equal(told_admins(h), 99);
}

static void test_an_answer_ends_it(void **state)
{
    house *h = *state;
    work_shift(h, BADR, "CALL", 0, 1440, true);
    escalation_order order = ladder_of(ALI);
    begin(h, &order);
    oq_scope *s = worker_scope(h, ALI, OQ_WRITE);
    CHECK_OK(escalation_acknowledge(s, "work_order", order.entity_id));
    CHECK_OK(escalation_acknowledge(s, "work_order", order.entity_id)); /* harmless */
    house_commit(s);
    assert_int_equal(climb(h, WORK_NOON + OQ_HOUR), 0);
    assert_int_equal(told(h, "Badr"), 0);
    assert_int_equal(work_count(h, "escalations e JOIN users u ON u.id = e.acknowledged_by"
                                   " WHERE u.full_name = 'Ali' AND e.acknowledged_at IS NOT NULL"),
                     1);
}

static void test_nobody_on_a_rung(void **state)
{
    house *h = *state;
    escalation_order order = ladder_of(ALI);
    begin(h, &order);
    assert_int_equal(climb(h, WORK_NOON + 15 * OQ_MINUTE), 1);
    assert_int_equal(told_admins(h), 1); /* nobody is on call: at once the next */
    work_shift(h, CARIM, "CALL", 0, 1440, true);
    order.entity_id = (oq_uuid){{8}};
    order.assignee_id = OQ_UUID_ZERO;
    oq_clock_set(WORK_NOON);
    begin(h, &order);
    assert_int_equal(climb(h, WORK_NOON), 1); /* of nobody: who is on call is told at once */
    assert_int_equal(told(h, "Carim"), 1);
    order.entity_id = (oq_uuid){{9}};
    order.assignee_id = worker_id(CARIM);
    oq_clock_set(WORK_NOON);
    begin(h, &order);
    assert_int_equal(climb(h, WORK_NOON + 15 * OQ_MINUTE), 2);
    assert_int_equal(told(h, "Carim"), 2); /* as assignee; not again as on call */
    assert_int_equal(told_admins(h), 3);
}

static void test_who_has_gone_is_passed(void **state)
{
    house *h = *state;
    work_shift(h, BADR, "CALL", 0, 1440, true);
    testdb_exec(h->db, "UPDATE users SET is_active = false WHERE full_name = 'Ali'");
    escalation_order order = ladder_of(ALI);
    begin(h, &order);
    assert_int_equal(told(h, "Ali"), 0);
    assert_int_equal(climb(h, WORK_NOON), 1);
    assert_int_equal(told(h, "Badr"), 1);
}

/* What dies before its commit has told nobody, and what is run again tells once. */
static void test_killed_between(void **state)
{
    house *h = *state;
    size_t count;
    work_shift(h, BADR, "CALL", 0, 1440, true);
    escalation_order order = ladder_of(ALI);
    begin(h, &order);
    oq_clock_set(WORK_NOON + 15 * OQ_MINUTE);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(escalation_run(s, &count));
    assert_int_equal(count, 1);
    oq_scope *other = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(escalation_run(other, &count));
    assert_int_equal(count, 0); /* held by the first one: nobody waits, nobody tells twice */
    house_commit(other);
    oq_scope_close(s); /* gone without a commit */
    assert_int_equal(told(h, "Badr"), 0);
    assert_int_equal(climb(h, WORK_NOON + 15 * OQ_MINUTE), 1);
    assert_int_equal(told(h, "Badr"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_on_call_then_skill_then_shift, work_house_reset),
        cmocka_unit_test_setup(test_away_and_by_role, work_house_reset),
        cmocka_unit_test_setup(test_level_by_level, work_house_reset),
        cmocka_unit_test_setup(test_administrators_again, work_house_reset),
        cmocka_unit_test_setup(test_an_answer_ends_it, work_house_reset),
        cmocka_unit_test_setup(test_nobody_on_a_rung, work_house_reset),
        cmocka_unit_test_setup(test_who_has_gone_is_passed, work_house_reset),
        cmocka_unit_test_setup(test_killed_between, work_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
