/* The queue's rules that need no database. */
#include "base/test.h"
#include "job/inner.h"

static void test_back_off(void **state)
{
    static const struct {
        int64_t tries;
        double least_s, most_s;
    } row[] = {
        {1, 4, 6},
        {2, 8, 12},
        {3, 16, 24},
        {4, 32, 48},
        {9, 1024, 1536},
        {10, 2048, 3072},
        {11, 2880, 4320},
        {12, 2880, 4320},
        {1000, 2880, 4320},
        {0, 4, 6},
        {INT64_MAX, 2880, 4320},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char label[32];
        snprintf(label, sizeof label, "try %lld", (long long)row[i].tries);
        CHECK(label, job_back_off(row[i].tries, 0) == (oq_us)(row[i].least_s * OQ_SECOND));
        oq_us most = job_back_off(row[i].tries, 0.999999);
        CHECK(label, most <= (oq_us)(row[i].most_s * OQ_SECOND));
        CHECK(label, most > (oq_us)(row[i].most_s * 0.999 * OQ_SECOND));
    }
    for (int i = 0; i < 1000; i++) {
        double dice = job_dice();
        CHECK("dice", dice >= 0 && dice < 1);
    }
}

static void test_outcome(void **state)
{
    const struct {
        const char *label;
        const oq_err *err;
        int64_t tries;
        job_outcome outcome;
    } row[] = {
        {"well", NULL, 1, JOB_OUTCOME_DONE},
        {"a peer is away", oq_fail(OQ_UNAVAILABLE, "t.away"), 1, JOB_OUTCOME_AGAIN},
        {"too slow", oq_fail(OQ_TIMEOUT, "t.slow"), 2, JOB_OUTCOME_AGAIN},
        {"too much", oq_fail(OQ_LIMIT, "t.many"), 2, JOB_OUTCOME_AGAIN},
        {"the last try", oq_fail(OQ_UNAVAILABLE, "t.away"), 3, JOB_OUTCOME_FAILED},
        {"more tries than there are", oq_fail(OQ_TIMEOUT, "t.slow"), 4, JOB_OUTCOME_FAILED},
        {"again does not help", oq_fail(OQ_INVALID, "t.bad"), 1, JOB_OUTCOME_FAILED},
        {"our mistake", oq_fail(OQ_INTERNAL, "t.bug"), 1, JOB_OUTCOME_FAILED},
        {"too long", oq_fail(OQ_TIMEOUT, "job.limit"), 1, JOB_OUTCOME_AGAIN},
        {"somebody wants it to stop", oq_fail(OQ_CONFLICT, "job.cancelled"), 1,
         JOB_OUTCOME_CANCELLED},
        {"the same, told on",
         oq_wrap(oq_fail(OQ_CONFLICT, "job.cancelled"), OQ_INTERNAL, "t.solver_stopped"), 1,
         JOB_OUTCOME_CANCELLED},
        {"the worker ends", oq_fail(OQ_UNAVAILABLE, "job.stopping"), 3, JOB_OUTCOME_RETURN},
        {"somebody else has it", oq_fail(OQ_CONFLICT, "job.lost"), 1, JOB_OUTCOME_LOST},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, job_outcome_of(row[i].err, row[i].tries, 3) == row[i].outcome);
}

static void test_the_schedule_does_not_drift(void **state)
{
    static const struct {
        const char *label;
        oq_us next_at, now, next;
    } row[] = {
        {"on the dot", 1000, 1000, 1100},
        {"a little late", 1000, 1007, 1100},
        {"just before the next", 1000, 1099, 1100},
        {"a whole period late", 1000, 1100, 1200},
        {"long asleep", 1000, 98765, 98800},
        {"not yet", 1050, 1000, 1050},
        {"the period became shorter", 90000, 1000, 1100},
        {"before 1970", -1000, -995, -900},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, job_schedule_next(row[i].next_at, row[i].now, 100) == row[i].next);
}

static oq_err *nothing(job_run *run)
{
    return NULL;
}

static const job_kind some[] = {
    {.name = "a.parallel", .run = nothing},
    {.name = "a.tenant", .run = nothing, .lane = JOB_PER_TENANT, .every_s = 60, .tries_max = 2},
    {.name = NULL},
};
static const job_kind more[] = {
    {.name = "b.key", .run = nothing, .lane = JOB_PER_KEY},
    {.name = "b.platform", .run = nothing, .every_s = 3600, .is_platform = true},
    {.name = NULL},
};

static void check_names(const char *label, oq_strs names, const char *wanted)
{
    OQ_AUTO(oq_buf) joined = oq_buf_make(1000);
    for (size_t i = 0; i < names.count; i++)
        oq_buf_f(&joined, "%s%.*s", i ? " " : "", OQ_FMT(names.at[i]));
    CHECK_STR(label, oq_buf_view(&joined), wanted);
}

static void test_catalog(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    const job_kind *const kinds[] = {some, more, NULL};
    job_catalog c;
    job_catalog_fill(arena, kinds, &c);
    check_names("names", c.names, "a.parallel a.tenant b.key b.platform");
    check_names("per tenant", c.per_tenant, "a.tenant");
    check_names("per key", c.per_key, "b.key");
    check_names("timed", c.timed, "a.tenant");
    check_names("timed for the platform", c.timed_platform, "b.platform");
    CHECK("tries",
          c.tries_max.count == 4 && c.tries_max.at[0] == JOB_TRIES_MAX && c.tries_max.at[1] == 2);
    CHECK("periods", c.timed_every_s.at[0] == 60 && c.timed_platform_every_s.at[0] == 3600);
    CHECK("find", job_catalog_find(&c, OQ_STR("b.key")) == &more[0]);
    CHECK("miss", job_catalog_find(&c, OQ_STR("b.kay")) == NULL);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_outcome),
        cmocka_unit_test(test_the_schedule_does_not_drift),
        cmocka_unit_test(test_catalog),
    };
    return cmocka_run_group_tests_name("job_rules", tests, NULL, NULL);
}
