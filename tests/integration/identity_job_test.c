/* What ages away: sessions, one-time views, reset links, counts of attempts. */
#include <unistd.h>

#include "identity/identity_job.h"
#include "integration/identity_people.h"

#include "base/banned.h"

/* Runs a kind in a worker of its own; its result. */
static oq_str run(people *p, person where, const char *kind)
{
    const job_kind *const kinds[] = {identity_job_kinds, NULL};
    oq_uuid id;
    job_runner *runner;
    job *j = NULL;
    oq_scope *s = people_scope(p, where, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = kind, .run_at = OQ_TIME_NONE}, &id));
    people_commit(s);
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = p->pool,
                                                   .kinds = kinds,
                                                   .worker = OQ_STR("test"),
                                                   .threads = 1,
                                                   .lease = 60 * OQ_SECOND},
                             &runner));
    for (int i = 0; i < 3000; i++) {
        s = people_scope(p, where, OQ_READ);
        CHECK_OK(job_get(s, id, &j));
        oq_scope_close(s);
        if (j->state != JOB_READY && j->state != JOB_RUNNING)
            break;
        usleep(10000);
    }
    job_runner_close(runner, 1000);
    if (j->state != JOB_DONE)
        fail_msg("%s: %s %.*s", kind, oq_choice_text(job_state_choices, j->state),
                 OQ_FMT(j->error_code));
    return j->result;
}

/* One of each, of an end so many days ago. */
static void add_rows(people *p, person who, int days_past_end)
{
    const char *tenant = oq_str_c(p->arena, oq_uuid_text(p->arena, person_tenant(who)));
    const char *owner = oq_str_c(p->arena, oq_uuid_text(p->arena, person_id(who)));
    long long end = (long long)(NOW / OQ_SECOND) - days_past_end * 86400LL;
    people_exec(p,
                "INSERT INTO user_sessions (tenant_id, id, user_id, acting_tenant_id, csrf_token,"
                " created_at, seen_at, expires_at) VALUES ('%s', gen_random_uuid(), '%s', '%s',"
                " 'x', now(), now(), to_timestamp(%lld))",
                tenant, owner, tenant, end);
    people_exec(p,
                "INSERT INTO one_time_secrets (tenant_id, id, purpose, owner_id, expires_at)"
                " VALUES ('%s', gen_random_uuid(), 'x', '%s', to_timestamp(%lld))",
                tenant, owner, end);
    people_exec(p,
                "INSERT INTO password_resets (tenant_id, id, user_id, secret_hash, expires_at)"
                " VALUES ('%s', gen_random_uuid(), '%s', 'x', to_timestamp(%lld))",
                tenant, owner, end);
}

static int64_t rows_left(people *p)
{
    return people_number(p, "SELECT (SELECT count(*) FROM user_sessions) + "
                            "(SELECT count(*) FROM one_time_secrets) + "
                            "(SELECT count(*) FROM password_resets)");
}

static void test_trim(void **state)
{
    people *p = *state;
    static const int days[] = {-1, 0, 29, 31, 400};
    for (size_t i = 0; i < OQ_COUNT(days); i++)
        add_rows(p, ADMIN, days[i]);
    add_rows(p, OTHER, 31);
    CHECK("at first", rows_left(p) == 18);
    CHECK_STR("two of three", run(p, ADMIN, "identity.trim"), "{\"deleted\": 6}");
    CHECK("the rest stays, another tenant's too", rows_left(p) == 12);
    CHECK_STR("running twice", run(p, ADMIN, "identity.trim"), "{\"deleted\": 0}");
}

static void test_throttle_trim(void **state)
{
    people *p = *state;
    static const struct {
        const char *key;
        int window_h, blocked_h; /* ago; blocked 0: never */
    } row[] = {{"old", 25, 0}, {"old, blocked", 25, 24}, {"still blocked", 25, -1}, {"new", 1, 0}};
    long long now = (long long)(NOW / OQ_SECOND);
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        people_exec(p,
                    "INSERT INTO login_throttle VALUES ('%s', 1, to_timestamp(%lld), "
                    "CASE WHEN %d <> 0 THEN to_timestamp(%lld) END)",
                    row[i].key, now - row[i].window_h * 3600LL, row[i].blocked_h,
                    now - row[i].blocked_h * 3600LL - 1);
    CHECK_STR("two", run(p, OWNER, "identity.throttle_trim"), "{\"deleted\": 2}");
    CHECK("the others stay", people_number(p, "SELECT count(*) FROM login_throttle WHERE key IN "
                                              "('still blocked', 'new')") == 2);
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {EACH(test_trim), EACH(test_throttle_trim)};
    return cmocka_run_group_tests(tests, people_open, people_close);
}
