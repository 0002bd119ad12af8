#include <math.h>
#include <stdlib.h>

#include "backtest/azure.h"
#include "backtest/files.h"

#include "base/banned.h"

const oq_str azure_component[AZURE_COMPONENTS] = {OQ_STR_INIT("comp1"), OQ_STR_INIT("comp2"),
                                                  OQ_STR_INIT("comp3"), OQ_STR_INIT("comp4")};
const oq_str azure_metric[2 * AZURE_METRICS] = {
    OQ_STR_INIT("volt"),
    OQ_STR_INIT("rotate"),
    OQ_STR_INIT("pressure"),
    OQ_STR_INIT("vibration"),
    OQ_STR_INIT("volt_daily_mean"),
    OQ_STR_INIT("rotate_daily_mean"),
    OQ_STR_INIT("pressure_daily_mean"),
    OQ_STR_INIT("vibration_daily_mean"),
};

enum { NAME_MAX = 40 }; /* bytes */

/* One file, and the columns that every file has. */
typedef struct azure_file {
    const char *path;
    file_table t;
    size_t time, machine;
} azure_file;

static oq_err *file_open(oq_arena *arena, const char *folder, const char *name, const char *time,
                         azure_file *ret_file)
{
    azure_file f = {.path = file_path(arena, "%s/%s", folder, name)};
    OQ_TRY(file_csv(arena, f.path, &f.t));
    OQ_TRY(file_column(&f.t, f.path, "machineID", &f.machine));
    if (time)
        OQ_TRY(file_column(&f.t, f.path, time, &f.time));
    *ret_file = f;
    return NULL;
}

static oq_err *row_machine(const azure_file *f, size_t row, size_t *ret_machine)
{
    uint64_t machine;
    if (f->t.cells[row] < f->t.cells[0])
        return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%lld", f->path,
                       (long long)f->t.line[row]);
    if (!oq_parse_u64(f->t.row[row][f->machine], &machine) || machine == 0 ||
        machine >= AZURE_MACHINES_MAX)
        return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%lld", f->path,
                       (long long)f->t.line[row]);
    *ret_machine = (size_t)machine;
    return NULL;
}

static oq_err *row_place(const azure_file *f, size_t row, size_t *ret_machine, oq_us *ret_at)
{
    OQ_TRY(row_machine(f, row, ret_machine));
    oq_err *err = file_time(f->path, f->t.row[row][f->time], ret_at);
    return err ? oq_wrap(err, OQ_INVALID, "backtest.line", "file=%s line=%lld", f->path,
                         (long long)f->t.line[row])
               : NULL;
}

static oq_err *row_number(const azure_file *f, size_t row, size_t column, double *ret_value)
{
    if (!oq_parse_f64(f->t.row[row][column], ret_value) || !isfinite(*ret_value))
        return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%lld", f->path,
                       (long long)f->t.line[row]);
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* A model, an error, a component: a word. */
static oq_err *row_name(const azure_file *f, size_t row, size_t column, oq_str *ret_name)
{
    oq_str name = f->t.row[row][column];
    bool is_word = name.len > 0 && name.len <= NAME_MAX;
    for (size_t i = 0; i < name.len; i++)
        is_word = is_word && is_letter(name.ptr[i]);
    if (!is_word)
        return oq_fail(OQ_INVALID, "backtest.name", "file=%s line=%lld", f->path,
                       (long long)f->t.line[row]);
    *ret_name = name;
    return NULL;
}

/* --- machines and their signals ------------------------------------------------------------------*/

static oq_err *read_machines(oq_arena *arena, const char *folder, azure_data *d)
{
    azure_file f;
    size_t model, age;
    OQ_TRY(file_open(arena, folder, "PdM_machines.csv", NULL, &f));
    OQ_TRY(file_column(&f.t, f.path, "model", &model));
    OQ_TRY(file_column(&f.t, f.path, "age", &age));
    for (size_t i = 1; i < f.t.rows; i++) {
        size_t machine;
        OQ_TRY(row_machine(&f, i, &machine));
        OQ_TRY(row_name(&f, i, model, &d->machine[machine].model));
        OQ_TRY(row_number(&f, i, age, &d->machine[machine].years));
        if (d->machine[machine].years < 0 || d->machine[machine].years > 200)
            return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%lld", f.path,
                           (long long)f.t.line[i]);
        d->machines = machine > d->machines ? machine : d->machines;
    }
    return NULL;
}

static oq_err *read_signals(oq_arena *arena, const char *folder, const char *name, const char *time,
                            size_t first, azure_data *d)
{
    azure_file f;
    size_t column[AZURE_METRICS], *count = oq_new_n(arena, size_t, AZURE_MACHINES_MAX);
    OQ_TRY(file_open(arena, folder, name, time, &f));
    for (size_t k = 0; k < AZURE_METRICS; k++)
        OQ_TRY(file_column(&f.t, f.path, azure_metric[k].ptr, &column[k]));
    for (size_t i = 1; i < f.t.rows; i++) {
        size_t machine;
        OQ_TRY(row_machine(&f, i, &machine));
        count[machine]++;
    }
    for (size_t m = 0; m < AZURE_MACHINES_MAX; m++)
        for (size_t k = 0; k < AZURE_METRICS && count[m]; k++)
            d->machine[m].signal[first + k] = samples_make(arena, count[m], false, false);
    for (size_t i = 1; i < f.t.rows; i++) {
        size_t machine;
        oq_us at;
        OQ_TRY(row_place(&f, i, &machine, &at));
        for (size_t k = 0; k < AZURE_METRICS; k++) {
            samples *s = &d->machine[machine].signal[first + k];
            s->time[s->count] = at;
            OQ_TRY(row_number(&f, i, column[k], &s->value[s->count++]));
        }
    }
    for (size_t m = 0; m < AZURE_MACHINES_MAX; m++)
        for (size_t k = 0; k < AZURE_METRICS && count[m]; k++)
            samples_sort(&d->machine[m].signal[first + k], arena);
    return NULL;
}

/* --- events and failures -------------------------------------------------------------------------*/

static oq_err *add_events(oq_arena *arena, const azure_file *f, const char *kind, oq_str category,
                          azure_data *d)
{
    size_t column;
    OQ_TRY(file_column(&f->t, f->path, kind, &column));
    for (size_t i = 1; i < f->t.rows; i++) {
        size_t machine;
        oq_us at;
        OQ_TRY(row_place(f, i, &machine, &at));
        azure_machine *m = &d->machine[machine];
        oq_str name;
        OQ_TRY(row_name(f, i, column, &name));
        m->event[m->events++] = (case_item){.at = at,
                                            .category = category,
                                            .kind = name,
                                            .score = 2,
                                            .value = NAN,
                                            .is_root_asset = true};
    }
    return NULL;
}

static oq_err *read_events(oq_arena *arena, const char *folder, azure_data *d)
{
    azure_file errors, maintenance;
    size_t *count = oq_new_n(arena, size_t, AZURE_MACHINES_MAX);
    OQ_TRY(file_open(arena, folder, "PdM_errors.csv", "datetime", &errors));
    OQ_TRY(file_open(arena, folder, "PdM_maint.csv", "datetime", &maintenance));
    const azure_file *both[] = {&errors, &maintenance};
    for (size_t b = 0; b < 2; b++)
        for (size_t i = 1; i < both[b]->t.rows; i++) {
            size_t machine;
            OQ_TRY(row_machine(both[b], i, &machine));
            count[machine]++;
        }
    for (size_t m = 0; m < AZURE_MACHINES_MAX; m++)
        d->machine[m].event = oq_new_n(arena, case_item, count[m]);
    OQ_TRY(add_events(arena, &errors, "errorID", OQ_STR("ALERT"), d));
    return add_events(arena, &maintenance, "comp", OQ_STR("MAINTENANCE"), d);
}

static int compare_incidents(const void *a, const void *b)
{
    const azure_incident *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    return by ? by : (x->machine > y->machine) - (x->machine < y->machine);
}

/* Components that fail on one machine in one hour are one incident. */
static oq_err *read_failures(oq_arena *arena, const char *folder, azure_data *d)
{
    azure_file f;
    size_t column, joined = 0;
    OQ_TRY(file_open(arena, folder, "PdM_failures.csv", "datetime", &f));
    OQ_TRY(file_column(&f.t, f.path, "failure", &column));
    azure_incident *all = oq_new_n(arena, azure_incident, f.t.rows);
    for (size_t i = 1; i < f.t.rows; i++) {
        azure_incident *one = &all[i - 1];
        OQ_TRY(row_place(&f, i, &one->machine, &one->at));
        for (size_t k = 0; k < AZURE_COMPONENTS; k++)
            one->is_failed[k] = oq_str_eq(f.t.row[i][column], azure_component[k]);
    }
    qsort(all, f.t.rows - 1, sizeof *all, compare_incidents);
    for (size_t i = 0; i + 1 < f.t.rows; i++) {
        if (joined == 0 || compare_incidents(&all[joined - 1], &all[i]) != 0) {
            all[joined++] = all[i];
            continue;
        }
        for (size_t k = 0; k < AZURE_COMPONENTS; k++)
            all[joined - 1].is_failed[k] |= all[i].is_failed[k];
    }
    d->incident = all;
    d->incidents = joined;
    return NULL;
}

oq_err *azure_read(oq_arena *arena, const char *folder, azure_data *ret_data)
{
    azure_data d = {.machine = oq_new_n(arena, azure_machine, AZURE_MACHINES_MAX)};
    OQ_TRY(read_machines(arena, folder, &d));
    OQ_TRY(read_signals(arena, folder, "PdM_telemetry_hourly.csv.gz", "datetime", 0, &d));
    OQ_TRY(
        read_signals(arena, folder, "PdM_telemetry_daily.csv.gz", "period_end", AZURE_METRICS, &d));
    OQ_TRY(read_events(arena, folder, &d));
    OQ_TRY(read_failures(arena, folder, &d));
    *ret_data = d;
    return NULL;
}
