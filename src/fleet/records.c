/* The fleet's master data, as a file of plant/import.h that is made of the machines' list. */
#include <math.h>

#include "fleet/inner.h"
#include "historian/series.h"
#include "plant/import.h"
#include "tenant/settings.h"

#include "base/banned.h"

enum { FILE_MAX = 8 << 20, NAME_MAX = 80 };
#define SITE "AZURE-PDM"

/* Of which the data's README speaks: what each sensor is, and what each failure shows before. */
static const struct {
    const char *code, *name, *name_ar, *unit;
} metric[AZURE_METRICS] = {
    {"volt", "Voltage", "الجهد", "V"},
    {"rotate", "Rotation", "الدوران", "rpm"},
    {"pressure", "Pressure", "الضغط", "psi"},
    {"vibration", "Vibration", "الاهتزاز", "1"},
};
static const struct {
    const char *effect, *effect_ar;
} mode[AZURE_COMPONENTS] = {
    {"24 to 48 h before: error1, and a rise of voltage",
     "قبل العطل بـ 24 إلى 48 ساعة: error1 وارتفاع في الجهد"},
    {"24 to 48 h before: error2 and error3, and a fall of rotation",
     "قبل العطل بـ 24 إلى 48 ساعة: error2 وerror3 وانخفاض في الدوران"},
    {"24 to 48 h before: error4, and a rise of pressure",
     "قبل العطل بـ 24 إلى 48 ساعة: error4 وارتفاع في الضغط"},
    {"24 to 48 h before: error5, and a rise of vibration",
     "قبل العطل بـ 24 إلى 48 ساعة: error5 وارتفاع في الاهتزاز"},
};

oq_str fleet_asset_code(oq_arena *arena, size_t machine)
{
    return oq_strf(arena, "M-%zu", machine);
}

/* --- the file -----------------------------------------------------------------------------------*/

typedef struct writing {
    oq_json j;
    oq_arena *arena;
    const fleet_run_state *r;
    oq_str *model; /* that are there */
    size_t models;
} writing;

static void text(writing *w, const char *name, oq_str value)
{
    oq_json_name(&w->j, name);
    oq_json_text(&w->j, value);
}

static void begin(writing *w, const char *kind)
{
    oq_json_name(&w->j, kind);
    oq_json_array(&w->j);
}

static void names(writing *w, oq_str name, oq_str name_ar)
{
    text(w, "name", name);
    text(w, "name_ar", name_ar);
}

static void put_site(writing *w)
{
    begin(w, "sites");
    oq_json_object(&w->j);
    text(w, "code", OQ_STR(SITE));
    names(w, OQ_STR("Azure PdM fleet"), OQ_STR("أسطول آلات Azure PdM"));
    text(w, "time_zone", OQ_STR("UTC"));
    oq_json_put(&w->j, i64, "work_days", 127);
    oq_json_object_end(&w->j);
    oq_json_array_end(&w->j);
}

static void find_models(writing *w)
{
    const azure_data *d = &w->r->f->data;
    w->model = oq_new_n(w->arena, oq_str, d->machines + 1);
    for (size_t m = 1; m <= d->machines; m++) {
        size_t i = 0;
        while (i < w->models && !oq_str_eq(w->model[i], d->machine[m].model))
            i++;
        if (i == w->models && d->machine[m].model.len)
            w->model[w->models++] = d->machine[m].model;
    }
}

static void put_metrics(writing *w, oq_str model)
{
    for (size_t k = 0; k < 2 * AZURE_METRICS; k++) {
        size_t of = k % AZURE_METRICS;
        bool is_mean = k >= AZURE_METRICS;
        oq_json_object(&w->j);
        text(w, "class", model);
        text(w, "metric", azure_metric[k]);
        names(w, oq_strf(w->arena, is_mean ? "%s, mean of 24 h" : "%s", metric[of].name),
              oq_strf(w->arena, is_mean ? "%s، متوسط 24 ساعة" : "%s", metric[of].name_ar));
        text(w, "unit", oq_cstr(metric[of].unit));
        oq_json_put(&w->j, i64, "position", (int64_t)k + 1);
        oq_json_object_end(&w->j);
    }
}

/* Severity, occurrence and detection are a middle: the data do not tell. */
static void put_modes(writing *w, oq_str model)
{
    for (size_t k = 0; k < AZURE_COMPONENTS; k++) {
        oq_json_object(&w->j);
        text(w, "class", model);
        text(w, "code", azure_component[k]);
        text(w, "category", OQ_STR("mechanical"));
        names(w, oq_strf(w->arena, "Component %zu fails", k + 1),
              oq_strf(w->arena, "عطل المكوّن %zu", k + 1));
        text(w, "effect", oq_cstr(mode[k].effect));
        text(w, "effect_ar", oq_cstr(mode[k].effect_ar));
        text(w, "action", oq_strf(w->arena, "Replace component %zu", k + 1));
        text(w, "action_ar", oq_strf(w->arena, "استبدال المكوّن %zu", k + 1));
        oq_json_put(&w->j, i64, "severity", 5);
        oq_json_put(&w->j, i64, "occurrence", 5);
        oq_json_put(&w->j, i64, "detection", 5);
        oq_json_put(&w->j, f64, "repair_h", w->r->costs.planned_hours);
        oq_json_object_end(&w->j);
    }
}

static void put_classes(writing *w)
{
    begin(w, "asset-classes");
    for (size_t i = 0; i < w->models; i++) {
        oq_json_object(&w->j);
        text(w, "code", w->model[i]);
        names(w, oq_strf(w->arena, "Machine, %.*s", OQ_FMT(w->model[i])),
              oq_strf(w->arena, "آلة من الطراز %.*s", OQ_FMT(w->model[i])));
        oq_json_object_end(&w->j);
    }
    oq_json_array_end(&w->j);
    begin(w, "class-metrics");
    for (size_t i = 0; i < w->models; i++)
        put_metrics(w, w->model[i]);
    oq_json_array_end(&w->j);
    begin(w, "failure-modes");
    for (size_t i = 0; i < w->models; i++)
        put_modes(w, w->model[i]);
    oq_json_array_end(&w->j);
}

/* A machine of age n counts as installed on 1 January of the record's year less n. */
static void put_machines(writing *w)
{
    const fleet *f = w->r->f;
    int year, month, day;
    oq_civil_from_days((oq_date)(f->watched / OQ_DAY), &year, &month, &day);
    begin(w, "assets");
    for (size_t m = 1; m <= f->data.machines; m++) {
        const azure_machine *of = &f->data.machine[m];
        if (!of->model.len)
            continue;
        oq_json_object(&w->j);
        text(w, "code", fleet_asset_code(w->arena, m));
        names(w, oq_strf(w->arena, "Machine %zu", m), oq_strf(w->arena, "الآلة %zu", m));
        text(w, "site", OQ_STR(SITE));
        text(w, "class", of->model);
        text(w, "model", of->model);
        text(w, "installed_on", oq_strf(w->arena, "%04d-01-01", year - (int)of->years));
        oq_json_object_end(&w->j);
    }
    oq_json_array_end(&w->j);
    begin(w, "components");
    for (size_t m = 1; m <= f->data.machines; m++)
        for (size_t k = 0; k < AZURE_COMPONENTS && f->data.machine[m].model.len; k++) {
            oq_json_object(&w->j);
            text(w, "asset", fleet_asset_code(w->arena, m));
            text(w, "code", azure_component[k]);
            names(w, oq_strf(w->arena, "Component %zu", k + 1),
                  oq_strf(w->arena, "المكوّن %zu", k + 1));
            oq_json_object_end(&w->j);
        }
    oq_json_array_end(&w->j);
}

static void money(writing *w, const char *name, double major)
{
    oq_json_name(&w->j, name);
    oq_json_i64(&w->j, llround(100 * major));
}

/* The figures that the backtest assumes too; nobody has approved them. A failure takes the hours of
 * the work and what goes by before it begins; a planned job stops the machine for a part of its own
 * hours, which is in the price of one. */
static void put_costs(writing *w)
{
    const backtest_costs *c = &w->r->costs;
    begin(w, "cost-models");
    oq_json_object(&w->j);
    text(w, "code", OQ_STR("assumed"));
    names(w, OQ_STR("Assumed figures"), OQ_STR("أرقام مفترضة"));
    oq_json_put(&w->j, bool, "is_default", true);
    text(w, "currency", OQ_STR("SAR"));
    money(w, "failure_minor", c->repair_cost);
    money(w, "maintenance_minor", c->planned_cost);
    money(w, "downtime_per_hour_minor", c->downtime_cost_per_hour);
    money(w, "planned_stop_per_hour_minor",
          c->downtime_cost_per_hour * c->planned_stop_hours / c->planned_hours);
    oq_json_put(&w->j, f64, "failure_delay_h", fmax(0, c->downtime_hours - c->planned_hours));
    money(w, "labour_per_hour_minor", c->labour_cost_per_hour);
    text(w, "source",
         OQ_STR("Assumed, as in examples/backtest-maintenance.json: the record knows no money"));
    oq_json_object_end(&w->j);
    oq_json_array_end(&w->j);
}

static void put_crew(writing *w)
{
    const backtest_costs *c = &w->r->costs;
    oq_date from = (oq_date)(w->r->f->begins / OQ_DAY) - 365;
    char day[OQ_DATE_TEXT];
    begin(w, "shifts");
    oq_json_object(&w->j);
    text(w, "code", OQ_STR("DAY"));
    names(w, OQ_STR("Day shift"), OQ_STR("الوردية النهارية"));
    oq_json_put(&w->j, i64, "days", 127);
    oq_json_put(&w->j, i64, "starts_min", 9 * 60);
    oq_json_put(&w->j, i64, "length_min", c->crew_hours * 60);
    oq_json_object_end(&w->j);
    oq_json_array_end(&w->j);
    begin(w, "user-shifts");
    oq_date_format(from, day);
    for (const char *const *who = w->r->order->crew; *who; who++) {
        oq_json_object(&w->j);
        text(w, "user", oq_cstr(*who));
        text(w, "shift", OQ_STR("DAY"));
        text(w, "from_day", oq_strn(day, OQ_DATE_TEXT));
        oq_json_object_end(&w->j);
    }
    oq_json_array_end(&w->j);
}

/* --- into the tenant ----------------------------------------------------------------------------*/

static oq_err *import(const fleet_run_state *r, oq_scope *s)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(FILE_MAX);
    writing w = {.j = oq_json_to(&out), .arena = oq_scope_arena(s), .r = r};
    import_report *done;
    find_models(&w);
    oq_json_object(&w.j);
    put_site(&w);
    put_classes(&w);
    put_machines(&w);
    put_costs(&w);
    put_crew(&w);
    oq_json_object_end(&w.j);
    OQ_TRY(plant_import(s, oq_buf_view(&out), &(plant_import_options){.add_only = true}, &done));
    for (size_t i = 0; i < done->count; i++)
        if (done->row[i].outcome == IMPORT_WRONG)
            return oq_wrap(done->row[i].err, OQ_INVALID, "fleet.record_refused", "record=%.*s",
                           OQ_FMT(done->row[i].label));
    return NULL;
}

/* Samples are kept, however old they are. */
static oq_err *settle(oq_scope *s)
{
    tenant_settings *set;
    OQ_TRY(tenant_settings_get(s, &set));
    set->retention_days = 0;
    return tenant_settings_put(s, set, &set);
}

static oq_err *name_series(fleet_run_state *r, oq_scope *s)
{
    const fleet *f = r->f;
    oq_arena *arena = oq_scope_arena(s);
    size_t all = (f->data.machines + 1) * 2 * AZURE_METRICS, n = 0, created;
    series_name *name = oq_new_n(arena, series_name, all);
    size_t *of = oq_new_n(arena, size_t, all);
    int32_t *no = oq_new_n(arena, int32_t, all);
    for (size_t m = 1; m <= f->data.machines; m++)
        for (size_t k = 0; k < 2 * AZURE_METRICS; k++) {
            if (!f->data.machine[m].signal[k].count || !f->data.machine[m].model.len)
                continue;
            oq_str code = fleet_asset_code(arena, m);
            of[n] = m * 2 * AZURE_METRICS + k;
            name[n++] = (series_name){.key = series_key(arena, code, azure_metric[k]),
                                      .asset_code = code,
                                      .metric = azure_metric[k]};
        }
    OQ_TRY(series_resolve(s, name, n, true, OQ_STR("import"), no, &created));
    for (size_t i = 0; i < n; i++)
        r->no[of[i]] = no[i];
    return NULL;
}

static oq_err *put_all(fleet_run_state *r, oq_scope *s)
{
    OQ_TRY(import(r, s));
    OQ_TRY(settle(s));
    return name_series(r, s);
}

oq_err *fleet_put_records(fleet_run_state *r)
{
    oq_scope *s;
    r->no = oq_new_n(r->f->arena, int32_t, (r->f->data.machines + 1) * 2 * AZURE_METRICS);
    OQ_TRY(fleet_scope(r, OQ_WRITE, &s));
    return fleet_end(s, put_all(r, s));
}
