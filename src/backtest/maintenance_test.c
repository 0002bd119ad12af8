/* The backtest of maintenance on a small fleet made by hand: ten machines whose components fail
 * every twelve days in turn, each with its error the night before. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "backtest/backtest.h"
#include "backtest/files.h"
#include "base/test.h"

#include "base/banned.h"

enum { MACHINES = 10, EACH = 14, LAST_DAY = 180, FROM = 120, TO = 170 };

static const char *const names[] = {
    "PdM_errors.csv", "PdM_failures.csv",           "PdM_machines.csv",
    "PdM_maint.csv",  "PdM_telemetry_daily.csv.gz", "PdM_telemetry_hourly.csv.gz",
};

typedef struct fleet {
    char folder[40];
    FILE *file[OQ_COUNT(names)];
    oq_arena *arena;
    int last_day; /* what comes later is not written */
} fleet;

/* "2015-01-05 06:00:00", of days since 1 January. */
static const char *moment(fleet *f, int day, int hour)
{
    int year, month, of_month;
    oq_civil_from_days(oq_days_from_civil(2015, 1, 1) + day, &year, &month, &of_month);
    return oq_str_c(f->arena,
                    oq_strf(f->arena, "%04d-%02d-%02d %02d:00:00", year, month, of_month, hour));
}

static int failure_day(int machine, int i)
{
    return 10 + machine + 12 * i;
}

static int failure_component(int machine, int i)
{
    return (machine + i) % 4;
}

static void put_failure(fleet *f, int machine, int i)
{
    static const char *const sign[][2] = {
        {"error1", NULL}, {"error2", "error3"}, {"error4", NULL}, {"error5", NULL}};
    int day = failure_day(machine, i), k = failure_component(machine, i);
    if (day > f->last_day)
        return;
    fprintf(f->file[1], "%s,%d,comp%d\n", moment(f, day, 6), machine, k + 1);
    fprintf(f->file[3], "%s,%d,comp%d\n", moment(f, day, 6), machine, k + 1);
    for (int e = 0; e < 2 && sign[k][e]; e++)
        fprintf(f->file[0], "%s,%d,%s\n", moment(f, day - 1, 2), machine, sign[k][e]);
}

/* Every tenth day an error1 that nothing follows. */
static bool has_false_error(int machine, int day)
{
    return (day + 3 * machine) % 10 == 0;
}

static void put_day(fleet *f, int machine, int day)
{
    static const double usual[] = {170, 446, 100, 40}, failing[] = {190, 370, 125, 50};
    double value[4];
    for (int k = 0; k < 4; k++)
        value[k] = usual[k] + (machine * 7 + day * 13 + k) % 5;
    for (int i = 0; i < EACH; i++)
        if (failure_day(machine, i) == day + 1)
            value[failure_component(machine, i)] = failing[failure_component(machine, i)];
    fprintf(f->file[4], "%s,%d,%.1f,%.1f,%.1f,%.1f\n", moment(f, day, 6), machine, value[0],
            value[1], value[2], value[3]);
    if (has_false_error(machine, day))
        fprintf(f->file[0], "%s,%d,error1\n", moment(f, day, 1), machine);
}

static fleet fleet_write(oq_arena *arena, int last_day)
{
    fleet f = {.folder = "/tmp/optria_fleet_XXXXXX", .arena = arena, .last_day = last_day};
    static const char *const head[] = {"datetime,machineID,errorID",
                                       "datetime,machineID,failure",
                                       "machineID,model,age",
                                       "datetime,machineID,comp",
                                       "period_end,machineID,volt,rotate,pressure,vibration",
                                       "datetime,machineID,volt,rotate,pressure,vibration"};
    assert_non_null(mkdtemp(f.folder));
    for (size_t i = 0; i < OQ_COUNT(names); i++) {
        f.file[i] = fopen(file_path(arena, "%s/%s", f.folder, names[i]), "we");
        assert_non_null(f.file[i]);
        fprintf(f.file[i], "%s\n", head[i]);
    }
    fprintf(f.file[5], "%s,1,170,446,100,40\n", moment(&f, 0, 7));
    for (int m = 1; m <= MACHINES; m++) {
        fprintf(f.file[2], "%d,model%d,%d\n", m, 1 + m % 2, m);
        for (int i = 0; i < EACH; i++)
            put_failure(&f, m, i);
        for (int d = 1; d <= last_day; d++)
            put_day(&f, m, d);
    }
    for (size_t i = 0; i < OQ_COUNT(names); i++)
        fclose(f.file[i]);
    return f;
}

static void fleet_remove(fleet *f)
{
    for (size_t i = 0; i < OQ_COUNT(names); i++)
        unlink(file_path(f->arena, "%s/%s", f->folder, names[i]));
    rmdir(f->folder);
}

static const backtest_costs costs = {.repair_cost = 8000,
                                     .downtime_hours = 12,
                                     .downtime_cost_per_hour = 1500,
                                     .planned_cost = 3000,
                                     .planned_hours = 3,
                                     .planned_stop_hours = 2,
                                     .labour_cost_per_hour = 150,
                                     .crews = 2,
                                     .crew_hours = 8,
                                     .prevents_days = 10};

static report *run(oq_arena *arena, const fleet *f)
{
    backtest_walk *w;
    oq_us first = oq_days_from_civil(2015, 1, 1) * OQ_DAY;
    CHECK_OK(backtest_maintenance_walk(arena, f->folder, &costs, first + FROM * OQ_DAY,
                                       first + TO * OQ_DAY, &w));
    assert_int_equal(w->last_day - w->first_day + 1, w->days);
    for (size_t i = 0; i < BACKTEST_POLICIES; i++) { /* the parts are the whole */
        const backtest_policy *p = &w->policy[i];
        double spent = 0;
        for (int64_t d = 0; d < w->days; d++)
            spent += p->day_cost[d];
        assert_true(fabs(spent - p->cost) < 0.01);
        assert_true(fabs(p->repair_cost + p->failure_stop_cost + p->work_cost +
                         p->planned_stop_cost - p->cost) < 0.01);
    }
    return backtest_maintenance_report(arena, w);
}

static double figure(const report *r, const char *name)
{
    const report_figure *f = report_figure_find(r, name);
    if (!f)
        fail_msg("there is no figure %s", name);
    return f->value;
}

/* Failures of the mornings after `from` up to the one of `to`. */
static int failures_between(int from, int to)
{
    int n = 0;
    for (int m = 1; m <= MACHINES; m++)
        for (int i = 0; i < EACH; i++)
            n += failure_day(m, i) > from && failure_day(m, i) <= to;
    return n;
}

static void test_fleet(void **state)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    fleet f = fleet_write(arena, LAST_DAY);
    report *r = run(arena, &f);
    int failures = failures_between(FROM, TO);
    assert_int_equal(figure(r, "maintenance.run_to_failure_failures"), failures);
    assert_int_equal(figure(r, "maintenance.run_to_failure_cost"), failures * 26000);
    assert_int_equal(figure(r, "maintenance.run_to_failure_hours"), failures * 12);
    /* Every failure has its error, and five crew jobs a day are enough for the false ones, too. */
    assert_int_equal(figure(r, "maintenance.error_code_failures"), 0);
    assert_true(figure(r, "maintenance.error_code_planned") > failures);
    assert_true(figure(r, "maintenance.optria_failures") < failures / 5);
    assert_true(figure(r, "maintenance.optria_cost") <= figure(r, "maintenance.error_code_cost"));
    assert_true(figure(r, "maintenance.saving_run_to_failure") > 0);
    const report_figure *saving = report_figure_find(r, "maintenance.saving_run_to_failure");
    assert_true(saving->low <= saving->value && saving->value <= saving->high);
    assert_int_equal(figure(r, "maintenance.days_count"), TO - FROM);

    /* Nothing later than the last day decided on is looked at. */
    fleet then = fleet_write(arena, TO + 1);
    report *again = run(arena, &then);
    assert_int_equal(again->figures, r->figures);
    for (size_t i = 0; i < r->figures; i++)
        assert_true(again->figure[i].value == r->figure[i].value);
    fleet_remove(&then);
    fleet_remove(&f);
    oq_arena_close(arena);
    (void)state;
}

static void test_days(void **state)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    fleet f = fleet_write(arena, 60);
    backtest_walk *w;
    oq_us day = oq_days_from_civil(2015, 6, 1) * OQ_DAY;
    CHECK_CODE("backwards", backtest_maintenance_walk(arena, f.folder, &costs, day, day, &w),
               "backtest.days_invalid");
    CHECK_CODE("too early",
               backtest_maintenance_walk(arena, f.folder, &costs, day - 140 * OQ_DAY, day, &w),
               "backtest.days_invalid");
    fleet_remove(&f);
    oq_arena_close(arena);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fleet),
        cmocka_unit_test(test_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
