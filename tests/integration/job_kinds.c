#include "integration/job_kinds.h"

#include <math.h>
#include <unistd.h>

#include "integration/job_kinds.sql.h"

#include "base/banned.h"

int job_hangs_at = -1;
atomic_bool job_may_end;
atomic_int job_met;
const char *job_worker = "w1";
char job_told[200];

static const atomic_bool never_stopping;

/* --- kinds -------------------------------------------------------------------------------------*/

static oq_err *mark(job_run *run, bool is_effect)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_str worker = oq_cstr(job_worker);
    oq_err *err = is_effect ? sql_mark_effect(s, (sql_mark_effect_args){job_id(run), worker}, NULL)
                            : sql_mark_start(s, (sql_mark_start_args){job_id(run), worker}, NULL);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *run_effect(job_run *run)
{
    OQ_TRY(mark(run, false));
    return mark(run, true);
}

static oq_err *run_hang(job_run *run)
{
    OQ_TRY(mark(run, false));
    if (job_hangs_at < 0)
        return mark(run, true);
    if (write(job_hangs_at, "h", 1) != 1)
        abort();
    for (;;)
        pause();
}

static oq_err *run_away(job_run *run)
{
    return oq_fail(OQ_UNAVAILABLE, "t.away", "host=%s", "h");
}

static oq_err *told_of_end(oq_scope *s, const job_ended *ended)
{
    size_t len = strlen(job_told);
    snprintf(job_told + len, sizeof job_told - len, "%s:%.*s:%.*s ",
             oq_choice_text(job_state_choices, ended->state), OQ_FMT(ended->error_code),
             OQ_FMT(ended->key));
    return NULL;
}

static oq_err *run_bad(job_run *run)
{
    return oq_wrap(oq_fail(OQ_INVALID, "t.deep"), OQ_INVALID, "t.bad", "name=%s", "pump");
}

static oq_err *run_loop(job_run *run)
{
    for (double progress = 0;; progress += 0.001) {
        OQ_TRY(job_checkpoint(run, progress, OQ_STR("looping")));
        usleep(1000);
    }
}

static oq_err *run_deaf(job_run *run)
{
    while (!job_may_end)
        usleep(1000);
    return NULL;
}

static oq_err *run_meet(job_run *run)
{
    job_met++;
    while (job_met < 2) {
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        usleep(1000);
    }
    return NULL;
}

static oq_err *step_lane(job_run *run, oq_str lane, bool enter)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = enter ? sql_lane_enter(s, (sql_lane_enter_args){lane, job_id(run)}, NULL)
                        : sql_lane_leave(s, (sql_lane_leave_args){lane, job_id(run)}, NULL);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* Stays long enough that another would come in, were it let in. */
static oq_err *run_lane(job_run *run)
{
    oq_str lane = oq_str_given(job_key(run)) ? job_key(run) : OQ_STR("-");
    OQ_TRY(step_lane(run, lane, true));
    usleep(3000);
    OQ_TRY(step_lane(run, lane, false));
    return mark(run, true);
}

static oq_err *run_result(job_run *run)
{
    job_set_result(run, job_payload(run));
    return NULL;
}

static oq_err *run_broken_result(job_run *run)
{
    job_set_result(run, OQ_STR("{"));
    return NULL;
}

const job_kind test_kinds[] = {
    {.name = "t.effect", .run = run_effect},
    {.name = "t.hang", .run = run_hang},
    {.name = "t.away", .run = run_away, .on_end = told_of_end, .tries_max = 3},
    {.name = "t.bad", .run = run_bad},
    {.name = "t.loop", .run = run_loop},
    {.name = "t.short", .run = run_loop, .limit_s = 1, .tries_max = 2},
    {.name = "t.deaf", .run = run_deaf},
    {.name = "t.meet", .run = run_meet},
    {.name = "t.tenant", .run = run_lane, .lane = JOB_PER_TENANT},
    {.name = "t.key", .run = run_lane, .lane = JOB_PER_KEY},
    {.name = "t.result", .run = run_result},
    {.name = "t.routine", .run = run_effect, .is_routine = true},
    {.name = "t.broken_result", .run = run_broken_result},
    {.name = "t.minute", .run = run_effect, .every_s = 60},
    {.name = "t.platform", .run = run_effect, .every_s = 3600, .is_platform = true},
    {.name = NULL},
};
const job_kind *const test_kind_list[] = {test_kinds, job_own_kinds, NULL};

/* --- the database ------------------------------------------------------------------------------*/

#define TABLE(name, columns)                                                                       \
    "CREATE TABLE " name " (tenant_id uuid NOT NULL, " columns ");"                                \
    "ALTER TABLE " name " ENABLE ROW LEVEL SECURITY;"                                              \
    "CREATE POLICY app ON " name " TO optria_app"                                                  \
    " USING (tenant_id = nullif(current_setting('optria.tenant', true), '')::uuid);"               \
    "GRANT SELECT, INSERT, DELETE ON " name " TO optria_app;"

static const char tables[] = TABLE("job_starts", "job_id uuid NOT NULL, worker text")
    TABLE("job_effects", "job_id uuid NOT NULL, worker text, place bigint NOT NULL"
                         " GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant_id, job_id)")
        TABLE("job_lanes", "lane text NOT NULL, job_id uuid NOT NULL, PRIMARY KEY (tenant_id, "
                           "lane)") "INSERT INTO tenants (id, code, name, industry) VALUES"
                                    " ('0a000000-0000-0000-0000-000000000000', 'TA', 'A', 'power'),"
                                    " ('0b000000-0000-0000-0000-000000000000', 'TB', 'B', "
                                    "'water');";

int job_fixture_open(void **state)
{
    job_fixture *f = calloc(1, sizeof *f);
    f->arena = oq_arena_open(0);
    f->db = testdb_open();
    testdb_exec(f->db, tables);
    job_catalog_fill(f->arena, test_kind_list, &f->catalog);
    *state = f;
    return 0;
}

int job_fixture_close(void **state)
{
    job_fixture *f = *state;
    db_pool_close(f->pool);
    testdb_close(f->db);
    oq_arena_close(f->arena);
    oq_clock_set(OQ_TIME_NONE);
    free(f);
    return 0;
}

int job_fixture_reset(void **state)
{
    job_fixture *f = *state;
    oq_err_reset();
    oq_clock_set(JOB_FIXTURE_NOW);
    job_hangs_at = -1;
    job_may_end = false;
    job_met = 0;
    job_worker = "w1";
    job_told[0] = 0;
    testdb_exec(f->db,
                "TRUNCATE jobs, job_turns, job_schedules, job_starts, job_effects, job_lanes;"
                "DELETE FROM tenant_settings;"
                "UPDATE tenants SET status = 'active';"
                "DELETE FROM tenants WHERE code LIKE 'EXTRA%'");
    db_pool_close(f->pool);
    f->pool = NULL;
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = 8;
    CHECK_OK(db_pool_open(&options, &f->pool));
    f->queue = (job_queue){
        .pool = f->pool, .catalog = &f->catalog, .worker = OQ_STR("w1"), .lease = 60 * OQ_SECOND};
    return 0;
}

static oq_scope *open_scope(job_fixture *f, oq_uuid tenant, oq_access access)
{
    oq_scope *s = NULL;
    CHECK_OK(oq_scope_open(
        &(oq_scope_options){.pool = f->pool,
                            .tenant_id = tenant,
                            .access = access,
                            .actor = {.kind = ACTOR_USER, .label = OQ_STR("sara@a.example")},
                            .request_id = OQ_STR("request-1"),
                            .arena = f->arena},
        &s));
    return s;
}

oq_uuid job_fixture_add(job_fixture *f, oq_uuid tenant, const job_order *order)
{
    oq_uuid id;
    oq_scope *s = open_scope(f, tenant, OQ_WRITE);
    CHECK_OK(job_add(s, order, &id));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    return id;
}

oq_uuid job_fixture_add_kind(job_fixture *f, oq_uuid tenant, const char *kind)
{
    return job_fixture_add(f, tenant, &(job_order){.kind = kind, .run_at = OQ_TIME_NONE});
}

void job_fixture_cancel(job_fixture *f, oq_uuid tenant, oq_uuid id)
{
    oq_scope *s = open_scope(f, tenant, OQ_WRITE);
    CHECK_OK(job_cancel(s, id));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
}

job *job_fixture_get(job_fixture *f, oq_uuid tenant, oq_uuid id)
{
    job *found = NULL;
    oq_scope *s = open_scope(f, tenant, OQ_READ);
    CHECK_OK(job_get(s, id, &found));
    oq_scope_close(s);
    return found;
}

int64_t job_fixture_number(job_fixture *f, const char *sql)
{
    return testdb_number(f->db, sql);
}

void job_fixture_await(job_fixture *f, const char *sql, int64_t wanted)
{
    oq_us until = oq_monotonic() + 30 * OQ_SECOND;
    int64_t got;
    while ((got = testdb_number(f->db, sql)) != wanted) {
        if (oq_monotonic() > until)
            fail_msg("%s: wanted %lld, still %lld", sql, (long long)wanted, (long long)got);
        usleep(5000);
    }
}

oq_scope *job_fixture_scope(job_fixture *f, oq_uuid tenant)
{
    return open_scope(f, tenant, OQ_WRITE);
}

job_queue job_fixture_other(job_fixture *f)
{
    job_queue q = f->queue;
    q.worker = OQ_STR("w2");
    return q;
}

job_claimed job_fixture_claim(job_fixture *f, const job_queue *q)
{
    bool found;
    job_claimed claimed;
    oq_us next_at;
    CHECK_OK(job_queue_claim(q, f->arena, &found, &claimed, &next_at));
    CHECK("found", found);
    return claimed;
}

void job_fixture_settle(job_fixture *f, const job_queue *q, const job_claimed *c, const oq_err *err,
                        bool wanted)
{
    bool settled;
    CHECK_OK(job_queue_settle(q, f->arena, &c->try, err, OQ_NONE, &settled));
    CHECK("settled", settled == wanted);
}

bool job_fixture_step(job_fixture *f, const job_queue *q)
{
    bool found, settled = true;
    job_claimed claimed;
    oq_us next_at;
    CHECK_OK(job_queue_claim(q, f->arena, &found, &claimed, &next_at));
    if (!found)
        return false;
    job_run run;
    job_run_init(&run, q, f->arena, &claimed, &never_stopping);
    oq_err *err = job_run_execute(&run);
    CHECK_OK(job_queue_settle(q, f->arena, &claimed.try, err, run.result, &settled));
    CHECK("settled", settled);
    return true;
}

oq_us job_fixture_next_at(job_fixture *f, const job_queue *q)
{
    bool found;
    job_claimed claimed;
    oq_us next_at;
    CHECK_OK(job_queue_claim(q, f->arena, &found, &claimed, &next_at));
    CHECK("nothing to claim", !found);
    return next_at;
}
