/* `optria replay` over a database with incidents: what it prints, and that it writes nothing. */
#include "integration/blackbox_plant.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "support/testapp.h"

#include "base/test.h"

#include "base/banned.h"

/* What the command says; *ret_status: how it ended. */
static oq_str replay(house *h, const char *words, int *ret_status)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1024 * 1024);
    oq_str command = oq_strf(h->arena,
                             "LC_ALL=C.UTF-8 OPTRIA_DB_URL='%.*s' JWT_SECRET_KEY='%s'"
                             " OPTRIA_MASTER_KEY='%s' \"$OPTRIA_TEST_BIN\" replay %s 2>&1",
                             OQ_FMT(testdb_url(h->db)), TESTAPP_JWT_KEY, TESTAPP_MASTER_KEY, words);
    FILE *f = popen(command.ptr, "r");
    assert_non_null(f);
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        oq_buf_put(&out, part, n);
    int status = pclose(f);
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return oq_str_copy(h->arena, oq_buf_view(&out));
}

static void expect(house *h, const char *label, const char *words, int status,
                   const char *const *parts)
{
    int ended;
    oq_str said = replay(h, words, &ended);
    if (ended != status)
        fail_msg("%s: ended with %d: %.*s", label, ended, OQ_FMT(said));
    for (; *parts; parts++)
        if (oq_str_find(said, oq_cstr(*parts)) == SIZE_MAX)
            fail_msg("%s: no %s in %.*s", label, *parts, OQ_FMT(said));
}
#define EXPECT(h, label, words, status, ...)                                                       \
    expect((h), (label), (words), (status), (const char *const[]){__VA_ARGS__, NULL})

#define SPAN " --from 2024-10-01T00:00:00Z --to 2024-10-10T00:00:00Z"
#define ALL_THAT_IS_STORED                                                                         \
    "SELECT md5(string_agg(t, '')) FROM (SELECT i::text AS t FROM blackbox_incidents i UNION ALL"  \
    " SELECT e::text FROM blackbox_events e UNION ALL SELECT s::text FROM"                         \
    " blackbox_incident_steps s UNION ALL SELECT j.kind FROM jobs j ORDER BY 1) x"

static void test_replay(void **state)
{
    house *h = *state;
    event_order e[] = {bb_alert("a", -60, P101, SEVERITY_MAJOR),
                       bb_alert("b", -50, P102, SEVERITY_CRITICAL),
                       bb_alert("c", 0, P301, SEVERITY_MAJOR)};
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    oq_str before = oq_str_copy(h->arena, oq_cstr(testdb_value(h->db, ALL_THAT_IS_STORED)));
    EXPECT(h, "the same", "A_DEMO" SPAN, 0, "3 triggers", "2 incidents");
    EXPECT(h, "as JSON", "A_DEMO --json" SPAN, 0, "\"triggers\":3", "\"same\":2",
           "\"differences\":[]");
    CHECK_STR("nothing is written", oq_cstr(testdb_value(h->db, ALL_THAT_IS_STORED)), before.ptr);
    EXPECT(h, "elsewhere", "B_DEMO" SPAN, 0, "0 triggers");
    testdb_exec(h->db, "UPDATE blackbox_incidents SET severity = 'MINOR' WHERE title = 'a'");
    testdb_exec(h->db, "DELETE FROM blackbox_incident_events WHERE incident_id = (SELECT id FROM"
                       " blackbox_incidents WHERE title = 'c'); DELETE FROM"
                       " blackbox_incident_steps WHERE incident_id = (SELECT id FROM"
                       " blackbox_incidents WHERE title = 'c'); DELETE FROM blackbox_incidents"
                       " WHERE title = 'c'");
    EXPECT(h, "a table", "A_DEMO" SPAN, 65, "different", "INC-1", "missing", "critical");
    EXPECT(h, "as JSON", "A_DEMO --json" SPAN, 65, "\"verdict\":\"different\"",
           "\"verdict\":\"missing\"", "\"number\":null", "\"severity\":\"CRITICAL\"");
    testdb_exec(h->db, "UPDATE blackbox_events SET is_trigger = false");
    EXPECT(h, "what nothing gives", "A_DEMO --json" SPAN, 65, "\"verdict\":\"extra\"");
}

static void test_refused(void **state)
{
    house *h = *state;
    EXPECT(h, "no tenant", "NOBODY" SPAN, 1, "NOBODY");
    EXPECT(h, "no span", "A_DEMO --from 2024-10-02T00:00:00Z --to 2024-10-01T00:00:00Z", 64,
           "--from");
    EXPECT(h, "help", "--help", 0, "Nothing is", "--json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_replay, bb_reset),
        cmocka_unit_test_setup(test_refused, bb_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
