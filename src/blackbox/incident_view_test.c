#include "blackbox/incident_view.h"

#include "base/test.h"

#include "base/banned.h"

static void test_initials(void **state)
{
    static const struct {
        const char *name, *wanted;
    } row[] = {
        {"Ahmed Ali", "A.A."},  {"ahmed.ali@plant.example", "A.A."},
        {"أحمد العلي", "أ.ا."}, {"Abd al Rahman bin Saud", "A.A.R."},
        {"op-4711", "***"},     {"0192568a-f400-7292-bd81-fa7139fbd828", "***"},
        {"--", "***"},          {"", ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].name, incident_initials(*state, oq_cstr(row[i].name)), row[i].wanted);
}

static void test_payload(void **state)
{
    static const struct {
        const char *label, *json, *wanted;
    } row[] = {
        {"nothing to hide", "{\"value\":7.10,\"unit\":\"mm/s\",\"ok\":true,\"x\":null}",
         "{\"value\":7.10,\"unit\":\"mm/s\",\"ok\":true,\"x\":null}"},
        {"an operator", "{\"operator\":\"Ahmed Ali\",\"value\":7}",
         "{\"operator\":\"A.A.\",\"value\":7}"},
        {"by ending", "{\"acknowledged_by\":\"sara.saleh@x.example\",\"standby\":1}",
         "{\"acknowledged_by\":\"S.S.\",\"standby\":1}"},
        {"an id", "{\"Operator_ID\":4711}", "{\"Operator_ID\":\"***\"}"},
        {"any depth", "{\"a\":[{\"user\":\"Omar\"},2],\"b\":{\"user_name\":\"Omar\"}}",
         "{\"a\":[{\"user\":\"O.\"},2],\"b\":{\"user_name\":\"O.\"}}"},
        {"a list of people", "{\"operators\":[\"A B\",{\"c\":[1]}],\"after\":1}",
         "{\"operators\":\"***\",\"after\":1}"},
        {"secrets", "{\"phone\":\"050\",\"api_token\":\"t\",\"mobile\":{\"a\":1},\"z\":0}",
         "{\"phone\":\"***\",\"api_token\":\"***\",\"mobile\":\"***\",\"z\":0}"},
        {"no JSON", "{\"a\":", "{}"},
        {"escapes", "{\"a\\\"b\":\"\\u0041\\n\"}", "{\"a\\\"b\":\"A\\n\"}"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].label, incident_mask_payload(*state, oq_cstr(row[i].json)), row[i].wanted);
}

static incident full(void)
{
    oq_str json = OQ_STR("{}");
    return (incident){.title = OQ_STR("trip"),
                      .trace_id = {{1}},
                      .rca_summary = json,
                      .root_cause_score = json,
                      .event_story = json,
                      .recommended_actions = json,
                      .impact_estimate =
                          OQ_STR("{\"downtime_h\":{\"mid\":2},\"cost_minor\":{\"mid\":500},"
                                 "\"currency\":\"SAR\",\"carbon_kg\":1}"),
                      .financial_impact_estimate = json,
                      .confirmed_cause = OQ_STR("bearing_fault"),
                      .confirmed_note = OQ_STR("greased too late"),
                      .confirmed_by = {{2}}};
}

static void test_summary(void **state)
{
    static const struct {
        const char *label, *json, *wanted;
    } row[] = {
        {"factors", "{\"a\":1,\"contributing_factors\":[{\"en\":\"Sara opened it\"},[2]],\"b\":2}",
         "{\"a\":1,\"b\":2}"},
        {"a text", "{\"contributing_factors\":\"Sara\",\"b\":null}", "{\"b\":null}"},
        {"none", "{\"contributing_factors\":null}", "{}"},
        {"deeper", "{\"a\":{\"contributing_factors\":1}}", "{\"a\":{\"contributing_factors\":1}}"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].label, incident_mask_summary(*state, oq_cstr(row[i].json)), row[i].wanted);
    incident it = full();
    it.rca_summary = oq_cstr(row[0].json);
    incident_mask(*state, &(incident_view){.extent = INCIDENT_MASKED}, &it);
    CHECK_STR("masked", it.rca_summary, row[0].json);
    incident_mask(*state, &(incident_view){.extent = INCIDENT_SUMMARY}, &it);
    CHECK_STR("summary", it.rca_summary, row[0].wanted);
}

static void test_incident(void **state)
{
    incident it = full();
    incident_mask(*state, &(incident_view){.extent = INCIDENT_FULL}, &it);
    assert_false(oq_uuid_is_zero(it.confirmed_by));
    incident_mask(*state, &(incident_view){.extent = INCIDENT_MASKED, .shows_notes = true}, &it);
    assert_true(oq_uuid_is_zero(it.confirmed_by));
    assert_true(oq_str_given(it.confirmed_note) && oq_str_given(it.event_story));
    it = full();
    incident_mask(*state, &(incident_view){.extent = INCIDENT_SUMMARY}, &it);
    assert_false(oq_str_given(it.confirmed_note));
    assert_false(oq_str_given(it.event_story));
    assert_false(oq_str_given(it.financial_impact_estimate));
    CHECK_STR("no money", it.impact_estimate, "{\"downtime_h\":{\"mid\":2},\"carbon_kg\":1}");
    assert_true(oq_uuid_is_zero(it.trace_id));
    assert_true(oq_str_given(it.rca_summary) && oq_str_given(it.confirmed_cause));
    it = full();
    incident_mask(*state, &(incident_view){.extent = INCIDENT_SUMMARY, .shows_notes = true}, &it);
    assert_true(oq_str_given(it.confirmed_note));
}

static void test_event(void **state)
{
    const incident_event entry = {.event_category = CATEGORY_OPERATOR_ACTION,
                                  .source_id = OQ_STR("log:7"),
                                  .summary = OQ_STR("Sara opened the valve"),
                                  .payload = OQ_STR("{\"operator\":\"Sara\"}")};
    incident_event e = entry;
    incident_mask_event(*state, &(incident_view){.extent = INCIDENT_MASKED}, &e);
    CHECK_STR("payload", e.payload, "{\"operator\":\"S.\"}");
    CHECK_STR("source", e.source_id, "***");
    e = entry;
    incident_mask_event(*state, &(incident_view){.extent = INCIDENT_SUMMARY}, &e);
    CHECK_STR("payload", e.payload, "{}");
    CHECK_STR("summary", e.summary, "***");
    e = entry;
    incident_mask_event(*state, &(incident_view){.extent = INCIDENT_FULL}, &e);
    CHECK_STR("payload", e.payload, "{\"operator\":\"Sara\"}");
}

static void test_step(void **state)
{
    incident_step_row step = {.made_by = OQ_STR("sara.saleh@x.example"),
                              .note = OQ_STR("n"),
                              .facts = OQ_STR("{\"by\":\"Sara\",\"version\":2}")};
    incident_mask_step(*state, &(incident_view){.extent = INCIDENT_MASKED, .shows_notes = true},
                       &step);
    CHECK_STR("by", step.made_by, "S.S.");
    CHECK_STR("facts", step.facts, "{\"by\":\"S.\",\"version\":2}");
    CHECK_STR("note", step.note, "n");
    incident_mask_step(*state, &(incident_view){.extent = INCIDENT_SUMMARY}, &step);
    assert_false(oq_str_given(step.note));
    CHECK_STR("facts", step.facts, "{}");
}

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_initials), cmocka_unit_test(test_payload),
        cmocka_unit_test(test_summary),  cmocka_unit_test(test_incident),
        cmocka_unit_test(test_event),    cmocka_unit_test(test_step),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
