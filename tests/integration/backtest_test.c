/* The backtests over published data, where those are there: what they promise, and that an answer
 * does not depend on what came later. */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backtest/backtest.h"
#include "backtest/files.h"
#include "base/test.h"
#include "recipe/source.h"
#include "support/shared_data.h"

#include "base/banned.h"

enum { FILE_MAX = 64 * 1024 * 1024 };

static double figure(const report *r, const char *name)
{
    const report_figure *f = report_figure_find(r, name);
    if (!f)
        fail_msg("there is no figure %s", name);
    return f->value;
}

static const report_table *table_of(const report *r, const char *name)
{
    for (size_t i = 0; i < r->tables; i++)
        if (strcmp(r->table[i].name, name) == 0)
            return &r->table[i];
    fail_msg("there is no table %s", name);
    return NULL;
}

/* --- azure-pdm: two weeks of July --------------------------------------------------------------*/

static const char *const azure_files[] = {
    "PdM_errors.csv", "PdM_failures.csv",           "PdM_machines.csv",
    "PdM_maint.csv",  "PdM_telemetry_daily.csv.gz", "PdM_telemetry_hourly.csv.gz",
};

/* Rows before `before` (which sorts as text), and those that have no time. */
static void copy_until(oq_arena *arena, const char *from, const char *to, const char *before)
{
    oq_str text, line;
    CHECK_OK(source_text(arena, from, FILE_MAX, &text));
    FILE *out = fopen(to, "wbe");
    assert_non_null(out);
    while (oq_str_cut(&text, '\n', &line)) {
        bool is_time = line.len > 19 && line.ptr[4] == '-' && line.ptr[13] == ':';
        if (!is_time || oq_str_cmp(oq_str_sub(line, 0, 19), oq_cstr(before)) < 0)
            fprintf(out, "%.*s\n", OQ_FMT(line));
    }
    fclose(out);
}

static report *run_azure(oq_arena *arena, const char *folder, int from_day, int to_day)
{
    report *r;
    CHECK_OK(backtest_azure(arena, folder, oq_days_from_civil(2015, 7, from_day) * OQ_DAY,
                            oq_days_from_civil(2015, 7, to_day) * OQ_DAY, &r));
    return r;
}

static void test_azure(void **state)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    const char *folder = shared_data(arena, "azure-pdm");
    if (!folder) {
        oq_arena_close(arena);
        skip();
    }
    report *r = run_azure(arena, folder, 1, 8);
    assert_true(figure(r, "azure.incidents") >= 5);
    assert_true(figure(r, "azure.top1") >= 0.95);
    assert_true(figure(r, "azure.brier") < 0.2);

    /* The same answers when nothing after the week is known, not even that there is an after. */
    char copy[] = "/tmp/optria_azure_XXXXXX";
    assert_non_null(mkdtemp(copy));
    for (size_t i = 0; i < OQ_COUNT(azure_files); i++)
        copy_until(arena, file_path(arena, "%s/%s", folder, azure_files[i]),
                   file_path(arena, "%s/%s", copy, azure_files[i]), "2015-07-08 00:00:00");
    report *then = run_azure(arena, copy, 1, 8);
    assert_int_equal(then->figures, r->figures);
    for (size_t i = 0; i < r->figures; i++)
        CHECK(r->figure[i].name, then->figure[i].value == r->figure[i].value);
    for (size_t i = 0; i < OQ_COUNT(azure_files); i++)
        unlink(file_path(arena, "%s/%s", copy, azure_files[i]));
    rmdir(copy);
    oq_arena_close(arena);
}

/* --- the others: as far as they promise something ------------------------------------------------*/

static void test_promises(void **state)
{
    static const struct {
        int dataset;
        const char *table;
    } row[] = {
        {BACKTEST_CAUSRCA, "map3"},
        {BACKTEST_PETSHOP, "recall"},
        {BACKTEST_TEP, "diagnoses"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(1 << 20);
        const char *name = oq_choice_text(backtest_dataset_choices, row[i].dataset);
        const char *folder = shared_data(arena, name);
        report *r;
        if (folder) {
            CHECK_OK(backtest_run(arena, row[i].dataset, folder, &r));
            for (size_t k = 0; k < r->figures; k++) {
                const report_figure *f = &r->figure[k];
                CHECK(f->name, isnan(f->wanted) ||
                                   (f->is_at_most ? f->value <= f->wanted : f->value >= f->wanted));
            }
            assert_true(table_of(r, row[i].table)->cells > 8);
        }
        oq_arena_close(arena);
    }
}

/* A folder without the data is named, and nothing else happens. */
static void test_no_data(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (const oq_choice *c = backtest_dataset_choices; c->text; c++) {
        report *r = NULL;
        CHECK_CODE(c->text, backtest_run(arena, c->value, "/nonexistent", &r),
                   "import.file_unreadable");
        assert_null(r);
        oq_err_reset();
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_azure),
        cmocka_unit_test(test_promises),
        cmocka_unit_test(test_no_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
