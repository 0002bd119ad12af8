/* The truth about a demo's plant. The table says what the schedule said when it began; when a
 * machine that was mended in time stood still, the schedule knows. */
#include "demoplant/demoplant.h"

#include "demoplant/fault.h"

#include "demoplant.sql.h"

#include "base/banned.h"

static const demo_fault_kind *kind_of(oq_str code)
{
    const demo_fault_kind *k = demo_fault_kinds;
    while (k->code && !oq_str_eq(code, oq_cstr(k->code)))
        k++;
    return k->code ? k : NULL;
}

/* SIZE_MAX: not an asset of this plant's tables. */
static size_t asset_index(const demo_site *site, oq_str code)
{
    for (size_t i = 0; site->assets[i].code; i++)
        if (oq_str_eq(code, oq_cstr(site->assets[i].code)))
            return i;
    return SIZE_MAX;
}

typedef struct schedule {
    const demo_site *site;
    uint64_t seed;
    oq_us epoch;
    demo_faults faults; /* of one asset */
} schedule;

static void find_rest(schedule *of, demo_true_fault *f)
{
    size_t asset = asset_index(of->site, f->asset_code);
    f->rests = f->fails == OQ_TIME_NONE ? f->ends : f->fails;
    if (asset == SIZE_MAX)
        return;
    demo_faults_of(of->site, asset, of->seed, of->epoch, f->begins, f->begins + 1, &of->faults);
    for (size_t i = 0; i < of->faults.count; i++)
        if (of->faults.at[i].begins == f->begins &&
            oq_str_eq(f->kind, oq_cstr(of->faults.at[i].kind->code)))
            f->rests = of->faults.at[i].rests;
}

static oq_err *find_schedule(oq_scope *s, schedule *ret_schedule)
{
    sql_demo_integration_rows found;
    *ret_schedule = (schedule){0};
    OQ_TRY(sql_demo_integration(s, &found));
    for (const demo_site *d = demo_sites; found.count && d->code; d++)
        if (oq_str_eq(found.at[0].code, oq_cstr(d->tenant)) &&
            oq_time_parse(found.at[0].epoch, &ret_schedule->epoch)) {
            ret_schedule->site = d;
            ret_schedule->seed = (uint64_t)found.at[0].seed;
        }
    return NULL;
}

oq_err *demo_truth_of(oq_scope *s, oq_us from, oq_us to, demo_truth *ret_truth)
{
    sql_demo_truth_rows rows;
    schedule *of = oq_new(oq_scope_arena(s), schedule);
    OQ_TRY(find_schedule(s, of));
    OQ_TRY(sql_demo_truth(s, (sql_demo_truth_args){from, to}, &rows));
    *ret_truth = (demo_truth){oq_new_n(oq_scope_arena(s), demo_true_fault, rows.count), 0};
    for (size_t i = 0; of->site && i < rows.count; i++) {
        const demo_fault_kind *kind = kind_of(rows.at[i].kind);
        demo_true_fault f = {
            .asset_id = rows.at[i].asset_id,
            .asset_code = rows.at[i].asset_code,
            .kind = rows.at[i].kind,
            .cause = kind && kind->mode ? oq_cstr(kind->mode) : rows.at[i].kind,
            .metric = rows.at[i].metric,
            .begins = rows.at[i].begins_at,
            .fails = rows.at[i].fails_at,
            .ends = rows.at[i].ends_at,
            .severity = rows.at[i].severity,
        };
        find_rest(of, &f);
        ret_truth->at[ret_truth->count++] = f;
    }
    return NULL;
}
