#include "backtest/azure_fleet.h"

#include <stdlib.h>

#include "backtest/files.h"

#include "base/banned.h"

enum { ERRORS = 5 };

static const oq_str error_name[ERRORS] = {OQ_STR_INIT("error1"), OQ_STR_INIT("error2"),
                                          OQ_STR_INIT("error3"), OQ_STR_INIT("error4"),
                                          OQ_STR_INIT("error5")};
static const oq_str trait_name[] = {OQ_STR_INIT("model"), OQ_STR_INIT("years")};

/* --- from the files to assets ---------------------------------------------------------------------------*/

static int compare_items(const void *a, const void *b)
{
    const feature_item *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    by = by ? by : (x->kind > y->kind) - (x->kind < y->kind);
    return by ? by : (x->which > y->which) - (x->which < y->which);
}

static uint32_t name_number(oq_str text, const oq_str *name, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(text, name[i]))
            return (uint32_t)i;
    return UINT32_MAX;
}

static void take_items(oq_arena *arena, const azure_machine *m, failure_asset *a)
{
    size_t count = m->events + a->failures, n = 0;
    for (size_t k = 0; k < AZURE_METRICS; k++)
        count += m->signal[AZURE_METRICS + k].count;
    feature_item *item = oq_new_n(arena, feature_item, count);
    for (uint32_t k = 0; k < AZURE_METRICS; k++) {
        const samples *s = &m->signal[AZURE_METRICS + k];
        for (size_t i = 0; i < s->count; i++)
            item[n++] = (feature_item){s->time[i], s->value[i], k, FEATURE_SAMPLE};
    }
    for (size_t i = 0; i < m->events; i++) {
        const case_item *e = &m->event[i];
        bool is_error = oq_str_eq(e->category, OQ_STR("ALERT"));
        uint32_t which = is_error ? name_number(e->kind, error_name, ERRORS)
                                  : name_number(e->kind, azure_component, AZURE_COMPONENTS);
        if (which != UINT32_MAX)
            item[n++] = (feature_item){
                .at = e->at, .which = which, .kind = is_error ? FEATURE_EVENT : FEATURE_RENEWAL};
    }
    for (size_t i = 0; i < a->failures; i++) /* a component that failed is replaced */
        item[n++] = (feature_item){
            .at = a->failure[i].at, .which = a->failure[i].component, .kind = FEATURE_RENEWAL};
    qsort(item, n, sizeof *item, compare_items);
    a->asset.item = item;
    a->asset.items = n;
}

static void take_failures(oq_arena *arena, const azure_data *d, size_t machine, failure_asset *a)
{
    failure_mark *mark = oq_new_n(arena, failure_mark, d->incidents * AZURE_COMPONENTS);
    for (size_t i = 0; i < d->incidents; i++)
        for (uint32_t k = 0; k < AZURE_COMPONENTS && d->incident[i].machine == machine; k++)
            if (d->incident[i].is_failed[k])
                mark[a->failures++] = (failure_mark){d->incident[i].at, k};
    a->failure = mark;
}

/* Model and age of each machine, as numbers. */
static oq_err *read_traits(oq_arena *arena, const char *folder, double (*ret_trait)[2])
{
    const char *path = file_path(arena, "%s/PdM_machines.csv", folder);
    file_table t;
    size_t machine, model, age;
    OQ_TRY(file_csv(arena, path, &t));
    OQ_TRY(file_column(&t, path, "machineID", &machine));
    OQ_TRY(file_column(&t, path, "model", &model));
    OQ_TRY(file_column(&t, path, "age", &age));
    for (size_t i = 1; i < t.rows; i++) {
        uint64_t no = 0;
        if (!oq_parse_u64(t.row[i][machine], &no) || no >= AZURE_MACHINES_MAX ||
            !oq_parse_f64(oq_str_sub(t.row[i][model], 5, 1), &ret_trait[no][0]) ||
            !oq_parse_f64(t.row[i][age], &ret_trait[no][1]))
            return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, i + 1);
    }
    return NULL;
}

oq_err *azure_fleet_make(oq_arena *arena, const char *folder, const azure_data *d,
                         failure_asset **ret_asset)
{
    double(*trait)[2] = oq_alloc_n(arena, AZURE_MACHINES_MAX, sizeof *trait);
    OQ_TRY(read_traits(arena, folder, trait));
    failure_asset *asset = oq_new_n(arena, failure_asset, d->machines);
    oq_us from = oq_days_from_civil(2015, 1, 2) * OQ_DAY;
    for (size_t i = 0; i < d->machines; i++) {
        failure_asset *a = &asset[i];
        *a = (failure_asset){.from = from, .until = from + 364 * OQ_DAY};
        a->asset.made_at = OQ_TIME_NONE;
        a->asset.trait = trait[i + 1];
        take_failures(arena, d, i + 1, a);
        take_items(arena, &d->machine[i + 1], a);
    }
    *ret_asset = asset;
    return NULL;
}

feature_plan azure_fleet_plan(void)
{
    feature_plan p = feature_plan_usual();
    p.signal = azure_metric, p.signals = AZURE_METRICS;
    p.code = error_name, p.codes = ERRORS;
    p.component = azure_component, p.components = AZURE_COMPONENTS;
    p.trait = trait_name, p.traits = OQ_COUNT(trait_name);
    return p;
}
