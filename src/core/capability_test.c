#include "base/test.h"
#include "core/capability.h"

/* Written a second time on purpose, from the requirements (M36 to M49), and read the other way
 * round: a change of rights must be made twice. */
static const struct {
    oq_role role;
    const char *caps;
} expected[] = {
    {ROLE_NONE, "public "},
    {ROLE_VIEWER, "public signed_in dashboard.view asset.read alarm.read incident.read twin.read "
                  "notification.read "},
    {ROLE_ENGINEER,
     "public signed_in dashboard.view settings.read asset.read alarm.read alarm.operate event.log "
     "incident.read incident.manage work_order.read work_order.work optimization.read twin.read "
     "notification.read "},
    {ROLE_RELIABILITY_ENGINEER,
     "public signed_in dashboard.view settings.read asset.read alarm.read alarm.operate event.log "
     "incident.read incident.read_detail incident.manage work_order.read work_order.work "
     "optimization.read twin.read notification.read "},
    {ROLE_OPTIMIZATION_ENGINEER,
     "public signed_in dashboard.view settings.read job.read integration.read asset.read "
     "series.manage history.write alarm.read alarm.operate alarm.manage event.write event.log "
     "incident.read incident.manage rca.run work_order.read work_order.manage work_order.work "
     "model.manage optimization.read optimization.run twin.read notification.read "},
    {ROLE_TENANT_ADMIN,
     "public signed_in dashboard.view user.read user.manage token.manage settings.read "
     "settings.manage audit.read job.read job.manage integration.read integration.manage "
     "asset.read asset.manage series.manage history.write alarm.read alarm.operate alarm.manage "
     "event.write event.log incident.read incident.read_detail incident.manage rca.run "
     "rca.configure work_order.read work_order.manage work_order.work work_order.approve "
     "model.manage optimization.read optimization.run optimization.approve twin.read "
     "notification.read "
     "webhook.manage "},
    {ROLE_PLATFORM_OWNER,
     "public signed_in dashboard.view tenant.manage tenant.switch lead.read user.read user.manage "
     "token.manage settings.read settings.manage audit.read job.read job.manage integration.read "
     "integration.manage asset.read asset.manage series.manage history.write alarm.read "
     "alarm.operate alarm.manage event.write event.log incident.read incident.read_detail "
     "incident.manage rca.run rca.configure work_order.read work_order.manage work_order.work "
     "work_order.approve model.manage optimization.read optimization.run optimization.approve "
     "twin.read "
     "notification.read webhook.manage metrics.read "},
};

static const char *role_name(oq_role role)
{
    const char *name = oq_choice_text(role_choices, role);
    return name ? name : "nobody";
}

static void test_matrix(void **state)
{
    static_assert(OQ_COUNT(expected) == ROLE_COUNT, "each role stands in the table");
    for (size_t i = 0; i < OQ_COUNT(expected); i++) {
        OQ_AUTO(oq_buf) got = oq_buf_make(4000);
        oq_caps caps = oq_caps_of_role(expected[i].role);
        for (int cap = 1; cap < CAP_COUNT; cap++)
            if (oq_caps_have(caps, (oq_cap)cap))
                oq_buf_f(&got, "%s ", oq_choice_text(cap_choices, cap));
        CHECK_STR(role_name(expected[i].role), oq_buf_view(&got), expected[i].caps);
        CHECK(role_name(expected[i].role), !oq_caps_have(caps, CAP_UNDECIDED));
        CHECK(role_name(expected[i].role), caps >> CAP_COUNT == 0);
    }
}

static void test_a_reliability_engineer_is_an_engineer_who_sees_more(void **state)
{
    assert_true(oq_caps_of_role(ROLE_RELIABILITY_ENGINEER) ==
                (oq_caps_of_role(ROLE_ENGINEER) | oq_cap_bit(CAP_INCIDENT_READ_DETAIL)));
}

static void test_names_lead_both_ways(void **state)
{
    int value;
    for (int cap = 1; cap < CAP_COUNT; cap++) {
        const char *name = oq_choice_text(cap_choices, cap);
        assert_non_null(name);
        CHECK(name, oq_choice_value(cap_choices, oq_cstr(name), &value) && value == cap);
        CHECK(name, strlen(oq_cap_help((oq_cap)cap)) > 10);
    }
    for (int role = ROLE_PLATFORM_OWNER; role < ROLE_COUNT; role++) {
        const char *name = oq_choice_text(role_choices, role);
        assert_non_null(name);
        CHECK(name, oq_choice_value(role_choices, oq_cstr(name), &value) && value == role);
    }
    CHECK("nobody has no name", oq_choice_text(role_choices, ROLE_NONE) == NULL);
}

static void test_what_belongs_to_the_platform(void **state)
{
    static const oq_cap platform[] = {CAP_TENANT_MANAGE, CAP_TENANT_SWITCH, CAP_LEAD_READ,
                                      CAP_METRICS_READ};
    oq_caps wanted = 0, got = 0;
    for (size_t i = 0; i < OQ_COUNT(platform); i++)
        wanted |= oq_cap_bit(platform[i]);
    for (int cap = 1; cap < CAP_COUNT; cap++)
        if (oq_cap_is_platform((oq_cap)cap))
            got |= oq_cap_bit((oq_cap)cap);
    assert_true(got == wanted);
    for (int role = ROLE_TENANT_ADMIN; role < ROLE_COUNT; role++)
        CHECK(role_name((oq_role)role), (oq_caps_of_role((oq_role)role) & wanted) == 0);
}

static void check_need(const char *label, const oq_err *err, const char *need)
{
    CHECK_CODE(label, err, need ? "access.forbidden" : NULL);
    if (!need)
        return;
    CHECK(label, err->kind == OQ_FORBIDDEN && err->arg_count == 1);
    CHECK_STR(label, oq_cstr(err->arg[0].name), "need");
    CHECK_STR(label, err->arg[0].value, need);
}

static void test_guards(void **state)
{
    oq_caps viewer = oq_caps_of_role(ROLE_VIEWER), admin = oq_caps_of_role(ROLE_TENANT_ADMIN);
    check_need("has", require_capability(admin, CAP_USER_MANAGE), NULL);
    check_need("has not", require_capability(viewer, CAP_USER_MANAGE), "user.manage");
    check_need("nobody", require_capability(0, CAP_PUBLIC), "public");
    check_need("role",
               require_role_or_capability(ROLE_ENGINEER, ROLE_ENGINEER, 0, CAP_WORK_ORDER_MANAGE),
               NULL);
    check_need(
        "capability",
        require_role_or_capability(ROLE_TENANT_ADMIN, ROLE_ENGINEER, admin, CAP_WORK_ORDER_MANAGE),
        NULL);
    check_need(
        "neither",
        require_role_or_capability(ROLE_VIEWER, ROLE_ENGINEER, viewer, CAP_WORK_ORDER_MANAGE),
        "work_order.manage");
    for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
        bool owner = role == ROLE_PLATFORM_OWNER, leads = owner || role == ROLE_TENANT_ADMIN;
        check_need(role_name((oq_role)role), require_platform_owner((oq_role)role),
                   owner ? NULL : "platform_owner");
        check_need(role_name((oq_role)role), require_tenant_admin((oq_role)role),
                   leads ? NULL : "tenant_admin");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_a_reliability_engineer_is_an_engineer_who_sees_more),
        cmocka_unit_test(test_names_lead_both_ways),
        cmocka_unit_test(test_what_belongs_to_the_platform),
        cmocka_unit_test(test_guards),
    };
    return cmocka_run_group_tests_name("capability", tests, NULL, NULL);
}
