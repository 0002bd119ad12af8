#include "rca/roles.h"

#include "base/test.h"

enum { ANCHOR = 100 };
#define EVENT(time, what, how, root, evidence, wanted)                                             \
    {                                                                                              \
        .at = (time), .category = (what), .severity = (how), .is_root_asset = (root),              \
        .is_evidence = (evidence), .role = (wanted)                                                \
    }

static void check_roles(const char *label, const role_event *wanted, size_t count)
{
    role_event got[8];
    for (size_t i = 0; i < count; i++) {
        got[i] = wanted[i];
        got[i].role = 0;
    }
    roles_set(got, count, ANCHOR);
    for (size_t i = 0; i < count; i++)
        if (got[i].role != wanted[i].role)
            fail_msg("%s, event %zu: wanted %s, got %s", label, i,
                     oq_choice_text(event_role_choices, wanted[i].role),
                     oq_choice_text(event_role_choices, got[i].role));
}

static void test_evidence(void **state)
{
    const role_event e[] = {
        EVENT(10, CATEGORY_SENSOR, SEVERITY_WARNING, true, false, EVENT_ROLE_CONTEXT),
        EVENT(20, CATEGORY_OPERATOR_ACTION, SEVERITY_INFO, true, true, EVENT_ROLE_CAUSE),
        EVENT(30, CATEGORY_OPERATOR_ACTION, SEVERITY_INFO, true, false, EVENT_ROLE_CONTEXT),
        EVENT(50, CATEGORY_SENSOR, SEVERITY_WARNING, true, false, EVENT_ROLE_SYMPTOM),
        EVENT(100, CATEGORY_FAILURE, SEVERITY_CRITICAL, true, true, EVENT_ROLE_SYMPTOM),
        EVENT(110, CATEGORY_ALERT, SEVERITY_MAJOR, false, false, EVENT_ROLE_SYMPTOM),
        EVENT(120, CATEGORY_MAINTENANCE, SEVERITY_INFO, true, false, EVENT_ROLE_CONTEXT),
        EVENT(130, CATEGORY_SYSTEM, SEVERITY_INFO, false, false, EVENT_ROLE_NOISE),
    };
    check_roles("evidence", e, OQ_COUNT(e));
}

/* The cause rests on signals alone: the first alarm of the asset stands for it. */
static void test_first_out(void **state)
{
    const role_event e[] = {
        EVENT(10, CATEGORY_ALERT, SEVERITY_MAJOR, false, false, EVENT_ROLE_CONTEXT),
        EVENT(20, CATEGORY_ALERT, SEVERITY_WARNING, true, false, EVENT_ROLE_CONTEXT),
        EVENT(30, CATEGORY_ALERT, SEVERITY_MINOR, true, false, EVENT_ROLE_CAUSE),
        EVENT(100, CATEGORY_ALERT, SEVERITY_CRITICAL, true, false, EVENT_ROLE_SYMPTOM),
    };
    check_roles("first out", e, OQ_COUNT(e));
}

/* What the cause rests on came only afterwards: it is no cause. */
static void test_afterwards(void **state)
{
    const role_event e[] = {
        EVENT(100, CATEGORY_ALERT, SEVERITY_MAJOR, true, false, EVENT_ROLE_SYMPTOM),
        EVENT(105, CATEGORY_SENSOR, SEVERITY_WARNING, true, true, EVENT_ROLE_SYMPTOM),
    };
    check_roles("afterwards", e, OQ_COUNT(e));
    roles_set(NULL, 0, ANCHOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_first_out),
        cmocka_unit_test(test_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
